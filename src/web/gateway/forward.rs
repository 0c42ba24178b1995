//! A request that may pass, on its way to the upstream and back.
//!
//! The order:
//!
//! 1. The access token, where the route asks for one. Without it nothing is sent.
//! 2. The headers ([`crate::web::gateway::request_headers`]) and the body, which flows no faster than the upstream takes
//!    it.
//! 3. The answer, which flows no faster than the client takes it. A body that breaks off cuts the client's connection, so
//!    that a part is not taken for the whole.

use std::time::Instant;

use actix_web::HttpResponse;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use futures_util::StreamExt as _;
use tracing::Instrument as _;

use crate::flow::error::FlowError;
use crate::measure::calls::{CallOutcome, upstream_called};
use crate::measure::spans;
use crate::proxy::answer::UpstreamAnswer;
use crate::proxy::client::{UpstreamClients, UpstreamRequest, WebsocketAnswer};
use crate::proxy::error::UpstreamError;
use crate::proxy::request_body::{BodySender, RequestBody};
use crate::web::gateway::forwarded_request::Forward;
use crate::web::gateway::relay;
use crate::web::gateway::upstream_token::{self, NoTokens, Tokens};
use crate::web::gateway::websocket::{Handshake, handshake};

impl Forward<'_> {
    /// The answer of the upstream, or why there is none.
    pub async fn answer(&self, payload: Payload) -> HttpResponse {
        let tokens = match upstream_token::of_route(self).await {
            Ok(tokens) => tokens,
            Err(NoTokens::Answer(answer)) => return answer,
            Err(NoTokens::Ended) if self.guarded.public => {
                return Box::pin(self.for_nobody().answer(payload)).await;
            }
            Err(NoTokens::Ended) => return self.ending.flow_error(FlowError::NotSignedIn),
        };
        match handshake(self.request) {
            Handshake::None => {}
            Handshake::Websocket => return self.open_websocket(&tokens).await,
            Handshake::OtherVersion => return self.ending.websocket_version(),
            Handshake::Malformed => {
                return self
                    .ending
                    .ambiguous(&"it names a websocket without a whole handshake");
            }
        }
        match self.send(payload, &tokens).await {
            Ok(answer) => {
                let challenged = upstream_token::challenge(self, &tokens, &answer).await;
                challenged.unwrap_or_else(|| relay::answer(self, answer))
            }
            Err(error) => self.failed(&error),
        }
    }

    /// A request without a body whose method is safe is sent once more when a kept connection closed under it: an upstream
    /// may close one in the moment in which it is used again (RFC 9110 §9.2.2, RFC 9112 §9.3.1).
    async fn send(
        &self,
        payload: Payload,
        tokens: &Tokens,
    ) -> Result<UpstreamAnswer, UpstreamError> {
        let sent = self.send_unmeasured(payload, tokens);
        self.measured(sent, |answer| answer.status).await
    }

    async fn send_unmeasured(
        &self,
        payload: Payload,
        tokens: &Tokens,
    ) -> Result<UpstreamAnswer, UpstreamError> {
        let clients = self.request.app_data::<UpstreamClients>();
        let clients = clients.ok_or(UpstreamError::Closed)?;
        let mut request = self.upstream_request(tokens)?;
        let repeatable = matches!(payload, Payload::None) && self.request.method().is_safe();
        let mut uploading = None;
        let said = self.said_length();
        // A body of no bytes is all there; its length tells the upstream so (RFC 9110 §8.6).
        if said == Some(0) {
            request.append(CONTENT_LENGTH.as_str(), b"0");
        } else if !matches!(payload, Payload::None) {
            let (sender, body) = RequestBody::streamed(said);
            request.body = body;
            uploading = Some(actix_web::rt::spawn(upload(payload, sender)));
        }
        let sent = clients.send(self.upstream, request).await;
        if let (Err(_), Some(uploading)) = (&sent, &uploading) {
            uploading.abort();
        }
        match sent {
            Err(UpstreamError::Closed) if repeatable => {
                clients
                    .send(self.upstream, self.upstream_request(tokens)?)
                    .await
            }
            sent => sent,
        }
    }

    /// The two ends of a websocket, as soon as the upstream agrees.
    async fn open_websocket(&self, tokens: &Tokens) -> HttpResponse {
        let opened = async {
            let clients = self.request.app_data::<UpstreamClients>();
            let clients = clients.ok_or(UpstreamError::Closed)?;
            let request = self.upstream_request(tokens)?;
            clients.open_websocket(self.upstream, request).await
        };
        let opened = self.measured(opened, WebsocketAnswer::status).await;
        match opened {
            Ok(WebsocketAnswer::Websocket { headers, tunnel }) => {
                let end = self.session_end();
                relay::switched(self, &headers, tunnel.until(end))
            }
            Ok(WebsocketAnswer::Refused(answer)) => relay::answer(self, answer),
            Err(error) => self.failed(&error),
        }
    }

    /// Sends within a span, and counts how the upstream answered and after which time.
    async fn measured<T>(
        &self,
        sent: impl Future<Output = Result<T, UpstreamError>>,
        status: impl FnOnce(&T) -> u16,
    ) -> Result<T, UpstreamError> {
        let began = Instant::now();
        let answer = sent
            .instrument(spans::upstream(self.profile.id.as_str()))
            .await;
        let outcome = match &answer {
            Ok(answer) => CallOutcome::Answered(status(answer)),
            Err(UpstreamError::ConnectTimedOut | UpstreamError::NoAnswer | UpstreamError::Idle) => {
                CallOutcome::TimedOut
            }
            Err(_) => CallOutcome::NoAnswer,
        };
        upstream_called(&self.profile.id, outcome, began.elapsed());
        answer
    }

    fn said_length(&self) -> Option<u64> {
        let said = self.request.headers().get(CONTENT_LENGTH)?;
        said.to_str().ok()?.trim().parse().ok()
    }

    fn upstream_request(&self, tokens: &Tokens) -> Result<UpstreamRequest, UpstreamError> {
        let target = self.guarded.target;
        let mut request = UpstreamRequest::new(target.method, target.path_and_query)
            .ok_or_else(|| UpstreamError::Broken("the target cannot be sent as it is".into()))?;
        self.fill_headers(&mut request, tokens);
        Ok(request)
    }
}

/// Moves a body to the upstream. A client that leaves in the middle cuts the request.
async fn upload(mut payload: Payload, sender: BodySender) {
    while let Some(piece) = payload.next().await {
        let Ok(piece) = piece else {
            return;
        };
        if !sender.send(piece).await {
            return;
        }
    }
    sender.finish().await;
}
