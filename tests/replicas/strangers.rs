//! One real process and what comes to it from outside: slow connections, slow bodies, broken files.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::process::Process;

/// What a busy machine adds to what is promised.
const SLACK: Duration = Duration::from_secs(4);

/// Sends a piece each 200 ms, first the head at once, and returns what came back and when the other side closed.
fn drip(port: u16, head: &str, pieces: &str) -> (String, Duration) {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).unwrap();
    connection
        .set_read_timeout(Some(Duration::from_millis(200)))
        .unwrap();
    connection.write_all(head.as_bytes()).unwrap();
    let (begun, mut answer) = (Instant::now(), Vec::new());
    let mut pieces = pieces.bytes().cycle();
    loop {
        // The reading paces the writing.
        let mut buffer = [0; 4096];
        match connection.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
        assert!(begun.elapsed() < Duration::from_secs(40), "never closed");
        // An error here is a closed connection, which the next reading tells.
        let _ = connection.write_all(&[pieces.next().unwrap()]);
    }
    let answer = String::from_utf8_lossy(&answer).into_owned();
    (answer, begun.elapsed())
}

// proves: D48
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_drip_their_head_are_closed_and_hold_nobody_up() {
    let mut process = Process::start(0, &[]);
    process.is_ready().await;
    let port = process.port;
    let drips: Vec<_> = (0..200)
        .map(|_| std::thread::spawn(move || drip(port, "GET / HTTP/1.1\r\n", "x")))
        .collect();
    let browser = Browser::new();
    process.sign_in(&browser).await;
    assert_eq!(browser.get(process.url("/auth/session")).await.status, 200);
    for drip in drips {
        let (answer, took) = drip.join().unwrap();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
            "{answer}"
        );
        assert!(took > Duration::from_secs(4), "{took:?}");
        assert!(took < Duration::from_secs(5) + SLACK, "{took:?}");
    }
}

// proves: D49
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_drips_is_given_up_after_ten_seconds() {
    let mut process = Process::start(0, &[]);
    process.is_ready().await;
    let head = format!(
        "POST /auth/back_channel_logout HTTP/1.1\r\nhost: staff.localhost:{}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 4000\r\n\r\n",
        process.port
    );
    let port = process.port;
    let dripped = tokio::task::spawn_blocking(move || drip(port, &head, "a"));
    let (answer, took) = dripped.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took > Duration::from_secs(9), "{took:?}");
    assert!(took < Duration::from_secs(10) + SLACK, "{took:?}");
}

// proves: D67
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_with_a_broken_file_serves_the_others_and_reports_the_fault() {
    let mut process = Process::start_with(0, &[], |folder, port| {
        let text = format!(
            "kind = \"oidc\"\npublic_url = \"http://broken.localhost:{port}\"\nno_such_key = 1\n"
        );
        std::fs::write(folder.join("broken.toml"), text).unwrap();
    });
    process.is_ready().await;
    process.sign_in(&Browser::new()).await;
    let broken = format!("http://broken.localhost:{}/", process.port);
    assert_eq!(Browser::new().get(broken).await.status, 503);
    let log = process.log();
    assert!(
        log.contains("broken.toml:3") && log.contains("no_such_key"),
        "{log}"
    );
    assert!(process.admin("/readyz").await.contains("no_such_key"));
    let metrics = process.admin("/metrics").await;
    assert!(
        metrics.contains("gatehouse_profiles{state=\"broken\"} 1"),
        "{metrics}"
    );
}
