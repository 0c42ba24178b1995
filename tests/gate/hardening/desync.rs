//! Requests whose ends two servers see in different places. A judge that nobody here wrote, `http_desync_guardian`, says
//! which are severe: those get no answer but a refusal.

use http_desync_guardian::RequestSafetyTier;
use http_desync_guardian::request_analyzer::HttpRequestData;

use crate::harness::socket;
use crate::harness::{Kind, Plan, host};

/// Lines after `Host`, and what follows the head.
const REQUESTS: [(&str, &str); 22] = [
    ("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
    ("Content-Length: 5, 6\r\n", "hello"),
    ("Content-Length: +5\r\n", "hello"),
    ("Content-Length: 0x5\r\n", "hello"),
    ("Content-Length: 5x\r\n", "hello"),
    ("Content-Length: -1\r\n", "hello"),
    ("Content-Length: 99999999999999999999\r\n", "hello"),
    (
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "0\r\n\r\n",
    ),
    (
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "0\r\n\r\n",
    ),
    (
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "0\r\n\r\n",
    ),
    ("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
    ("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
    ("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
    ("Transfer-Encoding\u{b}: chunked\r\n", "0\r\n\r\n"),
    ("Transfer-Encoding: \u{b}chunked\r\n", "0\r\n\r\n"),
    ("X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
    ("Content-Length\0: 5\r\n", "hello"),
    ("Content-Length: 5\0\r\n", "hello"),
    (" Content-Length: 5\r\n", "hello"),
    ("Content_Length: 5\r\nContent-Length: 5\r\n\r\n", "hello"),
    ("X-\0: y\r\n", ""),
];

fn tier(request: &[u8]) -> RequestSafetyTier {
    HttpRequestData::analyze_raw_request(request).tier
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_strangers_judge_calls_severe_is_refused() {
    let gate = Plan::default().start().await;
    let authority = format!("{}:{}", host(Kind::EntraId), gate.port);
    let request = |lines: &str, body: &str| {
        format!("POST /auth/session HTTP/1.1\r\nHost: {authority}\r\n{lines}\r\n{body}")
    };
    let plain = request("Content-Length: 5\r\nConnection: close\r\n", "hello");
    assert!(tier(plain.as_bytes()) < RequestSafetyTier::Ambiguous);
    let mut severe = 0;
    for (lines, body) in REQUESTS {
        let hostile = request(lines, body);
        if tier(hostile.as_bytes()) < RequestSafetyTier::Severe {
            continue;
        }
        severe += 1;
        let answer = socket::send(gate.port, hostile.as_bytes()).await;
        let status = socket::status(&answer);
        assert!(
            status == 0 || (400..500).contains(&status),
            "{lines:?}: {answer}"
        );
        assert!(
            answer.matches("HTTP/1.1").count() <= 1,
            "{lines:?}: {answer}"
        );
        assert!(
            answer.is_empty() || answer.to_lowercase().contains("connection: close"),
            "{lines:?}: the connection ends: {answer}"
        );
    }
    assert!(severe >= 10, "{severe} of the list are severe");
}
