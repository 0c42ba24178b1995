//! The load generator: a fixed number of connections, each with one request under way, for a fixed time. Written for
//! little processor time of its own, so that the server is what is measured.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Bytes of the longest answer, with its head.
const LONGEST: usize = 128 * 1024;

/// What came of a run.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub requests: u64,
    pub wrong: u64,
    pub elapsed: Duration,
    /// Sorted, in nanoseconds.
    pub latencies: Vec<u32>,
}

impl Outcome {
    pub fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// Microseconds below which this share of the answers came.
    pub fn percentile(&self, share: f64) -> f64 {
        let at = ((self.latencies.len() as f64 * share) as usize)
            .min(self.latencies.len().saturating_sub(1));
        self.latencies
            .get(at)
            .map_or(0.0, |nanos| f64::from(*nanos) / 1_000.0)
    }
}

/// Sends `requests` in turn over `connections` for `time`; an answer that is not 200 is wrong.
pub async fn run(
    to: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    time: Duration,
) -> Outcome {
    send(to, requests, connections, Some(time)).await
}

/// Sends each request once.
pub async fn once_each(
    to: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
) -> Outcome {
    send(to, requests, connections, None).await
}

/// The bytes of one answer.
pub async fn one(to: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(to).await.expect("the server listens");
    stream
        .write_all(request)
        .await
        .expect("the connection stays");
    let mut buffer = vec![0; LONGEST];
    let length = answer(&mut stream, &mut buffer).await.expect("200");
    buffer.truncate(length);
    buffer
}

async fn send(
    to: SocketAddr,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    time: Option<Duration>,
) -> Outcome {
    let stop = Arc::new(AtomicBool::new(false));
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            tokio::spawn(connection(
                to,
                Arc::clone(requests),
                Arc::clone(&next),
                Arc::clone(&stop),
                time.is_none(),
            ))
        })
        .collect();
    if let Some(time) = time {
        tokio::time::sleep(time).await;
        stop.store(true, Ordering::Relaxed);
    }
    let mut all = Outcome::default();
    for task in tasks {
        let one = task.await.expect("a connection ends in order");
        all.requests += one.requests;
        all.wrong += one.wrong;
        all.latencies.extend(one.latencies);
    }
    all.elapsed = begun.elapsed();
    all.latencies.sort_unstable();
    all
}

async fn connection(
    to: SocketAddr,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    once: bool,
) -> Outcome {
    let mut stream = TcpStream::connect(to).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket of this machine");
    let mut outcome = Outcome::default();
    let mut buffer = vec![0; LONGEST];
    while !stop.load(Ordering::Relaxed) {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        if once && turn >= requests.len() {
            break;
        }
        let asked = Instant::now();
        stream
            .write_all(&requests[turn % requests.len()])
            .await
            .expect("the connection stays");
        let good = answer(&mut stream, &mut buffer).await;
        outcome
            .latencies
            .push(u32::try_from(asked.elapsed().as_nanos()).unwrap_or(u32::MAX));
        outcome.requests += 1;
        outcome.wrong += u64::from(good.is_none());
    }
    outcome
}

/// Reads one answer with a `Content-Length`; its length, if its status is 200.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Option<usize> {
    let (mut have, mut whole) = (0, None);
    loop {
        let read = stream
            .read(&mut buffer[have..])
            .await
            .expect("the connection stays");
        assert!(read > 0, "the server closed the connection");
        have += read;
        if whole.is_none() {
            let head = memchr::memmem::find(&buffer[..have], b"\r\n\r\n");
            whole = head.map(|head| head + 4 + content_length(&buffer[..head]));
        }
        if whole.is_some_and(|whole| have >= whole) {
            return buffer.starts_with(b"HTTP/1.1 200").then_some(have);
        }
    }
}

/// nginx writes the name with capitals, actix and Envoy without.
fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length: ";
    let value = memchr::memchr_iter(b'\n', head).find_map(|end| {
        let (name, value) = head[end + 1..].split_at_checked(NAME.len())?;
        name.eq_ignore_ascii_case(NAME).then_some(value)
    });
    let digits = value.unwrap_or_default().iter();
    digits
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0, |length, byte| length * 10 + usize::from(byte - b'0'))
}

/// A GET as a browser behind a proxy would send it.
pub fn get(host: &str, path: &str, cookie: Option<&str>) -> Vec<u8> {
    let cookie = cookie
        .map(|cookie| format!("Cookie: {cookie}\r\n"))
        .unwrap_or_default();
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Mozilla/5.0 (bench)\r\nAccept: application/json\r\n{cookie}\r\n").into_bytes()
}
