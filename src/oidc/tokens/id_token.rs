//! The checks of an ID token's claims (OIDC Core §3.1.3.7), one function each, after the signature was verified.
//!
//! Owns the rules and their order: [`id_token`] runs all of them at sign-in, [`refreshed`] those of OIDC Core §12.2.
//! No setting turns a check off.

use std::time::Duration;

use aws_lc_rs::{constant_time, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::domain::authority::{PolicyClaim, UserFlow};
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Claims, authenticated_at, is_identifier, object_of, subject_of};
use crate::domain::issuer::{IssuerPolicy, IssuerRefusal, TokenOrigin, TrustedIssuer};
use crate::domain::secret::{AccessToken, Nonce};

/// Seconds: the largest age of an ID token at sign-in, clock skew not included.
const FRESH: i64 = 600;
/// Seconds: the largest clock skew, whatever the profile sets.
const WIDEST_SKEW: i64 = 300;
/// The last second of the year 9999; a later time is refused.
const END_OF_TIME: f64 = 253_402_300_799.0;

/// The check that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenFault {
    /// `iss`, `tid` or the key's issuer.
    #[error("{0}")]
    Issuer(#[from] IssuerRefusal),
    /// `aud` is not this client alone.
    #[error("aud is not this client alone")]
    Audience,
    /// `azp` is another client.
    #[error("azp is another client")]
    AuthorizedParty,
    /// `exp` is missing, malformed or past.
    #[error("exp is missing, malformed or past")]
    Expired,
    /// `nbf` is malformed or to come.
    #[error("nbf is malformed or to come")]
    NotYetValid,
    /// `iat` is missing, malformed or to come.
    #[error("iat is missing, malformed or to come")]
    IssuedAt,
    /// `iat` is too long ago for a sign-in that just happened.
    #[error("iat is too long ago")]
    IssuedLongAgo,
    /// `nonce` is missing or another attempt's.
    #[error("nonce is missing or another attempt's")]
    Nonce,
    /// A claim names another user flow.
    #[error(
        "the claim {0} names another user flow; tfp, trustFrameworkPolicy and acr are read in this order"
    )]
    OtherUserFlow(&'static str),
    /// No claim names the user flow.
    #[error(
        "no claim names the user flow: the token has no tfp, trustFrameworkPolicy or acr (if the policies issue none, set user_flows.policy_claim = \"none\")"
    )]
    NoUserFlow,
    /// `at_hash` does not fit the access token.
    #[error("at_hash does not fit the access token")]
    AccessTokenHash,
    /// `sub` is missing or malformed.
    #[error("sub is missing or malformed")]
    Subject,
    /// `sub` is the same text for everybody, and there is no `oid`.
    #[error(
        "the token names no person: sub is the same text for everybody, and oid is missing; add the claim oid (User's Object ID) to the application claims of the user flow, or to the output claims of the policy"
    )]
    Nobody,
    /// `auth_time` is missing or too long ago for the `max_age` that was asked for.
    #[error("auth_time is missing or too long ago")]
    AuthenticationTime,
    /// The key belongs to another cloud.
    #[error("the signing key belongs to another cloud")]
    Cloud,
    /// The refreshed token is about another person, client or tenant than the first.
    #[error("the refreshed token differs from the first in {0}")]
    Changed(&'static str),
    /// A logout token's `events` (Back-Channel Logout §2.4).
    #[error("events is missing or names no back-channel logout")]
    Events,
    /// A logout token with a `nonce` (Back-Channel Logout §2.4).
    #[error("a logout token must not have a nonce")]
    NonceInLogout,
    /// A logout token without `jti`.
    #[error("jti is missing or malformed")]
    TokenId,
    /// A logout token with neither `sub` nor `sid`.
    #[error("the logout token names neither sub nor sid")]
    NobodyToLogOut,
}

/// What the claims of a token are checked against.
pub(crate) struct Expected<'a> {
    pub(crate) policy: &'a IssuerPolicy,
    pub(crate) trusted: &'a TrustedIssuer,
    pub(crate) user_flow: Option<&'a UserFlow>,
    pub(crate) policy_claim: PolicyClaim,
    pub(crate) client_id: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) skew: Duration,
    /// The cloud that the metadata names.
    pub(crate) cloud: Option<&'a str>,
}

impl Expected<'_> {
    fn skew(&self) -> i64 {
        i64::try_from(self.skew.as_secs())
            .unwrap_or(WIDEST_SKEW)
            .min(WIDEST_SKEW)
    }

    fn now(&self) -> f64 {
        seconds(self.now.timestamp())
    }

    /// Whether the moment, in seconds since 1970, is still to come, clock skew included.
    pub(crate) fn is_before(&self, moment: f64) -> bool {
        self.now() < moment + seconds(self.skew())
    }
}

/// A token whose signature was verified; its claims were not checked.
pub(crate) struct Signed {
    pub(crate) claims: Claims,
    pub(crate) key_issuer: Option<String>,
    pub(crate) key_cloud: Option<String>,
}

/// What belongs to one sign-in attempt.
pub(crate) struct Attempted<'a> {
    pub(crate) nonce: &'a Nonce,
    pub(crate) max_age: Option<u64>,
    pub(crate) access_token: Option<&'a AccessToken>,
}

/// All checks at sign-in.
pub(crate) fn id_token(
    token: &Signed,
    expected: &Expected<'_>,
    attempted: &Attempted<'_>,
) -> Result<(), IdTokenFault> {
    let claims = &token.claims;
    common(token, expected)?;
    person(claims)?;
    user_flow(claims, expected)?;
    issued_lately(claims, expected)?;
    nonce(claims, attempted.nonce)?;
    authentication_time(claims, expected, attempted.max_age)?;
    access_token_hash(claims, attempted.access_token)
}

/// All checks of an ID token in the answer to a refresh (OIDC Core §12.2).
pub(crate) fn refreshed(
    token: &Signed,
    expected: &Expected<'_>,
    first: &Claims,
    access_token: Option<&AccessToken>,
) -> Result<(), IdTokenFault> {
    common(token, expected)?;
    for name in ["iss", "sub"] {
        unchanged(&token.claims, first, name)?;
    }
    // A B2C policy may say less in a refresh.
    for name in ["tid", "oid"] {
        if token.claims.contains_key(name) {
            unchanged(&token.claims, first, name)?;
        }
    }
    // OIDC Core §12.2: there should be no nonce; if there is one, it must be the first one.
    if token.claims.contains_key("nonce") && first.contains_key("nonce") {
        unchanged(&token.claims, first, "nonce")?;
    }
    match user_flow(&token.claims, expected) {
        // The refresh token was redeemed at the endpoint of the user flow.
        Ok(()) | Err(IdTokenFault::NoUserFlow) => {}
        Err(fault) => return Err(fault),
    }
    access_token_hash(&token.claims, access_token)
}

fn common(token: &Signed, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let claims = &token.claims;
    issuer(token, expected)?;
    cloud(token, expected)?;
    audience(claims, expected.client_id)?;
    authorized_party(claims, expected.client_id)?;
    expiry(claims, expected)?;
    not_before(claims, expected)?;
    issued_at(claims, expected)?;
    subject(claims)
}

/// OIDC Core §3.1.3.7 (2); for Microsoft's kinds with `tid` and the key's issuer.
pub(crate) fn issuer(token: &Signed, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let text = |name: &str| token.claims.get(name).and_then(Value::as_str);
    let origin = TokenOrigin {
        iss: text("iss").ok_or(IssuerRefusal::Token)?,
        tid: text("tid"),
        key_issuer: token.key_issuer.as_deref(),
    };
    Ok(expected.policy.accept_token(expected.trusted, origin)?)
}

/// A key that names a cloud is not accepted for another (microsoft-identity 1.2).
pub(crate) fn cloud(token: &Signed, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    match (token.key_cloud.as_deref(), expected.cloud) {
        (Some(key), Some(metadata)) if key != metadata => Err(IdTokenFault::Cloud),
        _ => Ok(()),
    }
}

/// OIDC Core §3.1.3.7 (3): this client and no other.
pub(crate) fn audience(claims: &Claims, client_id: &str) -> Result<(), IdTokenFault> {
    let ours = match claims.get("aud") {
        Some(Value::String(aud)) => aud == client_id,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|aud| aud == client_id),
        _ => false,
    };
    ours.then_some(()).ok_or(IdTokenFault::Audience)
}

/// OIDC Core §3.1.3.7 (4, 5)
fn authorized_party(claims: &Claims, client_id: &str) -> Result<(), IdTokenFault> {
    match claims.get("azp") {
        None => Ok(()),
        Some(azp) if azp == client_id => Ok(()),
        Some(_) => Err(IdTokenFault::AuthorizedParty),
    }
}

/// OIDC Core §3.1.3.7 (9), RFC 7519 §4.1.4
pub(crate) fn expiry(claims: &Claims, expected: &Expected<'_>) -> Result<f64, IdTokenFault> {
    moment(claims, "exp")
        .ok()
        .flatten()
        .filter(|exp| expected.is_before(*exp))
        .ok_or(IdTokenFault::Expired)
}

/// RFC 7519 §4.1.5
pub(crate) fn not_before(claims: &Claims, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    match moment(claims, "nbf") {
        Ok(None) => Ok(()),
        Ok(Some(nbf)) if nbf <= expected.now() + seconds(expected.skew()) => Ok(()),
        _ => Err(IdTokenFault::NotYetValid),
    }
}

/// OIDC Core §2, §3.1.3.7 (10)
pub(crate) fn issued_at(claims: &Claims, expected: &Expected<'_>) -> Result<f64, IdTokenFault> {
    moment(claims, "iat")
        .ok()
        .flatten()
        .filter(|iat| *iat <= expected.now() + seconds(expected.skew()))
        .ok_or(IdTokenFault::IssuedAt)
}

/// OIDC Core §3.1.3.7 (10): the token of a sign-in that just happened must be new.
fn issued_lately(claims: &Claims, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let oldest = expected.now() - seconds(FRESH + expected.skew());
    match moment(claims, "iat") {
        Ok(Some(iat)) if iat >= oldest => Ok(()),
        _ => Err(IdTokenFault::IssuedLongAgo),
    }
}

/// OIDC Core §3.1.3.7 (11), compared in constant time.
fn nonce(claims: &Claims, expected: &Nonce) -> Result<(), IdTokenFault> {
    let same = claims
        .get("nonce")
        .and_then(Value::as_str)
        .is_some_and(|nonce| {
            constant_time::verify_slices_are_equal(nonce.as_bytes(), expected.expose().as_bytes())
                .is_ok()
        });
    same.then_some(()).ok_or(IdTokenFault::Nonce)
}

/// OIDC Core §3.1.3.7 (13), §3.1.2.1
fn authentication_time(
    claims: &Claims,
    expected: &Expected<'_>,
    max_age: Option<u64>,
) -> Result<(), IdTokenFault> {
    let Some(max_age) = max_age else {
        return Ok(());
    };
    let max_age = i64::try_from(max_age).unwrap_or(i64::MAX / 2);
    let oldest = expected.now() - seconds(max_age.saturating_add(expected.skew()));
    authenticated_at(claims)
        .filter(|time| (oldest..=END_OF_TIME).contains(time))
        .map(drop)
        .ok_or(IdTokenFault::AuthenticationTime)
}

/// OIDC Core §3.1.3.8. All our algorithms hash with SHA-256.
fn access_token_hash(claims: &Claims, token: Option<&AccessToken>) -> Result<(), IdTokenFault> {
    let (Some(claimed), Some(token)) = (claims.get("at_hash"), token) else {
        return Ok(());
    };
    let hash = digest::digest(&digest::SHA256, token.expose().as_bytes());
    let half = hash.as_ref().get(..16).unwrap_or_default();
    (claimed == &URL_SAFE_NO_PAD.encode(half))
        .then_some(())
        .ok_or(IdTokenFault::AccessTokenHash)
}

/// OIDC Core §2: at most 255 ASCII characters.
pub(crate) fn subject(claims: &Claims) -> Result<(), IdTokenFault> {
    claims
        .get("sub")
        .and_then(Value::as_str)
        .filter(|sub| is_identifier(sub, 255))
        .map(drop)
        .ok_or(IdTokenFault::Subject)
}

/// B2C policies may write one text into `sub` for everybody; then `oid` must name the person.
fn person(claims: &Claims) -> Result<(), IdTokenFault> {
    let named = subject_of(claims).or_else(|| object_of(claims));
    named.map(drop).ok_or(IdTokenFault::Nobody)
}

/// All user flows of a B2C tenant share issuer and audience: the first of `tfp`, `trustFrameworkPolicy` and `acr` that
/// the token has, else the issuer's path, must name the one that was requested (microsoft-identity 0.5, 1.7).
pub(crate) fn user_flow(claims: &Claims, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let Some(flow) = expected.user_flow else {
        return Ok(());
    };
    let read: &[&'static str] = match expected.policy_claim {
        PolicyClaim::Required => &["tfp", "trustFrameworkPolicy", "acr"],
        PolicyClaim::Absent => &["tfp", "trustFrameworkPolicy"],
    };
    let claimed = read
        .iter()
        .find_map(|name| Some((*name, claims.get(*name)?)));
    if let Some((name, claim)) = claimed {
        let fits = claim.as_str().is_some_and(|claim| flow.is_named(claim));
        return fits.then_some(()).ok_or(IdTokenFault::OtherUserFlow(name));
    }
    let mut path = claims
        .get("iss")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .split('/');
    let in_path = path.any(|segment| flow.is_named(segment));
    (in_path || expected.policy_claim == PolicyClaim::Absent)
        .then_some(())
        .ok_or(IdTokenFault::NoUserFlow)
}

fn unchanged(claims: &Claims, first: &Claims, name: &'static str) -> Result<(), IdTokenFault> {
    if claims.get(name) == first.get(name) {
        Ok(())
    } else {
        Err(IdTokenFault::Changed(name))
    }
}

/// A `NumericDate` (RFC 7519 §2) between 1970 and 9999; text is refused.
fn moment(claims: &Claims, name: &str) -> Result<Option<f64>, ()> {
    match claims.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_f64()
            .filter(|seconds| (0.0..=END_OF_TIME).contains(seconds))
            .map(Some)
            .ok_or(()),
    }
}

/// Exact for every date up to the year 9999.
#[expect(
    clippy::cast_precision_loss,
    reason = "below 2^53 for all dates that are accepted; beyond, only compared"
)]
fn seconds(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests;
