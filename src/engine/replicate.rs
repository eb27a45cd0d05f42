//! How long to run, and several runs pooled: the same plan with seeds derived from the first, Student's t over the runs.

use super::Plan;
use super::flows::{self, Scenario, StationFlow};
use super::random::mix;
use super::simulate::Measure;
use super::tally::mean_and_half_width;
use crate::analysis::spof;
use crate::design::Run;
use crate::report::{
    BehindReport, Cause, ClientConsistency, ClientTimes, Consistency, Counts, Estimate, Ledger, LinkReport,
    Messages, NodeReport, Phase, QueueReport, Report, Seen, Times, Traffic, Trust,
};
use crate::share::MAX_SEED;
use crate::topology::fault::{Fault, Trouble};
use crate::topology::{Station, Topology};

/// Shortest measured time when nothing is chosen [s] (rules 1.18).
const DURATION_S: f64 = 60.0;
/// Least number of requests when nothing is chosen (rules 1.18).
const REQUESTS: f64 = 20_000.0;
/// Longest measured time that is chosen for a design with little traffic [s].
const LONGEST_S: f64 = 3_600.0;

/// Measured after the last thing that follows from a fault [s] (rules 1.18).
const AFTER_FAULT_S: f64 = 30.0;
/// Timeouts of the longest kind that fit into a run in which some happen (rules 1.18).
const TIMEOUTS: f64 = 10.0;
/// From this load on calls may wait so long that their callers give up.
const NEARLY_FULL: f64 = 0.9;
/// Runs from which on they give an interval where one run cannot (rules 1.18).
pub const LEAST_RUNS: usize = 5;

/// What to simulate for these wishes. Where nothing is said the longest of 60 s, the time of 20,000 requests, each fault with
/// what follows from it and half a minute more, and ten of the longest timeouts (rules 1.18); and a tenth of it as warm-up,
/// but no longer than until the first fault. Timeouts are waited for only where they happen: under faults, and where a
/// station is nearly full. With the usual 30 s they would be five minutes of a design in which nothing times out.
pub fn plan(topology: &Topology, run: &Run) -> Plan {
    let rate: f64 = topology.places().map(|(_, place)| rate(&place.station)).sum::<f64>() * topology.traffic;
    let enough = if rate > 0.0 { (REQUESTS / rate).min(LONGEST_S) } else { 0.0 };
    let faults = topology.faults.iter().map(|fault| aftermath_s(topology, fault) + AFTER_FAULT_S);
    let waits =
        if run.duration_s.is_none() && times_out(topology) { TIMEOUTS * longest(topology) } else { 0.0 };
    let usual = [DURATION_S, enough, waits.min(LONGEST_S)].into_iter().chain(faults).fold(0.0, f64::max);
    let duration_s = run.duration_s.unwrap_or(usual);
    let first = topology.faults.iter().map(|fault| fault.at_ns as f64 / 1e9).fold(f64::INFINITY, f64::min);
    Plan { seed: run.seed, duration_s, warmup_s: run.warmup_s.unwrap_or((duration_s / 10.0).min(first)) }
}

/// When a fault is over and what it took has stepped in: detection and promotion included [s].
fn aftermath_s(topology: &Topology, fault: &Fault) -> f64 {
    let over = (fault.at_ns + fault.for_ns.unwrap_or(0)) as f64 / 1e9;
    let recovery = match fault.trouble {
        Trouble::Kill(unit) => spof::lose(topology, unit).spof.recovery_s,
        Trouble::Slow { .. }
        | Trouble::Errors { .. }
        | Trouble::Cut { .. }
        | Trouble::Isolate { .. }
        | Trouble::Loss { .. }
        | Trouble::Flush { .. }
        | Trouble::Traffic { .. }
        | Trouble::Chaos { .. }
        | Trouble::Replay { .. }
        | Trouble::Reshard(_)
        | Trouble::Deploy { .. } => 0.0,
    };
    over.max(fault.at_ns as f64 / 1e9 + recovery).min(LONGEST_S)
}

/// Whether callers may give up: something goes wrong on purpose, or a station is nearly full.
fn times_out(topology: &Topology) -> bool {
    let flows = flows::lossless(topology, &Scenario::default());
    let full = |station: &StationFlow| station.hottest().is_some_and(|one| one.occupancy.load >= NEARLY_FULL);
    !topology.faults.is_empty() || flows.stations.iter().any(full)
}

/// The longest timeout of any caller [s].
fn longest(topology: &Topology) -> f64 {
    let timeouts = (0..topology.graph.edge_count()).map(|route| topology.route(route).timeout_ns);
    timeouts.max().unwrap_or(0) as f64 / 1e9
}

fn rate(station: &Station) -> f64 {
    match station {
        Station::Source(source) => source.rate,
        Station::Router(_)
        | Station::Server(_)
        | Station::Cache(_)
        | Station::Store(_)
        | Station::Queue(_)
        | Station::Observer => 0.0,
    }
}

/// Runs a plan `runs` times and pools the reports: counts add up, figures are means with 95 % intervals over the runs.
/// One run is [`measure`](super::simulate::measure) with its intervals by batches.
pub fn measure_many(topology: &Topology, plan: &Plan, runs: u32) -> Report {
    measure_many_watched(topology, plan, runs, &mut |_| {})
}

/// The same; `progress` hears the share that is done (0–1).
pub fn measure_many_watched(
    topology: &Topology,
    plan: &Plan,
    runs: u32,
    progress: &mut dyn FnMut(f64),
) -> Report {
    let runs = runs.max(1);
    let of = |index| measure_one(topology, plan, index, &mut |share| progress(part(share, index, runs)));
    let mut reports: Vec<Report> = (0..runs).map(of).collect();
    if runs == 1 { reports.swap_remove(0) } else { pool(&reports) }
}

/// One of the runs of a plan by itself; `progress` hears the share of it that is done (0–1).
pub fn measure_one(topology: &Topology, plan: &Plan, index: u32, progress: &mut dyn FnMut(f64)) -> Report {
    /// Events between two words about the progress: some ten milliseconds.
    const SLICE: u64 = 50_000;
    let mut run = Measure::new(topology.clone(), Plan { seed: seed(plan.seed, index), ..*plan });
    while !run.advance(SLICE) {
        progress(run.progress());
    }
    run.report()
}

/// Share of the whole that is done when this share of one of several equal parts is (0–1).
pub fn part(share: f64, index: u32, parts: u32) -> f64 {
    (f64::from(index) + share) / f64::from(parts)
}

/// Seed of a run: the first has the plan's own, the others are drawn from it.
pub fn seed(first: u64, index: u32) -> u64 {
    if index == 0 { first } else { mix(mix(first).wrapping_add(u64::from(index))) & MAX_SEED }
}

/// The reports of several runs of one design, at least one, as one report. The time series is the first run's: a mean over
/// runs would show what no run did.
pub fn pool(reports: &[Report]) -> Report {
    let first = &reports[0];
    let traffic = |of: fn(&Report) -> &Traffic| traffic(&reports.iter().map(of).collect::<Vec<_>>());
    let node = |index: usize| node(&reports.iter().map(|report| &report.nodes[index]).collect::<Vec<_>>());
    let link = |index: usize| link(&reports.iter().map(|report| &report.links[index]).collect::<Vec<_>>());
    Report {
        duration_s: reports.iter().map(|report| report.duration_s).sum(),
        events: reports.iter().map(|report| report.events).sum(),
        total: traffic(|report| &report.total),
        reads: traffic(|report| &report.reads),
        writes: traffic(|report| &report.writes),
        nodes: (0..first.nodes.len()).map(node).collect(),
        links: (0..first.links.len()).map(link).collect(),
        consistency: consistency(reports.iter().map(|report| &report.consistency)),
        clients: clients(reports),
        by_client: by_client(reports),
        phases: phases(reports),
        ..first.clone()
    }
}

fn consistency<'a>(all: impl Iterator<Item = &'a Consistency>) -> Consistency {
    Consistency::counted(all.fold(Seen::default(), |sum, one| sum.and(one.counts)))
}

fn clients(reports: &[Report]) -> Vec<ClientConsistency> {
    let seen = |at: usize| consistency(reports.iter().map(|report| &report.clients[at].seen));
    let first = &reports[0].clients;
    first
        .iter()
        .enumerate()
        .map(|(at, client)| ClientConsistency { node: client.node, seen: seen(at) })
        .collect()
}

fn by_client(reports: &[Report]) -> Vec<ClientTimes> {
    let pooled = |(at, client): (usize, &ClientTimes)| {
        let all: Vec<&ClientTimes> = reports.iter().map(|report| &report.by_client[at]).collect();
        ClientTimes { node: client.node, latency: times(&all, |one| one.latency) }
    };
    reports[0].by_client.iter().enumerate().map(pooled).collect()
}

fn traffic(all: &[&Traffic]) -> Traffic {
    Traffic {
        offered: mean(all, |one| one.offered),
        goodput: estimate(all, |one| Some(one.goodput)).unwrap_or(all[0].goodput),
        success: at_most_one(estimate(all, |one| Some(one.success)).unwrap_or(all[0].success)),
        latency: times(all, |one| one.latency),
        p99_sent: estimate(all, |one| one.p99_sent).filter(|_| all.iter().all(|one| one.p99_sent.is_some())),
        counts: counts(all),
    }
}

fn counts(all: &[&Traffic]) -> Counts {
    let sum = |of: fn(&Counts) -> u64| all.iter().map(|one| of(&one.counts)).sum();
    Counts {
        sent: sum(|one| one.sent),
        ok: sum(|one| one.ok),
        degraded: sum(|one| one.degraded),
        failed: std::array::from_fn(|cause| all.iter().map(|one| one.counts.failed[cause]).sum()),
        hollow: sum(|one| one.hollow),
        attempts: sum(|one| one.attempts),
        under_way: sum(|one| one.under_way),
    }
}

fn node(all: &[&NodeReport]) -> NodeReport {
    let dropped = |cause: usize| mean(all, |one| one.dropped[cause]);
    NodeReport {
        offered: mean(all, |one| one.offered),
        carried: mean(all, |one| one.carried),
        load: mean_of_some(all, |one| one.load),
        busy: estimate(all, |one| one.busy).map(at_most_one),
        hottest: mean_of_some(all, |one| one.hottest),
        state: all.iter().map(|one| one.state).max().unwrap_or(all[0].state),
        present: mean(all, |one| one.present),
        levels: levels(all),
        waiting: mean(all, |one| one.waiting),
        waits: mean_of_some(all, |one| one.waits),
        wait: times(all, |one| one.wait),
        latency: times(all, |one| one.latency),
        dropped: std::array::from_fn::<f64, { Cause::COUNT }, _>(dropped),
        hit_ratio: mean_of_some(all, |one| one.hit_ratio),
        cold: mean_of_some(all, |one| one.cold),
        wasted: mean(all, |one| one.wasted),
        admitted_peak: all.iter().filter_map(|one| one.admitted_peak).max(),
        alive: all[0].alive,
        ledger: ledger(all),
        queue: queue(all).map(Box::new),
        disk: all[0].disk,
        behind: all.iter().filter_map(|one| one.behind).reduce(BehindReport::and),
    }
}

/// Shares of the time by level, over all runs.
fn levels(all: &[&NodeReport]) -> Vec<f64> {
    let most = all.iter().map(|one| one.levels.len()).max().unwrap_or(0);
    (0..most).map(|level| mean(all, |one| one.levels.get(level).copied().unwrap_or(0.0))).collect()
}

/// The stretches of the runs, where all have the same.
fn phases(reports: &[Report]) -> Vec<Phase> {
    let first = &reports[0].phases;
    let ends = |report: &Report| -> Vec<f64> { report.phases.iter().map(|phase| phase.until_s).collect() };
    if reports.iter().any(|report| ends(report) != ends(&reports[0])) {
        return Vec::new();
    }
    let pooled = |(at, phase): (usize, &Phase)| {
        let all: Vec<&Traffic> = reports.iter().map(|report| &report.phases[at].traffic).collect();
        Phase { traffic: traffic(&all), ..phase.clone() }
    };
    first.iter().enumerate().map(pooled).collect()
}

fn queue(all: &[&NodeReport]) -> Option<QueueReport> {
    let queues: Vec<&QueueReport> = all.iter().filter_map(|one| one.queue.as_deref()).collect();
    let first = queues.first()?;
    let group = |index: usize| {
        let one = queues.iter().filter_map(|queue| queue.groups.get(index));
        one.fold(Messages::default(), |sum, one| sum.and(one))
    };
    Some(QueueReport {
        latency: times(all, |one| one.queue.as_ref().and_then(|queue| queue.latency)),
        peak: queues.iter().map(|queue| queue.peak).max().unwrap_or(0),
        oldest_s: queues.iter().map(|queue| queue.oldest_s).fold(0.0, f64::max),
        drain_s: mean_of_some(all, |one| one.queue.as_ref().and_then(|queue| queue.drain_s)),
        growth: mean(all, |one| one.queue.as_ref().map_or(0.0, |queue| queue.growth)),
        groups: (0..first.groups.len()).map(group).collect(),
    })
}

fn ledger(all: &[&NodeReport]) -> Ledger {
    let sum = |of: fn(&Ledger) -> u64| all.iter().map(|one| of(&one.ledger)).sum();
    Ledger {
        arrived: sum(|one| one.arrived),
        completed: sum(|one| one.completed),
        dropped: std::array::from_fn(|cause| all.iter().map(|one| one.ledger.dropped[cause]).sum()),
        present: sum(|one| one.present),
    }
}

fn link(all: &[&LinkReport]) -> LinkReport {
    LinkReport {
        calls: mean(all, |one| one.calls),
        failures: mean(all, |one| one.failures),
        waiting: mean(all, |one| one.waiting),
        rejected: mean(all, |one| one.rejected),
        retries: mean(all, |one| one.retries),
        hedges: mean(all, |one| one.hedges),
        duplicates: mean(all, |one| one.duplicates),
        lost: mean(all, |one| one.lost),
    }
}

fn times<T>(all: &[&T], of: impl Fn(&T) -> Option<Times>) -> Option<Times> {
    let part = |which: fn(Times) -> Estimate| estimate(all, |one| of(one).map(which));
    Some(Times {
        mean: part(|times| times.mean)?,
        p50: part(|times| times.p50)?,
        p95: part(|times| times.p95)?,
        p99: part(|times| times.p99)?,
        p999: part(|times| times.p999)?,
    })
}

fn mean<T>(all: &[&T], of: impl Fn(&T) -> f64) -> f64 {
    all.iter().map(|one| of(one)).sum::<f64>() / all.len() as f64
}

fn mean_of_some<T>(all: &[&T], of: impl Fn(&T) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = all.iter().filter_map(|one| of(one)).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Whether a backlog grows: where it does in half of the runs. One run in fifty sees a trend at a busy station where there
/// is none.
pub fn grows(found: &[Estimate]) -> bool {
    2 * found.iter().filter(|one| one.trust == Trust::Growing).count() >= found.len()
}

/// Mean over the runs that have the figure, with its 95 % interval.
fn estimate<T>(all: &[&T], of: impl Fn(&T) -> Option<Estimate>) -> Option<Estimate> {
    let found: Vec<Estimate> = all.iter().filter_map(|one| of(one)).collect();
    let (value, half) = mean_and_half_width(&found.iter().map(|one| one.value).collect::<Vec<_>>());
    let trust = match found.len() {
        0 => return None,
        _ if grows(&found) => Trust::Growing,
        1 => found[0].trust,
        runs if runs < LEAST_RUNS && found.iter().any(|one| one.trust == Trust::Changing) => Trust::Changing,
        _ => Trust::Between((value - half).max(0.0), value + half),
    };
    Some(Estimate { value, trust })
}

/// A share's interval ends at 1.
fn at_most_one(share: Estimate) -> Estimate {
    match share.trust {
        Trust::Between(low, high) => Estimate { trust: Trust::Between(low, high.min(1.0)), ..share },
        _ => share,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooled(values: &[f64], trust: Trust) -> Estimate {
        let all: Vec<Estimate> = values.iter().map(|value| Estimate { value: *value, trust }).collect();
        estimate(&all.iter().collect::<Vec<_>>(), |one| Some(*one)).expect("values")
    }

    /// Five runs with mean 3 and standard deviation √2.5: 3 ± 2.776 · √(2.5 / 5).
    #[test]
    fn the_interval_is_students_over_the_runs() {
        let Trust::Between(low, high) = pooled(&[1.0, 2.0, 3.0, 4.0, 5.0], Trust::TooFew).trust else {
            panic!("no interval")
        };
        let half = 2.776_445 * f64::sqrt(0.5);
        assert!((low - (3.0 - half)).abs() < 2e-3 && (high - (3.0 + half)).abs() < 2e-3, "{low} {high}");
    }

    #[test]
    fn a_backlog_that_grows_in_half_of_the_runs_is_not_averaged_away() {
        assert_eq!(pooled(&[1.0, 2.0], Trust::Growing).trust, Trust::Growing);
        assert_eq!(pooled(&[7.0], Trust::TooFew), Estimate { value: 7.0, trust: Trust::TooFew });
    }

    #[test]
    fn seeds_differ_and_the_first_is_the_plans() {
        let seeds: std::collections::BTreeSet<u64> = (0..1000).map(|index| seed(1, index)).collect();
        assert_eq!(seeds.len(), 1000);
        assert_eq!(seed(1, 0), 1);
        assert!(seeds.iter().all(|seed| *seed <= MAX_SEED));
    }
}
