//! Files of secrets and sessions that others may change.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::app::server_key::key_file;
use crate::config::Settings;
use crate::store::sqlite_file;

/// The bits of a mode that let everybody write.
const WRITABLE_BY_OTHERS: u32 = 0o002;
/// The bits that let everybody read or write.
const OPEN_TO_OTHERS: u32 = 0o006;

/// Logs a warning for each file with keys, the database or its address that every user of the machine may write, and for
/// a generated key that every user may read: it was made for its owner only.
pub(in crate::app) fn warn(settings: &Settings) {
    let mut files: Vec<(PathBuf, u32)> = settings
        .secret_files
        .iter()
        .map(|file| (file.clone(), WRITABLE_BY_OTHERS))
        .collect();
    files.extend(sqlite_file(&settings.database_url).map(|file| (file, WRITABLE_BY_OTHERS)));
    if settings.keys.is_empty() {
        let database = sqlite_file(&settings.database_url);
        files.extend(database.map(|database| (key_file(database), OPEN_TO_OTHERS)));
    }
    for (file, bits) in files {
        if let Some(mode) = mode_with(&file, bits) {
            tracing::warn!(
                file = %file.display(),
                mode = format!("{mode:04o}"),
                "every user of this machine may read or change a file of keys or sessions; take the right away (chmod o-rw)"
            );
        }
    }
}

/// The mode of a file that has one of these bits. A file that is not there yet has none.
fn mode_with(file: &Path, bits: u32) -> Option<u32> {
    let mode = std::fs::metadata(file).ok()?.permissions().mode() & 0o777;
    (mode & bits != 0).then_some(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_everybody_may_write_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        assert_eq!(mode_with(&file, OPEN_TO_OTHERS), None);
        std::fs::write(&file, "").unwrap();
        for (mode, writable, open) in [
            (0o600, false, false),
            (0o640, false, false),
            (0o644, false, true),
            (0o666, true, true),
        ] {
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let has = |bits| mode_with(&file, bits) == Some(mode);
            assert_eq!(
                (has(WRITABLE_BY_OTHERS), has(OPEN_TO_OTHERS)),
                (writable, open),
                "{mode:o}"
            );
        }
    }
}
