//! The server's keys: those of the settings, or with SQLite one that is made once and kept beside the database.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use crate::config::Settings;
use crate::domain::random::Random;
use crate::seal::{KeyRing, load_or_make_key};
use crate::store::sqlite_file;

/// The key ring of a process.
///
/// # Errors
/// One sentence: a key that is none, or a file that cannot be read or made.
pub fn key_ring(settings: &Settings, random: &dyn Random) -> Result<KeyRing, String> {
    if !settings.keys.is_empty() {
        let texts = settings.keys.iter().map(ExposeSecret::expose_secret);
        return KeyRing::parse(texts).map_err(|error| error.to_string());
    }
    match key_file(settings) {
        Some(path) => {
            load_or_make_key(&path, random).map_err(|error| format!("{}: {error}", path.display()))
        }
        // A database in memory has nothing that outlives the process; any other is shared and needs a shared key.
        None if settings.database_url.expose().starts_with("sqlite:") => {
            Ok(KeyRing::ephemeral(random))
        }
        None => Err(
            "there is none; make one with `gatehouse keys new` and give every replica the same"
                .to_owned(),
        ),
    }
}

/// The file beside an SQLite database that holds its key.
pub(in crate::app) fn key_file(settings: &Settings) -> Option<PathBuf> {
    let mut path = sqlite_file(&settings.database_url)?.into_os_string();
    path.push(".key");
    Some(PathBuf::from(path))
}
