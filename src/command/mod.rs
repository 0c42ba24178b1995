//! The command line: what an operator types, beside `app`.
//!
//! Owns every command but the running gateway itself. The offline commands stand here whole; commands that need a
//! running gateway, a database or a network go through `runtime`. Output, time, randomness and the environment
//! arrive as arguments.

mod announcement;
pub mod check;
pub mod cli;
#[cfg(feature = "demo")]
mod demo;
mod dispatch;
pub mod explain;
mod healthcheck;
pub mod import;
pub mod init;
mod keys;
mod local_port;
mod migrate;
mod new_file;
mod printable;
mod process;
mod reference;
mod runtime;
mod serve;
mod sessions;
#[cfg(feature = "demo")]
mod simulator;
mod sources;
pub mod terminal;

pub use dispatch::{FAILURE, SUCCESS, USAGE, run};
pub use process::run_this_process;
pub use terminal::{Failed, Terminal};
