//! Whom a public path names, and what binds programs.

use super::*;
use crate::domain::issuer::TenantGuid;

#[test]
fn a_public_path_passes_with_the_identity_of_whoever_may_enter() {
    let rules = rules();
    let route = taking_programs();
    let person = session(json!({}));
    let program = bearer(&[], true, json!({"roles": ["Orders.Read.All"]}));
    for (caller, identity) in [
        (Caller::Person(&person), &person.identity),
        (Caller::Bearer(&program), &program.identity),
    ] {
        let decision = decided(&route, &rules, PUBLIC, PLAIN, caller);
        assert_eq!(decision, Decision::Allow(Some(identity)));
    }
}

#[test]
fn a_public_path_names_nobody_whom_the_rules_would_refuse() {
    let person = session(json!({"roles": ["Reader"]}));
    let weak = bearer(&["Orders.Write"], false, json!({}));
    let strict = Route {
        allow: roles("Admin"),
        ..route()
    };
    let fresh = Route {
        step_up: Some(StepUp {
            acr: vec!["c1".into()],
            max_age: None,
        }),
        ..route()
    };
    let (plain, taking) = (route(), taking_programs());
    let forged = RequestKind {
        unsafe_method: true,
        cross_site: true,
        ..PLAIN
    };
    let rules = rules();
    for (route, request, caller) in [
        (&strict, PLAIN, Caller::Person(&person)),
        (&fresh, PLAIN, Caller::Person(&person)),
        (&plain, forged, Caller::Person(&person)),
        (&taking, PLAIN, Caller::Bearer(&weak)),
        (&plain, PLAIN, Caller::Bearer(&weak)),
    ] {
        let decision = decided(route, &rules, PUBLIC, request, caller);
        assert_eq!(decision, Decision::Allow(None), "{route:?} {request:?}");
    }
}

fn taking_programs() -> Route {
    Route {
        accept_bearer: Some(BearerRule {
            audiences: vec!["api://orders".into()],
            scopes: vec![Scope::parse("Orders.Read").unwrap()],
            roles: vec!["Orders.Read.All".into()],
        }),
        ..route()
    }
}

#[test]
fn what_a_proxy_adds_to_the_rules_binds_programs_too() {
    let program = bearer(&[], true, json!({"roles": ["Orders.Read.All"]}));
    let route = taking_programs();
    let groups = AccessRule {
        groups: vec!["g".into()],
        ..AccessRule::default()
    };
    let emails = AccessRule {
        emails: vec!["ada@contoso.example".into()],
        ..AccessRule::default()
    };
    for (narrowing, passes) in [
        (roles("Orders.Read.All"), true),
        (roles("Admin"), false),
        (groups, false),
        (emails, false),
    ] {
        let rules = [AccessRule::default(), narrowing];
        let decision = decided(&route, &rules, GUARDED, PLAIN, Caller::Bearer(&program));
        let allowed = Decision::Allow(Some(&program.identity));
        assert_eq!(decision == allowed, passes, "{:?}", rules[1]);
        assert!(passes || matches!(decision, Decision::Deny(Reason::Rule(_))));
    }
}

const CONTOSO: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

fn of_contoso() -> AccessRule {
    AccessRule {
        tenants: vec![TenantGuid::parse(CONTOSO).unwrap()],
        ..AccessRule::default()
    }
}

#[test]
fn a_program_of_another_tenant_or_of_none_passes_no_list_of_tenants() {
    let at_route = Route {
        allow: of_contoso(),
        ..taking_programs()
    };
    let (nothing, open) = (AccessRule::default(), taking_programs());
    let role = json!(["Orders.Read.All"]);
    let own = bearer(&[], true, json!({"roles": role, "tid": CONTOSO}));
    let other = "0a5d1e5c-0b0e-4d52-9d6c-2f0d1b8f1f11";
    let other = bearer(&[], true, json!({"roles": role, "tid": other}));
    let none = bearer(&[], true, json!({"roles": role}));
    for (route, rules) in [
        (&at_route, [nothing.clone(), nothing.clone()]),
        (&open, [of_contoso(), nothing.clone()]),
        (&open, [nothing, of_contoso()]),
    ] {
        let decision = |caller| decided(route, &rules, GUARDED, PLAIN, Caller::Bearer(caller));
        assert_eq!(decision(&own), Decision::Allow(Some(&own.identity)));
        for (caller, denial) in [(&other, Denial::Tenant), (&none, Denial::TenantMissing)] {
            let denied = Decision::Deny(Reason::Rule(denial));
            assert_eq!(decision(caller), denied, "{rules:?}");
            let named = decided(route, &rules, PUBLIC, PLAIN, Caller::Bearer(caller));
            assert_eq!(named, Decision::Allow(None), "{rules:?}");
        }
    }
}

#[test]
fn a_program_of_the_right_tenant_still_needs_its_role() {
    let route = Route {
        allow: of_contoso(),
        ..taking_programs()
    };
    let rules = rules();
    let program = bearer(&[], true, json!({"tid": CONTOSO}));
    let decision = decided(&route, &rules, GUARDED, PLAIN, Caller::Bearer(&program));
    assert_eq!(decision, Decision::Deny(Reason::Permission));
}
