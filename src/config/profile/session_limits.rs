//! `[session]`: how long sessions live.

use crate::config::profile::file::ProfileFile;
use crate::config::profile::profile_reader::ProfileReader;
use crate::domain::profile::SessionLimits;

/// Seconds. The last use of a session is stored once a minute, so a shorter idle time-out ends sessions in use.
const SHORTEST_SENSIBLE_IDLE: u64 = 120;

impl ProfileReader<'_, '_> {
    pub(super) fn session_limits(&mut self, file: &ProfileFile) -> SessionLimits {
        let default = self.context.session;
        let Some(table) = &file.session else {
            return default;
        };
        let (idle_key, lifetime_key) = ("session.idle_timeout", "session.lifetime");
        let idle = self.duration(idle_key, &table.idle_timeout, "8h");
        let lifetime = self.duration(lifetime_key, &table.lifetime, "7d");
        let limits = SessionLimits {
            idle_timeout: idle.unwrap_or(default.idle_timeout),
            lifetime: lifetime.unwrap_or(default.lifetime),
        };
        for (key, text, value) in [
            (idle_key, &table.idle_timeout, limits.idle_timeout),
            (lifetime_key, &table.lifetime, limits.lifetime),
        ] {
            if let (true, Some(written)) = (value.as_secs() == 0, text) {
                let what = "is less than a second";
                self.problems
                    .error(key, &written.span(), what, "a duration such as \"8h\"");
            }
        }
        if let (Some(idle), Some(written)) = (idle, &table.idle_timeout) {
            let span = written.span();
            if idle > limits.lifetime {
                let what = "is longer than the session's lifetime";
                let right = format!("at most {}", humantime::format_duration(limits.lifetime));
                self.problems.error(idle_key, &span, what, right);
            } else if (1..SHORTEST_SENSIBLE_IDLE).contains(&idle.as_secs()) {
                let what =
                    "ends sessions that are in use: the last use is stored only once a minute";
                self.problems
                    .warning(idle_key, &span, what, "at least \"2m\"");
            }
        }
        limits
    }
}
