//! The cache of the simulation: a real LRU over every key, or, for very many keys, the head by its time of last use
//! and the tail by its age. No look-up allocates, and none draws: the caller brings the random number.

mod every;
mod head;

use super::{KeyRates, KeyStream, Rule, Size, derive, popularity::Rates};
use crate::topology::{Cache, Eviction, Hits, REFRESH_SHARE, Strategy};
use every::Every;
use head::Head;

/// Up to this many keys, over all locations, each has a place of its own.
const EVERY_KEY: u64 = 1_000_000;

/// State of one cache block. Keys are (stream, popularity rank from 1), a stream being one client's keys.
///
/// A *part* is what holds a key: [`SimCache::part`] names it by location (point of presence) and instance. Copies
/// share one part, so that the second takes over warm.
#[derive(Debug, Clone)]
pub struct SimCache {
    instances: usize,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Given(f64),
    Every(Every),
    Head(Head),
}

/// What both kinds of state start from.
struct Start<'a> {
    size: Size,
    /// Entries that fit in one part.
    part_entries: f64,
    parts_per_location: usize,
    streams: &'a [KeyStream],
    /// Rates at one location, by stream.
    rates: Vec<Rates>,
    /// The rules for every key in the steady state.
    rule: Rule,
    place: &'a dyn Fn(usize, u64) -> usize,
    seed: u64,
}

impl SimCache {
    /// A warm cache under these streams (`flows::Flows::streams`). `place` says which instance holds the key of a stream
    /// and rank, for caches whose keys are spread; the seed decides what a warm cache holds.
    pub fn new(
        cache: &Cache,
        instances: u32,
        streams: &[KeyStream],
        seed: u64,
        place: &dyn Fn(usize, u64) -> usize,
    ) -> Self {
        let parts_per_location = if cache.copies { 1 } else { instances.max(1) as usize };
        let state = match cache.hits {
            Hits::Given(ratio) => State::Given(ratio),
            Hits::Derived { entries, ttl_s, locations } => {
                let locations = locations.max(1);
                let size = Size {
                    entries: entries * parts_per_location as f64,
                    ttl_s,
                    locations,
                    eviction: cache.rules.eviction,
                    refresh: cache.rules.strategy == Strategy::RefreshAhead,
                };
                let rates = streams.iter().map(|stream| Rates::new(stream, locations)).collect();
                let rule = size.rule(derive(size, streams).age_s);
                let start = Start {
                    size,
                    part_entries: entries,
                    parts_per_location,
                    streams,
                    rates,
                    rule,
                    place,
                    seed,
                };
                let keys: u64 = streams.iter().map(|stream| stream.keys).sum();
                if keys.saturating_mul(u64::from(locations)) <= EVERY_KEY {
                    State::Every(Every::new(&start))
                } else {
                    State::Head(Head::new(&start))
                }
            }
        };
        SimCache { instances: parts_per_location, state }
    }

    /// The part of an instance at a location.
    pub fn part(&self, location: usize, instance: usize) -> usize {
        location * self.instances + instance.min(self.instances - 1)
    }

    /// Looks a key up; true is a hit, and counts as a use. `u` is uniform on 0–1.
    pub fn lookup(&mut self, part: usize, stream: usize, rank: u64, now_ns: u64, u: f64) -> bool {
        match &mut self.state {
            State::Given(ratio) => u < *ratio,
            State::Every(every) => every.lookup(part, stream, rank, now_ns as i64),
            State::Head(head) => head.lookup(part, stream, rank, now_ns as i64, u),
        }
    }

    /// Whether a key that was just hit has little of its time to live left, and no refresh under way: there is one now.
    /// `u` is what the look-up was given.
    pub fn refresh_due(&mut self, part: usize, stream: usize, rank: u64, now_ns: u64, u: f64) -> bool {
        match &mut self.state {
            State::Given(_) => false,
            State::Every(every) => every.refresh_due(part, stream, rank, now_ns as i64),
            State::Head(head) => head.refresh_due(part, stream, rank, now_ns as i64, u),
        }
    }

    /// Puts a key in, as the newest.
    pub fn fill(&mut self, part: usize, stream: usize, rank: u64, now_ns: u64) {
        match &mut self.state {
            State::Given(_) => {}
            State::Every(every) => every.fill(part, stream, rank, now_ns as i64),
            State::Head(head) => head.fill(part, stream, rank, now_ns as i64),
        }
    }

    /// Deletes a key at every location.
    pub fn invalidate(&mut self, stream: usize, rank: u64) {
        match &mut self.state {
            State::Given(_) => {}
            State::Every(every) => every.invalidate(stream, rank),
            State::Head(head) => head.invalidate(stream, rank),
        }
    }

    /// Makes room for parts of more instances, empty; keys move there as they are filled. A location that holds everything
    /// in one part stays as it is.
    pub fn resize(&mut self, instances: u32) {
        let instances = instances as usize;
        let grow = match &mut self.state {
            State::Given(_) => true,
            State::Every(every) => every.resize(instances),
            State::Head(head) => head.resize(instances),
        };
        if grow {
            self.instances = self.instances.max(instances);
        }
    }

    /// Empties a part.
    pub fn flush(&mut self, part: usize, now_ns: u64) {
        match &mut self.state {
            State::Given(_) => {}
            State::Every(every) => every.flush(part),
            State::Head(head) => head.flush(part, now_ns as i64),
        }
    }
}

/// Whether an entry filled at `filled` [ns] is to be refreshed now; the lowest bit of that time says that it already is.
fn refresh_due(filled: &mut i64, now: i64, ttl_s: f64) -> bool {
    let due = *filled & 1 == 0 && now.saturating_sub(*filled) as f64 >= (1.0 - REFRESH_SHARE) * ttl_s * 1e9;
    *filled |= i64::from(due);
    due
}

/// When an entry was filled, with a free lowest bit where entries are refreshed [ns].
fn filled_at(now: i64, rule: &Rule) -> i64 {
    if rule.refresh { now & !1 } else { now }
}

impl Start<'_> {
    /// Age of the last use and of the fill of a warm key [s]; `None` when it is not there.
    ///
    /// The last use or deletion before now is as old as an exponential with their rate. The fill of an entry that has
    /// not expired is as old as any share of the time to live, and its last use is no older. What leaves by the age of
    /// its fill is as old as any share of that age.
    fn warm(&self, location: usize, stream: usize, rank: u64) -> Option<(f64, f64)> {
        let rates = self.rates[stream].point(1.0, rank as f64).rates;
        let key = mix(self.seed ^ mix(mix(rank) ^ (location as u64) << 32 ^ stream as u64));
        match self.rule.eviction {
            Eviction::Lru => self.warm_by_use(rates, key),
            Eviction::Fifo | Eviction::Random | Eviction::Lfu => self.warm_by_fill(rates, key),
        }
    }

    fn warm_by_use(&self, rates: KeyRates, key: u64) -> Option<(f64, f64)> {
        let uses = rates.reads + rates.updates;
        let all = uses + rates.deletes;
        let age = -libm::log(uniform(key)) / all;
        if all <= 0.0 || age >= self.rule.age_s || uniform(mix(key ^ 1)) * all >= uses {
            return None;
        }
        if self.size.ttl_s == f64::INFINITY {
            return Some((age, age));
        }
        let valid = self.rule.hits(rates) / self.rule.kept(rates);
        if uniform(mix(key ^ 2)) >= valid {
            return Some((age, f64::max(age, self.size.ttl_s)));
        }
        let filled = uniform(mix(key ^ 3)) * self.size.ttl_s;
        Some((age.min(filled), filled))
    }

    fn warm_by_fill(&self, rates: KeyRates, key: u64) -> Option<(f64, f64)> {
        if rates.reads <= 0.0 || uniform(key) >= self.rule.kept(rates) {
            return None;
        }
        let longest = match self.rule.eviction {
            Eviction::Fifo => self.rule.age_s,
            Eviction::Lru | Eviction::Random | Eviction::Lfu => f64::INFINITY,
        };
        let expired = uniform(mix(key ^ 2)) >= self.rule.hits(rates) / self.rule.kept(rates);
        let longest = longest.min(if expired { f64::INFINITY } else { self.size.ttl_s });
        // Without an end in sight the age does not matter: one mean gap.
        let age = uniform(mix(key ^ 3)) * if longest.is_finite() { longest } else { 1.0 / rates.reads };
        let filled = if expired { age.max(self.size.ttl_s) } else { age };
        Some((age, filled))
    }

    fn part_of(&self, location: usize, stream: usize, rank: u64) -> usize {
        let instance = if self.parts_per_location > 1 { (self.place)(stream, rank) } else { 0 };
        location * self.parts_per_location + instance.min(self.parts_per_location - 1)
    }
}

/// Uniform on (0, 1].
fn uniform(bits: u64) -> f64 {
    ((bits >> 11) + 1) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// SplitMix64's finalizer (Steele, Lea, Flood 2014): a fixed mix of 64 bits.
fn mix(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}
