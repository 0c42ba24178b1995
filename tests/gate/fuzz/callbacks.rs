//! Answers at the redirect path, in the query and in a posted form, with and without a genuine `state`.

use proptest::prelude::*;
use url::form_urlencoded::Serializer;

use super::strangers::{POSTED, Request, Strangers, gives_a_session, holds};
use crate::harness::Kind;
use crate::harness::browser::{Browser, client};

type Parameters = Vec<(String, String)>;

/// Parameters of an answer. `STATE` stands for the genuine one.
fn parameters() -> impl Strategy<Value = Parameters> {
    let name = "state|code|error|error_description|iss|session_state|id_token|admin_consent|tenant|posted|\\PC{0,6}";
    let value = prop_oneof![
        4 => "STATE|STATEx|xSTATE|c|access_denied|login_required|interaction_required|AADB2C90118|True|",
        2 => "\\PC{0,40}|[ -~]{0,40}",
        1 => (0..20_000_usize).prop_map(|length| "x".repeat(length)),
    ];
    (
        proptest::collection::vec((name, value), 0..6),
        any::<bool>(),
    )
        .prop_map(|(mut parameters, genuine)| {
            if genuine {
                parameters.push(("state".to_owned(), "STATE".to_owned()));
            }
            parameters
        })
}

fn encoded(parameters: &Parameters, state: &str) -> String {
    let pairs = parameters
        .iter()
        .map(|(name, value)| (name, value.replace("STATE", state)));
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl Strangers {
    /// Begins a sign-in; gives its `state` and its cookies as a header.
    async fn attempt(&self, client: &reqwest::Client, host: &str) -> (String, String) {
        let browser = Browser::sharing(client.clone());
        let address = self.address();
        let url = format!("http://127.0.0.1:{}/auth/sign_in", self.gate.port);
        let headers = [("x-forwarded-for", address.as_str()), ("host", host)];
        let begun = browser.get_with(url, &headers).await;
        let pairs: Vec<String> = browser
            .cookies("127.0.0.1")
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let state = begun.location_parameter("state").unwrap();
        (state, format!("cookie: {}\r\n", pairs.join("; ")))
    }
}

/// What an answer's header says.
fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = answer.split_once(&format!("\r\n{name}: "))?;
    rest.split("\r\n").next()
}

/// A redirect leads to ourselves or to the authority.
fn leads_to_friends(answer: &str, strangers: &Strangers) -> bool {
    let Some(location) = header(answer, "location") else {
        return true;
    };
    let own = location.starts_with('/') && !location.starts_with("//");
    let authority = url::Url::parse(&strangers.gate.sim.authority(Kind::Oidc)).unwrap();
    let authority = format!("{}/", authority.origin().ascii_serialization());
    let posted = format!("https://{POSTED}/");
    own || location.starts_with(&authority) || location.starts_with(&posted)
}

// proves: B33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_in_the_query_makes_a_server_error_a_session_or_an_open_redirect() {
    let strangers = Strangers::start().await;
    let (client, host) = (client(), strangers.host());
    let inputs = (parameters(), any::<bool>());
    holds(inputs, async |(parameters, with_cookie)| {
        let (state, cookies) = strangers.attempt(&client, &host).await;
        let line = format!("GET /auth/redirect?{}", encoded(&parameters, &state));
        let request = Request {
            host: &host,
            line: &line,
            headers: if with_cookie { cookies.as_bytes() } else { b"" },
            body: b"",
        };
        let answer = strangers.send(request).await?;
        prop_assert!(!gives_a_session(&answer), "{answer}");
        prop_assert!(leads_to_friends(&answer, &strangers), "{answer}");
        Ok(())
    });
}

// proves: B33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_posted_answer_makes_a_server_error_a_session_or_an_open_redirect() {
    let strangers = Strangers::start().await;
    let client = client();
    let inputs = (parameters(), any::<bool>(), "[ -~]{0,40}");
    holds(inputs, async |(parameters, with_cookie, raw)| {
        let (state, cookies) = strangers.attempt(&client, POSTED).await;
        let mut headers =
            String::from("content-type: application/x-www-form-urlencoded\r\norigin: null\r\n");
        if with_cookie {
            headers.push_str(&cookies);
        }
        for body in [encoded(&parameters, &state), raw] {
            let request = Request {
                host: POSTED,
                line: "POST /auth/redirect",
                headers: headers.as_bytes(),
                body: body.as_bytes(),
            };
            let answer = strangers.send(request).await?;
            prop_assert!(!gives_a_session(&answer), "{answer}");
            prop_assert!(leads_to_friends(&answer, &strangers), "{answer}");
            // The answer is kept in a cookie, which the GET that follows brings.
            let kept = header(&answer, "set-cookie").and_then(|kept| kept.split(';').next());
            let (Some(kept), Some(url)) = (kept, header(&answer, "location")) else {
                continue;
            };
            let path = url
                .strip_prefix("https://")
                .and_then(|url| url.strip_prefix(POSTED));
            let line = format!("GET {}", path.unwrap_or("/"));
            let headers = if with_cookie {
                format!("{}; {kept}\r\n", cookies.trim_end())
            } else {
                format!("cookie: {kept}\r\n")
            };
            let request = Request {
                host: POSTED,
                line: &line,
                headers: headers.as_bytes(),
                body: b"",
            };
            let answer = strangers.send(request).await?;
            prop_assert!(!gives_a_session(&answer), "{answer}");
            prop_assert!(leads_to_friends(&answer, &strangers), "{answer}");
        }
        Ok(())
    });
}
