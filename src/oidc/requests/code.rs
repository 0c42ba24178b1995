//! Redeems a code for a person and tokens: token request, every check of the ID token, userinfo where it is used.
//!
//! Nothing of a response is used before its ID token passed all checks (OIDC Core §3.1.3.7). Groups that were left out of
//! the token are read by [`crate::oidc::requests::graph_groups`].

use crate::domain::api::Api;
use crate::domain::attempt::Attempt;
use crate::domain::authority::PersonClaims;
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Claims, Identity, PersonBy, is_identifier};
use crate::domain::profile::Profile;
use crate::domain::secret::{AccessToken, AuthorizationCode};
use crate::domain::token_set::{AccessGrant, StatedLifetime, TokenSet};
use crate::oidc::authorities::Authorities;
use crate::oidc::discovery::endpoints::{DiscoveredAuthority, Origin};
use crate::oidc::error::{Invalid, Misconfiguration, OidcError, ResponseFault};
use crate::oidc::profile_client::ProfileClient;
use crate::oidc::requests::parameters::{
    Form, add_token_parameters, signed_in_api, token_is_for_graph,
};
use crate::oidc::requests::token_response::TokenResponse;
use crate::oidc::requests::userinfo::{Userinfo, UserinfoRequest, merge};
use crate::oidc::tokens::id_token::{Attempted, id_token};
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

/// The access token of a response with its use. At Microsoft a token is for one resource: without an API it is for
/// none.
pub(crate) fn access_grant(
    profile: &Profile,
    api: Option<&Api>,
    response: &TokenResponse,
    now: Timestamp,
) -> Option<AccessGrant> {
    let name = if profile.authority.dialect().microsoft {
        Some(api?.name.clone())
    } else {
        None
    };
    Some(AccessGrant::new(
        name,
        response.access_token.clone()?,
        response.scopes.clone(),
        now,
        StatedLifetime {
            expires_in: response.expires_in,
            refresh_in: response.refresh_in,
        },
    ))
}

/// The access token of a response, if it is for Microsoft Graph.
pub(crate) fn graph_token(
    profile: &Profile,
    api: Option<&Api>,
    response: &TokenResponse,
) -> Option<AccessToken> {
    response
        .access_token
        .clone()
        .filter(|_| token_is_for_graph(profile, api))
}
