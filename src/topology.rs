//! The system as a graph of stations and routes: dense indices, seconds, shares. Moving a block cannot change it.

mod build;
pub mod compute;
mod data;
mod distance;
pub mod fault;
mod habits;
mod life;
mod lowered;
pub mod policy;
mod pool;
mod ring;
mod shard;
pub mod station;
mod strategy;
mod tag;
pub mod traffic;
mod ways;

pub use build::{build, build_again};
pub use compute::{Cold, Discipline, Function, Scaling};
pub use data::{Data, Disk, Memory};
pub use distance::{Distances, NOWHERE};
pub use fault::{Fault, Resharding, Trouble};
pub use habits::*;
pub use life::{Life, StandbyLife};
pub use lowered::Lowerings;
pub use policy::{Breaker, Jitter, OnTimeout, Policies, Trip};
pub use pool::*;
pub use ring::*;
pub use shard::*;
pub use station::*;
pub use tag::*;
pub use traffic::*;

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};

use crate::design::location::Location;
use crate::design::{GroupId, GroupKind, LinkId, NodeId, Objectives};

/// A design as the engines see it.
#[derive(Debug, Clone)]
pub struct Topology {
    /// Stations and routes. Node and edge indices are dense, in the design's list order.
    pub graph: DiGraph<Place, Route, u32>,
    /// Links that leave each station, in drawn order, by station index.
    pub outgoing: Vec<Vec<EdgeIndex<u32>>>,
    /// Groups, in the design's list order.
    pub groups: Vec<Domain>,
    /// What the design promises.
    pub objectives: Objectives,
    /// Multiplier on every source's rate.
    pub traffic: f64,
    /// What goes wrong on purpose during a run; the steady method answers for the system without it.
    pub faults: Vec<Fault>,
    /// Latency between groups; `None` where no region has a location.
    pub distances: Option<Distances>,
    /// Tags that clients give their requests.
    pub tags: TagNames,
    /// Whether an observer is drawn: failures are then noticed by health checks, else by a person.
    pub monitored: bool,
}

/// A failure domain.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// The group that it came from.
    pub id: GroupId,
    /// Host, zone or region.
    pub kind: GroupKind,
    /// What the person calls it.
    pub name: String,
    /// Index of the domain that it lies in.
    pub parent: Option<usize>,
    /// Mean time to failure of the whole of it [s]; infinite never fails.
    pub mttf_s: f64,
    /// Mean time to repair [s].
    pub mttr_s: f64,
    /// Where in the world it lies.
    pub location: Option<Location>,
}

/// Something in the design that the engines left out or read differently, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The block that it is about.
    pub node: Option<NodeId>,
    /// The link that it is about.
    pub link: Option<LinkId>,
    /// What was found and what to do, in words for a person.
    pub text: String,
}

impl Domain {
    /// What a person reads: its name, else its kind.
    pub fn title(&self) -> String {
        if self.name.is_empty() { format!("a {}", self.kind.name()) } else { self.name.clone() }
    }
}

/// Whole nanoseconds nearest to a time [s] (rules 1.1); 0 for what lies before 0.
#[inline]
pub fn nanoseconds(seconds: f64) -> u64 {
    // What libm::round does to a number that is not negative: the cast cuts off. Processors cast to signed ones.
    ((seconds * 1e9 + (0.5 - 0.25 * f64::EPSILON)) as i64).max(0) as u64
}

impl Topology {
    /// Nothing at all.
    pub fn empty() -> Topology {
        Topology {
            graph: DiGraph::default(),
            outgoing: Vec::new(),
            groups: Vec::new(),
            objectives: Objectives::default(),
            traffic: 1.0,
            faults: Vec::new(),
            distances: None,
            tags: TagNames::default(),
            monitored: false,
        }
    }

    /// The station at a dense index.
    pub fn place(&self, index: usize) -> &Place {
        &self.graph[NodeIndex::new(index)]
    }

    /// The route at a dense index.
    pub fn route(&self, index: usize) -> &Route {
        &self.graph[EdgeIndex::new(index)]
    }

    /// Dense indices of a route's two ends: caller, callee.
    pub fn ends(&self, index: usize) -> (usize, usize) {
        let (from, to) = self.graph.edge_endpoints(EdgeIndex::new(index)).expect("a dense edge index");
        (from.index(), to.index())
    }

    /// Measures the way between instances anew, after a station has got more of them.
    pub fn measure_distances(&mut self) {
        self.distances = distance::distances(self);
    }

    /// Number of stations.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there is no station.
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// Dense index of a node.
    pub fn index_of(&self, id: NodeId) -> Option<usize> {
        self.graph.node_indices().find(|index| self.graph[*index].id == id).map(NodeIndex::index)
    }

    /// Dense index of a group.
    pub fn index_of_group(&self, id: GroupId) -> Option<u32> {
        self.groups.iter().position(|group| group.id == id).map(|index| index as u32)
    }

    /// All stations with their dense indices, in order.
    pub fn places(&self) -> impl Iterator<Item = (usize, &Place)> {
        self.graph.node_indices().map(|index| (index.index(), &self.graph[index]))
    }

    /// The innermost group of one instance. Inside a region instances are dealt round robin over the region's zones, or
    /// over the regions inside one that has no place of its own, in list order; elsewhere all instances of a block share
    /// its group.
    pub fn group_of(&self, node: usize, instance: u32) -> Option<usize> {
        let group = self.place(node).group?;
        if self.groups[group].kind != GroupKind::Region {
            return Some(group);
        }
        let parts = if self.groups[group].location.is_none() {
            [GroupKind::Zone, GroupKind::Region]
        } else {
            [GroupKind::Zone; 2]
        };
        let in_region =
            |(_, domain): &(usize, &Domain)| parts.contains(&domain.kind) && domain.parent == Some(group);
        let zones: Vec<usize> =
            self.groups.iter().enumerate().filter(in_region).map(|(index, _)| index).collect();
        Some(if zones.is_empty() { group } else { zones[instance as usize % zones.len()] })
    }

    /// Whether group `inner` is group `outer` or lies in it at any depth.
    pub fn lies_in(&self, inner: usize, outer: usize) -> bool {
        let mut at = Some(inner);
        // As many steps as there are groups: a ring of parents, which a hostile design may hold, ends as well.
        for _ in 0..self.groups.len() {
            match at {
                Some(group) if group == outer => return true,
                Some(group) => at = self.groups[group].parent,
                None => return false,
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;
    use crate::engine::random::mix;

    #[test]
    fn nanoseconds_are_rounded_to_the_nearest_and_halves_up() {
        for (seconds, exact) in
            [(0.0, 0), (0.49e-9, 0), (0.5e-9, 1), (1.5e-9, 2), (-1.0, 0), (3.0, 3_000_000_000)]
        {
            assert_eq!(nanoseconds(seconds), exact, "{seconds}");
        }
        for n in 0..100_000_u64 {
            let seconds = (mix(n) >> 11) as f64 / (1u64 << (n % 53)) as f64 / 1e9;
            assert_eq!(nanoseconds(seconds), libm::round(seconds * 1e9) as u64, "{seconds}");
        }
    }
}
