//! Trials: what the analyses claim, put to the test by two runs in slices, when somebody asks for it.

use serde::{Deserialize, Serialize};

use super::breaks_first;
use super::proof::{Proof, Proving, Schedule};
use super::second_headroom::{self, Confirmation, Confirming};
use crate::design::{GroupId, NodeId};
use crate::engine::Unit;
use crate::figures;
use crate::topology::Topology;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// What the users lose with an instance of a block.
    Instance {
        /// Node id.
        node: u32,
        /// Which of its instances, from 0.
        instance: u32,
    },
    /// What they lose with a group.
    Group {
        /// Group id.
        group: u32,
    },
    /// Up to which traffic the promises are kept.
    Promises,
}

/// The runs under way.
#[derive(Debug)]
pub struct Trial {
    topology: Topology,
    runs: Runs,
}

#[derive(Debug)]
enum Runs {
    Loss(Box<Proving>),
    Promises(Box<Confirming>),
}

impl Trial {
    /// Nothing has run yet. An error says why there is nothing to run.
    pub fn new(topology: Topology, claim: Claim, seed: u64) -> Result<Self, &'static str> {
        let runs = match unit(&topology, claim) {
            Some(unit) => Runs::Loss(Box::new(Proving::new(&topology, unit, seed, &Schedule::default()))),
            None if claim != Claim::Promises => return Err("What this trial is about is no longer there."),
            None => {
                let rung = breaks_first::ladder(&topology).first().map(|rung| rung.multiple);
                let found = second_headroom::second_headroom(&topology, rung);
                let runs = found.and_then(|found| Confirming::new(&topology, &found, seed));
                Runs::Promises(Box::new(runs.ok_or("No promise of this design can be tried by a run.")?))
            }
        };
        Ok(Trial { topology, runs })
    }

    /// Goes on for at most this many events; what came out, in words for a person, when both runs are over.
    pub fn advance(&mut self, budget: u64) -> Option<String> {
        match &mut self.runs {
            Runs::Loss(runs) => runs.advance(budget).map(|proof| loss(&self.topology, &proof)),
            Runs::Promises(runs) => runs.advance(budget).map(|found| promises(&found)),
        }
    }

    /// Share of the simulated time that is over (0–1).
    pub fn progress(&self) -> f64 {
        match &self.runs {
            Runs::Loss(runs) => runs.progress(),
            Runs::Promises(runs) => runs.progress(),
        }
    }
}

fn unit(topology: &Topology, claim: Claim) -> Option<Unit> {
    match claim {
        Claim::Instance { node, instance } => {
            let node = topology.index_of(NodeId(node))?;
            let unit = Unit::Instance { node: node as u32, instance };
            (instance < topology.place(node).instances()).then_some(unit)
        }
        Claim::Group { group } => topology.index_of_group(GroupId(group)).map(|group| Unit::Group { group }),
        Claim::Promises => None,
    }
}

fn loss(topology: &Topology, proof: &Proof) -> String {
    let share =
        |what: &str, share: Option<f64>| share.map(|share| format!("{} of {what}", figures::share(share)));
    let kept = [share("reads", proof.reads), share("writes", proof.writes)];
    let kept = kept.into_iter().flatten().collect::<Vec<_>>().join(" and ");
    let names: Vec<&str> =
        proof.saturated.iter().map(|node| topology.place(*node as usize).name.as_str()).collect();
    let full =
        if names.is_empty() { String::new() } else { format!(" Saturated by it: {}.", names.join(", ")) };
    let verdict = if proof.survived { "It was survived" } else { "Proven" };
    let from = match proof.skipped_s {
        skipped if skipped > 0.0 => format!(", from {} after it on", figures::time(skipped)),
        _ => String::new(),
    };
    format!(
        "{verdict} by a run with seed {}: after the kill {kept} are answered{from}, of those that the same run answers \
         without it ({} requests sent).{full}",
        proof.seed,
        figures::whole(proof.sent),
    )
}

fn promises(found: &Confirmation) -> String {
    let verdict = if found.holds() { "Confirmed by two runs" } else { "Two runs say otherwise" };
    let outcome = |run: usize| {
        let came = found.broken[run].map_or("everything is kept".to_owned(), |broken| {
            format!("\u{201c}{}\u{201d} is broken", broken.name())
        });
        format!("at {} the traffic {came}", figures::multiple(found.multiples[run]))
    };
    format!("{verdict}: {}, {}.", outcome(0), outcome(1))
}
