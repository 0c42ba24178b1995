//! `Authority`: metadata addresses, issuer policies and a dialect, derived from the keys of a profile.

use url::Url;

use crate::domain::authority::derivation::Derivation;
use crate::domain::authority::dialect::Dialect;
use crate::domain::authority::input::{AuthorityError, AuthorityInput};
use crate::domain::authority::issuer_config::{IssuerConfig, IssuerConfigs};
use crate::domain::authority::kind::Kind;
use crate::domain::authority::microsoft_hosts::is_microsoft_host;
use crate::domain::authority::user_flow::UserFlowKind;
use crate::domain::credential::ClientId;
use crate::domain::public_url::{is_loopback, is_secure_enough};

/// Who signs people in.
#[derive(Debug, Clone)]
pub struct Authority {
    kind: Kind,
    /// The key `authority`, byte for byte.
    text: String,
    url: Url,
    dialect: Dialect,
    configs: IssuerConfigs,
}

impl Authority {
    /// Derives metadata addresses, issuer policies and the dialect. Keys that have no effect with the kind are ignored;
    /// [`AuthorityInput::keys_without_effect`] lists them.
    ///
    /// # Errors
    /// Everything that is wrong with the keys, each with the key that it is about.
    pub fn new(input: &AuthorityInput) -> Result<Self, Vec<AuthorityError>> {
        let mut derivation = Derivation::new(input);
        let configs = derivation.issuer_configs();
        let (url, errors) = derivation.finish();
        match (url, configs) {
            (Some(url), Some(configs)) if errors.is_empty() => Ok(Self {
                kind: input.kind,
                text: input.url.clone(),
                url,
                dialect: Dialect::of(input.kind),
                configs,
            }),
            _ => Err(errors),
        }
    }

    /// The kind, for people to read. Rules ask for the [`Dialect`] instead.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The address as configured, byte for byte: at an OpenID provider, the issuer.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address, parsed.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What differs between authorities besides the issuer.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The issuer configuration of a user flow; `None` if the authority has no such user flow.
    pub fn issuer_config(&self, user_flow: UserFlowKind) -> Option<&IssuerConfig> {
        match user_flow {
            UserFlowKind::SignIn => Some(&self.configs.sign_in),
            UserFlowKind::EditProfile => self.configs.edit_profile.as_ref(),
            UserFlowKind::ResetPassword => self.configs.reset_password.as_ref(),
        }
    }

    /// The issuer configuration of sign-in.
    pub fn sign_in(&self) -> &IssuerConfig {
        &self.configs.sign_in
    }

    /// The address at which a client asks for the metadata of a user flow. An application with a signing key of its own
    /// has that key in no other document.
    pub fn metadata_address(&self, issuer_config: &IssuerConfig, client: &ClientId) -> Url {
        let mut address = issuer_config.metadata_url.clone();
        if self.dialect.keys_by_application {
            let mut query = address.query_pairs_mut();
            query.append_pair("appid", client.as_str());
        }
        address
    }

    /// Whether an endpoint of the metadata may be used: it is https and its host belongs to this authority. A generic
    /// provider may use several hosts, but an authority on the internet never a loopback host.
    pub fn accepts_endpoint(&self, endpoint: &Url, issuer: &str) -> bool {
        let Some(host) = endpoint.host() else {
            return false;
        };
        if !is_secure_enough(endpoint) {
            return false;
        }
        let ours_is_loopback = self.url.host().is_some_and(|host| is_loopback(&host));
        if is_loopback(&host) {
            return ours_is_loopback;
        }
        if !self.dialect.microsoft {
            return true;
        }
        let issuer_host = Url::parse(issuer)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        let name = endpoint.host_str().unwrap_or_default();
        Some(name) == self.url.host_str()
            || Some(name) == issuer_host.as_deref()
            || is_microsoft_host(name)
    }
}
