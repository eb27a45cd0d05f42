//! How a key fares in a cache: the share of its look-ups that hit, by what leaves when the cache is full.
//!
//! LRU by Che's characteristic time (Che, Tung, Wang 2002), FIFO and random eviction by theirs (Martina, Garetto,
//! Leonardi 2014), LFU as the keys that are asked for most. Times to live count from the fill.

use super::hit_share;
use crate::topology::{Eviction, REFRESH_SHARE};

/// What happens to one key [1/s].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KeyRates {
    /// Look-ups; a miss is filled.
    pub reads: f64,
    /// Writes that take the key out.
    pub deletes: f64,
    /// Writes that put the key in with its new value.
    pub updates: f64,
}

/// The rules that hold for every key of a cache.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// What leaves when the cache is full.
    pub eviction: Eviction,
    /// Characteristic time [s]: how long an entry stays unused (LRU), how long it stays (FIFO), how long in the mean
    /// (random), or the mean gap between look-ups of the least popular key that is kept (LFU).
    pub age_s: f64,
    /// Time to live from the fill [s]; infinite when entries do not expire.
    pub ttl_s: f64,
    /// A hit on an entry that is about to expire fetches it anew.
    pub refresh: bool,
}

impl Rule {
    /// Share of the look-ups of a key that hit (0–1). LRU with both a time to live and writes that fill, and refreshing
    /// with eviction, are approximations.
    pub fn hits(&self, key: KeyRates) -> f64 {
        if key.reads <= 0.0 || self.age_s <= 0.0 || self.ttl_s <= 0.0 {
            return 0.0;
        }
        if self.refresh && self.ttl_s < f64::INFINITY {
            let forever = Rule { refresh: false, ttl_s: f64::INFINITY, ..*self }.hits(key);
            return forever * (1.0 - refreshed(key.reads, self.ttl_s).0);
        }
        match self.eviction {
            Eviction::Lru if key.updates <= 0.0 => hit_share(key.reads, key.deletes, self.age_s, self.ttl_s),
            Eviction::Lru => {
                let (uses, all) = (key.reads + key.updates, key.reads + key.updates + key.deletes);
                let kept = uses / all * -libm::expm1(-all * self.age_s);
                kept.min(expiring(key, self.ttl_s))
            }
            Eviction::Fifo => expiring(key, self.ttl_s.min(self.age_s)),
            Eviction::Random => {
                let deletes = key.deletes + 1.0 / self.age_s;
                expiring(KeyRates { deletes, ..key }, self.ttl_s)
            }
            Eviction::Lfu if key.reads * self.age_s < 1.0 => 0.0,
            Eviction::Lfu => expiring(key, self.ttl_s),
        }
    }

    /// Share of time that a key has a place: what has expired keeps its own until it is evicted or fetched anew.
    pub fn kept(&self, key: KeyRates) -> f64 {
        Rule { ttl_s: f64::INFINITY, ..*self }.hits(key)
    }

    /// Refreshes for each look-up of a key (0–1).
    pub fn refreshes(&self, key: KeyRates) -> f64 {
        if !self.refresh || self.ttl_s == f64::INFINITY || key.reads <= 0.0 {
            return 0.0;
        }
        self.kept(key) * refreshed(key.reads, self.ttl_s).1
    }
}

/// Share of hits of a key that is never evicted: N hits a fill, after which it is gone or filled anew by a write.
fn expiring(key: KeyRates, ttl: f64) -> f64 {
    let ends = key.deletes + key.updates;
    if ends <= 0.0 && ttl == f64::INFINITY {
        return 1.0;
    }
    let gone = -libm::expm1(-ends * ttl);
    let there = if ends * ttl > 1e-12 { gone / ends } else { ttl };
    let by_update = if ends > 0.0 { gone * key.updates / ends } else { 0.0 };
    let hits = key.reads * there;
    hits / (hits + (1.0 - by_update) * key.reads / (key.reads + key.updates))
}

/// Misses and refreshes for each look-up of a key that is fetched anew by a hit in the last part of its time to live:
/// a cycle lasts the first part and one gap, and ends in a miss when the last part passes without a look-up.
fn refreshed(reads: f64, ttl: f64) -> (f64, f64) {
    let cycle = 1.0 + (1.0 - REFRESH_SHARE) * reads * ttl;
    let missed = libm::exp(-REFRESH_SHARE * reads * ttl);
    (missed / cycle, (1.0 - missed) / cycle)
}
