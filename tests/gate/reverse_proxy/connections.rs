//! Connections to upstreams that do not come about.

use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::decisions::KIND;
use crate::harness::browser::Browser;
use crate::harness::upstream::Upstream;
use crate::harness::{Plan, assert_within};

/// An address at which nobody answers: a socket that accepts nothing and whose queue is full. What fills it must be kept.
async fn black_hole() -> (String, tokio::net::TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(connected) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        waiting.push(connected.unwrap());
        assert!(waiting.len() < 100, "the queue never fills");
    }
    (address.to_string(), listener, waiting)
}

/// What a person gets from this upstream with a short limit to connect, and long ones for all else.
async fn asked(upstream: &str) {
    let route = format!(
        "[[route]]\npath = \"/app\"\nupstream = \"{upstream}\"\npublic = [\"/app\"]\ntimeouts = {{ connect = \"300ms\", first_byte = \"1m\", idle = \"1m\" }}\n"
    );
    let gate = Plan::default().table(KIND, &route).start().await;
    let begun = Instant::now();
    let page = Browser::new().get(gate.url(KIND, "/app")).await;
    assert_eq!(page.status, 504, "{}", page.text);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert_within(begun, Duration::from_secs(5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_takes_no_connection_is_504_after_the_limit_to_connect() {
    let (address, _listener, _waiting) = black_hole().await;
    asked(&format!("http://{address}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_is_silent_in_the_tls_handshake_is_504_after_the_same_limit() {
    let upstream = Upstream::raw(async |stream| {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    asked(&upstream.origin.replace("http://", "https://")).await;
}
