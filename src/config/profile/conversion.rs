//! The conversion of a profile file into a [`Profile`], or into every reason why it cannot be converted.
//!
//! No network is used. Files that a profile names are read, because an empty secret is an error of the profile; their
//! contents are not kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::content_hash::ContentHash;
use crate::config::profile::file::ProfileFile;
use crate::config::profile::fingerprint::authority_fingerprint;
use crate::config::profile::profile_reader::{ProfileReader, ReadContext};
use crate::config::report::problem::{Position, Problem};
use crate::config::toml_document::document::Document;
use crate::domain::profile::{Profile, ProfileId, SignOutOptions};
use crate::domain::public_url::PublicUrl;
use crate::domain::route::Route;

/// What was read from a profile file.
#[derive(Debug, Default)]
pub struct Converted {
    /// The profile, if the file has no errors.
    pub profile: Option<Profile>,
    /// The profile's address, if at least that could be read.
    pub public_url: Option<PublicUrl>,
    /// The position of the profile's address.
    pub public_url_position: Option<Position>,
    /// Its further hosts, as far as they could be read.
    pub hosts: Vec<PublicUrl>,
    /// The position of the list of further hosts.
    pub hosts_position: Option<Position>,
    /// The files that the profile names and that are read again while it serves.
    pub named_files: Vec<PathBuf>,
    /// The contents of those that the profile holds, as they were read for it.
    pub held_contents: BTreeMap<PathBuf, Option<ContentHash>>,
    /// All errors and warnings.
    pub problems: Vec<Problem>,
}

/// Converts the text of a profile file in three steps: the text is read into the written shape, each part of the shape
/// into domain values, and the parts make the profile unless one of them has an error. `folder` is the folder that
/// relative paths in the file are relative to.
pub fn convert(
    id: &ProfileId,
    name: &str,
    text: &str,
    folder: &Path,
    context: ReadContext<'_>,
) -> Converted {
    let mut document = Document::new(name, text);
    let Some(file) = document.read::<ProfileFile>() else {
        return Converted {
            problems: document.into_file_problems().into_problems(),
            ..Converted::default()
        };
    };
    let mut reader = ProfileReader {
        id,
        problems: document.into_file_problems(),
        folder,
        context,
        named_files: Vec::new(),
        held_contents: BTreeMap::new(),
    };
    let public_url = reader.public_url(&file);
    let hosts = reader.hosts(&file, public_url.as_ref());
    let profile = reader.profile(id, &file, public_url.clone(), &hosts);
    let written_url = file.public_url.as_ref();
    let written_host = file.hosts.iter().flatten().next();
    Converted {
        profile: profile.filter(|_| reader.problems.is_clean()),
        public_url,
        public_url_position: written_url.map(|url| reader.problems.position_of(&url.span())),
        hosts_position: written_host.map(|host| reader.problems.position_of(&host.span())),
        hosts,
        named_files: reader.named_files,
        held_contents: reader.held_contents,
        problems: reader.problems.into_problems(),
    }
}

impl ProfileReader<'_, '_> {
    /// Reads every part before the first missing part ends the conversion, so that all errors are found.
    fn profile(
        &mut self,
        id: &ProfileId,
        file: &ProfileFile,
        public_url: Option<PublicUrl>,
        hosts: &[PublicUrl],
    ) -> Option<Profile> {
        let title = self.free_text("title", &file.title, 200);
        let redirect_path = self.redirect_path(file, public_url.as_ref());
        let authority = self.authority(file);
        let client = self.client(file);
        let signing_algorithms = self.signing_algorithms(file);
        let clock_skew = self.clock_skew(file);
        let authorize = self.authorize(file, public_url.as_ref());
        let apis = self.apis(file);
        let mut allow = self.access_rule("allow", file.allow.as_ref());
        let routes = self.routes(file, public_url.as_ref(), hosts);
        let session = self.session_limits(file);
        let branding = self.branding(file, public_url.as_ref());
        let language = self.languages(file);
        if let Some(authority) = &authority {
            self.check_dialect(file, authority.dialect());
            self.tenants_that_never_match(file, authority);
            allow.flows_verify_emails = self.flows_verify_emails(file, authority.dialect());
        }
        let flows_verify_emails = allow.flows_verify_emails;
        let (authority, client, public_url) = (authority?, client?, public_url?);
        let fingerprint = authority_fingerprint(file, &authority, &client.id);
        Some(Profile {
            id: id.clone(),
            unlisted: Route::guarding(public_url.authority()),
            public_url,
            hosts: hosts.to_vec(),
            signs_in_at: None,
            title: title.unwrap_or_else(|| id.to_string()),
            redirect_path: redirect_path?,
            authority,
            client,
            signing_algorithms,
            clock_skew: clock_skew?,
            authorize,
            apis,
            allow,
            routes: routes.where_emails_are_verified(flows_verify_emails),
            session,
            show_network: show_network(file),
            sign_out: sign_out(file),
            branding,
            language,
            fingerprint,
        })
    }
}

fn show_network(file: &ProfileFile) -> bool {
    let written = file
        .session
        .as_ref()
        .and_then(|table| table.show_network.as_ref());
    written.is_some_and(|written| *written.get())
}

fn sign_out(file: &ProfileFile) -> SignOutOptions {
    let table = file.sign_out.as_ref();
    let account_picker = table.and_then(|table| table.account_picker.as_ref());
    SignOutOptions {
        account_picker: account_picker.is_some_and(|written| *written.get()),
    }
}
