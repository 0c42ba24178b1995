//! `docs/behind/Caddyfile` with a real Caddy.

use super::guide::{Guide, HOST, ProxyAddresses};
use super::the_list::through_the_list;

const FILE: &str = include_str!("../../../docs/behind/Caddyfile");

const GUIDE: Guide = Guide {
    program: "caddy",
    family: "forwarded",
    arguments,
};

fn arguments(place: &ProxyAddresses<'_>) -> Vec<String> {
    let options = "{\n\tadmin off\n\tpersist_config off\n}\n";
    let site = format!("\nhttp://{HOST}:{} {{", place.port);
    let config = place.write(
        "Caddyfile",
        &format!("{options}{FILE}"),
        &[
            ("\nstaff.contoso.example {", site),
            ("127.0.0.1:8080", place.gatehouse()),
            ("127.0.0.1:3000", place.application()),
        ],
    );
    ["run", "--adapter", "caddyfile", "--config", &config]
        .map(str::to_owned)
        .to_vec()
}

through_the_list!(GUIDE);
