//! Each rule about an issuer broken once.

use crate::domain::issuer::*;

const G: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn one(form: &str, tenant: Option<&str>) -> IssuerPolicy {
    IssuerPolicy::OneTenant {
        forms: vec![IssuerForm::new(form)],
        tenant: tenant.and_then(TenantGuid::parse),
        tid_required: true,
        any_form: false,
    }
}

fn many(allowed: AllowedTenants, personal: bool) -> IssuerPolicy {
    IssuerPolicy::ManyTenants {
        forms: vec![IssuerForm::new(
            "https://login.microsoftonline.com/{tenantid}/v2.0",
        )],
        allowed,
        personal,
    }
}

fn origin<'a>(iss: &'a str, tid: Option<&'a str>) -> TokenOrigin<'a> {
    TokenOrigin {
        iss,
        tid,
        key_issuer: None,
    }
}

#[test]
fn the_tenant_of_a_domain_named_authority_is_pinned_and_a_changed_one_refused() {
    let policy = one("https://login.microsoftonline.com/{tenantid}/v2.0", None);
    let issuer = format!("https://login.microsoftonline.com/{G}/v2.0");
    let first = policy.accept_metadata(&issuer, None).unwrap();
    assert_eq!(first.tenant.as_ref().map(TenantGuid::as_str), Some(G));
    let changed = format!("https://login.microsoftonline.com/{OTHER}/v2.0");
    assert_eq!(
        policy.accept_metadata(&changed, first.tenant.as_ref()),
        Err(IssuerRefusal::TenantChanged)
    );
}

#[test]
fn both_guids_of_an_external_id_issuer_must_be_the_same() {
    let policy = one("https://{tenantid}.ciamlogin.com/{tenantid}/v2.0", None);
    assert!(
        policy
            .accept_metadata(&format!("https://{G}.ciamlogin.com/{G}/v2.0"), None)
            .is_ok()
    );
    let mixed = format!("https://{G}.ciamlogin.com/{OTHER}/v2.0");
    assert_eq!(
        policy.accept_metadata(&mixed, None),
        Err(IssuerRefusal::Metadata)
    );
}

// proves: B39, B197
#[test]
fn an_issuer_that_differs_by_slash_case_scheme_or_tenant_is_refused() {
    let policy = one("https://login.microsoftonline.com/{tenantid}/v2.0", Some(G));
    let trusted = policy
        .accept_metadata(&format!("https://login.microsoftonline.com/{G}/v2.0"), None)
        .unwrap();
    for iss in [
        format!("https://login.microsoftonline.com/{G}/v2.0/"),
        format!("https://LOGIN.microsoftonline.com/{G}/v2.0"),
        format!("http://login.microsoftonline.com/{G}/v2.0"),
        format!("https://login.microsoftonline.com/{OTHER}/v2.0"),
        format!("https://login.microsoftonline.us/{G}/v2.0"),
        "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0".to_owned(),
    ] {
        assert_eq!(
            policy.accept_token(&trusted, origin(&iss, Some(G))),
            Err(IssuerRefusal::Token),
            "{iss}"
        );
    }
}

// proves: B194
#[test]
fn a_tid_that_is_missing_malformed_or_anothers_is_refused() {
    let policy = many(AllowedTenants::Any, false);
    let trusted = policy
        .accept_metadata("https://login.microsoftonline.com/{tenantid}/v2.0", None)
        .unwrap();
    let iss = format!("https://login.microsoftonline.com/{G}/v2.0");
    assert_eq!(policy.accept_token(&trusted, origin(&iss, Some(G))), Ok(()));
    assert_eq!(
        policy.accept_token(&trusted, origin(&iss, None)),
        Err(IssuerRefusal::Tid)
    );
    for tid in ["{tenantid}", "contoso.onmicrosoft.com", &G.to_uppercase()] {
        assert_eq!(
            policy.accept_token(&trusted, origin(&iss, Some(tid))),
            Err(IssuerRefusal::Tid),
            "{tid}"
        );
    }
    assert_eq!(
        policy.accept_token(&trusted, origin(&iss, Some(OTHER))),
        Err(IssuerRefusal::Token)
    );
}

// proves: B193
#[test]
fn a_stranger_tenant_and_personal_accounts_may_not_enter() {
    let policy = many(
        AllowedTenants::These([TenantGuid::parse(G).unwrap()].into()),
        false,
    );
    let trusted = policy
        .accept_metadata("https://login.microsoftonline.com/{tenantid}/v2.0", None)
        .unwrap();
    for tid in [OTHER, PERSONAL_ACCOUNTS] {
        let iss = format!("https://login.microsoftonline.com/{tid}/v2.0");
        let refusal = policy.accept_token(&trusted, origin(&iss, Some(tid)));
        assert_eq!(refusal, Err(IssuerRefusal::TenantNotAllowed), "{tid}");
    }
}

// proves: B195
#[test]
fn a_personal_account_key_cannot_sign_for_a_company_tenant() {
    let policy = many(AllowedTenants::Any, true);
    let trusted = policy
        .accept_metadata("https://login.microsoftonline.com/{tenantid}/v2.0", None)
        .unwrap();
    let iss = format!("https://login.microsoftonline.com/{G}/v2.0");
    let key = format!("https://login.microsoftonline.com/{PERSONAL_ACCOUNTS}/v2.0");
    let token = TokenOrigin {
        iss: &iss,
        tid: Some(G),
        key_issuer: Some(&key),
    };
    assert_eq!(
        policy.accept_token(&trusted, token),
        Err(IssuerRefusal::Key)
    );
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    assert_eq!(
        policy.accept_token(
            &trusted,
            TokenOrigin {
                key_issuer: Some(template),
                ..token
            }
        ),
        Ok(())
    );
}

#[test]
fn a_logout_notice_may_name_the_v1_issuer_of_the_same_tenant() {
    let policy = one("https://login.microsoftonline.com/{tenantid}/v2.0", None);
    let v2 = format!("https://login.microsoftonline.com/{G}/v2.0");
    let trusted = policy.accept_metadata(&v2, None).unwrap();
    let accepts = |iss: &str| policy.accept_logout_notice(&trusted, iss);
    assert!(accepts(&v2));
    assert!(accepts(&format!("https://sts.windows.net/{G}/")));
    for iss in [
        format!("https://sts.windows.net/{OTHER}/"),
        format!("https://sts.windows.net/{G}"),
        format!("https://sts.evil.example/{G}/"),
    ] {
        assert!(!accepts(&iss), "{iss}");
    }
    let v1 = format!("https://sts.windows.net/{G}/");
    assert!(!policy.accept_parameter(&trusted, &v1), "notices only");
}

// proves: B201
#[test]
fn the_last_slash_and_the_policy_of_a_b2c_issuer_count() {
    let policy = IssuerPolicy::OneTenant {
        forms: vec![
            IssuerForm::new("https://contoso.b2clogin.com/{tenantid}/v2.0/"),
            IssuerForm::with_policy(
                "https://contoso.b2clogin.com/tfp/{tenantid}/{policy}/v2.0/",
                "B2C_1_susi",
            ),
        ],
        tenant: None,
        tid_required: false,
        any_form: false,
    };
    for good in [
        format!("https://contoso.b2clogin.com/{G}/v2.0/"),
        format!("https://contoso.b2clogin.com/tfp/{G}/b2c_1_SUSI/v2.0/"),
    ] {
        let trusted = policy.accept_metadata(&good, None).unwrap();
        assert_eq!(policy.accept_token(&trusted, origin(&good, None)), Ok(()));
        assert_eq!(
            policy.accept_token(&trusted, origin(&good, Some(OTHER))),
            Ok(()),
            "the policy decides what tid contains"
        );
    }
    for bad in [
        format!("https://contoso.b2clogin.com/{G}/v2.0"),
        format!("https://contoso.b2clogin.com/tfp/{G}/b2c_1_edit/v2.0/"),
    ] {
        assert_eq!(
            policy.accept_metadata(&bad, None),
            Err(IssuerRefusal::Metadata),
            "{bad}"
        );
    }
}

#[test]
fn a_loopback_form_accepts_loopback_hosts_with_the_tenants_own_label_only() {
    let policy = one("http://{loopback}/{tenantid}/v2.0", None);
    for host in [
        "127.0.0.1:9000",
        "localhost:1",
        &format!("{G}.ciamlogin.localhost:9000"),
    ] {
        assert!(
            policy
                .accept_metadata(&format!("http://{host}/{G}/v2.0"), None)
                .is_ok(),
            "{host}"
        );
    }
    for host in [
        "login.microsoftonline.com",
        "localhost.evil.example",
        &format!("{OTHER}.ciamlogin.localhost:9000"),
    ] {
        assert!(
            policy
                .accept_metadata(&format!("http://{host}/{G}/v2.0"), None)
                .is_err(),
            "{host}"
        );
    }
}
