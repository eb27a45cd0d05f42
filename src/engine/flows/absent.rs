//! Reads of what is not there: they miss every cache that does not keep that nothing was found.

use crate::engine::cache::{KeyStream, Lookups, Size, derive};
use crate::topology::{Eviction, Source, Station, Topology};

/// Share of a client's reads that ask for what is not there, and how many of these a cache answers by itself (0–1).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Absent {
    /// Of the reads.
    pub share: f64,
    /// Of the absent ones.
    pub hits: f64,
}

impl Absent {
    /// What a cache makes of the absent reads of a client, which come at this rate [1/s].
    pub fn new(topology: &Topology, cache: usize, source: &Source, rate: f64) -> Absent {
        let share = source.habits.absent;
        let Station::Cache(spec) = &topology.place(cache).station else { return Absent::default() };
        if share <= 0.0 || spec.rules.misses_ns == 0 || rate <= 0.0 {
            return Absent { share, hits: 0.0 };
        }
        let size = Size {
            entries: f64::INFINITY,
            ttl_s: spec.rules.misses_ns as f64 / 1e9,
            locations: super::keys::size(topology, cache, 1).map_or(1, |size| size.locations),
            eviction: Eviction::Lru,
            refresh: false,
        };
        let reads = vec![Lookups { rate: rate * share, missed: Vec::new() }];
        let keys = source.keys.max(1);
        let stream = KeyStream { keys, zipf: source.zipf, reads, writes: 0.0, updates: 0.0 };
        Absent { share, hits: derive(size, &[stream]).ratio }
    }

    /// Hit ratio of all reads where those of what is there hit so often.
    pub fn mixed(&self, ratio: f64) -> f64 {
        (1.0 - self.share) * ratio + self.share * self.hits
    }

    /// Share of the misses that are filled where a miss of what is not there is not.
    pub fn filled(&self, ratio: f64, keeps: bool) -> f64 {
        let missed = 1.0 - ratio;
        if keeps || missed <= 0.0 { 1.0 } else { (1.0 - self.share / missed).clamp(0.0, 1.0) }
    }
}
