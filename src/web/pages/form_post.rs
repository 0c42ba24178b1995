//! The page that posts an authority's answer once more, from our own site.
//!
//! A `form_post` answer (OAuth 2.0 Form Post Response Mode §2) comes from another site and so without
//! our `SameSite=Lax` cookies; the same form sent from our page has them.

use serde::Serialize;

use super::Page;
use super::frame::{BasePath, Frame};
use super::shown::Href;

/// The answer again, with a button: there is no script that could press it.
#[derive(Debug, Clone, Serialize)]
pub struct FormPost {
    /// The surroundings.
    pub frame: Frame,
    /// The redirect address, a path of this profile.
    pub action: Href,
    /// The fields as they came. They are not cut: a code must arrive whole.
    pub fields: Vec<FormField>,
}

/// A field of the answer.
#[derive(Clone, Serialize)]
pub struct FormField {
    /// Its name.
    pub name: String,
    /// Its value, which may be a secret.
    pub value: String,
}

impl std::fmt::Debug for FormField {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FormField")
            .field("name", &self.name)
            .field("value", &"[redacted]")
            .finish()
    }
}

impl Page for FormPost {
    const TEMPLATE: &'static str = "form_post.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let field = |name: &str, value: &str| FormField {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let fields = vec![
            field("code", "0.AXEA-sample"),
            field("state", "c3RhdGU"),
            field("session_state", "s"),
        ];
        let action = BasePath::new("/staff").join("/auth/redirect");
        vec![(
            "answer",
            Self {
                frame: Frame::sample_bare(),
                action,
                fields,
            },
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_not_printed_by_debug() {
        let page = FormPost::samples().remove(0).1;
        assert!(!format!("{page:?}").contains("0.AXEA-sample"));
    }
}
