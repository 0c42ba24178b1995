//! Stop in order: not ready at once, serve on for a while, finish what is under way, exit 0. A second signal stops
//! at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, timeout_at};

/// What the store needs at the end, to write the uses that wait. A short grace leaves it a quarter.
const CLOSING: Duration = Duration::from_secs(2);

/// The signals that the process listens to. None is lost that arrives before somebody waits for it.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Takes the signals over: from here on none of them kills the process. Must be called inside a tokio runtime,
    /// before anything that takes time.
    ///
    /// # Errors
    /// When the system does not let the process listen.
    pub fn take() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits to be told to stop; to look again at the profiles meanwhile is passed on.
    async fn stop(&mut self, look_again: &(dyn Fn() + Send + Sync)) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => look_again(),
            }
        }
    }
}

/// How long a stop may take: both together, and no longer.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Load balancers have so long to notice.
    pub delay: Duration,
    /// Then requests, exchanges and the store have so long, together.
    pub grace: Duration,
}

/// Waits for the first signal and stops both listeners; gives the moment at which everything has to be over. Before
/// that moment the store still has to be closed, and whoever does it drops the servers: what they still serve is cut.
///
/// Exchanges may go on whether a request waits for them or not, until none is under way (`settled`).
pub async fn on_signal(
    mut signals: Signals,
    stopping: Arc<AtomicBool>,
    patience: Patience,
    servers: (ServerHandle, ServerHandle),
    settled: impl Future<Output = ()>,
    look_again: impl Fn() + Send + Sync,
) -> Instant {
    signals.stop(&look_again).await;
    stopping.store(true, Ordering::SeqCst);
    let over = Instant::now() + patience.delay + patience.grace;
    tracing::info!(
        delay_ms = patience.delay.as_millis(),
        grace_ms = patience.grace.as_millis(),
        "stopping: not ready any more, finishing requests"
    );
    let in_order = async {
        tokio::time::sleep(patience.delay).await;
        let cut = over - CLOSING.min(patience.grace / 4);
        let stopped = async {
            servers.0.stop(true).await;
            servers.1.stop(true).await;
        };
        if timeout_at(cut, stopped).await.is_err() {
            tracing::warn!("stopping while requests are being answered");
        }
        // Last: as long as requests are answered, exchanges begin.
        if timeout_at(cut, settled).await.is_err() {
            tracing::warn!("stopping while a refresh token is being exchanged");
        }
    };
    tokio::select! {
        () = in_order => over,
        () = signals.stop(&look_again) => {
            tracing::warn!("stopping at once");
            Instant::now() + CLOSING.min(patience.grace / 4)
        }
    }
}
