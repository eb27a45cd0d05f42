//! Two designs on common random numbers (rules 1.1): the same seeds for both, and the interval of the *paired difference*
//! by replication. Two separate intervals would hide a change that is smaller than what both runs have in common.

use std::borrow::Cow;

use serde::Serialize;

use super::{Answer, Finding, answer};
use crate::design::{Design, LinkId, NodeId};
use crate::engine::Plan;
use crate::engine::replicate::{self, LEAST_RUNS, grows};
use crate::engine::tally::{WIDEST_BIN, mean_and_half_width};
use crate::figures::Kind;
use crate::report::{Consistency, Estimate, Report, Times, Traffic, Trust};
use crate::topology::Topology;

/// What two designs differ in.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What both ran: the first of the seeds, window and warm-up.
    pub plan: Plan,
    /// Pairs of runs.
    pub runs: u32,
    /// Every figure that one of them has.
    pub pairs: Vec<Pair>,
    /// Findings of the second design that the first does not have.
    pub appeared: Vec<Finding>,
    /// Findings of the first design that the second does not have.
    pub vanished: Vec<Finding>,
}

/// One figure of both designs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// What is compared.
    pub figure: Figure,
    /// Whose it is.
    pub of: Of,
    /// Of the first design: a mean over its runs, or exact; `None` where it has none.
    pub first: Option<f64>,
    /// Of the second design.
    pub second: Option<f64>,
    /// Second less first, with its 95 % interval; `None` unless both have it.
    pub change: Option<Estimate>,
}

/// Whose figure it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The whole design, and all of its requests.
    All,
    /// Its reads.
    Reads,
    /// Its writes.
    Writes,
    /// One client that both designs have, by its name in the second.
    Client(String),
}

impl Of {
    /// What a person reads.
    pub fn name(&self) -> &str {
        match self {
            Of::All => "all",
            Of::Reads => "reads",
            Of::Writes => "writes",
            Of::Client(name) => name,
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Share of the requests sent that were answered ok.
    Success,
    /// Mean time to the answer.
    Mean,
    /// Median time.
    P50,
    /// 95th percentile.
    P95,
    /// 99th percentile.
    P99,
    /// Time within which 99 % of the requests sent were answered ok.
    P99Sent,
    /// Share of the reads that were stale.
    Stale,
    /// Multiple of today's traffic until the first block has nothing left.
    Headroom,
    /// Multiple of today's traffic until the first promise breaks.
    PromisesKept,
    /// Share of the time that requests are answered.
    Availability,
    /// Cost a month.
    Cost,
}

impl Figure {
    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Figure::Success => "success",
            Figure::Mean => "mean",
            Figure::P50 => "p50",
            Figure::P95 => "p95",
            Figure::P99 => "p99",
            Figure::P99Sent => "99 % of sent",
            Figure::Stale => "stale reads",
            Figure::Headroom => "headroom",
            Figure::PromisesKept => "promises kept until",
            Figure::Availability => "availability",
            Figure::Cost => "cost a month",
        }
    }

    /// Whether a run knows it only to the bin of a histogram.
    fn binned(self) -> bool {
        match self {
            Figure::P50 | Figure::P95 | Figure::P99 | Figure::P99Sent => true,
            Figure::Success | Figure::Mean | Figure::Stale => false,
            Figure::Headroom | Figure::PromisesKept | Figure::Availability | Figure::Cost => false,
        }
    }

    /// What it counts.
    pub fn kind(self) -> Kind {
        match self {
            Figure::Success | Figure::Stale | Figure::Availability => Kind::Share,
            Figure::Mean | Figure::P50 | Figure::P95 | Figure::P99 | Figure::P99Sent => Kind::Time,
            Figure::Headroom | Figure::PromisesKept => Kind::Multiple,
            Figure::Cost => Kind::Money,
        }
    }
}

impl Pair {
    /// Whether the designs differ in it: not where the interval holds 0. `None` where nothing can be said.
    pub fn differs(&self) -> Option<bool> {
        match self.change {
            Some(Estimate { trust: Trust::Between(low, high), .. }) => Some(!(low..=high).contains(&0.0)),
            Some(Estimate { trust: Trust::Exact | Trust::Approximate | Trust::Low, value }) => {
                Some(value != 0.0)
            }
            Some(_) => None,
            None => (self.first.is_some() != self.second.is_some()).then_some(true),
        }
    }
}

/// Runs both designs `runs` times and says what they differ in; `progress` hears the share that is done (0–1). Fewer than
/// five pairs give no interval.
pub fn compare(designs: [&Design; 2], runs: u32, progress: &mut dyn FnMut(f64)) -> Comparison {
    let [first, second] = designs.map(answer);
    let plan = plan([&first.topology, &second.topology], designs);
    let mut reports = [Vec::new(), Vec::new()];
    for index in 0..runs {
        for (which, topology) in [&first.topology, &second.topology].into_iter().enumerate() {
            let turn = 2 * index + which as u32;
            let mut heard = |share| progress(replicate::part(share, turn, 2 * runs));
            reports[which].push(replicate::measure_one(topology, &plan, index, &mut heard));
        }
    }
    found([&first, &second], plan, [&reports[0], &reports[1]])
}

/// What the runs of two designs say, each of the same seeds in the same order.
pub fn found([first, second]: [&Answer; 2], plan: Plan, reports: [&[Report]; 2]) -> Comparison {
    let mut pairs = traffic_of(reports);
    pairs.extend(clients_of([first, second], reports));
    pairs.extend(at_once([first, second]));
    Comparison {
        plan,
        runs: reports[0].len() as u32,
        pairs,
        appeared: without(&second.findings, &first.findings),
        vanished: without(&first.findings, &second.findings),
    }
}

/// One plan for both: the seed of the first, the longer of the two windows, and the longer warm-up that ends before either
/// has its first fault.
pub fn plan(topologies: [&Topology; 2], designs: [&Design; 2]) -> Plan {
    let [a, b] = [0, 1].map(|which| replicate::plan(topologies[which], &designs[which].run));
    let faults = topologies.into_iter().flat_map(|topology| &topology.faults);
    let first_fault_s = faults.map(|fault| fault.at_ns as f64 / 1e9).fold(f64::INFINITY, f64::min);
    Plan {
        seed: a.seed,
        duration_s: a.duration_s.max(b.duration_s),
        warmup_s: a.warmup_s.max(b.warmup_s).min(first_fault_s),
    }
}

/// What the users get: all requests, and reads and writes where both designs have both.
fn traffic_of(reports: [&[Report]; 2]) -> Vec<Pair> {
    let mixed = |report: &Report| report.reads.offered > 0.0 && report.writes.offered > 0.0;
    let both = reports.into_iter().all(|reports| reports.iter().all(mixed));
    let parts: [(Of, Part); 3] = [
        (Of::All, |report| &report.total),
        (Of::Reads, |report| &report.reads),
        (Of::Writes, |report| &report.writes),
    ];
    let parts = parts.into_iter().filter(|(of, _)| both || *of == Of::All);
    let mut pairs: Vec<Pair> = parts.flat_map(|(of, part)| of_traffic(&of, reports, part)).collect();
    pairs.extend(paired(Figure::Stale, Of::All, reports, |report| report.consistency.stale));
    pairs
}

/// Some of the requests of a report.
type Part = fn(&Report) -> &Traffic;

fn of_traffic(of: &Of, reports: [&[Report]; 2], part: Part) -> Vec<Pair> {
    let time = |pick: fn(&Times) -> Estimate| move |report: &Report| part(report).latency.as_ref().map(pick);
    let found = [
        paired(Figure::Success, of.clone(), reports, |report| Some(part(report).success)),
        paired(Figure::Mean, of.clone(), reports, time(|times| times.mean)),
        paired(Figure::P50, of.clone(), reports, time(|times| times.p50)),
        paired(Figure::P95, of.clone(), reports, time(|times| times.p95)),
        paired(Figure::P99, of.clone(), reports, time(|times| times.p99)),
        paired(Figure::P99Sent, of.clone(), reports, |report| part(report).p99_sent),
    ];
    found.into_iter().flatten().collect()
}

/// Each client that both designs have, where one of them has several.
fn clients_of(answers: [&Answer; 2], reports: [&[Report]; 2]) -> Vec<Pair> {
    let clients = answers.map(|answer| &answer.availability.clients);
    if clients.iter().all(|clients| clients.len() < 2) {
        return Vec::new();
    }
    let mut pairs = Vec::new();
    for one in clients[1] {
        let place = answers[1].topology.place(one.node as usize);
        let same = |other: &&super::ClientAvailability| {
            answers[0].topology.place(other.node as usize).id == place.id
        };
        let Some(before) = clients[0].iter().find(same) else { continue };
        let of = Of::Client(place.name.clone());
        let nodes = [before.node, one.node];
        let figure = |figure: Figure, pick: fn(&Report, u32) -> Option<Estimate>| {
            let runs = [0, 1].map(|which| estimates(reports[which], |report| pick(report, nodes[which])));
            paired_of(figure, of.clone(), runs)
        };
        pairs.extend(figure(Figure::Mean, |report, node| Some(times_of(report, node)?.mean)));
        pairs.extend(figure(Figure::P99, |report, node| Some(times_of(report, node)?.p99)));
        pairs.extend(exact(Figure::Availability, of.clone(), [Some(before.both), Some(one.both)]));
        pairs.extend(figure(Figure::Stale, |report, node| seen_by(report, node)?.stale));
    }
    pairs
}

/// The times of one client; of the only one those of all requests.
fn times_of(report: &Report, node: u32) -> Option<Times> {
    if report.by_client.is_empty() {
        return report.total.latency;
    }
    report.by_client.iter().find(|client| client.node == node)?.latency
}

fn seen_by(report: &Report, node: u32) -> Option<&Consistency> {
    report.clients.iter().find(|client| client.node == node).map(|client| &client.seen)
}

/// What follows of both without a run.
pub fn at_once(answers: [&Answer; 2]) -> Vec<Pair> {
    let headroom = |answer: &Answer| answer.ladder.first().map(|rung| rung.multiple);
    let found = [
        exact(Figure::Headroom, Of::All, answers.map(headroom)),
        exact(Figure::PromisesKept, Of::All, answers.map(|one| one.second.map(|second| second.multiple))),
        exact(Figure::Availability, Of::All, answers.map(|one| one.availability.both)),
        exact(Figure::Cost, Of::All, answers.map(|one| Some(one.cost.month))),
    ];
    found.into_iter().flatten().collect()
}

fn exact(figure: Figure, of: Of, [first, second]: [Option<f64>; 2]) -> Option<Pair> {
    let change = first.zip(second).map(|(first, second)| Estimate::exact(second - first));
    (first.is_some() || second.is_some()).then_some(Pair { figure, of, first, second, change })
}

fn paired(
    figure: Figure,
    of: Of,
    reports: [&[Report]; 2],
    pick: impl Fn(&Report) -> Option<Estimate>,
) -> Option<Pair> {
    paired_of(figure, of, reports.map(|reports| estimates(reports, &pick)))
}

/// The figure of each run; `None` unless every run has it.
fn estimates(reports: &[Report], pick: impl Fn(&Report) -> Option<Estimate>) -> Option<Vec<Estimate>> {
    reports.iter().map(pick).collect()
}

fn paired_of(figure: Figure, of: Of, [first, second]: [Option<Vec<Estimate>>; 2]) -> Option<Pair> {
    if first.is_none() && second.is_none() {
        return None;
    }
    let mean = |all: &Vec<Estimate>| all.iter().map(|one| one.value).sum::<f64>() / all.len() as f64;
    let change = first.as_ref().zip(second.as_ref()).map(|(first, second)| {
        let bin = if figure.binned() { WIDEST_BIN } else { 0.0 };
        difference(first, second, bin)
    });
    Some(Pair { figure, of, first: first.as_ref().map(mean), second: second.as_ref().map(mean), change })
}

/// Mean of the differences of runs with the same seed, with Student's 95 % interval over the pairs. Figures that stand in the
/// middle of bins may all be wrong by half a bin in the same direction, which no number of runs would show: so much is
/// added, unless every pair is equal.
fn difference(first: &[Estimate], second: &[Estimate], bin: f64) -> Estimate {
    let pairs = first.iter().zip(second);
    let changes: Vec<f64> = pairs.map(|(first, second)| second.value - first.value).collect();
    let (value, spread) = mean_and_half_width(&changes);
    let trust = if grows(first) || grows(second) {
        Trust::Growing
    } else if changes.len() < LEAST_RUNS {
        Trust::TooFew
    } else {
        let values: f64 = first.iter().chain(second).map(|one| one.value).sum();
        let equal = changes.iter().all(|change| *change == 0.0);
        let half = spread + if equal { 0.0 } else { bin / 2.0 * values / changes.len() as f64 };
        Trust::Between(value - half, value + half)
    };
    Estimate { value, trust }
}

/// Those findings whose rule and place the others do not have.
fn without(findings: &[Finding], others: &[Finding]) -> Vec<Finding> {
    let key = |finding: &Finding| -> (Cow<'static, str>, Option<NodeId>, Option<LinkId>) {
        (finding.rule.clone(), finding.node, finding.link)
    };
    let new = |finding: &&Finding| !others.iter().any(|other| key(other) == key(finding));
    findings.iter().filter(new).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(values: &[f64]) -> Vec<Estimate> {
        values.iter().map(|value| Estimate { value: *value, trust: Trust::TooFew }).collect()
    }

    /// Differences 1, 2, 3, 4, 5 with mean 3 and standard deviation √2.5: 3 ± 2.776 · √(2.5 / 5), whatever both share.
    #[test]
    fn the_interval_is_students_over_the_differences() {
        let first = all(&[100.0, 900.0, 20.0, 7.0, 55.0]);
        let second = all(&[101.0, 902.0, 23.0, 11.0, 60.0]);
        let Estimate { value, trust: Trust::Between(low, high) } = difference(&first, &second, 0.0) else {
            panic!("no interval")
        };
        let half = 2.776 * f64::sqrt(0.5);
        assert!((value - 3.0).abs() < 1e-12);
        assert!((low - (3.0 - half)).abs() < 1e-9 && (high - (3.0 + half)).abs() < 1e-9, "{low} {high}");
    }

    /// Five times the same bins, 1 % apart: 100 ± 0.5 bins of 1 % and 101 ± 0.5 of them, so 1 ± 1.005.
    #[test]
    fn a_difference_of_bins_is_no_finer_than_the_bins() {
        let Estimate { value, trust } = difference(&all(&[100.0; 5]), &all(&[101.0; 5]), 0.01);
        let Trust::Between(low, high) = trust else { panic!("no interval") };
        assert!((value - 1.0).abs() < 1e-12 && (high - low - 2.0 * 1.005).abs() < 1e-9, "{low} {high}");
        let same = difference(&all(&[100.0; 5]), &all(&[100.0; 5]), 0.01);
        assert_eq!(same.trust, Trust::Between(0.0, 0.0));
    }

    #[test]
    fn too_few_pairs_and_growing_queues_give_no_interval() {
        assert_eq!(difference(&all(&[1.0; 4]), &all(&[2.0; 4]), 0.0).trust, Trust::TooFew);
        let mut grows = all(&[2.0; 5]);
        grows[2..].iter_mut().for_each(|one| one.trust = Trust::Growing);
        assert_eq!(difference(&all(&[1.0; 5]), &grows, 0.0).trust, Trust::Growing);
    }
}
