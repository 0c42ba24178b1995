//! Test requests to an authority for `check --online`; no request of a person causes one.

use std::sync::Arc;

use crate::domain::authority::UserFlowKind;
use crate::domain::issuer::IssuerPolicy;
use crate::domain::profile::Profile;
use crate::oidc::authorities::Authorities;
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{CredentialProblem, OidcError, ResponseFault};
use crate::oidc::error_codes::Remedy;
use crate::oidc::requests::parameters::Form;
use crate::oidc::requests::token_request_error::TokenRequestError;

/// What an authority publishes for one user flow.
#[derive(Debug, Clone)]
pub struct Probe {
    /// The metadata, accepted by the profile's policy.
    pub metadata: Arc<Metadata>,
    /// The signing keys, or why there are none.
    pub keys: Result<KeyCount, OidcError>,
}

/// How many keys a key set has.
#[derive(Debug, Clone, Copy)]
pub struct KeyCount {
    /// Signing keys that can be used.
    pub usable: usize,
    /// Keys that are not: for encryption, too weak, of an unknown kind.
    pub skipped: usize,
}

/// Whether the authority accepts the client's credential.
#[derive(Debug, Clone)]
pub enum CredentialProbe {
    /// It does.
    Accepted,
    /// It does not, and says why.
    Refused(Box<AuthorityErrorDetail>),
    /// No client authentication could be made with it.
    Unusable(CredentialProblem),
    /// The response is no token response.
    NoAnswer(ResponseFault),
    /// The response says nothing about the credential.
    Unclear(String),
}

impl Authorities {
    /// Fetches metadata and keys of a user flow.
    ///
    /// # Errors
    /// What keeps people from signing in.
    pub async fn probe(&self, profile: &Profile, flow: UserFlowKind) -> Result<Probe, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, flow).await?;
        let keys = authority.keys().await.map(|keys| KeyCount {
            usable: keys.len(),
            skipped: keys.skipped,
        });
        Ok(Probe {
            metadata: authority.metadata,
            keys,
        })
    }

    /// Authenticates the client at the token endpoint, with a grant that gives nobody anything.
    ///
    /// # Errors
    /// When the authority cannot be asked.
    pub async fn probe_credential(&self, profile: &Profile) -> Result<CredentialProbe, OidcError> {
        let client = self.profile_client(profile);
        let authority = client.discovered(profile, UserFlowKind::SignIn).await?;
        let own = format!("{}/.default", profile.client.id.as_str());
        let policy = &authority.discovery.issuer_config.issuer;
        let many = matches!(policy, IssuerPolicy::ManyTenants { .. });
        // Entra ID checks the form of a grant before it checks the client; a token for the client itself needs no
        // permission.
        let grant: Form<'_> = if profile.authority.dialect().groups_from_graph && !many {
            vec![
                ("grant_type", "client_credentials".into()),
                ("scope", own.into()),
            ]
        } else {
            vec![
                ("grant_type", "refresh_token".into()),
                ("refresh_token", "gatehouse-check".into()),
            ]
        };
        Ok(match client.request_tokens(&authority, &grant).await {
            Ok(_) => CredentialProbe::Accepted,
            // As from a proxy that answers 200 to everything: nothing was accepted.
            Err(TokenRequestError::Response(unusable)) => CredentialProbe::NoAnswer(unusable.fault),
            Err(TokenRequestError::Credential(problem)) => CredentialProbe::Unusable(problem),
            Err(TokenRequestError::Refusal(detail)) => of_refusal(detail),
            Err(outage) => return Err(outage.into()),
        })
    }
}

fn of_refusal(detail: Box<AuthorityErrorDetail>) -> CredentialProbe {
    match detail.error.as_str() {
        "invalid_grant" | "unsupported_grant_type" => CredentialProbe::Accepted,
        // Without a code this is about the grant, not about the client.
        "unauthorized_client" if detail.codes.is_empty() => CredentialProbe::Accepted,
        "invalid_client" => CredentialProbe::Refused(detail),
        _ if detail.remedy() == Remedy::Operator => CredentialProbe::Refused(detail),
        _ => CredentialProbe::Unclear(detail.to_string()),
    }
}
