//! Callers with an access token of their own, and the challenges that lead them to one.

mod attacks;
mod callers;
mod metadata;
mod narrowing;
mod tenants;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, host};

/// Guards everything and takes tokens; the simulator signs people in by itself.
pub async fn gate_of(kind: Kind, route: &str) -> TestGatehouse {
    Plan::default()
        .settings("trusted_proxies = [\"127.0.0.1\"]\n")
        .sim(|options| options.auto_sign_in = true)
        .table(kind, route)
        .start()
        .await
}

/// Asks about a request as Traefik does. `*/*` is what programs accept.
pub async fn ask(
    gate: &TestGatehouse,
    browser: &Browser,
    kind: Kind,
    path: &str,
    headers: &[(&'static str, &str)],
) -> Page {
    let authority = format!("{}:{}", host(kind), gate.port);
    let mut all = vec![
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", authority.as_str()),
        ("x-forwarded-uri", path),
    ];
    if !headers.iter().any(|(name, _)| *name == "accept") {
        all.push(("accept", "*/*"));
    }
    all.extend(headers);
    browser.get_with(gate.url(kind, "/auth/check"), &all).await
}

/// The same for a program with a token.
pub async fn with_token(gate: &TestGatehouse, kind: Kind, path: &str, token: &str) -> Page {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str())];
    ask(gate, &Browser::new(), kind, path, &headers).await
}

/// The challenge of an answer.
pub fn challenge(page: &Page) -> String {
    page.header("www-authenticate")
        .unwrap_or_default()
        .to_owned()
}
