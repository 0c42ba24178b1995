//! "Break something": what a visitor of the demonstration breaks, and how it comes back.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use reqwest::redirect;
use serde_json::json;
use simulator::{Fault, Simulator};

use crate::demo::profiles::EDITED;
use crate::domain::own_path::AdminPath;
use crate::domain::secret::SecretUrl;
use crate::store::set_sessions_away;

/// Something that a visitor can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breakage {
    /// The authorities answer 503 wherever the gateway asks.
    Authority,
    /// The APIs ask to wait.
    Api,
    /// The table of sessions is away.
    Database,
    /// Every session is ended at the second replica.
    Sessions,
    /// The profile of Entra ID has another title, colour and notice.
    Profile,
}

impl Breakage {
    pub(super) const ALL: [Self; 5] = [
        Self::Authority,
        Self::Api,
        Self::Database,
        Self::Sessions,
        Self::Profile,
    ];

    /// Its word in addresses.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Api => "api",
            Self::Database => "database",
            Self::Sessions => "sessions",
            Self::Profile => "profile",
        }
    }

    /// What the button breaks, and what to look at then.
    pub(super) const fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::Authority => (
                "The authorities are down",
                "Sign in: the page says what is down, tries again by itself, and nobody who is signed in notices.",
            ),
            Self::Api => (
                "The APIs are throttled",
                "Call an API: the page names it, asks to wait as long as the API does, and the next call does not reach it.",
            ),
            Self::Database => (
                "The database is away",
                "Sign in, or open your sessions: 503, never a sign-out. Who is signed in goes on from memory, and the replicas report that they are not ready.",
            ),
            Self::Sessions => (
                "Sessions are ended elsewhere",
                "Sign in at the first replica, press the button, and reload: the second replica ended your session, and the page says so once.",
            ),
            Self::Profile => (
                "A profile is edited live",
                "Reload the home page of Entra ID: another title, another colour and a notice within a second, without a restart, and you are still signed in.",
            ),
        }
    }

    /// Whether it lasts until it is mended. Ended sessions come back by signing in.
    pub(super) const fn lasts(self) -> bool {
        !matches!(self, Self::Sessions)
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// What can be broken, and what is broken.
pub(super) struct Workbench {
    pub(super) simulator: Simulator,
    pub(super) database: SecretUrl,
    /// The profile of each replica that is edited, with its text.
    pub(super) edited: Vec<(PathBuf, String)>,
    /// The admin listener of the second replica.
    pub(super) second_admin: u16,
    pub(super) client: reqwest::Client,
    broken: Mutex<BTreeSet<Breakage>>,
}

impl Workbench {
    /// Everything is whole. `folders` are those of the replicas' profiles.
    pub(super) fn new(
        simulator: Simulator,
        database: SecretUrl,
        folders: &[PathBuf],
        second_admin: u16,
    ) -> std::io::Result<Self> {
        let read = |folder: &PathBuf| {
            let path = folder.join(EDITED);
            std::fs::read_to_string(&path).map(|text| (path, text))
        };
        let client = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(std::time::Duration::from_secs(5))
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Self {
            simulator,
            database,
            edited: folders.iter().map(read).collect::<Result<_, _>>()?,
            second_admin,
            client,
            broken: Mutex::default(),
        })
    }

    pub(super) fn is_broken(&self, what: Breakage) -> bool {
        self.lock().contains(&what)
    }

    /// Breaks it, or mends it. What is so already stays so.
    pub(super) async fn set(&self, what: Breakage, broken: bool) -> Result<(), String> {
        if what.lasts() && self.is_broken(what) == broken {
            return Ok(());
        }
        match what {
            Breakage::Authority | Breakage::Api => {
                self.note(what, broken);
                self.spread_faults();
                return Ok(());
            }
            Breakage::Database => set_sessions_away(&self.database, broken)
                .await
                .map_err(|error| error.in_full())?,
            Breakage::Sessions if broken => self.end_sessions().await?,
            Breakage::Sessions => {}
            Breakage::Profile => self
                .edit_profiles(broken)
                .map_err(|error| error.to_string())?,
        }
        self.note(what, broken);
        Ok(())
    }

    fn note(&self, what: Breakage, broken: bool) {
        let mut all = self.lock();
        if broken && what.lasts() {
            all.insert(what);
        } else {
            all.remove(&what);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Breakage>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spread_faults(&self) {
        self.simulator.clear_faults();
        if self.is_broken(Breakage::Authority) {
            for fault in [
                Fault::MetadataStatus(503),
                Fault::KeysDown,
                Fault::TokenStatus(503),
                Fault::UserinfoDown,
            ] {
                self.simulator.fault(fault);
            }
        }
        if self.is_broken(Breakage::Api) {
            self.simulator.fault(Fault::ApiThrottled(Some(20)));
        }
    }

    /// As an operator does: `curl -d '{"all":true}' …/sessions/end`.
    async fn end_sessions(&self) -> Result<(), String> {
        let (port, path) = (self.second_admin, AdminPath::EndSessions.path());
        let sent = self
            .client
            .post(format!("http://127.0.0.1:{port}{path}"))
            .header("content-type", "application/json")
            .body(json!({ "all": true }).to_string())
            .send();
        let answer = sent.await.map_err(|error| error.to_string())?;
        let status = answer.status();
        let told = format!("the admin listener answers {status}");
        status.is_success().then_some(()).ok_or(told)
    }

    fn edit_profiles(&self, edited: bool) -> std::io::Result<()> {
        for (path, text) in &self.edited {
            let text = if edited { edit(text) } else { text.clone() };
            // Written beside it and renamed, so that no replica reads half a file.
            let beside = path.with_extension("new");
            std::fs::write(&beside, text)?;
            std::fs::rename(&beside, path)?;
        }
        Ok(())
    }
}

fn edit(text: &str) -> String {
    text.replace(
        "title         = \"Contoso · Entra ID\"",
        "title         = \"Contoso · edited a moment ago\"",
    )
    .replace(
        "[branding]\naccent = \"blue\"",
        "[branding]\nnotice = \"This profile was edited while it served.\"\naccent = \"red\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_breakage_has_a_word_of_its_own() {
        for one in Breakage::ALL {
            assert_eq!(Breakage::parse(one.word()), Some(one));
        }
        assert_eq!(Breakage::parse("everything"), None);
    }
}
