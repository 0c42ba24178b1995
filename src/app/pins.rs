//! The tenant of each authority, pinned in the store: at first sight, for all replicas and across restarts.

use crate::store::SessionStore;

/// Pins kept in the store.
#[derive(Debug)]
pub struct StoredPins {
    store: SessionStore,
}

impl StoredPins {
    /// Pins of this store.
    pub fn new(store: SessionStore) -> Self {
        Self { store }
    }
}
