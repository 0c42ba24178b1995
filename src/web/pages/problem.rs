//! The page for everything that went wrong, the plain 404, and the text for when no page can be made.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Page;
use super::frame::{Action, Frame, Tone};
use super::shown::{Label, Sentence, When};

/// Says what went wrong and how to go on. It never shows a cause, only what a person can use.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The surroundings.
    pub frame: Frame,
    /// [`Tone::Caution`] for what passes by itself, [`Tone::Bad`] for a failure, [`Tone::Info`] for a choice of the person.
    pub tone: Tone,
    /// What happened, in a few words; also the window's title.
    pub title: Label,
    /// What it means, in a sentence or two.
    pub sentence: Sentence,
    /// What the person can do, one step each; may be empty.
    pub steps: Vec<Sentence>,
    /// Ways on; the first is the recommended one.
    pub actions: Vec<Action>,
    /// The id of this request in the log.
    pub request_id: Label,
    /// The authority's error code, such as `AADSTS50105`.
    pub code: Option<Label>,
    /// The authority's correlation id, which its support asks for.
    pub correlation_id: Option<Label>,
    /// When it happened.
    pub at: Option<When>,
}

impl Problem {
    /// A failure with a title, a sentence and the request's id.
    pub fn new(frame: Frame, title: &str, sentence: &str, request_id: &str) -> Self {
        Self {
            frame,
            tone: Tone::Bad,
            title: title.into(),
            sentence: sentence.into(),
            steps: Vec::new(),
            actions: Vec::new(),
            request_id: request_id.into(),
            code: None,
            correlation_id: None,
            at: None,
        }
    }
}

/// Nothing is at this address. The address is not repeated.
#[derive(Debug, Clone, Serialize)]
pub struct NotFound {
    /// The surroundings; [`Frame::nowhere`] when the address belongs to no profile.
    pub frame: Frame,
}

/// What is answered, as `text/plain; charset=utf-8`, when a page cannot be rendered.
pub fn plain_fallback(title: &str, request_id: &str) -> String {
    let title = Label::new(title);
    let request_id = Label::new(request_id);
    format!(
        "{}\n\nRequest id: {}\n",
        title.as_str(),
        request_id.as_str()
    )
}

impl Page for Problem {
    const TEMPLATE: &'static str = "problem.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let id = "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a";
        let at = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(1_795_262_220);
        let out = Frame::sample_signed_out();
        let again = Action::new("Sign in again", out.base.join("/auth/sign_in"));
        let other = Action::new(
            "Use another account",
            out.base.join("/auth/sign_in?prompt=select_account"),
        );
        let home = Action::new("Go to the home page", out.base.join("/"));
        let not_assigned = Self {
            steps: vec![
                "Ask an administrator of your organisation to give you access to this application."
                    .into(),
                "Or sign in with an account that has access.".into(),
            ],
            actions: vec![other, home.clone()],
            code: Some("AADSTS50105".into()),
            correlation_id: Some("7c1b1c1e-52f0-4a54-8f5c-62a1de09f4ad".into()),
            at: Some(When::exact(at)),
            ..Self::new(
                out.clone(),
                "You do not have access to this application",
                "You signed in, but your account has not been assigned to this application.",
                id,
            )
        };
        let expired = Self {
            tone: Tone::Caution,
            actions: vec![again.clone()],
            ..Self::new(
                out,
                "This sign-in has expired",
                "It was started too long ago, in another browser, or it has already been used.",
                id,
            )
        };
        let outage = Self {
            tone: Tone::Caution,
            actions: vec![Action::new("Try again", home.href.clone())],
            ..Self::new(
                Frame::sample_bare(),
                "Something is wrong on our side",
                "We cannot tell right now whether you are signed in. You have not been signed out. Please try again in a few seconds.",
                id,
            )
        };
        vec![
            ("not_assigned", not_assigned),
            ("expired", expired),
            ("outage", outage),
        ]
    }
}

impl Page for NotFound {
    const TEMPLATE: &'static str = "not_found.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![
            (
                "in_profile",
                Self {
                    frame: Frame::sample_signed_in(),
                },
            ),
            (
                "no_profile",
                Self {
                    frame: Frame::nowhere(),
                },
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_text_holds_the_request_id_and_no_control_characters() {
        let text = plain_fallback("Something is wrong on our side", "id-1\u{1b}[31m");
        assert_eq!(
            text,
            "Something is wrong on our side\n\nRequest id: id-1\u{FFFD}[31m\n"
        );
    }
}
