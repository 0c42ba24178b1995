//! Groups of a caller whose access token leaves them out for size (microsoft-identity 6.4).
//!
//! They are read from Microsoft Graph on behalf of the person, and never taken for none.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::caller::BearerCaller;
use crate::domain::identity::Groups;
use crate::domain::profile::Profile;
use crate::flow::services::Services;

/// How long this process does not try again after a failure.
const BACK_OFF: Duration = Duration::from_secs(5);

/// The caller with all groups of the person; `None` while they cannot be read.
///
/// 1. Groups that were read a moment ago, or a failure a moment ago.
/// 2. A token of Graph, in exchange for the caller's. That needs the profile's own application as the audience of the
///    caller's token.
/// 3. The groups.
pub async fn resolved(
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
