//! Whose token it is, and what makes it no access token.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::domain::authority::{PolicyClaim, UserFlow};
use crate::domain::clock::Timestamp;
use crate::domain::issuer::{IssuerForm, IssuerPolicy, TenantGuid, TrustedIssuer};

const NOW: i64 = 1_700_000_000;
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const OTHER: &str = "11111111-2222-4333-8444-555555555555";

fn merged(base: Value, more: &Value) -> Claims {
    let Value::Object(mut claims) = base else {
        unreachable!()
    };
    for (name, value) in more.as_object().unwrap() {
        if value.is_null() {
            claims.remove(name);
        } else {
            claims.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// A delegated v2 token of Entra ID.
fn person(more: &Value) -> Claims {
    let base = json!({"iss": format!("https://login.microsoftonline.com/{TENANT}/v2.0"), "aud": "api://orders",
        "sub": "pairwise", "oid": "ada", "tid": TENANT, "azp": "phone", "scp": "Orders.Read", "ver": "2.0",
        "iat": NOW, "nbf": NOW, "exp": NOW + 3600});
    merged(base, more)
}

/// The token of a program.
fn program(more: &Value) -> Claims {
    let of_program = json!({"scp": null, "sub": "principal", "oid": "principal", "azp": "robot", "roles": ["Orders.Read.All"]});
    let claims = person(&of_program);
    merged(Value::Object(claims), more)
}

struct Authority {
    policy: IssuerPolicy,
    microsoft: bool,
    user_flow: Option<UserFlow>,
}

impl Authority {
    fn entra() -> Self {
        Self {
            policy: IssuerPolicy::OneTenant {
                forms: vec![IssuerForm::new(
                    "https://login.microsoftonline.com/{tenantid}/v2.0",
                )],
                tenant: None,
                tid_required: true,
                any_form: false,
            },
            microsoft: true,
            user_flow: None,
        }
    }

    fn plain() -> Self {
        Self {
            policy: IssuerPolicy::Exact("https://issuer.example".to_owned()),
            microsoft: false,
            user_flow: None,
        }
    }

    fn read(&self, claims: Claims, is_marked: bool) -> Result<ReadAccessToken, AccessTokenFault> {
        let trusted = TrustedIssuer {
            issuer: format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            tenant: TenantGuid::canonical(TENANT),
        };
        let expected = Expected {
            policy: &self.policy,
            trusted: &trusted,
            user_flow: self.user_flow.as_ref(),
            policy_claim: PolicyClaim::Required,
            client_id: "client",
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            skew: Duration::from_mins(2),
            cloud: None,
        };
        let signed = Signed {
            claims,
            key_issuer: None,
            key_cloud: None,
        };
        let issuing = Issuing {
            microsoft: self.microsoft,
            person: PersonBy::Object,
        };
        read(&signed, is_marked, &expected, issuing)
    }

    fn refusal(&self, claims: Claims) -> Option<AccessTokenFault> {
        self.read(claims, false).err()
    }
}

#[test]
fn a_persons_token_has_scopes_and_a_programs_token_has_none() {
    let entra = Authority::entra();
    let ada = entra
        .read(person(&json!({"scp": "Orders.Read Orders.Write"})), false)
        .unwrap();
    assert_eq!(ada.caller.scopes, ["Orders.Read", "Orders.Write"]);
    assert_eq!(ada.caller.client.as_deref(), Some("phone"));
    assert!(!ada.caller.app_only);
    for more in [
        json!({}),
        json!({"idtyp": "app"}),
        json!({"azp": null, "appid": "robot"}),
    ] {
        let robot = entra.read(program(&more), false).unwrap();
        assert!(
            robot.caller.app_only && robot.caller.scopes.is_empty(),
            "{more}"
        );
        assert_eq!(robot.caller.client.as_deref(), Some("robot"));
    }
}

// proves: B27
#[test]
fn a_person_with_a_role_and_no_scope_is_no_program() {
    let entra = Authority::entra();
    for more in [
        json!({"oid": "ada"}),
        json!({"azp": null}),
        json!({"idtyp": "user"}),
    ] {
        let refused = entra.refusal(program(&more));
        assert_eq!(refused, Some(AccessTokenFault::NotAnAccessToken), "{more}");
    }
    let both = entra.refusal(program(&json!({"idtyp": "app", "scp": "Orders.Read"})));
    assert_eq!(both, Some(AccessTokenFault::Contradictory));
}

// proves: B97
#[test]
fn an_id_token_a_logout_token_and_a_refresh_token_are_no_access_tokens() {
    for authority in [Authority::entra(), Authority::plain()] {
        let issuer = if authority.microsoft {
            json!({})
        } else {
            json!({"iss": "https://issuer.example"})
        };
        for more in [
            json!({"scp": null}),
            json!({"scp": null, "roles": ["Orders.Read.All"]}),
            json!({"scp": ""}),
            json!({"nonce": "n"}),
            json!({"at_hash": "h"}),
            json!({"c_hash": "h"}),
            json!({"typ": "ID"}),
            json!({"typ": "Refresh"}),
            json!({"typ": "Logout"}),
            json!({"token_use": "id"}),
            json!({"events": {}}),
        ] {
            let claims = merged(Value::Object(person(&more)), &issuer);
            let refused = authority.refusal(claims);
            assert_eq!(refused, Some(AccessTokenFault::NotAnAccessToken), "{more}");
        }
    }
}

#[test]
fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let bound = person(&json!({"cnf": {"jkt": "x"}}));
    assert_eq!(
        Authority::entra().refusal(bound),
        Some(AccessTokenFault::Bound)
    );
}

#[test]
fn tokens_of_other_times_are_refused() {
    let entra = Authority::entra();
    for (more, fault) in [
        (json!({"exp": NOW - 121}), IdTokenFault::Expired),
        (json!({"exp": null}), IdTokenFault::Expired),
        (json!({"exp": "1800000000"}), IdTokenFault::Expired),
        (json!({"nbf": NOW + 121}), IdTokenFault::NotYetValid),
        (json!({"iat": NOW + 121}), IdTokenFault::IssuedAt),
    ] {
        let refused = entra.refusal(person(&more));
        assert_eq!(refused, Some(AccessTokenFault::Claim(fault)), "{more}");
    }
    assert!(
        entra
            .refusal(person(&json!({"exp": NOW - 100, "iat": null, "nbf": null})))
            .is_none()
    );
}

#[test]
fn both_versions_of_a_directorys_issuer_count_for_the_same_tenant_only() {
    let entra = Authority::entra();
    let v1 = |tenant: &str, tid: &str| {
        person(
            &json!({"iss": format!("https://sts.windows.net/{tenant}/"), "tid": tid, "azp": null, "appid": "phone"}),
        )
    };
    assert_eq!(entra.refusal(v1(TENANT, TENANT)), None);
    let refusal = |refusal| Some(AccessTokenFault::Claim(IdTokenFault::Issuer(refusal)));
    assert_eq!(
        entra.refusal(v1(OTHER, OTHER)),
        refusal(IssuerRefusal::Token)
    );
    assert_eq!(
        entra.refusal(v1(TENANT, OTHER)),
        refusal(IssuerRefusal::Tid)
    );
    for iss in [
        format!("https://sts.windows.net/{TENANT}"),
        format!("https://sts.windows.net.evil.example/{TENANT}/"),
        format!("https://login.microsoftonline.com/{OTHER}/v2.0"),
        "https://issuer.example".to_owned(),
    ] {
        let refused = entra.refusal(person(&json!({"iss": iss})));
        assert_eq!(refused, refusal(IssuerRefusal::Token), "{iss}");
    }
    let plain = Authority::plain();
    assert_eq!(
        plain.refusal(v1(TENANT, TENANT)),
        refusal(IssuerRefusal::Token)
    );
}

#[test]
fn a_token_of_another_user_flow_is_refused_and_a_program_has_none() {
    let b2c = Authority {
        user_flow: UserFlow::parse("B2C_1_susi"),
        ..Authority::entra()
    };
    assert_eq!(b2c.refusal(person(&json!({"tfp": "B2C_1_susi"}))), None);
    let other = b2c.refusal(person(&json!({"tfp": "B2C_1_edit"})));
    let fault = IdTokenFault::OtherUserFlow("tfp");
    assert_eq!(other, Some(AccessTokenFault::Claim(fault)));
    assert_eq!(b2c.refusal(program(&json!({}))), None);
}

#[test]
fn a_plain_provider_marks_its_access_tokens_or_shows_a_scope() {
    let plain = Authority::plain();
    let claims = |more: Value| {
        let base = json!({"iss": "https://issuer.example", "aud": ["a", "b"], "sub": "ada", "client_id": "phone",
            "iat": NOW, "exp": NOW + 60});
        merged(base, &more)
    };
    assert!(
        plain.read(claims(json!({})), true).is_ok(),
        "RFC 9068 marks it"
    );
    assert!(plain.read(claims(json!({"nonce": "n"})), true).is_ok());
    assert!(plain.read(claims(json!({})), false).is_err());
    for more in [
        json!({"scope": "orders.read other"}),
        json!({"scp": ["orders.read", "other"]}),
        json!({"scope": "orders.read other", "typ": "Bearer", "nonce": "n"}),
        json!({"scope": "orders.read other", "token_use": "access"}),
    ] {
        let read = plain.read(claims(more.clone()), false).unwrap();
        assert_eq!(read.caller.scopes, ["orders.read", "other"], "{more}");
        assert_eq!(read.audiences, ["a", "b"]);
        assert!(!read.caller.app_only);
    }
    for more in [
        json!({"sub": "phone"}),
        json!({"sub": "phone@clients"}),
        json!({"idtyp": "app"}),
    ] {
        assert!(
            plain
                .read(claims(more.clone()), true)
                .unwrap()
                .caller
                .app_only,
            "{more}"
        );
    }
}

#[test]
fn an_audience_that_is_no_text_is_none() {
    for aud in [
        json!(null),
        json!([]),
        json!(7),
        json!(["a", 7]),
        json!({"a": 1}),
    ] {
        let claims = person(&json!({"aud": aud}));
        assert_eq!(audiences(&claims), None, "{aud}");
    }
}

#[test]
fn a_token_of_another_issuer_or_an_expired_one_causes_no_fetch_of_keys() {
    let entra = Authority::entra();
    let issuer = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    let judged = |more: &Value| {
        let trusted = TrustedIssuer {
            issuer: issuer.clone(),
            tenant: TenantGuid::canonical(TENANT),
        };
        let expected = Expected {
            policy: &entra.policy,
            trusted: &trusted,
            user_flow: None,
            policy_claim: PolicyClaim::Required,
            client_id: "client",
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
            skew: Duration::from_mins(2),
            cloud: None,
        };
        could_be_ours(&person(more), &expected).is_ok()
    };
    assert!(judged(&json!({})));
    assert!(!judged(&json!({"iss": "https://evil.example"})));
    assert!(!judged(
        &json!({"iss": issuer.replace(TENANT, OTHER), "tid": OTHER})
    ));
    assert!(!judged(&json!({"exp": NOW - 3600})));
    assert!(!judged(&json!({"exp": null})));
}
