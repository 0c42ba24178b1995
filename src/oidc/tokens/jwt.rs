//! The form of a signed token (RFC 7515 §7.1), and the checks of its header before any key is used.
//!
//! Every JWT that the gateway reads passes these checks: listed algorithm, expected type, no `crit`, `zip` or `b64`, no
//! encryption, no nesting, no member twice. Nothing that a header names is ever fetched (RFC 8725 §3.10).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::domain::identity::Claims;
use crate::domain::profile::SigningAlgorithm;

/// Bytes of a token; an ID token with 200 groups is below 12 kB.
const LARGEST: usize = 64 * 1024;
/// Bytes of a `kid`.
const LONGEST_KEY_ID: usize = 512;

/// Claims that decide something: none may occur a second time in other letter case (RFC 8725 §3.7).
const DECIDING: [&str; 16] = [
    "iss", "sub", "aud", "azp", "exp", "nbf", "iat", "nonce", "tid", "oid", "tfp", "acr", "sid",
    "jti", "events", "at_hash",
];

/// The same for access tokens.
const DECIDING_FOR_CALLERS: [&str; 9] = [
    "scp",
    "scope",
    "roles",
    "groups",
    "idtyp",
    "appid",
    "client_id",
    "cid",
    "cnf",
];

/// What a token is for; a token for one use is refused for another (RFC 8725 §3.11, §3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// OIDC Core §2.
    Id,
    /// Back-Channel Logout §2.4.
    Logout,
    /// OIDC Core §5.3.2, a signed userinfo answer.
    Userinfo,
    /// RFC 9068, an access token for an API of ours.
    Access,
}

impl TokenUse {
    /// Whether `typ` fits, compared as in RFC 7515 §4.1.9.
    fn accepts_type(self, typ: Option<&str>) -> bool {
        let Some(typ) = typ else {
            return true;
        };
        match short_type(typ).as_str() {
            "jwt" => true,
            "logout+jwt" => self == Self::Logout,
            ACCESS_TOKEN => self == Self::Access,
            _ => false,
        }
    }
}

/// The type of an access token (RFC 9068 §2.1).
const ACCESS_TOKEN: &str = "at+jwt";

fn short_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
}

/// Why a token is refused before its signature is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwtRefusal {
    /// Larger than any legitimate token.
    #[error("the token is too large")]
    TooLarge,
    /// Not three parts of base64url: encrypted, nested, or no token.
    #[error("the token is no signed JWT in compact form")]
    Parts,
    /// Header or claims are no JSON object, or have a member twice.
    #[error("the token's header or claims are malformed")]
    Json,
    /// `alg` is not on the list (RFC 8725 §3.1).
    #[error("the token's alg is not accepted")]
    Algorithm,
    /// `typ` or `cty` name another type (RFC 8725 §3.11).
    #[error("the token is of another type")]
    Type,
    /// `crit`, `zip` or `b64` (RFC 7515 §4.1.11, RFC 8725 §3.6, RFC 7797 §6).
    #[error("the token's header has a member that is not supported")]
    Extension,
    /// `kid` is not text, or too long.
    #[error("the token's kid is malformed")]
    KeyId,
}

/// A token whose form and header were checked; its signature and claims were not.
pub(crate) struct Jwt<'a> {
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) key_id: Option<String>,
    /// Whether the header says that this is an access token.
    pub(crate) is_marked_access_token: bool,
    /// Header and claims as they were signed.
    pub(crate) signed: &'a str,
    /// The signature in base64url.
    pub(crate) signature: &'a str,
    pub(crate) claims: Claims,
}

impl<'a> Jwt<'a> {
    /// Parses a token and checks its header.
    pub(crate) fn parse(
        text: &'a str,
        kind: TokenUse,
        algorithms: &[SigningAlgorithm],
    ) -> Result<Self, JwtRefusal> {
        if text.len() > LARGEST {
            return Err(JwtRefusal::TooLarge);
        }
        let mut parts = text.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwtRefusal::Parts);
        };
        let signed = text
            .get(..header.len() + 1 + payload.len())
            .ok_or(JwtRefusal::Parts)?;
        let header = object(header)?;
        let (algorithm, key_id) = check_header(&header, kind, algorithms)?;
        let wrong_signature = signature.is_empty() || URL_SAFE_NO_PAD.decode(signature).is_err();
        if wrong_signature {
            return Err(JwtRefusal::Parts);
        }
        let claims = object(payload)?;
        one_spelling(&claims, &DECIDING)?;
        if kind == TokenUse::Access {
            one_spelling(&claims, &DECIDING_FOR_CALLERS)?;
        }
        let typ = header.get("typ").and_then(Value::as_str);
        Ok(Self {
            algorithm,
            key_id,
            is_marked_access_token: typ.is_some_and(|typ| short_type(typ) == ACCESS_TOKEN),
            signed,
            signature,
            claims,
        })
    }
}

fn check_header(
    header: &Map<String, Value>,
    kind: TokenUse,
    algorithms: &[SigningAlgorithm],
) -> Result<(SigningAlgorithm, Option<String>), JwtRefusal> {
    // RFC 8725 §3.1: the list is ours, the header only chooses from it.
    let algorithm = header
        .get("alg")
        .and_then(Value::as_str)
        .and_then(SigningAlgorithm::parse)
        .filter(|algorithm| algorithms.contains(algorithm))
        .ok_or(JwtRefusal::Algorithm)?;
    if ["crit", "zip", "b64", "enc"]
        .iter()
        .any(|name| header.contains_key(*name))
    {
        return Err(JwtRefusal::Extension);
    }
    let text = |name: &str| match header.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(()),
    };
    // Tokens of Microsoft Graph have a nonce here and are signed over its hash: nobody but Graph can verify them.
    if kind == TokenUse::Access && header.contains_key("nonce") {
        return Err(JwtRefusal::Type);
    }
    let typ = text("typ").map_err(|()| JwtRefusal::Type)?;
    if !kind.accepts_type(typ) || header.contains_key("cty") {
        return Err(JwtRefusal::Type);
    }
    let key_id = text("kid").map_err(|()| JwtRefusal::KeyId)?;
    if key_id.is_some_and(|key_id| key_id.len() > LONGEST_KEY_ID) {
        return Err(JwtRefusal::KeyId);
    }
    Ok((algorithm, key_id.map(str::to_owned)))
}

/// A part of the token as an object, each of whose members occurs once.
fn object(part: &str) -> Result<Map<String, Value>, JwtRefusal> {
    let bytes = URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| JwtRefusal::Parts)?;
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let members = reader
        .deserialize_map(OnceEach)
        .map_err(|_| JwtRefusal::Json)?;
    reader.end().map_err(|_| JwtRefusal::Json)?;
    Ok(members)
}

/// Refuses `tid` beside `TID`: another implementation could read the other one.
fn one_spelling(claims: &Claims, names: &[&str]) -> Result<(), JwtRefusal> {
    let other_spelling = |name: &String| {
        names
            .iter()
            .any(|deciding| name != deciding && name.eq_ignore_ascii_case(deciding))
    };
    if claims.keys().any(other_spelling) {
        Err(JwtRefusal::Json)
    } else {
        Ok(())
    }
}

/// Reads an object and refuses a member that occurs twice; `serde_json` itself would keep the last one.
struct OnceEach;

impl<'de> Visitor<'de> for OnceEach {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut members = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a member occurs twice"));
            }
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests;
