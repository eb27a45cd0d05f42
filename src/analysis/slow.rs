//! The part of an answer that takes long on a large design: what the loss of each part costs, and what follows from it.
//! The page shows the rest at once, and has a worker find this.

use serde::{Deserialize, Serialize};

use super::{Answer, Availability, Finding, Spof};
use super::{second_headroom::SecondHeadroom, vulnerable::Vulnerable};
use crate::design::Design;
use crate::topology::Lowerings;

/// Stations up to which the whole answer takes about a frame.
pub const FEW: usize = 60;

/// What takes long. Its places are those of the design that it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slow {
    second: Option<SecondHeadroom>,
    vulnerable: Vec<Vulnerable>,
    spofs: Vec<Spof>,
    availability: Availability,
    findings: Vec<Finding>,
}

/// Everything about a design with few stations; of a larger one what the page shows first. With what is known from the time
/// before, of this design or of another one, it comes sooner.
pub fn at_once(design: &Design, known: &mut Lowerings) -> Answer {
    let (answer, flows) = super::first(design, known);
    if answer.topology.len() > FEW { answer } else { super::rest(design, answer, &flows) }
}

/// What `at_once` leaves out.
pub fn find(design: &Design) -> Slow {
    let answer = super::answer(design);
    Slow {
        second: answer.second,
        vulnerable: answer.vulnerable,
        spofs: answer.spofs,
        availability: answer.availability,
        findings: answer.findings,
    }
}

impl Answer {
    /// This answer with what was found of the same design since.
    pub fn completed(&self, slow: Slow) -> Answer {
        Answer {
            second: slow.second,
            vulnerable: slow.vulnerable,
            spofs: slow.spofs,
            availability: slow.availability,
            findings: slow.findings,
            complete: true,
            ..self.clone()
        }
    }
}
