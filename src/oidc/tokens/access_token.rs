//! The checks of an access token that a caller brings for an API of ours (RFC 9068 §4, Microsoft's access token
//! reference), after the signature was verified.
//!
//! Owns what makes a token an access token, and whom it speaks for. Plain providers may mark their access tokens with
//! `typ` (RFC 9068 §2.1). Microsoft's and many others do not, so an unmarked token must show a permission, and must have
//! nothing that belongs to an ID token. No setting turns a check off.

use serde_json::Value;

use crate::domain::caller::BearerCaller;
use crate::domain::identity::{Claims, Identity, PersonBy};
use crate::domain::issuer::{IssuerRefusal, TokenOrigin};
use crate::oidc::tokens::id_token::{self, Expected, IdTokenFault, Signed};

/// Claims that only ID tokens have; an older provider may put `nonce` into access tokens that it marks as such.
const OF_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// The check that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessTokenFault {
    /// A check that ID tokens have too.
    #[error("{0}")]
    Claim(#[from] IdTokenFault),
    /// `aud` names no audience of the route.
    #[error("aud is missing or another API's")]
    Audience,
    /// An ID token, a logout token, a refresh token, or a token without any permission.
    #[error("the token is no access token")]
    NotAnAccessToken,
    /// `cnf`: the token counts only with a proof of its key (RFC 7800 §3, RFC 9449 §7.1).
    #[error("the token is bound to a key, so it is no bearer token")]
    Bound,
    /// The token says that it is a program's and that a person gave it permissions.
    #[error("the token speaks for a program and for a person at once")]
    Contradictory,
}

/// What a verified token says, and how long.
#[derive(Debug)]
pub(crate) struct ReadAccessToken {
    pub(crate) caller: BearerCaller,
    pub(crate) audiences: Vec<String>,
    /// `exp`, in seconds since 1970; clock skew is not included.
    pub(crate) expires: f64,
}

/// What the authority is like, besides its issuer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Issuing<'a> {
    pub(crate) microsoft: bool,
    pub(crate) person: PersonBy<'a>,
}

/// All checks but the audience, which the route decides. `is_marked`: the header says `at+jwt`.
pub(crate) fn read(
    token: &Signed,
    is_marked: bool,
    expected: &Expected<'_>,
    issuing: Issuing<'_>,
) -> Result<ReadAccessToken, AccessTokenFault> {
    let claims = &token.claims;
    issuer(token, expected)?;
    id_token::cloud(token, expected)?;
    let expires = id_token::expiry(claims, expected)?;
    id_token::not_before(claims, expected)?;
    if claims.contains_key("iat") {
        id_token::issued_at(claims, expected)?;
    }
    id_token::subject(claims)?;
    if claims.contains_key("cnf") {
        return Err(AccessTokenFault::Bound);
    }
    let speaks = Speaks::of(claims, issuing.microsoft)?;
    is_access_token(claims, is_marked, &speaks)?;
    if !speaks.app_only {
        // A program's token comes from no user flow.
        id_token::user_flow(claims, expected)?;
    }
    let identity = Identity::from_claims(claims, issuing.person).ok_or(IdTokenFault::Nobody)?;
    Ok(ReadAccessToken {
        caller: BearerCaller {
            identity,
            client: speaks.client,
            scopes: speaks.scopes,
            app_only: speaks.app_only,
        },
        audiences: audiences(claims).ok_or(AccessTokenFault::Audience)?,
        expires,
    })
}

/// What is worth knowing before a key is looked up: a token of another issuer, or one that has expired, causes no fetch.
pub(crate) fn could_be_ours(
    claims: &Claims,
    expected: &Expected<'_>,
) -> Result<(), AccessTokenFault> {
    let unsigned = Signed {
        claims: claims.clone(),
        key_issuer: None,
        key_cloud: None,
    };
    issuer(&unsigned, expected)?;
    id_token::expiry(claims, expected)?;
    Ok(())
}

/// The version of an access token is the API's choice, not the endpoint's: v1 tokens have another issuer.
fn issuer(token: &Signed, expected: &Expected<'_>) -> Result<(), IdTokenFault> {
    let text = |name: &str| token.claims.get(name).and_then(Value::as_str);
    let origin = TokenOrigin {
        iss: text("iss").ok_or(IssuerRefusal::Token)?,
        tid: text("tid"),
        key_issuer: token.key_issuer.as_deref(),
    };
    Ok(expected
        .policy
        .accept_access_token(expected.trusted, origin)?)
}

/// `aud` as a list; `None` if it is missing, empty or no text (RFC 7519 §4.1.3).
pub(crate) fn audiences(claims: &Claims) -> Option<Vec<String>> {
    match claims.get("aud")? {
        Value::String(one) => Some(vec![one.clone()]),
        Value::Array(several) if !several.is_empty() => several
            .iter()
            .map(|one| one.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// Whom a token speaks for, and what it permits.
struct Speaks {
    client: Option<String>,
    scopes: Vec<String>,
    app_only: bool,
}

impl Speaks {
    fn of(claims: &Claims, microsoft: bool) -> Result<Self, AccessTokenFault> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let names: &[&str] = if microsoft {
            &["azp", "appid"]
        } else {
            &["client_id", "azp", "cid", "appid"]
        };
        let client = names.iter().find_map(|name| text(name));
        let scopes = scopes(claims);
        let app_only = match text("idtyp") {
            Some(kind) => kind == "app",
            // Microsoft: without idtyp, an app-only token has no scp, and oid and sub are both its service principal.
            None if microsoft => {
                let principal = text("oid").is_some() && text("oid") == text("sub");
                scopes.is_empty() && client.is_some() && principal
            }
            // RFC 9068 §2.2: without a resource owner, sub identifies the client.
            None => client.is_some_and(|client| {
                let sub = text("sub").unwrap_or_default();
                sub == client || sub.strip_suffix("@clients") == Some(client)
            }),
        };
        if microsoft && app_only && !scopes.is_empty() {
            return Err(AccessTokenFault::Contradictory);
        }
        Ok(Self {
            client: client.map(str::to_owned),
            scopes,
            app_only,
        })
    }
}

/// `scp` or `scope`: words in one text, or a list.
fn scopes(claims: &Claims) -> Vec<String> {
    match claims.get("scp").or_else(|| claims.get("scope")) {
        Some(Value::String(words)) => words.split_ascii_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(list)) => {
            let texts = list.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// RFC 8725 §3.11, §3.12: a token for another use is refused, also where nothing but its claims tells the use.
fn is_access_token(
    claims: &Claims,
    is_marked: bool,
    speaks: &Speaks,
) -> Result<(), AccessTokenFault> {
    let says = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    // Keycloak and Cognito tell the use of a token in a claim.
    let use_in_claims = match (says("typ"), says("token_use")) {
        (typ, "") if typ.eq_ignore_ascii_case("bearer") => Some(true),
        ("", "access") => Some(true),
        ("", "") => None,
        _ => Some(false),
    };
    if use_in_claims == Some(false) || claims.contains_key("events") {
        return Err(AccessTokenFault::NotAnAccessToken);
    }
    if is_marked || use_in_claims == Some(true) {
        return Ok(());
    }
    let of_id_token = OF_ID_TOKENS.iter().any(|name| claims.contains_key(*name));
    let has_roles = claims.get("roles").is_some_and(Value::is_array);
    let permitted = !speaks.scopes.is_empty() || (speaks.app_only && has_roles);
    if of_id_token || !permitted {
        return Err(AccessTokenFault::NotAnAccessToken);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
