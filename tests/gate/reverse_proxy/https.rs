//! Upstreams that speak https: whom they must prove to be, and which version of HTTP is spoken.

use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::decisions::KIND;
use super::websockets::open;
use crate::harness::browser::Browser;
use crate::harness::tls_upstream::{Authority, TlsUpstream};
use crate::harness::{Plan, TestGatehouse, records, socket};

const BOTH: [&str; 2] = ["h2", "http/1.1"];

/// gatehouse that trusts this authority, with a public route to the upstream and a guarded one for websockets.
async fn trusting(authority: &Authority, upstream: &TlsUpstream) -> (TestGatehouse, TempDir) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    let plan = Plan::default()
        .settings(&format!("[http]\nca_file = \"{}\"\n", file.display()))
        .table(KIND, &upstream.route("/app", "public = [\"/app\"]"))
        .table(KIND, &upstream.route("/socket", ""));
    (plan.start().await, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_with_a_certificate_of_a_private_authority_answers() {
    let authority = Authority::new();
    let config = authority.certify("localhost", 2049, &[]);
    let upstream = TlsUpstream::start(config).await;
    let (gate, _folder) = trusting(&authority, &upstream).await;
    let page = Browser::new().get(gate.url(KIND, "/app/x")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let host = upstream.origin.replace("https://", "");
    let expected = format!("request get /app/x http/1.1 {host}");
    assert_eq!(upstream.seen("request"), [expected]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_cannot_prove_who_it_is_gets_nothing_and_the_log_says_why() {
    records::record();
    let (known, unknown) = (Authority::new(), Authority::new());
    for (config, why) in [
        (
            known.certify("other.example", 2049, &[]),
            "not valid for name",
        ),
        (known.certify("localhost", 2021, &[]), "certificate expired"),
        (unknown.certify("localhost", 2049, &[]), "UnknownIssuer"),
    ] {
        let upstream = TlsUpstream::start(config).await;
        let (gate, _folder) = trusting(&known, &upstream).await;
        let page = Browser::new().get(gate.url(KIND, "/app/secret")).await;
        assert_eq!(page.status, 502, "{why}: {}", page.text);
        assert!(!page.text.contains("ertificate"), "{why}: {}", page.text);
        assert_eq!(upstream.seen(""), [""; 0], "{why}: nothing is sent");
        let log = records::log();
        let mut lines = log.lines();
        let told = lines.find(|line| {
            line.contains(&upstream.origin)
                && line.contains("certificate is not accepted (http.ca_file")
        });
        let told = told.unwrap_or_else(|| panic!("{why}: no line of the log says so"));
        assert!(told.contains(why), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_chooses_http2_gets_every_request_over_one_connection() {
    let authority = Authority::new();
    let config = authority.certify("localhost", 2049, &BOTH);
    let upstream = TlsUpstream::start(config).await;
    let (gate, _folder) = trusting(&authority, &upstream).await;
    let browser = Browser::new();
    let page = browser.get(gate.url(KIND, "/app/first")).await;
    assert_eq!(
        (page.status.as_u16(), page.text.as_str()),
        (200, "/app/first")
    );
    assert_eq!(page.header("x-version"), Some("2"));
    assert!(page.header("x-trailer").is_none());
    let host = upstream.origin.replace("https://", "");
    let expected = format!("request HTTP/2.0 GET /app/first {host}");
    assert_eq!(upstream.seen("request"), [expected]);
    for path in 0..20 {
        let path = format!("/app/{path}");
        let page = browser.get(gate.url(KIND, &path)).await;
        assert_eq!(page.text, path);
    }
    let workers = 2;
    let connections = upstream.seen("connection").len();
    assert!(connections <= workers, "{connections} connections");
    assert_eq!(upstream.seen("connection HTTP/1.1"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_pass_both_ways_over_http2() {
    let authority = Authority::new();
    let config = authority.certify("localhost", 2049, &BOTH);
    let upstream = TlsUpstream::start(config).await;
    let (gate, _folder) = trusting(&authority, &upstream).await;
    let host = gate.origin(KIND).replace("http://", "");
    let body = "0123456789abcdef".repeat(100_000);
    let length = body.len();
    for framing in [
        format!("Content-Length: {length}\r\n\r\n{body}"),
        format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"),
    ] {
        let request =
            format!("POST /app/up HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{framing}");
        let answer = socket::send(gate.port, request.as_bytes()).await;
        assert_eq!(socket::status(&answer), 200);
        let (_, back) = answer.split_once("\r\n\r\n").unwrap();
        let back: String = if answer.contains("chunked") {
            back.split("\r\n").skip(1).step_by(2).collect()
        } else {
            back.to_owned()
        };
        assert!(back == body, "{} bytes of {length}", back.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_to_an_upstream_that_speaks_http2_goes_over_http1() {
    let authority = Authority::new();
    let config = authority.certify("localhost", 2049, &BOTH);
    let upstream = TlsUpstream::start(config).await;
    let (gate, _folder) = trusting(&authority, &upstream).await;
    let browser = gate.browser_of(KIND, "ada").await;
    let (mut stream, head) = open(&gate, gate.port, &browser, "").await;
    assert_eq!(socket::status(&head), 101, "{head}");
    assert_eq!(upstream.seen("connection"), ["connection HTTP/1.1"]);
    let frame = [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'];
    stream.write_all(&frame).await.unwrap();
    let mut echo = [0; 8];
    let read = stream.read_exact(&mut echo);
    tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(echo, frame);
}
