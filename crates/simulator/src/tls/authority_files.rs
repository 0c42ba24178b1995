//! The folder of the certificate authority: `ca.pem` for everybody, `ca-key.pem` for its owner only.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use rcgen::{KeyPair, PublicKeyData};
use x509_parser::extensions::{GeneralName, ParsedExtension};

use crate::certificates;
use crate::tls::error::AuthorityError;

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca-key.pem";

/// What a folder holds.
pub(super) struct Stored {
    pub key: KeyPair,
    pub certificate: Option<String>,
}

fn file_error(path: &Path, source: std::io::Error) -> AuthorityError {
    AuthorityError::File {
        file: path.display().to_string(),
        source,
    }
}

/// The key and the certificate, if the folder has a key.
pub(super) fn read(folder: &Path) -> Result<Option<Stored>, AuthorityError> {
    let (key_file, certificate_file) = (folder.join(KEY), folder.join(CERTIFICATE));
    let Some(key) = text(&key_file)? else {
        return Ok(None);
    };
    let key = KeyPair::from_pem(&key).map_err(|_| AuthorityError::Content {
        file: key_file.display().to_string(),
        what: "a private key",
    })?;
    let certificate = text(&certificate_file)?;
    let is_certificate = |pem: &String| {
        certificates::first_pem_block(pem).is_some_and(|(_, der)| {
            certificates::public_key_info(&der) == Some(&key.subject_public_key_info()[..])
        })
    };
    if certificate.as_ref().is_some_and(|pem| !is_certificate(pem)) {
        return Err(AuthorityError::Content {
            file: certificate_file.display().to_string(),
            what: "this key's certificate",
        });
    }
    Ok(Some(Stored { key, certificate }))
}

fn text(path: &Path) -> Result<Option<String>, AuthorityError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(path, error)),
    }
}

/// Writes both files, the key readable by its owner only from the first byte on.
pub(super) fn write(folder: &Path, certificate: &str, key: &str) -> Result<(), AuthorityError> {
    fs::create_dir_all(folder).map_err(|error| file_error(folder, error))?;
    let mut private = fs::OpenOptions::new();
    private.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut private, 0o600);
    let path = folder.join(KEY);
    private
        .open(&path)
        .and_then(|mut file| file.write_all(key.as_bytes()))
        .map_err(|error| file_error(&path, error))?;
    let path = folder.join(CERTIFICATE);
    fs::write(&path, certificate).map_err(|error| file_error(&path, error))
}

/// Whether the certificate's name constraints permit every one of these domains.
pub(super) fn permits(pem: &str, domains: &[String]) -> bool {
    let Some((_, der)) = certificates::first_pem_block(pem) else {
        return false;
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(&der) else {
        return false;
    };
    let constraints =
        certificate
            .extensions()
            .iter()
            .find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::NameConstraints(constraints) => {
                    constraints.permitted_subtrees.as_ref()
                }
                _ => None,
            });
    let Some(permitted) = constraints else {
        return false;
    };
    domains.iter().all(|domain| {
        permitted
            .iter()
            .any(|tree| tree.base == GeneralName::DNSName(domain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_without_constraints_permits_nothing() {
        let key = KeyPair::generate().unwrap();
        let plain = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap();
        assert!(!permits(&plain.pem(), &["contoso.com".to_owned()]));
        assert!(!permits("nonsense", &[]));
    }
}
