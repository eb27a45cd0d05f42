//! Timeouts that do not fit together: who waits longer than its own caller works for nobody.

use super::{Case, fix};
use crate::analysis::advice::Change;
use crate::analysis::{Finding, Fix, Severity};
use crate::blocks::param::Value;
use crate::design::Edit;
use crate::figures;
use crate::topology::{Route, Station, Tag, Topology};

/// How much longer than its caller a station may wait before it is worth a word.
const SLACK: f64 = 1.01;
/// Callers of callers that are followed.
const ROUNDS: usize = 64;

/// Stations that may wait for another, tries included, longer than anybody waits for them.
pub fn outwaits(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let mut found: Vec<(usize, f64)> = Vec::new();
    for tag in topology.tags_in_use() {
        found.extend(worst(topology, tag));
    }
    // Several tags may wait along the same link: the shortest patience is said.
    crate::sorted::sort_by(&mut found, |a, b| {
        topology.ends(a.0).0.cmp(&topology.ends(b.0).0).then(a.1.total_cmp(&b.1))
    });
    found.dedup_by_key(|(index, _)| topology.ends(*index).0);
    found.into_iter().map(|(index, patience)| outwait(case, index, patience)).collect()
}

/// The link of each station along which requests of a tag may wait too long, and what they have patience for [s].
fn worst(topology: &Topology, tag: Tag) -> Vec<(usize, f64)> {
    let patience = patience(topology, tag);
    let worst = |node: usize| {
        let routes = topology.outgoing[node].iter().map(|edge| edge.index());
        let mine = |index: &usize| topology.route(*index).tags.has(tag);
        let waits = routes.filter(mine).filter(|index| is_waited_for(topology.route(*index)));
        let longest = waits.max_by(|a, b| tries(topology.route(*a)).total_cmp(&tries(topology.route(*b))))?;
        let route = topology.route(longest);
        let matters = match &topology.place(node).station {
            Station::Server(_) | Station::Cache(_) => true,
            // A router holds little for those who have gone; what it tries again costs the others.
            Station::Router(_) => route.retries > 0,
            // Nobody waits for a client, and a queue has answered already.
            Station::Source(_) | Station::Queue(_) | Station::Store(_) | Station::Observer => false,
        };
        let too_long = matters && tries(route) > SLACK * patience[node];
        too_long.then_some((longest, patience[node]))
    };
    (0..topology.len()).filter_map(worst).collect()
}

fn is_waited_for(route: &Route) -> bool {
    !route.background
}

/// Longest time that a caller waits for an answer along a route, all tries together [s]; delays between them apart.
fn tries(route: &Route) -> f64 {
    route.timeout_ns as f64 / 1e9 * f64::from(1 + route.retries)
}

/// How long somebody waits for each station at most [s]: its callers, and theirs. A message has nobody who waits.
fn patience(topology: &Topology, tag: Tag) -> Vec<f64> {
    let all = 0..topology.graph.edge_count();
    let mine: Vec<usize> = all.filter(|index| topology.route(*index).tags.has(tag)).collect();
    let mut called = vec![false; topology.len()];
    mine.iter().for_each(|index| called[topology.ends(*index).1] = true);
    let mut patience = vec![f64::INFINITY; topology.len()];
    for _ in 0..topology.len().min(ROUNDS) {
        let mut next = vec![0.0; topology.len()];
        for index in &mine {
            let ((from, to), route) = (topology.ends(*index), topology.route(*index));
            let alone = route.background || matches!(topology.place(from).station, Station::Queue(_));
            let waits = if alone { f64::INFINITY } else { patience[from].min(route.timeout_ns as f64 / 1e9) };
            next[to] = f64::max(next[to], waits);
        }
        (0..topology.len()).filter(|node| !called[*node]).for_each(|node| next[node] = f64::INFINITY);
        if next == patience {
            break;
        }
        patience = next;
    }
    patience
}

fn outwait(case: Case, index: usize, patience: f64) -> Finding {
    let (from, to) = case.topology().ends(index);
    let route = case.topology().route(index);
    let (waiting, slow) = (&case.place(from).name, &case.place(to).name);
    let title = format!(
        "{waiting} waits up to {} for {slow}, but nobody waits longer than {} for {waiting}.",
        figures::time(tries(route)),
        figures::time(patience)
    );
    let reason = format!(
        "When {slow} is slow, {waiting} still holds a thread and tries again for requests whose callers have gone: work for \
         nobody, when there is least to spare."
    );
    let fixes = shorter(case, index, patience).into_iter().collect();
    let about = case.about("outwaits-its-caller", Severity::Note, from);
    Finding { link: Some(route.id), title, reason, fixes, ..about }
}

/// All tries within what the caller waits, where each still has time for 99 % of the answers.
fn shorter(case: Case, index: usize, patience: f64) -> Option<Fix> {
    let route = case.topology().route(index);
    let to = case.topology().ends(index).1;
    let millis = f64::floor(1e3 * patience / f64::from(1 + route.retries));
    let latency = case.answer.report.nodes[to].latency?;
    let needed = latency.p99.value + 2e-9 * route.latency_ns as f64;
    if millis / 1e3 <= needed {
        return None;
    }
    let edit = Edit::SetLink(route.id, "timeout_ms".to_owned(), Some(Value::Number(millis)));
    let each = if route.retries > 0 { " for each try" } else { "" };
    let change = Change { what: format!("Wait {}{each}", figures::time(millis / 1e3)), edit };
    Some(fix(change, &format!("answered or given up within {}", figures::time(patience))))
}
