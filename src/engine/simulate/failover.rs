//! What a death means for the data: writes on their way are stranded, and lost when another copy takes over.

use super::Simulation;
use super::fault::GROWN;
use crate::engine::calendar::{Class, What};
use crate::topology::{Station, nanoseconds};

impl Simulation {
    /// An instance of a store died: what the primary had not sent yet stays with it.
    pub(super) fn copies_after_death(&mut self, station: u32, instance: u32) {
        let nodes = self.shard_nodes(station, instance);
        let state = &mut self.stations[station as usize];
        if !state.leads().any(|lead| lead.primary == instance) {
            return;
        }
        if let Some(copies) = &mut state.copies {
            copies.strand(nodes, self.now);
        }
    }

    /// Nodes of the shard that a node belongs to.
    fn shard_nodes(&self, station: u32, instance: u32) -> std::ops::Range<usize> {
        let all = self.stations[station as usize].instances.len();
        match &self.net.stations[station as usize].station {
            // Of an edited store some may be gone, or not be there yet.
            Station::Store(store) if store.ring.is_none() => {
                let nodes = store.nodes_of(store.shard_of(instance));
                (nodes.start as usize).min(all)..(nodes.end as usize).min(all)
            }
            _ => 0..all,
        }
    }

    /// It is back, with its disk: a primary sends what was stranded, any other copy catches up.
    pub(super) fn copies_after_revival(&mut self, station: u32, instance: u32) {
        let nodes = self.shard_nodes(station, instance);
        let primary = self.stations[station as usize].lead(self.shard_at(station, instance)).primary;
        if self.net.stations[station as usize].conflicts {
            return self.merge_copies(station, nodes, instance);
        }
        let beyond = |copy: &usize| self.is_cut_between((station, *copy as u32), (station, primary));
        let cut: Vec<usize> = nodes.clone().filter(beyond).collect();
        let state = &mut self.stations[station as usize];
        let Some(copies) = &mut state.copies else { return };
        for copy in nodes {
            let behind = instance == primary || copy == instance as usize;
            if behind && !state.instances[copy].dead && !cut.contains(&copy) {
                copies.become_like(copy, primary as usize);
            }
        }
    }

    /// A promoted standby may begin with a share of its cores.
    pub(super) fn begin_weak(&mut self, station: u32, standby: u32) {
        let Station::Store(store) = &self.net.stations[station as usize].station else { return };
        let Some((_, grow_s)) = store.spare.weak else { return };
        let until = self.now + nanoseconds(grow_s);
        self.stations[station as usize].weak = Some((standby, until));
        self.calendar.push(until, Class::Fault, What::Promote, station, GROWN);
    }

    /// It has grown: those who wait for a core get the others.
    pub(super) fn grow(&mut self, station: u32) {
        let state = &mut self.stations[station as usize];
        let Some((node, _)) = state.weak.filter(|(_, until)| *until <= self.now) else { return };
        state.weak = None;
        if (node as usize) < state.instances.len() {
            self.start_waiting(station, node);
        }
    }

    /// The promoted copy takes over what any living copy has; acknowledged writes that none has are lost.
    pub(super) fn data_after_promotion(&mut self, station: u32, promoted: u32) {
        let nodes = self.shard_nodes(station, promoted);
        let reached = |copy: &usize| !self.is_cut_between((station, *copy as u32), (station, promoted));
        let reached: Vec<usize> = nodes.filter(reached).collect();
        let state = &mut self.stations[station as usize];
        let Some(copies) = &mut state.copies else { return };
        let living: Vec<usize> = reached.into_iter().filter(|copy| !state.instances[*copy].dead).collect();
        let promoted = promoted as usize;
        for write in copies.missing(promoted, self.now) {
            if living.iter().any(|copy| copies.read(*copy, write.key, self.now) >= write.version) {
                copies.write(promoted, write.key, write.version);
            } else {
                let left = copies.read(promoted, write.key, self.now);
                self.versions.lose(write.key, write.version, left, write.source);
            }
        }
        for copy in living {
            copies.become_like(copy, promoted);
        }
        copies.forget_waiting(promoted);
    }
}
