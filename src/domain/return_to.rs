//! `ReturnTo`: a path on this site that it is safe to send a browser to.
//!
//! The one validator for every address that a request names as a target.

use url::Url;

use crate::domain::own_path::OwnPath;
use crate::domain::public_url::PublicUrl;

/// The parameter of our addresses that holds the target.
pub const RETURN_TO: &str = "return_to";

/// Bytes; longer targets would not fit into a `state` that every authority carries.
const LONGEST: usize = 2_048;

/// A local path with its query, beginning with exactly one slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// The home page of a profile.
    pub fn home(profile: &PublicUrl) -> Self {
        Self(OwnPath::Home.under(profile))
    }

    /// Accepts a path below the profile, or a complete address of the profile's own origin, which is reduced to
    /// its path. `None` for anything that a browser, after its own way of reading (WHATWG URL), might take
    /// elsewhere.
    pub fn parse(text: &str, profile: &PublicUrl, redirect_path: &str) -> Option<Self> {
        if text.len() > LONGEST
            || text
                .chars()
                .any(|letter| letter.is_control() || letter == '\\' || !letter.is_ascii())
        {
            return None;
        }
        let path = if text.starts_with('/') {
            text.to_owned()
        } else {
            own_origin(text, profile)?
        };
        let path_only = path.split(['?', '#']).next().unwrap_or_default();
        let decoded = percent_decoded(path_only)?;
        is_plain(path_only).then_some(())?;
        is_plain(&decoded).then_some(())?;
        let resolved = resolve(&path, profile)?;
        let below = profile.strip(resolved.path())?;
        // Routing decodes letters that are percent-encoded without need.
        let below = percent_decoded(below)?;
        let ours = below == redirect_path || !OwnPath::may_return_to(&below);
        let fragmentless = path.split('#').next().unwrap_or_default();
        (!ours).then(|| Self(fragmentless.to_owned()))
    }

    /// The path with its query.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.0.split('?').next().unwrap_or_default()
    }

    /// A target that was accepted before and came back sealed.
    pub fn stored(text: String) -> Option<Self> {
        (text.starts_with('/') && !text.starts_with("//") && !text.contains('\\'))
            .then_some(Self(text))
    }
}

/// One slash at the start, no backslash and no control character anywhere, and no dot segment that ends in `//`.
fn is_plain(path: &str) -> bool {
    let mut rest = path.chars();
    let starts = rest.next() == Some('/') && !matches!(rest.next(), Some('/' | '\\'));
    let clean = !path
        .chars()
        .any(|letter| letter.is_control() || letter == '\\');
    let mut segments = path.split('/');
    let dotted = segments.any(|segment| {
        let name = segment.split(';').next().unwrap_or_default();
        name == "." || name == ".."
    });
    starts && clean && !(dotted && path.contains("//"))
}

/// One round of percent-decoding; `None` if it does not give text.
fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Reads the path as a browser would, against the profile's origin; the origin must still be ours.
fn resolve(path: &str, profile: &PublicUrl) -> Option<Url> {
    let origin = Url::parse(&profile.origin()).ok()?;
    let resolved = origin.join(path).ok()?;
    (resolved.origin() == origin.origin() && !resolved.path().starts_with("//")).then_some(resolved)
}

/// The path of a complete address of our own origin, user name and all else refused.
fn own_origin(text: &str, profile: &PublicUrl) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let expected = if profile.is_https() { "https" } else { "http" };
    (scheme.eq_ignore_ascii_case(expected) && !rest.starts_with('/') && !rest.contains('@'))
        .then_some(())?;
    let url = Url::parse(text).ok()?;
    let origin = Url::parse(&profile.origin()).ok()?;
    (url.origin() == origin.origin() && url.username().is_empty() && url.password().is_none())
        .then_some(())?;
    // The bytes as given, not as normalised: what is checked is what is sent.
    let at = rest.find(['/', '?', '#']);
    let path = at.and_then(|at| rest.get(at..)).unwrap_or("/");
    Some(if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> PublicUrl {
        PublicUrl::parse("https://app.example.com").unwrap()
    }

    fn parse(text: &str) -> Option<String> {
        ReturnTo::parse(text, &app(), "/auth/redirect").map(|target| target.0)
    }

    // proves: C2
    #[test]
    fn a_path_of_ours_is_kept_byte_for_byte() {
        for good in [
            "/app?x=1&y=%2F",
            "/",
            "/a//b",
            "/path?next=//evil.example",
            "/path;//evil.example",
            "/%252f%252fevil.example",
        ] {
            assert_eq!(parse(good).as_deref(), Some(good), "{good}");
        }
    }

    #[test]
    fn a_complete_address_of_our_origin_is_reduced_to_its_path() {
        for (text, path) in [
            ("https://app.example.com/a?b=1", "/a?b=1"),
            ("https://APP.example.com:443/", "/"),
            ("https://app.example.com:0443/x", "/x"),
            ("https://app.example.com", "/"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(path), "{text}");
        }
    }

    #[test]
    fn every_hostile_target_of_the_list_is_refused() {
        let list = include_str!("../../tests/data/hostile_return_to.txt");
        let mut seen = 0;
        for line in list
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("# "))
        {
            let text = line
                .replace("<TAB>", "\t")
                .replace("<LF>", "\n")
                .replace("<CR>", "\r")
                .replace("<NUL>", "\0")
                .replace("<VT>", "\u{b}")
                .replace("<FF>", "\u{c}")
                .replace("<SP>", " ");
            assert_eq!(parse(&text), None, "{line}");
            seen += 1;
        }
        assert!(seen > 80, "the list is there: {seen}");
    }

    // proves: C21
    #[test]
    fn our_own_journeys_are_refused_as_targets() {
        for path in [
            "/auth/sign_in",
            "/auth/sign_in?return_to=/",
            "/auth/redirect?code=x",
            "/auth/sign_out",
            "/logout",
            "/x/../auth/sign_in",
            "/%61uth/sign_in",
            "/auth/%72edirect?code=x",
        ] {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    // proves: C23
    #[test]
    fn a_path_outside_the_profiles_prefix_is_refused() {
        let staff = PublicUrl::parse("https://app.example.com/staff").unwrap();
        let parse = |text| ReturnTo::parse(text, &staff, "/auth/redirect");
        assert!(parse("/staff/reports").is_some());
        for path in ["/customers/", "/staffroom", "/", "/staff/../customers"] {
            assert_eq!(parse(path), None, "{path}");
        }
    }

    #[test]
    fn a_target_has_at_most_2_048_bytes() {
        let longest = format!("/{}", "x".repeat(LONGEST - 1));
        assert_eq!(parse(&longest).as_deref(), Some(longest.as_str()));
        assert_eq!(parse(&format!("{longest}x")), None);
    }

    #[test]
    fn a_stored_target_is_a_local_path_or_nothing() {
        let stored = |text: &str| ReturnTo::stored(text.to_owned());
        assert_eq!(stored("/a?b=//c").unwrap().as_str(), "/a?b=//c");
        for foreign in ["", "a", "//evil.example", "/\\evil.example", "https://x"] {
            assert_eq!(stored(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_home_page_of_a_profile_is_its_prefix() {
        let staff = PublicUrl::parse("https://app.example.com/staff").unwrap();
        assert_eq!(ReturnTo::home(&staff).as_str(), "/staff/");
        assert_eq!(ReturnTo::home(&app()).as_str(), "/");
    }

    proptest::proptest! {
        // proves: C28
        #[test]
        fn whatever_is_accepted_stays_on_our_origin(text in "[/\\\\.:@?#%a-z0-9;&= \t\n-]{0,40}") {
            if let Some(target) = ReturnTo::parse(&text, &app(), "/auth/redirect") {
                let origin = Url::parse("https://app.example.com").unwrap();
                let resolved = origin.join(target.as_str()).unwrap();
                proptest::prop_assert_eq!(resolved.origin(), origin.origin());
            }
        }

        #[test]
        fn what_is_accepted_lies_below_the_prefix_and_begins_no_flow(
            parts in proptest::collection::vec(
                "/|//|\\\\|staff|auth|sign_in|sign_out|redirect|login|\\.|\\.\\.|%2e|%2f|%5c|%61uth|%|;|\\?|#|@|:|https://app.example.com|http:|x|é|\t",
                1..12,
            ),
            padding in proptest::option::weighted(0.1, 2_000..2_100_usize),
        ) {
            let staff = PublicUrl::parse("https://app.example.com/staff").unwrap();
            let text = parts.concat() + &"y".repeat(padding.unwrap_or_default());
            for prefix in ["", "/staff"] {
                let text = format!("{prefix}{text}");
                let Some(target) = ReturnTo::parse(&text, &staff, "/auth/redirect") else {
                    continue;
                };
                let resolved = Url::parse("https://app.example.com").unwrap().join(target.as_str()).unwrap();
                let below = resolved.path().strip_prefix("/staff").unwrap();
                proptest::prop_assert!(below.is_empty() || below.starts_with('/'));
                let decoded = percent_decoded(below).unwrap();
                proptest::prop_assert!(decoded != "/auth/redirect" && OwnPath::may_return_to(&decoded));
                proptest::prop_assert!(target.as_str().len() <= LONGEST);
                // It survives its way through `state`.
                proptest::prop_assert_eq!(ReturnTo::stored(target.as_str().to_owned()), Some(target));
            }
        }
    }

    #[test]
    fn a_control_character_or_backslash_in_the_query_does_not_split_the_header() {
        let url = PublicUrl::parse("https://app.example").unwrap();
        for text in [
            "/a?b=\r\nSet-Cookie:x",
            "/a?b=\u{0}",
            "/a?b=\\evil",
            "/a?b=\u{e9}",
        ] {
            assert_eq!(
                ReturnTo::parse(text, &url, "/auth/callback"),
                None,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_target_has_a_path_without_its_query() {
        let url = PublicUrl::parse("https://app.example").unwrap();
        let target = ReturnTo::parse("/a/b?c=d?e", &url, "/auth/callback").unwrap();
        assert_eq!(target.path(), "/a/b");
    }
}
