//! The lane of one profile's calls: how many are in flight, how long each may take, what is sent again.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::http::client::{Answer, chain};
use crate::oidc::error::Outage;

/// Calls of one profile in flight at once: a slow authority holds up nobody else.
const CALLS_IN_FLIGHT: usize = 64;

/// The calls of one profile.
pub(crate) struct Lane {
    client: Client,
    slots: Semaphore,
    home: Handle,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("free", &self.slots.available_permits())
            .finish_non_exhaustive()
    }
}

impl Lane {
    /// A lane of its own for one profile, over the shared client, with its connections in `home`.
    pub(crate) fn new(client: Client, home: Handle) -> Self {
        Self {
            client,
            slots: Semaphore::new(CALLS_IN_FLIGHT),
            home,
        }
    }

    /// The client to begin requests with.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// Makes the call within `patience`, waiting for a slot included, and reads at most `limit` bytes of the answer.
    ///
    /// After bytes were sent nothing but a question is repeated ([`send`]), because a code works once.
    pub(crate) async fn call(
        &self,
        request: RequestBuilder,
        limit: usize,
        patience: Duration,
    ) -> Result<Answer, Outage> {
        let attempt = async {
            let _slot = self.slots.acquire().await.map_err(|_| Outage::Busy)?;
            let sent = at(&self.home, send(request)).await;
            read(sent.map_err(outage)?, limit).await
        };
        match tokio::time::timeout(patience, attempt).await {
            Ok(done) => done,
            Err(_) if self.slots.available_permits() == 0 => Err(Outage::Busy),
            Err(_) => Err(Outage::TimedOut),
        }
    }
}

/// Does the work as if `home` did it: connections that are opened, and serve others later, live there. One that lived
/// in the runtime of a request's thread would end with it, under the exchange of another.
pub(crate) async fn at<T>(home: &Handle, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let _inside = home.enter();
        work.as_mut().poll(context)
    })
    .await
}

/// Sends a request, once more if no connection could be made. One that changes nothing is also sent once more when its
/// connection broke before the first byte of an answer: a server may close a kept connection, at its own stop or when
/// it was idle for long, in the moment in which it is used (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
///
/// # Errors
/// What the last try said.
pub(crate) async fn send(request: RequestBuilder) -> Result<reqwest::Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    let changes_nothing = request.method().is_safe();
    let again = request.try_clone();
    match (client.execute(request).await, again) {
        (Err(error), Some(again))
            if error.is_connect() || (changes_nothing && !error.is_timeout()) =>
        {
            client.execute(again).await
        }
        (sent, _) => sent,
    }
}

async fn read(mut response: reqwest::Response, limit: usize) -> Result<Answer, Outage> {
    let announced = response.content_length().unwrap_or_default();
    if usize::try_from(announced).map_or(true, |announced| announced > limit) {
        return Err(Outage::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(outage)? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Outage::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function of map_err"
)]
fn outage(error: reqwest::Error) -> Outage {
    if error.is_timeout() {
        Outage::TimedOut
    } else if error.is_connect() {
        Outage::NoConnection(chain(&error))
    } else {
        Outage::Broken(chain(&error))
    }
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
    use crate::http::client::{HttpOptions, outbound_client};

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
        let client = outbound_client(&HttpOptions::default()).unwrap();
        let (address, seen) = closing_server().await;
        let lane = Lane::new(client.clone(), Handle::current());
        for _ in 0..4 {
            let answer = lane
                .call(client.get(&address), 10, Duration::from_secs(5))
                .await;
            assert_eq!(answer.ok().unwrap().body, b"ok");
        }
        assert!(
            seen.load(Ordering::SeqCst) > 4,
            "kept connections were used"
        );
        let (address, seen) = closing_server().await;
        let grant = || {
            lane.call(
                client.post(&address).body("code=1"),
                10,
                Duration::from_secs(5),
            )
        };
        assert!(grant().await.is_ok());
        assert!(matches!(grant().await, Err(Outage::Broken(_))));
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
        let client = outbound_client(&HttpOptions::default()).unwrap();
        let (go_on, wait) = oneshot::channel();
        let (address, mut asked) = keeping_server(wait).await;
        let lane = Arc::new(Lane::new(client.clone(), Handle::current()));
        let patience = Duration::from_secs(5);
        let (leave, told) = oneshot::channel::<()>();
        let (met, meeting) = oneshot::channel();
        let (theirs, question) = (Arc::clone(&lane), client.get(&address));
        let worker = std::thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                assert!(theirs.call(question, 10, patience).await.is_ok());
                met.send(()).unwrap();
                told.await.unwrap();
            });
        });
        meeting.await.unwrap();
        assert_eq!(asked.recv().await, Some(1));
        let grant = client.post(&address).body("refresh_token=1");
        let exchange = tokio::spawn(async move { lane.call(grant, 10, patience).await });
        assert_eq!(asked.recv().await, Some(2), "on the kept connection");
        leave.send(()).unwrap();
        tokio::task::spawn_blocking(move || worker.join().unwrap())
            .await
            .unwrap();
        go_on.send(()).unwrap();
        assert_eq!(exchange.await.unwrap().ok().unwrap().body, b"ok");
    }
}
