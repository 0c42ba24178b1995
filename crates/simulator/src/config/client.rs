//! An application of one's own.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clients::{CLIENT_SECRET, Client, Credential, Registered};
use crate::kind::Kind;

/// An application. Everything but `id` has a default: any loopback redirect address, and the simulator's own secret.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the registration by itself"
)]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSettings {
    /// The `client_id`.
    pub id: String,
    /// The kind of authority at which it is registered. Default: all.
    pub kind: Option<Kind>,
    /// Secrets, any of which is right.
    pub secrets: Vec<String>,
    /// Certificates as PEM. In a file, also paths of PEM files, relative to that file.
    pub certificates: Vec<String>,
    /// A public client, which has neither secret nor certificate and must use PKCE.
    pub public: bool,
    /// "Allow public client flows": device code and password without a credential.
    pub public_flows: bool,
    /// Redirect addresses of a web or native application. Default: every loopback address.
    pub redirect_uris: Option<Vec<String>>,
    /// Redirect addresses of a single page application.
    pub spa_redirect_uris: Vec<String>,
    /// Where a browser may be sent after sign-out. Default: every loopback address.
    pub post_logout_redirect_uris: Option<Vec<String>>,
    /// Addresses that are loaded in an iframe at sign-out.
    pub front_channel_logout: Vec<String>,
    /// Addresses that get a logout token at sign-out (oidc only).
    pub back_channel_logout: Vec<String>,
    /// Tokens may be issued at the authorization endpoint (hybrid and implicit flow).
    pub implicit: bool,
    /// Identifier URIs of the API that the application exposes; `api://{id}` is always one.
    pub identifier_uris: Vec<String>,
    /// Scopes of that API. Default: any name is a scope.
    pub scopes: Vec<String>,
    /// Tokens are signed with a key of the application's own, which is published under `?appid=` only (Entra ID).
    pub own_signing_key: bool,
    /// Application permissions with an administrator's consent, as `{resource}/{role}`.
    pub application_permissions: Vec<String>,
}

impl ClientSettings {
    /// Reads certificates that are named by their paths.
    pub(super) fn read_certificates(&mut self, folder: &Path) -> Result<(), String> {
        for certificate in &mut self.certificates {
            if !is_pem(certificate) {
                let path = folder.join(&certificate);
                *certificate = std::fs::read_to_string(&path).map_err(|error| {
                    format!(
                        "client {}: certificates: cannot read {}: {error}",
                        self.id,
                        path.display()
                    )
                })?;
            }
        }
        Ok(())
    }

    /// The registration, or what is wrong with the settings.
    pub(crate) fn client(&self) -> Result<Client, String> {
        let wrong = |field: &str, why: &str| format!("client {}: {field} {why}", self.id);
        if self.id.is_empty() {
            return Err("client: id is missing".to_owned());
        }
        let has_credential = !self.secrets.is_empty() || !self.certificates.is_empty();
        if self.public && has_credential {
            return Err(wrong(
                "public",
                "clients have neither secrets nor certificates",
            ));
        }
        if let Some(bad) = self.certificates.iter().find(|pem| !is_certificate(pem)) {
            let beginning: String = bad.chars().take(30).collect();
            return Err(wrong("certificates", &format!("has no PEM: {beginning}")));
        }
        let registered = |uris: &Option<Vec<String>>| {
            uris.clone()
                .map_or(Registered::AnyLoopback, Registered::Exactly)
        };
        Ok(Client {
            id: self.id.clone(),
            kind: self.kind,
            credential: self.credential(),
            redirect_uris: registered(&self.redirect_uris),
            post_logout_redirect_uris: registered(&self.post_logout_redirect_uris),
            front_channel_logout: self.front_channel_logout.clone(),
            back_channel_logout: self.back_channel_logout.clone(),
            spa_redirect_uris: Registered::Exactly(self.spa_redirect_uris.clone()),
            implicit: self.implicit,
            public_flows: self.public_flows || self.public,
            identifier_uris: self.identifier_uris.clone(),
            scopes: self.scopes.clone(),
            own_signing_key: self.own_signing_key,
            application_permissions: self.application_permissions.clone(),
        })
    }

    fn credential(&self) -> Credential {
        let secrets = || Credential::Secrets(self.secrets.clone());
        let certificates = || Credential::Certificates(self.certificates.clone());
        match (self.secrets.is_empty(), self.certificates.is_empty()) {
            _ if self.public => Credential::Public,
            (true, true) => Credential::Secrets(vec![CLIENT_SECRET.to_owned()]),
            (false, true) => secrets(),
            (true, false) => certificates(),
            (false, false) => Credential::Any(vec![secrets(), certificates()]),
        }
    }
}

fn is_pem(text: &str) -> bool {
    text.trim_start().starts_with("-----BEGIN ")
}

fn is_certificate(pem: &str) -> bool {
    crate::certificates::first_pem_block(pem).is_some()
}
