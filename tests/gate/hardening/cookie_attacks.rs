//! Cookies that a neighbour plants: a sibling subdomain, another site, or another profile of the host. Browsers do not
//! take them for ours, so neither do we.

use simulator::Registered;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse, socket};

/// A profile on https, as far as browsers know.
const HOST: &str = "app.contoso.example";
const NAME: &str = "__Host-gatehouse";

/// Another profile of the same host.
const OTHER_PREFIX: &str = "/other";

/// A profile whose callbacks come as cross-site POSTs.
const FORM_PREFIX: &str = "/form";

const SPACES: [char; 4] = ['\u{2000}', '\u{a0}', '\u{85}', '\u{3000}'];

async fn start() -> TestGatehouse {
    let gate = Plan::default().start().await;
    let kind = Kind::Oidc;
    for (id, prefix, more) in [
        ("secure", "", ""),
        ("other", OTHER_PREFIX, ""),
        ("form", FORM_PREFIX, "response_mode = \"form_post\"\n"),
    ] {
        let text = format!(
            "kind = \"oidc\"\npublic_url = \"https://{HOST}{prefix}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\n{more}",
            gate.sim.authority(kind),
            kind.client_id(),
            simulator::CLIENT_SECRET,
        );
        std::fs::write(gate.folder.path().join(format!("profiles/{id}.toml")), text).unwrap();
    }
    gate.live.reload().unwrap();
    let callbacks =
        ["", OTHER_PREFIX].map(|prefix| format!("https://{HOST}{prefix}/auth/redirect"));
    gate.sim
        .redirect_uris(kind, Registered::Exactly(callbacks.to_vec()));
    gate
}

/// Opens an address of the secure profile as a TLS proxy would pass it on.
async fn open(gate: &TestGatehouse, browser: &Browser, path: &str) -> Page {
    let url = format!("http://{HOST}:{}{path}", gate.port);
    browser.get_with(url, &[("host", HOST)]).await
}

/// Begins a sign-in and chooses a person; gives the path of the callback, not yet opened.
async fn callback(gate: &TestGatehouse, browser: &Browser, prefix: &str, person: &str) -> String {
    let begun = open(
        gate,
        browser,
        &format!("{prefix}/auth/sign_in?prompt=login"),
    )
    .await;
    let mut page = browser.follow(&begun).await;
    while !page.status.is_redirection() || page.location().host_str() != Some(HOST) {
        page = if page.status.is_redirection() {
            browser.follow(&page).await
        } else {
            let form = page.form_with("person", Some(person));
            browser.submit(&form, &[("person", person)]).await
        };
    }
    let url = page.location();
    format!("{}?{}", url.path(), url.query().unwrap())
}

/// The value of the session cookie of somebody who is signed in.
async fn signed_in(gate: &TestGatehouse, prefix: &str, person: &str) -> String {
    let browser = Browser::new();
    let path = callback(gate, &browser, prefix, person).await;
    let done = open(gate, &browser, &path).await;
    assert_eq!(done.status, 303, "{}", done.text);
    browser.cookie(HOST, NAME).unwrap()
}

/// Sends a request with exactly this `Cookie` header.
async fn send(gate: &TestGatehouse, request: &str, cookie: &str) -> String {
    let length = if request.starts_with("POST") {
        "content-type: application/x-www-form-urlencoded\r\ncontent-length: 0\r\n"
    } else {
        ""
    };
    let text = format!(
        "{request} HTTP/1.1\r\nhost: {HOST}\r\ncookie: {cookie}\r\n{length}connection: close\r\n\r\n"
    );
    socket::send(gate.port, text.as_bytes()).await
}

/// Who is signed in with this `Cookie` header, by name.
async fn who(gate: &TestGatehouse, cookie: &str) -> Option<&'static str> {
    let session = send(gate, "GET /auth/session", cookie).await;
    let home = send(gate, "GET /", cookie).await;
    assert!(!sets_session(&home), "{cookie:?}: {home}");
    let names = ["Ada", "Grace"];
    let name = names.into_iter().find(|name| session.contains(name));
    assert_eq!(
        names.into_iter().find(|name| home.contains(name)),
        name,
        "both readers agree about {cookie:?}"
    );
    assert_eq!(socket::status(&session) == 200, name.is_some(), "{session}");
    name
}

fn sets_session(answer: &str) -> bool {
    answer
        .to_ascii_lowercase()
        .contains("set-cookie: __host-gatehouse=")
}

/// Names that a reader laxer than browsers takes for the session cookie's.
fn look_alikes() -> Vec<String> {
    let spaced = SPACES.iter().map(|space| format!("{space}{NAME}"));
    let escaped = [
        "%5F%5FHost-gatehouse",
        "%E2%80%80__Host-gatehouse",
        "__host-gatehouse",
        "__Host-gatehouse%20",
    ];
    spaced.chain(escaped.map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_cookie_of_a_name_like_ours_signs_nobody_in() {
    let gate = start().await;
    let (own, attackers) = (
        signed_in(&gate, "", "ada").await,
        signed_in(&gate, "", "grace").await,
    );
    assert_eq!(who(&gate, &format!("{NAME}={own}")).await, Some("Ada"));
    for name in look_alikes() {
        let planted = format!("{name}={attackers}");
        assert_eq!(who(&gate, &planted).await, None, "{planted:?}");
        for both in [
            format!("{planted}; {NAME}={own}"),
            format!("{NAME}={own}; {planted}"),
        ] {
            assert_eq!(who(&gate, &both).await, Some("Ada"), "{both:?}");
        }
    }
}

/// A cookie header that holds an attempt under its name and value, or almost so.
type Plant = Box<dyn Fn(&str, &str) -> String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_attempt_completes_no_sign_in() {
    let gate = start().await;
    // Each has an attempt of its own: a callback without its attempt uses the state up.
    let attempt = async || {
        let attacker = Browser::new();
        let path = callback(&gate, &attacker, "", "grace").await;
        let mut cookies = attacker.cookies(HOST).into_iter();
        let cookie = cookies.find(|(name, _)| name.contains("-attempt-"));
        (format!("GET {path}"), cookie.unwrap())
    };
    let mut plants: Vec<Plant> = vec![
        Box::new(|name, value| format!("{}={value}", name.replace('_', "%5F"))),
        // Two of one name: one of them may be planted.
        Box::new(|name, value| format!("{name}={value}; {name}={value}")),
        Box::new(|name, value| format!("{name}={value}; {name}=planted")),
    ];
    for space in SPACES {
        plants.push(Box::new(move |name, value| {
            format!("{space}{name}={value}")
        }));
    }
    let redeemed = gate.sim.count(Endpoint::Token);
    for plant in plants {
        let (request, (name, value)) = attempt().await;
        let cookie = plant(&name, &value);
        let answer = send(&gate, &request, &cookie).await;
        assert_ne!(socket::status(&answer), 200, "{cookie:?}");
        assert!(!sets_session(&answer), "{cookie:?}: {answer}");
        assert_eq!(gate.sim.count(Endpoint::Token), redeemed, "{cookie:?}");
    }
    // Such an attempt itself is good.
    let (request, (name, value)) = attempt().await;
    let done = send(&gate, &request, &format!("{name}={value}")).await;
    assert!(sets_session(&done), "{done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_out_without_a_session_writes_no_session_cookie() {
    let gate = start().await;
    let elsewhere = signed_in(&gate, OTHER_PREFIX, "grace").await;
    let mut cookies: Vec<String> = look_alikes()
        .iter()
        .map(|name| format!("{name}={elsewhere}"))
        .collect();
    cookies.push("unrelated=1".to_owned());
    cookies.push(format!("{NAME}=damaged"));
    cookies.push(format!("{NAME}={elsewhere}; {NAME}={elsewhere}"));
    // Signed in at the other profile only: its session stays.
    cookies.push(format!("{NAME}={elsewhere}"));
    for cookie in cookies {
        for request in ["POST /auth/sign_out", "GET /auth/sign_out", "GET /logout"] {
            let answer = send(&gate, request, &cookie).await;
            assert!(
                [200, 303].contains(&socket::status(&answer)),
                "{request} {cookie:?}: {answer}"
            );
            assert!(!sets_session(&answer), "{request} {cookie:?}: {answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_doubtful_cookie_is_taken_out_before_a_sign_in_writes_the_cookie() {
    let gate = start().await;
    let attackers = signed_in(&gate, OTHER_PREFIX, "grace").await;
    let mut planted: Vec<String> = look_alikes()
        .iter()
        .map(|name| format!("{name}={attackers}"))
        .collect();
    // Two of the right name: one of them may be planted.
    planted.push(format!("{NAME}={attackers}; {NAME}={attackers}"));
    for planted in planted {
        let browser = Browser::new();
        let path = callback(&gate, &browser, "", "ada").await;
        let (attempt, value) = browser.cookies(HOST).remove(0);
        let cookie = format!("{planted}; {attempt}={value}");
        let answer = send(&gate, &format!("GET {path}"), &cookie).await;
        let session = answer
            .lines()
            .find_map(|line| line.strip_prefix(&format!("set-cookie: {NAME}=")))
            .unwrap_or_else(|| panic!("{answer}"));
        let own = format!("{NAME}={}", session.split(';').next().unwrap());
        assert_eq!(who(&gate, &own).await, Some("Ada"));
        let other = send(&gate, &format!("GET {OTHER_PREFIX}/auth/session"), &own).await;
        assert_eq!(
            socket::status(&other),
            401,
            "the planted handle of the other profile is not in the new cookie: {planted:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quoted_cookie_value_is_read() {
    let gate = start().await;
    let value = signed_in(&gate, "", "ada").await;
    let quoted = format!("{NAME}=\"{value}\"");
    assert_eq!(who(&gate, &quoted).await, Some("Ada"));
    let out = send(&gate, "POST /auth/sign_out", &quoted).await;
    assert_eq!(socket::status(&out), 403, "no proof that the form is ours");
    let browser = Browser::new();
    let path = callback(&gate, &browser, "", "ada").await;
    let (attempt, value) = browser.cookies(HOST).remove(0);
    let done = send(
        &gate,
        &format!("GET {path}"),
        &format!("{attempt}=\"{value}\""),
    )
    .await;
    assert!(sets_session(&done), "{done}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neighbours_cookie_that_is_not_text_hides_no_session_from_the_writer() {
    let gate = start().await;
    let value = signed_in(&gate, OTHER_PREFIX, "grace").await;
    let browser = Browser::new();
    let path = callback(&gate, &browser, "", "ada").await;
    let (attempt, sealed) = browser.cookies(HOST).remove(0);
    let mut request =
        format!("GET {path} HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\ncookie: latin=")
            .into_bytes();
    request.push(0xe9);
    request.extend_from_slice(format!("; {NAME}={value}; {attempt}={sealed}\r\n\r\n").as_bytes());
    let answer = socket::send(gate.port, &request).await;
    let session = answer
        .lines()
        .find_map(|line| line.strip_prefix(&format!("set-cookie: {NAME}=")))
        .unwrap_or_else(|| panic!("{answer}"));
    let own = format!("{NAME}={}", session.split(';').next().unwrap());
    assert_eq!(who(&gate, &own).await, Some("Ada"));
    let other = send(&gate, &format!("GET {OTHER_PREFIX}/auth/session"), &own).await;
    assert_eq!(socket::status(&other), 200, "the other session is kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn posted_callbacks_of_any_number_stay_within_what_browsers_keep() {
    let gate = start().await;
    let url = format!("http://{HOST}:{}{FORM_PREFIX}/auth/redirect", gate.port);
    let kept = |browser: &Browser| browser.cookies(HOST);
    for (field, most) in [("x".to_owned(), 10), ("x".repeat(900), 2)] {
        let browser = Browser::new();
        let mut newest = String::new();
        for _ in 0..12 {
            gate.turn(1);
            let fields = [("code", field.as_str()), ("state", "s")];
            let hop = browser.post_with(&url, &fields, &[("host", HOST)]).await;
            assert_eq!(hop.status, 303, "{}", hop.text);
            newest = hop.location_parameter("posted").unwrap();
        }
        let cookies = kept(&browser);
        let bytes: usize = cookies
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        assert!(
            cookies.len() == most && bytes <= 4_096,
            "{} cookies of {bytes} bytes",
            cookies.len()
        );
        assert!(
            cookies.iter().any(|(name, _)| name.ends_with(&newest)),
            "the newest stays"
        );
    }
}
