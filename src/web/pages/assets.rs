//! The style sheet and the icon. A file name holds a hash of the content, so browsers may keep the file for a year.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::seal::short_hash;

/// A file that pages name.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The file name in its address.
    pub name: String,
    /// The content type.
    pub content_type: &'static str,
    /// The content.
    pub text: String,
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
            text,
        }
    }

    /// The file as a response.
    pub fn response(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, self.content_type))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(self.text.clone())
    }
}
