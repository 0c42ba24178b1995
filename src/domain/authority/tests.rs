//! What each kind's authority means: where its metadata is, and whose issuers count.

mod refusals;

use url::Url;

use crate::domain::authority::*;
use crate::domain::issuer::{AllowedTenants, TenantGuid};

const G: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn authority(kind: Kind, url: &str) -> Authority {
    let user_flows = (kind == Kind::B2c).then(|| UserFlows {
        sign_in: UserFlow::parse("B2C_1_susi").unwrap(),
        edit_profile: None,
        reset_password: None,
        policy_claim: PolicyClaim::Required,
    });
    let many = url.ends_with("/organizations") || url.ends_with("/common");
    Authority::new(&AuthorityInput {
        kind,
        url: url.to_owned(),
        tenant: None,
        issuer: None,
        allowed_tenants: many.then_some(AllowedTenants::Any),
        personal_accounts: false,
        user_flows,
    })
    .unwrap()
}

fn accepts(kind: Kind, url: &str, issuer: &str) -> bool {
    authority(kind, url)
        .sign_in()
        .issuer
        .accept_metadata(issuer, None)
        .is_ok()
}

#[test]
fn metadata_is_where_the_samples_find_it() {
    for (kind, url, metadata) in [
        (
            Kind::EntraId,
            "https://login.microsoftonline.com/contoso.onmicrosoft.com",
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0",
        ),
        (
            Kind::ExternalId,
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com",
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0",
        ),
        (
            Kind::ExternalId,
            "https://contoso.ciamlogin.com",
            "https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0",
        ),
        (
            Kind::ExternalIdCustomDomain,
            "https://login.contoso.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
            "https://login.contoso.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0",
        ),
        (
            Kind::B2c,
            "https://contoso.b2clogin.com/contoso.onmicrosoft.com",
            "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_susi/v2.0",
        ),
        (
            Kind::Oidc,
            "https://accounts.example/",
            "https://accounts.example",
        ),
    ] {
        let expected = format!("{metadata}/.well-known/openid-configuration");
        assert_eq!(
            authority(kind, url).sign_in().metadata_url.as_str(),
            expected
        );
    }
}

// proves: B199, B200
#[test]
fn each_kind_believes_the_issuers_of_its_tenant_and_no_others() {
    let custom = format!("https://login.contoso.com/{G}/v2.0");
    for (kind, url, good) in [
        (
            Kind::EntraId,
            format!("https://login.microsoftonline.com/{G}"),
            format!("https://login.microsoftonline.com/{G}/v2.0"),
        ),
        (
            Kind::EntraId,
            format!("https://login.microsoftonline.us/{G}"),
            format!("https://login.microsoftonline.us/{G}/v2.0"),
        ),
        (
            Kind::EntraId,
            format!("https://login.chinacloudapi.cn/{G}"),
            format!("https://login.partner.microsoftonline.cn/{G}/v2.0"),
        ),
        (
            Kind::ExternalId,
            format!("https://contoso.ciamlogin.com/{G}"),
            format!("https://{G}.ciamlogin.com/{G}/v2.0"),
        ),
        (
            Kind::ExternalIdCustomDomain,
            custom.clone(),
            format!("https://{G}.ciamlogin.com/{G}/v2.0"),
        ),
        (
            Kind::ExternalIdCustomDomain,
            custom.clone(),
            format!("https://login.microsoftonline.com/{G}/v2.0"),
        ),
        (
            Kind::B2c,
            format!("https://contoso.b2clogin.com/{G}"),
            format!("https://contoso.b2clogin.com/{G}/v2.0/"),
        ),
    ] {
        assert!(accepts(kind, &url, &good), "{kind} {url} believes {good}");
        assert!(
            !accepts(kind, &url, &good.replace(G, OTHER)),
            "{kind} {url}: another tenant's"
        );
        assert!(
            !accepts(kind, &url, &format!("http://127.0.0.1:9000/{G}/v2.0")),
            "{kind} {url}: a loopback stand-in"
        );
    }
}

// proves: B199, B200
#[test]
fn many_tenants_are_believed_by_a_template_only() {
    let organizations = "https://login.microsoftonline.com/organizations";
    assert!(accepts(
        Kind::EntraId,
        organizations,
        "https://login.microsoftonline.com/{tenantid}/v2.0"
    ));
    assert!(!accepts(
        Kind::EntraId,
        organizations,
        &format!("https://login.microsoftonline.com/{G}/v2.0")
    ));
}

#[test]
fn a_stand_in_on_loopback_may_have_its_own_issuer_or_the_one_of_the_real_platform() {
    let entra = format!("http://127.0.0.1:9000/{G}");
    let custom = format!("http://127.0.0.1:9000/{G}/v2.0");
    let domain = "http://127.0.0.1:9000/contoso.onmicrosoft.com";
    for (kind, url, issuer) in [
        (
            Kind::EntraId,
            entra.as_str(),
            format!("http://127.0.0.1:9000/{G}/v2.0"),
        ),
        (
            Kind::EntraId,
            &entra,
            format!("https://login.microsoftonline.com/{G}/v2.0"),
        ),
        (
            Kind::ExternalId,
            domain,
            format!("http://localhost:9000/{G}/v2.0"),
        ),
        (
            Kind::ExternalId,
            domain,
            format!("https://{G}.ciamlogin.com/{G}/v2.0"),
        ),
        (
            Kind::ExternalIdCustomDomain,
            &custom,
            format!("https://{G}.ciamlogin.com/{G}/v2.0"),
        ),
        (
            Kind::B2c,
            domain,
            format!("http://127.0.0.1:9000/{G}/v2.0/"),
        ),
        (
            Kind::B2c,
            domain,
            format!("http://127.0.0.1:9000/tfp/{G}/b2c_1_susi/v2.0/"),
        ),
        (
            Kind::B2c,
            domain,
            format!("https://contoso.b2clogin.com/{G}/v2.0/"),
        ),
    ] {
        assert!(
            accepts(kind, url, &issuer),
            "{kind} {url} believes {issuer}"
        );
    }
}

#[test]
fn a_stand_in_on_loopback_may_have_no_other_issuer() {
    let entra = format!("http://127.0.0.1:9000/{G}");
    let domain = "http://127.0.0.1:9000/contoso.onmicrosoft.com";
    assert!(!accepts(
        Kind::EntraId,
        &entra,
        &format!("http://127.0.0.1:9000/{OTHER}/v2.0")
    ));
    assert!(!accepts(
        Kind::ExternalId,
        domain,
        "https://evil.example/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0"
    ));
}

// proves: B8
#[test]
fn endpoints_of_a_microsoft_authority_stay_on_hosts_that_belong_together() {
    let entra = authority(
        Kind::EntraId,
        "https://login.microsoftonline.com/contoso.onmicrosoft.com",
    );
    let issuer = format!("https://login.microsoftonline.com/{G}/v2.0");
    let accepts = |endpoint: &str| entra.accepts_endpoint(&Url::parse(endpoint).unwrap(), &issuer);
    assert!(accepts(
        "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    ));
    assert!(accepts("https://graph.microsoft.com/oidc/userinfo"));
    for country in ["fr", "de", "sg"] {
        let graph = format!("https://graph.svc.sovcloud.{country}/oidc/userinfo");
        assert!(accepts(&graph), "{graph}");
    }
    for foreign in [
        "https://evil.example/token",
        "http://login.microsoftonline.com/token",
        "http://127.0.0.1/token",
        "https://a.b.ciamlogin.com/x",
    ] {
        assert!(!accepts(foreign), "{foreign}");
    }
}

#[test]
fn every_error_of_an_authority_is_found_at_once() {
    let faulty = AuthorityInput {
        kind: Kind::EntraId,
        url: "https://login.microsoftonline.com/organizations".to_owned(),
        tenant: TenantGuid::parse(G),
        issuer: None,
        allowed_tenants: None,
        personal_accounts: true,
        user_flows: None,
    };
    let keys = |input: &AuthorityInput| -> Vec<AuthorityKey> {
        let errors = Authority::new(input).unwrap_err();
        errors.into_iter().map(|error| error.key).collect()
    };
    let all = [
        AuthorityKey::TenantId,
        AuthorityKey::AllowPersonalAccounts,
        AuthorityKey::AllowedTenants,
    ];
    assert_eq!(keys(&faulty), all);
    // The errors of other keys are found without an address, too.
    let without_address = AuthorityInput {
        kind: Kind::B2c,
        url: String::new(),
        ..faulty
    };
    let both = [AuthorityKey::Authority, AuthorityKey::UserFlows];
    assert_eq!(keys(&without_address), both);
}

#[test]
fn a_key_without_effect_is_no_error() {
    let input = AuthorityInput {
        kind: Kind::Oidc,
        url: "https://login.contoso.example".to_owned(),
        tenant: TenantGuid::parse(G),
        issuer: None,
        allowed_tenants: Some(AllowedTenants::Any),
        personal_accounts: true,
        user_flows: Some(UserFlows {
            sign_in: UserFlow::parse("B2C_1_susi").unwrap(),
            edit_profile: UserFlow::parse("B2C_1_edit"),
            reset_password: None,
            policy_claim: PolicyClaim::Required,
        }),
    };
    let authority = Authority::new(&input).unwrap();
    assert!(authority.issuer_config(UserFlowKind::EditProfile).is_none());
    let keys: Vec<_> = input
        .keys_without_effect()
        .iter()
        .map(|it| it.key)
        .collect();
    let all = [
        AuthorityKey::UserFlows,
        AuthorityKey::TenantId,
        AuthorityKey::AllowedTenants,
        AuthorityKey::AllowPersonalAccounts,
    ];
    assert_eq!(keys, all);
}
