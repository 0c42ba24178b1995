//! The text of an error page: what happened, what it means, and what the person can do.

use crate::domain::clock::Timestamp;
use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::flow::error::AuthorityErrorDetail;
use crate::web::pages::{Action, Fact, Frame, Problem};

/// An error in words, without its cause.
#[derive(Debug)]
pub struct ProblemText {
    /// A word for scripts.
    pub word: &'static str,
    /// The kind of problem.
    pub status: &'static str,
    /// What happened.
    pub heading: &'static str,
    /// What it means.
    pub sentence: String,
    advice: String,
    items: Vec<String>,
    actions: Vec<Action>,
    facts: Vec<Fact>,
}

/// An error in words, so far without advice and links.
pub(in crate::web) fn problem(
    word: &'static str,
    status: &'static str,
    heading: &'static str,
    sentence: impl Into<String>,
) -> ProblemText {
    ProblemText {
        word,
        status,
        heading,
        sentence: sentence.into(),
        advice: String::new(),
        items: Vec::new(),
        actions: Vec::new(),
        facts: Vec::new(),
    }
}

impl ProblemText {
    /// Adds a link.
    #[must_use]
    pub fn with_action(mut self, href: String, label: &'static str) -> Self {
        self.actions.push(Action { href, label });
        self
    }

    /// Adds what to do about the problem.
    #[must_use]
    pub fn with_advice(self, advice: &str) -> Self {
        Self {
            advice: advice.to_owned(),
            ..self
        }
    }

    /// Adds things by name, such as scopes.
    #[must_use]
    pub fn with_items(self, items: Vec<String>) -> Self {
        Self { items, ..self }
    }

    /// Adds a link to the home page.
    #[must_use]
    pub fn home(self, profile: &Profile) -> Self {
        self.with_action(OwnPath::Home.under(&profile.public_url), "Home")
    }

    /// Adds links to a new sign-in and to the home page.
    #[must_use]
    pub fn start_again(self, profile: &Profile, target: Option<&ReturnTo>) -> Self {
        self.start_again_only(profile, target).home(profile)
    }

    /// Adds a link to a new sign-in.
    #[must_use]
    pub fn start_again_only(self, profile: &Profile, target: Option<&ReturnTo>) -> Self {
        self.with_action(sign_in(profile, target, &[]), START_AGAIN)
    }

    /// Puts a link to a new sign-in before the other links.
    #[must_use]
    pub fn start_again_first(mut self, profile: &Profile, target: &ReturnTo) -> Self {
        let href = sign_in(profile, Some(target), &[]);
        let label = START_AGAIN;
        self.actions.insert(0, Action { href, label });
        self
    }

    /// Adds a link to a sign-in with another account.
    #[must_use]
    pub fn other_account(self, profile: &Profile, target: Option<&ReturnTo>) -> Self {
        let href = sign_in(profile, target, &[("other_account", "1")]);
        self.with_action(href, "Use another account")
    }

    /// The codes and ids that support asks for; nothing of the authority's own words.
    pub(in crate::web) fn with_detail(mut self, detail: &AuthorityErrorDetail) -> Self {
        let mut fact = |label, value: Option<String>| {
            self.facts.extend(value.map(|value| Fact { label, value }));
        };
        let codes: Vec<String> = detail.codes.iter().map(ToString::to_string).collect();
        fact(
            "Code",
            Some(if codes.is_empty() {
                detail.error.clone()
            } else {
                codes.join(", ")
            }),
        );
        fact("Correlation id", detail.correlation_id.clone());
        fact("Time at the sign-in service", detail.timestamp.clone());
        self
    }

    /// The page.
    pub fn page(self, frame: Frame, request_id: &str, now: Timestamp) -> Problem {
        let fact = |label, value: String| Fact { label, value };
        let mut facts = self.facts;
        if !request_id.is_empty() {
            facts.insert(0, fact("Request id", request_id.to_owned()));
        }
        facts.push(fact(
            "Time",
            now.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        ));
        let mut actions = self.actions;
        if actions.is_empty() {
            let (href, label) = (frame.url.home(), "Home");
            actions.push(Action { href, label });
        }
        Problem {
            frame,
            status: self.status.to_owned(),
            heading: self.heading.to_owned(),
            sentence: self.sentence,
            advice: self.advice,
            items: self.items,
            actions,
            facts,
        }
    }
}

const START_AGAIN: &str = "Start again";

/// The sign-in address that leads to a target, or to the home page, with further parameters.
pub(in crate::web) fn sign_in(
    profile: &Profile,
    target: Option<&ReturnTo>,
    more: &[(&str, &str)],
) -> String {
    let home = ReturnTo::home(&profile.public_url);
    let target = target.unwrap_or(&home).as_str();
    let parameters = [more, &[(RETURN_TO, target)]].concat();
    OwnPath::SignIn.with_query(&profile.public_url, &parameters)
}
