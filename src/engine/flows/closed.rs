//! Closed loops in the flows: users who wait send as fast as the system answers them.
//!
//! One closed client in front of exponential servers is exact. What other clients bring slows a station down as in a
//! mixed network of product form; several closed clients see each other as if they were open.

use std::borrow::Cow;

use super::solver::Solver;
use super::{Flows, Scenario, Skeleton};
use crate::engine::formulas::{closed_bound, closed_throughput};
use crate::topology::{Arrivals, Closed, Station, Topology};

/// Most steps of a convolution, users² × instances; beyond, bounds have to do.
const EXACT: f64 = 1e6;
/// So little traffic that nobody waits, as a share of what users could send.
const IDLE: f64 = 1e-9;
/// Rounds in which several closed clients settle with each other.
const ROUNDS: usize = 3;

/// The topology with the rate of every closed client as the system lets it be, at a multiple of today's users.
pub fn settled<'a>(topology: &'a Topology, skeleton: &Skeleton, scenario: &Scenario) -> Cow<'a, Topology> {
    let clients = closed_clients(topology);
    if clients.is_empty() || topology.traffic * scenario.multiple <= 0.0 {
        return Cow::Borrowed(topology);
    }
    let mut settled = topology.clone();
    for _ in 0..if clients.len() > 1 { ROUNDS } else { 1 } {
        for (node, closed) in &clients {
            let users = f64::from(closed.users) * topology.traffic * scenario.multiple;
            let rate = rate(&settled, skeleton, scenario, *node, closed, libm::round(users));
            set_rate(&mut settled, *node, rate / (topology.traffic * scenario.multiple));
        }
    }
    Cow::Owned(settled)
}

/// The response times that go with the throughput: all users together are thinking or waiting.
pub fn correct(topology: &Topology, scenario: &Scenario, flows: &mut Flows) {
    for (node, closed) in closed_clients(topology) {
        let users = libm::round(f64::from(closed.users) * topology.traffic * scenario.multiple);
        let Some(client) = flows.clients.iter_mut().find(|client| client.node == node) else { continue };
        let sent = client.sent[0] + client.sent[1];
        let all =
            (client.sent[0] * client.time[0].mean + client.sent[1] * client.time[1].mean) / sent.max(IDLE);
        let response = users / sent.max(IDLE) - closed.think.mean_s;
        if all <= 0.0 || response <= 0.0 || !response.is_finite() {
            continue;
        }
        for time in &mut client.time {
            time.variance *= response / all * (response / all);
            time.mean *= response / all;
        }
    }
}

fn closed_clients(topology: &Topology) -> Vec<(usize, Closed)> {
    let closed = |(node, place): (usize, &crate::topology::Place)| match &place.station {
        Station::Source(source) => match source.arrivals {
            Arrivals::Closed(closed) => Some((node, closed)),
            Arrivals::Poisson | Arrivals::Constant | Arrivals::Renewal(_) => None,
            Arrivals::Batch(_) | Arrivals::Bursts(_) => None,
        },
        Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
        Station::Store(_) | Station::Queue(_) | Station::Observer => None,
    };
    topology.places().filter_map(closed).collect()
}

fn set_rate(topology: &mut Topology, node: usize, rate: f64) {
    let place = &mut topology.graph[petgraph::graph::NodeIndex::new(node)];
    if let Station::Source(source) = &mut place.station {
        source.rate = rate;
    }
}

/// Requests a second of a closed client [1/s].
fn rate(
    topology: &Topology,
    skeleton: &Skeleton,
    scenario: &Scenario,
    node: usize,
    closed: &Closed,
    users: f64,
) -> f64 {
    let mut alone = topology.clone();
    for (other, place) in topology.places() {
        if matches!(place.station, Station::Source(_)) {
            set_rate(&mut alone, other, 0.0);
        }
    }
    let mut others = topology.clone();
    set_rate(&mut others, node, 0.0);
    set_rate(&mut alone, node, IDLE * users.max(1.0) / closed.think.mean_s);
    let alone = Solver::new(&alone, skeleton, scenario, true, &[]).run();
    let others = Solver::new(&others, skeleton, scenario, true, &[]).run();
    let Some(client) = alone.clients.iter().find(|client| client.node == node) else { return 0.0 };
    let sent = client.sent[0] + client.sent[1];
    let response = (client.sent[0] * client.time[0].mean + client.sent[1] * client.time[1].mean) / sent;
    let mut stations = Vec::new();
    let mut demands = 0.0;
    for (index, place) in topology.places() {
        let Some(cores) = place.servers.cores else { continue };
        let instances = alone.stations[index].instances.iter().zip(&others.stations[index].instances);
        for (own, other) in instances.filter(|(own, _)| own.occupancy.cores > 0.0) {
            let demand = own.occupancy.cores * f64::from(cores) / sent;
            let left = (1.0 - other.occupancy.cores).max(1e-6);
            demands += demand;
            stations.push((demand / left, cores));
        }
    }
    let think = closed.think.mean_s + (response - demands).max(0.0);
    let work = users * users * stations.len() as f64;
    if work <= EXACT {
        closed_throughput(users as u32, think, &stations)
    } else {
        closed_bound(users, think, &stations)
    }
}
