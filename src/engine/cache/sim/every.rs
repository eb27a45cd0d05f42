//! A real LRU over every key: two index arrays, no hash map.

use super::Start;

/// A key that is not in any list.
const ABSENT: u32 = u32::MAX;

/// One list a part, newest first, over keys laid out by location, stream and rank. The links of a part's two ends
/// stand behind those of the keys.
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
        warm.sort_by(|a, b| b.0.total_cmp(&a.0));
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
        self.unlink(key);
        if self.filled.get(key).is_some_and(|filled| now - filled >= self.ttl_ns) {
            self.sizes[part] -= 1;
            return false;
        }
        self.link_first(part, key);
        true
    }

    pub fn fill(&mut self, part: usize, stream: usize, rank: u64, now: i64) {
        if self.capacity == 0 {
            return;
        }
        let key = self.key(part / self.parts_per_location, stream, rank);
        self.remove(key);
        if self.sizes[part] >= self.capacity {
            self.remove(self.older_end(part));
        }
        self.part[key] = part as u32;
        self.sizes[part] += 1;
        self.link_first(part, key);
        if let Some(filled) = self.filled.get_mut(key) {
            *filled = now;
        }
    }

    pub fn invalidate(&mut self, stream: usize, rank: u64) {
        for location in 0..self.sizes.len() / self.parts_per_location {
            self.remove(self.key(location, stream, rank));
        }
    }

    pub fn flush(&mut self, part: usize) {
        while self.sizes[part] > 0 {
            self.remove(self.older_end(part));
        }
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
            self.unlink(key);
            self.sizes[self.part[key] as usize] -= 1;
        }
    }

    fn unlink(&mut self, key: usize) {
        let (newer, older) = (self.newer[key], self.older[key]);
        self.older[newer as usize] = older;
        self.newer[older as usize] = newer;
        self.newer[key] = ABSENT;
    }

    fn link_first(&mut self, part: usize, key: usize) {
        let end = self.end(part);
        let first = self.older[end];
        self.older[key] = first;
        self.newer[key] = end as u32;
        self.newer[first as usize] = key as u32;
        self.older[end] = key as u32;
    }
}
