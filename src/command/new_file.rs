//! New files: never over an old one, and readable by nobody else when they hold a secret.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::command::terminal::Failed;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Readers {
    /// Whoever the system's defaults let.
    Ordinary,
    /// Its owner (mode 0600).
    Owner,
}

/// Writes a file that is not there yet, and its folder if need be.
pub(in crate::command) fn write_new(
    path: &Path,
    content: &str,
    readers: Readers,
) -> Result<(), Failed> {
    let failed = |fault: std::io::Error| {
        Failed::Said(match fault.kind() {
            ErrorKind::AlreadyExists => {
                format!("{} is there already; it was left as it is", path.display())
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
        // Half a file is worse than none; it was not there before.
        let _ = std::fs::remove_file(path);
        failed(fault)
    })
}
