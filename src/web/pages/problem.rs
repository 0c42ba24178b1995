//! The page for everything that stops somebody: what went wrong, what it means, and how to go on.
//!
//! Nobody's words but ours stand on it: `problem_page` chooses them.

use serde::Serialize;

use super::Page;
use super::frame::{Frame, Tone};
use super::shown::{Label, Sentence};

/// Says what happened and how to go on. It never shows a cause, only what a person can use.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The surroundings.
    pub frame: Frame,
    /// How it looks.
    pub look: Look,
    /// The kind of problem, in a few words or as a status.
    pub status: Label,
    /// What happened, in a few words; also the window's title.
    pub heading: Label,
    /// What it means, in a sentence or two.
    pub sentence: Sentence,
    /// What else there is to know or to do.
    pub advice: Option<Sentence>,
    /// Things by name, such as scopes.
    pub items: Vec<Label>,
    /// Ways on; the first is the recommended one.
    pub actions: Vec<Action>,
    /// The request id and what a support team asks for.
    pub facts: Vec<Fact>,
}

/// How a problem looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Look {
    tone: Tone,
    /// One of the drawings of `_icon.html`.
    icon: &'static str,
    /// Whether the closed gate stands beside it.
    gate: bool,
}

impl Look {
    /// Something failed.
    pub const FAILED: Self = Self {
        tone: Tone::Bad,
        icon: "bad",
        gate: false,
    };
    /// It passes by itself, or with another attempt.
    pub const PASSING: Self = Self {
        tone: Tone::Caution,
        icon: "caution",
        gate: false,
    };
    /// The person may not enter, or may not yet.
    pub const NO_ENTRY: Self = Self {
        tone: Tone::Caution,
        icon: "lock",
        gate: false,
    };
    /// One must sign in first.
    pub const CLOSED: Self = Self {
        gate: true,
        ..Self::NO_ENTRY
    };
    /// There is nothing at this address.
    pub const NOTHING: Self = Self {
        tone: Tone::Info,
        icon: "info",
        gate: true,
    };
}

/// A way on. It must be safe to follow more than once: it is a link, not a form.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Where it leads: a path on this site.
    pub href: String,
    /// What it says.
    pub label: &'static str,
}

/// A detail for the support team.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value.
    pub value: Label,
}

/// What is answered, as `text/plain; charset=utf-8`, when a page cannot be rendered.
pub const PLAIN_FALLBACK: &str =
    "The page could not be shown. Please tell the operator of this site.\n";

impl Page for Problem {
    const TEMPLATE: &'static str = "problem.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let action = |path: &str, label| Action {
            href: format!("/staff{path}"),
            label,
        };
        let fact = |label, value: &str| Fact {
            label,
            value: value.into(),
        };
        let request_id = fact("Request id", "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a");
        let refused = Self {
            frame: Frame::sample_bare(),
            look: Look::FAILED,
            status: "Sign-in not completed".into(),
            heading: "You are not assigned to this application".into(),
            sentence: "Your organisation lets only chosen people in. Ask your administrator to assign you.".into(),
            advice: None,
            items: Vec::new(),
            actions: vec![
                action("/auth/sign_in?other_account=1&return_to=%2F", "Use another account"),
                action("/", "Home"),
            ],
            facts: vec![
                request_id.clone(),
                fact("Code", "AADSTS50105"),
                fact("Correlation id", "7c1b1c1e-52f0-4a54-8f5c-62a1de09f4ad"),
                fact("Time", "2026-11-21 11:57:00 UTC"),
            ],
        };
        let consent = Self {
            look: Look::NO_ENTRY,
            status: "Permission missing".into(),
            heading: "The API cannot be called yet".into(),
            sentence: "The application needs these permissions to call the API, and they were not granted.".into(),
            items: vec!["User.Read".into(), "Mail.Read".into()],
            ..refused.clone()
        };
        let outage = Self {
            look: Look::PASSING,
            status: "Try again shortly".into(),
            heading: "Something is wrong on our side".into(),
            advice: Some("Nobody was signed out.".into()),
            facts: vec![request_id],
            ..refused.clone()
        };
        let unauthorized = Self {
            frame: Frame::sample_signed_out(),
            look: Look::CLOSED,
            status: "401: Unauthorized".into(),
            heading: "Please sign in first".into(),
            sentence: "Visiting this page requires you to be authenticated.".into(),
            ..outage.clone()
        };
        let not_found = Self {
            look: Look::NOTHING,
            status: "404: Not found".into(),
            heading: "There is nothing here".into(),
            facts: Vec::new(),
            actions: Vec::new(),
            advice: None,
            ..unauthorized.clone()
        };
        vec![
            ("refused", refused),
            ("consent", consent),
            ("outage", outage),
            ("unauthorized", unauthorized),
            ("not_found", not_found),
        ]
    }
}
