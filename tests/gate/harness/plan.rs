//! What a test changes before gatehouse starts.

use chrono::{DateTime, Utc};
use simulator::Options;

use super::browser::Browser;
use super::{Kind, TestGatehouse, beginning};

/// Which store a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Sqlite,
    Postgres,
}

/// What a test changes before the start.
pub struct Plan {
    pub on: On,
    pub sim: Options,
    /// Lines added to the profile of each kind, before its tables. `{port}` stands for gatehouse's port, as in `tables`.
    pub lines: Vec<(Kind, String)>,
    /// Tables added after the profile's own.
    pub tables: Vec<(Kind, String)>,
    /// Settings beside the usual ones, as in `gatehouse.toml`.
    pub settings: String,
    /// Whether a wire leads to the database that the test can cut; Postgres only.
    pub wired: bool,
    /// The process seems to run in App Service, with the simulator's managed identity.
    pub in_app_service: bool,
    /// Other variables of the process.
    pub variables: Vec<(&'static str, String)>,
    /// What the clock shows at the start.
    pub beginning: DateTime<Utc>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            on: On::Sqlite,
            sim: Options::default(),
            lines: Vec::new(),
            tables: Vec::new(),
            settings: String::new(),
            wired: false,
            in_app_service: false,
            variables: Vec::new(),
            beginning: beginning(),
        }
    }
}

impl Plan {
    pub fn on(on: On) -> Self {
        Self {
            on,
            ..Self::default()
        }
    }

    pub fn line(mut self, kind: Kind, line: &str) -> Self {
        self.lines.push((kind, line.to_owned()));
        self
    }

    pub fn table(mut self, kind: Kind, table: &str) -> Self {
        self.tables.push((kind, table.to_owned()));
        self
    }

    pub fn sim(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(&mut self.sim);
        self
    }

    pub fn settings(mut self, lines: &str) -> Self {
        self.settings.push_str(lines);
        self
    }

    /// On Postgres, behind a wire that can be cut.
    pub fn wired() -> Self {
        Self {
            wired: true,
            ..Self::on(On::Postgres)
        }
    }

    pub async fn start(self) -> TestGatehouse {
        TestGatehouse::start(self).await
    }

    /// Starts, and signs a person in with a new browser.
    pub async fn signed_in(self, kind: Kind, person: &str) -> (TestGatehouse, Browser) {
        let gate = self.start().await;
        let browser = gate.browser_of(kind, person).await;
        (gate, browser)
    }
}
