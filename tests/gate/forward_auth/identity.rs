//! Identity headers: what an application receives about the person, and what a caller cannot make it believe.

use super::families::{KIND, TRUSTED, WAYS, Way, ask, navigate};
use crate::harness::Plan;
use crate::harness::browser::Browser;

const ROUTE: &str = r#"[[route]]
path = "/"
public = ["/public"]
identity_headers = { "Remote-User" = "preferred_username", "Remote-Mail" = "email", "X-Nobody" = "no_such_claim" }"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_arrives_under_the_name_that_the_route_gives_it() {
    let plan = Plan::default().settings(TRUSTED).table(KIND, ROUTE);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        let forged = [("remote-user", "mallory"), ("x-nobody", "root")];
        let passed = ask(&gate, &browser, way, "/", &forged).await;
        assert_eq!(passed.status, 200, "{way:?}: {}", passed.text);
        let user = passed.header("remote-user").unwrap();
        assert!(user.starts_with("ada"), "{way:?}: {user}");
        assert!(passed.header("x-nobody").is_none(), "{way:?}");
    }
}

// proves: C34
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_header_of_the_route_is_on_the_removal_list_when_its_claim_is_missing() {
    let plan = Plan::default().settings(TRUSTED).table(KIND, ROUTE);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let removed = |page: &crate::harness::browser::Page| -> Vec<String> {
        let list = page.header("x-envoy-auth-headers-to-remove").unwrap();
        list.split(',').map(str::to_owned).collect()
    };
    let person = removed(&ask(&gate, &browser, Way::Path, "/", &[]).await);
    assert!(person.contains(&"X-Nobody".to_owned()), "{person:?}");
    assert!(!person.contains(&"Remote-User".to_owned()), "{person:?}");
    let stranger = Browser::new();
    let nobody = removed(&navigate(&gate, &stranger, Way::Path, "/public").await);
    for name in ["Remote-User", "Remote-Mail", "X-Nobody"] {
        assert!(nobody.contains(&name.to_owned()), "{nobody:?}");
    }
}

/// The assertion's claims as a standard library verifies them, with the published keys.
async fn verified(
    gate: &crate::harness::TestGatehouse,
    assertion: &str,
    audience: &str,
) -> Result<serde_json::Value, jsonwebtoken::errors::Error> {
    let published = Browser::new().get(gate.url(KIND, "/auth/jwks.json")).await;
    assert_eq!(published.status, 200);
    assert_eq!(
        published.header("cache-control"),
        Some("public, max-age=300")
    );
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_str(&published.text).unwrap();
    let key_id = jsonwebtoken::decode_header(assertion)?.kid.unwrap();
    let key = keys
        .find(&key_id)
        .expect("the key that signed is published");
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    rules.set_audience(&[audience]);
    rules.set_issuer(&[gate.origin(KIND)]);
    rules.set_required_spec_claims(&["iss", "aud", "exp", "nbf", "sub"]);
    // The test's clock is not the machine's.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let key = jsonwebtoken::DecodingKey::from_jwk(key)?;
    Ok(jsonwebtoken::decode(assertion, &key, &rules)?.claims)
}

// proves: B20
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_verifies_the_assertion_with_the_published_keys() {
    let routes = "[[route]]\npath = \"/\"\n[[route]]\npath = \"/orders\"";
    let plan = Plan::default().settings(TRUSTED).table(KIND, routes);
    let gate = plan.start().await;
    let browser = gate.browser_of(KIND, "grace").await;
    let page = ask(&gate, &browser, Way::Original, "/orders/7", &[]).await;
    let assertion = page.header("x-auth-assertion").unwrap();
    let orders = format!("{}/orders", gate.origin(KIND));
    let claims = verified(&gate, assertion, &orders).await.unwrap();
    assert_eq!(claims["sub"].as_str(), page.header("x-auth-subject"));
    assert_eq!(claims["profile"], "entra-id");
    assert_eq!(claims["roles"], serde_json::json!(["Orders.Read", "Admin"]));
    let life = claims["exp"].as_i64().unwrap()
        - gatehouse::domain::clock::Clock::now(&*gate.clock).timestamp();
    assert!((1..=60).contains(&life), "{life}");
    // What one route was told proves nothing to another.
    let root = format!("{}/", gate.origin(KIND));
    assert!(verified(&gate, assertion, &root).await.is_err());
    // Somebody changes the payload.
    let parts: Vec<&str> = assertion.split('.').collect();
    let forged = format!("{}.{}.{}", parts[0], parts[1].replace('a', "b"), parts[2]);
    assert!(verified(&gate, &forged, &orders).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assertion_is_sent_again_until_half_of_its_life_and_never_to_another_person() {
    let gate = Plan::default().settings(TRUSTED).start().await;
    let (ada, grace) = (
        gate.browser_of(KIND, "ada").await,
        gate.browser_of(KIND, "grace").await,
    );
    let assertion = async |browser: &Browser| {
        let page = navigate(&gate, browser, Way::Forwarded, "/").await;
        page.header("x-auth-assertion").unwrap().to_owned()
    };
    let first = assertion(&ada).await;
    assert_eq!(assertion(&ada).await, first);
    assert_ne!(assertion(&grace).await, first);
    gate.turn(31);
    assert_ne!(assertion(&ada).await, first);
}

// proves: B185
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_with_three_hundred_groups_fits_into_the_buffer_of_a_proxy() {
    let gate = Plan::default()
        .settings(TRUSTED)
        .table(KIND, ROUTE)
        .start()
        .await;
    let groups: Vec<String> = (0..300)
        .map(|at| format!("0a5d1e5c-0b0e-4d52-9d6c-{at:012}"))
        .collect();
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    gate.sim.set_person_groups("ada", &groups);
    let browser = gate.browser_of(KIND, "ada").await;
    for way in WAYS {
        let page = navigate(&gate, &browser, way, "/").await;
        assert_eq!(page.status, 200, "{way:?}");
        let lines = page.headers.iter();
        let size: usize = lines
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        assert!(size < 4_000, "{way:?}: {size}");
        assert!(page.header("x-auth-groups").is_none());
        assert_eq!(page.header("x-auth-truncated"), Some("x-auth-groups"));
        assert!(page.header("x-auth-assertion").is_some());
    }
}
