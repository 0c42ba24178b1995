//! What `serve` says when it listens: where each profile is, and what would keep people from reaching it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crate::command::local_port::port_of_a_browser;
use crate::domain::profile::Profile;
use crate::domain::version::VERSION;

/// Profiles that are listed at most, so that the text fits into a pipe that nobody reads yet.
const MOST_LISTED: usize = 300;

/// A server that listens, and what it serves.
pub(in crate::command) struct Announcement<'a> {
    /// The address of the public listener.
    pub(in crate::command) public: SocketAddr,
    /// The address of the admin listener.
    pub(in crate::command) admin: SocketAddr,
    /// The profiles folder.
    pub(in crate::command) folder: &'a Path,
    /// The profiles that serve.
    pub(in crate::command) profiles: &'a [Arc<Profile>],
}

impl Announcement<'_> {
    /// The text for a terminal.
    pub(in crate::command) fn text(&self) -> String {
        let (public, admin) = (self.public, self.admin);
        let mut text =
            format!("gatehouse {VERSION} listens on http://{public} (admin: http://{admin})\n\n");
        let width = self
            .profiles
            .iter()
            .map(|profile| profile.id.as_str().len())
            .max();
        let width = width.unwrap_or_default();
        for profile in self.profiles.iter().take(MOST_LISTED) {
            // Writing to a text does not fail.
            let _ = writeln!(text, "  {:<width$}  {}/", profile.id, profile.public_url);
        }
        if let Some(more @ 1..) = self.profiles.len().checked_sub(MOST_LISTED) {
            let _ = writeln!(text, "  and {more} more; `gatehouse check` lists them");
        }
        for sentence in self.plain_http().into_iter().chain(self.warnings()) {
            let _ = writeln!(text, "\n  {sentence}");
        }
        text.push_str("\nCtrl-C stops it.");
        text
    }

    /// That TLS is somebody else's work, if a profile needs it.
    pub(in crate::command) fn plain_http(&self) -> Option<String> {
        let https = self
            .profiles
            .iter()
            .any(|profile| profile.public_url.is_https());
        https.then(|| {
            format!(
                "gatehouse speaks plain HTTP on {}: the https addresses need a proxy with TLS in front of it (docs/behind/nginx.md).",
                self.public
            )
        })
    }

    /// Why people will not reach a profile, one sentence each.
    pub(in crate::command) fn warnings(&self) -> Vec<String> {
        if self.profiles.is_empty() {
            return vec![format!(
                "No profile of {} serves, so every address answers 404 or 503: make the first with `gatehouse init`, or see `gatehouse check`.",
                self.folder.display()
            )];
        }
        let mismatch = |profile: &Arc<Profile>| {
            let port = port_of_a_browser(&profile.public_url, Some(self.public))?;
            Some(format!(
                "Browsers come to port {port} for {}, and gatehouse listens on port {}: start it with --listen 127.0.0.1:{port}, unless a proxy of this machine has port {port}.",
                profile.id,
                self.public.port()
            ))
        };
        self.profiles
            .iter()
            .filter_map(mismatch)
            .take(MOST_LISTED)
            .collect()
    }
}
