//! The running demo.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::browser::{Browser, Page};
use crate::harness::eventually;

/// How many ports it takes.
const PORTS: u16 = 7;

/// Waits longer than `eventually`: after a failure an authority is left alone for a while.
pub async fn patiently(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds().await {
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub struct Demo {
    process: Child,
    port: u16,
}

/// The first of so many free ports in a row.
fn free_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = first.local_addr().unwrap().port();
        let others = 1..PORTS;
        let free = others
            .map(|at| {
                port.checked_add(at)
                    .map(|port| TcpListener::bind(("127.0.0.1", port)))
            })
            .all(|bound| bound.is_some_and(|bound| bound.is_ok()));
        if free {
            return port;
        }
    }
}

impl Demo {
    /// Starts it, and waits until everything answers.
    pub async fn start() -> Self {
        let port = free_ports();
        let process = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
            .args(["demo", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let demo = Self { process, port };
        eventually("the demo answers", async || {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await;
            stream.is_ok()
        })
        .await;
        let page = Browser::new().get(demo.landing()).await;
        assert_eq!(page.status, 200, "{}", page.text);
        demo
    }

    pub fn landing(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// An address of Entra ID's profile at the first replica.
    pub fn first(&self, path: &str) -> String {
        format!("http://entra.localhost:{}{path}", self.port + 1)
    }

    /// The same at the second replica.
    pub fn second(&self, path: &str) -> String {
        format!("http://entra.localhost:{}{path}", self.port + 5)
    }

    /// What the first replica's admin listener answers.
    pub async fn readiness(&self) -> u16 {
        let url = format!("http://127.0.0.1:{}/readyz", self.port + 2);
        Browser::new().get(url).await.status.as_u16()
    }

    /// Presses a button of the landing page, as its form does.
    pub async fn press(&self, verb: &str, what: &str) {
        let browser = Browser::new();
        let page = browser.get(self.landing()).await;
        let wanted = format!("/{verb}/{what}");
        let forms = page.forms();
        let form = forms.iter().find(|form| form.action.path() == wanted);
        let form = form.unwrap_or_else(|| panic!("no button for {wanted}: {}", page.text));
        let done = browser.submit(form, &[]).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }

    /// Signs in, and rests where that ends.
    pub async fn sign_in(&self, browser: &Browser, url: String, person: &str) -> Page {
        let mut page = browser.get(url).await;
        for _ in 0..12 {
            page = if page.status.is_redirection() {
                browser.follow(&page).await
            } else if page.text.contains("name=\"person\"") {
                let form = page.form_with("person", Some(person));
                browser.submit(&form, &[("person", person)]).await
            } else {
                return page;
            };
        }
        panic!("the sign-in leads nowhere: {} {}", page.status, page.url);
    }

    /// A browser in which Ada is signed in at the first replica.
    pub async fn ada(&self) -> Browser {
        let browser = Browser::new();
        let home = self
            .sign_in(&browser, self.first("/auth/sign_in"), "ada")
            .await;
        assert!(
            home.text.contains("Welcome"),
            "{} {}",
            home.status,
            home.text
        );
        browser
    }

    pub async fn is_signed_in(&self, browser: &Browser, url: String) -> bool {
        browser.get(url).await.json()["signed_in"] == true
    }
}

impl Drop for Demo {
    /// As Ctrl-C does, so that it leaves nothing behind.
    fn drop(&mut self) {
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-INT", &pid]).status();
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            if matches!(self.process.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::yield_now();
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
