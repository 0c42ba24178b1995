//! The handshake of a websocket (RFC 6455 §4.2.1): only a whole one is forwarded as an upgrade.

use actix_web::HttpRequest;
use actix_web::http::header::{
    CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use actix_web::http::{Method, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

static SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// What a request asks of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handshake {
    /// Nothing that we forward: another protocol, or none.
    None,
    /// A websocket.
    Websocket,
    /// A websocket of another version than 13 (RFC 6455 §4.4).
    OtherVersion,
    /// It names websockets and is no handshake. What follows on the connection could be anything.
    Malformed,
}

/// Reads what a request asks of its connection.
pub fn handshake(request: &HttpRequest) -> Handshake {
    let headers = request.headers();
    if !has_token(headers, &UPGRADE, "websocket") {
        return Handshake::None;
    }
    let mut keys = headers.get_all(SEC_WEBSOCKET_KEY);
    let key = keys.next().map(|key| BASE64.decode(key.as_bytes()));
    let has_key = key.is_some_and(|key| key.is_ok_and(|key| key.len() == 16));
    let framed = headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING);
    let whole = *request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && has_token(headers, &CONNECTION, "upgrade")
        && has_key
        && keys.next().is_none()
        && !framed;
    let mut versions = headers.get_all(SEC_WEBSOCKET_VERSION);
    let version = versions.next().map(HeaderValue::as_bytes);
    match (whole, version, versions.next()) {
        (true, Some(b"13"), None) => Handshake::Websocket,
        (true, Some(_), None) => Handshake::OtherVersion,
        _ => Handshake::Malformed,
    }
}

/// Whether a request may open a websocket, told by any one header: proxies that ask about a request leave some of them out,
/// and some upstreams open one without all of them. `Sec-Fetch-Mode` is what browsers add (Fetch Metadata §2.2).
pub fn opens_websocket(headers: &HeaderMap) -> bool {
    headers.contains_key(SEC_WEBSOCKET_KEY)
        || headers.contains_key(SEC_WEBSOCKET_VERSION)
        || has_token(headers, &UPGRADE, "websocket")
        || has_token(headers, &SEC_FETCH_MODE, "websocket")
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const WHOLE: [(&str, &str); 4] = [
        ("upgrade", "websocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-version", "13"),
    ];

    fn of(request: TestRequest, headers: &[(&'static str, &str)]) -> Handshake {
        let with =
            |request: TestRequest, header: &(&'static str, &str)| request.append_header(*header);
        handshake(&headers.iter().fold(request, with).to_http_request())
    }

    #[test]
    fn only_a_whole_handshake_is_one() {
        assert_eq!(of(TestRequest::get(), &WHOLE), Handshake::Websocket);
        assert_eq!(
            of(TestRequest::get(), &[("upgrade", "h2c")]),
            Handshake::None
        );
        assert_eq!(of(TestRequest::post(), &WHOLE), Handshake::Malformed);
        for left_out in 1..WHOLE.len() {
            let mut headers = WHOLE.to_vec();
            headers.remove(left_out);
            assert_eq!(
                of(TestRequest::get(), &headers),
                Handshake::Malformed,
                "{left_out}"
            );
        }
        for more in [
            ("content-length", "5"),
            ("transfer-encoding", "chunked"),
            ("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="),
            ("sec-websocket-version", "13"),
        ] {
            let headers = [&WHOLE[..], &[more]].concat();
            assert_eq!(
                of(TestRequest::get(), &headers),
                Handshake::Malformed,
                "{more:?}"
            );
        }
    }

    #[test]
    fn another_version_is_told_apart() {
        let mut headers = WHOLE;
        headers[3].1 = "8";
        assert_eq!(of(TestRequest::get(), &headers), Handshake::OtherVersion);
        headers[3].1 = "13";
        headers[2].1 = "c2hvcnQ=";
        assert_eq!(of(TestRequest::get(), &headers), Handshake::Malformed);
    }
}
