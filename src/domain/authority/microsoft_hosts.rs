//! Hosts that belong to Microsoft's clouds.

/// Login hosts of Microsoft's clouds; each serves its own tenants.
pub(in crate::domain::authority) const ENTRA_HOSTS: [&str; 9] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login-us.microsoftonline.com",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
    "login.usgovcloudapi.net",
    "login.sovcloud-identity.fr",
    "login.sovcloud-identity.de",
    "login.sovcloud-identity.sg",
];

/// Other names of the global cloud's login host.
pub(in crate::domain::authority) const ENTRA_ALIASES: [&str; 3] = [
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
];

/// Hosts of Microsoft Graph. Those of the clouds of France, Germany and Singapore were inferred, not seen.
const GRAPH_HOSTS: [&str; 7] = [
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
    "graph.svc.sovcloud.fr",
    "graph.svc.sovcloud.de",
    "graph.svc.sovcloud.sg",
];

/// Whether a host is Microsoft Graph's in one of Microsoft's clouds.
pub fn is_graph_host(name: &str) -> bool {
    GRAPH_HOSTS.contains(&name)
}

/// Whether a host is a login host of Entra ID in one of Microsoft's clouds.
pub fn is_entra_host(name: &str) -> bool {
    ENTRA_HOSTS.contains(&name) || ENTRA_ALIASES.contains(&name)
}

/// Hosts that Microsoft's metadata documents name for any tenant.
pub(in crate::domain::authority) fn is_microsoft_host(name: &str) -> bool {
    const SUFFIXES: [&str; 5] = [
        ".ciamlogin.com",
        ".b2clogin.com",
        ".b2clogin.cn",
        ".b2clogin.us",
        ".b2clogin.de",
    ];
    ENTRA_HOSTS.contains(&name)
        || ENTRA_ALIASES.contains(&name)
        || is_graph_host(name)
        || SUFFIXES.iter().any(|suffix| {
            name.strip_suffix(suffix)
                .is_some_and(|label| !label.is_empty() && !label.contains('.'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_single_label_before_a_suffix_of_microsofts_is_its_host() {
        for host in [
            "login.microsoftonline.com",
            "graph.microsoft.com",
            "contoso.ciamlogin.com",
            "contoso.b2clogin.cn",
        ] {
            assert!(is_microsoft_host(host), "{host}");
        }
        for host in [
            "",
            ".ciamlogin.com",
            "ciamlogin.com",
            "a.b.ciamlogin.com",
            "ciamlogin.com.evil.example",
            "login.microsoftonline.com.evil.example",
            "evil-login.microsoftonline.com",
        ] {
            assert!(!is_microsoft_host(host), "{host}");
            assert!(!is_entra_host(host), "{host}");
        }
        assert!(is_entra_host("login.microsoftonline.us"));
        assert!(!is_entra_host("contoso.ciamlogin.com"));
    }
}
