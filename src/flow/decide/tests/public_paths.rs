//! Whom a public path names, and what binds programs.

use super::*;

/// What is decided at a public path.
fn at_public_path<'a>(
    route: &'a Route,
    rules: &'a [AccessRule; 2],
    request: RequestKind,
    caller: Caller<'a>,
) -> Decision<'a> {
    let question = Question {
        profile_rule: &rules[0],
        route,
        public: true,
        narrowing: &rules[1],
        request,
        now: SystemClock.now(),
    };
    decide(&question, caller)
}

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
        let decision = at_public_path(&route, &rules, PLAIN, caller);
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
        let decision = at_public_path(route, &rules, request, caller);
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
        let decision = decided(&route, &rules, PLAIN, Caller::Bearer(&program));
        let allowed = Decision::Allow(Some(&program.identity));
        assert_eq!(decision == allowed, passes, "{:?}", rules[1]);
        assert!(passes || matches!(decision, Decision::Deny(Reason::Rule(_))));
    }
}
