//! The written shape becomes a [`Profile`], or every reason why it cannot.
//!
//! Nothing here talks to a network. Files that a profile names are read, because an empty secret is a fault of the
//! profile; what they hold is not kept.

use std::path::{Path, PathBuf};

use crate::config::profile::file::ProfileFile;
use crate::config::profile::fingerprint::authority_fingerprint;
use crate::config::profile::profile_reader::{ProfileReader, ReadContext};
use crate::config::report::problem::{Position, Problem};
use crate::config::toml_document::document::Document;
use crate::domain::profile::{Profile, ProfileId, SignOutOptions};
use crate::domain::public_url::PublicUrl;

/// One file, read.
#[derive(Debug)]
pub struct Converted {
    /// The profile, when nothing is wrong with it.
    pub profile: Option<Profile>,
    /// Its address, when at least that could be read.
    pub public_url: Option<PublicUrl>,
    /// Where its address stands.
    pub public_url_position: Option<Position>,
    /// Files that it names and that are read while it serves.
    pub named_files: Vec<PathBuf>,
    /// Everything that is wrong or doubtful.
    pub problems: Vec<Problem>,
}

/// Reads the text of a profile file. `folder` is what relative paths in it are relative to.
pub fn convert(
    id: &ProfileId,
    name: &str,
    text: &str,
    folder: &Path,
    context: ReadContext<'_>,
) -> Converted {
    let mut document = Document::new(name, text);
    let Some(file) = document.read::<ProfileFile>() else {
        let problems = document.into_file_problems().into_problems();
        return Converted {
            profile: None,
            public_url: None,
            public_url_position: None,
            named_files: Vec::new(),
            problems,
        };
    };
    let mut reading = ProfileReader {
        problems: document.into_file_problems(),
        folder,
        context,
        named_files: Vec::new(),
    };
    let public_url = reading.public_url(&file);
    let profile = reading.profile(id, &file, public_url.clone());
    let profile = profile.filter(|_| reading.problems.is_clean());
    let public_url_position = file.public_url.as_ref();
    let public_url_position =
        public_url_position.map(|written| reading.problems.position_of(&written.span()));
    Converted {
        profile,
        public_url,
        public_url_position,
        named_files: reading.named_files,
        problems: reading.problems.into_problems(),
    }
}

impl ProfileReader<'_, '_> {
    /// Every part is read before the first is missed, so that all faults are found.
    fn profile(
        &mut self,
        id: &ProfileId,
        file: &ProfileFile,
        public_url: Option<PublicUrl>,
    ) -> Option<Profile> {
        let redirect_path = self.redirect_path(file, public_url.as_ref());
        let authority = self.authority(file);
        let client = self.client(file);
        let signing_algorithms = self.signing_algorithms(file);
        let clock_skew = self.clock_skew(file);
        let authorize = self.authorize(file, public_url.as_ref());
        let apis = self.apis(file);
        let allow = self.allow(file);
        let session = self.session(file);
        let branding = self.branding(file);
        let title = self.free_text("title", &file.title, 200);
        if let Some(authority) = &authority {
            self.suits_the_authority(file, authority.dialect());
        }
        let (authority, client) = (authority?, client?);
        let binding = authority_fingerprint(file, &authority, &client.id);
        Some(Profile {
            id: id.clone(),
            public_url: public_url?,
            title: title.unwrap_or_else(|| id.to_string()),
            redirect_path: redirect_path?,
            authority,
            client,
            signing_algorithms,
            clock_skew: clock_skew?,
            authorize,
            apis,
            allow,
            session,
            sign_out: SignOutOptions {
                account_picker: file
                    .sign_out
                    .as_ref()
                    .and_then(|table| table.account_picker.as_ref())
                    .is_some_and(|written| *written.get()),
            },
            branding,
            binding,
        })
    }
}
