//! Follows the file that holds the database's address: a rotated password is used for the next connection, without a
//! restart.

use std::path::PathBuf;
use std::time::Duration;

use tokio::task::JoinHandle;

use crate::config::read_secret;
use crate::domain::secret::SecretUrl;
use crate::store::SessionStore;

/// How often the file is read.
const INTERVAL: Duration = Duration::from_secs(2);

/// Follows the file, if the address comes from one.
pub(in crate::app) fn start(
    file: Option<PathBuf>,
    known: SecretUrl,
    store: &SessionStore,
) -> Option<JoinHandle<()>> {
    let store = store.clone();
    file.map(|file| tokio::spawn(follow(file, known, store)))
}

/// Reads the file again and again. A file that cannot be read for a moment changes nothing.
async fn follow(file: PathBuf, mut known: SecretUrl, store: SessionStore) {
    loop {
        tokio::time::sleep(INTERVAL).await;
        let path = file.clone();
        let read = tokio::task::spawn_blocking(move || read_secret(&path)).await;
        let Ok(Ok(text)) = read else {
            continue;
        };
        let url = SecretUrl::new(text.trim());
        if url.expose() == known.expose() {
            continue;
        }
        match store.follow_address(&url) {
            Ok(()) => {
                tracing::info!("database_url_file has changed: new connections use its address");
            }
            Err(error) => {
                tracing::error!(%error, "database_url_file has changed and cannot be used; the old address stays");
            }
        }
        known = url;
    }
}
