//! Another replica on the same store and profiles.

use gatehouse::app::running::Detached;
use gatehouse::store::SessionStore;

use super::browser::{Browser, Page};
use super::server::Stopper;
use super::{Kind, TestGatehouse, host};

/// A second process's worth of gatehouse on the same store.
pub struct Replica {
    pub port: u16,
    pub admin: String,
    pub app: Detached,
    pub(super) server: Stopper,
}

impl Replica {
    /// An address of a profile at this replica, with the `Host` that belongs to it.
    pub async fn get(
        &self,
        gate: &TestGatehouse,
        browser: &Browser,
        kind: Kind,
        path: &str,
    ) -> Page {
        let host = format!("{}:{}", host(kind), gate.port);
        browser
            .get_with(
                format!("http://{}:{}{path}", self::host(kind), self.port),
                &[("host", &host)],
            )
            .await
    }

    pub async fn is_signed_in(&self, gate: &TestGatehouse, browser: &Browser, kind: Kind) -> bool {
        self.get(gate, browser, kind, "/auth/session").await.json()["signed_in"] == true
    }

    /// The store as this replica knows it.
    pub fn store(&self) -> &SessionStore {
        &self.app.store
    }

    /// Stops it, as a crash would: nothing under way is finished.
    pub async fn stop(self) {
        self.server.0.stop(false).await;
    }
}
