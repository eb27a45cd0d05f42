//! Answers made again and again, for whoever times them: `cargo xtask bench`, natively and in the page's own worker. The
//! core has no clock, and one answer is shorter than what a browser's clock tells apart.

use std::hint::black_box;

use serde::{Deserialize, Serialize};

use crate::analysis::{availability, slow, spof};
use crate::design::Design;
use crate::engine::flows::{self, Scenario};
use crate::engine::steady;
use crate::topology::{self, Lowerings};

/// What is made again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The steady method's report of a topology, percentiles and all.
    Steady,
    /// What the page shows in the frame after a change.
    AtOnce,
    /// Availability, exactly, with the losses of one unit and of two that are felt.
    Availability,
    /// What the loss of each unit costs the users, one after the other.
    SingleFailures,
}

impl Part {
    /// All of them, in the order of their names on the wire.
    pub const ALL: [Part; 4] = [Part::Steady, Part::AtOnce, Part::Availability, Part::SingleFailures];

    /// Makes it so many times of one design; with none only what is done once before is done.
    pub fn repeat(self, design: &Design, times: u32) {
        let (topology, _) = topology::build(design);
        let flows = flows::solve(&topology, &Scenario::default());
        let mut known = Lowerings::default();
        for _ in 0..times {
            match self {
                Part::Steady => drop(black_box(steady::solve(&topology))),
                Part::AtOnce => drop(black_box(slow::at_once(design, &mut known))),
                Part::Availability => drop(black_box(availability::availability(&topology, &flows))),
                Part::SingleFailures => drop(black_box(spof::find(&topology))),
            }
        }
    }
}
