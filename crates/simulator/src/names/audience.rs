//! Which service a scope or an `aud` names.

use crate::names::clouds::Cloud;
use crate::names::hosts::{GRAPH, OPENID};

/// Whether a word is Graph's resource, as an `aud` or the beginning of a scope has it.
pub(crate) fn after_graph(word: &str) -> Option<&str> {
    let (_, rest) = word.split_once("://")?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.split(':').next().unwrap_or_default();
    (host == GRAPH || Cloud::of_graph_host(host).is_some()).then_some(path)
}

/// Whether an `aud` is the plain provider.
pub(crate) fn is_openid(audience: &str) -> bool {
    OPENID.iter().any(|host| {
        audience
            .split('/')
            .nth(2)
            .unwrap_or_default()
            .split(':')
            .next()
            == Some(host)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_scope_is_known_under_every_name_of_graph() {
        for word in [
            "https://graph.microsoft.com/User.Read",
            "http://graph.microsoft.localhost:9000/User.Read",
            "https://graph.microsoft.us/User.Read",
        ] {
            assert_eq!(after_graph(word), Some("User.Read"), "{word}");
        }
        assert_eq!(after_graph("https://graph.example/User.Read"), None);
    }
}
