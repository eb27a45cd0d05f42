//! Hit ratios that follow from size, popularity and age, and the cache that the simulation looks keys up in.
//!
//! Steady: Che's characteristic time (Che, Tung, Wang 2002; Fricker, Robert, Roberts 2012) over the popularity of the
//! keys. A cache behind a cache sees the misses of the first: its key rates are r(1 − h), not r.

mod popularity;
mod rule;
mod sim;

pub use popularity::head;
pub use rule::{KeyRates, Rule};
pub use sim::SimCache;

use popularity::Popularity;

use crate::topology::Eviction;

/// What one client's requests do to a cache: look-ups and deletions, by key.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyStream {
    /// Number of distinct keys, at least 1. Each client has keys of its own.
    pub keys: u64,
    /// Zipf exponent of their popularity; 0 is uniform.
    pub zipf: f64,
    /// Look-ups that arrive, by what lies before this cache.
    pub reads: Vec<Lookups>,
    /// Writes that delete their key here [1/s]; 0 when writes do not delete.
    pub writes: f64,
    /// Writes that put their key in with its new value [1/s].
    pub updates: f64,
}

/// Look-ups that came the same way.
#[derive(Debug, Clone, PartialEq)]
pub struct Lookups {
    /// Rate at which they arrive here, over all instances and locations [1/s].
    pub rate: f64,
    /// Caches that they missed on their way.
    pub missed: Vec<Missed>,
}

/// What a cache upstream does to the popularity of the keys that get past it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Missed {
    /// Look-ups of this client there, at one location [1/s].
    pub reads: f64,
    /// Writes that delete there [1/s].
    pub writes: f64,
    /// Writes that put their key in there [1/s].
    pub updates: f64,
    /// What holds for every key there.
    pub rule: Rule,
}

/// The size and the rules of a cache whose hit ratio is derived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Entries that fit at one location, all instances together; infinite when nothing is evicted.
    pub entries: f64,
    /// Time to live from the fill [s]; infinite when entries do not expire.
    pub ttl_s: f64,
    /// Independent locations that each see an equal share of the look-ups and every deletion.
    pub locations: u32,
    /// What leaves when it is full.
    pub eviction: Eviction,
    /// A hit on an entry that is about to expire fetches it anew.
    pub refresh: bool,
}

impl Size {
    /// The rules for every key once the characteristic time is known [s].
    pub fn rule(&self, age_s: f64) -> Rule {
        Rule { eviction: self.eviction, age_s, ttl_s: self.ttl_s, refresh: self.refresh }
    }
}

/// The steady state of a cache.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// Hit ratio of each stream (0–1), in the order given; 0 for a stream without look-ups.
    pub ratios: Vec<f64>,
    /// Hit ratio over all streams (0–1).
    pub ratio: f64,
    /// Refreshes for each look-up of each stream (0–1).
    pub refreshes: Vec<f64>,
    /// Characteristic time: an entry unused for longer has been evicted [s] (see [`Rule::age_s`] for the other
    /// evictions); infinite when nothing is.
    pub age_s: f64,
}

/// Hit ratios of a cache under these streams. Rules 1.7.
pub fn derive(size: Size, streams: &[KeyStream]) -> Derived {
    let tables: Vec<Popularity> =
        streams.iter().map(|stream| Popularity::new(stream, size.locations)).collect();
    let (ratios, age_s) = if size.eviction == Eviction::Lfu {
        popularity::most_popular(&size, &tables)
    } else {
        let age_s = characteristic_time(size, &tables);
        (tables.iter().map(|table| table.hit_ratio(&size.rule(age_s))).collect(), age_s)
    };
    if let Some(ratio) = few_keys(size, streams).or_else(|| favorites(size, streams)) {
        return Derived { ratios: vec![ratio], ratio, refreshes: vec![0.0], age_s };
    }
    let rule = size.rule(age_s);
    let rates = tables.iter().map(|table| table.rate);
    let total: f64 = rates.clone().sum();
    let hits: f64 = rates.zip(&ratios).map(|(rate, ratio)| rate * ratio).sum();
    let ratio = if total > 0.0 { hits / total } else { 0.0 };
    let refreshes = tables.iter().map(|table| table.refreshes(&rule)).collect();
    Derived { ratios, ratio, refreshes, age_s }
}

/// The age at which the keys used within it fill the cache [s].
fn characteristic_time(size: Size, tables: &[Popularity]) -> f64 {
    let entries = size.entries;
    let most: f64 = tables.iter().map(Popularity::most_entries).sum();
    let rate: f64 = tables.iter().map(|table| table.rate).sum();
    if entries >= most || rate <= 0.0 {
        return f64::INFINITY;
    }
    if entries <= 0.0 {
        return 0.0;
    }
    let within = |age: f64| {
        let rule = size.rule(age);
        tables.iter().map(|table| table.entries(&rule)).sum::<f64>()
    };
    // Nearly a power of the age: regula falsi on logarithms, with the weight of an end that stays twice halved (Illinois).
    let miss = |age: f64| libm::log(within(libm::exp(age)) / entries);
    let mut low = libm::log(entries / rate);
    let (mut at_low, mut high) = (miss(low), low + 1.0);
    let mut at_high = miss(high);
    while at_high < 0.0 {
        (low, at_low) = (high, at_high);
        high += 2.0;
        at_high = miss(high);
    }
    let mut last = 0.0;
    for _ in 0..100 {
        let middle = (low * at_high - high * at_low) / (at_high - at_low);
        let here = miss(middle);
        if here.abs() < 1e-11 || high - low < 1e-14 {
            return libm::exp(middle);
        }
        let weight = if here.signum() == last { 0.5 } else { 1.0 };
        if here < 0.0 {
            (low, at_low, at_high) = (middle, here, at_high * weight);
        } else {
            (high, at_high, at_low) = (middle, here, at_low * weight);
        }
        last = here.signum();
    }
    libm::exp(0.5 * (low + high))
}

/// Share of a key's look-ups that hit, at this rate of look-ups and deletions [1/s], characteristic time and time to
/// live [s].
///
/// A fill is followed by hits until the key is deleted, left alone for `age`, or `ttl` old; with N hits a fill the
/// ratio is N/(1 + N). Exact when either `ttl` is infinite or `ttl <= age`; in between the tail of the
/// renewal density beyond `age` is taken as exponential with the exact integral.
pub fn hit_share(reads: f64, writes: f64, age: f64, ttl: f64) -> f64 {
    if reads <= 0.0 || age <= 0.0 || ttl <= 0.0 {
        return 0.0;
    }
    if ttl == f64::INFINITY {
        let both = reads + writes;
        return reads / both * -libm::expm1(-both * age);
    }
    let until =
        |time: f64, rate: f64| if rate * time > 1e-12 { -libm::expm1(-rate * time) / rate } else { time };
    let mut hits = reads * until(ttl.min(age), writes);
    if ttl > age {
        let unused = libm::exp(-reads * age);
        // Hits of an undeleted key later than `age` after its fill, all together.
        let later = libm::expm1(reads * age) - reads * age;
        let first = reads * (1.0 - unused);
        let decay = if later > 0.0 { first / later } else { f64::INFINITY };
        if decay.is_finite() {
            hits += first * libm::exp(-writes * age) * until(ttl - age, decay + writes);
        }
    }
    hits / (1.0 + hits)
}

/// Distinct keys among so many requests, mean, keys drawn by popularity.
pub fn distinct(keys: u64, zipf: f64, requests: f64) -> f64 {
    let reads = vec![Lookups { rate: requests, missed: Vec::new() }];
    let table = Popularity::new(&KeyStream { keys, zipf, reads, writes: 0.0, updates: 0.0 }, 1);
    let rule = Rule { eviction: Eviction::Lru, age_s: 1.0, ttl_s: f64::INFINITY, refresh: false };
    table.entries(&rule)
}

/// Exact hit ratio of the most popular keys of one stream, without deletions and expiry.
fn favorites(size: Size, streams: &[KeyStream]) -> Option<f64> {
    let [stream] = streams else { return None };
    let kept = size.eviction == Eviction::Lfu && is_plain(size, stream) && size.entries < stream.keys as f64;
    kept.then(|| popularity::of_most_popular(stream.keys, stream.zipf, size.entries))
}

/// Nothing is deleted or expires, and nothing was asked for elsewhere before.
fn is_plain(size: Size, stream: &KeyStream) -> bool {
    size.ttl_s == f64::INFINITY
        && stream.writes == 0.0
        && stream.updates == 0.0
        && stream.reads.iter().all(|lookups| lookups.missed.is_empty())
}

/// Exact LRU hit ratio for at most 12 keys without deletions and expiry: King 1971, summed over sets instead of
/// orders.
fn few_keys(size: Size, streams: &[KeyStream]) -> Option<f64> {
    let [stream] = streams else { return None };
    let plain = size.eviction == Eviction::Lru && is_plain(size, stream);
    if stream.keys > 12 || !plain || size.entries >= stream.keys as f64 {
        return None;
    }
    let weight: Vec<f64> = (1..=stream.keys).map(|rank| libm::pow(rank as f64, -stream.zipf)).collect();
    let total: f64 = weight.iter().sum();
    let kept = size.entries as u32;
    let sets = 1usize << stream.keys;
    let mut chance = vec![0.0; sets];
    chance[0] = 1.0;
    let mut ratio = 0.0;
    for set in 0..sets {
        let inside: f64 =
            (0..weight.len()).filter(|key| set >> key & 1 == 1).map(|key| weight[key] / total).sum();
        if (set as u64).count_ones() == kept {
            ratio += chance[set] * inside;
            continue;
        }
        for key in (0..weight.len()).filter(|key| set >> key & 1 == 0) {
            chance[set | 1 << key] += chance[set] * weight[key] / total / (1.0 - inside);
        }
    }
    Some(ratio)
}
