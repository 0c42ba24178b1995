//! From a code to a person and tokens: exchange, every ID-token check, userinfo where the authority has one.
//!
//! Nothing of an answer is used before its ID token is good (OIDC Core §3.1.3.7). Groups that were left out of the
//! token are not read here, see [`crate::oidc::requests::graph_groups`].

use crate::domain::api::Api;
use crate::domain::attempt::Attempt;
use crate::domain::clock::Timestamp;
use crate::domain::identity::{Claims, Identity};
use crate::domain::profile::Profile;
use crate::domain::secret::{AccessToken, AuthorizationCode};
use crate::domain::token_set::{AccessGrant, TokenSet};
use crate::oidc::authorities::Authorities;
use crate::oidc::discovery::endpoints::Origin;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{Invalid, Misconfiguration, OidcError, ResponseFault};
use crate::oidc::requests::claims_parameter::claims_parameter;
use crate::oidc::requests::scopes;
use crate::oidc::requests::token_response::TokenResponse;
use crate::oidc::requests::userinfo::{Userinfo, merge};
use crate::oidc::tokens::id_token::{Attempted, id_token};
use crate::oidc::tokens::jwt::TokenUse;

/// What a code became.
#[derive(Debug)]
pub struct Redeemed {
    /// The verified person.
    pub identity: Identity,
    /// The tokens for the session.
    pub tokens: TokenSet,
    /// The authority's session, if the ID token names it: what front- and back-channel logout end.
    pub sid: Option<String>,
    /// A token that Microsoft Graph accepts, if this sign-in brought one: for groups that were left out.
    pub graph_token: Option<AccessToken>,
}

impl Authorities {
    /// Redeems the code of an attempt whose `state` is already good.
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
        // RFC 9700 §4.4.2: an answer goes to the authority that was asked, or nowhere.
        if attempt.binding != profile.binding || attempt.profile != profile.id {
            return Err(OidcError::Invalid(Invalid::Moved));
        }
        let room = self.room(profile);
        let place = room.place(profile, attempt.journey)?;
        let metadata = place.metadata().await?;
        let wanted = attempt.api.as_ref().and_then(|name| profile.api(name));
        let api = scopes::signed_in_api(profile, wanted);
        let redirect_uri = profile.redirect_uri();
        let scope = scopes::of_token(profile, &metadata, api).map(|scopes| scopes.join(" "));
        // The same as at the authorization endpoint (microsoft-identity 3.4, 6.2).
        let announce = profile.authority.dialect().claims_challenge;
        let claims = claims_parameter(announce, attempt.claims.as_deref());
        let mut grant = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", redirect_uri.as_str()),
            ("code_verifier", attempt.verifier.expose()),
        ];
        grant.extend(scope.as_deref().map(|scope| ("scope", scope)));
        grant.extend(claims.as_deref().map(|claims| ("claims", claims)));
        let answer = room.exchange(profile, &metadata, &grant).await?;
        let text = answer
            .id_token
            .as_ref()
            .ok_or(Invalid::Response(ResponseFault::IdToken))?;
        let signed = place
            .verify(
                profile,
                &metadata,
                text.expose(),
                TokenUse::Id,
                Origin::Authority,
            )
            .await?;
        let attempted = Attempted {
            nonce: &attempt.nonce,
            max_age: attempt.max_age,
            access_token: answer.access_token.as_ref(),
        };
        let expected = place.expected(profile, &metadata);
        id_token(&signed, &expected, &attempted)?;
        let mut claims = signed.claims;
        let token = answer.access_token.as_ref();
        let more = room
            .userinfo(
                profile,
                &place,
                &metadata,
                token,
                claims.get("sub"),
                Origin::Authority,
            )
            .await?;
        if let Userinfo::Claims(more) = more {
            merge(&mut claims, more);
        }
        redeemed(profile, &metadata, api, &claims, answer, expected.now)
    }
}

fn redeemed(
    profile: &Profile,
    metadata: &Metadata,
    api: Option<&Api>,
    claims: &Claims,
    answer: TokenResponse,
    now: Timestamp,
) -> Result<Redeemed, OidcError> {
    let sid = sid_of(claims);
    let graph_token = graph_token(profile, api, &answer);
    let identity = Identity::from_claims(claims, profile.authority.dialect().person_by_object)
        .ok_or(Misconfiguration::Member("issuer"))?;
    tracing::debug!(profile.id = %profile.id, authority.issuer = %metadata.trusted.issuer, "code redeemed");
    let access = grant(profile, api, &answer, now).into_iter().collect();
    let id_token = answer
        .id_token
        .ok_or(Invalid::Response(ResponseFault::IdToken))?;
    Ok(Redeemed {
        identity,
        tokens: TokenSet {
            id_token,
            refresh: answer.refresh_token,
            access,
        },
        sid,
        graph_token,
    })
}

/// The authority's session id, short enough to be one.
pub(crate) fn sid_of(claims: &Claims) -> Option<String> {
    let sid = claims.get("sid")?.as_str()?;
    (!sid.is_empty() && sid.len() <= 255).then(|| sid.to_owned())
}

/// The access token of an answer with what it is for. At Microsoft a token belongs to one resource: without an API
/// it serves none.
pub(crate) fn grant(
    profile: &Profile,
    api: Option<&Api>,
    answer: &TokenResponse,
    now: Timestamp,
) -> Option<AccessGrant> {
    let name = if profile.authority.dialect().microsoft {
        Some(api?.name.clone())
    } else {
        None
    };
    Some(AccessGrant::new(
        name,
        answer.access_token.clone()?,
        answer.scopes.clone(),
        now,
        answer.expires_in,
        answer.refresh_in,
    ))
}

/// The access token of an answer, if Microsoft Graph accepts it.
pub(crate) fn graph_token(
    profile: &Profile,
    api: Option<&Api>,
    answer: &TokenResponse,
) -> Option<AccessToken> {
    answer
        .access_token
        .clone()
        .filter(|_| scopes::token_is_for_graph(profile, api))
}
