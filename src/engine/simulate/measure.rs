//! A plan from the start: warm-up, measured window, then a drain so that every request sent in it can end.

use super::Simulation;
use crate::engine::Plan;
use crate::engine::random::mix;
use crate::report::Report;
use crate::topology::{Station, Topology};

/// Longest drain after the window [s]; what has not ended by then counts as under way, which is missed.
const LONGEST_DRAIN_S: f64 = 60.0;

/// A measure run that can be put down and taken up.
#[derive(Debug)]
pub struct Measure {
    simulation: Simulation,
    plan: Plan,
    phase: Phase,
    drain_ns: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    WarmUp,
    Window,
    Drain,
    Done,
}

impl Measure {
    /// A run of this plan from an empty system.
    pub fn new(topology: Topology, plan: Plan) -> Self {
        let longest = topology.places().filter_map(|(_, place)| match &place.station {
            Station::Source(source) => Some(source.timeout_ns as f64 / 1e9 * f64::from(source.retries + 1)),
            _ => None,
        });
        let drain_s = longest.fold(1.0, f64::max).min(LONGEST_DRAIN_S);
        let simulation = Simulation::new(topology, plan.seed);
        Measure { simulation, plan, phase: Phase::WarmUp, drain_ns: nanoseconds(drain_s) }
    }

    /// Goes on for at most this many events; true when the run is over.
    pub fn advance(&mut self, budget: u64) -> bool {
        let before = self.simulation.events();
        while self.phase != Phase::Done {
            let used = self.simulation.events() - before;
            if used >= budget || !self.advance_phase(budget - used) {
                return false;
            }
        }
        true
    }

    /// Share of the simulated time that is over (0–1).
    pub fn progress(&self) -> f64 {
        if self.phase == Phase::Done {
            return 1.0;
        }
        let all = nanoseconds(self.plan.warmup_s + self.plan.duration_s) + 1;
        (self.simulation.now_ns() as f64 / all as f64).min(1.0)
    }

    /// What was found.
    pub fn report(&self) -> Report {
        self.simulation.report()
    }

    fn advance_phase(&mut self, budget: u64) -> bool {
        let warm = nanoseconds(self.plan.warmup_s);
        let end = warm + nanoseconds(self.plan.duration_s);
        match self.phase {
            Phase::WarmUp if self.simulation.advance(warm, budget) => {
                self.simulation.start_measuring();
                self.phase = Phase::Window;
            }
            Phase::Window if self.simulation.advance(end, budget) => {
                self.simulation.stop_measuring();
                self.phase = Phase::Drain;
            }
            Phase::Drain => return self.drain(end, budget),
            Phase::WarmUp | Phase::Window => return false,
            Phase::Done => {}
        }
        true
    }

    /// Traffic goes on, so that what was sent in the window ends under the load it was sent into.
    fn drain(&mut self, end: u64, budget: u64) -> bool {
        const STEP: u64 = 10_000_000;
        let before = self.simulation.events();
        while self.simulation.unfinished() > 0 && self.simulation.now_ns() < end + self.drain_ns {
            let used = self.simulation.events() - before;
            let grid = (self.simulation.now_ns() - end) / STEP;
            if used >= budget || !self.simulation.advance(end + (grid + 1) * STEP, budget - used) {
                return false;
            }
        }
        self.phase = Phase::Done;
        true
    }
}

/// Runs a plan in one go.
pub fn measure(topology: &Topology, plan: &Plan) -> Report {
    let mut run = Measure::new(topology.clone(), *plan);
    while !run.advance(u64::MAX) {}
    run.report()
}

/// Digest of a report, 16 hex digits: equal exactly when every figure is, to the last bit.
pub fn digest(report: &Report) -> String {
    let text = serde_json::to_vec(report).expect("a report is plain data");
    let fold = |hash: u64, chunk: &[u8]| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix(hash ^ u64::from_le_bytes(word)).wrapping_add(chunk.len() as u64)
    };
    format!("{:016x}", text.chunks(8).fold(0x4865_6164_726f_6f6d, fold))
}

fn nanoseconds(seconds: f64) -> u64 {
    libm::round(seconds * 1e9) as u64
}
