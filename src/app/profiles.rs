//! Live configuration: the profiles of the moment, kept right while files change.
//!
//! A good file takes effect at once. A broken one keeps its last good version and is told in log, metrics and readiness;
//! a removed one stops serving. Requests in flight keep the profile that they began with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use crate::config::conversion::Surroundings;
use crate::config::{ContentHash, FolderError, Loaded, load_folder};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::profile::{Profile, ProfileId, SessionLimits};
use crate::domain::profiles::Profiles;
use crate::oidc::Environment;
use crate::web::admin::ProfileState;

/// Contents of all files at one moment: what is the same needs no reload.
type Contents = (
    BTreeMap<PathBuf, Option<ContentHash>>,
    BTreeMap<PathBuf, Option<ContentHash>>,
);

/// The folder, what was read from it, and what is served.
pub struct LiveProfiles {
    folder: PathBuf,
    session: SessionLimits,
    clock: Arc<dyn Clock>,
    environment: Environment,
    /// What requests see.
    pub current: Arc<ArcSwap<Profiles>>,
    /// What readiness tells.
    pub states: Arc<ArcSwap<Vec<ProfileState>>>,
    /// Told when what is served has changed.
    pub changed: Notify,
    seen: Mutex<Contents>,
}

impl LiveProfiles {
    /// Reads the folder for the first time.
    ///
    /// # Errors
    /// When the folder itself cannot be read. Broken files are told and do not stop the others.
    pub fn load(
        folder: PathBuf,
        session: SessionLimits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FolderError> {
        let environment: Environment = Arc::new(|name| std::env::var(name).ok());
        Self::load_in(folder, session, clock, environment)
    }

    /// As [`Self::load`], with other variables than the process's.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_in(
        folder: PathBuf,
        session: SessionLimits,
        clock: Arc<dyn Clock>,
        environment: Environment,
    ) -> Result<Self, FolderError> {
        let live = Self {
            folder,
            session,
            clock,
            environment,
            current: Arc::default(),
            states: Arc::default(),
            changed: Notify::new(),
            seen: Mutex::default(),
        };
        live.reload()?;
        Ok(live)
    }

    /// The folder that is watched.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Reads the folder again and swaps what is served in one step. Files whose content is the same change nothing.
    ///
    /// # Errors
    /// When the folder itself cannot be read: then nothing changes.
    pub fn reload(&self) -> Result<(), FolderError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = load_folder(
            &self.folder,
            Surroundings {
                variable: &*self.environment,
                session: self.session,
            },
        )?;
        let contents = (loaded.profile_files.clone(), loaded.watched_files.clone());
        if *seen == contents && !self.states.load().is_empty() {
            return Ok(());
        }
        let before = std::mem::replace(&mut *seen, contents);
        for problem in loaded.problems() {
            tracing::error!(%problem, "a profile file has a problem");
        }
        let previous = self.current.load_full();
        let settled = loaded.settle(&previous);
        let edited = |id: &ProfileId| {
            let path = self.folder.join(format!("{id}.toml"));
            before.0.get(&path) != seen.0.get(&path)
        };
        tell_changes(&previous, &settled.profiles, &settled.kept, edited);
        self.publish(&loaded, &settled.profiles, &settled.kept);
        self.current.store(Arc::new(settled.profiles));
        self.changed.notify_one();
        Ok(())
    }

    fn publish(&self, loaded: &Loaded, profiles: &Profiles, kept: &[ProfileId]) {
        let before = self.states.load();
        let last_good = |id: &str| {
            before
                .iter()
                .find(|state| state.id == id)
                .and_then(|state| state.last_good)
        };
        let now = self.clock.now();
        let good = |profile: &Arc<Profile>| {
            let at: Option<Timestamp> = if kept.contains(&profile.id) {
                last_good(profile.id.as_str())
            } else {
                Some(now)
            };
            ProfileState {
                id: profile.id.to_string(),
                serving: true,
                last_good: at,
                problems: Vec::new(),
            }
        };
        let mut states: Vec<ProfileState> = profiles.serving().iter().map(good).collect();
        for broken in &loaded.broken {
            let id = broken
                .id
                .as_ref()
                .map_or_else(|| broken.file.display().to_string(), ToString::to_string);
            let problems: Vec<String> = broken.problems.iter().map(ToString::to_string).collect();
            match states.iter_mut().find(|state| state.id == id) {
                Some(state) => state.problems = problems,
                None => states.push(ProfileState {
                    id,
                    serving: false,
                    last_good: None,
                    problems,
                }),
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "gauges of some thousand files")]
        {
            metrics::gauge!("gatehouse_profiles", "state" => "serving")
                .set(profiles.serving().len() as f64);
            metrics::gauge!("gatehouse_profiles", "state" => "broken")
                .set(loaded.broken.len() as f64);
        }
        self.states.store(Arc::new(states));
    }
}

fn tell_changes(
    previous: &Profiles,
    next: &Profiles,
    kept: &[ProfileId],
    edited: impl Fn(&ProfileId) -> bool,
) {
    let before: BTreeMap<_, _> = previous
        .serving()
        .iter()
        .map(|profile| (&profile.id, profile))
        .collect();
    let after: BTreeSet<_> = next.serving().iter().map(|profile| &profile.id).collect();
    for profile in next.serving() {
        let id = &profile.id;
        match before.get(id) {
            None => audit(id, "loaded"),
            Some(_) if !edited(id) => {}
            Some(_) if kept.contains(id) => audit(id, "kept_last_good"),
            Some(old) if old.binding != profile.binding => audit(id, "moved_to_another_authority"),
            Some(_) => audit(id, "changed"),
        }
    }
    for gone in before.keys().filter(|id| !after.contains(*id)) {
        audit(gone, "removed");
    }
}

fn audit(id: &ProfileId, outcome: &'static str) {
    tracing::info!(target: "audit", event = "reload", profile.id = %id, outcome, "profile files changed");
    metrics::counter!("gatehouse_profile_reloads_total", "outcome" => outcome).increment(1);
}
