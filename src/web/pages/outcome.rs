//! Pages that say how something ended: a problem, and sign-out before and after it.

use serde::Serialize;

use crate::domain::language::Message;
use crate::domain::own_path::OwnPath;
use crate::web::pages::layout::{Frame, SAMPLE_PREFIX, SampleSite};
use crate::web::pages::page::{Sampled, pages};

pages! {
    OUTCOME_PAGES

    /// Something that did not work, and what the person can do.
    Problem, "problem.html" {
        /// The kind of problem in a few words.
        status: String,
        /// What happened.
        heading: String,
        /// What it means for the person.
        sentence: String,
        /// What to do about it.
        advice: String,
        /// Things by name, such as scopes.
        items: Vec<String>,
        /// Links, the best one first.
        actions: Vec<Action>,
        /// The request id and other details for a support team.
        facts: Vec<Fact>,
    }

    /// Something that did not work where no profile answers: it needs no other file.
    Unbranded, "unbranded.html" {
        /// What happened.
        heading: String,
        /// What it means for the person.
        sentence: String,
        /// Whether the same address can be tried again.
        again: bool,
        /// The id of the request in the log.
        request_id: String,
    }

    /// Asks before signing out.
    SignOut, "sign_out.html" {
        /// The token that proves that the form came from this page.
        csrf: String,
        /// Where the person goes on after the sign-out, for the form: a local path or an address of another host of the
        /// profile. Empty for the home page.
        return_to: String,
    }

    /// Says that the session ended.
    SignedOut, "signed_out.html" {
        /// What ended, and what may not have ended.
        sentence: String,
        /// Where the person goes on: a local path or an address of another host of the profile. Empty for the home page.
        onward: String,
    }
}

/// A link.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Where the link leads: a local path.
    pub href: String,
    /// The words of the link.
    pub label: String,
}

/// A detail for the support team.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// What the value is.
    pub label: String,
    /// The value.
    pub value: String,
}

impl Sampled for Problem {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let other_account = format!("{}?other_account=1", OwnPath::SignIn.below(SAMPLE_PREFIX));
        let home = OwnPath::Home.below(SAMPLE_PREFIX);
        let action = |href, id| Action {
            href,
            label: site.text(id),
        };
        let fact = |id, value: &str| Fact {
            label: site.text(id),
            value: value.to_owned(),
        };
        let part = |id, attribute| site.language.text(&Message::new(id).attribute(attribute));
        let refused = Self {
            frame: site.signed_out("refused-not-assigned"),
            status: site.text("kind-sign-in"),
            heading: site.text("refused-not-assigned"),
            sentence: part("refused-not-assigned", "sentence"),
            advice: part("problem-not-allowed", "advice"),
            items: Vec::new(),
            actions: vec![action(other_account, "other-account"), action(home, "home")],
            facts: vec![
                fact("detail-request-id", "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a"),
                fact("detail-code", "AADSTS50105"),
                fact(
                    "detail-correlation-id",
                    "7c1b1c1e-52f0-4a54-8f5c-62a1de09f4ad",
                ),
                fact("detail-time", "2026-11-21 11:57:00 UTC"),
            ],
        };
        let (missing, items) = missing_permission(site);
        let consent = Self {
            status: site.text("kind-permission"),
            heading: site.language.text(&missing),
            sentence: site.language.text(&missing.attribute("sentence")),
            advice: String::new(),
            items,
            ..refused.clone()
        };
        let number = "401: Unauthorized".to_owned();
        let unauthorized = Self {
            status: Some(number).filter(|_| site.developer).unwrap_or_default(),
            heading: site.text("problem-not-signed-in"),
            sentence: part("problem-not-signed-in", "sentence"),
            advice: String::new(),
            actions: Vec::new(),
            facts: Vec::new(),
            ..refused.clone()
        };
        let outage = outage_sample(site, &refused);
        vec![
            ("outage", outage),
            ("refused", refused),
            ("consent", consent),
            ("unauthorized", unauthorized),
        ]
    }
}

/// What lacks consent: its scopes for developers, its name for everybody else.
fn missing_permission(site: &SampleSite) -> (Message, Vec<String>) {
    if site.developer {
        let scopes = ["User.Read", "Mail.Read"].map(str::to_owned);
        return (Message::new("problem-consent-required"), scopes.to_vec());
    }
    let message = Message::new("problem-permission-missing");
    (message.with("name", "Microsoft Graph"), Vec::new())
}

/// An outage on a public page.
fn outage_sample(site: &SampleSite, other: &Problem) -> Problem {
    let part = |id, attribute| site.language.text(&Message::new(id).attribute(attribute));
    Problem {
        frame: Frame {
            reload: Some(5),
            ..site.public("problem-authority-unavailable")
        },
        status: site.text("kind-soon"),
        heading: site.text("problem-authority-unavailable"),
        sentence: part("problem-authority-unavailable", "sentence"),
        advice: part("problem-authority-unavailable", "advice"),
        actions: vec![Action {
            href: String::new(),
            label: site.text("try-again"),
        }],
        ..other.clone()
    }
}

impl Sampled for Unbranded {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let page = |id, again: bool| {
            let heading = Message::new(id);
            Self {
                heading: site.language.text(&heading),
                sentence: site.language.text(&heading.attribute("sentence")),
                again,
                request_id: "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a".to_owned(),
                frame: Frame {
                    accent: "grey",
                    reload: again.then_some(60),
                    ..site.signed_out(id)
                },
            }
        };
        vec![
            ("unknown_host", page("problem-unknown-host", false)),
            ("not_ready", page("problem-not-ready", true)),
        ]
    }
}

impl Sampled for SignOut {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: site.signed_in("sign-out"),
            csrf: "c2FtcGxl".to_owned(),
            return_to: String::new(),
        };
        let going_on = Self {
            return_to: format!("{SAMPLE_PREFIX}/reports"),
            ..page.clone()
        };
        vec![("asks", page), ("asks_and_goes_on", going_on)]
    }
}

impl Sampled for SignedOut {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: site.signed_out("signed-out"),
            sentence: site.text("signed-out-here-only"),
            onward: String::new(),
        };
        let going_on = Self {
            onward: format!("{SAMPLE_PREFIX}/reports"),
            ..page.clone()
        };
        vec![("here_only", page), ("going_on", going_on)]
    }
}
