//! What breaks first: for each station the smallest multiple of today's traffic at which it has nothing left.
//!
//! The offered load is counted with every other station unlimited: first attempts, no drops, no timeouts, hit ratios
//! as they are at that multiple (rules 1.16). With losses counted a station behind a saturated one would never saturate,
//! and the ladder would hide its second rung.

use crate::analysis::{Resource, Rung};
use crate::engine::flows::{self, Flows, Scenario, StationFlow};
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
    let twice = (!straight(topology)).then(|| at(topology, 2.0));
    let solver = Ladder { topology, today: at(topology, 1.0), twice };
    let own: Vec<f64> = (0..topology.len()).map(|node| solver.multiple(node, cores)).collect();
    let mut rungs = Vec::new();
    for (node, alone) in own.iter().enumerate() {
        let mut tightest = (*alone, Resource::Cores);
        for (resource, load) in [(Resource::Slots, slots as Load), (Resource::Pool, pool as Load)] {
            let found = solver.held(node, load, &own, tightest.0);
            if found < tightest.0 {
                tightest = (found, resource);
            }
        }
        rungs.push((node, tightest.0, tightest.1));
        rungs.push((node, solver.multiple(node, limit), Resource::Limit));
    }
    rungs.extend(bandwidths(topology, &solver.today));
    rungs.extend(networks(topology, &solver.today));
    let rate: f64 = solver.today.clients.iter().map(|client| client.sent[0] + client.sent[1]).sum();
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

/// Share of a resource in use at the fullest instance of a station.
type Load = fn(&StationFlow) -> f64;

fn cores(station: &StationFlow) -> f64 {
    station.instances.iter().map(|instance| instance.occupancy.cores).fold(0.0, f64::max)
}

fn slots(station: &StationFlow) -> f64 {
    station.instances.iter().map(|instance| instance.occupancy.slots).fold(0.0, f64::max)
}

fn pool(station: &StationFlow) -> f64 {
    station.instances.iter().map(|instance| instance.occupancy.pool).fold(0.0, f64::max)
}

fn limit(station: &StationFlow) -> f64 {
    station.limit
}

fn at(topology: &Topology, multiple: f64) -> Flows {
    flows::lossless(topology, &Scenario { multiple, ..Scenario::default() })
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
    today: Flows,
    /// At twice the traffic, where some load does not simply grow with it.
    twice: Option<Flows>,
}

impl Ladder<'_> {
    /// The multiple at which a load reaches 1; infinite when it never does.
    fn multiple(&self, node: usize, load: Load) -> f64 {
        let today = load(&self.today.stations[node]);
        if today <= 0.0 {
            return f64::INFINITY;
        }
        let twice = self.twice.as_ref().map_or(2.0 * today, |twice| load(&twice.stations[node]));
        if (twice - 2.0 * today).abs() <= 1e-9 * twice {
            return 1.0 / today;
        }
        self.root(node, load, today, f64::INFINITY)
    }

    /// The multiple below `most` at which a resource that is held through the calls behind runs out.
    fn held(&self, node: usize, load: Load, own: &[f64], most: f64) -> f64 {
        let today = load(&self.today.stations[node]);
        if today <= 0.0 {
            return f64::INFINITY;
        }
        let behind = self.behind(node).into_iter().map(|node| own[node]).fold(f64::INFINITY, f64::min);
        let most = most.min(CONSEQUENCE * behind);
        if today * most * WAITS < 1.0 {
            return f64::INFINITY;
        }
        if most == f64::INFINITY {
            return 1.0 / today;
        }
        if load(&at(self.topology, most).stations[node]) < 1.0 {
            return f64::INFINITY;
        }
        self.root(node, load, today, most)
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
            let here = load(&at(self.topology, next).stations[node]);
            let slope = libm::log(here / value) / libm::log(next / last);
            power = if slope.is_finite() { slope.clamp(0.2, 20.0) } else { 1.0 };
            (last, value) = (next, here);
        }
        last
    }

    /// Stations that calls from this one reach.
    fn behind(&self, node: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = vec![false; self.topology.len()];
        let mut open = vec![node];
        while let Some(from) = open.pop() {
            for edge in &self.topology.outgoing[from] {
                let to = self.topology.ends(edge.index()).1;
                if !std::mem::replace(&mut seen[to], true) {
                    found.push(to);
                    open.push(to);
                }
            }
        }
        found
    }
}
