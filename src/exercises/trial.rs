//! One run of the judge: the design as it is, or with one unit killed, measured once the dust has settled.

use crate::engine::Unit;
use crate::engine::simulate::Simulation;
use crate::report::Report;
use crate::topology::Topology;

/// Longest wait for what was sent in the window [ns]; what has not ended by then counts as missed.
const LONGEST_DRAIN: u64 = 30_000_000_000;

/// Requests that are still under way are asked for at this interval [ns].
const STEP: u64 = 10_000_000;

/// Seconds of simulated time of one run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Times {
    /// Left out at the start [s].
    pub warmup: f64,
    /// Between the kill and the window: detection and promotion [s].
    pub settle: f64,
    /// Measured [s].
    pub window: f64,
}

/// A run that can be put down and taken up.
#[derive(Debug)]
pub struct Trial {
    simulation: Simulation,
    kill: Option<Unit>,
    phase: Phase,
    /// Ends of warm-up, settling and window [ns].
    ends: [u64; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    WarmUp,
    Settling,
    Window,
    Drain,
    Done,
}

impl Trial {
    /// A run from an empty system with warm caches. Detection and promotion after the kill are cut at half of the
    /// time to settle each: what they really take is a goal of its own.
    pub fn new(topology: Topology, seed: u64, kill: Option<Unit>, times: Times) -> Self {
        let mut simulation = Simulation::new(topology, seed);
        simulation.cap_recovery(times.settle / 2.0);
        let settle = if kill.is_some() { times.settle } else { 0.0 };
        let ends = [times.warmup, times.warmup + settle, times.warmup + settle + times.window];
        let ends = ends.map(|seconds| libm::round(seconds * 1e9) as u64);
        Trial { simulation, kill, phase: Phase::WarmUp, ends }
    }

    /// Goes on for about this many events; true when the run is over.
    pub fn advance(&mut self, budget: u64) -> bool {
        let end = self.simulation.events() + budget;
        while self.phase != Phase::Done {
            let left = end.saturating_sub(self.simulation.events());
            if left == 0 || !self.advance_phase(left) {
                return false;
            }
        }
        true
    }

    /// Share of the simulated time that is over (0–1).
    pub fn progress(&self) -> f64 {
        (self.simulation.now_ns() as f64 / self.ends[2].max(1) as f64).min(1.0)
    }

    /// What was killed, if anything.
    pub fn killed(&self) -> Option<Unit> {
        self.kill
    }

    /// What was found in the window.
    pub fn report(&self) -> Report {
        self.simulation.report()
    }

    fn advance_phase(&mut self, budget: u64) -> bool {
        let (until, next) = match self.phase {
            Phase::WarmUp => (self.ends[0], Phase::Settling),
            Phase::Settling => (self.ends[1], Phase::Window),
            Phase::Window => (self.ends[2], Phase::Drain),
            Phase::Drain | Phase::Done => (self.simulation.now_ns() + STEP, self.phase),
        };
        if !self.simulation.advance(until, budget) {
            return false;
        }
        match next {
            Phase::Settling => self.kill.into_iter().for_each(|unit| self.simulation.kill(unit)),
            Phase::Window => self.simulation.start_measuring(),
            Phase::Drain if self.phase == Phase::Window => self.simulation.stop_measuring(),
            Phase::WarmUp | Phase::Drain | Phase::Done => {}
        }
        let drained = self.simulation.unfinished() == 0 || until > self.ends[2] + LONGEST_DRAIN;
        self.phase = if next == Phase::Drain && drained { Phase::Done } else { next };
        true
    }
}
