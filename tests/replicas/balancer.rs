//! A load balancer of a few lines: round robin without sticky sessions, health by `/readyz`, and like nginx it asks
//! another replica when one breaks before it answered a request that may be repeated.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use reqwest::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};

use crate::browser::client;

/// Between two looks at a replica's health.
const LOOK: Duration = Duration::from_millis(100);

/// One replica as the balancer sees it.
#[derive(Debug)]
pub struct Upstream {
    pub port: u16,
    pub admin: u16,
    up: AtomicBool,
}

#[derive(Debug)]
struct Shared {
    upstreams: Vec<Upstream>,
    next: AtomicUsize,
    client: reqwest::Client,
    counts: Counts,
}

/// What happened on the way.
#[derive(Debug, Default)]
pub struct Counts {
    pub requests: AtomicU64,
    /// Asked again at another replica.
    pub repeated: AtomicU64,
    /// Given up: 502 to the browser.
    pub failed: AtomicU64,
    /// 5xx of a replica.
    pub unavailable: AtomicU64,
}

/// A running balancer.
pub struct Balancer {
    pub port: u16,
    shared: Arc<Shared>,
    server: actix_web::dev::ServerHandle,
    health: tokio::task::JoinHandle<()>,
}

impl Balancer {
    pub fn start(listener: TcpListener, ports: &[(u16, u16)]) -> Self {
        let port = listener.local_addr().unwrap().port();
        let upstream = |(port, admin): &(u16, u16)| Upstream {
            port: *port,
            admin: *admin,
            up: AtomicBool::new(true),
        };
        let shared = Arc::new(Shared {
            upstreams: ports.iter().map(upstream).collect(),
            next: AtomicUsize::new(0),
            client: client(),
            counts: Counts::default(),
        });
        let data = web::Data::from(Arc::clone(&shared));
        let server = HttpServer::new(move || {
            App::new()
                .app_data(data.clone())
                .default_service(web::to(pass))
        })
        .workers(1)
        // Longer than clients keep quiet connections: none is closed in the moment of its next use.
        .keep_alive(Duration::from_mins(2))
        .client_request_timeout(Duration::ZERO)
        .disable_signals()
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        let health = tokio::spawn(look(Arc::clone(&shared)));
        Self {
            port,
            shared,
            server: handle,
            health,
        }
    }

    pub fn counts(&self) -> &Counts {
        &self.shared.counts
    }

    /// Whether a replica gets requests.
    pub fn is_up(&self, at: usize) -> bool {
        self.shared.upstreams[at].up.load(Ordering::SeqCst)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.health.abort();
        drop(self.server.stop(false));
    }
}

async fn look(shared: Arc<Shared>) {
    loop {
        for upstream in &shared.upstreams {
            let url = format!("http://127.0.0.1:{}/readyz", upstream.admin);
            let answer = shared
                .client
                .get(url)
                .timeout(Duration::from_secs(3))
                .send()
                .await;
            let up = answer.is_ok_and(|answer| answer.status() == 200);
            upstream.up.store(up, Ordering::SeqCst);
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn pass(request: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let counts = &shared.counts;
    counts.requests.fetch_add(1, Ordering::Relaxed);
    let may_repeat = request.method().is_safe();
    let mut tried = Vec::new();
    while let Some(at) = shared.choose(&tried) {
        match shared.ask(at, &request, body.clone()).await {
            Ok(answer) => {
                if answer.status().is_server_error() {
                    counts.unavailable.fetch_add(1, Ordering::Relaxed);
                }
                return answer;
            }
            Err(error) => {
                shared.upstreams[at].up.store(false, Ordering::SeqCst);
                // What never reached the replica may be repeated whatever it is.
                if !may_repeat && !error.is_connect() {
                    break;
                }
                counts.repeated.fetch_add(1, Ordering::Relaxed);
                tried.push(at);
            }
        }
    }
    counts.failed.fetch_add(1, Ordering::Relaxed);
    HttpResponse::BadGateway().body("no replica answered")
}

impl Shared {
    /// The next replica that is up, else any that was not tried.
    fn choose(&self, tried: &[usize]) -> Option<usize> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let count = self.upstreams.len();
        let in_turn = || {
            (0..count)
                .map(|step| (turn + step) % count)
                .filter(|at| !tried.contains(at))
        };
        in_turn()
            .find(|at| self.upstreams[*at].up.load(Ordering::SeqCst))
            .or_else(|| in_turn().next())
    }

    async fn ask(
        &self,
        at: usize,
        request: &HttpRequest,
        body: web::Bytes,
    ) -> Result<HttpResponse, reqwest::Error> {
        let url = format!(
            "http://127.0.0.1:{}{}",
            self.upstreams[at].port,
            request.uri()
        );
        let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).unwrap();
        let mut asked = self.client.request(method, url);
        for (name, value) in request.headers() {
            if !matches!(
                name.as_str(),
                "connection" | "content-length" | "transfer-encoding"
            ) {
                asked = asked.header(name.as_str(), value.as_bytes());
            }
        }
        let answer = asked.body(body).send().await?;
        let status = actix_web::http::StatusCode::from_u16(answer.status().as_u16()).unwrap();
        let mut response = HttpResponse::build(status);
        for (name, value) in answer.headers() {
            if ![CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name) {
                response.append_header((name.as_str(), value.as_bytes()));
            }
        }
        Ok(response.body(answer.bytes().await?))
    }
}
