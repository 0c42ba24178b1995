//! Logout tokens that somebody made out of a genuine one.

use proptest::prelude::*;
use url::form_urlencoded::Serializer;

use super::strangers::{Request, Strangers, holds};
use crate::harness::socket;

/// Replaces a stretch of a token.
fn forged(genuine: &str, at: f64, length: usize, by: &str) -> String {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of some hundred characters"
    )]
    let start = ((genuine.len() as f64) * at) as usize;
    let end = (start + length).min(genuine.len());
    format!("{}{by}{}", &genuine[..start], &genuine[end..])
}

// proves: B117
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_logout_token_is_accepted_or_ends_a_session() {
    let strangers = Strangers::start().await;
    let host = strangers.host();
    let own = strangers.own_cookie();
    let genuine = strangers
        .gate
        .sim
        .logout_token(&strangers.gate.right_logout_token());
    let inputs = (
        0.0..1.0,
        0..40_usize,
        "|[A-Za-z0-9_-]{1,20}|\\.|\\PC{1,20}|eyJhbGciOiJub25lIn0",
        any::<bool>(),
        proptest::option::weighted(0.1, 10_000..70_000_usize),
    );
    holds(inputs, async |(at, length, by, twice, padding)| {
        let mut token = forged(&genuine, at, length, &by);
        token.push_str(&"x".repeat(padding.unwrap_or_default()));
        if token == genuine {
            return Ok(());
        }
        let mut form = Serializer::new(String::new());
        form.append_pair("logout_token", &token);
        if twice {
            form.append_pair("logout_token", &genuine);
        }
        let body = form.finish();
        let request = Request {
            host: &host,
            line: "POST /auth/back_channel_logout",
            headers: b"content-type: application/x-www-form-urlencoded\r\n",
            body: body.as_bytes(),
        };
        let (sent, answer) = strangers.exchange(request).await;
        // A key that nobody knows is looked up at most twice a minute; until then the sender is asked to come again.
        let is_unknown = socket::status(&answer) == 503 && answer.contains("retry-after: ");
        let is_refused = (400..500).contains(&socket::status(&answer));
        prop_assert!(is_refused || is_unknown, "{sent}\n\n{answer}");
        strangers.knows_ada(own.as_bytes()).await
    });
}
