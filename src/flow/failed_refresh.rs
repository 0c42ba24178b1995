//! A refresh that failed: what becomes of the session, what serves meanwhile, and when it is tried again.
//!
//! An outage signs nobody out, and a token that works is used until it is over.

use std::time::Duration;

use crate::domain::api::Api;
use crate::domain::identity::SubjectKey;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::token_set::{Freshness, TokenSet};
use crate::flow::error::FlowError;
use crate::flow::new_tokens::{Held, Ours, let_go, rest, still_ours};
use crate::flow::refresh::{Force, Token, satisfying, still_exchanging};
use crate::flow::services::{LONGEST_RETRY, Services};
use crate::flow::session_check::SignedIn;
use crate::flow::{access, audit};
use crate::oidc::{OidcError, RefreshError};
use crate::seal::handle_hash;

/// A session whose token still works does not try again before.
const REST: Duration = Duration::from_secs(30);

/// After an exchange that failed nobody tries again for so long, on any replica, unless the authority said when.
const BACK_OFF: Duration = Duration::from_secs(5);

pub(super) async fn failed(
    services: &Services,
    profile: &Profile,
    who: &SignedIn,
    api: &Api,
    force: &Force,
    held: &Held,
    error: RefreshError,
) -> Result<Token, FlowError> {
    metrics::counter!("gatehouse_refreshes_total", "profile" => profile.id.to_string(), "outcome" => "failed").increment(1);
    let wait = match &error {
        RefreshError::Rejected(_) | RefreshError::Invalid(_) => {
            return refused_for_good(services, profile, who, api, force, held, &error).await;
        }
        RefreshError::Throttled { retry_after, why } => {
            let until = services.now() + (*retry_after).min(LONGEST_RETRY);
            services
                .resting
                .insert(throttle_key(profile, who), (until, why.clone()));
            Some(*retry_after)
        }
        RefreshError::Unavailable { retry_after, .. } => *retry_after,
        _ => None,
    };
    match (&error, wait) {
        // On every replica: whoever waits is told at once, and an outage is not asked again and again.
        (RefreshError::Throttled { .. } | RefreshError::Unavailable { .. }, wait) => {
            let pause = wait.unwrap_or(BACK_OFF).min(LONGEST_RETRY);
            rest(services, who, held.owner, pause).await;
        }
        _ => let_go(services, who, held.owner).await,
    }
    // Customers of External ID cannot consent: to send them round would be a loop.
    if let RefreshError::InteractionRequired(detail) = &error
        && profile.authority.dialect().admin_consent_only
        && detail.lacks_consent()
    {
        return Err(access::lacking(profile, api, detail));
    }
    if let Some(old) = still_usable(services, &held.stored.tokens, api, force) {
        let rest = wait.unwrap_or_default().clamp(REST, LONGEST_RETRY);
        services
            .rests
            .insert(handle_hash(who.handle()), services.now() + rest);
        log(profile, &error);
        return Ok(old);
    }
    Ok(without_token(force, error))
}

/// Ends the session, if it still has the tokens that were refused: who stood still for longer than the lease may have
/// sent a refresh token that another replica had exchanged.
async fn refused_for_good(
    services: &Services,
    profile: &Profile,
    who: &SignedIn,
    api: &Api,
    force: &Force,
    held: &Held,
    error: &RefreshError,
) -> Result<Token, FlowError> {
    match still_ours(services, who, held).await? {
        Ours::Still => {}
        Ours::Gone => return Ok(Token::Ended),
        Ours::LostLease => return Ok(still_exchanging()),
        Ours::Newer(stored) => {
            let token = satisfying(services, &stored.tokens, api, force);
            return Ok(token.map_or_else(still_exchanging, Token::Usable));
        }
    }
    let session = &who.session().id;
    if let RefreshError::Rejected(detail) = error {
        audit::refresh_failed(profile, session, &detail.to_string());
    } else {
        tracing::warn!(profile.id = %profile.id, error = %error, "a refreshed token was refused");
        audit::refresh_failed(profile, session, "answer_refused");
    }
    services.store.end(who.handle(), &profile.id).await?;
    Ok(Token::Ended)
}

/// For the log: nobody is answered with it.
fn log(profile: &Profile, error: &RefreshError) {
    match error {
        RefreshError::ClientRefused(cause) => {
            tracing::error!(profile.id = %profile.id, error = %cause, "tokens could not be exchanged: an operator must look");
        }
        error => {
            tracing::warn!(profile.id = %profile.id, error = %error, "tokens could not be exchanged now");
        }
    }
}

/// What a caller gets who has no token that works.
fn without_token(force: &Force, error: RefreshError) -> Token {
    let unavailable = |why, retry_after| {
        Token::Unavailable(Box::new(OidcError::Unavailable { why, retry_after }))
    };
    match error {
        RefreshError::Rejected(_) | RefreshError::Invalid(_) => Token::Ended,
        RefreshError::InteractionRequired(detail) => Token::Interaction {
            claims: detail.claims.clone().or_else(|| force.claims.clone()),
            reason: detail.to_string(),
        },
        RefreshError::NoRefreshToken => Token::Interaction {
            claims: force.claims.clone(),
            reason: "no refresh token".to_owned(),
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

/// The old token while it lives: an outage of the authority is no sign-out.
pub(super) fn still_usable(
    services: &Services,
    tokens: &TokenSet,
    api: &Api,
    force: &Force,
) -> Option<Token> {
    let grant = tokens.grant_for(&api.name)?;
    let alive = grant.freshness(services.now()) != Freshness::Expired;
    (alive && force.refused.is_none()).then(|| Token::Usable(grant.clone()))
}

/// Whether this session's last try failed a moment ago.
pub(super) fn is_resting(services: &Services, who: &SignedIn) -> bool {
    let until = services.rests.get(&handle_hash(who.handle()));
    until.is_some_and(|until| services.now() < until)
}

fn throttle_key(profile: &Profile, who: &SignedIn) -> (ProfileId, SubjectKey) {
    (profile.id.clone(), who.session().identity.person())
}

/// The token endpoint wants to be left alone for this person (microsoft-identity 6.3): what it said, and for how long
/// still.
pub(super) fn throttled(
    services: &Services,
    profile: &Profile,
    who: &SignedIn,
) -> Option<OidcError> {
    let (until, why) = services.resting.get(&throttle_key(profile, who))?;
    let left = (until - services.now()).to_std().ok()?;
    (!left.is_zero()).then_some(OidcError::Unavailable {
        why,
        retry_after: Some(left),
    })
}
