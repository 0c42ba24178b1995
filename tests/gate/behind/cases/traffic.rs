//! Methods, bodies and websockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::behind::guarded::Guarded;
use crate::behind::guide::HOST;
use crate::harness::socket;

pub async fn methods_and_bodies_pass_and_cross_site_ones_do_not(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    let cookies = Guarded::cookie_line(&browser);
    let own = format!(
        "{cookies}Origin: {}\r\nAccept: application/json\r\n",
        guarded.origin
    );
    let body = "0123456789".repeat(10_000);
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let length = format!("Content-Length: {}\r\n", body.len());
        let head = format!("{own}{length}Connection: close\r\n\r\n{body}");
        let answer = send(guarded, &format!("{method} /api?id=1"), &head).await;
        assert_eq!(socket::status(&answer), 200, "{method}: {answer}");
        let seen = guarded.application.last();
        assert_eq!(seen.line, format!("{method} /api?id=1 HTTP/1.1"));
        assert_eq!(seen.body.len(), body.len(), "{method}");
        assert_eq!(seen.values("x-auth-profile"), ["guarded"], "{method}");
    }
    for method in ["HEAD", "OPTIONS"] {
        let answer = guarded.raw(&format!("{method} /api"), &own).await;
        assert_eq!(socket::status(&answer), 200, "{method}: {answer}");
        assert!(guarded.application.last().line.starts_with(method));
    }
    let before = guarded.application.count();
    let foreign = format!("{cookies}Origin: http://evil.localhost\r\nContent-Length: 0\r\n");
    let answer = guarded.raw("POST /api", &foreign).await;
    assert_eq!(socket::status(&answer), 403, "{answer}");
    let stranger = format!(
        "Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = send(guarded, "POST /api", &stranger).await;
    assert_eq!(socket::status(&answer), 401, "{answer}");
    assert_eq!(guarded.application.count(), before, "nothing reached it");
}

/// A head that ends by itself, with a body.
async fn send(guarded: &Guarded, line: &str, rest: &str) -> String {
    let port = guarded.port;
    let request = format!("{line} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{rest}");
    socket::send(port, request.as_bytes()).await
}

pub async fn a_websocket_opens_with_a_session_and_from_here_only(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    let cookies = Guarded::cookie_line(&browser);
    let before = guarded.application.count();
    let own = format!("Origin: {}\r\n", guarded.origin);
    let (status, _) = handshake(guarded, &own).await;
    assert_eq!(status, 401, "a stranger");
    let foreign = format!("{cookies}Origin: http://evil.localhost\r\n");
    let (status, _) = handshake(guarded, &foreign).await;
    assert_eq!(status, 403, "a page of somebody else");
    assert_eq!(guarded.application.count(), before, "nothing reached it");
    let (status, mut socket) = handshake(guarded, &format!("{cookies}{own}")).await;
    assert_eq!(status, 101);
    let seen = guarded.application.last();
    assert_eq!(seen.values("x-auth-profile"), ["guarded"], "{seen:?}");
    // A masked text frame (RFC 6455 §5.7); the application sends the same bytes back.
    let frame = [
        0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
    ];
    socket.write_all(&frame).await.unwrap();
    let mut echo = [0; 11];
    let read = socket.read_exact(&mut echo);
    tokio::time::timeout(Duration::from_secs(10), read)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(echo, frame);
}

/// Opens a websocket as a browser does, with further header lines; the status, and the connection after the head.
async fn handshake(guarded: &Guarded, more: &str) -> (u16, TcpStream) {
    let port = guarded.port;
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: {HOST}:{port}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-Fetch-Mode: websocket\r\n{more}\r\n"
    );
    answer_to(guarded, &request).await
}

/// Sends a request; the status, and the connection after the head of the answer.
pub async fn answer_to(guarded: &Guarded, request: &str) -> (u16, TcpStream) {
    let mut stream = TcpStream::connect(("127.0.0.1", guarded.port))
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = tokio::time::timeout(Duration::from_secs(10), stream.read_u8()).await;
        head.push(byte.unwrap().unwrap());
    }
    (socket::status(&String::from_utf8_lossy(&head)), stream)
}
