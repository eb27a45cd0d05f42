//! A plan from the start: warm-up, measured window, then a drain so that every request sent in it can end. In a kill
//! run a unit dies after the warm-up, and the window waits until what steps in has stepped in.

use super::Simulation;
use crate::engine::random::mix;
use crate::engine::{Plan, Unit};
use crate::report::Report;
use crate::topology::{Station, Topology, nanoseconds};

/// Longest drain after the window [s]; what has not ended by then counts as under way, which is missed.
const LONGEST_DRAIN_S: f64 = 60.0;

/// A death after the warm-up, and how the run waits for what steps in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kill {
    /// What dies.
    pub unit: Unit,
    /// Between the death and the window [s].
    pub settle_s: f64,
    /// Longest detection, and longest promotion, of this run [s]; what they really take belongs to availability.
    pub cap_s: f64,
}

/// A measure run that can be put down and taken up.
#[derive(Debug)]
pub struct Measure {
    simulation: Simulation,
    plan: Plan,
    kill: Option<Kill>,
    phase: Phase,
    drain_ns: u64,
}

/// Two runs whose reports are held against each other.
#[derive(Debug)]
pub struct Both(pub [Measure; 2]);

impl Both {
    /// Goes on for at most this many events with one of them; both reports when both are over.
    pub fn advance(&mut self, budget: u64) -> Option<[Report; 2]> {
        self.0.iter_mut().all(|run| run.advance(budget)).then(|| [self.0[0].report(), self.0[1].report()])
    }

    /// Share of the simulated time that is over (0–1).
    pub fn progress(&self) -> f64 {
        f64::midpoint(self.0[0].progress(), self.0[1].progress())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    WarmUp,
    Settling,
    Window,
    Drain,
    Done,
}

impl Measure {
    /// A run of this plan from an empty system.
    pub fn new(topology: Topology, plan: Plan) -> Self {
        Measure::of(topology, plan, None)
    }

    /// The same with a death after the warm-up.
    pub fn with_kill(topology: Topology, plan: Plan, kill: Kill) -> Self {
        Measure::of(topology, plan, Some(kill))
    }

    fn of(topology: Topology, plan: Plan, kill: Option<Kill>) -> Self {
        let longest = topology.places().filter_map(|(_, place)| match &place.station {
            Station::Source(source) => Some(source.timeout_ns as f64 / 1e9 * f64::from(source.retries + 1)),
            _ => None,
        });
        let drain_s = longest.fold(1.0, f64::max).min(LONGEST_DRAIN_S);
        let mut simulation = Simulation::new(topology, plan.seed);
        if let Some(kill) = kill {
            simulation.cap_recovery(kill.cap_s);
        }
        Measure { simulation, plan, kill, phase: Phase::WarmUp, drain_ns: nanoseconds(drain_s) }
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
        let all = self.end() + 1;
        (self.simulation.now_ns() as f64 / all as f64).min(1.0)
    }

    /// What was found.
    pub fn report(&self) -> Report {
        self.simulation.report()
    }

    /// Start of the window [ns].
    fn begin(&self) -> u64 {
        nanoseconds(self.plan.warmup_s) + nanoseconds(self.kill.map_or(0.0, |kill| kill.settle_s))
    }

    /// End of the window [ns].
    fn end(&self) -> u64 {
        self.begin() + nanoseconds(self.plan.duration_s)
    }

    fn advance_phase(&mut self, budget: u64) -> bool {
        let (begin, end) = (self.begin(), self.end());
        match self.phase {
            Phase::WarmUp if self.simulation.advance(nanoseconds(self.plan.warmup_s), budget) => {
                if let Some(kill) = self.kill {
                    self.simulation.kill(kill.unit);
                }
                self.phase = Phase::Settling;
            }
            Phase::Settling if self.simulation.advance(begin, budget) => {
                self.simulation.start_measuring();
                self.phase = Phase::Window;
            }
            Phase::Window if self.simulation.advance(end, budget) => {
                self.simulation.stop_measuring();
                self.phase = Phase::Drain;
            }
            Phase::Drain => return self.drain(end, budget),
            Phase::WarmUp | Phase::Settling | Phase::Window => return false,
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
    let digested = Report { by_client: Vec::new(), ..report.clone() };
    let text = serde_json::to_vec(&digested).expect("a report is plain data");
    let fold = |hash: u64, chunk: &[u8]| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix(hash ^ u64::from_le_bytes(word)).wrapping_add(chunk.len() as u64)
    };
    format!("{:016x}", text.chunks(8).fold(0x4865_6164_726f_6f6d, fold))
}
