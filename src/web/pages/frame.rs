//! What surrounds every page: whose page it is, who is signed in, and how it looks.
//!
//! It does not decide who is signed in; its caller does.

use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::shown::{Href, Label, Sentence};

/// The surroundings of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// The profile's title, shown at the top and in the window's title.
    pub profile_title: Label,
    /// The path prefix of the profile without a trailing slash: `""` or `"/staff"`.
    pub base: BasePath,
    /// Whether there is a home page to lead to.
    pub has_home: bool,
    /// Who is signed in, if that is known.
    pub account: Option<AccountView>,
    /// Where the sign-in button at the top leads; without it there is none.
    pub sign_in: Option<Href>,
    /// The colour of buttons and marks.
    pub accent: Accent,
    /// The customer's own mark in place of ours. Its origin must stand in the page's `img-src`.
    pub logo: Option<Href>,
    /// Where people find help.
    pub support: Option<Href>,
}

impl Frame {
    /// A frame for somebody who is not signed in, with a sign-in button that leads home again.
    pub fn signed_out(profile_title: &str, base: BasePath) -> Self {
        let sign_in = base.join("/auth/sign_in");
        Self {
            sign_in: Some(sign_in),
            ..Self::bare(profile_title, base)
        }
    }

    /// A frame for a signed-in person.
    pub fn signed_in(profile_title: &str, base: BasePath, name: &str) -> Self {
        let account = AccountView {
            name: Label::new(name),
            sign_out_href: base.join("/auth/sign_out"),
        };
        Self {
            account: Some(account),
            ..Self::bare(profile_title, base)
        }
    }

    /// A frame that says nothing about signing in: nobody knows, or there is nothing to sign in to.
    pub fn bare(profile_title: &str, base: BasePath) -> Self {
        Self {
            profile_title: Label::new(profile_title),
            base,
            has_home: true,
            account: None,
            sign_in: None,
            accent: Accent::default(),
            logo: None,
            support: None,
        }
    }

    /// The frame for an address that belongs to no profile.
    pub fn nowhere() -> Self {
        Self {
            has_home: false,
            ..Self::bare("gatehouse", BasePath::default())
        }
    }
}

/// The frames of the samples.
impl Frame {
    pub(super) fn sample_signed_out() -> Self {
        Self {
            support: Href::parse("https://help.contoso.example/").ok(),
            ..Self::signed_out("Contoso staff", BasePath::new("/staff"))
        }
    }

    pub(super) fn sample_signed_in() -> Self {
        Self {
            logo: Href::parse("/auth/assets/0000000000000000.svg").ok(),
            ..Self::signed_in("Contoso staff", BasePath::new("/staff"), "Ada Lovelace")
        }
    }

    pub(super) fn sample_bare() -> Self {
        Self::bare("Contoso staff", BasePath::new("/staff"))
    }
}

/// Who is signed in, as the top of the page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    /// The person's name.
    pub name: Label,
    /// Where the sign-out button leads.
    pub sign_out_href: Href,
}

/// The path below which a profile's addresses lie: empty, or `/` and segments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct BasePath(String);

impl BasePath {
    /// Reads the path of a profile's public address; a trailing slash does not matter.
    /// A path that could lead to another site is taken for the root.
    pub fn new(path: &str) -> Self {
        let trimmed = path.trim_end_matches('/');
        match Href::parse(trimmed) {
            Ok(href) if href.as_str().starts_with('/') => Self(trimmed.to_owned()),
            _ => Self::default(),
        }
    }

    /// The address of `path`, which begins with a slash, at this profile.
    pub fn join(&self, path: &str) -> Href {
        let address = format!("{}/{}", self.0, path.trim_start_matches('/'));
        Href::parse(&address).unwrap_or_else(|_| Href::home())
    }

    /// The prefix itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The colours that a profile can choose from.
///
/// Configuration never holds a colour value: each of these is a class of the stylesheet whose
/// contrast is tested in light and dark (WCAG 2.2 §1.4.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accent {
    /// Violet-blue, the default.
    #[default]
    Indigo,
    /// Blue.
    Blue,
    /// Blue-green.
    Teal,
    /// Green.
    Green,
    /// Brown-orange.
    Amber,
    /// Red.
    Crimson,
    /// Purple.
    Plum,
    /// Grey.
    Graphite,
}

impl Accent {
    /// Every accent, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::Indigo,
        Self::Blue,
        Self::Teal,
        Self::Green,
        Self::Amber,
        Self::Crimson,
        Self::Plum,
        Self::Graphite,
    ];

    /// The word that stands in a profile and in the class name `accent-…`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Indigo => "indigo",
            Self::Blue => "blue",
            Self::Teal => "teal",
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Crimson => "crimson",
            Self::Plum => "plum",
            Self::Graphite => "graphite",
        }
    }
}

/// A word that names no accent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an accent: choose indigo, blue, teal, green, amber, crimson, plum or graphite")]
pub struct UnknownAccent;

impl FromStr for Accent {
    type Err = UnknownAccent;

    fn from_str(word: &str) -> Result<Self, UnknownAccent> {
        Self::ALL
            .into_iter()
            .find(|accent| accent.name() == word)
            .ok_or(UnknownAccent)
    }
}

impl Serialize for Accent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A sentence above the content of a page.
#[derive(Debug, Clone, Serialize)]
pub struct Notice {
    /// How it is meant.
    pub tone: Tone,
    /// What it says.
    pub text: Sentence,
}

/// How a notice or a state is meant; shown by an icon and a colour.
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

/// A way on from a page that stopped somebody.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// What the button says.
    pub label: Label,
    /// Where it leads. It must be safe to follow more than once: it is a link, not a form.
    pub href: Href,
}

impl Action {
    /// A button that leads to `href`.
    pub fn new(label: &str, href: Href) -> Self {
        Self {
            label: Label::new(label),
            href,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_has_no_trailing_slash() {
        assert_eq!(BasePath::new("/").as_str(), "");
        assert_eq!(BasePath::new("").as_str(), "");
        assert_eq!(BasePath::new("/staff/").as_str(), "/staff");
        assert_eq!(
            BasePath::new("/staff").join("/auth/sign_in").as_str(),
            "/staff/auth/sign_in"
        );
    }

    #[test]
    fn a_base_path_never_leads_to_another_site() {
        for hostile in [
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "javascript:alert(1)",
        ] {
            assert_eq!(BasePath::new(hostile).as_str(), "", "{hostile}");
        }
        assert_eq!(
            BasePath::default().join("//evil.example").as_str(),
            "/evil.example"
        );
    }

    #[test]
    fn an_accent_is_one_of_a_fixed_list() {
        for accent in Accent::ALL {
            assert_eq!(accent.name().parse(), Ok(accent));
        }
        assert_eq!(
            "red;background:url(x)".parse::<Accent>(),
            Err(UnknownAccent)
        );
    }
}
