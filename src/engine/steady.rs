//! The steady method: queueing formulas on the flow equations.
//!
//! Means come from the flows; the distribution of a time is that of the sums and mixtures along the request tree. Above
//! saturation a station carries what it can, and what it turns away stops there.

use crate::engine::Method;
use crate::engine::flows::{self, Flows, InstanceFlow, Moments, Scenario, StationFlow};
use crate::report::{
    Cause, Counts, Estimate, Ledger, LinkReport, NodeReport, Report, State, Times, Traffic, Trust,
};
use crate::topology::{Operation, Place, Servers, Station, Topology};

/// Share of calls dropped for fullness from which a station counts as saturated (rules 1.2).
const DROPPING: f64 = 1e-3;
/// Slots from which a station without cores counts as having no limit.
const UNLIMITED: u32 = 1 << 20;

/// Solves a topology at today's traffic. Always an answer.
pub fn solve(topology: &Topology) -> Report {
    solve_scenario(topology, &Scenario::default())
}

/// Solves a topology at a multiple of today's traffic, or with something lost.
pub fn solve_scenario(topology: &Topology, scenario: &Scenario) -> Report {
    report(topology, &flows::solve(topology, scenario))
}

/// The report of flows that have been solved already.
pub fn report(topology: &Topology, flows: &Flows) -> Report {
    Report {
        method: Method::Steady,
        engine: crate::ENGINE_VERSION,
        seed: 0,
        duration_s: 0.0,
        warmup_s: 0.0,
        events: 0,
        total: traffic(flows, &Operation::ALL),
        reads: traffic(flows, &[Operation::Read]),
        writes: traffic(flows, &[Operation::Write]),
        nodes: topology.places().map(|(node, place)| station(place, &flows.stations[node])).collect(),
        links: flows.routes.iter().map(link).collect(),
        series: Vec::new(),
    }
}

fn traffic(flows: &Flows, ops: &[Operation]) -> Traffic {
    let parts = || {
        let each = |client| ops.iter().map(move |op| (client, *op as usize));
        flows.clients.iter().flat_map(each)
    };
    let offered: f64 = parts().map(|(client, op)| client.sent[op]).sum();
    let ok: f64 = parts().map(|(client, op)| client.sent[op] * client.ok[op]).sum();
    let time = Moments::mixed(parts().map(|(client, op)| (client.sent[op] * client.ok[op], client.time[op])));
    Traffic {
        offered,
        goodput: approximate(ok),
        success: approximate(if offered > 0.0 { ok / offered } else { 0.0 }),
        latency: (ok > 0.0).then(|| times(time)),
        p99_sent: (ok > 0.0 && ok >= 0.99 * offered).then(|| approximate(time.quantile(0.99 * offered / ok))),
        counts: Counts::default(),
    }
}

fn station(place: &Place, flow: &StationFlow) -> NodeReport {
    let offered: f64 = flow.offered.iter().sum();
    let carried: f64 = flow.carried.iter().sum();
    let alive = flow.instances.iter().filter(|instance| instance.alive).count() as u32;
    let used = || flow.instances.iter().filter(|instance| instance.occupancy.load > 0.0);
    let limited = place.serves() && (place.servers.cores.is_some() || place.servers.slots < UNLIMITED);
    let hottest = flow.hottest().map_or(0.0, |instance| instance.occupancy.load);
    let loads = used().map(|instance| instance.occupancy.load).sum::<f64>() / used().count().max(1) as f64;
    let busy = flow.instances.iter().map(|instance| instance.occupancy.busy);
    let cores = place.servers.cores.is_some() && place.serves();
    let wait = Moments::mixed(flow.instances.iter().map(|instance| (rate(instance), wait_of(instance))));
    let answered = [0, 1].map(|op| flow.carried[op] * flow.after[op].ok);
    let time = Moments::mixed([0, 1].into_iter().map(|op| (answered[op], own_time(flow, op))));
    NodeReport {
        offered,
        carried,
        load: limited.then_some(loads.max(flow.backlog)),
        busy: cores.then(|| approximate(busy.clone().sum::<f64>() / flow.instances.len() as f64)),
        hottest: cores.then(|| busy.fold(0.0, f64::max)),
        state: state(place, flow, hottest, offered, alive),
        present: flow.instances.iter().map(|instance| present(&place.servers, flow, instance)).sum(),
        waiting: flow.waiting
            + flow.instances.iter().map(|instance| rate(instance) * wait_of(instance).mean).sum::<f64>(),
        wait: (place.serves() && carried > 0.0).then(|| times(wait)),
        latency: (answered[0] + answered[1] > 0.0).then(|| times(time)),
        dropped: flow.dropped,
        hit_ratio: flow.hit_ratio,
        wasted: 0.0,
        alive,
        ledger: Ledger::default(),
    }
}

/// From arrival to reply, whichever door.
fn own_time(flow: &StationFlow, op: usize) -> Moments {
    let answers = [flow.answers[0][op], flow.answers[1][op]];
    let weight =
        |door: usize| if flow.doors[door][op] > 0.0 { flow.doors[door][op] * answers[door].ok } else { 0.0 };
    Moments::mixed([0, 1].into_iter().map(|door| (weight(door), answers[door].time)))
}

/// Calls admitted at an instance [1/s].
fn rate(instance: &InstanceFlow) -> f64 {
    (instance.calls[0] + instance.calls[1]) * instance.occupancy.admitted
}

fn wait_of(instance: &InstanceFlow) -> Moments {
    Moments { mean: instance.occupancy.wait(), variance: instance.occupancy.wait_variance() }
}

/// Mean calls at an instance by Little's law: wait, service and the time that its own calls take.
fn present(servers: &Servers, flow: &StationFlow, instance: &InstanceFlow) -> f64 {
    let stay = |op: usize, service: f64| {
        let wait = instance.occupancy.wait();
        instance.calls[op] * instance.occupancy.admitted * (wait + service + flow.hold[op])
    };
    stay(0, servers.read.mean_s) + stay(1, servers.write.mean_s)
}

fn state(place: &Place, flow: &StationFlow, load: f64, offered: f64, alive: u32) -> State {
    if matches!(place.station, Station::Source(_) | Station::Observer) {
        return State::Calm;
    }
    if alive == 0 {
        return State::Down;
    }
    let full = [Cause::Overloaded, Cause::PoolExhausted, Cause::BacklogFull];
    let dropped: f64 = full.iter().map(|cause| flow.dropped[*cause as usize]).sum();
    if dropped >= DROPPING * offered && dropped > 0.0 {
        return State::Saturated;
    }
    State::of(load.max(flow.backlog))
}

fn link(route: &flows::RouteFlow) -> LinkReport {
    let calls: f64 = route.calls.iter().sum();
    LinkReport { calls, failures: route.failures, waiting: calls * route.pool_wait.mean() }
}

fn approximate(value: f64) -> Estimate {
    Estimate { value, trust: Trust::Approximate }
}

fn times(time: Moments) -> Times {
    Times {
        mean: approximate(time.mean),
        p50: approximate(time.quantile(0.5)),
        p95: approximate(time.quantile(0.95)),
        p99: approximate(time.quantile(0.99)),
    }
}
