//! `SessionStore`: the facade. Creates, finds, touches and ends one session. The files `lease`, `end_sessions`,
//! `replay`, `tenant_pins` and `maintenance` hold the rest of its methods.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::domain::clock::{Clock, Timestamp};
use crate::domain::profile::ProfileId;
use crate::domain::random::Random;
use crate::domain::secret::SecretUrl;
use crate::domain::session::{HandleHash, Session, SessionHandle};
use crate::seal::{KeyRing, handle_hash};
use crate::store::background_tasks::BackgroundTasks;
use crate::store::cache::entries::Bounds;
use crate::store::cache::sessions::Cache;
use crate::store::clock::StoreClock;
use crate::store::database::{Database, Touch};
use crate::store::error::StoreError;
use crate::store::metrics::{Operation, StoreMetrics};
use crate::store::options::StoreOptions;
use crate::store::postgres::PostgresDatabase;
use crate::store::row::listed::ListSealer;
use crate::store::row::rows::IdentityRow;
use crate::store::row::sealed_row::{EndedSession, NewSession, RowSealer, StoredTokens, touched};
use crate::store::shared::Shared;
use crate::store::sqlite::SqliteDatabase;
use crate::store::touch_buffer::TouchBuffer;

/// About how many bytes a session with usual claims takes in memory.
const SESSION_BYTES: u64 = 1500;
/// About how many bytes the tokens of a session take in memory.
const TOKEN_BYTES: u64 = 5000;

/// Sessions in the database, with a cache in memory. Clones share everything.
#[derive(Debug, Clone)]
pub struct SessionStore {
    pub(in crate::store) shared: Arc<Shared>,
    pub(in crate::store) tasks: Arc<BackgroundTasks>,
}

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

    /// The time by which sessions end, the same on all replicas.
    pub fn clock(&self) -> Arc<StoreClock> {
        Arc::clone(&self.shared.clock)
    }

    /// Creates a session, and ends the session that this browser had at the profile and the person's oldest beyond
    /// [`StoreOptions::sessions_per_person`], in one transaction. When the method
    /// returns, this replica knows both; the other replicas know within a second.
    ///
    /// # Errors
    /// `Unavailable`: no session was created or ended, unless the database lost the connection while it committed.
    pub async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        let shared = &self.shared;
        let row = shared.sealer.new_row(&new)?;
        let ended = new.ended.as_ref().map(handle_hash);
        let generation = shared.sessions.generation(&row.hash);
        let inserted = shared
            .metrics
            .timed(
                Operation::Create,
                shared.database.insert(&row, ended.as_ref()),
            )
            .await;
        let excess = shared.metrics.count_error(inserted)?;
        shared.forget_all_ended(&excess);
        if let Some(ended) = ended {
            shared.forget_ended(&ended);
        }
        shared.sessions.insert(row.hash, new.session, generation);
        Ok(())
    }

    /// The live session of a handle: from memory without a database call, else from its row.
    ///
    /// A row that does not open, or that a newer version wrote, is no session.
    ///
    /// # Errors
    /// `Unavailable`: whether there is a session is unknown. `Inconsistent`: no version can have written the row.
    pub async fn find(&self, handle: &SessionHandle) -> Result<Option<Arc<Session>>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let now = shared.clock.now();
        if let Some(session) = shared.sessions.get(&hash) {
            if session.is_live(now) {
                shared.metrics.hits.increment(1);
                return Ok(Some(session));
            }
            if now >= session.expires_at {
                return Ok(None);
            }
            // Idle here, but the session may have been used through another replica.
            shared.sessions.invalidate(&hash);
        }
        shared.metrics.misses.increment(1);
        let read = || shared.read_session(handle, &hash);
        let session = shared.sessions.get_or_read(&hash, read).await;
        let session = shared.metrics.count_error(session)?;
        Ok(session.filter(|session| session.is_live(now)))
    }

    /// Notes that a session was used at `now` and becomes idle at `idle_until`. This replica knows at once; the row is
    /// written later together with others, at most once a minute. An ended session is not revived.
    pub fn touch(&self, handle: &SessionHandle, now: Timestamp, idle_until: Timestamp) {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let touch = |session: &Session| touched(session, now, idle_until);
        if shared.sessions.change(&hash, touch).unwrap_or(true) {
            shared.touches.add(Touch {
                hash,
                seen_at: now.timestamp_millis(),
                idle_until: idle_until.timestamp_millis(),
            });
        }
    }

    /// Writes the uses that wait in the buffer. The store does so itself every few seconds, and when it closes.
    ///
    /// # Errors
    /// `Unavailable`: what was not written stays in the buffer.
    pub async fn flush_touches(&self) -> Result<(), StoreError> {
        self.shared.flush_touches().await
    }

    /// Ends a session of this profile. One statement deletes and returns the row, so exactly one caller gets the tokens.
    /// A handle of another profile ends nothing.
    ///
    /// # Errors
    /// `Unavailable`: the session may live on, and the person must not be told that it ended.
    pub async fn end(
        &self,
        handle: &SessionHandle,
        profile: &ProfileId,
    ) -> Result<Option<EndedSession>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let deleted = shared
            .metrics
            .timed(Operation::End, shared.database.delete(&hash, profile))
            .await;
        let deleted = shared.metrics.count_error(deleted)?;
        shared.forget_ended(&hash);
        match deleted {
            Some(whole) => shared.sealer.whole(handle, &whole),
            None => Ok(None),
        }
    }
}

impl Shared {
    async fn read_session(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
    ) -> Result<Option<Session>, StoreError> {
        let Some(row) = self
            .metrics
            .timed(Operation::Read, self.database.read(hash))
            .await?
        else {
            return Ok(None);
        };
        let Some(mut session) = self.sealer.session(handle, &row)? else {
            return Ok(None);
        };
        if let Some(touch) = self.touches.waiting_for(hash) {
            apply_touch(&mut session, touch);
        }
        if !session.is_live(self.clock.now()) {
            return Ok(None);
        }
        if !self.sealer.keys.sealed_with_newest(&row.identity)
            && let Err(error) = self.reseal(handle, hash, &row).await
        {
            let error: &dyn std::error::Error = &error;
            tracing::debug!(session.id = %row.id, error, "a row could not be sealed with the newest key");
        }
        Ok(Some(session))
    }

    /// Seals a row of an older key with the newest key, so that the older key can be removed one day. If that fails, the
    /// next read tries again.
    async fn reseal(
        &self,
        handle: &SessionHandle,
        hash: &HandleHash,
        row: &IdentityRow,
    ) -> Result<(), StoreError> {
        let Some(tokens) = self.database.read_tokens(hash).await? else {
            return Ok(());
        };
        // Both reads must be of one version; the update makes sure that the row still has this version.
        if tokens.version != row.version {
            return Ok(());
        }
        let Some(session) = self.sealer.session(handle, row)? else {
            return Ok(());
        };
        let Some(stored) = self.sealer.tokens(handle, &tokens)? else {
            return Ok(());
        };
        let identity = self
            .sealer
            .seal_identity(handle, &session, &session.identity)?;
        let tokens =
            self.sealer
                .seal_tokens(handle, &session.profile, &session.id, &stored.tokens)?;
        self.database
            .reseal(hash, row.version, &identity, &tokens)
            .await
    }
}

/// A use that is not in the row yet counts, if the session was alive at the time of the use.
fn apply_touch(session: &mut Session, touch: Touch) {
    let seen_at = Timestamp::from_timestamp_millis(touch.seen_at);
    let idle_until = Timestamp::from_timestamp_millis(touch.idle_until);
    if let (Some(seen_at), Some(idle_until)) = (seen_at, idle_until)
        && seen_at > session.seen_at
        && seen_at < session.idle_until
    {
        session.seen_at = seen_at;
        session.idle_until = idle_until.min(session.expires_at);
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
