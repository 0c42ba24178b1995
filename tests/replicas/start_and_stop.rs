//! One real process is started and told to stop, at every moment.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use simulator::{Endpoint, Fault, Kind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::browser::Browser;
use crate::process::{OPEN_FILES, Process};

/// Profiles that make a start long enough to be met in the middle.
const MANY: usize = 300;
/// What a busy machine adds to what is promised.
const SLACK: Duration = Duration::from_secs(2);
/// What a stop takes that has nothing to wait for.
const SHORT: &[(&str, &str)] = &[("GATEHOUSE_SHUTDOWN_DELAY", "1ms")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hang_up_while_the_process_starts_does_not_kill_it() {
    for _ in 0..3 {
        let mut process = Process::start(MANY, SHORT);
        process.says("starting").await;
        for _ in 0..10 {
            process.signal("HUP");
        }
        process.is_ready().await;
        process.signal("HUP");
        process.signal("TERM");
        let (status, _) = process.ended().await;
        assert!(status.success(), "{status}\n{}", process.log());
    }
}

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_while_it_starts_the_process_ends_in_order() {
    for _ in 0..3 {
        let mut process = Process::start(MANY, SHORT);
        process.says("starting").await;
        process.signal("TERM");
        let (status, _) = process.ended().await;
        assert!(status.success(), "{status}\n{}", process.log());
        assert!(process.log().contains("stopping"), "{}", process.log());
    }
}

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_while_it_waits_for_its_database_the_process_ends_in_order() {
    let mut process = Process::start(
        0,
        &[
            ("GATEHOUSE_SHUTDOWN_DELAY", "1ms"),
            ("GATEHOUSE_STORE__STARTUP_WAIT", "1h"),
            (
                "GATEHOUSE_DATABASE_URL",
                "postgres://nobody@127.0.0.1:9/none",
            ),
            (
                "GATEHOUSE_KEYS",
                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            ),
        ],
    );
    process.says("listening public=").await;
    process.signal("TERM");
    let (status, took) = process.ended().await;
    assert!(status.success(), "{status}\n{}", process.log());
    assert!(took < Duration::from_secs(3) + SLACK, "{took:?}");
}

/// A connection that has got an answer and keeps quiet.
fn idle_connection(process: &Process) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", process.port)).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let host = format!("staff.localhost:{}", process.port);
    let asked = format!("GET /auth/session HTTP/1.1\r\nhost: {host}\r\n\r\n");
    connection.write_all(asked.as_bytes()).unwrap();
    let mut answer = [0; 4096];
    let count = connection.read(&mut answer).unwrap();
    assert!(answer[..count].starts_with(b"HTTP/1.1 401"));
    connection
}

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_does_not_hold_the_end_up() {
    let mut process = Process::start(0, SHORT);
    process.is_ready().await;
    let mut idle = idle_connection(&process);
    process.signal("TERM");
    let (status, took) = process.ended().await;
    assert!(status.success(), "{status}");
    assert!(
        took < Duration::from_secs(3) + SLACK,
        "the grace is 25 s: {took:?}"
    );
    assert_eq!(idle.read(&mut [0; 16]).unwrap(), 0, "it was closed");
}

/// An application that opens websockets at `/live/socket`, and otherwise begins an event stream; it ends neither.
async fn streaming_application() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let head = head_of(&mut stream).await;
                let answer = if head.contains("/live/socket") {
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
                } else {
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
            });
        }
    });
    format!("http://{address}")
}

/// A head, to the empty line.
async fn head_of(stream: &mut tokio::net::TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A connection of this browser with one request, and the head of its answer.
async fn open(
    process: &Process,
    browser: &Browser,
    path: &str,
    more: &str,
) -> (tokio::net::TcpStream, String) {
    let port = process.port;
    let cookie = browser.cookie("staff.localhost", "gatehouse").unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: staff.localhost:{port}\r\nCookie: gatehouse={cookie}\r\n{more}\r\n"
    );
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port))
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = head_of(&mut stream).await;
    (stream, head)
}

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn websockets_and_event_streams_end_early_when_the_process_is_told_to_stop() {
    let application = streaming_application().await;
    let route = format!("\n[[route]]\npath = \"/live\"\nupstream = \"{application}\"\n");
    let more = [
        ("GATEHOUSE_SHUTDOWN_DELAY", "1ms"),
        ("GATEHOUSE_SHUTDOWN_GRACE", "18s"),
        // With the default a low limit of open files is worth a warning of its own.
        ("GATEHOUSE_SERVER__MAX_CONNECTIONS", "100"),
    ];
    let mut process = Process::start_with(0, &more, |profiles, _| {
        let file = profiles.join("staff.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text + &route).unwrap();
    });
    process.is_ready().await;
    let browser = Browser::new();
    process.sign_in(&browser).await;
    let handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    let (mut socket, head) = open(&process, &browser, "/live/socket", handshake).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    let (mut events, head) = open(&process, &browser, "/live/events", "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    process.signal("TERM");
    let (mut goodbye, mut told) = (Vec::new(), Vec::new());
    let both = async {
        socket.read_to_end(&mut goodbye).await.unwrap();
        events.read_to_end(&mut told).await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(10), both)
        .await
        .unwrap();
    assert_eq!(goodbye[..4], [0x88, 25, 0x03, 0xe9], "1001: {goodbye:?}");
    let told = String::from_utf8(told).unwrap();
    assert!(told.ends_with("data: 1\n\n\r\n0\r\n\r\n"), "{told:?}");
    let (status, took) = process.ended().await;
    assert!(status.success(), "{status}\n{}", process.log());
    assert!(took < Duration::from_secs(3) + SLACK, "{took:?}");
    assert!(!process.log().contains("WARN"), "{}", process.log());
}

/// A process with somebody signed in, whose refresh the authority does not answer.
async fn hanging(more: &[(&str, &str)]) -> (Process, tokio::task::JoinHandle<()>) {
    let mut process = Process::start(0, more);
    process.is_ready().await;
    process
        .sim
        .shapes(|shapes| shapes.access_token_lifetime = Some(1));
    let browser = Browser::new();
    process.sign_in(&browser).await;
    process.sim.fault(Fault::TokenSlow(60_000));
    // Each call is answered while the token lives, which is for a second.
    let mut asked = process.ask_and_leave(&browser, "/auth/call_api/orders");
    let begun = Instant::now();
    while process.sim.count_at(Kind::Oidc, Endpoint::Refresh) == 0 {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "nobody refreshes"
        );
        if asked.is_finished() {
            asked = process.ask_and_leave(&browser, "/auth/call_api/orders");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (process, asked)
}

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exchange_that_nobody_waits_for_outlives_the_listeners() {
    let mut process = Process::start(0, SHORT);
    process.is_ready().await;
    let browser = Browser::new();
    process
        .sim
        .shapes(|shapes| shapes.access_token_lifetime = Some(8));
    process.sign_in(&browser).await;
    process.sim.fault(Fault::TokenSlow(5_000));
    let begun = Instant::now();
    // Answered with the old token while it lives; the exchange goes on.
    while process.sim.count_at(Kind::Oidc, Endpoint::Refresh) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(8), "not due");
        let page = browser.get(process.url("/auth/call_api/orders")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    process.signal("TERM");
    let (status, took) = process.ended().await;
    assert!(status.success(), "{status}\n{}", process.log());
    assert!(
        took > Duration::from_secs(2),
        "it had its time: {took:?}\n{}",
        process.log()
    );
    assert!(!process.log().contains("WARN"), "{}", process.log());
}

// proves: D54
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delay_and_grace_are_all_that_a_stop_takes_whatever_hangs() {
    let (mut process, asked) = hanging(&[
        ("GATEHOUSE_SHUTDOWN_DELAY", "200ms"),
        ("GATEHOUSE_SHUTDOWN_GRACE", "4s"),
        ("GATEHOUSE_HTTP__TIMEOUT", "50s"),
    ])
    .await;
    let _idle = idle_connection(&process);
    process.signal("TERM");
    let (status, took) = process.ended().await;
    assert!(status.success(), "{status}\n{}", process.log());
    assert!(
        took > Duration::from_secs(2),
        "the exchange had its time: {took:?}"
    );
    assert!(took < Duration::from_millis(4_200) + SLACK, "{took:?}");
    assert!(
        process
            .log()
            .contains("stopping while tokens are being refreshed"),
        "{}",
        process.log()
    );
    asked.await.unwrap();
}

// proves: D55
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_stops_at_once() {
    for second in ["TERM", "INT"] {
        let (mut process, asked) = hanging(&[
            ("GATEHOUSE_SHUTDOWN_DELAY", "1ms"),
            ("GATEHOUSE_SHUTDOWN_GRACE", "60s"),
            ("GATEHOUSE_HTTP__TIMEOUT", "50s"),
        ])
        .await;
        let _idle = idle_connection(&process);
        process.signal("TERM");
        process.says("stopping").await;
        let told = Instant::now();
        process.signal(second);
        let (status, _) = process.ended().await;
        assert!(status.success(), "{status}\n{}", process.log());
        assert!(
            told.elapsed() < Duration::from_secs(1) + SLACK,
            "{:?}",
            told.elapsed()
        );
        asked.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_forwards_counts_two_open_files_for_each_connection() {
    for (route, connections) in [
        ("", "3072"),
        ("[[route]]\npath = \"/app\"\n", "3072"),
        (
            "[[route]]\npath = \"/app\"\nupstream = \"http://127.0.0.1:9\"\n",
            "1536",
        ),
    ] {
        let mut process = Process::start_with(0, &[(OPEN_FILES, "4096")], |profiles, _| {
            let file = profiles.join("staff.toml");
            let text = std::fs::read_to_string(&file).unwrap();
            std::fs::write(file, format!("{text}{route}")).unwrap();
        });
        process.is_ready().await;
        let log = process.log();
        let said = format!("open_files=4096 connections={connections} ");
        assert!(log.contains(&said), "{route}: {log}");
    }
}
