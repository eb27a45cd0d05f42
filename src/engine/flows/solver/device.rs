//! Reads that the users' own devices answer: a cache at every user, of which each sees its share of the traffic.

use super::Solver;
use crate::engine::cache::{self, KeyStream, Lookups, Missed, Rule, Size};
use crate::engine::flows::calls::{Answer, Moments};
use crate::engine::flows::keys::Classes;
use crate::topology::{Arrivals, Eviction, Operation, Source};

/// How long devices keep an answer and how many there are; `None` where they keep none.
fn devices(source: &Source) -> Option<Size> {
    let open = !matches!(source.arrivals, Arrivals::Closed(_));
    let keeps = open && source.users > 0 && source.habits.device_ttl_s > 0.0;
    keeps.then_some(Size {
        entries: f64::INFINITY,
        ttl_s: source.habits.device_ttl_s,
        locations: source.users,
        eviction: Eviction::Lru,
        refresh: false,
    })
}

/// Share of a client's reads that its users' devices answer, at this rate of reads [1/s].
pub fn share(source: &Source, reads: f64) -> f64 {
    let Some(size) = devices(source) else { return 0.0 };
    let reads = vec![Lookups { rate: reads, missed: Vec::new() }];
    let stream = KeyStream { keys: source.keys.max(1), zipf: source.zipf, reads, writes: 0.0, updates: 0.0 };
    cache::derive(size, &[stream]).ratio
}

impl Solver<'_> {
    /// Reads of a client from its own stream, not those that follow a write [1/s].
    fn reads_of(&self, client: usize) -> f64 {
        let source = self.sources[client];
        source.rate * source.reads * self.multiple
    }

    /// Share of all reads of a client that devices answer (0–1).
    pub fn on_devices(&self, client: usize) -> f64 {
        let source = self.sources[client];
        let all = source.rate * Operation::Read.share_of(source) * self.multiple;
        if all > 0.0 { self.device_hits[client] * self.reads_of(client) / all } else { 0.0 }
    }

    /// What devices do to the keys that get past them.
    pub fn past_devices(&self, client: usize) -> Option<Missed> {
        let size = devices(self.sources[client])?;
        let reads = self.reads_of(client) / f64::from(size.locations.max(1));
        let rule: Rule = size.rule(f64::INFINITY);
        Some(Missed { reads, writes: 0.0, updates: 0.0, rule })
    }

    /// Sends on the reads that no device answers, and those that follow a write, which ask none.
    pub fn emit_past_devices(&mut self, node: usize, client: usize, rate: f64) {
        let own = self.reads_of(client);
        let fresh = Classes::fresh(client, Operation::Read);
        let missed = self.classes.after_miss(fresh, node);
        self.emit_split(node, missed, own * (1.0 - self.device_hits[client]));
        self.emit_split(node, fresh, (rate - own).max(0.0));
    }

    /// The answer of a client whose reads reach the system only where no device has it.
    pub fn with_devices(&self, client: usize, op: Operation, behind: Answer) -> Answer {
        let hits = if op == Operation::Read { self.on_devices(client) } else { 0.0 };
        if hits <= 0.0 {
            return behind;
        }
        let parts = [(hits, Moments::default()), ((1.0 - hits) * behind.ok, behind.time)];
        Answer {
            lined: 0.0,
            ok: hits + (1.0 - hits) * behind.ok,
            hard: (1.0 - hits) * behind.hard,
            time: Moments::mixed(parts.into_iter()),
        }
    }
}
