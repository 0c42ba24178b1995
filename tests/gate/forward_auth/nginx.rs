//! `docs/behind/nginx.conf` with a real nginx between the browser and an application.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::families::TRUSTED;
use crate::harness::browser::{Browser, Page};
use crate::harness::{Plan, TestGatehouse, add_profile};

const GUIDE: &str = include_str!("../../../docs/behind/nginx.conf");

const HOST: &str = "guarded.localhost";

/// An application that keeps the head of each request that it gets.
struct Application {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Application {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    let mut piece = [0; 1024];
                    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                        match socket.read(&mut piece).await {
                            Ok(0) | Err(_) => return,
                            Ok(count) => head.extend_from_slice(&piece[..count]),
                        }
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    kept.lock().unwrap().push(head);
                    let answer =
                        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";
                    let _ = socket.write_all(answer).await;
                });
            }
        });
        Self { port, heads }
    }

    /// The last request's lines, in lower case.
    fn last(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        let head = heads.last().cloned().unwrap_or_default();
        head.lines().map(str::to_lowercase).collect()
    }

    fn count(&self) -> usize {
        self.heads.lock().unwrap().len()
    }
}

/// nginx with the guide's configuration; killed when dropped.
struct Nginx {
    process: Child,
    _folder: tempfile::TempDir,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Nginx {
    fn is_there() -> bool {
        let found = Command::new("nginx")
            .arg("-v")
            .stderr(Stdio::null())
            .status()
            .is_ok();
        if !found {
            assert!(
                std::env::var_os("TEST_REQUIRE_NGINX").is_none(),
                "nginx is not installed"
            );
            eprintln!("SKIPPED: nginx is not installed, so its guide is not tested");
        }
        found
    }

    fn start(port: u16, gatehouse: u16, application: u16) -> Self {
        let server = GUIDE
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"))
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{gatehouse}"))
            .replace("127.0.0.1:3000", &format!("127.0.0.1:{application}"))
            .replace(
                "server_name staff.contoso.example;",
                &format!("server_name {HOST};"),
            )
            .lines()
            .filter(|line| !line.trim_start().starts_with("ssl_certificate"))
            .collect::<Vec<_>>()
            .join("\n");
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {at}/{name};\n"))
            .concat();
        let config = format!(
            "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{server}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).unwrap();
        let process = Command::new("nginx")
            .arg("-c")
            .arg(&file)
            .arg("-p")
            .arg(folder.path())
            .arg("-e")
            .arg(folder.path().join("error.log"))
            .spawn()
            .unwrap();
        Self {
            process,
            _folder: folder,
        }
    }
}

struct Guarded {
    _gate: TestGatehouse,
    application: Application,
    origin: String,
    _nginx: Nginx,
}

impl Guarded {
    async fn start() -> Self {
        let settings = format!("{TRUSTED}forward_auth = \"original\"\n");
        let gate = Plan::default().settings(&settings).start().await;
        let application = Application::start().await;
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let origin = format!("http://{HOST}:{port}");
        let routes = "[[route]]\npath = \"/\"\npublic = [\"/healthz\"]\n[[route]]\npath = \"/admin\"\nallow = { roles = [\"Admin\"] }";
        add_profile(&gate, "guarded", &origin, routes);
        let nginx = Nginx::start(port, gate.port, application.port);
        let guarded = Self {
            _gate: gate,
            application,
            origin,
            _nginx: nginx,
        };
        crate::harness::eventually("nginx listens", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", port))
                .await
                .is_ok()
        })
        .await;
        guarded
    }

    async fn get(&self, browser: &Browser, path: &str, more: &[(&'static str, &str)]) -> Page {
        let mut headers = vec![("accept", "text/html"), ("sec-fetch-mode", "navigate")];
        headers.extend(more);
        browser
            .get_with(format!("{}{path}", self.origin), &headers)
            .await
    }

    async fn sign_in(&self, browser: &Browser, path: &str, person: &str) -> Page {
        let refused = self.get(browser, path, &[]).await;
        assert_eq!(refused.status, 303, "{}", refused.text);
        let asked = browser.visit(refused.location().as_str()).await;
        let form = asked.form_with("person", Some(person));
        let answered = browser.submit(&form, &[("person", person)]).await;
        browser.rest(answered).await
    }
}

// proves: C30, C31, C42
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_reaches_an_application_behind_nginx_and_forgeries_do_not() {
    if !Nginx::is_there() {
        return;
    }
    let guarded = Guarded::start().await;
    let browser = Browser::new();
    let arrived = guarded.sign_in(&browser, "/reports?year=2026", "ada").await;
    assert!(
        arrived.url.as_str().ends_with("/reports?year=2026"),
        "{}",
        arrived.url
    );
    browser.set_cookie(HOST, "theme", "dark");
    for tab in 0..4 {
        browser.set_cookie(HOST, &format!("gatehouse-attempt-{tab}"), "sealed");
    }
    let forged = [
        ("x-auth-roles", "Admin"),
        ("x-auth-truncated", "mallory"),
        ("x-auth-assertion", "mallory"),
        ("x-auth-email", "mallory@evil.example"),
        ("x_auth_subject", "mallory"),
    ];
    let page = guarded.get(&browser, "/reports?year=2026", &forged).await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "hi"));
    let head = guarded.application.last();
    assert_eq!(head[0], "get /reports?year=2026 http/1.1");
    let values = |name: &str| -> Vec<&String> {
        let start = format!("{name}:");
        head.iter()
            .filter(|line| line.starts_with(&start))
            .collect()
    };
    assert_eq!(values("x-auth-profile"), ["x-auth-profile: guarded"]);
    assert_eq!(values("x-auth-subject").len(), 1);
    assert!(values("x-auth-roles").is_empty(), "{head:?}");
    let text = head.join("\n");
    assert!(!text.contains("mallory"), "{text}");
    assert!(text.contains("theme=dark"), "other cookies arrive: {text}");
    assert!(!text.contains("gatehouse"), "ours do not: {text}");
    for tab in 4..20 {
        browser.set_cookie(HOST, &format!("gatehouse-attempt-{tab}"), "sealed");
    }
    let page = guarded.get(&browser, "/reports", &[]).await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "hi"));
    let text = guarded.application.last().join("\n");
    assert!(!text.contains("gatehouse"), "not even of many: {text}");
    for path in ["/auth/check", "/auth/check/reports"] {
        let own = guarded.get(&browser, path, &[]).await;
        assert_eq!(own.status, 404, "checks are not for clients of nginx");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nginx_refuses_strangers_scripts_and_people_without_the_role() {
    if !Nginx::is_there() {
        return;
    }
    let guarded = Guarded::start().await;
    let stranger = Browser::new();
    let script = [("sec-fetch-mode", "cors"), ("accept", "application/json")];
    let url = format!("{}/api", guarded.origin);
    let refused = stranger.get_with(url, &script).await;
    assert_eq!(refused.status, 401);
    assert!(refused.header("location").is_none());
    let forged = [
        ("x-original-url", "http://guarded.localhost/healthz"),
        ("x-forwarded-uri", "/healthz"),
        ("x-forwarded-method", "GET"),
        ("path", "/healthz"),
        ("method", "GET"),
    ];
    let refused = guarded.get(&stranger, "/admin", &forged).await;
    assert_eq!(refused.status, 303, "{}", refused.text);
    let twice = guarded.get(&stranger, "/healthz/..%2fadmin", &[]).await;
    assert_eq!(twice.status, 400, "{}", twice.text);
    assert_eq!(guarded.application.count(), 0, "nothing reached it");
    let public = guarded.get(&stranger, "/healthz", &[]).await;
    assert_eq!(public.status, 200, "{}", public.text);
    let browser = Browser::new();
    guarded.sign_in(&browser, "/", "ada").await;
    let denied = guarded.get(&browser, "/admin", &[]).await;
    assert_eq!(denied.status, 403);
    assert_eq!(guarded.get(&browser, "/", &[]).await.status, 200);
}
