//! Redeems a code for a person and tokens: the `iss` of the response, token request, every check of the ID token, userinfo
//! where it is used.
//!
//! Nothing of a response is used before its ID token passed all checks (OIDC Core §3.1.3.7). The userinfo endpoint (§5.3)
//! has claims that an authority leaves out of its ID tokens: an outage there is no reason to refuse a sign-in; a response
//! about another subject is. Groups that were left out of the token are read by [`crate::oidc::requests::graph_groups`].

use reqwest::header::ACCEPT;
use serde_json::Value;

use crate::domain::api::Api;
use crate::domain::attempt::Attempt;
use crate::domain::authority::{PersonClaims, UserFlowKind};
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Claims, Identity, PersonBy, is_identifier};
use crate::domain::profile::Profile;
use crate::domain::secret::{AccessToken, AuthorizationCode};
use crate::domain::token_set::TokenSet;
use crate::http::CallError;
use crate::oidc::authorities::{Authorities, DiscoveredAuthority, ProfileClient};
use crate::oidc::discovery::verification_keys::Origin;
use crate::oidc::error::{Invalid, Misconfiguration, OidcError, ResponseFault, UserinfoFault};
use crate::oidc::requests::parameters::{Form, add_token_parameters, signed_in_api};
use crate::oidc::requests::token_endpoint::{TokenResponse, access_grant, graph_token};
use crate::oidc::tokens::id_token::{Attempted, audience, id_token, issuer};
use crate::oidc::tokens::jwt::TokenUse;

/// What a code was redeemed for.
#[derive(Debug)]
pub struct Redeemed {
    /// The verified person.
    pub identity: Identity,
    /// The tokens for the session.
    pub tokens: TokenSet,
    /// The authority's session, if the ID token names it: front- and back-channel logout refer to it.
    pub sid: Option<String>,
    /// A token for Microsoft Graph, if this sign-in brought one: it reads groups that were left out.
    pub graph_token: Option<AccessToken>,
}

impl Authorities {
    /// Checks the `iss` parameter of an authorization response, before its code is redeemed (RFC 9207 §2.4). A wrong
    /// one is refused even if the authority does not announce the parameter.
    ///
    /// # Errors
    /// `Invalid` when it is wrong, or missing where it is announced; else as [`Self::discovered`].
    pub async fn judge_issuer_parameter(
        &self,
        profile: &Profile,
        flow: UserFlowKind,
        iss: Option<&str>,
    ) -> Result<(), OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, flow).await?;
        let policy = &authority.discovery.issuer_config.issuer;
        let accepted = match iss {
            Some(iss) => policy.accept_parameter(&authority.metadata.trusted, iss),
            None => !authority.metadata.iss_parameter,
        };
        if accepted {
            Ok(())
        } else {
            Err(OidcError::Invalid(Invalid::IssuerParameter))
        }
    }

    /// Redeems the code of an attempt whose `state` was checked.
    ///
    /// # Errors
    /// `Refused` and `Misconfigured` are the authority's word, `Invalid` and `TenantNotAllowed` are ours;
    /// `Unavailable` passes, but the code may be used up: the person starts again.
    pub async fn redeem(
        &self,
        profile: &Profile,
        code: &AuthorizationCode,
        attempt: &Attempt,
    ) -> Result<Redeemed, OidcError> {
        // RFC 9700 §4.4.2: an authorization response is redeemed only at the authority that was asked.
        if attempt.fingerprint != profile.fingerprint || attempt.profile != profile.id {
            return Err(OidcError::Invalid(Invalid::Moved));
        }
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, attempt.user_flow).await?;
        let wanted = attempt.api.as_ref().and_then(|name| profile.api(name));
        let api = signed_in_api(profile, wanted);
        let mut grant: Form<'_> = vec![
            ("grant_type", "authorization_code".into()),
            ("code", code.expose().into()),
            ("redirect_uri", profile.redirect_uri().into()),
            ("code_verifier", attempt.verifier.expose().into()),
        ];
        // The same claims as at the authorization endpoint (microsoft-identity 3.4, 6.2).
        let challenge = attempt.claims.as_deref();
        add_token_parameters(&mut grant, profile, &authority.metadata, api, challenge);
        let response = client.request_tokens(&authority, &grant).await?;
        let claims = client.signed_in_claims(&authority, attempt, &response);
        let redemption = Redemption {
            authority: &authority,
            api,
            now: self.now(),
            claims: claims.await?,
            response,
        };
        redemption.finish()
    }
}

impl ProfileClient {
    /// Checks the ID token of the response, and returns its claims with those of the userinfo endpoint.
    async fn signed_in_claims(
        &self,
        authority: &DiscoveredAuthority<'_>,
        attempt: &Attempt,
        response: &TokenResponse,
    ) -> Result<Claims, OidcError> {
        let text = response
            .id_token
            .as_ref()
            .ok_or(Invalid::Response(ResponseFault::IdToken))?
            .expose();
        let signed = authority.verify(text, TokenUse::Id, Origin::Authority);
        let signed = signed.await?;
        let attempted = Attempted {
            nonce: &attempt.nonce,
            max_age: attempt.max_age,
            access_token: response.access_token.as_ref(),
        };
        id_token(&signed, &authority.expected(), &attempted)?;
        let mut claims = signed.claims;
        let question = UserinfoRequest {
            token: response.access_token.as_ref(),
            sub: claims.get("sub"),
            origin: Origin::Authority,
        };
        if let Userinfo::Claims(more) = self.userinfo(authority, &question).await? {
            merge(&mut claims, more);
        }
        Ok(claims)
    }
}

/// A code response that passed its checks.
struct Redemption<'a> {
    authority: &'a DiscoveredAuthority<'a>,
    api: Option<&'a Api>,
    now: Timestamp,
    claims: Claims,
    response: TokenResponse,
}

impl Redemption<'_> {
    fn finish(self) -> Result<Redeemed, OidcError> {
        let (profile, response) = (self.authority.profile, self.response);
        let identity = Identity::from_claims(&self.claims, person_by(self.authority))
            .ok_or(Misconfiguration::Member("issuer"))?;
        let issuer = &self.authority.metadata.trusted.issuer;
        tracing::debug!(profile.id = %profile.id, authority.issuer = %issuer, "code redeemed");
        let graph_token = graph_token(profile, self.api, &response);
        let access = access_grant(profile, self.api, &response, self.now);
        let id_token = response
            .id_token
            .ok_or(Invalid::Response(ResponseFault::IdToken))?;
        Ok(Redeemed {
            identity,
            tokens: TokenSet {
                id_token,
                refresh: response.refresh_token,
                access: access.into_iter().collect(),
            },
            sid: sid_of(&self.claims),
            graph_token,
        })
    }
}

/// Which claims identify a person at this authority.
pub(crate) fn person_by<'a>(authority: &'a DiscoveredAuthority<'_>) -> PersonBy<'a> {
    match authority.profile.authority.dialect().person {
        PersonClaims::Subject => PersonBy::Subject,
        PersonClaims::ObjectInTid => PersonBy::Object,
        PersonClaims::ObjectInPinnedTenant => {
            let pinned = authority.metadata.trusted.tenant.as_ref();
            pinned.map_or(PersonBy::Subject, PersonBy::ObjectIn)
        }
    }
}

/// The authority's session id, short enough to be one and without characters that no database takes.
pub(crate) fn sid_of(claims: &Claims) -> Option<String> {
    let sid = claims.get("sid")?.as_str()?;
    is_identifier(sid, 255).then(|| sid.to_owned())
}

/// Bytes of a response of the userinfo endpoint.
const LARGEST_USERINFO: usize = 256 * 1024;

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
        let response = match self.bulkhead.call(call, LARGEST_USERINFO, timeout).await {
            Ok(response) => response,
            Err(CallError::TooLarge) => return Err(userinfo_fault(UserinfoFault::Shape)),
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
                _ => return Err(userinfo_fault(UserinfoFault::Shape)),
            },
            "application/jwt" => {
                let text = String::from_utf8(response.body).unwrap_or_default();
                signed_claims(authority, text.trim(), request.origin).await?
            }
            _ => return Err(userinfo_fault(UserinfoFault::Shape)),
        };
        // OIDC Core §5.3.2: with a different sub, nothing of the response is used.
        if claims.get("sub").is_none() || claims.get("sub") != request.sub {
            return Err(userinfo_fault(UserinfoFault::Subject));
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
    issuer(&signed, &expected)
        .and_then(|()| audience(&signed.claims, expected.client_id))
        .map_err(|_| userinfo_fault(UserinfoFault::Origin))?;
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

fn userinfo_fault(fault: UserinfoFault) -> OidcError {
    OidcError::Invalid(Invalid::Userinfo(fault))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
