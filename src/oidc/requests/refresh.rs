//! Redeems a refresh token for new tokens, for one API at a time where a token is for one resource.
//!
//! Owns what is kept when a response leaves something out (OIDC Core §12.2, RFC 6749 §6), and what an error does to the
//! session. The caller holds the lease that makes refreshes exactly-once across replicas.

use crate::domain::api::Api;
use crate::domain::authority::UserFlowKind;
use crate::domain::identity::{Claims, Identity};
use crate::domain::profile::Profile;
use crate::domain::secret::{AccessToken, RefreshToken};
use crate::domain::token_set::TokenSet;
use crate::oidc::authorities::{Authorities, DiscoveredAuthority, ProfileClient};
use crate::oidc::discovery::verification_keys::Origin;
use crate::oidc::error::{Invalid, OidcError, Outage, RefreshError, UserinfoFault};
use crate::oidc::requests::code::{Userinfo, UserinfoRequest, merge};
use crate::oidc::requests::parameters::{Form, add_token_parameters};
use crate::oidc::requests::token_endpoint::{TokenResponse, access_grant, graph_token};
use crate::oidc::requests::token_request_error::TokenRequestError;
use crate::oidc::tokens::id_token::refreshed;
use crate::oidc::tokens::jwt::TokenUse;

/// What a refresh token was redeemed for.
#[derive(Debug)]
pub struct Refreshed {
    /// The tokens, new ones in place of old ones. They must be stored before any of them is used.
    pub tokens: TokenSet,
    /// The person as the new ID token describes them; `None` if there was no ID token.
    pub identity: Option<Identity>,
    /// A token for Microsoft Graph, if this response brought one.
    pub graph_token: Option<AccessToken>,
    /// Why the response could not be checked now. Then `tokens` are the old ones with the new refresh token, because
    /// it may have been rotated. They must be stored all the same.
    pub unchecked: Option<RefreshError>,
}

impl Authorities {
    /// Redeems the refresh token. `api` says whose token is wanted, `claims` is a challenge to meet.
    ///
    /// # Errors
    /// See [`RefreshError`], which is sorted by what becomes of the session.
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
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        // Without keys the response could not be checked, and the refresh token would be spent in vain.
        authority.keys().await?;
        let mut grant: Form<'_> = vec![
            ("grant_type", "refresh_token".into()),
            ("refresh_token", refresh_token.expose().into()),
        ];
        add_token_parameters(&mut grant, profile, &authority.metadata, api, claims);
        let response = match client.request_tokens(&authority, &grant).await {
            Ok(response) => response,
            // An access token of an unknown type is not used (RFC 6749 §7.1), but the refresh token beside it replaces
            // the old one (§6), whose reuse a rotating authority may take for theft.
            Err(TokenRequestError::Response(unusable)) if unusable.refresh_token.is_some() => {
                let newest = unusable.refresh_token.clone();
                let outage = TokenRequestError::Response(unusable).into();
                return Ok(unchecked(tokens, newest, outage));
            }
            Err(error) => return Err(error.into()),
        };
        let renewed = client
            .renewed_identity(&authority, &response, identity)
            .await;
        let identity = match renewed {
            Ok(renewed) => renewed,
            Err(outage @ RefreshError::Unavailable { .. }) => {
                return Ok(unchecked(tokens, response.refresh_token, outage));
            }
            Err(refusal) => return Err(refusal),
        };
        let mut tokens = tokens.clone();
        if let Some(grant) = access_grant(profile, api, &response, self.now()) {
            tokens.replace(grant);
        }
        let graph_token = graph_token(profile, api, &response);
        // What the response leaves out is unchanged.
        tokens.refresh = response.refresh_token.or(tokens.refresh);
        tokens.id_token = response.id_token.unwrap_or(tokens.id_token);
        Ok(Refreshed {
            tokens,
            identity,
            graph_token,
            unchecked: None,
        })
    }
}

/// The old tokens with the newest refresh token: nothing else is kept of a response that cannot be checked.
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

impl ProfileClient {
    /// Checks the ID token of the response like the first one, if there is one.
    async fn renewed_identity(
        &self,
        authority: &DiscoveredAuthority<'_>,
        response: &TokenResponse,
        identity: &Identity,
    ) -> Result<Option<Identity>, RefreshError> {
        let Some(text) = &response.id_token else {
            return Ok(None);
        };
        let signed = authority.verify(text.expose(), TokenUse::Id, Origin::Refresh);
        let signed = signed.await?;
        let first = identity.claims();
        let token = response.access_token.as_ref();
        refreshed(&signed, &authority.expected(), &first, token).map_err(OidcError::from)?;
        let mut claims = signed.claims;
        let dialect = authority.profile.authority.dialect();
        if dialect.userinfo {
            let request = UserinfoRequest {
                token,
                sub: claims.get("sub"),
                origin: Origin::Refresh,
            };
            match self.userinfo(authority, &request).await? {
                Userinfo::Claims(more) => merge(&mut claims, more),
                // What userinfo said at sign-in is better than nothing.
                Userinfo::Nothing => merge(&mut claims, first.clone()),
            }
        }
        keep_unsaid(&mut claims, &first, dialect.id_token_only);
        Ok(Some(identity.with_claims(&claims)))
    }
}

/// Claims that keep the value of the sign-in where a refreshed ID token leaves them out: who the person is, how they are
/// shown, how they signed in, and what sign-out and a later response need.
const KEPT: [&str; 19] = [
    "oid",
    "tid",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "upn",
    "unique_name",
    "auth_time",
    "acr",
    "acrs",
    "amr",
    "idp",
    "tfp",
    "trustFrameworkPolicy",
    "nonce",
    "sid",
    "login_hint",
    "ver",
];

/// The address and what is said about it: kept together, because a new address is not vouched for by an old claim.
const ADDRESS: [&str; 4] = ["email", "emails", "email_verified", "xms_edov"];

/// What grants access. A directory leaves these claims out when somebody lost the last role or group, so that absence
/// means none there. A B2C policy that leaves them out says less about the person, not something else.
const GRANTS: [&str; 2] = ["roles", "groups"];

/// Keeps what a refreshed ID token does not say (OIDC Core §12.2 requires only `iss`, `sub` and `aud`).
fn keep_unsaid(claims: &mut Claims, first: &Claims, grants: bool) {
    let said_again = |name: &str| {
        let new = claims.get(name);
        new.is_none_or(|new| first.get(name) == Some(new))
    };
    let same_address = said_again("email") && said_again("emails");
    let names = KEPT
        .iter()
        .chain(ADDRESS.iter().filter(|_| same_address))
        .chain(GRANTS.iter().filter(|_| grants));
    for name in names {
        if let (false, Some(value)) = (claims.contains_key(*name), first.get(*name)) {
            claims.insert((*name).to_owned(), value.clone());
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn kept(new: Value, first: Value, grants: bool) -> Value {
        let (Value::Object(mut claims), Value::Object(first)) = (new, first) else {
            unreachable!("objects")
        };
        keep_unsaid(&mut claims, &first, grants);
        Value::Object(claims)
    }

    #[test]
    fn what_a_refreshed_token_leaves_out_keeps_the_value_of_the_sign_in() {
        let first = json!({
            "iss": "i", "sub": "s", "oid": "o", "tid": "t", "name": "Ada", "nonce": "n", "sid": "1", "iat": 1,
            "email": "a@b.example", "email_verified": true, "extension_Tier": "gold",
        });
        let kept_all = kept(json!({"iss": "i", "sub": "s"}), first.clone(), false);
        let mut expected = first.clone();
        for gone in ["iat", "extension_Tier"] {
            expected.as_object_mut().unwrap().remove(gone);
        }
        assert_eq!(kept_all, expected);
        let renamed = kept(json!({"name": "Ada King"}), first, false);
        assert_eq!(renamed["name"], "Ada King");
    }

    #[test]
    fn a_new_address_is_not_vouched_for_by_an_old_claim() {
        let first =
            json!({"email": "a@b.example", "email_verified": true, "emails": ["a@b.example"]});
        let same = kept(json!({"email": "a@b.example"}), first.clone(), false);
        assert_eq!(same["email_verified"], true);
        let other = kept(json!({"email": "c@b.example"}), first.clone(), false);
        assert_eq!(other, json!({"email": "c@b.example"}));
        let doubted = kept(json!({"email_verified": false}), first, false);
        assert_eq!(doubted["email_verified"], false);
    }

    #[test]
    fn roles_and_groups_that_are_absent_are_kept_at_b2c_and_gone_at_a_directory() {
        let first = json!({"roles": ["Admin"], "groups": ["g"]});
        assert_eq!(kept(json!({}), first.clone(), true), first);
        assert_eq!(kept(json!({}), first.clone(), false), json!({}));
        let fewer = kept(json!({"roles": []}), first, true);
        assert_eq!(fewer, json!({"roles": [], "groups": ["g"]}));
    }
}
