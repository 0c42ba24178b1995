//! New files: they never overwrite a file, and a file with a secret is readable by its owner only.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::command::terminal::Failed;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Readers {
    /// The system's default (umask).
    Ordinary,
    /// The owner only (mode 0600).
    Owner,
}

/// Writes a new file, and creates its folder if necessary.
pub(in crate::command) fn write_new(
    path: &Path,
    content: &str,
    readers: Readers,
) -> Result<(), Failed> {
    let failed = |fault: std::io::Error| {
        Failed::Said(match fault.kind() {
            ErrorKind::AlreadyExists => {
                format!("{} exists already and was not changed", path.display())
            }
            _ => format!("{} cannot be written: {fault}", path.display()),
        })
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(failed)?;
    let written = file
        .write_all(content.as_bytes())
        .and_then(|()| file.sync_all());
    written.map_err(|fault| {
        // The file did not exist before: remove the incomplete one.
        let _ = std::fs::remove_file(path);
        failed(fault)
    })
}
