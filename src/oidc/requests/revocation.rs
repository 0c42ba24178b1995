//! Gives a refresh token back (RFC 7009): the sign-out of a session reaches the authority's books, too.
//!
//! Best effort by nature: the session here has ended already, and Microsoft has no such endpoint.

use crate::domain::authority::UserFlowKind;
use crate::domain::profile::Profile;
use crate::domain::secret::RefreshToken;
use crate::oidc::authorities::Authorities;
use crate::oidc::client_auth::authenticator::ProofRequest;

impl Authorities {
    /// Revokes a refresh token where the authority announces an endpoint for it; otherwise does nothing. For a
    /// sign-out that the person asked for, never for an unauthenticated notice.
    pub async fn revoke(&self, profile: &Profile, token: &RefreshToken) {
        let room = self.room(profile);
        let Ok(place) = room.place(profile, UserFlowKind::SignIn) else {
            return;
        };
        let Some(metadata) = place.metadata_at_hand() else {
            return;
        };
        let Some(endpoint) = &metadata.revocation_endpoint else {
            return;
        };
        let request = ProofRequest {
            profile,
            metadata: &metadata,
            now: self.now(),
            random: &*room.means.random,
            second: false,
        };
        let form = [
            ("token", token.expose()),
            ("token_type_hint", "refresh_token"),
        ];
        let outcome = match room.client_auth.prove(&request, &room.identities).await {
            Ok(proof) => match room.post(endpoint, &form, &proof).await {
                // RFC 7009 §2.2: 200 also for a token that is not known.
                Ok(answer) if answer.status.as_u16() == 200 => return,
                Ok(answer) => format!("status {}", answer.status.as_u16()),
                Err(outage) => outage.to_string(),
            },
            Err(problem) => problem.to_string(),
        };
        tracing::warn!(profile.id = %profile.id, outcome, "a refresh token could not be revoked");
    }
}
