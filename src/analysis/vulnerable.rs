//! Vulnerability to a retry storm as a number (rules 1.4).
//!
//! When every attempt fails each request comes 1 + r times, and more where retries multiply along the way. Where that
//! reaches the capacity of a station whose full queue outlasts its callers' patience, the overload feeds itself: from an
//! empty system the flows settle, and from full retries they settle as well, elsewhere. Two answers mean that the design may
//! not recover; below this traffic there is only the first.

use serde::{Deserialize, Serialize};

use crate::engine::flows::{self, Scenario};
use crate::report::Report;
use crate::topology::{Operation, Route, Tag, Topology};

/// A station that a short overload can keep overloaded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Vulnerable {
    /// Station, dense index.
    pub node: u32,
    /// Multiple of today's traffic from which on it is so; at 1 or less it is so today.
    pub multiple: f64,
    /// Requests a second of all clients at that multiple.
    pub rate: f64,
    /// Offered work over capacity with all retries, today.
    pub worst: f64,
    /// Share of all requests still answered ok after a storm has begun today (0–1); `None` when it ends by itself.
    pub stuck: Option<f64>,
}

/// All stations that can be kept overloaded by retries, the first one first.
pub fn vulnerable(topology: &Topology, report: &Report) -> Vec<Vulnerable> {
    let attempts = attempts(topology);
    let rate = report.total.offered;
    let of = |(node, _): (usize, &crate::topology::Place)| {
        let load = report.nodes[node].load.filter(|load| *load > 0.0)?;
        let worst = load * attempts[node];
        let feeds_itself = attempts[node] > 1.0 && outlasts(topology, report, node);
        feeds_itself.then(|| Vulnerable {
            node: node as u32,
            multiple: 1.0 / worst,
            rate: rate / worst,
            worst,
            stuck: None,
        })
    };
    let mut found: Vec<Vulnerable> = topology.places().filter_map(of).collect();
    stick(topology, report, &mut found);
    crate::sorted::sort_by(&mut found, |a, b| a.multiple.total_cmp(&b.multiple));
    found
}

/// Most attempts that can reach each station for one request: retries multiply along the way.
pub fn attempts(topology: &Topology) -> Vec<f64> {
    let mut attempts: Vec<f64> = vec![1.0; topology.len()];
    for tag in topology.tags_in_use() {
        let most = attempts.iter_mut().zip(attempts_of(topology, tag));
        most.for_each(|(most, own)| *most = most.max(own));
    }
    attempts
}

fn attempts_of(topology: &Topology, tag: Tag) -> Vec<f64> {
    let mut attempts: Vec<f64> = vec![1.0; topology.len()];
    // A way without loops is no longer than the number of stations; a loop multiplies no further here.
    for _ in 0..topology.len().min(64) {
        let before = attempts.clone();
        for edge in topology.graph.edge_indices() {
            let (from, to) = topology.ends(edge.index());
            if from != to && topology.graph[edge].tags.has(tag) {
                let most = 1.0 + most_retries(topology.route(edge.index()));
                attempts[to] = attempts[to].max(before[from] * most).min(1e6);
            }
        }
        if attempts == before {
            break;
        }
    }
    attempts
}

/// Retries for each call at worst, of the operation that retries more.
fn most_retries(route: &Route) -> f64 {
    let most = |carries, op| if carries { flows::most_retries(route, op) } else { 0.0 };
    most(route.reads, Operation::Read).max(most(route.writes, Operation::Write))
}

/// Finds those that stay overloaded today when the flows are settled from full retries: the second answer.
fn stick(topology: &Topology, report: &Report, found: &mut [Vulnerable]) {
    let calm = |one: &Vulnerable| report.nodes[one.node as usize].load.is_some_and(|load| load < 1.0);
    if !found.iter().any(|one| one.worst >= 1.0 && calm(one)) {
        return;
    }
    let storm = flows::after_storm(topology, &Scenario::default());
    let [sent, ok] = storm.clients.iter().fold([0.0, 0.0], |[sent, ok], client| {
        [0, 1]
            .into_iter()
            .fold([sent, ok], |[sent, ok], op| [sent + client.sent[op], ok + client.sent[op] * client.ok[op]])
    });
    let full =
        |node: u32| storm.stations[node as usize].hottest().is_some_and(|one| one.occupancy.load >= 1.0);
    for one in found.iter_mut().filter(|one| calm(one) && full(one.node)) {
        one.stuck = Some(ok / sent);
    }
}

/// Whether the wait in a full queue is longer than some caller's timeout.
fn outlasts(topology: &Topology, report: &Report, node: usize) -> bool {
    let servers = &topology.place(node).servers;
    let found = &report.nodes[node];
    let Some(load) = found.load.filter(|load| *load > 0.0 && found.offered > 0.0) else { return false };
    let alone = super::advice::direct_links(topology, node).is_empty();
    let used = if alone { topology.place(node).instances() } else { 1 };
    let capacity = found.offered / load / f64::from(used);
    let wait = (f64::from(servers.queue) + f64::from(servers.slots)) / capacity;
    let into = (0..topology.graph.edge_count()).filter(|index| topology.ends(*index).1 == node);
    let patience = into.map(|index| topology.route(index).timeout_ns).min();
    patience.is_some_and(|patience| wait > patience as f64 / 1e9)
}
