//! The terminal of a command: its streams, its environment, and how it fails.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, Write};
use std::sync::Arc;

use crate::app::services::SystemInputs;
use crate::config::report::rendering::Looks;
use crate::config::{FolderError, Problem};
use crate::domain::clock::Clock;
use crate::domain::environment::process_environment;
use crate::domain::random::Random;

/// What a command uses of the outside world.
pub struct Terminal<'a> {
    /// Standard output, for results.
    pub out: &'a mut dyn Write,
    /// Standard error, for problems.
    pub err: &'a mut dyn Write,
    /// What somebody types; `None` if standard input is no terminal.
    pub answers: Option<&'a mut dyn BufRead>,
    /// The format of results.
    pub out_looks: Looks,
    /// The format of problems.
    pub err_looks: Looks,
    /// The environment variables.
    pub variables: BTreeMap<String, String>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// The source of random keys.
    pub random: Arc<dyn Random>,
}

impl Terminal<'_> {
    /// Time, randomness and the environment for a command that needs the services of a server.
    pub(in crate::command) fn system_inputs(&self) -> SystemInputs {
        SystemInputs {
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            environment: process_environment(),
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Failed {
    /// One sentence for standard error.
    Said(String),
    /// The command line is wrong: one sentence for standard error, and exit code 2.
    WrongUsage(&'static str),
    /// Problems of files, variables or flags.
    Problems(Vec<Problem>),
    /// The reason is on standard error already.
    Told,
}

impl From<io::Error> for Failed {
    fn from(fault: io::Error) -> Self {
        // The reader closed the pipe, as `head` does: nobody reads a message any more.
        if fault.kind() == io::ErrorKind::BrokenPipe {
            return Self::Told;
        }
        Self::Said(format!("cannot write the output: {fault}"))
    }
}

impl From<FolderError> for Failed {
    fn from(fault: FolderError) -> Self {
        Self::Said(format!(
            "{fault}; name another folder with --profiles, or make the first profile with `gatehouse init`"
        ))
    }
}

impl From<fmt::Error> for Failed {
    fn from(_: fmt::Error) -> Self {
        Self::Said("cannot write the output".to_owned())
    }
}
