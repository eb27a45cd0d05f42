//! Vulnerability to a retry storm as a number (rules 1.4).
//!
//! When every attempt fails each request comes 1 + r times, and more where retries multiply along the way. Where that
//! reaches the capacity of a station whose full queue outlasts its callers' patience, the overload feeds itself: from an
//! empty system the flows settle, and from full retries they settle as well, elsewhere. Two answers mean that the design may
//! not recover; below this traffic there is only the first.

use serde::{Deserialize, Serialize};

use crate::report::Report;
use crate::topology::{Operation, Route, Topology};

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
        })
    };
    let mut found: Vec<Vulnerable> = topology.places().filter_map(of).collect();
    found.sort_by(|a, b| a.multiple.total_cmp(&b.multiple));
    found
}

/// Most attempts that can reach each station for one request: retries multiply along the way.
pub fn attempts(topology: &Topology) -> Vec<f64> {
    let mut attempts: Vec<f64> = vec![1.0; topology.len()];
    // A way without loops is no longer than the number of stations; a loop multiplies no further here.
    for _ in 0..topology.len().min(64) {
        let before = attempts.clone();
        for edge in topology.graph.edge_indices() {
            let (from, to) = topology.ends(edge.index());
            if from != to {
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

/// Retries for each call at worst: what its policy allows, and its budget.
fn most_retries(route: &Route) -> f64 {
    let retried = Operation::Read.uses(route) || route.idempotent;
    let retries = if retried { f64::from(route.retries) } else { 0.0 };
    route.policy.budget.map_or(retries, |budget| retries.min(budget))
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
