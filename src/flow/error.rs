//! `FlowError`: one variant for each error that a person, or a script, reads.
//!
//! The errors of an authority are part of it. `web` reads them here, because it knows no protocols.

use std::time::Duration;

use crate::domain::access_rule::Denial;
use crate::domain::api::ApiName;
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;
pub use crate::oidc::{
    AuthorityErrorDetail, CallError, Misconfiguration, OidcError, Outage, Remedy, Topic,
};
use crate::store::StoreError;

/// Why a flow failed. `web/errors/mapping.rs` is the one place that turns it into an answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FlowError {
    /// Nobody is signed in here.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The callback's parameters are not an authorization response.
    #[error("the callback is malformed: {0}")]
    CallbackMalformed(#[from] crate::domain::callback::CallbackShapeError),
    /// No attempt of this browser belongs to the callback: expired, used, another browser's, or cookies blocked.
    #[error("no attempt of this browser belongs to the callback: {why}")]
    AttemptNotFound {
        /// For the log.
        why: &'static str,
        /// Where a new attempt should lead, if the state could be read.
        target: Option<ReturnTo>,
    },
    /// The answer comes from another authority than the attempt was sent to (RFC 9207 §2.4).
    #[error("the answer is not from the authority that was asked")]
    WrongAuthority,
    /// The authority answered with an error.
    #[error("the authority refused: {detail}")]
    Refused {
        /// What it said.
        detail: Box<AuthorityErrorDetail>,
        /// Where a new attempt should lead.
        target: ReturnTo,
    },
    /// The authority cannot be asked now.
    #[error("the authority cannot be reached")]
    AuthorityUnavailable {
        /// When to ask again.
        retry_after: Option<Duration>,
        /// What happened.
        #[source]
        cause: Box<OidcError>,
    },
    /// The person's tokens are not fresh, and no refresh has succeeded yet.
    #[error("the session's tokens are not refreshed yet: {why}")]
    RefreshDelayed {
        /// Why.
        why: RefreshDelay,
        /// When to ask again.
        retry_after: Duration,
    },
    /// The authority refuses the gateway itself, or its metadata is not its own: an operator must act.
    #[error("the authority and the profile do not fit together")]
    Misconfigured {
        /// What happened.
        #[source]
        cause: Box<OidcError>,
    },
    /// The authority's answer broke a rule and was rejected.
    #[error("the authority's answer was refused")]
    AnswerInvalid {
        /// Which rule.
        #[source]
        cause: Box<OidcError>,
        /// Where a new attempt should lead.
        target: Option<ReturnTo>,
    },
    /// The person is known, but may not enter.
    #[error("the person may not enter: {0}")]
    NotAllowed(AccessDenied),
    /// The access rule needs the groups of a signed-in person, and the directory does not give them now.
    #[error("the groups of the signed-in person cannot be read now")]
    GroupsUnavailable,
    /// Another person came back from the authority than the one who was sent there.
    #[error("another person came back from the authority")]
    OtherPerson,
    /// The authority signed the person in, but not as strongly or as freshly as the route demands.
    #[error(
        "the authority did not confirm the sign-in that the route demands: {}",
        demand(step_up)
    )]
    StepUpNotGranted {
        /// What the route demands.
        step_up: StepUp,
        /// Where it was meant to lead.
        target: ReturnTo,
    },
    /// The browser was sent to the authority again and again and never arrived.
    #[error("sent round {rounds} times in a row without arriving")]
    RedirectLoop {
        /// How often.
        rounds: u32,
        /// Where it was meant to lead.
        target: ReturnTo,
    },
    /// The profile has no such user flow.
    #[error("the profile has no such user flow")]
    NoSuchUserFlow,
    /// The profile has no API of this name.
    #[error("the profile has no API of this name")]
    NoSuchApi,
    /// Scopes of the API were not granted.
    #[error("the scopes of {api} were not granted")]
    Ungranted {
        /// The API.
        api: ApiName,
        /// The scopes.
        scopes: Vec<String>,
        /// Only an administrator can grant them.
        admin_only: bool,
    },
    /// The API did not answer.
    #[error("the API did not answer: {0}")]
    ApiUnavailable(&'static str),
    /// The API did not answer in time.
    #[error("the API did not answer in time")]
    ApiTimedOut,
    /// The API asked the gateway to wait.
    #[error("the API asked to wait")]
    ApiThrottled {
        /// How long.
        retry_after: Duration,
    },
    /// The store gave no answer: whether the person is signed in is unknown.
    #[error("the store gave no answer")]
    Store(#[from] StoreError),
    /// Other requests wrote the session again and again; nothing was changed.
    #[error("the session was being renewed all the while")]
    Busy,
    /// A form or link came from another site, or without its CSRF token.
    #[error("the request does not come from a page of this site")]
    CrossSite,
    /// A logout token that is not valid (Back-Channel Logout 1.0 §2.8).
    #[error("the logout notice was refused: {0}")]
    LogoutTokenRefused(&'static str),
    /// Too many requests came from one address.
    #[error("too many requests from one address")]
    TooMany,
}

/// Why no refresh has succeeded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RefreshDelay {
    /// A refresh of this session is running, here or on another replica.
    #[error("a refresh is in progress")]
    InProgress,
    /// A refresh failed a moment ago, here or on another replica, and is not tried again yet.
    #[error("the last refresh failed a moment ago")]
    BackOff,
}

/// Why a known person may not enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessDenied {
    /// The person's directory tenant is not on the list.
    #[error("the directory tenant is not on the list")]
    Tenant,
    /// The `allow` rule says no.
    #[error("{0}")]
    Rule(#[from] Denial),
}

/// A demand in words, for the log.
fn demand(step_up: &StepUp) -> String {
    let acr = match step_up.acr.as_slice() {
        [] => String::new(),
        acr => format!("acr or acrs with one of {}; ", acr.join(", ")),
    };
    let age = step_up.max_age.map_or_else(String::new, |age| {
        format!("auth_time at most {} s ago; ", age.as_secs())
    });
    format!("{acr}{age}add these claims to the tokens of the application if they are missing")
}

impl FlowError {
    /// The error of a flow that an authority's failure leads to; `target` is where a new attempt should lead.
    pub fn from_oidc(cause: OidcError, target: Option<&ReturnTo>) -> Self {
        let target = target.cloned();
        match cause {
            OidcError::TenantNotAllowed => Self::NotAllowed(AccessDenied::Tenant),
            OidcError::Refused(detail) => match target {
                Some(target) => Self::Refused { detail, target },
                None => Self::AnswerInvalid {
                    cause: Box::new(OidcError::Refused(detail)),
                    target: None,
                },
            },
            // The authority answered; the store did not.
            OidcError::Unavailable {
                why: Outage::TenantPins,
                ..
            } => Self::Store(StoreError::tenant_pins()),
            OidcError::Unavailable { retry_after, .. } => Self::AuthorityUnavailable {
                retry_after,
                cause: Box::new(cause),
            },
            OidcError::Misconfigured(_) => Self::Misconfigured {
                cause: Box::new(cause),
            },
            OidcError::Invalid(_) => Self::AnswerInvalid {
                cause: Box::new(cause),
                target,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // proves: B7
    #[test]
    fn a_pin_that_cannot_be_read_is_an_outage_of_the_store() {
        let error = FlowError::from_oidc(OidcError::outage(Outage::TenantPins), None);
        assert!(matches!(error, FlowError::Store(_)), "{error:?}");
    }
}
