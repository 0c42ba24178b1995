//! The stylesheet and the icon: addressed by a hash of their content, so that a browser may keep them for ever and a
//! new version is a new address. The caller serves them below `/auth/assets/`, without a cookie.

use actix_web::web::Bytes;
use serde::Serialize;

use crate::seal::{hex, sha256};

const STYLESHEET: &str = include_str!("../../../templates/assets/gatehouse.css");
const ICON: &str = include_str!("../../../templates/assets/gatehouse.svg");

/// The names under which a folder of overrides replaces them.
pub(super) const STYLESHEET_NAME: &str = "gatehouse.css";
pub(super) const ICON_NAME: &str = "gatehouse.svg";

/// 64 bits of SHA-256 tell versions apart; nobody is protected by them.
const HASH_DIGITS: usize = 16;

/// A file that pages refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Bytes,
    /// Whether the address names exactly this content, so that it never changes. A page of a replica with another
    /// version asks for another hash during a rolling update, and gets this one without being allowed to keep it.
    pub immutable: bool,
}

/// Both assets and their addresses relative to a profile's base path; templates see the addresses as `assets`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Assets {
    css: String,
    icon: String,
    #[serde(skip)]
    css_bytes: Bytes,
    #[serde(skip)]
    icon_bytes: Bytes,
}

impl Assets {
    /// The built-in files, or those that replace them.
    pub(super) fn new(stylesheet: Option<String>, icon: Option<String>) -> Self {
        let css_bytes = stylesheet.map_or(Bytes::from_static(STYLESHEET.as_bytes()), Bytes::from);
        let icon_bytes = icon.map_or(Bytes::from_static(ICON.as_bytes()), Bytes::from);
        Self {
            css: address(&css_bytes, "css"),
            icon: address(&icon_bytes, "svg"),
            css_bytes,
            icon_bytes,
        }
    }

    /// The asset for the last segment of a path.
    pub(super) fn find(&self, file_name: &str) -> Option<Asset> {
        let (hash, extension) = file_name.split_once('.')?;
        let (content_type, bytes, address) = match extension {
            "css" => ("text/css; charset=utf-8", &self.css_bytes, &self.css),
            "svg" => ("image/svg+xml", &self.icon_bytes, &self.icon),
            _ => return None,
        };
        let is_hash =
            hash.len() == HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| Asset {
            content_type,
            bytes: bytes.clone(),
            immutable: address.ends_with(&format!("/{file_name}")),
        })
    }
}

fn address(content: &[u8], extension: &str) -> String {
    let mut hash = hex(&sha256(content));
    hash.truncate(HASH_DIGITS);
    format!("/auth/assets/{hash}.{extension}")
}
