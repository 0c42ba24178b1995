//! Stop in order.
//!
//! 1. The first signal: the process reports at once that it is not ready, and serves on while load balancers notice.
//! 2. Both listeners stop accepting; requests in flight are answered.
//! 3. Refreshes that are running are waited for, because a rotated refresh token must be stored.
//! 4. The store writes the last uses of sessions (in [`crate::app::running`]), and the process exits with 0.
//!
//! A second signal stops the process at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, timeout_at};

use crate::app::service_manager;

/// Time for the store to write the last uses of sessions. Of a short grace it gets a quarter.
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

    /// Waits for a signal to stop. SIGHUP meanwhile has the profiles read again.
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

/// How long a stop may take: the sum of both, and no longer.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Time for load balancers to notice.
    pub delay: Duration,
    /// After that, time for requests, refreshes and the store, together.
    pub grace: Duration,
}

/// What a stop acts upon.
pub struct Stop {
    /// Set at the first signal: from then on the process is not ready.
    pub stopping: Arc<AtomicBool>,
    /// How long the stop may take.
    pub patience: Patience,
    /// Both listeners.
    pub servers: (ServerHandle, ServerHandle),
}

/// Waits for the first signal and stops both listeners; returns the moment at which everything has to be over. Before that
/// moment the caller closes the store and drops the servers, which cuts what they still serve.
///
/// Refreshes may go on whether a request waits for them or not, until none is running (`settled`).
pub async fn on_signal(
    mut signals: Signals,
    stop: Stop,
    settled: impl Future<Output = ()>,
    look_again: impl Fn() + Send + Sync,
) -> Instant {
    let Stop {
        stopping,
        patience,
        servers,
    } = stop;
    signals.stop(&look_again).await;
    stopping.store(true, Ordering::SeqCst);
    service_manager::stopping();
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
        // Last: as long as requests are answered, refreshes begin.
        if timeout_at(cut, settled).await.is_err() {
            tracing::warn!("stopping while tokens are being refreshed");
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
