//! What a store does: which node answers, how a write reaches the other copies, and what they hold meanwhile.

use super::calls::{Call, Kind, Outcome};
use super::copies::Copies;
use super::versions::ORIGINAL;
use super::{Simulation, serve};
use crate::engine::calendar::{Class, What};
use crate::topology::{Reads, Station};

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
        if self.requests[call.request].op == 1 {
            self.write_down(slot);
            self.replicate(&call);
        } else {
            self.read_copy(slot);
        }
        self.complete(slot, Outcome::Ok { data: true, degraded: false, miss: false });
    }

    fn write_down(&mut self, slot: u32) {
        let call = self.calls[slot];
        let Some(copies) = &mut self.stations[call.station as usize].copies else { return };
        let version = self.versions.commit(call.request, self.now);
        let key = self.versions.key(call.request);
        if key != 0 {
            copies.write(call.instance as usize, key, version);
        }
        self.versions.set_answer(slot, version);
    }

    fn read_copy(&mut self, slot: u32) {
        let call = self.calls[slot];
        let key = self.versions.key(call.request);
        let Some(copies) = &mut self.stations[call.station as usize].copies else { return };
        if key != 0 {
            let version = copies.read(call.instance as usize, key, self.now);
            self.versions.set_answer(slot, version);
        }
    }

    /// Each replica applies the write a lag later, at a share of its cost. The standby costs nothing.
    fn replicate(&mut self, written: &Call) {
        let s = written.station as usize;
        let Station::Store(store) = &self.net.stations[s].station else { return };
        let (lag, works) = (store.lag_ns, store.replay > 0.0);
        let all = 1 + store.replicas + u32::from(store.standby);
        let (primary, standby) = (self.stations[s].primary, self.stations[s].standby);
        for copy in (0..all).filter(|copy| *copy != primary) {
            let instance = &self.stations[s].instances[copy as usize];
            if instance.dead || instance.retired {
                continue;
            }
            let works = works && Some(copy) != standby;
            let number = self.send_to_copy(written, copy, if works { u64::MAX } else { self.now + lag });
            if works {
                self.replay(written, copy, lag, number);
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
    fn replay(&mut self, written: &Call, replica: u32, lag: u64, number: u64) {
        let mut call = self.blank(written.request, written.station);
        call.kind = Kind::Replay;
        call.instance = replica;
        call.visit = self.count_visit(written.station, written.request);
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
        let sender = state.instances.get(state.primary as usize);
        if dead || sender.is_none_or(|primary| primary.dead) {
            return self.drop_call(slot);
        }
        self.calls[slot].arrived = self.now;
        let (station, replica) = (call.station, call.instance as usize);
        self.stations[station as usize].instances[replica].held += 1;
        let work = self.mean_work(slot);
        self.watch.offered(station, replica, work);
        self.watch.present(station, self.now, 1.0);
        self.take_core(slot);
    }

    /// A replica has done its work for a write.
    pub(super) fn replayed(&mut self, slot: u32) {
        let call = self.calls[slot];
        let number = self.versions.answer(slot);
        if let Some(copies) = &mut self.stations[call.station as usize].copies {
            copies.done(call.instance as usize, number, self.now);
        }
        self.complete(slot, call.outcome);
    }

    /// The node that a call reaches: of those that may answer, the next in turn that has what the session relies on;
    /// the primary when none has.
    pub(super) fn pick_copy(&mut self, slot: u32) -> u32 {
        let call = self.calls[slot];
        let Station::Store(store) = &self.net.stations[call.station as usize].station else { return 0 };
        let state = &mut self.stations[call.station as usize];
        let (primary, standby) = (state.primary, state.standby);
        let spread = match store.reads {
            Reads::Primary => false,
            Reads::Replicas | Reads::All => store.replicas > 0,
        };
        if self.requests[call.request].op == 1 || !spread {
            return primary;
        }
        let (needs, now) = (self.versions.needs(call.request), self.now);
        let with_primary = store.reads == Reads::All;
        let mut copies = state.copies.take();
        let mut has = |i: u32| copies.as_mut().is_none_or(|copies| copies.has(i as usize, needs, now));
        let found = serve::in_turn(state, |i, out| {
            let may = Some(i) != standby && !out && (with_primary || i != primary);
            may && (needs == ORIGINAL || i == primary || has(i))
        });
        state.copies = copies;
        found
    }
}
