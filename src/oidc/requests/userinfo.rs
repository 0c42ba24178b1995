//! The userinfo endpoint (OIDC Core §5.3): claims that an authority leaves out of its ID tokens.
//!
//! Owns the call, the check of `sub` and which claims may be merged. An outage is no reason to refuse a sign-in; a
//! response about another subject is.

use reqwest::header::ACCEPT;
use serde_json::Value;

use crate::domain::identity::Claims;
use crate::domain::secret::AccessToken;
use crate::http::CallError;
use crate::oidc::discovery::endpoints::{DiscoveredAuthority, Origin};
use crate::oidc::error::{Invalid, OidcError, UserinfoFault};
use crate::oidc::profile_client::ProfileClient;
use crate::oidc::tokens::id_token;
use crate::oidc::tokens::jwt::TokenUse;

/// Bytes of a response.
const LARGEST: usize = 256 * 1024;

/// Claims that only the ID token may make: those of the protocol, and those that name a tenant, a policy or a source of
/// other claims (OIDC Core §5.6.2: such a source is never called).
const ONLY_IN_ID_TOKEN: [&str; 23] = [
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "nbf",
    "iat",
    "jti",
    "nonce",
    "at_hash",
    "c_hash",
    "tid",
    "oid",
    "tfp",
    "acr",
    "acrs",
    "amr",
    "auth_time",
    "sid",
    "hasgroups",
    "_claim_names",
    "_claim_sources",
    "events",
];

/// The result of a userinfo request.
pub(crate) enum Userinfo {
    /// More claims about the same person.
    Claims(Claims),
    /// Nothing, for a reason that passes or that does not matter.
    Nothing,
}

/// A request to the userinfo endpoint.
pub(crate) struct UserinfoRequest<'a> {
    pub(crate) token: Option<&'a AccessToken>,
    /// `sub` of the ID token.
    pub(crate) sub: Option<&'a Value>,
    pub(crate) origin: Origin,
}

impl ProfileClient {
    /// Requests the claims of the userinfo endpoint, if this authority has one and it is used.
    pub(crate) async fn userinfo(
        &self,
        authority: &DiscoveredAuthority<'_>,
        request: &UserinfoRequest<'_>,
    ) -> Result<Userinfo, OidcError> {
        let profile = authority.profile;
        let used = profile.authority.dialect().userinfo;
        let endpoint = &authority.metadata.userinfo_endpoint;
        let (true, Some(url), Some(token)) = (used, endpoint, request.token) else {
            return Ok(Userinfo::Nothing);
        };
        // RFC 6750 §2.1: in the header and nowhere else.
        let call = self
            .bulkhead
            .client()
            .get(url.clone())
            .header(ACCEPT, "application/json, application/jwt")
            .bearer_auth(token.expose());
        let timeout = self.deps.call_timeout;
        let response = match self.bulkhead.call(call, LARGEST, timeout).await {
            Ok(response) => response,
            Err(CallError::TooLarge) => return Err(fault(UserinfoFault::Shape)),
            Err(error) => {
                tracing::warn!(profile.id = %profile.id, outage = %error, "userinfo did not answer");
                return Ok(Userinfo::Nothing);
            }
        };
        if response.status.as_u16() != 200 {
            tracing::warn!(profile.id = %profile.id, status = response.status.as_u16(), "userinfo gave no claims");
            return Ok(Userinfo::Nothing);
        }
        let claims = match response.media_type().as_str() {
            "application/json" => match serde_json::from_slice(&response.body) {
                Ok(Value::Object(claims)) => claims,
                _ => return Err(fault(UserinfoFault::Shape)),
            },
            "application/jwt" => {
                let text = String::from_utf8(response.body).unwrap_or_default();
                signed_claims(authority, text.trim(), request.origin).await?
            }
            _ => return Err(fault(UserinfoFault::Shape)),
        };
        // OIDC Core §5.3.2: with a different sub, nothing of the response is used.
        if claims.get("sub").is_none() || claims.get("sub") != request.sub {
            return Err(fault(UserinfoFault::Subject));
        }
        Ok(Userinfo::Claims(claims))
    }
}

/// OIDC Core §5.3.2: a signed response should have `iss` and `aud`; here it must.
async fn signed_claims(
    authority: &DiscoveredAuthority<'_>,
    text: &str,
    origin: Origin,
) -> Result<Claims, OidcError> {
    let signed = authority.verify(text, TokenUse::Userinfo, origin).await?;
    let expected = authority.expected();
    id_token::issuer(&signed, &expected)
        .and_then(|()| id_token::audience(&signed.claims, expected.client_id))
        .map_err(|_| fault(UserinfoFault::Origin))?;
    Ok(signed.claims)
}

/// Adds the claims that the ID token does not have; those that it has stay.
pub(crate) fn merge(claims: &mut Claims, more: Claims) {
    for (name, value) in more {
        if !ONLY_IN_ID_TOKEN.contains(&name.as_str()) && !claims.contains_key(&name) {
            claims.insert(name, value);
        }
    }
}

fn fault(fault: UserinfoFault) -> OidcError {
    OidcError::Invalid(Invalid::Userinfo(fault))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Claims {
        match value {
            Value::Object(claims) => claims,
            _ => unreachable!(),
        }
    }

    // proves: A21, B58
    #[test]
    fn userinfo_adds_what_is_absent_and_never_what_the_id_token_decides() {
        let mut claims = object(json!({"sub": "s", "name": "Ada"}));
        let more = json!({
            "sub": "s", "name": "Eve", "email": "ada@example.com", "tid": "x", "oid": "y",
            "_claim_sources": {"src1": {"endpoint": "http://169.254.169.254/"}}
        });
        merge(&mut claims, object(more));
        assert_eq!(
            Value::Object(claims),
            json!({"sub": "s", "name": "Ada", "email": "ada@example.com"})
        );
    }
}
