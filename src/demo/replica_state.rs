//! What a replica says of itself at its admin listener.

use serde_json::Value;

use crate::domain::own_path::AdminPath;

/// The state of a replica.
#[derive(Debug)]
pub(super) struct ReplicaState {
    /// Whether it is ready for requests.
    pub(super) ready: bool,
    /// How many sessions it lists; `None` while it cannot list any.
    pub(super) sessions: Option<usize>,
}

impl ReplicaState {
    /// Asks the admin listener at this port.
    pub(super) async fn of(client: &reqwest::Client, port: u16) -> Self {
        let address = |path: AdminPath| format!("http://127.0.0.1:{port}{}", path.path());
        let ready = client.get(address(AdminPath::Ready)).send().await;
        let listed = async {
            let asked = client.get(address(AdminPath::Sessions)).send().await.ok()?;
            let answer: Value = serde_json::from_slice(&asked.bytes().await.ok()?).ok()?;
            Some(answer.get("sessions")?.as_array()?.len())
        };
        let ready = ready.is_ok_and(|answer| answer.status().is_success());
        Self {
            ready,
            sessions: if ready { listed.await } else { None },
        }
    }
}
