//! The fixed point: answers from callees to callers, rates from callers to callees, until neither moves.

mod arriving;
mod consume;
mod device;
mod emit;
mod fed;
mod outcome;
mod send;
mod strategy;

use arriving::Arriving;

use super::calls::{Answer, Called, Moments, Step, most_retries};
use super::gathering::{Gathering, at_least};
use super::keys::{Classes, Known};
use super::reach::{Door, Reach};
use super::skeleton::Skeleton;
use super::together;
use super::{Flows, InstanceFlow, Occupancy, Scenario};
use crate::engine::formulas::Wait;
use crate::topology::{Cold, Hits, Lane, Lanes, Operation, Place, Policy, Source, Station, Tag, Topology};

/// Rounds at most: as many as a call may go round in a loop (rules 1.2).
const ROUNDS: usize = 64;
/// Relative change below which nothing moves any more.
const STILL: f64 = 1e-13;

/// The state of one solution.
pub struct Solver<'a> {
    topology: &'a Topology,
    skeleton: &'a Skeleton,
    reach: Reach,
    lossless: bool,
    /// Stations of the sources.
    clients: Vec<usize>,
    sources: Vec<&'a Source>,
    /// Share of each client's own reads that its users' devices answer.
    device_hits: Vec<f64>,
    multiple: f64,
    classes: Classes,
    sites: Vec<Site>,
    /// What arrives in this round, and what went back to earlier stations for the next.
    arriving: Vec<Arriving>,
    returning: Vec<Arriving>,
    /// Of what arrives, calls by door and lane [1/s].
    through: Vec<[Lanes<f64>; 2]>,
    called: Vec<Lanes<Called>>,
    /// Share of a source's or router's calls that take a route.
    splits: Vec<Lanes<f64>>,
    /// Wait for a connection, by route.
    pool_waits: Vec<Wait>,
    /// Calls along a route, first attempts, for each call served at its caller.
    visits: Vec<Lanes<f64>>,
    /// Calls sent along each route in this round [1/s].
    sent: Vec<Lanes<f64>>,
}

/// What is known of one station.
#[derive(Debug, Clone)]
struct Site {
    instances: Vec<InstanceFlow>,
    /// Share of arrivals within the rate limit, by tag.
    within_limit: Vec<f64>,
    /// Offered calls over the rate limit.
    limit: f64,
    /// Share of messages that find room: what the consumers can take.
    taken: f64,
    /// Offered messages over what the consumers can take.
    backlog: f64,
    /// Messages waiting.
    waiting: f64,
    /// Messages that come faster than they are done [1/s].
    growth: f64,
    /// Mean time of a message [s].
    message_s: Option<f64>,
    /// Share of the messages of each group of a log in each partition, and the rates of the clients that it was found for.
    partitions: Vec<(Vec<f64>, Vec<f64>)>,
    after: Lanes<Answer>,
    /// For how long calls hold their slot after service [s].
    hold: Lanes<f64>,
    /// By door.
    answers: [Lanes<Answer>; 2],
    known: Known,
    /// Squared coefficient of variation of the gaps between departures of one instance.
    departures: f64,
    /// Calls that leave all its instances, before they are multiplied or ended [1/s].
    departing: f64,
}

impl<'a> Solver<'a> {
    pub fn new(
        topology: &'a Topology,
        skeleton: &'a Skeleton,
        scenario: &Scenario,
        lossless: bool,
        running: &[(usize, u32)],
    ) -> Self {
        let reach = Reach::new(topology, &scenario.dead, running);
        let source = |(node, place): (usize, &'a Place)| match &place.station {
            Station::Source(source) => Some((node, source)),
            Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
            Station::Store(_) | Station::Queue(_) | Station::Observer => None,
        };
        let (clients, sources): (Vec<usize>, Vec<&Source>) = topology.places().filter_map(source).unzip();
        let routes = topology.graph.edge_count();
        let sites = (0..topology.len()).map(|node| Site::new(topology, &reach, node)).collect();
        let multiple = scenario.multiple * topology.traffic;
        let mut solver = Solver {
            skeleton,
            lossless,
            multiple,
            classes: Classes::new(sources.iter().map(|source| source.tag)),
            device_hits: sources
                .iter()
                .map(|source| device::share(source, source.rate * source.reads * multiple))
                .collect(),
            clients,
            sources,
            sites,
            arriving: vec![Arriving::default(); topology.len()],
            returning: vec![Arriving::default(); topology.len()],
            through: vec![[Lanes::new(topology, 0.0), Lanes::new(topology, 0.0)]; topology.len()],
            called: vec![Lanes::new(topology, Called::FREE); routes],
            splits: vec![Lanes::new(topology, 0.0); routes],
            pool_waits: vec![Wait::NONE; routes],
            visits: vec![Lanes::new(topology, 0.0); routes],
            sent: vec![Lanes::new(topology, 0.0); routes],
            reach,
            topology,
        };
        (0..topology.len()).for_each(|node| solver.split(node));
        solver
    }

    /// From an empty system.
    pub fn run(mut self) -> Flows {
        (0..self.skeleton.order.len()).rev().for_each(|at| self.answer(self.skeleton.order[at]));
        self.go_round()
    }

    /// From a system in which every call is made as often as its caller may: where retries keep an overload alive it does
    /// not become that of [`Solver::run`]. A breaker or a bulkhead stops what comes too often, so its calls begin as usual.
    pub fn run_from_storm(mut self) -> Flows {
        (0..self.skeleton.order.len()).rev().for_each(|at| self.answer(self.skeleton.order[at]));
        for index in 0..self.called.len() {
            let route = self.topology.route(index);
            for lane in self.topology.lanes() {
                if !route.policy.is_guarded() {
                    self.called[index][lane].attempts = 1.0 + most_retries(route, lane.op);
                }
            }
        }
        self.go_round()
    }

    /// Goes round until nothing moves.
    fn go_round(mut self) -> Flows {
        let mut endless = Vec::new();
        for round in 0..ROUNDS {
            if round > 0 {
                (0..self.skeleton.order.len()).rev().for_each(|at| self.answer(self.skeleton.order[at]));
            }
            let before: Vec<f64> = self.arriving.iter().map(Arriving::total).collect();
            let moved = self.send_all(round);
            let grown = |node: usize| change(before[node], self.arriving[node].total());
            if moved < STILL && (0..before.len()).all(|node| grown(node) < STILL) {
                break;
            }
            if round + 1 == ROUNDS {
                endless = self.skeleton.looping.iter().copied().filter(|node| grown(*node) > 1e-3).collect();
            }
        }
        self.outcome(endless)
    }

    /// Shares of a source's, a router's and a queue's routes; those of a queue follow its consumers later.
    fn split(&mut self, node: usize) {
        for lane in self.topology.lanes() {
            let routes = self.skeleton.plan.links[node][lane].clone();
            let weight = |route: &usize| {
                let drawn = self.topology.route(*route).weight;
                let targets = self.reach.targets(self.topology, self.topology.ends(*route).1);
                match &self.topology.place(node).station {
                    Station::Source(_) => drawn,
                    Station::Router(router) => self.routed(router.policy, *route, &routes, targets),
                    Station::Queue(_) => targets,
                    Station::Server(_) | Station::Cache(_) | Station::Store(_) | Station::Observer => 0.0,
                }
            };
            let weights: Vec<f64> = routes.iter().map(weight).collect();
            let total: f64 = weights.iter().sum();
            for (route, weight) in routes.iter().zip(&weights) {
                self.splits[*route][lane] = if total > 0.0 { weight / total } else { 0.0 };
            }
        }
    }

    /// Weight of a router's route by its policy, of which `targets` instances are alive.
    fn routed(&self, policy: Policy, route: usize, routes: &[usize], targets: f64) -> f64 {
        let live = |route: usize| self.reach.targets(self.topology, self.topology.ends(route).1);
        let drawn = self.topology.route(route).weight;
        match policy {
            Policy::Random | Policy::Weighted => drawn * targets,
            // Nobody takes over the share of a path.
            Policy::Path => drawn,
            Policy::RoundRobin
            | Policy::LeastConnections
            | Policy::PowerOfTwo
            | Policy::Sticky
            | Policy::Hash => targets,
            Policy::Failover => {
                let first = routes.iter().copied().find(|other| live(*other) > 0.0);
                if first == Some(route) { targets } else { 0.0 }
            }
            Policy::Nearest => {
                let latency = |route: usize| self.topology.route(route).latency_ns;
                let alive = || routes.iter().copied().filter(|other| live(*other) > 0.0);
                match &self.topology.distances {
                    // A dead route has nobody's share left to give.
                    Some(distances) if alive().any(|other| distances.nearest[other] > 0.0) => {
                        distances.nearest[route] * targets.min(1.0)
                    }
                    _ if alive().all(|other| latency(route) <= latency(other)) => targets,
                    _ => 0.0,
                }
            }
        }
    }

    /// How a station answers, and with it what comes of the calls along the routes that lead to it.
    fn answer(&mut self, node: usize) {
        let manner = self.manner(node);
        for lane in self.topology.lanes() {
            let (after, hold) = self.after(node, lane);
            self.sites[node].after[lane] = after;
            self.sites[node].hold[lane] = hold;
            for door in [Door::First, Door::Spread] {
                if self.skeleton.entered[node][door as usize] {
                    self.sites[node].answers[door as usize][lane] = self.at_door(node, door, lane, &manner);
                }
            }
        }
        for at in 0..self.skeleton.incoming[node].len() {
            let route = self.skeleton.incoming[node][at];
            let door = self.skeleton.doors[route] as usize;
            for lane in self.topology.lanes() {
                let end = self.sites[node].answers[door][lane];
                let mut called = Called::new(
                    self.topology.route(route),
                    lane.op,
                    end,
                    !self.lossless,
                    self.topology.far_s(route) + sending_s(self.topology, route),
                );
                let wait = self.pool_waits[route];
                called.time = called.time.plus(Moments { mean: wait.mean(), variance: wait.variance() });
                self.called[route][lane] = called;
            }
        }
    }

    /// What comes after a station's own service, and for how long a call holds its slot then [s].
    fn after(&mut self, node: usize, lane: Lane) -> (Answer, f64) {
        match &self.topology.place(node).station {
            Station::Source(_) => {
                let (behind, hold) = self.one_of(node, lane);
                let client = self.clients.iter().position(|source| *source == node);
                (client.map_or(behind, |client| self.with_devices(client, lane.op, behind)), hold)
            }
            Station::Router(_) => self.one_of(node, lane),
            Station::Server(_) => self.all_of(node, lane),
            Station::Cache(_) => self.after_miss(node, lane),
            Station::Queue(_) => (Answer { ok: self.sites[node].taken, ..Answer::FREE }, 0.0),
            Station::Store(_) | Station::Observer => (Answer::FREE, 0.0),
        }
    }

    fn one_of(&self, node: usize, lane: Lane) -> (Answer, f64) {
        let (mut answer, mut hold) = (Answer::NONE, 0.0);
        let routes = &self.skeleton.plan.links[node][lane];
        for route in routes {
            let (share, called) = (self.splits[*route][lane], &self.called[*route][lane]);
            answer.ok += share * called.ok;
            answer.hard += share * called.hard;
            hold += share * called.attempts * called.held;
        }
        let part = |route: &usize| {
            let called = &self.called[*route][lane];
            (self.splits[*route][lane] * called.ok, called.time)
        };
        answer.time = Moments::mixed(routes.iter().map(part));
        (answer, hold)
    }

    fn all_of(&mut self, node: usize, lane: Lane) -> (Answer, f64) {
        let (mut time, mut hold) = (Moments::default(), 0.0);
        let mut visits = Vec::new();
        // The links that are called together at the moment: their number, the slowest, the longest hold.
        let mut group = (0, together::Slowest::default(), 0.0);
        let hit = |route: usize| {
            self.hits_along(route, lane, self.tag_hit_ratio(self.topology.ends(route).1, lane.tag))
        };
        let joined = |route: usize| self.joined_load(route);
        let (ok, hard) = self.walk(node, lane, hit, |step| {
            let called = &self.called[step.route][lane];
            let route = self.topology.route(step.route);
            visits.push((step.route, step.calls));
            if route.background {
                return;
            }
            let own = if route.policy.parallel {
                together::time(route, called.time)
            } else {
                called.time.repeated(route.calls)
            };
            let own = own.gated(step.chance);
            let held = called.attempts * called.held + self.pool_waits[step.route].mean();
            let held = if route.policy.parallel { held.max(own.mean) } else { step.calls * held };
            if route.policy.group > 0 && group.0 == route.policy.group {
                group.1.join(own, joined(step.route));
                group.2 = f64::max(group.2, held);
                return;
            }
            time = time.plus(group.1.time());
            hold += group.2;
            group = (route.policy.group, together::Slowest::default(), held);
            group.1.join(own, joined(step.route));
        });
        time = time.plus(group.1.time());
        hold += group.2;
        visits.iter().for_each(|(route, calls)| self.visits[*route][lane] = *calls);
        (Answer { ok, hard, time, lined: 0.0 }, hold)
    }

    /// Load of the line that a route joins, as far as all who stand in it came by this route (0–1).
    fn joined_load(&self, route: usize) -> f64 {
        let to = self.topology.ends(route).1;
        let all: f64 =
            self.skeleton.incoming[to].iter().map(|other| self.sent[*other].iter().sum::<f64>()).sum();
        let own: f64 = self.sent[route].iter().sum();
        let load = self.sites[to].instances.iter().map(|one| one.occupancy.cores).fold(0.0, f64::max);
        if all > 0.0 { load.min(1.0) * own / all } else { 0.0 }
    }

    fn after_miss(&mut self, node: usize, lane: Lane) -> (Answer, f64) {
        let behind = lane.op == Operation::Write && self.writes_behind(node, lane.tag);
        if behind || self.skeleton.plan.links[node][lane].is_empty() {
            return (Answer::FREE, 0.0);
        }
        let hits = if lane.op == Operation::Read { self.tag_hit_ratio(node, lane.tag) } else { 0.0 };
        let (behind, hold) = self.all_of(node, lane);
        let parts = [(hits, Moments::default()), ((1.0 - hits) * behind.ok, behind.time)];
        let answer = Answer {
            ok: hits + (1.0 - hits) * behind.ok,
            hard: (1.0 - hits) * behind.hard,
            time: Moments::mixed(parts.into_iter()),
            lined: 0.0,
        };
        (answer, (1.0 - hits) * hold)
    }

    fn walk(
        &self,
        node: usize,
        lane: Lane,
        hit: impl Fn(usize) -> f64,
        each: impl FnMut(Step),
    ) -> (f64, f64) {
        self.skeleton.plan.walk(self.topology, &self.called, node, lane, hit, each)
    }

    /// Share of the calls along a route to a cache of this hit ratio that come back with an entry. A cache in line does
    /// whenever it answers.
    fn hits_along(&self, route: usize, lane: Lane, ratio: f64) -> f64 {
        let cache = self.topology.ends(route).1;
        let ok = self.called[route][lane].ok;
        match lane.op {
            _ if !self.skeleton.plan.links[cache][lane].is_empty() => ok,
            Operation::Read => ok * ratio,
            Operation::Write => 0.0,
        }
    }

    fn hit_ratio(&self, node: usize) -> f64 {
        match &self.topology.place(node).station {
            Station::Cache(cache) => match cache.hits {
                Hits::Given(ratio) => ratio,
                Hits::Derived { .. } => self.sites[node].known.ratio,
            },
            Station::Source(_) | Station::Router(_) | Station::Server(_) => 0.0,
            Station::Store(_) | Station::Queue(_) | Station::Observer => 0.0,
        }
    }

    /// Share of the look-ups of all clients of a tag that hit.
    fn tag_hit_ratio(&self, node: usize, tag: Tag) -> f64 {
        let known = &self.sites[node].known;
        let mine = |client: &usize| self.sources[*client].tag == tag;
        if known.ratios.is_empty() || (0..self.sources.len()).all(|client| mine(&client)) {
            return self.hit_ratio(node);
        }
        let rate = |client: usize| -> f64 { known.streams[client].reads.iter().map(|one| one.rate).sum() };
        let (mut hits, mut all) = (0.0, 0.0);
        for client in (0..self.sources.len()).filter(mine) {
            hits += rate(client) * known.ratios[client];
            all += rate(client);
        }
        if all > 0.0 { hits / all } else { self.hit_ratio(node) }
    }

    fn client_hit_ratio(&self, cache: usize, client: usize) -> f64 {
        let derived = self.sites[cache].known.ratios.get(client).copied();
        derived.unwrap_or_else(|| self.hit_ratio(cache))
    }

    /// What answering takes at all doors of a station.
    fn manner(&self, node: usize) -> Manner {
        let lined = if self.patience(node).is_some() { own_wait(&self.sites[node].instances) } else { 0.0 };
        Manner {
            cold: self.cold(node),
            opening: self.opening(node),
            stateful: self.stateful(node),
            unerring: self.unerring(node),
            lined,
        }
    }

    fn at_door(&self, node: usize, door: Door, lane: Lane, manner: &Manner) -> Answer {
        let place = self.topology.place(node);
        let site = &self.sites[node];
        let op = lane.op;
        let service = match op {
            Operation::Read => place.servers.read,
            Operation::Write => place.servers.write,
        };
        let own =
            Moments { mean: service.mean_s, variance: service.mean_s * service.mean_s * service.shape.scv() };
        let own = manner
            .cold
            .map_or(own, |(share, time)| own.plus(Moments { mean: time, variance: 0.0 }.gated(share)));
        let own = own.later(manner.opening);
        let share = |(index, instance): (usize, &InstanceFlow)| {
            self.reach.share(node, door, op, index) * instance.occupancy.admitted
        };
        let part = |(index, instance): (usize, &InstanceFlow)| {
            (share((index, instance)), instance.occupancy.wait_of(op as usize).plus(own))
        };
        let admitted = whole(site.instances.iter().enumerate().map(share).sum());
        let (admitted, gathering) = self.gathered(node, op, admitted);
        let after = site.after[lane];
        let within = site.within_limit[lane.tag.index()];
        let known = admitted * within;
        let served = known * (1.0 - manner.stateful) * manner.unerring;
        let reached = self.reach.reached(node, door, op);
        Answer {
            lined: manner.lined,
            ok: served * after.ok,
            hard: reached * (1.0 - within) + known * manner.stateful + served * after.hard,
            time: gathering.of(Moments::mixed(site.instances.iter().enumerate().map(part))).plus(after.time),
        }
    }

    /// Share of calls whose session lives on another instance: n − 1 in n of those that need one, unless a router in front
    /// sends each user to the same instance.
    pub fn stateful(&self, node: usize) -> f64 {
        let Station::Server(server) = &self.topology.place(node).station else { return 0.0 };
        let Some(logged_in) = server.sessions.filter(|_| !self.lossless) else { return 0.0 };
        let spreads = |route: &usize| {
            let from = self.topology.place(self.topology.ends(*route).0);
            matches!(&from.station, Station::Router(router) if !router.policy.keeps_users())
        };
        let live = self.reach.live(node).max(1) as f64;
        if self.skeleton.incoming[node].iter().any(spreads) { logged_in * (1.0 - 1.0 / live) } else { 0.0 }
    }

    /// Share of the calls that find no environment of a function, and what making one takes [s].
    pub fn cold(&self, node: usize) -> Option<(f64, f64)> {
        let Station::Server(server) = &self.topology.place(node).station else { return None };
        let function = server.function?;
        let rate: f64 = self.through_all(node).iter().sum();
        let share = match function.cold {
            Cold::Given(share) => share,
            // The gap to the call before is longer than the environment is kept: exact for a service without time.
            Cold::KeptFor(kept) => libm::exp(-rate * kept as f64 / 1e9),
        };
        Some((share, function.cold_s))
    }

    /// Share of a store's calls that enough nodes answer, given the share of their parts that is answered; and how the
    /// time of a part becomes that of the whole.
    fn gathered(&self, node: usize, op: Operation, parts: f64) -> (f64, Gathering) {
        let Station::Store(store) = &self.topology.place(node).station else {
            return (parts, Gathering::ONE);
        };
        let op = op as usize;
        if let Some(ring) = &store.ring {
            let (needed, asked) = ring.quorum(op);
            let (reached, living) = ring.load(&self.reach.alive[node], op);
            let sent: f64 = living.iter().sum();
            if reached <= 0.0 || sent <= 0.0 {
                return (0.0, Gathering::ONE);
            }
            // Only living nodes are asked: a dead one is missing for sure, and not by chance.
            let each = (parts * store.parts(op) / sent).min(1.0);
            let asked = (libm::round(sent / reached) as u32).clamp(needed.min(asked), asked);
            return (reached * at_least(needed, asked, each), Gathering::of_ring(needed.min(asked), asked));
        }
        Gathering::of_shards(store, op, parts)
    }

    fn unerring(&self, node: usize) -> f64 {
        if self.lossless { 1.0 } else { 1.0 - self.topology.place(node).servers.errors }
    }
}

/// What is alike for all calls that a station answers.
struct Manner {
    /// Share of calls that find no environment of a function, and what making one takes [s].
    cold: Option<(f64, f64)>,
    /// Core time to open a call's connection [s].
    opening: f64,
    /// Share whose session lives on another instance (0–1).
    stateful: f64,
    /// Share that does not end with an error (0–1).
    unerring: f64,
    /// Mean wait in a line that the impatient have left already [s].
    lined: f64,
}

impl Site {
    fn new(topology: &Topology, reach: &Reach, node: usize) -> Site {
        let instance = |(index, alive): (usize, &bool)| InstanceFlow {
            alive: *alive,
            calls: [0.0; 2],
            replays: 0.0,
            shares: [Door::First, Door::Spread]
                .map(|door| Operation::ALL.map(|op| reach.share(node, door, op, index))),
            occupancy: Occupancy::IDLE,
        };
        Site {
            instances: reach.alive[node].iter().enumerate().map(instance).collect(),
            within_limit: topology.tags.all().map(|_| 1.0).collect(),
            limit: 0.0,
            taken: 1.0,
            backlog: 0.0,
            waiting: 0.0,
            growth: 0.0,
            message_s: None,
            partitions: vec![Default::default(); topology.outgoing[node].len()],
            after: Lanes::new(topology, Answer::FREE),
            hold: Lanes::new(topology, 0.0),
            answers: [0, 1].map(|_| Lanes::new(topology, Answer::FREE)),
            known: Known::default(),
            departures: 1.0,
            departing: 0.0,
        }
    }
}

/// Half of what sending a call and its reply takes at the ends of a route, where their network has a limit [s]; the
/// receiver takes a message while it comes. The line is not counted.
fn sending_s(topology: &Topology, route: usize) -> f64 {
    let (from, to) = topology.ends(route);
    let [call, reply] = topology.route(route).policy.bits;
    let time = |bits: f64| {
        let at = |node: usize| topology.place(node).network.map_or(0.0, |network| bits / network);
        at(from).max(at(to))
    };
    0.5 * (time(call) + time(reply))
}

/// Mean wait of the instances that serve [s].
fn own_wait(instances: &[InstanceFlow]) -> f64 {
    let used = instances.iter().filter(|instance| instance.calls != [0.0; 2]);
    used.map(|instance| instance.occupancy.wait()).fold(0.0, f64::max)
}

/// Shares that add up to all but a rounding error are all.
fn whole(share: f64) -> f64 {
    if share > 1.0 - 1e-12 { 1.0 } else { share }
}

/// Relative change.
fn change(before: f64, after: f64) -> f64 {
    (after - before).abs() / before.abs().max(after.abs()).max(1e-12)
}
