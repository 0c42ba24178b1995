//! Files that settings and profiles name: regular files of bounded size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Why a file cannot be read, in words that follow its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileFault {
    /// No file has this path.
    #[error("does not exist")]
    Missing,
    /// The process has no permission.
    #[error("may not be read")]
    Denied,
    /// The path is a folder.
    #[error("is a folder")]
    Folder,
    /// A device, a pipe or a socket: reading it might never end.
    #[error("is not a regular file")]
    NotRegular,
    /// The file is larger than the given number of kilobytes.
    #[error("is larger than {0} kB")]
    TooLarge(u64),
    /// The content is not UTF-8.
    #[error("is not UTF-8 text")]
    NotText,
    /// Another error of the operating system.
    #[error("cannot be read: {0}")]
    Other(io::ErrorKind),
}

impl From<io::Error> for FileFault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Denied,
            kind => Self::Other(kind),
        }
    }
}

/// Reads a regular file of at most `limit` bytes. Links are followed.
pub(super) fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, FileFault> {
    // The kind is checked before the file is opened: opening a pipe waits for a writer.
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(FileFault::Folder);
    }
    if !metadata.is_file() {
        return Err(FileFault::NotRegular);
    }
    let mut content = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut content)?;
    if u64::try_from(content.len()).is_ok_and(|length| length > limit) {
        return Err(FileFault::TooLarge(limit / 1024));
    }
    Ok(content)
}

/// Reads a text file of at most `limit` bytes, without the byte order mark that some editors write.
pub(super) fn read_text(path: &Path, limit: u64) -> Result<String, FileFault> {
    let text = String::from_utf8(read_bounded(path, limit)?).map_err(|_| FileFault::NotText)?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_a_folder_and_a_file_that_is_too_large_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, vec![b'x'; 2049]).unwrap();
        assert_eq!(read_text(&file, 2048), Err(FileFault::TooLarge(2)));
        assert_eq!(read_text(&file, 2049).unwrap().len(), 2049);
        assert_eq!(read_text(folder.path(), 1), Err(FileFault::Folder));
        assert_eq!(
            read_text(&folder.path().join("none"), 1),
            Err(FileFault::Missing)
        );
        #[cfg(unix)]
        assert_eq!(
            read_text(Path::new("/dev/zero"), 1),
            Err(FileFault::NotRegular)
        );
    }

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "\u{feff}secret\n").unwrap();
        assert_eq!(read_text(&file, 64).unwrap(), "secret\n");
    }
}
