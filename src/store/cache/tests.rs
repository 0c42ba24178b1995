//! Reads that invalidations overtake, what fits into memory, and the text of an invalidation.

use super::*;
use crate::seal::sha256;

impl<T> Bounds<T> {
    /// At most this many entries.
    fn count(entries: u64) -> Self {
        Self {
            capacity: entries,
            items: entries,
            weigh: |_| 1,
        }
    }
}

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

fn entry(number: u32) -> Entry<u32> {
    Entry {
        value: Arc::new(number),
        generation: Generation {
            everything: 0,
            slot: 0,
        },
        read_at: 0,
    }
}

fn hash(number: u32) -> HandleHash {
    HandleHash(sha256(&number.to_be_bytes()))
}

#[test]
fn a_cache_holds_what_fits_and_never_more() {
    let map: Entries<u32> = entries(&Bounds::count(10_000));
    for number in 0..9_000 {
        map.insert(hash(number), entry(number));
    }
    assert!(map.len() > 8_900, "{}", map.len());
    for number in 9_000..40_000 {
        map.insert(hash(number), entry(number));
    }
    assert!(map.len() <= 10_100, "{}", map.len());
    assert_eq!(
        map.get(&hash(39_999)).map(|entry| *entry.value),
        Some(39_999)
    );
}

#[test]
fn an_entry_that_is_read_stays_while_others_come_and_go() {
    let map: Entries<u32> = entries(&Bounds::count(1_000));
    map.insert(hash(0), entry(0));
    for number in 1..20_000 {
        let kept = map.get(&hash(0)).map(|entry| *entry.value);
        assert_eq!(kept, Some(0), "after {number}");
        map.insert(hash(number), entry(number));
    }
}

#[test]
fn entries_are_bounded_by_weight() {
    let bounds = Bounds {
        capacity: 30_000,
        items: 1_000,
        weigh: |_| 30,
    };
    let map: Entries<u32> = entries(&bounds);
    for number in 0..5_000 {
        map.insert(hash(number), entry(number));
    }
    assert!(map.len() <= 1_000, "{}", map.len());
    assert!(map.len() > 800, "{}", map.len());
}

#[test]
fn a_text_is_read_back_and_fits_into_a_payload() {
    let hashes: Vec<_> = (0..250).map(|n| HandleHash([n; 32])).collect();
    let invalidations = Invalidation::of_ended(&hashes);
    assert_eq!(invalidations.len(), 3);
    for invalidation in &invalidations {
        assert!(invalidation.to_text().len() < 8000);
        assert_eq!(&Invalidation::parse(&invalidation.to_text()), invalidation);
    }
    let tokens = Invalidation::Tokens(HandleHash([7; 32]));
    assert_eq!(Invalidation::parse(&tokens.to_text()), tokens);
}

#[test]
fn a_text_that_cannot_be_read_means_everything() {
    for text in ["", "e", "x", "s", "sabc", "t12", "é", "s,"] {
        assert_eq!(
            Invalidation::parse(text),
            Invalidation::Everything,
            "{text}"
        );
    }
}

#[test]
fn the_end_of_very_many_sessions_is_one_invalidation() {
    let hashes = vec![HandleHash([1; 32]); MAX_HANDLES + 1];
    assert_eq!(Invalidation::of_ended(&hashes), [Invalidation::Everything]);
}
