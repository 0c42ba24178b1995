//! The server's keys: those of the settings, or with SQLite one that is made once and kept beside the database.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::config::Settings;
use crate::domain::clock::Random;
use crate::seal::{KeyRing, new_key_text};

/// Only the owner reads it.
const MODE: u32 = 0o600;

/// The key ring of a process.
///
/// # Errors
/// One sentence: a key that is none, or a file that cannot be read or made.
pub fn key_ring(settings: &Settings, random: &dyn Random) -> Result<KeyRing, String> {
    if !settings.keys.is_empty() {
        let texts = settings.keys.iter().map(ExposeSecret::expose_secret);
        return KeyRing::parse(texts).map_err(|error| error.to_string());
    }
    let Some(path) = beside_database(settings.database_url.expose()) else {
        return Ok(KeyRing::ephemeral(random));
    };
    let failed = |error: std::io::Error| format!("cannot read or make the key file {}: {error}", path.display());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&path, random).map_err(failed)?,
        Err(error) => return Err(failed(error)),
    };
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    KeyRing::parse(lines).map_err(|error| format!("{}: {error}", path.display()))
}

fn make(path: &Path, random: &dyn Random) -> std::io::Result<String> {
    let text = new_key_text(random);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(MODE).open(path)?;
    writeln!(file, "{text}")?;
    tracing::info!(path = %path.display(), "made a key beside the database");
    Ok(text)
}

/// `gatehouse.db` has its key in `gatehouse.db.key`; a database in memory has none to keep.
fn beside_database(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    (!path.is_empty() && !path.contains(":memory:")).then(|| PathBuf::from(format!("{path}.key")))
}
