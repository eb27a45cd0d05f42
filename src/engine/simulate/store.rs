//! What a store does: which node answers, how a write reaches the other copies, and what they hold meanwhile.

use super::calls::{Call, Handle, Kind, Outcome, State};
use super::copies::Copies;
use super::versions::ORIGINAL;
use super::{Simulation, StationState};
use crate::engine::calendar::{Class, What};
use crate::engine::placement;
use crate::report::Cause;
use crate::topology::{Reads, Station, Store};

impl Simulation {
    /// Copies of a station's data, where anything in the design can be stale.
    pub(super) fn fresh_copies(&self, station: usize) -> Option<Copies> {
        let net = &self.net.stations[station];
        let keeps = self.net.versioned && matches!(net.station, Station::Store(_));
        keeps.then(|| Copies::new(net.servers.instances.max(1) as usize))
    }

    pub(super) fn answer_from_store(&mut self, slot: u32) {
        let call = self.calls[slot];
        debug_assert!(matches!(self.net.stations[call.station as usize].station, Station::Store(_)));
        if self.troubles.must_refuse(call.station, call.instance) {
            // The majority was lost while it was being served.
            return self.fail_here(slot, Cause::Partitioned);
        }
        if self.requests[call.request].op == 1 {
            self.write_down(slot);
            let wanted = self.confirmations(call.station, call.instance);
            let waits = if wanted > 0 { self.calls.handle(slot) } else { Handle::NOWHERE };
            // Counts the copies that have it.
            self.calls[slot].step = 0;
            self.replicate(&call, waits);
            if wanted > 0 {
                return;
            }
        } else {
            self.read_copy(slot);
        }
        self.complete(slot, Outcome::Ok { data: true, degraded: false, miss: false });
    }

    /// When what is applied now can be read [ns]: at once, or after the next refresh.
    fn shows_at(&self, station: u32) -> u64 {
        match &self.net.stations[station as usize].station {
            Station::Store(store) if store.refresh_ns > 0 => {
                (self.now / store.refresh_ns + 1) * store.refresh_ns
            }
            _ => self.now,
        }
    }

    fn write_down(&mut self, slot: u32) {
        let call = self.calls[slot];
        self.find_conflict(&call);
        let due = self.shows_at(call.station);
        let Some(copies) = &mut self.stations[call.station as usize].copies else { return };
        let version = self.versions.commit(call.request, self.now);
        let key = self.versions.key(call.request);
        if key != 0 {
            if due > self.now {
                copies.send(call.instance as usize, key, version, self.requests[call.request].source, due);
            } else {
                copies.write(call.instance as usize, key, version);
            }
        }
        self.versions.set_answer(slot, version);
    }

    /// Whether another node has a version that this one has not seen, where both may take writes.
    fn find_conflict(&mut self, call: &Call) {
        let s = call.station as usize;
        let key = self.versions.key(call.request);
        if key == 0 || !self.net.stations[s].conflicts {
            return;
        }
        let found = if self.troubles.is_split(call.station) {
            self.changed_beyond(call.station, call.instance, key)
        } else if self.net.stations[s].multi {
            let copies = &mut self.stations[s].copies;
            copies.as_mut().is_some_and(|all| all.newer_elsewhere(call.instance as usize, key, self.now))
        } else {
            false
        };
        self.versions.conflict(self.requests[call.request].source, found);
    }

    fn read_copy(&mut self, slot: u32) {
        let call = self.calls[slot];
        let scattered = call.kind == Kind::Part && self.shards_at(call.station) > 1;
        let own = scattered && self.shard_of(slot) == self.shard_at(call.station, call.instance);
        let key = self.versions.key(call.request);
        let followed = key != 0 && self.shows_writes(call.station, &call);
        let Some(copies) = &mut self.stations[call.station as usize].copies else { return };
        if followed && (!scattered || own) {
            let version = copies.read(call.instance as usize, key, self.now);
            self.versions.set_answer(slot, version);
        }
    }

    /// Each other copy applies the write a lag later: a replica at a share of its cost, a standby at none.
    fn replicate(&mut self, written: &Call, waits: Handle) {
        let s = written.station as usize;
        let Station::Store(store) = &self.net.stations[s].station else { return };
        if store.ring.is_some() {
            return;
        }
        let (lag, works, sync, backup) =
            (store.lag_ns, store.replay > 0.0, store.sync > 0, store.spare.backup_ns);
        let shard = store.shard_of(written.instance);
        let nodes = store.nodes_of(shard);
        let standby = self.stations[s].lead(shard).standby;
        for copy in nodes.filter(|copy| *copy != written.instance) {
            let Some(instance) = self.stations[s].instances.get(copy as usize) else { continue };
            if instance.dead || instance.retired {
                continue;
            }
            if self.is_cut_between((written.station, written.instance), (written.station, copy)) {
                // It stays behind until the border is open again.
                self.send_to_copy(written, copy, u64::MAX);
                continue;
            }
            let idle = Some(copy) == standby;
            let works = works && !idle;
            let due = match backup {
                _ if works || sync => u64::MAX,
                // The next backup takes it along.
                interval if idle && interval > 0 => (self.now / interval + 1) * interval,
                _ => self.now + lag,
            };
            let number = self.send_to_copy(written, copy, due);
            if works || sync {
                self.replay(written, copy, lag, number, waits);
            }
        }
    }

    /// The write is on its way to a copy that shows it when `due`. Returns its number there.
    fn send_to_copy(&mut self, written: &Call, copy: u32, due: u64) -> u64 {
        let Some(copies) = &mut self.stations[written.station as usize].copies else { return 0 };
        let key = self.versions.key(written.request);
        let version = self.versions.commit(written.request, self.now);
        let source = self.requests[written.request].source;
        if key == 0 { 0 } else { copies.send(copy as usize, key, version, source, due) }
    }

    /// A replica's work for a write, after the lag.
    fn replay(&mut self, written: &Call, replica: u32, lag: u64, number: u64, waits: Handle) {
        let mut call = self.blank(written.request, written.station);
        call.kind = Kind::Replay;
        call.instance = replica;
        call.parent = waits;
        let request = self.requests.handle(written.request);
        call.visit = self.visits.count(request, written.station);
        let slot = self.add_call(call);
        self.versions.set_answer(slot, number);
        if lag > 0 {
            return self.after(lag, Class::Arrival, What::Arrive, slot);
        }
        self.replay_arrives(slot, false)
    }

    /// A write reaches a replica; it is not refused, however full the replica is.
    pub(super) fn replay_arrives(&mut self, slot: u32, dead: bool) {
        let call = self.calls[slot];
        let state = &self.stations[call.station as usize];
        let lead = state.lead(self.shard_at(call.station, call.instance));
        let sender = state.instances.get(lead.primary as usize);
        if dead || sender.is_none_or(|primary| primary.dead) {
            return self.drop_call(slot);
        }
        self.calls[slot].arrived = self.now;
        if self.mean_work(slot) <= 0.0 || state.leads().any(|lead| lead.standby == Some(call.instance)) {
            return self.confirmed(slot);
        }
        let (station, replica) = (call.station, call.instance as usize);
        self.stations[station as usize].instances[replica].held += 1;
        let work = self.mean_work(slot);
        self.stations[station as usize].watch.offered(replica as u32, work);
        self.stations[station as usize].watch.present(self.now, 1);
        self.take_core(slot);
    }

    /// A replica has done its work for a write.
    pub(super) fn replayed(&mut self, slot: u32) {
        let call = self.calls[slot];
        self.applied(&call, slot);
        self.complete(slot, call.outcome);
    }

    /// A copy that has no work with a write has it.
    fn confirmed(&mut self, slot: u32) {
        let call = self.calls[slot];
        self.applied(&call, slot);
        self.drop_call(slot);
    }

    fn applied(&mut self, call: &Call, slot: u32) {
        let number = self.versions.answer(slot);
        let due = self.shows_at(call.station);
        if let Some(copies) = &mut self.stations[call.station as usize].copies {
            copies.done(call.instance as usize, number, due, self.now);
        }
        if self.calls.alive(call.parent) && self.calls[call.parent.slot].state == State::Calling {
            self.calls[call.parent.slot].step += 1;
            self.acknowledge_if_safe(call.parent.slot);
        }
    }

    /// How many other copies must have a write at this node: those known to be gone do not count any more.
    fn confirmations(&self, station: u32, instance: u32) -> u32 {
        let Station::Store(store) = &self.net.stations[station as usize].station else { return 0 };
        if store.sync == 0 || store.ring.is_some() {
            return 0;
        }
        let instances = &self.stations[station as usize].instances;
        // Who knows of the cut does not wait for those beyond it.
        let beyond = |copy: u32| {
            self.knows_sides(station) && self.is_cut_between((station, instance), (station, copy))
        };
        let there = |copy: &u32| {
            instances.get(*copy as usize).is_some_and(|it| !it.out && !it.retired) && !beyond(*copy)
        };
        let nodes = store.nodes_of(store.shard_of(instance));
        store.sync.min(nodes.filter(|copy| *copy != instance).filter(there).count() as u32)
    }

    fn acknowledge_if_safe(&mut self, slot: u32) {
        let call = self.calls[slot];
        if u32::from(call.step) >= self.confirmations(call.station, call.instance) {
            self.complete(slot, Outcome::Ok { data: true, degraded: false, miss: false });
        }
    }

    /// A dead copy is known to be gone: writes that waited for it need not any more.
    pub(super) fn stop_waiting_for_copies(&mut self, station: u32) {
        let syncs =
            matches!(&self.net.stations[station as usize].station, Station::Store(store) if store.sync > 0);
        for slot in if syncs { self.calls.slots() } else { Vec::new() } {
            let call = &self.calls[slot];
            let write = call.station == station && call.state == State::Calling && call.kind != Kind::Replay;
            if write && self.requests[call.request].op == 1 {
                self.acknowledge_if_safe(slot);
            }
        }
    }

    /// Cores of an instance: a standby that was just promoted may begin with a share of them.
    #[inline(always)]
    pub(super) fn cores_at(&self, station: usize, instance: u32) -> u32 {
        let all = self.net.stations[station].basics.cores;
        match self.stations[station].weak {
            Some((weak, until)) if weak == instance && self.now < until => self.weakened(station, all),
            _ => all,
        }
    }

    #[cold]
    fn weakened(&self, station: usize, all: u32) -> u32 {
        let Station::Store(store) = &self.net.stations[station].station else { return all };
        let share = store.spare.weak.map_or(1.0, |(share, _)| share);
        libm::round(f64::from(all) * share).max(1.0) as u32
    }

    /// Those who wait for a core get what is free.
    pub(super) fn start_waiting(&mut self, station: u32, node: u32) {
        let busy = |this: &Self| this.stations[station as usize].instances[node as usize].busy;
        loop {
            let before = busy(self);
            self.give_core(station, node);
            if busy(self) == before {
                return;
            }
        }
    }

    /// Node of a primary that takes a write: of two the next in turn that is not known to be gone.
    fn pick_primary(&mut self, slot: u32, shard: u32) -> u32 {
        let station = self.calls[slot].station as usize;
        let primary = self.stations[station].lead(shard).primary;
        let Station::Store(store) = &self.net.stations[station].station else { return primary };
        let Some(second) = store.second_of(shard).filter(|_| store.multi) else { return primary };
        let both = [store.nodes_of(shard).start, second];
        let state = &mut self.stations[station];
        state.turn = state.turn.wrapping_add(1);
        let there =
            |node: &&u32| state.instances.get(**node as usize).is_some_and(|it| !it.out && !it.retired);
        let first = (state.turn % 2) as usize;
        [both[first], both[1 - first]].iter().find(there).copied().unwrap_or(primary)
    }

    /// Shards of a station; 1 for what is in one piece.
    fn shards_at(&self, station: u32) -> u32 {
        match &self.net.stations[station as usize].station {
            Station::Store(store) if store.ring.is_none() => store.shards(),
            _ => 1,
        }
    }

    /// Shard that a node belongs to.
    pub(super) fn shard_at(&self, station: u32, instance: u32) -> u32 {
        match &self.net.stations[station as usize].station {
            Station::Store(store) => store.shard_of(instance),
            _ => 0,
        }
    }

    /// Shard where the key of a call lies.
    pub(super) fn shard_of(&self, slot: u32) -> u32 {
        let call = &self.calls[slot];
        let Station::Store(store) = &self.net.stations[call.station as usize].station else { return 0 };
        if store.shards() == 1 {
            return 0;
        }
        let request = &self.requests[call.request];
        let source = self.net.stations.get(request.source as usize);
        let owners = source.and_then(|net| net.owners.as_ref());
        let created = matches!(source.map(|net| &net.station), Some(Station::Source(source)) if request.rank > source.keys);
        placement::shard_of(&store.shards, owners, request.rank, created)
    }

    /// The node that a call reaches, in the shard of its key.
    pub(super) fn pick_copy(&mut self, slot: u32) -> u32 {
        self.pick_in_shard(slot, self.shard_of(slot))
    }

    /// A node of a shard: of those that may answer, the next in turn that has what the session relies on; the primary
    /// when none has.
    pub(super) fn pick_in_shard(&mut self, slot: u32, shard: u32) -> u32 {
        if let Some(node) = self.pick_by_place(slot, shard) {
            return node;
        }
        let call = self.calls[slot];
        let Station::Store(store) = &self.net.stations[call.station as usize].station else { return 0 };
        let Lead { primary, standby } = self.stations[call.station as usize].lead(shard);
        let spread = match store.reads {
            Reads::Primary => false,
            Reads::Replicas | Reads::All => store.replicas > 0 || store.multi,
        };
        if self.requests[call.request].op == 1 || !spread {
            return self.pick_primary(slot, shard);
        }
        let (needs, now) = (self.versions.needs(call.request), self.now);
        let with_primary = store.reads == Reads::All || store.replicas == 0;
        let (nodes, per) = (store.nodes_of(shard), store.per_shard());
        let second = store.second_of(shard).filter(|_| store.multi);
        let state = &mut self.stations[call.station as usize];
        for _ in 0..per {
            let node = nodes.start + state.turn % per;
            state.turn = (state.turn % per + 1) % per;
            let Some(instance) = state.instances.get(node as usize) else { continue };
            let takes_writes = node == primary || Some(node) == second;
            let may = Some(node) != standby && (with_primary || !takes_writes);
            if !may || instance.out || instance.retired {
                continue;
            }
            let has = |copies: &mut Copies| copies.has(node as usize, needs, now);
            if needs == ORIGINAL || node == primary || state.copies.as_mut().is_none_or(has) {
                return node;
            }
        }
        primary
    }
}

/// Who takes the writes of a shard, and who would take over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lead {
    pub primary: u32,
    pub standby: Option<u32>,
}

impl StationState {
    pub(super) fn lead(&self, shard: u32) -> Lead {
        let first = Lead { primary: self.primary, standby: self.standby };
        shard.checked_sub(1).and_then(|at| self.others.get(at as usize).copied()).unwrap_or(first)
    }

    pub(super) fn set_lead(&mut self, shard: u32, lead: Lead) {
        match shard.checked_sub(1).and_then(|at| self.others.get_mut(at as usize)) {
            Some(other) => *other = lead,
            None => (self.primary, self.standby) = (lead.primary, lead.standby),
        }
    }

    /// All shards' leads.
    pub(super) fn leads(&self) -> impl Iterator<Item = Lead> {
        (0..=self.others.len() as u32).map(|shard| self.lead(shard))
    }
}

/// Who leads a shard before anything happens.
pub(super) fn first_lead(store: &Store, shard: u32) -> Lead {
    let standby = store.second_of(shard).filter(|_| store.waits());
    Lead { primary: store.nodes_of(shard).start, standby }
}

/// Leads of the shards after the first.
pub(super) fn other_leads(station: &Station) -> Vec<Lead> {
    let Station::Store(store) = station else { return Vec::new() };
    let shards = if store.ring.is_some() { 1 } else { store.shards() };
    (1..shards).map(|shard| first_lead(store, shard)).collect()
}
