//! `ProfileState`: what readiness reports of one profile's file.

use serde::Serialize;

use crate::domain::clock::Timestamp;

/// The state of one profile's file.
#[derive(Debug, Clone, Serialize)]
pub struct ProfileState {
    /// The profile's id, or the file's name while no id can be read.
    pub id: String,
    /// Whether requests are answered.
    pub serving: bool,
    /// When the version that serves was loaded.
    pub last_good: Option<Timestamp>,
    /// What is wrong with the file as it stands now, one sentence each.
    pub problems: Vec<String>,
}
