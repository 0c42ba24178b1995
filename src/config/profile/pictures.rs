//! `logo`, `logo_dark` and `favicon`: an address elsewhere, or a file of the profile's folder, which is read and judged.

use std::path::Path;

use url::Url;

use crate::config::content_hash::ContentHash;
use crate::config::profile::branding::address;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::text_file::read_bounded;
use crate::config::toml_document::spanned::{Spanned, Text};
use crate::domain::profile::{Picture, PictureFile, PictureKind};

/// Bytes. People with slow connections see a logo, too.
const LARGEST_PICTURE: u64 = 200 * 1024;

/// Elements of an SVG: a few hundred are a logo, and a million keep a browser busy.
const MOST_ELEMENTS: u32 = 50_000;

const RIGHT: &str = "a picture of at most 200 kB in the profile's folder (.svg, .png, .webp or .ico), an https address, or a \
     path on the profile's own host such as \"/logo.svg\"";

impl ProfileReader<'_, '_> {
    pub(super) fn picture(&mut self, key: &str, text: &Text) -> Option<Picture> {
        let written = self.text(key, text)?;
        let name = written.get();
        if let Some(address) = address(written, false) {
            // A path on the own host and a file of this machine look the same.
            if !(name.starts_with('/') && Path::new(name).is_file()) {
                return Some(Picture::Address(address));
            }
        } else if Url::parse(name).is_ok() || name.starts_with("//") {
            let what = "is not an address that pages may load pictures from";
            self.problems.error(key, &written.span(), what, RIGHT);
            return None;
        }
        self.picture_file(key, written).map(Picture::File)
    }

    fn picture_file(&mut self, key: &str, written: &Spanned<String>) -> Option<PictureFile> {
        let name = written.get();
        let path = self.path_in_own_folder(key, written)?;
        let ending = path.extension().map(|it| it.to_string_lossy().into_owned());
        let is_named = |kind: &PictureKind| {
            let ending = ending.as_deref();
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case(kind.ending()))
        };
        let Some(kind) = PictureKind::ALL.into_iter().find(is_named) else {
            let what = format!("names {name:?}, whose ending is of no picture that pages show");
            self.problems.error(key, &written.span(), what, RIGHT);
            return None;
        };
        let read = read_bounded(&path, LARGEST_PICTURE).map_err(|fault| fault.to_string());
        self.names_file(&path, read.as_deref().ok());
        let judged = read.and_then(|content| match fault_of(kind, &content) {
            Some(fault) => Err(format!("is not a whole {}: {fault}", kind.ending())),
            None => Ok(content),
        });
        match judged {
            Ok(content) => Some(PictureFile {
                path,
                kind,
                hash: ContentHash::of(&content).beginning(),
                content: content.into(),
            }),
            Err(fault) => {
                let what = format!("names the file {name:?}, which {fault}");
                self.problems.error(key, &written.span(), what, RIGHT);
                None
            }
        }
    }
}

/// Why a content is not a picture of its kind, as far as its beginning, its end and its lengths show it: a file of which
/// a half has been written, and a file that is something else.
fn fault_of(kind: PictureKind, content: &[u8]) -> Option<String> {
    let fault = match kind {
        PictureKind::Svg => return svg_fault(content),
        PictureKind::Png => png_fault(content),
        PictureKind::WebP => webp_fault(content),
        PictureKind::Ico => ico_fault(content),
    };
    fault.map(str::to_owned)
}

fn svg_fault(content: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(content) else {
        return Some("it is not UTF-8 text".to_owned());
    };
    let options = roxmltree::ParsingOptions {
        // Drawing programs write a document type.
        allow_dtd: true,
        nodes_limit: MOST_ELEMENTS,
        ..roxmltree::ParsingOptions::default()
    };
    let document = match roxmltree::Document::parse_with_options(text, options) {
        Ok(document) => document,
        Err(error) => return Some(error.to_string()),
    };
    let root = document.root_element().tag_name();
    let is_svg = root.name() == "svg" && root.namespace() == Some("http://www.w3.org/2000/svg");
    (!is_svg).then(|| "its root is not <svg xmlns=\"http://www.w3.org/2000/svg\">".to_owned())
}

/// PNG §5.2 and §11.2.5: the signature, and the chunk that ends the picture.
fn png_fault(content: &[u8]) -> Option<&'static str> {
    if !content.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some("it does not begin as one");
    }
    let ends = content.windows(8).any(|it| it == b"IEND\xaeB`\x82");
    (!ends).then_some("its end is missing")
}

/// RFC 9649 §2.3: `RIFF`, the length of what follows, `WEBP`.
fn webp_fault(content: &[u8]) -> Option<&'static str> {
    let begins = content.starts_with(b"RIFF") && content.get(8..12) == Some(b"WEBP");
    if !begins {
        return Some("it does not begin as one");
    }
    let length = number(content.get(4..8));
    (length.is_none_or(|length| length + 8 > content.len())).then_some("its end is missing")
}

/// The directory at the beginning: how many pictures there are, and for each its length and place.
fn ico_fault(content: &[u8]) -> Option<&'static str> {
    let count = number(content.get(4..6)).filter(|count| *count > 0);
    let Some(count) = count.filter(|_| content.starts_with(&[0, 0, 1, 0])) else {
        return Some("it does not begin as one");
    };
    let is_whole = |at: usize| {
        let entry = content.get(6 + 16 * at..22 + 16 * at)?;
        let end = number(entry.get(8..12))?.checked_add(number(entry.get(12..16))?)?;
        (end <= content.len()).then_some(())
    };
    let whole = (0..count).all(|at| is_whole(at).is_some());
    (!whole).then_some("its end is missing")
}

/// A number, its smallest byte first.
fn number(bytes: Option<&[u8]>) -> Option<usize> {
    let bytes = bytes?.iter().rev();
    Some(bytes.fold(0, |number, byte| number * 256 + usize::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &[u8] =
        b"<?xml version=\"1.0\"?><!DOCTYPE svg><svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xaeB`\x82";
    const WEBP: &[u8] = b"RIFF\x04\0\0\0WEBP";
    const ICO: &[u8] = b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x02\0\0\0\x16\0\0\0xx";

    #[test]
    fn a_whole_picture_is_accepted_and_its_beginning_alone_is_not() {
        for (kind, content) in [
            (PictureKind::Svg, SVG),
            (PictureKind::Png, PNG),
            (PictureKind::WebP, WEBP),
            (PictureKind::Ico, ICO),
        ] {
            assert_eq!(fault_of(kind, content), None, "{kind:?}");
            for length in 0..content.len() {
                let part = content.get(..length).unwrap();
                assert!(fault_of(kind, part).is_some(), "{kind:?} of {length} bytes");
            }
        }
    }

    #[test]
    fn no_other_file_passes_as_a_picture() {
        for content in [
            &b"client_secret = \"x\""[..],
            b"<html/>",
            b"<svg/>",
            b"\xff\xfe",
            PNG,
        ] {
            assert!(svg_fault(content).is_some(), "{content:?}");
        }
        for kind in [PictureKind::Png, PictureKind::WebP, PictureKind::Ico] {
            assert!(fault_of(kind, SVG).is_some(), "{kind:?}");
        }
    }

    // Attack: entities that double until memory is full.
    #[test]
    fn an_svg_of_endless_entities_is_refused() {
        let level = |at| format!("<!ENTITY a{at} \"&a{below};&a{below};\">", below = at - 1);
        let levels: String = (1..40).map(level).collect();
        let text = format!(
            "<!DOCTYPE svg [<!ENTITY a0 \"<g/><g/>\">{levels}]><svg xmlns=\"http://www.w3.org/2000/svg\">&a39;</svg>"
        );
        assert!(svg_fault(text.as_bytes()).is_some());
    }
}
