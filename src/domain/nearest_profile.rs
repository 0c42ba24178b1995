//! The profile that a request with an unknown address was probably meant for.

use strsim::levenshtein;
use url::{Host, Url};

use crate::domain::profile::ProfileId;
use crate::domain::public_url::{PublicUrl, is_loopback};

/// Letters; a longer host is no typing error, and the comparison takes quadratic time.
const LONGEST: usize = 100;
/// Profiles that are compared letter by letter at most.
const MOST_COMPARED: usize = 500;

/// How an address differs from that of the nearest profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Same host and port; the path does not begin with the profile's prefix.
    Prefix,
    /// Same host, another port.
    Port,
    /// Another host.
    Host,
}

impl Difference {
    /// What differs, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prefix => "the path does not begin with the path of its public_url",
            Self::Port => "the port differs",
            Self::Host => "the host differs",
        }
    }
}

/// The nearest profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// Its id.
    pub id: ProfileId,
    /// Its address.
    pub public_url: PublicUrl,
    /// How the request's address differs.
    pub difference: Difference,
}

/// The profile whose address is most like a `Host` at which no profile was found; the only profile is always the nearest.
pub fn nearest<'a>(
    host: &str,
    addresses: impl Iterator<Item = (&'a PublicUrl, &'a ProfileId)>,
) -> Option<Nearest> {
    let host = host.to_ascii_lowercase();
    let name = name_of(&host);
    let mut places: Vec<_> = addresses.collect();
    places.sort_by_key(|(_, id)| *id);
    let only = places.len() == 1;
    let distance = |url: &PublicUrl| {
        let other = name_of(url.authority());
        if url.authority() == host {
            Some((Difference::Prefix, 0))
        } else if other == name {
            Some((Difference::Port, 0))
        } else if only || (is_local(name) && is_local(other)) {
            Some((Difference::Host, 0))
        } else {
            Some((Difference::Host, letters(name, other)?))
        }
    };
    let (url, id, (difference, _)) = places
        .into_iter()
        .take(MOST_COMPARED)
        .filter_map(|(url, id)| Some((url, id, distance(url)?)))
        .min_by_key(|(.., distance)| *distance)?;
    Some(Nearest {
        id: id.clone(),
        public_url: url.clone(),
        difference,
    })
}

/// How many letters differ, if at most a third.
fn letters(name: &str, other: &str) -> Option<usize> {
    if name.len() > LONGEST || other.len() > LONGEST {
        return None;
    }
    let distance = levenshtein(name, other);
    (distance <= (name.len() / 3).max(1)).then_some(distance)
}

/// The host without its port.
fn name_of(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

fn is_local(name: &str) -> bool {
    let url = Url::parse(&format!("http://{name}")).ok();
    let host: Option<Host<&str>> = url.as_ref().and_then(Url::host);
    host.is_some_and(|host| is_loopback(&host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(addresses: &[&str], host: &str) -> Option<(String, Difference)> {
        let places: Vec<_> = addresses
            .iter()
            .enumerate()
            .map(|(at, url)| {
                let id = ProfileId::parse(&format!("p{at}")).unwrap();
                (PublicUrl::parse(url).unwrap(), id)
            })
            .collect();
        let found = nearest(host, places.iter().map(|(url, id)| (url, id)))?;
        Some((found.id.to_string(), found.difference))
    }

    #[test]
    fn the_nearest_profile_differs_in_prefix_port_or_host() {
        let all = [
            "https://staff.contoso.example/app",
            "http://localhost:5000",
            "https://customers.contoso.example",
        ];
        for (host, id, difference) in [
            ("staff.contoso.example", "p0", Difference::Prefix),
            ("localhost:8080", "p1", Difference::Port),
            ("127.0.0.1:8080", "p1", Difference::Host),
            ("Customer.contoso.example", "p2", Difference::Host),
        ] {
            assert_eq!(
                found(&all, host),
                Some((id.to_owned(), difference)),
                "{host}"
            );
        }
        assert_eq!(found(&all, "192.0.2.7"), None);
        assert_eq!(found(&all, &"a".repeat(4000)), None);
        let only = found(&all[..1], "192.0.2.7");
        assert_eq!(only, Some(("p0".to_owned(), Difference::Host)));
    }

    #[test]
    fn a_name_is_likened_up_to_its_longest_and_by_a_third_of_its_letters() {
        let long = "a".repeat(LONGEST);
        assert_eq!(letters(&long, &long), Some(0));
        assert_eq!(letters(&format!("{long}a"), &long), None);
        assert_eq!(letters(&long, &format!("{long}a")), None);
        assert_eq!(letters("abcdef", "abcdxx"), Some(2));
        assert_eq!(letters("abcdef", "abcxxx"), None);
        assert_eq!(letters("a", "x"), Some(1));
        assert_eq!(name_of("a.example:8080"), "a.example");
        assert_eq!(name_of("[::a]"), "[::a]");
    }
}
