//! What people and scripts read when a request to an application behind gatehouse is not forwarded, or not answered.

use std::time::Duration;

use actix_web::http::header::{RETRY_AFTER, SEC_WEBSOCKET_VERSION};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use crate::flow::decide::Reason;
use crate::flow::error::{AccessDenied, FlowError};
use crate::proxy::error::UpstreamError;
use crate::web::errors::mapping::{WebError, error_page, log};
use crate::web::errors::problem_response::{request_id, respond};
use crate::web::errors::problem_text::{ProblemText, problem};
use crate::web::errors::texts::status_text;
use crate::web::extract::provenance::is_script;
use crate::web::extract::signed_in::checked;
use crate::web::extract::visit::Visit;

/// The `Retry-After` of an answer that nobody can give now.
const RETRY_SOON: Duration = Duration::from_secs(5);

/// A request that ends here. Its profile is resolved.
#[derive(Clone, Copy)]
pub struct Ending<'a>(pub &'a HttpRequest);

impl Ending<'_> {
    /// The answer to an error of a flow, as for our own pages.
    pub fn flow_error(self, error: FlowError) -> HttpResponse {
        self.with_visit(|visit| {
            let error = WebError::from(error);
            log(error.flow(), visit.profile());
            error_page(visit, &error)
        })
    }

    /// 403: the caller is known and may not pass.
    pub fn denied(self, reason: Reason) -> HttpResponse {
        tracing::info!(reason = %reason, "a request to a guarded application was denied");
        match reason {
            _ if is_script(self.0) => HttpResponse::Forbidden()
                .json(json!({ "error": "not_allowed", "message": reason.to_string(), "request_id": request_id(self.0) })),
            Reason::Rule(denial) => {
                self.flow_error(FlowError::NotAllowed(AccessDenied::Rule(denial)))
            }
            Reason::CrossSite => self.flow_error(FlowError::CrossSite),
            Reason::NoBearer | Reason::Permission => {
                self.respond(StatusCode::FORBIDDEN, status_text(StatusCode::FORBIDDEN), None)
            }
        }
    }

    /// 503: whether the person is signed in, or may pass, cannot be told now.
    pub fn unknown(self) -> HttpResponse {
        let text = problem("unavailable", "problem-unavailable");
        self.respond(StatusCode::SERVICE_UNAVAILABLE, text, Some(RETRY_SOON))
    }

    /// 400: the request can be read in more than one way. The connection closes, because another server may see the next
    /// request begin elsewhere.
    pub fn ambiguous(self, why: &dyn std::fmt::Display) -> HttpResponse {
        tracing::info!(error = %why, "a request to a guarded application was refused");
        let status = StatusCode::BAD_REQUEST;
        let mut response = self.respond(status, status_text(status), None);
        let head = response.head_mut();
        head.set_connection_type(ConnectionType::Close);
        response
    }

    /// 426: a version of the websocket protocol that nobody speaks any more (RFC 6455 §4.4).
    pub fn websocket_version(self) -> HttpResponse {
        HttpResponse::build(StatusCode::UPGRADE_REQUIRED)
            .insert_header((SEC_WEBSOCKET_VERSION, "13"))
            .finish()
    }

    /// 405: a method that is not forwarded.
    pub fn method(self) -> HttpResponse {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        self.respond(status, status_text(status), None)
    }

    /// The upstream gave no answer: 502, 504 when it was too slow, 408 and 400 when the client's body did not come. `name`
    /// is what people call the upstream.
    pub fn upstream_failed(self, error: &UpstreamError, name: &str) -> HttpResponse {
        let upstream = |word| {
            let text = problem(word, "problem-upstream-unavailable").with_value("name", name);
            let text = match checked(self.0) {
                Some(_) => text.advised(),
                None => text,
            };
            if self.0.method().is_safe() {
                text.try_again_first()
            } else {
                text
            }
        };
        let (status, text) = match error {
            UpstreamError::Unreachable(_)
            | UpstreamError::Certificate(_)
            | UpstreamError::Closed
            | UpstreamError::Broken(_) => {
                (StatusCode::BAD_GATEWAY, upstream("upstream_unavailable"))
            }
            UpstreamError::ConnectTimedOut | UpstreamError::NoAnswer | UpstreamError::Idle => {
                (StatusCode::GATEWAY_TIMEOUT, upstream("upstream_timed_out"))
            }
            UpstreamError::ClientStalled => {
                let status = StatusCode::REQUEST_TIMEOUT;
                (status, status_text(status))
            }
            UpstreamError::ClientLeft => {
                let status = StatusCode::BAD_REQUEST;
                (status, status_text(status))
            }
        };
        self.respond(status, text, None)
    }

    fn respond(
        self,
        status: StatusCode,
        text: ProblemText,
        retry_after: Option<Duration>,
    ) -> HttpResponse {
        self.with_visit(|visit| {
            let mut response = HttpResponse::build(status);
            if let Some(wait) = retry_after {
                response.insert_header((RETRY_AFTER, wait.as_secs().to_string()));
            }
            if is_script(self.0) {
                let message = visit.language().text(&text.sentence);
                return response.json(json!({ "error": text.word, "message": message, "request_id": request_id(self.0) }));
            }
            respond(visit, response, (status, retry_after), text)
        })
    }

    fn with_visit(self, answer: impl FnOnce(&Visit) -> HttpResponse) -> HttpResponse {
        match Visit::of(self.0) {
            Ok(visit) => answer(&visit),
            Err(error) => error.error_response(),
        }
    }
}
