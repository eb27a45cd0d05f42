//! The kill run: every claim about a loss, and every survivor, can be put to the test (rules 1.12).
//!
//! The same run is made twice with the same seed, with and without the kill: warm up, kill, leave out the time until
//! everything that steps in has stepped in, then measure. The unit survives if at least 99.9 % of what is answered
//! without the kill is answered with it.

use super::spof::{self, SURVIVES, structure::Dead};
use crate::engine::simulate::{Both, Kill, Measure};
use crate::engine::{Plan, Unit};
use crate::report::{Report, State, Traffic};
use crate::topology::{Health, Station, Topology};

/// How long a kill run takes, in simulated time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Before the kill [s].
    pub warm_up_s: f64,
    /// Longest detection, and longest promotion [s]; the true times go into availability.
    pub cap_s: f64,
    /// Measured after that [s].
    pub window_s: f64,
}

impl Default for Schedule {
    /// As rules 1.12 settle it.
    fn default() -> Self {
        Schedule { warm_up_s: 5.0, cap_s: 10.0, window_s: 20.0 }
    }
}

/// What a kill run has shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// What was killed.
    pub unit: Unit,
    /// Seed of both runs.
    pub seed: u64,
    /// Simulated time left out after the kill [s].
    pub skipped_s: f64,
    /// Requests sent in the window.
    pub sent: u64,
    /// Answered ok or degraded, as a share of the same without the kill (0–1).
    pub share: f64,
    /// The same of the reads alone; `None` when none was sent.
    pub reads: Option<f64>,
    /// The same of the writes alone; `None` when none was sent.
    pub writes: Option<f64>,
    /// Stations that are saturated with the kill and not without it, dense indices.
    pub saturated: Vec<u32>,
    /// At least 99.9 % of what is answered without the kill was answered.
    pub survived: bool,
}

/// The two runs under way.
#[derive(Debug)]
pub struct Proving {
    unit: Unit,
    seed: u64,
    skipped_s: f64,
    /// Without and with the kill.
    runs: Both,
}

impl Proving {
    /// Neither has begun.
    pub fn new(topology: &Topology, unit: Unit, seed: u64, schedule: &Schedule) -> Self {
        let mut topology = topology.clone();
        // One death at a time: the timeline is another experiment.
        topology.faults.clear();
        let skipped_s = skipped(&topology, unit, schedule.cap_s);
        let Schedule { warm_up_s, cap_s, window_s } = *schedule;
        let plan = |warmup_s| Plan { seed, duration_s: window_s, warmup_s };
        let kill = Kill { unit, settle_s: skipped_s, cap_s };
        let without = Measure::new(topology.clone(), plan(warm_up_s + skipped_s));
        let with = Measure::with_kill(topology, plan(warm_up_s), kill);
        Proving { unit, seed, skipped_s, runs: Both([without, with]) }
    }

    /// Goes on for at most this many events; what was shown when both are over.
    pub fn advance(&mut self, budget: u64) -> Option<Proof> {
        self.runs.advance(budget).map(|[without, with]| self.proof(&without, &with))
    }

    /// Share of the simulated time that is over (0–1).
    pub fn progress(&self) -> f64 {
        self.runs.progress()
    }

    fn proof(&self, without: &Report, with: &Report) -> Proof {
        let share = kept(&with.total, &without.total).unwrap_or(1.0);
        let (reads, writes) = (kept(&with.reads, &without.reads), kept(&with.writes, &without.writes));
        let all = [Some(share), reads, writes].into_iter().flatten();
        Proof {
            unit: self.unit,
            seed: self.seed,
            skipped_s: self.skipped_s,
            sent: with.total.counts.sent,
            share,
            reads,
            writes,
            saturated: saturated(with, without),
            survived: all.fold(1.0, f64::min) >= SURVIVES,
        }
    }
}

/// Kills the unit in a run and says what the users lost.
pub fn prove(topology: &Topology, unit: Unit, seed: u64) -> Proof {
    prove_within(topology, unit, seed, &Schedule::default())
}

/// The same with a schedule of one's own.
pub fn prove_within(topology: &Topology, unit: Unit, seed: u64, schedule: &Schedule) -> Proof {
    let mut runs = Proving::new(topology, unit, seed, schedule);
    loop {
        if let Some(proof) = runs.advance(u64::MAX) {
            return proof;
        }
    }
}

/// Detection and promotion, each capped, that a kill run leaves out [s].
fn skipped(topology: &Topology, unit: Unit, cap_s: f64) -> f64 {
    let [detection, promotion] = spof::recovery(topology, unit, &Dead::of(topology, &[unit]));
    let routers = || {
        topology.places().filter_map(|(_, place)| match &place.station {
            Station::Router(router) => Some(router),
            Station::Source(_) | Station::Server(_) | Station::Cache(_) => None,
            Station::Store(_) | Station::Queue(_) | Station::Observer => None,
        })
    };
    let waits = routers().map(|router| router.health.timeout_s).fold(Health::default().timeout_s, f64::max);
    let silence = if matches!(unit, Unit::Group { .. }) { waits } else { 0.0 };
    // Callers go on with the old answer of a DNS until it expires.
    let kept = routers().map(|router| router.ttl_ns as f64 / 1e9).fold(0.0, f64::max);
    (detection + silence).min(cap_s) + promotion.min(cap_s) + kept.min(cap_s)
}

/// Answered as a share of what was answered without the kill, each relative to what was sent.
fn kept(with: &Traffic, without: &Traffic) -> Option<f64> {
    let answered = |traffic: &Traffic| {
        let counts = &traffic.counts;
        (counts.sent > 0).then(|| (counts.ok + counts.degraded) as f64 / counts.sent as f64)
    };
    let (with, without) = (answered(with)?, answered(without)?);
    (without > 0.0).then(|| (with / without).min(1.0))
}

fn saturated(with: &Report, without: &Report) -> Vec<u32> {
    let pairs = with.nodes.iter().zip(&without.nodes).enumerate();
    let new = pairs
        .filter(|(_, (with, without))| with.state == State::Saturated && without.state != State::Saturated);
    new.map(|(node, _)| node as u32).collect()
}
