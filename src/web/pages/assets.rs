//! The stylesheet and the icon: embedded, and addressed by a hash of their content, so that a browser
//! may keep them for ever and a new version is a new address.
//!
//! The caller serves them below `/auth/assets/`, without a cookie.

use std::fmt::Write as _;

use aws_lc_rs::digest;
use serde::Serialize;

const STYLESHEET: &str = include_str!("../../../templates/assets/gatehouse.css");
const ICON: &str = include_str!("../../../templates/assets/gatehouse.svg");

/// A file that pages refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The value of `ETag`, with its quotation marks.
    pub etag: String,
    /// Whether the address names exactly this content: then `Cache-Control: public, max-age=31536000,
    /// immutable`, else `no-cache`. A page of a replica with another version asks for another hash
    /// during a rolling update and gets this one.
    pub immutable: bool,
}

/// The addresses of the assets, relative to a profile's base path; templates see it as `assets`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Assets {
    css: String,
    icon: String,
}

impl Assets {
    pub(super) fn new() -> Self {
        let address = |content: &str, extension| {
            format!("/auth/assets/{}.{extension}", content_hash(content))
        };
        Self {
            css: address(STYLESHEET, "css"),
            icon: address(ICON, "svg"),
        }
    }

    /// The asset for the last segment of a path.
    pub(super) fn find(&self, file_name: &str) -> Option<Asset> {
        let (hash, extension) = file_name.split_once('.')?;
        let (content_type, content, address) = match extension {
            "css" => ("text/css; charset=utf-8", STYLESHEET, &self.css),
            "svg" => ("image/svg+xml", ICON, &self.icon),
            _ => return None,
        };
        let is_hash =
            hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| Asset {
            content_type,
            bytes: content.as_bytes(),
            etag: format!("\"{}\"", content_hash(content)),
            immutable: address.ends_with(&format!("/{file_name}")),
        })
    }
}

const HASH_DIGITS: usize = 16;

/// 64 bits of SHA-256 tell versions apart; nobody is protected by them.
fn content_hash(content: &str) -> String {
    let digest = digest::digest(&digest::SHA256, content.as_bytes());
    digest
        .as_ref()
        .iter()
        .take(HASH_DIGITS / 2)
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
