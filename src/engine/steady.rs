//! The steady method: queueing formulas on the flow equations.

use crate::report::Report;
use crate::topology::Topology;

/// Solves a topology at today's traffic. Always an answer.
pub fn solve(topology: &Topology) -> Report {
    let _ = topology;
    unimplemented!()
}
