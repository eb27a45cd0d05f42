//! A database cut into shards, each with a primary, replicas and a standby of its own.

use super::{Reads, Store};

/// How a store is cut.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shards {
    /// Shards; 0 and 1 are one store in one piece.
    pub count: u32,
    /// What decides where a key lies.
    pub by: ShardBy,
    /// Share of the reads that ask all shards and wait for the slowest (0–1).
    pub scatter: f64,
}

/// What decides in which shard a key lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShardBy {
    /// Hash of the key.
    #[default]
    Key,
    /// Ranges of the key: what is created in the run goes to the last shard.
    Range,
    /// Hash of the key's owner: a seller, a customer, a tenant.
    Owner,
}

impl Store {
    /// Number of shards, at least 1.
    pub fn shards(&self) -> u32 {
        self.shards.count.max(1)
    }

    /// Nodes of one shard: primary, replicas, standby, in this order.
    pub fn per_shard(&self) -> u32 {
        1 + self.replicas + u32::from(self.standby)
    }

    /// Whether it is in several pieces, no node of which has everything: shards, or a ring.
    pub fn is_cut(&self) -> bool {
        self.ring.is_some() || self.shards() > 1
    }

    /// Pieces that its keys are spread over: nodes of a ring, else shards.
    pub fn pieces(&self) -> u32 {
        self.ring.map_or(self.shards(), |ring| ring.nodes.max(1))
    }

    /// Share of the rows that find another place when there is one piece more (0–1): with consistent hashing what the new
    /// one gets, by the remainder of the hash all but what happens to stay.
    pub fn moved(&self, modulo: bool) -> f64 {
        let n = f64::from(self.pieces());
        if modulo { n / (n + 1.0) } else { 1.0 / (n + 1.0) }
    }

    /// One piece more, with its share of the data.
    pub fn add_piece(&mut self) {
        let n = f64::from(self.pieces());
        match &mut self.ring {
            Some(ring) => ring.nodes = ring.nodes.max(1) + 1,
            None => self.shards.count = self.shards() + 1,
        }
        let data = &mut self.data;
        (data.gb, data.growth_gb) = (data.gb * n / (n + 1.0), data.growth_gb * n / (n + 1.0));
    }

    /// Shard that a node belongs to; a ring has but one.
    pub fn shard_of(&self, node: u32) -> u32 {
        if self.ring.is_some() { 0 } else { node / self.per_shard() }
    }

    /// Place of a node in its shard: 0 is the primary, then the replicas, then a standby or second primary.
    pub fn role(&self, node: u32) -> u32 {
        node - self.nodes_of(self.shard_of(node)).start
    }

    /// Nodes of a shard, the primary first and a standby last; of a ring all.
    pub fn nodes_of(&self, shard: u32) -> std::ops::Range<u32> {
        match self.ring {
            Some(ring) => 0..ring.nodes.max(1),
            None => shard * self.per_shard()..(shard + 1) * self.per_shard(),
        }
    }

    /// Standby or second primary of a shard: its last node, where it has one.
    pub fn second_of(&self, shard: u32) -> Option<u32> {
        (self.standby && self.ring.is_none()).then(|| self.nodes_of(shard).end - 1)
    }

    /// Nodes of a shard that answer an operation while all is well; 0 is a read.
    pub fn answering(&self, shard: u32, op: usize) -> Vec<u32> {
        let first = self.nodes_of(shard).start;
        let second = self.second_of(shard).filter(|_| self.multi);
        let primaries = std::iter::once(first).chain(second);
        let replicas = first + 1..=first + self.replicas;
        match self.reads {
            Reads::Replicas if op == 0 && self.replicas > 0 => replicas.collect(),
            Reads::All if op == 0 => primaries.chain(replicas).collect(),
            Reads::Primary | Reads::Replicas | Reads::All => primaries.collect(),
        }
    }

    /// Whether a node of each shard takes no traffic until it is promoted.
    pub fn waits(&self) -> bool {
        self.standby && !self.multi && self.ring.is_none()
    }

    /// All nodes.
    pub fn nodes(&self) -> u32 {
        self.ring.map_or(self.shards() * self.per_shard(), |ring| ring.nodes.max(1))
    }

    /// Parts into which an operation falls on average, each served by one node; 0 is a read.
    pub fn parts(&self, op: usize) -> f64 {
        match &self.ring {
            Some(ring) => f64::from(ring.quorum(op).1),
            None if op == 0 => 1.0 + self.shards.scatter * f64::from(self.shards() - 1),
            None => 1.0,
        }
    }

    /// Whether some of its calls are answered by several nodes together.
    pub fn gathers(&self) -> bool {
        self.ring.is_some() || self.shards() > 1 && self.shards.scatter > 0.0
    }
}

/// What a standby lacks when it is promoted. The default lacks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spare {
    /// Share of the cores that it begins with, and time until it has all of them [s].
    pub weak: Option<(f64, f64)>,
    /// It begins with the latest backup, taken at this interval [ns]; 0 follows the primary all the time.
    pub backup_ns: u64,
}
