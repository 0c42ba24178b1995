//! Requests to change the protocol of a connection. Whoever gets one granted has a tunnel to the application, and nobody is
//! asked about what goes through it (h2c smuggling: RFC 7540 §3.2, which RFC 9113 §3.1 took back).

use crate::behind::cases::traffic::answer_to;
use crate::behind::guarded::Guarded;
use crate::behind::guide::HOST;

/// Changes to something else than a websocket.
const OTHERS: [&str; 6] = [
    "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Upgrade: H2C\r\nConnection: upgrade",
    "Upgrade: h2c\r\nUpgrade: h2c\r\nConnection: Upgrade",
    "Upgrade: TLS/1.2\r\nConnection: Upgrade",
    "Upgrade: websocket2\r\nConnection: Upgrade",
    "Upgrade: h2c, TLS/1.2\r\nConnection: Upgrade",
];

/// Changes to a websocket or else to something else.
const MIXED: [&str; 5] = [
    "Upgrade: websocket, h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    "Upgrade: h2c, websocket\r\nConnection: Upgrade",
    "Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: Upgrade",
    "Upgrade: h2c\r\nUpgrade: websocket\r\nConnection: Upgrade",
    "Upgrade: websocket\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13",
];

pub async fn no_client_leaves_http_but_for_a_websocket(guarded: &Guarded) {
    let browser = guarded.browser_of("ada").await;
    let person = Guarded::cookie_line(&browser);
    for (path, cookies) in [("/healthz", ""), ("/api", person.as_str())] {
        let mut arrived = 0;
        for asked in OTHERS {
            let (status, reached) = ask(guarded, path, &format!("{cookies}{asked}\r\n")).await;
            arrived += usize::from(reached);
            // Envoy refuses all but h2c, of which it takes the lines away.
            let refused = [400, 403].contains(&status) && !reached;
            assert!(refused || (status == 200 && reached), "{asked}: {status}");
        }
        assert!(arrived >= 2, "{path}: the lines go, or the request");
        for asked in MIXED {
            ask(guarded, path, &format!("{cookies}{asked}\r\n")).await;
        }
    }
}

/// The status, and whether the application got the request: never with another change of protocol than a websocket.
async fn ask(guarded: &Guarded, path: &str, lines: &str) -> (u16, bool) {
    let before = guarded.application.count();
    let port = guarded.port;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{lines}\r\n");
    let (status, _) = answer_to(guarded, &request).await;
    let reached = guarded.application.count() > before;
    let seen = guarded.application.last();
    let mut protocols = seen.values("upgrade").into_iter();
    assert!(protocols.all(|to| to == "websocket"), "{lines}: {seen:?}");
    assert!(seen.values("http2-settings").is_empty(), "{seen:?}");
    assert!(!seen.text().contains("h2c"), "{lines}: {seen:?}");
    (status, reached)
}
