//! Client certificates in files: their validity, and whether the key belongs to the certificate.
//!
//! It neither signs nor chooses between several certificates.

use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::KeyPair as _;
use chrono::DateTime;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::domain::clock::Timestamp;

/// The validity of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// Valid from then.
    pub not_before: Timestamp,
    /// Valid until then.
    pub not_after: Timestamp,
    /// How many certificates the file holds, the leaf first.
    pub chain_length: usize,
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// No `CERTIFICATE` block.
    #[error("contains no certificate in PEM form")]
    NoCertificate,
    /// A block that is no X.509 certificate.
    #[error("contains a certificate that cannot be read")]
    BadCertificate,
    /// No key.
    #[error("contains no private key in PEM form")]
    NoKey,
    /// A key of another algorithm than RSA: assertions are signed with PS256 (RFC 7518 §3.5).
    #[error("contains a private key that is not RSA with 2048 bits or more")]
    NotRsa,
    /// A key of another certificate.
    #[error("contains a private key that does not belong to the certificate")]
    NotAPair,
    /// A key with a password.
    #[error("contains a private key that is encrypted with a password")]
    EncryptedKey,
}

impl CertificateFault {
    /// Whether the error is about the key's file.
    pub fn is_about_key(self) -> bool {
        !matches!(self, Self::NoCertificate | Self::BadCertificate)
    }

    /// What would be right.
    pub fn right(self) -> &'static str {
        match self {
            Self::NoCertificate | Self::BadCertificate => {
                "a file that begins with -----BEGIN CERTIFICATE-----, the leaf first; make one of a .pfx with openssl pkcs12 -in X.pfx -out X.pem -nodes"
            }
            Self::NoKey => {
                "-----BEGIN PRIVATE KEY----- in the same file, or key = { file = \"PATH\" }"
            }
            Self::NotRsa => "an RSA key of at least 2048 bits, and its certificate",
            Self::NotAPair => "the key that the certificate was issued for",
            Self::EncryptedKey => "a key without a password: openssl pkcs8 -in KEY -out NEW-KEY",
        }
    }
}

/// Reads a certificate's PEM and makes sure that there is a key for it; `key` is the text that holds the key,
/// `None` when that has a fault of its own.
///
/// # Errors
/// [`CertificateFault`] says which part cannot be used.
pub fn read_certificate(
    certificate: &str,
    key: Option<&str>,
) -> Result<CertificateSummary, CertificateFault> {
    let mut chain = CertificateDer::pem_slice_iter(certificate.as_bytes());
    let leaf = chain
        .next()
        .ok_or(CertificateFault::NoCertificate)?
        .map_err(|_| CertificateFault::BadCertificate)?;
    let (_, parsed) =
        X509Certificate::from_der(&leaf).map_err(|_| CertificateFault::BadCertificate)?;
    let time = |time: x509_parser::time::ASN1Time| {
        DateTime::from_timestamp(time.timestamp(), 0).ok_or(CertificateFault::BadCertificate)
    };
    let summary = CertificateSummary {
        not_before: time(parsed.validity().not_before)?,
        not_after: time(parsed.validity().not_after)?,
        chain_length: 1 + chain.count(),
    };
    if let Some(key) = key {
        let public = parsed.public_key().subject_public_key.data.as_ref();
        if private_key(key)?.public_key().as_ref() != public {
            return Err(CertificateFault::NotAPair);
        }
    }
    Ok(summary)
}

fn private_key(pem: &str) -> Result<KeyPair, CertificateFault> {
    let Ok(der) = PrivateKeyDer::from_pem_slice(pem.as_bytes()) else {
        let encrypted = pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
            || pem.contains("Proc-Type: 4,ENCRYPTED");
        return Err(if encrypted {
            CertificateFault::EncryptedKey
        } else {
            CertificateFault::NoKey
        });
    };
    let pair = match &der {
        PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()).ok(),
        _ => None,
    };
    pair.ok_or(CertificateFault::NotRsa)
}
