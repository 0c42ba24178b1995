//! One real `gatehouse serve` on SQLite with the simulator, and somebody who signs in there.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use simulator::{CLIENT_SECRET, Kind, Options, Simulator};
use tempfile::TempDir;

use crate::browser::{Browser, Page, client};
use crate::fleet::free_port;

/// Whatever is waited for happens within this time.
const PATIENCE: Duration = Duration::from_secs(20);
/// Runs a command under the limit of open files that [`OPEN_FILES`] sets, if it sets one.
const LIMITED: &str = r#"[ -z "$TEST_OPEN_FILES" ] || ulimit -n "$TEST_OPEN_FILES"; exec "$@""#;
/// A variable that sets the limit of open files of a process.
pub const OPEN_FILES: &str = "TEST_OPEN_FILES";
/// Where the profile's people reach it, without its port.
const HOST: &str = "staff.localhost";

/// A process, its files and its authority. It is killed when it is dropped.
pub struct Process {
    pub sim: Simulator,
    pub folder: TempDir,
    pub port: u16,
    admin: u16,
    child: Child,
}

fn profile(sim: &Simulator, host: &str, port: u16, title: &str) -> String {
    format!(
        "kind = \"oidc\"\npublic_url = \"http://{host}:{port}\"\nauthority = \"{}\"\nclient_id = \"{}\"\nclient_secret = {{ value = \"{CLIENT_SECRET}\" }}\ntitle = \"{title}\"\n[[api]]\nname = \"orders\"\nendpoint = \"{}/orders\"\nscopes = [\"api://orders/Orders.Read\"]\n",
        sim.authority(Kind::Oidc),
        Kind::Oidc.client_id(),
        sim.api(),
    )
}

impl Process {
    /// Starts it and waits for nothing. `more` are variables over the usual ones; `others` are profiles beside the one
    /// that is used, which take a while to read.
    pub fn start(others: usize, more: &[(&str, &str)]) -> Self {
        Self::start_with(others, more, |_, _| {})
    }

    /// The same with a profiles folder that is changed before the start; the port is told, too.
    pub fn start_with(
        others: usize,
        more: &[(&str, &str)],
        change: impl FnOnce(&Path, u16),
    ) -> Self {
        let sim = Simulator::start(Options::default()).unwrap();
        let folder = TempDir::new().unwrap();
        let profiles = folder.path().join("profiles");
        std::fs::create_dir(&profiles).unwrap();
        let (port, admin) = (free_port(), free_port());
        let write = |name: &str, host: &str, title: &str| {
            let text = profile(&sim, host, port, title);
            std::fs::write(profiles.join(name), text).unwrap();
        };
        write("staff.toml", HOST, "Contoso staff");
        for number in 0..others {
            let host = format!("t{number}.localhost");
            write(&format!("t{number}.toml"), &host, "Another");
        }
        change(&profiles, port);
        let database = folder.path().join("gatehouse.db");
        let child = Command::new("sh")
            .args(["-c", LIMITED, "sh"])
            .args([env!("CARGO_BIN_EXE_gatehouse"), "serve"])
            .current_dir(folder.path())
            .env_clear()
            .env("GATEHOUSE_PROFILES", &profiles)
            .env(
                "GATEHOUSE_DATABASE_URL",
                format!("sqlite://{}", database.display()),
            )
            .env("GATEHOUSE_LISTEN", format!("127.0.0.1:{port}"))
            .env("GATEHOUSE_ADMIN_LISTEN", format!("127.0.0.1:{admin}"))
            .envs(more.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(log_path(folder.path())).unwrap())
            .spawn()
            .unwrap();
        Self {
            sim,
            folder,
            port,
            admin,
            child,
        }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(log_path(self.folder.path())).unwrap()
    }

    /// Waits for a word in the log.
    pub async fn says(&mut self, word: &str) {
        let begun = Instant::now();
        while !self.log().contains(word) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?} before {word}\n{}", self.log());
            assert!(begun.elapsed() < PATIENCE, "no {word}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub async fn is_ready(&mut self) {
        let (browser, begun) = (Browser::new(), Instant::now());
        self.says("listening public=").await;
        let url = format!("http://127.0.0.1:{}/readyz", self.admin);
        while browser.get(&url).await.status != 200 {
            assert!(begun.elapsed() < PATIENCE, "not ready\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let told = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status();
        assert!(told.unwrap().success(), "there is no such process any more");
    }

    /// Waits for its end, and says how long that took.
    pub async fn ended(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, begun.elapsed());
            }
            assert!(begun.elapsed() < PATIENCE, "no end\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the admin listener says.
    pub async fn admin(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.admin);
        Browser::new().get(url).await.text
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{HOST}:{}{path}", self.port)
    }

    /// Begins to sign in, chooses a person and rests before the callback.
    pub async fn answer(&self, browser: &Browser) -> Page {
        let mut page = browser.get(self.url("/auth/sign_in")).await;
        loop {
            page = if page.status.is_redirection() {
                if page.url.port() != Some(self.port) && page.location().port() == Some(self.port) {
                    return page;
                }
                browser.follow(&page).await
            } else if page.text.contains("name=\"consent\"") {
                let form = page.form_with("consent", None);
                browser.submit(&form, &[("consent", "accept")]).await
            } else {
                let form = page.form_with("person", Some("ada"));
                browser.submit(&form, &[("person", "ada")]).await
            };
        }
    }

    /// Asks for what may never be answered.
    pub fn ask_and_leave(&self, browser: &Browser, path: &str) -> tokio::task::JoinHandle<()> {
        let cookies = browser.cookies(HOST);
        let cookies: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let asked = client()
            .get(self.url(path))
            .header("cookie", cookies.join("; "))
            .send();
        tokio::spawn(async move {
            let _ = asked.await;
        })
    }

    /// Signs somebody in.
    pub async fn sign_in(&self, browser: &Browser) {
        let callback = self.answer(browser).await;
        let done = browser.follow(&callback).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_path(folder: &Path) -> std::path::PathBuf {
    folder.join("gatehouse.log")
}
