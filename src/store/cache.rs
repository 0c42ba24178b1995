//! `Cache`: what was read from a row, until somebody says that it changed.
//!
//! To forget is to count: each entry remembers the count of its slot from before its row was read, and is believed
//! only while the count is the same. So a notice that arrives while a row is being read is not lost, whatever
//! finishes first. Sixteen thousand slots share the sessions: a neighbour forgotten in vain is one read.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::error::StoreError;
use crate::domain::session::HandleHash;

/// A power of two that is no more than the values of two bytes.
const SLOTS: usize = 1 << 14;
/// The bound on what is believed while nobody is heard.
const UNHEARD: Duration = Duration::from_secs(2);
/// Reads that are overtaken by a notice before the answer is given without keeping it.
const OVERTAKEN: usize = 3;

/// Counts what was forgotten.
#[derive(Debug)]
struct Counts {
    everything: AtomicU32,
    slots: Box<[AtomicU32]>,
}

/// The counts before a row was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    everything: u32,
    slot: u32,
}

/// What was read, and when.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) value: T,
    stamp: Stamp,
    read_at: Instant,
}

/// Why there is nothing to keep.
#[derive(Debug)]
enum Missing {
    Absent,
    Failed(StoreError),
}

/// What was read from rows.
#[derive(Debug)]
pub(super) struct Cache<T: Send + Sync + 'static> {
    entries: moka::future::Cache<HandleHash, Arc<Entry<T>>>,
    counts: Counts,
    heard: Arc<AtomicBool>,
}

impl<T: Send + Sync + Debug + 'static> Cache<T> {
    /// A cache of `capacity` by `weigh`. `heard` tells whether notices arrive.
    pub(super) fn new(capacity: u64, weigh: Option<fn(&T) -> u32>, heard: Arc<AtomicBool>) -> Self {
        let builder = moka::future::Cache::builder().max_capacity(capacity);
        let entries = match weigh {
            Some(weigh) => builder
                .weigher(move |_, entry: &Arc<Entry<T>>| weigh(&entry.value))
                .build(),
            None => builder.build(),
        };
        let counts = Counts {
            everything: AtomicU32::new(0),
            slots: (0..SLOTS).map(|_| AtomicU32::new(0)).collect(),
        };
        Self {
            entries,
            counts,
            heard,
        }
    }

    /// What is known and may be believed.
    pub(super) async fn known(&self, hash: &HandleHash) -> Option<Arc<Entry<T>>> {
        let entry = self.entries.get(hash).await?;
        self.believes(hash, &entry).then_some(entry)
    }

    /// What is known, or what `read` finds; many that ask at once share one reading.
    pub(super) async fn known_or<F, R>(
        &self,
        hash: &HandleHash,
        read: F,
    ) -> Result<Option<Arc<Entry<T>>>, StoreError>
    where
        F: Fn() -> R,
        R: Future<Output = Result<Option<T>, StoreError>>,
    {
        for _ in 0..OVERTAKEN {
            if let Some(entry) = self.entries.get(hash).await {
                if self.believes(hash, &entry) {
                    return Ok(Some(entry));
                }
                self.entries.invalidate(hash).await;
            }
            let stamp = self.stamp(hash);
            let reading = async {
                match read().await {
                    Ok(Some(value)) => Ok(Arc::new(Entry::new(value, stamp))),
                    Ok(None) => Err(Missing::Absent),
                    Err(error) => Err(Missing::Failed(error)),
                }
            };
            match self.entries.try_get_with_by_ref(hash, reading).await {
                Ok(entry) if self.believes(hash, &entry) => return Ok(Some(entry)),
                Ok(_) => {}
                Err(missing) => match missing.as_ref() {
                    Missing::Absent => return Ok(None),
                    Missing::Failed(error) => return Err(error.clone()),
                },
            }
        }
        let stamp = self.stamp(hash);
        let value = read().await?;
        Ok(value.map(|value| Arc::new(Entry::new(value, stamp))))
    }

    /// The counts to take before reading what is kept afterwards.
    pub(super) fn stamp(&self, hash: &HandleHash) -> Stamp {
        Stamp {
            everything: self.counts.everything.load(Ordering::Acquire),
            slot: self
                .slot(hash)
                .map_or(0, |slot| slot.load(Ordering::Acquire)),
        }
    }

    /// Keeps what is known to stand in the row since `stamp`.
    pub(super) async fn keep(&self, hash: HandleHash, value: T, stamp: Stamp) {
        let entry = Arc::new(Entry::new(value, stamp));
        self.entries.insert(hash, entry).await;
    }

    /// Believes nothing of this session that was read before now.
    pub(super) fn forget(&self, hash: &HandleHash) {
        if let Some(slot) = self.slot(hash) {
            slot.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Lets go of the memory of a session that ended.
    pub(super) async fn drop_entry(&self, hash: &HandleHash) {
        self.forget(hash);
        self.entries.invalidate(hash).await;
    }

    /// Believes nothing that was read before now.
    pub(super) fn forget_everything(&self) {
        self.counts.everything.fetch_add(1, Ordering::AcqRel);
        self.entries.invalidate_all();
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.entries.entry_count()
    }

    fn believes(&self, hash: &HandleHash, entry: &Entry<T>) -> bool {
        entry.stamp == self.stamp(hash)
            && (self.heard.load(Ordering::Acquire) || entry.read_at.elapsed() < UNHEARD)
    }

    /// A hash is random in every byte, so its first two choose the slot.
    fn slot(&self, hash: &HandleHash) -> Option<&AtomicU32> {
        let [first, second, ..] = hash.0;
        let at = usize::from(u16::from_be_bytes([first, second])) & (SLOTS - 1);
        self.counts.slots.get(at)
    }
}

impl<T> Entry<T> {
    fn new(value: T, stamp: Stamp) -> Self {
        Self {
            value,
            stamp,
            read_at: Instant::now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(heard: bool) -> Cache<u32> {
        Cache::new(100, None, Arc::new(AtomicBool::new(heard)))
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
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.value, 1, "the overtaken reading is not believed");
    }

    #[tokio::test]
    async fn what_never_stops_changing_is_answered_and_not_kept() {
        let cache = cache(true);
        let found = cache
            .known_or(&HASH, || async {
                cache.forget(&HASH);
                Ok(Some(7))
            })
            .await
            .unwrap();
        assert_eq!(found.unwrap().value, 7);
        assert!(cache.known(&HASH).await.is_none());
    }

    #[tokio::test]
    async fn many_that_miss_at_once_share_one_reading() {
        let cache = Arc::new(cache(true));
        let reads = Arc::new(AtomicU32::new(0));
        let ask = |_| {
            let (cache, reads) = (Arc::clone(&cache), Arc::clone(&reads));
            tokio::spawn(async move {
                let read = || async {
                    reads.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Ok(Some(1))
                };
                cache.known_or(&HASH, read).await.unwrap().unwrap().value
            })
        };
        for answer in futures_util::future::join_all((0..100).map(ask)).await {
            assert_eq!(answer.unwrap(), 1);
        }
        assert_eq!(reads.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn absence_and_failure_are_not_kept() {
        let cache = cache(true);
        assert!(
            cache
                .known_or(&HASH, || async { Ok(None) })
                .await
                .unwrap()
                .is_none()
        );
        let failing = || async { Err(StoreError::BadUrl("x".to_owned())) };
        assert!(cache.known_or(&HASH, failing).await.is_err());
        let found = cache.known_or(&HASH, || async { Ok(Some(3)) }).await;
        assert_eq!(found.unwrap().unwrap().value, 3);
    }

    #[tokio::test]
    async fn while_nobody_is_heard_nothing_older_than_two_seconds_is_believed() {
        let cache = cache(false);
        let stamp = cache.stamp(&HASH);
        let long_ago = Instant::now().checked_sub(UNHEARD).unwrap();
        let entry = Entry {
            value: 1,
            stamp,
            read_at: long_ago,
        };
        assert!(!cache.believes(&HASH, &entry));
        assert!(cache.believes(&HASH, &Entry::new(1, stamp)));
        cache.heard.store(true, Ordering::Release);
        assert!(cache.believes(&HASH, &entry));
    }
}
