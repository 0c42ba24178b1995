//! The registered applications of a running simulator.

use std::sync::PoisonError;

use crate::clients::Client;
use crate::kind::Kind;
use crate::platform::core::Platform;
use crate::scopes::{Catalog, ExposedApi};

impl Platform {
    /// The application of this id, if it is registered at this kind.
    pub(crate) fn client(&self, kind: Kind, id: &str) -> Option<Client> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        clients
            .get(id)
            .filter(|client| client.kind.is_none_or(|at| at == kind))
            .cloned()
    }

    /// The APIs that an application can ask for, beside the fixed ones.
    pub(crate) fn catalog(&self, kind: Kind, client_id: &str) -> Catalog {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        let here = |client: &&Client| client.kind.is_none_or(|at| at == kind);
        let exposed = clients.values().filter(here).flat_map(|client| {
            client.apis().map(|uri| ExposedApi {
                client_id: client.id.clone(),
                uri,
                scopes: client.scopes.clone(),
            })
        });
        Catalog {
            kind,
            client_id: client_id.to_owned(),
            exposed: exposed.collect(),
        }
    }

    /// Every registered application, by id.
    pub(crate) fn all_clients(&self) -> Vec<Client> {
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = clients.values().cloned().collect();
        all.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        all
    }

    pub(crate) fn register(&self, client: Client) {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.insert(client.id.clone(), client);
    }

    pub(crate) fn change_client(&self, id: &str, change: impl FnOnce(&mut Client)) {
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get_mut(id) {
            change(client);
        }
    }
}
