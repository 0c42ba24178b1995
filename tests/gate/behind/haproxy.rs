//! `docs/behind/haproxy.cfg` and `haproxy.lua` with a real `HAProxy`.

use super::guide::{Guide, HOST, ProxyAddresses};
use super::the_list::through_the_list;

const FILE: &str = include_str!("../../../docs/behind/haproxy.cfg");
const SCRIPT: &str = include_str!("../../../docs/behind/haproxy.lua");

const GUIDE: Guide = Guide {
    program: "haproxy",
    family: "forwarded",
    arguments,
};

fn arguments(place: &ProxyAddresses<'_>) -> Vec<String> {
    let script = place.write("haproxy.lua", SCRIPT, &[]);
    let [_, _, both] = place.certificate();
    let tls = format!(" ssl crt {both} alpn h2,http/1.1");
    let tls = if place.variant.tls {
        tls
    } else {
        String::new()
    };
    let config = place.write(
        "haproxy.cfg",
        FILE,
        &[
            (
                ":443 ssl crt /etc/haproxy/staff.pem alpn h2,http/1.1",
                format!("127.0.0.1:{}{tls}", place.port),
            ),
            ("/etc/haproxy/haproxy.lua", script),
            ("127.0.0.1:8080", place.gatehouse()),
            ("127.0.0.1:3000", place.application()),
            ("staff.contoso.example", HOST.to_owned()),
        ],
    );
    ["-db", "-f", &config].map(str::to_owned).to_vec()
}

through_the_list!(GUIDE);
