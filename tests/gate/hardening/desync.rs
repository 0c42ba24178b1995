//! Requests whose ends two servers see in different places. A judge that nobody here wrote, `http_desync_guardian`, says
//! which are severe: those get no answer but a refusal.

use std::sync::{Arc, Mutex};

use http_desync_guardian::RequestSafetyTier;
use http_desync_guardian::request_analyzer::HttpRequestData;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::socket;
use crate::harness::upstream::{Received, Upstream, answer};
use crate::harness::{Kind, Plan, host};

/// Lines after `Host`, and what follows the head.
const REQUESTS: [(&str, &str); 25] = [
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
    ("Content_Length: 5\r\nContent-Length: 5\r\n", "hello"),
    ("Content_Length: 9\r\nContent-Length: 5\r\n", "hello"),
    (
        "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n",
        "hello",
    ),
    (
        "Content-Length: 5\r\nTransfer.Encoding: chunked\r\n",
        "hello",
    ),
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

/// Bodies in chunks that are `hello`, or that two servers end in different places.
const CHUNKS: [&str; 14] = [
    "5\r\nhello\r\n0\r\n\r\n",
    "5;name=value\r\nhello\r\n0\r\n\r\n",
    "5;\nx\r\nhello\r\n0\r\n\r\n",
    "5\nhello\n0\n\n",
    "5\rhello\r0\r\r",
    "5\r\nhello\n0\r\n\r\n",
    "5\r\nhelloX\r\n0\r\n\r\n",
    "0x5\r\nhello\r\n0\r\n\r\n",
    "+5\r\nhello\r\n0\r\n\r\n",
    "-5\r\nhello\r\n0\r\n\r\n",
    "5 5\r\nhello\r\n0\r\n\r\n",
    "\r\n5\r\nhello\r\n0\r\n\r\n",
    "10000000000000005\r\nhello\r\n0\r\n\r\n",
    "5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\n",
];

/// What arrived at an upstream, byte for byte: one text for each connection.
type Recorded = Arc<Mutex<Vec<Vec<u8>>>>;

/// Remembers every byte, and answers every request that has arrived whole.
async fn recording(recorded: &Recorded) -> Upstream {
    let recorded = Arc::clone(recorded);
    Upstream::raw(move |mut stream| {
        let recorded = Arc::clone(&recorded);
        async move {
            let at = {
                let mut all = recorded.lock().unwrap();
                all.push(Vec::new());
                all.len() - 1
            };
            let (mut piece, mut answered) = ([0_u8; 4_096], 0);
            while let Ok(read @ 1..) = stream.read(&mut piece).await {
                let whole = {
                    let mut all = recorded.lock().unwrap();
                    all[at].extend_from_slice(&piece[..read]);
                    requests(&all[at]).0.len()
                };
                for _ in answered..whole {
                    let ok = answer("200 OK", &[], b"ok");
                    stream.write_all(&ok).await.unwrap();
                }
                answered = whole;
            }
        }
    })
    .await
}

/// The whole requests in some bytes, as the strictest server reads them, and how many bytes they are.
fn requests(mut bytes: &[u8]) -> (Vec<Received>, usize) {
    let (mut found, all) = (Vec::new(), bytes.len());
    while let Some((request, rest)) = first_request(bytes) {
        found.push(request);
        bytes = rest;
    }
    (found, all - bytes.len())
}

fn first_request(bytes: &[u8]) -> Option<(Received, &[u8])> {
    let (head, rest) = cut(bytes, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(head).into_owned();
    let mut request = Received {
        head,
        body: Vec::new(),
    };
    if let Some(length) = request.header("content-length") {
        let length = length.parse().unwrap();
        let (body, rest) = rest.split_at_checked(length)?;
        request.body = body.to_vec();
        return Some((request, rest));
    }
    let mut rest = rest;
    while request.header("transfer-encoding").is_some() {
        let (size, after) = cut(rest, b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(size).unwrap(), 16).unwrap();
        let (piece, after) = after.split_at_checked(size)?;
        rest = after.strip_prefix(b"\r\n").filter(|_| after.len() >= 2)?;
        request.body.extend_from_slice(piece);
        if size == 0 {
            break;
        }
    }
    Some((request, rest))
}

/// What stands before and after the first `mark`.
fn cut<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|it| it == mark)?;
    Some((&bytes[..at], &bytes[at + mark.len()..]))
}

/// No two servers read it differently.
fn is_unambiguous(request: &Received) -> bool {
    let lines: Vec<&str> = request.head.split("\r\n").collect();
    let plain = |line: &&str| !line.starts_with([' ', '\t']) && !line.contains(char::is_control);
    let name = |line: &&str| line.split(':').next().unwrap_or_default().to_owned();
    let folded = |name: &String| gatehouse::domain::header_names::folded(name);
    let framing: Vec<String> = lines[1..]
        .iter()
        .map(name)
        .filter(|name| ["contentlength", "transferencoding"].contains(&folded(name).as_str()))
        .collect();
    let framed = match framing.as_slice() {
        [] => true,
        [one] if one.eq_ignore_ascii_case("content-length") => request
            .header(one)
            .is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit())),
        [one] => request.header(one) == Some("chunked"),
        _ => false,
    };
    let raw = format!("{}\r\n\r\n", request.head);
    framed
        && lines.iter().all(plain)
        && request.all("host").len() == 1
        && tier(raw.as_bytes()) < RequestSafetyTier::Ambiguous
}

/// A status of a refusal, or no answer at all.
fn is_refusal(status: u16) -> bool {
    status == 0 || (400..500).contains(&status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_gets_one_request_that_all_servers_read_alike_or_none() {
    let recorded = Recorded::default();
    let upstream = recording(&recorded).await;
    let route = upstream.route("/", "public = [\"/\"]");
    let gate = Plan::default().table(Kind::EntraId, &route).start().await;
    let authority = format!("{}:{}", host(Kind::EntraId), gate.port);
    let chunked = CHUNKS.map(|body| ("Transfer-Encoding: chunked\r\n", body));
    let (mut passed, mut refused) = (0, 0);
    for (number, (lines, body)) in REQUESTS.into_iter().chain(chunked).enumerate() {
        let hostile =
            format!("POST /first/{number}/ HTTP/1.1\r\nHost: {authority}\r\n{lines}\r\n{body}");
        let next = format!(
            "GET /next/{number}/ HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
        );
        let answers = socket::send(gate.port, format!("{hostile}{next}").as_bytes()).await;
        let status = socket::status(&answers);
        let arrived = recorded.lock().unwrap().clone();
        let arrived = arrived.iter().flat_map(|it| requests(it).0);
        let arrived: Vec<Received> = arrived
            .filter(|it| it.line().contains(&format!("/{number}/")))
            .collect();
        let what = format!("{lines:?} {body:?}: {answers}");
        for request in &arrived {
            assert!(is_unambiguous(request), "{what}: {}", request.head);
        }
        let firsts = arrived
            .iter()
            .filter(|it| it.target().starts_with("/first/"));
        if is_refusal(status) {
            refused += 1;
            assert_eq!(firsts.count(), 0, "{what}: {arrived:?}");
            // A name that only some servers fold leaves no doubt where HTTP's next request begins.
            let aliased = lines.contains(['_', '.']);
            assert!(aliased || arrived.is_empty(), "{what}: {arrived:?}");
            assert!(
                aliased || answers.matches("HTTP/1.1").count() <= 1,
                "{what}"
            );
        } else {
            passed += 1;
            assert!(
                tier(hostile.as_bytes()) < RequestSafetyTier::Severe,
                "{what}"
            );
            assert_eq!(firsts.count(), 1, "{what}: {arrived:?}");
            assert!(arrived.len() <= 2, "{what}: {arrived:?}");
            assert!(arrived[0].body.len() == 5, "{what}: {arrived:?}");
        }
    }
    for bytes in recorded.lock().unwrap().iter() {
        let rest = String::from_utf8_lossy(&bytes[requests(bytes).1..]);
        assert!(rest.matches("HTTP/1.1").count() <= 1, "{rest}");
    }
    assert!(
        refused >= 20 && passed >= 3,
        "{refused} refused, {passed} passed"
    );
}
