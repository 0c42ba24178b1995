//! Why there is no certificate authority.

use thiserror::Error;

/// Why there is no certificate authority.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// A file of the folder cannot be read or written.
    #[error("cannot use {file}")]
    File {
        /// The file or folder.
        file: String,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file of the folder is not what it should be.
    #[error("{file} is not the PEM of {what}; remove it, and a new one is made")]
    Content {
        /// The file.
        file: String,
        /// What it should be.
        what: &'static str,
    },
    /// The library cannot make a key or a certificate.
    #[error("cannot make a certificate: {0}")]
    Certificate(String),
}

impl From<rcgen::Error> for AuthorityError {
    fn from(error: rcgen::Error) -> Self {
        Self::Certificate(error.to_string())
    }
}
