//! One call answered by several nodes: the copies of a quorum, or all shards of a scattered read.
//!
//! The call itself waits without a slot of its own while its parts are served, each at its node. It is answered when
//! enough parts are, and fails when too few can be. Of the versions that the parts bring, the newest counts.

use super::calls::{Handle, Kind, Outcome, State};
use super::versions::{ORIGINAL, UNKNOWN};
use super::{Simulation, StationState};
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Purpose, mix};
use crate::report::Cause;
use crate::topology::{NOWHERE, Ring, Station};

/// Nodes of one ring, or shards of one store, at most.
const MOST_PARTS: usize = 1_000;

impl Simulation {
    /// Sends the parts of a call that several nodes answer together; false when one node answers alone.
    pub(super) fn gather(&mut self, slot: u32) -> bool {
        let call = self.calls[slot];
        if matches!(call.kind, Kind::Part | Kind::Replay) {
            return false;
        }
        let mut nodes = std::mem::take(&mut self.nodes);
        nodes.clear();
        let needed = self.choose_parts(slot, &mut nodes);
        if needed > 0 {
            self.send_parts(slot, needed, &mut nodes);
        }
        self.nodes = nodes;
        needed > 0
    }

    /// Nodes that serve a part of this call, and how many of them must; 0 when it has no parts.
    fn choose_parts(&mut self, slot: u32, nodes: &mut Vec<u32>) -> u32 {
        let call = self.calls[slot];
        let request = self.requests[call.request];
        match &self.net.stations[call.station as usize].station {
            Station::Store(store) => match &store.ring {
                Some(ring) => {
                    let ring = *ring;
                    self.choose_copies(slot, &ring, request.rank, request.op, nodes)
                }
                None => {
                    let (share, shards) = (store.shards.scatter, store.shards());
                    self.choose_shards(slot, share, shards, nodes)
                }
            },
            Station::Source(_) | Station::Router(_) | Station::Server(_) => 0,
            Station::Cache(_) | Station::Queue(_) | Station::Observer => 0,
        }
    }

    /// A read that no single shard can answer goes to all, and waits for the slowest.
    fn choose_shards(&mut self, slot: u32, share: f64, shards: u32, nodes: &mut Vec<u32>) -> u32 {
        let reads = self.requests[self.calls[slot].request].op == 0;
        if !reads || shards < 2 || self.draw(slot, Purpose::Choice).uniform() >= share {
            return 0;
        }
        for shard in 0..shards {
            let node = self.pick_in_shard(slot, shard);
            nodes.push(node);
        }
        shards
    }

    fn choose_copies(&mut self, slot: u32, ring: &Ring, rank: u64, op: u8, nodes: &mut Vec<u32>) -> u32 {
        let station = self.calls[slot].station;
        // Those that were taken away by an edit are still there to finish what they have.
        let all = ring.nodes.clamp(1, self.stations[station as usize].instances.len() as u32);
        let copies = ring.copies.clamp(1, all);
        let first = (mix(rank) % u64::from(all)) as u32;
        let own = (0..copies).map(|copy| (first + copy) % all);
        if ring.strict {
            nodes.extend(own.filter(|node| known_alive(&self.stations[station as usize], *node)));
        } else {
            // Sloppy: the next nodes of the ring that can be reached stand in.
            let caller = self.caller_of(slot);
            let reached = (0..all).map(|step| (first + step) % all).filter(|node| {
                known_alive(&self.stations[station as usize], *node) && self.reaches(caller, (station, *node))
            });
            nodes.extend(reached.take(copies as usize));
        }
        let session = op == 0 && self.versions.needs(self.calls[slot].request) != ORIGINAL;
        let (mut wanted, _) = ring.quorum(op as usize);
        if session {
            // As many as meet every acknowledged write.
            wanted = wanted.max(copies + 1 - ring.quorum(1).0);
        }
        let needed = if ring.strict { wanted } else { wanted.min(nodes.len().max(1) as u32) };
        // A read that gets no answer from one copy asks another at once: those that cannot be reached are left out as long
        // as there are enough others.
        let caller = self.caller_of(slot);
        let reached = |node: &u32| self.reaches(caller, (station, *node));
        if op == 0 && nodes.iter().filter(|node| reached(node)).count() >= needed as usize {
            nodes.retain(reached);
        }
        if op == 0 && !ring.read_all && nodes.len() > needed as usize {
            // Which of the copies are asked goes round, so that they share the reads.
            let state = &mut self.stations[station as usize];
            state.turn = state.turn.wrapping_add(1);
            let turn = state.turn as usize % nodes.len();
            nodes.rotate_left(turn);
            if ring.nearest {
                let (topology, from) = (&self.net.topology, self.calls[slot].from);
                nodes
                    .sort_by_key(|node| topology.far_ns(from, topology.location_of(station as usize, *node)));
            }
            nodes.truncate(needed as usize);
        }
        nodes.truncate(MOST_PARTS);
        needed
    }

    fn send_parts(&mut self, slot: u32, needed: u32, nodes: &mut [u32]) {
        let caller = self.caller_of(slot);
        let call = &mut self.calls[slot];
        call.kind = Kind::Gather;
        call.state = State::Calling;
        call.step = needed as u16;
        call.repeats = nodes.len() as u16;
        if nodes.len() < needed as usize {
            return self.answer(slot, Outcome::Fail(Cause::Partitioned));
        }
        let (request, station, hops, from) = (call.request, call.station, call.hops, call.from);
        // Each part goes its own way; what they make up together is where the caller is.
        self.calls[slot].from = NOWHERE;
        let parent = self.calls.handle(slot);
        // All parts first: the request lives as long as a call of it.
        for node in nodes.iter_mut() {
            let mut part = self.blank(request, station);
            part.kind = Kind::Part;
            part.instance = *node;
            part.parent = parent;
            part.hops = hops;
            part.from = from;
            *node = self.add_call(part);
            self.trace_call(slot, *node);
        }
        for part in nodes.iter() {
            if self.reaches(caller, (station, self.calls[*part].instance)) {
                let far = self.far(&self.calls[*part]);
                self.after(far, Class::Arrival, What::Arrive, *part);
            } else {
                self.part_lost(*part, Cause::Partitioned);
            }
        }
    }

    /// A part has been served, or has failed.
    pub(super) fn part_done(&mut self, slot: u32) {
        let part = self.calls[slot];
        let version = self.versions.answer(slot);
        self.drop_call(slot);
        let Some(whole) = self.waiting_whole(part.parent) else { return };
        self.calls[whole].repeats -= 1;
        match part.outcome {
            Outcome::Ok { .. } => {
                let before = self.versions.answer(whole);
                let newest = if before == UNKNOWN { version } else { version.max(before) };
                if version != UNKNOWN {
                    self.versions.set_answer(whole, newest);
                }
                self.calls[whole].step -= 1;
                if self.calls[whole].step == 0 {
                    self.answer(whole, Outcome::Ok { data: true, degraded: false, miss: false });
                }
            }
            Outcome::Fail(cause) if self.calls[whole].repeats < self.calls[whole].step => {
                self.answer(whole, Outcome::Fail(cause));
            }
            Outcome::Fail(_) => {}
        }
    }

    /// A part vanished: when too few are left, the whole is never answered, and the caller's timeout will tell.
    pub(super) fn part_lost(&mut self, slot: u32, cause: Cause) {
        let parent = self.calls[slot].parent;
        self.drop_call(slot);
        let Some(whole) = self.waiting_whole(parent) else { return };
        self.calls[whole].repeats -= 1;
        if self.calls[whole].repeats < self.calls[whole].step {
            self.lose(whole, cause);
        }
    }

    /// The call that parts belong to, while it still waits for them.
    fn waiting_whole(&self, whole: Handle) -> Option<u32> {
        let waits = self.calls.alive(whole) && self.calls[whole.slot].state == State::Calling;
        waits.then_some(whole.slot)
    }
}

fn known_alive(state: &StationState, node: u32) -> bool {
    // A dead process refuses at once, and another copy is asked; silence is noticed by the checks.
    let answers = |it: &super::Instance| !it.out && !it.retired && (!it.dead || it.silent);
    state.instances.get(node as usize).is_some_and(answers)
}
