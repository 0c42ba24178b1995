//! The client credential: exactly one, and the keys that belong to it.
//!
//! [`crate::config::profile::secret`] reads the text of secrets.

use std::ops::Range;

use crate::config::profile::certificate::read_certificate;
use crate::config::profile::file::{AssertionTable, CertificateTable, ProfileFile};
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::secret::{Resolved, read_limited};
use crate::config::toml_document::alternatives::WordOr;
use crate::config::toml_document::spanned::Spanned;
use crate::domain::credential::{CertificateSource, ClientId, Credential, PemSource, SecretMethod};
use crate::domain::profile::Client;
use crate::domain::secret::PrivateKeyPem;

/// The variable that names the token file of a pod with workload identity; Azure's mutating webhook sets it.
pub const FEDERATED_TOKEN_VARIABLE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// The audience of federated credentials in the global cloud.
const ASSERTION_AUDIENCE: &str = "api://AzureADTokenExchange";

impl ProfileReader<'_, '_> {
    pub(super) fn client(&mut self, file: &ProfileFile) -> Option<Client> {
        let id = self.client_id(file);
        let credential = self.credential(file);
        let secret_method = self.secret_method(file);
        Some(Client {
            id: id?,
            credential: credential?,
            secret_method,
        })
    }

    fn client_id(&mut self, file: &ProfileFile) -> Option<ClientId> {
        const RIGHT: &str = "the Application (client) ID of the app registration";
        if file.client_id.is_none() {
            self.problems.missing("client_id", RIGHT);
        }
        let written = file.client_id.as_ref()?;
        if !self.is_usable("client_id", written, RIGHT) {
            return None;
        }
        let id = ClientId::parse(written.get());
        if id.is_none() {
            let span = written.span();
            self.problems.error(
                "client_id",
                &span,
                "contains characters other than printable ASCII without spaces",
                RIGHT,
            );
        }
        id
    }

    fn secret_method(&mut self, file: &ProfileFile) -> Option<SecretMethod> {
        let known = ["client_secret_post", "client_secret_basic"];
        let key = "token_endpoint_auth_method";
        let text = &file.token_endpoint_auth_method;
        self.only_with(
            key,
            text.as_ref().map(Spanned::span),
            file.client_secret.is_some(),
            "client_secret",
        );
        self.word(key, text, &known, |word| match word {
            "client_secret_post" => Some(SecretMethod::Post),
            "client_secret_basic" => Some(SecretMethod::Basic),
            _ => None,
        })
    }

    fn credential(&mut self, file: &ProfileFile) -> Option<Credential> {
        self.only_one(file);
        self.companions(file);
        if let Some(secret) = &file.client_secret {
            let next = file.client_secret_next.as_ref();
            let next = next.map(|next| self.secret("client_secret_next", next));
            let current = self.secret("client_secret", secret)?;
            return Some(Credential::Secret {
                current,
                next: next.flatten(),
            });
        }
        if let Some(written) = &file.client_certificate {
            return self.certificates(file, written.get().items(), &written.span());
        }
        if let Some(written) = &file.client_assertion {
            return self.assertion(file, written);
        }
        file.public_client
            .as_ref()
            .is_some_and(|written| *written.get())
            .then_some(Credential::Public)
    }

    /// Checks that the profile has exactly one credential.
    fn only_one(&mut self, file: &ProfileFile) {
        let public = file.public_client.as_ref().filter(|said| *said.get());
        let given: Vec<(&str, Range<usize>)> = [
            (
                "client_secret",
                file.client_secret.as_ref().map(Spanned::span),
            ),
            (
                "client_certificate",
                file.client_certificate.as_ref().map(Spanned::span),
            ),
            (
                "client_assertion",
                file.client_assertion.as_ref().map(Spanned::span),
            ),
            ("public_client", public.map(Spanned::span)),
        ]
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)))
        .collect();
        let faulty = ["client_certificate", "client_assertion", "public_client"]
            .iter()
            .any(|key| self.problems.was_faulty(key));
        match given.split_first() {
            None if !faulty => self.problems.missing(
                "client_secret",
                "client_secret = { env = \"NAME\" } or { file = \"PATH\" }; or client_certificate, client_assertion, or public_client = true",
            ),
            Some(((first, _), [_, ..])) => {
                for (key, span) in given.iter().skip(1) {
                    let what = format!("is a second credential beside {first}");
                    self.problems
                        .error(key, span, what, "exactly one credential: leave one of them out");
                }
            }
            _ => {}
        }
    }

    /// Checks keys that have an effect only together with another key.
    fn companions(&mut self, file: &ProfileFile) {
        let managed = file.client_assertion.as_ref().is_some_and(
            |written| matches!(written.get(), WordOr::Word(word) if word == "managed-identity"),
        );
        let managed_identity = "client_assertion = \"managed-identity\"";
        for (key, span, fits, other) in [
            (
                "client_secret_next",
                file.client_secret_next.as_ref().map(Spanned::span),
                file.client_secret.is_some(),
                "client_secret",
            ),
            (
                "send_certificate_chain",
                file.send_certificate_chain.as_ref().map(Spanned::span),
                file.client_certificate.is_some(),
                "client_certificate",
            ),
            (
                "managed_identity_client_id",
                file.managed_identity_client_id.as_ref().map(Spanned::span),
                managed,
                managed_identity,
            ),
            (
                "assertion_audience",
                file.assertion_audience.as_ref().map(Spanned::span),
                managed,
                managed_identity,
            ),
        ] {
            self.only_with(key, span, fits, other);
        }
    }

    fn only_with(&mut self, key: &str, span: Option<Range<usize>>, fits: bool, other: &str) {
        let other_key = other.split(' ').next().unwrap_or(other);
        if let Some(span) = span.filter(|_| !fits && !self.problems.was_faulty(other_key)) {
            let what = format!("has no effect without {other}");
            self.problems.error(key, &span, what, "leave it out");
        }
    }

    fn certificates(
        &mut self,
        file: &ProfileFile,
        tables: &[CertificateTable],
        span: &Range<usize>,
    ) -> Option<Credential> {
        let mut certificates = Vec::new();
        for table in tables {
            certificates.extend(self.certificate(table, span));
        }
        if tables.is_empty() {
            let right = "client_certificate = { file = \"contoso.pem\" }";
            self.problems
                .error("client_certificate", span, "names no certificate", right);
        }
        let send_chain = file.send_certificate_chain.as_ref();
        (!certificates.is_empty()).then(|| Credential::Certificate {
            certificates,
            send_chain: send_chain.is_some_and(|written| *written.get()),
        })
    }

    fn certificate(
        &mut self,
        table: &CertificateTable,
        span: &Range<usize>,
    ) -> Option<CertificateSource> {
        let key = table.key.as_ref();
        let key = key.map(|key| (key.span(), self.resolve("client_certificate.key", key)));
        let Some(path) = &table.file else {
            if !self.problems.was_faulty("client_certificate") {
                self.problems.error(
                    "client_certificate.file",
                    span,
                    "is missing",
                    "the PEM file with the certificate",
                );
            }
            return None;
        };
        let (certificate, text) = self.file_text("client_certificate.file", path)?;
        let key_text = match &key {
            None => Some(text.clone()),
            Some((_, Some(Resolved::Text(text)))) => Some(text.clone()),
            Some((_, Some(Resolved::File(path, _)))) => read_limited(path).ok(),
            Some((_, None)) => None,
        };
        if let Err(fault) = read_certificate(&text, key_text.as_deref()) {
            let (position, at) = match &key {
                Some((span, _)) if fault.is_about_key() => ("client_certificate.key", span.clone()),
                _ => ("client_certificate.file", path.span()),
            };
            self.problems
                .error(position, &at, fault.to_string(), fault.right());
            return None;
        }
        let key = match key {
            None => None,
            Some((_, Some(Resolved::Text(pem)))) => Some(PemSource::Fixed(PrivateKeyPem::new(pem))),
            Some((_, Some(Resolved::File(path, _)))) => Some(PemSource::File(path)),
            Some((_, None)) => return None,
        };
        Some(CertificateSource { certificate, key })
    }

    fn assertion(
        &mut self,
        file: &ProfileFile,
        written: &Spanned<WordOr<AssertionTable>>,
    ) -> Option<Credential> {
        const KEY: &str = "client_assertion";
        const RIGHT: &str = "{ file = \"PATH\" }, \"workload-identity\" or \"managed-identity\"";
        match written.get() {
            WordOr::Word(word) if word == "managed-identity" => {
                if !self.may_use_the_machines_identity(KEY, &written.span()) {
                    return None;
                }
                let identity = self.text(
                    "managed_identity_client_id",
                    &file.managed_identity_client_id,
                );
                let identity = identity.map(|written| written.get().clone());
                let audience = self.text("assertion_audience", &file.assertion_audience);
                let audience = audience.map_or(ASSERTION_AUDIENCE, |written| written.get());
                Some(Credential::ManagedIdentity {
                    identity,
                    audience: audience.to_owned(),
                })
            }
            WordOr::Word(word) if word == "workload-identity" => {
                if !self.may_use_the_machines_identity(KEY, &written.span()) {
                    return None;
                }
                let path = (self.context.variable)(FEDERATED_TOKEN_VARIABLE)
                    .filter(|path| !path.is_empty());
                if path.is_none() {
                    let what =
                        format!("the environment variable {FEDERATED_TOKEN_VARIABLE} is not set");
                    let right = "run where workload identity sets it, or name the file: { file = \"PATH\" }";
                    self.problems.error(KEY, &written.span(), what, right);
                }
                path.map(|path| Credential::FederatedToken(self.folder.join(path)))
            }
            WordOr::Word(_) => {
                self.problems
                    .error(KEY, &written.span(), "is not a known value", RIGHT);
                None
            }
            WordOr::Other(table) => {
                let Some(path) = &table.file else {
                    if !self.problems.was_faulty(KEY) {
                        self.problems
                            .error(KEY, &written.span(), "names no file", RIGHT);
                    }
                    return None;
                };
                // `check` reports a missing file: the platform may write the file later.
                let key = "client_assertion.file";
                let file = self.folder.join(path.get());
                let usable = self.is_usable(key, path, "the path of the token's file")
                    && self.may_name_file(key, path, &file);
                usable.then_some(Credential::FederatedToken(file))
            }
        }
    }
}
