//! The text of an error page: what happened, what it means, and what the person can do.

use crate::domain::clock::Timestamp;
use crate::domain::language::{Argument, Message};
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
    label: Option<&'static str>,
    /// What happened.
    pub heading: Message,
    /// What it means.
    pub sentence: Message,
    advice: Option<Message>,
    items: Vec<String>,
    actions: Vec<(String, &'static str)>,
    facts: Vec<(&'static str, String)>,
}

/// An error in words, so far without advice and links. `id` is its message, which has the attribute `sentence`.
pub(in crate::web) fn problem(word: &'static str, id: &'static str) -> ProblemText {
    let heading = Message::new(id);
    ProblemText {
        word,
        label: None,
        sentence: heading.attribute(SENTENCE),
        heading,
        advice: None,
        items: Vec::new(),
        actions: Vec::new(),
        facts: Vec::new(),
    }
}

const SENTENCE: &str = "sentence";

impl ProblemText {
    /// Says which kind of problem it is.
    #[must_use]
    pub fn labelled(self, kind: &'static str) -> Self {
        Self {
            label: Some(kind),
            ..self
        }
    }

    /// Says another sentence.
    #[must_use]
    pub fn saying(self, sentence: Message) -> Self {
        Self { sentence, ..self }
    }

    /// Gives the heading and the sentence a value.
    #[must_use]
    pub fn with_value(self, variable: &'static str, value: impl Into<Argument>) -> Self {
        let heading = self.heading.with(variable, value);
        Self {
            sentence: heading.attribute(SENTENCE),
            heading,
            ..self
        }
    }

    /// Says which API gave no answer, if that is the problem.
    #[must_use]
    pub fn about_api(self, title: &str) -> Self {
        match self.word {
            "api_unavailable" | "api_timed_out" | "api_throttled" => self.with_value("name", title),
            _ => self,
        }
    }

    /// Adds the attribute `advice` of the message: what to do about the problem.
    #[must_use]
    pub fn advised(self) -> Self {
        let advice = self.heading.attribute("advice");
        self.with_advice(advice)
    }

    /// Adds what to do about the problem.
    #[must_use]
    pub fn with_advice(self, advice: Message) -> Self {
        let advice = Some(advice);
        Self { advice, ..self }
    }

    /// Adds a link.
    #[must_use]
    pub fn with_action(mut self, href: String, label: &'static str) -> Self {
        self.actions.push((href, label));
        self
    }

    /// Adds things by name, such as scopes.
    #[must_use]
    pub fn with_items(self, items: Vec<String>) -> Self {
        Self { items, ..self }
    }

    /// Adds a link to the home page.
    #[must_use]
    pub fn home(self, profile: &Profile) -> Self {
        self.with_action(OwnPath::Home.under(&profile.public_url), HOME)
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

    /// Puts a link to the same address first.
    #[must_use]
    pub fn try_again_first(mut self) -> Self {
        // The empty reference is the page itself (RFC 3986 §4.4): the address is not repeated.
        self.actions.insert(0, (String::new(), "try-again"));
        self
    }

    /// Puts a link to a new sign-in before the other links.
    #[must_use]
    pub fn start_again_first(mut self, profile: &Profile, target: &ReturnTo) -> Self {
        let href = sign_in(profile, Some(target), &[]);
        self.actions.insert(0, (href, START_AGAIN));
        self
    }

    /// Adds a link to a sign-in with another account.
    #[must_use]
    pub fn other_account(self, profile: &Profile, target: Option<&ReturnTo>) -> Self {
        let href = sign_in(profile, target, &[("other_account", "1")]);
        self.with_action(href, "other-account")
    }

    /// The codes and ids that support asks for; nothing of the authority's own words.
    pub(in crate::web) fn with_detail(mut self, detail: &AuthorityErrorDetail) -> Self {
        let mut fact = |label, value: Option<String>| {
            self.facts.extend(value.map(|value| (label, value)));
        };
        let codes: Vec<String> = detail.codes.iter().map(ToString::to_string).collect();
        fact(
            "detail-code",
            Some(if codes.is_empty() {
                detail.error.clone()
            } else {
                codes.join(", ")
            }),
        );
        fact("detail-correlation-id", detail.correlation_id.clone());
        fact("detail-authority-time", detail.timestamp.clone());
        self
    }

    /// The page. `status` is shown where the kind of problem is not told.
    pub fn page(self, frame: Frame, told: RequestFacts<'_>) -> Problem {
        let language = frame.language.0.clone();
        let fact = |(label, value): (&'static str, String)| Fact {
            label: language.say(label),
            value,
        };
        let mut facts = Vec::new();
        if !told.request_id.is_empty() {
            facts.push(("detail-request-id", told.request_id.to_owned()));
        }
        facts.extend(self.facts);
        let time = told.now.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        facts.push(("detail-time", time));
        let mut actions = self.actions;
        if actions.is_empty() {
            actions.push((frame.url.home(), HOME));
        }
        let action = |(href, label)| Action {
            href,
            label: language.say(label),
        };
        // A public page shows no numbers.
        let number = if frame.developer {
            told.status
        } else {
            String::new()
        };
        Problem {
            status: self.label.map_or(number, |label| language.say(label)),
            heading: language.text(&self.heading),
            sentence: language.text(&self.sentence),
            advice: self
                .advice
                .map(|advice| language.text(&advice))
                .unwrap_or_default(),
            items: self.items,
            actions: actions.into_iter().map(action).collect(),
            facts: facts.into_iter().map(fact).collect(),
            frame,
        }
    }
}

/// What a page tells of the request.
#[derive(Debug)]
pub struct RequestFacts<'a> {
    /// The id in the log.
    pub request_id: &'a str,
    /// The time.
    pub now: Timestamp,
    /// The status with its number, or nothing.
    pub status: String,
}

const HOME: &str = "home";
const START_AGAIN: &str = "start-again";

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
