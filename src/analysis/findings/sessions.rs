//! Sessions in the memory of several instances: a user who lands on another one is unknown there.

use super::{Case, fix};
use crate::analysis::advice::{self, Change};
use crate::analysis::{Finding, Fix, Severity};
use crate::blocks::param::Value;
use crate::design::Edit;
use crate::engine::steady;
use crate::figures;
use crate::report::Cause;
use crate::topology::{Station, Topology};

/// Servers that keep sessions behind routers that do not keep users.
pub fn scattered(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let lost = |node: usize| lost(&case.answer.report.nodes[node]);
    let found = topology.places().map(|(node, _)| node).filter(|node| lost(*node) > 0.0);
    found.map(|node| scattered_at(case, node, lost(node))).collect()
}

/// Share of a station's calls that need a session which lives elsewhere.
fn lost(report: &crate::report::NodeReport) -> f64 {
    let share = report.dropped[Cause::Stateful as usize] / report.offered;
    if share > 1e-9 { share } else { 0.0 }
}

fn scattered_at(case: Case, node: usize, lost: f64) -> Finding {
    let place = case.place(node);
    let count = place.instances();
    let title = format!(
        "{} of the calls of {} fail: their session lives on another of its {count} instances.",
        figures::share(lost),
        place.name
    );
    let reason = format!(
        "Each instance knows only the users that it has logged in. Spread over {count} instances, {} in {count} land on \
         one that does not know them, and a dead instance loses its sessions for good.",
        count - 1
    );
    let changes = [sticky(case, node), advice::session_store(case.design, case.topology(), node)];
    let fixes = changes.into_iter().flatten().filter_map(|change| kept(case, change)).collect();
    Finding { title, reason, fixes, ..case.about("scattered-sessions", Severity::Critical, node) }
}

/// Every router in front sends a user to the same instance.
fn sticky(case: Case, node: usize) -> Option<Change> {
    let topology = case.topology();
    let spreads = |from: &usize| matches!(&topology.place(*from).station, Station::Router(router) if !router.policy.keeps_users());
    let mut routers: Vec<usize> = callers(topology, node).filter(spreads).collect();
    routers.dedup();
    let set = |router: &usize| {
        let id = topology.place(*router).id;
        Edit::Set(id, "policy".to_owned(), Some(Value::Text("sticky".to_owned())))
    };
    let edits: Vec<Edit> = routers.iter().map(set).collect();
    let what = "Send each user to the same instance".to_owned();
    (!edits.is_empty()).then_some(Change { what, edit: Edit::All(edits) })
}

fn callers(topology: &Topology, node: usize) -> impl Iterator<Item = usize> {
    let all = (0..topology.graph.edge_count()).map(|index| topology.ends(index));
    all.filter(move |(_, to)| *to == node).map(|(from, _)| from)
}

/// The fix, where with it no session is looked for in vain.
fn kept(case: Case, change: Change) -> Option<Fix> {
    let (_, topology) = change.tried(case.design)?;
    let report = steady::solve(&topology);
    let none = report.nodes.iter().all(|node| lost(node) == 0.0);
    none.then(|| fix(change, &format!("{} ok", figures::share(report.total.success.value))))
}
