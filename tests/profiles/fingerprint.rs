//! What ends a profile's sessions when its file is edited, and what does not; moving between kinds.

use gatehouse::domain::authority::Kind;
use gatehouse::domain::profile::{AuthorityFingerprint, Profile};

use crate::harness::text;

const FILE: &str = r#"
kind          = "entra-id"
public_url    = "https://app.contoso.example"
authority     = "https://login.microsoftonline.com/contoso.onmicrosoft.com"
client_id     = "6731de76-14a6-49ae-97bc-6eba6914391e"
client_secret = { value = "one" }
title         = "Contoso"
redirect_path = "/getAToken"

[session]
lifetime = "12h"

[[api]]
name     = "orders"
endpoint = "https://orders.contoso.example"
scopes   = ["https://contoso.onmicrosoft.com/orders/read"]
"#;

fn profile(file: &str) -> Profile {
    let loaded = text(file);
    assert!(loaded.problems().is_empty(), "{:#?}", loaded.problems());
    Profile::clone(loaded.profiles.first().unwrap())
}

fn fingerprint(file: &str) -> AuthorityFingerprint {
    profile(file).fingerprint
}

#[test]
fn editing_what_people_see_keeps_their_sessions() {
    let before = fingerprint(FILE);
    for (from, to) in [
        ("title         = \"Contoso\"", "title = \"Fabrikam\""),
        ("12h", "6h"),
        ("{ value = \"one\" }", "{ value = \"two\" }"),
        ("/getAToken", "/auth/redirect"),
        ("orders.contoso.example\"\n", "stock.contoso.example\"\n"),
    ] {
        assert!(FILE.contains(from), "{from}");
        assert_eq!(fingerprint(&FILE.replace(from, to)), before, "{to}");
    }
}

#[test]
fn editing_who_signs_people_in_ends_their_sessions() {
    let mut seen = vec![fingerprint(FILE)];
    for (from, to) in [
        (
            "contoso.onmicrosoft.com\"\nclient_id",
            "fabrikam.onmicrosoft.com\"\nclient_id",
        ),
        (
            "6731de76-14a6-49ae-97bc-6eba6914391e",
            "00000000-14a6-49ae-97bc-6eba6914391e",
        ),
        (
            "client_id ",
            "tenant_id = \"72f988bf-86f1-41af-91ab-2d7cd011db47\"\nclient_id ",
        ),
        (
            "client_id ",
            "issuer = \"https://sts.windows.net/x/\"\nclient_id ",
        ),
    ] {
        let fingerprint = fingerprint(&FILE.replacen(from, to, 1));
        assert!(!seen.contains(&fingerprint), "{to}");
        seen.push(fingerprint);
    }
}

#[test]
fn an_issuer_with_a_slash_at_its_end_is_another_authority() {
    let oidc = |authority: &str| {
        let file = FILE.replace("entra-id", "oidc").replace(
            "https://login.microsoftonline.com/contoso.onmicrosoft.com",
            authority,
        );
        fingerprint(&file)
    };
    assert_ne!(
        oidc("https://id.contoso.example"),
        oidc("https://id.contoso.example/")
    );
}

#[test]
fn a_b2c_user_flow_is_part_of_the_binding_but_its_case_is_not() {
    let b2c = |flow: &str| {
        let file = FILE
            .replace("entra-id", "b2c")
            .replace("login.microsoftonline.com", "contoso.b2clogin.com");
        fingerprint(&format!("{file}\n[user_flows]\nsign_in = \"{flow}\"\n"))
    };
    assert_eq!(b2c("B2C_1_susi"), b2c("b2c_1_SUSI"));
    assert_ne!(b2c("B2C_1_susi"), b2c("B2C_1_other"));
}

#[test]
fn a_file_moves_to_another_kind_by_kind_authority_and_credentials_only() {
    for (kind, authority, more) in [
        (
            "entra-id",
            "https://login.microsoftonline.us/contoso.onmicrosoft.us",
            "",
        ),
        (
            "external-id",
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com",
            "",
        ),
        (
            "external-id-custom-domain",
            "https://login.contoso.example/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
            "",
        ),
        (
            "b2c",
            "https://contoso.b2clogin.com/contoso.onmicrosoft.com",
            "[user_flows]\nsign_in = \"B2C_1_susi\"\n",
        ),
        ("oidc", "https://id.contoso.example", ""),
    ] {
        let file = FILE.replace("\"entra-id\"", &format!("{kind:?}")).replace(
            "https://login.microsoftonline.com/contoso.onmicrosoft.com",
            authority,
        );
        let profile = profile(&format!("{file}\n{more}"));
        assert_eq!(Some(profile.authority.kind()), Kind::parse(kind));
        assert_eq!(
            profile.redirect_uri(),
            "https://app.contoso.example/getAToken"
        );
    }
}
