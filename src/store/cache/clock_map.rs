//! `ClockMap`: a map from handle hashes to values, bounded by weight, with clock eviction.
//!
//! Each shard has a hand that goes round its entries: an entry that was read since the last round stays, an entry that
//! was not read is evicted. An entry costs about sixty bytes beside its value, and a read takes one shared lock. With a
//! hundred thousand sessions in memory both matter (moka: 240 bytes and a queue of reads).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::domain::session::HandleHash;

/// Few enough that the shards fill evenly, many enough that workers seldom wait for one another.
const SHARDS: u8 = 16;

/// Passes the key through: a handle hash is random already.
#[derive(Debug, Default)]
struct PassThrough(u64);

impl Hasher for PassThrough {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[derive(Debug)]
struct Slot<V> {
    hash: HandleHash,
    value: V,
    weight: u32,
    was_read: AtomicBool,
}

#[derive(Debug)]
struct Shard<V> {
    places: HashMap<u64, u32, BuildHasherDefault<PassThrough>>,
    slots: Vec<Slot<V>>,
    hand: usize,
    weight: u64,
}

/// A map bounded by weight.
#[derive(Debug)]
pub(in crate::store) struct ClockMap<V> {
    shards: Vec<RwLock<Shard<V>>>,
    shard_capacity: u64,
}

impl<V> ClockMap<V> {
    /// A map that holds `capacity`, and at most a sixteenth more: a shard may exceed its share by that, so that uneven
    /// shards do not evict what fits.
    pub(in crate::store) fn new(capacity: u64) -> Self {
        let share = capacity.div_ceil(u64::from(SHARDS)).max(1);
        Self {
            shards: (0..SHARDS).map(|_| RwLock::new(Shard::new())).collect(),
            shard_capacity: share + share / 16,
        }
    }

    /// The result of `see` for a value, which then counts as read.
    pub(in crate::store) fn get<T>(
        &self,
        hash: &HandleHash,
        see: impl FnOnce(&V) -> T,
    ) -> Option<T> {
        let shard = self.read(hash)?;
        let slot = shard.slot(hash)?;
        if !slot.was_read.load(Ordering::Relaxed) {
            slot.was_read.store(true, Ordering::Relaxed);
        }
        Some(see(&slot.value))
    }

    pub(in crate::store) fn insert(&self, hash: HandleHash, value: V, weight: u32) {
        let Some(mut shard) = self.write(&hash) else {
            return;
        };
        shard.remove(&hash);
        if u64::from(weight) > self.shard_capacity {
            return;
        }
        while shard.weight + u64::from(weight) > self.shard_capacity {
            shard.evict();
        }
        shard.push(Slot {
            hash,
            value,
            weight,
            was_read: AtomicBool::new(false),
        });
    }

    /// Changes a value in place; `None` if there is no value.
    pub(in crate::store) fn update<T>(
        &self,
        hash: &HandleHash,
        change: impl FnOnce(&mut V) -> T,
    ) -> Option<T> {
        let mut shard = self.write(hash)?;
        shard.slot_mut(hash).map(|slot| change(&mut slot.value))
    }

    pub(in crate::store) fn remove(&self, hash: &HandleHash) {
        if let Some(mut shard) = self.write(hash) {
            shard.remove(hash);
        }
    }

    pub(in crate::store) fn clear(&self) {
        for shard in &self.shards {
            let full = std::mem::replace(
                &mut *shard.write().unwrap_or_else(PoisonError::into_inner),
                Shard::new(),
            );
            // Outside of the lock: dropping many values takes a while.
            drop(full);
        }
    }

    pub(in crate::store) fn len(&self) -> usize {
        let count = |shard: &RwLock<Shard<V>>| {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            shard.slots.len()
        };
        self.shards.iter().map(count).sum()
    }

    /// Nothing panics while a shard is locked, so a poisoned lock guards a consistent shard.
    fn read(&self, hash: &HandleHash) -> Option<RwLockReadGuard<'_, Shard<V>>> {
        let lock = self.shards.get(shard_of(hash))?;
        Some(lock.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, hash: &HandleHash) -> Option<RwLockWriteGuard<'_, Shard<V>>> {
        let lock = self.shards.get(shard_of(hash))?;
        Some(lock.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<V> Shard<V> {
    fn new() -> Self {
        Self {
            places: HashMap::default(),
            slots: Vec::new(),
            hand: 0,
            weight: 0,
        }
    }

    fn place(&self, hash: &HandleHash) -> Option<usize> {
        let place = usize::try_from(*self.places.get(&key_of(hash))?).ok()?;
        (self.slots.get(place)?.hash == *hash).then_some(place)
    }

    fn slot(&self, hash: &HandleHash) -> Option<&Slot<V>> {
        self.slots.get(self.place(hash)?)
    }

    fn slot_mut(&mut self, hash: &HandleHash) -> Option<&mut Slot<V>> {
        let place = self.place(hash)?;
        self.slots.get_mut(place)
    }

    fn push(&mut self, slot: Slot<V>) {
        let key = key_of(&slot.hash);
        // An entry whose hash has the same 64 bits is replaced.
        if let Some(place) = self.places.get(&key).copied() {
            self.remove_at(usize::try_from(place).unwrap_or(usize::MAX));
        }
        if let Ok(place) = u32::try_from(self.slots.len()) {
            self.places.insert(key, place);
            self.weight += u64::from(slot.weight);
            self.slots.push(slot);
        }
    }

    fn remove(&mut self, hash: &HandleHash) {
        if let Some(place) = self.place(hash) {
            self.remove_at(place);
        }
    }

    /// Moves the last slot into the place of the removed one.
    fn remove_at(&mut self, place: usize) {
        if place >= self.slots.len() {
            return;
        }
        let gone = self.slots.swap_remove(place);
        self.places.remove(&key_of(&gone.hash));
        self.weight = self.weight.saturating_sub(u64::from(gone.weight));
        if let Some(moved) = self.slots.get(place)
            && let Some(known) = self.places.get_mut(&key_of(&moved.hash))
        {
            *known = u32::try_from(place).unwrap_or(u32::MAX);
        }
    }

    /// Evicts one entry. Ends, because an entry is passed over at most once.
    fn evict(&mut self) {
        loop {
            if self.hand >= self.slots.len() {
                self.hand = 0;
            }
            let Some(slot) = self.slots.get(self.hand) else {
                self.weight = 0;
                return;
            };
            if !slot.was_read.swap(false, Ordering::Relaxed) {
                self.remove_at(self.hand);
                return;
            }
            self.hand += 1;
        }
    }
}

fn shard_of(hash: &HandleHash) -> usize {
    let [_, _, byte, ..] = hash.0;
    usize::from(byte % SHARDS)
}

fn key_of(hash: &HandleHash) -> u64 {
    hash.0.last_chunk().copied().map_or(0, u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::sha256;

    fn hash(number: u32) -> HandleHash {
        HandleHash(sha256(&number.to_be_bytes()))
    }

    #[test]
    fn a_map_holds_what_fits_and_never_much_more() {
        let map = ClockMap::new(10_000);
        for number in 0..10_000 {
            map.insert(hash(number), number, 1);
        }
        assert!(map.len() > 9_990, "{}", map.len());
        for number in 10_000..40_000 {
            map.insert(hash(number), number, 1);
        }
        assert!(map.len() <= 10_640, "{}", map.len());
        assert_eq!(map.get(&hash(39_999), u32::clone), Some(39_999));
    }

    #[test]
    fn an_entry_that_is_read_stays_while_others_come_and_go() {
        let map = ClockMap::new(160);
        map.insert(hash(0), 0, 1);
        for number in 1..10_000 {
            assert_eq!(map.get(&hash(0), u32::clone), Some(0), "after {number}");
            map.insert(hash(number), number, 1);
        }
    }

    #[test]
    fn entries_are_bounded_by_weight() {
        let map = ClockMap::new(16 * 100);
        for number in 0..1_000 {
            map.insert(hash(number), number, 30);
        }
        assert!(map.len() <= 16 * 3, "{}", map.len());
        map.insert(hash(5_000), 5_000, 1_000);
        assert_eq!(
            map.get(&hash(5_000), u32::clone),
            None,
            "heavier than a shard"
        );
    }

    #[test]
    fn removal_and_replacement_keep_every_other_entry() {
        let map = ClockMap::new(10_000);
        for number in 0..1_000 {
            map.insert(hash(number), number, 1);
        }
        for number in (0..1_000).step_by(3) {
            map.remove(&hash(number));
        }
        for number in (1..1_000).step_by(3) {
            map.insert(hash(number), number + 1, 2);
        }
        for number in (2..1_000).step_by(3) {
            assert_eq!(map.update(&hash(number), |value| *value += 7), Some(()));
        }
        for number in 0..1_000 {
            let expected = match number % 3 {
                0 => None,
                1 => Some(number + 1),
                _ => Some(number + 7),
            };
            assert_eq!(map.get(&hash(number), u32::clone), expected, "{number}");
        }
        map.clear();
        assert_eq!(map.len(), 0);
    }
}
