//! A token of Microsoft Graph on behalf of a caller with an access token of ours (Microsoft's on-behalf-of flow, RFC 7523
//! §2.1): the caller's token is the assertion.
//!
//! It succeeds only if the token's audience is the application of the profile itself: the authority exchanges a token for
//! nobody but its audience.

use crate::domain::authority::UserFlowKind;
use crate::domain::profile::Profile;
use crate::domain::secret::AccessToken;
use crate::oidc::authorities::Authorities;
use crate::oidc::error::{Invalid, OidcError, ResponseFault};
use crate::oidc::requests::parameters::Form;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl Authorities {
    /// A token of Graph that reads the groups of the person behind an access token. The token was verified before.
    ///
    /// # Errors
    /// `Unavailable` passes; every other error means that this token cannot be exchanged.
    pub async fn graph_token_on_behalf_of(
        &self,
        profile: &Profile,
        assertion: &str,
    ) -> Result<AccessToken, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        let grant: Form<'_> = vec![
            ("grant_type", GRANT.into()),
            ("assertion", assertion.into()),
            ("requested_token_use", "on_behalf_of".into()),
            ("scope", "User.Read".into()),
        ];
        let response = client.request_tokens(&authority, &grant).await?;
        let missing = Invalid::Response(ResponseFault::AccessToken);
        response.access_token.ok_or_else(|| missing.into())
    }
}
