//! The steady method: queueing formulas on the flow equations.
//!
//! Means come from the flows; the distribution of a time is that of the sums and mixtures along the request tree. Above
//! saturation a station carries what it can, and what it turns away stops there.

mod law;
mod spread;
mod stale;
mod station;
mod trust;

use crate::engine::flows::{self, ClientFlow, Door, Flows, Moments, RouteFlow, Scenario};
use crate::report::{Counts, Curve, Estimate, LinkReport, Report, Theory, Times, Traffic, Trust};
use crate::topology::{Arrivals, Lane, Operation, Place, Station, Topology};
use law::Law;
use spread::Spread;

/// Up to this many stations a distribution is combined from all of them; beyond, an answer at once matters more.
const MOST_STATIONS: usize = 60;

/// Solves a topology at today's traffic. Always an answer.
pub fn solve(topology: &Topology) -> Report {
    solve_scenario(topology, &Scenario::default())
}

/// Solves a topology at a multiple of today's traffic, or with something lost.
pub fn solve_scenario(topology: &Topology, scenario: &Scenario) -> Report {
    report(topology, &flows::solve(topology, scenario))
}

/// Shares at which a curve by formula is solved: as many as make it smooth, closer together in the tail.
const SHARES: [f64; 19] = [
    0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995,
    0.9999,
];

/// How the times of all requests spread by formula; `None` where only two moments are known, or nothing is answered.
pub fn theory(topology: &Topology) -> Option<Theory> {
    let flows = flows::solve(topology, &Scenario::default());
    let requests = Requests::new(topology, &flows);
    if requests.law.is_none() && requests.spread.is_none() {
        return None;
    }
    let each = |client| Operation::ALL.iter().map(move |op| (client, *op));
    let parts: Vec<(&ClientFlow, Operation)> = flows.clients.iter().flat_map(each).collect();
    let answered = parts.iter().any(|(client, op)| client.sent[*op as usize] * client.ok[*op as usize] > 0.0);
    let times = answered.then(|| requests.quantiles(&parts, SHARES))?;
    Some(curve(times, requests.trust))
}

/// How long one station takes from a call's arrival to its reply, by formula. `None` where only two moments are known, where
/// they are an order of magnitude, and where nothing is answered.
pub fn theory_of(topology: &Topology, node: usize) -> Option<Theory> {
    let flows = flows::solve(topology, &Scenario::default());
    let (place, flow) = (topology.place(node), &flows.stations[node]);
    if trust::is_exact_at(topology, &flows, node) {
        let reads = flow.carried.by_op()[0] > 0.0;
        let mean = if reads { place.servers.read.mean_s } else { place.servers.write.mean_s };
        if let Some(line) = station::constant_line(place, flow) {
            return Some(curve(SHARES.map(|share| mean + line.quantile(share)), Trust::Exact));
        }
        let line = station::only_line(flow)?;
        return Some(curve(SHARES.map(|share| line.sojourn_quantile(mean, share)), Trust::Exact));
    }
    let requests = Requests::new(topology, &flows);
    let spread = requests.spread.filter(|_| requests.trust != Trust::Low)?;
    let doors = [Door::First, Door::Spread].into_iter();
    let each = |door: Door| flow.doors[door as usize].pairs().map(move |(lane, rate)| (door, lane, *rate));
    let answer = |door: Door, lane: Lane| &flow.answers[door as usize][lane];
    let parts: Vec<(f64, usize, Door, Lane)> = doors
        .flat_map(each)
        .map(|(door, lane, rate)| (rate * answer(door, lane).ok, node, door, lane))
        .filter(|part| part.0 > 0.0)
        .collect();
    let moments =
        Moments::mixed(parts.iter().map(|(rate, _, door, lane)| (*rate, answer(*door, *lane).time)));
    let answered = !parts.is_empty() && moments.mean > 0.0;
    answered.then(|| curve(spread.quantiles(&parts, moments, SHARES), Trust::Approximate))
}

fn curve(times: [f64; SHARES.len()], trust: Trust) -> Theory {
    let points = times.into_iter().zip(SHARES).map(|(time, share)| [time, share]).collect();
    Theory { curve: Curve { count: 0, points }, trust }
}

/// The report of flows that have been solved already.
pub fn report(topology: &Topology, flows: &Flows) -> Report {
    let requests = Requests::new(topology, flows);
    let [reads, writes] = Operation::ALL.map(|op| requests.traffic(&[op]));
    let total = match (reads.offered > 0.0, writes.offered > 0.0) {
        (true, false) => reads.clone(),
        (false, true) => writes.clone(),
        (true, true) | (false, false) => requests.traffic(&Operation::ALL),
    };
    let (consistency, clients) = stale::report(topology, flows);
    Report {
        total,
        reads,
        writes,
        nodes: topology.places().map(|(node, place)| station::report(place, &flows.stations[node])).collect(),
        links: flows.routes.iter().map(link).collect(),
        consistency,
        clients,
        by_client: Vec::new(),
        ..Report::of_nothing()
    }
}

fn link(route: &RouteFlow) -> LinkReport {
    let calls: f64 = route.calls.iter().sum();
    LinkReport {
        calls,
        failures: route.failures,
        waiting: calls * route.pool_wait.mean(),
        retries: route.retries,
        ..LinkReport::default()
    }
}

/// The requests of the clients.
struct Requests<'a> {
    flows: &'a Flows,
    /// `None` where there are so many stations that two moments have to do.
    spread: Option<Spread>,
    /// Of designs so small that one law says all.
    law: Option<Law>,
    trust: Trust,
}

impl Requests<'_> {
    fn new<'a>(topology: &Topology, flows: &'a Flows) -> Requests<'a> {
        // Answers of several nodes together are not on the path that the distributions follow: two moments have to do.
        let opens = |route: usize| {
            let route = topology.route(route);
            route.pool.is_none() && route.connections.open_cpu_s + route.connections.open_ns as f64 > 0.0
        };
        // Nor are those of a closed loop, where times hang together.
        let waits = |(_, place): (usize, &Place)| matches!(&place.station, Station::Source(source) if matches!(source.arrivals, Arrivals::Closed(_)));
        let alone = !topology.places().any(waits)
            && !(0..topology.graph.edge_count()).any(opens)
            && !topology.places().any(|(_, place)| trust::gathers(place));
        let spread = (alone && topology.len() <= MOST_STATIONS && trust::has_transforms(topology))
            .then(|| Spread::new(topology, flows));
        let law = Law::of(topology, flows).filter(|_| alone);
        Requests { flows, spread, law, trust: trust::of(topology, flows) }
    }

    fn traffic(&self, ops: &[Operation]) -> Traffic {
        let each = |client| ops.iter().map(move |op| (client, *op));
        let parts: Vec<(&ClientFlow, Operation)> = self.flows.clients.iter().flat_map(each).collect();
        let sum = |value: fn(&ClientFlow, usize) -> f64| -> f64 {
            parts.iter().map(|(client, op)| value(client, *op as usize)).sum()
        };
        let offered = sum(|client, op| client.sent[op]);
        let ok = match &self.law {
            Some(law) => offered * law.success(),
            None => sum(|client, op| client.sent[op] * client.ok[op]),
        };
        let success = if offered > 0.0 { ok / offered } else { 0.0 };
        let found = (ok > 0.0).then(|| self.times(&parts));
        let enough = success >= 0.99 && ok > 0.0;
        let p99_sent = match &found {
            Some(times) if enough && success >= 1.0 => Some(times.p99),
            Some(_) if enough => Some(self.estimate(self.quantiles(&parts, [0.99 / success])[0])),
            Some(_) | None => None,
        };
        Traffic {
            offered,
            goodput: self.estimate(ok),
            success: self.estimate(success),
            latency: found,
            p99_sent,
            counts: Counts::default(),
        }
    }

    fn times(&self, parts: &[(&ClientFlow, Operation)]) -> Times {
        let found = self.quantiles(parts, [0.5, 0.95, 0.99, 0.999]);
        let [p50, p95, p99, p999] = found.map(|value| self.estimate(value));
        Times { mean: self.estimate(moments(parts).mean), p50, p95, p99, p999 }
    }

    fn estimate(&self, value: f64) -> Estimate {
        Estimate { value, trust: self.trust }
    }

    fn quantiles<const N: usize>(&self, parts: &[(&ClientFlow, Operation)], wanted: [f64; N]) -> [f64; N] {
        if let Some(law) = &self.law {
            return wanted.map(|p| law.quantile(p));
        }
        let mixed = moments(parts);
        let Some(spread) = &self.spread else { return wanted.map(|p| mixed.quantile(p)) };
        let part = |(client, op): &(&ClientFlow, Operation)| {
            let at = *op as usize;
            let lane = Lane { op: *op, tag: client.tag };
            (client.sent[at] * client.ok[at], client.node, Door::Spread, lane)
        };
        let parts: Vec<_> = parts.iter().map(part).filter(|part| part.0 > 0.0).collect();
        spread.quantiles(&parts, mixed, wanted)
    }
}

fn moments(parts: &[(&ClientFlow, Operation)]) -> Moments {
    let part = |(client, op): &(&ClientFlow, Operation)| {
        (client.sent[*op as usize] * client.ok[*op as usize], client.time[*op as usize])
    };
    Moments::mixed(parts.iter().map(part))
}
