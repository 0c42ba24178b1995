//! The credentials of one profile as they are used at the token endpoint (OIDC Core §9).
//!
//! Owns which client authentication a request gets, and when a second one is worth trying. Files are read at each use,
//! so that a rotated secret, certificate or platform token needs no restart.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::domain::clock::Timestamp;
use crate::domain::credential::{Credential, SecretMethod, SecretSource};
use crate::domain::profile::Profile;
use crate::domain::random::Random;
use crate::domain::secret::{ClientAssertion, ClientSecret};
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::client_auth::certificate::{Assertion, CertificateCache};
use crate::oidc::client_auth::credential_file::read_text;
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::CredentialProblem;
use crate::oidc::error_codes::Topic;

/// RFC 7523 §2.2
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The client authentication of one request. Holds secrets: never printed.
#[derive(Default)]
pub(crate) struct ClientAuthentication {
    pub(crate) form: Vec<(&'static str, String)>,
    pub(crate) authorization: Option<String>,
}

/// What a client authentication is made for.
pub(crate) struct AuthenticationRequest<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) metadata: &'a Metadata,
    pub(crate) now: Timestamp,
    pub(crate) random: &'a dyn Random,
    pub(crate) which: Try,
}

/// The first or the second try of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Try {
    First,
    /// With the other secret or certificate, or with a new assertion.
    Second,
}

/// What is remembered between the requests of one profile.
#[derive(Debug, Default)]
pub(crate) struct ProfileCredentials {
    /// Of two secrets or certificates, the other one was accepted last.
    other_first: AtomicBool,
    certificates: CertificateCache,
    /// The last good content of each secret's file: an empty or missing file stops nobody from signing in.
    secrets: Mutex<HashMap<PathBuf, ClientSecret>>,
}

impl ProfileCredentials {
    /// Makes the client authentication of a request.
    pub(crate) async fn authenticate(
        &self,
        request: &AuthenticationRequest<'_>,
        identities: &ManagedIdentity,
    ) -> Result<ClientAuthentication, CredentialProblem> {
        let client = &request.profile.client;
        let id = client.id.as_str();
        let other = self.other_first.load(Ordering::Relaxed) != (request.which == Try::Second);
        match &client.credential {
            Credential::Public => Ok(in_body(id, None)),
            Credential::Secret { current, next } => {
                let source = next.as_ref().filter(|_| other).unwrap_or(current);
                self.keep_only(current, next.as_ref());
                let secret = self.secret(source).await;
                Ok(match secret_method(request.profile, request.metadata) {
                    SecretMethod::Post => {
                        in_body(id, Some(("client_secret", secret.expose().to_owned())))
                    }
                    SecretMethod::Basic => in_header(id, &secret),
                })
            }
            Credential::Certificate {
                certificates,
                send_chain,
            } => {
                let certificate = self
                    .certificates
                    .usable(certificates, request.now, other)
                    .await?;
                let assertion = certificate.assertion(&Assertion {
                    client_id: id,
                    audience: request.metadata.token_endpoint.as_str(),
                    now: request.now,
                    random: request.random,
                    send_chain: *send_chain,
                })?;
                Ok(asserted(id, &assertion))
            }
            // The platform replaces the file: what was read a minute ago may have expired (microsoft-identity 5.3).
            Credential::FederatedToken(path) => {
                let assertion = ClientAssertion::new(read_text(path).await?);
                Ok(asserted(id, &assertion))
            }
            Credential::ManagedIdentity { identity, audience } => {
                let identity = identity.as_deref();
                let assertion = identities
                    .token(
                        identity,
                        audience,
                        request.now,
                        request.which == Try::Second,
                    )
                    .await?;
                Ok(asserted(id, &assertion))
            }
        }
    }

    /// Forgets files that the profile names no more: otherwise each edit of the profile would leave one behind.
    fn keep_only(&self, current: &SecretSource, next: Option<&SecretSource>) {
        let named = |path: &PathBuf| {
            let is = |source: &SecretSource| matches!(source, SecretSource::File { path: file, .. } if file == path);
            is(current) || next.is_some_and(is)
        };
        let mut known = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|path, _| named(path));
    }

    async fn secret(&self, source: &SecretSource) -> ClientSecret {
        let (path, loaded) = match source {
            SecretSource::Fixed(secret) => return secret.clone(),
            SecretSource::File { path, loaded } => (path, loaded),
        };
        let read = read_text(path).await;
        let mut known = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(text) => {
                let secret = ClientSecret::new(text);
                known.insert(path.clone(), secret.clone());
                secret
            }
            Err(problem) => {
                tracing::error!(error = %problem, "a secret cannot be read; its last good content is used");
                known.get(path).unwrap_or(loaded).clone()
            }
        }
    }

    /// Remembers that the second try was accepted: what it used comes first from now on.
    pub(crate) fn second_accepted(&self) {
        self.other_first.fetch_xor(true, Ordering::Relaxed);
    }
}

/// Whether another client authentication may be accepted where the first was refused.
pub(crate) fn may_succeed_with_another(profile: &Profile, refusal: &AuthorityErrorDetail) -> bool {
    let topic = refusal.topic();
    match &profile.client.credential {
        Credential::Public | Credential::Secret { next: None, .. } => false,
        Credential::Secret { next: Some(_), .. } => {
            refusal.error == "invalid_client"
                || [Topic::SecretWrong, Topic::SecretExpired].contains(&topic)
        }
        // Microsoft.Identity.Web makes a new assertion after exactly these, too (microsoft-identity 5.2).
        Credential::Certificate { .. }
        | Credential::FederatedToken(_)
        | Credential::ManagedIdentity { .. } => {
            [Topic::AssertionTime, Topic::AssertionKey].contains(&topic)
        }
    }
}

/// The profile's choice, else the dialect's, else the metadata's; every provider must support basic (OIDC Core §9).
fn secret_method(profile: &Profile, metadata: &Metadata) -> SecretMethod {
    let listed = |method: &str| {
        metadata
            .token_auth_methods
            .iter()
            .any(|name| name == method)
    };
    profile.client.secret_method.unwrap_or_else(|| {
        let post = listed("client_secret_post") && !listed("client_secret_basic");
        if profile.authority.dialect().microsoft || post {
            SecretMethod::Post
        } else {
            SecretMethod::Basic
        }
    })
}

fn in_body(id: &str, authentication: Option<(&'static str, String)>) -> ClientAuthentication {
    let mut form = vec![("client_id", id.to_owned())];
    form.extend(authentication);
    ClientAuthentication {
        form,
        authorization: None,
    }
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
fn in_header(id: &str, secret: &ClientSecret) -> ClientAuthentication {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret.expose()));
    ClientAuthentication {
        form: Vec::new(),
        authorization: Some(format!("Basic {}", STANDARD.encode(pair))),
    }
}

fn asserted(id: &str, assertion: &ClientAssertion) -> ClientAuthentication {
    let mut authentication = in_body(
        id,
        Some(("client_assertion", assertion.expose().to_owned())),
    );
    authentication
        .form
        .push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
    authentication
}

#[cfg(test)]
mod tests;
