//! What traces cost: the same page with traces to a collector of the bench's own and without.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::checks::{Contender, Effort, in_turn, loaded, said};
use crate::deployment::Deployment;
use crate::load;
use crate::report::{Limit, Report};

/// A page that every layer sees; the fast path makes no span.
const PATH: &str = "/auth/token_details";
const SESSIONS: usize = 64;
const LONGEST_EXPORT: usize = 16 * 1024 * 1024;

/// A collector that takes everything; gives its base address.
fn collector() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("an address");
    let server = HttpServer::new(|| {
        let take = web::to(|_: web::Bytes| std::future::ready(HttpResponse::Ok().finish()));
        App::new()
            .app_data(web::PayloadConfig::new(LONGEST_EXPORT))
            .default_service(take)
    });
    let server = server.workers(1).disable_signals().listen(socket);
    tokio::spawn(server.expect("the collector listens").run());
    format!("http://{address}")
}

pub async fn measure(server: &str, effort: Effort, report: &mut Report) {
    let deployment = Deployment::new(server).await;
    deployment.profile(
        "bench",
        "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
        "Bench",
    );
    let profile = loaded(deployment.folder.path());
    let (database, key) = (&deployment.database, &deployment.key);
    let cookies = crate::sessions::make(database, key, &profile, SESSIONS).await;
    let host = deployment.host("bench");
    let requests: Vec<_> = cookies
        .iter()
        .map(|cookie| load::get(&host, PATH, Some(cookie)))
        .collect();
    let requests = Arc::new(requests);
    let collector = collector();
    let without = deployment.start(&[]);
    let with = deployment.start_another(&[("GATEHOUSE_TELEMETRY__OTLP_ENDPOINT", &collector)]);
    let contender = |process| Contender {
        process,
        requests: Arc::clone(&requests),
    };
    let (traced, plain) = in_turn(&contender(&with), &contender(&without), effort).await;
    report.add(
        "a page: requests/s with traces against without",
        traced.per_second / plain.per_second,
        "ratio",
        Limit::None,
        said(traced, plain),
    );
    report.add(
        "a page: processor time of its spans",
        traced.cpu_micros - plain.cpu_micros,
        "µs",
        Limit::None,
        format!("{:.1} µs in all", traced.cpu_micros),
    );
    deployment.end().await;
}
