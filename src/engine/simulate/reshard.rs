//! A store is cut into one piece more while it works: the rows that move are copied first, which takes a share of every
//! node's cores; then the new shard, or node of a ring, takes its part of the keys.

use petgraph::graph::NodeIndex;

use super::Simulation;
use crate::engine::calendar::{Class, What};
use crate::topology::{Resharding, Station};

impl Simulation {
    /// Copying begins: it takes as long as the rows that move.
    pub(super) fn begin_reshard(&mut self, key: u32, plan: Resharding) {
        let Station::Store(store) = &self.net.stations[plan.node as usize].station else { return };
        let share = store.moved(plan.modulo);
        let time = libm::round(plan.copy_ns as f64 * share) as u64;
        self.calendar.push(self.now + time, Class::Fault, What::Fault, key, super::trouble::STEP);
    }

    /// Everything is copied: the new piece takes its keys, with all that was written to them meanwhile.
    pub(super) fn add_piece(&mut self, station: u32) {
        let mut topology = self.net.topology.clone();
        let Some(place) = topology.graph.node_weight_mut(NodeIndex::new(station as usize)) else { return };
        let Station::Store(store) = &mut place.station else { return };
        store.add_piece();
        place.servers.instances = store.nodes();
        topology.measure_distances();
        self.exchange(topology, true);
        let all: Vec<usize> = (0..self.stations[station as usize].instances.len()).collect();
        let now = self.now;
        if let Some(copies) = &mut self.stations[station as usize].copies {
            copies.merge(&all, &all, now);
        }
    }
}
