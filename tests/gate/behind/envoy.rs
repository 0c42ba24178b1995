//! `docs/behind/envoy.yaml` with a real Envoy.

use super::guide::{Guide, HOST, ProxyAddresses};
use super::the_list::through_the_list;

const FILE: &str = include_str!("../../../docs/behind/envoy.yaml");

const GUIDE: Guide = Guide {
    program: "envoy",
    family: "path",
    arguments,
};

fn arguments(place: &ProxyAddresses<'_>) -> Vec<String> {
    let (before, rest) = FILE.split_once("        - transport_socket:").unwrap();
    let (_, filters) = rest.split_once("          filters:").unwrap();
    let [certificate, key, _] = place.certificate();
    let whole = if place.variant.tls {
        FILE.replace("/etc/envoy/staff.pem", &certificate)
            .replace("/etc/envoy/staff.key", &key)
    } else {
        format!("{before}        - filters:{filters}")
    };
    let config = place.write(
        "envoy.yaml",
        &whole,
        &[
            (
                "address: 0.0.0.0, port_value: 443",
                format!("address: 127.0.0.1, port_value: {}", place.port),
            ),
            (
                "port_value: 8080",
                format!("port_value: {}", place.gatehouse),
            ),
            (
                "port_value: 3000",
                format!("port_value: {}", place.application),
            ),
            ("staff.contoso.example", HOST.to_owned()),
        ],
    );
    [
        "-c",
        &config,
        "--use-dynamic-base-id",
        "--concurrency",
        "1",
        "-l",
        "warning",
    ]
    .map(str::to_owned)
    .to_vec()
}

through_the_list!(GUIDE);
