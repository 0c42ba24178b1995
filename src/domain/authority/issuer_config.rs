//! Where the tokens of a user flow come from.

use url::Url;

use crate::domain::authority::user_flow::{PolicyClaim, UserFlow};
use crate::domain::issuer::IssuerPolicy;

/// The metadata document of a user flow, and the issuers that its tokens may have.
#[derive(Debug, Clone)]
pub struct IssuerConfig {
    /// The address of the metadata document (OIDC Discovery §4).
    pub metadata_url: Url,
    /// Which issuers are accepted.
    pub issuer: IssuerPolicy,
    /// The user flow that the token must name.
    pub user_flow: Option<UserFlow>,
    /// Whether tokens name their user flow.
    pub policy_claim: PolicyClaim,
}

/// The issuer configurations of an authority, one for each user flow that it has.
#[derive(Debug, Clone)]
pub(super) struct IssuerConfigs {
    pub(super) sign_in: IssuerConfig,
    pub(super) edit_profile: Option<IssuerConfig>,
    pub(super) reset_password: Option<IssuerConfig>,
}

impl IssuerConfigs {
    /// An authority without user flows: one configuration serves every sign-in.
    pub(super) fn sign_in_only(sign_in: IssuerConfig) -> Self {
        Self {
            sign_in,
            edit_profile: None,
            reset_password: None,
        }
    }
}
