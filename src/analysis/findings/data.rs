//! Answers without data behind them: reads that never reach a store, writes that nobody keeps (rules 1.15).

use super::Case;
use crate::analysis::{Finding, Severity};
use crate::figures;
use crate::topology::{Hits, Lane, Operation, Route, Station, Topology};

/// A call that has gone this many hops fails, so no more rounds are needed.
const HOPS: usize = 64;

/// The clients whose requests are answered out of thin air, with their share.
pub fn hollow(case: Case) -> Vec<Finding> {
    let mut findings = Vec::new();
    for lane in case.topology().lanes() {
        let (op, backed) = (lane.op, backed(case, lane));
        for (node, place) in case.topology().places() {
            let Station::Source(source) = &place.station else { continue };
            let empty = 1.0 - backed[node];
            if source.tag == lane.tag
                && empty > 1e-9
                && op.share_of(source) > 0.0
                && !case.topology().outgoing[node].is_empty()
            {
                findings.push(finding(case, node, op, empty));
            }
        }
    }
    findings
}

fn finding(case: Case, client: usize, op: Operation, empty: f64) -> Finding {
    // A design without any store is a sketch; one whose store is passed by is a mistake.
    let severity = if empty > 1.0 - 1e-9 { Severity::Note } else { Severity::Warning };
    let (name, share) = (&case.place(client).name, figures::share(empty));
    let (title, reason) = match op {
        Operation::Read => (
            format!("{share} of the reads of {name} never reach a store: they are answered without data."),
            "Only a store, or a cache that is filled from one, has anything to answer with. A call that is \
             fire-and-forget, or not made on every request, does not bring data.",
        ),
        Operation::Write => (
            format!("{share} of the writes of {name} are kept by no store."),
            "Only a store keeps what is written; a cache forgets it and a queue hands it on.",
        ),
    };
    Finding { title, reason: reason.to_owned(), ..case.about("hollow-answers", severity, client) }
}

/// Share of the answers of each station that have data behind them (0–1), with everything alive and fast enough.
fn backed(case: Case, lane: Lane) -> Vec<f64> {
    let topology = case.topology();
    let mut backed = vec![0.0; topology.len()];
    for _ in 0..HOPS {
        let next: Vec<f64> = (0..topology.len()).map(|node| station(case, lane, &backed, node)).collect();
        let moved = next.iter().zip(&backed).any(|(a, b)| (a - b).abs() > 1e-12);
        backed = next;
        if !moved {
            break;
        }
    }
    backed
}

fn station(case: Case, lane: Lane, backed: &[f64], node: usize) -> f64 {
    match &case.place(node).station {
        Station::Source(_) | Station::Router(_) => {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (route, to) in links(case.topology(), lane, node) {
                sum += route.weight * backed[to];
                weights += route.weight;
            }
            if weights > 0.0 { sum / weights } else { 0.0 }
        }
        Station::Server(server) if server.holds_data => 1.0,
        Station::Server(_) => 1.0 - unbacked_calls(case, lane, backed, node),
        Station::Cache(_) => looked_up(case, lane, node, behind(case.topology(), lane, backed, node)),
        Station::Store(_) => 1.0,
        // A message that ends in a store is kept, if later.
        Station::Queue(_) if lane.op == Operation::Write => kept_later(case.topology(), lane, backed, node),
        Station::Queue(_) | Station::Observer => 0.0,
    }
}

fn kept_later(topology: &Topology, lane: Lane, backed: &[f64], node: usize) -> f64 {
    links(topology, lane, node).map(|(_, to)| backed[to]).fold(0.0, f64::max)
}

/// Share of a server's requests in which no call that it waits for brings data.
fn unbacked_calls(case: Case, lane: Lane, backed: &[f64], node: usize) -> f64 {
    let topology = case.topology();
    let mut without = 1.0;
    let mut cache = None;
    for (route, to) in links(topology, lane, node).filter(|(route, _)| !route.background) {
        if route.on_miss {
            let missed = cache.map_or(0.0, |cache| 1.0 - hit(case, lane, cache));
            // The cache is filled from here: with data behind the misses, the hits have data too.
            without *= if backed[to] > 0.0 { missed * (1.0 - once(route) * backed[to]) } else { 1.0 };
        } else {
            if let Station::Cache(_) = topology.place(to).station {
                cache = Some(to);
            }
            without *= 1.0 - once(route) * backed[to];
        }
    }
    without
}

/// Share backed of what a cache answers that passes its misses on to something backed by this share.
fn looked_up(case: Case, lane: Lane, node: usize, behind: f64) -> f64 {
    let hit = hit(case, lane, node);
    if behind > 0.0 { hit + (1.0 - hit) * behind } else { 0.0 }
}

fn behind(topology: &Topology, lane: Lane, backed: &[f64], node: usize) -> f64 {
    let calls = links(topology, lane, node).filter(|(route, _)| !route.background);
    1.0 - calls.map(|(route, to)| 1.0 - once(route) * backed[to]).product::<f64>()
}

/// Share of the look-ups that hit.
fn hit(case: Case, lane: Lane, node: usize) -> f64 {
    if lane.op == Operation::Write {
        return 0.0;
    }
    match &case.place(node).station {
        Station::Cache(cache) => match cache.hits {
            Hits::Given(share) => share,
            Hits::Derived { .. } => case.answer.report.nodes[node].hit_ratio.unwrap_or(0.0),
        },
        Station::Source(_) | Station::Router(_) | Station::Server(_) => 0.0,
        Station::Store(_) | Station::Queue(_) | Station::Observer => 0.0,
    }
}

/// Share of requests that make the call at least once.
fn once(route: &Route) -> f64 {
    route.calls.min(1.0)
}

fn links(topology: &Topology, lane: Lane, node: usize) -> impl Iterator<Item = (&Route, usize)> {
    let indices = topology.outgoing[node].iter().map(|edge| edge.index());
    indices
        .map(|index| (topology.route(index), topology.ends(index).1))
        .filter(move |(route, _)| route.carries(lane))
}
