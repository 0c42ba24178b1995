//! The tokio runtime of a command that needs a server, a database or a network.

use tokio::runtime::Runtime;

use crate::command::terminal::Failed;

/// A new runtime.
pub(in crate::command) fn runtime() -> Result<Runtime, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.map_err(|error| Failed::Said(format!("cannot start threads: {error}")))
}

/// Runs a command to its end on a runtime of its own.
pub(in crate::command) fn block_on<T>(
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, Failed> {
    run_to_end(runtime()?, work)
}

/// Runs a command to its end. A name that is being looked up, or a file of a network that hangs, does not delay the end
/// of the process.
pub(in crate::command) fn run_to_end<T>(
    runtime: Runtime,
    work: impl Future<Output = Result<T, String>>,
) -> Result<T, Failed> {
    let done = runtime.block_on(work).map_err(Failed::Said);
    runtime.shutdown_background();
    done
}
