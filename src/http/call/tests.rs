//! Calls to servers that close connections, fail, or say when to call again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

use super::*;
use crate::http::client::HttpOptions;

/// Answers the first request of each connection, and closes it in the face of the second; counts what it was sent.
async fn closing_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let count = Arc::clone(&count);
            tokio::spawn(async move {
                let mut request = [0; 4096];
                for first in [true, false] {
                    if stream.read(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                    count.fetch_add(1, Ordering::SeqCst);
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                    if first {
                        stream.write_all(answer).await.unwrap();
                    }
                }
            });
        }
    });
    (address, seen)
}

#[tokio::test]
async fn a_question_that_met_a_closing_connection_is_asked_again_and_a_grant_is_not() {
    let client = OutboundClient::new(&HttpOptions::default()).unwrap();
    let (address, seen) = closing_server().await;
    let bulkhead = Bulkhead::new(client);
    for _ in 0..4 {
        let answer = bulkhead
            .call(bulkhead.client().get(&address), 10, Duration::from_secs(5))
            .await;
        assert_eq!(answer.ok().unwrap().body, b"ok");
    }
    assert!(
        seen.load(Ordering::SeqCst) > 4,
        "kept connections were used"
    );
    let (address, seen) = closing_server().await;
    let grant = || {
        bulkhead.call(
            bulkhead.client().post(&address).body("code=1"),
            10,
            Duration::from_secs(5),
        )
    };
    assert!(grant().await.is_ok());
    assert!(matches!(grant().await, Err(CallError::Broken(_))));
    assert_eq!(seen.load(Ordering::SeqCst), 2, "a code is sent once");
}

/// Keeps its connections open. The first answer comes at once, the second when it is told to.
async fn keeping_server(answer: oneshot::Receiver<()>) -> (String, mpsc::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (tell, asked) = mpsc::channel(2);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let (mut answer, mut request) = (Some(answer), [0; 4096]);
        for nth in 1..=2 {
            assert!(stream.read(&mut request).await.unwrap() > 0);
            tell.send(nth).await.unwrap();
            if nth == 2 {
                answer.take().unwrap().await.unwrap();
            }
            let said = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            let _ = stream.write_all(said).await;
        }
    });
    (address, asked)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_outlives_the_thread_of_the_request_that_opened_it() {
    let client = OutboundClient::new(&HttpOptions::default()).unwrap();
    let (go_on, wait) = oneshot::channel();
    let (address, mut asked) = keeping_server(wait).await;
    let bulkhead = Arc::new(Bulkhead::new(client));
    let timeout = Duration::from_secs(5);
    let (leave, told) = oneshot::channel::<()>();
    let (met, meeting) = oneshot::channel();
    let (theirs, question) = (Arc::clone(&bulkhead), bulkhead.client().get(&address));
    let worker = std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            assert!(theirs.call(question, 10, timeout).await.is_ok());
            met.send(()).unwrap();
            told.await.unwrap();
        });
    });
    meeting.await.unwrap();
    assert_eq!(asked.recv().await, Some(1));
    let grant = bulkhead.client().post(&address).body("refresh_token=1");
    let exchange = tokio::spawn(async move { bulkhead.call(grant, 10, timeout).await });
    assert_eq!(asked.recv().await, Some(2), "on the kept connection");
    leave.send(()).unwrap();
    tokio::task::spawn_blocking(move || worker.join().unwrap())
        .await
        .unwrap();
    go_on.send(()).unwrap();
    assert_eq!(exchange.await.unwrap().ok().unwrap().body, b"ok");
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_timestamp(seconds, 0).unwrap()
}

// proves: D16
#[test]
fn after_five_failures_calls_fail_at_once_but_for_one_probe() {
    let circuit_breaker = CircuitBreaker::default();
    for second in 0..5 {
        assert!(circuit_breaker.pass(at(second)).is_ok());
        circuit_breaker.failed(at(second));
    }
    assert_eq!(
        circuit_breaker.pass(at(5)),
        Err(CallError::CircuitOpen {
            retry_after: Duration::from_secs(3)
        })
    );
    assert!(circuit_breaker.pass(at(8)).is_ok(), "the probe");
    assert!(circuit_breaker.pass(at(8)).is_err(), "only one");
    circuit_breaker.failed(at(9));
    assert!(circuit_breaker.pass(at(12)).is_err());
    assert!(circuit_breaker.pass(at(13)).is_ok());
    circuit_breaker.answered();
    assert!(circuit_breaker.pass(at(13)).is_ok());
}

// proves: D16
#[test]
fn failures_that_lie_apart_open_nothing() {
    let circuit_breaker = CircuitBreaker::default();
    for second in (0..60).step_by(3) {
        assert!(circuit_breaker.pass(at(second)).is_ok());
        circuit_breaker.failed(at(second));
    }
}

fn response(name: HeaderName, value: &str) -> BufferedResponse {
    BufferedResponse {
        status: StatusCode::OK,
        headers: HeaderMap::from_iter([(name, value.parse().unwrap())]),
        body: Vec::new(),
    }
}

// proves: D11
#[test]
fn retry_after_is_read_as_seconds_and_as_a_date_and_never_beyond_an_hour() {
    let now = http_date("Sun, 06 Nov 1994 08:49:00 GMT").unwrap();
    let wait = |value| response(header::RETRY_AFTER, value).retry_after(now);
    assert_eq!(wait("120"), Some(Duration::from_mins(2)));
    for date in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ] {
        assert_eq!(wait(date), Some(Duration::from_secs(37)), "{date}");
    }
    assert_eq!(
        wait("Sun, 06 Nov 1994 08:48:00 GMT"),
        Some(Duration::ZERO),
        "a date that has passed"
    );
    assert_eq!(wait("99999999"), Some(LONGEST_RETRY));
    assert_eq!(wait("soon"), None);
}

#[test]
fn max_age_is_found_among_other_directives() {
    let age = |value| response(header::CACHE_CONTROL, value).max_age();
    assert_eq!(
        age("max-age=86400, private"),
        Some(Duration::from_hours(24))
    );
    assert_eq!(age("no-store"), None);
    assert_eq!(age("private, MAX-AGE=\"60\""), Some(Duration::from_mins(1)));
}
