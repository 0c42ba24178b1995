//! A person names a session of their own, to recognise it in the list.

use crate::domain::profile::Profile;
use crate::domain::session::SessionId;
use crate::domain::session_name::SessionName;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::flow::session_check::SignedIn;

/// Gives one of the person's own sessions a name, or takes it away. The id of another person's session changes nothing.
///
/// # Errors
/// `Store` when the name cannot be stored.
pub async fn give(
    services: &Services,
    profile: &Profile,
    me: &SignedIn,
    id: SessionId,
    name: Option<&SessionName>,
) -> Result<(), FlowError> {
    let person = me.session().identity.person();
    Ok(services
        .store
        .rename(&profile.id, &person, id, name)
        .await?)
}
