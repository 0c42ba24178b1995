//! Checks of forward auth: from memory against a bare handler that sends the same bytes, and behind nginx against the same
//! nginx that asks such a handler.

use std::path::Path;
use std::sync::Arc;

use crate::checks::{Contender, Effort, in_turn, loaded, said};
use crate::deployment::Deployment;
use crate::load;
use crate::nginx::{Nginx, Side, pool};
use crate::process::Process;
use crate::report::{Limit, Report};

pub const TRUSTED: [(&str, &str); 1] = [("GATEHOUSE_TRUSTED_PROXIES", "127.0.0.1")];

/// A request with further headers before its end.
fn with(request: &[u8], headers: &str) -> Vec<u8> {
    let head = request.strip_suffix(b"\r\n").expect("a request");
    [head, headers.as_bytes(), b"\r\n"].concat()
}

/// The question of a proxy about a request of this browser.
pub fn check(host: &str, path: &str, cookie: &str) -> Vec<u8> {
    let told = format!(
        "X-Forwarded-Method: GET\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: {host}\r\nX-Forwarded-Uri: /orders?page=7\r\n"
    );
    with(&load::get(host, path, Some(cookie)), &told)
}

pub async fn measure(server: &str, effort: Effort, report: &mut Report) {
    let deployment = Deployment::new(server).await;
    deployment.profile(
        "bench",
        "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
        "Bench",
    );
    let profile = loaded(deployment.folder.path());
    let cookies = crate::sessions::make(&deployment.database, &deployment.key, &profile, 1).await;
    let host = deployment.host("bench");
    let request = |path: &str| check(&host, path, &cookies[0]);
    let gateway = deployment.start(&TRUSTED);
    let ours = Contender {
        process: &gateway,
        requests: Arc::new(vec![request("/auth/check")]),
    };
    let answer = load::one(gateway.address, &ours.requests[0]).await;
    let bare = deployment.bare(&answer, false);
    let same = Contender {
        process: &bare,
        requests: Arc::new(vec![request("/same")]),
    };
    let (check, handler) = in_turn(&ours, &same, effort).await;
    report.add(
        "forward auth: requests/s of a cached check against a bare handler that sends the same bytes",
        check.per_second / handler.per_second,
        "ratio",
        Limit::AtLeast(0.90),
        said(check, handler),
    );
    report.add(
        "forward auth: own processor time of a cached check",
        check.cpu_micros - handler.cpu_micros,
        "µs",
        Limit::AtMost(2.5),
        format!("{:.1} µs in all; {} bytes", check.cpu_micros, answer.len()),
    );
    report.add(
        "forward auth: p99 of a cached check against the bare handler",
        check.p99 / handler.p99,
        "ratio",
        Limit::AtMost(1.3),
        format!("{:.0} µs of {:.0} µs", check.p99, handler.p99),
    );
    let page = load::get(&host, "/page.txt", Some(&cookies[0]));
    behind_nginx(&deployment, [&gateway, &bare], page, effort, report).await;
    deployment.end().await;
}

async fn behind_nginx(
    deployment: &Deployment,
    [gateway, bare]: [&Process; 2],
    page: Vec<u8>,
    effort: Effort,
    report: &mut Report,
) {
    let folder = deployment.folder.path();
    let Some(asking) = nginx(folder, "ours", &format!("{}/auth/check", gateway.address)) else {
        eprintln!("nginx is not there: the figure behind it is not measured");
        return;
    };
    let trivial = nginx(folder, "trivial", &format!("{}/same", bare.address)).expect("nginx");
    let requests = Arc::new(vec![page]);
    let contender = |process| Contender {
        process,
        requests: Arc::clone(&requests),
    };
    let (ours, theirs) = in_turn(&contender(&asking), &contender(&trivial), effort).await;
    report.add(
        "behind nginx auth_request: requests/s against the same nginx that asks a bare handler",
        ours.per_second / theirs.per_second,
        "ratio",
        Limit::AtLeast(0.90),
        format!("{:.0}/s of {:.0}/s", ours.per_second, theirs.per_second),
    );
}

/// An nginx with one worker that asks at `check` before it sends a small file.
fn nginx(folder: &Path, name: &str, check: &str) -> Option<Process> {
    let own = Nginx::folder(folder, name);
    std::fs::write(own.join("page.txt"), "an application").expect("a page");
    let (address, path) = check.split_once('/').expect("an address");
    Nginx {
        name,
        side: Side::Servers,
        http: pool("check", address),
        server: format!(
            "location / {{ auth_request /check; root {own}; }}\n\
             location = /check {{ internal; proxy_pass http://check/{path}; proxy_http_version 1.1; proxy_pass_request_body off;\n\
             proxy_set_header Connection \"\"; proxy_set_header Content-Length \"\"; proxy_set_header Host $http_host;\n\
             proxy_set_header X-Original-Method $request_method; proxy_set_header X-Original-URL $scheme://$http_host$request_uri; }}",
            own = own.display(),
        ),
    }
    .start(folder)
}
