//! What a service manager is told over `NOTIFY_SOCKET` (`sd_notify(3)`, systemd's `Type=notify`). Without the variable nobody
//! is told, and nothing here fails a start.

use sd_notify::NotifyState;

/// Requests are answered from now on.
pub(in crate::app) fn ready(profiles: usize) {
    let status = format!("profiles that serve: {profiles}");
    tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
}

/// The profiles are read again; [`ready`] follows.
pub(in crate::app) fn reloading() {
    // systemd wants the moment at which the reload began.
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
}

/// A stop has begun.
pub(in crate::app) fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told how far the process is (NOTIFY_SOCKET)");
    }
}
