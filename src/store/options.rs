//! `StoreOptions`: sizes and intervals of the store.

use std::time::Duration;

/// Sizes and intervals of the store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// Connections to Postgres for each process. Default 10. SQLite uses one writer and at most four readers.
    pub max_connections: u32,
    /// Sessions in memory. Default 100,000 with usual claims, about 1 kB each; larger ones count for several.
    pub cache_entries: u64,
    /// Sessions of one person at one profile. Default 100; the oldest ends when there would be more.
    pub sessions_per_person: u32,
    /// Bytes of tokens in memory. Default 16 MB.
    pub cached_token_bytes: u64,
    /// How often uses of sessions are written, many in one statement. Default 5 seconds.
    pub touch_every: Duration,
    /// How often expired rows are swept. Default 60 seconds.
    pub sweep_every: Duration,
    /// Whether [`crate::store::SessionStore::clock`] follows the database's clock. Default yes; no for tests that set
    /// their own clock.
    pub follow_database_clock: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            cache_entries: 100_000,
            sessions_per_person: 100,
            cached_token_bytes: 16 << 20,
            touch_every: Duration::from_secs(5),
            sweep_every: Duration::from_mins(1),
            follow_database_clock: true,
        }
    }
}
