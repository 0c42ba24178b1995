//! Files that hold credentials: read at each use, so that a rotated secret or token needs no restart.

use std::path::Path;

use crate::oidc::error::CredentialProblem;

/// The text of a file without the white space at its end.
pub(crate) async fn read_text(path: &Path) -> Result<String, CredentialProblem> {
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|error| unreadable(path, &error))?;
    let text = text.trim_end();
    if text.is_empty() {
        return Err(CredentialProblem::Empty(path.display().to_string()));
    }
    Ok(text.to_owned())
}

/// The bytes of a file.
pub(crate) async fn read_bytes(path: &Path) -> Result<Vec<u8>, CredentialProblem> {
    tokio::fs::read(path)
        .await
        .map_err(|error| unreadable(path, &error))
}

/// The error for a file that cannot be read; nothing of its content is in it.
fn unreadable(path: &Path, error: &std::io::Error) -> CredentialProblem {
    CredentialProblem::Unreadable {
        path: path.display().to_string(),
        why: error.kind().to_string(),
    }
}
