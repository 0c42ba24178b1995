//! What an authority's address may not say, and which endpoints of its metadata are not believed.

use super::*;

fn input(kind: Kind, url: &str) -> AuthorityInput {
    AuthorityInput {
        kind,
        url: url.to_owned(),
        tenant: None,
        issuer: None,
        allowed_tenants: None,
        personal_accounts: false,
        user_flows: None,
    }
}

fn refused(input: &AuthorityInput) -> Vec<&'static str> {
    let errors = Authority::new(input).err().unwrap_or_default();
    errors.iter().map(|error| error.key.as_str()).collect()
}

#[test]
fn an_authority_with_a_user_a_query_or_a_fragment_is_refused() {
    for text in [
        "https://user@accounts.example",
        "https://:password@accounts.example",
        "https://accounts.example/?x=1",
        "https://accounts.example/#x",
        "http://accounts.example",
        "accounts.example",
        "https://accounts.example/.well-known/openid-configuration",
    ] {
        assert_eq!(refused(&input(Kind::Oidc, text)), ["authority"], "{text}");
    }
    let plain = input(Kind::Oidc, "https://accounts.example/x");
    assert!(refused(&plain).is_empty());
}

#[test]
fn a_host_that_only_looks_like_microsofts_is_refused() {
    for (kind, text) in [
        (
            Kind::EntraId,
            "https://login.microsoftonline.com.evil.example/t.example",
        ),
        (Kind::EntraId, "https://evil.example/t.example"),
        (Kind::ExternalId, "https://ciamlogin.com/t.example"),
        (Kind::ExternalId, "https://.ciamlogin.com/t.example"),
        (Kind::ExternalId, "https://a.b.ciamlogin.com/t.example"),
        (Kind::ExternalId, "https://ciamlogin.com.evil.example/t"),
    ] {
        assert_eq!(refused(&input(kind, text)), ["authority"], "{text}");
    }
}

#[test]
fn a_tenant_other_than_the_one_in_the_address_is_refused() {
    let address = format!("https://login.microsoftonline.com/{G}");
    let of = |tenant: &str| AuthorityInput {
        tenant: TenantGuid::parse(tenant),
        ..input(Kind::EntraId, &address)
    };
    assert!(refused(&of(G)).is_empty());
    assert_eq!(refused(&of(OTHER)), ["tenant_id"]);
}

#[test]
fn personal_accounts_are_one_tenant_and_believed_by_no_other_issuer() {
    let address = "https://login.microsoftonline.com/consumers";
    let issuer = |tenant: &str| format!("https://login.microsoftonline.com/{tenant}/v2.0");
    let personal = crate::domain::issuer::PERSONAL_ACCOUNTS;
    assert!(accepts(Kind::EntraId, address, &issuer(personal)));
    assert!(!accepts(Kind::EntraId, address, &issuer(G)));
}

#[test]
fn an_endpoint_on_a_strangers_host_or_on_this_machine_is_not_believed() {
    let entra = authority(Kind::EntraId, "https://login.microsoftonline.com/t.example");
    let generic = authority(Kind::Oidc, "https://accounts.example");
    let stand_in = authority(Kind::EntraId, "http://localhost:1/t.example");
    let issuer = "https://login.partner.example/v2.0";
    for (authority, endpoint, expected) in [
        (&entra, "https://login.microsoftonline.com/token", true),
        (&entra, "https://login.partner.example/token", true),
        (&entra, "https://graph.microsoft.com/oidc/userinfo", true),
        (&entra, "https://contoso.b2clogin.com/token", true),
        (&entra, "https://evil.example/token", false),
        (&entra, "https://a.b.b2clogin.com/token", false),
        (&entra, "https://.b2clogin.com/token", false),
        (&entra, "http://login.microsoftonline.com/token", false),
        (&entra, "https://localhost/token", false),
        (&entra, "http://127.0.0.1/token", false),
        (&generic, "https://elsewhere.example/token", true),
        (&generic, "http://elsewhere.example/token", false),
        (&generic, "https://localhost/token", false),
        (&generic, "data:text/plain,x", false),
        (&stand_in, "http://localhost:2/token", true),
        (&stand_in, "https://evil.example/token", false),
    ] {
        let endpoint = Url::parse(endpoint).unwrap();
        let is_accepted = authority.accepts_endpoint(&endpoint, issuer);
        assert_eq!(is_accepted, expected, "{endpoint}");
    }
}

#[test]
fn each_kind_tells_people_apart_by_the_claims_that_it_has() {
    let of = |kind, url| authority(kind, url).dialect();
    let entra = of(Kind::EntraId, "https://login.microsoftonline.com/t.example");
    let b2c = of(Kind::B2c, "https://contoso.b2clogin.com/t.example");
    let generic = of(Kind::Oidc, "https://accounts.example");
    assert_eq!(entra.person, PersonClaims::ObjectInTid);
    assert_eq!(b2c.person, PersonClaims::ObjectInPinnedTenant);
    assert_eq!(generic.person, PersonClaims::Subject);
    assert!(entra.microsoft && b2c.microsoft && !generic.microsoft);
    assert!(!entra.userinfo && !b2c.userinfo && generic.userinfo);
    assert!(!entra.id_token_only && b2c.id_token_only && !generic.id_token_only);
    let external = of(Kind::ExternalId, "https://contoso.ciamlogin.com");
    assert!(entra.claims_challenge && !external.claims_challenge);
    assert!(!b2c.claims_challenge && !generic.claims_challenge);
}

#[test]
fn a_key_that_admits_more_is_named_where_it_admits_nobody() {
    let keys = |input: AuthorityInput| -> Vec<String> {
        let keys = input.keys_without_effect();
        keys.iter()
            .map(|error| format!("{} {}", error.key, error.what))
            .collect()
    };
    let tenants = |kind, url: &str| AuthorityInput {
        allowed_tenants: Some(AllowedTenants::Any),
        ..input(kind, url)
    };
    for (kind, url, words) in [
        (
            Kind::EntraId,
            "https://login.microsoftonline.com/t.example",
            Some("one tenant"),
        ),
        (
            Kind::EntraId,
            "https://login.microsoftonline.com/Consumers",
            Some("the personal accounts' tenant"),
        ),
        (
            Kind::EntraId,
            "https://login.microsoftonline.com/organizations",
            None,
        ),
        (Kind::EntraId, "https://evil.example/t.example", None),
        (
            Kind::Oidc,
            "https://accounts.example",
            Some("only kind = \"entra-id\""),
        ),
    ] {
        let keys = keys(tenants(kind, url));
        match words {
            Some(words) => assert!(
                keys.len() == 1
                    && keys[0].starts_with("allowed_tenants ")
                    && keys[0].contains(words),
                "{url}: {keys:?}"
            ),
            None => assert!(keys.is_empty(), "{url}: {keys:?}"),
        }
    }
    let tenant = |kind, url: &str| AuthorityInput {
        tenant: TenantGuid::parse(G),
        ..input(kind, url)
    };
    let oidc = keys(tenant(Kind::Oidc, "https://accounts.example"));
    assert!(
        oidc.len() == 1 && oidc[0].starts_with("tenant_id "),
        "{oidc:?}"
    );
    let entra = tenant(Kind::EntraId, "https://login.microsoftonline.com/t.example");
    assert!(keys(entra).is_empty());
    assert!(keys(input(Kind::Oidc, "https://accounts.example")).is_empty());
    let b2c = "https://contoso.b2clogin.com/t.example";
    assert!(keys(input(Kind::B2c, b2c)).is_empty());
}

#[test]
fn every_kind_has_a_word_and_an_example_of_its_own() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(&kind.to_string()), Some(kind));
        let others = Kind::ALL.into_iter().filter(|other| *other != kind);
        assert!(kind.authority_example().contains("https://"), "{kind}");
        for other in others {
            assert_ne!(kind.authority_example(), other.authority_example());
        }
    }
    assert_eq!(Kind::parse("Entra-ID"), None);
}

#[test]
fn a_tenant_is_named_by_every_token_of_a_directory_and_by_no_built_in_user_flow() {
    let of = |kind, url| authority(kind, url).tid_claim();
    let b2c = "https://contoso.b2clogin.com/t.example";
    assert_eq!(of(Kind::B2c, b2c), TidClaim::NotByUserFlows);
    let custom = Authority::new(&AuthorityInput {
        user_flows: Some(UserFlows {
            sign_in: UserFlow::parse("B2C_1A_signin").unwrap(),
            edit_profile: None,
            reset_password: None,
            policy_claim: PolicyClaim::Required,
        }),
        ..input(Kind::B2c, b2c)
    });
    assert_eq!(custom.unwrap().tid_claim(), TidClaim::ByPolicy);
    let generic = of(Kind::Oidc, "https://accounts.example");
    assert_eq!(generic, TidClaim::Never);
    let entra = "https://login.microsoftonline.com/t.example";
    assert_eq!(of(Kind::EntraId, entra), TidClaim::Always);
    let one = authority(Kind::EntraId, entra);
    assert_eq!(one.as_str(), entra);
    assert!(one.issuer_config(UserFlowKind::SignIn).is_some());
    assert!(one.issuer_config(UserFlowKind::EditProfile).is_none());
}
