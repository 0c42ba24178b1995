//! Each rule about an issuer broken once.

mod templates_and_siblings;

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

#[test]
fn an_issuer_of_another_authority_is_refused_where_one_is_written() {
    let policy = IssuerPolicy::Exact("https://issuer.example".into());
    let trusted = policy
        .accept_metadata("https://issuer.example", None)
        .unwrap();
    assert_eq!(trusted.tenant, None);
    for iss in ["https://issuer.example/", "https://evil.example", ""] {
        assert_eq!(
            policy.accept_metadata(iss, None),
            Err(IssuerRefusal::Metadata)
        );
        assert_eq!(
            policy.accept_token(&trusted, origin(iss, None)),
            Err(IssuerRefusal::Token)
        );
        assert_eq!(
            policy.accept_access_token(&trusted, origin(iss, None)),
            Err(IssuerRefusal::Token)
        );
        assert!(!policy.accept_parameter(&trusted, iss));
    }
    assert_eq!(
        policy.accept_token(&trusted, origin("https://issuer.example", None)),
        Ok(())
    );
    assert!(policy.accept_parameter(&trusted, "https://issuer.example"));
    assert_eq!(policy.wanted(None), "https://issuer.example");
}

#[test]
fn personal_accounts_are_refused_by_the_word_about_them_not_by_the_list() {
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let personal = issuer.replace("{tenantid}", PERSONAL_ACCOUNTS);
    let listed = AllowedTenants::These([TenantGuid::parse(PERSONAL_ACCOUNTS).unwrap()].into());
    for (allowed, word, expected) in [
        (
            AllowedTenants::Any,
            false,
            Err(IssuerRefusal::TenantNotAllowed),
        ),
        (listed, false, Err(IssuerRefusal::TenantNotAllowed)),
        (AllowedTenants::These([].into()), true, Ok(())),
    ] {
        let policy = many(allowed, word);
        let trusted = policy.accept_metadata(issuer, None).unwrap();
        let token = origin(&personal, Some(PERSONAL_ACCOUNTS));
        assert_eq!(policy.accept_token(&trusted, token), expected);
    }
}

#[test]
fn a_v1_access_token_of_a_tenant_that_is_not_listed_is_refused() {
    let allowed = AllowedTenants::These([TenantGuid::parse(G).unwrap()].into());
    let policy = many(allowed, false);
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let trusted = policy.accept_metadata(issuer, None).unwrap();
    let judged = |tenant: &str, tid: &str| {
        let iss = format!("https://sts.windows.net/{tenant}/");
        policy.accept_access_token(&trusted, origin(&iss, Some(tid)))
    };
    assert_eq!(judged(G, G), Ok(()));
    assert_eq!(judged(OTHER, OTHER), Err(IssuerRefusal::TenantNotAllowed));
    assert_eq!(judged(OTHER, G), Err(IssuerRefusal::Tid));
}

#[test]
fn a_person_of_a_tenant_that_left_the_list_may_not_stay() {
    let person = |tid: &str| {
        let claims = serde_json::json!({"iss": "https://i.example", "sub": "s", "tid": tid});
        let by = crate::domain::identity::PersonBy::Subject;
        crate::domain::identity::Identity::from_claims(claims.as_object().unwrap(), by).unwrap()
    };
    let allowed = AllowedTenants::These([TenantGuid::parse(G).unwrap()].into());
    let policy = many(allowed, false);
    assert!(policy.still_admits(&person(G)));
    assert!(!policy.still_admits(&person(OTHER)));
    assert!(!policy.still_admits(&person("no tenant")));
    assert!(one("https://{tenantid}.example", None).still_admits(&person(OTHER)));
}

#[test]
fn a_key_of_another_tenant_or_of_personal_accounts_signs_for_nobody_else() {
    let policy = many(AllowedTenants::Any, true);
    let issuer = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let trusted = policy.accept_metadata(issuer, None).unwrap();
    let iss = issuer.replace("{tenantid}", G);
    let judged = |key_issuer: &str| {
        let key_issuer = Some(key_issuer);
        let token = TokenOrigin {
            key_issuer,
            ..origin(&iss, Some(G))
        };
        policy.accept_token(&trusted, token)
    };
    assert_eq!(judged(issuer), Ok(()));
    assert_eq!(judged(&iss), Ok(()));
    // The tenant's own key under another name of the cloud.
    assert_eq!(judged(&format!("https://sts.windows.net/{G}/")), Ok(()));
    for key_issuer in [
        issuer.replace("{tenantid}", OTHER),
        issuer.replace("{tenantid}", PERSONAL_ACCOUNTS),
        format!("https://sts.windows.net/{OTHER}/"),
        format!("https://sts.windows.net/{PERSONAL_ACCOUNTS}/{{tenantid}}/"),
        // The same host, with the tenant elsewhere.
        format!("https://login.microsoftonline.com/x/{G}"),
        format!("{iss}/"),
        G.to_owned() + "/x",
        String::new(),
    ] {
        let expected = if key_issuer == G.to_owned() + "/x" {
            Ok(())
        } else {
            Err(IssuerRefusal::Key)
        };
        assert_eq!(judged(&key_issuer), expected, "{key_issuer}");
    }
}

#[test]
fn an_operator_reads_which_issuers_are_wanted_as_far_as_they_are_known() {
    let form = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let filled = form.replace("{tenantid}", G);
    let pinned = TenantGuid::parse(G).unwrap();
    assert_eq!(one(form, Some(G)).wanted(None), filled);
    assert_eq!(one(form, None).wanted(Some(&pinned)), filled);
    assert_eq!(one(form, None).wanted(None), form);
    assert_eq!(many(AllowedTenants::Any, false).wanted(None), form);
}

#[test]
fn an_iss_parameter_of_a_stranger_is_refused_where_many_tenants_may_come() {
    let policy = many(AllowedTenants::Any, false);
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let trusted = policy.accept_metadata(template, None).unwrap();
    assert!(policy.accept_parameter(&trusted, template));
    assert!(policy.accept_parameter(&trusted, &template.replace("{tenantid}", G)));
    for iss in [
        "https://evil.example",
        "https://login.microsoftonline.com/x/v2.0",
        "",
    ] {
        assert!(!policy.accept_parameter(&trusted, iss), "{iss}");
    }
}
