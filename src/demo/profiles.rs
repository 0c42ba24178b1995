//! The profiles of the demonstration: one of each kind, written as files like any other profile.

use std::fmt::Write as _;
use std::path::Path;

use simulator::{CLIENT_SECRET, Kind, Simulator};

use crate::demo::ports::Ports;
use crate::demo::sample_application;

/// The host of each kind's profile, below `localhost` (RFC 6761 §6.3), and what people call it.
pub const PLACES: [(Kind, &str, &str); 5] = [
    (Kind::EntraId, "entra.localhost", "Entra ID"),
    (Kind::ExternalId, "external.localhost", "External ID"),
    (
        Kind::ExternalIdCustomDomain,
        "custom.localhost",
        "External ID with custom domain",
    ),
    (Kind::B2c, "b2c.localhost", "Azure AD B2C"),
    (Kind::Oidc, "oidc.localhost", "Any OpenID provider"),
];

/// The host of an application behind a reader's own proxy, a further host of the Entra ID profile.
pub const BEHIND_A_PROXY: &str = "guarded.localhost";

/// The API that a kind's profile calls first.
pub fn first_api(kind: Kind) -> &'static str {
    match kind {
        Kind::B2c | Kind::Oidc => "orders",
        _ => "graph",
    }
}

/// The profile that a visitor edits while it serves.
pub const EDITED: &str = "entra-id.toml";

/// Writes the profiles of one replica into a folder. `gateway` is the port of the replica; everything else is the same for
/// all of them, so that a session counts at each.
///
/// # Errors
/// When a file cannot be written.
pub fn write(
    folder: &Path,
    gateway: u16,
    ports: Ports,
    simulator: &Simulator,
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let ports = Ports { gateway, ..ports };
    for (kind, host, title) in PLACES {
        let text = profile(kind, host, title, ports, simulator);
        std::fs::write(folder.join(format!("{}.toml", kind.name())), text)?;
    }
    Ok(())
}

fn profile(kind: Kind, host: &str, title: &str, ports: Ports, simulator: &Simulator) -> String {
    let accent = match kind {
        Kind::EntraId => "blue",
        Kind::ExternalId => "teal",
        Kind::ExternalIdCustomDomain => "green",
        Kind::B2c => "purple",
        Kind::Oidc => "orange",
    };
    let mut text = format!(
        r#"kind          = "{kind}"
public_url    = "http://{host}:{port}"
authority     = "{authority}"
client_id     = "{client}"
client_secret = {{ value = "{CLIENT_SECRET}" }}
title         = "Contoso · {title}"
{hosts}
[session]
show_network = true

[branding]
accent = "{accent}"
"#,
        kind = kind.name(),
        port = ports.gateway,
        authority = simulator.authority(kind),
        client = kind.client_id(),
        hosts = hosts(kind, ports),
    );
    if kind == Kind::B2c {
        text.push_str("\n[user_flows]\nsign_in        = \"B2C_1_susi\"\nedit_profile   = \"B2C_1_edit_profile\"\nreset_password = \"B2C_1_reset_password\"\n");
    }
    for (name, title, endpoint, scope) in apis(kind, simulator) {
        let _ = write!(
            text,
            "\n[[api]]\nname     = \"{name}\"\ntitle    = \"{title}\"\nendpoint = \"{endpoint}\"\nscopes   = [\"{scope}\"]\n"
        );
    }
    let sample = format!("http://127.0.0.1:{}", ports.sample);
    let path = sample_application::PATH;
    let _ = write!(
        text,
        "\n[[route]]\npath     = \"{path}\"\nupstream = \"{sample}\"\ntitle    = \"The sample application\"\n\n[[route]]\npath      = \"{path}/api\"\nupstream  = \"{sample}\"\ntoken_for = \"orders\"\n"
    );
    text
}

fn hosts(kind: Kind, ports: Ports) -> String {
    match kind {
        Kind::EntraId => {
            let port = ports.proxy;
            format!("hosts         = [\"http://{BEHIND_A_PROXY}:{port}\"]\n")
        }
        _ => String::new(),
    }
}

type ApiText = (&'static str, &'static str, String, &'static str);

/// Graph for directories; the sample API for everybody, in the scope's form of the kind. B2C's customers have no Graph.
fn apis(kind: Kind, simulator: &Simulator) -> Vec<ApiText> {
    let graph = (
        "graph",
        "Microsoft Graph: who am I",
        format!("{}/v1.0/me", simulator.graph()),
        "User.Read",
    );
    let orders = |scope| {
        (
            "orders",
            "Contoso orders",
            format!("{}/orders", simulator.api()),
            scope,
        )
    };
    match kind {
        Kind::B2c => vec![orders("https://contoso.onmicrosoft.com/orders/Orders.Read")],
        Kind::Oidc => vec![orders("api://orders/Orders.Read")],
        _ => vec![graph, orders("api://orders/Orders.Read")],
    }
}
