//! Attacks on the hand-off. Each fails, and the test names it.

use super::{CRM, KIND, WIKI, at, enter, is_signed_in_at, plan, ticket};
use crate::harness::browser::{Browser, Page};
use crate::harness::{TestGatehouse, add_profile, host};

/// The cookies of attempts that a browser has at a host.
fn attempts(browser: &Browser, host: &str) -> Vec<(String, String)> {
    let mut cookies = browser.cookies(host);
    cookies.retain(|(name, _)| name.starts_with("gatehouse-attempt-"));
    cookies
}

/// A browser with the attempts of another one at a host, and nothing else.
fn with_attempts_of(browser: &Browser, from: &str, to: &str) -> Browser {
    let copy = Browser::new();
    for (name, value) in attempts(browser, from) {
        copy.set_cookie(to, &name, &value);
    }
    copy
}

/// No session came of it, whatever the answer is.
async fn gave_nothing(gate: &TestGatehouse, browser: &Browser, answer: &Page, host: &str) {
    let sets = answer.sets_cookies();
    assert!(!sets.contains(&"gatehouse".to_owned()), "{sets:?}");
    assert!(!is_signed_in_at(gate, browser, host).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_browsers_cannot_swap_tickets() {
    let gate = plan().start().await;
    let (ada, grace) = (Browser::new(), Browser::new());
    let of_ada = ticket(&gate, &ada, CRM, "ada").await;
    let of_grace = ticket(&gate, &grace, CRM, "grace").await;
    for (browser, stolen) in [(&ada, &of_grace), (&grace, &of_ada)] {
        let answer = browser.get(stolen.location()).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        gave_nothing(&gate, browser, &answer, CRM).await;
    }
    ada.follow(&of_ada).await;
    let session = ada.get(at(&gate, CRM, "/auth/session")).await.json();
    assert!(session["name"].as_str().unwrap().starts_with("Ada"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn login_csrf_with_the_ticket_of_an_attacker_signs_nobody_in() {
    let gate = plan().start().await;
    let attacker = Browser::new();
    let bait = ticket(&gate, &attacker, CRM, "grace").await;
    let victim = Browser::new();
    let answer = victim.get(bait.location()).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    gave_nothing(&gate, &victim, &answer, CRM).await;
    // A victim in the middle of a sign-in of their own has another attempt, which the ticket does not answer.
    victim.get(at(&gate, CRM, "/auth/sign_in")).await;
    let answer = victim.get(bait.location()).await;
    assert_eq!(answer.status, 400);
    gave_nothing(&gate, &victim, &answer, CRM).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_of_an_attacker_gives_the_attacker_no_ticket() {
    let gate = plan().start().await;
    let (attacker, victim) = (Browser::new(), gate.browser_of(KIND, "ada").await);
    let begun = attacker.get(at(&gate, CRM, "/auth/sign_in")).await;
    let led = victim.get(begun.location()).await;
    assert_eq!(
        led.location().host_str(),
        Some(CRM),
        "only the victim sees it"
    );
    let answer = victim.follow(&led).await;
    assert_eq!(answer.status, 400, "the attempt is the attacker's");
    gave_nothing(&gate, &victim, &answer, CRM).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_used_once_on_all_replicas() {
    let gate = plan().start().await;
    let replica = gate.replica().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    let thief = with_attempts_of(&browser, CRM, CRM);
    let used = browser.follow(&issued).await;
    assert!(used.sets_cookies().contains(&"gatehouse".to_owned()));
    assert!(attempts(&browser, CRM).is_empty(), "the attempt is spent");
    let named = format!("{CRM}:{}", gate.port);
    let path = format!(
        "{}?{}",
        issued.location().path(),
        issued.location().query().unwrap()
    );
    for port in [gate.port, replica.port] {
        let address = format!("http://{CRM}:{port}{path}");
        let again = thief.get_with(address, &[("host", &named)]).await;
        gave_nothing(&gate, &thief, &again, CRM).await;
    }
    let back = browser.get(issued.location()).await;
    assert_eq!(back.location().path(), "/", "the back button leads home");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_good_for_a_minute_and_a_late_one_is_replaced() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    gate.turn(61);
    let late = browser.follow(&issued).await;
    gave_nothing(&gate, &browser, &late, CRM).await;
    let arrived = super::travel(&gate, &browser, late, "nobody").await;
    assert_eq!(arrived.location().path(), "/deep");
    assert!(is_signed_in_at(&gate, &browser, CRM).await);
    let other = Browser::new();
    let issued = ticket(&gate, &other, CRM, "ada").await;
    gate.turn(601);
    let too_late = other.follow(&issued).await;
    assert_eq!(too_late.status, 400, "the attempt is over, too");
    gave_nothing(&gate, &other, &too_late, CRM).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_one_host_is_nothing_at_another() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    let query = issued.location().query().unwrap().to_owned();
    for elsewhere in [WIKI, host(KIND)] {
        let thief = with_attempts_of(&browser, CRM, elsewhere);
        let address = at(&gate, elsewhere, &format!("/auth/landing?{query}"));
        let answer = thief.get(address).await;
        assert_eq!(answer.status, 400, "{elsewhere}");
        gave_nothing(&gate, &thief, &answer, elsewhere).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_one_profile_is_nothing_at_another() {
    let gate = plan().start().await;
    let other = format!("hosts = [\"http://other.localhost:{}\"]", gate.port);
    let main = format!("http://second.localhost:{}", gate.port);
    add_profile(&gate, "second", &main, &other);
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    let query = issued.location().query().unwrap().to_owned();
    let thief = with_attempts_of(&browser, CRM, "other.localhost");
    let address = at(&gate, "other.localhost", &format!("/auth/landing?{query}"));
    let answer = thief.get(address).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    gave_nothing(&gate, &thief, &answer, "other.localhost").await;
    let begun = browser.get(at(&gate, CRM, "/auth/sign_in")).await;
    let request = begun.location_parameter("request").unwrap();
    let address = at(
        &gate,
        "second.localhost",
        &format!("/auth/hand_off?request={request}"),
    );
    let answer = browser.get(address).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_or_truncated_ticket_is_refused() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    let good = issued.location_parameter("ticket").unwrap();
    let mut forged: Vec<String> = (0..good.len())
        .step_by(7)
        .map(|at| {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    forged.extend([0, 1, 40, good.len() - 1].map(|length| good[..length].to_owned()));
    forged.push(format!("{good}A"));
    for ticket in forged {
        let address = at(&gate, CRM, &format!("/auth/landing?ticket={ticket}"));
        let answer = browser.get(address).await;
        assert!([400, 429].contains(&answer.status.as_u16()), "{ticket}");
        assert!(!answer.sets_cookies().contains(&"gatehouse".to_owned()));
    }
    let twice = at(
        &gate,
        CRM,
        &format!("/auth/landing?ticket={good}&ticket={good}"),
    );
    assert!(browser.get(twice).await.sets_cookies().is_empty());
    gate.turn(30);
    browser.follow(&issued).await;
    assert!(is_signed_in_at(&gate, &browser, CRM).await, "it was good");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_never_goes_to_a_host_that_is_not_listed() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, WIKI, "ada").await;
    let begun = browser.get(at(&gate, CRM, "/auth/sign_in")).await;
    gate.edit(KIND, |text| {
        text.replace(&format!("\"http://{CRM}:{}\", ", gate.port), "")
    });
    let answer = browser.get(begun.location()).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(answer.header("location").is_none());
    for forged in ["", "x", "aHR0cHM6Ly9ldmlsLmV4YW1wbGU"] {
        let address = gate.url(KIND, &format!("/auth/hand_off?request={forged}"));
        let answer = browser.get(address).await;
        assert_eq!(answer.status, 400, "{forged}");
        assert!(answer.header("location").is_none());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_of_an_ended_session_opens_nothing() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    gate.sign_out(&browser, KIND).await;
    let answer = browser.follow(&issued).await;
    gave_nothing(&gate, &browser, &answer, CRM).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cache_and_no_referrer_learns_a_ticket() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    let landed = browser.follow(&issued).await;
    let refused = Browser::new().get(issued.location()).await;
    for page in [&issued, &landed, &refused] {
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        let ticket = issued.location_parameter("ticket").unwrap();
        assert!(!page.text.contains(&ticket), "no page repeats it");
    }
    assert!(!landed.location().as_str().contains("ticket"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_or_a_frame_spends_no_ticket() {
    let gate = plan().start().await;
    let browser = Browser::new();
    let issued = ticket(&gate, &browser, CRM, "ada").await;
    for headers in [
        &[("sec-fetch-mode", "cors")][..],
        &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
        &[("sec-purpose", "prefetch")],
    ] {
        let answer = browser.get_with(issued.location(), headers).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        gave_nothing(&gate, &browser, &answer, CRM).await;
    }
    browser.follow(&issued).await;
    assert!(is_signed_in_at(&gate, &browser, CRM).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_one_host_sends_no_form_to_another_with_the_session() {
    let gate = plan().start().await;
    let browser = Browser::new();
    enter(&gate, &browser, CRM, "ada").await;
    let session = browser.cookie(CRM, "gatehouse").unwrap();
    let cookie = format!("gatehouse={session}");
    for (origin, expected) in [(WIKI, 403), (host(KIND), 403), (CRM, 200)] {
        let origin = format!("http://{origin}:{}", gate.port);
        let url = at(&gate, CRM, "/transfer");
        let headers = [
            ("x-original-method", "POST"),
            ("x-original-url", url.as_str()),
            ("origin", origin.as_str()),
            ("cookie", cookie.as_str()),
        ];
        let address = gate.url(KIND, "/auth/check");
        let answer = Browser::new().get_with(address, &headers).await;
        assert_eq!(answer.status, expected, "{origin}: {}", answer.text);
    }
}
