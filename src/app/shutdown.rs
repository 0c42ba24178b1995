//! Stop in order: not ready at once, serve on for a while, finish what is under way, exit 0. A second signal stops
//! at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that the process listens to.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over.
    ///
    /// # Errors
    /// When the system does not let the process listen.
    pub fn take() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Waits for the first signal and stops both listeners. `delay` is how long load balancers have to notice.
pub async fn on_signal(
    mut signals: Signals,
    stopping: Arc<AtomicBool>,
    delay: Duration,
    public: ServerHandle,
    private: ServerHandle,
) {
    signals.next().await;
    stopping.store(true, Ordering::SeqCst);
    tracing::info!(
        delay_ms = delay.as_millis(),
        "stopping: not ready any more, finishing requests"
    );
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = signals.next() => {}
    }
    tokio::select! {
        () = public.stop(true) => {}
        () = signals.next() => {
            tracing::warn!("stopping at once");
            public.stop(false).await;
        }
    }
    private.stop(true).await;
}
