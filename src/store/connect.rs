//! Prepares a store: its database, its caches and what they hold.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::domain::clock::Clock;
use crate::domain::random::Random;
use crate::domain::secret::SecretUrl;
use crate::domain::session::Session;
use crate::seal::KeyRing;
use crate::store::cache::{Bounds, Cache};
use crate::store::database::Database;
use crate::store::error::StoreError;
use crate::store::options::StoreOptions;
use crate::store::postgres::PostgresDatabase;
use crate::store::row::listed::ListSealer;
use crate::store::row::rows::StoredTokens;
use crate::store::row::sealed_row::RowSealer;
use crate::store::session_store::SessionStore;
use crate::store::shared::{Shared, StoreClock, StoreMetrics};
use crate::store::sqlite::SqliteDatabase;
use crate::store::touch_buffer::TouchBuffer;

/// About how many bytes a session with usual claims takes in memory.
const SESSION_BYTES: u64 = 1500;
/// About how many bytes the tokens of a session take in memory.
const TOKEN_BYTES: u64 = 5000;

impl SessionStore {
    /// Prepares the store at `postgres://…` or `sqlite://…` without waiting for the database, so that a gateway may start
    /// before its database. Must be called inside a tokio runtime. Nothing runs in the background before
    /// [`Self::start`].
    ///
    /// # Errors
    /// `BadUrl` if the address is not one of a database, or the SQLite file cannot be created.
    pub fn connect(
        url: &SecretUrl,
        options: StoreOptions,
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StoreError> {
        let (database, kind) = connect_database(url.expose(), &options)?;
        let listening = Arc::new(AtomicBool::new(false));
        let shared = Shared {
            database,
            kind,
            sealer: RowSealer {
                lists: ListSealer {
                    keys: Arc::clone(&keys),
                    random: Arc::clone(&random),
                },
                keys,
                random,
                sessions_per_person: options.sessions_per_person,
            },
            clock: Arc::new(StoreClock::new(clock, options.follow_database_clock)),
            sessions: Cache::new(
                &Bounds {
                    capacity: options.cache_entries.saturating_mul(SESSION_BYTES),
                    items: options.cache_entries,
                    weigh: session_weight,
                },
                Arc::clone(&listening),
            ),
            tokens: Cache::new(
                &Bounds {
                    capacity: options.cached_token_bytes,
                    items: options.cached_token_bytes / TOKEN_BYTES,
                    weigh: weight,
                },
                Arc::clone(&listening),
            ),
            touches: TouchBuffer::default(),
            listening,
            migrated: AtomicBool::new(false),
            writable_at: Mutex::default(),
            older_keys: Mutex::default(),
            changed: tokio::sync::Notify::new(),
            metrics: StoreMetrics::new(),
            options,
        };
        Ok(Self {
            shared: Arc::new(shared),
            tasks: Arc::default(),
        })
    }
}

fn connect_database(
    url: &str,
    options: &StoreOptions,
) -> Result<(Arc<dyn Database>, &'static str), StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let database = PostgresDatabase::connect_lazily(url, options.max_connections)?;
        Ok((Arc::new(database), "postgres"))
    } else if url.starts_with("sqlite:") {
        let database = SqliteDatabase::connect_lazily(url, options.max_connections)?;
        Ok((Arc::new(database), "sqlite"))
    } else {
        Err(StoreError::BadUrl(
            "it begins with postgres:// or sqlite://, such as sqlite://gatehouse.db".to_owned(),
        ))
    }
}

/// The bytes that a session takes in memory, nearly. A small one counts as a usual one, so that the number of entries is
/// bounded, too.
fn session_weight(session: &Session) -> u32 {
    let bytes = u64::try_from(400 + session.identity.size()).unwrap_or(u64::MAX);
    u32::try_from(bytes.max(SESSION_BYTES)).unwrap_or(u32::MAX)
}

/// The bytes that these tokens take in memory, nearly.
fn weight(stored: &StoredTokens) -> u32 {
    let tokens = &stored.tokens;
    let refresh = tokens
        .refresh
        .as_ref()
        .map_or(0, |token| token.expose().len());
    let access: usize = tokens
        .access
        .iter()
        .map(|grant| 200 + grant.token.expose().len())
        .sum();
    let bytes = 500 + tokens.id_token.expose().len() + refresh + access;
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
