//! Files that pages name: style sheets, the icon, pictures of a profile. A file name holds a hash of the content, so browsers
//! may keep the file for a year.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, EntityTag, Header as _, IfNoneMatch,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::profile::{AccentShades, Branding, PictureFile, Shade};
use crate::seal::short_hash;

/// The content security policy of a picture that is opened by itself: an SVG can hold scripts, forms and addresses.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// A file that pages name.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The file name in its address.
    pub name: String,
    /// The content type.
    pub content_type: &'static str,
    /// The content.
    pub content: Bytes,
    /// Whether it is a picture of a profile.
    is_picture: bool,
}

impl Asset {
    /// A style sheet.
    pub fn style(text: String) -> Self {
        Self::new("style", "css", "text/css; charset=utf-8", text)
    }

    /// An icon.
    pub fn icon(text: String) -> Self {
        Self::new("icon", "svg", "image/svg+xml", text)
    }

    fn new(stem: &str, extension: &str, content_type: &'static str, text: String) -> Self {
        let hash = short_hash::<16>(text.as_bytes());
        Self {
            name: format!("{stem}-{hash}.{extension}"),
            content_type,
            content: text.into(),
            is_picture: false,
        }
    }

    /// The file of this name that a profile brings: the style sheet of its colour, or one of its pictures.
    pub fn of_profile(branding: &Branding, name: &str) -> Option<Self> {
        let accent = branding.shades.iter().find(|it| accent_name(it) == name);
        if let Some(shades) = accent {
            return Some(Self {
                name: accent_name(shades),
                content_type: "text/css; charset=utf-8",
                content: accent_style(shades).into(),
                is_picture: false,
            });
        }
        let mut pictures = branding.picture_files();
        let (role, file) = pictures.find(|(role, file)| picture_name(role, file) == name)?;
        Some(Self {
            name: picture_name(role, file),
            content_type: file.kind.content_type(),
            content: Bytes::from_owner(std::sync::Arc::clone(&file.content)),
            is_picture: true,
        })
    }

    /// The content of a file that is text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.content).unwrap_or_default()
    }

    /// The file as a response; 304 for a browser that has it (RFC 9110 §13.1.2).
    pub fn response(&self, request: &HttpRequest) -> HttpResponse {
        let tag = EntityTag::new_strong(self.name.clone());
        let known = match IfNoneMatch::parse(request) {
            Ok(IfNoneMatch::Any) => true,
            Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|it| it.weak_eq(&tag)),
            Err(_) => false,
        };
        let mut response = if known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        response
            .insert_header((ETAG, tag.to_string()))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"));
        if self.is_picture {
            response.insert_header((CONTENT_SECURITY_POLICY, PICTURE_POLICY));
        }
        if known {
            return response.finish();
        }
        response
            .insert_header((CONTENT_TYPE, self.content_type))
            .body(self.content.clone())
    }
}

/// The class of pages with a colour of their own.
pub(super) const OWN_ACCENT: &str = "own";

/// The file name of a picture.
pub(super) fn picture_name(role: &str, file: &PictureFile) -> String {
    format!("{role}-{}.{}", file.hash, file.kind.ending())
}

/// The file name of the style sheet of a colour. It holds every colour of the sheet.
pub(super) fn accent_name(shades: &AccentShades) -> String {
    let digits = |shade: &Shade| {
        let Shade {
            accent,
            on_accent,
            soft,
        } = shade;
        [accent, on_accent, soft]
            .map(|colour| colour.digits())
            .concat()
    };
    let (light, dark) = (digits(&shades.light), digits(&shades.dark));
    format!("accent-{light}-{dark}.css")
}

/// The style sheet of a colour. Only what was read as a colour stands in it.
fn accent_style(shades: &AccentShades) -> String {
    let rule = |shade: &Shade| {
        let Shade {
            accent,
            on_accent,
            soft,
        } = shade;
        format!(
            ".accent-{OWN_ACCENT} {{ --accent: {accent}; --on-accent: {on_accent}; --soft: {soft}; }}"
        )
    };
    let (light, dark) = (rule(&shades.light), rule(&shades.dark));
    format!("{light}\n@media (prefers-color-scheme: dark) {{\n  {dark}\n}}\n")
}
