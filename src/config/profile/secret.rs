//! Secrets from exactly one source: a variable, a file or the value itself.
//!
//! No message repeats a secret, not even a faulty one.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::profile::file::SecretTable;
use crate::config::profile::profile_reader::ProfileReader;
use crate::config::profile::scalars::PLACEHOLDER;
use crate::config::report::placeholder::placeholder_in;
use crate::config::text_file::{FileFault, read_text};
use crate::config::toml_document::spanned::Spanned;
use crate::domain::credential::SecretSource;
use crate::domain::secret::ClientSecret;

/// Bytes. Secrets and keys are shorter.
const LONGEST_SECRET: u64 = 64 * 1024;

const ONE_SOURCE: &str =
    "exactly one of { env = \"NAME\" }, { file = \"PATH\" } and { value = \"…\" }";

/// A secret from one of its sources.
pub(super) enum Resolved {
    Text(String),
    File(PathBuf, String),
}

impl ProfileReader<'_, '_> {
    pub(super) fn secret(
        &mut self,
        key: &str,
        written: &Spanned<SecretTable>,
    ) -> Option<SecretSource> {
        Some(match self.resolve(key, written)? {
            Resolved::Text(text) => SecretSource::Fixed(ClientSecret::new(text)),
            Resolved::File(path, text) => SecretSource::File {
                path,
                loaded: ClientSecret::new(text),
            },
        })
    }

    /// Reads a secret from its source. The source must exist and must not be empty.
    pub(super) fn resolve(
        &mut self,
        key: &str,
        written: &Spanned<SecretTable>,
    ) -> Option<Resolved> {
        let table = written.get();
        let given = [
            table.env.as_ref().map(Spanned::span),
            table.file.as_ref().map(Spanned::span),
            table.value.as_ref().map(Spanned::span),
        ];
        if self.problems.was_faulty(key) {
            return None;
        }
        let count = given.iter().flatten().count();
        if count != 1 {
            let what = if count == 0 {
                "names no source"
            } else {
                "names more than one source"
            };
            self.problems.error(key, &written.span(), what, ONE_SOURCE);
            return None;
        }
        if let Some(name) = &table.env {
            return self.in_variable(&format!("{key}.env"), name);
        }
        if let Some(path) = &table.file {
            return self.in_file(&format!("{key}.file"), path);
        }
        let value = table.value.as_ref()?;
        let text = value.get().expose();
        self.is_secret(&format!("{key}.value"), &value.span(), text)
            .then(|| Resolved::Text(text.to_owned()))
    }

    fn in_variable(&mut self, key: &str, name: &Spanned<String>) -> Option<Resolved> {
        if !self.is_usable(key, name, "the name of an environment variable") {
            return None;
        }
        let variable = name.get();
        if !self.may_name_variable(key, name) {
            return None;
        }
        let Some(value) = (self.context.variable)(variable) else {
            // A secret that was written instead of a name must not be repeated.
            let what = if is_variable_name(variable) {
                format!("the environment variable {variable:?} is not set")
            } else {
                "names an environment variable that is not set".to_owned()
            };
            let right = "set the variable for the gatehouse process, or name another source";
            self.problems.error(key, &name.span(), what, right);
            return None;
        };
        let value = value.trim().to_owned();
        self.is_secret(key, &name.span(), &value)
            .then_some(Resolved::Text(value))
    }

    fn in_file(&mut self, key: &str, path: &Spanned<String>) -> Option<Resolved> {
        let (path_on_disk, text) = self.file_text(key, path)?;
        let text = text.trim();
        self.is_secret(key, &path.span(), text)
            .then(|| Resolved::File(path_on_disk, text.to_owned()))
    }

    /// The path and the text of a file that a profile names.
    pub(super) fn file_text(
        &mut self,
        key: &str,
        path: &Spanned<String>,
    ) -> Option<(PathBuf, String)> {
        if !self.is_usable(key, path, "the path of a file") {
            return None;
        }
        let path_on_disk = self.folder.join(path.get());
        if !self.may_name_file(key, path, &path_on_disk) {
            return None;
        }
        self.named_files.push(path_on_disk.clone());
        match read_limited(&path_on_disk) {
            Ok(text) => Some((path_on_disk, text)),
            Err(reason) => {
                let what = format!("the file {:?} {reason}", path_on_disk.display());
                let right = "a text file that gatehouse may read";
                self.problems.error(key, &path.span(), what, right);
                None
            }
        }
    }

    /// Whether a text can be a secret.
    fn is_secret(&mut self, key: &str, span: &Range<usize>, text: &str) -> bool {
        let what = if text.trim().is_empty() {
            "the secret is empty"
        } else if placeholder_in(text.trim()) == Some(text.trim()) {
            // Only as a whole: a secret may contain brackets.
            PLACEHOLDER
        } else if u64::try_from(text.len()).is_ok_and(|length| length > LONGEST_SECRET) {
            "the secret is longer than 64 kB"
        } else {
            return true;
        };
        let right =
            "the value of the secret, which the authority showed once when the secret was created";
        self.problems.error(key, span, what, right);
        false
    }
}

/// Whether a text looks like the name of a variable, and not like a secret: capitals, digits and underscores.
fn is_variable_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.len() <= 64 && text.contains('_') && text.bytes().all(allowed)
}

/// The text of a file that a profile names, without a byte order mark.
pub(super) fn read_limited(path: &Path) -> Result<String, FileFault> {
    read_text(path, LONGEST_SECRET)
}
