//! The one decision about a request to a guarded application. It makes no call and reads nothing but its arguments.
//!
//! The order:
//!
//! 1. A CORS preflight passes where the route says so; it carries no credentials (Fetch, "CORS-preflight request").
//! 2. A public path passes, with the identity of a caller who would pass if the path were not public, and of nobody else.
//! 3. What is unknown stays unknown: an outage is neither yes nor no.
//! 4. Nobody is asked to sign in.
//! 5. A session does not serve a page of another site for unsafe methods and websockets.
//! 6. The profile's rule and the route's rule judge the person; a token is judged by the route's bearer rule first.
//! 7. The route may demand a stronger or fresher sign-in.

use crate::domain::access_rule::{AccessRule, Denial};
use crate::domain::caller::{BearerCaller, Caller};
use crate::domain::clock::Timestamp;
use crate::domain::identity::Identity;
use crate::domain::route::{Route, StepUp};
use crate::domain::session::Session;

/// What a decision is about.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The rule of the profile.
    pub profile_rule: &'a AccessRule,
    /// The route that was found.
    pub route: &'a Route,
    /// Whether the path needs no session on this route.
    pub public: bool,
    /// Rules that the proxy adds; they narrow what the route allows and never widen it.
    pub narrowing: &'a AccessRule,
    /// What the request does, as far as browsers and other sites matter.
    pub request: RequestKind,
    /// The time.
    pub now: Timestamp,
}

/// The parts of a request that decide whether another site may cause it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestKind {
    /// `OPTIONS` with `Origin` and `Access-Control-Request-Method`.
    pub preflight: bool,
    /// A method that is not safe (RFC 9110 §9.2.1), or a websocket handshake.
    pub unsafe_method: bool,
    /// `Origin` or `Sec-Fetch-Site` names another site, and the route does not list its origin.
    pub cross_site: bool,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It passes, with the identity of the caller if there is one.
    Allow(Option<&'a Identity>),
    /// The person must sign in.
    SignIn,
    /// The person must sign in again, stronger or fresher.
    StepUp(&'a StepUp),
    /// The caller is known and may not pass.
    Deny(Reason),
    /// Nobody can tell now (503); no cookie is cleared and nobody is sent away.
    Unknown,
}

/// Why a known caller may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A page of another site caused the request.
    #[error("the request comes from another site")]
    CrossSite,
    /// A rule of the profile or of the route.
    #[error("{0}")]
    Rule(Denial),
    /// The route takes no access tokens.
    #[error("this route accepts no access tokens")]
    NoBearer,
    /// The token has none of the scopes or roles.
    #[error("the access token has none of the permissions that this route asks for")]
    Permission,
}

/// Decides.
pub fn decide<'a>(question: &Question<'a>, caller: Caller<'a>) -> Decision<'a> {
    let Question { route, request, .. } = question;
    if request.preflight && route.preflight {
        return Decision::Allow(None);
    }
    let judged = match caller {
        Caller::Unknown => Decision::Unknown,
        Caller::Nobody => Decision::SignIn,
        Caller::Bearer(bearer) => judge_bearer(question, bearer),
        Caller::Person(session) => judge_person(question, session),
    };
    match judged {
        Decision::Allow(_) => judged,
        // An upstream acts for whom it is told, so nobody is named for whom the request would not pass.
        _ if question.public => Decision::Allow(None),
        _ => judged,
    }
}

fn judge_person<'a>(question: &Question<'a>, session: &'a Session) -> Decision<'a> {
    if question.request.unsafe_method && question.request.cross_site {
        return Decision::Deny(Reason::CrossSite);
    }
    if let Err(refused) = judge_rules(&rules_of(question), &session.identity) {
        return refused;
    }
    match &question.route.step_up {
        Some(step_up) if !step_up.is_met_by(&session.identity, question.now) => {
            Decision::StepUp(step_up)
        }
        _ => Decision::Allow(Some(&session.identity)),
    }
}

fn judge_bearer<'a>(question: &Question<'a>, bearer: &'a BearerCaller) -> Decision<'a> {
    let Some(rule) = &question.route.accept_bearer else {
        return Decision::Deny(Reason::NoBearer);
    };
    if !rule.permits(bearer) {
        return Decision::Deny(Reason::Permission);
    }
    // A program has neither groups nor an address; its roles are the bearer rule's to judge. It has a tenant as people have
    // one. What a proxy adds binds everybody: a list that a program cannot meet keeps it out.
    let rules = rules_of(question);
    let judged = if bearer.app_only {
        judge_tenants(&rules, &bearer.identity)
            .and_then(|()| judge_rules(&[question.narrowing], &bearer.identity))
    } else {
        judge_rules(&rules, &bearer.identity)
    };
    if let Err(refused) = judged {
        return refused;
    }
    match &question.route.step_up {
        // Nobody signed in for a program.
        Some(step_up) if !bearer.app_only && !step_up.is_met_by(&bearer.identity, question.now) => {
            Decision::StepUp(step_up)
        }
        _ => Decision::Allow(Some(&bearer.identity)),
    }
}

fn rules_of<'q>(question: &Question<'q>) -> [&'q AccessRule; 3] {
    [
        question.profile_rule,
        &question.route.allow,
        question.narrowing,
    ]
}

/// All rules must pass. Groups that could not be read are unknown, not none; a rule that denies for another reason counts
/// more.
fn judge_rules<'a>(rules: &[&AccessRule], identity: &Identity) -> Result<(), Decision<'a>> {
    let mut unknown = false;
    for rule in rules {
        match rule.judge(identity) {
            Ok(()) => {}
            Err(Denial::GroupsUnknown) => unknown = true,
            Err(denial) => return Err(Decision::Deny(Reason::Rule(denial))),
        }
    }
    if unknown {
        Err(Decision::Unknown)
    } else {
        Ok(())
    }
}

/// The lists of tenants alone.
fn judge_tenants<'a>(rules: &[&AccessRule], identity: &Identity) -> Result<(), Decision<'a>> {
    let mut judged = rules.iter().map(|rule| rule.judge_tenant(identity));
    judged
        .try_for_each(|verdict| verdict)
        .map_err(|denial| Decision::Deny(Reason::Rule(denial)))
}

#[cfg(test)]
mod tests;
