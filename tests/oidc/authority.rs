//! An authority over HTTP that answers what it is told to and remembers what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use crate::signer::Signer;

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub path: String,
    pub query: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Seen {
    /// A form field that was sent exactly once.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut values = self.fields(name);
        assert!(values.len() <= 1, "{name} was sent twice");
        values.pop()
    }

    fn fields(&self, name: &str) -> Vec<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
            .collect()
    }
}

/// An answer on order.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    pub hang: bool,
}

impl Reply {
    pub fn json(value: &Value) -> Self {
        Self::text(200, "application/json", &value.to_string())
    }

    pub fn text(status: u16, media: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type", media.to_owned())],
            body: body.as_bytes().to_vec(),
            hang: false,
        }
    }

    pub fn status(status: u16) -> Self {
        Self::text(status, "text/plain", "")
    }

    pub fn error(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", &body.to_string())
    }

    pub fn hang() -> Self {
        Self {
            hang: true,
            ..Self::status(200)
        }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

type Answer = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

#[derive(Default)]
struct Script {
    answers: Mutex<HashMap<String, Answer>>,
    seen: Mutex<Vec<Seen>>,
}

/// The authority.
#[derive(Clone)]
pub struct Authority {
    pub base: String,
    script: Arc<Script>,
}

impl Authority {
    /// Starts on a free port of this machine; it ends with the test.
    pub fn start() -> Self {
        let script = Arc::new(Script::default());
        let data = web::Data::from(Arc::clone(&script));
        let app = move || {
            App::new()
                .app_data(data.clone())
                .default_service(web::to(answer))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .unwrap();
        let base = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        Self { base, script }
    }

    pub fn answers(&self, path: &str, reply: Reply) {
        self.answers_by(path, move |_| reply.clone());
    }

    pub fn answers_by(&self, path: &str, answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) {
        let mut answers = self.script.answers.lock().unwrap();
        answers.insert(path.to_owned(), Arc::new(answer));
    }

    /// Requests to a path so far.
    pub fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.script.seen.lock().unwrap();
        seen.iter()
            .filter(|request| request.path == path)
            .cloned()
            .collect()
    }

    /// Metadata of a plain provider, as it should be.
    pub fn metadata(&self) -> Value {
        let base = &self.base;
        json!({
            "issuer": base,
            "authorization_endpoint": format!("{base}/authorize"),
            "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/keys"),
            "userinfo_endpoint": format!("{base}/userinfo"),
            "end_session_endpoint": format!("{base}/logout"),
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
        })
    }

    /// Publishes metadata and one key under the name `k1`.
    pub fn publish(&self, signer: &Signer) {
        let path = "/.well-known/openid-configuration";
        self.answers(path, Reply::json(&self.metadata()));
        self.publish_keys(&[signer.jwk("k1")]);
    }

    pub fn publish_keys(&self, keys: &[Value]) {
        self.answers("/keys", Reply::json(&json!({"keys": keys})));
    }
}

async fn answer(script: web::Data<Script>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let headers = request.headers().iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or_default().to_owned();
        (name.as_str().to_owned(), value)
    });
    let seen = Seen {
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    script.seen.lock().unwrap().push(seen.clone());
    let answer = script.answers.lock().unwrap().get(&seen.path).cloned();
    let Some(answer) = answer else {
        return HttpResponse::NotFound().finish();
    };
    let reply = answer(&seen);
    if reply.hang {
        // Longer than any patience that a test gives.
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    let mut response = HttpResponse::build(StatusCode::from_u16(reply.status).unwrap());
    for (name, value) in reply.headers {
        response.append_header((name, value));
    }
    response.body(reply.body)
}
