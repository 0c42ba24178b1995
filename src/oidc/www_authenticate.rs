//! Claims challenges of APIs: the `WWW-Authenticate` header in all its forms (RFC 9110 §11.6.1, microsoft-identity 6.2).
//!
//! Only the claims are used. The addresses in a challenge are never used: a hostile API could name any.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::oidc::authority_error::claims_object;

/// Bytes; a longer header field is ignored.
const LARGEST_FIELD: usize = 16 * 1024;

/// One challenge of a header field.
#[derive(Debug, Default, PartialEq, Eq)]
struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    fn parameter(&self, name: &str) -> Option<&str> {
        let found = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        let (_, value) = self.parameters.iter().find(found)?;
        Some(value)
    }
}

/// The claims that an API demands: a JSON object of at most 4 kB, as text. `fields` are all `WWW-Authenticate` fields
/// of its 401.
///
/// Claims count beside `insufficient_claims` in any letter case, and without any error. Beside another error, such as
/// `invalid_token`, they do not: such a token is refreshed once, without claims (microsoft-identity 6.2).
pub fn claims_challenge<'a>(fields: impl IntoIterator<Item = &'a str>) -> Option<String> {
    fields
        .into_iter()
        .filter(|field| field.len() <= LARGEST_FIELD)
        .flat_map(parse)
        .filter(|challenge| {
            ["bearer", "pop"].contains(&challenge.scheme.as_str())
                && challenge
                    .parameter("error")
                    .is_none_or(|error| error.eq_ignore_ascii_case("insufficient_claims"))
        })
        .find_map(|challenge| decode(challenge.parameter("claims")?))
}

/// Base64 as Microsoft sends it, or the JSON itself.
fn decode(claims: &str) -> Option<String> {
    let claims = claims.trim();
    if claims.starts_with('{') {
        return claims_object(claims);
    }
    // Either alphabet, with or without padding.
    let plain = claims
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    let bytes = URL_SAFE_NO_PAD.decode(plain).ok()?;
    claims_object(&String::from_utf8(bytes).ok()?)
}

/// All challenges of one field, parameters separated by commas or by spaces only.
fn parse(field: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = field;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return challenges;
        }
        let (word, after) = token(rest);
        if word.is_empty() {
            // Not a token (RFC 9110 §5.6.2): the rest cannot be parsed.
            return challenges;
        }
        let spaced = after.trim_start_matches([' ', '\t']);
        match (spaced.strip_prefix('='), challenges.last_mut()) {
            (Some(value), Some(challenge)) => {
                let (value, after) = parameter_value(value.trim_start_matches([' ', '\t']));
                challenge.parameters.push((word.to_owned(), value));
                rest = after;
            }
            (Some(_), None) => return challenges,
            (None, _) => {
                challenges.push(Challenge {
                    scheme: word.to_ascii_lowercase(),
                    parameters: Vec::new(),
                });
                rest = after;
            }
        }
    }
}

/// Splits a token off (RFC 9110 §5.6.2).
fn token(text: &str) -> (&str, &str) {
    let ends = |character: char| {
        !(character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(character))
    };
    let end = text.find(ends).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Splits a value off: a quoted string, JSON whose quotes are not escaped, or text up to the next separator.
fn parameter_value(text: &str) -> (String, &str) {
    if let Some(quoted) = text.strip_prefix('"') {
        if let Some((json, after)) = json_object(quoted) {
            return (json, after.strip_prefix('"').unwrap_or(after));
        }
        return quoted_string(quoted);
    }
    if let Some((json, after)) = json_object(text) {
        return (json, after);
    }
    let end = text.find([' ', '\t', ',']).unwrap_or(text.len());
    let (value, after) = text.split_at_checked(end).unwrap_or((text, ""));
    (value.to_owned(), after)
}

/// A JSON object at the beginning of the text, without escapes.
fn json_object(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('{') {
        return None;
    }
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let Some(Ok(Value::Object(_))) = stream.next() else {
        return None;
    };
    let (json, after) = text.split_at_checked(stream.byte_offset())?;
    Some((json.to_owned(), after))
}

/// The rest of a quoted string (RFC 9110 §5.6.4); without a closing quote it ends with the field.
fn quoted_string(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str =
        "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ==";
    const JSON: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#;

    fn of(field: &str) -> Option<String> {
        claims_challenge([field])
    }

    // proves: T11
    #[test]
    fn the_challenge_of_the_documentation_is_read() {
        let field = format!(
            r#"Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="{BASE64}""#
        );
        assert_eq!(of(&field).as_deref(), Some(JSON));
    }

    // proves: T11
    #[test]
    fn spaces_instead_of_commas_several_challenges_and_any_case_are_read() {
        for field in [
            format!(r#"Bearer realm="x" error="insufficient_claims" claims="{BASE64}""#),
            format!(r#"Basic realm="a, b", Bearer error="insufficient_claims",claims="{BASE64}""#),
            format!(r"Negotiate, BEARER Error=insufficient_claims, Claims={BASE64}"),
            format!(
                r#"Bearer realm="x", PoP nonce="n", error="insufficient_claims", claims="{BASE64}""#
            ),
            format!(
                r#"NTLM TlRMTVNTUAAC==, Bearer error="insufficient_claims", claims="{BASE64}""#
            ),
            format!(r#"Bearer error="Insufficient_Claims", claims="{BASE64}""#),
            format!(r#"Bearer realm="", claims="{BASE64}""#),
            format!("Bearer\terror = \"insufficient_claims\" ,, claims = \"{BASE64}\""),
            format!(r#"PoP realm="", error="Insufficient_Claims", claims="{BASE64}""#),
            format!(
                r#"Bearer authorization="https://x.example", client_id="c", resource_id="r", error="insufficient_claims", claims="{BASE64}""#
            ),
        ] {
            assert_eq!(of(&field).as_deref(), Some(JSON), "{field}");
        }
        let fields = [
            "Basic realm=\"x\"".to_owned(),
            format!(r#"Bearer error="insufficient_claims", claims="{BASE64}""#),
        ];
        assert_eq!(
            claims_challenge(fields.iter().map(String::as_str)).as_deref(),
            Some(JSON)
        );
    }

    // proves: T11
    #[test]
    fn base64_of_either_alphabet_is_read_with_its_padding_or_without() {
        let json = r#"{"x":"???>>>~~"}"#;
        let standard = base64::engine::general_purpose::STANDARD.encode(json);
        let safe = URL_SAFE_NO_PAD.encode(json);
        assert!(standard.contains('/') && standard.ends_with('=') && safe.contains('_'));
        let bare = standard.trim_end_matches('=').to_owned();
        for claims in [standard, safe.clone(), format!("{safe}="), bare] {
            let field = format!(r#"Bearer error="insufficient_claims", claims="{claims}""#);
            assert_eq!(of(&field).as_deref(), Some(json), "{claims}");
        }
    }

    // proves: T11
    #[test]
    fn raw_json_is_read_escaped_and_not() {
        let escaped = JSON.replace('"', "\\\"");
        for field in [
            format!(r#"Bearer error="insufficient_claims", claims="{escaped}", x=y"#),
            format!(r#"Bearer claims="{JSON}", error="insufficient_claims""#),
            format!(r#"Bearer claims={JSON}, error="insufficient_claims""#),
        ] {
            assert_eq!(of(&field).as_deref(), Some(JSON), "{field}");
        }
    }

    #[test]
    fn what_is_no_claims_challenge_demands_nothing() {
        let large = URL_SAFE_NO_PAD.encode(format!(r#"{{"x":"{}"}}"#, "y".repeat(5_000)));
        for field in [
            String::new(),
            "Bearer".to_owned(),
            format!(r#"Bearer error="invalid_token", claims="{BASE64}""#),
            format!(r#"Basic error="insufficient_claims", claims="{BASE64}""#),
            r#"Bearer error="insufficient_claims""#.to_owned(),
            r#"Bearer error="insufficient_claims", claims="!!""#.to_owned(),
            r#"Bearer error="insufficient_claims", claims="W10=""#.to_owned(),
            format!(r#"Bearer error="insufficient_claims", claims="{large}""#),
            format!(
                r#"Bearer error="insufficient_claims", claims="{}"#,
                "x".repeat(20_000)
            ),
        ] {
            assert_eq!(of(&field), None, "{field}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_makes_the_parser_panic(field in "[ -~\t\u{e4}]{0,200}") {
            if let Some(claims) = of(&field) {
                proptest::prop_assert!(serde_json::from_str::<serde_json::Map<String, Value>>(&claims).is_ok());
            }
        }

        #[test]
        fn no_near_challenge_makes_the_parser_panic(
            parts in proptest::collection::vec("Bearer|claims=|error=|\"|\\\\|\\{|\\}|,| |insufficient_claims|eyJ9|=", 0..30)
        ) {
            let _ = of(&parts.concat());
        }

        #[test]
        fn accepted_claims_are_an_object_of_at_most_four_kilobytes(
            name in "[a-z]{1,8}", length in 0..6_000_usize, quoted in proptest::prelude::any::<bool>(),
            before in "|Basic realm=\"x\", |Bearer realm=\"\", ", scheme in "Bearer|PoP|Basic|bearer",
        ) {
            let json = format!(r#"{{"{name}":"{}"}}"#, "y".repeat(length));
            let claims = URL_SAFE_NO_PAD.encode(&json);
            let mark = if quoted { "\"" } else { "" };
            let field = format!("{before}{scheme} error=\"insufficient_claims\", claims={mark}{claims}{mark}");
            if let Some(claims) = of(&field) {
                proptest::prop_assert!(claims.len() <= 4_096 && scheme != "Basic");
                proptest::prop_assert_eq!(claims, json);
            }
        }
    }
}
