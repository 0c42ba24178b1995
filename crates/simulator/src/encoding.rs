//! Small encodings that tokens, keys and answers share: base64url, SHA-256, JSON objects.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// Members of a JOSE header or of a claim set.
pub(crate) type Members = Map<String, Value>;

/// base64url without padding (RFC 7515 §2).
pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// base64url of a SHA-256.
pub(crate) fn sha256(text: &[u8]) -> String {
    base64url(digest::digest(&digest::SHA256, text).as_ref())
}

/// `at_hash` (OIDC Core §3.1.3.6): the left half of the SHA-256.
pub(crate) fn left_half_hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    base64url(
        hash.as_ref()
            .split_at_checked(16)
            .map_or(&[], |(left, _)| left),
    )
}

/// The members of a `json!` object.
pub(crate) fn object(value: Value) -> Members {
    match value {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}
