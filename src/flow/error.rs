//! `FlowError`: one variant for each thing that a person, or a script, would be told.

use std::time::Duration;

use crate::domain::access_rule::Denial;
use crate::domain::api::ApiName;
use crate::domain::return_to::ReturnTo;
pub use crate::oidc::{
    AuthorityErrorDetail, CallError, Misconfiguration, OidcError, Outage, Remedy, Topic,
};
use crate::store::StoreError;

/// How a journey ended badly. `web/errors/mapping.rs` is the one place that turns it into an answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum FlowError {
    /// Nobody is signed in here.
    #[error("nobody is signed in")]
    NotSignedIn,
    /// The callback's parameters are no authorization response.
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
    /// The authority refuses the gateway itself, or its metadata is not its own: an operator must act.
    #[error("the authority and the profile do not fit together")]
    Misconfigured {
        /// What happened.
        #[source]
        cause: Box<OidcError>,
    },
    /// The authority's answer broke a rule and was thrown away.
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
    /// Another person came back than the one who was sent for more.
    #[error("another person came back from the authority")]
    OtherPerson,
    /// Sent round again and again without arriving.
    #[error("sent round {rounds} times in a row without arriving")]
    TooManyRounds {
        /// How often.
        rounds: u32,
        /// Where it was meant to lead.
        target: ReturnTo,
    },
    /// The profile has no such user flow.
    #[error("the profile has no such user flow")]
    NoSuchJourney,
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
    /// The API, or the authority for it, asked to be left alone for a while.
    #[error("the API asked to wait")]
    ApiThrottled {
        /// How long.
        retry_after: Duration,
    },
    /// The store gave no answer: whether the person is signed in is unknown.
    #[error("the store gave no answer")]
    Store(#[from] StoreError),
    /// The session was written by others again and again; nothing was changed.
    #[error("the session was being renewed all the while")]
    Busy,
    /// A form or link from another site, or without its proof.
    #[error("the request does not come from a page of this site")]
    CrossSite,
    /// A notice about a sign-out that cannot be believed (Back-Channel Logout 1.0 §2.8).
    #[error("the logout notice was refused: {0}")]
    NoticeRefused(&'static str),
    /// Too many of these from one address.
    #[error("too many requests from one address")]
    TooMany,
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

impl FlowError {
    /// Turns a failure to speak with the authority into what the person is told; `target` is where a new attempt
    /// should lead.
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
