//! Pages that say how something ended: a problem, and sign-out before and after it.

use serde::Serialize;

use crate::domain::own_path::OwnPath;
use crate::web::pages::layout::{AssetNames, Frame, SAMPLE_PREFIX};
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

    /// Asks before signing out.
    SignOut, "sign_out.html" {
        /// The token that proves that the form came from this page.
        csrf: String,
    }

    /// Says that the session ended.
    SignedOut, "signed_out.html" {
        /// What ended, and what may not have ended.
        sentence: String,
    }
}

/// A link.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// Where the link leads: a local path.
    pub href: String,
    /// The words of the link.
    pub label: &'static str,
}

/// A detail for the support team.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// What the value is.
    pub label: &'static str,
    /// The value.
    pub value: String,
}

impl Sampled for Problem {
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
        let other_account = format!("{}?other_account=1", OwnPath::SignIn.below(SAMPLE_PREFIX));
        let home = OwnPath::Home.below(SAMPLE_PREFIX);
        let action = |href, label| Action { href, label };
        let fact = |label, value: &str| Fact {
            label,
            value: value.to_owned(),
        };
        let refused = Self {
            frame: Frame::signed_out_sample(assets, "You are not assigned to this application"),
            status: "Sign-in not completed".to_owned(),
            heading: "You are not assigned to this application".to_owned(),
            sentence: "Only people who are assigned to this application have access. Ask your administrator to assign you.".to_owned(),
            advice: "You are signed in at the sign-in service, but not here.".to_owned(),
            items: Vec::new(),
            actions: vec![action(other_account, "Use another account"), action(home, "Home")],
            facts: vec![
                fact("Request id", "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a"),
                fact("Code", "AADSTS50105"),
                fact("Correlation id", "7c1b1c1e-52f0-4a54-8f5c-62a1de09f4ad"),
                fact("Time", "2026-11-21 11:57:00 UTC"),
            ],
        };
        let consent = Self {
            status: "Permission missing".to_owned(),
            heading: "The API cannot be called yet".to_owned(),
            sentence: "The application needs these permissions to call the API, and they were not granted.".to_owned(),
            advice: String::new(),
            items: vec!["User.Read".to_owned(), "Mail.Read".to_owned()],
            ..refused.clone()
        };
        let unauthorized = Self {
            status: "401: Unauthorized".to_owned(),
            heading: "You are not signed in".to_owned(),
            sentence: "Visiting this page requires you to be authenticated.".to_owned(),
            advice: String::new(),
            actions: Vec::new(),
            facts: Vec::new(),
            ..refused.clone()
        };
        vec![
            ("refused", refused),
            ("consent", consent),
            ("unauthorized", unauthorized),
        ]
    }
}

impl Sampled for SignOut {
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
        vec![(
            "asks",
            Self {
                frame: Frame::signed_in_sample(assets, "Sign out"),
                csrf: "c2FtcGxl".to_owned(),
            },
        )]
    }
}

impl Sampled for SignedOut {
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
        let sentence = "Your session here has ended. You may still be signed in at the sign-in service. On a shared computer, close the browser.";
        vec![(
            "here_only",
            Self {
                frame: Frame::signed_out_sample(assets, "Signed out"),
                sentence: sentence.to_owned(),
            },
        )]
    }
}
