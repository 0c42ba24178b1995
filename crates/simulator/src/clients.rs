//! Applications that are registered at the simulated authorities.
//!
//! Owns what a registration says. Does not check credentials: `client_auth` does.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::kind::Kind;

/// The secret of the applications that are registered from the start. It opens nothing outside the simulator.
pub const CLIENT_SECRET: &str = "sim8Q~this-secret-opens-nothing.but_the~simulator";

/// Addresses that an application may be sent back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registered {
    /// Any http or https address on a loopback host: for a demonstration on one machine.
    AnyLoopback,
    /// Exactly these strings (RFC 9700 §2.1).
    Exactly(Vec<String>),
}

impl Default for Registered {
    /// None.
    fn default() -> Self {
        Self::Exactly(Vec::new())
    }
}

impl Registered {
    /// Whether `uri` may be used.
    pub fn allows(&self, uri: &str) -> bool {
        match self {
            Self::Exactly(list) => list.iter().any(|registered| registered == uri),
            Self::AnyLoopback => Url::parse(uri).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.fragment().is_none()
                    && url.host().is_some_and(|host| is_loopback(&host))
            }),
        }
    }
}

impl Registered {
    /// Whether `uri` may be used at Microsoft's kinds, which ignore the port of `http://localhost` (reply-url).
    pub(crate) fn allows_any_port(&self, uri: &str) -> bool {
        let Self::Exactly(list) = self else {
            return false;
        };
        let without_port = |uri: &str| {
            let mut url = Url::parse(uri).ok()?;
            let is_localhost = url.scheme() == "http" && url.host_str() == Some("localhost");
            url.set_port(None).ok()?;
            is_localhost.then_some(url)
        };
        let asked = without_port(uri);
        asked.is_some()
            && list
                .iter()
                .any(|registered| without_port(registered) == asked)
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// How an application proves at the token endpoint who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// One of these secrets, in the body or as HTTP Basic.
    Secrets(Vec<String>),
    /// `private_key_jwt`; PEM of the certificates, or of bare public keys, that were uploaded.
    Certificates(Vec<String>),
    /// Workload identity federation: a token of another issuer.
    Federation(Federation),
    /// None: a public client, which must use PKCE.
    Public,
    /// Any one of these, as a registration may have secrets and certificates.
    Any(Vec<Credential>),
}

impl Credential {
    /// What a person who configures an application needs to know.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Secrets(secrets) => secrets
                .first()
                .map_or_else(String::new, |secret| format!("client_secret {secret}")),
            Self::Certificates(_) => "a certificate".to_owned(),
            Self::Federation(federation) => format!("federation with {}", federation.issuer),
            Self::Public => "none (public client)".to_owned(),
            Self::Any(credentials) => {
                let all: Vec<_> = credentials.iter().map(Self::shown).collect();
                all.join(" or ")
            }
        }
    }
}

/// A federated credential of an application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Federation {
    /// `iss` that the assertion must have.
    pub issuer: String,
    /// `sub` that the assertion must have.
    pub subject: String,
    /// `aud` that the assertion must have; `api://AzureADTokenExchange` as a rule.
    pub audience: String,
    /// PEM of the issuer's RSA public key. Without it the signature is not looked at.
    pub public_key: Option<String>,
    /// Assertions that are accepted word by word, for tests that have no issuer.
    pub literals: Vec<String>,
}

/// One registered application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// `client_id`.
    pub id: String,
    /// Where it is registered; `None` is everywhere.
    pub kind: Option<Kind>,
    /// How it proves who it is.
    pub credential: Credential,
    /// Where codes may be sent.
    pub redirect_uris: Registered,
    /// Where a browser may be sent after sign-out. Microsoft's kinds also take a redirect URI.
    pub post_logout_redirect_uris: Registered,
    /// Loaded in an iframe when a person signs out.
    pub front_channel_logout: Vec<String>,
    /// Gets a logout token when a person signs out (`oidc` only, as Microsoft offers none).
    #[serde(default)]
    pub back_channel_logout: Vec<String>,
    /// Redirect addresses of a single page application: its codes are redeemed by a script of that origin, without a secret.
    #[serde(default)]
    pub spa_redirect_uris: Registered,
    /// Whether tokens may be issued at the authorization endpoint (hybrid and implicit flow).
    #[serde(default)]
    pub implicit: bool,
    /// "Allow public client flows": device code and password without a credential.
    #[serde(default)]
    pub public_flows: bool,
    /// Identifier URIs of the API that the application exposes; `api://{client_id}` is always one.
    #[serde(default)]
    pub identifier_uris: Vec<String>,
    /// Scopes of that API. Any name is a scope when there are none.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Tokens are signed with a key of the application's own, which is published under `?appid=` only (claims mapping).
    #[serde(default)]
    pub own_signing_key: bool,
    /// Application permissions with an administrator's consent, as `{resource}/{role}`.
    #[serde(default)]
    pub application_permissions: Vec<String>,
}

impl Client {
    /// Every identifier URI of the API that the application exposes.
    pub(crate) fn apis(&self) -> impl Iterator<Item = String> {
        let own = format!("api://{}", self.id);
        std::iter::once(own).chain(self.identifier_uris.iter().cloned())
    }

    /// Roles that the application has at a resource.
    pub(crate) fn roles_at(&self, resource: &str) -> Vec<String> {
        let role = |permission: &String| {
            let (at, role) = permission.rsplit_once('/')?;
            (at == resource).then(|| role.to_owned())
        };
        self.application_permissions
            .iter()
            .filter_map(role)
            .collect()
    }

    /// An application with a secret that may come back to any loopback address.
    pub fn with_secret(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: None,
            credential: Credential::Secrets(vec![secret.into()]),
            redirect_uris: Registered::AnyLoopback,
            post_logout_redirect_uris: Registered::AnyLoopback,
            front_channel_logout: Vec::new(),
            back_channel_logout: Vec::new(),
            spa_redirect_uris: Registered::default(),
            implicit: false,
            public_flows: false,
            identifier_uris: Vec::new(),
            scopes: Vec::new(),
            own_signing_key: false,
            application_permissions: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_list_is_compared_letter_by_letter() {
        let list = Registered::Exactly(vec!["http://localhost:5000/redirect".to_owned()]);
        assert!(list.allows("http://localhost:5000/redirect"));
        assert!(!list.allows("http://localhost:5000/redirect/"));
        assert!(!list.allows("http://127.0.0.1:5000/redirect"));
    }

    #[test]
    fn the_port_of_localhost_may_be_ignored_and_no_other() {
        let list = Registered::Exactly(vec!["http://localhost/cb".to_owned()]);
        assert!(list.allows_any_port("http://localhost:43210/cb"));
        assert!(!list.allows_any_port("http://localhost:43210/other"));
        assert!(!list.allows_any_port("http://127.0.0.1:43210/cb"));
        assert!(!list.allows_any_port("https://localhost:43210/cb"));
    }

    #[test]
    fn any_loopback_never_means_the_rest_of_the_world() {
        for good in [
            "http://localhost:1/x",
            "http://127.0.0.1/",
            "http://a.localhost/",
            "http://[::1]:8/",
        ] {
            assert!(Registered::AnyLoopback.allows(good), "{good}");
        }
        for bad in [
            "https://evil.example/",
            "http://localhost.evil.example/",
            "javascript:alert(1)",
            "/x",
        ] {
            assert!(!Registered::AnyLoopback.allows(bad), "{bad}");
        }
    }
}
