//! `SessionStore`: the facade. Creates, finds, touches and ends one session; its siblings `tokens`, `ending`,
//! `used_once` and `housekeeping` hold the rest of its methods.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::domain::clock::{Clock, Random, Timestamp};
use crate::domain::profile::ProfileId;
use crate::domain::secret::SecretUrl;
use crate::domain::session::{HandleHash, Session, SessionHandle, TOUCH_SECONDS};
use crate::seal::{KeyRing, handle_hash};
use crate::store::cache::sessions::Cache;
use crate::store::clock::StoreClock;
use crate::store::error::StoreError;
use crate::store::maintenance::Tasks;
use crate::store::metrics::Measures;
use crate::store::options::StoreOptions;
use crate::store::postgres::PostgresRows;
use crate::store::row::database_trait::{IdentityRow, Rows, Touch};
use crate::store::row::sealed_row::{EndedSession, NewSession, Opening, StoredTokens, used};
use crate::store::sqlite::SqliteRows;
use crate::store::touch_buffer::Touches;

/// Everything that the store's methods and its tasks share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) rows: Arc<dyn Rows>,
    pub(super) kind: &'static str,
    pub(super) opening: Opening,
    pub(super) clock: Arc<StoreClock>,
    pub(super) options: StoreOptions,
    pub(super) sessions: Cache<Session>,
    pub(super) tokens: Cache<StoredTokens>,
    pub(super) touches: Touches,
    pub(super) heard: Arc<AtomicBool>,
    pub(super) migrated: AtomicBool,
    /// Rung at each notice about tokens or sessions.
    pub(super) changed: tokio::sync::Notify,
    pub(super) measures: Measures,
}

/// Sessions at rest, with what is known of them in memory. Clones share everything.
#[derive(Debug, Clone)]
pub struct SessionStore {
    pub(super) shared: Arc<Shared>,
    pub(super) tasks: Arc<Tasks>,
}

impl SessionStore {
    /// Prepares the store at `postgres://…` or `sqlite://…` without waiting for the database: a gateway may start
    /// before it. Must be called inside a tokio runtime. Nothing runs in the background before [`Self::start`].
    ///
    /// # Errors
    /// `BadUrl` if the address cannot be one, or the SQLite file cannot be made.
    pub fn connect(
        url: &SecretUrl,
        options: StoreOptions,
        keys: Arc<KeyRing>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, StoreError> {
        let (rows, kind) = connect_rows(url.expose(), &options)?;
        let heard = Arc::new(AtomicBool::new(false));
        let shared = Shared {
            rows,
            kind,
            opening: Opening { keys, random },
            clock: Arc::new(StoreClock::new(clock, options.follow_database_clock)),
            sessions: Cache::new(options.cache_entries, |_| 1, Arc::clone(&heard)),
            tokens: Cache::new(options.cached_token_bytes, weight, Arc::clone(&heard)),
            touches: Touches::default(),
            heard,
            migrated: AtomicBool::new(false),
            changed: tokio::sync::Notify::new(),
            measures: Measures::new(),
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

    /// Begins a session and ends the one that this browser had at the profile, in one transaction. Both hold when this returns, on
    /// this replica at once and on the others within a second.
    ///
    /// # Errors
    /// `Unavailable`: nothing was begun and nothing ended, as far as anybody can tell.
    pub async fn create(&self, new: NewSession) -> Result<(), StoreError> {
        let shared = &self.shared;
        let row = shared.opening.new_row(&new)?;
        let ended = new.ended.as_ref().map(handle_hash);
        let stamp = shared.sessions.stamp(&row.hash);
        let inserted = shared.rows.insert(&row, ended.as_ref()).await;
        shared.measures.count(inserted)?;
        if let Some(ended) = ended {
            shared.forget_ended(&ended);
        }
        shared.sessions.keep(row.hash, new.session, stamp);
        Ok(())
    }

    /// The live session of a handle: from memory without a database call, else from its row.
    ///
    /// A row that does not open, or that a newer version wrote, is none.
    ///
    /// # Errors
    /// `Unavailable`: whether there is one is unknown. `Inconsistent`: the row cannot be ours.
    pub async fn find(&self, handle: &SessionHandle) -> Result<Option<Arc<Session>>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let now = shared.clock.now();
        if let Some(session) = shared.sessions.known(&hash) {
            if session.is_live(now) {
                shared.measures.hits.increment(1);
                return Ok(Some(session));
            }
            if now >= session.expires_at {
                return Ok(None);
            }
            // Idle here, but it may have been used through another replica.
            shared.sessions.forget(&hash);
        }
        shared.measures.misses.increment(1);
        let read = || shared.read_session(handle, &hash);
        let session = shared.sessions.known_or(&hash, read).await;
        let session = shared.measures.count(session)?;
        Ok(session.filter(|session| session.is_live(now)))
    }

    /// Notes that a session was used at `now`, so that it idles until `idle_until`. Believed at once here, written
    /// with many others later, at most once a minute; what ended is not revived.
    pub fn touch(&self, handle: &SessionHandle, now: Timestamp, idle_until: Timestamp) {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let use_it = |session: &Session| used(session, now, idle_until);
        if shared.sessions.change(&hash, use_it).unwrap_or(true) {
            shared.touches.add(Touch {
                hash,
                seen_at: now.timestamp_millis(),
                idle_until: idle_until.timestamp_millis(),
            });
        }
    }

    /// Writes the uses that wait. Called every few seconds by the store itself, and before the process ends.
    ///
    /// # Errors
    /// `Unavailable`: what was not written waits on.
    pub async fn flush_touches(&self) -> Result<(), StoreError> {
        self.shared.flush_touches().await
    }

    /// Ends a session of this profile: deletes as it reads, so that whoever ends it has its tokens and nobody else. A
    /// handle of another profile ends nothing.
    ///
    /// # Errors
    /// `Unavailable`: the session may live on; nobody may be told that it ended.
    pub async fn end(
        &self,
        handle: &SessionHandle,
        profile: &ProfileId,
    ) -> Result<Option<EndedSession>, StoreError> {
        let shared = &self.shared;
        let hash = handle_hash(handle);
        let deleted = shared.rows.delete(&hash, profile).await;
        let deleted = shared.measures.count(deleted)?;
        shared.forget_ended(&hash);
        match deleted {
            Some(whole) => shared.opening.whole(handle, &whole),
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
        let Some(row) = self.rows.read(hash).await? else {
            return Ok(None);
        };
        let Some(mut session) = self.opening.session(handle, &row)? else {
            return Ok(None);
        };
        if let Some(touch) = self.touches.waiting_for(hash)
            && let (Some(seen_at), Some(idle_until)) = (
                Timestamp::from_timestamp_millis(touch.seen_at),
                Timestamp::from_timestamp_millis(touch.idle_until),
            )
            && touch.seen_at > row.seen_at
            && touch.seen_at < row.idle_until
        {
            session.seen_at = seen_at;
            session.idle_until = idle_until.min(session.expires_at);
        }
        if !session.is_live(self.clock.now()) {
            return Ok(None);
        }
        if !self.opening.keys.sealed_with_newest(&row.identity) {
            self.reseal(handle, hash, &row).await;
        }
        Ok(Some(session))
    }

    /// Seals a row of an older key with the newest, so that the older can be removed one day. If that fails, the next
    /// reading tries again.
    async fn reseal(&self, handle: &SessionHandle, hash: &HandleHash, row: &IdentityRow) {
        let resealed = async {
            let Some(whole) = self.rows.read_whole(hash).await? else {
                return Ok(());
            };
            let Some(EndedSession { session, tokens }) = self.opening.whole(handle, &whole)? else {
                return Ok(());
            };
            let identity = self
                .opening
                .seal_identity(handle, &session, &session.identity)?;
            let tokens =
                self.opening
                    .seal_tokens(handle, &session.profile, &session.id, &tokens)?;
            let version = whole.row.version;
            self.rows.reseal(hash, version, &identity, &tokens).await
        };
        if let Err(error) = resealed.await {
            let error: &dyn std::error::Error = &error;
            tracing::debug!(session.id = %row.id, error, "a row could not be sealed anew");
        }
    }

    pub(super) async fn flush_touches(&self) -> Result<(), StoreError> {
        let taken = self.touches.take();
        let interval = Duration::from_secs(TOUCH_SECONDS.unsigned_abs());
        let mut unwritten = taken.as_slice();
        while !unwritten.is_empty() {
            let (batch, rest) =
                unwritten.split_at(unwritten.len().min(crate::store::touch_buffer::BATCH));
            if let Err(error) = self.measures.count(self.rows.touch(batch, interval).await) {
                self.touches.put_back(unwritten);
                return Err(error);
            }
            let written = u64::try_from(batch.len()).unwrap_or(u64::MAX);
            self.measures.touches.increment(written);
            unwritten = rest;
        }
        Ok(())
    }

    /// Believes at once what the other replicas will hear.
    pub(super) fn forget_ended(&self, hash: &HandleHash) {
        self.sessions.forget(hash);
        self.tokens.forget(hash);
        self.touches.forget(hash);
        self.changed.notify_waiters();
    }

    pub(super) fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Acquire)
    }
}

fn connect_rows(
    url: &str,
    options: &StoreOptions,
) -> Result<(Arc<dyn Rows>, &'static str), StoreError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let rows = PostgresRows::connect_lazily(url, options.max_connections)?;
        Ok((Arc::new(rows), "postgres"))
    } else if url.starts_with("sqlite:") {
        let rows = SqliteRows::connect_lazily(url, options.max_connections)?;
        Ok((Arc::new(rows), "sqlite"))
    } else {
        Err(StoreError::BadUrl(
            "it begins with postgres:// or sqlite://, such as sqlite://gatehouse.db".to_owned(),
        ))
    }
}

/// Bytes that the tokens of a session take in memory, nearly.
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
