//! What the simulator reads out of PEM texts and X.509 certificates.
//!
//! Reads only; does not decide whether a certificate is to be trusted.

use aws_lc_rs::digest;
use x509_parser::public_key::PublicKey;

use crate::encoding::base64url;

/// Label and DER of the first block of a PEM text.
pub(crate) fn first_pem_block(text: &str) -> Option<(String, Vec<u8>)> {
    let (_, block) = x509_parser::pem::parse_x509_pem(text.as_bytes()).ok()?;
    Some((block.label, block.contents))
}

/// The `SubjectPublicKeyInfo` of a certificate, as it stands there.
pub(crate) fn public_key_info(certificate: &[u8]) -> Option<&[u8]> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(certificate.tbs_certificate.subject_pki.raw)
}

/// Modulus and exponent of a certificate's RSA key, without leading zeros.
pub(crate) fn rsa_components(certificate: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let without_sign = |integer: &[u8]| integer.strip_prefix(&[0]).unwrap_or(integer).to_vec();
    match certificate.public_key().parsed().ok()? {
        PublicKey::RSA(key) => Some((without_sign(key.modulus), without_sign(key.exponent))),
        _ => None,
    }
}

/// `x5t` (RFC 7515 §4.1.7).
pub(crate) fn sha1_thumbprint(certificate: &[u8]) -> String {
    base64url(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref())
}

/// `x5t#S256` (RFC 7515 §4.1.8).
pub(crate) fn sha256_thumbprint(certificate: &[u8]) -> String {
    base64url(digest::digest(&digest::SHA256, certificate).as_ref())
}
