//! What comes of asking for a usable token: [`Token`], and the question that leads to it.

use std::time::Duration;

use crate::domain::api::ApiName;
use crate::domain::session::HandleHash;
use crate::domain::token_set::AccessGrant;
use crate::flow::error::{FlowError, RefreshDelay};
use crate::flow::refresh::turn::SingleFlight;
use crate::oidc::{AuthorityErrorDetail, OidcError};

/// How soon a caller may ask again whose session is still being refreshed.
const STILL_REFRESHING: Duration = Duration::from_secs(2);

/// What came of asking for a usable token.
#[derive(Debug, Clone)]
pub enum Token {
    /// Use this one.
    Usable(AccessGrant),
    /// The person must go to the authority first.
    Interaction {
        /// Claims to ask for.
        claims: Option<String>,
        /// Why nothing else helps.
        why: PersonNeeded,
    },
    /// A new token may be there soon: the session stays.
    Delayed {
        /// Why it is not there yet.
        why: RefreshDelay,
        /// When to ask again.
        retry_after: Duration,
    },
    /// The old token does not work any more, and the authority gives no new one: an outage, or something for the
    /// operator. The session stays.
    Unavailable(Box<OidcError>),
    /// The session ended: the authority withdrew the grant.
    Ended,
}

/// Why only the person can bring a token.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PersonNeeded {
    /// The authority refused a refresh for this API, and the grant stays.
    #[error("{0}")]
    Refused(Box<AuthorityErrorDetail>),
    /// There is no refresh token.
    #[error("no refresh token")]
    NoRefreshToken,
    /// The response had no access token.
    #[error("no access token came back")]
    NoAccessToken,
}

impl Token {
    /// A refresh is running and will not end while this caller waits.
    pub(super) fn still_refreshing() -> Self {
        Self::Delayed {
            why: RefreshDelay::InProgress,
            retry_after: STILL_REFRESHING,
        }
    }

    /// A refresh failed a moment ago, here or on another replica.
    pub(super) fn backing_off(retry_after: Duration) -> Self {
        Self::Delayed {
            why: RefreshDelay::BackOff,
            retry_after,
        }
    }
}

/// Why a token that still works is refreshed all the same.
#[derive(Debug, Clone, Default)]
pub struct Force {
    /// The token that an API refused: any newer one will do.
    pub refused: Option<AccessGrant>,
    /// Claims that an API challenged for.
    pub claims: Option<String>,
}

impl Force {
    pub(super) fn is_refused(&self, grant: &AccessGrant) -> bool {
        self.refused_token() == Some(grant.token.expose())
    }

    fn refused_token(&self) -> Option<&str> {
        self.refused.as_ref().map(|grant| grant.token.expose())
    }
}

impl PartialEq for Force {
    fn eq(&self, other: &Self) -> bool {
        self.claims == other.claims && self.refused_token() == other.refused_token()
    }
}

/// What a caller asks of the refresh of a session; callers with equal questions share one outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRequest {
    pub(super) api: ApiName,
    pub(super) force: Force,
}

/// The outcome of one refresh.
pub type Outcome = Result<Token, FlowError>;

/// The refreshes of this process: one at a time for each session.
pub type Refreshes = SingleFlight<HandleHash, TokenRequest, Outcome>;
