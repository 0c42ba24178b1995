//! Why a server cannot start.

use std::net::SocketAddr;

/// Why the server cannot start. One sentence, with the key or flag that would change it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port that is taken, or an address that is not this machine's.
    #[error("cannot listen on {address} ({cause}); choose another with --{flag} or `{key}`")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The flag.
        flag: &'static str,
        /// The key.
        key: &'static str,
        /// Why.
        cause: std::io::Error,
    },
    /// Anything else, in one sentence.
    #[error("{0}")]
    Other(String),
}
