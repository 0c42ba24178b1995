//! The files and listeners of the process itself, which no profile may use.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::config::settings::reader::Reader;
use crate::config::trust_boundary::TrustBoundary;

impl Reader<'_> {
    /// What no profile may use. A setting that cannot be read is left out here and reported elsewhere.
    pub(super) fn boundary(&mut self) -> TrustBoundary {
        let problems = self.0.problems.len();
        let own_files = self.own_files();
        let default = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let listen = self.socket("listen", default(8080));
        let admin_listen = self.socket("admin_listen", default(8081));
        self.0.problems.truncate(problems);
        TrustBoundary {
            own_files,
            listen,
            admin_listen,
            profile_secrets: self.path("profile_secrets"),
        }
    }

    fn own_files(&mut self) -> Vec<PathBuf> {
        let named = ["keys_file", "database_url_file"].map(|key| self.path(key));
        let mut files: Vec<PathBuf> = named.into_iter().flatten().collect();
        files.extend(self.0.file_name().map(PathBuf::from));
        let url = self.database_text().map(|(_, text)| text);
        let database = url.as_deref().and_then(sqlite_path);
        for suffix in ["", "-wal", "-shm", ".key"] {
            files.extend(database.map(|path| PathBuf::from(format!("{path}{suffix}"))));
        }
        files
    }
}

/// The file of a `sqlite:` address without parameters.
fn sqlite_path(url: &str) -> Option<&str> {
    let rest = url.trim().strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    path.split('?')
        .next()
        .filter(|path| !path.is_empty() && *path != ":memory:")
}
