//! The gatehouse binary.

use std::process::ExitCode;

use gatehouse::command;

/// With 100,000 cached sessions the C library's allocator needs twice the resident memory (docs/performance.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(command::run_this_process())
}
