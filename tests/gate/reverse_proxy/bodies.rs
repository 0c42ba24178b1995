//! Bodies: large ones both ways, answers without one, and whatever breaks off.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::decisions::KIND;
use crate::harness::browser::Browser;
use crate::harness::upstream::{Upstream, answer, read_request};
use crate::harness::{Plan, TestGatehouse, assert_within, eventually, socket};

const SOON: Duration = Duration::from_secs(10);

async fn public(upstream: &Upstream, more: &str) -> TestGatehouse {
    let more = format!("public = [\"/\"]\n{more}");
    Plan::default()
        .table(KIND, &upstream.route("/", &more))
        .start()
        .await
}

/// Sends bytes on a new connection and reads to the end, which must come.
async fn exchange(gate: &TestGatehouse, request: &str) -> (String, Result<(), std::io::Error>) {
    let host = gate.origin(KIND).replace("http://", "");
    let mut stream = TcpStream::connect(("127.0.0.1", gate.port)).await.unwrap();
    stream
        .write_all(request.replace("HOST", &host).as_bytes())
        .await
        .unwrap();
    let mut bytes = Vec::new();
    let end = timeout(SOON, stream.read_to_end(&mut bytes)).await.unwrap();
    (String::from_utf8_lossy(&bytes).into_owned(), end.map(drop))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_bodies_pass_both_ways_with_and_without_a_length() {
    let upstream = Upstream::start(|request| answer("200 OK", &[], &request.body)).await;
    let gate = public(&upstream, "").await;
    let body: String = "0123456789abcdef".repeat(200_000);
    let length = body.len();
    let (back, _) = exchange(&gate, &format!("POST /up HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")).await;
    assert_eq!(socket::status(&back), 200);
    assert!(back.ends_with(&body));
    assert_eq!(
        upstream.last().header("content-length"),
        Some(length.to_string().as_str())
    );
    let (back, _) = exchange(&gate, &format!("POST /up HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n")).await;
    assert!(back.ends_with(&body));
    assert_eq!(upstream.last().header("transfer-encoding"), Some("chunked"));
    assert!(upstream.last().header("content-length").is_none());
    let (back, _) = exchange(&gate, "POST /up HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab").await;
    assert!(
        back.starts_with("HTTP/1.1 100") && back.ends_with("ab"),
        "{back}"
    );
    assert!(upstream.last().header("expect").is_none());
    let (_, _) = exchange(
        &gate,
        "DELETE /up HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    )
    .await;
    let seen = upstream.last();
    assert!(seen.header("transfer-encoding").is_none(), "{}", seen.head);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_without_bytes_keeps_its_length() {
    let upstream = Upstream::ok().await;
    let gate = public(&upstream, "").await;
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let request = format!(
            "{method} /up HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        );
        let (back, _) = exchange(&gate, &request).await;
        assert_eq!(socket::status(&back), 200, "{method}: {back}");
        let seen = upstream.last();
        assert_eq!(seen.all("content-length"), ["0"], "{}", seen.head);
        assert!(seen.header("transfer-encoding").is_none(), "{}", seen.head);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_without_a_body_keeps_its_length() {
    let upstream = Upstream::start(|request| match request.target() {
        "/head" => b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nETag: \"a\"\r\n\r\n".to_vec(),
        "/304" => b"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: \"a\"\r\n\r\n".to_vec(),
        "/204" => b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
        "/range" => answer("206 Partial Content", &[("content-range", "bytes 1-2/9")], b"bc"),
        _ => b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_vec(),
    })
    .await;
    let gate = public(&upstream, "").await;
    let get = async |method: &str, path: &str| {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nRange: bytes=1-2\r\n\r\n"
        );
        exchange(&gate, &request).await.0.to_ascii_lowercase()
    };
    let head = get("HEAD", "/head").await;
    assert!(
        head.contains("content-length: 1234") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    let unchanged = get("GET", "/304").await;
    assert!(
        unchanged.starts_with("http/1.1 304") && unchanged.contains("content-length: 77"),
        "{unchanged}"
    );
    let empty = get("GET", "/204").await;
    assert!(
        !empty.contains("content-length") && !empty.contains("transfer-encoding"),
        "{empty}"
    );
    let part = get("GET", "/range").await;
    assert!(
        part.starts_with("http/1.1 206")
            && part.contains("content-range: bytes 1-2/9")
            && part.ends_with("bc"),
        "{part}"
    );
    assert_eq!(upstream.last().header("range"), Some("bytes=1-2"));
    let hinted = get("GET", "/hints").await;
    assert!(
        hinted.starts_with("http/1.1 200") && hinted.ends_with("ok"),
        "{hinted}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_breaks_off_cuts_the_clients_connection() {
    let upstream = Upstream::start(|request| match request.target() {
        "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\npart".to_vec(),
        _ => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\npart\r\n".to_vec(),
    })
    .await;
    let gate = public(&upstream, "").await;
    for path in ["/short", "/chunked"] {
        let (got, _) = exchange(&gate, &format!("GET {path} HTTP/1.1\r\nHost: HOST\r\n\r\n")).await;
        assert!(got.contains("part") && !got.ends_with("0\r\n\r\n"), "{got}");
        let whole = got.to_ascii_lowercase();
        assert!(
            whole.contains("content-length: 100") || whole.contains("chunked"),
            "{got}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_talks_no_http_is_502() {
    let upstream = Upstream::start(|request| match request.target() {
        "/noise" => b"SSH-2.0-OpenSSH\r\nConnection: close\r\n\r\n".to_vec(),
        "/two" => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok".to_vec(),
        "/101" => b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nConnection: close".to_vec(),
        _ => format!("HTTP/1.1 200 OK\r\nX: {}\r\nConnection: close\r\n\r\n", "x".repeat(600_000)).into_bytes(),
    })
    .await;
    let gate = public(&upstream, "").await;
    for path in ["/noise", "/two", "/101", "/giant"] {
        let page = Browser::new().get(gate.url(KIND, path)).await;
        assert_eq!(page.status, 502, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_on_which_nothing_moves_is_cut() {
    let upstream = Upstream::raw(async |mut stream| {
        let mut buffer = Vec::new();
        let _ = Box::pin(read_request(&mut stream, &mut buffer)).await;
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
            .await;
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    })
    .await;
    let gate = public(&upstream, "timeouts = { idle = \"200ms\" }").await;
    let (got, _) = exchange(&gate, "GET /stalls HTTP/1.1\r\nHost: HOST\r\n\r\n").await;
    assert!(got.ends_with("part"), "{got}");
    let (got, _) = exchange(
        &gate,
        "POST /up HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100\r\n\r\npart",
    )
    .await;
    assert_eq!(socket::status(&got), 408, "{got}");
}

/// An upstream that tells when the other side has closed.
async fn watching(
    head: &'static [u8],
) -> (Upstream, tokio::sync::mpsc::UnboundedReceiver<&'static str>) {
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    let upstream = Upstream::raw(move |mut stream| {
        let tell = tell.clone();
        async move {
            let mut seen = vec![0; 65_536];
            let _ = stream.read(&mut seen).await;
            let _ = tell.send("asked");
            let _ = stream.write_all(head).await;
            while let Ok(1..) = stream.read(&mut seen).await {}
            let _ = tell.send("closed");
        }
    })
    .await;
    (upstream, told)
}

// proves: D52
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_leaves_is_seen_at_the_upstream_within_a_second() {
    for (head, request) in [
        (&b""[..], "GET /slow HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart",
            "GET /part HTTP/1.1\r\nHost: HOST\r\n\r\n",
        ),
        (
            b"",
            "POST /up HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100\r\n\r\npart",
        ),
    ] {
        let (upstream, mut told) = watching(head).await;
        let gate = public(&upstream, "").await;
        let host = gate.origin(KIND).replace("http://", "");
        let mut stream = TcpStream::connect(("127.0.0.1", gate.port)).await.unwrap();
        stream
            .write_all(request.replace("HOST", &host).as_bytes())
            .await
            .unwrap();
        assert_eq!(timeout(SOON, told.recv()).await.unwrap(), Some("asked"));
        drop(stream);
        let closed = timeout(Duration::from_secs(2), told.recv()).await;
        assert_eq!(closed.expect(request), Some("closed"), "{request}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_slowly_slows_the_upstream_down() {
    let (tell, told) = tokio::sync::watch::channel(0_usize);
    let tell = std::sync::Arc::new(tell);
    let upstream = Upstream::raw(move |mut stream| {
        let tell = std::sync::Arc::clone(&tell);
        async move {
            let mut buffer = Vec::new();
            let _ = Box::pin(read_request(&mut stream, &mut buffer)).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
                .await;
            while stream.write_all(&vec![7; 65_536]).await.is_ok() {
                tell.send_modify(|sent| *sent += 65_536);
            }
        }
    })
    .await;
    let gate = public(&upstream, "").await;
    let host = gate.origin(KIND).replace("http://", "");
    let mut stream = TcpStream::connect(("127.0.0.1", gate.port)).await.unwrap();
    stream
        .write_all(format!("GET /big HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    eventually(
        "the upstream is stopped by the client's silence",
        async || {
            let before = *told.borrow();
            tokio::time::sleep(Duration::from_millis(300)).await;
            before > 0 && *told.borrow() == before
        },
    )
    .await;
    assert!(*told.borrow() < 40_000_000, "{}", *told.borrow());
    let mut piece = vec![0; 1_000_000];
    stream.read_exact(&mut piece).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_connection_that_the_upstream_closed_costs_no_request() {
    let upstream = Upstream::raw(async |mut stream| {
        let mut buffer = Vec::new();
        if Box::pin(read_request(&mut stream, &mut buffer))
            .await
            .is_some()
        {
            // Keeps the connection by its words, and closes it.
            let _ = stream.write_all(&answer("200 OK", &[], b"ok")).await;
        }
    })
    .await;
    let gate = public(&upstream, "").await;
    let browser = Browser::new();
    for _ in 0..20 {
        let page = browser.get(gate.url(KIND, "/x")).await;
        assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "ok"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_says_nothing_to_a_whole_body_is_504_after_first_byte() {
    let upstream = Upstream::raw(async |stream| {
        let _held = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let limits = "timeouts = { first_byte = \"200ms\", idle = \"1m\" }";
    let gate = public(&upstream, limits).await;
    for rest in [
        "\r\n",
        "Content-Length: 0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 2\r\n\r\nab",
    ] {
        let begun = Instant::now();
        let request = format!("POST /up HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n{rest}");
        let (got, _) = exchange(&gate, &request).await;
        assert_eq!(socket::status(&got), 504, "{rest:?}: {got}");
        assert!(begun.elapsed() >= Duration::from_millis(200), "{rest:?}");
        assert_within(begun, Duration::from_secs(5));
    }
}
