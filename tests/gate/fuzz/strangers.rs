//! Requests of strangers, byte by byte, and the run of a property over many of them.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tokio::runtime::Handle;

use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan, TestGatehouse, host, socket};

/// A profile on https, as far as browsers know, whose answers are posted.
pub const POSTED: &str = "app.contoso.example";

/// Each case is at least one request: a quarter of the cases that a property without a server gets.
const SHARE: u32 = 4;

/// The session cookie of a profile on loopback http.
pub const SESSION: &str = "gatehouse";

/// A gatehouse behind a proxy, and one person who is signed in.
pub struct Strangers {
    pub gate: TestGatehouse,
    pub person: Browser,
    sent: AtomicU32,
}

/// One request; the body is sent with its length.
pub struct Request<'a> {
    pub host: &'a str,
    pub line: &'a str,
    /// Complete lines, each with its end.
    pub headers: &'a [u8],
    pub body: &'a [u8],
}

impl Strangers {
    /// Starts with Ada signed in at the plain provider.
    pub async fn start() -> Self {
        let plan = Plan::default().settings("trusted_proxies = [\"127.0.0.0/8\"]");
        let (gate, person) = plan.signed_in(Kind::Oidc, "ada").await;
        let text = format!(
            "kind = \"oidc\"\npublic_url = \"https://{POSTED}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{}\" }}\nresponse_mode = \"form_post\"\n",
            gate.sim.authority(Kind::Oidc),
            Kind::Oidc.client_id(),
            simulator::CLIENT_SECRET,
        );
        std::fs::write(gate.folder.path().join("profiles/posted.toml"), text).unwrap();
        gate.live.reload().unwrap();
        Self {
            gate,
            person,
            sent: AtomicU32::new(0),
        }
    }

    /// The host of the profile at which Ada is signed in, as browsers name it.
    pub fn host(&self) -> String {
        format!("{}:{}", host(Kind::Oidc), self.gate.port)
    }

    /// Ada's session cookie.
    pub fn own_cookie(&self) -> String {
        let value = self.person.cookie(host(Kind::Oidc), SESSION).unwrap();
        format!("{SESSION}={value}")
    }

    /// An address that sent nothing before, so that no limit refuses it.
    pub fn address(&self) -> String {
        let number = self.sent.fetch_add(1, Ordering::SeqCst);
        let [_, a, b, c] = number.to_be_bytes();
        format!("11.{a}.{b}.{c}")
    }

    /// Sends a request and demands an answer that is no server error.
    pub async fn send(&self, request: Request<'_>) -> Result<String, TestCaseError> {
        let (sent, answer) = self.exchange(request).await;
        if (200..500).contains(&socket::status(&answer)) {
            Ok(answer)
        } else {
            Err(TestCaseError::fail(format!("{sent}\n\n{answer}")))
        }
    }

    /// What was sent, and the answer.
    pub async fn exchange(&self, request: Request<'_>) -> (String, String) {
        let mut bytes = format!(
            "{} HTTP/1.1\r\nhost: {}\r\nx-forwarded-for: {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            request.line,
            request.host,
            self.address(),
            request.body.len(),
        )
        .into_bytes();
        bytes.extend_from_slice(request.headers);
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(request.body);
        let answer = socket::send(self.gate.port, &bytes).await;
        (String::from_utf8_lossy(&bytes).into_owned(), answer)
    }

    /// Ada is signed in, with this `Cookie` header.
    pub async fn knows_ada(&self, cookies: &[u8]) -> Result<(), TestCaseError> {
        let headers = [b"cookie: ", cookies, b"\r\n"].concat();
        let request = Request {
            host: &self.host(),
            line: "GET /auth/session",
            headers: &headers,
            body: b"",
        };
        let answer = self.send(request).await?;
        let known = socket::status(&answer) == 200 && answer.contains("Ada");
        known.then_some(()).ok_or_else(|| {
            let cookies = String::from_utf8_lossy(cookies);
            TestCaseError::fail(format!("signed out beside {cookies}: {answer}"))
        })
    }
}

/// Whether an answer gives somebody a session.
pub fn gives_a_session(answer: &str) -> bool {
    let set = answer.split("set-cookie: ").skip(1);
    set.map(|cookie| cookie.strip_prefix("__Host-").unwrap_or(cookie))
        .filter_map(|cookie| cookie.strip_prefix(SESSION)?.strip_prefix('='))
        .any(|value| !value.starts_with(';'))
}

/// Tries a property with many inputs, on a runtime of several threads.
pub fn holds<S: Strategy>(
    inputs: S,
    property: impl AsyncFn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let cases = (config.cases / SHARE).max(1);
    let mut runner = TestRunner::new(Config { cases, ..config });
    let runtime = Handle::current();
    let outcome = tokio::task::block_in_place(|| {
        runner.run(&inputs, |input| runtime.block_on(property(input)))
    });
    if let Err(failed) = outcome {
        panic!("{failed}");
    }
}
