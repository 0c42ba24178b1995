//! A token for an API that can be used now: one refresh per session across all replicas.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::access_rule::Denial;
use crate::domain::api::Api;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::token_set::{AccessGrant, Freshness, TokenSet};
use crate::flow::error::FlowError;
use crate::flow::refresh::outcome::{Force, Outcome, PersonNeeded, Token, TokenRequest};
use crate::flow::refresh::turn::{HeldLease, LEASE, RowState};
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::flow::{access, audit};
use crate::oidc::{OidcError, Refreshed};
use crate::seal::handle_hash;
use crate::store::{Lease, LeaseOwner, StoredTokens, WaitResult};

/// A caller waits for one call to the authority and this much longer, whichever replica makes the call: long enough
/// for the lease of a holder that crashed to run out, with the default time-out of a call.
const BEYOND_ONE_CALL: Duration = Duration::from_secs(3);
/// How long a caller waits for a new token while the old one works.
const PATIENCE_WITH_TOKEN: Duration = Duration::from_secs(1);

/// A token for `api` that can be used now.
///
/// The order of a refresh:
///
/// 1. The stored token is fresh and no API refused it: it is used, and nothing below happens.
/// 2. The stored token still works, and a refresh of this session is running in this process or failed a moment ago:
///    the stored token is used.
/// 3. Single-flight: one refresh at a time for each session in this process. It runs in a task of its own, so that a
///    browser that goes away does not lose a rotated refresh token; callers with the same question share its outcome.
///    The caller waits for it, for one second while the stored token works. Steps 4 to 10 happen in the task.
/// 4. The stored tokens are read again: a refresh that was waited for may have brought a fresh one.
/// 5. The lease in the row: one refresh at a time for each session across replicas. Whoever does not get it uses the
///    stored token while it works, and otherwise waits for what the holder stores.
/// 6. Under the lease the row has the last word: another replica may have stored a fresh token.
/// 7. No request without a refresh token (the person must sign in), and none while the token endpoint asked to wait.
/// 8. The request to the token endpoint. Meanwhile the lease is renewed, and no database connection is held.
/// 9. The access rule judges the person again by the new claims. Whoever lost the right to enter is signed out.
/// 10. The new tokens are stored, which frees the lease. Only then one of them is used.
///
/// What a failure in step 8 leads to stands in `failure.rs`.
///
/// # Errors
/// `NotSignedIn` when the session is gone; `Store` when that is unknown; `Ungranted` when only an administrator can
/// grant the scopes.
pub async fn usable_token(
    services: &Arc<Services>,
    profile: &Arc<Profile>,
    signed_in: &SignedIn,
    api: &Api,
    force: Force,
) -> Outcome {
    let caller = Refresh {
        services,
        profile,
        signed_in,
        api,
        force: &force,
    };
    let stored = caller.stored().await?;
    if let Some(grant) = caller.fresh_grant(&stored.tokens) {
        return Ok(Token::Usable(grant));
    }
    let flight = services.refreshes.join(handle_hash(signed_in.handle()));
    let old = caller.working_token(&stored.tokens);
    if let Some(old) = &old
        && (!flight.has_turn() || caller.is_backing_off())
    {
        return Ok(old.clone());
    }
    let patience = match &old {
        Some(_) => PATIENCE_WITH_TOKEN,
        None => longest_wait(services),
    };
    let question = TokenRequest {
        api: api.name.clone(),
        force: force.clone(),
    };
    let (services, profile) = (Arc::clone(services), Arc::clone(profile));
    let (signed_in, api) = (signed_in.clone(), api.clone());
    let refresh = flight.run(question, async move {
        let refresh = Refresh {
            services: &services,
            profile: &profile,
            signed_in: &signed_in,
            api: &api,
            force: &force,
        };
        refresh.once_across_replicas().await
    });
    // A refresh that takes longer goes on without the caller, and the new token serves the next call.
    match tokio::time::timeout(patience, refresh).await {
        Ok(done) => done.unwrap_or_else(|_| Ok(Token::still_refreshing())),
        Err(_) => Ok(old.unwrap_or_else(Token::still_refreshing)),
    }
}

/// How long a caller waits for new tokens at most, also for those of another replica.
fn longest_wait(services: &Services) -> Duration {
    services.authorities.longest_call() + BEYOND_ONE_CALL
}

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
    async fn stored(&self) -> Result<Arc<StoredTokens>, FlowError> {
        let stored = self.services.store.tokens(self.signed_in.handle()).await?;
        stored.ok_or(FlowError::NotSignedIn)
    }

    /// Steps 4 to 6: takes the lease, or waits for the replica that has it.
    async fn once_across_replicas(&self) -> Outcome {
        let store = &self.services.store;
        let (handle, owner) = (
            self.signed_in.handle(),
            LeaseOwner::generate(&*self.services.random),
        );
        let deadline = tokio::time::Instant::now() + longest_wait(self.services);
        let stored = self.stored().await?;
        if let Some(grant) = self.fresh_grant(&stored.tokens) {
            return Ok(Token::Usable(grant));
        }
        let mut seen = stored.version;
        loop {
            match store.lease(handle, owner, LEASE).await? {
                Lease::Gone => return Ok(Token::Ended),
                Lease::Taken(stored) => {
                    let held = HeldLease {
                        store,
                        handle,
                        session_id: self.signed_in.session().id,
                        owner,
                        stored,
                    };
                    return self.under_lease(&held).await;
                }
                Lease::BackingOff(left) => {
                    let old = self.working_token(&stored.tokens);
                    return Ok(old.unwrap_or_else(|| Token::backing_off(left)));
                }
                Lease::Held => {}
            }
            if let Some(old) = self.working_token(&stored.tokens) {
                return Ok(old);
            }
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            match store.wait_for_refresh(handle, seen, left).await? {
                WaitResult::SessionGone => return Ok(Token::Ended),
                WaitResult::StillHeld => return Ok(Token::still_refreshing()),
                WaitResult::BackingOff(left) => return Ok(Token::backing_off(left)),
                WaitResult::LeaseFree => {}
                WaitResult::NewTokens(stored) => match self.fresh_grant(&stored.tokens) {
                    Some(grant) => return Ok(Token::Usable(grant)),
                    None => seen = stored.version,
                },
            }
        }
    }

    /// Steps 6 to 10.
    async fn under_lease(&self, held: &HeldLease<'_>) -> Outcome {
        let tokens = &held.stored.tokens;
        if let Some(grant) = self.fresh_grant(tokens) {
            held.release().await;
            return Ok(Token::Usable(grant));
        }
        if tokens.refresh.is_none() {
            held.release().await;
            let interaction = Token::Interaction {
                claims: self.force.claims.clone(),
                why: PersonNeeded::NoRefreshToken,
            };
            return Ok(self.working_token(tokens).unwrap_or(interaction));
        }
        if let Some(outage) = self.token_endpoint_throttled() {
            held.release().await;
            let old = self.working_token(tokens);
            return Ok(old.unwrap_or_else(|| Token::Unavailable(Box::new(outage))));
        }
        held.renewed_during(self.ask_authority(held)).await
    }

    /// Step 8.
    async fn ask_authority(&self, held: &HeldLease<'_>) -> Outcome {
        let identity = &self.signed_in.session().identity;
        let claims = self.force.claims.as_deref();
        let answer = self
            .services
            .authorities
            .refresh(
                self.profile,
                &held.stored.tokens,
                identity,
                Some(self.api),
                claims,
            )
            .await;
        match answer {
            Ok(refreshed) => self.store_and_use(held, refreshed).await,
            Err(error) => self.failed(held, error).await,
        }
    }

    /// Steps 9 and 10.
    async fn store_and_use(&self, held: &HeldLease<'_>, refreshed: Refreshed) -> Outcome {
        let Refreshed {
            tokens,
            identity,
            graph_token,
            unchecked,
        } = refreshed;
        let (identity, tokens) = match identity {
            None => (None, tokens),
            Some(identity) => {
                let (services, profile) = (self.services, self.profile);
                match access::admit(services, profile, identity, tokens, graph_token).await {
                    (tokens, Ok(identity)) => (Some(identity), tokens),
                    // Groups that cannot be read now change nothing about what was known.
                    (tokens, Err(Denial::GroupsUnknown)) => (None, tokens),
                    (_, Err(_)) => return self.end_not_allowed().await,
                }
            }
        };
        let row = held.store_tokens(&tokens, identity.as_ref()).await?;
        if let (Some(outage), RowState::Ours | RowState::Newer(_)) = (unchecked, &row) {
            // Only the holder of the lease can store the back-off of a session.
            held.take_again().await;
            return self.failed(held, outage).await;
        }
        let profile = &self.profile.id;
        metrics::counter!("gatehouse_refreshes_total", "profile" => profile.to_string(), "outcome" => "done").increment(1);
        Ok(self.usable_of(row, &tokens))
    }

    async fn end_not_allowed(&self) -> Outcome {
        let (profile, session) = (self.profile, &self.signed_in.session().id);
        audit::refresh_failed(profile, session, "not_allowed");
        let handle = self.signed_in.handle();
        self.services.store.end(handle, &profile.id).await?;
        Ok(Token::Ended)
    }

    fn usable_of(&self, row: RowState, tokens: &TokenSet) -> Token {
        match row {
            RowState::Gone => Token::Ended,
            RowState::Ours => match tokens.grant_for(&self.api.name) {
                Some(grant) => Token::Usable(grant.clone()),
                None => Token::Interaction {
                    claims: None,
                    why: PersonNeeded::NoAccessToken,
                },
            },
            // What was not stored is not used: the authority may have revoked it in favour of what was stored.
            RowState::Newer(stored) => self
                .fresh_grant(&stored.tokens)
                .map_or_else(Token::still_refreshing, Token::Usable),
            RowState::LostLease => Token::still_refreshing(),
        }
    }
}

/// What the stored tokens offer without a refresh, and whether a refresh must wait.
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
