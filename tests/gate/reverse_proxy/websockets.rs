//! Websockets and event streams through the reverse proxy.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::decisions::{KIND, behind};
use crate::harness::access_tokens::taking_tokens;
use crate::harness::browser::Browser;
use crate::harness::upstream::{Upstream, read_request};
use crate::harness::{Plan, TestGatehouse, assert_within, socket};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const SOON: Duration = Duration::from_secs(10);

/// Agrees to every handshake and sends every byte back; a close frame ends it.
pub(super) async fn echo() -> Upstream {
    Upstream::raw(async |mut stream| {
        let mut buffer = Vec::new();
        let Some(request) = Box::pin(read_request(&mut stream, &mut buffer)).await else {
            return;
        };
        let subject = request.header("x-auth-subject").unwrap_or("nobody");
        let origin = request.header("origin").unwrap_or("none");
        let head = format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-Subject: {subject}\r\nX-Origin: {origin}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&buffer).await.unwrap();
        let mut piece = [0; 4_096];
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            if piece[0] == 0x88 || stream.write_all(&piece[..read]).await.is_err() {
                return;
            }
        }
    })
    .await
}

/// A browser's connection on which a handshake was sent; and the head of what came back.
pub(super) async fn open(
    gate: &TestGatehouse,
    port: u16,
    browser: &Browser,
    more: &str,
) -> (TcpStream, String) {
    let host = gate.origin(KIND).replace("http://", "");
    let cookie = browser
        .cookie("entra.localhost", "gatehouse")
        .unwrap_or_default();
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: {host}\r\nCookie: gatehouse={cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match timeout(SOON, stream.read_u8()).await.unwrap() {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    (stream, String::from_utf8(head).unwrap())
}

/// What arrives until the connection ends.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    timeout(SOON, stream.read_to_end(&mut bytes))
        .await
        .unwrap()
        .unwrap();
    bytes
}

async fn says(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).await.unwrap();
    let mut back = vec![0; bytes.len()];
    timeout(SOON, stream.read_exact(&mut back))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(back, bytes);
}

/// A masked text frame.
const HELLO: &[u8] = &[
    0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_of_a_signed_in_person_carries_bytes_both_ways() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "").await;
    let origin = gate.origin(KIND);
    let (mut stream, head) =
        open(&gate, gate.port, &browser, &format!("Origin: {origin}\r\n")).await;
    assert_eq!(socket::status(&head), 101, "{head}");
    let head = head.to_ascii_lowercase();
    assert!(
        head.contains("upgrade: websocket") && head.contains("connection: upgrade"),
        "{head}"
    );
    assert!(
        head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
        "{head}"
    );
    assert!(!head.contains("x-subject: nobody") && head.contains(&format!("x-origin: {origin}")));
    says(&mut stream, HELLO).await;
    says(&mut stream, &vec![7; 200_000]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_and_a_page_of_another_site_open_no_websocket() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "").await;
    let (_, head) = open(&gate, gate.port, &Browser::new(), "").await;
    assert_eq!(socket::status(&head), 401, "{head}");
    for origin in ["http://evil.localhost", "null"] {
        let more = format!("Origin: {origin}\r\n");
        let (_, head) = open(&gate, gate.port, &browser, &more).await;
        assert_eq!(socket::status(&head), 403, "{head}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_names_a_websocket_and_is_no_handshake_is_refused_and_the_connection_closes() {
    let upstream = Upstream::ok().await;
    let plan = Plan::default().table(KIND, &upstream.route("/", "public = [\"/\"]"));
    let gate = plan.start().await;
    let host = gate.origin(KIND).replace("http://", "");
    let smuggled = "GET /admin HTTP/1.1\r\nHost: HOST\r\n\r\n";
    for head in [
        "POST /a HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nContent-Length: 3\r\n",
        "GET /a HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n",
        "GET /a HTTP/1.1\r\nHost: HOST\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
        "GET /a HTTP/1.0\r\nHost: HOST\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
    ] {
        let request = format!("{head}\r\n{smuggled}").replace("HOST", &host);
        let answer = socket::send(gate.port, request.as_bytes()).await;
        assert_eq!(socket::status(&answer), 400, "{answer}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "{answer}");
    }
    let old = format!(
        "GET /a HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 8\r\n\r\n"
    );
    let answer = socket::send(gate.port, old.as_bytes()).await;
    assert_eq!(socket::status(&answer), 426, "{answer}");
    assert!(
        answer
            .to_ascii_lowercase()
            .contains("sec-websocket-version: 13")
    );
    let h2c = format!(
        "GET /a HTTP/1.1\r\nHost: {host}\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n\r\n"
    );
    let answer = socket::send(gate.port, h2c.as_bytes()).await;
    assert_eq!(socket::status(&answer), 200, "{answer}");
    let seen = upstream.last();
    assert!(seen.header("upgrade").is_none() && seen.header("http2-settings").is_none());
    assert_eq!(upstream.count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_refuses_a_websocket_gives_its_own_answer() {
    let upstream = Upstream::ok().await;
    let (gate, browser) = behind(&upstream, "").await;
    let (mut stream, head) = open(&gate, gate.port, &browser, "").await;
    assert_eq!(socket::status(&head), 200, "{head}");
    assert_eq!(rest(&mut stream).await, b"ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_is_closed_with_1008_when_its_session_ends() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "").await;
    let (mut stream, _) = open(&gate, gate.port, &browser, "").await;
    says(&mut stream, HELLO).await;
    gate.sign_out(&browser, KIND).await;
    let begun = std::time::Instant::now();
    let goodbye = rest(&mut stream).await;
    assert_eq!(goodbye[..4], [0x88, 23, 0x03, 0xf0], "{goodbye:?}");
    assert_within(begun, Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_in_the_middle_of_a_frame_is_cut_when_its_session_ends() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "").await;
    let (mut stream, _) = open(&gate, gate.port, &browser, "").await;
    says(&mut stream, &HELLO[..7]).await;
    gate.sign_out(&browser, KIND).await;
    assert_eq!(rest(&mut stream).await, b"");
}

// proves: D53
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_ends_when_its_session_ends_on_another_replica() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "").await;
    let other = gate.replica().await;
    let (mut stream, _) = open(&gate, other.port, &browser, "").await;
    says(&mut stream, HELLO).await;
    gate.sign_out(&browser, KIND).await;
    let goodbye = rest(&mut stream).await;
    assert_eq!(goodbye[..4], [0x88, 23, 0x03, 0xf0], "{goodbye:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_is_closed_with_1001_when_the_process_stops() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "").await;
    let (mut stream, _) = open(&gate, gate.port, &browser, "").await;
    says(&mut stream, HELLO).await;
    let stopped = tokio::spawn(gate.app.server.stop(true));
    let goodbye = rest(&mut stream).await;
    assert_eq!(goodbye[..4], [0x88, 25, 0x03, 0xe9], "{goodbye:?}");
    timeout(SOON, stopped).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_on_which_nothing_moves_is_closed() {
    let upstream = echo().await;
    let (gate, browser) = behind(&upstream, "timeouts = { idle = \"300ms\" }").await;
    let (mut stream, _) = open(&gate, gate.port, &browser, "").await;
    says(&mut stream, HELLO).await;
    let goodbye = rest(&mut stream).await;
    assert_eq!(goodbye[..2], [0x88, 31], "{goodbye:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_whose_browser_leaves_is_closed_at_the_upstream() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let upstream = Upstream::raw(move |mut stream| {
        let tell = tell.lock().unwrap().take();
        async move {
            let mut buffer = Vec::new();
            Box::pin(read_request(&mut stream, &mut buffer)).await.unwrap();
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n").await.unwrap();
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            let _ = tell.unwrap().send(());
        }
    })
    .await;
    let (gate, browser) = on_socket(&upstream).await;
    let (stream, head) = open(&gate, gate.port, &browser, "").await;
    assert_eq!(socket::status(&head), 101);
    drop(stream);
    timeout(Duration::from_secs(3), told)
        .await
        .unwrap()
        .unwrap();
}

/// Only `/socket` leads to this upstream.
async fn on_socket(upstream: &Upstream) -> (TestGatehouse, Browser) {
    let plan = Plan::default().table(KIND, &upstream.route("/socket", ""));
    plan.signed_in(KIND, "ada").await
}

/// Sends one event, and keeps the stream open.
async fn events() -> Upstream {
    Upstream::raw(async |mut stream| {
        let mut buffer = Vec::new();
        let _ = Box::pin(read_request(&mut stream, &mut buffer)).await;
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    })
    .await
}

/// A connection on which the first event has arrived. `credential` is a header line.
async fn listening(gate: &TestGatehouse, credential: &str) -> TcpStream {
    let host = gate.origin(KIND).replace("http://", "");
    let request = format!(
        "GET /events HTTP/1.1\r\nHost: {host}\r\n{credential}\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(("127.0.0.1", gate.port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = vec![0; 4_096];
    let mut read = 0;
    while !String::from_utf8_lossy(&head[..read]).contains("data: 1") {
        let more = timeout(SOON, stream.read(&mut head[read..])).await.unwrap();
        read += more.unwrap();
        let got = String::from_utf8_lossy(&head[..read]);
        assert!(got.starts_with("HTTP/1.1 200"), "{got}");
    }
    stream
}

// proves: D53
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_stream_ends_with_its_session() {
    let upstream = events().await;
    let plan = Plan::default().table(KIND, &upstream.route("/events", ""));
    let (gate, browser) = plan.signed_in(KIND, "ada").await;
    let cookie = browser.cookie("entra.localhost", "gatehouse").unwrap();
    let mut stream = listening(&gate, &format!("Cookie: gatehouse={cookie}")).await;
    gate.sign_out(&browser, KIND).await;
    assert_eq!(rest(&mut stream).await, b"0\r\n\r\n");
}

/// Everything leads to this upstream, and Ada's program has a token for it.
async fn with_a_token(upstream: &Upstream) -> (TestGatehouse, String) {
    let taking = taking_tokens(KIND);
    let (_, rule) = taking.split_once("path = \"/\"\n").unwrap();
    let plan = Plan::default()
        .sim(|options| options.auto_sign_in = true)
        .table(KIND, &upstream.route("/", rule));
    let gate = plan.start().await;
    let token = gate.persons_token(KIND, "ada", "Orders.Read").await;
    (gate, format!("Authorization: Bearer {token}"))
}

/// Seconds for which a token of the simulator counts: its life, and the `clock_skew` of the profile.
const LIFE: i64 = 3_600 + 120;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_stream_that_a_token_opened_ends_when_the_token_expires() {
    let upstream = events().await;
    let (gate, bearer) = with_a_token(&upstream).await;
    let mut stream = listening(&gate, &bearer).await;
    gate.turn(LIFE - 1);
    let early = timeout(Duration::from_millis(1_500), stream.read_u8()).await;
    assert!(early.is_err(), "it ended before the token: {early:?}");
    gate.turn(1);
    assert_eq!(rest(&mut stream).await, b"0\r\n\r\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_that_a_token_opened_does_not_outlive_the_token() {
    let upstream = echo().await;
    let (gate, bearer) = with_a_token(&upstream).await;
    let bearer = format!("{bearer}\r\n");
    let (mut stream, head) = open(&gate, gate.port, &Browser::new(), &bearer).await;
    assert_eq!(socket::status(&head), 101, "{head}");
    says(&mut stream, HELLO).await;
    gate.turn(24 * 3_600);
    let goodbye = rest(&mut stream).await;
    assert_eq!(goodbye[..4], [0x88, 23, 0x03, 0xf0], "{goodbye:?}");
}
