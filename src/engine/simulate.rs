//! The discrete-event simulation: every request is an event.

use crate::engine::{Plan, Unit};
use crate::job::Frame;
use crate::report::Report;
use crate::topology::Topology;

/// A run that can be put down and taken up: `advance` in any slices equals one run.
#[derive(Debug)]
pub struct Simulation {}

impl Simulation {
    /// A run at time 0 with an empty system.
    pub fn new(topology: Topology, seed: u64) -> Self {
        let _ = (topology, seed);
        unimplemented!()
    }

    /// Handles events up to this simulated time [ns], at most `budget` of them; true when the time is reached.
    pub fn advance(&mut self, until_ns: u64, budget: u64) -> bool {
        let _ = (until_ns, budget);
        unimplemented!()
    }

    /// Simulated time [ns].
    pub fn now_ns(&self) -> u64 {
        unimplemented!()
    }

    /// Starts the measured window here: everything before is warm-up.
    pub fn start_measuring(&mut self) {
        unimplemented!()
    }

    /// Changes the multiplier on every source's rate; the pending gaps are rescaled at once.
    pub fn set_traffic(&mut self, multiple: f64) {
        let _ = multiple;
        unimplemented!()
    }

    /// Kills a unit now.
    pub fn kill(&mut self, unit: Unit) {
        let _ = unit;
        unimplemented!()
    }

    /// Brings a unit back now.
    pub fn revive(&mut self, unit: Unit) {
        let _ = unit;
        unimplemented!()
    }

    /// The design changed: state carries over by node and link id.
    pub fn change(&mut self, topology: Topology) {
        let _ = topology;
        unimplemented!()
    }

    /// What was found in the measured window so far.
    pub fn report(&self) -> Report {
        unimplemented!()
    }

    /// Figures of the last ten simulated seconds.
    pub fn frame(&self) -> Frame {
        unimplemented!()
    }
}

/// Runs a plan from the start: warm-up, measured window, then a drain so that every request sent in it can end.
pub fn measure(topology: &Topology, plan: &Plan) -> Report {
    let _ = (topology, plan);
    unimplemented!()
}

/// Digest of a report, 16 hex digits: equal exactly when every figure is, to the last bit.
pub fn digest(report: &Report) -> String {
    let _ = report;
    unimplemented!()
}
