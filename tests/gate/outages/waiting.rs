//! What people who wait see: a page that tries again by itself, names what is down, and keeps their header.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Fault, Kind, Plan};

const KIND: Kind = Kind::EntraId;

/// After how many seconds the page tries again.
fn wait(page: &Page) -> u64 {
    let mark = "http-equiv=\"refresh\" content=\"";
    let (_, after) = page
        .text
        .split_once(mark)
        .expect("it tries again by itself");
    after.split('"').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longer_an_outage_lasts_the_later_its_page_tries_again() {
    let gate = Plan::default().start().await;
    gate.sim.fault(Fault::MetadataStatus(500));
    let browser = Browser::new();
    let url = gate.url(KIND, "/auth/sign_in?return_to=/auth/you");
    let mut waits = Vec::new();
    for turned in [0, 90, 100, 110, 110] {
        gate.turn(turned);
        let page = browser.get(&url).await;
        assert_eq!(page.status, 503, "{}", page.text);
        assert!(page.sets_cookies().is_empty(), "{:?}", page.headers);
        assert!(
            page.text
                .contains("<a class=\"button primary\" href=\"\">Try again")
        );
        waits.push(wait(&page));
    }
    assert!((2..=30).contains(&waits[0]), "{waits:?}");
    assert!(
        (33..=60).contains(&waits[1]),
        "half of 90 s, or nearly: {waits:?}"
    );
    let grows = waits[1] < waits[2] && waits[1] < waits[3];
    assert!(grows && waits[4] == 120, "{waits:?}");
    gate.turn(600);
    let later = wait(&browser.get(&url).await);
    assert!(later <= 60, "an outage of its own: {later}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_is_down_is_named_and_the_header_stays() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let table = format!(
        "[[route]]\npath = \"/orders\"\nupstream = \"http://{address}\"\ntitle = \"Contoso <orders>\"\npublic = [\"/orders/open\"]\n\n\
         [[route]]\npath = \"/bills\"\nupstream = \"http://{address}\"\n"
    );
    let plan = Plan::default().table(KIND, &table);
    let (gate, browser) = plan.signed_in(KIND, "ada").await;
    let page = browser.get(gate.url(KIND, "/orders/1")).await;
    assert_eq!(page.status, 502);
    for part in [
        "<h1 tabindex=\"-1\" autofocus>Contoso &lt;orders&gt; does not answer</h1>",
        "class=\"tabs\"",
        "Ada Lovelace",
        "You are still signed in",
        "<a class=\"button primary\" href=\"\">Try again",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let bills = browser.get(gate.url(KIND, "/bills")).await;
    assert!(!bills.text.contains("orders"), "{}", bills.text);
    let stranger = Browser::new().get(gate.url(KIND, "/orders/open/1")).await;
    assert_eq!(stranger.status, 502);
    assert!(
        stranger
            .text
            .contains("Contoso &lt;orders&gt; does not answer")
    );
    assert!(
        !stranger.text.contains("still signed in"),
        "{}",
        stranger.text
    );
    let sent = browser
        .post_with(
            gate.url(KIND, "/orders/1"),
            &[("a", "b")],
            &[("origin", &gate.origin(KIND))],
        )
        .await;
    assert_eq!(sent.status, 502, "{}", sent.text);
    assert!(
        !sent.text.contains("Try again</a>"),
        "a form is not sent again by a link"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_gives_no_answer_is_named_and_the_header_stays() {
    for (fault, status, words) in [
        (Fault::ApiThrottled(Some(20)), 503, "Contoso ledger is busy"),
        (Fault::ApiHang, 504, "Contoso ledger did not answer in time"),
    ] {
        let plan = Plan::default().settings("[http]\napi_timeout = \"1s\"");
        let gate = plan.start().await;
        gate.edit(KIND, |text| {
            text.replacen("[[api]]\n", "[[api]]\ntitle = \"Contoso ledger\"\n", 1)
        });
        let browser = gate.browser_of(KIND, "ada").await;
        gate.sim.fault(fault.clone());
        let page = gate.call(&browser, KIND).await;
        assert_eq!(page.status, status, "{}", page.text);
        for part in [words, "class=\"tabs\"", "Ada Lovelace", ">Try again</a>"] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
    }
}
