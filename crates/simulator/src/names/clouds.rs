//! The national clouds: login hosts, aliases and Graph hosts.

/// One national cloud (microsoft-identity.md §1.2).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cloud {
    /// The login host, which issuers have.
    pub login: &'static str,
    pub aliases: &'static [&'static str],
    pub graph: &'static [&'static str],
    /// `cloud_instance_name` of the metadata.
    pub instance: &'static str,
}

/// The clouds, the global one first.
pub(crate) static CLOUDS: [Cloud; 7] = [
    Cloud {
        login: "login.microsoftonline.com",
        aliases: &[
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ],
        graph: &["graph.microsoft.com"],
        instance: "microsoftonline.com",
    },
    Cloud {
        login: "login.microsoftonline.us",
        aliases: &["login.usgovcloudapi.net", "login-us.microsoftonline.com"],
        graph: &["graph.microsoft.us", "dod-graph.microsoft.us"],
        instance: "microsoftonline.us",
    },
    Cloud {
        login: "login.partner.microsoftonline.cn",
        aliases: &["login.chinacloudapi.cn"],
        graph: &["microsoftgraph.chinacloudapi.cn"],
        instance: "partner.microsoftonline.cn",
    },
    Cloud {
        login: "login.microsoftonline.de",
        aliases: &[],
        graph: &["graph.microsoft.de"],
        instance: "microsoftonline.de",
    },
    Cloud {
        login: "login.sovcloud-identity.fr",
        aliases: &[],
        graph: &["graph.svc.sovcloud.fr"],
        instance: "sovcloud-identity.fr",
    },
    Cloud {
        login: "login.sovcloud-identity.de",
        aliases: &[],
        graph: &["graph.svc.sovcloud.de"],
        instance: "sovcloud-identity.de",
    },
    Cloud {
        login: "login.sovcloud-identity.sg",
        aliases: &[],
        graph: &["graph.svc.sovcloud.sg"],
        instance: "sovcloud-identity.sg",
    },
];

pub(super) static GLOBAL: &Cloud = &CLOUDS[0];

impl Cloud {
    /// The cloud whose login host this is, under any of its names.
    pub(crate) fn of_login_host(host: &str) -> Option<&'static Self> {
        CLOUDS
            .iter()
            .find(|cloud| cloud.login == host || cloud.aliases.contains(&host))
    }

    pub(super) fn of_graph_host(host: &str) -> Option<&'static Self> {
        CLOUDS.iter().find(|cloud| cloud.graph.contains(&host))
    }
}
