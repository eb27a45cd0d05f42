//! Who reaches which instance, after health checks, failover and promotion have done what they can.

use crate::engine::{Unit, placement};
use crate::topology::{Addressing, Operation, Placement, Station, Store, Topology};

/// The way into a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The one address that callers know: instance 0.
    First,
    /// Whatever a router, a queue or the station itself spreads calls over.
    Spread,
}

/// Which instances are alive and what share of the calls each gets.
#[derive(Debug)]
pub struct Reach {
    /// By station and instance.
    pub alive: Vec<Vec<bool>>,
    /// Share of the calls through [`Door::Spread`], by station, operation and instance; all 0 when nothing answers.
    homes: Vec<[Vec<f64>; 2]>,
}

impl Reach {
    /// What is left when these units are dead, and only so many instances of some stations run.
    pub fn new(topology: &Topology, dead: &[Unit], running: &[(usize, u32)]) -> Self {
        let mut alive: Vec<Vec<bool>> =
            topology.places().map(|(_, place)| vec![true; place.instances() as usize]).collect();
        for (node, instance) in dead.iter().flat_map(|unit| unit.instances(topology)) {
            alive[node][instance as usize] = false;
        }
        for (node, most) in running {
            let mut left = *most;
            for alive in alive[*node].iter_mut().filter(|alive| **alive) {
                *alive = left > 0;
                left = left.saturating_sub(1);
            }
        }
        let home = |(node, _)| Operation::ALL.map(|op| home(topology, node, &alive[node], op));
        let homes = topology.places().map(home).collect();
        Reach { alive, homes }
    }

    /// Share of the calls through a door that an instance gets (0–1).
    pub fn share(&self, node: usize, door: Door, op: Operation, instance: usize) -> f64 {
        match door {
            Door::First => f64::from(u8::from(instance == 0 && self.alive[node][0])),
            Door::Spread => self.homes[node][op as usize][instance],
        }
    }

    /// Share of the calls through a door that reach a living instance (0–1).
    pub fn reached(&self, node: usize, door: Door, op: Operation) -> f64 {
        match door {
            Door::First => f64::from(u8::from(self.alive[node][0])),
            Door::Spread => {
                f64::from(u8::from(self.homes[node][op as usize].iter().any(|share| *share > 0.0)))
            }
        }
    }

    /// Number of instances that answer reads.
    pub fn share_count(&self, node: usize) -> f64 {
        let home = &self.homes[node][Operation::Read as usize];
        home.iter().filter(|share| **share > 0.0).count().max(1) as f64
    }

    /// Instances alive.
    pub fn live(&self, node: usize) -> usize {
        self.alive[node].iter().filter(|alive| **alive).count()
    }

    /// Targets that a router sees behind a link to this station: the living instances of a server or a router; another
    /// station spreads calls itself and counts as one while any of it is alive.
    pub fn targets(&self, topology: &Topology, node: usize) -> f64 {
        match topology.place(node).station {
            Station::Server(_) | Station::Router(_) => self.live(node) as f64,
            Station::Cache(_) | Station::Store(_) | Station::Queue(_) => self.live(node).min(1) as f64,
            Station::Source(_) | Station::Observer => 0.0,
        }
    }
}

/// The door that a route leads to.
pub fn door(topology: &Topology, route: usize) -> Door {
    let (from, to) = topology.ends(route);
    let spreads = matches!(topology.place(from).station, Station::Router(_) | Station::Queue(_));
    match topology.place(to).servers.addressing {
        Addressing::First if !spreads => Door::First,
        Addressing::First | Addressing::Spread | Addressing::Own => Door::Spread,
    }
}

fn home(topology: &Topology, node: usize, alive: &[bool], op: Operation) -> Vec<f64> {
    let answers: Vec<bool> = match &topology.place(node).station {
        Station::Store(store) => return home_of_store(topology, node, store, alive, op),
        Station::Cache(cache) if cache.copies => only(alive.len(), alive.iter().position(|alive| *alive)),
        Station::Cache(_) | Station::Router(_) | Station::Server(_) | Station::Queue(_) => alive.to_vec(),
        Station::Source(_) | Station::Observer => vec![false; alive.len()],
    };
    // A key of a dead shard finds nobody, unless the keys move to the others.
    let shards = matches!(&topology.place(node).station, Station::Cache(cache)
        if !cache.copies && cache.rules.placement == Placement::Fixed);
    let count = answers.iter().filter(|answers| shards || **answers).count().max(1) as f64;
    answers.iter().map(|answers| if *answers { 1.0 / count } else { 0.0 }).collect()
}

fn only(instances: usize, chosen: Option<usize>) -> Vec<bool> {
    (0..instances).map(|instance| Some(instance) == chosen).collect()
}

/// Share of a call's parts that each node of a store serves; what nobody answers is missing.
fn home_of_store(topology: &Topology, node: usize, store: &Store, alive: &[bool], op: Operation) -> Vec<f64> {
    if let Some(ring) = &store.ring {
        let (_, parts) = ring.load(alive, op as usize);
        return parts.iter().map(|part| part / store.parts(op as usize)).collect();
    }
    let keyed = placement::shares(topology, node, &store.shards, op);
    // A scattered read has a part in every shard.
    let scattered = if op == Operation::Read && store.shards() > 1 { store.shards.scatter } else { 0.0 };
    let mut home = vec![0.0; alive.len()];
    for (shard, share) in keyed.iter().enumerate() {
        let share = ((1.0 - scattered) * share + scattered) / store.parts(op as usize);
        let answers = answering(store, shard as u32, alive, op);
        let count = answers.len().max(1) as f64;
        answers.iter().for_each(|at| home[*at] = share / count);
    }
    home
}

/// The primary of a shard, or the standby promoted in its place.
pub fn primary(store: &Store, shard: u32, alive: &[bool]) -> Option<usize> {
    leads(store, shard, alive).next()
}

/// The first node of a shard and its standby or second primary, as far as they live.
fn leads<'a>(store: &Store, shard: u32, alive: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
    let both = std::iter::once(store.nodes_of(shard).start).chain(store.second_of(shard));
    both.map(|node| node as usize).filter(|node| alive.get(*node) == Some(&true))
}

/// Living nodes that take writes where there are two primaries.
fn primaries(store: &Store, shard: u32, alive: &[bool]) -> Vec<usize> {
    leads(store, shard, alive).collect()
}

/// Living instances that apply the writes of a shard's primary.
pub fn replicas<'a>(store: &Store, shard: u32, alive: &'a [bool]) -> impl Iterator<Item = usize> + 'a {
    let first = store.nodes_of(shard).start as usize + 1;
    (first..first + (store.replicas + u32::from(store.multi)) as usize)
        .filter(move |instance| alive.get(*instance) == Some(&true))
}

/// Living nodes of a shard that answer: those that always do, a promoted standby in the place of a dead primary, and where
/// no copy is left for reads the primary.
fn answering(store: &Store, shard: u32, alive: &[bool], op: Operation) -> Vec<usize> {
    let (first, leads) = (store.nodes_of(shard).start as usize, primary(store, shard, alive));
    let nodes = store.answering(shard, op as usize).into_iter().map(|node| node as usize);
    let nodes = nodes.filter_map(|node| if node == first && !store.multi { leads } else { Some(node) });
    let living: Vec<usize> = nodes.filter(|node| alive.get(*node) == Some(&true)).collect();
    match living.is_empty() {
        true if store.multi => primaries(store, shard, alive),
        true => leads.into_iter().collect(),
        false => living,
    }
}
