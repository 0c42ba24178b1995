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
    // Its own certificates need a public name.
    let options = "{\n\tadmin off\n\tpersist_config off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n";
    let [certificate, key, _] = place.certificate();
    let site = if place.variant.tls {
        format!(
            "\nhttps://{HOST}:{} {{\n\ttls {certificate} {key}",
            place.port
        )
    } else {
        format!("\nhttp://{HOST}:{} {{", place.port)
    };
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
