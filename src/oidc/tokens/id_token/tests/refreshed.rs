//! An ID token that comes with a refresh is checked like the first one.

use serde_json::{Value, json};

use crate::oidc::tokens::id_token::tests::*;

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

// proves: A35, A36, B61
#[test]
fn a_refreshed_token_of_somebody_else_is_refused() {
    let setup = Setup::default();
    let first = setup.signed(good()).claims;
    let refresh = |name: &str, value: Value| {
        let mut claims = good();
        claims[name] = value;
        refreshed(&setup.signed(claims), &setup.expected(), &first, None)
    };
    assert_eq!(
        refresh("sub", json!("t")),
        Err(IdTokenFault::Changed("sub"))
    );
    assert_eq!(
        refresh("tid", json!(TENANT)),
        Err(IdTokenFault::Changed("tid"))
    );
    assert_eq!(
        refresh("oid", json!("o")),
        Err(IdTokenFault::Changed("oid"))
    );
    assert_eq!(
        refresh("nonce", json!("n-2")),
        Err(IdTokenFault::Changed("nonce"))
    );
    assert_eq!(
        refresh("iss", json!("https://x.example")),
        Err(IssuerRefusal::Token.into())
    );
    assert_eq!(
        refresh("aud", json!("stranger")),
        Err(IdTokenFault::Audience)
    );
    assert_eq!(refresh("exp", json!(NOW - 200)), Err(IdTokenFault::Expired));
}

#[test]
fn a_refreshed_token_needs_no_nonce_and_may_be_older_than_a_sign_in() {
    let setup = Setup::default();
    let first = setup.signed(good()).claims;
    let mut claims = good();
    claims.as_object_mut().unwrap().remove("nonce");
    claims["iat"] = json!(NOW - 3_000);
    let token = setup.signed(claims);
    assert_eq!(refreshed(&token, &setup.expected(), &first, None), Ok(()));
}

#[test]
fn a_refreshed_token_may_say_less_about_tenant_object_and_policy() {
    let setup = Setup {
        user_flow: UserFlow::parse("B2C_1_susi"),
        ..Setup::default()
    };
    let mut first = good();
    first["tfp"] = json!("B2C_1_susi");
    first["oid"] = json!("o");
    first["tid"] = json!(TENANT);
    let first = setup.signed(first).claims;
    let refresh = |claims: Value| refreshed(&setup.signed(claims), &setup.expected(), &first, None);
    assert_eq!(refresh(good()), Ok(()));
    let mut other = good();
    other["tfp"] = json!("B2C_1_edit");
    assert_eq!(refresh(other), Err(IdTokenFault::OtherUserFlow("tfp")));
}
