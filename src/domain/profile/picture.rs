//! Pictures of a profile: addresses elsewhere, or files that were read when the profile was.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// A logo or an icon of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// An https address, or a path on the profile's own host.
    Address(String),
    /// A file of the profile's folder, which is served from memory.
    File(PictureFile),
}

impl Picture {
    /// The address elsewhere.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Address(address) => Some(address),
            Self::File(_) => None,
        }
    }
}

/// The kind of a picture file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// SVG 1.1 or 2.
    Svg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
    /// ICO.
    Ico,
}

impl PictureKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Svg, Self::Png, Self::WebP, Self::Ico];

    /// The ending of file names, without a dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Ico => "ico",
        }
    }

    /// The content type (IANA).
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Ico => "image/vnd.microsoft.icon",
        }
    }
}

/// A picture file with its content.
#[derive(Clone, PartialEq, Eq)]
pub struct PictureFile {
    /// Where it was read.
    pub path: PathBuf,
    /// Its kind, which its content has as well as its name.
    pub kind: PictureKind,
    /// The content.
    pub content: Arc<[u8]>,
    /// The beginning of the content's SHA-256 in hexadecimal digits.
    pub hash: String,
}

impl fmt::Debug for PictureFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PictureFile")
            .field("path", &self.path)
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_served_as_the_type_that_its_ending_says() {
        let types = PictureKind::ALL.map(|kind| (kind.ending(), kind.content_type()));
        let expected = [
            ("svg", "image/svg+xml"),
            ("png", "image/png"),
            ("webp", "image/webp"),
            ("ico", "image/vnd.microsoft.icon"),
        ];
        assert_eq!(types, expected);
    }
}
