//! `Cache`: what was read from a row, until somebody says that it changed.
//!
//! To forget is to count: each entry remembers the count of its slot from before its row was read, and is believed
//! only while the count is the same. So a notice that arrives while a row is being read is not lost, whatever
//! finishes first. Sixteen thousand slots share the sessions: a neighbour forgotten in vain is one read.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use tokio::sync::OnceCell;

use crate::domain::session::HandleHash;
use crate::store::cache::clock_map::Bounded;
use crate::store::error::StoreError;

/// A power of two that is no more than the values of two bytes.
const SLOTS: usize = 1 << 14;
/// The bound in milliseconds on what is believed while nobody is heard.
const UNHEARD: u32 = 2000;
/// Readings that are overtaken by a notice before the answer is given without keeping it.
const OVERTAKEN: usize = 3;

/// Counts what was forgotten.
#[derive(Debug)]
struct Counts {
    everything: AtomicU32,
    slots: Box<[AtomicU32]>,
}

/// The counts before a row was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Stamp {
    everything: u32,
    slot: u32,
}

/// What was read, and when: milliseconds since the cache was made.
#[derive(Debug)]
struct Entry<T> {
    value: Arc<T>,
    stamp: Stamp,
    read_at: u32,
}

/// One reading that many wait for.
#[derive(Debug)]
struct Reading<T> {
    stamp: Stamp,
    result: OnceCell<Result<Option<Arc<T>>, StoreError>>,
}

type Readings<T> = HashMap<HandleHash, Arc<Reading<T>>>;

/// What was read from rows.
#[derive(Debug)]
pub(in crate::store) struct Cache<T> {
    entries: Bounded<Entry<T>>,
    weigh: fn(&T) -> u32,
    counts: Counts,
    readings: Mutex<Readings<T>>,
    heard: Arc<AtomicBool>,
    made_at: Instant,
}

impl<T> Cache<T> {
    /// A cache of `capacity` by `weigh`. `heard` tells whether notices arrive.
    pub(in crate::store) fn new(
        capacity: u64,
        weigh: fn(&T) -> u32,
        heard: Arc<AtomicBool>,
    ) -> Self {
        Self {
            entries: Bounded::new(capacity),
            weigh,
            counts: Counts {
                everything: AtomicU32::new(0),
                slots: (0..SLOTS).map(|_| AtomicU32::new(0)).collect(),
            },
            readings: Mutex::default(),
            heard,
            made_at: Instant::now(),
        }
    }

    /// What is known and may be believed.
    pub(in crate::store) fn known(&self, hash: &HandleHash) -> Option<Arc<T>> {
        let believed =
            |entry: &Entry<T>| self.believes(hash, entry).then(|| Arc::clone(&entry.value));
        self.entries.get(hash, believed)?
    }

    /// What is known, or what `read` finds; many that ask at once share one reading.
    pub(in crate::store) async fn known_or<F, R>(
        &self,
        hash: &HandleHash,
        read: F,
    ) -> Result<Option<Arc<T>>, StoreError>
    where
        F: Fn() -> R,
        R: Future<Output = Result<Option<T>, StoreError>>,
    {
        for _ in 0..OVERTAKEN {
            if let Some(value) = self.known(hash) {
                return Ok(Some(value));
            }
            let shared = self.reading(hash);
            let reading = &shared.reading;
            let result = reading
                .result
                .get_or_init(|| async {
                    let read_at = self.age();
                    let value = read().await?.map(Arc::new);
                    if let Some(value) = &value {
                        self.keep_at(*hash, Arc::clone(value), reading.stamp, read_at);
                    }
                    Ok(value)
                })
                .await
                .clone();
            if result.is_err() || reading.stamp == self.stamp(hash) {
                return result;
            }
        }
        Ok(read().await?.map(Arc::new))
    }

    /// The counts to take before reading what is kept afterwards.
    pub(in crate::store) fn stamp(&self, hash: &HandleHash) -> Stamp {
        Stamp {
            everything: self.counts.everything.load(Ordering::Acquire),
            slot: self
                .slot(hash)
                .map_or(0, |slot| slot.load(Ordering::Acquire)),
        }
    }

    /// Keeps what is known to stand in the row since `stamp`.
    pub(in crate::store) fn keep(&self, hash: HandleHash, value: T, stamp: Stamp) {
        self.keep_at(hash, Arc::new(value), stamp, self.age());
    }

    /// Puts what `change` makes of a known value in its place. `None` if nothing is known; else whether it changed.
    pub(in crate::store) fn change(
        &self,
        hash: &HandleHash,
        change: impl FnOnce(&T) -> Option<T>,
    ) -> Option<bool> {
        self.known(hash)?;
        self.entries.update(hash, |entry| {
            let changed = change(&entry.value).map(Arc::new);
            let is_changed = changed.is_some();
            if let Some(value) = changed {
                entry.value = value;
            }
            is_changed
        })
    }

    /// Believes nothing of this session that was read before now.
    pub(in crate::store) fn forget(&self, hash: &HandleHash) {
        if let Some(slot) = self.slot(hash) {
            slot.fetch_add(1, Ordering::AcqRel);
        }
        self.entries.remove(hash);
    }

    /// Believes nothing that was read before now.
    pub(in crate::store) fn forget_everything(&self) {
        self.counts.everything.fetch_add(1, Ordering::AcqRel);
        self.entries.clear();
    }

    /// How many there are.
    pub(in crate::store) fn len(&self) -> usize {
        self.entries.len()
    }

    fn keep_at(&self, hash: HandleHash, value: Arc<T>, stamp: Stamp, read_at: u32) {
        let weight = (self.weigh)(&value);
        let entry = Entry {
            value,
            stamp,
            read_at,
        };
        self.entries.insert(hash, entry, weight);
    }

    fn believes(&self, hash: &HandleHash, entry: &Entry<T>) -> bool {
        entry.stamp == self.stamp(hash)
            && (self.heard.load(Ordering::Acquire)
                || self.age().wrapping_sub(entry.read_at) < UNHEARD)
    }

    /// Milliseconds since the cache was made; wraps after 49 days, which differences do not notice.
    fn age(&self) -> u32 {
        let wrapped = self.made_at.elapsed().as_millis() & u128::from(u32::MAX);
        u32::try_from(wrapped).unwrap_or(0)
    }

    /// The reading of this row that is under way, or a new one. One that was overtaken by a notice is not joined.
    fn reading<'a>(&'a self, hash: &'a HandleHash) -> SharedReading<'a, T> {
        let stamp = self.stamp(hash);
        let mut readings = self.lock_readings();
        let under_way = readings.get(hash).filter(|reading| reading.stamp == stamp);
        let reading = if let Some(reading) = under_way {
            Arc::clone(reading)
        } else {
            let reading = Arc::new(Reading {
                stamp,
                result: OnceCell::new(),
            });
            readings.insert(*hash, Arc::clone(&reading));
            reading
        };
        SharedReading {
            cache: self,
            hash,
            reading,
        }
    }

    fn lock_readings(&self) -> MutexGuard<'_, Readings<T>> {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A hash is random in every byte, so its first two choose the slot.
    fn slot(&self, hash: &HandleHash) -> Option<&AtomicU32> {
        let [first, second, ..] = hash.0;
        let at = usize::from(u16::from_be_bytes([first, second])) & (SLOTS - 1);
        self.counts.slots.get(at)
    }
}

/// One of those who wait for a reading. Whoever leaves first ends it for newcomers, so that its result is as old as
/// their question at most; whoever is dropped halfway leaves it to the others.
struct SharedReading<'a, T> {
    cache: &'a Cache<T>,
    hash: &'a HandleHash,
    reading: Arc<Reading<T>>,
}

impl<T> Drop for SharedReading<'_, T> {
    fn drop(&mut self) {
        let mut readings = self.cache.lock_readings();
        let ours = |listed: &Arc<Reading<T>>| Arc::ptr_eq(listed, &self.reading);
        // Two: the list's and this one.
        let last = Arc::strong_count(&self.reading) <= 2;
        if (self.reading.result.initialized() || last) && readings.get(self.hash).is_some_and(ours)
        {
            readings.remove(self.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(heard: bool) -> Cache<u32> {
        Cache::new(100, |_| 1, Arc::new(AtomicBool::new(heard)))
    }

    const HASH: HandleHash = HandleHash([9; 32]);

    #[tokio::test]
    async fn a_notice_that_arrives_while_the_row_is_read_is_not_lost() {
        let cache = cache(true);
        let reads = AtomicU32::new(0);
        let found = cache
            .known_or(&HASH, || async {
                let read = reads.fetch_add(1, Ordering::SeqCst);
                if read == 0 {
                    cache.forget(&HASH);
                }
                Ok(Some(read))
            })
            .await;
        assert_eq!(
            found.unwrap().as_deref(),
            Some(&1),
            "the overtaken reading is not believed"
        );
        assert_eq!(cache.known(&HASH).as_deref(), Some(&1));
    }

    #[tokio::test]
    async fn what_never_stops_changing_is_answered_and_not_kept() {
        let cache = cache(true);
        let found = cache
            .known_or(&HASH, || async {
                cache.forget(&HASH);
                Ok(Some(7))
            })
            .await;
        assert_eq!(found.unwrap().as_deref(), Some(&7));
        assert_eq!(cache.known(&HASH), None);
    }

    #[tokio::test]
    async fn many_that_miss_at_once_share_one_reading() {
        for answer in [Some(1), None] {
            let cache = cache(true);
            let reads = AtomicU32::new(0);
            let read = || async {
                reads.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(answer)
            };
            let asks = (0..100).map(|_| cache.known_or(&HASH, read));
            for found in futures_util::future::join_all(asks).await {
                assert_eq!(found.unwrap().as_deref(), answer.as_ref());
            }
            assert_eq!(reads.load(Ordering::SeqCst), 1);
            assert!(cache.lock_readings().is_empty());
        }
    }

    #[tokio::test]
    async fn a_reader_that_leaves_halfway_leaves_the_reading_to_the_others() {
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
        let mut leaver = Box::pin(cache.known_or(&HASH, read));
        let mut stayer = Box::pin(cache.known_or(&HASH, read));
        assert!(futures_util::poll!(&mut leaver).is_pending());
        assert!(futures_util::poll!(&mut stayer).is_pending());
        drop(leaver);
        assert_eq!(stayer.await.unwrap().as_deref(), Some(&5));
        assert!(cache.lock_readings().is_empty());
    }

    #[tokio::test]
    async fn absence_and_failure_are_not_kept() {
        let cache = cache(true);
        let absent = cache.known_or(&HASH, || async { Ok(None) }).await;
        assert_eq!(absent.unwrap(), None);
        let failing = || async { Err(StoreError::BadUrl("x".to_owned())) };
        assert!(cache.known_or(&HASH, failing).await.is_err());
        let found = cache.known_or(&HASH, || async { Ok(Some(3)) }).await;
        assert_eq!(found.unwrap().as_deref(), Some(&3));
    }

    #[tokio::test]
    async fn while_nobody_is_heard_nothing_older_than_two_seconds_is_believed() {
        let cache = cache(false);
        let entry = |age: u32| Entry {
            value: Arc::new(1),
            stamp: cache.stamp(&HASH),
            read_at: cache.age().wrapping_sub(age),
        };
        assert!(cache.believes(&HASH, &entry(0)));
        assert!(!cache.believes(&HASH, &entry(UNHEARD)));
        cache.heard.store(true, Ordering::Release);
        assert!(cache.believes(&HASH, &entry(UNHEARD)));
    }

    #[test]
    fn what_was_forgotten_is_not_changed_back_into_being() {
        let cache = cache(true);
        cache.keep(HASH, 1, cache.stamp(&HASH));
        assert_eq!(cache.change(&HASH, |value| Some(value + 1)), Some(true));
        assert_eq!(cache.change(&HASH, |_| None), Some(false));
        assert_eq!(cache.known(&HASH).as_deref(), Some(&2));
        cache.forget(&HASH);
        assert_eq!(cache.change(&HASH, |value| Some(value + 1)), None);
        assert_eq!(cache.known(&HASH), None);
    }
}
