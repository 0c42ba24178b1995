//! TLS towards upstreams: trusted are the system's certificates and those of `http.ca_file`, as for every other call.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::http::HttpSetupError;

/// What every connection to an upstream that speaks https is made with.
pub(super) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, HttpSetupError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    if roots.is_empty() {
        tracing::warn!(
            "the system has no CA certificates; https to upstreams with public ones will fail"
        );
    }
    if let Some(path) = ca_file {
        let pem = std::fs::read(path).map_err(|source| HttpSetupError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let own: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem)
            .filter_map(Result::ok)
            .collect();
        let (added, _) = roots.add_parsable_certificates(own);
        if added == 0 {
            return Err(HttpSetupError::NoCertificate(path.to_owned()));
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(HttpSetupError::Upstreams)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
