//! Forward auth: the ways in which proxies tell which request they ask about.

/// How a proxy tells which request it asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `X-Forwarded-Method/-Proto/-Host/-Uri` (Traefik, Caddy, `HAProxy`).
    Forwarded,
    /// `X-Original-URL/-Method` (nginx, ingress-nginx).
    Original,
    /// Our path and the original path and query (Envoy, Gateway API).
    Path,
    /// `Path` and `Method` (NGINX Gateway Fabric).
    Fabric,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 4] = [Self::Forwarded, Self::Original, Self::Path, Self::Fabric];

    /// The word of the setting `forward_auth`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::Original => "original",
            Self::Path => "path",
            Self::Fabric => "fabric",
        }
    }

    /// Reads the word of the setting.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_read_by_its_word_and_another_word_is_none() {
        let words = ["forwarded", "original", "path", "fabric"];
        for (family, word) in Family::ALL.into_iter().zip(words) {
            assert_eq!(family.as_str(), word);
            assert_eq!(Family::parse(word), Some(family));
        }
        for word in ["", "Forwarded", "all", "forwarded "] {
            assert_eq!(Family::parse(word), None, "{word}");
        }
    }
}
