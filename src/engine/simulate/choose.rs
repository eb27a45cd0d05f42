//! How a router chooses among its targets, at a cost that does not grow with their number.

use super::calls::NONE;
use super::net::Net;
use crate::engine::random::Draw;
use crate::topology::{Policy, Station};

/// One target of a router.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Route that leads there.
    pub route: u32,
    /// Station.
    pub station: u32,
    /// Instance, or [`NONE`] where the station spreads calls itself.
    pub instance: u32,
    weight: f64,
    /// Carries reads, writes.
    ops: [bool; 2],
    /// Calls sent and not yet answered or given up.
    sent: u32,
    /// Health checks have taken it out.
    pub out: bool,
}

/// The targets of one router with what it knows of them.
#[derive(Debug)]
pub struct Choices {
    /// All targets.
    pub candidates: Vec<Candidate>,
    policy: Policy,
    turn: usize,
    by_load: [Loads; 2],
    /// Cumulative weights of the targets that are in, by operation.
    weights: [Vec<(f64, u32)>; 2],
    healthy: [Vec<u32>; 2],
}

impl Choices {
    /// The targets behind a router's links: every instance of a server or a router, every other station as one.
    pub fn new(net: &Net, station: usize) -> Option<Choices> {
        let Station::Router(router) = &net.stations[station].station else { return None };
        let mut candidates = Vec::new();
        for edge in &net.topology.outgoing[station] {
            let route = &net.routes[edge.index()];
            let target = &net.stations[route.to as usize];
            let instances = match target.station {
                Station::Server(_) | Station::Router(_) => (0..target.servers.instances.max(1)).collect(),
                Station::Source(_)
                | Station::Cache(_)
                | Station::Store(_)
                | Station::Queue(_)
                | Station::Observer => vec![NONE],
            };
            candidates.extend(instances.into_iter().map(|instance| Candidate {
                route: edge.index() as u32,
                station: route.to,
                instance,
                weight: route.route.weight,
                ops: [route.route.reads, route.route.writes],
                sent: 0,
                out: false,
            }));
        }
        let mut choices = Choices {
            candidates,
            policy: router.policy,
            turn: 0,
            by_load: [Loads::default(), Loads::default()],
            weights: [Vec::new(), Vec::new()],
            healthy: [Vec::new(), Vec::new()],
        };
        choices.rebuild();
        Some(choices)
    }

    /// A target for a call of this operation; `None` when no healthy one is left.
    #[inline]
    pub fn choose(&mut self, op: u8, draw: &mut Draw) -> Option<u32> {
        let op = op as usize;
        if self.healthy[op].is_empty() {
            return None;
        }
        Some(match self.policy {
            Policy::RoundRobin => self.in_turn(op),
            Policy::Random => by_weight(&self.weights[op], draw),
            Policy::LeastConnections => self.by_load[op].least(draw),
            Policy::PowerOfTwo => self.better_of_two(op, draw),
        })
    }

    fn in_turn(&mut self, op: usize) -> u32 {
        let healthy = &self.healthy[op];
        self.turn = self.turn.wrapping_add(1);
        healthy[(self.turn - 1) % healthy.len()]
    }

    fn better_of_two(&self, op: usize, draw: &mut Draw) -> u32 {
        let healthy = &self.healthy[op];
        let n = healthy.len() as u32;
        let first = draw.below(n);
        if n == 1 {
            return healthy[0];
        }
        let second = (first + 1 + draw.below(n - 1)) % n;
        let (a, b) = (healthy[first as usize], healthy[second as usize]);
        let load = |c: u32| self.candidates[c as usize].sent;
        if load(b) < load(a) { b } else { a }
    }

    /// A call was sent to this target.
    #[inline]
    pub fn sent(&mut self, candidate: u32) {
        self.change(candidate, 1);
    }

    /// A call to this target was answered or given up.
    #[inline]
    pub fn done(&mut self, candidate: u32) {
        self.change(candidate, -1);
    }

    #[inline]
    fn change(&mut self, candidate: u32, by: i32) {
        let target = &mut self.candidates[candidate as usize];
        let before = target.sent;
        target.sent = before.saturating_add_signed(by);
        let after = target.sent;
        if self.policy == Policy::LeastConnections && !target.out {
            for op in 0..2 {
                if self.candidates[candidate as usize].ops[op] {
                    self.by_load[op].shift(candidate, before, after);
                }
            }
        }
    }

    /// Takes a target out, or lets it in again.
    pub fn set_out(&mut self, candidate: u32, out: bool) {
        if self.candidates[candidate as usize].out != out {
            self.candidates[candidate as usize].out = out;
            self.rebuild();
        }
    }

    fn rebuild(&mut self) {
        for op in 0..2 {
            let takes =
                |c: &&u32| self.candidates[**c as usize].ops[op] && !self.candidates[**c as usize].out;
            let all: Vec<u32> = (0..self.candidates.len() as u32).collect();
            self.healthy[op] = all.iter().filter(takes).copied().collect();
            let mut total = 0.0;
            let add = |c: &u32| {
                total += self.candidates[*c as usize].weight;
                (total, *c)
            };
            self.weights[op] = self.healthy[op].iter().map(add).collect();
            self.by_load[op] =
                Loads::new(self.candidates.len(), &self.healthy[op], |c| self.candidates[c as usize].sent);
        }
    }
}

/// Index into cumulative weights; with all weights 0, any with equal chance.
pub fn by_weight(cumulative: &[(f64, u32)], draw: &mut Draw) -> u32 {
    let total = cumulative.last().map_or(0.0, |last| last.0);
    if total <= 0.0 {
        return cumulative[draw.below(cumulative.len() as u32) as usize].1;
    }
    let at = draw.uniform() * total;
    let index = cumulative.partition_point(|(sum, _)| *sum <= at);
    cumulative[index.min(cumulative.len() - 1)].1
}

/// Targets in buckets by load, so that the least loaded is found, and moved, in constant time.
#[derive(Debug, Default)]
struct Loads {
    buckets: Vec<Vec<u32>>,
    place: Vec<u32>,
    least: usize,
}

impl Loads {
    fn new(all: usize, healthy: &[u32], load: impl Fn(u32) -> u32) -> Self {
        let mut loads = Loads { buckets: Vec::new(), place: vec![NONE; all], least: 0 };
        healthy.iter().for_each(|c| loads.insert(*c, load(*c)));
        loads.least = loads.buckets.iter().position(|b| !b.is_empty()).unwrap_or(0);
        loads
    }

    /// One of the least loaded, with equal chance.
    #[inline]
    fn least(&self, draw: &mut Draw) -> u32 {
        let bucket = &self.buckets[self.least];
        if bucket.len() == 1 {
            return bucket[0];
        }
        bucket[draw.below(bucket.len() as u32) as usize]
    }

    fn insert(&mut self, candidate: u32, load: u32) {
        let load = load as usize;
        if self.buckets.len() <= load {
            self.buckets.resize_with(load + 1, Vec::new);
        }
        self.place[candidate as usize] = self.buckets[load].len() as u32;
        self.buckets[load].push(candidate);
    }

    #[inline]
    fn shift(&mut self, candidate: u32, before: u32, after: u32) {
        let place = self.place[candidate as usize] as usize;
        let bucket = &mut self.buckets[before as usize];
        bucket.swap_remove(place);
        if let Some(moved) = bucket.get(place) {
            self.place[*moved as usize] = place as u32;
        }
        self.insert(candidate, after);
        if (after as usize) < self.least {
            self.least = after as usize;
        }
        while self.buckets[self.least].is_empty() {
            self.least += 1;
        }
    }
}
