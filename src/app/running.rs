//! A running server: until a signal stops it in order.

use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};

use crate::app::live_profiles::LiveProfiles;
use crate::app::service_manager;
use crate::app::shutdown::{Patience, Signals, Stop, on_signal};
use crate::domain::causes::with_causes;
use crate::domain::profile::Profile;
use crate::flow::refresh::Refreshes;
use crate::oidc::Authorities;
use crate::store::{SessionStore, StoreError};

/// The pause between two tries to reach a database that is not there yet.
const DATABASE_RETRY: Duration = Duration::from_millis(250);

/// A server that accepts connections.
pub struct Running {
    /// The address of the public listener.
    pub public: SocketAddr,
    /// The address of the admin listener.
    pub private: SocketAddr,
    pub(in crate::app) profiles: Arc<LiveProfiles>,
    pub(in crate::app) store: SessionStore,
    pub(in crate::app) authorities: Arc<Authorities>,
    pub(in crate::app) refreshes: Arc<Refreshes>,
    pub(in crate::app) stopping: Arc<AtomicBool>,
    pub(in crate::app) servers: (Server, Server),
    pub(in crate::app) patience: Patience,
    pub(in crate::app) startup_wait: Duration,
    pub(in crate::app) tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Running {
    /// The profiles that serve.
    pub fn serving(&self) -> Vec<Arc<Profile>> {
        self.profiles.current.load().serving().to_vec()
    }

    /// The folder of profiles.
    pub fn profiles_folder(&self) -> &Path {
        self.profiles.folder()
    }

    /// Runs until a signal stops it in order, also one that came while it was starting.
    ///
    /// # Errors
    /// When a listener breaks, or the database does not come in time.
    pub async fn until_signal(self, signals: Signals) -> std::io::Result<()> {
        let (public, private) = self.servers;
        let handles = (public.handle(), private.handle());
        let store = self.store.clone();
        let wait = self.startup_wait;
        let (tell, mut told) = tokio::sync::oneshot::channel();
        let (profiles, started) = (Arc::clone(&self.profiles), Arc::new(AtomicBool::new(false)));
        let (live, is_started) = (Arc::clone(&profiles), Arc::clone(&started));
        let waiting = tokio::spawn(async move {
            match wait_for_database(&store, wait).await {
                Ok(()) => {
                    is_started.store(true, Ordering::SeqCst);
                    service_manager::ready(live.current.load().serving().len());
                }
                Err(error) => {
                    // Sent before the servers stop, so that it is there when they have stopped.
                    let _ = tell.send(error);
                    tokio::join!(handles.0.stop(false), handles.1.stop(false));
                }
            }
        });
        let stop = Stop {
            stopping: Arc::clone(&self.stopping),
            patience: self.patience,
            servers: (public.handle(), private.handle()),
        };
        let look_again = move || reload(&profiles, &started);
        let stop = on_signal(signals, stop, self.refreshes.settled(), look_again);
        // Servers that are dropped, at the end of this block, cut what they still serve.
        let (served, over) = {
            let mut stop = pin!(stop);
            let mut served = pin!(async { tokio::join!(public, private) });
            tokio::select! {
                over = &mut stop => (Ok(()), Some(over)),
                (public, private) = &mut served => {
                    // They stop before what goes on without them.
                    let stopping = self.stopping.load(Ordering::SeqCst);
                    let over = if stopping { Some(stop.await) } else { None };
                    (public.and(private), over)
                }
            }
        };
        waiting.abort();
        for task in &self.tasks {
            task.abort();
        }
        let close = self.store.close();
        match over {
            None => close.await,
            Some(over) => {
                if tokio::time::timeout_at(over, close).await.is_err() {
                    tracing::warn!("stopping while the last uses of sessions are being written");
                }
            }
        }
        told.try_recv().map_or(Ok(()), Err).and(served)
    }

    /// Runs until its handle stops it, for tests.
    pub fn detach(self) -> Detached {
        let (public, private) = self.servers;
        let server = public.handle();
        tokio::spawn(public);
        tokio::spawn(private);
        Detached {
            server,
            profiles: self.profiles,
            store: self.store,
            authorities: self.authorities,
            refreshes: self.refreshes,
        }
    }
}

/// A server that runs by itself, and the parts that a test looks at.
pub struct Detached {
    /// Stops the server.
    pub server: ServerHandle,
    /// The live profiles.
    pub profiles: Arc<LiveProfiles>,
    /// Sessions.
    pub store: SessionStore,
    /// Authorities.
    pub authorities: Arc<Authorities>,
    /// Refreshes of this process.
    pub refreshes: Arc<Refreshes>,
}

/// Has the profiles read again. A service manager that knows of the start hears of the reload, too.
fn reload(profiles: &Arc<LiveProfiles>, started: &AtomicBool) {
    if started.load(Ordering::SeqCst) {
        service_manager::reloading();
        let profiles = Arc::clone(profiles);
        tokio::task::spawn_blocking(move || {
            // Who watches the folder reads it as well, and logs why it cannot be read.
            let _ = profiles.reload();
            service_manager::ready(profiles.current.load().serving().len());
        });
    }
    profiles.look_again();
}

/// Waits for a database that is down for a moment. If it does not come in time, the error has its last answer.
async fn wait_for_database(store: &SessionStore, wait: Duration) -> std::io::Result<()> {
    let deadline = tokio::time::Instant::now() + wait;
    loop {
        let Err(error) = store.ensure_migrated().await else {
            return Ok(());
        };
        let said = with_causes(&error);
        if error.is_refused_connection() {
            return Err(std::io::Error::other(format!(
                "the database refuses the connection: {said}; correct the user, the password or the database in database_url"
            )));
        }
        if matches!(error, StoreError::BadUrl(_)) {
            return Err(std::io::Error::other(said));
        }
        if tokio::time::Instant::now() >= deadline {
            let seconds = wait.as_secs();
            let help = "look at database_url, or set store.startup_wait to wait longer";
            return Err(std::io::Error::other(format!(
                "the database did not come within {seconds} s: {said}; {help}"
            )));
        }
        tokio::time::sleep(DATABASE_RETRY).await;
    }
}
