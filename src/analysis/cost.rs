//! What a design costs a month: machines, calls at the average rate, and answers sent to the clients.

use crate::analysis::Cost;
use crate::engine::flows::{Flows, RouteFlow, StationFlow};
use crate::topology::{Place, Source, Station, Topology};

/// Seconds of a month of 730 hours.
const MONTH_S: f64 = 730.0 * 3600.0;

/// Cost by these flows, best those of [`crate::engine::flows::lossless`]: prices by use follow the average traffic, at which
/// nothing is lost that is lost at the peak (rules 1.20).
pub fn cost(topology: &Topology, flows: &Flows) -> Cost {
    let sources: Vec<&Source> =
        flows.clients.iter().filter_map(|client| source(topology, client.node)).collect();
    let average = |by_client: &[(usize, [f64; 2])]| -> f64 {
        by_client.iter().map(|(client, rates)| (rates[0] + rates[1]) * sources[*client].average).sum()
    };
    let node = |(node, place): (usize, &Place)| {
        let millions = average(&flows.stations[node].by_client) * MONTH_S / 1e6;
        let seconds = match &place.station {
            Station::Server(server) => {
                server.function.map_or(0.0, |function| function.second * run_s(place, &flows.stations[node]))
            }
            Station::Source(_) | Station::Router(_) | Station::Cache(_) => 0.0,
            Station::Store(_) | Station::Queue(_) | Station::Observer => 0.0,
        };
        place.price.month + (place.price.million_calls + 1e6 * seconds) * millions
    };
    let nodes: Vec<f64> = topology.places().map(node).collect();
    let egress = egress(topology, flows);
    let sent: Vec<(usize, [f64; 2])> = flows.clients.iter().map(|client| client.sent).enumerate().collect();
    let requests = average(&sent) * MONTH_S / 1e6;
    let month = nodes.iter().sum::<f64>() + egress;
    Cost { month, per_million: (requests > 0.0).then(|| month / requests), nodes, egress }
}

/// Mean time that a call runs at a station, waiting for its own calls included [s].
fn run_s(place: &Place, flow: &StationFlow) -> f64 {
    let own = [place.servers.read.mean_s, place.servers.write.mean_s];
    let all: f64 = flow.offered.iter().sum();
    let run = |op: usize| flow.offered[op] * (own[op] + flow.hold[op]);
    if all > 0.0 { (run(0) + run(1)) / all } else { 0.0 }
}

/// Answers on the links of the clients, at the price of the block that gives them [USD/month]: as large as the link says,
/// else as the client does.
fn egress(topology: &Topology, flows: &Flows) -> f64 {
    let route = |(route, flow): (usize, &RouteFlow)| {
        let (from, to) = topology.ends(route);
        let source = source(topology, from)?;
        let answers = (flow.calls[0] + flow.calls[1]) * source.average * MONTH_S;
        let own = topology.route(route).policy.bits[1] / 8e9;
        let size_gb = if own > 0.0 { own } else { source.response_kb / 1e6 };
        Some(answers * size_gb * topology.place(to).price.egress_gb)
    };
    flows.routes.iter().enumerate().filter_map(route).sum()
}

fn source(topology: &Topology, node: usize) -> Option<&Source> {
    match &topology.place(node).station {
        Station::Source(source) => Some(source),
        Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
        Station::Store(_) | Station::Queue(_) | Station::Observer => None,
    }
}
