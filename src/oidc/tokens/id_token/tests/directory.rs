//! What Microsoft's directories add: user flows, tenants, keys and clouds.

use serde_json::{Value, json};

use crate::domain::issuer::{AllowedTenants, IssuerForm, TenantGuid};
use crate::oidc::tokens::id_token::tests::*;

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn susi(policy_claim: PolicyClaim) -> Setup {
    Setup {
        user_flow: UserFlow::parse("B2C_1_susi"),
        policy_claim,
        ..Setup::default()
    }
}

// proves: B202, T5
#[test]
fn a_token_of_another_user_flow_is_refused() {
    let susi = susi(PolicyClaim::Required);
    for (name, value) in [
        ("tfp", json!("B2C_1_edit")),
        ("trustFrameworkPolicy", json!("B2C_1_edit")),
        ("acr", json!("B2C_1_edit")),
        ("tfp", json!(["B2C_1_susi"])),
    ] {
        assert_eq!(
            susi.with(name, value.clone()),
            Err(IdTokenFault::OtherUserFlow(name)),
            "{name} {value}"
        );
    }
    assert_eq!(susi.check(good()), Err(IdTokenFault::NoUserFlow));
    for name in ["tfp", "trustFrameworkPolicy", "acr"] {
        assert_eq!(susi.with(name, json!("b2c_1_SUSI")), Ok(()), "{name}");
        let claims = [IdTokenFault::NoUserFlow, IdTokenFault::OtherUserFlow("acr")];
        let named = |fault: &IdTokenFault| fault.to_string().contains(name);
        assert!(claims.iter().all(named), "the log says what was looked for");
    }
}

// proves: B202
#[test]
fn the_first_claim_that_names_a_policy_decides() {
    let names = ["tfp", "trustFrameworkPolicy", "acr"];
    for at in 0..2 {
        let mut claims = good();
        claims[names[at]] = json!("B2C_1_edit");
        claims[names[at + 1]] = json!("B2C_1_susi");
        assert_eq!(
            susi(PolicyClaim::Required).check(claims),
            Err(IdTokenFault::OtherUserFlow(names[at]))
        );
    }
}

#[test]
fn where_no_policy_names_itself_only_a_wrong_name_is_refused() {
    let susi = susi(PolicyClaim::Absent);
    assert_eq!(susi.check(good()), Ok(()));
    assert_eq!(susi.with("acr", json!("loa2")), Ok(()));
    for name in ["tfp", "trustFrameworkPolicy"] {
        let fault = Err(IdTokenFault::OtherUserFlow(name));
        assert_eq!(susi.with(name, json!("B2C_1_edit")), fault);
    }
}

fn organizations(allowed: AllowedTenants) -> Setup {
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    Setup {
        policy: IssuerPolicy::ManyTenants {
            forms: vec![IssuerForm::new(template)],
            allowed,
            personal: false,
        },
        trusted: TrustedIssuer {
            issuer: template.into(),
            tenant: None,
        },
        ..Setup::default()
    }
}

fn of_tenant(iss_tenant: &str, tid: Value) -> Value {
    let mut claims = good();
    claims["iss"] = json!(format!(
        "https://login.microsoftonline.com/{iss_tenant}/v2.0"
    ));
    claims["tid"] = tid;
    claims
}

// proves: B192, B194
#[test]
fn the_template_is_filled_with_a_canonical_tid_only() {
    let setup = organizations(AllowedTenants::Any);
    assert_eq!(setup.check(of_tenant(TENANT, json!(TENANT))), Ok(()));
    assert_eq!(
        setup.check(of_tenant(TENANT, json!(OTHER))),
        Err(IssuerRefusal::Token.into())
    );
    for tid in [
        json!("{tenantid}"),
        json!("contoso"),
        json!(7),
        json!(TENANT.to_uppercase()),
    ] {
        assert_eq!(
            setup.check(of_tenant(TENANT, tid.clone())),
            Err(IssuerRefusal::Tid.into()),
            "{tid}"
        );
    }
    let mut none = of_tenant(TENANT, json!(""));
    none.as_object_mut().unwrap().remove("tid");
    assert_eq!(setup.check(none), Err(IssuerRefusal::Tid.into()));
}

// proves: B193
#[test]
fn a_tenant_that_is_not_on_the_list_may_not_enter() {
    let only = AllowedTenants::These([TenantGuid::parse(OTHER).unwrap()].into());
    let refused = organizations(only).check(of_tenant(TENANT, json!(TENANT)));
    assert_eq!(refused, Err(IssuerRefusal::TenantNotAllowed.into()));
}

// proves: B195
#[test]
fn a_key_of_personal_accounts_does_not_sign_for_a_company() {
    let mut setup = organizations(AllowedTenants::Any);
    setup.key_issuer =
        Some("https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0".into());
    assert_eq!(
        setup.check(of_tenant(TENANT, json!(TENANT))),
        Err(IssuerRefusal::Key.into())
    );
}

// proves: B196
#[test]
fn a_key_of_another_cloud_is_refused() {
    let setup = Setup::default();
    let mut token = setup.signed(good());
    let nonce = Nonce::new("n-1");
    let attempted = Attempted {
        nonce: &nonce,
        max_age: None,
        access_token: None,
    };
    for (cloud, verdict) in [
        ("microsoftonline.us", Err(IdTokenFault::Cloud)),
        ("microsoftonline.com", Ok(())),
    ] {
        token.key_cloud = Some(cloud.into());
        let checked = id_token(&token, &setup.expected(), &attempted);
        assert_eq!(checked, verdict, "{cloud}");
    }
}
