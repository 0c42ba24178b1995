//! The client that carries requests to upstreams.
//!
//! Not reqwest: its `url::Url` rewrites the target after the decision was made on it. `hyper::Uri` keeps the bytes. Each
//! worker has clients of its own, because a connection lives in the runtime in which it was opened.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderName, HeaderValue, UPGRADE};
use hyper::http::response::Parts;
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tokio::time::{Instant, sleep_until};

use crate::domain::route::{Upstream, UpstreamTimeouts};
use crate::http::{HttpOptions, HttpSetupError};
use crate::proxy::answer::{AnswerBody, AnswerHeaders, UpstreamAnswer};
use crate::proxy::connector::{Connector, Names, Versions};
use crate::proxy::error::UpstreamError;
use crate::proxy::request_body::{Progress, RequestBody};
use crate::proxy::tls;
use crate::proxy::tunnel::Tunnel;

/// A connection that was idle for longer is not used again: many servers close theirs after five seconds, and a request
/// that may not be repeated is lost on a closing connection.
const IDLE_CONNECTION: Duration = Duration::from_secs(4);

/// Bytes of an answer's headers over HTTP/2 (RFC 9113 §6.5.2).
const LONGEST_HEAD: u32 = 64 * 1024;

/// What connections to upstreams are made of, for all workers.
#[derive(Clone)]
pub struct UpstreamConnections {
    tls: Arc<ClientConfig>,
    names: Names,
}

impl UpstreamConnections {
    /// Reads the trusted certificates.
    ///
    /// # Errors
    /// When the CA file cannot be used, or TLS cannot be set up.
    pub fn new(options: &HttpOptions) -> Result<Self, HttpSetupError> {
        Ok(Self {
            tls: Arc::new(tls::client_config(options.ca_file.as_deref())?),
            names: Names(Arc::new(options.resolve.clone())),
        })
    }

    /// The clients of one worker. Their connections live in the runtime that first uses them.
    pub fn of_worker(&self) -> UpstreamClients {
        UpstreamClients {
            connections: self.clone(),
            clients: Rc::default(),
        }
    }
}

type Clients = HashMap<(Versions, Duration), Client<Connector, RequestBody>>;

/// The clients of one worker: one for each time limit to connect, of which there are few.
#[derive(Clone)]
pub struct UpstreamClients {
    connections: UpstreamConnections,
    clients: Rc<RefCell<Clients>>,
}

/// A request as an upstream gets it.
#[derive(Debug)]
pub struct UpstreamRequest {
    method: Method,
    target: PathAndQuery,
    headers: HeaderMap,
    /// The body.
    pub body: RequestBody,
}

impl UpstreamRequest {
    /// A request without headers and body. `target` is sent byte for byte; `None` when it, or the method, cannot be sent.
    pub fn new(method: &str, target: &str) -> Option<Self> {
        let parsed =
            PathAndQuery::from_maybe_shared(hyper::body::Bytes::copy_from_slice(target.as_bytes()))
                .ok()?;
        (parsed.as_str() == target).then_some(())?;
        Some(Self {
            method: Method::from_bytes(method.as_bytes()).ok()?,
            target: parsed,
            headers: HeaderMap::with_capacity(32),
            body: RequestBody::Empty,
        })
    }

    /// Adds a header. One that cannot be sent is left out.
    pub fn append(&mut self, name: &str, value: &[u8]) {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_bytes(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            self.headers.append(name, value);
        }
    }

    /// Adds a header whose value no log may show.
    pub fn append_secret(&mut self, name: &str, value: &str) {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value)) {
            value.set_sensitive(true);
            self.headers.append(name, value);
        }
    }

    fn into_http(self, upstream: &Upstream) -> Option<Request<RequestBody>> {
        let mut parts = hyper::http::uri::Parts::default();
        let https = upstream.origin.scheme() == "https";
        parts.scheme = Some(if https { Scheme::HTTPS } else { Scheme::HTTP });
        parts.authority = Some(Authority::try_from(upstream.authority()).ok()?);
        parts.path_and_query = Some(self.target);
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = Uri::from_parts(parts).ok()?;
        *request.headers_mut() = self.headers;
        Some(request)
    }
}

impl UpstreamClients {
    /// Sends a request, and waits for the head of the answer.
    ///
    /// # Errors
    /// Every variant of [`UpstreamError`].
    pub async fn send(
        &self,
        upstream: &Upstream,
        request: UpstreamRequest,
    ) -> Result<UpstreamAnswer, UpstreamError> {
        let limits = upstream.timeouts;
        let progress = request.body.progress();
        let request = request
            .into_http(upstream)
            .ok_or_else(|| UpstreamError::Unreachable("its address cannot be used".into()))?;
        let client = self.client(Versions::Both, limits.connect);
        let sending = client.request(request);
        let sent = match progress {
            None => tokio::time::timeout(limits.first_byte, sending)
                .await
                .map_err(|_| UpstreamError::NoAnswer)?,
            Some(progress) => while_moving(&progress, limits, sending).await?,
        };
        let (head, body) = sent.map_err(UpstreamError::of)?.into_parts();
        answer_of(head, body, limits.idle)
    }

    /// Asks for a websocket, and waits for the head of the answer. The request has the headers of a handshake but
    /// `Connection` and `Upgrade`.
    ///
    /// # Errors
    /// Every variant of [`UpstreamError`].
    pub async fn open_websocket(
        &self,
        upstream: &Upstream,
        mut request: UpstreamRequest,
    ) -> Result<WebsocketAnswer, UpstreamError> {
        let limits = upstream.timeouts;
        request.append(CONNECTION.as_str(), b"Upgrade");
        request.append(UPGRADE.as_str(), b"websocket");
        let request = request
            .into_http(upstream)
            .ok_or_else(|| UpstreamError::Unreachable("its address cannot be used".into()))?;
        let client = self.client(Versions::Http1, limits.connect);
        let sent = tokio::time::timeout(limits.first_byte, client.request(request))
            .await
            .map_err(|_| UpstreamError::NoAnswer)?;
        let mut response = sent.map_err(UpstreamError::of)?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            let (head, body) = response.into_parts();
            return Ok(WebsocketAnswer::Refused(answer_of(
                head,
                body,
                limits.idle,
            )?));
        }
        let protocol = response.headers().get(UPGRADE);
        if !protocol.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"websocket")) {
            return Err(UpstreamError::Broken(
                "it changed to another protocol".into(),
            ));
        }
        let upgrade = hyper::upgrade::on(&mut response);
        let upgraded = tokio::time::timeout(limits.first_byte, upgrade)
            .await
            .map_err(|_| UpstreamError::NoAnswer)?
            .map_err(|error| UpstreamError::Broken(error.into()))?;
        Ok(WebsocketAnswer::Websocket {
            headers: std::mem::take(response.headers_mut()),
            tunnel: Tunnel::new(upgraded, limits.idle),
        })
    }

    fn client(&self, versions: Versions, connect: Duration) -> Client<Connector, RequestBody> {
        let mut clients = self.clients.borrow_mut();
        let client = clients.entry((versions, connect)).or_insert_with(|| {
            let connections = &self.connections;
            let tls = ClientConfig::clone(&connections.tls);
            let connector = Connector::new(tls, connections.names.clone(), versions, connect);
            Client::builder(TokioExecutor::new())
                .timer(TokioTimer::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(IDLE_CONNECTION)
                .http2_max_header_list_size(LONGEST_HEAD)
                .http2_adaptive_window(true)
                .build(connector)
        });
        client.clone()
    }
}

/// What an upstream says to a handshake.
pub enum WebsocketAnswer {
    /// Both sides talk on.
    Websocket {
        /// The headers of the 101.
        headers: AnswerHeaders,
        /// The connection.
        tunnel: Tunnel,
    },
    /// Another answer.
    Refused(UpstreamAnswer),
}

impl WebsocketAnswer {
    /// The status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Self::Websocket { .. } => StatusCode::SWITCHING_PROTOCOLS.as_u16(),
            Self::Refused(answer) => answer.status,
        }
    }
}

fn answer_of(head: Parts, body: Incoming, idle: Duration) -> Result<UpstreamAnswer, UpstreamError> {
    if head.status.is_informational() {
        let unasked = format!("it answered {} unasked", head.status.as_u16());
        return Err(UpstreamError::Broken(unasked.into()));
    }
    Ok(UpstreamAnswer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: AnswerBody::new(body, idle),
    })
}

/// Waits for an answer as long as the body moves, and then for `timeouts.first_byte`.
async fn while_moving<T>(
    progress: &Progress,
    limits: UpstreamTimeouts,
    sending: impl Future<Output = T>,
) -> Result<T, UpstreamError> {
    let mut sending = std::pin::pin!(sending);
    loop {
        let deadline = progress.deadline(limits);
        tokio::select! {
            biased;
            answered = &mut sending => return Ok(answered),
            () = progress.sent() => {}
            () = sleep_until(deadline) => {
                if progress.deadline(limits) <= Instant::now() {
                    return Err(progress.too_late());
                }
            }
        }
    }
}
