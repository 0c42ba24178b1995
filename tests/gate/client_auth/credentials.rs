//! How gatehouse proves itself, against authorities that check: secrets, certificates, nothing. Files are exchanged
//! while it runs. The platform's tokens are in `federation.rs`.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use simulator::{CLIENT_SECRET, Client, Credential};

pub const ENTRA: Kind = Kind::EntraId;
pub const OLD: &str = include_str!("../../profiles/secrets/old.pem");
pub const NEW: &str = include_str!("../../profiles/secrets/new.pem");
pub const NEW_KEY: &str = include_str!("../../profiles/secrets/new-key.pem");

/// The profile's credential instead of its secret, and what the authority knows of it.
pub fn exchange(gate: &TestGatehouse, lines: &str, known: Credential) {
    let secret = format!("client_secret = {{ value = \"{CLIENT_SECRET}\" }}");
    gate.edit(ENTRA, |text| text.replace(&secret, lines));
    register(gate, known);
}

pub fn register(gate: &TestGatehouse, known: Credential) {
    gate.sim.register(Client {
        kind: Some(ENTRA),
        credential: known,
        ..Client::with_secret(ENTRA.client_id(), "")
    });
}

pub fn put(gate: &TestGatehouse, name: &str, content: &str) -> String {
    let path = gate.folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.display().to_string()
}

async fn tries(gate: &TestGatehouse) -> (Browser, Page) {
    let browser = Browser::new();
    let callback = gate.answer(&browser, ENTRA, "ada", "/").await;
    let page = browser.follow(&callback).await;
    (browser, page)
}

pub async fn signs_in(gate: &TestGatehouse, why: &str) -> Browser {
    let (browser, page) = tries(gate).await;
    assert_eq!(page.status, 303, "{why}: {}", page.text);
    assert!(gate.is_signed_in(&browser, ENTRA).await, "{why}");
    browser
}

pub async fn is_the_operators(gate: &TestGatehouse, why: &str) {
    let (browser, page) = tries(gate).await;
    assert_eq!(page.status, 502, "{why}: {}", page.text);
    assert!(
        page.text.contains("not set up right") && page.text.contains("Request id"),
        "{why}"
    );
    assert!(!gate.is_signed_in(&browser, ENTRA).await, "{why}");
}

fn assertion(gate: &TestGatehouse) -> (serde_json::Value, serde_json::Value) {
    let call = gate
        .sim
        .calls()
        .into_iter()
        .rfind(|call| call.endpoint == Endpoint::Token)
        .unwrap();
    assert_eq!(call.parameter("client_secret"), None, "one proof, not two");
    assert_eq!(
        call.parameter("client_assertion_type"),
        Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    );
    let parts: Vec<&str> = call
        .parameter("client_assertion")
        .unwrap()
        .split('.')
        .collect();
    let read = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    (read(parts[0]), read(parts[1]))
}

/// A gate at a time at which the certificates of the tests are valid.
async fn later() -> TestGatehouse {
    let gate = Plan::default().start().await;
    gate.turn(7 * 24 * 3_600);
    gate
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_signs_in_and_refreshes() {
    let gate = later().await;
    let file = put(&gate, "cert.pem", OLD);
    exchange(
        &gate,
        &format!("client_certificate = {{ file = \"{file}\" }}"),
        Credential::Certificates(vec![OLD.to_owned()]),
    );
    let browser = signs_in(&gate, "certificate").await;
    let (header, claims) = assertion(&gate);
    assert_eq!(
        (header["alg"].as_str(), header["typ"].as_str()),
        (Some("PS256"), Some("JWT"))
    );
    assert!(
        !header["x5t#S256"].as_str().unwrap().contains('='),
        "without padding"
    );
    assert!(
        header.get("x5c").is_none(),
        "the chain only where it is asked for"
    );
    assert_eq!(
        (claims["iss"].as_str(), claims["sub"].as_str()),
        (Some(ENTRA.client_id()), Some(ENTRA.client_id()))
    );
    assert!(
        claims["aud"]
            .as_str()
            .unwrap()
            .ends_with("/oauth2/v2.0/token")
    );
    assert!(claims["exp"].is_i64() && claims["nbf"].is_i64() && claims["jti"].is_string());
    gate.turn(3_400);
    let page = browser.visit(gate.url(ENTRA, "/auth/call_api/graph")).await;
    assert!(page.text.contains("200 OK"), "{}", page.text);
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chain_goes_along_leaf_first_where_the_profile_says_so() {
    let gate = later().await;
    let (file, key) = (put(&gate, "cert.pem", NEW), put(&gate, "key.pem", NEW_KEY));
    let lines = format!(
        "client_certificate = {{ file = \"{file}\", key = {{ file = \"{key}\" }} }}\nsend_certificate_chain = true"
    );
    exchange(
        &gate,
        &lines,
        Credential::Certificates(vec![NEW.to_owned()]),
    );
    signs_in(&gate, "chain").await;
    let (header, _) = assertion(&gate);
    assert_eq!(header["x5c"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_a_roll_over_the_certificate_that_the_authority_knows_is_found() {
    let gate = later().await;
    let (old, new, key) = (
        put(&gate, "old.pem", OLD),
        put(&gate, "new.pem", NEW),
        put(&gate, "key.pem", NEW_KEY),
    );
    let lines = format!(
        "client_certificate = [{{ file = \"{old}\" }}, {{ file = \"{new}\", key = {{ file = \"{key}\" }} }}]"
    );
    exchange(
        &gate,
        &lines,
        Credential::Certificates(vec![OLD.to_owned()]),
    );
    signs_in(&gate, "before").await;
    register(&gate, Credential::Certificates(vec![NEW.to_owned()]));
    signs_in(&gate, "the old one was removed at the authority").await;
    let asked = gate.sim.count(Endpoint::Token);
    signs_in(&gate, "after").await;
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        asked + 1,
        "what was accepted last comes first"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_exchanged_on_disk_is_picked_up_without_a_restart() {
    let gate = later().await;
    let file = put(&gate, "cert.pem", OLD);
    exchange(
        &gate,
        &format!("client_certificate = {{ file = \"{file}\" }}"),
        Credential::Certificates(vec![OLD.to_owned()]),
    );
    signs_in(&gate, "old").await;
    register(&gate, Credential::Certificates(vec![NEW.to_owned()]));
    is_the_operators(&gate, "the authority knows the new one only").await;
    put(&gate, "cert.pem", &format!("{NEW}{NEW_KEY}"));
    signs_in(&gate, "new").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_not_valid_yet_signs_nothing() {
    let gate = later().await;
    let file = put(&gate, "cert.pem", OLD);
    exchange(
        &gate,
        &format!("client_certificate = {{ file = \"{file}\" }}"),
        Credential::Certificates(vec![OLD.to_owned()]),
    );
    gate.turn(-30 * 24 * 3_600);
    let asked = gate.sim.count(Endpoint::Token);
    is_the_operators(&gate, "not valid yet").await;
    assert_eq!(gate.sim.count(Endpoint::Token), asked, "nothing is sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_in_a_file_is_read_again_when_it_changes() {
    let gate = Plan::default().start().await;
    let file = put(&gate, "secret", &format!("{CLIENT_SECRET}\n"));
    exchange(
        &gate,
        &format!("client_secret = {{ file = \"{file}\" }}"),
        Credential::Secrets(vec![CLIENT_SECRET.to_owned()]),
    );
    signs_in(&gate, "with a line end").await;
    register(
        &gate,
        Credential::Secrets(vec!["the-new-secret~of.the-tests".to_owned()]),
    );
    is_the_operators(&gate, "expired").await;
    put(&gate, "secret", "the-new-secret~of.the-tests");
    signs_in(&gate, "exchanged").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_coming_secret_is_tried_when_the_present_one_is_refused() {
    let gate = Plan::default().start().await;
    let lines = format!(
        "client_secret = {{ value = \"{CLIENT_SECRET}\" }}\nclient_secret_next = {{ value = \"the-new-secret~of.the-tests\" }}"
    );
    exchange(
        &gate,
        &lines,
        Credential::Secrets(vec![CLIENT_SECRET.to_owned()]),
    );
    signs_in(&gate, "the present one").await;
    assert_eq!(gate.sim.count(Endpoint::Token), 1);
    register(
        &gate,
        Credential::Secrets(vec!["the-new-secret~of.the-tests".to_owned()]),
    );
    signs_in(&gate, "the coming one").await;
    signs_in(&gate, "and then at once").await;
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        4,
        "refused once, remembered then"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_proves_itself_with_pkce_alone() {
    let gate = Plan::default().start().await;
    exchange(&gate, "public_client = true", Credential::Public);
    signs_in(&gate, "public").await;
    let call = gate
        .sim
        .calls()
        .into_iter()
        .rfind(|call| call.endpoint == Endpoint::Token)
        .unwrap();
    assert!(
        call.parameter("client_secret").is_none()
            && call.parameter("client_assertion").is_none()
            && call.authorization.is_none()
    );
    assert!(call.parameter("code_verifier").is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_takes_basic_only_gets_basic() {
    let gate = Plan::default()
        .sim(|options| options.shapes.oidc_basic_only = true)
        .start()
        .await;
    let browser = Browser::new();
    gate.sign_in(&browser, Kind::Oidc, "ada").await;
    assert!(gate.is_signed_in(&browser, Kind::Oidc).await);
    let call = gate
        .sim
        .calls()
        .into_iter()
        .rfind(|call| call.endpoint == Endpoint::Token)
        .unwrap();
    assert!(call.authorization.as_deref().unwrap().starts_with("Basic "));
    assert_eq!(call.parameter("client_secret"), None);
}
