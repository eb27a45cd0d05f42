//! Over-engineering: many parts for little work.

use super::Case;
use crate::analysis::{Finding, Severity};
use crate::figures::{self, counted};
use crate::topology::Station;

/// Blocks that one box could replace, from which on a design counts as overbuilt: router, servers, cache and store are four.
const MANY: usize = 5;
/// Work at ten times today's traffic that one core does with ease.
const EASY: f64 = 0.5;

/// A design whose whole work, ten times over, one core would do.
pub fn overbuilt(case: Case) -> Vec<Finding> {
    let answer = case.answer;
    let serving = |node: &usize| {
        let place = case.place(*node);
        // What is not ours runs anyway.
        place.serves() && !matches!(place.station, Station::Source(_)) && !place.managed
    };
    let blocks: Vec<usize> = (0..case.topology().len()).filter(serving).collect();
    let work: f64 = blocks.iter().map(|node| work(case, *node)).sum();
    if blocks.len() < MANY || answer.report.total.offered <= 0.0 || 10.0 * work > EASY {
        return Vec::new();
    }
    let machines: u32 = blocks.iter().map(|node| case.place(*node).instances()).sum();
    let title = format!(
        "Ten times today's traffic is the work of {} cores; {} blocks on {} share it.",
        figures::count(10.0 * work),
        blocks.len(),
        counted(machines, "machine")
    );
    let reason = format!(
        "It costs {} a month, and every part can fail and has to be understood. At {} one box, or a few, would do; parts \
         can be added when the traffic asks for them.",
        figures::money(answer.cost.month),
        figures::rate(answer.report.total.offered)
    );
    let largest =
        blocks.iter().copied().max_by(|a, b| answer.cost.nodes[*a].total_cmp(&answer.cost.nodes[*b]));
    let about = case.about("over-engineered", Severity::Note, largest.unwrap_or(0));
    vec![Finding { title, reason, node: None, ..about }]
}

/// Cores that a block keeps busy today.
fn work(case: Case, node: usize) -> f64 {
    let report = &case.answer.report.nodes[node];
    let place = case.place(node);
    let busy = report.busy.map_or(0.0, |busy| busy.value);
    busy * f64::from(place.servers.cores.unwrap_or(0)) * f64::from(place.instances())
}
