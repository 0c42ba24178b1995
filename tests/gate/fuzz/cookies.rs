//! `Cookie` headers.

use proptest::prelude::*;

use super::strangers::{Request, SESSION, Strangers, gives_a_session, holds};

/// Bytes of a header that every proxy passes on.
const USUAL: usize = 8_000;

fn planted() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => "gatehouse|%67atehouse|GATEHOUSE|gatehouse-|__Host-|attempt|flash|[0-9a-f]{16}|=|=|;|; |\"|,| |\t|%|%00|\u{2000}|\u{a0}|[!-~]{0,12}"
            .prop_map(String::into_bytes),
        1 => proptest::collection::vec(0x80..=0xff_u8, 1..4),
        1 => (0..40_000_usize).prop_map(|length| vec![b'x'; length]),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Whether a header holds a cookie that browsers take for the session cookie, too.
fn has_session_cookie(cookies: &[u8]) -> bool {
    String::from_utf8_lossy(cookies).split(';').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        name.trim_matches([' ', '\t']) == SESSION
    })
}

// proves: C91
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_cookie_header_makes_a_server_error_and_none_takes_a_session_away() {
    let strangers = Strangers::start().await;
    let host = strangers.host();
    let own = strangers.own_cookie();
    let lines = [
        "GET /",
        "GET /auth/session",
        "GET /auth/sessions",
        "GET /auth/redirect?code=c&state=s",
        "POST /auth/sign_out",
    ];
    let inputs = (planted(), proptest::sample::select(lines.to_vec()));
    holds(inputs, async |(planted, line)| {
        let headers = [b"cookie: ", planted.as_slice(), b"\r\n"].concat();
        let request = Request {
            host: &host,
            line,
            headers: &headers,
            body: b"",
        };
        let answer = strangers.send(request).await?;
        prop_assert!(!gives_a_session(&answer), "{answer}");
        if planted.len() < USUAL && !has_session_cookie(&planted) {
            let both = [&planted, b"; ".as_slice(), own.as_bytes()].concat();
            strangers.knows_ada(&both).await?;
        }
        Ok(())
    });
    strangers.knows_ada(own.as_bytes()).await.unwrap();
}
