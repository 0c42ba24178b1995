//! What surrounds every page: whose page it is, who is signed in, and how it looks.
//!
//! It does not decide who is signed in; its caller does.

use serde::Serialize;

use super::shown::Label;
use crate::domain::profile::{Accent, Branding};

/// The surroundings of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The profile's title, shown at the top and in the window's title.
    profile_title: Label,
    /// The path prefix of the profile without a trailing slash: `""` or `"/staff"`.
    base: String,
    /// Who is signed in, if that is known.
    account: Option<Label>,
    /// Whether there is a sign-in button at the top.
    sign_in: bool,
    /// The colour of buttons and marks: a class of the stylesheet, never a colour value from a profile.
    accent: &'static str,
    /// The customer's own mark in place of ours. Its origin must stand in the page's `img-src`.
    logo: Option<String>,
    /// Where people find help.
    support: Option<String>,
}

impl Frame {
    /// A frame that says nothing about signing in: nobody knows who is signed in, or it does not matter.
    pub fn bare(profile_title: &str, base: &str) -> Self {
        Self {
            profile_title: Label::new(profile_title),
            base: base.to_owned(),
            account: None,
            sign_in: false,
            accent: Accent::default().as_str(),
            logo: None,
            support: None,
        }
    }

    /// The same for somebody who is not signed in: with a sign-in button.
    #[must_use]
    pub fn signed_out(self) -> Self {
        Self {
            sign_in: true,
            ..self
        }
    }

    /// The same for a signed-in person.
    #[must_use]
    pub fn signed_in(self, name: &str) -> Self {
        Self {
            account: Some(Label::new(name)),
            ..self
        }
    }

    /// The same in a profile's own looks. Its links were checked when the profile was read.
    #[must_use]
    pub fn branded(self, branding: &Branding) -> Self {
        Self {
            accent: branding.accent.as_str(),
            logo: branding.logo.clone(),
            support: branding.support.clone(),
            ..self
        }
    }
}

/// The frames of the samples.
impl Frame {
    pub(super) fn sample_bare() -> Self {
        Self::bare("Contoso staff", "/staff")
    }

    pub(super) fn sample_signed_out() -> Self {
        let support = Some("https://help.contoso.example/".to_owned());
        Self {
            support,
            ..Self::sample_bare().signed_out()
        }
    }

    pub(super) fn sample_signed_in() -> Self {
        let logo = Some("/logo.svg".to_owned());
        Self {
            logo,
            ..Self::sample_bare().signed_in("Ada Lovelace")
        }
    }
}

/// How a state is meant; shown by a colour, and never by the colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// For information.
    Info,
    /// Something worked.
    Good,
    /// Something needs attention.
    Caution,
    /// Something failed.
    Bad,
}
