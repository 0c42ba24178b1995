use std::time::Duration;

use serde_json::json;

use super::*;
use crate::domain::api::Scope;
use crate::domain::bearer_rule::BearerRule;
use crate::domain::clock::Clock;
use crate::domain::clock::SystemClock;
use crate::domain::identity::PersonBy;
use crate::domain::profile::{AuthorityFingerprint, ProfileId};
use crate::domain::random::Random;
use crate::domain::session::SessionId;

mod public_paths;

#[derive(Debug)]
struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn identity(claims: serde_json::Value) -> Identity {
    let serde_json::Value::Object(mut claims) = claims else {
        unreachable!("an object")
    };
    claims.insert("iss".into(), "https://issuer.example".into());
    claims.insert("sub".into(), "s".into());
    Identity::from_claims(&claims, PersonBy::Subject).unwrap()
}

fn session(claims: serde_json::Value) -> Session {
    let now = SystemClock.now();
    Session {
        id: SessionId::generate(&Zeros),
        profile: ProfileId::parse("staff").unwrap(),
        fingerprint: AuthorityFingerprint([0; 32]),
        identity: identity(claims),
        created_at: now,
        seen_at: now,
        idle_until: now,
        expires_at: now,
    }
}

fn route() -> Route {
    Route::guarding("app.example")
}

/// A path that needs a session.
const GUARDED: bool = false;
/// A path that needs none.
const PUBLIC: bool = true;

/// What is decided when everything is silent but what the test sets.
fn decided<'a>(
    route: &'a Route,
    rules: &'a [AccessRule; 2],
    public: bool,
    request: RequestKind,
    caller: Caller<'a>,
) -> Decision<'a> {
    let question = Question {
        profile_rule: &rules[0],
        route,
        public,
        narrowing: &rules[1],
        request,
        now: SystemClock.now(),
    };
    decide(&question, caller)
}

fn rules() -> [AccessRule; 2] {
    [AccessRule::default(), AccessRule::default()]
}

fn bearer(scopes: &[&str], app_only: bool, claims: serde_json::Value) -> BearerCaller {
    BearerCaller {
        identity: identity(claims),
        client: None,
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        app_only,
    }
}

fn roles(role: &str) -> AccessRule {
    AccessRule {
        roles: vec![role.into()],
        ..AccessRule::default()
    }
}

const PLAIN: RequestKind = RequestKind {
    preflight: false,
    unsafe_method: false,
    cross_site: false,
};

#[test]
fn nobody_is_sent_to_sign_in_and_an_outage_sends_nobody_anywhere() {
    let (route, rules) = (route(), rules());
    let nobody = decided(&route, &rules, GUARDED, PLAIN, Caller::Nobody);
    assert_eq!(nobody, Decision::SignIn);
    let unknown = decided(&route, &rules, GUARDED, PLAIN, Caller::Unknown);
    assert_eq!(unknown, Decision::Unknown);
}

#[test]
fn a_rule_of_the_profile_of_the_route_or_of_the_proxy_denies() {
    let person = session(json!({"roles": ["Reader"]}));
    let denied = Decision::Deny(Reason::Rule(Denial::Role));
    let strict = Route {
        allow: roles("Admin"),
        ..route()
    };
    let caller = Caller::Person(&person);
    assert_eq!(decided(&strict, &rules(), GUARDED, PLAIN, caller), denied);
    for rules in [
        [roles("Admin"), AccessRule::default()],
        [AccessRule::default(), roles("Admin")],
    ] {
        assert_eq!(decided(&route(), &rules, GUARDED, PLAIN, caller), denied);
    }
    let fine = [roles("Reader"), roles("Reader")];
    let route = route();
    let allowed = decided(&route, &fine, GUARDED, PLAIN, caller);
    assert_eq!(allowed, Decision::Allow(Some(&person.identity)));
}

#[test]
fn groups_that_could_not_be_read_are_unknown_and_no_denial() {
    let person = session(json!({"_claim_names": {"groups": "src1"}}));
    let strict = Route {
        allow: AccessRule {
            groups: vec!["g".into()],
            ..AccessRule::default()
        },
        ..route()
    };
    let rules = rules();
    let decision = decided(&strict, &rules, GUARDED, PLAIN, Caller::Person(&person));
    assert_eq!(decision, Decision::Unknown);
}

#[test]
fn a_page_of_another_site_changes_nothing_with_the_persons_session() {
    let person = session(json!({}));
    let forged = RequestKind {
        unsafe_method: true,
        cross_site: true,
        ..PLAIN
    };
    let (route, rules) = (route(), rules());
    let decision = decided(&route, &rules, GUARDED, forged, Caller::Person(&person));
    assert_eq!(decision, Decision::Deny(Reason::CrossSite));
    let link = RequestKind {
        unsafe_method: false,
        ..forged
    };
    let decision = decided(&route, &rules, GUARDED, link, Caller::Person(&person));
    assert_eq!(decision, Decision::Allow(Some(&person.identity)));
}

#[test]
fn a_preflight_passes_only_where_the_route_says_so() {
    let preflight = RequestKind {
        preflight: true,
        unsafe_method: true,
        cross_site: true,
    };
    let open = Route {
        preflight: true,
        ..route()
    };
    let (route, rules) = (route(), rules());
    let passed = decided(&open, &rules, GUARDED, preflight, Caller::Nobody);
    assert_eq!(passed, Decision::Allow(None));
    let refused = decided(&route, &rules, GUARDED, preflight, Caller::Nobody);
    assert_eq!(refused, Decision::SignIn);
}

#[test]
fn a_sign_in_that_is_too_old_or_too_weak_is_stepped_up() {
    let strict = Route {
        step_up: Some(StepUp {
            acr: vec!["c1".into()],
            max_age: Some(Duration::from_hours(1)),
        }),
        ..route()
    };
    let now = SystemClock.now().timestamp();
    let stepped = Decision::StepUp(strict.step_up.as_ref().unwrap());
    for (claims, met) in [
        (json!({"acrs": ["c1"], "auth_time": now - 60}), true),
        (json!({"acr": "c1", "auth_time": now - 60}), true),
        (json!({"acrs": ["c2"], "auth_time": now - 60}), false),
        (json!({"acrs": ["c1"], "auth_time": now - 7200}), false),
        (json!({"acrs": ["c1"]}), false),
        (json!({"auth_time": now}), false),
    ] {
        let person = session(claims);
        let rules = rules();
        let decision = decided(&strict, &rules, GUARDED, PLAIN, Caller::Person(&person));
        assert_eq!(decision == stepped, !met, "{person:?}");
    }
}

#[test]
fn a_token_passes_only_where_the_route_takes_tokens_with_its_permission() {
    let taking = Route {
        accept_bearer: Some(BearerRule {
            audiences: vec!["api://orders".into()],
            scopes: vec![Scope::parse("Orders.Read").unwrap()],
            roles: vec!["Orders.Read.All".into()],
        }),
        ..route()
    };
    let person = bearer(&["Orders.Read"], false, json!({}));
    let program = bearer(&[], true, json!({"roles": ["Orders.Read.All"]}));
    let others = [
        bearer(&["Orders.Write"], false, json!({})),
        bearer(&[], false, json!({"roles": ["Orders.Read.All"]})),
        bearer(&["Orders.Write"], true, json!({"roles": ["Other"]})),
    ];
    let rules = rules();
    for good in [&person, &program] {
        let decision = decided(&taking, &rules, GUARDED, PLAIN, Caller::Bearer(good));
        assert_eq!(decision, Decision::Allow(Some(&good.identity)));
    }
    for other in &others {
        let decision = decided(&taking, &rules, GUARDED, PLAIN, Caller::Bearer(other));
        assert_eq!(decision, Decision::Deny(Reason::Permission), "{other:?}");
    }
    let route = route();
    let decision = decided(&route, &rules, GUARDED, PLAIN, Caller::Bearer(&person));
    assert_eq!(decision, Decision::Deny(Reason::NoBearer));
}

#[test]
fn a_public_path_needs_no_session_even_while_the_store_is_away() {
    let route = route();
    let rules = rules();
    let question = Question {
        profile_rule: &rules[0],
        route: &route,
        public: true,
        narrowing: &rules[1],
        request: PLAIN,
        now: SystemClock.now(),
    };
    for caller in [Caller::Nobody, Caller::Unknown] {
        assert_eq!(decide(&question, caller), Decision::Allow(None));
    }
}

#[test]
fn a_bearer_rule_that_names_one_permission_takes_no_token_without_it() {
    let rule = |scopes: &[&str], roles: &[&str]| BearerRule {
        audiences: vec!["api://orders".into()],
        scopes: scopes
            .iter()
            .map(|text| Scope::parse(text).unwrap())
            .collect(),
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
    };
    let person = bearer(&["Orders.Read"], false, json!({}));
    let program = bearer(&[], true, json!({"roles": ["Orders.Read.All"]}));
    let rules = rules();
    for (rule, caller, passes) in [
        (rule(&["Orders.Read"], &[]), &person, true),
        (rule(&["Orders.Read"], &[]), &program, false),
        (rule(&["Orders.Write"], &[]), &person, false),
        (rule(&[], &["Orders.Read.All"]), &program, true),
        (rule(&[], &["Orders.Read.All"]), &person, false),
        (rule(&[], &["Other"]), &program, false),
        (rule(&[], &[]), &person, true),
        (rule(&[], &[]), &program, true),
    ] {
        let route = Route {
            accept_bearer: Some(rule),
            ..route()
        };
        let decision = decided(&route, &rules, GUARDED, PLAIN, Caller::Bearer(caller));
        let expected = if passes {
            Decision::Allow(Some(&caller.identity))
        } else {
            Decision::Deny(Reason::Permission)
        };
        assert_eq!(decision, expected, "{:?}", route.accept_bearer);
    }
}

fn taking_any_token() -> Route {
    Route {
        accept_bearer: Some(BearerRule {
            audiences: vec!["api://orders".into()],
            scopes: Vec::new(),
            roles: Vec::new(),
        }),
        ..route()
    }
}

#[test]
fn every_rule_judges_a_persons_token_and_none_a_programs() {
    let strict = Route {
        allow: roles("Admin"),
        ..taking_any_token()
    };
    let rules = rules();
    let reader = || json!({"roles": ["Reader"]});
    let person = bearer(&[], false, reader());
    let decision = decided(&strict, &rules, GUARDED, PLAIN, Caller::Bearer(&person));
    assert_eq!(decision, Decision::Deny(Reason::Rule(Denial::Role)));
    let program = bearer(&[], true, reader());
    let decision = decided(&strict, &rules, GUARDED, PLAIN, Caller::Bearer(&program));
    assert_eq!(decision, Decision::Allow(Some(&program.identity)));
}

#[test]
fn the_token_of_a_weak_sign_in_is_stepped_up_and_a_programs_never_is() {
    let strict = Route {
        step_up: Some(StepUp {
            acr: vec!["c1".into()],
            max_age: None,
        }),
        ..taking_any_token()
    };
    let rules = rules();
    let stepped = Decision::StepUp(strict.step_up.as_ref().unwrap());
    for (acr, app_only, steps_up) in [
        ("c1", false, false),
        ("c2", false, true),
        ("c1", true, false),
        ("c2", true, false),
    ] {
        let caller = bearer(&[], app_only, json!({"acr": acr}));
        let decision = decided(&strict, &rules, GUARDED, PLAIN, Caller::Bearer(&caller));
        let expected = if steps_up {
            stepped
        } else {
            Decision::Allow(Some(&caller.identity))
        };
        assert_eq!(decision, expected, "{acr} {app_only}");
    }
}
