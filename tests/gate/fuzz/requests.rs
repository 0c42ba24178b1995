//! Request targets, methods and forwarded headers.

use proptest::prelude::*;

use super::strangers::{Request, Strangers, gives_a_session, holds};

// proves: B19, C49
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_target_and_no_forwarded_header_makes_a_server_error() {
    let strangers = Strangers::start().await;
    let host = strangers.host();
    let inputs = (
        "GET|HEAD|POST|OPTIONS|TRACE|[A-Z]{1,9}",
        prop_oneof![
            3 => "/[!-~&&[^#]]{0,40}",
            3 => "/(auth|sign_in|session|check|callback|call_api|assets|redirect|/|\\.\\.|%2e|%2f|%00|%ff|;|\\?return_to=|\\?|&|=|x){0,9}",
            1 => "\\*|[a-z:/]{1,20}|http://[a-z.@:/]{0,20}",
            1 => (0..20_000_usize).prop_map(|length| format!("/auth/sign_in?return_to=/{}", "x".repeat(length))),
        ],
        proptest::collection::vec(
            "(x-forwarded-(host|proto|for|uri|method|prefix)|forwarded|x-original-url|accept|user-agent|x-request-id|traceparent|sec-fetch-mode): [ -~]{0,30}\r\n",
            0..5,
        ),
    );
    holds(inputs, async |(method, target, headers)| {
        let (line, headers) = (format!("{method} {target}"), headers.concat());
        let request = Request {
            host: &host,
            line: &line,
            headers: headers.as_bytes(),
            body: b"",
        };
        let answer = strangers.send(request).await?;
        prop_assert!(!gives_a_session(&answer), "{answer}");
        Ok(())
    });
}
