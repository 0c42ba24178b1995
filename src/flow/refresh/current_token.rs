//! What the stored tokens offer without a refresh, and whether a refresh must wait.

use crate::domain::api::Api;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::token_set::{AccessGrant, Freshness, TokenSet};
use crate::flow::refresh::outcome::{Force, Token};
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::oidc::OidcError;
use crate::seal::handle_hash;

/// One caller's question for a token: of this session, for this API.
#[derive(Clone, Copy)]
pub(super) struct Refresh<'a> {
    pub(super) services: &'a Services,
    pub(super) profile: &'a Profile,
    pub(super) signed_in: &'a SignedIn,
    pub(super) api: &'a Api,
    pub(super) force: &'a Force,
}

impl Refresh<'_> {
    /// The stored token, if it is fresh and no API refused it.
    pub(super) fn fresh_grant(&self, tokens: &TokenSet) -> Option<AccessGrant> {
        let grant = tokens.grant_for(&self.api.name)?;
        let fresh = grant.freshness(self.services.now()) == Freshness::Fresh;
        (fresh && !self.force.is_refused(grant)).then(|| grant.clone())
    }

    /// The stored token until it expires: an outage of the authority signs nobody out. `None` once an API refused a
    /// token.
    pub(super) fn working_token(&self, tokens: &TokenSet) -> Option<Token> {
        let grant = tokens.grant_for(&self.api.name)?;
        let works = grant.freshness(self.services.now()) != Freshness::Expired;
        (works && self.force.refused.is_none()).then(|| Token::Usable(grant.clone()))
    }

    /// Whether the last refresh of this session failed a moment ago in this process.
    pub(super) fn is_backing_off(&self) -> bool {
        let key = handle_hash(self.signed_in.handle());
        let now = self.services.now();
        self.services.refresh_backoff.remaining(&key, now).is_some()
    }

    /// The answer by which the token endpoint asked not to be called for this person, while that holds
    /// (microsoft-identity 6.3).
    pub(super) fn token_endpoint_throttled(&self) -> Option<OidcError> {
        let throttled = &self.services.token_endpoint_throttled;
        let (left, why) = throttled.remaining(&self.throttle_key(), self.services.now())?;
        Some(OidcError::Unavailable {
            why,
            retry_after: Some(left),
        })
    }

    /// A token endpoint throttles a person at a profile.
    pub(super) fn throttle_key(&self) -> (ProfileId, SubjectKey) {
        let person = self.signed_in.session().identity.person();
        (self.profile.id.clone(), person)
    }
}
