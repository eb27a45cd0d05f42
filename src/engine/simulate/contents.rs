//! What a cache holds during a run: which stream, part and key a call asks for.

use crate::engine::cache::SimCache;
use crate::engine::flows::Flows;
use crate::engine::random::mix;
use crate::topology::{Hits, Station, Topology};

/// A cache whose hits follow from keys.
#[derive(Debug)]
pub struct Contents {
    cache: SimCache,
    /// Stream of each station that is a source.
    stream_of: Vec<Option<usize>>,
    locations: u64,
}

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
        let holder = |_: usize, rank: u64| instance_of(rank, instances) as usize;
        Some(Contents {
            cache: SimCache::new(cache, instances, streams, seed, &holder),
            stream_of,
            locations: u64::from(locations.max(1)),
        })
    }

    /// Looks a key up; `u` is uniform on 0–1.
    pub fn look_up(&mut self, asked: &Asked, u: f64) -> bool {
        let Some((part, stream)) = self.find(asked) else { return false };
        self.cache.lookup(part, stream, asked.rank, asked.now, u)
    }

    /// Puts a key in.
    pub fn fill(&mut self, asked: &Asked) {
        if let Some((part, stream)) = self.find(asked) {
            self.cache.fill(part, stream, asked.rank, asked.now);
        }
    }

    /// Takes a key out, everywhere.
    pub fn delete(&mut self, asked: &Asked) {
        if let Some((_, stream)) = self.find(asked) {
            self.cache.invalidate(stream, asked.rank);
        }
    }

    /// Empties what an instance holds, at every location.
    pub fn flush(&mut self, instance: u32, now: u64) {
        for location in 0..self.locations {
            self.cache.flush(self.cache.part(location as usize, instance as usize), now);
        }
    }

    fn find(&self, asked: &Asked) -> Option<(usize, usize)> {
        let stream = (*self.stream_of.get(asked.source as usize)?)?;
        let location = mix(asked.user) % self.locations;
        Some((self.cache.part(location as usize, asked.instance as usize), stream))
    }
}

/// The instance that holds a key where keys are spread over instances.
pub fn instance_of(rank: u64, instances: u32) -> u32 {
    (mix(rank) % u64::from(instances.max(1))) as u32
}
