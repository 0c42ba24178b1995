//! A call that leaves the process, from the request to its response: sent, repeated where that is safe, limited and guarded.
//!
//! [`OutboundClient::send`] repeats after a broken connection. [`Bulkhead`] limits the calls of one caller, such as a
//! profile: at most 64 in flight, each with a time-out and a limit to its response. [`CircuitBreaker`] guards one endpoint:
//! while it is open, callers learn of the outage at once instead of waiting for a time-out one by one. A
//! [`BufferedResponse`] was read to its end within its limit.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use tokio::sync::Semaphore;

use crate::domain::clock::Timestamp;
use crate::http::client::OutboundClient;
use crate::http::error::CallError;
use crate::measure::trace_context::{TRACEPARENT, outgoing};

impl OutboundClient {
    /// The client to build requests with. Time and size of a response are the caller's to limit.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request, and sends it once more if no connection could be made. A request with a safe method is also
    /// sent once more when its connection broke before the first byte of a response: a server may close a kept
    /// connection in the moment in which it is used again (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
    ///
    /// # Errors
    /// What the last try said.
    pub async fn send(&self, request: RequestBuilder) -> reqwest::Result<Response> {
        let mut sending = pin!(send(request));
        poll_fn(|context| {
            let _inside = self.runtime.enter();
            sending.as_mut().poll(context)
        })
        .await
    }
}

async fn send(request: RequestBuilder) -> reqwest::Result<Response> {
    let (client, request) = request.build_split();
    let mut request = request?;
    if let Some(parent) = outgoing().and_then(|text| HeaderValue::try_from(text).ok()) {
        request.headers_mut().insert(TRACEPARENT, parent);
    }
    let is_safe = request.method().is_safe();
    let again = request.try_clone();
    match (client.execute(request).await, again) {
        (Err(error), Some(again)) if error.is_connect() || (is_safe && !error.is_timeout()) => {
            client.execute(again).await
        }
        (sent, _) => sent,
    }
}

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
fn count_shed(reason: &'static str) {
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

/// This many failures within [`WINDOW`] open the circuit breaker.
const FAILURES: usize = 5;
const WINDOW: Duration = Duration::from_secs(10);
/// While the circuit breaker is open, one call passes per interval: within five seconds of the server's return all do.
const PROBE: Duration = Duration::from_secs(4);

#[derive(Default)]
struct BreakerState {
    failures: VecDeque<Timestamp>,
    next_probe: Option<Timestamp>,
}

/// The state of one endpoint's circuit breaker.
#[derive(Default)]
pub(crate) struct CircuitBreaker(Mutex<BreakerState>);

impl CircuitBreaker {
    /// Lets a call pass, or says when the next one may.
    pub(crate) fn pass(&self, now: Timestamp) -> Result<(), CallError> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.next_probe {
            Some(next) if now < next => {
                count_shed("circuit_open");
                Err(CallError::CircuitOpen {
                    retry_after: (next - now).to_std().unwrap_or(PROBE),
                })
            }
            Some(_) => {
                state.next_probe = Some(now + PROBE);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The server answered, with whatever status below 500.
    pub(crate) fn answered(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = BreakerState::default();
    }

    /// The server did not answer, or answered that it cannot.
    pub(crate) fn failed(&self, now: Timestamp) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while state.failures.front().is_some_and(|at| *at + WINDOW <= now) {
            state.failures.pop_front();
        }
        state.failures.push_back(now);
        if state.failures.len() >= FAILURES {
            state.failures.pop_front();
            state.next_probe = Some(now + PROBE);
        }
    }
}

/// No `Retry-After` is believed beyond this.
const LONGEST_RETRY: Duration = Duration::from_hours(1);

/// `Retry-After` as time from `now`, in seconds or as a date (RFC 9110 §10.2.3), at most an hour.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => (http_date(text)? - now).to_std().unwrap_or_default(),
    };
    Some(wait.min(LONGEST_RETRY))
}

/// An HTTP date in one of its three forms (RFC 9110 §5.6.7).
fn http_date(text: &str) -> Option<Timestamp> {
    httpdate::parse_http_date(text)
        .ok()
        .map(|date: SystemTime| date.into())
}

/// A response that was read to its end within its limit.
#[derive(Debug)]
pub struct BufferedResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl BufferedResponse {
    /// `Retry-After` as time from `now`, at most an hour.
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        retry_after(&self.headers, now)
    }

    /// `max-age` of `Cache-Control` (RFC 9111 §5.2.2.1).
    pub fn max_age(&self) -> Option<Duration> {
        self.text(header::CACHE_CONTROL)?
            .split(',')
            .find_map(|directive| {
                let (name, value) = directive.trim().split_once('=')?;
                name.eq_ignore_ascii_case("max-age").then_some(())?;
                value
                    .trim_matches('"')
                    .parse()
                    .ok()
                    .map(Duration::from_secs)
            })
    }

    /// The sender's clock (RFC 9110 §6.6.1).
    pub fn date(&self) -> Option<Timestamp> {
        http_date(self.text(header::DATE)?)
    }

    /// The media type in lower case, parameters left off.
    pub fn media_type(&self) -> String {
        let text = self.text(header::CONTENT_TYPE).unwrap_or_default();
        let media = text.split(';').next().unwrap_or_default();
        media.trim().to_ascii_lowercase()
    }

    fn text(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[cfg(test)]
mod tests;
