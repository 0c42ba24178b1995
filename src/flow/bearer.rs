//! Bearer: whether a request's access token lets its caller in. Yes, no, or unknown.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::authority::UserFlowKind;
use crate::domain::bearer_rule::BearerRule;
use crate::domain::caller::BearerCaller;
use crate::domain::clock::Timestamp;
use crate::domain::identity::Groups;
use crate::domain::profile::Profile;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::oidc::{OidcError, VerifiedAccessToken};

/// How long this process does not try again to read groups after a failure.
const BACK_OFF: Duration = Duration::from_secs(5);

/// A caller whose token passed every check. Made only here.
#[derive(Debug, Clone)]
pub struct AcceptedBearer {
    caller: Accepted,
    ends_at: Timestamp,
}

#[derive(Debug, Clone)]
enum Accepted {
    AsVerified(VerifiedAccessToken),
    WithGroups(Arc<BearerCaller>),
}

impl AcceptedBearer {
    /// The caller.
    pub fn caller(&self) -> &BearerCaller {
        match &self.caller {
            Accepted::AsVerified(token) => token.caller(),
            Accepted::WithGroups(caller) => caller,
        }
    }

    /// When the token stops counting: its `exp`, and `clock_skew` after it. What it opened ends then.
    pub fn ends_at(&self) -> Timestamp {
        self.ends_at
    }
}

/// What came of a token.
#[derive(Debug, Clone)]
pub enum BearerCheck {
    /// It counts here.
    Accepted(AcceptedBearer),
    /// It counts for nothing here.
    Refused(BearerRefusal),
}

/// Why a token counts for nothing, in words for the `error_description` of a challenge (RFC 6750 §3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BearerRefusal(String);

/// What a route asks of a token.
#[derive(Debug, Clone, Copy)]
pub struct BearerQuestion<'a> {
    /// Which tokens it takes.
    pub rule: &'a BearerRule,
    /// Whether a rule looks at groups.
    pub needs_groups: bool,
}

/// Checks the token of a request.
///
/// 1. The token is verified for the audience of the route, at the authority of the profile and no other.
/// 2. If a rule needs groups and the token leaves them out, they are read from Microsoft Graph. Where that fails they stay
///    unknown, and the decision answers 503, never "no groups".
///
/// # Errors
/// `AuthorityUnavailable` and `Misconfigured` while nobody can tell: never to be taken for "no".
pub async fn check(
    services: &Services,
    profile: &Profile,
    asked: BearerQuestion<'_>,
    token: &str,
) -> Result<BearerCheck, FlowError> {
    let verified = services
        .authorities
        .verify_access_token(profile, token, asked.rule)
        .await;
    match verified {
        Ok(verified) => {
            let ends_at = end_of(&verified, profile);
            let caller = with_groups(services, profile, asked, (token, verified)).await;
            Ok(BearerCheck::Accepted(AcceptedBearer { caller, ends_at }))
        }
        Err(OidcError::Invalid(invalid)) => Ok(refused(&invalid)),
        Err(refusal @ (OidcError::TenantNotAllowed | OidcError::Refused(_))) => {
            Ok(refused(&refusal))
        }
        Err(error) => Err(unknown(error)),
    }
}

/// An `exp` that no clock reaches is the last moment that there is.
fn end_of(token: &VerifiedAccessToken, profile: &Profile) -> Timestamp {
    Duration::try_from_secs_f64(token.expires())
        .ok()
        .and_then(|since| since.checked_add(profile.clock_skew))
        .and_then(|since| TimeDelta::from_std(since).ok())
        .and_then(|since| Timestamp::UNIX_EPOCH.checked_add_signed(since))
        .unwrap_or(Timestamp::MAX_UTC)
}

/// Step 2.
async fn with_groups(
    services: &Services,
    profile: &Profile,
    asked: BearerQuestion<'_>,
    (token, verified): (&str, VerifiedAccessToken),
) -> Accepted {
    let caller = verified.caller();
    if asked.needs_groups && caller.identity.judged().groups().is_none() {
        // Boxed, because few callers have so many groups, and each check would pay for its size.
        let resolved = Box::pin(resolved(services, profile, caller, token)).await;
        if let Some(caller) = resolved {
            return Accepted::WithGroups(Arc::new(caller));
        }
    }
    Accepted::AsVerified(verified)
}

/// RFC 6750 §3: no quote and no backslash in a description.
fn refused(why: &dyn std::fmt::Display) -> BearerCheck {
    let text: String = why
        .to_string()
        .chars()
        .filter(|letter| letter.is_ascii() && !letter.is_ascii_control())
        .map(|letter| {
            if matches!(letter, '"' | '\\') {
                '\''
            } else {
                letter
            }
        })
        .collect();
    BearerCheck::Refused(BearerRefusal(text))
}

/// The authorization server that issues tokens for the profile's routes, as `authorization_servers` of RFC 9728 §2 names
/// it: the issuer of the authority, or the address below which its metadata stands where no metadata stands below the
/// issuer (a template for many tenants; B2C, whose user flows share one issuer).
///
/// # Errors
/// `AuthorityUnavailable` and `Misconfigured` while the metadata cannot be read.
pub async fn authorization_server(
    services: &Services,
    profile: &Profile,
) -> Result<String, FlowError> {
    let discovered = services
        .authorities
        .discovered(profile, UserFlowKind::SignIn)
        .await;
    let metadata = discovered.map_err(unknown)?;
    let sign_in = profile.authority.sign_in();
    let issuer = &metadata.trusted.issuer;
    if !issuer.contains('{') && sign_in.user_flow.is_none() {
        return Ok(issuer.clone());
    }
    let mut address = sign_in.metadata_url.clone();
    address.set_query(None);
    let address = address.as_str();
    let base = address.strip_suffix("/.well-known/openid-configuration");
    Ok(base.unwrap_or(address).to_owned())
}

fn unknown(error: OidcError) -> FlowError {
    match &error {
        OidcError::Misconfigured(_) => FlowError::Misconfigured {
            cause: Box::new(error),
        },
        OidcError::Unavailable { retry_after, .. } => FlowError::AuthorityUnavailable {
            retry_after: *retry_after,
            cause: Box::new(error),
        },
        _ => FlowError::AuthorityUnavailable {
            retry_after: None,
            cause: Box::new(error),
        },
    }
}

/// The caller with all groups of the person, whose access token leaves them out for size (microsoft-identity 6.4). They
/// are read from Microsoft Graph on behalf of the person, and never taken for none. `None` while they cannot be read.
///
/// 1. Groups that were read a moment ago, or a failure a moment ago.
/// 2. A token of Graph, in exchange for the caller's. That needs the profile's own application as the audience of the
///    caller's token.
/// 3. The groups.
async fn resolved(
    services: &Services,
    profile: &Profile,
    caller: &BearerCaller,
    token: &str,
) -> Option<BearerCaller> {
    if caller.app_only || !profile.authority.dialect().groups_from_graph {
        return None;
    }
    let known = &services.bearer_groups;
    let person = (profile.id.clone(), caller.identity.person());
    let with = |groups: &[String]| BearerCaller {
        identity: caller.identity.with_groups(groups),
        ..caller.clone()
    };
    if let Some(groups) = known.find(&person, services.now()) {
        return Some(with(&groups));
    }
    let _turn = match known.turn(&person) {
        Some(turn) => turn.lock().await,
        None => return None,
    };
    let now = services.now();
    if let Some(groups) = known.find(&person, now) {
        return Some(with(&groups));
    }
    if known.is_held_back(&person, now) {
        return None;
    }
    let Some(groups) = read(services, profile, token).await else {
        known.hold_back(person, now + BACK_OFF);
        return None;
    };
    let caller = with(&groups);
    known.remember(person, now, Arc::new(groups));
    Some(caller)
}

/// Steps 2 and 3.
async fn read(services: &Services, profile: &Profile, token: &str) -> Option<Vec<String>> {
    let exchanged = services
        .authorities
        .graph_token_on_behalf_of(profile, token)
        .await;
    let graph_token = match exchanged {
        Ok(token) => token,
        Err(error) => {
            tracing::warn!(profile.id = %profile.id, error = %error, "the groups of a caller cannot be read: its access token was not exchanged for one of Microsoft Graph (the key audience must be the application of this profile)");
            return None;
        }
    };
    match services.authorities.groups(profile, &graph_token).await {
        Groups::Known(groups) => Some(groups),
        Groups::Unknown => None,
    }
}
