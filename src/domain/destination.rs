//! Destination: where a sign-in or a sign-out leads in the end, at this host or at another host of the same profile.

use crate::domain::profile::Profile;
use crate::domain::public_url::PublicUrl;
use crate::domain::return_to::{RETURN_TO, ReturnTo};

/// What ingress-nginx calls [`RETURN_TO`].
pub const RD: &str = "rd";

/// Where a sign-in or a sign-out leads in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A path at the host that was asked.
    Here(ReturnTo),
    /// A path at another address of the profile: its `public_url` or one of its `hosts`.
    At(PublicUrl, ReturnTo),
}

impl Destination {
    /// The address for a `Location` header: a path at this host, a complete address at another one.
    pub fn location(&self) -> String {
        match self {
            Self::Here(target) => target.as_str().to_owned(),
            Self::At(host, target) => format!("{}{}", host.origin(), target.as_str()),
        }
    }

    /// Reads a target with the rules of [`ReturnTo::parse`]: a path is one of this host; a complete address is one of any
    /// host of the profile. `None` for anything else, such as an address of a host that is not listed.
    pub fn parse(text: &str, profile: &Profile) -> Option<Self> {
        let at = |url: &PublicUrl| ReturnTo::parse(text, url, &profile.redirect_path);
        if let Some(here) = at(&profile.public_url) {
            return Some(Self::Here(here));
        }
        if text.starts_with('/') {
            return None;
        }
        profile
            .addresses()
            .find_map(|url| Some(Self::At(url.clone(), at(url)?)))
    }

    /// The destination that parameters name as `return_to` or as `rd`. Both may be there if they name the same one;
    /// otherwise neither counts, and neither does one that occurs twice.
    pub fn named<'a>(
        parameters: impl Iterator<Item = (&'a str, &'a str)>,
        profile: &Profile,
    ) -> Option<Self> {
        let mut seen: Vec<&str> = Vec::new();
        let mut named: Option<Self> = None;
        for (name, text) in parameters.filter(|(name, _)| [RETURN_TO, RD].contains(name)) {
            let destination = Self::parse(text, profile)?;
            let other = named.as_ref().is_some_and(|named| *named != destination);
            if seen.contains(&name) || other {
                return None;
            }
            seen.push(name);
            named = Some(destination);
        }
        named
    }
}
