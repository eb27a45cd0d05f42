//! What a station sends on: to which callees, of which class, how often; and what it does to the caches beside it.

use std::rc::Rc;

use super::Solver;
use super::arriving::{Arriving, Calls};
use crate::engine::flows::calls::{Step, Touched};
use crate::engine::flows::keys::{self, Classes};
use crate::engine::flows::reach::Door;
use crate::topology::{Lane, Lanes, Operation, Station};

/// Largest rate told apart from more [1/s].
const MOST: f64 = 1e15;

/// Steps, and the share of the calls that is answered ok.
type Walk = (Rc<[Step]>, f64);

impl Solver<'_> {
    /// Sends on what a station has served.
    pub fn emit(&mut self, node: usize) {
        let served = self.served(node);
        self.sites[node].departing = served.iter().map(|(_, rate)| rate).sum();
        match &self.topology.place(node).station {
            Station::Source(_) => self.emit_requests(node),
            Station::Router(_) | Station::Queue(_) => {
                for (class, rate) in served {
                    let taken = self.sites[node].taken;
                    self.emit_split(node, class, rate * taken);
                }
            }
            Station::Server(_) | Station::Cache(_) => {
                let mut walks = Lanes::new(self.topology, None);
                for (class, rate) in served {
                    self.emit_in_order(node, class, rate, &mut walks);
                }
            }
            Station::Store(_) | Station::Observer => {}
        }
    }

    fn emit_requests(&mut self, node: usize) {
        let client = self.clients.iter().position(|source| *source == node).expect("a source is a client");
        let source = self.sources[client];
        self.sites[node].departures = source.arrivals.scv(source.rate * self.multiple);
        let requests: f64 = Operation::ALL.iter().map(|op| op.share_of(source)).sum();
        self.sites[node].departing = source.rate * requests * self.multiple;
        for op in Operation::ALL {
            let rate = source.rate * op.share_of(source) * self.multiple;
            let devices = if op == Operation::Read { self.device_hits[client] } else { 0.0 };
            if devices > 0.0 {
                self.emit_past_devices(node, client, rate);
            } else if rate > 0.0 {
                self.emit_split(node, Classes::fresh(client, op), rate);
            }
        }
    }

    /// Calls that have been served, by class [1/s].
    pub fn served(&self, node: usize) -> Vec<(usize, f64)> {
        let site = &self.sites[node];
        let (known, unerring) = (1.0 - self.stateful(node), self.unerring(node));
        let passed = |door: Door, lane: Lane| {
            let share = |(index, instance): (usize, &crate::engine::flows::InstanceFlow)| {
                self.reach.share(node, door, lane.op, index) * instance.occupancy.admitted
            };
            site.instances.iter().enumerate().map(share).sum::<f64>()
                * site.within_limit[lane.tag.index()]
                * known
                * unerring
        };
        let [first, spread] = &self.arriving[node].calls;
        let shares = |door: Door, calls: &Calls| {
            let share = |lane| if calls.is_empty() { 0.0 } else { passed(door, lane) };
            Lanes::each(self.topology, share)
        };
        let shares = [shares(Door::First, first), shares(Door::Spread, spread)];
        let lane = |class: usize| self.classes.get(class).lane;
        let both = |(class, rate): (usize, f64)| {
            let lane = lane(class);
            (class, rate * shares[0][lane] + spread.of(class) * shares[1][lane])
        };
        let alone = |(class, rate): (usize, f64)| (class, rate * shares[1][lane(class)]);
        let mut served: Vec<(usize, f64)> = if first.is_empty() {
            spread.iter().map(alone).collect()
        } else {
            let only = spread.iter().filter(|(class, _)| first.of(*class) <= 0.0).map(alone);
            let mut all: Vec<(usize, f64)> = first.iter().map(both).chain(only).collect();
            if !spread.is_empty() {
                crate::sorted::sort_by_key(&mut all, |(class, _)| *class);
            }
            all
        };
        served.retain(|(_, rate)| *rate > 0.0);
        served
    }

    pub fn emit_split(&mut self, node: usize, class: usize, rate: f64) {
        let lane = self.classes.get(class).lane;
        for at in 0..self.skeleton.plan.links[node][lane].len() {
            let route = self.skeleton.plan.links[node][lane][at];
            let share = self.splits[route][lane];
            self.send(route, class, rate * share * self.attempts(route, lane));
        }
    }

    pub fn attempts(&self, route: usize, lane: Lane) -> f64 {
        if self.lossless { 1.0 } else { self.called[route][lane].attempts }
    }

    fn emit_in_order(&mut self, node: usize, class: usize, served: f64, walks: &mut Lanes<Option<Walk>>) {
        let (client, lane) = (self.classes.get(class).client, self.classes.get(class).lane);
        let op = lane.op;
        let cache = matches!(self.topology.place(node).station, Station::Cache(_));
        let mut rate = served;
        let mut after = class;
        if cache && op == Operation::Read {
            rate *= 1.0 - self.client_hit_ratio(node, client);
            after = self.class_after_miss(class, node);
        }
        let (steps, ok) = match walks[lane].take().filter(|_| !self.skeleton.plan.looks_up[node]) {
            Some(known) => known,
            None => self.walk_of(node, client, lane),
        };
        walks[lane] = Some((Rc::clone(&steps), ok));
        if cache && op == Operation::Write && self.writes_behind(node, lane.tag) {
            return self.write_behind(node, client, served, &steps);
        }
        for step in steps.iter() {
            let step = *step;
            self.refresh(node, client, after, step, &steps, served);
            let missed =
                step.gate.map_or(after, |gate| self.class_after_miss(after, self.topology.ends(gate).1));
            self.send(step.route, missed, rate * step.calls * self.attempts(step.route, lane));
            if op == Operation::Read && !self.topology.route(step.route).background {
                self.fill(node, client, step, rate);
            }
        }
        if op == Operation::Write {
            self.delete(node, client, rate * ok);
        }
    }

    /// The steps of a client's calls at a station, and the share of them that is answered ok.
    fn walk_of(&self, node: usize, client: usize, lane: Lane) -> Walk {
        let mut steps: Vec<Step> = Vec::new();
        let hit = |route: usize| {
            self.hits_along(route, lane, self.client_hit_ratio(self.topology.ends(route).1, client))
        };
        let (ok, _) = self.walk(node, lane, hit, |step| steps.push(step));
        (steps.into(), ok)
    }

    fn class_after_miss(&mut self, class: usize, cache: usize) -> usize {
        let derived = keys::size(self.topology, cache, 1).is_some();
        let read = self.classes.get(class).lane.op == Operation::Read;
        if derived && read { self.classes.after_miss(class, cache) } else { class }
    }

    /// What was fetched on a miss is filled into the caches that missed.
    fn fill(&mut self, node: usize, client: usize, step: Step, rate: f64) {
        let mut gate = step.gate;
        while let Some(look_up) = gate {
            let cache = self.topology.ends(look_up).1;
            if keys::size(self.topology, cache, 1).is_some() {
                let rate = rate * step.going * self.filled(cache, client);
                self.arrivals_of(node, cache).upkeep += rate;
                let upkeep = self.lane_of(client, Operation::Write);
                self.sent[look_up][upkeep] += rate;
            }
            gate = self.skeleton.plan.gates[look_up][self.lane_of(client, Operation::Read)];
        }
    }

    /// Share of a client's misses at a cache that are filled.
    fn filled(&self, cache: usize, client: usize) -> f64 {
        let Station::Cache(spec) = &self.topology.place(cache).station else { return 1.0 };
        let known = &self.sites[cache].known;
        let absent = known.absent.get(client);
        absent.map_or(1.0, |absent| absent.filled(known.ratios[client], spec.rules.misses_ns > 0))
    }

    /// Writes remove their key: from a cache that they pass, and from those beside the server.
    pub fn delete(&mut self, node: usize, client: usize, rate: f64) {
        let reads = self.lane_of(client, Operation::Read);
        for at in 0..self.skeleton.plan.touched[node][reads].len() {
            let Touched { cache, beside, updates } = self.skeleton.plan.touched[node][reads][at];
            let clients = self.clients.len();
            // A cache that the write passes through has been derived already: it sees the deletion in the next round.
            let arriving = match beside {
                Some(_) => self.arrivals_of(node, cache),
                None => &mut self.returning[cache],
            };
            let rates = if updates { &mut arriving.updates } else { &mut arriving.deletes };
            rates.resize(clients, 0.0);
            rates[client] += rate;
            if let Some(look_up) = beside {
                arriving.upkeep += rate;
                self.sent[look_up][reads.with(Operation::Write)] += rate;
            }
        }
    }

    /// The lane of a client's requests of an operation.
    pub fn lane_of(&self, client: usize, op: Operation) -> Lane {
        Lane { op, tag: self.sources[client].tag }
    }

    pub(super) fn arrivals_of(&mut self, from: usize, to: usize) -> &mut Arriving {
        if self.skeleton.turns[to] > self.skeleton.turns[from] {
            &mut self.arriving[to]
        } else {
            &mut self.returning[to]
        }
    }

    /// Sends calls of a class along a route.
    pub fn send(&mut self, route: usize, class: usize, rate: f64) {
        if rate <= 0.0 {
            return;
        }
        let rate = rate.min(MOST);
        let (from, to) = self.topology.ends(route);
        let door = self.skeleton.doors[route];
        let lane = self.classes.get(class).lane;
        let from_queue = matches!(self.topology.place(from).station, Station::Queue(_));
        let arriving = self.arrivals_of(from, to);
        arriving.calls[door as usize].add(class, rate);
        arriving.pulled += if from_queue { rate } else { 0.0 };
        self.sent[route][lane] += rate;
    }
}
