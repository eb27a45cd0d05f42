//! The part of an answer that takes long on a large design: what the loss of each part costs, and what follows from it.
//! The page shows the rest at once, and has a worker find this.

use serde::{Deserialize, Serialize};

use super::{Answer, Availability, Finding, Severity, Spof};
use super::{second_headroom::SecondHeadroom, vulnerable::Vulnerable};
use crate::design::{Design, LinkId, NodeId};

/// Stations up to which the whole answer takes about a frame.
pub const FEW: usize = 60;

/// What takes long. Its places are those of the design that it is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slow {
    second: Option<SecondHeadroom>,
    vulnerable: Vec<Vulnerable>,
    spofs: Vec<Spof>,
    availability: Availability,
    findings: Vec<Found>,
}

/// A finding on its way: without its fixes, which are edits of the design and do not travel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Found {
    rule: String,
    severity: Severity,
    node: Option<u32>,
    link: Option<u32>,
    title: String,
    reason: String,
}

/// Everything about a design with few stations; of a larger one what the page shows first.
pub fn at_once(design: &Design) -> Answer {
    let (answer, flows) = super::first(design);
    if answer.topology.len() > FEW { answer } else { super::rest(design, answer, &flows) }
}

/// What `at_once` leaves out.
pub fn find(design: &Design) -> Slow {
    let answer = super::answer(design);
    let found = |finding: Finding| Found {
        rule: finding.rule.into_owned(),
        severity: finding.severity,
        node: finding.node.map(|id| id.0),
        link: finding.link.map(|id| id.0),
        title: finding.title,
        reason: finding.reason,
    };
    Slow {
        second: answer.second,
        vulnerable: answer.vulnerable,
        spofs: answer.spofs,
        availability: answer.availability,
        findings: answer.findings.into_iter().map(found).collect(),
    }
}

impl Answer {
    /// This answer with what was found of the same design since.
    pub fn completed(&self, slow: Slow) -> Answer {
        let finding = |found: Found| Finding {
            rule: found.rule.into(),
            severity: found.severity,
            node: found.node.map(NodeId),
            link: found.link.map(LinkId),
            title: found.title,
            reason: found.reason,
            fixes: Vec::new(),
        };
        Answer {
            second: slow.second,
            vulnerable: slow.vulnerable,
            spofs: slow.spofs,
            availability: slow.availability,
            findings: slow.findings.into_iter().map(finding).collect(),
            complete: true,
            ..self.clone()
        }
    }
}
