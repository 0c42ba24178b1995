//! Just enough DER to take a public key apart and out of a certificate (X.690, RFC 5280 §4.1).
//!
//! Reads; never writes, and never decides whether a certificate is to be trusted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// What stands before the next byte.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Tag, content, and the whole element with its header.
    fn element(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if digits.len() > 4 {
                return None;
            }
            (
                digits
                    .iter()
                    .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit)),
                rest,
            )
        };
        let (content, after) = rest.split_at_checked(length)?;
        let whole = self.0.split_at_checked(self.0.len() - after.len())?.0;
        self.0 = after;
        Some((tag, content, whole))
    }

    fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content, _) = self.element()?;
        (found == tag).then_some(content)
    }
}

/// Modulus and exponent of a PKCS #1 `RSAPublicKey`, without leading zeros.
pub(crate) fn rsa_components(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut key = Reader(Reader(der).expect(SEQUENCE)?);
    let modulus = key.expect(INTEGER)?;
    let exponent = key.expect(INTEGER)?;
    Some((without_sign(modulus), without_sign(exponent)))
}

fn without_sign(integer: &[u8]) -> &[u8] {
    integer.strip_prefix(&[0]).unwrap_or(integer)
}

/// The `SubjectPublicKeyInfo` of a certificate, as it stands there.
pub(crate) fn public_key_of_certificate(der: &[u8]) -> Option<&[u8]> {
    let mut certificate = Reader(Reader(der).expect(SEQUENCE)?);
    let mut body = Reader(certificate.expect(SEQUENCE)?);
    let mut after_version = body;
    if after_version.element()?.0 == VERSION {
        body = after_version;
    }
    // serialNumber, signature, issuer, validity, subject
    for _ in 0..5 {
        body.element()?;
    }
    let (tag, _, whole) = body.element()?;
    (tag == SEQUENCE).then_some(whole)
}

/// The first block of a PEM text: its label and its content.
pub(crate) fn first_pem_block(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once("-----END")?;
    let body: String = body.split_whitespace().collect();
    Some((label, STANDARD.decode(body).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_truncated_key_is_nothing_rather_than_a_panic() {
        let whole = [0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x03];
        assert_eq!(rsa_components(&whole), Some((&[5_u8][..], &[3_u8][..])));
        for end in 0..whole.len() {
            assert_eq!(
                rsa_components(whole.get(..end).unwrap_or_default()),
                None,
                "{end}"
            );
        }
    }
}
