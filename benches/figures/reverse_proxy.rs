//! Requests of a signed-in person through the reverse proxy, against an nginx that proxies the same application and asks
//! nobody.

use std::path::Path;
use std::sync::Arc;

use crate::checks::{Contender, Effort, in_turn, loaded, said};
use crate::deployment::Deployment;
use crate::load;
use crate::nginx::{Nginx, Side, application, pool};
use crate::process::Process;
use crate::report::{Limit, Report};

/// A profile with the application at every path.
pub fn guard(deployment: &Deployment, application: &Process) {
    let route = format!(
        "[[route]]\npath = \"/\"\nupstream = \"http://{}\"\n",
        application.address
    );
    deployment.profile_with(
        "bench",
        "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47",
        "Bench",
        &route,
    );
}

pub async fn measure(server: &str, effort: Effort, report: &mut Report) {
    let deployment = Deployment::new(server).await;
    let folder = deployment.folder.path();
    let Some(application) = application(folder) else {
        deployment.end().await;
        return;
    };
    guard(&deployment, &application);
    let profile = loaded(folder);
    let cookies = crate::sessions::make(&deployment.database, &deployment.key, &profile, 1).await;
    // nginx writes no access log either.
    let gateway = deployment.start(&[("GATEHOUSE_TELEMETRY__ACCESS_LOG", "false")]);
    let host = deployment.host("bench");
    // nginx writes what 32 kB of buffers do not hold to a file while the client is slower; with more it need not.
    let usual = proxying(folder, "usual", &application, "").expect("nginx");
    let roomy = proxying(folder, "roomy", &application, "proxy_buffers 32 8k;").expect("nginx");
    for (path, what, nginx, limit) in [
        ("/13", "13 bytes", &usual, Limit::AtLeast(0.75)),
        ("/64k", "64 kB", &usual, Limit::AtLeast(1.2)),
        (
            "/64k",
            "64 kB, nginx with larger buffers",
            &roomy,
            Limit::None,
        ),
    ] {
        let requests = Arc::new(vec![load::get(&host, path, Some(&cookies[0]))]);
        let contender = |process| Contender {
            process,
            requests: Arc::clone(&requests),
        };
        let (ours, theirs) = in_turn(&contender(&gateway), &contender(nginx), effort).await;
        report.add(
            &format!("proxied, {what}: requests/s against nginx without a check"),
            ours.per_second / theirs.per_second,
            "ratio",
            limit,
            said(ours, theirs),
        );
    }
    drop(gateway);
    deployment.end().await;
}

/// An nginx that proxies everything to the application, with kept connections and the headers that its guides set.
fn proxying(folder: &Path, name: &str, application: &Process, more: &str) -> Option<Process> {
    Nginx {
        name,
        side: Side::Servers,
        http: pool("application", &application.address.to_string()),
        server: format!(
            "location / {{ proxy_pass http://application; proxy_http_version 1.1; proxy_set_header Connection \"\";\n\
             proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;\n\
             proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme;\n{more} }}"
        ),
    }
    .start(folder)
}
