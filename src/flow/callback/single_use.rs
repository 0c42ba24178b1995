//! A `state` is used once, on whichever replica.

use crate::domain::attempt::USED_STATE_LIFETIME;
use crate::domain::secret::State;
use crate::flow::error::FlowError;
use crate::flow::services::Services;
use crate::seal::sha256;
use crate::store::{FirstUse, ReplayScope};

/// Records the use of a `state`, and says whether it was the first.
///
/// # Errors
/// `Store` when the store gives no answer: then the `state` counts as neither used nor unused.
pub(super) async fn use_once(services: &Services, state: &State) -> Result<FirstUse, FlowError> {
    let hash = sha256(state.expose().as_bytes());
    let until = services.now() + USED_STATE_LIFETIME;
    let recorded = services.store.record_once(ReplayScope::State, &hash, until);
    Ok(recorded.await?)
}
