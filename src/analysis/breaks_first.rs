//! What breaks first: for each station the smallest multiple of today's traffic at which it has nothing left.
//!
//! The offered load is counted with every other station unlimited: first attempts, no drops, no timeouts, hit ratios
//! as they are at that multiple (rules 1.16). With losses counted a station behind a saturated one would never saturate,
//! and the ladder would hide its second rung.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::analysis::{Resource, Rung};
use crate::engine::flows::{self, Flows, InstanceFlow, Scenario, Skeleton, StationFlow};
use crate::topology::{Hits, Place, Station, Topology};

/// Multiples beyond this are not worth a rung.
const HIGHEST: f64 = 1e6;
/// A line for slots that begins only this close to the saturation of something behind it is its consequence.
const CONSEQUENCE: f64 = 0.9;
/// Waits behind a station that is no fuller than that multiply a response at most so often.
const WAITS: f64 = 12.0;
/// Relative accuracy of a multiple where the load does not simply grow with the traffic.
const CLOSE: f64 = 1e-5;

/// The headroom: how many times its traffic a design carries until the first block has nothing left.
pub fn headroom(topology: &Topology) -> f64 {
    ladder(topology).first().map_or(f64::INFINITY, |rung| rung.multiple)
}

/// All rungs, by rising multiple; of one station its tightest resource, and its rate limit.
pub fn ladder(topology: &Topology) -> Vec<Rung> {
    let skeleton = Skeleton::new(topology);
    let today = at(topology, &skeleton, 1.0);
    ladder_of(topology, &skeleton, &today)
}

/// The same where the flows with losses are known already: where nothing is lost, they are those of the ladder.
pub fn ladder_beside(topology: &Topology, skeleton: &Skeleton, flows: &Flows) -> Vec<Rung> {
    if flows.lose_nothing() {
        return ladder_of(topology, skeleton, flows);
    }
    ladder_of(topology, skeleton, &at(topology, skeleton, 1.0))
}

fn ladder_of(topology: &Topology, skeleton: &Skeleton, today: &Flows) -> Vec<Rung> {
    let twice = (!straight(topology)).then(|| at(topology, skeleton, 2.0));
    let solver = Ladder { topology, skeleton, today, twice, known: RefCell::default() };
    let own: Vec<f64> = (0..topology.len()).map(|node| solver.multiple(node, Load::Cores)).collect();
    let mut tightest: Vec<(f64, Resource)> = own.iter().map(|alone| (*alone, Resource::Cores)).collect();
    let behind = solver.least_behind(&own);
    for (resource, load) in [(Resource::Slots, Load::Slots), (Resource::Pool, Load::Pool)] {
        for (node, found) in solver.held(load, &behind, &tightest) {
            if found < tightest[node].0 {
                tightest[node] = (found, resource);
            }
        }
    }
    let mut rungs = Vec::new();
    for (node, (multiple, resource)) in tightest.into_iter().enumerate() {
        rungs.push((node, multiple, resource));
        rungs.push((node, solver.multiple(node, Load::Limit), Resource::Limit));
    }
    rungs.extend(bandwidths(topology, today));
    rungs.extend(networks(topology, today));
    let rate: f64 = today.clients.iter().map(|client| client.sent[0] + client.sent[1]).sum();
    rungs.retain(|rung| rung.1 <= HIGHEST);
    crate::sorted::sort_by(&mut rungs, |a, b| a.1.total_cmp(&b.1));
    let rung = |(node, multiple, what)| Rung { node: node as u32, multiple, rate: multiple * rate, what };
    rungs.into_iter().map(rung).collect()
}

/// Links that become full, at their callers: calls and replies use a direction each, and grow with the traffic.
fn bandwidths(topology: &Topology, today: &Flows) -> Vec<(usize, f64, Resource)> {
    let one = |(route, flow): (usize, &flows::RouteFlow)| {
        let policy = &topology.route(route).policy;
        let bits = policy.bits[0].max(policy.bits[1]);
        let used = (flow.calls[0] + flow.calls[1]) * bits / policy.bandwidth?;
        (used > 0.0).then(|| (topology.ends(route).0, 1.0 / used, Resource::Bandwidth))
    };
    today.routes.iter().enumerate().filter_map(one).collect()
}

/// Instances whose network becomes full: calls and replies of all their links, in the fuller direction.
fn networks(topology: &Topology, today: &Flows) -> Vec<(usize, f64, Resource)> {
    let mut bits = vec![[0.0; 2]; topology.len()];
    for (index, flow) in today.routes.iter().enumerate() {
        let (from, to) = topology.ends(index);
        let [call, reply] =
            topology.route(index).policy.bits.map(|bits| bits * (flow.calls[0] + flow.calls[1]));
        for (node, out, into) in [(from, call, reply), (to, reply, call)] {
            bits[node][0] += out;
            bits[node][1] += into;
        }
    }
    let full = |(node, place): (usize, &Place)| {
        let calls = today.stations[node].instances.iter().map(|one| one.calls[0] + one.calls[1]);
        let (all, most) = calls.fold((0.0, 0.0), |(all, most), one| (all + one, f64::max(most, one)));
        let used = bits[node][0].max(bits[node][1]) * most / all / place.network?;
        (used > 0.0).then(|| (node, 1.0 / used, Resource::Network))
    };
    topology.places().filter_map(full).collect()
}

/// What is in use of a resource at the fullest instance of a station, as a share of what there is.
#[derive(Clone, Copy)]
enum Load {
    Cores,
    Slots,
    Pool,
    Limit,
}

/// Loads in the order of [`Load`].
fn loads(station: &StationFlow) -> [f64; 4] {
    let most = |load: fn(&InstanceFlow) -> f64| station.instances.iter().map(load).fold(0.0, f64::max);
    let [cores, slots, pool] =
        [most(|one| one.occupancy.cores), most(|one| one.occupancy.slots), most(|one| one.occupancy.pool)];
    [cores, slots, pool, station.limit]
}

fn all_loads(flows: &Flows) -> Vec<[f64; 4]> {
    flows.stations.iter().map(loads).collect()
}

fn at(topology: &Topology, skeleton: &Skeleton, multiple: f64) -> Flows {
    flows::lossless_on(topology, skeleton, &Scenario { multiple, ..Scenario::default() })
}

/// Whether every load grows with the traffic: entries that expire make hits more frequent as traffic grows.
fn straight(topology: &Topology) -> bool {
    let expires = |(_, place): (usize, &Place)| {
        matches!(&place.station, Station::Cache(cache)
            if matches!(cache.hits, Hits::Derived { ttl_s, .. } if ttl_s < f64::INFINITY))
    };
    !topology.places().any(expires)
}

struct Ladder<'a> {
    topology: &'a Topology,
    skeleton: &'a Skeleton,
    today: &'a Flows,
    /// At twice the traffic, where some load does not simply grow with it.
    twice: Option<Flows>,
    /// Loads of all stations by the bits of a multiple, in whose order multiples are: what is solved for one station tells
    /// about others.
    known: RefCell<BTreeMap<u64, Vec<[f64; 4]>>>,
}

impl Ladder<'_> {
    /// The multiple at which a load reaches 1; infinite when it never does.
    fn multiple(&self, node: usize, load: Load) -> f64 {
        let today = self.now(node, load);
        if today <= 0.0 {
            return f64::INFINITY;
        }
        let twice =
            self.twice.as_ref().map_or(2.0 * today, |twice| loads(&twice.stations[node])[load as usize]);
        if (twice - 2.0 * today).abs() <= 1e-9 * twice {
            return 1.0 / today;
        }
        self.root(node, load, today, f64::INFINITY)
    }

    fn now(&self, node: usize, load: Load) -> f64 {
        loads(&self.today.stations[node])[load as usize]
    }

    /// A load at a multiple of today's traffic.
    fn load_at(&self, node: usize, load: Load, multiple: f64) -> f64 {
        let solve = || all_loads(&at(self.topology, self.skeleton, multiple));
        self.known.borrow_mut().entry(multiple.to_bits()).or_insert_with(solve)[node][load as usize]
    }

    /// Whether a load is known to stay below 1 up to this multiple: it does at a higher one, and loads rise with the traffic.
    fn surely_fits(&self, node: usize, load: Load, multiple: f64) -> bool {
        let known = self.known.borrow();
        let above = known.range(multiple.to_bits()..).next();
        self.twice.is_none() && above.is_some_and(|(_, loads)| loads[node][load as usize] < 1.0)
    }

    /// The multiples at which a resource that is held through the calls behind runs out before anything else does, for the
    /// stations where it can; the highest limits first, because what fits there fits below.
    fn held(&self, load: Load, behind: &[f64], tightest: &[(f64, Resource)]) -> Vec<(usize, f64)> {
        let limit = |(node, (own, _)): (usize, &(f64, Resource))| {
            let most = own.min(CONSEQUENCE * behind[node]);
            let today = self.now(node, load);
            (today > 0.0 && today * most * WAITS >= 1.0).then_some((node, most))
        };
        let mut open: Vec<(usize, f64)> = tightest.iter().enumerate().filter_map(limit).collect();
        crate::sorted::sort_by(&mut open, |a, b| b.1.total_cmp(&a.1));
        let runs_out = |(node, most): (usize, f64)| {
            let today = self.now(node, load);
            if most == f64::INFINITY {
                return Some((node, 1.0 / today));
            }
            if self.surely_fits(node, load, most) || self.load_at(node, load, most) < 1.0 {
                return None;
            }
            Some((node, self.root(node, load, today, most)))
        };
        open.into_iter().filter_map(runs_out).collect()
    }

    /// Newton's method on logarithms, kept inside a bracket: a load is nearly a power of the traffic.
    fn root(&self, node: usize, load: Load, today: f64, most: f64) -> f64 {
        let (mut low, mut high) = (0.0, most);
        let (mut last, mut value) = (1.0, today);
        let mut power = 1.0;
        for _ in 0..60 {
            if value >= 1.0 {
                high = high.min(last);
            } else {
                low = f64::max(low, last);
            }
            let mut next = last * libm::pow(value, -1.0 / power);
            if next <= low || next >= high {
                next = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * low };
            }
            if next > HIGHEST {
                return f64::INFINITY;
            }
            if (next - last).abs() <= CLOSE * last {
                return next;
            }
            let here = self.load_at(node, load, next);
            let slope = libm::log(here / value) / libm::log(next / last);
            power = if slope.is_finite() { slope.clamp(0.2, 20.0) } else { 1.0 };
            (last, value) = (next, here);
        }
        last
    }

    /// The least of these of all stations that calls from each one reach.
    fn least_behind(&self, own: &[f64]) -> Vec<f64> {
        let mut least = vec![f64::INFINITY; own.len()];
        loop {
            let mut moved = false;
            for node in self.skeleton.callees_first() {
                let called =
                    self.topology.outgoing[node].iter().map(|edge| self.topology.ends(edge.index()).1);
                let found = called.map(|to| own[to].min(least[to])).fold(f64::INFINITY, f64::min);
                moved |= found < least[node];
                least[node] = found;
            }
            // Once is enough without loops; in loops each round goes one call further.
            if !moved || !self.skeleton.has_loops() {
                return least;
            }
        }
    }
}
