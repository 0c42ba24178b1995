//! The written shape becomes a [`Profile`], or every reason why it cannot.
//!
//! Nothing here talks to a network. Files that a profile names are read, because an empty secret is a fault of the
//! profile; what they hold is not kept.

use std::path::{Path, PathBuf};

pub use crate::config::profile::certificate::{
    CertificateFault, CertificateSummary, read_certificate,
};
pub use crate::config::profile::credential::FEDERATED_TOKEN_VARIABLE;

use crate::config::profile::file::ProfileFile;
use crate::config::report::findings::Findings;
use crate::config::report::problem::{Place, Problem};
use crate::config::toml_document::document::Document;
use crate::domain::profile::{Profile, ProfileId, SessionLimits, SignOutOptions};
use crate::domain::public_url::PublicUrl;

/// What a profile is read against besides its file.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The value of an environment variable.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// What a profile without a `[session]` table gets.
    pub session: SessionLimits,
}

/// One file, read.
#[derive(Debug)]
pub struct Converted {
    /// The profile, when nothing is wrong with it.
    pub profile: Option<Profile>,
    /// Its address, when at least that could be read.
    pub public_url: Option<PublicUrl>,
    /// Where its address stands.
    pub public_url_at: Option<Place>,
    /// Files that it names and that are read while it serves.
    pub files: Vec<PathBuf>,
    /// Everything that is wrong or doubtful.
    pub problems: Vec<Problem>,
}

/// Reads the text of a profile file. `folder` is what relative paths in it are relative to.
pub fn convert(
    id: &ProfileId,
    name: &str,
    text: &str,
    folder: &Path,
    surroundings: Surroundings<'_>,
) -> Converted {
    let mut document = Document::new(name, text);
    let Some(file) = document.read::<ProfileFile>() else {
        let problems = document.into_findings().into_problems();
        return Converted {
            profile: None,
            public_url: None,
            public_url_at: None,
            files: Vec::new(),
            problems,
        };
    };
    let mut reading = Reading {
        findings: document.into_findings(),
        folder,
        surroundings,
        files: Vec::new(),
    };
    let public_url = reading.public_url(&file);
    let profile = reading.profile(id, &file, public_url.clone());
    let profile = profile.filter(|_| reading.findings.is_clean());
    let public_url_at = file.public_url.as_ref();
    let public_url_at = public_url_at.map(|written| reading.findings.place_of(&written.span()));
    Converted {
        profile,
        public_url,
        public_url_at,
        files: reading.files,
        problems: reading.findings.into_problems(),
    }
}

/// One file while it is turned into domain values.
pub(super) struct Reading<'r, 't> {
    pub(super) findings: Findings<'t>,
    pub(super) folder: &'r Path,
    pub(super) surroundings: Surroundings<'r>,
    pub(super) files: Vec<PathBuf>,
}

impl Reading<'_, '_> {
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
        let binding = crate::config::profile::authority::binding(file, &authority, &client.id);
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
