//! Questions of an operator to an authority: for `check --online`, never for a request of a person.

use std::sync::Arc;

use crate::domain::authority::UserFlowKind;
use crate::domain::issuer::IssuerPolicy;
use crate::domain::profile::Profile;
use crate::oidc::authorities::Authorities;
use crate::oidc::authority_error::{AuthorityErrorDetail, Remedy};
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::{CredentialProblem, OidcError, ResponseFault};
use crate::oidc::requests::token_endpoint::Failure;

/// What an authority showed of one journey.
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

/// Whether the authority accepts the gateway's credential.
#[derive(Debug, Clone)]
pub enum CredentialProbe {
    /// It does.
    Accepted,
    /// It does not, in its words.
    Refused(Box<AuthorityErrorDetail>),
    /// No proof could be made.
    Unusable(CredentialProblem),
    /// What came back is no token response.
    NoAnswer(ResponseFault),
    /// Its answer says nothing about the credential.
    Unclear(String),
}

impl Authorities {
    /// Fetches metadata and keys of a journey.
    ///
    /// # Errors
    /// What keeps people from signing in.
    pub async fn probe(
        &self,
        profile: &Profile,
        journey: UserFlowKind,
    ) -> Result<Probe, OidcError> {
        let place = self.room(profile).place(profile, journey)?;
        let metadata = place.metadata().await?;
        let keys = place.keys(&metadata).await.map(|keys| KeyCount {
            usable: keys.len(),
            skipped: keys.skipped,
        });
        Ok(Probe { metadata, keys })
    }

    /// Proves the gateway to the token endpoint with a grant that gives nobody anything.
    ///
    /// # Errors
    /// When the authority cannot be asked.
    pub async fn probe_credential(&self, profile: &Profile) -> Result<CredentialProbe, OidcError> {
        let room = self.room(profile);
        let place = room.place(profile, UserFlowKind::SignIn)?;
        let metadata = place.metadata().await?;
        let own = format!("{}/.default", profile.client.id.as_str());
        let many = matches!(place.issuer_config.issuer, IssuerPolicy::ManyTenants { .. });
        // Entra ID looks at a grant's form before it looks at the client; a token for oneself needs no permission.
        let grant = if profile.authority.dialect().groups_from_graph && !many {
            [
                ("grant_type", "client_credentials"),
                ("scope", own.as_str()),
            ]
        } else {
            [
                ("grant_type", "refresh_token"),
                ("refresh_token", "gatehouse-check"),
            ]
        };
        Ok(match room.exchange(profile, &metadata, &grant).await {
            Ok(_) => CredentialProbe::Accepted,
            // As from a proxy that answers 200 to everything: nothing was accepted.
            Err(Failure::Response(damaged)) => CredentialProbe::NoAnswer(damaged.fault),
            Err(Failure::Credential(problem)) => CredentialProbe::Unusable(problem),
            Err(Failure::Refusal(detail)) => match detail.error.as_str() {
                "invalid_grant" | "unsupported_grant_type" => CredentialProbe::Accepted,
                // Without a code of its own it is about the grant, not about the client.
                "unauthorized_client" if detail.codes.is_empty() => CredentialProbe::Accepted,
                "invalid_client" => CredentialProbe::Refused(detail),
                _ if detail.remedy() == Remedy::Operator => CredentialProbe::Refused(detail),
                _ => CredentialProbe::Unclear(detail.to_string()),
            },
            Err(outage) => return Err(outage.into()),
        })
    }
}
