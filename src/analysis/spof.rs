//! Single points of failure: what the users lose when one unit dies, after everything that steps in has stepped in.
//!
//! A unit is an instance, one representative of each set of identical ones, or a drawn group. Never a client, a block of
//! several instances as a whole, what carries its own redundancy, or an observer (rules 1.12). The structure says which
//! requests have no way left; the flows with losses say what the capacity left over cannot carry.

pub mod structure;

use structure::{Dead, Structure};

use super::{Loss, Spof};
use crate::engine::flows::{self, Scenario, Skeleton, StationFlow};
use crate::engine::{PERSON_S, Unit};
use crate::topology::{Addressing, Health, Operation, Place, Station, Store, Topology};

/// A longer recovery than this is a class of its own [s] (rules 1.12: 5 min).
pub const SLOW_S: f64 = 300.0;

/// A unit survives when at least this share of what was answered before is answered after it (rules 1).
pub const SURVIVES: f64 = 0.999;

/// Load up to which a station of this many places, waiting ones included, turns nobody away and keeps nobody waiting long
/// enough to matter: Erlang's loss of 50 in 100 is 10⁻¹⁰.
const AT_EASE: f64 = 0.5;
const ROOMY: u32 = 100;

/// What the loss of a unit leaves behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Aftermath {
    /// What the users lose.
    pub spof: Spof,
    /// Stations that the loss has pushed to their capacity or above, with their load.
    pub overloaded: Vec<(usize, f64)>,
    /// Clients that get no answer any more.
    pub silenced: Vec<usize>,
    /// Clients with an operation of which they have lost more than 0.1 % for good, and the share that they have lost.
    pub lacking: Vec<(usize, Operation, f64)>,
}

/// The single points of failure, worst first.
pub fn find(topology: &Topology) -> Vec<Spof> {
    let mut found = survey(topology);
    found.retain(|spof| spof.loss.is_spof());
    crate::sorted::sort_by_key(&mut found, |spof| spof.loss);
    found
}

/// Every unit of failure with what its loss costs, survivors included; instances in topology order, then groups.
pub fn survey(topology: &Topology) -> Vec<Spof> {
    let intact = Intact::new(topology);
    units(topology).into_iter().map(|unit| intact.lose(unit).spof).collect()
}

/// What the loss of one unit costs.
pub fn lose(topology: &Topology, unit: Unit) -> Aftermath {
    Intact::new(topology).lose(unit)
}

/// The units of failure: one representative of each set of identical instances, and each group that holds something.
pub fn units(topology: &Topology) -> Vec<Unit> {
    let own = topology.places().filter(|(_, place)| place.serves() && !place.managed);
    let instances =
        own.flat_map(|(node, _)| representatives(topology, node).into_iter().map(move |i| (node, i)));
    let instances = instances.map(|(node, instance)| Unit::Instance { node: node as u32, instance });
    let groups = (0..topology.groups.len()).map(|group| Unit::Group { group: group as u32 });
    instances.chain(groups.filter(|group| !group.instances(topology).is_empty())).collect()
}

/// Instances that differ in their part: by role in a store, the first and the others where callers know the first only.
fn representatives(topology: &Topology, node: usize) -> Vec<u32> {
    let place = topology.place(node);
    match &place.station {
        Station::Store(store) => {
            let replica = (store.replicas > 0 && store.ring.is_none()).then_some(1);
            let standby = store.standby.then_some(store.replicas + 1);
            [Some(0), replica, standby].into_iter().flatten().collect()
        }
        _ if place.servers.addressing == Addressing::First && place.instances() > 1 => vec![0, 1],
        Station::Router(_) | Station::Server(_) | Station::Cache(_) | Station::Queue(_) => vec![0],
        Station::Source(_) | Station::Observer => Vec::new(),
    }
}

/// What the flows with losses leave.
#[derive(Debug)]
struct Left {
    /// Share of reads and of writes answered (0–1); `None` where none is sent.
    answered: [Option<f64>; 2],
    /// Load of the hottest living instance of each station, or of a queue's consumers.
    load: Vec<f64>,
    /// Share of look-ups that hit, by station and tag; 0 for what is not a cache.
    hits: Vec<Vec<f64>>,
}

impl Left {
    fn after(topology: &Topology, skeleton: &Skeleton, dead: &[Unit]) -> Self {
        let flows = flows::solve_on(topology, skeleton, &Scenario { multiple: 1.0, dead: dead.to_vec() });
        let load = |station: &StationFlow| {
            let hottest = station.hottest().map_or(0.0, |instance| instance.occupancy.load);
            hottest.max(station.backlog)
        };
        Left {
            answered: Operation::ALL.map(|op| flows.success(op)),
            load: flows.stations.iter().map(load).collect(),
            hits: flows.stations.into_iter().map(|station| station.hits).collect(),
        }
    }
}

/// A topology before any loss: solved once, asked about many losses.
#[derive(Debug)]
pub struct Intact<'a> {
    topology: &'a Topology,
    skeleton: Skeleton,
    left: Left,
    structure: Structure<'a>,
    /// Share answered by structure, by operation and client.
    shares: [Vec<f64>; 2],
}

impl<'a> Intact<'a> {
    /// The structure and the flows of a topology with everything alive.
    pub fn new(topology: &'a Topology) -> Self {
        let nobody = Dead::of(topology, &[]);
        let skeleton = Skeleton::new(topology);
        let left = Left::after(topology, &skeleton, &[]);
        let structure = Structure::new(topology, |node, tag| left.hits[node][tag.index()]);
        let shares = Operation::ALL.map(|op| structure.answered(&nobody, true, op));
        Intact { topology, skeleton, left, structure, shares }
    }

    /// What the loss of one unit costs.
    pub fn lose(&self, unit: Unit) -> Aftermath {
        let dead = Dead::of(self.topology, &[unit]);
        let shares = Operation::ALL.map(|op| self.structure.answered(&dead, true, op));
        let left = if self.bears(unit) {
            self.by_structure(&shares)
        } else {
            Left::after(self.topology, &self.skeleton, &[unit])
        };
        let (silenced, lacking) = (self.silenced(&shares), self.lacking(&shares));
        let overloaded = self.overloaded(&left);
        let recovery_s = total(recovery(self.topology, unit, &dead));
        let loss = if !silenced.is_empty() {
            Loss::Total
        } else if !lacking.is_empty() {
            Loss::Partial
        } else if !overloaded.is_empty() || self.fewer(&left) {
            Loss::Overload
        } else if recovery_s > SLOW_S {
            Loss::Slow
        } else {
            Loss::Survived
        };
        let [reads, writes] = left.answered;
        Aftermath { spof: Spof { unit, loss, reads, writes, recovery_s }, overloaded, silenced, lacking }
    }

    /// Whether the loss surely pushes no station near its limit, so that the structure alone says what is lost. Most
    /// losses in a large design are of this kind, and the flows need not be solved for them.
    fn bears(&self, unit: Unit) -> bool {
        let Unit::Instance { node, .. } = unit else { return false };
        let takes_over = match &self.topology.place(node as usize).station {
            Station::Router(_) | Station::Server(_) => surge(self.topology, node as usize),
            // What is lost here changes what others are asked for.
            Station::Cache(_) | Station::Store(_) | Station::Queue(_) => return false,
            Station::Source(_) | Station::Observer => return false,
        };
        let roomy = |place: &Place| place.servers.slots.saturating_add(place.servers.queue) >= ROOMY;
        let answered = self.left.answered.iter().flatten().all(|share| *share > 0.999_9);
        answered
            && self.left.load.iter().all(|load| load * takes_over < AT_EASE)
            && self.topology.places().all(|(_, place)| !place.serves() || roomy(place))
    }

    fn by_structure(&self, shares: &[Vec<f64>; 2]) -> Left {
        let answered = [0, 1].map(|op| {
            let each =
                clients(self.topology).map(|(client, rate, sent)| (rate * sent[op], shares[op][client]));
            let (sent, ok) =
                each.fold((0.0, 0.0), |(sent, ok), (rate, share)| (sent + rate, ok + rate * share));
            (sent * self.topology.traffic > 0.0).then(|| ok / sent)
        });
        Left { answered, load: vec![0.0; self.topology.len()], hits: Vec::new() }
    }

    /// Clients that were answered before and get no answer at all any more.
    fn silenced(&self, after: &[Vec<f64>; 2]) -> Vec<usize> {
        let silent = |(client, _, sent): (usize, f64, [f64; 2])| {
            let answered = |shares: &[Vec<f64>; 2]| sent[0] * shares[0][client] + sent[1] * shares[1][client];
            (answered(&self.shares) > 0.0 && answered(after) <= 0.0).then_some(client)
        };
        clients(self.topology).filter_map(silent).collect()
    }

    /// What clients have lost for good: more than 0.1 % of an operation, by structure.
    fn lacking(&self, after: &[Vec<f64>; 2]) -> Vec<(usize, Operation, f64)> {
        let mut lacking = Vec::new();
        for (client, _, sent) in clients(self.topology) {
            for op in Operation::ALL {
                let (before, now) = (self.shares[op as usize][client], after[op as usize][client]);
                if sent[op as usize] > 0.0 && now < SURVIVES * before {
                    lacking.push((client, op, 1.0 - now / before));
                }
            }
        }
        lacking
    }

    /// Stations at or above their capacity that were below it before, or are pushed further.
    fn overloaded(&self, after: &Left) -> Vec<(usize, f64)> {
        let loads = after.load.iter().zip(&self.left.load).enumerate();
        let pushed = loads.filter(|(_, (now, before))| **now >= 1.0 && **now > **before * 1.001);
        pushed.map(|(node, (now, _))| (node, *now)).collect()
    }

    /// Whether fewer requests are answered than the structure alone would lose.
    fn fewer(&self, after: &Left) -> bool {
        let pairs = self.left.answered.iter().zip(&after.answered);
        pairs
            .into_iter()
            .any(|(before, now)| matches!((before, now), (Some(b), Some(n)) if *n < SURVIVES * b))
    }
}

/// Factor by which others may be asked for more when one instance of a router or a server is gone.
fn surge(topology: &Topology, node: usize) -> f64 {
    let instances = f64::from(topology.place(node).instances());
    let own = if instances > 1.0 { instances / (instances - 1.0) } else { 1.0 };
    callers(topology, node)
        .map(|from| {
            let targets = topology.outgoing[from].iter().map(|edge| topology.ends(edge.index()).1);
            let targets: f64 = targets.map(|to| f64::from(topology.place(to).instances())).sum();
            if targets > 1.0 { targets / (targets - 1.0) } else { 1.0 }
        })
        .fold(own, f64::max)
}

/// The clients with their rate and the shares of reads and of writes among what they send.
fn clients(topology: &Topology) -> impl Iterator<Item = (usize, f64, [f64; 2])> {
    topology.places().filter_map(|(node, place)| match &place.station {
        Station::Source(source) => Some((node, source.rate, Operation::ALL.map(|op| op.share_of(source)))),
        Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
        Station::Store(_) | Station::Queue(_) | Station::Observer => None,
    })
}

/// Time until everything that steps in for the unit has stepped in [s]: detection, and promotion after it. Both are 0
/// where nothing steps in.
pub fn recovery(topology: &Topology, unit: Unit, dead: &Dead) -> [f64; 2] {
    let struck = unit.instances(topology).into_iter().filter(|(node, _)| !topology.place(*node).managed);
    let times = struck.map(|(node, instance)| takeover(topology, node, instance, dead));
    times.fold([0.0, 0.0], |longest, next| if total(next) > total(longest) { next } else { longest })
}

fn total([detection, promotion]: [f64; 2]) -> f64 {
    detection + promotion
}

fn takeover(topology: &Topology, node: usize, instance: u32, dead: &Dead) -> [f64; 2] {
    let place = topology.place(node);
    match &place.station {
        Station::Store(store) => store_takeover(topology, node, store, instance, dead),
        Station::Cache(cache) if cache.copies && instance == 0 && dead.live(node) > 0 => {
            [watched(topology), 0.0]
        }
        // What lived in a shard is gone with it, and a second copy answers nobody: no one steps in.
        Station::Cache(_) | Station::Source(_) | Station::Observer => [0.0, 0.0],
        Station::Router(_) | Station::Server(_) | Station::Queue(_) => {
            let spreads = place.servers.addressing == Addressing::Spread && dead.live(node) > 0;
            let own = if spreads { detection(Health::default()) } else { 0.0 };
            let routers = callers(topology, node).filter(|from| has_targets(topology, *from, dead));
            [routers.filter_map(|from| health(topology, from)).map(detection).fold(own, f64::max), 0.0]
        }
    }
}

/// Whether a router has something alive left to pass calls to.
fn has_targets(topology: &Topology, router: usize, dead: &Dead) -> bool {
    topology.outgoing[router].iter().any(|edge| dead.live(topology.ends(edge.index()).1) > 0)
}

fn store_takeover(topology: &Topology, node: usize, store: &Store, instance: u32, dead: &Dead) -> [f64; 2] {
    if store.ring.is_some() {
        return [if dead.live(node) > 0 { detection(Health::default()) } else { 0.0 }, 0.0];
    }
    let standby = store.second_of(store.shard_of(instance));
    let waits = standby.is_some_and(|standby| dead.alive(node, standby as usize));
    match store.role(instance) {
        _ if store.multi => [detection(Health::default()), 0.0],
        0 if waits => [watched(topology), store.promotion_s],
        _ if Some(instance) == standby || dead.live(node) == 0 => [0.0, 0.0],
        _ => [detection(Health::default()), 0.0],
    }
}

/// Time until a death is noticed for which somebody has to decide [s]: by the checks of monitoring, or by a person.
pub fn watched(topology: &Topology) -> f64 {
    if topology.monitored { detection(Health::default()) } else { PERSON_S }
}

fn callers(topology: &Topology, node: usize) -> impl Iterator<Item = usize> {
    (0..topology.graph.edge_count())
        .map(|index| topology.ends(index))
        .filter(move |(_, to)| *to == node)
        .map(|(from, _)| from)
}

fn health(topology: &Topology, node: usize) -> Option<Health> {
    match &topology.place(node).station {
        Station::Router(router) => Some(router.health),
        Station::Source(_) | Station::Server(_) | Station::Cache(_) => None,
        Station::Store(_) | Station::Queue(_) | Station::Observer => None,
    }
}

/// Longest time until a health check has noticed a death [s].
fn detection(health: Health) -> f64 {
    health.interval_s * f64::from(health.failures)
}
