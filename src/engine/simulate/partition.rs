//! A store whose nodes lie on both sides of a cut: who may answer there, what a side that may not does, and how both
//! become one again. Also which of several nodes is nearest to its caller.
//!
//! With *refuse* (CP) a node answers while its side has a majority of the shard's nodes; where their number is even the
//! monitor votes as well, so that of two sites the one with the monitor goes on. With *go on* (AP) every copy that can be
//! reached answers reads, and every primary that can be reached takes writes. Whether nodes are alive does not matter here:
//! deaths are the failover's business.

use super::calls::NONE;
use super::net::Net;
use super::store::Lead;
use super::versions::ORIGINAL;
use super::{Simulation, StationState};
use crate::topology::{Partition, Reads, Station, Store};

/// Nodes of a station that must refuse for want of a majority, by instance; `sides` as of the whole design.
pub(super) fn minority(net: &Net, sides: &[Vec<u64>], station: usize) -> Vec<bool> {
    let here = &sides[station];
    let Station::Store(store) = &net.stations[station].station else { return Vec::new() };
    if store.partition != Partition::Refuse || store.ring.is_some() {
        return Vec::new();
    }
    let observers = net.topology.places().filter(|(_, place)| matches!(place.station, Station::Observer));
    let monitor = observers.map(|(at, _)| sides[at].first().copied().unwrap_or(0)).next();
    let short = |node: u32| {
        let nodes = store.nodes_of(store.shard_of(node));
        let side = |node: u32| here.get(node as usize).copied().unwrap_or(0);
        let all = nodes.clone().count();
        let casts = all > 1 && all.is_multiple_of(2);
        let votes = nodes.filter(|other| side(*other) == side(node)).count()
            + usize::from(casts && monitor == Some(side(node)));
        2 * votes <= all + usize::from(casts && monitor.is_some())
    };
    (0..here.len() as u32).map(short).collect()
}

impl Simulation {
    /// Whether a primary is so cut off that another must take over.
    pub(super) fn is_deposed(&self, station: u32, node: u32) -> bool {
        match &self.net.stations[station as usize].station {
            Station::Store(store) if store.ring.is_none() => match store.partition {
                Partition::Promote => self.troubles.is_cut_off(station, node),
                Partition::Refuse => self.troubles.must_refuse(station, node),
                Partition::GoOn => false,
            },
            _ => self.troubles.is_cut_off(station, node),
        }
    }

    /// Whether each side of a cut goes on with the nodes that it reaches, so that none is gone for everyone.
    pub(super) fn knows_sides(&self, station: u32) -> bool {
        matches!(&self.net.stations[station as usize].station,
            Station::Store(store) if store.ring.is_some() || store.partition != Partition::Promote)
    }

    /// Whether a store's node may be asked from here; a call that nobody waits for goes everywhere.
    pub(super) fn reaches(&self, from: Option<(u32, u32)>, to: (u32, u32)) -> bool {
        from.is_none_or(|from| !self.is_cut_between(from, to))
    }

    /// Station and instance that a call came from.
    pub(super) fn caller_of(&self, slot: u32) -> Option<(u32, u32)> {
        let parent = self.calls[slot].parent;
        self.calls.alive(parent).then(|| {
            let caller = &self.calls[parent.slot];
            (caller.station, if caller.instance == NONE { 0 } else { caller.instance })
        })
    }

    /// The node of a shard that a call goes to where nearness or borders decide; `None` where neither does.
    pub(super) fn pick_by_place(&mut self, slot: u32, shard: u32) -> Option<u32> {
        let call = self.calls[slot];
        let Station::Store(store) = &self.net.stations[call.station as usize].station else { return None };
        let split = store.partition != Partition::Promote && self.troubles.is_split(call.station);
        if !split && !store.nearest {
            return None;
        }
        let (nodes, partition) = (store.nodes_of(shard), store.partition);
        let lead = self.stations[call.station as usize].lead(shard);
        if let Some(node) = self.best_of(slot, nodes.clone(), |this, node| this.serves(slot, lead, node)) {
            return Some(node);
        }
        // Reads go on with any copy, even one that waits to be promoted; a side without a majority says so.
        let reads = self.requests[call.request].op == 0;
        let left = match partition {
            Partition::GoOn if split && reads => self.best_of(slot, nodes, |_, _| true),
            Partition::Refuse if split => {
                self.best_of(slot, nodes, |this, node| this.troubles.must_refuse(call.station, node))
            }
            Partition::GoOn | Partition::Refuse | Partition::Promote => None,
        };
        Some(left.unwrap_or(lead.primary))
    }

    /// Of the nodes that pass, can be reached and are not known to be gone: the nearest where that is asked for, else the
    /// next in turn.
    fn best_of(
        &mut self,
        slot: u32,
        nodes: std::ops::Range<u32>,
        mut passes: impl FnMut(&mut Self, u32) -> bool,
    ) -> Option<u32> {
        let call = self.calls[slot];
        let s = call.station as usize;
        let by_distance = matches!(&self.net.stations[s].station, Station::Store(store) if store.nearest);
        let caller = self.caller_of(slot);
        let (first, many) = (nodes.start, nodes.len() as u32);
        let turn = self.stations[s].turn % many.max(1);
        let mut best: Option<(u64, u32)> = None;
        for node in (0..many).map(|step| first + (turn + step) % many) {
            let there = is_there(&self.stations[s], node) && self.reaches(caller, (call.station, node));
            if !there || !passes(self, node) {
                continue;
            }
            let topology = &self.net.topology;
            let far = if by_distance { topology.far_ns(call.from, topology.location_of(s, node)) } else { 0 };
            if best.is_none_or(|(least, _)| far < least) {
                best = Some((far, node));
            }
        }
        let node = best?.1;
        self.stations[s].turn = node - first + 1;
        Some(node)
    }

    /// Whether a node answers such calls while nothing stands in between.
    fn serves(&mut self, slot: u32, lead: Lead, node: u32) -> bool {
        let call = self.calls[slot];
        let Station::Store(store) = &self.net.stations[call.station as usize].station else { return false };
        let shard = store.shard_of(node);
        let takes_writes = node == lead.primary
            || (store.multi && store.second_of(shard) == Some(node))
            || (store.multi && store.nodes_of(shard).start == node);
        if self.requests[call.request].op == 1 || store.reads == Reads::Primary {
            return takes_writes;
        }
        let spread = store.replicas > 0 || store.multi;
        let with_primary = store.reads == Reads::All || store.replicas == 0;
        if Some(node) == lead.standby || (takes_writes && !with_primary) || (!takes_writes && !spread) {
            return false;
        }
        let (needs, now) = (self.versions.needs(call.request), self.now);
        let copies = &mut self.stations[call.station as usize].copies;
        needs == ORIGINAL
            || node == lead.primary
            || copies.as_mut().is_none_or(|copies| copies.has(node as usize, needs, now))
    }

    /// A key was changed: whether it was changed beyond the border too, since the border was cut; told once for a key.
    pub(super) fn changed_beyond(&mut self, station: u32, node: u32, key: u64) -> bool {
        let Some((sides, since)) = self.troubles.split(station) else { return false };
        let now = self.now;
        let copies = &mut self.stations[station as usize].copies;
        copies.as_mut().is_some_and(|copies| copies.fight(node as usize, key, sides, since, now))
    }

    /// A node is there again. It takes over the newest of every key that a living copy on its side has; of two primaries
    /// both do, and so do their replicas.
    pub(super) fn merge_copies(&mut self, station: u32, nodes: std::ops::Range<usize>, with: u32) {
        let cut = |node: usize| self.is_cut_between((station, node as u32), (station, with));
        let instances = &self.stations[station as usize].instances;
        let together: Vec<usize> = nodes.filter(|node| !instances[*node].dead && !cut(*node)).collect();
        let (now, ring) = (self.now, !self.net.stations[station as usize].multi);
        if let Some(copies) = &mut self.stations[station as usize].copies {
            let learn = if ring { &[with as usize] } else { together.as_slice() };
            copies.merge(&together, learn, now);
        }
    }
}

/// Whether a node is there as far as its callers know.
fn is_there(state: &StationState, node: u32) -> bool {
    state.instances.get(node as usize).is_some_and(|it| !it.out && !it.retired)
}

impl Store {
    /// Whether a key can be changed on both sides of a cut.
    pub(super) fn can_conflict(&self) -> bool {
        self.ring.is_some() || self.multi
    }
}
