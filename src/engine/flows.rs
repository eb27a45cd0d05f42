//! The flow equations: how many calls reach each instance, how they are answered, and how long that takes on average.
//!
//! Two readings of one topology. [`solve`] counts losses: what is refused downstream stops there, and retries
//! multiply; the least fixed point is reached from an empty system. [`lossless`] lets everything pass, so that the
//! ladder sees what every station would be offered (rules 1.16).
//!
//! Arrivals are counted by client, operation (answers by lane: operation and tag) and the caches that were missed on the way, because a cache behind a cache
//! sees other keys. A write through an *on miss* link counts as a miss: a cache never answers one.

mod absent;
mod calls;
mod closed;
mod gathering;
mod instance;
mod kept;
mod keys;
mod reach;
mod skeleton;
mod solver;
mod together;

pub use calls::{Answer, Called, Moments, Step, most_retries};
pub use instance::{Line, Occupancy};
pub use reach::Door;
pub use skeleton::Skeleton;

use crate::engine::Unit;
use crate::engine::cache::KeyStream;
use crate::engine::formulas::Wait;
use crate::report::Cause;
use crate::topology::{Lane, Lanes, Operation, Place, Station, Tag, Topology};
use solver::Solver;

/// What to solve a topology for.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Multiple of today's traffic.
    pub multiple: f64,
    /// Units lost, after health checks, failover and promotion have acted as far as present.
    pub dead: Vec<Unit>,
}

impl Default for Scenario {
    /// Today, with everything alive.
    fn default() -> Self {
        Scenario { multiple: 1.0, dead: Vec::new() }
    }
}

/// The flows of a topology.
#[derive(Debug, Clone)]
pub struct Flows {
    /// One per source, in topology order.
    pub clients: Vec<ClientFlow>,
    /// One per station, in topology order.
    pub stations: Vec<StationFlow>,
    /// One per route, in topology order.
    pub routes: Vec<RouteFlow>,
    /// Stations in a loop whose calls bring about at least as many again: the flow was cut after 64 rounds.
    pub endless: Vec<usize>,
}

/// What a client sends and what comes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientFlow {
    /// Station, dense index.
    pub node: usize,
    /// What all its requests are called.
    pub tag: Tag,
    /// Requests, reads and writes [1/s].
    pub sent: [f64; 2],
    /// Share of them answered ok (0–1).
    pub ok: [f64; 2],
    /// Time to the final answer of those answered ok.
    pub time: [Moments; 2],
    /// Share of the reads that the users' own devices answer (0–1).
    pub on_devices: f64,
}

/// Calls at one station.
#[derive(Debug, Clone)]
pub struct StationFlow {
    /// Calls that arrive, retries included, reads and writes [1/s].
    pub offered: [f64; 2],
    /// Calls completed here [1/s].
    pub carried: Lanes<f64>,
    /// Calls that arrive, of each client whose calls do, by its place among [`Flows::clients`] [1/s].
    pub by_client: Vec<(usize, [f64; 2])>,
    /// Fills and deletions that a cache works off beside its calls [1/s].
    pub upkeep: f64,
    /// One per instance.
    pub instances: Vec<InstanceFlow>,
    /// Offered calls over the rate limit; 0 without one.
    pub limit: f64,
    /// Share of the calls that start cold; `None` for what is not a function.
    pub cold: Option<f64>,
    /// Offered messages over what the consumers can take; 0 for what is not a queue.
    pub backlog: f64,
    /// Messages waiting, mean; 0 for what is not a queue.
    pub waiting: f64,
    /// Messages that come faster than they are done, until the backlog is full [1/s].
    pub growth: f64,
    /// Mean time of a message from publishing to done [s]; `None` for what is not a queue, or without traffic.
    pub message_s: Option<f64>,
    /// Share of the look-ups that hit, or of a store's reads that find their row in memory; `None` for anything else.
    pub hit_ratio: Option<f64>,
    /// The same of the look-ups of each tag, by its index.
    pub hits: Vec<f64>,
    /// Keys that a cache sees, one stream a client in the order of [`Flows::clients`]; empty where hits are not derived.
    pub streams: Vec<KeyStream>,
    /// Calls dropped here [1/s], in [`Cause::ALL`] order.
    pub dropped: [f64; Cause::COUNT],
    /// What the calls that it makes after its own service come to.
    pub after: Lanes<Answer>,
    /// Calls that a server or a cache makes after its own service, in order.
    pub steps: Lanes<Vec<Step>>,
    /// For how long a call holds its slot after service, mean of reads and of writes [s].
    pub hold: [f64; 2],
    /// Calls that arrive by door [1/s].
    pub doors: [Lanes<f64>; 2],
    /// How it answers by door.
    pub answers: [Lanes<Answer>; 2],
}

/// Calls at one instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InstanceFlow {
    /// Whether it is alive.
    pub alive: bool,
    /// Calls that arrive within the rate limit, reads and writes [1/s].
    pub calls: [f64; 2],
    /// Writes of the primary applied here [1/s].
    pub replays: f64,
    /// Share of the station's calls that it gets, by door and operation (0–1).
    pub shares: [[f64; 2]; 2],
    /// How it copes.
    pub occupancy: Occupancy,
}

/// Calls along one route.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteFlow {
    /// Calls sent, retries included, reads and writes [1/s].
    pub calls: [f64; 2],
    /// Calls that fail or come too late [1/s].
    pub failures: f64,
    /// Calls that are second and later attempts [1/s].
    pub retries: f64,
    /// What comes of a call.
    pub called: Lanes<Called>,
    /// Calls begun, first attempts, for each call served at a server or cache.
    pub visits: Lanes<f64>,
    /// Share of a client's, router's or queue's calls that take it (0–1).
    pub share: Lanes<f64>,
    /// Wait for a connection of the pool.
    pub pool_wait: Wait,
}

/// Flows with losses and retries.
pub fn solve(topology: &Topology, scenario: &Scenario) -> Flows {
    solve_on(topology, &Skeleton::new(topology), scenario)
}

/// The same on a skeleton that is known already.
pub fn solve_on(topology: &Topology, skeleton: &Skeleton, scenario: &Scenario) -> Flows {
    let settled = closed::settled(topology, skeleton, scenario);
    let running = running(&settled, skeleton, scenario);
    let mut flows = Solver::new(&settled, skeleton, scenario, false, &running).run();
    closed::correct(topology, scenario, &mut flows);
    flows
}

/// Flows with losses and retries, settled from full retries instead of an empty system: what a short overload leaves behind
/// (rules 1.4). Where this differs from [`solve`], the system has two answers.
pub fn after_storm(topology: &Topology, scenario: &Scenario) -> Flows {
    let skeleton = Skeleton::new(topology);
    let settled = closed::settled(topology, &skeleton, scenario);
    let running = running(&settled, &skeleton, scenario);
    Solver::new(&settled, &skeleton, scenario, false, &running).run_from_storm()
}

/// Flows of first attempts with every station unlimited: no drops, no timeouts, no errors.
pub fn lossless(topology: &Topology, scenario: &Scenario) -> Flows {
    lossless_on(topology, &Skeleton::new(topology), scenario)
}

/// The same on a skeleton that is known already.
pub fn lossless_on(topology: &Topology, skeleton: &Skeleton, scenario: &Scenario) -> Flows {
    let today = Scenario { multiple: 1.0, ..scenario.clone() };
    Solver::new(&closed::settled(topology, skeleton, &today), skeleton, scenario, true, &[]).run()
}

/// Instances that run where they come and go, by station; empty where none do.
fn running(topology: &Topology, skeleton: &Skeleton, scenario: &Scenario) -> Vec<(usize, u32)> {
    let scaling = |place: &Place| match &place.station {
        Station::Server(server) => server.scaling,
        Station::Source(_) | Station::Router(_) | Station::Cache(_) => None,
        Station::Store(_) | Station::Queue(_) | Station::Observer => None,
    };
    if !topology.places().any(|(_, place)| scaling(place).is_some()) {
        return Vec::new();
    }
    let flows = lossless_on(topology, skeleton, scenario);
    let wanted = |(node, place): (usize, &Place)| {
        let cores = f64::from(place.servers.cores.unwrap_or(1));
        let busy = |instance: &InstanceFlow| instance.occupancy.cores * cores;
        let work: f64 = flows.stations[node].instances.iter().map(busy).sum();
        Some((node, scaling(place)?.wanted(work, cores, place.servers.instances)))
    };
    topology.places().filter_map(wanted).collect()
}

impl Flows {
    /// Requests of all clients [1/s].
    pub fn sent(&self, op: Operation) -> f64 {
        self.clients.iter().map(|client| client.sent[op as usize]).sum()
    }

    /// Share of an operation's requests answered ok, all clients together (0–1); `None` without any.
    pub fn success(&self, op: Operation) -> Option<f64> {
        let sent = self.sent(op);
        let ok: f64 =
            self.clients.iter().map(|client| client.sent[op as usize] * client.ok[op as usize]).sum();
        (sent > 0.0).then(|| ok / sent)
    }

    /// Whether nothing is lost anywhere, not even a call in a billion: then these are the flows of [`lossless`] as well, to
    /// the last bit.
    pub fn lose_nothing(&self) -> bool {
        let kept = |called: &Called| {
            (called.ok, called.hard, called.attempts, called.failing) == (1.0, 0.0, 1.0, 0.0)
        };
        let open = |line: &Line| matches!(line, Line::Open(_));
        let calm = |one: &InstanceFlow| {
            let found = &one.occupancy;
            one.alive && found.admitted == 1.0 && open(&found.for_slot) && open(&found.for_core)
        };
        let used = |route: &RouteFlow, lane: Lane| route.calls[lane.op as usize] > 0.0;
        self.endless.is_empty()
            && self
                .routes
                .iter()
                .all(|route| route.called.pairs().all(|(lane, called)| !used(route, lane) || kept(called)))
            && self.stations.iter().all(|station| {
                station.backlog < 1.0
                    && station.dropped.iter().all(|rate| *rate == 0.0)
                    && station.instances.iter().all(calm)
            })
    }
}

impl StationFlow {
    /// The living instance with the greatest load, if any is alive.
    pub fn hottest(&self) -> Option<&InstanceFlow> {
        let alive = self.instances.iter().filter(|instance| instance.alive);
        alive.max_by(|a, b| a.occupancy.load.total_cmp(&b.occupancy.load))
    }
}
