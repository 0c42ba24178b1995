//! The address of a profile, its redirect path, and the tolerated clock skew.

use std::time::Duration;

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::shortened;
use crate::domain::own_path::{DEFAULT_REDIRECT_PATH, OwnPath};
use crate::domain::public_url::PublicUrl;

/// Longest redirect URI that Microsoft registers, in characters.
const LONGEST_REDIRECT_URI: usize = 256;

/// Tolerance for the authority's clock when a profile says nothing.
const CLOCK_SKEW: Duration = Duration::from_mins(2);

/// The most that a profile may tolerate; a token that expired longer ago is always refused.
const LONGEST_CLOCK_SKEW: Duration = Duration::from_mins(5);

impl ProfileReader<'_, '_> {
    pub(super) fn public_url(&mut self, file: &ProfileFile) -> Option<PublicUrl> {
        const RIGHT: &str = "the address that people type, such as https://staff.contoso.example or https://contoso.example/staff";
        if file.public_url.is_none() {
            self.problems.missing("public_url", RIGHT);
        }
        let written = file.public_url.as_ref()?;
        if !self.is_usable("public_url", written, RIGHT) {
            return None;
        }
        match PublicUrl::parse(written.get()) {
            Ok(url) => Some(url),
            Err(fault) => {
                let span = written.span();
                self.problems
                    .error("public_url", &span, fault.to_string(), RIGHT);
                None
            }
        }
    }

    pub(super) fn redirect_path(
        &mut self,
        file: &ProfileFile,
        public_url: Option<&PublicUrl>,
    ) -> Option<String> {
        let Some(written) = &file.redirect_path else {
            return (!self.problems.was_faulty("redirect_path"))
                .then(|| DEFAULT_REDIRECT_PATH.to_owned());
        };
        let right = format!("a path such as {DEFAULT_REDIRECT_PATH:?} or \"/getAToken\"");
        if !self.is_usable("redirect_path", written, &right) {
            return None;
        }
        let path = written.get();
        let whole = public_url.map_or(0, |url| url.join(path).chars().count());
        let what = if let Some(fault) = fault_in_path(path) {
            fault
        } else if whole > LONGEST_REDIRECT_URI {
            format!(
                "makes a redirect URI of {whole} characters; {LONGEST_REDIRECT_URI} can be registered"
            )
        } else {
            return Some(path.clone());
        };
        self.problems
            .error("redirect_path", &written.span(), what, right);
        None
    }

    pub(super) fn clock_skew(&mut self, file: &ProfileFile) -> Option<Duration> {
        if file.clock_skew.is_none() {
            return Some(CLOCK_SKEW);
        }
        let skew = self.duration("clock_skew", &file.clock_skew, "120s")?;
        if skew <= LONGEST_CLOCK_SKEW {
            return Some(skew);
        }
        let span = file.clock_skew.as_ref()?.span();
        self.problems.error(
            "clock_skew",
            &span,
            "is more than 300s",
            "at most \"300s\"; a clock that differs more must be corrected",
        );
        None
    }
}

fn fault_in_path(path: &str) -> Option<String> {
    let Some(rest) = path.strip_prefix('/') else {
        let start = shortened(path);
        return Some(format!("{start:?} does not begin with a slash"));
    };
    if rest.is_empty() {
        return Some("is the home page, which cannot be the redirect path".to_owned());
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let plain = |segment: &str| {
        !segment.is_empty() && segment != "." && segment != ".." && segment.bytes().all(allowed)
    };
    if !rest.split('/').all(plain) {
        return Some(
            "must consist of segments of letters, digits, '-', '_', '.' and '~'".to_owned(),
        );
    }
    OwnPath::is_reserved(path).then(|| {
        "is an address that gatehouse or another product uses for its own purpose".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_redirect_paths_of_the_samples_and_seeds_are_free() {
        for path in [
            "/redirect",
            "/getAToken",
            "/auth/redirect",
            "/auth_response",
            "/signin-oidc",
        ] {
            assert_eq!(fault_in_path(path), None, "{path}");
        }
    }

    #[test]
    fn a_redirect_path_is_none_of_our_own_addresses_and_has_plain_segments() {
        for path in [
            "/",
            "",
            "redirect",
            "//evil.example",
            "/a//b",
            "/a/",
            "/a/../b",
            "/a%2fb",
            "/a?b",
            "/a;b",
            "/ä",
            "/login",
            "/auth/sign_in",
            "/Auth/Sign_In",
            "/auth/call_api/graph",
            "/.auth/login/aad/callback",
            "/.auth",
        ] {
            assert!(fault_in_path(path).is_some(), "{path}");
        }
    }
}
