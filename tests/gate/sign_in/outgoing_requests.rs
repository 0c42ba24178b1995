//! What goes to an authority.

use std::collections::{BTreeMap, HashSet};

use simulator::Call;

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Fault, Kind, Plan, host};

fn parameters(page: &Page) -> BTreeMap<String, String> {
    let location = page.location();
    let pairs: Vec<(String, String)> = location.query_pairs().into_owned().collect();
    let map: BTreeMap<String, String> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "each parameter once: {location}");
    map
}

// proves: A13, A59, A60, A61, B9, B10, B145
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_request_of_each_kind_is_complete_and_exact() {
    let gate = Plan::default().start().await;
    for kind in Kind::ALL {
        let sent = parameters(&gate.begin(&Browser::new(), kind).await);
        assert_eq!(sent["response_type"], "code", "{kind:?}");
        assert_eq!(sent["client_id"], kind.client_id());
        assert_eq!(sent["redirect_uri"], gate.url(kind, "/auth/redirect"));
        assert_eq!(
            sent["code_challenge_method"], "S256",
            "{kind:?} announces it or not"
        );
        assert_eq!(
            (sent["code_challenge"].len(), sent["nonce"].len()),
            (43, 43)
        );
        let scopes: Vec<&str> = sent["scope"].split(' ').collect();
        assert!(
            scopes.contains(&"openid") && scopes.contains(&"profile"),
            "{scopes:?}"
        );
        let of_api = if matches!(kind, Kind::B2c | Kind::Oidc) {
            "Orders.Read"
        } else {
            "User.Read"
        };
        assert!(
            scopes.iter().any(|scope| scope.ends_with(of_api)),
            "{scopes:?}"
        );
        assert!(
            sent["state"].len() < 1_024,
            "{} characters of state",
            sent["state"].len()
        );
        assert!(!sent.contains_key("code_verifier") && !sent.contains_key("client_secret"));
    }
}

/// Token requests are posted, prove the client in one way, and each has a verifier of its own.
fn verifiers_are_new(calls: &[Call], seen: &mut HashSet<String>) {
    for call in calls.iter().filter(|call| call.endpoint == Endpoint::Token) {
        assert_eq!(call.method, "POST");
        let sent = call.parameters.iter();
        let verifiers: Vec<_> = sent.filter(|(name, _)| name == "code_verifier").collect();
        assert_eq!(verifiers.len(), 1);
        let is_new = seen.insert(verifiers[0].1.clone());
        assert!(is_new, "A63: also after an attempt that failed");
        let by_header = call.authorization.is_some();
        let by_body = call.parameter("client_secret").is_some();
        assert_ne!(by_header, by_body, "A62: one way of client authentication");
    }
}

/// No secret stands in an address, and the access token in its header only.
fn secrets_are_in_no_address(calls: &[Call]) {
    for call in calls.iter().filter(|call| call.method == "GET") {
        for secret in [
            "access_token",
            "refresh_token",
            "code_verifier",
            "client_secret",
            "client_assertion",
        ] {
            let sent = call.parameter(secret);
            assert!(sent.is_none(), "{secret} in the address of {}", call.path);
        }
    }
    let userinfo = calls
        .iter()
        .filter(|call| call.endpoint == Endpoint::Userinfo);
    for call in userinfo {
        let header = call.authorization.as_deref().unwrap();
        assert!(header.starts_with("Bearer "));
        assert!(call.parameters.is_empty(), "A64: in one place only");
    }
}

// proves: A62, A63, B17, B82, B142, B186
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_go_once_in_a_body_and_are_new_every_time() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let mut seen = HashSet::new();
    for attempt in 0..4 {
        let begun = browser
            .get(gate.url(Kind::Oidc, "/auth/sign_in?other_account=1"))
            .await;
        let sent = parameters(&begun);
        for name in ["state", "nonce", "code_challenge"] {
            assert!(seen.insert(sent[name].clone()), "{name} is new");
        }
        let callback = gate.choose(&browser, &begun, "ada").await;
        if attempt == 1 {
            gate.sim.fault(Fault::InvalidGrant.times(1));
        }
        let done = browser.follow(&callback).await;
        assert_eq!(done.status.is_redirection(), attempt != 1, "{}", done.text);
        gate.turn(61);
    }
    let calls = gate.sim.calls();
    assert_eq!(gate.sim.count(Endpoint::Token), 4);
    verifiers_are_new(&calls, &mut seen);
    secrets_are_in_no_address(&calls);
    let other = calls.iter().filter(|call| call.endpoint == Endpoint::Other);
    assert_eq!(other.count(), 0, "A67: no address but the announced ones");
}

// proves: B83, B186
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_verifier_appears_nowhere_before_it_is_sent() {
    let gate = Plan::default().start().await;
    let browser = Browser::new();
    let begun = gate.begin(&browser, Kind::EntraId).await;
    let cookies = browser.cookies(host(Kind::EntraId));
    let callback = gate.choose(&browser, &begun, "ada").await;
    browser.follow(&callback).await;
    let calls = gate.sim.calls();
    let token = calls
        .iter()
        .find(|call| call.endpoint == Endpoint::Token)
        .unwrap();
    let (verifier, nonce) = (
        token.parameter("code_verifier").unwrap(),
        begun.location_parameter("nonce").unwrap(),
    );
    let shown = format!(
        "{:?}{}{cookies:?}{}",
        begun.headers,
        begun.text,
        callback.location()
    );
    assert!(!shown.contains(verifier));
    assert!(
        !format!("{cookies:?}").contains(&nonce),
        "what the cookie holds is sealed"
    );
}

// proves: B81
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_refuses_pkce_gets_no_weaker_attempt() {
    let gate = Plan::default().start().await;
    gate.sim.fault(Fault::AuthorizeError {
        error: "invalid_request".into(),
        description: "code_challenge_method".into(),
    });
    let browser = Browser::new();
    let callback = gate.answer(&browser, Kind::Oidc, "ada", "/").await;
    let page = browser.follow(&callback).await;
    assert!(!page.status.is_redirection(), "{}", page.status);
    let begun = gate.begin(&browser, Kind::Oidc).await;
    assert_eq!(
        begun.location_parameter("code_challenge_method").as_deref(),
        Some("S256")
    );
}
