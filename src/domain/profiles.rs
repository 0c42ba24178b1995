//! Profiles: which profile a request belongs to, decided once: host, then longest path prefix.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::profile::{Profile, ProfileId};
use crate::domain::public_url::PublicUrl;

/// A profile's place: it serves, or its file is broken and its address answers 503.
#[derive(Debug, Clone)]
pub enum ProfileStatus {
    /// A profile that can be used.
    Serving(Arc<Profile>),
    /// A file that could not be used, but whose address is known.
    Broken(ProfileId),
}

/// All profiles of the process at one moment.
#[derive(Debug, Clone, Default)]
pub struct Profiles {
    by_host: HashMap<String, Vec<(PublicUrl, ProfileStatus)>>,
    serving: Vec<Arc<Profile>>,
    /// Whether any route has an upstream.
    have_upstreams: bool,
}

impl Profiles {
    /// Indexes profiles and the addresses of broken files. The caller has made sure that no two share an address.
    pub fn new(serving: Vec<Arc<Profile>>, broken: Vec<(ProfileId, PublicUrl)>) -> Self {
        let mut by_host: HashMap<String, Vec<(PublicUrl, ProfileStatus)>> = HashMap::new();
        let good = serving.iter().flat_map(|profile| {
            let main = (profile.public_url.clone(), Arc::clone(profile));
            let further = profile.hosts.iter();
            let further = further.map(|host| (host.clone(), Arc::new(profile.at_host(host))));
            std::iter::once(main)
                .chain(further)
                .map(|(url, profile)| (url, ProfileStatus::Serving(profile)))
        });
        let bad = broken
            .into_iter()
            .map(|(id, url)| (url, ProfileStatus::Broken(id)));
        for (url, tenancy) in good.chain(bad) {
            by_host
                .entry(url.authority().to_owned())
                .or_default()
                .push((url, tenancy));
        }
        for places in by_host.values_mut() {
            places.sort_by_key(|(url, _)| std::cmp::Reverse(url.prefix().len()));
        }
        let forwards = |profile: &Arc<Profile>| profile.routes.have_upstreams();
        let have_upstreams = serving.iter().any(forwards);
        Self {
            by_host,
            serving,
            have_upstreams,
        }
    }

    /// The profile of a request, by its `Host` (host and optional port) and its path; at a further host, the profile as
    /// that host has it. The second value is the path below the profile's prefix.
    pub fn find<'a>(&self, host: &str, path: &'a str) -> Option<(&ProfileStatus, &'a str)> {
        let in_places = |host: &str| {
            let places = self.by_host.get(host)?;
            places
                .iter()
                .find_map(|(url, tenancy)| Some((tenancy, url.strip(path)?)))
        };
        // The common case needs no allocation: a browser sends the host in lower case without its scheme's port.
        in_places(host).or_else(|| {
            let folded = host.to_ascii_lowercase();
            let (name, port) = match folded.rsplit_once(':') {
                Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                    (name, Some(port))
                }
                _ => (folded.as_str(), None),
            };
            let name = name.trim_end_matches('.');
            match port {
                None => in_places(name),
                Some(port) => in_places(&format!("{name}:{port}"))
                    .or_else(|| self.at_default_port(name, port, path)),
            }
        })
    }

    /// `host:443` is the same place as `host` for an https profile, `host:80` for an http one.
    fn at_default_port<'a>(
        &self,
        name: &str,
        port: &str,
        path: &'a str,
    ) -> Option<(&ProfileStatus, &'a str)> {
        let places = self.by_host.get(name)?;
        let of_scheme = |url: &PublicUrl| port == if url.is_https() { "443" } else { "80" };
        places
            .iter()
            .filter(|(url, _)| of_scheme(url))
            .find_map(|(url, tenancy)| Some((tenancy, url.strip(path)?)))
    }

    /// Whether any route of any profile has an upstream: without one no request is forwarded.
    pub fn have_upstreams(&self) -> bool {
        self.have_upstreams
    }

    /// The profile of this id, if it serves.
    pub fn by_id(&self, id: &ProfileId) -> Option<&Arc<Profile>> {
        self.serving.iter().find(|profile| profile.id == *id)
    }

    /// Every address with its profile, broken ones too.
    pub fn addresses(&self) -> impl Iterator<Item = (&PublicUrl, &ProfileId)> {
        self.by_host.values().flatten().map(|(url, status)| {
            let id = match status {
                ProfileStatus::Serving(profile) => &profile.id,
                ProfileStatus::Broken(id) => id,
            };
            (url, id)
        })
    }

    /// All profiles that serve, each once, as their files have them.
    pub fn serving(&self) -> &[Arc<Profile>] {
        &self.serving
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(addresses: &[&str], host: &str, path: &str) -> Option<(String, String)> {
        let broken = addresses.iter().enumerate().map(|(at, url)| {
            let id = ProfileId::parse(&format!("p{at}")).unwrap();
            (id, PublicUrl::parse(url).unwrap())
        });
        let profiles = Profiles::new(Vec::new(), broken.collect());
        let (status, rest) = profiles.find(host, path)?;
        let ProfileStatus::Broken(id) = status else {
            return None;
        };
        Some((id.to_string(), rest.to_owned()))
    }

    #[test]
    fn a_request_belongs_to_the_host_and_the_longest_prefix_of_a_profile_or_to_none() {
        let all = [
            "https://a.example",
            "https://a.example/staff",
            "https://b.example:8443",
            "http://c.localhost",
        ];
        for (host, path, id, rest) in [
            ("a.example", "/x", "p0", "/x"),
            ("A.Example.", "/staff", "p1", "/"),
            ("a.example:443", "/staff/x", "p1", "/x"),
            ("b.example:8443", "/", "p2", "/"),
            ("B.example.:8443", "/", "p2", "/"),
            ("c.localhost:80", "/", "p3", "/"),
        ] {
            let expected = Some((id.to_owned(), rest.to_owned()));
            assert_eq!(found(&all, host, path), expected, "{host}{path}");
        }
        for host in [
            "",
            "a.example:80",
            "a.example:8443",
            "a.example:",
            "a.example:44x",
            "b.example",
            "b.example:443",
            "c.localhost:443",
            "evil-a.example",
            "a.example.evil.example",
        ] {
            assert_eq!(found(&all, host, "/"), None, "{host}");
        }
    }

    #[test]
    fn without_a_profile_that_serves_nothing_is_found_by_its_id() {
        let id = ProfileId::parse("p").unwrap();
        let url = PublicUrl::parse("https://a.example").unwrap();
        let profiles = Profiles::new(Vec::new(), vec![(id.clone(), url.clone())]);
        assert!(profiles.by_id(&id).is_none());
        assert!(!profiles.have_upstreams());
        assert!(profiles.serving().is_empty());
        let addresses: Vec<_> = profiles.addresses().collect();
        assert_eq!(addresses, [(&url, &id)]);
    }

    #[test]
    fn a_profile_that_serves_is_found_at_each_of_its_hosts_and_by_its_own_id() {
        use crate::domain::profile::testing::entra;
        let profile = Profile {
            hosts: vec![PublicUrl::parse("https://orders.example").unwrap()],
            ..entra()
        };
        let profiles = Profiles::new(vec![Arc::new(profile)], Vec::new());
        for (host, is_further) in [("app.example", false), ("orders.example", true)] {
            let found = profiles.find(host, "/");
            let Some((ProfileStatus::Serving(profile), "/")) = found else {
                panic!("{host}: {found:?}");
            };
            assert_eq!(profile.is_at_further_host(), is_further);
        }
        assert!(
            profiles
                .by_id(&ProfileId::parse("staff").unwrap())
                .is_some()
        );
        assert!(
            profiles
                .by_id(&ProfileId::parse("guests").unwrap())
                .is_none()
        );
        assert_eq!(profiles.serving().len(), 1);
        assert!(!profiles.have_upstreams());
    }
}
