//! Very many keys: the most popular ones by their time of last use, the others by the cache's eviction age.
//!
//! An untracked key of rate r is there with probability 1 − exp(−r·age), where the age is that of the oldest entry. The
//! age is solved anew every [`WINDOW`] look-ups so that the tracked keys used within it and the expected number of
//! untracked ones fill the capacity. Measured against a real LRU: within 0.2 points, right after a flush too (rules 1.7).

use super::{
    super::popularity::{Point, tail},
    KeyRates, Rates, Rule, Start, filled_at, mix,
};
use crate::engine::simulate::keytable::KeyTable;
use crate::topology::{Eviction, REFRESH_SHARE};

/// Keys tracked at one location, over all streams.
const TRACKED: u64 = 1 << 16;
/// Untracked keys that can be followed because they were deleted.
const WRITTEN: usize = 1 << 20;
/// Look-ups of a part between two solutions of its age.
const WINDOW: u32 = 2_000;
/// Time of a key that is not there [ns].
const NEVER: i64 = i64::MIN;
/// Ages of the table of untracked entries: eight to an octave of nanoseconds.
const AGES: usize = 64 * 8;

/// The state of all parts.
#[derive(Debug, Clone)]
pub struct Head {
    streams: Vec<Stream>,
    /// Tracked keys at one location.
    keys: usize,
    /// Time of last use of each tracked key, by location, stream and rank [ns].
    used: Vec<i64>,
    /// Time of its fill [ns]; empty when nothing expires.
    filled: Vec<i64>,
    /// Part that holds it; empty when a location has one part.
    part: Vec<u32>,
    parts: Vec<Part>,
    parts_per_location: usize,
    /// Untracked keys that were deleted in the run: last use and fill [ns].
    written: KeyTable<(i64, i64)>,
    capacity: f64,
    rule: Rule,
    /// Expected untracked entries at one location by age, at the ends of the octave bins of [`bin`].
    untracked: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Stream {
    tracked: u64,
    offset: usize,
    rates: Rates,
}

#[derive(Debug, Clone)]
struct Part {
    /// Entries unused for longer are evicted [ns].
    age: i64,
    /// Everything used before has been evicted or flushed [ns]: what is gone does not come back when the age grows.
    gone: i64,
    /// Last flush [ns].
    flushed: i64,
    /// Misses of untracked keys, and how many of them were filled, over about ten windows.
    missed: f64,
    filled: f64,
    /// Look-ups over those of the steady state.
    pace: f64,
    /// Look-ups expected [1/s].
    rate: f64,
    lookups: u32,
    misses: u32,
    fills: u32,
    since: i64,
}

impl Head {
    /// Warm: the age of each tracked key is exponential with its own rate.
    pub fn new(start: &Start) -> Self {
        let streams = streams(start);
        let keys = streams.iter().map(|stream| stream.tracked as usize).sum();
        let locations = start.size.locations as usize;
        let lookups: f64 =
            start.streams.iter().flat_map(|stream| &stream.reads).map(|reads| reads.rate).sum();
        let parts = locations * start.parts_per_location;
        let part = Part {
            // The most popular keys stay for good, and no others get in.
            age: if start.rule.eviction == Eviction::Lfu { i64::MAX } else { nanoseconds(start.rule.age_s) },
            gone: NEVER,
            flushed: NEVER,
            missed: f64::from(WINDOW),
            filled: f64::from(WINDOW),
            pace: 1.0,
            rate: lookups / parts as f64,
            lookups: 0,
            misses: 0,
            fills: 0,
            since: 0,
        };
        let mut head = Head {
            untracked: untracked(start, &streams),
            streams,
            keys,
            used: vec![NEVER; locations * keys],
            filled: vec![NEVER; if start.size.ttl_s < f64::INFINITY { locations * keys } else { 0 }],
            part: vec![0; if start.parts_per_location > 1 { locations * keys } else { 0 }],
            parts: vec![part; parts],
            parts_per_location: start.parts_per_location,
            capacity: start.part_entries,
            rule: start.rule,
            written: KeyTable::bounded(WRITTEN),
        };
        (0..locations).for_each(|location| head.warm(start, location));
        head
    }

    fn warm(&mut self, start: &Start, location: usize) {
        for stream in 0..self.streams.len() {
            for rank in 1..=self.streams[stream].tracked {
                let key = self.key(location, stream, rank);
                if let Some((used, filled)) = start.warm(location, stream, rank) {
                    self.used[key] = -nanoseconds(used);
                    if let Some(at) = self.filled.get_mut(key) {
                        *at = -nanoseconds(filled);
                    }
                }
                if let Some(part) = self.part.get_mut(key) {
                    *part = start.part_of(location, stream, rank) as u32;
                }
            }
        }
    }

    pub fn lookup(&mut self, part: usize, stream: usize, rank: u64, now: i64, u: f64) -> bool {
        self.parts[part].lookups += 1;
        if self.parts[part].lookups == WINDOW {
            self.solve_age(part, now);
        }
        if rank > self.streams[stream].tracked {
            let hit = match self.written.get(self.written_key(part, stream, rank)) {
                Some(times) => self.has_written(times, part, stream, rank, now, u),
                None => u < self.untracked_chance(part, stream, rank, now),
            };
            self.parts[part].misses += u32::from(!hit);
            return hit;
        }
        let key = self.key(part / self.parts_per_location, stream, rank);
        let there = self.survives(key, part, now, u)
            && self.part.get(key).is_none_or(|holder| *holder as usize == part)
            && self
                .filled
                .get(key)
                .is_none_or(|filled| (now.saturating_sub(*filled) as f64) < self.rule.ttl_s * 1e9);
        if there && matches!(self.rule.eviction, Eviction::Lru | Eviction::Random) {
            self.used[key] = now;
        }
        there
    }

    /// Whether a tracked key has not been evicted. At random it may go at any moment since it was last seen; what has
    /// gone is forgotten, so that it does not come back.
    fn survives(&mut self, key: usize, part: usize, now: i64, u: f64) -> bool {
        let used = self.used[key];
        if self.rule.eviction != Eviction::Random {
            return used > self.parts[part].evicted(now);
        }
        let age = self.parts[part].age as f64;
        let stays = used > self.parts[part].gone && u < libm::exp(-(now.saturating_sub(used) as f64) / age);
        if !stays {
            self.used[key] = NEVER;
        }
        stays
    }

    pub fn fill(&mut self, part: usize, stream: usize, rank: u64, now: i64) {
        if self.rule.eviction == Eviction::Lfu {
            let reads = self.streams[stream].rates.point(1.0, rank as f64).rates.reads;
            if reads * self.rule.age_s < 1.0 {
                return;
            }
        }
        if rank > self.streams[stream].tracked {
            self.parts[part].fills += 1;
            let key = self.written_key(part, stream, rank);
            if self.written.get(key).is_some()
                && let Some(times) = self.written.entry(key)
            {
                *times = (now, filled_at(now, &self.rule));
            }
            return;
        }
        let key = self.key(part / self.parts_per_location, stream, rank);
        self.used[key] = now;
        if let Some(filled) = self.filled.get_mut(key) {
            *filled = filled_at(now, &self.rule);
        }
        if let Some(holder) = self.part.get_mut(key) {
            *holder = part as u32;
        }
    }

    /// An untracked key that was deleted is tracked from now on, apart.
    pub fn invalidate(&mut self, stream: usize, rank: u64) {
        for location in 0..self.parts.len() / self.parts_per_location {
            if rank <= self.streams[stream].tracked {
                let key = self.key(location, stream, rank);
                self.used[key] = NEVER;
            } else {
                let key = self.written_key(location * self.parts_per_location, stream, rank);
                if let Some(times) = self.written.entry(key) {
                    *times = (NEVER, NEVER);
                }
            }
        }
    }

    pub fn refresh_due(&mut self, part: usize, stream: usize, rank: u64, now: i64, u: f64) -> bool {
        let ttl_s = self.rule.ttl_s;
        if rank > self.streams[stream].tracked {
            // Of a key that is seldom asked for an entry is as old as any share of its time to live.
            let chance = self.untracked_chance(part, stream, rank, now);
            return ttl_s < f64::INFINITY && u > (1.0 - REFRESH_SHARE) * chance;
        }
        let key = self.key(part / self.parts_per_location, stream, rank);
        self.filled.get_mut(key).is_some_and(|filled| super::refresh_due(filled, now, ttl_s))
    }

    fn written_key(&self, part: usize, stream: usize, rank: u64) -> u64 {
        let location = (part / self.parts_per_location) as u64;
        mix(mix(rank) ^ location << 32 ^ stream as u64).max(1)
    }

    /// Whether an untracked key that has been deleted in the run is there again, by its last use and its fill [ns].
    fn has_written(
        &mut self,
        times: (i64, i64),
        part: usize,
        stream: usize,
        rank: u64,
        now: i64,
        u: f64,
    ) -> bool {
        let (used, filled) = times;
        let here = &self.parts[part];
        let stays = match self.rule.eviction {
            Eviction::Lru | Eviction::Fifo => used > here.evicted(now),
            Eviction::Random => {
                used > here.gone && u < libm::exp(-(now.saturating_sub(used) as f64) / here.age as f64)
            }
            Eviction::Lfu => used > here.gone,
        };
        let there = stays && (now.saturating_sub(filled) as f64) < self.rule.ttl_s * 1e9;
        if there && matches!(self.rule.eviction, Eviction::Lru | Eviction::Random) {
            let key = self.written_key(part, stream, rank);
            if let Some(times) = self.written.entry(key) {
                times.0 = now;
            }
        }
        there
    }

    /// Adds empty parts up to this many, where there is one location.
    pub fn resize(&mut self, parts: usize) -> bool {
        if self.parts.len() != self.parts_per_location {
            return false;
        }
        let fresh = Part { lookups: 0, misses: 0, fills: 0, ..self.parts[0].clone() };
        self.parts.resize(self.parts.len().max(parts), fresh);
        self.parts_per_location = self.parts.len();
        if self.parts_per_location > 1 && self.part.is_empty() {
            self.part = vec![0; self.keys];
        }
        true
    }

    pub fn flush(&mut self, part: usize, now: i64) {
        self.parts[part].gone = now;
        self.parts[part].flushed = now;
    }

    fn key(&self, location: usize, stream: usize, rank: u64) -> usize {
        location * self.keys + self.streams[stream].offset + rank as usize - 1
    }

    fn untracked_chance(&self, index: usize, stream: usize, rank: u64, now: i64) -> f64 {
        let part = &self.parts[index];
        let KeyRates { reads, deletes, updates } = self.streams[stream].rates.point(1.0, rank as f64).rates;
        // Soon after a flush nothing is old enough to have expired, or to have left.
        let since = now.saturating_sub(part.flushed) as f64 * 1e-9;
        let ttl_s = if since < self.rule.ttl_s { f64::INFINITY } else { self.rule.ttl_s };
        let age_s = now.saturating_sub(part.evicted(now)) as f64 * 1e-9;
        let rule = match self.rule.eviction {
            Eviction::Lru => Rule { age_s, ttl_s, ..self.rule },
            Eviction::Lfu if reads * self.rule.age_s < 1.0 => return 0.0,
            _ if since < part.age as f64 * 1e-9 && self.rule.eviction != Eviction::Random => {
                Rule { eviction: Eviction::Lru, age_s: since, ttl_s, ..self.rule }
            }
            Eviction::Fifo | Eviction::Lfu => Rule { ttl_s, ..self.rule },
            Eviction::Random => Rule { age_s: part.age as f64 * 1e-9, ttl_s, ..self.rule },
        };
        let pace = part.pace;
        let key = KeyRates { reads: reads * pace, deletes: deletes * pace, updates: updates * pace };
        let hit = rule.hits(key);
        // At random a key that was filled since the flush is there unless it has left again.
        let young =
            if self.rule.eviction == Eviction::Random { -libm::expm1(-key.reads * since) } else { 1.0 };
        part.filling() * hit.min(young)
    }

    /// Moves a part's eviction age to where tracked and untracked entries fill it.
    fn solve_age(&mut self, index: usize, now: i64) {
        self.parts[index].close_window(now, self.rule.eviction == Eviction::Random);
        if self.capacity == f64::INFINITY || self.rule.eviction == Eviction::Lfu {
            return;
        }
        let counts = self.tracked_by_age(index, now);
        let part = &self.parts[index];
        let oldest = now.saturating_sub(part.gone);
        let others = |age: i64| {
            let age = (age.min(oldest) as f64 * part.pace) as i64;
            part.filling() * self.untracked_entries(age) / self.parts_per_location as f64
        };
        if self.rule.eviction == Eviction::Random {
            self.parts[index].age = self.mean_stay(&counts, others);
            return;
        }
        let (mut tracked, mut before, mut age) = (0.0, 0.0, i64::MAX);
        for (bin, count) in counts.iter().enumerate() {
            tracked += f64::from(*count);
            let here = tracked + others(bin_end(bin));
            if here >= self.capacity {
                let (low, high) = (if bin == 0 { 0 } else { bin_end(bin - 1) }, bin_end(bin));
                age = low + ((high - low) as f64 * (self.capacity - before) / (here - before)) as i64;
                break;
            }
            before = here;
        }
        self.parts[index].age = age;
    }

    /// The mean stay at which the tracked keys that are left and the untracked ones fill the capacity [ns].
    fn mean_stay(&self, counts: &[u32; AGES], others: impl Fn(i64) -> f64) -> i64 {
        let fits = |stay: &i64| {
            let left = |(bin, count): (usize, &u32)| {
                f64::from(*count) * libm::exp(-(bin_end(bin) as f64) / *stay as f64)
            };
            let some = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            some.map(left).sum::<f64>() + others(*stay) < self.capacity
        };
        let stays: [i64; AGES] = std::array::from_fn(bin_end);
        let at = stays.partition_point(fits);
        if at == AGES { i64::MAX } else { stays[at] }
    }

    /// Expected untracked entries at one location that were used within `age` [ns].
    fn untracked_entries(&self, age: i64) -> f64 {
        let bin = bin(age).max(1);
        let (from, to) = (bin_end(bin - 1), bin_end(bin));
        let share = (age - from) as f64 / (to - from).max(1) as f64;
        self.untracked[bin - 1] + share.max(0.0) * (self.untracked[bin] - self.untracked[bin - 1])
    }

    /// How many tracked keys of a part were last used in each bin of ages.
    fn tracked_by_age(&self, index: usize, now: i64) -> [u32; AGES] {
        let mut counts = [0; AGES];
        let gone = self.parts[index].gone;
        let from = index / self.parts_per_location * self.keys;
        for key in from..from + self.keys {
            let held = self.part.get(key).is_none_or(|holder| *holder as usize == index);
            if held && self.used[key] > gone {
                counts[bin(now - self.used[key])] += 1;
            }
        }
        counts
    }
}

impl Part {
    /// What was last used at or before this time [ns] is gone.
    fn evicted(&self, now: i64) -> i64 {
        self.gone.max(now.saturating_sub(self.age))
    }

    /// Share of the misses of untracked keys that are filled.
    fn filling(&self) -> f64 {
        (self.filled / self.missed).min(1.0)
    }

    fn close_window(&mut self, now: i64, at_random: bool) {
        if !at_random {
            self.gone = self.evicted(now);
        }
        let elapsed = (now - self.since) as f64 * 1e-9;
        if self.rate > 0.0 && elapsed > 0.0 {
            self.pace += 0.25 * (f64::from(self.lookups) / elapsed / self.rate - self.pace);
        }
        self.missed = 0.9 * self.missed + f64::from(self.misses);
        self.filled = 0.9 * self.filled + f64::from(self.fills);
        (self.lookups, self.misses, self.fills, self.since) = (0, 0, 0, now);
    }
}

fn streams(start: &Start) -> Vec<Stream> {
    let most = TRACKED / start.streams.len().max(1) as u64;
    let mut offset = 0;
    let mut stream = |index: usize| {
        let keys = &start.streams[index];
        let tracked = keys.keys.min(most);
        let stream = Stream { tracked, offset, rates: Rates::new(keys, start.size.locations) };
        offset += tracked as usize;
        stream
    };
    (0..start.streams.len()).map(&mut stream).collect()
}

/// Expected untracked entries at one location, at the end of each bin of ages.
fn untracked(start: &Start, streams: &[Stream]) -> Vec<f64> {
    let keys = |(stream, keys): (&Stream, u64)| {
        let points = if keys > stream.tracked { tail(stream.tracked, keys) } else { Vec::new() };
        points.iter().map(|(count, rank)| stream.rates.point(*count, *rank)).collect::<Vec<Point>>()
    };
    let points: Vec<Point> =
        streams.iter().zip(start.streams.iter().map(|stream| stream.keys)).flat_map(keys).collect();
    let entries = |bin| {
        let rule = Rule { age_s: bin_end(bin) as f64 * 1e-9, ..start.rule };
        points.iter().map(|point| point.entries(&rule)).sum()
    };
    (0..AGES).map(entries).collect()
}

/// Bin of an age: eight to an octave.
fn bin(age: i64) -> usize {
    let age = age.max(8) as u64;
    let octave = 63 - age.leading_zeros() as usize;
    octave * 8 + (age >> (octave - 3) & 7) as usize
}

/// Where a bin of ages ends [ns].
fn bin_end(bin: usize) -> i64 {
    let (octave, eighth) = (bin / 8, bin % 8);
    let end = (9 + eighth as u128) << octave >> 3;
    end.min(i64::MAX as u128) as i64
}

fn nanoseconds(seconds: f64) -> i64 {
    (seconds * 1e9) as i64
}
