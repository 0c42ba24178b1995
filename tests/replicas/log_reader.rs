//! One real process whose log is read by somebody who stands still.

use std::fs::File;
use std::net::TcpStream;
use std::process::Command;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::process::Process;

/// More than a pipe of 64 kB takes, at some lines for each request.
const REQUESTS: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_reader_that_stands_still_holds_up_no_request_and_no_stop() {
    let (opened, reader) = channel();
    let settings = [
        ("GATEHOUSE_SHUTDOWN_DELAY", "1ms"),
        ("GATEHOUSE_TELEMETRY__LOG", "debug"),
    ];
    let mut process = Process::start_with(0, &settings, |profiles, _| {
        let log = profiles.parent().unwrap().join("gatehouse.log");
        let made = Command::new("mkfifo").arg(&log).status().unwrap();
        assert!(made.success());
        // Opening waits for the process, which waits for a reader.
        std::thread::spawn(move || opened.send(File::open(log).unwrap()));
    });
    let reader = reader.recv().unwrap();
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", process.port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never listens");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let browser = Browser::new();
    for _ in 0..REQUESTS {
        let bad = process.url("/auth/redirect?code=stolen&state=unknown");
        assert_eq!(browser.get(bad).await.status, 400);
    }
    let metrics = process.admin("/metrics").await;
    assert!(
        metrics.contains("gatehouse_log_lines_dropped_total"),
        "{metrics}"
    );
    process.signal("TERM");
    let (status, took) = process.ended().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    drop(reader);
}
