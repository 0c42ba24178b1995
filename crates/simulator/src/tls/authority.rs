//! The certificate authority: one key, and a certificate for each host when a client first asks for it.
//!
//! The authority's certificate is constrained to the simulated domains (RFC 5280 §4.2.1.10), so that trusting it makes
//! no other host trusted.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Datelike, Duration};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, NameConstraints, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{default_provider, sign::any_supported_type};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::directory::SharedTenants;
use crate::names::{Names, is_simulated};
use crate::options::system_now;
use crate::tls::authority_files::{self, Stored};
use crate::tls::error::AuthorityError;

/// Days that a host's certificate is valid; public authorities may not give more.
const DAYS_OF_A_HOST: i64 = 397;
const DAYS_OF_THE_AUTHORITY: i64 = 3650;

/// Signs certificates for the simulated hosts.
pub(crate) struct CertificateAuthority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
    pem: String,
    /// One key for all hosts: making one takes longer than signing a certificate.
    host_key: KeyPair,
    host_signer: Arc<dyn SigningKey>,
    hosts: Mutex<HashMap<String, Arc<CertifiedKey>>>,
    tenants: SharedTenants,
}

impl CertificateAuthority {
    /// Takes the authority from the folder, or makes one there; without a folder, one that lives as long as the process.
    ///
    /// # Errors
    /// When a file cannot be read or written, or holds something else.
    pub(crate) fn open(
        folder: Option<&Path>,
        tenants: &SharedTenants,
    ) -> Result<Self, AuthorityError> {
        let domains = Names::simulated_domains(&tenants.current());
        let stored = folder.map(authority_files::read).transpose()?.flatten();
        let (key, known) = match stored {
            Some(Stored { key, certificate }) => (key, certificate),
            None => (KeyPair::generate()?, None),
        };
        // A tenant that was added since needs a certificate that permits its domain.
        let known = known.filter(|pem| authority_files::permits(pem, &domains));
        let pem = if let Some(pem) = known {
            pem
        } else {
            let pem = authority_params(&domains).self_signed(&key)?.pem();
            if let Some(folder) = folder {
                authority_files::write(folder, &pem, &key.serialize_pem())?;
            }
            pem
        };
        let host_key = KeyPair::generate()?;
        let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(host_key.serialize_der()));
        let host_signer = any_supported_type(&der)
            .map_err(|error| AuthorityError::Certificate(error.to_string()))?;
        let certificate = crate::certificates::first_pem_block(&pem).map(|(_, der)| der);
        Ok(Self {
            issuer: Issuer::from_ca_cert_pem(&pem, key)?,
            certificate: certificate.unwrap_or_default(),
            pem,
            host_key,
            host_signer,
            hosts: Mutex::default(),
            tenants: tenants.clone(),
        })
    }

    /// The authority's certificate, for those who shall trust it.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// The TLS settings that answer with a certificate for the host that the client names.
    ///
    /// # Errors
    /// When the library offers no version of TLS.
    pub(crate) fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, AuthorityError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(self) as _;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| AuthorityError::Certificate(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        Ok(Arc::new(config))
    }

    fn certify(&self, host: &str) -> Result<Arc<CertifiedKey>, rcgen::Error> {
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, host);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        validity(&mut params, DAYS_OF_A_HOST);
        let certificate = params.signed_by(&self.host_key, &self.issuer)?;
        let chain = vec![certificate.der().clone(), self.certificate.clone().into()];
        Ok(Arc::new(CertifiedKey::new(
            chain,
            Arc::clone(&self.host_signer),
        )))
    }
}

fn authority_params(domains: &[String]) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(
        DnType::CommonName,
        "Simulator of the Microsoft identity platform",
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: domains
            .iter()
            .cloned()
            .map(GeneralSubtree::DnsName)
            .collect(),
        excluded_subtrees: Vec::new(),
    });
    validity(&mut params, DAYS_OF_THE_AUTHORITY);
    params
}

/// From yesterday on, because clocks differ. Clients judge by the real time, whatever the simulator's clock says.
fn validity(params: &mut CertificateParams, days: i64) {
    let now = DateTime::from_timestamp(system_now(), 0).unwrap_or_default();
    let ymd = |time: DateTime<chrono::Utc>| {
        let part = |number: u32| u8::try_from(number).unwrap_or(1);
        date_time_ymd(time.year(), part(time.month()), part(time.day()))
    };
    params.not_before = ymd(now - Duration::days(1));
    params.not_after = ymd(now + Duration::days(days - 1));
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority")
            .finish_non_exhaustive()
    }
}

impl ResolvesServerCert for CertificateAuthority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = hello.server_name()?.to_ascii_lowercase();
        if !is_simulated(&host, &self.tenants.current()) {
            return None;
        }
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = hosts.get(&host) {
            return Some(Arc::clone(known));
        }
        let made = self.certify(&host).ok()?;
        hosts.insert(host, Arc::clone(&made));
        Some(made)
    }
}
