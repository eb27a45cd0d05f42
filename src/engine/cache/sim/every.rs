//! A real cache over every key, LRU unless told otherwise: two index arrays, no hash map.

use super::{Rates, Rule, Start, filled_at, mix};
use crate::topology::Eviction;

/// A key that is not in any list.
const ABSENT: u32 = u32::MAX;

/// One list a part, newest first, over keys laid out by location, stream and rank. The links of a part's two ends
/// stand behind those of the keys. With random eviction a part has an array of its entries instead, and `older` says
/// where in it a key stands.
#[derive(Debug, Clone)]
pub struct Every {
    newer: Vec<u32>,
    older: Vec<u32>,
    /// Part that holds each key.
    part: Vec<u32>,
    /// Time of each key's fill [ns]; empty when nothing expires.
    filled: Vec<i64>,
    /// First key of each stream, within a location.
    offsets: Vec<usize>,
    keys: usize,
    ttl_ns: i64,
    capacity: u32,
    sizes: Vec<u32>,
    parts_per_location: usize,
    rule: Rule,
    /// Rates by stream: what is popular enough to be kept.
    rates: Vec<Rates>,
    /// Entries of each part, where any of them may leave.
    members: Vec<Vec<u32>>,
    /// Evictions so far, which the choices of a random eviction hang on.
    evicted: u64,
}

impl Every {
    /// Warm: the keys of each part in the order of their last use, as many as fit.
    pub fn new(start: &Start) -> Self {
        let mut keys = 0;
        let mut offsets = Vec::new();
        for stream in start.streams {
            offsets.push(keys);
            keys += stream.keys as usize;
        }
        let locations = start.size.locations as usize;
        let parts = locations * start.parts_per_location;
        let expires = start.size.ttl_s < f64::INFINITY;
        let mut every = Every {
            newer: vec![ABSENT; locations * keys + parts],
            older: vec![ABSENT; locations * keys + parts],
            part: vec![0; locations * keys],
            filled: vec![0; if expires { locations * keys } else { 0 }],
            offsets,
            keys,
            ttl_ns: if expires { (start.size.ttl_s * 1e9) as i64 } else { i64::MAX },
            capacity: start.part_entries.min(f64::from(ABSENT - 1)) as u32,
            sizes: vec![0; parts],
            parts_per_location: start.parts_per_location,
            rule: start.rule,
            rates: start.rates.clone(),
            members: vec![Vec::new(); if start.rule.eviction == Eviction::Random { parts } else { 0 }],
            evicted: start.seed,
        };
        (0..parts).for_each(|part| every.flush_links(part));
        (0..locations).for_each(|location| every.warm(start, location));
        every
    }

    fn warm(&mut self, start: &Start, location: usize) {
        let mut warm = Vec::new();
        for (stream, keys) in start.streams.iter().map(|stream| stream.keys).enumerate() {
            for rank in 1..=keys {
                if let Some((used, filled)) = start.warm(location, stream, rank) {
                    warm.push((used, filled, stream, rank));
                }
            }
        }
        crate::sorted::sort_by(&mut warm, |a, b| b.0.total_cmp(&a.0));
        for (_, filled, stream, rank) in warm {
            let part = start.part_of(location, stream, rank);
            self.fill(part, stream, rank, -((filled * 1e9) as i64));
        }
    }

    pub fn lookup(&mut self, part: usize, stream: usize, rank: u64, now: i64) -> bool {
        let key = self.key(part / self.parts_per_location, stream, rank);
        if self.newer[key] == ABSENT || self.part[key] as usize != part {
            return false;
        }
        if self.filled.get(key).is_some_and(|filled| now.saturating_sub(*filled) >= self.ttl_ns) {
            self.remove(key);
            return false;
        }
        if self.rule.eviction == Eviction::Lru {
            self.unlink(key);
            self.link_first(part, key);
        }
        true
    }

    pub fn fill(&mut self, part: usize, stream: usize, rank: u64, now: i64) {
        if self.capacity == 0 {
            return;
        }
        let key = self.key(part / self.parts_per_location, stream, rank);
        self.remove(key);
        if !self.makes_room(part, stream, rank) {
            return;
        }
        self.part[key] = part as u32;
        self.sizes[part] += 1;
        self.link_first(part, key);
        if let Some(filled) = self.filled.get_mut(key) {
            *filled = filled_at(now, &self.rule);
        }
    }

    pub fn refresh_due(&mut self, part: usize, stream: usize, rank: u64, now: i64) -> bool {
        let key = self.key(part / self.parts_per_location, stream, rank);
        let ttl_s = self.rule.ttl_s;
        self.filled.get_mut(key).is_some_and(|filled| super::refresh_due(filled, now, ttl_s))
    }

    pub fn invalidate(&mut self, stream: usize, rank: u64) {
        for location in 0..self.sizes.len() / self.parts_per_location {
            self.remove(self.key(location, stream, rank));
        }
    }

    /// Adds empty parts up to this many, where there is one location.
    pub fn resize(&mut self, parts: usize) -> bool {
        if self.sizes.len() != self.parts_per_location {
            return false;
        }
        for part in self.sizes.len()..parts {
            self.newer.push(ABSENT);
            self.older.push(ABSENT);
            self.sizes.push(0);
            if !self.members.is_empty() {
                self.members.push(Vec::new());
            }
            self.flush_links(part);
        }
        self.parts_per_location = self.sizes.len();
        true
    }

    pub fn flush(&mut self, part: usize) {
        while self.sizes[part] > 0 {
            let leaving = self.leaves(part);
            self.remove(leaving);
        }
    }

    /// Whether a key gets in: another leaves for it when the part is full. Where the most popular keys stay those are
    /// known, and fill the cache in the mean.
    fn makes_room(&mut self, part: usize, stream: usize, rank: u64) -> bool {
        if self.rule.eviction == Eviction::Lfu {
            let reads = self.rates[stream].point(1.0, rank as f64).rates.reads;
            return reads * self.rule.age_s >= 1.0;
        }
        if self.sizes[part] >= self.capacity {
            let leaving = self.leaves(part);
            self.remove(leaving);
        }
        true
    }

    /// The entry of a part that leaves next.
    fn leaves(&mut self, part: usize) -> usize {
        let Some(members) = self.members.get(part) else { return self.older_end(part) };
        self.evicted += 1;
        let any = (u128::from(mix(self.evicted)) * members.len() as u128) >> 64;
        members[any as usize] as usize
    }

    fn key(&self, location: usize, stream: usize, rank: u64) -> usize {
        location * self.keys + self.offsets[stream] + rank as usize - 1
    }

    fn end(&self, part: usize) -> usize {
        self.part.len() + part
    }

    /// The key of a part that was used longest ago.
    fn older_end(&self, part: usize) -> usize {
        self.newer[self.end(part)] as usize
    }

    fn flush_links(&mut self, part: usize) {
        let end = self.end(part);
        self.newer[end] = end as u32;
        self.older[end] = end as u32;
    }

    fn remove(&mut self, key: usize) {
        if self.newer[key] != ABSENT {
            self.sizes[self.part[key] as usize] -= 1;
            if self.members.is_empty() { self.unlink(key) } else { self.leave_members(key) }
        }
    }

    fn leave_members(&mut self, key: usize) {
        let place = self.older[key] as usize;
        let members = &mut self.members[self.part[key] as usize];
        members.swap_remove(place);
        if let Some(moved) = members.get(place) {
            self.older[*moved as usize] = place as u32;
        }
        self.newer[key] = ABSENT;
    }

    fn unlink(&mut self, key: usize) {
        let (newer, older) = (self.newer[key], self.older[key]);
        self.older[newer as usize] = older;
        self.newer[older as usize] = newer;
        self.newer[key] = ABSENT;
    }

    fn link_first(&mut self, part: usize, key: usize) {
        if let Some(members) = self.members.get_mut(part) {
            self.older[key] = members.len() as u32;
            self.newer[key] = 0;
            members.push(key as u32);
            return;
        }
        let end = self.end(part);
        let first = self.older[end];
        self.older[key] = first;
        self.newer[key] = end as u32;
        self.newer[first as usize] = key as u32;
        self.older[end] = key as u32;
    }
}
