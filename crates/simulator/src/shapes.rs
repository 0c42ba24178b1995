//! The shapes in which deployments of the same kind of authority answer differently.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where deployments of the same kind of authority legitimately differ.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a setting of a deployment by itself"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Shapes {
    /// External ID behind a custom domain: issuer on the Entra host instead of the GUID host.
    pub custom_domain_issuer_on_entra_host: bool,
    /// B2C: issuer of the form `…/tfp/{GUID}/{policy}/v2.0/`.
    pub b2c_issuer_with_policy: bool,
    /// B2C: policy as `?p=` in the addresses of the metadata.
    pub b2c_policy_in_query: bool,
    /// B2C: policy in `acr` instead of `tfp`.
    pub b2c_policy_in_acr: bool,
    /// Optional claims that the registration asks for: `sid`, `login_hint`, `auth_time`, `email`, `given_name`, `family_name`.
    pub optional_claims: Vec<String>,
    /// Entra: `hasgroups` instead of `_claim_names` for people with too many groups.
    pub overage_as_hasgroups: bool,
    /// Seconds until an access token expires, instead of [`crate::Options::access_token_lifetime`].
    pub access_token_lifetime: Option<i64>,
    /// How an API writes a claims challenge.
    pub challenge: ChallengeForm,
    /// `oidc`: ES256 instead of RS256.
    pub oidc_es256: bool,
    /// `oidc`: token endpoint takes HTTP Basic only.
    pub oidc_basic_only: bool,
    /// `oidc`: key sets hold further keys of types, curves and uses that a relying party need not know.
    pub oidc_hostile_keys: bool,
    /// B2C: the claim that holds the policy, instead of `tfp`; empty for none.
    pub b2c_policy_claim: Option<String>,
    /// Authentication contexts that are asked for (`acr_values`, or `acrs` in `claims`) are not granted, as by a directory
    /// without such a policy.
    pub contexts_not_granted: bool,
    /// B2C: `sub` says that it is not supported, as older tenants have it.
    pub b2c_subject_not_supported: bool,
}

/// How a claims challenge is written into `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeForm {
    /// `claims` as base64.
    Base64,
    /// `claims` as JSON with escaped quotes.
    RawJson,
    /// A `PoP` challenge in one header, the `Bearer` one in a second.
    TwoHeaders,
}

impl Default for Shapes {
    fn default() -> Self {
        Self {
            custom_domain_issuer_on_entra_host: false,
            b2c_issuer_with_policy: false,
            b2c_policy_in_query: false,
            b2c_policy_in_acr: false,
            optional_claims: vec!["sid".to_owned(), "login_hint".to_owned()],
            overage_as_hasgroups: false,
            access_token_lifetime: None,
            challenge: ChallengeForm::Base64,
            oidc_es256: false,
            oidc_basic_only: false,
            oidc_hostile_keys: false,
            b2c_policy_claim: None,
            contexts_not_granted: false,
            b2c_subject_not_supported: false,
        }
    }
}
