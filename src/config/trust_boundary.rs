//! The trust boundary of a profile file: what it may not use of the process, whoever wrote it.
//!
//! A profile decides to which authority its secret is sent, and which addresses are called. So no profile may name
//! gatehouse's own files and variables or call gatehouse's own listeners. With `profile_secrets`, no profile may name
//! another profile's secrets either.

use std::fs::Metadata;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use url::{Host, Url};

use crate::domain::profile::ProfileId;

/// What profiles may not use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustBoundary {
    /// Files of gatehouse itself: keys, database, settings.
    pub own_files: Vec<PathBuf>,
    /// The public listener.
    pub listen: Option<SocketAddr>,
    /// The admin listener.
    pub admin_listen: Option<SocketAddr>,
    /// The folder with a folder of secrets for each profile, if each profile is confined to its own.
    pub profile_secrets: Option<PathBuf>,
}

/// Without files, listeners and confinement: for a profile that is read but never serves.
pub static NO_BOUNDARY: TrustBoundary = TrustBoundary {
    own_files: Vec::new(),
    listen: None,
    admin_listen: None,
    profile_secrets: None,
};

impl TrustBoundary {
    /// Whether a path leads to a file of gatehouse itself, under any name: another path, a symbolic or a hard link.
    pub(super) fn is_own_file(&self, path: &Path, profiles: &Path) -> bool {
        let real = resolved(&absolute(path)).unwrap_or_else(|| absolute(path));
        let folder = resolved(&absolute(profiles)).unwrap_or_else(|| absolute(profiles));
        // Another profile can contain a secret. `/proc/self/environ` contains the variables of this process.
        let is_profile =
            real.parent() == Some(&*folder) && real.extension().is_some_and(|it| it == "toml");
        is_profile
            || real.starts_with("/proc")
            || self.own_files.iter().any(|own| is_same_file(own, path))
    }

    /// Whether a profile may use a file now, wherever its path leads by now.
    pub fn permits_file(&self, id: &ProfileId, path: &Path, profiles: &Path) -> bool {
        let confined = self.profile_secrets.as_ref();
        !self.is_own_file(path, profiles)
            && confined.is_none_or(|secrets| is_below(path, &secrets.join(id.as_str())))
    }

    /// Whether an address is one of the process's own listeners. They speak plain http, which a profile may use on this
    /// machine only.
    pub(super) fn is_own_listener(&self, url: &Url) -> bool {
        let own = [self.listen, self.admin_listen];
        url.scheme() == "http"
            && own.iter().flatten().any(|listener| {
                let ip = match url.host() {
                    Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
                    Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
                    _ => None,
                };
                let is_there =
                    listener.ip().is_unspecified() || ip.is_none_or(|ip| ip == listener.ip());
                is_there && url.port_or_known_default() == Some(listener.port())
            })
    }
}

/// `CONTOSO_STAFF__` for `contoso-staff`.
pub(super) fn variable_prefix(id: &ProfileId) -> String {
    format!("{}__", id.as_str().to_ascii_uppercase().replace('-', "_"))
}

/// Whether a variable belongs to a profile and to no profile whose id begins with this one's: what follows the prefix
/// contains no second pair of underscores.
pub(super) fn is_variable_of(id: &ProfileId, variable: &str) -> bool {
    let rest = variable.strip_prefix(&variable_prefix(id));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('_') && !rest.contains("__"))
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether a file, or a file that does not exist yet, lies below a folder.
pub(super) fn is_below(path: &Path, folder: &Path) -> bool {
    let folder = resolved(&absolute(folder));
    resolved(&absolute(path))
        .is_some_and(|path| folder.is_some_and(|folder| path.starts_with(folder)))
}

/// The path without links and dots; what does not exist yet keeps its name in the resolved folder.
fn resolved(path: &Path) -> Option<PathBuf> {
    if let Ok(real) = std::fs::canonicalize(path) {
        return Some(real);
    }
    let (folder, name) = (path.parent()?, path.file_name()?);
    Some(resolved(folder)?.join(name))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    match (std::fs::metadata(one), std::fs::metadata(other)) {
        (Ok(one), Ok(other)) => identity(one) == identity(other),
        _ => resolved(&absolute(one)) == resolved(&absolute(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_belongs_to_one_profile_only() {
        let is_of =
            |id: &str, variable: &str| is_variable_of(&ProfileId::parse(id).unwrap(), variable);
        assert!(is_of("contoso", "CONTOSO__CLIENT_SECRET"));
        assert!(is_of("contoso-staff", "CONTOSO_STAFF__SECRET"));
        for variable in [
            "CONTOSO_CLIENT_SECRET",
            "CONTOSO_STAFF__SECRET",
            "CONTOSO__STAFF__SECRET",
            "CONTOSO___SECRET",
            "CONTOSO__",
            "contoso__SECRET",
            "FABRIKAM__SECRET",
        ] {
            assert!(!is_of("contoso", variable), "{variable}");
        }
    }

    #[test]
    fn an_own_file_is_found_under_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let profiles = at("profiles");
        std::fs::create_dir(&profiles).unwrap();
        for name in ["keys", "foreign", "profiles/other.toml", "profiles/secret"] {
            std::fs::write(at(name), "x").unwrap();
        }
        std::os::unix::fs::symlink(at("keys"), at("link")).unwrap();
        std::fs::hard_link(at("keys"), at("hard-link")).unwrap();
        let boundary = TrustBoundary {
            own_files: vec![at("keys"), at("not-yet.db")],
            ..TrustBoundary::default()
        };
        for name in [
            "keys",
            "profiles/../keys",
            "link",
            "hard-link",
            "not-yet.db",
            "profiles/other.toml",
        ] {
            assert!(boundary.is_own_file(&at(name), &profiles), "{name}");
        }
        assert!(boundary.is_own_file(Path::new("/proc/self/environ"), &profiles));
        for name in ["foreign", "profiles/secret", "missing"] {
            assert!(!boundary.is_own_file(&at(name), &profiles), "{name}");
        }
    }

    #[test]
    fn a_file_is_confined_to_its_folder_through_links_and_dots() {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("contoso");
        let other = folder.path().join("contoso-staff");
        std::fs::create_dir(&own).unwrap();
        std::fs::create_dir(&other).unwrap();
        std::fs::write(own.join("secret"), "x").unwrap();
        std::fs::write(other.join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(other.join("secret"), own.join("link")).unwrap();
        assert!(is_below(&own.join("secret"), &own));
        assert!(is_below(&own.join("not-yet"), &own));
        for path in [
            own.join("link"),
            own.join("../contoso-staff/secret"),
            own.join("../contoso-staff/not-yet"),
            other.join("secret"),
        ] {
            assert!(!is_below(&path, &own), "{}", path.display());
        }
    }

    #[test]
    fn a_secret_that_is_replaced_by_a_link_is_permitted_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["contoso", "fabrikam", "profiles"] {
            std::fs::create_dir(at(name)).unwrap();
        }
        for name in ["keys", "contoso/secret", "fabrikam/secret"] {
            std::fs::write(at(name), "x").unwrap();
        }
        let id = ProfileId::parse("contoso").unwrap();
        let open = TrustBoundary {
            own_files: vec![at("keys")],
            ..TrustBoundary::default()
        };
        let confined = TrustBoundary {
            profile_secrets: Some(folder.path().to_owned()),
            ..open.clone()
        };
        let permits = |boundary: &TrustBoundary| {
            boundary.permits_file(&id, &at("contoso/secret"), &at("profiles"))
        };
        assert!(permits(&open) && permits(&confined));
        let link_to = |target: &str| {
            std::fs::remove_file(at("contoso/secret")).unwrap();
            std::os::unix::fs::symlink(at(target), at("contoso/secret")).unwrap();
        };
        link_to("fabrikam/secret");
        assert!(permits(&open) && !permits(&confined));
        link_to("keys");
        assert!(!permits(&open) && !permits(&confined));
    }

    #[test]
    fn own_listeners_are_found_by_port_and_address() {
        let boundary = TrustBoundary {
            listen: "0.0.0.0:8080".parse().ok(),
            admin_listen: "127.0.0.1:8081".parse().ok(),
            ..TrustBoundary::default()
        };
        let is_own = |url: &str| boundary.is_own_listener(&Url::parse(url).unwrap());
        for url in [
            "http://127.0.0.1:8081/sessions",
            "http://localhost:8081/",
            "http://127.0.0.2:8080/",
            "http://[::1]:8080/",
        ] {
            assert!(is_own(url), "{url}");
        }
        for url in [
            "http://127.0.0.1:9000/",
            "https://api.contoso.example:8081/",
        ] {
            assert!(!is_own(url), "{url}");
        }
    }
}
