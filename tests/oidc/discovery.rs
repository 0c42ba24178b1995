//! Metadata: what is refused, what is kept, and how often it is fetched.

use chrono::TimeDelta;
use gatehouse::domain::authority::UserFlowKind;
use gatehouse::domain::secret::{CodeVerifier, Nonce, State};
use gatehouse::oidc::{AuthorizationRequest, Invalid, Misconfiguration, OidcError, Outage};
use serde_json::{Value, json};

use crate::authority::{Authority, Reply};
use crate::setup::{
    RelyingParty, TENANT, claims, entra, gives, header, oidc, redeem, relying_party, signed_in,
};
use crate::signer::Signer;

const METADATA: &str = "/.well-known/openid-configuration";

// proves: A28, B63, B150
#[tokio::test]
async fn a_foreign_issuer_is_refused_and_no_address_is_made() {
    let (authority, _, party, profile) = signed_in();
    let mut metadata = authority.metadata();
    for issuer in ["https://other.example", &format!("{}/", authority.base), ""] {
        metadata["issuer"] = json!(issuer);
        authority.answers(METADATA, Reply::json(&metadata));
        let (state, nonce) = (State::new("s"), Nonce::new("n"));
        let verifier = CodeVerifier::new("v".repeat(43));
        let request = AuthorizationRequest::new(&state, &nonce, &verifier);
        let refused = party
            .authorities
            .authorization_address(&profile, UserFlowKind::SignIn, &request)
            .await;
        assert!(
            matches!(
                refused,
                Err(OidcError::Misconfigured(Misconfiguration::Issuer { .. }))
            ),
            "{issuer}: {refused:?}"
        );
        let said = refused.unwrap_err().to_string();
        assert!(
            said.contains(&format!("{issuer:?}")) && said.contains("accepted is"),
            "the operator reads both: {said}"
        );
        party.clock.turn(TimeDelta::seconds(10));
    }
}

// proves: B65
#[tokio::test]
async fn what_is_no_metadata_is_refused() {
    let authority = Authority::start();
    let good = authority.metadata();
    let with = |name: &str, value: Value| {
        let mut metadata = good.clone();
        metadata[name] = value;
        Reply::json(&metadata)
    };
    for reply in [
        Reply::status(404),
        Reply::status(500),
        Reply::text(302, "text/html", "").with("location", "/elsewhere"),
        Reply::text(200, "text/html", "<html>"),
        Reply::text(200, "application/json", &good.to_string()[..50]),
        Reply::text(
            200,
            "application/json",
            &format!("{good}{}", " ".repeat(1_000_000)),
        ),
        Reply::json(&json!([])),
        with("issuer", json!(["x"])),
        with("token_endpoint", json!(7)),
        with("token_endpoint", json!("not an address")),
        with("jwks_uri", Value::Null),
        with("authorization_endpoint", json!("ftp://x.example/")),
        with("token_endpoint", json!("http://plain.example/token")),
        with(
            "token_endpoint",
            json!("https://user:password@x.example/token"),
        ),
    ] {
        authority.answers(METADATA, reply.clone());
        let refused = relying_party()
            .authorities
            .discovered(&oidc(&authority), UserFlowKind::SignIn)
            .await;
        assert!(refused.is_err(), "{reply:?}");
    }
    assert!(
        authority.seen("/elsewhere").is_empty(),
        "no redirect is followed"
    );
}

// proves: D6
#[tokio::test]
async fn a_good_document_is_never_replaced_by_a_bad_one() {
    let (authority, _, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    let mut foreign = authority.metadata();
    foreign["issuer"] = json!("https://other.example");
    authority.answers(METADATA, Reply::json(&foreign));
    party.clock.turn(TimeDelta::hours(2));
    for _ in 0..5 {
        let metadata = party
            .authorities
            .discovered(&profile, UserFlowKind::SignIn)
            .await;
        assert_eq!(metadata.unwrap().trusted.issuer, authority.base);
        party.clock.turn(TimeDelta::hours(4));
    }
    party.clock.turn(TimeDelta::hours(4));
    let late = party
        .authorities
        .discovered(&profile, UserFlowKind::SignIn)
        .await;
    assert!(late.is_err(), "after 24 hours it is refused");
}

// proves: D7
#[tokio::test]
async fn after_the_authority_is_back_it_works_within_five_seconds() {
    let authority = Authority::start();
    let (party, profile) = (relying_party(), oidc(&authority));
    authority.answers(METADATA, Reply::status(503).with("retry-after", "1"));
    for _ in 0..20 {
        let refused = party
            .authorities
            .discovered(&profile, UserFlowKind::SignIn)
            .await;
        assert!(matches!(
            refused,
            Err(OidcError::Unavailable {
                why: Outage::Status(503),
                ..
            })
        ));
        party.clock.turn(TimeDelta::seconds(3));
    }
    let before = authority.seen(METADATA).len();
    assert!(before < 20, "not asked each time: {before}");
    authority.publish(&Signer::p256());
    party.clock.turn(TimeDelta::seconds(5));
    party
        .authorities
        .discovered(&profile, UserFlowKind::SignIn)
        .await
        .unwrap();
}

// proves: D8
#[tokio::test]
async fn many_first_sign_ins_fetch_metadata_and_keys_once() {
    let (authority, _, party, profile) = signed_in();
    let all = (0..200).map(|_| redeem(&party, &profile));
    for redeemed in futures_util::future::join_all(all).await {
        redeemed.unwrap();
    }
    assert_eq!(authority.seen(METADATA).len(), 1);
    assert_eq!(authority.seen("/keys").len(), 1);
}

// proves: T2
#[tokio::test]
async fn a_domain_named_tenant_is_pinned_and_another_one_behind_it_refused() {
    let (authority, signer) = (Authority::start(), Signer::p256());
    let profile = entra(&authority, &signer, TENANT);
    let party = relying_party();
    let first = party
        .authorities
        .discovered(&profile, UserFlowKind::SignIn)
        .await;
    assert_eq!(
        first.unwrap().trusted.tenant.as_ref().unwrap().as_str(),
        TENANT
    );
    let other = "11111111-2222-4333-8444-555555555555";
    let same_profile = entra(&authority, &signer, other);
    party.authorities.keep_only(&[]);
    let refused = party
        .authorities
        .discovered(&same_profile, UserFlowKind::SignIn)
        .await;
    assert!(
        matches!(&refused, Err(OidcError::Misconfigured(Misconfiguration::Issuer { refusal, .. }))
            if *refusal == gatehouse::domain::issuer::IssuerRefusal::TenantChanged),
        "{refused:?}"
    );
}

// proves: B8, B150
#[tokio::test]
async fn an_endpoint_on_a_strangers_host_spoils_the_metadata_of_a_microsoft_kind() {
    let (authority, signer) = (Authority::start(), Signer::p256());
    let profile = entra(&authority, &signer, TENANT);
    let base = &authority.base;
    for name in [
        "token_endpoint",
        "authorization_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        let mut metadata = authority.metadata();
        metadata["issuer"] = json!(format!("{base}/{TENANT}/v2.0"));
        metadata[name] = json!("https://evil.example/x");
        let path = "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration";
        authority.answers(path, Reply::json(&metadata));
        let refused = relying_party()
            .authorities
            .discovered(&profile, UserFlowKind::SignIn)
            .await;
        assert!(
            matches!(refused, Err(OidcError::Misconfigured(Misconfiguration::Endpoint(endpoint))) if endpoint == name),
            "{name}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn an_endpoint_that_a_kind_never_uses_does_not_spoil_its_metadata() {
    let (authority, signer) = (Authority::start(), Signer::p256());
    let profile = entra(&authority, &signer, TENANT);
    let mut metadata = authority.metadata();
    metadata["issuer"] = json!(format!("{}/{TENANT}/v2.0", authority.base));
    metadata["userinfo_endpoint"] = json!("https://graph.svc.newcloud.example/oidc/userinfo");
    let path = "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration";
    authority.answers(path, Reply::json(&metadata));
    let party = relying_party();
    let found = party
        .authorities
        .discovered(&profile, UserFlowKind::SignIn)
        .await;
    assert_eq!(found.unwrap().userinfo_endpoint, None);
}

/// An application with its own signing key publishes that key only in the metadata asked with its id.
#[tokio::test]
async fn the_metadata_of_a_directory_is_asked_for_with_the_client_id() {
    let (authority, own, shared) = (Authority::start(), Signer::rsa(), Signer::rsa());
    let profile = entra(&authority, &shared, TENANT);
    let base = authority.base.clone();
    let issuer = format!("{base}/{TENANT}/v2.0");
    let (metadata, of_issuer) = (authority.metadata(), issuer.clone());
    let path = "/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration";
    authority.answers_by(path, move |seen| {
        let mut metadata = metadata.clone();
        metadata["issuer"] = json!(of_issuer);
        if seen.query == "appid=client" {
            metadata["jwks_uri"] = json!(format!("{base}/own-keys?appid=client"));
        }
        Reply::json(&metadata)
    });
    let keys = json!({"keys": [own.jwk("k1")]});
    authority.answers("/own-keys", Reply::json(&keys));
    let mut claims = claims(&issuer);
    claims["tid"] = json!(TENANT);
    claims["oid"] = json!("00000000-0000-4000-8000-000000000001");
    gives(&authority, &own.sign(&header(), &claims));
    redeem(&relying_party(), &profile).await.unwrap();
    assert_eq!(authority.seen("/own-keys")[0].query, "appid=client");
    // A plain provider is asked for the address of OIDC Discovery §4 and nothing else.
    let (authority, _, party, profile) = signed_in();
    redeem(&party, &profile).await.unwrap();
    assert_eq!(authority.seen(METADATA)[0].query, "");
}

// proves: B26, B103
#[tokio::test]
async fn an_end_session_endpoint_without_https_is_as_good_as_none() {
    let (authority, _, party, profile) = signed_in();
    let mut metadata = authority.metadata();
    metadata["end_session_endpoint"] = json!("http://plain.example/logout");
    authority.answers(METADATA, Reply::json(&metadata));
    let metadata = party
        .authorities
        .discovered(&profile, UserFlowKind::SignIn)
        .await;
    assert_eq!(metadata.unwrap().end_session_endpoint, None);
}

#[tokio::test]
async fn an_authority_without_the_journey_says_so() {
    let (_authority, _, party, profile) = signed_in();
    let refused = party
        .authorities
        .discovered(&profile, UserFlowKind::EditProfile)
        .await;
    assert!(matches!(
        refused,
        Err(OidcError::Misconfigured(Misconfiguration::NoSuchUserFlow))
    ));
}

#[tokio::test]
async fn a_probe_tells_keys_and_the_authoritys_clock() {
    let (authority, signer, party, profile) = signed_in();
    authority.publish_keys(&[signer.jwk("k1"), json!({"kty": "OKP"})]);
    let probe = party
        .authorities
        .probe(&profile, UserFlowKind::SignIn)
        .await
        .unwrap();
    let keys = probe.keys.unwrap();
    assert_eq!((keys.usable, keys.skipped), (1, 1));
    assert!(
        probe.metadata.clock_ahead.unwrap() > 0,
        "the test's clock stands in 2023"
    );
}

#[tokio::test]
async fn names_below_localhost_are_this_machine_without_any_name_server() {
    let (authority, signer, party, _) = signed_in();
    let port = authority.base.rsplit_once(':').unwrap().1;
    let base = format!("http://openid.localhost:{port}");
    let text = authority
        .metadata()
        .to_string()
        .replace(&authority.base, &base);
    authority.answers(METADATA, Reply::text(200, "application/json", &text));
    let profile = crate::setup::profile(gatehouse::domain::authority::Kind::Oidc, &base);
    let probe = party
        .authorities
        .probe(&profile, UserFlowKind::SignIn)
        .await
        .unwrap();
    assert_eq!(probe.metadata.trusted.issuer, base);
    drop(signer);
}

fn is_wrong(error: &OidcError) -> bool {
    matches!(error, OidcError::Invalid(Invalid::IssuerParameter))
}

// proves: B68, B69, B70, B71, B72, B73, B74, B144
#[tokio::test]
async fn the_iss_parameter_is_judged_before_anything_is_redeemed() {
    let (authority, signer, party, profile) = signed_in();
    let judge = async |party: &RelyingParty, iss: Option<&str>| {
        party
            .authorities
            .judge_issuer_parameter(&profile, UserFlowKind::SignIn, iss)
            .await
    };
    assert!(judge(&party, None).await.is_ok(), "b74");
    assert!(judge(&party, Some(&authority.base)).await.is_ok(), "b73");
    let slash = format!("{}/", authority.base);
    for wrong in [
        slash.as_str(),
        "",
        "https://other.example",
        &authority.base.to_uppercase(),
    ] {
        let refused = judge(&party, Some(wrong)).await.unwrap_err();
        assert!(is_wrong(&refused), "b69 b72 {wrong}");
    }
    let mut metadata = authority.metadata();
    metadata["authorization_response_iss_parameter_supported"] = json!(true);
    authority.answers("/.well-known/openid-configuration", Reply::json(&metadata));
    authority.publish_keys(&[signer.jwk("k1")]);
    party.authorities.keep_only(&[]);
    assert!(judge(&party, Some(&authority.base)).await.is_ok(), "b68");
    let refused = judge(&party, None).await.unwrap_err();
    assert!(is_wrong(&refused), "a68 b71");
    assert!(authority.seen("/token").is_empty());
}
