//! How the gateway proves itself at a token endpoint (OIDC Core §9), from a profile's credential.
//!
//! Owns which proof is made and when a second one is worth trying. Files are read at each use, so that an
//! exchanged secret, certificate or platform token needs no restart.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use crate::domain::clock::{Random, Timestamp};
use crate::domain::credential::{Credential, SecretMethod, SecretSource};
use crate::domain::profile::Profile;
use crate::domain::secret::{ClientAssertion, ClientSecret};
use crate::oidc::authority_error::AuthorityErrorDetail;
use crate::oidc::client_auth::certificate::{Assertion, Shelf};
use crate::oidc::client_auth::managed_identity::ManagedIdentity;
use crate::oidc::discovery::metadata::Metadata;
use crate::oidc::error::CredentialProblem;

/// RFC 7523 §2.2
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Codes after which the same kind of assertion, made anew, may succeed (microsoft-identity 5.2).
const ASSERTION_CODES: [u64; 6] = [700_024, 700_027, 7_000_214, 1_000_502, 7_000_274, 7_000_277];
/// Codes of a secret that is wrong or expired.
const SECRET_CODES: [u64; 2] = [7_000_215, 7_000_222];

/// What goes along with a token request. Holds secrets: never printed.
#[derive(Default)]
pub(crate) struct Proof {
    pub(crate) form: Vec<(&'static str, String)>,
    pub(crate) authorization: Option<String>,
}

/// What a proof is made for.
pub(crate) struct ProofRequest<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) metadata: &'a Metadata,
    pub(crate) now: Timestamp,
    pub(crate) random: &'a dyn Random,
    /// The second try of one request.
    pub(crate) second: bool,
}

/// What is remembered between proofs of one profile.
#[derive(Debug, Default)]
pub(crate) struct ClientAuth {
    /// The other one of two secrets or certificates was accepted last.
    other_first: AtomicBool,
    certificates: Shelf,
    /// The last good content of each secret's file: one that is emptied or gone for a moment stops nobody.
    secrets: Mutex<HashMap<PathBuf, ClientSecret>>,
}

impl ClientAuth {
    /// Makes a proof.
    pub(crate) async fn prove(
        &self,
        request: &ProofRequest<'_>,
        identities: &ManagedIdentity,
    ) -> Result<Proof, CredentialProblem> {
        let client = &request.profile.client;
        let id = client.id.as_str();
        let other = self.other_first.load(Ordering::Relaxed) != request.second;
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
            // The platform exchanges the file: what was read a minute ago may be over (microsoft-identity 5.3).
            Credential::FederatedToken(path) => {
                let assertion = ClientAssertion::new(read_text(path).await?);
                Ok(asserted(id, &assertion))
            }
            Credential::ManagedIdentity { identity, audience } => {
                let identity = identity.as_deref();
                let assertion = identities
                    .token(identity, audience, request.now, request.second)
                    .await?;
                Ok(asserted(id, &assertion))
            }
        }
    }

    /// Forgets files that the profile named once: an edit that names others makes nothing grow.
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

    /// Whether a second proof may succeed where the first was refused.
    pub(crate) fn may_succeed_again(profile: &Profile, refusal: &AuthorityErrorDetail) -> bool {
        let any = |codes: &[u64]| codes.iter().any(|code| refusal.has_entra(*code));
        match &profile.client.credential {
            Credential::Public | Credential::Secret { next: None, .. } => false,
            Credential::Secret { next: Some(_), .. } => {
                refusal.error == "invalid_client" || any(&SECRET_CODES) || refusal.has_b2c(90_081)
            }
            Credential::Certificate { .. }
            | Credential::FederatedToken(_)
            | Credential::ManagedIdentity { .. } => any(&ASSERTION_CODES),
        }
    }

    /// Remembers that the second proof was accepted: it comes first from now on.
    pub(crate) fn second_accepted(&self) {
        self.other_first.fetch_xor(true, Ordering::Relaxed);
    }
}

/// The profile's word, else the dialect's, else the metadata's; basic is what a provider must know (OIDC Core §9).
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

fn in_body(id: &str, proof: Option<(&'static str, String)>) -> Proof {
    let mut form = vec![("client_id", id.to_owned())];
    form.extend(proof);
    Proof {
        form,
        authorization: None,
    }
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are joined.
fn in_header(id: &str, secret: &ClientSecret) -> Proof {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encode(id), encode(secret.expose()));
    Proof {
        form: Vec::new(),
        authorization: Some(format!("Basic {}", STANDARD.encode(pair))),
    }
}

fn asserted(id: &str, assertion: &ClientAssertion) -> Proof {
    let mut proof = in_body(
        id,
        Some(("client_assertion", assertion.expose().to_owned())),
    );
    proof
        .form
        .push(("client_assertion_type", ASSERTION_TYPE.to_owned()));
    proof
}

/// The text of a file without a byte order mark and without white space around it, as the profile's reader takes it.
async fn read_text(path: &Path) -> Result<String, CredentialProblem> {
    let text = tokio::fs::read_to_string(path)
        .await
        .map_err(|error| unreadable(path, &error))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(CredentialProblem::Empty(path.display().to_string()));
    }
    Ok(text.to_owned())
}

/// A file that cannot be read, in words without its content.
pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> CredentialProblem {
    CredentialProblem::Unreadable {
        path: path.display().to_string(),
        why: error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::testing::{Zeros, entra, identities, metadata_of, oidc};

    async fn proof(profile: &Profile, second: bool, auth: &ClientAuth) -> Proof {
        let request = ProofRequest {
            profile,
            metadata: &metadata_of(profile),
            now: Timestamp::default(),
            random: &Zeros,
            second,
        };
        auth.prove(&request, &identities()).await.unwrap()
    }

    fn secret(text: &str) -> SecretSource {
        SecretSource::Fixed(ClientSecret::new(text))
    }

    #[tokio::test]
    async fn a14_id_and_secret_are_form_encoded_before_basic() {
        let mut profile = oidc();
        profile.client.credential = Credential::Secret {
            current: secret("a:b%c+d~e ä"),
            next: None,
        };
        let proof = proof(&profile, false, &ClientAuth::default()).await;
        let header = proof.authorization.unwrap();
        let decoded = STANDARD
            .decode(header.strip_prefix("Basic ").unwrap())
            .unwrap();
        assert_eq!(
            String::from_utf8(decoded).unwrap(),
            "client:a%3Ab%25c%2Bd%7Ee+%C3%A4"
        );
        assert!(proof.form.is_empty(), "a62: never two methods at once");
    }

    #[tokio::test]
    async fn a62_microsoft_gets_the_secret_in_the_body_and_only_there() {
        let proof = proof(&entra(), false, &ClientAuth::default()).await;
        assert_eq!(proof.authorization, None);
        assert_eq!(
            proof.form,
            [
                ("client_id", "client".to_owned()),
                ("client_secret", "hush".to_owned())
            ]
        );
    }

    #[tokio::test]
    async fn of_two_secrets_the_second_is_tried_and_then_comes_first() {
        let mut profile = entra();
        profile.client.credential = Credential::Secret {
            current: secret("old"),
            next: Some(secret("new")),
        };
        let auth = ClientAuth::default();
        let used = async |second| proof(&profile, second, &auth).await.form[1].1.clone();
        assert_eq!(used(false).await, "old");
        assert_eq!(used(true).await, "new");
        auth.second_accepted();
        assert_eq!(used(false).await, "new");
        assert_eq!(used(true).await, "old");
    }

    #[tokio::test]
    async fn d66_a_secret_file_is_read_again_at_each_use() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, "one\n").unwrap();
        let mut profile = entra();
        profile.client.credential = Credential::Secret {
            current: SecretSource::File {
                path: path.clone(),
                loaded: ClientSecret::new("loaded"),
            },
            next: None,
        };
        let auth = ClientAuth::default();
        std::fs::write(&path, " \n").unwrap();
        let never_read = proof(&profile, false, &auth).await;
        assert_eq!(
            never_read.form[1].1, "loaded",
            "emptied before its first use"
        );
        std::fs::write(&path, "one\n").unwrap();
        assert_eq!(proof(&profile, false, &auth).await.form[1].1, "one");
        std::fs::write(&path, "two").unwrap();
        assert_eq!(proof(&profile, false, &auth).await.form[1].1, "two");
        std::fs::write(&path, " \n").unwrap();
        assert_eq!(
            proof(&profile, false, &auth).await.form[1].1,
            "two",
            "emptied"
        );
        std::fs::remove_file(&path).unwrap();
        assert_eq!(proof(&profile, false, &auth).await.form[1].1, "two", "gone");
    }

    #[tokio::test]
    async fn edits_that_name_another_secret_file_leave_one() {
        let folder = tempfile::tempdir().unwrap();
        let auth = ClientAuth::default();
        let mut profile = entra();
        for number in 0..20 {
            let path = folder.path().join(format!("secret-{number}"));
            std::fs::write(&path, "hush").unwrap();
            profile.client.credential = Credential::Secret {
                current: SecretSource::File {
                    path,
                    loaded: ClientSecret::new("hush"),
                },
                next: None,
            };
            proof(&profile, false, &auth).await;
        }
        assert_eq!(auth.secrets.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn t16_a_federated_token_is_read_again_at_each_use() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "jwt-1").unwrap();
        let mut profile = entra();
        profile.client.credential = Credential::FederatedToken(path.clone());
        let auth = ClientAuth::default();
        let first = proof(&profile, false, &auth).await;
        assert!(
            first
                .form
                .contains(&("client_assertion", "jwt-1".to_owned()))
        );
        assert!(
            first
                .form
                .contains(&("client_assertion_type", ASSERTION_TYPE.to_owned()))
        );
        std::fs::write(&path, "jwt-2").unwrap();
        let second = proof(&profile, false, &auth).await;
        assert!(
            second
                .form
                .contains(&("client_assertion", "jwt-2".to_owned()))
        );
    }

    #[test]
    fn a_wrong_secret_is_not_tried_twice_when_there_is_only_one() {
        let refusal = AuthorityErrorDetail::from_body(
            br#"{"error":"invalid_client","error_codes":[7000215]}"#,
        )
        .unwrap();
        assert!(!ClientAuth::may_succeed_again(&entra(), &refusal));
    }
}
