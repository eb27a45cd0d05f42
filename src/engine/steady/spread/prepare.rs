//! The request tree of solved flows as a list of sums and mixtures.

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::visit::EdgeRef;

use super::parts::{Lines, Part, constant_apart, lines};
use super::{After, Factor, Link, Node, Spread, Time};
use crate::engine::flows::{Called, Door, Flows, RouteFlow};
use crate::topology::{Addressing, Lane, Lanes, Operation, Route, Station, Strategy, Topology};

/// Retries looked at; further ones are rarer than the accuracy of the rest.
const RETRIES: u32 = 3;
/// Shape of a gamma distribution that stands for a constant inside a loop.
const NARROW: f64 = 1_000.0;
/// Share of failing attempts below which retries are left out of the spread.
const RARE: f64 = 1e-6;

impl Spread {
    /// Prepares the times of these flows.
    pub fn new(topology: &Topology, flows: &Flows) -> Spread {
        let mut spread = Spread {
            nodes: Vec::new(),
            routes: flows.routes.iter().enumerate().map(|(at, flow)| links(topology, at, flow)).collect(),
            loops: false,
            stations: topology.len(),
            lanes: topology.lanes(),
        };
        for group in tarjan_scc(&topology.graph) {
            let loops = group.len() > 1 || topology.graph.contains_edge(group[0], group[0]);
            spread.loops |= loops;
            for at in group {
                let node = at.index();
                let times = Lanes::each(topology, |lane| spread.time(topology, flows, node, lane, loops));
                for route in topology.graph.edges_directed(at, Direction::Incoming) {
                    let links = &mut spread.routes[route.id().index()];
                    for (lane, time) in times.pairs() {
                        links[lane].shift += time.as_ref().map_or(0.0, |time| time.shift);
                    }
                }
                spread.nodes.push(Node { node, times });
            }
        }
        spread
    }

    /// What the calls of an operation at a station take; `None` when none is answered. In a loop nothing is kept apart
    /// as a shift: a call that comes back has it once more.
    fn time(&self, topology: &Topology, flows: &Flows, node: usize, lane: Lane, loops: bool) -> Option<Time> {
        let op = lane.op;
        let place = topology.place(node);
        let flow = &flows.stations[node];
        let (mut own, mut service) = (0.0, Part::None);
        let mut waits = [Vec::new(), Vec::new()];
        if place.serves() {
            (own, service) = constant_apart(match op {
                Operation::Read => place.servers.read,
                Operation::Write => place.servers.write,
            });
            if loops && own > 0.0 {
                (own, service) = (0.0, Part::Gamma { shape: NARROW, scale: own / NARROW });
            }
            for door in [Door::First, Door::Spread] {
                waits[door as usize] = lines(&place.servers, flow, door, op);
            }
            if waits.iter().all(Vec::is_empty) {
                return None;
            }
        } else {
            waits[Door::Spread as usize].push((1.0, Lines::NONE));
        }
        let (ends, behind, after) = self.then(topology, flows, node, lane, loops);
        Some(Time { shift: own + behind, waits, service, ends, after })
    }

    /// What follows after a station's own service: share that ends there, what it takes at least, and the rest.
    fn then(
        &self,
        topology: &Topology,
        flows: &Flows,
        node: usize,
        lane: Lane,
        loops: bool,
    ) -> (f64, f64, After) {
        let op = lane.op;
        match &topology.place(node).station {
            Station::Source(_) => {
                let client = flows.clients.iter().find(|client| client.node == node);
                let hits = client.filter(|_| op == Operation::Read).map_or(0.0, |client| client.on_devices);
                let ok = flows.stations[node].after[lane].ok;
                let (shift, after) = self.one_of(topology, flows, node, lane, loops || hits > 0.0);
                (if ok > 0.0 { hits / ok } else { 0.0 }, shift, after)
            }
            Station::Router(_) => {
                let (shift, after) = self.one_of(topology, flows, node, lane, loops);
                (0.0, shift, after)
            }
            Station::Server(_) => {
                let (shift, factors) = self.all_of(topology, flows, node, lane, !loops);
                (0.0, shift, After::AllOf(factors))
            }
            Station::Cache(_) => {
                let flow = &flows.stations[node];
                if op == Operation::Write && writes_behind(topology, node) {
                    return (1.0, 0.0, After::Nothing);
                }
                let hits = if op == Operation::Read { flow.hits[lane.tag.index()] } else { 0.0 };
                let ok = flow.after[lane].ok;
                let ends = if ok > 0.0 { hits / ok } else { 1.0 };
                let (shift, factors) = self.all_of(topology, flows, node, lane, !loops && hits <= 0.0);
                if factors.is_empty() {
                    (1.0, shift, After::Nothing)
                } else {
                    (ends, shift, After::AllOf(factors))
                }
            }
            Station::Store(_) | Station::Queue(_) | Station::Observer => (0.0, 0.0, After::Nothing),
        }
    }

    fn one_of(
        &self,
        topology: &Topology,
        flows: &Flows,
        node: usize,
        lane: Lane,
        loops: bool,
    ) -> (f64, After) {
        let each = |edge: &petgraph::graph::EdgeIndex<u32>| {
            let flow = &flows.routes[edge.index()];
            let weight = flow.share[lane] * flow.called[lane].ok;
            (weight > 0.0).then_some((weight, edge.index()))
        };
        let routes: Vec<(f64, usize)> = topology.outgoing[node].iter().filter_map(each).collect();
        let total: f64 = routes.iter().map(|(weight, _)| weight).sum();
        let shift = |route: usize| self.routes[route][lane].shift;
        let least = routes.iter().map(|(_, route)| shift(*route)).fold(f64::INFINITY, f64::min);
        let least = if loops { 0.0 } else { least };
        let parts =
            routes.iter().map(|(weight, route)| (weight / total, *route, shift(*route) - least)).collect();
        if routes.is_empty() { (0.0, After::Nothing) } else { (least, After::OneOf(parts)) }
    }

    /// The calls of a server. What is certain to be made shifts the whole, where `certain`; calls behind one gate go
    /// together.
    fn all_of(
        &self,
        topology: &Topology,
        flows: &Flows,
        node: usize,
        lane: Lane,
        certain: bool,
    ) -> (f64, Vec<Factor>) {
        let mut shift = 0.0;
        let mut gate = None;
        let mut factors: Vec<Factor> = Vec::new();
        for step in &flows.stations[node].steps[lane] {
            let route = topology.route(step.route);
            if route.background || step.chance <= 0.0 {
                continue;
            }
            let least = self.routes[step.route][lane].shift;
            let whole = f64::floor(route.calls) * least;
            let call = (step.route, route.calls, least);
            match factors.last_mut() {
                Some(last) if step.gate.is_some() && step.gate == gate => {
                    last.longer += whole;
                    last.calls.push(call);
                }
                _ => {
                    let sure = step.chance >= 1.0 && certain;
                    shift += if sure { whole } else { 0.0 };
                    let chance = if certain { step.chance } else { step.chance.min(1.0) };
                    factors.push(Factor {
                        chance,
                        longer: if sure { 0.0 } else { whole },
                        calls: vec![call],
                    });
                }
            }
            gate = step.gate;
        }
        (shift, factors)
    }
}

fn writes_behind(topology: &Topology, node: usize) -> bool {
    matches!(&topology.place(node).station, Station::Cache(cache) if cache.rules.strategy == Strategy::WriteBehind)
}

fn links(topology: &Topology, index: usize, flow: &RouteFlow) -> Lanes<Link> {
    let (from, to) = topology.ends(index);
    let spreads = matches!(topology.place(from).station, Station::Router(_) | Station::Queue(_));
    let first = topology.place(to).servers.addressing == Addressing::First && !spreads;
    let route = topology.route(index);
    let link = |lane: Lane| Link {
        to,
        door: if first { Door::First } else { Door::Spread } as usize,
        shift: 2e-9 * route.latency_ns as f64 + 2.0 * topology.far_s(index),
        pool: flow.pool_wait,
        attempts: attempts(route, &flow.called[lane]),
    };
    Lanes::each(topology, link)
}

fn attempts(route: &Route, called: &Called) -> Vec<(f64, f64, f64)> {
    if called.failing < RARE || called.attempts <= 1.0 {
        return Vec::new();
    }
    let mut attempts = vec![(1.0, 0.0, 0.0)];
    let (mut chance, mut delay) = (1.0, 0.0);
    for k in 0..route.retries.min(RETRIES) {
        chance *= called.failing;
        let (policy, jitter) = (&route.policy, route.policy.jitter);
        let longest = policy.longest_delay(route.backoff_s, k + 1);
        delay += called.failed_for;
        attempts.push((
            chance,
            delay + (jitter.mean() - 0.5 * jitter.width()) * longest,
            jitter.width() * longest,
        ));
        delay += jitter.mean() * longest;
    }
    let total: f64 = attempts.iter().map(|attempt| attempt.0).sum();
    attempts.iter_mut().for_each(|attempt| attempt.0 /= total);
    attempts
}
