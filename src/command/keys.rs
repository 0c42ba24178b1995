//! `keys new`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::command::terminal::{Failed, Terminal};
use crate::domain::random::random_256;

/// Prints a new key and nothing else, so that the output can be piped.
pub(super) fn new(terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let key = random_256(&*terminal.random);
    Ok(writeln!(terminal.out, "{}", STANDARD.encode(key))?)
}
