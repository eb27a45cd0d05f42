//! The keys that reach a cache: by client, and by the caches that were missed on the way.

use super::absent::Absent;
use crate::engine::cache::{Derived, KeyStream, Lookups, Missed, Size, derive};
use crate::topology::{Eviction, Hits, Lane, Operation, Source, Station, Strategy, Tag, Topology};

/// Calls that are alike for every station: one client, one operation, the same caches missed on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Client, in the order of the sources.
    pub client: usize,
    /// Operation and tag.
    pub lane: Lane,
    /// Caches with derived hits that were missed, in order.
    pub missed: Vec<usize>,
}

/// The classes met so far: the first two of each client have missed nothing.
#[derive(Debug)]
pub struct Classes {
    all: Vec<Class>,
}

impl Classes {
    /// Those of clients with these tags.
    pub fn new(clients: impl Iterator<Item = Tag>) -> Self {
        let fresh = |(client, tag)| {
            Operation::ALL.map(|op| Class { client, lane: Lane { op, tag }, missed: Vec::new() })
        };
        Classes { all: clients.enumerate().flat_map(fresh).collect() }
    }

    pub fn get(&self, class: usize) -> &Class {
        &self.all[class]
    }

    pub fn fresh(client: usize, op: Operation) -> usize {
        2 * client + op as usize
    }

    /// The class of these calls after a miss at a cache.
    pub fn after_miss(&mut self, class: usize, cache: usize) -> usize {
        if self.all[class].missed.contains(&cache) {
            return class;
        }
        let mut next = self.all[class].clone();
        next.missed.push(cache);
        self.all.iter().position(|known| *known == next).unwrap_or_else(|| {
            self.all.push(next);
            self.all.len() - 1
        })
    }
}

/// The derived state of one cache, kept as long as its streams stay the same.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What it was derived from.
    pub streams: Vec<KeyStream>,
    size: Option<Size>,
    /// Hit ratio by client.
    pub ratios: Vec<f64>,
    /// Hit ratio over all clients.
    pub ratio: f64,
    /// Refreshes for each look-up, by client (0–1).
    pub refreshes: Vec<f64>,
    /// Characteristic time [s].
    pub age_s: f64,
    /// Reads of what is not there, by client.
    pub absent: Vec<Absent>,
}

impl Known {
    /// Derives anew if anything has changed by more than rounding.
    pub fn update(&mut self, size: Size, streams: Vec<KeyStream>) {
        let alike = |(a, b): (&KeyStream, &KeyStream)| alike(a, b);
        let same = self.streams.len() == streams.len() && self.streams.iter().zip(&streams).all(alike);
        if self.size == Some(size) && same {
            return;
        }
        let Derived { ratios, ratio, refreshes, age_s } = derive(size, &streams);
        *self = Known { streams, size: Some(size), ratios, ratio, refreshes, age_s, absent: Vec::new() };
    }

    /// The streams without the reads of what is not there, which `all` still holds, and afterwards the ratios with them.
    pub fn update_with_absent(&mut self, size: Size, all: Vec<KeyStream>, absent: Vec<Absent>) {
        let rate = |stream: &KeyStream| stream.reads.iter().map(|lookups| lookups.rate).sum::<f64>();
        let rates: Vec<f64> = all.iter().map(rate).collect();
        let mut there = all;
        for (stream, absent) in there.iter_mut().zip(&absent) {
            stream.reads.iter_mut().for_each(|lookups| lookups.rate *= 1.0 - absent.share);
        }
        *self = Known::default();
        self.update(size, there);
        for (ratio, absent) in self.ratios.iter_mut().zip(&absent) {
            *ratio = absent.mixed(*ratio);
        }
        let total: f64 = rates.iter().sum();
        let hits: f64 = rates.iter().zip(&self.ratios).map(|(rate, ratio)| rate * ratio).sum();
        self.ratio = if total > 0.0 { hits / total } else { 0.0 };
        self.absent = absent;
    }

    /// What a cache does to the keys of a client that get past it.
    pub fn missed(&self, size: Size, client: usize) -> Option<Missed> {
        let stream = self.streams.get(client)?;
        let reads: f64 = stream.reads.iter().map(|lookups| lookups.rate).sum();
        let locations = f64::from(size.locations.max(1));
        let (writes, updates) = (stream.writes, stream.updates);
        Some(Missed { reads: reads / locations, writes, updates, rule: size.rule(self.age_s) })
    }
}

fn alike(a: &KeyStream, b: &KeyStream) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-10 * a.abs().max(b.abs());
    let lookups = a.reads.len() == b.reads.len()
        && a.reads.iter().zip(&b.reads).all(|(a, b)| near(a.rate, b.rate) && a.missed == b.missed);
    near(a.writes, b.writes) && near(a.updates, b.updates) && lookups
}

/// Size of a cache with derived hits, by its living instances, or of a store's memory; `None` for anything else.
pub fn size(topology: &Topology, node: usize, live: usize) -> Option<Size> {
    if let Station::Store(store) = &topology.place(node).station {
        let entries = store.data.memory?.rows;
        let forever = f64::INFINITY;
        return Some(Size { entries, ttl_s: forever, locations: 1, eviction: Eviction::Lru, refresh: false });
    }
    let Station::Cache(cache) = &topology.place(node).station else { return None };
    let Hits::Derived { entries, ttl_s, locations } = cache.hits else { return None };
    let parts = if cache.copies { 1 } else { live.max(1) };
    let eviction = cache.rules.eviction;
    let refresh = cache.rules.strategy == Strategy::RefreshAhead;
    Some(Size { entries: entries * parts as f64, ttl_s, locations, eviction, refresh })
}

/// The streams at a cache: `rates` gives look-ups by class, `deletes` writes by client that delete their key, `updates`
/// those that put it in [1/s].
pub fn streams(
    sources: &[&Source],
    classes: &Classes,
    rates: &[f64],
    deletes: &[f64],
    updates: &[f64],
    past: impl Fn(usize, usize) -> Option<Missed>,
) -> Vec<KeyStream> {
    let stream = |(client, source): (usize, &&Source)| {
        let mine = |(class, rate): (usize, &f64)| {
            let known = classes.get(class);
            if known.client != client || known.lane.op != Operation::Read || *rate <= 0.0 {
                return None;
            }
            let missed = known.missed.iter().filter_map(|cache| past(*cache, client)).collect();
            Some(Lookups { rate: *rate, missed })
        };
        let reads = rates.iter().enumerate().filter_map(mine).collect();
        let (writes, updates) = (deletes[client], updates[client]);
        KeyStream { keys: source.keys.max(1), zipf: source.zipf, reads, writes, updates }
    };
    sources.iter().enumerate().map(stream).collect()
}
