//! Live configuration: the profiles of the moment, kept right while files change.
//!
//! A good file takes effect at once. A broken one keeps its last good version and is told in log, metrics and readiness;
//! a removed one stops serving. Requests in flight keep the profile that they began with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;

use crate::config::profiles::{Loaded, load_folder};
use crate::config::problem::Problem;
use crate::config::settings::SessionDefaults;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::profiles::Profiles;
use crate::web::admin::ProfileState;

/// The folder, what was read from it, and what is served.
pub struct LiveProfiles {
    folder: PathBuf,
    defaults: SessionDefaults,
    clock: Arc<dyn Clock>,
    /// What requests see.
    pub current: Arc<ArcSwap<Profiles>>,
    /// What readiness tells.
    pub states: Arc<ArcSwap<Vec<ProfileState>>>,
    good: Mutex<BTreeMap<ProfileId, (Arc<Profile>, Timestamp)>>,
}

impl LiveProfiles {
    /// Reads the folder for the first time.
    ///
    /// # Errors
    /// When the folder itself cannot be read. Broken files are told and do not stop the others.
    pub fn load(folder: PathBuf, defaults: SessionDefaults, clock: Arc<dyn Clock>) -> Result<Self, Problem> {
        let live = Self {
            folder,
            defaults,
            clock,
            current: Arc::default(),
            states: Arc::default(),
            good: Mutex::default(),
        };
        live.reload()?;
        Ok(live)
    }

    /// The folder that is watched.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Reads the folder again and swaps what is served in one step.
    ///
    /// # Errors
    /// When the folder itself cannot be read: then nothing changes.
    pub fn reload(&self) -> Result<(), Problem> {
        let loaded = load_folder(&self.folder, &self.defaults)?;
        let mut good = self.good.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let now = self.clock.now();
        let mut kept: BTreeMap<ProfileId, (Arc<Profile>, Timestamp)> = BTreeMap::new();
        for profile in &loaded.profiles {
            let id = profile.id.clone();
            if !good.contains_key(&id) {
                tracing::debug!(target: "gatehouse", profile.id = %id, "profile loaded");
            }
            kept.insert(id, (Arc::clone(profile), now));
        }
        let mut broken = Vec::new();
        for file in &loaded.broken {
            for problem in &file.problems {
                tracing::error!(target: "gatehouse", profile.id = %file.id, problem = %problem, "a profile file is broken");
            }
            match good.get(&file.id) {
                Some(last) if !kept.contains_key(&file.id) => {
                    audit(&file.id, "kept_last_good");
                    kept.insert(file.id.clone(), last.clone());
                }
                _ => broken.extend(file.public_url.clone().map(|url| (file.id.clone(), url))),
            }
        }
        for id in good.keys().filter(|id| !kept.contains_key(*id)) {
            audit(id, "removed");
        }
        for (id, (profile, _)) in &kept {
            let changed = good.get(id).is_some_and(|(old, _)| old.binding != profile.binding);
            if changed {
                audit(id, "moved_to_another_authority");
            }
        }
        self.publish(&loaded, &kept, broken);
        *good = kept;
        Ok(())
    }

    fn publish(
        &self,
        loaded: &Loaded,
        kept: &BTreeMap<ProfileId, (Arc<Profile>, Timestamp)>,
        broken: Vec<(ProfileId, crate::domain::public_url::PublicUrl)>,
    ) {
        let serving = kept.values().map(|(profile, _)| Arc::clone(profile)).collect();
        self.current.store(Arc::new(Profiles::new(serving, broken)));
        let problems = |id: &ProfileId| {
            let files = loaded.broken.iter().filter(|file| file.id == *id);
            files.flat_map(|file| file.problems.iter().map(ToString::to_string)).collect::<Vec<_>>()
        };
        let never_good = loaded.broken.iter().filter(|file| !kept.contains_key(&file.id));
        let mut states: Vec<ProfileState> = kept
            .iter()
            .map(|(id, (_, at))| ProfileState { id: id.to_string(), serving: true, last_good: Some(*at), problems: problems(id) })
            .collect();
        states.extend(never_good.map(|file| ProfileState {
            id: file.id.to_string(),
            serving: false,
            last_good: None,
            problems: problems(&file.id),
        }));
        #[expect(clippy::cast_precision_loss, reason = "a gauge of a handful of files")]
        {
            metrics::gauge!("gatehouse_profiles", "state" => "serving").set(kept.len() as f64);
            metrics::gauge!("gatehouse_profiles", "state" => "broken").set(loaded.broken.len() as f64);
        }
        self.states.store(Arc::new(states));
    }
}

fn audit(id: &ProfileId, outcome: &'static str) {
    tracing::info!(target: "audit", event = "reload", profile.id = %id, outcome, "profile files changed");
}
