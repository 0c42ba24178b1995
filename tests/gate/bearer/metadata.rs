//! Protected resource metadata (RFC 9728).

use super::gate_of;
use crate::harness::access_tokens::taking_tokens;
use crate::harness::browser::{Browser, client};
use crate::harness::{Fault, Kind};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_finds_the_authority_of_a_route_by_its_address() {
    for kind in Kind::ALL {
        let gate = gate_of(kind, &taking_tokens(kind)).await;
        let origin = gate.origin(kind);
        for (path, resource) in [("", origin.clone()), ("/mcp", format!("{origin}/mcp"))] {
            let url = gate.url(kind, &format!("{WELL_KNOWN}{path}"));
            let told = Browser::new()
                .get_with(&url, &[("origin", "https://inspector.example")])
                .await;
            assert_eq!(told.status, 200, "{kind:?}: {}", told.text);
            assert_eq!(told.header("access-control-allow-origin"), Some("*"));
            let document = told.json();
            assert_eq!(document["resource"], resource.as_str());
            assert_eq!(document["bearer_methods_supported"][0], "header");
            let scope = document["scopes_supported"][0].as_str().unwrap();
            assert!(scope.ends_with("Orders.Read"), "{scope}");
            let server = document["authorization_servers"][0].as_str().unwrap();
            let metadata = format!("{server}/.well-known/openid-configuration");
            let found = client().get(&metadata).send().await.unwrap();
            assert_eq!(found.status(), 200, "{kind:?}: {metadata}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_no_metadata_where_no_token_is_taken() {
    let kind = Kind::EntraId;
    let route = "[[route]]\npath = \"/mcp\"\naccept_bearer = { audience = \"api://mcp\", scopes = [\"Tools.Call\"] }";
    let gate = gate_of(kind, route).await;
    for (path, status) in [
        ("", 200),
        ("/mcp", 200),
        ("/mcp/", 200),
        ("/mcp/messages", 200),
        ("/orders", 404),
        ("/mcpx", 404),
        ("/%2e%2e/mcp", 404),
        ("x", 404),
    ] {
        let url = gate.url(kind, &format!("{WELL_KNOWN}{path}"));
        assert_eq!(Browser::new().get(&url).await.status, status, "{path}");
    }
    let other = gate.url(Kind::Oidc, WELL_KNOWN);
    assert_eq!(
        Browser::new().get(&other).await.status,
        404,
        "no route of that profile takes tokens"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_another_origin_may_read_the_metadata_after_a_preflight() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, &taking_tokens(kind)).await;
    let url = gate.url(kind, WELL_KNOWN);
    let preflight = client()
        .request(reqwest::Method::OPTIONS, &url)
        .header("origin", "https://inspector.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "mcp-protocol-version");
    let allowed = preflight.send().await.unwrap();
    assert_eq!(allowed.status(), 204);
    assert_eq!(allowed.headers()["access-control-allow-origin"], "*");
    assert_eq!(allowed.headers()["access-control-allow-headers"], "*");
    assert_eq!(Browser::new().post(&url, &[]).await.status, 405);
    let head = client().head(&url).send().await.unwrap();
    assert_eq!(head.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_metadata_is_unknown_while_the_authority_is_away() {
    let kind = Kind::EntraId;
    let gate = gate_of(kind, &taking_tokens(kind)).await;
    gate.sim.fault(Fault::MetadataThrottled(Some(30)));
    let away = Browser::new().get(gate.url(kind, WELL_KNOWN)).await;
    assert_eq!(away.status, 503, "{}", away.text);
    assert!(away.header("retry-after").is_some());
}
