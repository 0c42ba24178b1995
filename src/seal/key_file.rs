//! The key that is made where none is configured: a file beside an embedded database, for its owner only.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::domain::random::Random;
use crate::seal::key_ring::{KeyProblem, KeyRing, new_key_text};

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileProblem {
    /// It can be neither read nor made.
    #[error("the key file cannot be read or made")]
    File(#[source] io::Error),
    /// What it holds is no key. It is never overwritten: sessions may depend on it.
    #[error("the key file holds no key")]
    Key(#[source] KeyProblem),
}

/// Reads the keys in the file at `path`, one on each line, newest first. If there is no file, one is made with a new
/// key and mode 0600.
///
/// # Errors
/// `File` or `Key`; an existing file is never changed.
pub fn load_or_make_key(path: &Path, random: &dyn Random) -> Result<KeyRing, KeyFileProblem> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => make(path, random),
        read => read,
    };
    let text = text.map_err(KeyFileProblem::File)?;
    let keys = text.lines().map(str::trim).filter(|line| !line.is_empty());
    KeyRing::parse(keys).map_err(KeyFileProblem::Key)
}

/// Written beside it and linked into place: of two processes that start together one wins, and no reader sees half a
/// file.
fn make(path: &Path, random: &dyn Random) -> io::Result<String> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let written = file
        .write_all(format!("{}\n", new_key_text(random)).as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&unfinished, path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&unfinished)?;
    written?;
    fs::read_to_string(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::seal::OsRandom;

    #[test]
    fn a_key_is_made_once_for_its_owner_only_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gatehouse.key");
        let first: Vec<_> = load_or_make_key(&path, &OsRandom).unwrap().ids().collect();
        let kept: Vec<_> = load_or_make_key(&path, &OsRandom).unwrap().ids().collect();
        assert_eq!(first, kept);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gatehouse.key");
        for text in ["", "not a key"] {
            fs::write(&path, text).unwrap();
            let problem = load_or_make_key(&path, &OsRandom).unwrap_err();
            assert!(matches!(problem, KeyFileProblem::Key(_)));
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
    }
}
