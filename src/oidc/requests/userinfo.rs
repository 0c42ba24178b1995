//! The userinfo endpoint (OIDC Core §5.3): claims that an authority leaves out of its ID tokens.
//!
//! Owns the call, the equality of `sub` and what may be merged. An outage is no reason to refuse a sign-in; an
//! answer about somebody else is.

use reqwest::header::ACCEPT;
use serde_json::Value;

use crate::domain::identity::Claims;
use crate::domain::profile::Profile;
use crate::domain::secret::AccessToken;
use crate::oidc::discovery::endpoints::{Discovery, Origin};
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{Invalid, OidcError, Outage, UserinfoFault};
use crate::oidc::profile_client::Room;
use crate::oidc::tokens::id_token;
use crate::oidc::tokens::jwt::TokenUse;

/// Bytes of an answer.
const LARGEST: usize = 256 * 1024;

/// Claims that only the ID token may make: the protocol's own, and those that name a tenant, a policy or claims
/// kept elsewhere (OIDC Core §5.6.2: such a place is never called).
const ONLY_IN_ID_TOKEN: [&str; 22] = [
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
    "amr",
    "auth_time",
    "sid",
    "hasgroups",
    "_claim_names",
    "_claim_sources",
    "events",
];

/// What the userinfo endpoint said.
pub(crate) enum Userinfo {
    /// More claims about the same person.
    Claims(Claims),
    /// Nothing, for a reason that passes or that does not matter.
    Nothing,
}

impl Room {
    /// Asks the userinfo endpoint, if this authority has one that is used.
    pub(crate) async fn userinfo(
        &self,
        profile: &Profile,
        place: &Discovery,
        metadata: &Metadata,
        token: Option<&AccessToken>,
        sub: Option<&Value>,
        origin: Origin,
    ) -> Result<Userinfo, OidcError> {
        let used = profile.authority.dialect().userinfo;
        let (true, Some(url), Some(token)) = (used, &metadata.userinfo_endpoint, token) else {
            return Ok(Userinfo::Nothing);
        };
        // RFC 6750 §2.1: in the header and nowhere else.
        let request = self
            .lane
            .client()
            .get(url.clone())
            .header(ACCEPT, "application/json, application/jwt")
            .bearer_auth(token.expose());
        let answer = match self.lane.call(request, LARGEST, self.means.patience).await {
            Ok(answer) => answer,
            Err(Outage::TooLarge) => return Err(fault(UserinfoFault::Shape)),
            Err(outage) => {
                tracing::warn!(profile.id = %profile.id, %outage, "userinfo did not answer");
                return Ok(Userinfo::Nothing);
            }
        };
        if answer.status.as_u16() != 200 {
            tracing::warn!(profile.id = %profile.id, status = answer.status.as_u16(), "userinfo gave no claims");
            return Ok(Userinfo::Nothing);
        }
        let claims = match answer.media_type().as_str() {
            "application/json" => match serde_json::from_slice(&answer.body) {
                Ok(Value::Object(claims)) => claims,
                _ => return Err(fault(UserinfoFault::Shape)),
            },
            "application/jwt" => {
                let text = String::from_utf8(answer.body).unwrap_or_default();
                self.signed_userinfo(profile, place, metadata, text.trim(), origin)
                    .await?
            }
            _ => return Err(fault(UserinfoFault::Shape)),
        };
        // OIDC Core §5.3.2: a different sub means that nothing of it is used.
        if claims.get("sub").is_none() || claims.get("sub") != sub {
            return Err(fault(UserinfoFault::Subject));
        }
        Ok(Userinfo::Claims(claims))
    }

    /// OIDC Core §5.3.2: a signed answer has `iss` and `aud`, if it says them; ours must.
    async fn signed_userinfo(
        &self,
        profile: &Profile,
        place: &Discovery,
        metadata: &Metadata,
        text: &str,
        origin: Origin,
    ) -> Result<Claims, OidcError> {
        let kind = TokenUse::Userinfo;
        let signed = place.verify(profile, metadata, text, kind, origin).await?;
        let expected = place.expected(profile, metadata);
        id_token::issuer(&signed, &expected)
            .and_then(|()| id_token::audience(&signed.claims, expected.client_id))
            .map_err(|_| fault(UserinfoFault::Origin))?;
        Ok(signed.claims)
    }
}

/// Adds what the ID token does not say; what it says stays.
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

    #[test]
    fn a21_b58_userinfo_adds_what_is_absent_and_never_what_the_id_token_decides() {
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
