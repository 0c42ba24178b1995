//! The entries of a cache, in memory within a bound. `quick_cache` evicts what was not read lately.

use std::hash::{BuildHasherDefault, Hasher};

use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use crate::domain::session::HandleHash;

/// How much a cache of `T` holds.
#[derive(Debug)]
pub(in crate::store) struct Bounds<T> {
    /// The limit to the sum of all weights.
    pub(in crate::store) capacity: u64,
    /// About how many entries that is.
    pub(in crate::store) items: u64,
    /// The weight of one value.
    pub(in crate::store) weigh: fn(&T) -> u32,
}

#[cfg(test)]
impl<T> Bounds<T> {
    /// At most this many entries.
    pub(in crate::store) fn count(entries: u64) -> Self {
        Self {
            capacity: entries,
            items: entries,
            weigh: |_| 1,
        }
    }
}

/// An entry whose value is weighed.
pub(in crate::store) trait Weighed: Clone {
    type Value;

    fn value(&self) -> &Self::Value;
}

/// Entries by the hash of their handle.
pub(in crate::store) type Entries<E> = Cache<
    HandleHash,
    E,
    Weigh<<E as Weighed>::Value>,
    BuildHasherDefault<LastBytes>,
    DefaultLifecycle<HandleHash, E>,
>;

/// Empty entries. Memory is taken as the cache fills.
pub(in crate::store) fn entries<E: Weighed>(bounds: &Bounds<E::Value>) -> Entries<E> {
    Cache::with(
        usize::try_from(bounds.items.max(1)).unwrap_or(usize::MAX),
        bounds.capacity.max(1),
        Weigh(bounds.weigh),
        BuildHasherDefault::default(),
        DefaultLifecycle::default(),
    )
}

/// The weight of an entry.
#[derive(Debug)]
pub(in crate::store) struct Weigh<T>(fn(&T) -> u32);

impl<T> Clone for Weigh<T> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<E: Weighed> Weighter<HandleHash, E> for Weigh<E::Value> {
    fn weight(&self, _: &HandleHash, entry: &E) -> u64 {
        u64::from((self.0)(entry.value()))
    }
}

/// Takes the last eight bytes of a handle hash as they are: every byte of a handle hash is random already.
#[derive(Debug, Default)]
pub(in crate::store) struct LastBytes(u64);

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::sha256;

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Number(u32);

    impl Weighed for Number {
        type Value = u32;

        fn value(&self) -> &u32 {
            &self.0
        }
    }

    fn hash(number: u32) -> HandleHash {
        HandleHash(sha256(&number.to_be_bytes()))
    }

    #[test]
    fn a_cache_holds_what_fits_and_never_more() {
        let map: Entries<Number> = entries(&Bounds::count(10_000));
        for number in 0..9_000 {
            map.insert(hash(number), Number(number));
        }
        assert!(map.len() > 8_900, "{}", map.len());
        for number in 9_000..40_000 {
            map.insert(hash(number), Number(number));
        }
        assert!(map.len() <= 10_100, "{}", map.len());
        assert_eq!(map.get(&hash(39_999)), Some(Number(39_999)));
    }

    #[test]
    fn an_entry_that_is_read_stays_while_others_come_and_go() {
        let map: Entries<Number> = entries(&Bounds::count(1_000));
        map.insert(hash(0), Number(0));
        for number in 1..20_000 {
            assert_eq!(map.get(&hash(0)), Some(Number(0)), "after {number}");
            map.insert(hash(number), Number(number));
        }
    }

    #[test]
    fn entries_are_bounded_by_weight() {
        let bounds = Bounds {
            capacity: 30_000,
            items: 1_000,
            weigh: |_| 30,
        };
        let map: Entries<Number> = entries(&bounds);
        for number in 0..5_000 {
            map.insert(hash(number), Number(number));
        }
        assert!(map.len() <= 1_000, "{}", map.len());
        assert!(map.len() > 800, "{}", map.len());
    }
}
