//! What of a topology is the same in every scenario: worked out once, however often its flows are solved.

use petgraph::algo::tarjan_scc;

use super::calls::Plan;
use super::kept::Kept;
use super::reach::{Door, door};
use crate::topology::Topology;

/// The order of the stations and the routes between them, for the flows.
#[derive(Debug)]
pub struct Skeleton {
    pub(super) plan: Plan,
    /// Stations, callers before callees as far as loops allow.
    pub(super) order: Vec<usize>,
    /// Where each station stands in the order.
    pub(super) turns: Vec<usize>,
    /// Stations in loops.
    pub(super) looping: Vec<usize>,
    /// Routes into each station.
    pub(super) incoming: Vec<Vec<usize>>,
    /// The door that each route leads to.
    pub(super) doors: Vec<Door>,
    /// Doors of each station that some route leads to.
    pub(super) entered: Vec<[bool; 2]>,
    pub(super) kept: Kept,
}

impl Skeleton {
    /// That of a topology, and of any other that differs from it in rates alone.
    pub fn new(topology: &Topology) -> Self {
        let (mut order, mut looping) = (Vec::with_capacity(topology.len()), Vec::new());
        for group in tarjan_scc(&topology.graph).into_iter().rev() {
            let itself = topology.graph.contains_edge(group[0], group[0]);
            if group.len() > 1 || itself {
                looping.extend(group.iter().map(|node| node.index()));
            }
            order.extend(group.iter().map(|node| node.index()));
        }
        let mut turns = vec![0; topology.len()];
        order.iter().enumerate().for_each(|(turn, node)| turns[*node] = turn);
        let doors: Vec<Door> = (0..topology.graph.edge_count()).map(|route| door(topology, route)).collect();
        let mut incoming = vec![Vec::new(); topology.len()];
        let mut entered = vec![[false; 2]; topology.len()];
        for (route, door) in doors.iter().enumerate() {
            let to = topology.ends(route).1;
            incoming[to].push(route);
            entered[to][*door as usize] = true;
        }
        Skeleton {
            plan: Plan::new(topology),
            order,
            turns,
            looping,
            incoming,
            doors,
            entered,
            kept: Kept::default(),
        }
    }

    /// Stations, callees before callers as far as loops allow.
    pub fn callees_first(&self) -> impl Iterator<Item = usize> {
        self.order.iter().rev().copied()
    }

    /// Whether calls can come back to where they have been.
    pub fn has_loops(&self) -> bool {
        !self.looping.is_empty()
    }
}
