//! Several hosts behind one sign-in: the hand-off of a session, and what must not come of it.

mod addresses;
mod attacks;
mod journeys;
mod outages;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, host};

const KIND: Kind = Kind::EntraId;
const CRM: &str = "crm.localhost";
const WIKI: &str = "wiki.localhost";

/// A profile with two further hosts; a proxy on this machine may ask.
fn plan() -> Plan {
    with_hosts(Plan::default())
}

fn with_hosts(plan: Plan) -> Plan {
    let hosts = format!("hosts = [\"http://{CRM}:{{port}}\", \"http://{WIKI}:{{port}}\"]");
    plan.settings("trusted_proxies = [\"127.0.0.1\"]\n")
        .line(KIND, &hosts)
}

/// An address at a further host.
fn at(gate: &TestGatehouse, host: &str, path: &str) -> String {
    format!("http://{host}:{}{path}", gate.port)
}

/// Follows redirects between our hosts, and chooses the person if the authority is visited. Rests before the first address
/// that is none of ours below `/auth/`.
async fn travel(gate: &TestGatehouse, browser: &Browser, mut page: Page, person: &str) -> Page {
    for _ in 0..12 {
        if !page.status.is_redirection() {
            return page;
        }
        let next = page.location();
        if next.port() != Some(gate.port) {
            page = gate.choose(browser, &page, person).await;
        } else if next.path().starts_with("/auth/") {
            page = browser.follow(&page).await;
        } else {
            return page;
        }
    }
    panic!("no end at {}", page.url);
}

/// Signs in at a further host; gives the redirect to the page that was wanted.
async fn enter(gate: &TestGatehouse, browser: &Browser, host: &str, person: &str) -> Page {
    let begun = browser
        .get(at(gate, host, "/auth/sign_in?return_to=/deep?x=1"))
        .await;
    travel(gate, browser, begun, person).await
}

/// Goes as far as the redirect that carries a ticket for a further host.
async fn ticket(gate: &TestGatehouse, browser: &Browser, host: &str, person: &str) -> Page {
    let mut page = browser
        .get(at(gate, host, "/auth/sign_in?return_to=/deep"))
        .await;
    for _ in 0..8 {
        let next = page.location();
        if next.path() == "/auth/landing" {
            return page;
        }
        page = if next.port() == Some(gate.port) {
            browser.follow(&page).await
        } else {
            gate.choose(browser, &page, person).await
        };
    }
    panic!("no ticket, but {}", page.url);
}

async fn is_signed_in_at(gate: &TestGatehouse, browser: &Browser, host: &str) -> bool {
    let page = browser.get(at(gate, host, "/auth/session")).await;
    page.json()["signed_in"] == true
}

/// What a proxy learns that guards this host.
async fn check(gate: &TestGatehouse, browser: &Browser, named: &str, path: &str) -> Page {
    let authority = format!("{named}:{}", gate.port);
    // The proxy passes on the cookies that the browser has for the guarded host.
    let cookies: Vec<String> = browser
        .cookies(named)
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookies = cookies.join("; ");
    let headers = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", authority.as_str()),
        ("x-forwarded-uri", path),
        ("cookie", cookies.as_str()),
        ("sec-fetch-mode", "navigate"),
    ];
    let address = format!("http://{}:{}/auth/check", host(KIND), gate.port);
    Browser::new().get_with(address, &headers).await
}
