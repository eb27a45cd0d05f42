//! Findings: rules that look at an answer and say, with a number, what is wrong and what would help.
//!
//! A fix is tried before it is offered: its label says what it achieves, and one that achieves nothing is left out.

mod cold;
mod consistency;
mod coupling;
mod data;
mod failure;
mod overbuilt;
mod patience;
mod promises;
mod saturation;
mod sessions;
mod stores;
mod waste;
mod zones;

pub use failure::unit_name;

use super::advice::Change;
use super::{Answer, Finding, Fix, Severity, breaks_first};
use crate::design::Design;
use crate::figures;
use crate::topology::{Place, Topology};

/// What a rule sees.
#[derive(Clone, Copy)]
struct Case<'a> {
    design: &'a Design,
    answer: &'a Answer,
}

/// A rule: looks at a case and says what it finds.
type Rule = fn(Case) -> Vec<Finding>;

/// All rules; findings of equal severity keep this order.
const RULES: [Rule; 23] = [
    saturation::first,
    promises::missed,
    sessions::scattered,
    failure::idle_instances,
    failure::single_points,
    failure::unwatched,
    saturation::may_not_recover,
    promises::gives_up_early,
    patience::outwaits,
    cold::starts,
    data::hollow,
    stores::full_disks,
    stores::hot_shards,
    stores::stale_reads,
    stores::lost_writes,
    stores::endless_deliveries,
    consistency::no_majority,
    consistency::loose_quorums,
    zones::undrawn,
    coupling::chains,
    waste::unreachable,
    waste::idle_money,
    overbuilt::overbuilt,
];

/// Everything that the rules find, most severe first.
pub fn find(design: &Design, answer: &Answer) -> Vec<Finding> {
    let case = Case { design, answer };
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(case)).collect();
    crate::sorted::sort_by_key(&mut findings, |finding| finding.severity);
    findings
}

/// Stations solved in trials of one rule, as a bound on the time that it takes.
const TRIALS: usize = 2_000;

impl<'a> Case<'a> {
    fn topology(self) -> &'a Topology {
        &self.answer.topology
    }

    fn place(self, node: usize) -> &'a Place {
        self.answer.topology.place(node)
    }

    /// Number of findings of one rule for which fixes are tried: each trial solves the whole design anew, and the page
    /// waits for it.
    fn trials(self) -> usize {
        (TRIALS / self.topology().len().max(1)).max(4)
    }

    /// A finding about a station, without fixes yet.
    fn about(self, rule: &'static str, severity: Severity, node: usize) -> Finding {
        let node = Some(self.place(node).id);
        Finding {
            rule: rule.into(),
            severity,
            node,
            link: None,
            title: String::new(),
            reason: String::new(),
            fixes: Vec::new(),
        }
    }

    /// Multiple of today's traffic at which the first station reaches its limit; infinite when none has one.
    fn headroom(self) -> f64 {
        self.answer.ladder.first().map_or(f64::INFINITY, |rung| rung.multiple)
    }

    /// The changes that raise the headroom by at least 1 %, each with the headroom that it reaches, best first.
    fn raising_headroom(self, changes: Vec<Change>) -> Vec<Fix> {
        let least = self.headroom() * 1.01;
        let mut tried: Vec<(f64, Fix)> = Vec::new();
        for change in changes {
            let Some((_, topology)) = change.tried(self.design) else { continue };
            let reached = breaks_first::headroom(&topology);
            if reached >= least {
                tried.push((reached, fix(change, &figures::multiple(reached))));
            }
        }
        crate::sorted::sort_by(&mut tried, |a, b| b.0.total_cmp(&a.0));
        tried.into_iter().map(|(_, fix)| fix).collect()
    }
}

/// A change with what it achieves.
fn fix(change: Change, effect: &str) -> Fix {
    Fix { label: format!("{} → {effect}", change.what), edit: change.edit }
}

/// Several names as in a sentence: `A`, `A and B`, `A, B and C`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
