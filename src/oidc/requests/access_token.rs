//! Access tokens that callers bring for an API of ours, verified with the keys of the profile's authority.
//!
//! The order:
//!
//! 1. A token that was verified a moment ago, with the same metadata and keys, has only its expiry and audience compared.
//! 2. The header (`tokens/jwt.rs`). Then issuer, expiry and audience as the token claims them: whoever sends a token of
//!    somebody else causes no fetch of keys.
//! 3. The signature, with one fetch of the keys if they do not fit.
//! 4. All claims again, now signed (`tokens/access_token.rs`).

use std::sync::Arc;

use crate::domain::authority::UserFlowKind;
use crate::domain::bearer_rule::BearerRule;
use crate::domain::caller::BearerCaller;
use crate::domain::profile::Profile;
use crate::oidc::authorities::{Authorities, DiscoveredAuthority};
use crate::oidc::discovery::jwks::KeySet;
use crate::oidc::discovery::verification_keys::Origin;
use crate::oidc::error::{Invalid, OidcError};
use crate::oidc::requests::code::person_by;
use crate::oidc::tokens::access_token::{self, AccessTokenFault, Issuing, ReadAccessToken};
use crate::oidc::tokens::id_token::IdTokenFault;
use crate::oidc::tokens::jwt::{Jwt, TokenUse};
use crate::oidc::verified_tokens::TokenHash;

/// A verified access token, and for whom it speaks.
#[derive(Debug, Clone)]
pub struct VerifiedAccessToken(Arc<ReadAccessToken>);

impl VerifiedAccessToken {
    /// The caller.
    pub fn caller(&self) -> &BearerCaller {
        &self.0.caller
    }

    /// `exp`, in seconds since 1970 (RFC 7519 §4.1.4).
    pub fn expires(&self) -> f64 {
        self.0.expires
    }
}

impl Authorities {
    /// Verifies an access token that anybody may have sent, for the audience of a route.
    ///
    /// # Errors
    /// `Invalid` and `TenantNotAllowed`: the token counts for nothing here. `Unavailable` and `Misconfigured`: nobody can
    /// tell, because the keys cannot be read.
    pub async fn verify_access_token(
        &self,
        profile: &Profile,
        text: &str,
        rule: &BearerRule,
    ) -> Result<VerifiedAccessToken, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        let hash = TokenHash::of(&profile.id, text);
        let known = match authority.keys().await {
            Ok(keys) => self.verified.find(&hash, &authority.metadata, &keys),
            Err(outage) => {
                // A token that no key could save is refused all the same.
                unsigned(&authority, text, rule)?;
                return Err(outage);
            }
        };
        let token = match known {
            Some(token) if is_current(&token, &authority) => token,
            known => {
                if known.is_some() {
                    self.verified.forget(&hash);
                }
                let (token, keys) = verified(&authority, text, rule).await?;
                let metadata = Arc::clone(&authority.metadata);
                let token = Arc::new(token);
                self.verified
                    .remember(hash, metadata, keys, Arc::clone(&token));
                token
            }
        };
        let microsoft = profile.authority.dialect().microsoft;
        if !rule.accepts_audience(&token.audiences, microsoft) {
            return Err(Invalid::AccessToken(AccessTokenFault::Audience).into());
        }
        Ok(VerifiedAccessToken(token))
    }
}

/// Step 1: whether a remembered token has not expired meanwhile.
fn is_current(token: &ReadAccessToken, authority: &DiscoveredAuthority<'_>) -> bool {
    authority.expected().is_before(token.expires)
}

/// Step 2.
fn unsigned<'t>(
    authority: &DiscoveredAuthority<'_>,
    text: &'t str,
    rule: &BearerRule,
) -> Result<Jwt<'t>, OidcError> {
    let jwt = authority.parse(text, TokenUse::Access)?;
    access_token::could_be_ours(&jwt.claims, &authority.expected()).map_err(refused)?;
    let microsoft = authority.profile.authority.dialect().microsoft;
    let named = access_token::audiences(&jwt.claims).unwrap_or_default();
    if !rule.accepts_audience(&named, microsoft) {
        return Err(Invalid::AccessToken(AccessTokenFault::Audience).into());
    }
    Ok(jwt)
}

/// Steps 2 to 4, and the keys that verified the token.
async fn verified(
    authority: &DiscoveredAuthority<'_>,
    text: &str,
    rule: &BearerRule,
) -> Result<(ReadAccessToken, Arc<KeySet>), OidcError> {
    let jwt = unsigned(authority, text, rule)?;
    let (signed, keys) = authority.verify_parsed(&jwt, Origin::Caller).await?;
    let issuing = Issuing {
        microsoft: authority.profile.authority.dialect().microsoft,
        person: person_by(authority),
    };
    let expected = authority.expected();
    let read = access_token::read(&signed, jwt.is_marked_access_token, &expected, issuing);
    Ok((read.map_err(refused)?, keys))
}

/// The tenant that may not enter is told apart, as at sign-in.
fn refused(fault: AccessTokenFault) -> OidcError {
    match fault {
        AccessTokenFault::Claim(IdTokenFault::Issuer(refusal)) => {
            OidcError::from(IdTokenFault::Issuer(refusal))
        }
        other => Invalid::AccessToken(other).into(),
    }
}
