//! A failed refresh: whether the session ends, which token is used meanwhile, and when the refresh is tried again.
//!
//! An outage signs nobody out, and a token is used until it expires.

use std::time::Duration;

use crate::domain::profile::Profile;
use crate::flow::error::FlowError;
use crate::flow::refresh::LONGEST_RETRY_AFTER;
use crate::flow::refresh::outcome::{Force, PersonNeeded, Token};
use crate::flow::refresh::turn::{HeldLease, RowState};
use crate::flow::refresh::usable_token::Refresh;
use crate::flow::{access, audit};
use crate::oidc::{OidcError, RefreshError};
use crate::seal::handle_hash;

/// The back-off in this process while the token still works.
const BACK_OFF_WITH_TOKEN: Duration = Duration::from_secs(30);
/// The back-off on every replica, unless the authority said when to ask again.
const BACK_OFF: Duration = Duration::from_secs(5);

impl Refresh<'_> {
    /// What becomes of a refresh that failed.
    ///
    /// 1. The grant is gone, or the answer cannot be believed: the session ends ([`Self::refused_for_good`]).
    /// 2. The token endpoint asked to wait: it is not called for this person until then.
    /// 3. An outage: no replica tries again until the back-off is over. Anything else gives the lease back.
    /// 4. Consent that only an administrator can give: an error that says so, not a loop of redirects.
    /// 5. The old token works: it is used, and this process backs off for half a minute or more.
    /// 6. Otherwise the caller is told what must happen first.
    pub(super) async fn failed(
        &self,
        held: &HeldLease<'_>,
        error: RefreshError,
    ) -> Result<Token, FlowError> {
        let profile = self.profile;
        metrics::counter!("gatehouse_refreshes_total", "profile" => profile.id.to_string(), "outcome" => "failed").increment(1);
        if matches!(error, RefreshError::Rejected(_) | RefreshError::Invalid(_)) {
            return self.refused_for_good(held, &error).await;
        }
        let asked_wait = self.back_off(held, &error).await;
        // Customers of External ID cannot consent: sending them to the authority would be a loop.
        if let RefreshError::InteractionRequired(detail) = &error
            && profile.authority.dialect().admin_consent_only
            && detail.lacks_consent()
        {
            return Err(access::consent_missing(profile, self.api, detail));
        }
        if let Some(old) = self.working_token(&held.stored.tokens) {
            let pause = asked_wait
                .unwrap_or_default()
                .clamp(BACK_OFF_WITH_TOKEN, LONGEST_RETRY_AFTER);
            let key = handle_hash(self.signed_in.handle());
            let until = self.services.now() + pause;
            self.services.refresh_backoff.hold_back(key, until, ());
            log(profile, &error);
            return Ok(old);
        }
        Ok(without_token(self.force, error))
    }

    /// Steps 2 and 3: gives the lease back, and says how long the authority asked to wait.
    async fn back_off(&self, held: &HeldLease<'_>, error: &RefreshError) -> Option<Duration> {
        let asked_wait = match error {
            RefreshError::Throttled { retry_after, why } => {
                let until = self.services.now() + (*retry_after).min(LONGEST_RETRY_AFTER);
                let throttled = &self.services.token_endpoint_throttled;
                throttled.hold_back(self.throttle_key(), until, why.clone());
                Some(*retry_after)
            }
            RefreshError::Unavailable { retry_after, .. } => *retry_after,
            _ => {
                held.release().await;
                return None;
            }
        };
        // In the row, for every replica: whoever waits gets an answer at once, and an authority that is down is not
        // called again and again.
        let pause = asked_wait.unwrap_or(BACK_OFF).min(LONGEST_RETRY_AFTER);
        held.back_off(pause).await;
        asked_wait
    }

    /// Ends the session if it still has the tokens that were refused. A process that stood still for longer than its
    /// lease may have sent a refresh token that another replica had replaced.
    async fn refused_for_good(
        &self,
        held: &HeldLease<'_>,
        error: &RefreshError,
    ) -> Result<Token, FlowError> {
        match held.row_state().await? {
            RowState::Ours => {}
            RowState::Gone => return Ok(Token::Ended),
            RowState::LostLease => return Ok(Token::still_refreshing()),
            RowState::Newer(stored) => {
                let grant = self.fresh_grant(&stored.tokens);
                return Ok(grant.map_or_else(Token::still_refreshing, Token::Usable));
            }
        }
        let (profile, session) = (self.profile, &self.signed_in.session().id);
        if let RefreshError::Rejected(detail) = error {
            audit::refresh_failed(profile, session, &detail.to_string());
        } else {
            tracing::warn!(profile.id = %profile.id, error = %error, "a refreshed token was refused");
            audit::refresh_failed(profile, session, "answer_refused");
        }
        let handle = self.signed_in.handle();
        self.services.store.end(handle, &profile.id).await?;
        Ok(Token::Ended)
    }
}

/// Logs the failure of a refresh for which no caller waits.
fn log(profile: &Profile, error: &RefreshError) {
    match error {
        RefreshError::ClientRefused(cause) => {
            tracing::error!(profile.id = %profile.id, error = %cause, "tokens could not be refreshed: an operator must look");
        }
        error => {
            tracing::warn!(profile.id = %profile.id, error = %error, "tokens could not be refreshed now");
        }
    }
}

/// The answer for a caller without a token that works.
fn without_token(force: &Force, error: RefreshError) -> Token {
    let unavailable = |why, retry_after| {
        Token::Unavailable(Box::new(OidcError::Unavailable { why, retry_after }))
    };
    match error {
        RefreshError::Rejected(_) | RefreshError::Invalid(_) => Token::Ended,
        RefreshError::InteractionRequired(detail) => Token::Interaction {
            claims: detail.claims.clone().or_else(|| force.claims.clone()),
            why: PersonNeeded::Refused(detail),
        },
        RefreshError::NoRefreshToken => Token::Interaction {
            claims: force.claims.clone(),
            why: PersonNeeded::NoRefreshToken,
        },
        RefreshError::ClientRefused(cause) => {
            Token::Unavailable(Box::new(OidcError::Misconfigured(cause)))
        }
        RefreshError::Throttled { retry_after, why } => unavailable(why, Some(retry_after)),
        RefreshError::Unavailable { retry_after, why } => {
            unavailable(why, Some(retry_after.unwrap_or(BACK_OFF)))
        }
    }
}
