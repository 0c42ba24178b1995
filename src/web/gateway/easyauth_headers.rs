//! `X-MS-TOKEN-AAD-*`: tokens for an application that moved from App Service, where its route asks for them.

use actix_web::http::header::{HeaderName, HeaderValue};

use crate::domain::clock::Timestamp;
use crate::flow::easyauth_tokens::EasyAuthTokens;
use crate::proxy::easyauth::TOKENS;

/// The headers with tokens. The values are marked as sensitive.
pub fn token_headers(tokens: &EasyAuthTokens) -> Vec<(HeaderName, HeaderValue)> {
    let [access, id, expires, _] = TOKENS;
    let mut headers = vec![(id, tokens.id_token.expose().to_owned())];
    if let Some(grant) = &tokens.access {
        headers.push((access, grant.token.expose().to_owned()));
        headers.push((expires, expires_on(grant.expires_at)));
    }
    headers
        .into_iter()
        .filter_map(|(name, value)| {
            let mut value = HeaderValue::from_str(&value).ok()?;
            value.set_sensitive(true);
            Some((HeaderName::from_static(name), value))
        })
        .collect()
}

/// A removal list with the headers for tokens that are not among `set`.
pub fn with_missing_tokens(
    removal: &HeaderValue,
    set: &[(HeaderName, HeaderValue)],
) -> HeaderValue {
    let is_set = |name: &str| set.iter().any(|(other, _)| other.as_str() == name);
    let missing = TOKENS.into_iter().filter(|name| !is_set(name));
    let listed = removal.to_str().unwrap_or_default();
    let names: Vec<&str> = std::iter::once(listed).chain(missing).collect();
    HeaderValue::from_str(&names.join(",")).unwrap_or_else(|_| removal.clone())
}

/// A time as App Service writes it, with seven decimals.
pub fn expires_on(at: Timestamp) -> String {
    let decimals = at.timestamp_subsec_nanos() / 100;
    format!("{}.{decimals:07}Z", at.format("%Y-%m-%dT%H:%M:%S"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_seven_decimals() {
        let at = Timestamp::from_timestamp(1_761_612_313, 798_566_700).unwrap();
        assert_eq!(expires_on(at), "2025-10-28T00:45:13.7985667Z");
    }
}
