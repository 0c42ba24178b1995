//! The tenants of a running simulator, which the control interface can add to.

use std::sync::{Arc, PoisonError, RwLock};

use crate::directory::tenants::{Tenant, Tenants};

/// A snapshot of the tenants for each reader.
#[derive(Clone, Debug)]
pub(crate) struct SharedTenants(Arc<RwLock<Arc<Tenants>>>);

impl SharedTenants {
    pub(crate) fn new(tenants: Tenants) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(tenants))))
    }

    pub(crate) fn current(&self) -> Arc<Tenants> {
        let tenants = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&tenants)
    }

    pub(crate) fn replace(&self, tenants: Tenants) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(tenants);
    }

    /// Puts a tenant before the others, in place of the one of the same id.
    pub(crate) fn put_first(&self, tenant: Tenant) {
        let mut tenants = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut changed = Tenants::clone(&tenants);
        changed.put_first(tenant);
        *tenants = Arc::new(changed);
    }
}
