//! Certificates as credentials: `private_key_jwt` with PS256 (RFC 7523 §2.2, microsoft-identity 5.2).
//!
//! Owns reading certificate files, choosing among several during a roll-over, and signing assertions with
//! aws-lc-rs. Never with the `rsa` crate: RUSTSEC-2023-0071 is about private keys whose use can be timed over a network.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use x509_parser::certificate::X509Certificate;
use x509_parser::time::ASN1Time;

use crate::domain::clock::Timestamp;
use crate::domain::credential::{CertificateSource, Credential, PemSource};
use crate::domain::profile::Profile;
use crate::domain::random::Random;
use crate::domain::secret::ClientAssertion;
use crate::oidc::client_auth::credential_file::read_bytes;
use crate::oidc::error::CredentialProblem;

/// Lifetime of an assertion (RFC 7523 §3 (4)).
const LIFE: Duration = Duration::from_mins(5);
/// How much earlier `nbf` is than now: an authority's clock may be behind ours.
const EARLIER: Duration = Duration::from_mins(5);

/// The values of an assertion.
pub(crate) struct Assertion<'a> {
    pub(crate) client_id: &'a str,
    /// The token endpoint (OIDC Core §9).
    pub(crate) audience: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) random: &'a dyn Random,
    pub(crate) send_chain: bool,
}

/// A certificate with its key, ready to sign.
pub(crate) struct Certificate {
    /// DER, leaf first.
    chain: Vec<Vec<u8>>,
    key: KeyPair,
    file: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// When one of a profile's certificates expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateExpiry {
    /// Its file.
    pub file: PathBuf,
    /// The last moment of its validity.
    pub not_after: Timestamp,
}

/// When the certificates of a profile expire. An unreadable certificate is left out; its use reports the error.
pub async fn certificate_ends(profile: &Profile) -> Vec<CertificateExpiry> {
    let Credential::Certificate { certificates, .. } = &profile.client.credential else {
        return Vec::new();
    };
    let mut ends = Vec::new();
    for source in certificates {
        let pem = tokio::fs::read(&source.certificate).await;
        if let Some((_, not_after)) = pem.ok().and_then(|pem| leaf_validity(&pem)) {
            ends.push(CertificateExpiry {
                file: source.certificate.clone(),
                not_after,
            });
        }
    }
    ends
}

/// Parsed certificates. A file is read at each use, but parsed only when its content changed.
#[derive(Default)]
pub(crate) struct CertificateCache(Mutex<HashMap<PathBuf, (Contents, Arc<Certificate>)>>);

impl std::fmt::Debug for CertificateCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CertificateCache")
    }
}

/// SHA-256 of certificate and key as they were read.
type Contents = [u8; 32];

impl CertificateCache {
    /// The first certificate that is within its validity, or with `other` the second one. A file that cannot be read
    /// does not keep the others from being used.
    pub(crate) async fn usable(
        &self,
        sources: &[CertificateSource],
        now: Timestamp,
        other: bool,
    ) -> Result<Arc<Certificate>, CredentialProblem> {
        self.keep_only(sources);
        let mut problem = CredentialProblem::OutsideValidity;
        let mut valid = Vec::new();
        for source in sources {
            match self.take(source).await {
                Ok(certificate) if certificate.not_before <= now && now < certificate.not_after => {
                    valid.push(certificate);
                }
                Ok(outside) => {
                    tracing::debug!(file = outside.file, "a certificate outside its validity");
                }
                Err(error) => problem = error,
            }
        }
        let at = usize::from(other && valid.len() > 1);
        valid.into_iter().nth(at).ok_or(problem)
    }

    /// Forgets files that the profile names no more: otherwise each edit of the profile would leave one behind.
    fn keep_only(&self, sources: &[CertificateSource]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|path, _| sources.iter().any(|source| source.certificate == *path));
    }

    async fn take(
        &self,
        source: &CertificateSource,
    ) -> Result<Arc<Certificate>, CredentialProblem> {
        let files = Files::read(source).await?;
        let contents = files.contents();
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((old, certificate)) = lock().get(&source.certificate)
            && *old == contents
        {
            return Ok(Arc::clone(certificate));
        }
        let certificate = Arc::new(Certificate::parse(source, &files)?);
        let entry = (contents, Arc::clone(&certificate));
        lock().insert(source.certificate.clone(), entry);
        Ok(certificate)
    }
}

/// The files of one certificate.
struct Files {
    certificate: Vec<u8>,
    /// `None` if the key stands in the certificate's file.
    key: Option<(Vec<u8>, String)>,
}

impl Files {
    async fn read(source: &CertificateSource) -> Result<Self, CredentialProblem> {
        let certificate = read_bytes(&source.certificate).await?;
        let key = match &source.key {
            None => None,
            Some(PemSource::Fixed(pem)) => Some((
                pem.expose().as_bytes().to_vec(),
                "client_certificate.key".to_owned(),
            )),
            Some(PemSource::File(path)) => {
                Some((read_bytes(path).await?, path.display().to_string()))
            }
        };
        Ok(Self { certificate, key })
    }

    fn contents(&self) -> Contents {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(&self.certificate.len().to_be_bytes());
        hash.update(&self.certificate);
        if let Some((key, _)) = &self.key {
            hash.update(key);
        }
        let mut contents = [0; 32];
        contents.copy_from_slice(hash.finish().as_ref());
        contents
    }
}

impl Certificate {
    /// Parses certificate and key, and checks that they are a pair.
    fn parse(source: &CertificateSource, files: &Files) -> Result<Self, CredentialProblem> {
        let file = source.certificate.display().to_string();
        let pem = &files.certificate;
        let chain: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(pem)
            .filter_map(Result::ok)
            .map(|der| der.to_vec())
            .collect();
        let none = || CredentialProblem::NoCertificate(file.clone());
        let leaf = chain.first().ok_or_else(none)?;
        let (_, leaf) = x509_parser::parse_x509_certificate(leaf).map_err(|_| none())?;
        let (not_before, not_after) = validity(&leaf).ok_or_else(none)?;
        let public = leaf.public_key().subject_public_key.data.to_vec();
        let (key, name) = match &files.key {
            None => (pem, &file),
            Some((key, name)) => (key, name),
        };
        let key = private_key(key).ok_or_else(|| CredentialProblem::NoKey(name.clone()))?;
        if key.public_key().as_ref() != public {
            return Err(CredentialProblem::NotAPair(file));
        }
        Ok(Self {
            chain,
            key,
            file,
            not_before,
            not_after,
        })
    }

    /// Signs an assertion: `aud` is the token endpoint, `jti` is new, the lifetime is short (RFC 7523 §3).
    pub(crate) fn assertion(
        &self,
        request: &Assertion<'_>,
    ) -> Result<ClientAssertion, CredentialProblem> {
        let leaf = self.chain.first().map(Vec::as_slice).unwrap_or_default();
        let thumbprint = digest::digest(&digest::SHA256, leaf);
        let mut header = json!({
            "alg": "PS256",
            "typ": "JWT",
            // RFC 7515 §4.1.8
            "x5t#S256": URL_SAFE_NO_PAD.encode(thumbprint),
        });
        if request.send_chain
            && let Some(header) = header.as_object_mut()
        {
            // RFC 7515 §4.1.6: plain base64, leaf first; another order is AADSTS700027.
            let chain: Vec<_> = self.chain.iter().map(|der| STANDARD.encode(der)).collect();
            header.insert("x5c".to_owned(), chain.into());
        }
        let mut bytes = [0; 16];
        request.random.fill(&mut bytes);
        let now = request.now;
        let claims = json!({
            "iss": request.client_id,
            "sub": request.client_id,
            "aud": request.audience,
            "jti": uuid::Builder::from_random_bytes(bytes).into_uuid().to_string(),
            "iat": now.timestamp(),
            "nbf": (now - EARLIER).timestamp(),
            "exp": (now + LIFE).timestamp(),
        });
        let encode = |part: serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                signed.as_bytes(),
                &mut signature,
            )
            .map_err(|_| CredentialProblem::NoKey(self.file.clone()))?;
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Ok(ClientAssertion::new(format!("{signed}.{signature}")))
    }
}

/// First and last moment of the first certificate of a file.
fn leaf_validity(pem: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let leaf = CertificateDer::pem_slice_iter(pem).find_map(Result::ok)?;
    let (_, leaf) = x509_parser::parse_x509_certificate(&leaf).ok()?;
    validity(&leaf)
}

fn validity(leaf: &X509Certificate<'_>) -> Option<(Timestamp, Timestamp)> {
    let moment = |time: ASN1Time| Timestamp::from_timestamp(time.timestamp(), 0);
    let validity = leaf.validity();
    Some((moment(validity.not_before)?, moment(validity.not_after)?))
}

fn private_key(pem: &[u8]) -> Option<KeyPair> {
    match PrivateKeyDer::from_pem_slice(pem).ok()? {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
