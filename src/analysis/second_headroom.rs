//! The second headroom: how much traffic the design carries before its first promise breaks (rules 1.16).
//!
//! The ladder asks when a station has nothing left. Users notice earlier: a queue that grows makes answers late long before
//! it overflows. So losses, waits and retries count here, and the multiple is found by bisection on the steady method.

use serde::{Deserialize, Serialize};

use super::availability;
use crate::design::Run;
use crate::engine::flows::{self, Scenario};
use crate::engine::replicate;
use crate::engine::simulate::{Both, Measure};
use crate::engine::steady;
use crate::report::Report;
use crate::topology::Topology;

/// Multiples beyond this are not worth a number.
const HIGHEST: f64 = 1e6;
/// A promise that is broken at this multiple is broken at any traffic.
const LOWEST: f64 = 1e-3;
/// Relative accuracy of the multiple.
const CLOSE: f64 = 2e-3;
/// How far below and above the multiple the runs that confirm it are made: the steady method's own promise of a p99 within
/// 15 % is less than that much traffic where a promise breaks.
const BESIDE: f64 = 0.1;

/// The traffic at which the first promise breaks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SecondHeadroom {
    /// Multiple of today's traffic; below 1 it is broken today, 0 when it is broken at any traffic.
    pub multiple: f64,
    /// Requests a second of all clients at that multiple.
    pub rate: f64,
    /// What is broken first.
    pub missed: Promise,
}

/// A promise that more traffic can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Promise {
    /// 99 % of the requests sent answered within a time.
    Time,
    /// A share of the requests answered.
    Success,
    /// A share of the time in which requests are answered: with more traffic, fewer deaths are survived.
    Availability,
}

impl SecondHeadroom {
    /// Whether runs can confirm it: not a promise about availability, which no run of minutes can try, nor one that no
    /// traffic keeps.
    pub fn can_be_run(&self) -> bool {
        self.missed != Promise::Availability && self.multiple > 0.0
    }
}

impl Promise {
    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Promise::Time => "99 % in time",
            Promise::Success => "answered ok",
            Promise::Availability => "available",
        }
    }
}

/// Until the first promise breaks; `None` when nothing is promised that traffic can break, without traffic, and when
/// nothing breaks at a million times as much.
pub fn second_headroom(topology: &Topology, first_rung: Option<f64>) -> Option<SecondHeadroom> {
    let promised = topology.objectives;
    let loads = [promised.p99_ms, promised.success].iter().any(Option::is_some);
    let today = flows::lossless(topology, &Scenario::default());
    let rate: f64 = today.clients.iter().map(|client| client.sent[0] + client.sent[1]).sum();
    if rate <= 0.0 {
        return None;
    }
    let by_load = loads.then(|| crossing(|multiple| overdone(topology, multiple), first_rung)).flatten();
    let by_deaths = promised.availability.and_then(|least| {
        let most = by_load.map_or(HIGHEST, |(multiple, _)| multiple);
        let short = |multiple: f64| (up(topology, multiple)? < least).then_some(Promise::Availability);
        // What is kept up to the other promise's end needs no search.
        (most == HIGHEST || short(most).is_some()).then(|| crossing(short, first_rung)).flatten()
    });
    let found = [by_deaths, by_load].into_iter().flatten().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (multiple, missed) = found;
    Some(SecondHeadroom { multiple, rate: multiple * rate, missed })
}

/// The promise that is broken at a multiple of today's traffic, with everything alive.
fn overdone(topology: &Topology, multiple: f64) -> Option<Promise> {
    let report = steady::solve_scenario(topology, &Scenario { multiple, ..Scenario::default() });
    broken(topology, &report)
}

/// The first promise about times and answers that a report breaks.
fn broken(topology: &Topology, report: &Report) -> Option<Promise> {
    let (promised, total) = (topology.objectives, &report.total);
    let late = |most_ms: f64| total.p99_sent.is_none_or(|p99| p99.value * 1e3 > most_ms);
    if promised.p99_ms.is_some_and(late) {
        return Some(Promise::Time);
    }
    promised.success.is_some_and(|least| total.success.value < least).then_some(Promise::Success)
}

/// Share of the time in which reads and writes are answered at a multiple of today's traffic.
fn up(topology: &Topology, multiple: f64) -> Option<f64> {
    let mut busier = topology.clone();
    busier.traffic *= multiple;
    let flows = flows::solve(&busier, &Scenario::default());
    availability::availability(&busier, &flows).both
}

/// The least multiple at which something is broken, and what; from `near` on if that is a good guess.
fn crossing(broken: impl Fn(f64) -> Option<Promise>, near: Option<f64>) -> Option<(f64, Promise)> {
    let (mut low, mut high, mut missed);
    if let Some(today) = broken(1.0) {
        (low, high, missed) = (0.5, 1.0, today);
        while let Some(lower) = broken(low) {
            (high, missed) = (low, lower);
            low /= 2.0;
            if low < LOWEST {
                return Some((0.0, missed));
            }
        }
    } else {
        (low, high) = (1.0, near.filter(|near| *near > 1.0).unwrap_or(2.0));
        missed = loop {
            match broken(high) {
                Some(missed) => break missed,
                None if high > HIGHEST => return None,
                None => (low, high) = (high, 2.0 * high),
            }
        };
    }
    while high > low * (1.0 + CLOSE) {
        let middle = f64::sqrt(low * high);
        match broken(middle) {
            Some(what) => (high, missed) = (middle, what),
            None => low = middle,
        }
    }
    Some((f64::sqrt(low * high), missed))
}

/// Two runs, a tenth less and a tenth more traffic than the multiple: the promise holds in one and breaks in the other.
#[derive(Debug)]
pub struct Confirming {
    topology: Topology,
    multiples: [f64; 2],
    runs: Both,
}

/// What the two runs have shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confirmation {
    /// Multiples of today's traffic that were run, the lesser first.
    pub multiples: [f64; 2],
    /// What broke at each; `None` where everything was kept.
    pub broken: [Option<Promise>; 2],
}

impl Confirming {
    /// Neither run has begun. `None` where no run can confirm it.
    pub fn new(topology: &Topology, found: &SecondHeadroom, seed: u64) -> Option<Self> {
        if !found.can_be_run() {
            return None;
        }
        let multiples = [1.0 - BESIDE, 1.0 + BESIDE].map(|beside| beside * found.multiple);
        let runs = multiples.map(|multiple| {
            let mut topology = topology.clone();
            topology.faults.clear();
            topology.traffic *= multiple;
            let plan = replicate::plan(&topology, &Run { seed, ..Run::default() });
            Measure::new(topology, plan)
        });
        Some(Confirming { topology: topology.clone(), multiples, runs: Both(runs) })
    }

    /// Goes on for at most this many events; what was shown when both runs are over.
    pub fn advance(&mut self, budget: u64) -> Option<Confirmation> {
        let reports = self.runs.advance(budget)?;
        let broken = reports.map(|report| broken(&self.topology, &report));
        Some(Confirmation { multiples: self.multiples, broken })
    }

    /// Share of the simulated time that is over (0–1).
    pub fn progress(&self) -> f64 {
        self.runs.progress()
    }
}

impl Confirmation {
    /// Kept with less traffic, broken with more.
    pub fn holds(&self) -> bool {
        self.broken[0].is_none() && self.broken[1].is_some()
    }
}
