//! What Microsoft's directories add: user flows, tenants, keys and clouds.

use serde_json::{Value, json};

use crate::domain::issuer::{AllowedTenants, IssuerForm, TenantGuid};
use crate::oidc::tokens::id_token::tests::*;

const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

// proves: B202, T5
#[test]
fn a_token_of_another_user_flow_is_refused() {
    let susi = Setup {
        user_flow: UserFlow::parse("B2C_1_susi"),
        ..Setup::default()
    };
    for (name, value) in [
        ("tfp", json!("B2C_1_edit")),
        ("acr", json!("B2C_1_edit")),
        ("tfp", json!(["B2C_1_susi"])),
        ("nothing", Value::Null),
    ] {
        assert_eq!(
            susi.with(name, value.clone()),
            Err(IdTokenFault::UserFlow),
            "{name} {value}"
        );
    }
    assert_eq!(susi.with("tfp", json!("b2c_1_SUSI")), Ok(()));
    assert_eq!(susi.with("acr", json!("b2c_1_susi")), Ok(()));
}

// proves: B202
#[test]
fn an_acr_that_fits_does_not_excuse_a_tfp_that_does_not() {
    let susi = Setup {
        user_flow: UserFlow::parse("B2C_1_susi"),
        ..Setup::default()
    };
    let mut claims = good();
    claims["tfp"] = json!("B2C_1_edit");
    claims["acr"] = json!("B2C_1_susi");
    assert_eq!(susi.check(claims), Err(IdTokenFault::UserFlow));
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
