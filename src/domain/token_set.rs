//! `TokenSet`: what the authority gave the gateway for one session.

use std::time::Duration;

use crate::domain::api::{Api, ApiName};
use crate::domain::clock::Timestamp;
use crate::domain::secret::{AccessToken, IdToken, RefreshToken};

/// An access token is refreshed this long before it expires, so that it does not expire on its way.
const EARLY: Duration = Duration::from_mins(5);
/// Life of an access token whose response does not say (RFC 6749 §5.1 recommends saying it).
pub const UNSTATED_LIFETIME: Duration = Duration::from_mins(5);
/// No token is believed to live longer: keeps absurd values from overflowing.
pub const LONGEST_LIFETIME: Duration = Duration::from_hours(90 * 24);

/// One access token and what it is for.
#[derive(Debug, Clone)]
pub struct AccessGrant {
    /// The API it was asked for; `None` for an authority whose one token serves all.
    pub api: Option<ApiName>,
    /// The token.
    pub token: AccessToken,
    /// Scopes as granted; empty when the response does not say.
    pub scopes: Vec<String>,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it should be refreshed although it still works (`refresh_in`).
    pub refresh_at: Timestamp,
}

/// What a token response states about the lifetime of its access token (RFC 6749 §5.1).
#[derive(Debug, Clone, Copy, Default)]
pub struct StatedLifetime {
    /// `expires_in`.
    pub expires_in: Option<Duration>,
    /// `refresh_in`, which only Microsoft sends: when to refresh.
    pub refresh_in: Option<Duration>,
}

/// How usable a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Use it.
    Fresh,
    /// Refresh it; if the refresh fails for a temporary reason, use it.
    Due,
    /// Refresh it first.
    Expired,
}

impl AccessGrant {
    /// Works out the moments from a lifetime counted from `now`. A short-lived token is due at half its life.
    pub fn new(
        api: Option<ApiName>,
        token: AccessToken,
        scopes: Vec<String>,
        now: Timestamp,
        lifetime: StatedLifetime,
    ) -> Self {
        let life = lifetime
            .expires_in
            .unwrap_or(UNSTATED_LIFETIME)
            .min(LONGEST_LIFETIME);
        let early = life.saturating_sub(EARLY.min(life / 2));
        let due = lifetime
            .refresh_in
            .map_or(early, |wanted| wanted.min(early));
        Self {
            api,
            token,
            scopes,
            expires_at: now + life,
            refresh_at: now + due,
        }
    }

    /// How usable it is at `now`.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        if now >= self.expires_at {
            Freshness::Expired
        } else if now >= self.refresh_at {
            Freshness::Due
        } else {
            Freshness::Fresh
        }
    }

    /// Scopes of `api` that were said not to be granted. A response that says nothing grants what was asked
    /// (RFC 6749 §5.1).
    pub fn ungranted<'a>(&self, api: &'a Api) -> Vec<&'a str> {
        if self.scopes.is_empty() {
            return Vec::new();
        }
        let granted = |scope: &&crate::domain::api::Scope| {
            self.scopes
                .iter()
                .any(|granted| scope.is_granted_as(granted))
        };
        let silent = ["openid", "profile", "email", "offline_access"];
        api.scopes
            .iter()
            .filter(|scope| {
                !silent.contains(&scope.as_str()) && !scope.as_str().ends_with("/.default")
            })
            .filter(|scope| !granted(scope))
            .map(crate::domain::api::Scope::as_str)
            .collect()
    }
}

/// The tokens of one session.
#[derive(Debug, Clone)]
pub struct TokenSet {
    /// The ID token as received: the hint at sign-out.
    pub id_token: IdToken,
    /// The one refresh token; it serves every API.
    pub refresh: Option<RefreshToken>,
    /// Access tokens, at most one for each API.
    pub access: Vec<AccessGrant>,
}

impl TokenSet {
    /// The access token for an API: its own, or the one that serves all.
    pub fn grant_for(&self, api: &ApiName) -> Option<&AccessGrant> {
        self.access
            .iter()
            .find(|grant| grant.api.as_ref() == Some(api))
            .or_else(|| self.access.iter().find(|grant| grant.api.is_none()))
    }

    /// Puts a token in the place of the one for the same API.
    pub fn replace(&mut self, grant: AccessGrant) {
        self.access.retain(|old| old.api != grant.api);
        self.access.push(grant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::{Clock, FixedClock};

    fn grant(life: Option<u64>, refresh: Option<u64>, now: Timestamp) -> AccessGrant {
        let seconds = |value: Option<u64>| value.map(Duration::from_secs);
        AccessGrant::new(
            None,
            AccessToken::new("a"),
            vec![],
            now,
            StatedLifetime {
                expires_in: seconds(life),
                refresh_in: seconds(refresh),
            },
        )
    }

    #[test]
    fn a_token_is_due_five_minutes_early_and_by_refresh_in() {
        let now = FixedClock::at(Timestamp::default()).now();
        let after = |seconds| now + Duration::from_secs(seconds);
        assert_eq!(
            grant(Some(3600), None, now).freshness(after(3299)),
            Freshness::Fresh
        );
        assert_eq!(
            grant(Some(3600), None, now).freshness(after(3300)),
            Freshness::Due
        );
        assert_eq!(
            grant(Some(3600), Some(1800), now).freshness(after(1800)),
            Freshness::Due
        );
        assert_eq!(
            grant(Some(3600), None, now).freshness(after(3600)),
            Freshness::Expired
        );
    }

    // proves: A79
    #[test]
    fn a_lifetime_unsaid_is_short_and_an_absurd_one_is_clamped() {
        let now = Timestamp::default();
        assert_eq!(grant(None, None, now).expires_at, now + UNSTATED_LIFETIME);
        assert_eq!(
            grant(Some(u64::MAX), None, now).expires_at,
            now + LONGEST_LIFETIME
        );
    }

    fn api(name: &str, scopes: &[&str]) -> Api {
        Api {
            name: ApiName::parse(name).unwrap(),
            title: name.to_owned(),
            endpoint: url::Url::parse("https://api.example").unwrap(),
            scopes: scopes
                .iter()
                .map(|scope| crate::domain::api::Scope::parse(scope).unwrap())
                .collect(),
        }
    }

    #[test]
    fn a_scope_that_the_answer_leaves_out_is_not_granted() {
        let api = api(
            "a",
            &["openid", "email", "api://a/.default", "Read", "Write"],
        );
        let mut token = grant(None, None, Timestamp::default());
        assert!(
            token.ungranted(&api).is_empty(),
            "nothing said, all granted"
        );
        token.scopes = vec!["openid".into(), "read".into()];
        assert_eq!(token.ungranted(&api), ["Write"]);
        token.scopes.push("https://graph.example/Write".into());
        assert!(token.ungranted(&api).is_empty());
    }

    #[test]
    fn a_token_of_one_api_is_sent_to_no_other_and_replaced_alone() {
        let of = |api: Option<&str>, token: &str| AccessGrant {
            api: api.map(|name| ApiName::parse(name).unwrap()),
            token: AccessToken::new(token),
            ..grant(None, None, Timestamp::default())
        };
        let mut tokens = TokenSet {
            id_token: IdToken::new("i"),
            refresh: None,
            access: vec![of(Some("a"), "1"), of(Some("b"), "2")],
        };
        let sent = |tokens: &TokenSet, name: &str| {
            let grant = tokens.grant_for(&ApiName::parse(name).unwrap());
            grant.map(|grant| grant.token.expose().to_owned())
        };
        assert_eq!(sent(&tokens, "a").as_deref(), Some("1"));
        assert_eq!(sent(&tokens, "b").as_deref(), Some("2"));
        assert_eq!(sent(&tokens, "c"), None);
        tokens.replace(of(Some("b"), "3"));
        assert_eq!(tokens.access.len(), 2);
        assert_eq!(sent(&tokens, "a").as_deref(), Some("1"));
        assert_eq!(sent(&tokens, "b").as_deref(), Some("3"));
        tokens.replace(of(None, "4"));
        assert_eq!(sent(&tokens, "c").as_deref(), Some("4"));
    }
}
