//! The seam to the running gateway: commands that need a server, a database or a network.
//!
//! The composition root fills these functions in; nothing else of `command` knows it.

use std::sync::Arc;

use serde::Serialize;

use super::Failed;
use super::cli::Which;
use crate::config::Settings;
use crate::domain::profile::{Profile, ProfileId};

/// One question of `check --online`, answered.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// What was asked: `metadata`, `issuer`, `keys`, `clock`, `credential`.
    pub question: String,
    /// Whether all is well.
    pub good: bool,
    /// What was found, or what is wrong and what to do about it. One sentence.
    pub sentence: String,
}

/// One session in a list. No handle, no token: nothing of it opens anything.
#[derive(Debug, Clone, Serialize)]
pub struct ListedSession {
    /// Its id.
    pub id: String,
    /// The profile.
    pub profile: String,
    /// The person's key, for `--person`.
    pub person: String,
    /// When it began, RFC 3339.
    pub created_at: String,
    /// When it was last used, RFC 3339.
    pub seen_at: String,
    /// When it ends whatever happens, RFC 3339.
    pub expires_at: String,
    /// The browser, as it named itself.
    pub browser: String,
}

/// Runs the gateway until it is told to stop.
///
/// # Errors
/// One sentence that says why it cannot start.
pub fn serve(settings: &Settings) -> Result<(), Failed> {
    let _ = settings;
    Err(without_app("serve"))
}

/// Runs gateway, simulator and sample upstream on loopback.
///
/// # Errors
/// One sentence that says why it cannot start.
#[cfg(feature = "demo")]
pub fn demo(port: u16) -> Result<(), Failed> {
    let _ = port;
    Err(without_app("demo"))
}

/// Brings the database to this version's form.
///
/// # Errors
/// One sentence that says why not.
pub fn migrate(settings: &Settings) -> Result<(), Failed> {
    let _ = settings;
    Err(without_app("migrate"))
}

/// The sessions that match.
///
/// # Errors
/// One sentence that says why they cannot be read.
pub fn list_sessions(settings: &Settings, which: &Which) -> Result<Vec<ListedSession>, Failed> {
    let _ = (settings, which);
    Err(without_app("sessions list"))
}

/// Ends the sessions that match; how many there were.
///
/// # Errors
/// One sentence that says why they cannot be ended.
pub fn end_sessions(settings: &Settings, which: &Which) -> Result<u64, Failed> {
    let _ = (settings, which);
    Err(without_app("sessions end"))
}

/// Asks the authorities of these profiles; the answers of one profile stand together.
///
/// # Errors
/// One sentence that says why nobody can be asked at all.
pub fn ask_authorities(
    settings: &Settings,
    profiles: &[Arc<Profile>],
) -> Result<Vec<(ProfileId, Vec<Answer>)>, Failed> {
    let _ = (settings, profiles);
    Err(without_app("check --online"))
}

fn without_app(command: &str) -> Failed {
    Failed::Said(format!(
        "this build cannot `{command}`: it has no gateway in it"
    ))
}
