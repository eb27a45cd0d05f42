//! What a cache holds during a run: which stream, part and key a call asks for.

use super::keytable::KeyTable;
use super::versions::ORIGINAL;
use crate::engine::cache::SimCache;
use crate::engine::flows::Flows;
use crate::engine::random::mix;
use crate::topology::{Hits, Placement, Station, Topology};

/// A cache whose hits follow from keys.
#[derive(Debug)]
pub struct Contents {
    cache: SimCache,
    /// Stream of each station that is a source.
    stream_of: Vec<Option<usize>>,
    /// Keys of each stream that were there from the start: what is created in a run is not cached.
    keys: Vec<u64>,
    locations: u64,
    /// Version of the entry of every key that was written in the run, by key and part; what is in is not always still kept.
    versions: KeyTable<u64>,
    /// Until when it is kept that nothing was found for a key [ns]; such an entry takes no room.
    nothing: KeyTable<u64>,
    /// For how long that is kept [ns].
    misses_ns: u64,
}

/// Ranks from here on are those of keys that nobody has.
pub const ABSENT: u64 = 1 << 50;

/// Entries of written keys whose versions are followed.
const MOST_KEYS: usize = 1 << 21;

/// What a call asks a cache for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Instance that it reached.
    pub instance: u32,
    /// Station of the request's source.
    pub source: u32,
    /// Popularity rank of its key.
    pub rank: u64,
    /// Who asks: a user is at one location.
    pub user: u64,
    /// Its key in all key spaces; 0 where versions are not followed.
    pub key: u64,
    /// Now [ns].
    pub now: u64,
}

impl Contents {
    /// The warm contents of a cache under these flows; `None` for a given hit ratio and for what is not a cache.
    pub fn new(topology: &Topology, flows: &Flows, station: usize, seed: u64) -> Option<Contents> {
        let place = topology.place(station);
        let Station::Cache(cache) = &place.station else { return None };
        let Hits::Derived { locations, .. } = cache.hits else { return None };
        let mut stream_of = vec![None; topology.len()];
        for (stream, client) in flows.clients.iter().enumerate() {
            stream_of[client.node] = Some(stream);
        }
        let streams = &flows.stations[station].streams;
        let instances = place.servers.instances.max(1);
        let placement = cache.rules.placement;
        let holder = |_: usize, rank: u64| node_of(rank, instances, placement, |_| false) as usize;
        Some(Contents {
            cache: SimCache::new(cache, instances, streams, seed, &holder),
            stream_of,
            keys: streams.iter().map(|stream| stream.keys).collect(),
            locations: u64::from(locations.max(1)),
            versions: KeyTable::bounded(MOST_KEYS),
            nothing: KeyTable::bounded(MOST_KEYS),
            misses_ns: cache.rules.misses_ns,
        })
    }

    /// Looks a key up; `u` is uniform on 0–1.
    pub fn look_up(&mut self, asked: &Asked, u: f64) -> bool {
        if asked.rank > ABSENT {
            return self.nothing.get(self.absent(asked)).is_some_and(|until| until > asked.now);
        }
        let Some((part, stream)) = self.find(asked) else { return false };
        self.cache.lookup(part, stream, asked.rank, asked.now, u)
    }

    /// Puts a key in, with the version of what is put in.
    pub fn fill(&mut self, asked: &Asked, version: u64) {
        if asked.rank > ABSENT {
            let key = self.absent(asked);
            let kept = if self.misses_ns > 0 { self.nothing.entry(key) } else { None };
            return kept.into_iter().for_each(|until| *until = asked.now + self.misses_ns);
        }
        let Some((part, stream)) = self.find(asked) else { return };
        self.cache.fill(part, stream, asked.rank, asked.now);
        let at = entry_of(asked.key, part);
        // What was never written needs no note, unless an older note would say otherwise.
        if asked.key != 0
            && (version != ORIGINAL || self.versions.get(at).is_some())
            && let Some(entry) = self.versions.entry(at)
        {
            *entry = version;
        }
    }

    /// Place of what is not there, at the location and node that was asked.
    fn absent(&self, asked: &Asked) -> u64 {
        let place = location_of(asked.user, self.locations) << 32 | u64::from(asked.instance);
        mix(mix(asked.rank ^ place << 8) ^ u64::from(asked.source)).max(1)
    }

    /// Version of the entry of a key that is kept; `None` where versions are not followed.
    pub fn version(&self, asked: &Asked) -> Option<u64> {
        let (part, _) = self.find(asked).filter(|_| asked.key != 0)?;
        Some(self.versions.get(entry_of(asked.key, part)).unwrap_or(ORIGINAL))
    }

    /// Whether a hit asks for a refresh: little of its time is left, and none is under way. `u` as for the look-up.
    pub fn refresh_due(&mut self, asked: &Asked, u: f64) -> bool {
        let Some((part, stream)) = self.find(asked) else { return false };
        self.cache.refresh_due(part, stream, asked.rank, asked.now, u)
    }

    /// Takes a key out, everywhere.
    pub fn delete(&mut self, asked: &Asked) {
        if let Some((_, stream)) = self.find(asked) {
            self.cache.invalidate(stream, asked.rank);
        }
    }

    /// Makes room for more nodes, empty.
    pub fn resize(&mut self, instances: u32) {
        self.cache.resize(instances);
    }

    /// Empties what an instance holds, at every location.
    pub fn flush(&mut self, instance: u32, now: u64) {
        self.nothing = KeyTable::bounded(MOST_KEYS);
        for location in 0..self.locations {
            self.cache.flush(self.cache.part(location as usize, instance as usize), now);
        }
    }

    fn find(&self, asked: &Asked) -> Option<(usize, usize)> {
        let stream = (*self.stream_of.get(asked.source as usize)?)?;
        if asked.rank > self.keys[stream] {
            return None;
        }
        let location = location_of(asked.user, self.locations);
        Some((self.cache.part(location as usize, asked.instance as usize), stream))
    }
}

/// The location of a user.
pub fn location_of(user: u64, locations: u64) -> u64 {
    mix(user) % locations
}

/// Place of a key's version in one part.
fn entry_of(key: u64, part: usize) -> u64 {
    mix(key ^ (part as u64) << 48).max(1)
}

/// The node that holds a key where keys are spread: `out` says which nodes are known to be gone, of `nodes` drawn ones.
pub fn node_of(rank: u64, nodes: u32, placement: Placement, out: impl Fn(u32) -> bool) -> u32 {
    let nodes = nodes.max(1);
    match placement {
        Placement::Fixed => (mix(rank) % u64::from(nodes)) as u32,
        Placement::Consistent => consistent(rank, nodes, out),
        Placement::Modulo => {
            let living = (0..nodes).filter(|node| !out(*node)).count().max(1) as u64;
            let wanted = (mix(rank) % living) as usize;
            (0..nodes).filter(|node| !out(*node)).nth(wanted).unwrap_or(0)
        }
    }
}

/// Jump consistent hashing (Lamping and Veach 2014); the keys of a node that is out jump again with another hash, so that
/// no other key moves.
fn consistent(rank: u64, nodes: u32, out: impl Fn(u32) -> bool) -> u32 {
    const TRIES: u64 = 64;
    let mut node = 0;
    for again in 0..TRIES {
        node = jump(mix(rank ^ again << 56), nodes);
        if !out(node) {
            return node;
        }
    }
    (0..nodes).find(|node| !out(*node)).unwrap_or(node)
}

fn jump(mut key: u64, nodes: u32) -> u32 {
    let (mut at, mut next) = (0u64, 0u64);
    while next < u64::from(nodes) {
        at = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        next = ((at + 1) as f64 * ((1u64 << 31) as f64 / ((key >> 33) + 1) as f64)) as u64;
    }
    at as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Share of 100,000 keys that change their node.
    fn moved(before: impl Fn(u64) -> u32, after: impl Fn(u64) -> u32) -> f64 {
        (1..=100_000).filter(|rank| before(*rank) != after(*rank)).count() as f64 / 1e5
    }

    #[test]
    fn consistent_hashing_moves_one_key_in_n_and_modulo_nearly_all() {
        let all = |placement, nodes| move |rank| node_of(rank, nodes, placement, |_| false);
        let without = |placement| move |rank| node_of(rank, 5, placement, |node| node == 2);
        let near = |share: f64, wanted: f64| assert!((share - wanted).abs() < 0.01, "{share}, not {wanted}");
        near(moved(all(Placement::Consistent, 5), all(Placement::Consistent, 6)), 1.0 / 6.0);
        near(moved(all(Placement::Consistent, 5), without(Placement::Consistent)), 1.0 / 5.0);
        near(moved(all(Placement::Modulo, 5), all(Placement::Modulo, 6)), 5.0 / 6.0);
        near(moved(all(Placement::Modulo, 5), without(Placement::Modulo)), 4.0 / 5.0);
        for node in 0..5 {
            let held =
                (1..=100_000).filter(|rank| node_of(*rank, 5, Placement::Consistent, |_| false) == node);
            near(held.count() as f64 / 1e5, 0.2);
        }
    }
}
