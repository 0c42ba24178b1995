//! `Cache`: read-through cache of rows, with one read at a time for each row.
//!
//! Invalidation counts generations. Each entry remembers the generation of its slot from before its row was read, and is
//! current only while the generation is the same. So an invalidation that arrives while a row is being read is not lost,
//! whichever finishes first. Sixteen thousand slots share the sessions; an entry that shares the slot of an invalidated
//! one is read again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::OnceCell;

use crate::domain::session::HandleHash;
use crate::store::cache::entries::{Bounds, Entries, Weighed, entries};
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
pub(in crate::store) struct Generation {
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

impl<T> Weighed for Entry<T> {
    type Value = T;

    fn value(&self) -> &T {
        &self.value
    }
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
pub(in crate::store) struct Cache<T> {
    entries: Entries<Entry<T>>,
    generations: Generations,
    reads: Mutex<Reads<T>>,
    listening: Arc<AtomicBool>,
    made_at: Instant,
}

impl<T> Cache<T> {
    /// A cache within `bounds`. `listening` tells whether invalidations arrive.
    pub(in crate::store) fn new(bounds: &Bounds<T>, listening: Arc<AtomicBool>) -> Self {
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
    pub(in crate::store) fn get(&self, hash: &HandleHash) -> Option<Arc<T>> {
        self.get_entry(hash).map(|entry| entry.value)
    }

    /// The cached value, or the result of `read`; concurrent callers share one read.
    pub(in crate::store) async fn get_or_read<F, R>(
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
    pub(in crate::store) fn generation(&self, hash: &HandleHash) -> Generation {
        Generation {
            everything: self.generations.everything.load(Ordering::Acquire),
            slot: self
                .slot(hash)
                .map_or(0, |slot| slot.load(Ordering::Acquire)),
        }
    }

    /// Caches what has been in the row since `generation`.
    pub(in crate::store) fn insert(&self, hash: HandleHash, value: T, generation: Generation) {
        self.insert_at(hash, Arc::new(value), generation, self.age());
    }

    /// Replaces a current value by the result of `change`. `None` if there is no current value, else whether it changed.
    pub(in crate::store) fn change(
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
    pub(in crate::store) fn invalidate(&self, hash: &HandleHash) {
        if let Some(slot) = self.slot(hash) {
            slot.fetch_add(1, Ordering::AcqRel);
        }
        self.entries.remove(hash);
    }

    /// From now on, nothing that was read before is current.
    pub(in crate::store) fn invalidate_all(&self) {
        self.generations.everything.fetch_add(1, Ordering::AcqRel);
        self.entries.clear();
    }

    /// How many values are cached, current or not.
    pub(in crate::store) fn len(&self) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(listening: bool) -> Cache<u32> {
        Cache::new(&Bounds::count(100), Arc::new(AtomicBool::new(listening)))
    }

    const HASH: HandleHash = HandleHash([9; 32]);

    #[tokio::test]
    async fn an_invalidation_that_arrives_while_the_row_is_read_is_not_lost() {
        let cache = cache(true);
        let reads = AtomicU32::new(0);
        let found = cache
            .get_or_read(&HASH, || async {
                let read = reads.fetch_add(1, Ordering::SeqCst);
                if read == 0 {
                    cache.invalidate(&HASH);
                }
                Ok(Some(read))
            })
            .await;
        assert_eq!(
            found.unwrap().as_deref(),
            Some(&1),
            "the overtaken read is not cached"
        );
        assert_eq!(cache.get(&HASH).as_deref(), Some(&1));
    }

    #[tokio::test]
    async fn a_row_that_never_stops_changing_is_answered_and_not_cached() {
        let cache = cache(true);
        let found = cache
            .get_or_read(&HASH, || async {
                cache.invalidate(&HASH);
                Ok(Some(7))
            })
            .await;
        assert_eq!(found.unwrap().as_deref(), Some(&7));
        assert_eq!(cache.get(&HASH), None);
    }

    #[tokio::test]
    async fn concurrent_misses_share_one_read() {
        for answer in [Some(1), None] {
            let cache = cache(true);
            let reads = AtomicU32::new(0);
            let read = || async {
                reads.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(answer)
            };
            let asks = (0..100).map(|_| cache.get_or_read(&HASH, read));
            for found in futures_util::future::join_all(asks).await {
                assert_eq!(found.unwrap().as_deref(), answer.as_ref());
            }
            assert_eq!(reads.load(Ordering::SeqCst), 1);
            assert!(cache.lock_reads().is_empty());
        }
    }

    #[tokio::test]
    async fn a_caller_that_is_dropped_halfway_leaves_the_read_to_the_others() {
        let cache = cache(true);
        let (_never, gate) = tokio::sync::oneshot::channel::<()>();
        let gate = Mutex::new(Some(gate));
        let read = || async {
            let first = gate.lock().unwrap().take();
            if let Some(gate) = first {
                gate.await.ok();
            }
            Ok(Some(5))
        };
        let mut leaver = Box::pin(cache.get_or_read(&HASH, read));
        let mut stayer = Box::pin(cache.get_or_read(&HASH, read));
        assert!(futures_util::poll!(&mut leaver).is_pending());
        assert!(futures_util::poll!(&mut stayer).is_pending());
        drop(leaver);
        assert_eq!(stayer.await.unwrap().as_deref(), Some(&5));
        assert!(cache.lock_reads().is_empty());
    }

    #[tokio::test]
    async fn absence_and_failure_are_not_cached() {
        let cache = cache(true);
        let absent = cache.get_or_read(&HASH, || async { Ok(None) }).await;
        assert_eq!(absent.unwrap(), None);
        let failing = || async { Err(StoreError::BadUrl("x".to_owned())) };
        assert!(cache.get_or_read(&HASH, failing).await.is_err());
        let found = cache.get_or_read(&HASH, || async { Ok(Some(3)) }).await;
        assert_eq!(found.unwrap().as_deref(), Some(&3));
    }

    #[tokio::test]
    async fn without_invalidations_nothing_older_than_two_seconds_is_current() {
        let cache = cache(false);
        let entry = |age: u32| Entry {
            value: Arc::new(1),
            generation: cache.generation(&HASH),
            read_at: cache.age().wrapping_sub(age),
        };
        assert!(cache.is_current(&HASH, &entry(0)));
        assert!(!cache.is_current(&HASH, &entry(MAX_AGE_NOT_LISTENING)));
        cache.listening.store(true, Ordering::Release);
        assert!(cache.is_current(&HASH, &entry(MAX_AGE_NOT_LISTENING)));
    }

    #[test]
    fn an_invalidated_value_is_not_revived_by_a_change() {
        let cache = cache(true);
        cache.insert(HASH, 1, cache.generation(&HASH));
        assert_eq!(cache.change(&HASH, |value| Some(value + 1)), Some(true));
        assert_eq!(cache.change(&HASH, |_| None), Some(false));
        assert_eq!(cache.get(&HASH).as_deref(), Some(&2));
        cache.invalidate(&HASH);
        assert_eq!(cache.change(&HASH, |value| Some(value + 1)), None);
        assert_eq!(cache.get(&HASH), None);
    }
}
