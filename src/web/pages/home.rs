//! The home page of a profile, signed out and signed in.

use serde::Serialize;

use super::Page;
use super::frame::Frame;
use super::shown::{Label, Sentence};

/// What a signed-out visitor sees, or a signed-in person with everything they can do here.
#[derive(Debug, Clone, Serialize)]
pub struct Home {
    /// The surroundings. Signed in or not is decided by its account alone.
    pub frame: Frame,
    /// The account's e-mail address or user name, when it says more than the name.
    pub username: Option<Label>,
    /// The APIs that this profile can call.
    pub apis: Vec<ApiLink>,
    /// Whether the profile's authority offers a page to edit one's profile.
    pub edit_profile: bool,
    /// Whether the profile's authority offers a page to reset a password.
    pub reset_password: bool,
    /// What a developer must register, for a profile at a loopback address only.
    pub developer: Option<DeveloperHint>,
}

/// One API on the home page.
#[derive(Debug, Clone, Serialize)]
pub struct ApiLink {
    /// Its name in addresses.
    pub name: String,
    /// Its title.
    pub title: Label,
    /// Its host.
    pub host: Option<Label>,
}

/// The addresses that must stand in the application's registration.
#[derive(Debug, Clone, Serialize)]
pub struct DeveloperHint {
    /// The redirect address.
    pub redirect_uri: Sentence,
    /// The address that the authority calls when the person signs out elsewhere.
    pub sign_out_uri: Sentence,
}

impl Home {
    /// The home page without APIs and without round trips.
    pub fn new(frame: Frame) -> Self {
        Self {
            frame,
            username: None,
            apis: Vec::new(),
            edit_profile: false,
            reset_password: false,
            developer: None,
        }
    }
}

impl Page for Home {
    const TEMPLATE: &'static str = "home.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let api = |name: &str, title: &str, host: Option<&str>| ApiLink {
            name: name.to_owned(),
            title: title.into(),
            host: host.map(Label::from),
        };
        let developer = DeveloperHint {
            redirect_uri: "http://localhost:8080/staff/auth/redirect".into(),
            sign_out_uri: "http://localhost:8080/staff/auth/front_channel_logout".into(),
        };
        let full = Self {
            username: Some("ada@contoso.example".into()),
            apis: vec![
                api("graph", "Microsoft Graph", Some("graph.microsoft.com")),
                api("orders", "Orders", None),
            ],
            edit_profile: true,
            reset_password: true,
            ..Self::new(Frame::sample_signed_in())
        };
        let for_developer = Self {
            reset_password: true,
            developer: Some(developer),
            ..Self::new(Frame::sample_signed_out())
        };
        vec![
            ("signed_out", Self::new(Frame::sample_signed_out())),
            ("signed_out_developer", for_developer),
            ("signed_in", full),
            (
                "signed_in_without_apis",
                Self::new(Frame::sample_signed_in()),
            ),
        ]
    }
}
