//! `BackgroundTasks`: the tasks that run beside the requests, and their end.

use std::sync::{Mutex, PoisonError};

use tokio::task::AbortHandle;

/// The background tasks of a store, which end with its last clone.
#[derive(Debug, Default)]
pub(in crate::store) struct BackgroundTasks {
    running: Mutex<Vec<AbortHandle>>,
}

impl BackgroundTasks {
    /// Starts the tasks unless they are running.
    pub(in crate::store) fn start(&self, tasks: impl FnOnce() -> Vec<AbortHandle>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_empty() {
            *running = tasks();
        }
    }

    /// Ends every task.
    pub(in crate::store) fn stop(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for task in running.drain(..) {
            task.abort();
        }
    }
}

impl Drop for BackgroundTasks {
    fn drop(&mut self) {
        self.stop();
    }
}
