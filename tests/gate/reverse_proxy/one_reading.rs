//! The route that is decided on is the route that is served, however a target is written; and what was judged is what is
//! sent, byte for byte.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::decisions::KIND;
use crate::harness::upstream::{Upstream, answer};
use crate::harness::{Plan, socket};

/// Pieces of targets: plain, encoded, doubled, dotted, in other case, with parameters.
fn target() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("/admin"),
        Just("/%61dmin"),
        Just("/ADMIN"),
        Just("/admin;x"),
        Just("/public"),
        Just("/%70ublic"),
        Just("/Public"),
        Just("/public;a=b"),
        Just("/"),
        Just("//"),
        Just("/."),
        Just("/.."),
        Just("/%2e%2e"),
        Just("/%2E"),
        Just("/a"),
        Just("/%2f"),
        Just("%2fadmin"),
        Just("/%5c"),
        Just("/%252e"),
        Just("/..;/"),
        Just("/a%20b"),
        Just("/{b}"),
        Just("/\"c\""),
        Just("/%e2%82%ac"),
        Just("/%ff"),
        Just("?q=/admin"),
        Just("?a=%2e"),
        Just("/auth"),
        Just("/%61uth/session"),
        Just("/x|y"),
        Just("/'"),
        Just("/a^b"),
        Just("/`"),
    ];
    proptest::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// How a lenient upstream might read a path: decoded once, in lower case, without parameters, empty and dot segments.
fn as_an_upstream_reads(target: &str) -> String {
    let path = target.split('?').next().unwrap();
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let mut next = rest.clone();
        let digits = [next.next(), next.next()]
            .map(|digit| digit.and_then(|it| char::from(it).to_digit(16)));
        match (byte, digits) {
            (b'%', [Some(high), Some(low)]) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap());
                rest = next;
            }
            _ => bytes.push(byte),
        }
    }
    let text = String::from_utf8_lossy(&bytes)
        .to_ascii_lowercase()
        .replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    for segment in text
        .split('/')
        .map(|segment| segment.split(';').next().unwrap())
    {
        match segment {
            "" | "." => {}
            ".." => _ = segments.pop(),
            name => segments.push(name),
        }
    }
    format!("/{}", segments.join("/"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_route_that_is_decided_on_is_the_route_that_is_served() {
    let named = |name: &'static str| async move {
        Upstream::start(move |_| answer("200 OK", &[], name.as_bytes())).await
    };
    let (open, admin) = (named("open").await, named("admin").await);
    let routes = format!(
        "{}{}",
        open.route("/", "public = [\"/public\"]"),
        admin.route("/admin", "allow = { roles = [\"Admin\"] }")
    );
    let gate = Plan::default().table(KIND, &routes).start().await;
    let browser = gate.browser_of(KIND, "ada").await;
    let cookie = browser.cookie("entra.localhost", "gatehouse").unwrap();
    let host = gate.origin(KIND).replace("http://", "");
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut forwarded = 0;
    for _ in 0..400 {
        let target = target().new_tree(&mut runner).unwrap().current();
        let read = as_an_upstream_reads(&target);
        for signed_in in [true, false] {
            let cookie = if signed_in {
                format!("Cookie: gatehouse={cookie}\r\n")
            } else {
                String::new()
            };
            let hosts = [host.clone(), host.to_ascii_uppercase()];
            for host in hosts {
                let before = (open.count(), admin.count());
                let request = format!(
                    "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{cookie}\r\n"
                );
                let status = socket::status(&socket::send(gate.port, request.as_bytes()).await);
                assert_eq!(
                    admin.count(),
                    before.1,
                    "{target} reached the administrators' application"
                );
                if open.count() == before.0 {
                    continue;
                }
                forwarded += 1;
                assert_eq!(status, 200, "{target}");
                assert_eq!(
                    open.last().target(),
                    target,
                    "what was judged is what is sent"
                );
                let is_admin = read == "/admin" || read.starts_with("/admin/");
                assert!(!is_admin, "{target} is read as {read} by the upstream");
                let is_public = read == "/public" || read.starts_with("/public/");
                assert!(signed_in || is_public, "{target} passed without a session");
            }
        }
    }
    assert!(forwarded > 100, "{forwarded}");
}
