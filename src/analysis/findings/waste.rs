//! What is paid for and not used.

use super::{Case, fix};
use crate::analysis::advice::{self, Change};
use crate::analysis::{Finding, Fix, Severity, cost};
use crate::design::Edit;
use crate::engine::flows::{self, Scenario};
use crate::figures;
use crate::topology::Station;

/// Less use than this at ten times today's traffic is money that does nothing.
const IDLE: f64 = 0.1;

/// Blocks that no client's requests can reach.
pub fn unreachable(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let ways: Vec<Vec<bool>> =
        topology.tags_in_use().into_iter().map(|tag| topology.reached_by(tag)).collect();
    let reached = |node: usize| ways.iter().any(|reached| reached[node]);
    let clients = topology.places().filter(|(_, place)| matches!(place.station, Station::Source(_))).count();
    // Without any client the whole design waits for one; that is said once, elsewhere.
    let lonely = topology.places().filter(|(node, place)| clients > 0 && place.serves() && !reached(*node));
    lonely.map(|(node, _)| alone(case, node)).collect()
}

fn alone(case: Case, node: usize) -> Finding {
    let place = case.place(node);
    let price = case.answer.cost.nodes[node];
    let title = format!("{} gets 0 of {}: no way leads to it.", place.name, sent(case));
    let reason = format!(
        "No link leads from a client to it, directly or through others. It costs {} a month.",
        figures::money(price)
    );
    let remove = Change { what: "Remove it".to_owned(), edit: Edit::RemoveNode(place.id) };
    let fixes: Vec<Fix> = (price > 0.0).then(|| fix(remove, &saves(price))).into_iter().collect();
    Finding { title, reason, fixes, ..case.about("unreachable-block", Severity::Note, node) }
}

fn sent(case: Case) -> String {
    figures::rate(case.answer.report.total.offered)
}

fn saves(dollars: f64) -> String {
    format!("saves {} a month", figures::money(dollars))
}

/// Blocks of several instances that would stand nearly idle at ten times the traffic, where fewer would do.
pub fn idle_money(case: Case) -> Vec<Finding> {
    let (design, topology) = (case.design, case.topology());
    let mut findings = Vec::new();
    for (node, place) in topology.places() {
        let Some(load) = case.answer.report.nodes[node].load else { continue };
        let at_ten = 10.0 * load;
        // Two are for safety, whatever the load; what nothing reaches has a finding of its own.
        if load <= 0.0 || at_ten >= IDLE || place.instances() <= 2 || findings.len() >= case.trials() {
            continue;
        }
        let param = if let Station::Store(_) = place.station { "replicas" } else { "instances" };
        let keep = if let Station::Store(_) = place.station { 1.0 } else { 2.0 };
        let what = if keep > 1.0 { "Keep 2 instances" } else { "Keep 1 replica" };
        let change = advice::number(design, topology, node, param, keep, what);
        let change =
            change.filter(|_| advice::value(design, topology, node, param).is_some_and(|now| now > keep));
        let fixes: Vec<Fix> = change.and_then(|change| cheaper(case, change)).into_iter().collect();
        if fixes.is_empty() {
            continue;
        }
        let title =
            format!("{} would be {} used at ten times today's traffic.", place.name, figures::share(at_ten));
        let reason = format!(
            "Its {} instances cost {} a month. Two carry the same and survive each other's death.",
            place.instances(),
            figures::money(case.answer.cost.nodes[node])
        );
        findings.push(Finding { title, reason, fixes, ..case.about("idle-money", Severity::Note, node) });
    }
    findings
}

fn cheaper(case: Case, change: Change) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let saved =
        case.answer.cost.month - cost::cost(&topology, &flows::solve(&topology, &Scenario::default())).month;
    (saved > 0.005).then(|| fix(change, &saves(saved)))
}
