//! What applications are told, with and without room.

use serde_json::json;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use super::*;
use crate::domain::clock::Timestamp;
use crate::domain::identity::PersonBy;
use crate::domain::public_url::PublicUrl;
use crate::domain::route::Route;
use crate::seal::{KeyRing, OsRandom};

fn identity(claims: serde_json::Value) -> Identity {
    let serde_json::Value::Object(mut claims) = claims else {
        unreachable!("an object")
    };
    claims.insert("iss".into(), "https://issuer.example".into());
    claims.insert("sub".into(), "s".into());
    Identity::from_claims(&claims, PersonBy::Subject).unwrap()
}

fn route(configured: &[(&str, &str)]) -> Route {
    let configured = configured.iter();
    Route {
        identity_headers: configured
            .map(|&(name, claim)| (name.to_owned(), claim.to_owned()))
            .collect(),
        ..Route::guarding("staff.contoso.example")
    }
}

/// What an upstream is told, with an assertion if `signed`.
fn told(
    configured: &[(&str, &str)],
    claims: Option<serde_json::Value>,
    signed: bool,
) -> IdentityHeaders {
    let profile = ProfileId::parse("staff").unwrap();
    let to = Addressee {
        profile: &profile,
        public_url: &PublicUrl::parse("https://staff.contoso.example").unwrap(),
        flows_verify_emails: false,
        route: &route(configured),
    };
    let keys = KeyRing::ephemeral(&OsRandom)
        .signing_keys(&profile)
        .unwrap();
    let now = Timestamp::from_timestamp_millis(1_790_000_000_000).unwrap();
    let signing = Signer {
        keys: &keys,
        nonce: [7; 16],
        now,
        until: now + TimeDelta::hours(8),
    };
    let identity = claims.map(identity);
    identity_headers(to, identity.as_ref(), signed.then_some(&signing))
}

fn headers_with(configured: &[(&str, &str)], claims: serde_json::Value) -> IdentityHeaders {
    told(configured, Some(claims), false)
}

fn headers(claims: serde_json::Value) -> IdentityHeaders {
    headers_with(&[], claims)
}

fn value<'a>(headers: &'a IdentityHeaders, name: &str) -> Option<&'a str> {
    let found = headers.set.iter().find(|(set, _)| *set == name);
    found.map(|(_, value)| value.as_str())
}

#[test]
fn a_route_sends_claims_under_names_of_its_own() {
    let wanted = [
        ("Remote-User", "email"),
        ("Remote-Groups", "groups"),
        ("X-Level", "level"),
        ("X-Address", "address"),
        ("X-Nobody", "nobody"),
    ];
    let claims = json!({
        "email": "zoë@contoso.example", "xms_edov": true, "groups": ["a,b", "c"], "level": 7,
        "address": {"street": "x"},
    });
    let headers = headers_with(&wanted, claims);
    assert_eq!(
        value(&headers, "Remote-User"),
        Some("zo%C3%AB@contoso.example")
    );
    assert_eq!(value(&headers, "Remote-Groups"), Some("a%2Cb,c"));
    assert_eq!(value(&headers, "X-Level"), Some("7"));
    for name in ["X-Address", "X-Nobody"] {
        assert!(headers.absent.contains(&name.to_owned()), "{name}");
    }
    let forged = headers_with(&wanted, json!({"email": "admin@contoso.example"}));
    assert!(
        forged.absent.contains(&"Remote-User".to_owned()),
        "an address that nobody verified is no address"
    );
}

#[test]
fn a_name_that_fills_the_buffer_of_a_proxy_is_left_out() {
    let headers = headers(json!({"name": "x".repeat(10_000), "roles": ["Admin"]}));
    assert_eq!(value(&headers, "x-auth-name"), None);
    assert_eq!(value(&headers, "x-auth-roles"), Some("Admin"));
    assert_eq!(value(&headers, TRUNCATED), Some("x-auth-name"));
}

// proves: C38, C39, C40
#[test]
fn no_claim_ends_a_header_and_no_group_becomes_two() {
    let headers = headers(json!({
        "name": "Zoë\r\nX-Auth-Roles: Admin",
        "groups": ["a,b", "CN=Admins,OU=x", "100%"],
    }));
    assert_eq!(
        value(&headers, "x-auth-name"),
        Some("Zo%C3%AB%0D%0AX-Auth-Roles: Admin")
    );
    assert_eq!(
        value(&headers, "x-auth-groups"),
        Some("a%2Cb,CN=Admins%2COU=x,100%25")
    );
}

// proves: C33
#[test]
fn a_claim_that_is_missing_is_a_header_that_must_go() {
    let nobody = told(&[("Remote-User", "email")], None, true);
    assert!(nobody.set.is_empty());
    for name in crate::proxy::header_names::IDENTITY
        .into_iter()
        .chain(["Remote-User"])
    {
        assert!(nobody.absent.contains(&name.to_owned()), "{name}");
    }
    let headers = headers(json!({"email": "ada@contoso.example"}));
    assert!(
        headers.absent.contains(&"x-auth-email".to_owned()),
        "an address that nobody verified is no address"
    );
}

// proves: C41
#[test]
fn groups_that_do_not_fit_are_left_out_whole_and_named() {
    let groups: Vec<String> = (0..200).map(|at| format!("{at:040}")).collect();
    let headers = headers(json!({"roles": ["Admin"], "groups": groups}));
    assert_eq!(value(&headers, "x-auth-roles"), Some("Admin"));
    assert_eq!(value(&headers, "x-auth-groups"), None);
    assert_eq!(value(&headers, TRUNCATED), Some("x-auth-groups"));
}

fn assertion_of(headers: &IdentityHeaders) -> serde_json::Value {
    let assertion = value(headers, ASSERTION).unwrap();
    let payload = assertion.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// Bytes of the header lines.
fn size(headers: &IdentityHeaders) -> usize {
    let lines = headers.set.iter();
    lines
        .map(|(name, value)| line_length(name, value.len()))
        .sum()
}

#[test]
fn an_assertion_says_the_same_as_the_headers() {
    let claims = json!({
        "oid": "o", "tid": "t", "name": "Zoë, \"Z\"", "email": "zoe@contoso.example", "xms_edov": true,
        "roles": ["Admin", "a,b"], "groups": ["g"],
    });
    let headers = told(&[], Some(claims), true);
    let said = assertion_of(&headers);
    assert_eq!(said["iss"], "https://staff.contoso.example");
    assert_eq!(said["aud"], "https://staff.contoso.example/");
    assert_eq!(said["sub"].as_str(), value(&headers, "x-auth-subject"));
    assert_eq!(said["name"], "Zoë, \"Z\"");
    assert_eq!(said["email"], "zoe@contoso.example");
    assert_eq!(said["roles"], json!(["Admin", "a,b"]));
    assert_eq!(said["groups"], json!(["g"]));
    assert_eq!(
        said["exp"].as_i64().unwrap() - said["iat"].as_i64().unwrap(),
        70
    );
    assert!(said.get("truncated").is_none() && value(&headers, TRUNCATED).is_none());
}

// proves: C41
#[test]
fn headers_and_assertion_fit_into_a_page_whatever_the_person_has() {
    let id = |at: usize| format!("0a5d1e5c-0b0e-4d52-9d6c-{at:012}");
    for count in 0..300 {
        let groups: Vec<String> = (0..count).map(id).collect();
        let roles: Vec<String> = (0..count % 70)
            .map(|at| format!("Orders.Read.{at}"))
            .collect();
        let claims = json!({"name": "Ada Lovelace", "oid": id(1), "tid": id(2), "groups": groups, "roles": roles});
        let headers = told(&[("Remote-Groups", "groups")], Some(claims), true);
        assert!(size(&headers) <= 3_500, "{count}: {}", size(&headers));
        let said = assertion_of(&headers);
        let told = said.get("groups").and_then(|groups| groups.as_array());
        let truncated = said["truncated"].to_string().contains("groups");
        assert_eq!(told.is_none() && count > 0, truncated, "{count}");
        let header = value(&headers, "x-auth-groups").is_some();
        let named = value(&headers, TRUNCATED).is_some_and(|names| names.contains("x-auth-groups"));
        assert!(header || named || count == 0, "{count}");
        if count == 10 {
            assert!(header && told.is_some(), "a usual person is told whole");
        }
    }
}

#[test]
fn groups_that_nobody_read_are_said_to_be_missing() {
    let headers = told(&[], Some(json!({"hasgroups": true})), true);
    assert_eq!(value(&headers, TRUNCATED), Some("x-auth-groups"));
    assert_eq!(assertion_of(&headers)["truncated"], json!(["groups"]));
}
