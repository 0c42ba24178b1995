//! The pages for somebody who may not go on yet, or not at all: not signed in, not allowed, consent missing.

use serde::Serialize;

use super::Page;
use super::frame::Frame;
use super::shown::{Href, Label, Sentence};

/// The page with status 401.
#[derive(Debug, Clone, Serialize)]
pub struct Unauthorized {
    /// The surroundings; its sign-in button is the way on.
    pub frame: Frame,
    /// Where to sign in so as to return to the page that was asked for.
    pub sign_in_href: Href,
}

/// Tells a signed-in person that this account may not enter, with status 403.
#[derive(Debug, Clone, Serialize)]
pub struct NotAllowed {
    /// The surroundings.
    pub frame: Frame,
    /// The account that was refused.
    pub account: Label,
    /// Why, in a sentence for the person.
    pub reason: Sentence,
    /// Where to sign in with another account.
    pub switch_href: Href,
    /// The id of this request in the log.
    pub request_id: Label,
}

/// Tells that an API cannot be called before somebody consents.
#[derive(Debug, Clone, Serialize)]
pub struct ConsentNeeded {
    /// The surroundings.
    pub frame: Frame,
    /// The API that was to be called.
    pub api: Option<Label>,
    /// The scopes that are not granted.
    pub scopes: Vec<Label>,
    /// Where the person can consent; without it only an administrator can.
    pub consent_href: Option<Href>,
    /// Where an administrator can consent, if the authority has such a page.
    pub admin_consent_href: Option<Href>,
    /// The id of this request in the log.
    pub request_id: Label,
}

impl Page for Unauthorized {
    const TEMPLATE: &'static str = "unauthorized.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample_signed_out();
        let sign_in_href = frame
            .base
            .join("/auth/sign_in?return_to=%2Fauth%2Ftoken_details");
        vec![(
            "asks_to_sign_in",
            Self {
                frame,
                sign_in_href,
            },
        )]
    }
}

impl Page for NotAllowed {
    const TEMPLATE: &'static str = "not_allowed.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample_signed_in();
        let switch_href = frame.base.join("/auth/sign_in?prompt=select_account");
        vec![(
            "role_missing",
            Self {
                frame,
                account: "ada@contoso.example".into(),
                reason: "Your account does not have the role Orders.Read, which this application asks for."
                    .into(),
                switch_href,
                request_id: "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a".into(),
            },
        )]
    }
}

impl Page for ConsentNeeded {
    const TEMPLATE: &'static str = "consent_needed.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample_signed_in();
        let consent_href = frame.base.join("/auth/sign_in?prompt=consent");
        let by_person = Self {
            frame,
            api: Some("graph".into()),
            scopes: vec!["User.Read".into(), "Mail.Read".into()],
            consent_href: Some(consent_href),
            admin_consent_href: None,
            request_id: "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a".into(),
        };
        let by_administrator = Self {
            consent_href: None,
            admin_consent_href: Href::parse(
                "https://login.microsoftonline.com/72f988bf-0000-0000-0000-000000000000/v2.0/adminconsent?client_id=6731de76",
            )
            .ok(),
            ..by_person.clone()
        };
        let nowhere = Self {
            admin_consent_href: None,
            api: None,
            ..by_administrator.clone()
        };
        vec![
            ("by_person", by_person),
            ("by_administrator", by_administrator),
            ("by_administrator_elsewhere", nowhere),
        ]
    }
}
