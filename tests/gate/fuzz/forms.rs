//! Forms that another site makes a browser send, with the person's cookies.

use proptest::prelude::*;

use super::strangers::{Request, Strangers, holds};

// proves: B66
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_form_makes_a_server_error_or_ends_a_session() {
    let strangers = Strangers::start().await;
    let host = strangers.host();
    let own = strangers.own_cookie();
    let inputs = (
        "(POST|GET|HEAD|PUT) /(auth/sign_out|auth/sessions/end|auth/sessions|auth/back_channel_logout|logout|[!-~]{0,12})",
        "application/x-www-form-urlencoded|application/x-www-form-urlencoded;charset=utf-16|multipart/form-data|text/plain|[!-~]{0,20}",
        prop_oneof![
            4 => "((csrf|csrf_token|session|all|others|logout_token|end)=[!-~]{0,20}&?){0,5}".prop_map(String::into_bytes),
            2 => proptest::collection::vec(any::<u8>(), 0..200),
            1 => (0..70_000_usize).prop_map(|length| vec![b'a'; length]),
        ],
        "|sec-fetch-site: (same-site|cross-site|none)\r\n|origin: [!-~]{0,20}\r\n|referer: [!-~]{0,20}\r\n",
    );
    holds(inputs, async |(line, content_type, body, more)| {
        let headers = format!("cookie: {own}\r\ncontent-type: {content_type}\r\n{more}");
        let request = Request {
            host: &host,
            line: &line,
            headers: headers.as_bytes(),
            body: &body,
        };
        // The answer to HEAD has no body that could be read, only a status.
        strangers.send(request).await?;
        strangers.knows_ada(own.as_bytes()).await
    });
}
