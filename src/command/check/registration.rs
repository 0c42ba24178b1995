//! What to register at the authority of a profile, and what is known offline about its credential.

use std::path::Path;

use serde::Serialize;

use crate::command::check::bearer_notes::bearer_notes;
use crate::config::Problem;
use crate::config::profile::certificate::{CertificateFault, CertificateSummary, read_certificate};
use crate::domain::clock::Timestamp;
use crate::domain::credential::{CertificateSource, Credential, PemSource};
use crate::domain::profile::Profile;

/// Days before the end of validity at which a certificate causes a warning.
const DAYS_OF_WARNING: i64 = 30;

/// The addresses of a profile, exactly as they must be registered.
#[derive(Debug, Clone, Serialize)]
pub struct Registration {
    /// The redirect URI.
    pub redirect_uri: String,
    /// The post-logout redirect URI.
    pub post_logout_redirect_uri: String,
    /// The front-channel logout URL.
    pub front_channel_logout_uri: String,
    /// The back-channel logout URL, for authorities that support it.
    pub back_channel_logout_uri: Option<String>,
    /// Notes about the authority.
    pub notes: Vec<String>,
}

/// What to register for a profile.
pub fn registration(profile: &Profile) -> Registration {
    let dialect = profile.authority.dialect();
    let redirect_uri = profile.redirect_uri();
    let mut notes = Vec::new();
    if dialect.microsoft {
        notes.push(
            "register the post-logout address as a second redirect URI of the platform \"Web\": Microsoft returns only to registered addresses"
                .to_owned(),
        );
    }
    if dialect.microsoft && redirect_uri.starts_with("http://127.0.0.1") {
        notes.push(
            "Microsoft's portal refuses http://127.0.0.1: edit the manifest of the application, or use http://localhost"
                .to_owned(),
        );
    }
    if dialect.admin_consent_only && !profile.apis.is_empty() {
        notes.push(
            "customers cannot consent: an administrator must grant the permissions of the APIs in the portal"
                .to_owned(),
        );
    }
    if dialect.microsoft && !profile.public_url.is_https() {
        notes.push("a front-channel logout URL must be https: do not register it".to_owned());
    }
    if !dialect.microsoft && profile.routes.have_easyauth_addresses() {
        notes.push(
            "register the redirect URI as a post-logout redirect URI, too: a sign-out at /.auth/logout returns there"
                .to_owned(),
        );
    }
    notes.extend(bearer_notes(profile));
    Registration {
        redirect_uri,
        post_logout_redirect_uri: profile.post_logout_uri(),
        front_channel_logout_uri: profile.front_channel_logout_uri(),
        back_channel_logout_uri: (!dialect.microsoft).then(|| profile.back_channel_logout_uri()),
        notes,
    }
}

/// The state of a credential's files at `now`: lines for people, and problems.
pub fn credential_state(
    profile: &Profile,
    file: &str,
    now: Timestamp,
) -> (Vec<String>, Vec<Problem>) {
    match &profile.client.credential {
        Credential::Certificate { certificates, .. } => certificates_state(certificates, file, now),
        Credential::FederatedToken(path) => {
            if path.is_file() {
                return (
                    vec![format!("token file {} exists", path.display())],
                    Vec::new(),
                );
            }
            let what = format!("the token file {:?} is missing", path.display());
            let right = "the platform writes the file where gatehouse runs; run the check there";
            let problem = Problem::of(file, what, right).about("client_assertion");
            (Vec::new(), vec![problem.as_warning()])
        }
        _ => (Vec::new(), Vec::new()),
    }
}

fn certificates_state(
    certificates: &[CertificateSource],
    file: &str,
    now: Timestamp,
) -> (Vec<String>, Vec<Problem>) {
    const KEY: &str = "client_certificate";
    let (mut lines, mut problems, mut valid) = (Vec::new(), Vec::new(), false);
    for source in certificates {
        let path = source.certificate.display();
        let summary = match summary_of(source) {
            Ok(summary) => summary,
            // The file was valid a moment ago, when the profile was read.
            Err(fault) => {
                problems.push(Problem::of(file, fault.to_string(), fault.right()).about(KEY));
                continue;
            }
        };
        let days = (summary.not_after - now).num_days();
        lines.push(format!(
            "certificate {path}: valid from {} until {} ({days} days), {} in the chain",
            summary.not_before.format("%Y-%m-%d"),
            summary.not_after.format("%Y-%m-%d"),
            summary.chain_length
        ));
        let in_time = summary.not_before <= now && now < summary.not_after;
        valid |= in_time;
        let what = if now >= summary.not_after {
            format!("the certificate {path} has expired")
        } else if !in_time {
            format!("the certificate {path} is not valid yet")
        } else if days < DAYS_OF_WARNING {
            format!("the certificate {path} expires in {days} days")
        } else {
            continue;
        };
        let right = "register a new certificate and list both here until the old one has expired";
        problems.push(Problem::of(file, what, right).about(KEY).as_warning());
    }
    if !valid {
        let right = "a certificate that is valid now";
        problems.push(Problem::of(file, "no certificate is valid now", right).about(KEY));
    }
    (lines, problems)
}

fn summary_of(source: &CertificateSource) -> Result<CertificateSummary, CertificateFault> {
    let text = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    let certificate = text(&source.certificate);
    let key = match &source.key {
        None => certificate.clone(),
        Some(PemSource::Fixed(pem)) => pem.expose().to_owned(),
        Some(PemSource::File(path)) => text(path),
    };
    read_certificate(&certificate, Some(&key))
}
