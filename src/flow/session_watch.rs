//! Watches over sessions that something open depends on: a websocket or an event stream ends with its session, on
//! whichever replica that ended.
//!
//! Who is told here; `session_ends.rs` finds out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::domain::profile::ProfileId;
use crate::domain::session::{HandleHash, SessionHandle};
use crate::seal::handle_hash;

/// Sessions that something open depends on.
#[derive(Debug, Default)]
pub struct SessionWatch {
    watched: Mutex<HashMap<(ProfileId, HandleHash), Watched>>,
}

#[derive(Debug)]
struct Watched {
    handle: SessionHandle,
    ended: watch::Sender<bool>,
}

impl SessionWatch {
    /// A future that resolves when the session has ended.
    pub fn end_of(
        &self,
        profile: &ProfileId,
        handle: &SessionHandle,
    ) -> impl Future<Output = ()> + Send + use<> {
        let key = (profile.clone(), handle_hash(handle));
        let mut ended = self
            .lock()
            .entry(key)
            .or_insert_with(|| Watched {
                handle: handle.clone(),
                ended: watch::Sender::new(false),
            })
            .ended
            .subscribe();
        async move {
            if ended.wait_for(|ended| *ended).await.is_err() {
                // The sender goes only after it has told the end, or nobody listens.
                std::future::pending::<()>().await;
            }
        }
    }

    /// What is still depended on; the rest is forgotten.
    pub(super) fn open(&self) -> Vec<(ProfileId, HandleHash, SessionHandle)> {
        let mut watched = self.lock();
        watched.retain(|_, one| !one.ended.is_closed());
        let open = watched.iter();
        open.map(|((id, hash), one)| (id.clone(), *hash, one.handle.clone()))
            .collect()
    }

    /// Tells that a session has ended.
    pub(super) fn end(&self, key: &(ProfileId, HandleHash)) {
        if let Some(one) = self.lock().remove(key) {
            one.ended.send_replace(true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(ProfileId, HandleHash), Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
