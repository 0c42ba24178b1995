//! `docs/behind/haproxy.cfg` and `haproxy.lua` with a real `HAProxy`.

use h2::ext::Protocol;
use hyper::{Method, Request};
use tokio::net::TcpStream;

use super::guarded::Guarded;
use super::guide::{Guide, HOST, ProxyAddresses};
use super::the_list::through_the_list;
use crate::harness::Plan;

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

/// `HAProxy` writes a websocket over HTTP/2 (RFC 8441) anew, as one over HTTP/1.1 without a key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_over_http2_opens_from_here_only() {
    let Some(guarded) = Guarded::start(&GUIDE, Plan::default()).await else {
        return;
    };
    let browser = guarded.browser_of("ada").await;
    let line = Guarded::cookie_line(&browser);
    let cookies = line.trim().trim_start_matches("Cookie: ");
    let status = connect(&guarded, cookies, "http://evil.localhost").await;
    assert_eq!(status, 403, "a page of somebody else");
    assert_eq!(guarded.application.last().target(), "/healthz");
    // HAProxy makes a key, and refuses the application's answer to another one.
    connect(&guarded, cookies, &guarded.origin).await;
    let seen = guarded.application.last();
    assert_eq!(seen.target(), "/socket", "{seen:?}");
    assert_eq!(seen.values("upgrade"), ["websocket"], "{seen:?}");
    assert_eq!(seen.values("x-auth-profile"), ["guarded"], "{seen:?}");
}

/// Asks for a websocket with as little as a client may send; the status.
async fn connect(guarded: &Guarded, cookies: &str, origin: &str) -> u16 {
    let stream = TcpStream::connect(("127.0.0.1", guarded.port))
        .await
        .unwrap();
    let (sender, connection) = h2::client::handshake(stream).await.unwrap();
    let running = tokio::spawn(connection);
    let mut sender = sender.ready().await.unwrap();
    // After an answer the client knows that HAProxy takes extended CONNECT.
    let health = Request::get(guarded.url("/healthz")).body(()).unwrap();
    let (answer, _) = sender.send_request(health, true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    let mut sender = sender.ready().await.unwrap();
    let request = Request::builder()
        .method(Method::CONNECT)
        .uri(guarded.url("/socket"))
        .extension(Protocol::from_static("websocket"))
        .header("origin", origin)
        .header("cookie", cookies)
        .body(())
        .unwrap();
    let (answer, _stream) = sender.send_request(request, false).unwrap();
    let status = answer.await.map_or(0, |answer| answer.status().as_u16());
    running.abort();
    status
}
