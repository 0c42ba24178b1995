//! What a profile may use of the process: variables, files, the identity of the machine, addresses.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use url::Url;

use crate::config::profile::profile_reader::ProfileReader;
use crate::config::toml_document::spanned::Spanned;
use crate::config::trust_boundary::{is_below, is_variable_of, variable_prefix};

impl ProfileReader<'_, '_> {
    /// Whether a profile may name this variable.
    pub(super) fn may_name_variable(&mut self, key: &str, name: &Spanned<String>) -> bool {
        let variable = name.get();
        let (what, right) = if variable.to_ascii_uppercase().starts_with("GATEHOUSE_") {
            (
                "names a setting of gatehouse itself, which no authority may receive",
                "a variable whose name does not begin with GATEHOUSE_".to_owned(),
            )
        } else if self.context.boundary.profile_secrets.is_some()
            && !is_variable_of(self.id, variable)
        {
            let right = format!(
                "a variable whose name begins with {}: profile_secrets confines each profile to its own",
                variable_prefix(self.id)
            );
            ("is not a variable of this profile", right)
        } else {
            return true;
        };
        self.problems.error(key, &name.span(), what, right);
        false
    }

    /// Whether a profile may name this file, whose content is sent to the profile's authority.
    pub(super) fn may_name_file(
        &mut self,
        key: &str,
        written: &Spanned<String>,
        path: &Path,
    ) -> bool {
        let boundary = self.context.boundary;
        let (what, right) = if boundary.is_own_file(path, self.folder) {
            (
                "is a file of gatehouse itself, which no authority may receive",
                "a file with a secret of this profile only".to_owned(),
            )
        } else if let Some(secrets) = &boundary.profile_secrets
            && !is_below(path, &secrets.join(self.id.as_str()))
        {
            let folder = secrets.join(self.id.as_str());
            let right = format!(
                "a file below {}: profile_secrets confines each profile to its own",
                folder.display()
            );
            ("is not a file of this profile", right)
        } else {
            return true;
        };
        self.problems.error(key, &written.span(), what, right);
        false
    }

    /// The path of a file or folder that pages show. It is relative, and leads nowhere outside of the profile's folder: neither
    /// by `..` nor by a link.
    pub(super) fn path_in_own_folder(
        &mut self,
        key: &str,
        written: &Spanned<String>,
    ) -> Option<PathBuf> {
        let name = Path::new(written.get());
        let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let path = self.folder.join(name);
        if name.components().all(plain) && self.is_in_own_folder(&path) {
            return Some(path);
        }
        self.leads_away(key, written, written.get());
        None
    }

    /// Whether a path, once every link in it is followed, leads below the profile's folder, and to no file of gatehouse
    /// itself. What does not exist lies where it is named.
    pub(super) fn is_in_own_folder(&self, path: &Path) -> bool {
        is_below(path, self.folder) && !self.context.boundary.is_own_file(path, self.folder)
    }

    /// Reports a path that leads out of the profile's folder.
    pub(super) fn leads_away(&mut self, key: &str, written: &Spanned<String>, path: &str) {
        let what = format!("names {path:?}, which leads out of the profile's folder");
        let right = "a path in the folder of the profile file such as \"contoso/logo.svg\": without \"..\", not absolute, \
                     and no link to somewhere else";
        self.problems.error(key, &written.span(), what, right);
    }

    /// Whether a profile may sign in with the identity of the machine, which is the same for all profiles.
    pub(super) fn may_use_the_machines_identity(&mut self, key: &str, span: &Range<usize>) -> bool {
        if self.context.boundary.profile_secrets.is_none() {
            return true;
        }
        let what = "uses the identity of the whole deployment, which profile_secrets keeps from single profiles";
        let right = "a secret, a certificate or { file = \"PATH\" } of this profile";
        self.problems.error(key, span, what, right);
        false
    }

    /// Whether a profile may call this address.
    pub(super) fn may_call(&mut self, key: &str, written: &Spanned<String>, url: &Url) -> bool {
        let own = self.context.boundary.is_own_listener(url);
        if own {
            let what = "is a listener of gatehouse itself";
            let right =
                "the address of an API; the admin listener shows the sessions of every profile";
            self.problems.error(key, &written.span(), what, right);
        }
        !own
    }
}
