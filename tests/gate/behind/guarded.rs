//! An application behind a real proxy that asks gatehouse.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::application::Application;
use super::guide::{Guide, HOST, Proxy, ProxyAddresses, Variant};
use crate::harness::browser::{Browser, Loopback, Page};
use crate::harness::tls_upstream::Authority;
use crate::harness::{Plan, TestGatehouse, add_profile, socket};

pub const ROUTES: &str = "[[route]]\npath = \"/\"\npublic = [\"/healthz\"]\n[[route]]\npath = \"/admin\"\nallow = { roles = [\"Admin\"] }";

pub const NAVIGATION: [(&str, &str); 2] = [("accept", "text/html"), ("sec-fetch-mode", "navigate")];

pub const SCRIPT: [(&str, &str); 2] = [("accept", "application/json"), ("sec-fetch-mode", "cors")];

/// gatehouse, a proxy with its guide's files, and an application that can be reached through the proxy only.
pub struct Guarded {
    pub gate: TestGatehouse,
    pub application: Application,
    pub origin: String,
    pub port: u16,
    /// What its browsers connect with; they trust its certificate where there is one.
    pub client: reqwest::Client,
    proxy: Proxy,
    _folder: TempDir,
}

impl Guarded {
    /// Starts everything; nothing when the proxy's program is not there.
    pub async fn start(guide: &Guide, plan: Plan) -> Option<Self> {
        Self::start_as(guide, plan, Variant::default(), ROUTES).await
    }

    /// The same with the guide's TLS, or with the lines of features that the profile's `routes` have.
    pub async fn start_as(
        guide: &Guide,
        plan: Plan,
        variant: Variant,
        routes: &str,
    ) -> Option<Self> {
        let program = guide.program()?;
        let family = guide.family;
        let settings = format!("trusted_proxies = [\"127.0.0.1\"]\nforward_auth = \"{family}\"\n");
        let settings = if plan.settings.is_empty() {
            settings
        } else {
            String::new()
        };
        let gate = plan.settings(&settings).start().await;
        let application = Application::start().await;
        let port = free_port();
        let scheme = if variant.tls { "https" } else { "http" };
        let origin = format!("{scheme}://{HOST}:{port}");
        add_profile(&gate, "guarded", &origin, routes);
        let folder = TempDir::new().unwrap();
        let place = ProxyAddresses {
            folder: folder.path(),
            port,
            gatehouse: gate.port,
            application: application.port,
            variant,
        };
        let client = client(&place);
        let proxy = guide.start(&program, &place);
        let mut guarded = Self {
            gate,
            application,
            origin,
            port,
            client,
            proxy,
            _folder: folder,
        };
        guarded.wait().await;
        Some(guarded)
    }

    /// A proxy may listen before it knows its routes, so a request is what it waits for.
    async fn wait(&mut self) {
        let begun = tokio::time::Instant::now();
        loop {
            let asked = self.client.get(self.url("/healthz")).send().await;
            if asked.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(!self.proxy.has_ended(), "the proxy gave up");
            assert!(
                begun.elapsed() < Duration::from_secs(40),
                "the proxy does not serve"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// A person's navigation.
    pub async fn navigate(&self, browser: &Browser, path: &str) -> Page {
        browser.get_with(self.url(path), &NAVIGATION).await
    }

    /// A script's request.
    pub async fn fetch(&self, browser: &Browser, path: &str) -> Page {
        browser.get_with(self.url(path), &SCRIPT).await
    }

    /// Signs a person in, from the navigation of a stranger to the page where they rest.
    pub async fn sign_in(&self, browser: &Browser, path: &str, person: &str) -> Page {
        let refused = self.navigate(browser, path).await;
        assert_eq!(
            refused.status, 303,
            "{:?} {}",
            refused.headers, refused.text
        );
        let asked = browser.visit(refused.location().as_str()).await;
        let form = asked.form_with("person", Some(person));
        let answered = browser.submit(&form, &[("person", person)]).await;
        browser.rest(answered).await
    }

    /// A browser in which nobody is signed in.
    pub fn browser(&self) -> Browser {
        Browser::sharing(self.client.clone())
    }

    /// A browser in which this person is signed in.
    pub async fn browser_of(&self, person: &str) -> Browser {
        let browser = self.browser();
        let arrived = self.sign_in(&browser, "/", person).await;
        assert_eq!(arrived.status, 200, "{}", arrived.text);
        browser
    }

    /// Sends a request as it stands: `line` without its protocol, header lines each with its end. The whole answer.
    pub async fn raw(&self, line: &str, headers: &str) -> String {
        let port = self.port;
        let connection = if headers.to_lowercase().contains("connection:") {
            ""
        } else {
            "Connection: close\r\n"
        };
        let request =
            format!("{line} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{headers}{connection}\r\n");
        socket::send(port, request.as_bytes()).await
    }

    /// The header line with the cookies of a browser.
    pub fn cookie_line(browser: &Browser) -> String {
        let cookies = browser.cookies(HOST);
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!("Cookie: {}\r\n", pairs.join("; "))
    }
}

/// What browsers connect with. With TLS it makes the certificate that they trust.
fn client(place: &ProxyAddresses<'_>) -> reqwest::Client {
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .dns_resolver(Arc::new(Loopback))
        .timeout(Duration::from_mins(1));
    if !place.variant.tls {
        return builder.build().unwrap();
    }
    let authority = Authority::new();
    let (certificate, key) = authority.files(HOST);
    let both = format!("{certificate}{key}");
    for (file, text) in place.certificate().iter().zip([&certificate, &key, &both]) {
        std::fs::write(file, text).unwrap();
    }
    let trusted = reqwest::Certificate::from_pem(authority.pem.as_bytes()).unwrap();
    builder.add_root_certificate(trusted).build().unwrap()
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap().port()
}
