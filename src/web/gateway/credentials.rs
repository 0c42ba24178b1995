//! The access token of a request to a guarded application (RFC 6750 §2.1).
//!
//! Only a route with `accept_bearer` reads `Authorization`. Anywhere else the header belongs to the application behind.

use actix_web::http::header::{AUTHORIZATION, HeaderMap};

/// Why the credentials of a request are refused before anything is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialFault {
    /// Two `Authorization` headers: two parts of a request could be read as two callers.
    #[error("there is more than one Authorization header")]
    Several,
    /// `Bearer` without one token (RFC 6750 §2.1).
    #[error("the Authorization header has no single bearer token")]
    Malformed,
    /// A session cookie beside the token (design §8): the request would have two callers.
    #[error("the request has a session cookie and a bearer token; send one of them")]
    WithCookie,
}

/// The token in the header, if there is one. Another scheme than `Bearer`, in any case, is no credential of ours.
///
/// # Errors
/// `Several` and `Malformed`.
pub fn token(headers: &HeaderMap) -> Result<Option<&str>, CredentialFault> {
    let mut values = headers.get_all(AUTHORIZATION);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(CredentialFault::Several);
    }
    let text = value.to_str().map_err(|_| CredentialFault::Malformed)?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_matches(' ');
    // One word and no list: anything else could be read as two tokens. Whether the word is a token is judged later.
    if token.is_empty() || token.contains([' ', '\t', ',', '"']) {
        return Err(CredentialFault::Malformed);
    }
    Ok(Some(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn read(values: &[&str]) -> Result<Option<String>, CredentialFault> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        token(&headers).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn one_bearer_token_is_read_in_any_case_of_the_scheme() {
        for value in [
            "Bearer a.b-c_d~+/==",
            "bearer a.b-c_d~+/==",
            "BEARER  a.b-c_d~+/== ",
        ] {
            assert_eq!(
                read(&[value]),
                Ok(Some("a.b-c_d~+/==".to_owned())),
                "{value}"
            );
        }
        for value in ["Basic YTpi", "Negotiate x", "BearerX a", ""] {
            assert_eq!(read(&[value]), Ok(None), "{value}");
        }
        assert_eq!(read(&[]), Ok(None));
    }

    #[test]
    fn what_could_be_read_as_two_tokens_is_refused() {
        for value in [
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer a, Bearer b",
            "Bearer \"a\"",
        ] {
            assert_eq!(read(&[value]), Err(CredentialFault::Malformed), "{value}");
        }
        for values in [["Bearer a", "Bearer a"], ["Basic x", "Bearer a"]] {
            assert_eq!(read(&values), Err(CredentialFault::Several));
        }
    }
}
