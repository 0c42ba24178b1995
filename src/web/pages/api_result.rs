//! The page that shows what an API answered.
//!
//! The caller has called, bounded and pretty-printed; this says it to a person.

use serde::Serialize;

use super::Page;
use super::frame::{BasePath, Frame, Tone};
use super::shown::{BodyText, Href, Label};

/// An API's answer, whatever its status and type.
#[derive(Debug, Clone, Serialize)]
pub struct ApiResult {
    /// The surroundings.
    pub frame: Frame,
    /// The API's name in the profile.
    pub api: Label,
    /// The API's status.
    pub status: StatusView,
    /// The `Content-Type` of the answer, if it had one.
    pub content_type: Option<Label>,
    /// What it answered.
    pub body: BodyView,
    /// Seconds after which the API accepts another call (RFC 9110 §10.2.3), if it said so.
    pub retry_after: Option<u64>,
    /// The page that calls the API again.
    pub again_href: Href,
    /// Where the link back leads.
    pub back_href: Href,
}

/// An HTTP status as a badge.
#[derive(Debug, Clone, Serialize)]
pub struct StatusView {
    code: u16,
    reason: Label,
    tone: Tone,
}

impl StatusView {
    /// The badge for a status code and its reason phrase, such as `200` and `OK`.
    pub fn new(code: u16, reason: &str) -> Self {
        let tone = match code {
            200..=299 => Tone::Good,
            429 | 503 => Tone::Caution,
            400.. => Tone::Bad,
            _ => Tone::Info,
        };
        Self {
            code,
            reason: reason.into(),
            tone,
        }
    }
}

/// The body of an answer. Exactly one of its parts is present, or none when it was empty.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BodyView {
    text: Option<BodyText>,
    cut: bool,
    binary_bytes: Option<u64>,
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
        let shown = BodyText::new(text);
        let cut = cut || shown.as_str().len() < text.len();
        Self {
            text: Some(shown),
            cut,
            binary_bytes: None,
        }
    }

    /// Bytes that are not text, which are counted and not shown.
    pub fn binary(bytes: u64) -> Self {
        Self {
            binary_bytes: Some(bytes),
            ..Self::default()
        }
    }
}

impl ApiResult {
    /// The answer of `api` with this status and body, without further detail.
    pub fn new(
        frame: Frame,
        api: &str,
        again_href: Href,
        status: StatusView,
        body: BodyView,
    ) -> Self {
        let back_href = frame.base.join("/");
        Self {
            frame,
            api: api.into(),
            status,
            content_type: None,
            body,
            retry_after: None,
            again_href,
            back_href,
        }
    }
}

impl Page for ApiResult {
    const TEMPLATE: &'static str = "api_result.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let again = BasePath::new("/staff").join("/auth/call_api/graph");
        let sample = |status, body| {
            Self::new(
                Frame::sample_signed_in(),
                "graph",
                again.clone(),
                status,
                body,
            )
        };
        let json = Some(Label::from("application/json; charset=utf-8"));
        let me = "{\n  \"@odata.context\": \"https://graph.microsoft.com/v1.0/$metadata#users/$entity\",\n  \"displayName\": \"Ada Lovelace\",\n  \"jobTitle\": \"Analyst <Engines & Numbers>\",\n  \"mail\": \"ada@contoso.example\",\n  \"id\": \"0c6e3c1e-9a01-4b8e-8f0e-000000000001\"\n}";
        let denied = "{\n  \"error\": {\n    \"code\": \"Authorization_RequestDenied\",\n    \"message\": \"Insufficient privileges to complete the operation.\"\n  }\n}";
        let long = "A long answer. ".repeat(400);
        vec![
            (
                "ok",
                Self {
                    content_type: json.clone(),
                    ..sample(StatusView::new(200, "OK"), BodyView::text(me, false))
                },
            ),
            (
                "forbidden",
                Self {
                    content_type: json,
                    ..sample(
                        StatusView::new(403, "Forbidden"),
                        BodyView::text(denied, false),
                    )
                },
            ),
            (
                "throttled",
                Self {
                    retry_after: Some(30),
                    ..sample(StatusView::new(429, "Too Many Requests"), BodyView::empty())
                },
            ),
            (
                "cut",
                Self {
                    content_type: Some("text/plain".into()),
                    ..sample(StatusView::new(200, "OK"), BodyView::text(&long, true))
                },
            ),
            (
                "binary",
                Self {
                    content_type: Some("image/png".into()),
                    ..sample(StatusView::new(200, "OK"), BodyView::binary(48_211))
                },
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_longer_than_the_page_can_show_is_marked_as_cut() {
        assert!(BodyView::text(&"a".repeat(300_000), false).cut);
        assert!(!BodyView::text("{}", false).cut);
    }
}
