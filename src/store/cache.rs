//! The read-through cache of sessions: what this process has in memory, and when it must be read again.
//!
//! There is one read at a time for each row. Invalidation counts generations. Each entry remembers the generation of its slot
//! from before its row was read, and is current only while the generation is the same. So an invalidation that arrives while
//! a row is being read is not lost, whichever finishes first. Sixteen thousand slots share the sessions; an entry that shares
//! the slot of an invalidated one is read again.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use quick_cache::Weighter;
use quick_cache::sync::{Cache as QuickCache, DefaultLifecycle};
use tokio::sync::OnceCell;

use crate::domain::session::HandleHash;
use crate::seal::hex;
use crate::store::error::StoreError;

/// A power of two that is no more than the values of two bytes.
const SLOTS: usize = 1 << 14;
/// How many milliseconds an entry is current while no invalidations arrive.
const MAX_AGE_NOT_LISTENING: u32 = 2000;
/// After this many reads that an invalidation overtook, the answer is given and not cached.
const MAX_OVERTAKEN: usize = 3;

/// Counts invalidations.
#[derive(Debug)]
struct Generations {
    everything: AtomicU32,
    slots: Box<[AtomicU32]>,
}

/// The generation of a slot before a row was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation {
    everything: u32,
    slot: u32,
}

/// What was read, and when (milliseconds since the cache was made).
#[derive(Debug)]
struct Entry<T> {
    value: Arc<T>,
    generation: Generation,
    read_at: u32,
}

impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            ..*self
        }
    }
}

/// One read of a row that many wait for.
#[derive(Debug)]
struct Read<T> {
    generation: Generation,
    result: OnceCell<Result<Option<Arc<T>>, StoreError>>,
}

type Reads<T> = HashMap<HandleHash, Arc<Read<T>>>;

/// A read-through cache.
pub(super) struct Cache<T> {
    entries: Entries<T>,
    generations: Generations,
    reads: Mutex<Reads<T>>,
    listening: Arc<AtomicBool>,
    made_at: Instant,
}

impl<T> Cache<T> {
    /// A cache within `bounds`. `listening` tells whether invalidations arrive.
    pub(super) fn new(bounds: &Bounds<T>, listening: Arc<AtomicBool>) -> Self {
        Self {
            entries: entries(bounds),
            generations: Generations {
                everything: AtomicU32::new(0),
                slots: (0..SLOTS).map(|_| AtomicU32::new(0)).collect(),
            },
            reads: Mutex::default(),
            listening,
            made_at: Instant::now(),
        }
    }

    /// The cached value, if it is current.
    pub(super) fn get(&self, hash: &HandleHash) -> Option<Arc<T>> {
        self.get_entry(hash).map(|entry| entry.value)
    }

    /// The cached value, or the result of `read`; concurrent callers share one read.
    pub(super) async fn get_or_read<F, R>(
        &self,
        hash: &HandleHash,
        read: F,
    ) -> Result<Option<Arc<T>>, StoreError>
    where
        F: Fn() -> R,
        R: Future<Output = Result<Option<T>, StoreError>>,
    {
        for _ in 0..MAX_OVERTAKEN {
            if let Some(value) = self.get(hash) {
                return Ok(Some(value));
            }
            let shared = self.join_read(hash);
            let reading = &shared.read;
            let result = reading
                .result
                .get_or_init(|| async {
                    let read_at = self.age();
                    let value = read().await?.map(Arc::new);
                    if let Some(value) = &value {
                        self.insert_at(*hash, Arc::clone(value), reading.generation, read_at);
                    }
                    Ok(value)
                })
                .await
                .clone();
            if result.is_err() || reading.generation == self.generation(hash) {
                return result;
            }
        }
        Ok(read().await?.map(Arc::new))
    }

    /// The generation, to be taken before reading a row that [`Self::insert`] caches.
    pub(super) fn generation(&self, hash: &HandleHash) -> Generation {
        Generation {
            everything: self.generations.everything.load(Ordering::Acquire),
            slot: self
                .slot(hash)
                .map_or(0, |slot| slot.load(Ordering::Acquire)),
        }
    }

    /// Caches what has been in the row since `generation`.
    pub(super) fn insert(&self, hash: HandleHash, value: T, generation: Generation) {
        self.insert_at(hash, Arc::new(value), generation, self.age());
    }

    /// Replaces a current value by the result of `change`. `None` if there is no current value, else whether it changed.
    pub(super) fn change(
        &self,
        hash: &HandleHash,
        change: impl FnOnce(&T) -> Option<T>,
    ) -> Option<bool> {
        let entry = self.get_entry(hash)?;
        let Some(value) = change(&entry.value) else {
            return Some(false);
        };
        // The entry keeps its generation, so an invalidation that comes in between wins.
        let changed = Entry {
            value: Arc::new(value),
            ..entry
        };
        Some(self.entries.replace(*hash, changed, false).is_ok())
    }

    /// From now on, nothing of this session that was read before is current.
    pub(super) fn invalidate(&self, hash: &HandleHash) {
        if let Some(slot) = self.slot(hash) {
            slot.fetch_add(1, Ordering::AcqRel);
        }
        self.entries.remove(hash);
    }

    /// From now on, nothing that was read before is current.
    pub(super) fn invalidate_all(&self) {
        self.generations.everything.fetch_add(1, Ordering::AcqRel);
        self.entries.clear();
    }

    /// How many values are cached, current or not.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn insert_at(&self, hash: HandleHash, value: Arc<T>, generation: Generation, read_at: u32) {
        let entry = Entry {
            value,
            generation,
            read_at,
        };
        self.entries.insert(hash, entry);
    }

    fn get_entry(&self, hash: &HandleHash) -> Option<Entry<T>> {
        let entry = self.entries.get(hash)?;
        self.is_current(hash, &entry).then_some(entry)
    }

    fn is_current(&self, hash: &HandleHash, entry: &Entry<T>) -> bool {
        entry.generation == self.generation(hash)
            && (self.listening.load(Ordering::Acquire)
                || self.age().wrapping_sub(entry.read_at) < MAX_AGE_NOT_LISTENING)
    }

    /// Milliseconds since the cache was made. Wraps after 49 days; differences stay right.
    fn age(&self) -> u32 {
        let wrapped = self.made_at.elapsed().as_millis() & u128::from(u32::MAX);
        u32::try_from(wrapped).unwrap_or(0)
    }

    /// The read of this row that is in progress, or a new one. A read that an invalidation overtook is not joined.
    fn join_read<'a>(&'a self, hash: &'a HandleHash) -> SharedRead<'a, T> {
        let generation = self.generation(hash);
        let mut reads = self.lock_reads();
        let in_progress = reads
            .get(hash)
            .filter(|reading| reading.generation == generation);
        let reading = if let Some(reading) = in_progress {
            Arc::clone(reading)
        } else {
            let reading = Arc::new(Read {
                generation,
                result: OnceCell::new(),
            });
            reads.insert(*hash, Arc::clone(&reading));
            reading
        };
        SharedRead {
            cache: self,
            hash,
            read: reading,
        }
    }

    fn lock_reads(&self) -> MutexGuard<'_, Reads<T>> {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every byte of a hash is random, so the first two choose the slot.
    fn slot(&self, hash: &HandleHash) -> Option<&AtomicU32> {
        let [first, second, ..] = hash.0;
        let at = usize::from(u16::from_be_bytes([first, second])) & (SLOTS - 1);
        self.generations.slots.get(at)
    }
}

impl<T> std::fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("len", &self.len()).finish()
    }
}

/// One caller that waits for a read. The first caller to leave closes the read to newcomers, so that nobody gets a
/// result that is older than the call; a caller that is dropped halfway leaves the read to the others.
struct SharedRead<'a, T> {
    cache: &'a Cache<T>,
    hash: &'a HandleHash,
    read: Arc<Read<T>>,
}

impl<T> Drop for SharedRead<'_, T> {
    fn drop(&mut self) {
        let mut reads = self.cache.lock_reads();
        let ours = |listed: &Arc<Read<T>>| Arc::ptr_eq(listed, &self.read);
        // Two: the reference in the list, and this one.
        let last = Arc::strong_count(&self.read) <= 2;
        if (self.read.result.initialized() || last) && reads.get(self.hash).is_some_and(ours) {
            reads.remove(self.hash);
        }
    }
}

/// How much a cache of `T` holds.
#[derive(Debug)]
pub(super) struct Bounds<T> {
    /// The limit to the sum of all weights.
    pub(super) capacity: u64,
    /// About how many entries that is.
    pub(super) items: u64,
    /// The weight of one value.
    pub(super) weigh: fn(&T) -> u32,
}

/// Entries by the hash of their handle. `quick_cache` evicts what was not read lately.
type Entries<T> = QuickCache<
    HandleHash,
    Entry<T>,
    Weigh<T>,
    BuildHasherDefault<LastBytes>,
    DefaultLifecycle<HandleHash, Entry<T>>,
>;

/// Empty entries. Memory is taken as the cache fills.
fn entries<T>(bounds: &Bounds<T>) -> Entries<T> {
    QuickCache::with(
        usize::try_from(bounds.items.max(1)).unwrap_or(usize::MAX),
        bounds.capacity.max(1),
        Weigh(bounds.weigh),
        BuildHasherDefault::default(),
        DefaultLifecycle::default(),
    )
}

impl<T> Weighter<HandleHash, Entry<T>> for Weigh<T> {
    fn weight(&self, _: &HandleHash, entry: &Entry<T>) -> u64 {
        u64::from((self.0)(&entry.value))
    }
}

/// The weight of an entry.
#[derive(Debug)]
struct Weigh<T>(fn(&T) -> u32);

impl<T> Clone for Weigh<T> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

/// Takes the last eight bytes of a handle hash as they are: every byte of a handle hash is random already.
#[derive(Debug, Default)]
struct LastBytes(u64);

impl Hasher for LastBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk() {
            self.0 = u64::from_be_bytes(*last);
        }
    }
}

/// Handles in one text: 65 bytes each, below Postgres' limit of 8000 bytes for a payload.
const HANDLES_PER_TEXT: usize = 100;
/// When more sessions than this end at once, everything is forgotten instead.
const MAX_HANDLES: usize = 10_000;

/// What a replica must forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Invalidation {
    /// These sessions ended, or their identities changed.
    Sessions(Vec<HandleHash>),
    /// The tokens of this session changed.
    Tokens(HandleHash),
    /// Anything may have changed.
    Everything,
}

impl Invalidation {
    /// The invalidations for sessions that ended together.
    pub(super) fn of_ended(hashes: &[HandleHash]) -> Vec<Self> {
        if hashes.len() > MAX_HANDLES {
            return vec![Self::Everything];
        }
        hashes
            .chunks(HANDLES_PER_TEXT)
            .map(|chunk| Self::Sessions(chunk.to_vec()))
            .collect()
    }

    /// The text that travels. `postgres/statements.rs` writes the text of one session in SQL.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Sessions(hashes) => {
                let digits: Vec<String> = hashes.iter().map(|hash| hex(&hash.0)).collect();
                format!("s{}", digits.join(","))
            }
            Self::Tokens(hash) => format!("t{}", hex(&hash.0)),
            Self::Everything => "e".to_owned(),
        }
    }

    /// Reads a text. A text that cannot be read may mean anything, so it means everything.
    pub(super) fn parse(text: &str) -> Self {
        let all = |digits: &str| digits.split(',').map(hash_of).collect::<Option<Vec<_>>>();
        let read = match text.split_at_checked(1) {
            Some(("s", digits)) => all(digits).map(Self::Sessions),
            Some(("t", digits)) => hash_of(digits).map(Self::Tokens),
            _ => None,
        };
        read.unwrap_or(Self::Everything)
    }
}

fn hash_of(digits: &str) -> Option<HandleHash> {
    (digits.len() == 64 && digits.is_ascii()).then_some(())?;
    let mut hash = [0; 32];
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(HandleHash(hash))
}

#[cfg(test)]
mod tests;
