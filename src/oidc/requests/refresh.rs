//! From a refresh token to fresh tokens, for one API at a time where the authority gives no more.
//!
//! Owns what is kept when an answer leaves something out (OIDC Core §12.2, RFC 6749 §6) and how a failure is
//! sorted. Exactly-once across replicas is not here: the caller holds the lease.

use crate::domain::api::Api;
use crate::domain::authority::UserFlowKind;
use crate::domain::identity::Identity;
use crate::domain::profile::Profile;
use crate::domain::secret::{AccessToken, RefreshToken};
use crate::domain::token_set::TokenSet;
use crate::oidc::authorities::Authorities;
use crate::oidc::discovery::endpoints::{Discovery, Origin};
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{Invalid, OidcError, Outage, RefreshError, UserinfoFault};
use crate::oidc::profile_client::Room;
use crate::oidc::requests::claims_parameter::claims_parameter;
use crate::oidc::requests::code::{grant, graph_token};
use crate::oidc::requests::scopes;
use crate::oidc::requests::token_endpoint::Failure;
use crate::oidc::requests::token_response::TokenResponse;
use crate::oidc::requests::userinfo::{Userinfo, merge};
use crate::oidc::tokens::id_token::refreshed;
use crate::oidc::tokens::jwt::TokenUse;

/// What a refresh token became.
#[derive(Debug)]
pub struct Refreshed {
    /// The tokens, the new ones in the place of the old: to be saved before any of them is used.
    pub tokens: TokenSet,
    /// The person as the new ID token describes them; `None` if there was none.
    pub identity: Option<Identity>,
    /// A token that Microsoft Graph accepts, if this answer brought one.
    pub graph_token: Option<AccessToken>,
    /// Why the answer could not be checked now. Then `tokens` are the old ones but for the refresh token, which may
    /// have been rotated: to be saved all the same.
    pub unchecked: Option<RefreshError>,
}

impl Authorities {
    /// Exchanges the refresh token. `api` says whose token is wanted, `claims` is a challenge to meet.
    ///
    /// # Errors
    /// See [`RefreshError`]: by what becomes of the session.
    pub async fn refresh(
        &self,
        profile: &Profile,
        tokens: &TokenSet,
        identity: &Identity,
        api: Option<&Api>,
        claims: Option<&str>,
    ) -> Result<Refreshed, RefreshError> {
        let refresh_token = tokens
            .refresh
            .as_ref()
            .ok_or(RefreshError::NoRefreshToken)?;
        let room = self.room(profile);
        let place = room.place(profile, UserFlowKind::SignIn)?;
        let metadata = place.metadata().await?;
        // Without keys the answer could not be checked, and the refresh token would be spent for nothing.
        place.keys(&metadata).await?;
        let scope = scopes::of_token(profile, &metadata, api).map(|scopes| scopes.join(" "));
        let claims = claims_parameter(profile.authority.dialect().claims_challenge, claims);
        let mut form = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose()),
        ];
        form.extend(scope.as_deref().map(|scope| ("scope", scope)));
        form.extend(claims.as_deref().map(|claims| ("claims", claims)));
        let answer = match room.exchange(profile, &metadata, &form).await {
            Ok(answer) => answer,
            // An access token of an unsaid type is not used (RFC 6749 §7.1), but the refresh token that came with it
            // takes the place of the old one (§6), which a rotating authority may take for stolen.
            Err(Failure::Response(damaged)) if damaged.refresh_token.is_some() => {
                let newest = damaged.refresh_token.clone();
                let outage = Failure::Response(damaged).into();
                return Ok(unchecked(tokens, newest, outage));
            }
            Err(failure) => return Err(failure.into()),
        };
        let renewed = room
            .renewed_identity(profile, &place, &metadata, &answer, identity)
            .await;
        let renewed = match renewed {
            Ok(renewed) => renewed,
            Err(outage @ RefreshError::Unavailable { .. }) => {
                return Ok(unchecked(tokens, answer.refresh_token, outage));
            }
            Err(refusal) => return Err(refusal),
        };
        let mut tokens = tokens.clone();
        if let Some(grant) = grant(profile, api, &answer, self.now()) {
            tokens.replace(grant);
        }
        let graph_token = graph_token(profile, api, &answer);
        // Left out means unchanged.
        tokens.refresh = answer.refresh_token.or(tokens.refresh);
        tokens.id_token = answer.id_token.unwrap_or(tokens.id_token);
        Ok(Refreshed {
            tokens,
            identity: renewed,
            graph_token,
            unchecked: None,
        })
    }
}

/// The old tokens with the newest refresh token: all that is kept of an answer which cannot be checked.
fn unchecked(
    tokens: &TokenSet,
    refresh_token: Option<RefreshToken>,
    outage: RefreshError,
) -> Refreshed {
    let mut tokens = tokens.clone();
    tokens.refresh = refresh_token.or(tokens.refresh);
    Refreshed {
        tokens,
        identity: None,
        graph_token: None,
        unchecked: Some(outage),
    }
}

impl Room {
    /// Checks the ID token of the answer like the first one, if there is one.
    async fn renewed_identity(
        &self,
        profile: &Profile,
        place: &Discovery,
        metadata: &Metadata,
        answer: &TokenResponse,
        identity: &Identity,
    ) -> Result<Option<Identity>, RefreshError> {
        let Some(text) = &answer.id_token else {
            return Ok(None);
        };
        let signed = place
            .verify(
                profile,
                metadata,
                text.expose(),
                TokenUse::Id,
                Origin::Refresh,
            )
            .await?;
        let first = identity.claims();
        let token = answer.access_token.as_ref();
        let expected = place.expected(profile, metadata);
        refreshed(&signed, &expected, &first, token).map_err(OidcError::from)?;
        let mut claims = signed.claims;
        if profile.authority.dialect().userinfo {
            let more = self
                .userinfo(
                    profile,
                    place,
                    metadata,
                    token,
                    claims.get("sub"),
                    Origin::Refresh,
                )
                .await?;
            match more {
                Userinfo::Claims(more) => merge(&mut claims, more),
                // What userinfo said at sign-in is better than nothing.
                Userinfo::Nothing => merge(&mut claims, first.clone()),
            }
        }
        // A later answer may repeat the nonce, and sign-out needs the session and the hint.
        for name in ["nonce", "sid", "login_hint"] {
            if let (false, Some(value)) = (claims.contains_key(name), first.get(name)) {
                claims.insert(name.to_owned(), value.clone());
            }
        }
        let by_object = profile.authority.dialect().person_by_object;
        Ok(Identity::from_claims(&claims, by_object))
    }
}

impl From<OidcError> for RefreshError {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::Unavailable { why, retry_after } => Self::Unavailable { why, retry_after },
            OidcError::Misconfigured(problem) => Self::ClientRefused(problem),
            OidcError::Refused(detail) => Self::InteractionRequired(detail),
            OidcError::Invalid(Invalid::Response(fault)) => Self::Unavailable {
                why: Outage::Malformed(fault),
                retry_after: None,
            },
            OidcError::Invalid(Invalid::Userinfo(UserinfoFault::Shape)) => Self::Unavailable {
                why: Outage::BadDocument("the userinfo answer is no JSON object"),
                retry_after: None,
            },
            OidcError::Invalid(invalid) => Self::Invalid(invalid),
            OidcError::TenantNotAllowed => Self::Invalid(Invalid::Claim(
                crate::domain::issuer::IssuerRefusal::TenantNotAllowed.into(),
            )),
        }
    }
}
