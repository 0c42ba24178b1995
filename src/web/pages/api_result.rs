//! The page that shows what an API answered.
//!
//! The caller has called, bounded and pretty-printed; this says it to a person.

use actix_web::http::StatusCode;
use serde::Serialize;

use super::Page;
use super::frame::{Frame, Tone};
use super::shown::{BODY_CHARACTERS, BodyText, Label, Sentence};

/// An API's answer, whatever its status and type.
#[derive(Debug, Clone, Serialize)]
pub struct ApiResult {
    /// The surroundings.
    pub frame: Frame,
    /// The API's title.
    pub api: Label,
    /// The API's name in addresses.
    pub name: String,
    /// The address that was called.
    pub address: Sentence,
    /// The API's status.
    pub status: StatusView,
    /// The `Content-Type` of the answer, if it had one.
    pub content_type: Option<Label>,
    /// What it answered.
    pub body: BodyView,
}

/// An HTTP status as a badge.
#[derive(Debug, Clone, Serialize)]
pub struct StatusView {
    code: u16,
    reason: Option<Label>,
    tone: Tone,
}

impl StatusView {
    /// The badge for a status code, with its reason phrase if it has one: `200 OK`.
    pub fn new(code: u16) -> Self {
        let status = StatusCode::from_u16(code).ok();
        let reason = status
            .and_then(|status| status.canonical_reason())
            .map(Label::from);
        let tone = match code {
            200..=299 => Tone::Good,
            429 | 503 => Tone::Caution,
            400.. => Tone::Bad,
            _ => Tone::Info,
        };
        Self { code, reason, tone }
    }
}

/// The body of an answer. Exactly one of its parts is present, or none when it was empty.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BodyView {
    text: Option<BodyText>,
    cut: bool,
    binary_bytes: Option<usize>,
}

impl BodyView {
    /// An answer without a body.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Text, pretty-printed where its type allows; `cut` says that there was more.
    pub fn text(text: &str, cut: bool) -> Self {
        if text.is_empty() {
            return Self::empty();
        }
        let text = text.replace("\r\n", "\n");
        let shown = BodyText::new(&text);
        let cut = cut || text.chars().nth(BODY_CHARACTERS).is_some();
        Self {
            text: Some(shown),
            cut,
            binary_bytes: None,
        }
    }

    /// Bytes that are not text, which are counted and not shown.
    pub fn binary(bytes: usize) -> Self {
        Self {
            binary_bytes: Some(bytes),
            ..Self::default()
        }
    }
}

impl Page for ApiResult {
    const TEMPLATE: &'static str = "api_result.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let sample = |code, content_type: Option<&str>, body| Self {
            frame: Frame::sample_signed_in(),
            api: "Microsoft Graph".into(),
            name: "graph".to_owned(),
            address: "https://graph.microsoft.com/v1.0/me".into(),
            status: StatusView::new(code),
            content_type: content_type.map(Label::from),
            body,
        };
        let json = Some("application/json; charset=utf-8");
        let me = "{\n  \"displayName\": \"Ada Lovelace\",\n  \"jobTitle\": \"Analyst <Engines & Numbers>\",\n  \"mail\": \"ada@contoso.example\"\n}";
        let denied = "{\n  \"error\": {\n    \"code\": \"Authorization_RequestDenied\"\n  }\n}";
        let long = "A long answer. ".repeat(400);
        vec![
            ("ok", sample(200, json, BodyView::text(me, false))),
            (
                "forbidden",
                sample(403, json, BodyView::text(denied, false)),
            ),
            ("empty", sample(204, None, BodyView::empty())),
            (
                "cut",
                sample(200, Some("text/plain"), BodyView::text(&long, true)),
            ),
            (
                "binary",
                sample(299, Some("image/png"), BodyView::binary(48_211)),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_another_system_are_line_ends() {
        let body = BodyView::text("a\r\nb", false);
        assert_eq!((body.text.unwrap().as_str(), body.cut), ("a\nb", false));
    }

    #[test]
    fn a_body_longer_than_the_page_can_show_is_marked_as_cut() {
        assert!(BodyView::text(&"a".repeat(300_000), false).cut);
        assert!(!BodyView::text("{}", false).cut);
    }
}
