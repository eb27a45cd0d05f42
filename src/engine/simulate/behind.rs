//! Write-behind: a cache that acknowledges writes and brings them to the store later, the last value of each key.
//!
//! A dirty key is a call of kind `Dirty` that stays at the cache, in state `Calling`; `reserved` says that it is on its way
//! to the store. What has not left when the last node that holds it dies is lost, though it was acknowledged.

use std::collections::VecDeque;

use super::Simulation;
use super::calls::{Call, Handle, Kind, NONE, Outcome};
use super::keytable::KeyTable;
use crate::engine::calendar::{Class, What};
use crate::engine::random::mix;
use crate::report::BehindReport;
use crate::topology::{CacheRules, Lane, Operation, Station, Strategy};

/// Keys that can be dirty at once.
const MOST: usize = 1 << 22;

/// Dirty keys of one cache.
#[derive(Debug)]
pub struct Behind {
    /// Slot of each dirty key's call, from 1.
    slots: KeyTable<u32>,
    /// What waits for the next flush, oldest first; some are gone already.
    waiting: VecDeque<Handle>,
    /// Whether a flush is scheduled.
    armed: bool,
    /// What became of the writes.
    pub ledger: BehindReport,
}

impl Default for Behind {
    fn default() -> Self {
        let slots = KeyTable::bounded(MOST);
        Behind { slots, waiting: VecDeque::new(), armed: false, ledger: BehindReport::default() }
    }
}

impl Simulation {
    /// The rules of a write-behind cache that has somewhere to bring the writes of a lane to.
    pub(super) fn writes_behind(&self, station: u32, lane: Lane) -> Option<CacheRules> {
        let net = &self.net.stations[station as usize];
        match &net.station {
            Station::Cache(cache) if cache.rules.strategy == Strategy::WriteBehind => {
                (!net.outgoing[lane].is_empty()).then_some(cache.rules)
            }
            _ => None,
        }
    }

    /// What became of the writes that a cache acknowledged by itself; `None` for what does not.
    pub(super) fn behind_report(&self, station: usize) -> Option<BehindReport> {
        let mut lanes = self.net.topology.lanes().filter(|lane| lane.op == Operation::Write);
        let acknowledges = lanes.any(|lane| self.writes_behind(station as u32, lane).is_some());
        acknowledges.then_some(self.stations[station].behind.ledger)
    }

    fn dirty_key(&self, call: &Call) -> u64 {
        let request = &self.requests[call.request];
        mix(request.rank ^ u64::from(request.source) << 40).max(1)
    }

    /// A write is acknowledged by the cache alone: its key is dirty, whatever was there before.
    pub(super) fn keep_dirty(&mut self, slot: u32, rules: &CacheRules) {
        let call = self.calls[slot];
        let version = self.versions.commit(call.request, self.now);
        self.versions.set_answer(slot, version);
        self.put_in_cache(slot);
        let mut dirty = self.blank(call.request, call.station);
        dirty.kind = Kind::Dirty;
        dirty.instance = call.instance;
        dirty.hops = call.hops;
        dirty.state = super::State::Calling;
        let dirty = self.add_call(dirty);
        self.versions.set_answer(dirty, version);
        self.stations[call.station as usize].behind.ledger.acknowledged += 1;
        self.wait_for_flush(dirty, rules, false);
        self.complete(slot, Outcome::Ok { data: true, degraded: false, miss: false });
    }

    /// Puts a dirty key in line; an older value of the same key that waits is overwritten.
    fn wait_for_flush(&mut self, dirty: u32, rules: &CacheRules, again: bool) {
        let call = self.calls[dirty];
        let key = self.dirty_key(&call);
        let handle = self.calls.handle(dirty);
        let behind = &mut self.stations[call.station as usize].behind;
        behind.waiting.push_back(handle);
        let before = behind.slots.entry(key).map(|slot| std::mem::replace(slot, dirty + 1));
        behind.ledger.dirty += 1;
        if let Some(before) = before.and_then(|before| before.checked_sub(1))
            && before != dirty
            && !self.calls[before].reserved
        {
            behind.ledger.dirty -= 1;
            behind.ledger.overwritten += 1;
            self.drop_call(before);
        }
        let behind = &mut self.stations[call.station as usize].behind;
        // What has just failed waits for the interval: its store may answer at once that it is away.
        let many = rules.flush_keys > 0 && behind.ledger.dirty >= u64::from(rules.flush_keys);
        if many && !again {
            return self.flush_behind(call.station);
        }
        if !std::mem::replace(&mut behind.armed, true) {
            let time = self.now + rules.flush_ns.max(1);
            self.calendar.push(time, Class::Timer, What::Flush, call.station, 0);
        }
    }

    /// The interval is over.
    pub(super) fn flush_is_due(&mut self, station: u32) {
        self.stations[station as usize].behind.armed = false;
        self.flush_behind(station);
    }

    /// Sends every dirty key to the store.
    fn flush_behind(&mut self, station: u32) {
        for _ in 0..self.stations[station as usize].behind.waiting.len() {
            let Some(next) = self.stations[station as usize].behind.waiting.pop_front() else { return };
            if !self.calls.alive(next) || self.calls[next.slot].reserved {
                continue;
            }
            let lane = self.requests[self.calls[next.slot].request].lane();
            let Some(&route) = self.net.stations[station as usize].outgoing[lane].first() else { continue };
            self.calls[next.slot].reserved = true;
            let ledger = &mut self.stations[station as usize].behind.ledger;
            ledger.dirty -= 1;
            ledger.flushing += 1;
            self.send(next.slot, route, NONE, NONE, Kind::Plain);
        }
    }

    /// The store has answered for a dirty key: it is clean, or waits for the next flush.
    pub(super) fn flushed(&mut self, slot: u32, outcome: Outcome) {
        let call = self.calls[slot];
        let key = self.dirty_key(&call);
        let behind = &mut self.stations[call.station as usize].behind;
        let newest = behind.slots.get(key) == Some(slot + 1);
        behind.ledger.flushing -= 1;
        self.calls[slot].reserved = false;
        match (outcome, self.writes_behind(call.station, self.requests[call.request].lane())) {
            (Outcome::Fail(_), Some(rules)) if newest => return self.wait_for_flush(slot, &rules, true),
            (Outcome::Fail(_), None) => self.stations[call.station as usize].behind.ledger.lost += 1,
            (Outcome::Fail(_), Some(_)) => {
                self.stations[call.station as usize].behind.ledger.overwritten += 1;
            }
            (Outcome::Ok { .. }, _) => self.stations[call.station as usize].behind.ledger.flushed += 1,
        }
        if newest {
            self.stations[call.station as usize].behind.slots.remove(key);
        }
        self.drop_call(slot);
    }

    /// Whether a key waits to be written, so that it cannot have left the cache.
    pub(super) fn is_dirty(&self, call: &Call) -> bool {
        let behind = &self.stations[call.station as usize].behind;
        behind.ledger.dirty + behind.ledger.flushing > 0
            && behind.slots.get(self.dirty_key(call)).is_some_and(|slot| slot > 0)
    }

    /// The dirty keys of a node are lost with it. What is on its way to the store goes on.
    pub(super) fn lose_dirty(&mut self, station: u32, instance: u32) {
        self.lose_dirty_where(station, |_, call| call.instance == instance);
    }

    fn lose_dirty_where(&mut self, station: u32, lost: impl Fn(&Simulation, &Call) -> bool) {
        if self.stations[station as usize].behind.ledger.dirty == 0 {
            return;
        }
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            if call.kind != Kind::Dirty || call.station != station || call.reserved || !lost(self, &call) {
                continue;
            }
            let key = self.dirty_key(&call);
            let behind = &mut self.stations[station as usize].behind;
            behind.ledger.dirty -= 1;
            behind.ledger.lost += 1;
            behind.slots.remove(key);
            let request = self.requests[call.request];
            let (version, whole) = (self.versions.answer(slot), self.versions.key(call.request));
            self.versions.lose(whole, version, super::versions::ORIGINAL, request.source);
            self.drop_call(slot);
        }
    }

    /// After an edit: the flush goes on where there still is somewhere to write to; elsewhere what is dirty is lost.
    pub(super) fn sort_dirty(&mut self) {
        for station in 0..self.stations.len() as u32 {
            let kept = |it: &Simulation, call: &Call| {
                it.writes_behind(station, it.requests[call.request].lane()).is_some()
            };
            self.lose_dirty_where(station, |it, call| !kept(it, call));
            let Station::Cache(cache) = &self.net.stations[station as usize].station else { continue };
            let rules = cache.rules;
            let behind = &mut self.stations[station as usize].behind;
            if behind.ledger.dirty > 0 && !std::mem::replace(&mut behind.armed, true) {
                let time = self.now + rules.flush_ns.max(1);
                self.calendar.push(time, Class::Timer, What::Flush, station, 0);
            }
        }
    }
}
