//! Traces: what a collector receives of a sign-in and an API call, and what a collector that is away or hangs does not hold up.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use gatehouse::domain::log_format::LogFormat;
use gatehouse::http::HttpOptions;
use gatehouse::telemetry::install_in_background;
use gatehouse::telemetry::traces::Traces;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::harness::api::ScriptedApi;
use crate::harness::browser::Browser;
use crate::harness::{Kind, Plan};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// A collector that remembers the spans it was sent.
#[derive(Clone)]
struct Receiver {
    address: String,
    spans: Arc<Mutex<Vec<Span>>>,
    resources: Arc<Mutex<String>>,
}

impl Receiver {
    fn start() -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/v1/traces", socket.local_addr().unwrap());
        let spans = Arc::new(Mutex::new(Vec::new()));
        let resources = Arc::new(Mutex::new(String::new()));
        let kept = (Arc::clone(&spans), Arc::clone(&resources));
        let server = HttpServer::new(move || {
            let (spans, resources) = kept.clone();
            let take = move |body: web::Bytes, request: actix_web::HttpRequest| {
                let kind = request.headers().get("content-type").unwrap();
                assert_eq!(kind, "application/x-protobuf");
                let sent = ExportTraceServiceRequest::decode(body).unwrap();
                for resource in sent.resource_spans {
                    let text = format!("{:?}", resource.resource);
                    resources.lock().unwrap().push_str(&text);
                    let scopes = resource.scope_spans.into_iter();
                    let of_scopes = scopes.flat_map(|scope| scope.spans);
                    spans.lock().unwrap().extend(of_scopes);
                }
                std::future::ready(HttpResponse::Ok().finish())
            };
            App::new().route("/v1/traces", web::post().to(take))
        });
        let server = server.workers(1).disable_signals().listen(socket).unwrap();
        tokio::spawn(server.run());
        Self {
            address,
            spans,
            resources,
        }
    }

    fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

fn traces(to: &str) -> Traces {
    let traces = Traces::to(to, &HttpOptions::default()).unwrap();
    let log = install_in_background("off", LogFormat::Json, Some(&traces));
    drop(log.unwrap());
    traces
}

/// A trusted proxy's headers.
fn proxied() -> [(&'static str, String); 2] {
    [
        ("traceparent", format!("00-{TRACE}-{PARENT}-01")),
        ("x-request-id", "proxy-1".to_owned()),
    ]
}

fn hex_text(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

/// The callback continues the proxy's trace, and everything it waited for hangs below it.
fn hang_together(spans: &[Span]) {
    let of_trace: Vec<&Span> = spans
        .iter()
        .filter(|span| hex_text(&span.trace_id) == TRACE)
        .collect();
    let names: BTreeSet<&str> = of_trace.iter().map(|span| span.name.as_str()).collect();
    for name in ["GET callback", "token endpoint", "store"] {
        assert!(names.contains(name), "{name} is missing in {names:?}");
    }
    let known: BTreeSet<String> = of_trace
        .iter()
        .map(|span| hex_text(&span.span_id))
        .collect();
    for span in &of_trace {
        let parent = hex_text(&span.parent_span_id);
        let root = span.name == "GET callback";
        assert_eq!(root, parent == PARENT, "{}", span.name);
        assert!(
            root || known.contains(&parent),
            "{} hangs in the air",
            span.name
        );
    }
}

/// Whether a request's head names the span that made the call.
fn calls_the_api(spans: &[Span], sent: &str) -> bool {
    let of_api: BTreeMap<String, &Span> = spans
        .iter()
        .filter(|span| span.name == "api")
        .map(|span| (hex_text(&span.span_id), span))
        .collect();
    of_api
        .iter()
        .any(|(id, span)| sent.contains(&format!("00-{}-{id}-01", hex_text(&span.trace_id))))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_and_an_api_call_are_traces_with_what_they_waited_for() {
    let receiver = Receiver::start();
    let traces = traces(&receiver.address);
    let api = ScriptedApi::start(|_| {
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok".to_vec()
    })
    .await;
    let table = api.table("own", "\"api://orders/Orders.Read\"");
    let gate = Plan::default()
        .table(Kind::EntraId, &table)
        .settings("trusted_proxies = [\"127.0.0.1\"]")
        .start()
        .await;
    let browser = Browser::new();
    let callback = gate
        .answer(&browser, Kind::EntraId, "ada", "/?mine=secret-target")
        .await;
    let code = callback.location_parameter("code").unwrap();
    let state = callback.location_parameter("state").unwrap();
    let [parent, id] = proxied();
    let headers = [(parent.0, parent.1.as_str()), (id.0, id.1.as_str())];
    let done = browser.get_with(callback.location(), &headers).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(done.header("x-request-id"), Some("proxy-1"));
    let page = gate.call_named(&browser, Kind::EntraId, "own").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let sent = api.heads().concat().to_lowercase();
    assert!(sent.contains("traceparent: 00-"), "{sent}");
    assert!(!sent.contains("tracestate"), "{sent}");
    drop(traces);
    let spans = receiver.spans();
    hang_together(&spans);
    assert!(
        calls_the_api(&spans, &sent),
        "the API was sent the span that called it"
    );
    let text = format!("{spans:?} {}", receiver.resources.lock().unwrap());
    assert!(text.contains("gatehouse"));
    for secret in [
        &code,
        &state,
        "secret-target",
        "ada@",
        "Lovelace",
        simulator::CLIENT_SECRET,
    ] {
        assert!(!text.contains(secret), "{secret} stands in a span");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_continues_no_trace_and_names_no_request() {
    let receiver = Receiver::start();
    let traces = traces(&receiver.address);
    let gate = Plan::default().start().await;
    let [parent, id] = proxied();
    let headers = [(parent.0, parent.1.as_str()), (id.0, id.1.as_str())];
    let page = Browser::new()
        .get_with(gate.url(Kind::EntraId, "/"), &headers)
        .await;
    assert_ne!(page.header("x-request-id"), Some("proxy-1"));
    drop(traces);
    let spans = receiver.spans();
    assert!(
        spans.iter().any(|span| span.name == "GET home"),
        "{spans:?}"
    );
    assert!(spans.iter().all(|span| hex_text(&span.trace_id) != TRACE));
}

/// A collector that accepts connections and never answers, or that is not there.
async fn holds_up_nothing(address: &str) {
    let traces = traces(address);
    let gate = Plan::default().start().await;
    let begun = Instant::now();
    for _ in 0..10 {
        let browser = gate.browser_of(Kind::EntraId, "ada").await;
        assert!(gate.is_signed_in(&browser, Kind::EntraId).await);
    }
    // More spans than the queue takes.
    for _ in 0..3_000 {
        tracing::trace_span!(target: "gatehouse::spans", "store").in_scope(|| ());
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let stopping = Instant::now();
    drop(traces);
    assert!(
        stopping.elapsed() < Duration::from_secs(4),
        "{:?}",
        stopping.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_hangs_holds_up_neither_requests_nor_a_stop() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1/traces", silent.local_addr().unwrap());
    holds_up_nothing(&address).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_holds_up_neither_requests_nor_a_stop() {
    let address = {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v1/traces", gone.local_addr().unwrap())
    };
    holds_up_nothing(&address).await;
}
