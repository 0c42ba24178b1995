//! How gatehouse proves itself, against authorities that check: secrets, certificates, nothing. Files are exchanged
//! while it runs. The platform's tokens are in `federation.rs`.

use crate::harness::client_auth::{ENTRA, NEW, NEW_KEY, OLD, certificates, secrets};
use crate::harness::{Endpoint, Kind, Plan, TestGatehouse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use simulator::{CLIENT_SECRET, Credential};

const NEW_SECRET: &str = "the-new-secret~of.the-tests";

/// Header and claims of the last client assertion.
fn assertion(gate: &TestGatehouse) -> (serde_json::Value, serde_json::Value) {
    let call = gate.last_token_request();
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

/// At a time at which the certificates of the tests are valid.
async fn later() -> TestGatehouse {
    let gate = Plan::default().start().await;
    gate.turn(7 * 24 * 3_600);
    gate
}

/// The profile authenticates by the old certificate, which is the one that the authority knows.
async fn with_certificate() -> TestGatehouse {
    let gate = later().await;
    let file = gate.put("cert.pem", OLD);
    let line = format!("client_certificate = {{ file = \"{file}\" }}");
    gate.authenticate_by(&line, certificates(OLD));
    gate
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_signs_in_and_refreshes() {
    let gate = with_certificate().await;
    let browser = gate.signs_in("certificate").await;
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
    gate.api_answers(&browser, ENTRA, "refreshed").await;
    assert_eq!(gate.sim.count(Endpoint::Refresh), 1);
}

// proves: T16
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_chain_goes_along_leaf_first_where_the_profile_says_so() {
    let gate = later().await;
    let (file, key) = (gate.put("cert.pem", NEW), gate.put("key.pem", NEW_KEY));
    let lines = format!(
        "client_certificate = {{ file = \"{file}\", key = {{ file = \"{key}\" }} }}\nsend_certificate_chain = true"
    );
    gate.authenticate_by(&lines, certificates(NEW));
    gate.signs_in("chain").await;
    let (header, _) = assertion(&gate);
    assert_eq!(header["x5c"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn during_a_roll_over_the_certificate_that_the_authority_knows_is_found() {
    let gate = later().await;
    let (old, new, key) = (
        gate.put("old.pem", OLD),
        gate.put("new.pem", NEW),
        gate.put("key.pem", NEW_KEY),
    );
    let lines = format!(
        "client_certificate = [{{ file = \"{old}\" }}, {{ file = \"{new}\", key = {{ file = \"{key}\" }} }}]"
    );
    gate.authenticate_by(&lines, certificates(OLD));
    gate.signs_in("before").await;
    gate.register(certificates(NEW));
    gate.signs_in("the old one was removed at the authority")
        .await;
    let asked = gate.sim.count(Endpoint::Token);
    gate.signs_in("after").await;
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        asked + 1,
        "what was accepted last comes first"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_exchanged_on_disk_is_picked_up_without_a_restart() {
    let gate = with_certificate().await;
    gate.signs_in("old").await;
    gate.register(certificates(NEW));
    gate.is_not_set_up_right("the authority knows the new one only")
        .await;
    gate.put("cert.pem", &format!("{NEW}{NEW_KEY}"));
    gate.signs_in("new").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_not_valid_yet_signs_nothing() {
    let gate = with_certificate().await;
    gate.turn(-30 * 24 * 3_600);
    let asked = gate.sim.count(Endpoint::Token);
    gate.is_not_set_up_right("not valid yet").await;
    assert_eq!(gate.sim.count(Endpoint::Token), asked, "nothing is sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_in_a_file_is_read_again_when_it_changes() {
    let gate = Plan::default().start().await;
    let file = gate.put("secret", &format!("{CLIENT_SECRET}\n"));
    gate.authenticate_by(
        &format!("client_secret = {{ file = \"{file}\" }}"),
        secrets(CLIENT_SECRET),
    );
    gate.signs_in("with a line end").await;
    gate.register(secrets(NEW_SECRET));
    gate.is_not_set_up_right("expired").await;
    gate.put("secret", NEW_SECRET);
    gate.signs_in("exchanged").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_coming_secret_is_tried_when_the_present_one_is_refused() {
    let gate = Plan::default().start().await;
    let lines = format!(
        "client_secret = {{ value = \"{CLIENT_SECRET}\" }}\nclient_secret_next = {{ value = \"{NEW_SECRET}\" }}"
    );
    gate.authenticate_by(&lines, secrets(CLIENT_SECRET));
    gate.signs_in("the present one").await;
    assert_eq!(gate.sim.count(Endpoint::Token), 1);
    gate.register(secrets(NEW_SECRET));
    gate.signs_in("the coming one").await;
    gate.signs_in("and then at once").await;
    assert_eq!(
        gate.sim.count(Endpoint::Token),
        4,
        "refused once, remembered then"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_public_client_proves_itself_with_pkce_alone() {
    let gate = Plan::default().start().await;
    gate.authenticate_by("public_client = true", Credential::Public);
    gate.signs_in("public").await;
    let call = gate.last_token_request();
    assert!(
        call.parameter("client_secret").is_none()
            && call.parameter("client_assertion").is_none()
            && call.authorization.is_none()
    );
    assert!(call.parameter("code_verifier").is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_takes_basic_only_gets_basic() {
    let (gate, browser) = Plan::default()
        .sim(|options| options.shapes.oidc_basic_only = true)
        .signed_in(Kind::Oidc, "ada")
        .await;
    assert!(gate.is_signed_in(&browser, Kind::Oidc).await);
    let call = gate.last_token_request();
    assert!(call.authorization.as_deref().unwrap().starts_with("Basic "));
    assert_eq!(call.parameter("client_secret"), None);
}
