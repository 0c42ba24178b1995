//! Conflicts between profiles: the same id, the same address, or an address that hides another profile's pages.

use std::collections::BTreeMap;

use crate::config::candidate::Candidate;
use crate::config::report::problem::Problem;
use crate::domain::own_path::OwnPath;
use crate::domain::public_url::PublicUrl;

/// Compares all files with one another. Each conflict is added to both files; a report shows it once.
pub(super) fn find(candidates: &mut [Candidate]) {
    let mut found = Vec::new();
    same_names(candidates, &mut found);
    claimed_hosts(candidates, &mut found);
    for group in by_host(candidates) {
        same_addresses(candidates, &group, &mut found);
        hidden_paths(candidates, &group, &mut found);
    }
    for (of, problem) in found {
        for at in of {
            if let Some(candidate) = candidates.get_mut(at) {
                candidate.problems.push(problem.clone());
            }
        }
    }
}

/// Which files a problem belongs to, by index.
type Found = Vec<(Vec<usize>, Problem)>;

/// Two files of different folders with the same name, or with names that differ in case only.
fn same_names(candidates: &[Candidate], found: &mut Found) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        let stem = candidate.file.file_stem().unwrap_or_default();
        let folded = stem.to_string_lossy().to_lowercase();
        if let Some(first) = seen
            .get(&folded)
            .and_then(|first| candidates.get(*first).map(|other| (*first, other)))
        {
            let what = format!("is the same profile id as {}", first.1.name());
            let problem = Problem::of(candidate.name(), what, "a name of its own for each profile");
            found.push((vec![first.0, at], problem));
        } else {
            seen.insert(folded, at);
        }
    }
}

/// A further host belongs to one profile alone: a session cookie of the host, and a path that is not below a prefix, must
/// be no other's.
fn claimed_hosts(candidates: &[Candidate], found: &mut Found) {
    let numbered = || candidates.iter().enumerate();
    for (at, candidate) in numbered() {
        for (other_at, other) in numbered().filter(|(other_at, _)| *other_at != at) {
            let is_others = |host: &&PublicUrl| {
                let same = |url: &PublicUrl| url.authority() == host.authority();
                let twice = other_at < at && other.hosts.iter().any(same);
                other.public_url.as_ref().is_some_and(same) || twice
            };
            let Some(host) = candidate.hosts.iter().find(is_others) else {
                continue;
            };
            let what = format!("{host} is also a host of {}", other.name());
            let right = "hosts that no other profile uses, not even under a path prefix";
            let mut problem = Problem::of(candidate.name(), what, right).about("hosts");
            problem.position = candidate.hosts_position;
            found.push((vec![other_at, at], problem));
        }
    }
}

/// Indices of the files whose address is known, grouped by host.
fn by_host(candidates: &[Candidate]) -> Vec<Vec<usize>> {
    let mut hosts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if let Some(url) = &candidate.public_url {
            hosts.entry(url.authority()).or_default().push(at);
        }
    }
    hosts
        .into_values()
        .filter(|group| group.len() > 1)
        .collect()
}

/// With the same redirect URI for two authorities, a response of one can be taken for a response of the other (RFC 9700
/// §4.4.2.2).
fn same_addresses(candidates: &[Candidate], group: &[usize], found: &mut Found) {
    let members = || {
        group
            .iter()
            .filter_map(|at| candidates.get(*at).map(|it| (*at, it)))
    };
    for (at, candidate) in members() {
        let Some(url) = &candidate.public_url else {
            continue;
        };
        let earlier = members()
            .take_while(|(other, _)| *other != at)
            .find(|(_, other)| {
                other
                    .public_url
                    .as_ref()
                    .is_some_and(|other| other.has_same_address(url))
            });
        if let Some((other_at, other)) = earlier {
            let what = format!("{url} is also the public_url of {}", other.name());
            let mut problem = Problem::of(
                candidate.name(),
                what,
                "a host or a path prefix of its own for each profile; the host's case and the scheme make no difference",
            )
            .about("public_url");
            problem.position = candidate.public_url_position;
            found.push((vec![other_at, at], problem));
        }
    }
}

/// The longest prefix wins, so a profile below the redirect path of another would receive its responses.
fn hidden_paths(candidates: &[Candidate], group: &[usize], found: &mut Found) {
    for at in group {
        let Some(candidate) = candidates.get(*at) else {
            continue;
        };
        let (Some(profile), Some(url)) = (&candidate.profile, &candidate.public_url) else {
            continue;
        };
        for other_at in group.iter().filter(|other| *other != at) {
            let Some(other) = candidates.get(*other_at) else {
                continue;
            };
            let Some(nested) = other
                .public_url
                .as_ref()
                .filter(|nested| nested.prefix().len() > url.prefix().len())
            else {
                continue;
            };
            let hidden = [profile.redirect_path.as_str(), OwnPath::SignIn.pattern()]
                .into_iter()
                .find(|path| nested.strip(&format!("{}{path}", url.prefix())).is_some());
            if let Some(path) = hidden {
                let what = format!("{nested} takes {path} away from {}", candidate.name());
                let right = "a prefix that is not the beginning of another profile's own addresses";
                let mut problem = Problem::of(other.name(), what, right).about("public_url");
                problem.position = other.public_url_position;
                found.push((vec![*at, *other_at], problem));
            }
        }
    }
}
