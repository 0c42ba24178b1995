//! Make tokens fresh: one refresh per session across all replicas.
//!
//! First this process agrees with itself, then with the others through the lease in the row. No database connection is
//! held while the authority answers, the new tokens are stored before anybody uses them, and a caller that leaves does
//! not take the answer with it: the exchange runs on its own.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::access_rule::Denial;
use crate::domain::api::Api;
use crate::domain::profile::Profile;
use crate::domain::token_set::{AccessGrant, Freshness, TokenSet};
use crate::flow::error::FlowError;
use crate::flow::failed_refresh::{failed, is_resting, still_usable, throttled};
use crate::flow::new_tokens::{Held, Put, let_go, put};
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;
use crate::flow::{access, audit};
use crate::oidc::{OidcError, Outage, Refreshed};
use crate::store::{Lease, LeaseOwner, WaitResult};

/// A lease outlives one renewal that is lost, and a crashed holder by this much at most.
pub(super) const LEASE: Duration = Duration::from_secs(10);
/// How often a holder renews while the authority is slow.
const RENEWAL: Duration = Duration::from_secs(3);
/// A request waits for one call to the authority and so much longer, whoever makes it: by default enough for the lease
/// of a holder that crashed.
const BEYOND_ONE_CALL: Duration = Duration::from_secs(3);
/// How long a caller waits for a new token while the old one works.
const PATIENCE_WITH_TOKEN: Duration = Duration::from_secs(1);
/// What a caller is told whose patience is over.
const STILL_BUSY: Duration = Duration::from_secs(2);

/// What came of asking for a usable token.
#[derive(Debug, Clone)]
pub enum Token {
    /// Use it.
    Usable(AccessGrant),
    /// The person must go to the authority first.
    Interaction {
        /// Claims to ask for.
        claims: Option<String>,
        /// What the authority said, for the log.
        reason: String,
    },
    /// No old token is usable, and no new one can be had: an outage, or something for the operator. Nobody is signed
    /// out by it.
    Unavailable(Box<OidcError>),
    /// The session ended: the authority took the grant back.
    Ended,
}

/// Why a token that still works is to be exchanged all the same.
#[derive(Debug, Clone, Default)]
pub struct Force {
    /// The token that an API refused: anything newer will do.
    pub refused: Option<AccessGrant>,
    /// Claims that an API challenged for.
    pub claims: Option<String>,
}

impl Force {
    /// Whether the other wants the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.claims == other.claims && self.refused_token() == other.refused_token()
    }

    fn refused_token(&self) -> Option<&str> {
        self.refused.as_ref().map(|grant| grant.token.expose())
    }
}

/// A token for `api` that can be used now.
///
/// # Errors
/// `NotSignedIn` when the session is gone, `Store` when that is unknown.
pub async fn usable_token(
    services: &Arc<Services>,
    profile: &Arc<Profile>,
    who: &SignedIn,
    api: &Api,
    force: Force,
) -> Result<Token, FlowError> {
    let stored = services
        .store
        .tokens(who.handle())
        .await?
        .ok_or(FlowError::NotSignedIn)?;
    if let Some(grant) = satisfying(services, &stored.tokens, api, &force) {
        return Ok(Token::Usable(grant));
    }
    let lock = services
        .exchanges
        .of(crate::seal::handle_hash(who.handle()));
    let since = tokio::time::Instant::now();
    let turn = Arc::clone(&lock).try_lock_owned().ok();
    // Somebody is at it, or failed a moment ago: nobody waits whose token still works.
    let old = still_usable(services, &stored.tokens, api, &force);
    if let Some(old) = old
        .as_ref()
        .filter(|_| turn.is_none() || is_resting(services, who))
    {
        return Ok(old.clone());
    }
    let longest = longest_wait(services);
    let exchanges = Arc::clone(&services.exchanges);
    let (services, profile, who, api) = (
        Arc::clone(services),
        Arc::clone(profile),
        who.clone(),
        api.clone(),
    );
    // On its own, so that a browser that goes away does not lose a rotated refresh token.
    let exchange = exchanges.begin(async move {
        let mut last = match turn {
            Some(turn) => turn,
            None => lock.lock_owned().await,
        };
        if let Some(outcome) = last.shared(since, &api, &force) {
            return outcome;
        }
        let outcome = exchange_or_wait(&services, &profile, &who, &api, &force).await;
        last.keep(&api, force, &outcome);
        outcome
    });
    // What takes longer goes on without them, and the new token serves the next call.
    let patience = match &old {
        Some(_) => PATIENCE_WITH_TOKEN,
        None => longest,
    };
    match tokio::time::timeout(patience, exchange).await {
        Ok(done) => done.unwrap_or_else(|_| Ok(still_exchanging())),
        Err(_) => Ok(old.unwrap_or_else(still_exchanging)),
    }
}

/// How long anybody waits for new tokens, also for those of another replica.
fn longest_wait(services: &Services) -> Duration {
    services.authorities.longest_call() + BEYOND_ONE_CALL
}

/// Tokens are on their way, and will not be there for this caller.
pub(super) fn still_exchanging() -> Token {
    Token::Unavailable(Box::new(OidcError::Unavailable {
        why: Outage::StillExchanging,
        retry_after: Some(STILL_BUSY),
    }))
}

/// An exchange failed a moment ago, here or at another replica.
fn resting_for(left: Duration) -> Token {
    Token::Unavailable(Box::new(OidcError::Unavailable {
        why: Outage::Resting,
        retry_after: Some(left),
    }))
}

/// The stored token, if nothing speaks against using it.
pub(super) fn satisfying(
    services: &Services,
    tokens: &TokenSet,
    api: &Api,
    force: &Force,
) -> Option<AccessGrant> {
    let grant = tokens.grant_for(&api.name)?;
    let refused = force
        .refused
        .as_ref()
        .is_some_and(|old| old.token.expose() == grant.token.expose());
    let fresh = grant.freshness(services.now()) == Freshness::Fresh;
    (fresh && !refused).then(|| grant.clone())
}

async fn exchange_or_wait(
    services: &Services,
    profile: &Profile,
    who: &SignedIn,
    api: &Api,
    force: &Force,
) -> Result<Token, FlowError> {
    let owner = LeaseOwner::generate(&*services.random);
    let deadline = tokio::time::Instant::now() + longest_wait(services);
    let stored = services
        .store
        .tokens(who.handle())
        .await?
        .ok_or(FlowError::NotSignedIn)?;
    if let Some(grant) = satisfying(services, &stored.tokens, api, force) {
        return Ok(Token::Usable(grant));
    }
    let mut seen = stored.version;
    loop {
        match services.store.lease(who.handle(), owner, LEASE).await? {
            Lease::Gone => return Ok(Token::Ended),
            Lease::Taken(stored) => {
                // Read again under the lease: another replica may have been here.
                if let Some(grant) = satisfying(services, &stored.tokens, api, force) {
                    let_go(services, who, owner).await;
                    return Ok(Token::Usable(grant));
                }
                return exchange(services, profile, who, api, force, &Held { owner, stored }).await;
            }
            Lease::BackingOff(left) => {
                return Ok(still_usable(services, &stored.tokens, api, force)
                    .unwrap_or_else(|| resting_for(left)));
            }
            Lease::Held => {
                if let Some(old) = still_usable(services, &stored.tokens, api, force) {
                    return Ok(old);
                }
                let left = deadline.saturating_duration_since(tokio::time::Instant::now());
                match services
                    .store
                    .wait_for_refresh(who.handle(), seen, left)
                    .await?
                {
                    WaitResult::SessionGone => return Ok(Token::Ended),
                    WaitResult::StillHeld => return Ok(still_exchanging()),
                    WaitResult::BackingOff(left) => return Ok(resting_for(left)),
                    WaitResult::LeaseFree => {}
                    WaitResult::NewTokens(stored) => {
                        match satisfying(services, &stored.tokens, api, force) {
                            Some(grant) => return Ok(Token::Usable(grant)),
                            None => seen = stored.version,
                        }
                    }
                }
            }
        }
    }
}

async fn exchange(
    services: &Services,
    profile: &Profile,
    who: &SignedIn,
    api: &Api,
    force: &Force,
    held: &Held,
) -> Result<Token, FlowError> {
    let identity = &who.session().identity;
    if held.stored.tokens.refresh.is_none() {
        let_go(services, who, held.owner).await;
        return Ok(
            still_usable(services, &held.stored.tokens, api, force).unwrap_or(Token::Interaction {
                claims: force.claims.clone(),
                reason: "no refresh token".to_owned(),
            }),
        );
    }
    if let Some(outage) = throttled(services, profile, who) {
        let_go(services, who, held.owner).await;
        return Ok(still_usable(services, &held.stored.tokens, api, force)
            .unwrap_or_else(|| Token::Unavailable(Box::new(outage))));
    }
    let answer = async {
        let claims = force.claims.as_deref();
        match services
            .authorities
            .refresh(profile, &held.stored.tokens, identity, Some(api), claims)
            .await
        {
            Ok(refreshed) => keep(services, profile, who, api, force, held, refreshed).await,
            Err(error) => failed(services, profile, who, api, force, held, error).await,
        }
    };
    renewing(services, who, held.owner, answer).await
}

/// Waits until the answer is there and kept, and renews the lease meanwhile.
async fn renewing<T>(
    services: &Services,
    who: &SignedIn,
    owner: LeaseOwner,
    answer: impl Future<Output = T>,
) -> T {
    // Beside the answer, not between: a store that hangs must not hold it up.
    let renewals = async {
        loop {
            tokio::time::sleep(RENEWAL).await;
            if let Err(error) = services.store.renew_lease(who.handle(), owner, LEASE).await {
                tracing::warn!(error = %error, "a lease could not be renewed");
            }
        }
    };
    tokio::select! {
        done = answer => done,
        never = renewals => never,
    }
}

/// Stores new tokens before anybody uses them; the person is judged again with the new claims.
async fn keep(
    services: &Services,
    profile: &Profile,
    who: &SignedIn,
    api: &Api,
    force: &Force,
    held: &Held,
    refreshed: Refreshed,
) -> Result<Token, FlowError> {
    let Refreshed {
        tokens,
        identity,
        graph_token,
        unchecked,
    } = refreshed;
    let (identity, tokens) = match identity {
        Some(identity) => {
            match access::admit(services, profile, identity, tokens, graph_token).await {
                (tokens, Ok(identity)) => (Some(identity), tokens),
                // Groups that cannot be read now change nothing about what was known.
                (tokens, Err(Denial::GroupsUnknown)) => (None, tokens),
                (_, Err(_)) => {
                    audit::refresh_failed(profile, &who.session().id, "not_allowed");
                    services.store.end(who.handle(), &profile.id).await?;
                    return Ok(Token::Ended);
                }
            }
        }
        None => (None, tokens),
    };
    let put = put(services, who, held, &tokens, identity.as_ref()).await?;
    if let (Some(outage), Put::Ours | Put::Newer(_)) = (unchecked, &put) {
        // What was stored freed the lease, and only its holder lets the session rest.
        if let Err(error) = services.store.lease(who.handle(), held.owner, LEASE).await {
            tracing::warn!(session.id = %who.session().id, error = %error, "a lease could not be taken back");
        }
        return failed(services, profile, who, api, force, held, outage).await;
    }
    metrics::counter!("gatehouse_refreshes_total", "profile" => profile.id.to_string(), "outcome" => "done").increment(1);
    Ok(match put {
        Put::Gone => Token::Ended,
        Put::Ours => match tokens.grant_for(&api.name) {
            Some(grant) => Token::Usable(grant.clone()),
            None => Token::Interaction {
                claims: None,
                reason: "no access token came back".to_owned(),
            },
        },
        // What was not stored is not used: the authority may have taken it back for what was.
        Put::Newer(stored) => satisfying(services, &stored.tokens, api, force)
            .map_or_else(still_exchanging, Token::Usable),
        Put::LostLease => still_exchanging(),
    })
}
