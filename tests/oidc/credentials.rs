//! Credentials over the wire: two secrets, and managed identities.

use std::time::Duration;

use chrono::TimeDelta;
use gatehouse::domain::credential::{Credential, SecretSource};
use gatehouse::domain::profile::Profile;
use gatehouse::domain::secret::ClientSecret;
use gatehouse::oidc::{CredentialProbe, CredentialProblem, Misconfiguration, OidcError, Topic};
use serde_json::json;

use crate::authority::{Authority, Reply};
use crate::setup::{
    NOW, RelyingParty, TENANT, claims, entra, header, redeem, relying_party, relying_party_with,
    tokens,
};
use crate::signer::Signer;

fn entra_that_signs_in(authority: &Authority, signer: &Signer) -> (Profile, Reply) {
    let profile = entra(authority, signer, TENANT);
    let mut claims = claims(&format!("{}/{TENANT}/v2.0", authority.base));
    claims["tid"] = json!(TENANT);
    let good = Reply::json(&tokens(&signer.sign(&header(), &claims)));
    (profile, good)
}

#[tokio::test]
async fn a_new_secret_is_tried_when_the_old_one_is_refused_and_then_used_first() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let (mut profile, good) = entra_that_signs_in(&authority, &signer);
    let secret = |text: &str| SecretSource::Fixed(ClientSecret::new(text));
    profile.client.credential = Credential::Secret {
        current: secret("old"),
        next: Some(secret("new")),
    };
    authority.answers_by("/token", move |call| {
        if call.field("client_secret").as_deref() == Some("new") {
            good.clone()
        } else {
            Reply::error(
                401,
                &json!({"error": "invalid_client", "error_codes": [7_000_215]}),
            )
        }
    });
    redeem(&party, &profile).await.unwrap();
    redeem(&party, &profile).await.unwrap();
    let calls = authority.seen("/token");
    let used: Vec<_> = calls
        .iter()
        .filter_map(|call| call.field("client_secret"))
        .collect();
    assert_eq!(used, ["old", "new", "new"]);
    authority.answers(
        "/token",
        Reply::error(401, &json!({"error": "invalid_client"})),
    );
    let refused = redeem(&party, &profile).await.unwrap_err();
    assert!(matches!(
        refused,
        OidcError::Misconfigured(Misconfiguration::Client(_))
    ));
    assert_eq!(authority.seen("/token").len(), 5, "each once, no more");
}

fn with_identity(profile: &mut Profile, identity: Option<&str>) {
    profile.client.credential = Credential::ManagedIdentity {
        identity: identity.map(str::to_owned),
        audience: "api://AzureADTokenExchange".into(),
    };
}

async fn assertions(authority: &Authority, party: &RelyingParty, profile: &Profile) -> Vec<String> {
    redeem(party, profile).await.unwrap();
    let calls = authority.seen("/token");
    calls
        .iter()
        .filter_map(|call| call.field("client_assertion"))
        .collect()
}

// proves: T16
#[tokio::test]
async fn app_service_gives_the_assertion_and_is_asked_again_only_before_it_expires() {
    let (authority, signer) = (Authority::start(), Signer::rsa());
    let (mut profile, good) = entra_that_signs_in(&authority, &signer);
    authority.answers("/token", good);
    with_identity(&mut profile, Some("user-assigned"));
    let endpoint = format!("{}/msi", authority.base);
    let party = relying_party_with(
        &[
            ("IDENTITY_ENDPOINT", &endpoint),
            ("IDENTITY_HEADER", "the-header"),
        ],
        Duration::from_secs(10),
    );
    let body = json!({"access_token": "mi-1", "expires_on": (NOW + 400).to_string()});
    authority.answers("/msi", Reply::json(&body));
    assertions(&authority, &party, &profile).await;
    let sent = assertions(&authority, &party, &profile).await;
    assert_eq!(sent, ["mi-1", "mi-1"]);
    let calls = authority.seen("/msi");
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].headers["x-identity-header"], "the-header");
    assert_eq!(
        calls[0].query,
        "api-version=2019-08-01&resource=api%3A%2F%2FAzureADTokenExchange&client_id=user-assigned"
    );
    party.clock.turn(TimeDelta::seconds(100));
    assertions(&authority, &party, &profile).await;
    assert_eq!(authority.seen("/msi").len(), 2);
}

// proves: T16
#[tokio::test]
async fn the_instance_metadata_service_is_the_last_resort() {
    let (authority, signer) = (Authority::start(), Signer::rsa());
    let (mut profile, good) = entra_that_signs_in(&authority, &signer);
    authority.answers("/token", good);
    with_identity(&mut profile, None);
    let party = relying_party_with(
        &[("AZURE_POD_IDENTITY_AUTHORITY_HOST", &authority.base)],
        Duration::from_secs(10),
    );
    let path = "/metadata/identity/oauth2/token";
    authority.answers(
        path,
        Reply::json(&json!({"access_token": "mi-2", "expires_in": "86399"})),
    );
    assert_eq!(assertions(&authority, &party, &profile).await, ["mi-2"]);
    let call = &authority.seen(path)[0];
    assert_eq!(call.headers["metadata"], "true");
    assert_eq!(
        call.query,
        "api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange"
    );
}

#[tokio::test]
async fn machine_learning_is_asked_with_its_secret() {
    let (authority, signer) = (Authority::start(), Signer::rsa());
    let (mut profile, good) = entra_that_signs_in(&authority, &signer);
    authority.answers("/token", good);
    with_identity(&mut profile, None);
    let endpoint = format!("{}/ml", authority.base);
    let party = relying_party_with(
        &[
            ("MSI_ENDPOINT", &endpoint),
            ("MSI_SECRET", "ml-secret"),
            ("DEFAULT_IDENTITY_CLIENT_ID", "d"),
        ],
        Duration::from_secs(10),
    );
    authority.answers("/ml", Reply::json(&json!({"access_token": "mi-3"})));
    assert_eq!(assertions(&authority, &party, &profile).await, ["mi-3"]);
    let call = &authority.seen("/ml")[0];
    assert_eq!(call.headers["secret"], "ml-secret");
    assert!(
        call.query.starts_with("api-version=2017-09-01&") && call.query.ends_with("&clientid=d")
    );
}

#[tokio::test]
async fn an_arc_challenge_that_names_a_strangers_file_reads_nothing() {
    let (authority, signer) = (Authority::start(), Signer::rsa());
    let (mut profile, _) = entra_that_signs_in(&authority, &signer);
    with_identity(&mut profile, None);
    let endpoint = format!("{}/arc", authority.base);
    let party = relying_party_with(
        &[("IDENTITY_ENDPOINT", &endpoint), ("IMDS_ENDPOINT", "x")],
        Duration::from_secs(10),
    );
    let folder = tempfile::tempdir().unwrap();
    let stolen = folder.path().join("stolen.key");
    std::fs::write(&stolen, "a secret of somebody else").unwrap();
    for path in [
        stolen.display().to_string(),
        "/var/opt/azcmagent/tokens/../x.key".into(),
        "/etc/passwd".into(),
    ] {
        let challenge = format!("Basic realm={path}");
        authority.answers(
            "/arc",
            Reply::status(401).with("www-authenticate", &challenge),
        );
        let refused = redeem(&party, &profile).await.unwrap_err();
        let OidcError::Misconfigured(Misconfiguration::Credential(problem)) = refused else {
            panic!("{refused:?}");
        };
        assert!(matches!(problem, CredentialProblem::ManagedIdentity { .. }));
    }
    let calls = authority.seen("/arc");
    assert!(
        calls
            .iter()
            .all(|call| !call.headers.contains_key("authorization"))
    );
    assert!(authority.seen("/token").is_empty());
}

#[tokio::test]
async fn a_credential_probe_tells_a_good_secret_from_a_bad_one() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let (profile, _) = entra_that_signs_in(&authority, &signer);
    authority.answers(
        "/token",
        Reply::error(
            401,
            &json!({"error": "invalid_client", "error_codes": [7_000_215]}),
        ),
    );
    let probe = party.authorities.probe_credential(&profile).await.unwrap();
    assert!(
        matches!(probe, CredentialProbe::Refused(detail) if detail.topic() == Topic::SecretWrong)
    );
    let body = json!({"access_token": "at", "token_type": "Bearer", "expires_in": 3599});
    authority.answers("/token", Reply::json(&body));
    let probe = party.authorities.probe_credential(&profile).await.unwrap();
    assert!(matches!(probe, CredentialProbe::Accepted));
    let call = authority.seen("/token").pop().unwrap();
    assert_eq!(call.field("grant_type").unwrap(), "client_credentials");
    assert_eq!(call.field("scope").unwrap(), "client/.default");
}

#[tokio::test]
async fn a_secret_file_replaced_by_a_link_to_the_keys_is_sent_to_nobody() {
    let (authority, signer, party) = (Authority::start(), Signer::rsa(), relying_party());
    let (mut profile, good) = entra_that_signs_in(&authority, &signer);
    authority.answers("/token", good);
    let folder = tempfile::tempdir().unwrap();
    let (file, keys) = (folder.path().join("secret"), folder.path().join("own-keys"));
    std::fs::write(&file, "the secret").unwrap();
    std::fs::write(&keys, "the keys of the gateway").unwrap();
    profile.client.credential = Credential::Secret {
        current: SecretSource::File {
            path: file.clone(),
            loaded: ClientSecret::new("the secret"),
        },
        next: None,
    };
    redeem(&party, &profile).await.unwrap();
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&keys, &file).unwrap();
    redeem(&party, &profile).await.unwrap_err();
    let calls = authority.seen("/token");
    assert_eq!(calls.len(), 1, "nothing was sent");
    let sent = calls.first().and_then(|call| call.field("client_secret"));
    assert_eq!(sent.as_deref(), Some("the secret"));
}
