//! The same check and the same proxied request by Envoy with its own `oauth2` filter, which keeps the session in signed
//! cookies. Its cookies come of a real sign-in at the simulator.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use simulator::{Kind, Options, Simulator};

use crate::browser::Browser;
use crate::checks::{Contender, Effort, in_turn, loaded, said};
use crate::deployment::Deployment;
use crate::forward_auth::{TRUSTED, check};
use crate::load;
use crate::nginx::application;
use crate::process::{Process, free_port, on_first};
use crate::report::{Limit, Report};
use crate::reverse_proxy::guard;

const CONFIG: &str = include_str!("envoy.yaml");

/// Where Envoy runs, as its cookies have it.
const HOST: &str = "127.0.0.1";

/// Envoy as `scripts/proxies` fetches it.
fn program() -> Option<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(target.join("tools")).chain(std::env::split_paths(&on_path));
    folders
        .map(|folder| folder.join("envoy"))
        .find(|program| program.is_file())
}

pub async fn measure(server: &str, effort: Effort, report: &mut Report) {
    let Some(program) = program() else {
        eprintln!("Envoy is not there (scripts/proxies): the figures against it are not measured");
        return;
    };
    let deployment = Deployment::new(server).await;
    let folder = deployment.folder.path();
    let Some(application) = application(folder) else {
        deployment.end().await;
        return;
    };
    guard(&deployment, &application);
    let profile = loaded(folder);
    let cookies = crate::sessions::make(&deployment.database, &deployment.key, &profile, 1).await;
    let host = deployment.host("bench");

    let simulator = Simulator::start(Options::default()).expect("the simulator");
    let envoy = start(&program, folder, &simulator, application.address);
    let signed = sign_in(&envoy).await;
    let theirs = |path: &str| Contender {
        process: &envoy,
        requests: Arc::new(vec![load::get(HOST, path, Some(&signed))]),
    };

    let gateway = deployment.start(&TRUSTED);
    let ours = Contender {
        process: &gateway,
        requests: Arc::new(vec![check(&host, "/auth/check", &cookies[0])]),
    };
    let (check, filter) = in_turn(&ours, &theirs("/check"), effort).await;
    report.add(
        "cached check: requests/s against Envoy with its oauth2 filter",
        check.per_second / filter.per_second,
        "ratio",
        Limit::AtLeast(2.0),
        format!(
            "{}; {} bytes of cookies of Envoy",
            said(check, filter),
            signed.len()
        ),
    );
    drop(gateway);

    let gateway = deployment.start(&[]);
    let ours = Contender {
        process: &gateway,
        requests: Arc::new(vec![load::get(&host, "/13", Some(&cookies[0]))]),
    };
    let (proxied, filter) = in_turn(&ours, &theirs("/13"), effort).await;
    report.add(
        "proxied, 13 bytes: requests/s against Envoy with its oauth2 filter",
        proxied.per_second / filter.per_second,
        "ratio",
        Limit::AtLeast(1.0),
        said(proxied, filter),
    );
    drop(gateway);
    deployment.end().await;
}

/// Envoy with one worker, before the application.
fn start(program: &Path, folder: &Path, simulator: &Simulator, application: SocketAddr) -> Process {
    let port = free_port();
    let mut text = CONFIG.to_owned();
    for (from, to) in [
        ("LISTEN_PORT", port.to_string()),
        ("APPLICATION_PORT", application.port().to_string()),
        ("AUTHORITY_PORT", simulator.port().to_string()),
        ("AUTHORITY", simulator.authority(Kind::EntraId)),
        ("CLIENT_ID", Kind::EntraId.client_id().to_owned()),
        ("CLIENT_SECRET", simulator::CLIENT_SECRET.to_owned()),
    ] {
        assert!(text.contains(from), "envoy.yaml has no {from}");
        text = text.replace(from, &to);
    }
    let file = folder.join("envoy.yaml");
    std::fs::write(&file, text).expect("a configuration");
    let mut command = on_first(program);
    command.arg("-c").arg(&file);
    command.args(["--concurrency", "1", "--disable-hot-restart", "-l", "error"]);
    Process::start(command, port, &folder.join("envoy.log"))
}

/// The cookies of a person who is signed in at Envoy.
async fn sign_in(envoy: &Process) -> String {
    let browser = Browser::new();
    let port = envoy.address.port();
    let origin = format!("http://{HOST}:{port}");
    let begun = browser.get(format!("{origin}/check")).await;
    assert_eq!(begun.status, 302, "{}", begun.text);
    let mut page = browser.follow(&begun).await;
    while !page.status.is_redirection() || page.location().port() != Some(port) {
        page = if page.status.is_redirection() {
            browser.follow(&page).await
        } else {
            let form = page.form_with("person", Some("ada"));
            browser.submit(&form, &[("person", "ada")]).await
        };
    }
    let done = browser.follow(&page).await;
    assert_eq!(done.status, 302, "{:?} {}", done.headers, done.text);
    let signed = browser.get(format!("{origin}/check")).await;
    assert_eq!(signed.status, 200, "{:?} {}", signed.headers, signed.text);
    let cookies = browser.cookies(HOST);
    let pairs: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}
