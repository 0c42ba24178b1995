//! How the gateway proves itself to an authority's token endpoint.

use std::path::{Path, PathBuf};

use crate::domain::secret::{ClientSecret, PrivateKeyPem};

/// The application's id at the authority (`client_id`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// Accepts a non-empty id of printable ASCII (RFC 6749 appendix A.1).
    pub fn parse(text: &str) -> Option<Self> {
        let printable = text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        (!text.is_empty() && text.len() <= 512 && printable).then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a text secret comes from. A file is read again when it changes.
#[derive(Debug, Clone)]
pub enum SecretSource {
    /// Given in the profile or resolved from a variable: fixed for the life of the profile's version.
    Fixed(ClientSecret),
    /// Read from a file, white space at its end removed.
    File {
        /// The file.
        path: PathBuf,
        /// What it held when the profile was loaded: its last good content until a later one is read.
        loaded: ClientSecret,
    },
}

/// Where the PEM of a key or certificate comes from.
#[derive(Debug, Clone)]
pub enum PemSource {
    /// Given in the profile or resolved from a variable.
    Fixed(PrivateKeyPem),
    /// Read from a file.
    File(PathBuf),
}

/// Proof of the client at the token endpoint: exactly one per profile.
#[derive(Debug, Clone)]
pub enum Credential {
    /// `client_secret_post` or `client_secret_basic` (OIDC Core §9). The second secret is tried when the first
    /// is refused, so that a secret can be exchanged without an outage.
    Secret {
        /// Tried first.
        current: SecretSource,
        /// Tried when the first is refused.
        next: Option<SecretSource>,
    },
    /// `private_key_jwt` with a certificate known to the authority. Several certificates serve a roll-over:
    /// the first that is within its validity signs.
    Certificate {
        /// Certificate chain (leaf first) and key of each.
        certificates: Vec<CertificateSource>,
        /// Sends the chain in `x5c`, for subject-name and issuer authentication.
        send_chain: bool,
    },
    /// Workload identity federation: the platform's token, read again at each use.
    FederatedToken(PathBuf),
    /// A managed identity's token for `audience` as assertion.
    ManagedIdentity {
        /// Client id of a user-assigned identity; none means the system-assigned one.
        identity: Option<String>,
        /// Audience to ask for; `api://AzureADTokenExchange` in the global cloud.
        audience: String,
    },
    /// A public client: PKCE only. Must be asked for by name.
    Public,
}

impl Credential {
    /// The files that are read when the credential is used.
    pub fn files(&self) -> Vec<&Path> {
        match self {
            Self::Secret { current, next } => {
                let sources = std::iter::once(current).chain(next);
                let files = sources.filter_map(|source| match source {
                    SecretSource::Fixed(_) => None,
                    SecretSource::File { path, .. } => Some(path.as_path()),
                });
                files.collect()
            }
            Self::Certificate { certificates, .. } => {
                let files = certificates.iter().flat_map(|source| {
                    let key = match &source.key {
                        Some(PemSource::File(path)) => Some(path.as_path()),
                        _ => None,
                    };
                    std::iter::once(source.certificate.as_path()).chain(key)
                });
                files.collect()
            }
            Self::FederatedToken(path) => vec![path],
            Self::ManagedIdentity { .. } | Self::Public => Vec::new(),
        }
    }
}

/// One certificate with its key.
#[derive(Debug, Clone)]
pub struct CertificateSource {
    /// PEM with the certificate chain, leaf first; may also hold the key.
    pub certificate: PathBuf,
    /// PEM with the key when it is not in the certificate's file.
    pub key: Option<PemSource>,
}

/// The token endpoint's ways to receive a secret (OIDC Core §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretMethod {
    /// In the form body. What every Microsoft metadata document lists.
    Post,
    /// In the `Authorization` header, id and secret form-encoded first (RFC 6749 §2.3.1).
    Basic,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_empty_or_endless_or_breaks_a_line_is_refused() {
        for id in ["a", "{x}~", &"a".repeat(512)] {
            assert_eq!(ClientId::parse(id).unwrap().as_str(), id);
        }
        for id in ["", "a b", "a\r\n", "\u{7f}", "\u{e9}", &"a".repeat(513)] {
            assert_eq!(ClientId::parse(id), None, "{id:?}");
        }
    }

    #[test]
    fn every_file_of_a_credential_is_named() {
        let file = |path: &str| SecretSource::File {
            path: path.into(),
            loaded: ClientSecret::new("s"),
        };
        let fixed = SecretSource::Fixed(ClientSecret::new("s"));
        let secrets = Credential::Secret {
            current: file("/a"),
            next: Some(file("/b")),
        };
        assert_eq!(secrets.files(), [Path::new("/a"), Path::new("/b")]);
        let half = Credential::Secret {
            current: fixed,
            next: None,
        };
        assert!(half.files().is_empty());
        let certificate = |path: &str, key| CertificateSource {
            certificate: path.into(),
            key,
        };
        let certificates = Credential::Certificate {
            certificates: vec![
                certificate("/1", Some(PemSource::File("/key".into()))),
                certificate("/2", Some(PemSource::Fixed(PrivateKeyPem::new("k")))),
                certificate("/3", None),
            ],
            send_chain: false,
        };
        let expected = ["/1", "/key", "/2", "/3"].map(Path::new);
        assert_eq!(certificates.files(), expected);
        let token = Credential::FederatedToken("/t".into());
        assert_eq!(token.files(), [Path::new("/t")]);
        assert!(Credential::Public.files().is_empty());
    }
}
