//! Bulkhead for the outbound calls of one caller, such as a profile: at most 64 in flight, each with a time-out and a
//! limit to its response.

use std::fmt;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use tokio::sync::Semaphore;

use crate::http::client::OutboundClient;
use crate::http::error::CallError;
use crate::http::response::BufferedResponse;

/// Calls of one bulkhead in flight at once: a slow server holds up no other bulkhead's calls.
const CALLS_IN_FLIGHT: usize = 64;

/// A limited number of calls at once, over the client that all bulkheads share.
pub(crate) struct Bulkhead {
    client: OutboundClient,
    slots: Semaphore,
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulkhead")
            .field("free", &self.slots.available_permits())
            .finish_non_exhaustive()
    }
}

impl Bulkhead {
    /// A bulkhead of its own over the shared client.
    pub(crate) fn new(client: OutboundClient) -> Self {
        Self {
            client,
            slots: Semaphore::new(CALLS_IN_FLIGHT),
        }
    }

    /// The client to build requests with.
    pub(crate) fn client(&self) -> &Client {
        self.client.client()
    }

    /// Makes the call within `timeout`, the wait for a slot included, and reads at most `limit` bytes of the response.
    ///
    /// Only a request with a safe method is repeated after its bytes were sent ([`OutboundClient::send`]): a code
    /// works once.
    pub(crate) async fn call(
        &self,
        request: RequestBuilder,
        limit: usize,
        timeout: Duration,
    ) -> Result<BufferedResponse, CallError> {
        let _flying = CallInFlight::begin();
        let call = async {
            let _slot = self.slots.acquire().await.map_err(|_| CallError::Busy)?;
            read(self.client.send(request).await?, limit).await
        };
        match tokio::time::timeout(timeout, call).await {
            Ok(done) => done,
            Err(_) if self.slots.available_permits() == 0 => {
                count_shed("bulkhead_full");
                Err(CallError::Busy)
            }
            Err(_) => Err(CallError::TimedOut),
        }
    }
}

/// Counts a call that was not made.
pub(in crate::http) fn count_shed(reason: &'static str) {
    metrics::counter!("gatehouse_authority_calls_shed_total", "reason" => reason).increment(1);
}

/// Counts a call while it lasts, also one whose caller goes away.
struct CallInFlight(metrics::Gauge);

impl CallInFlight {
    fn begin() -> Self {
        let gauge = metrics::gauge!("gatehouse_authority_calls_in_flight");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for CallInFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

async fn read(
    mut response: reqwest::Response,
    limit: usize,
) -> Result<BufferedResponse, CallError> {
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(CallError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(CallError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(BufferedResponse {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}

#[cfg(test)]
mod tests {
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
}
