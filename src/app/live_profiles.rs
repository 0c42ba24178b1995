//! Live profiles: what is served now, and what a change of the files means for it.
//!
//! A good file takes effect at once. The last good version of a broken file keeps serving, and log, metrics and readiness
//! report the problems; the profile of a removed file stops serving. A folder that cannot be read, or in which no file is
//! left, is a lost volume: the last good profiles keep serving, and the process is not ready. Requests in flight keep the
//! profile that they began with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::Notify;

use crate::app::profile_changes::ProfileChanges;
use crate::config::profile::profile_reader::ReadContext;
use crate::config::{ContentHash, FolderError, ForProfiles, Loaded, Settled, load_folder};
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::environment::Environment;
use crate::domain::profile::{Profile, ProfileId};
use crate::domain::profile_state::ProfileState;
use crate::domain::profiles::Profiles;
use crate::flow::audit;
use crate::measure::describe::metrics_of_profile;
use crate::web::pages::PageCompiler;

/// What was read last.
#[derive(Default)]
struct Seen {
    /// Contents of all files, profiles and what they name: what is the same needs no reload.
    contents: [BTreeMap<PathBuf, Option<ContentHash>>; 2],
    /// The version of each profile's file, good or broken.
    versions: BTreeMap<ProfileId, ContentHash>,
    serving: Loads,
}

/// The version of each profile that serves, and when it was loaded.
type Loads = BTreeMap<ProfileId, (Option<ContentHash>, Timestamp)>;

/// The folder, what was read from it, and what is served.
pub struct LiveProfiles {
    settings: ForProfiles,
    templates: PageCompiler,
    clock: Arc<dyn Clock>,
    environment: Environment,
    /// What requests see.
    pub current: Arc<ArcSwap<Profiles>>,
    /// What readiness reports.
    pub states: Arc<ArcSwap<Vec<ProfileState>>>,
    /// Why the folder as a whole makes the process not ready, in one sentence.
    pub folder_problem: Arc<ArcSwapOption<String>>,
    /// Notified when what is served has changed.
    pub changed: Notify,
    seen: Mutex<Seen>,
    /// Changes that were reported and not read yet.
    pub(in crate::app) changes: Arc<ProfileChanges>,
}

impl LiveProfiles {
    /// Reads the folder for the first time. `templates` judges templates of profiles, which may name variables of
    /// `environment`.
    ///
    /// # Errors
    /// When the folder itself cannot be read. Broken files are reported and do not stop the others.
    pub fn load(
        settings: ForProfiles,
        templates: PageCompiler,
        clock: Arc<dyn Clock>,
        environment: Environment,
    ) -> Result<Self, FolderError> {
        let live = Self {
            settings,
            templates,
            clock,
            environment,
            current: Arc::default(),
            states: Arc::default(),
            folder_problem: Arc::default(),
            changed: Notify::new(),
            seen: Mutex::default(),
            changes: Arc::default(),
        };
        live.reload()?;
        Ok(live)
    }

    /// The folder that is watched.
    pub fn folder(&self) -> &PathBuf {
        &self.settings.profiles
    }

    /// Has the folder read again soon, by the task that watches it.
    pub fn look_again(&self) {
        self.changes.report();
    }

    /// Reads the folder again and swaps what is served in one step. Files whose content is the same change nothing;
    /// whether any was different is returned.
    ///
    /// # Errors
    /// When the folder itself cannot be read, or no file is left in it: then nothing changes.
    pub fn reload(&self) -> Result<bool, FolderError> {
        let reloaded = self.read_again();
        let problem = match &reloaded {
            Err(error) => Some(error.to_string()),
            Ok(_) if self.current.load().serving().is_empty() => {
                Some("no profile can serve".to_owned())
            }
            Ok(_) => None,
        };
        self.folder_problem.store(problem.map(Arc::new));
        reloaded
    }

    fn read_again(&self) -> Result<bool, FolderError> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = load_folder(
            &self.settings.profiles,
            ReadContext {
                variable: &*self.environment,
                session: self.settings.session,
                boundary: &self.settings.boundary,
                templates: &self.templates,
            },
        )?;
        if loaded.profile_files.is_empty() && !self.current.load().serving().is_empty() {
            return Err(FolderError {
                path: self.folder().to_owned(),
                source: std::io::Error::other("every profile file is gone, as from a lost volume"),
            });
        }
        let contents = [loaded.profile_files.clone(), loaded.watched_files.clone()];
        if seen.contents == contents && !self.states.load().is_empty() {
            return Ok(false);
        }
        for problem in loaded.problems() {
            if problem.is_error() {
                tracing::error!(%problem, "a profile file has a problem");
            } else {
                tracing::warn!(%problem, "a profile file has a problem");
            }
        }
        let previous = self.current.load_full();
        let settled = loaded.settle(&previous);
        let serving = self.loads(&loaded, &settled, &seen);
        // A version may begin to serve without an edit: another file no longer claims its address.
        let is_reload = |id: &ProfileId| {
            let version = |loads: &Loads| loads.get(id).and_then(|(version, _)| *version);
            let edited = loaded.versions.get(id) != seen.versions.get(id);
            let kept = settled.kept.contains(id);
            (kept && edited) || version(&serving) != version(&seen.serving)
        };
        audit_changes(&previous, &settled.profiles, &settled.kept, is_reload);
        self.publish(&loaded, &settled.profiles, &serving);
        self.current.store(Arc::new(settled.profiles));
        self.changes.name_files(loaded.watched_files.keys());
        *seen = Seen {
            contents,
            versions: loaded.versions,
            serving,
        };
        self.changed.notify_one();
        Ok(true)
    }

    /// The version of each profile that serves from now on: one that is the same, or whose file is broken, is as old as
    /// it was.
    fn loads(&self, loaded: &Loaded, settled: &Settled, seen: &Seen) -> Loads {
        let now = self.clock.now();
        let load = |profile: &Arc<Profile>| {
            let id = &profile.id;
            let version = loaded.versions.get(id).copied();
            let load = match seen.serving.get(id) {
                Some(before) if settled.kept.contains(id) || before.0 == version => *before,
                _ => (version, now),
            };
            (id.clone(), load)
        };
        settled.profiles.serving().iter().map(load).collect()
    }

    fn publish(&self, loaded: &Loaded, profiles: &Profiles, serving: &Loads) {
        let good = |profile: &Arc<Profile>| ProfileState {
            id: profile.id.to_string(),
            serving: true,
            last_good: serving.get(&profile.id).map(|(_, at)| *at),
            problems: Vec::new(),
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
        for profile in profiles.serving() {
            metrics_of_profile(&profile.id);
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

fn audit_changes(
    previous: &Profiles,
    next: &Profiles,
    kept: &[ProfileId],
    is_reload: impl Fn(&ProfileId) -> bool,
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
            None => audit::reloaded(id, "loaded"),
            Some(_) if !is_reload(id) => {}
            Some(_) if kept.contains(id) => audit::reloaded(id, "kept_last_good"),
            Some(old) if old.fingerprint != profile.fingerprint => {
                audit::reloaded(id, "moved_to_another_authority");
            }
            Some(_) => audit::reloaded(id, "changed"),
        }
    }
    for gone in before.keys().filter(|id| !after.contains(*id)) {
        audit::reloaded(gone, "removed");
    }
}
