//! The profile of each kind: the same keys for all, but for kind, authority and credentials.

use tempfile::TempDir;

use super::{Kind, Plan, Simulator, TestGatehouse, host};

/// The profile of a kind: the same keys for all, but for kind, authority and credentials.
pub fn write_profile(folder: &TempDir, sim: &Simulator, port: u16, kind: Kind, plan: &Plan) {
    let of = |list: &[(Kind, String)]| {
        list.iter()
            .filter(|(of, _)| *of == kind)
            .map(|(_, text)| text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let flows = if kind == Kind::B2c {
        "[user_flows]\nsign_in = \"B2C_1_susi\"\nedit_profile = \"B2C_1_edit_profile\"\nreset_password = \"B2C_1_reset_password\"\n"
    } else {
        ""
    };
    let api = match kind {
        Kind::B2c => format!(
            "[[api]]\nname = \"orders\"\nendpoint = \"{}/orders\"\nscopes = [\"https://contoso.onmicrosoft.com/orders/Orders.Read\"]\n",
            sim.api()
        ),
        Kind::Oidc => format!(
            "[[api]]\nname = \"orders\"\nendpoint = \"{}/orders\"\nscopes = [\"api://orders/Orders.Read\"]\n",
            sim.api()
        ),
        _ => format!(
            "[[api]]\nname = \"graph\"\nendpoint = \"{}/v1.0/me\"\nscopes = [\"User.Read\"]\n",
            sim.graph()
        ),
    };
    let text = format!(
        "kind = \"{}\"\npublic_url = \"http://{}:{port}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\ntitle = \"Contoso {}\"\n{}\n{flows}{api}{}\n",
        kind.name(),
        host(kind),
        sim.authority(kind),
        kind.client_id(),
        simulator::CLIENT_SECRET,
        kind.name(),
        of(&plan.lines).replace("{port}", &port.to_string()),
        of(&plan.tables).replace("{port}", &port.to_string()),
    );
    std::fs::write(
        folder
            .path()
            .join("profiles")
            .join(format!("{}.toml", kind.name())),
        text,
    )
    .unwrap();
}

/// The name of the API of a kind's profile.
pub fn api_of(kind: Kind) -> &'static str {
    match kind {
        Kind::B2c | Kind::Oidc => "orders",
        _ => "graph",
    }
}

/// A further profile of the plain provider at another address.
pub fn add_profile(gate: &TestGatehouse, id: &str, public_url: &str, more: &str) {
    let text = format!(
        "kind = \"oidc\"\npublic_url = \"{public_url}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\ntitle = \"Title of {id}\"\n{more}\n",
        gate.sim.authority(Kind::Oidc),
        Kind::Oidc.client_id(),
        simulator::CLIENT_SECRET,
    );
    std::fs::write(
        gate.folder
            .path()
            .join("profiles")
            .join(format!("{id}.toml")),
        text,
    )
    .unwrap();
    gate.live.reload().unwrap();
}
