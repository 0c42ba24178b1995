//! An upstream's answer on its way to the client.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{CONNECTION, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpResponse, HttpResponseBuilder};

use crate::domain::causes::with_causes;
use crate::proxy::answer::{AnswerBody, AnswerHeaders, UpstreamAnswer};
use crate::proxy::error::UpstreamError;
use crate::proxy::header_names::is_hop_by_hop;
use crate::proxy::tunnel::{SessionEnd, Tunnel};
use crate::web::cookies::cookie;
use crate::web::gateway::forwarded_request::Forward;
use crate::web::middleware::security_headers::OfUpstream;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// Directives of `Clear-Site-Data` that clear cookies.
const CLEARS_COOKIES: [&str; 2] = ["\"cookies\"", "\"*\""];
/// What `"*"` clears besides cookies (Clear Site Data §3.1, and what browsers added).
const EVERYTHING_ELSE: [&str; 4] = [
    "\"cache\"",
    "\"storage\"",
    "\"executionContexts\"",
    "\"clientHints\"",
];

/// The answer as the client gets it.
pub(super) fn answer(forward: &Forward<'_>, answer: UpstreamAnswer) -> HttpResponse {
    let Ok(status) = StatusCode::from_u16(answer.status) else {
        return forward.failed(&UpstreamError::Broken("it answered no status".into()));
    };
    let mut response = HttpResponse::build(status);
    copy_headers(forward, &answer.headers, status, &mut response);
    forward.request.extensions_mut().insert(OfUpstream);
    let UpstreamAnswer { headers, body, .. } = answer;
    let is_stream = headers
        .get("content-type")
        .is_some_and(|value| is_event_stream(value.as_bytes()));
    let said = headers.get("content-length");
    let said = said.and_then(|value| value.to_str().ok()?.parse().ok());
    let size = match (status.as_u16(), said) {
        (204 | 304, _) => BodySize::None,
        (_, Some(said)) if *forward.request.method() == Method::HEAD => BodySize::Sized(said),
        _ => body.length().map_or(BodySize::Stream, BodySize::Sized),
    };
    if matches!(size, BodySize::None | BodySize::Sized(0)) {
        return response.body(());
    }
    response.body(Relayed {
        body,
        size,
        end: is_stream.then(|| forward.stream_end()),
        about: About {
            profile: forward.profile.id.to_string(),
            route: forward.guarded.route.path.clone(),
        },
    })
}

/// Media types are compared without regard to case, and parameters may follow (RFC 9110 §8.3.1).
fn is_event_stream(content_type: &[u8]) -> bool {
    let kind = content_type.split(|byte| *byte == b';').next();
    let kind = kind.unwrap_or_default().trim_ascii();
    kind.eq_ignore_ascii_case(b"text/event-stream")
}

/// 101, with the tunnel that gets the connection (`app/listener/upgrades.rs`).
pub(super) fn switched(
    forward: &Forward<'_>,
    headers: &AnswerHeaders,
    tunnel: Tunnel,
) -> HttpResponse {
    let status = StatusCode::SWITCHING_PROTOCOLS;
    let mut response = HttpResponse::build(status);
    copy_headers(forward, headers, status, &mut response);
    forward.request.extensions_mut().insert(OfUpstream);
    let mut response = response.upgrade("websocket").finish();
    response.extensions_mut().insert(tunnel);
    response
}

/// Every header but those of the connection, those that frame the body, and cookies with our names.
fn copy_headers(
    forward: &Forward<'_>,
    headers: &AnswerHeaders,
    status: StatusCode,
    response: &mut HttpResponseBuilder,
) {
    let named = headers.get_all(CONNECTION.as_str());
    let named: Vec<String> = named
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for (name, value) in headers {
        let dropped = match name.as_str() {
            "content-length" => status != StatusCode::NOT_MODIFIED,
            "set-cookie" => is_our_cookie(forward, value.as_bytes()),
            "www-authenticate" => is_of_a_connection(forward, value.as_bytes()),
            name => is_hop_by_hop(name) || named.iter().any(|other| other == name),
        };
        if dropped {
            continue;
        }
        if name == "clear-site-data" {
            if let Some(left) = without_our_cookies(forward, value.as_bytes()) {
                response.append_header((CLEAR_SITE_DATA, left));
            }
            continue;
        }
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            response.append_header((name, value));
        }
    }
}

/// An application may not write the cookies by which we know people. A cookie without a name is sent as its value alone
/// (RFC 6265 §5.4), which can look like one of ours.
fn is_our_cookie(forward: &Forward<'_>, value: &[u8]) -> bool {
    let pair = value.split(|byte| *byte == b';').next();
    let pair = String::from_utf8_lossy(pair.unwrap_or_default());
    let name = pair.trim_start().trim_start_matches('=');
    let ours = cookie::is_ours(name);
    if ours {
        tracing::warn!(profile.id = %forward.profile.id, route.path = %forward.guarded.route.path, "an upstream set a cookie with a name of gatehouse's own; it was dropped");
    }
    ours
}

/// What `Clear-Site-Data` may still clear: `"cookies"`, and `"*"` with it, would sign people out of every profile of the
/// host and its subdomains. `None` when nothing is left.
fn without_our_cookies(forward: &Forward<'_>, value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let sent: Vec<&str> = text.split(',').map(str::trim).collect();
    let is_harmless = |directive: &&str| !CLEARS_COOKIES.contains(directive);
    let mut left: Vec<&str> = sent.iter().copied().filter(is_harmless).collect();
    if left.len() < sent.len() {
        tracing::warn!(profile.id = %forward.profile.id, route.path = %forward.guarded.route.path, "an upstream asked the browser to clear its cookies, gatehouse's among them; that was dropped");
    }
    if sent.contains(&"\"*\"") {
        left = EVERYTHING_ELSE.to_vec();
    }
    Some(left.join(", ")).filter(|left| !left.is_empty())
}

/// NTLM and Negotiate sign a connection in, and connections to upstreams are shared by all people.
fn is_of_a_connection(forward: &Forward<'_>, value: &[u8]) -> bool {
    let scheme = value.split(|byte| *byte == b' ').next().unwrap_or_default();
    let bound = scheme.eq_ignore_ascii_case(b"NTLM") || scheme.eq_ignore_ascii_case(b"Negotiate");
    if bound {
        tracing::warn!(profile.id = %forward.profile.id, route.path = %forward.guarded.route.path, "an upstream asks for NTLM or Negotiate, which gatehouse does not forward");
    }
    bound
}

/// Which answer a body belongs to, for the log.
struct About {
    profile: String,
    route: String,
}

/// A body that is passed on piece by piece.
struct Relayed {
    body: AnswerBody,
    size: BodySize,
    /// An event stream ends with the session and with the process. Its reader connects again (HTML §9.2.3).
    end: Option<SessionEnd>,
    about: About,
}

impl MessageBody for Relayed {
    type Error = UpstreamError;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<actix_web::web::Bytes, UpstreamError>>> {
        let this = self.get_mut();
        let end = this.end.as_mut();
        if end.is_some_and(|end| end.as_mut().poll(context).is_ready()) {
            return Poll::Ready(None);
        }
        let polled = this.body.poll_piece(context);
        if let Poll::Ready(Some(Err(error))) = &polled {
            tracing::warn!(
                profile.id = %this.about.profile,
                route.path = %this.about.route,
                error = %with_causes(error),
                "an upstream's answer broke off; the client's connection is cut"
            );
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stream_is_one_however_its_type_is_spelled() {
        for kind in [
            "text/event-stream",
            "Text/Event-Stream; charset=utf-8",
            " text/event-stream ;x",
        ] {
            assert!(is_event_stream(kind.as_bytes()), "{kind}");
        }
        for kind in ["text/event-streams", "text/plain; x=text/event-stream", ""] {
            assert!(!is_event_stream(kind.as_bytes()), "{kind}");
        }
    }
}
