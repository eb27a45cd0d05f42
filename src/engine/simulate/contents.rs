//! What a cache holds during a run: which stream, part and key a call asks for.

use crate::engine::cache::{KeyStream, Lookups, SimCache};
use crate::engine::random::mix;
use crate::topology::{Cache, Hits, Station, Topology};

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
    /// Hash of the request: a user is at one location.
    pub user: u64,
    /// Now [ns].
    pub now: u64,
}

impl Contents {
    /// The warm contents of a cache; `None` for a given hit ratio and for what is not a cache.
    pub fn new(topology: &Topology, station: usize, seed: u64) -> Option<Contents> {
        let place = topology.place(station);
        let Station::Cache(cache) = &place.station else { return None };
        let Hits::Derived { locations, .. } = cache.hits else { return None };
        let (stream_of, streams) = streams(topology, cache);
        let instances = place.servers.instances.max(1);
        let holder = |_: usize, rank: u64| instance_of(rank, instances) as usize;
        Some(Contents {
            cache: SimCache::new(cache, instances, &streams, seed, &holder),
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

fn streams(topology: &Topology, cache: &Cache) -> (Vec<Option<usize>>, Vec<KeyStream>) {
    let mut stream_of = vec![None; topology.len()];
    let mut streams = Vec::new();
    for (index, place) in topology.places() {
        let Station::Source(source) = &place.station else { continue };
        let rate = source.rate * topology.traffic;
        stream_of[index] = Some(streams.len());
        streams.push(KeyStream {
            keys: source.keys.max(1),
            zipf: source.zipf,
            reads: vec![Lookups { rate: rate * source.reads, missed: Vec::new() }],
            writes: if cache.delete_on_write { rate * (1.0 - source.reads) } else { 0.0 },
        });
    }
    (stream_of, streams)
}
