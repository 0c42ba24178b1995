//! Client for Service Fabric's managed identity endpoint, which has a self-signed certificate. The platform passes its
//! thumbprint in a variable; this client trusts exactly this certificate and no other.

use std::sync::Arc;

use aws_lc_rs::{constant_time, digest};
use reqwest::Client;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::http::{HttpOptions, client_builder};

/// A client that trusts the certificate with this SHA-1 thumbprint (hexadecimal, as the platform writes it).
pub(crate) fn pinned_client(thumbprint: &str) -> Option<Client> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = Pinned {
        thumbprint: parse(thumbprint)?,
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    client_builder(&HttpOptions::default())
        .tls_backend_preconfigured(config)
        .build()
        .ok()
}

fn parse(thumbprint: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    hex::decode_to_slice(thumbprint.replace(':', ""), &mut bytes).ok()?;
    Some(bytes)
}

/// Trusts one certificate, whatever its name and whoever signed it. That the server holds its private key is checked as
/// usual.
#[derive(Debug)]
struct Pinned {
    thumbprint: [u8; 20],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // The platform passes a SHA-1 thumbprint and no stronger one.
        let seen = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, end_entity);
        match constant_time::verify_slices_are_equal(seen.as_ref(), &self.thumbprint) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            Err(_) => Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            )),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_certificate_of_the_thumbprint_is_trusted() {
        let certificate = CertificateDer::from(b"the certificate".to_vec());
        let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate);
        let pinned = Pinned {
            thumbprint: hash.as_ref().try_into().unwrap(),
            provider: Arc::new(rustls::crypto::aws_lc_rs::default_provider()),
        };
        let name = ServerName::try_from("localhost").unwrap();
        let trusts = |certificate: &CertificateDer<'_>| {
            pinned
                .verify_server_cert(certificate, &[], &name, &[], UnixTime::now())
                .is_ok()
        };
        assert!(trusts(&certificate));
        assert!(!trusts(&CertificateDer::from(b"another".to_vec())));
    }

    #[test]
    fn a_thumbprint_is_twenty_bytes_in_hexadecimal() {
        let text = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33";
        assert_eq!(parse(text).unwrap()[..3], [0, 0x11, 0x22]);
        assert!(parse(&text.replace(':', "")).is_some());
        for bad in ["", "00", "zz", &"0".repeat(41)] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        assert!(pinned_client(text).is_some());
    }
}
