//! `X-Auth-Assertion`: a JWT (RFC 7519) with which an upstream proves for itself who the caller is.
//!
//! It is signed with ES256, names the route as its audience, lives for a minute and is sent again until half of its life has
//! passed: a signature costs as much as ten checks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::domain::clock::Timestamp;
use crate::domain::identity::Claims;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::public_url::PublicUrl;
use crate::domain::route::Route;
use crate::seal::SigningKeys;

/// How long an assertion lives, unless the session ends before.
const LIFE: TimeDelta = TimeDelta::seconds(60);
/// After so long a new one is made.
const RENEWED_AFTER: TimeDelta = TimeDelta::seconds(30);
/// `iat` and `nbf` lie so far back, for upstreams whose clocks are behind.
const BACKDATED: TimeDelta = TimeDelta::seconds(10);

/// Base64 of the 64 bytes of a signature.
const SIGNATURE_LENGTH: usize = 86;

/// The upstream that learns who the caller is, and from which profile.
#[derive(Debug, Clone, Copy)]
pub struct Addressee<'a> {
    /// The profile.
    pub profile: &'a ProfileId,
    /// Where people reach the profile: the issuer of assertions.
    pub public_url: &'a PublicUrl,
    /// Whether the profile vouches for the addresses of its user flows.
    pub flows_verify_emails: bool,
    /// The route to the upstream.
    pub route: &'a Route,
}

impl<'a> Addressee<'a> {
    /// The upstream of a profile's route.
    pub fn of(profile: &'a Profile, route: &'a Route) -> Self {
        Self {
            profile: &profile.id,
            public_url: &profile.public_url,
            flows_verify_emails: profile.allow.flows_verify_emails,
            route,
        }
    }

    /// The audience of assertions: the origin and the path of the route.
    fn audience(&self) -> String {
        let scheme = if self.public_url.is_https() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}{}", self.route.host, self.route.path)
    }
}

/// Signs the assertions of one profile at one moment.
#[derive(Debug)]
pub struct Signer<'a> {
    /// The keys of the profile.
    pub keys: &'a SigningKeys,
    /// Random bits for `jti`.
    pub nonce: [u8; 16],
    /// The time.
    pub now: Timestamp,
    /// When the caller's session or token ends.
    pub until: Timestamp,
}

impl Signer<'_> {
    /// When an assertion that is signed now must be replaced.
    pub fn renew_at(&self) -> Timestamp {
        (self.now + RENEWED_AFTER).min(self.until)
    }

    /// The claims that every assertion to this upstream has.
    pub fn base_claims(&self, to: Addressee<'_>) -> Claims {
        let issued = (self.now - BACKDATED).timestamp();
        let expires = (self.now + LIFE).min(self.until).timestamp();
        let claims = json!({
            "iss": to.public_url.join(""),
            "aud": to.audience(),
            "iat": issued,
            "nbf": issued,
            "exp": expires,
            "jti": URL_SAFE_NO_PAD.encode(self.nonce),
            "profile": to.profile.as_str(),
        });
        match claims {
            Value::Object(claims) => claims,
            _ => Claims::new(),
        }
    }

    fn head(&self) -> String {
        let head = json!({ "typ": "JWT", "alg": "ES256", "kid": self.keys.id() });
        URL_SAFE_NO_PAD.encode(head.to_string())
    }

    /// The length of an assertion with these claims.
    pub fn length(&self, claims: &Claims) -> usize {
        let payload = Value::from(claims.clone()).to_string().len();
        self.head().len() + payload.div_ceil(3) * 4 + SIGNATURE_LENGTH + 2
    }

    /// The assertion (RFC 7515 §7.1).
    pub fn sign(&self, claims: Claims) -> Option<String> {
        let payload = URL_SAFE_NO_PAD.encode(Value::from(claims).to_string());
        let message = format!("{}.{payload}", self.head());
        let signature = self.keys.sign(message.as_bytes())?;
        Some(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}
