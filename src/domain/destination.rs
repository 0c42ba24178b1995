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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::domain::profile::testing::entra;

    fn profile() -> Profile {
        Profile {
            hosts: vec![PublicUrl::parse("https://orders.example").unwrap()],
            ..entra()
        }
    }

    #[test]
    fn a_sign_in_leads_to_a_listed_host_and_to_no_other() {
        for (text, location) in [
            ("/a?b=c", "/a?b=c"),
            ("https://app.example/a", "/a"),
            ("https://orders.example/a", "https://orders.example/a"),
        ] {
            let destination = Destination::parse(text, &profile()).unwrap();
            assert_eq!(destination.location(), location);
        }
        for text in [
            "",
            "//evil.example",
            "https://evil.example/",
            "https://orders.example.evil.example/",
            "http://orders.example/",
            "https://orders.example/auth/sign_in",
        ] {
            assert_eq!(Destination::parse(text, &profile()), None, "{text}");
        }
    }

    #[test]
    fn a_target_that_is_named_twice_or_in_two_ways_counts_for_nothing() {
        let named = |pairs: &[(&str, &str)]| {
            let named = Destination::named(pairs.iter().copied(), &profile());
            named.map(|destination| destination.location())
        };
        let here = Some("/a".to_owned());
        assert_eq!(named(&[(RETURN_TO, "/a")]), here);
        assert_eq!(named(&[(RD, "/a"), ("x", "/b")]), here);
        assert_eq!(named(&[(RD, "/a"), (RETURN_TO, "/a")]), here);
        assert_eq!(named(&[(RD, "/a"), (RETURN_TO, "/b")]), None);
        assert_eq!(named(&[(RD, "/a"), (RD, "/a")]), None);
        assert_eq!(named(&[(RD, "/a"), (RETURN_TO, "//evil.example")]), None);
        assert_eq!(named(&[("x", "/a")]), None);
    }
}
