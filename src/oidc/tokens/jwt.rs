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

/// What a token is for; a token for one use is refused for another (RFC 8725 §3.11, §3.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenUse {
    /// OIDC Core §2.
    Id,
    /// Back-Channel Logout §2.4.
    Logout,
    /// OIDC Core §5.3.2, a signed userinfo answer.
    Userinfo,
}

impl TokenUse {
    /// Whether `typ` fits, compared as in RFC 7515 §4.1.9.
    fn accepts_type(self, typ: Option<&str>) -> bool {
        let Some(typ) = typ else {
            return true;
        };
        let typ = typ.to_ascii_lowercase();
        let short = typ.strip_prefix("application/").unwrap_or(&typ);
        short == "jwt" || (self == Self::Logout && short == "logout+jwt")
    }
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
        let (algorithm, key_id) = check_header(&object(header)?, kind, algorithms)?;
        let wrong_signature = signature.is_empty() || URL_SAFE_NO_PAD.decode(signature).is_err();
        if wrong_signature {
            return Err(JwtRefusal::Parts);
        }
        let claims = object(payload)?;
        one_spelling(&claims)?;
        Ok(Self {
            algorithm,
            key_id,
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
fn one_spelling(claims: &Claims) -> Result<(), JwtRefusal> {
    let other_spelling = |name: &String| {
        DECIDING
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
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!(
            "{}.{}.{}",
            encode(header),
            encode(claims),
            encode("signature")
        )
    }

    fn refusal(header: &str, claims: &str, kind: TokenUse) -> Option<JwtRefusal> {
        Jwt::parse(&token(header, claims), kind, &SigningAlgorithm::ALL).err()
    }

    // proves: B86
    #[test]
    fn none_hmac_and_unknown_algorithms_are_refused() {
        for alg in [
            "none", "nOnE", "NONE", "", "HS256", "HS512", "RSA1_5", "ES256K", "rs256", "RS512",
            "EdDSA",
        ] {
            let header = format!(r#"{{"alg":"{alg}"}}"#);
            assert_eq!(
                refusal(&header, "{}", TokenUse::Id),
                Some(JwtRefusal::Algorithm),
                "{alg}"
            );
        }
        for header in ["{}", r#"{"alg":null}"#, r#"{"alg":["RS256"]}"#] {
            assert_eq!(
                refusal(header, "{}", TokenUse::Id),
                Some(JwtRefusal::Algorithm)
            );
        }
    }

    // proves: B43, B153
    #[test]
    fn an_algorithm_that_the_profile_does_not_list_is_refused() {
        let text = token(r#"{"alg":"ES256"}"#, "{}");
        let refused = Jwt::parse(&text, TokenUse::Id, &[SigningAlgorithm::Rs256]).err();
        assert_eq!(refused, Some(JwtRefusal::Algorithm));
    }

    // proves: B38, B88, B91
    #[test]
    fn extensions_nesting_and_encryption_are_refused() {
        for (header, expected) in [
            (r#"{"alg":"RS256","crit":["b64"]}"#, JwtRefusal::Extension),
            (r#"{"alg":"RS256","crit":null}"#, JwtRefusal::Extension),
            (r#"{"alg":"RS256","b64":false}"#, JwtRefusal::Extension),
            (r#"{"alg":"RS256","zip":"DEF"}"#, JwtRefusal::Extension),
            (r#"{"alg":"RS256","cty":"JWT"}"#, JwtRefusal::Type),
            (r#"{"alg":"RS256","alg":"none"}"#, JwtRefusal::Json),
        ] {
            assert_eq!(
                refusal(header, "{}", TokenUse::Id),
                Some(expected),
                "{header}"
            );
        }
        let five = format!("{}.x.y", token(r#"{"alg":"RS256"}"#, "{}"));
        for text in [five.as_str(), "", "a", "a.b", "..", "a.b.c.d"] {
            assert!(Jwt::parse(text, TokenUse::Id, &SigningAlgorithm::ALL).is_err());
        }
    }

    // proves: B96
    #[test]
    fn a_token_of_another_type_is_no_id_token() {
        for typ in [
            "at+jwt",
            "application/at+jwt",
            "logout+jwt",
            "dpop+jwt",
            "x",
        ] {
            let header = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
            assert_eq!(
                refusal(&header, "{}", TokenUse::Id),
                Some(JwtRefusal::Type),
                "{typ}"
            );
        }
        for typ in ["JWT", "jwt", "application/jwt"] {
            let header = format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#);
            assert_eq!(refusal(&header, "{}", TokenUse::Id), None, "{typ}");
        }
        let logout = r#"{"alg":"RS256","typ":"logout+jwt"}"#;
        assert_eq!(refusal(logout, "{}", TokenUse::Logout), None);
    }

    // proves: B92
    #[test]
    fn a_doubled_claim_or_one_in_other_case_is_refused() {
        for claims in [
            r#"{"tid":"a","TID":"b"}"#,
            r#"{"tid":"a","tid":"b"}"#,
            r#"{"Nonce":"x"}"#,
            r#"{"sub":"\ud800"}"#,
            "[]",
            "{} {}",
        ] {
            assert_eq!(
                refusal(r#"{"alg":"RS256"}"#, claims, TokenUse::Id),
                Some(JwtRefusal::Json),
                "{claims}"
            );
        }
        let latin = format!(
            "{}.{}.AAAA",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#),
            URL_SAFE_NO_PAD.encode(b"{\"sub\":\"\xe4\"}")
        );
        assert_eq!(
            Jwt::parse(&latin, TokenUse::Id, &SigningAlgorithm::ALL).err(),
            Some(JwtRefusal::Json)
        );
    }

    // proves: B95
    #[test]
    fn an_overlong_kid_is_refused_and_key_addresses_are_ignored() {
        let long = format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "x".repeat(10_000));
        assert_eq!(refusal(&long, "{}", TokenUse::Id), Some(JwtRefusal::KeyId));
        let addresses = r#"{"alg":"RS256","kid":"../../etc","jku":"http://evil.example","x5u":"http://evil.example","jwk":{},"x5c":[]}"#;
        assert_eq!(refusal(addresses, "{}", TokenUse::Id), None);
    }

    #[test]
    fn the_largest_token_and_the_longest_kid_are_read_and_no_larger_ones() {
        let (head, fill) = (0..4)
            .map(|spaces| token(r#"{"alg":"RS256"}"#, &format!("{{}}{}", " ".repeat(spaces))))
            .map(|text| (LARGEST - text.len(), text))
            .find_map(|(fill, text)| (fill % 4 == 0).then_some((text, fill)))
            .unwrap();
        let largest = head + &"A".repeat(fill);
        let parse = |text: &str| Jwt::parse(text, TokenUse::Id, &SigningAlgorithm::ALL).err();
        assert_eq!(parse(&largest), None);
        assert_eq!(parse(&format!("{largest}A")), Some(JwtRefusal::TooLarge));
        let with_kid = |length| format!(r#"{{"alg":"RS256","kid":"{}"}}"#, "k".repeat(length));
        assert_eq!(refusal(&with_kid(512), "{}", TokenUse::Id), None);
        let refused = refusal(&with_kid(513), "{}", TokenUse::Id);
        assert_eq!(refused, Some(JwtRefusal::KeyId));
    }

    proptest::proptest! {
        // proves: B88
        #[test]
        fn no_text_makes_the_gate_panic(text in ".{0,200}") {
            let _ = Jwt::parse(&text, TokenUse::Id, &SigningAlgorithm::ALL).is_ok();
        }

        // proves: B92
        #[test]
        fn no_header_or_claims_make_the_gate_panic(header in ".{0,80}", claims in ".{0,80}") {
            let _ = refusal(&header, &claims, TokenUse::Logout).is_none();
        }

        #[test]
        fn an_accepted_token_has_a_listed_algorithm_and_signs_its_own_bytes(
            alg in "RS256|PS256|ES256|none|HS256|RS384", typ in "JWT|logout\\+jwt|at\\+jwt",
            more in "|,\"crit\":\\[\\]|,\"alg\":\"RS256\"|,\"cty\":\"JWT\"|,\"kid\":\"x\"|,\"kid\":7",
            tid in "|\"tid\":\"a\"|\"TID\":\"a\"|\"tid\":\"a\",\"tid\":\"a\"|\"x\":1,\"X\":2",
            padding in proptest::option::weighted(0.1, 48_000..50_000_usize),
        ) {
            let header = format!(r#"{{"alg":"{alg}","typ":"{typ}"{more}}}"#);
            let claims = format!("{{{tid}}}{}", " ".repeat(padding.unwrap_or_default()));
            let text = token(&header, &claims);
            if let Ok(jwt) = Jwt::parse(&text, TokenUse::Id, &SigningAlgorithm::ALL) {
                proptest::prop_assert!(text.len() <= LARGEST);
                proptest::prop_assert!(["RS256", "PS256", "ES256"].contains(&alg.as_str()) && typ == "JWT");
                proptest::prop_assert!(more.is_empty() || more == ",\"kid\":\"x\"");
                proptest::prop_assert!(!tid.contains("TID") && tid.matches("tid").count() <= 1);
                proptest::prop_assert_eq!(format!("{}.{}", jwt.signed, jwt.signature), text);
            }
        }
    }
}
