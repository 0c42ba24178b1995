//! Revokes a refresh token (RFC 7009), so that a sign-out also ends the grant at the authority.
//!
//! A failure is only logged: the session here has ended already, and Microsoft has no such endpoint.

use crate::domain::authority::UserFlowKind;
use crate::domain::profile::Profile;
use crate::domain::secret::RefreshToken;
use crate::oidc::authorities::Authorities;
use crate::oidc::client_auth::credentials::Try;
use crate::oidc::requests::parameters::Form;

impl Authorities {
    /// Revokes a refresh token where the authority announces an endpoint for it; otherwise does nothing. For a
    /// sign-out that the person asked for, never for an unauthenticated notice.
    pub async fn revoke(&self, profile: &Profile, token: &RefreshToken) {
        let client = self.profile_client(profile);
        let Some(authority) = client.at_hand(profile, UserFlowKind::SignIn) else {
            return;
        };
        let Some(endpoint) = &authority.metadata.revocation_endpoint else {
            return;
        };
        let form: Form<'_> = vec![
            ("token", token.expose().into()),
            ("token_type_hint", "refresh_token".into()),
        ];
        let outcome = match client.authenticate(&authority, Try::First).await {
            Ok(authentication) => match client.post(endpoint, &form, &authentication).await {
                // RFC 7009 §2.2: 200 also for an unknown token.
                Ok(response) if response.status.as_u16() == 200 => return,
                Ok(response) => format!("status {}", response.status.as_u16()),
                Err(error) => error.to_string(),
            },
            Err(problem) => problem.to_string(),
        };
        tracing::warn!(profile.id = %profile.id, outcome, "a refresh token could not be revoked");
    }
}
