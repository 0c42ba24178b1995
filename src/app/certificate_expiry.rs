//! Client certificates that expire: a warning once a day from thirty days before, and a gauge that counts down.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::live_profiles::LiveProfiles;
use crate::domain::clock::{Clock, Timestamp};
use crate::domain::profile::{Profile, ProfileId};
use crate::oidc::{CertificateExpiry, certificate_ends};

/// How long before a certificate expires its warnings begin.
const WARN_BEFORE: Duration = Duration::from_hours(720);
/// Between two warnings of one certificate.
const DAY: Duration = Duration::from_hours(24);
/// How often the certificates are looked at; a reload brings the next look at once.
const LOOK: Duration = Duration::from_mins(1);

/// Looks at every profile's certificates, at start, after each reload and once a minute.
pub async fn watch_certificates(profiles: Arc<LiveProfiles>, clock: Arc<dyn Clock>) {
    let mut watch = CertificateWatch::default();
    loop {
        let serving = profiles.current.load_full();
        watch.look(serving.serving(), clock.now()).await;
        tokio::select! {
            () = profiles.changed.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Warnings that were logged already, so that neither a reload nor a look repeats one within a day.
#[derive(Debug, Default)]
struct CertificateWatch {
    /// By file and expiry, because a replaced certificate is another one.
    warned: HashMap<(ProfileId, PathBuf, Timestamp), Timestamp>,
    counted: HashSet<ProfileId>,
}

impl CertificateWatch {
    async fn look(&mut self, profiles: &[Arc<Profile>], now: Timestamp) {
        let mut ending = HashSet::new();
        let mut counted = HashSet::new();
        for profile in profiles {
            let ends = certificate_ends(profile).await;
            for end in ends.iter().filter(|end| end.not_after < now + WARN_BEFORE) {
                let of = (profile.id.clone(), end.file.clone(), end.not_after);
                self.warn(&of, now);
                ending.insert(of);
            }
            if count_down(&profile.id, &ends, now) {
                counted.insert(profile.id.clone());
            }
        }
        self.warned.retain(|of, _| ending.contains(of));
        for gone in self.counted.difference(&counted) {
            // Not a number: no alarm compares with it.
            gauge(gone).set(f64::NAN);
        }
        self.counted = counted;
    }

    fn warn(&mut self, of: &(ProfileId, PathBuf, Timestamp), now: Timestamp) {
        let lately = self.warned.get(of).is_some_and(|at| now < *at + DAY);
        if lately {
            return;
        }
        let (profile, file, not_after) = of;
        tracing::warn!(
            profile.id = %profile,
            file = %file.display(),
            not_after = %not_after,
            "{}",
            if *not_after <= now {
                "a client certificate has ended"
            } else {
                "a client certificate ends soon"
            }
        );
        self.warned.insert(of.clone(), now);
    }
}

/// Sets the gauge to the seconds until the profile's last certificate expires. An earlier one may expire unnoticed, because
/// the next is used then.
fn count_down(profile: &ProfileId, ends: &[CertificateExpiry], now: Timestamp) -> bool {
    let Some(last) = ends.iter().map(|end| end.not_after).max() else {
        return false;
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of some hundred years are exact in a double"
    )]
    gauge(profile).set((last - now).num_seconds() as f64);
    true
}

fn gauge(profile: &ProfileId) -> metrics::Gauge {
    metrics::gauge!("gatehouse_credential_expires_seconds", "profile" => profile.to_string())
}
