//! `docs/behind/nginx.conf` with a real nginx.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::guarded::{Guarded, NAVIGATION};
use super::guide::{Guide, HOST, ProxyAddresses, Variant};
use super::the_list::through_the_list;
use crate::harness::Plan;
use crate::harness::browser::Browser;

const FILE: &str = include_str!("../../../docs/behind/nginx.conf");

const GUIDE: Guide = Guide {
    program: "nginx",
    family: "original",
    arguments,
};

fn arguments(place: &ProxyAddresses<'_>) -> Vec<String> {
    let at = place.folder.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {at}/{name};\n"))
        .concat();
    let tls = place.variant.tls;
    let server: String = FILE
        .lines()
        .filter(|line| tls || !line.trim_start().starts_with("ssl_certificate"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let whole = format!(
        "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n"
    );
    let [certificate, key, _] = place.certificate();
    let whole = whole
        .replace("/etc/nginx/staff.pem", &certificate)
        .replace("/etc/nginx/staff.key", &key);
    // HTTP/2 as nginx before 1.25.1 has it.
    let ssl = if tls { " ssl http2" } else { "" };
    let config = place.write(
        "nginx.conf",
        &whole,
        &[
            (
                "listen 443 ssl;",
                format!("listen 127.0.0.1:{}{ssl};", place.port),
            ),
            ("127.0.0.1:8080", place.gatehouse()),
            ("127.0.0.1:3000", place.application()),
            (
                "server_name staff.contoso.example;",
                format!("server_name {HOST};"),
            ),
        ],
    );
    let errors = format!("{at}/error.log");
    ["-c", &config, "-p", &at.to_string(), "-e", &errors]
        .map(str::to_owned)
        .to_vec()
}

through_the_list!(GUIDE);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_cookies_than_nginx_can_take_away_are_all_kept_back() {
    let Some(guarded) = Guarded::start(&GUIDE, Plan::default()).await else {
        return;
    };
    let browser = guarded.browser_of("ada").await;
    for tab in 0..20 {
        browser.set_cookie(HOST, &format!("gatehouse-attempt-{tab}"), "sealed");
    }
    let page = guarded.fetch(&browser, "/reports").await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "hi"));
    let text = guarded.application.last().text();
    assert!(!text.contains("gatehouse"), "not even of many: {text}");
}

/// A running `gatehouse demo` and its first port; killed when dropped.
struct Demo {
    process: Child,
    first: u16,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Demo {
    async fn start() -> Self {
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < Duration::from_mins(1), "no demo");
            let first = eight_free_ports();
            let process = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
                .args(["demo", "--port", &first.to_string()])
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut demo = Self { process, first };
            // Another test may take one of the ports first.
            while matches!(demo.process.try_wait(), Ok(None)) && begun.elapsed().as_secs() < 60 {
                let gateway = tokio::net::TcpStream::connect(("127.0.0.1", first + 1)).await;
                let sample = tokio::net::TcpStream::connect(("127.0.0.1", first + 4)).await;
                if gateway.is_ok() && sample.is_ok() {
                    return demo;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

fn eight_free_ports() -> u16 {
    loop {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let first = free.local_addr().unwrap().port();
        let others = first.checked_add(7).map(|last| first + 1..=last);
        let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
        if others.is_some_and(|mut others| others.all(free)) {
            return first;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_answers_the_checks_of_a_readers_own_nginx() {
    let Some(program) = GUIDE.program() else {
        return;
    };
    let demo = Demo::start().await;
    let folder = TempDir::new().unwrap();
    let place = ProxyAddresses {
        folder: folder.path(),
        port: demo.first + 7,
        gatehouse: demo.first + 1,
        application: demo.first + 4,
        variant: Variant::default(),
    };
    let _nginx = GUIDE.start(&program, &place);
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", place.port))
        .await
        .is_err()
    {
        assert!(begun.elapsed() < Duration::from_secs(20), "no nginx");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let origin = format!("http://{HOST}:{}", place.port);
    let browser = Browser::new();
    let stranger = browser.get_with(format!("{origin}/app"), &NAVIGATION).await;
    assert_eq!(stranger.status, 303, "{}", stranger.text);
    let asked = browser.visit(stranger.location().as_str()).await;
    let form = asked.form_with("person", Some("ada"));
    let answered = browser.submit(&form, &[("person", "ada")]).await;
    let arrived = browser.rest(answered).await;
    assert_eq!(arrived.url.as_str(), format!("{origin}/app"));
    assert_eq!(arrived.status, 200, "{}", arrived.text);
    let told = "<th scope=\"row\">x-auth-subject</th><td>";
    assert!(arrived.text.contains(told), "{}", arrived.text);
}
