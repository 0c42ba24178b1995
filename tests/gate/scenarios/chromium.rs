//! Chromium without a screen, driven through chromedriver.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Desktop,
    DesktopDark,
    Phone,
    PhoneDark,
    /// 320 px: 1280 px at a zoom of 400 % (WCAG 2.2 §1.4.10).
    Narrow,
}

impl Look {
    pub const ALL: [Self; 4] = [
        Self::Desktop,
        Self::DesktopDark,
        Self::Phone,
        Self::PhoneDark,
    ];

    fn size(self) -> (u32, u32) {
        match self {
            Self::Desktop | Self::DesktopDark => (1280, 900),
            Self::Phone | Self::PhoneDark => (390, 844),
            Self::Narrow => (320, 640),
        }
    }

    fn dark(self) -> bool {
        matches!(self, Self::DesktopDark | Self::PhoneDark)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Desktop => "desktop",
            Self::DesktopDark => "desktop-dark",
            Self::Phone => "phone",
            Self::PhoneDark => "phone-dark",
            Self::Narrow => "narrow",
        }
    }
}

/// A chromedriver of the test's own.
pub struct Driver {
    process: Child,
    port: u16,
    profile: tempfile::TempDir,
}

impl Driver {
    pub async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is not installed: `make test` installs Debian's packages chromium and chromium-driver");
        let driver = Self {
            process,
            port,
            profile: tempfile::TempDir::new().unwrap(),
        };
        let deadline = Instant::now() + Duration::from_secs(20);
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            assert!(Instant::now() < deadline, "chromedriver does not listen");
            tokio::task::yield_now().await;
        }
        driver
    }

    /// A window of its own, with no cookies.
    pub async fn window(&self, look: Look) -> Window {
        let (width, height) = look.size();
        let folder = self.profile.path().join(uuid::Uuid::new_v4().to_string());
        let mut arguments = vec![
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", folder.display()),
        ];
        if look.dark() {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let mut options = json!({ "args": arguments });
        if let Some(emulation) = emulation(look) {
            options["mobileEmulation"] = emulation;
        }
        let capabilities = json!({ "goog:chromeOptions": options });
        let serde_json::Value::Object(capabilities) = capabilities else {
            unreachable!()
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{}", self.port))
            .await
            .unwrap();
        Window {
            client,
            look,
            port: self.port,
        }
    }
}

fn emulation(look: Look) -> Option<serde_json::Value> {
    let (width, height) = look.size();
    let phone = matches!(look, Look::Phone | Look::PhoneDark | Look::Narrow);
    phone.then(
        || json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2.0 } }),
    )
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub struct Window {
    pub client: Client,
    look: Look,
    /// Of chromedriver.
    port: u16,
}

impl Window {
    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// The text that a person reads.
    pub async fn text(&self) -> String {
        self.client
            .find(Locator::Css("body"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    pub async fn address(&self) -> String {
        self.client.current_url().await.unwrap().to_string()
    }

    /// Clicks what the selector finds, once it is there.
    pub async fn click(&self, selector: &str) {
        let found = self
            .client
            .wait()
            .at_most(Duration::from_secs(15))
            .for_element(Locator::Css(selector))
            .await;
        match found {
            Ok(element) => element.click().await.unwrap(),
            Err(error) => panic!(
                "no {selector} at {}: {error}\n{}",
                self.address().await,
                self.text().await
            ),
        }
    }

    /// Clicks a link by the words it says.
    pub async fn click_link(&self, words: &str) {
        let path = format!("//a[contains(normalize-space(.), {words:?})]");
        let found = self
            .client
            .wait()
            .at_most(Duration::from_secs(15))
            .for_element(Locator::XPath(&path))
            .await;
        found
            .unwrap_or_else(|error| panic!("no link {words:?}: {error}"))
            .click()
            .await
            .unwrap();
    }

    /// Waits until the page says something.
    pub async fn reads(&self, words: &str) {
        let path = format!("//body[contains(normalize-space(.), {words:?})]");
        let found = self
            .client
            .wait()
            .at_most(Duration::from_secs(15))
            .for_element(Locator::XPath(&path))
            .await;
        assert!(
            found.is_ok(),
            "{words:?} is not read at {}:\n{}",
            self.address().await,
            self.text().await
        );
    }

    /// Photographs the page into `target/screenshots`.
    pub async fn photograph(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(
            folder.join(format!("{name}-{}.png", self.look.name())),
            picture,
        )
        .unwrap();
    }

    /// Tells Chromium something that `WebDriver` has no word for (Chrome `DevTools` Protocol).
    pub async fn devtools(
        &self,
        command: &str,
        parameters: serde_json::Value,
    ) -> serde_json::Value {
        let session = self.client.session_id().await.unwrap().unwrap();
        let address = format!(
            "http://127.0.0.1:{}/session/{session}/goog/cdp/execute",
            self.port
        );
        let asked = json!({ "cmd": command, "params": parameters });
        let answer = crate::harness::browser::client()
            .post(address)
            .json(&asked)
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let told: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{told}");
        told["value"].clone()
    }

    /// Runs a script of the test's own, which is bound by no policy of the page.
    pub async fn run(&self, script: &str, arguments: Vec<serde_json::Value>) -> serde_json::Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
