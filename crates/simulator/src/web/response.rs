//! Responses in the forms that several services use: JSON, pages, redirects, and broken ones.
//!
//! Owns headers and bodies. Does not decide what is answered.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, PRAGMA, RETRY_AFTER, SET_COOKIE};
use actix_web::web::Bytes;
use serde_json::Value;

use crate::web::incoming::{BROWSER_COOKIE, Incoming};

/// Larger than any answer that a careful client reads.
const HUGE: usize = 8 * 1024 * 1024;

pub(crate) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// JSON that must not be kept (RFC 6749 §5.1).
pub(crate) fn json(code: u16, body: &Value) -> HttpResponse {
    HttpResponse::build(status(code))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"))
        .json(body)
}

pub(crate) fn html(code: u16, page: String) -> HttpResponse {
    HttpResponse::build(status(code))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/html; charset=utf-8")
        .body(page)
}

/// Plain text.
pub(crate) fn text(code: u16, text: String) -> HttpResponse {
    HttpResponse::build(status(code))
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .force_close()
        .body(text)
}

/// 403 for a host that is not simulated: nothing is ever forwarded.
pub(crate) fn unknown_host(host: &str) -> HttpResponse {
    let text = format!(
        "{host} is not simulated, and the simulator never connects to the internet. Add the host to NO_PROXY, or its tenant to --config.\n"
    );
    self::text(403, text)
}

/// 302 after a GET, 303 after a form.
pub(crate) fn redirect(incoming: &Incoming<'_>, to: &str) -> HttpResponse {
    let code = if incoming.method == "POST" { 303 } else { 302 };
    HttpResponse::build(status(code))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((LOCATION, to))
        .finish()
}

/// Gives a browser without a cookie one. `SameSite=None`, as at the real platform, only where https allows it.
pub(crate) fn with_cookie(incoming: &Incoming<'_>, mut response: HttpResponse) -> HttpResponse {
    if let Some(value) = incoming.cookie_to_set() {
        let site = if incoming.names.is_local() {
            "SameSite=Lax"
        } else {
            "Secure; SameSite=None"
        };
        let cookie = format!("{BROWSER_COOKIE}={value}; Path=/; HttpOnly; {site}");
        if let Ok(cookie) = cookie.parse() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// `address` with further query parameters, whatever it has already.
pub(crate) fn with_query(address: &str, parameters: &[(String, String)]) -> String {
    if parameters.is_empty() {
        return address.to_owned();
    }
    let separator = if address.contains('?') { '&' } else { '?' };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("{address}{separator}{}", query.finish())
}

pub(crate) fn throttled(retry_after: Option<u64>, body: &Value) -> HttpResponse {
    let mut response = json(429, body);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// What a proxy in between answers when the real server is in trouble.
pub(crate) fn proxy_page(code: u16) -> HttpResponse {
    html(
        code,
        "<html><body><h1>Our services aren't available right now</h1></body></html>".to_owned(),
    )
}

/// A JSON text of several megabytes.
pub(crate) fn huge() -> HttpResponse {
    let mut body = String::with_capacity(HUGE + 32);
    body.push_str("{\"padding\":\"");
    body.extend(std::iter::repeat_n('x', HUGE));
    body.push_str("\"}");
    HttpResponse::Ok()
        .content_type("application/json")
        .body(body)
}

/// Half of a JSON text, with a correct length.
pub(crate) fn truncated(body: &Value) -> HttpResponse {
    let text = body.to_string();
    let half = text.get(..text.len() / 2).unwrap_or("{").to_owned();
    HttpResponse::Ok()
        .content_type("application/json")
        .body(half)
}

/// Headers arrive, then the connection breaks.
pub(crate) fn broken_off() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(BrokenOff)
}

struct BrokenOff;

impl MessageBody for BrokenOff {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(4096)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
    }
}

pub(crate) async fn wait(milliseconds: u64) {
    actix_web::rt::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Accepts and never answers.
pub(crate) async fn hang() {
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_appended_to_what_an_address_has_already() {
        let parameters = [("a b".to_owned(), "c&d".to_owned())];
        assert_eq!(with_query("http://x/", &parameters), "http://x/?a+b=c%26d");
        assert_eq!(
            with_query("http://x/?p=1", &parameters),
            "http://x/?p=1&a+b=c%26d"
        );
    }
}
