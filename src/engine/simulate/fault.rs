//! Failures: a kill is the death of a process, the loss of a group is silence; and who notices when.

use super::calls::{Call, Handle, Kind, NONE, State};
use super::choose::Candidate;
use super::guard::mark;
use super::pool::forget_connections;
use super::{Instance, Simulation, serve, store};
use crate::engine::calendar::{Class, What};
use crate::engine::random::Purpose;
use crate::engine::{PERSON_S, Unit};
use crate::report::Cause;
use crate::topology::{Health, Router, Station, nanoseconds};

/// Marks a notice that is for the station itself, not for a router's candidate.
const OWN: u32 = 1 << 31;

/// In place of a shard: a promoted standby has all its cores now.
pub(super) const GROWN: u32 = u32::MAX;

impl Simulation {
    /// Kills a unit now. All estimates start anew.
    pub fn kill(&mut self, unit: Unit) {
        let struck = self.instances_of(unit);
        self.strike(&struck, matches!(unit, Unit::Group { .. }));
        self.note_kill(unit, struck);
        self.settle();
        self.start_measuring();
    }

    /// These instances die: as processes, or without a word.
    pub(super) fn strike(&mut self, struck: &[(u32, u32)], silent: bool) {
        // All are dead before any call ends: what goes on elsewhere must not come back to one of them.
        for (station, instance) in struck {
            let state = &mut self.stations[*station as usize].instances[*instance as usize];
            (state.dead, state.silent) = (true, silent);
        }
        self.orphan_calls_of(struck);
        for (station, instance) in struck {
            self.end_calls_at(*station, *instance, silent);
        }
        for (station, instance) in struck {
            self.after_death(*station, *instance, silent);
        }
    }

    /// Brings a unit back now, empty. All estimates start anew.
    pub fn revive(&mut self, unit: Unit) {
        let back = self.instances_of(unit);
        self.wake(&back);
        self.settle();
        self.start_measuring();
    }

    /// These instances are back, empty.
    pub(super) fn wake(&mut self, back: &[(u32, u32)]) {
        for &(station, instance) in back {
            let state = &mut self.stations[station as usize].instances[instance as usize];
            if state.dead {
                state.dead = false;
                state.silent = false;
                self.copies_after_revival(station, instance);
                self.schedule_notices(station, instance, false);
                self.schedule_promotion(station, false);
            }
            for i in 0..self.net.stations[station as usize].feeders.len() {
                self.hand_out(self.net.stations[station as usize].feeders[i]);
            }
            if matches!(self.net.stations[station as usize].station, Station::Queue(_)) {
                self.hand_out(station);
            }
        }
        self.note_revivals();
    }

    /// Empties what the caches of a unit hold now: a flush, or the purge of a CDN. They go on working, and the misses that
    /// follow come by themselves. All estimates start anew.
    pub fn flush(&mut self, unit: Unit) {
        self.empty(unit);
        self.start_measuring();
    }

    pub(super) fn empty(&mut self, unit: Unit) {
        let now = self.now;
        for (station, instance) in self.instances_of(unit) {
            if let Some(cache) = &mut self.stations[station as usize].cache {
                cache.flush(instance, now);
            }
        }
    }

    pub(super) fn instances_of(&self, unit: Unit) -> Vec<(u32, u32)> {
        let here = |(station, instance): &(usize, u32)| {
            (*instance as usize) < self.stations[*station].instances.len()
        };
        let all = unit.instances(&self.net.topology).into_iter().filter(here);
        all.map(|(station, instance)| (station as u32, instance)).collect()
    }

    /// Calls that a struck instance waits for lose their caller; their work goes on.
    fn orphan_calls_of(&mut self, struck: &[(u32, u32)]) {
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            if !self.calls.alive(call.parent) {
                continue;
            }
            let parent = &self.calls[call.parent.slot];
            if is_here(parent) && struck.contains(&(parent.station, parent.instance)) {
                self.orphan(slot);
            }
        }
        for (station, instance) in struck {
            for route in 0..self.net.routes.len() {
                if self.net.routes[route].way.from == *station
                    && !self.net.routes[route].route.connections.shared
                {
                    forget_connections(&mut self.pools[route], *instance as usize);
                    self.guards[route].forget(*instance as usize);
                }
            }
        }
    }

    /// A call loses its caller: what never left, or was lost, is gone.
    pub(super) fn orphan(&mut self, slot: u32) {
        let call = self.calls[slot];
        let route = self.calls[slot].route;
        let shared = route != NONE && self.net.routes[route as usize].route.connections.shared;
        if !shared {
            self.calls[slot].pooled = false;
        }
        self.let_go(slot);
        self.calls[slot].parent = Handle::NOWHERE;
        self.calls[slot].abandoned = true;
        match call.state {
            // The line of a pool that all share goes on: it leaves there when its turn comes.
            State::WaitsForConnection if shared => {}
            State::WaitsForConnection => {
                self.watch.pool_waits(call.route, self.now, -1.0);
                self.drop_call(slot);
            }
            State::Lost => self.drop_call(slot),
            State::Travelling
            | State::WaitsForSlot
            | State::WaitsForCore
            | State::InService
            | State::Calling
            | State::Replying
            | State::Gone => {}
        }
    }

    fn end_calls_at(&mut self, station: u32, instance: u32, silent: bool) {
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            if (call.station, call.instance) != (station, instance) {
                continue;
            }
            if call.state == State::Gone || call.kind == Kind::Branch {
                self.drop_call(slot);
            } else if is_here(&call) {
                self.free_group(slot);
                let cause = if silent { Cause::Partitioned } else { Cause::Died };
                self.cut_short(slot, cause, silent);
            }
        }
        let state = &mut self.stations[station as usize].instances[instance as usize];
        *state =
            Instance { dead: true, silent, out: state.out, retired: state.retired, ..Instance::default() };
    }

    /// Ends a call in the middle of its stay, without touching the lines that it may stand in.
    pub(super) fn cut_short(&mut self, slot: u32, cause: Cause, silent: bool) {
        let call = self.calls[slot];
        if call.leads {
            self.hand_on_the_lead(slot);
        }
        match call.state {
            State::WaitsForSlot | State::WaitsForCore => {
                self.stations[call.station as usize].watch.waits(self.now, -1.0)
            }
            State::InService if call.marks & mark::SHARED != 0 => self.leave_sharing(&call),
            State::InService => {
                self.stations[call.station as usize].watch.busy(call.instance, self.now, -1.0)
            }
            _ => {}
        }
        self.stations[call.station as usize].watch.present(self.now, -1);
        if call.kind != Kind::Replay {
            self.stations[call.station as usize].watch.dropped(cause);
        }
        if silent {
            self.lose(slot, Cause::Partitioned);
        } else {
            self.answer(slot, super::Outcome::Fail(cause));
        }
    }

    fn after_death(&mut self, station: u32, instance: u32, silent: bool) {
        let s = station as usize;
        let now = self.now;
        // Copies hold the same: what they hold is lost with the last of them.
        let copies = matches!(&self.net.stations[s].station, Station::Cache(cache) if cache.copies);
        let kept = copies && self.stations[s].instances.iter().any(|instance| !instance.dead);
        if let Some(cache) = self.stations[s].cache.as_mut().filter(|_| !kept) {
            cache.flush(instance, now);
        }
        if !kept {
            self.lose_dirty(station, instance);
        }
        self.copies_after_death(station, instance);
        self.lose_messages(station, instance);
        self.lose_sessions(station, instance);
        self.stations[s].idle.clear();
        self.schedule_notices(station, instance, silent);
        self.schedule_promotion(station, silent);
    }

    /// Every router in front, and the station itself where it spreads calls, notices at its next checks.
    pub(super) fn schedule_notices(&mut self, station: u32, instance: u32, silent: bool) {
        let s = station as usize;
        self.stations[s].faults += 1;
        let dead = self.is_out(station, instance);
        let own = self.detection_s(station, &Health::default(), dead, silent, OWN);
        self.notice_after(own, station, instance | OWN);
        for router in 0..self.stations.len() {
            let Station::Router(Router { health, .. }) = self.net.stations[router].station else { continue };
            let Some(choices) = &self.stations[router].choices else { continue };
            let here = |(_, target): &(u32, Candidate)| {
                target.station == station && (target.instance == instance || target.instance == NONE)
            };
            let found: Vec<_> = (0..).zip(choices.candidates.iter().copied()).filter(here).collect();
            for (candidate, target) in found {
                let gone = self.is_out_of_reach(router as u32, target);
                let delay = self.detection_s(station, &health, gone, silent, router as u32);
                self.notice_after(delay, router as u32, candidate);
            }
        }
    }

    fn notice_after(&mut self, seconds: f64, station: u32, what: u32) {
        let time = self.now + nanoseconds(seconds.min(self.recovery_cap_s));
        self.calendar.push(time, Class::Fault, What::Notice, station, what);
    }

    /// Time until enough checks have failed, or until the first succeeds again [s].
    fn detection_s(&self, station: u32, health: &Health, dead: bool, silent: bool, watcher: u32) -> f64 {
        let state = &self.stations[station as usize];
        let key = self.net.stations[station as usize].keys.of(Purpose::Phase);
        let checks = if dead { health.failures } else { health.successes };
        health.noticed_s(serve::phase(key, state.faults, watcher), checks, silent)
    }

    pub(super) fn notice(&mut self, station: u32, what: u32) {
        let s = station as usize;
        if what & OWN != 0 {
            let out = self.is_out(station, what & !OWN);
            if let Some(instance) = self.stations[s].instances.get_mut((what & !OWN) as usize) {
                instance.out = out;
            }
            if !out {
                self.copies_after_revival(station, what & !OWN);
            }
            self.stop_waiting_for_copies(station);
            return;
        }
        let Some(choices) = &self.stations[s].choices else { return };
        let Some(target) = choices.candidates.get(what as usize).copied() else { return };
        let dead = self.is_out_of_reach(station, target);
        if let Some(choices) = &mut self.stations[s].choices {
            choices.set_out(what, dead, self.now);
        }
    }

    /// Whether a router's checks of a target fail: it is dead, or a border lies between.
    fn is_out_of_reach(&self, router: u32, target: Candidate) -> bool {
        self.is_gone(target.station, target.instance)
            || self.is_beyond_border(router, target.station, target.instance)
    }

    /// Whether a router's target is dead: the instance, or all of a station that spreads calls itself.
    pub(super) fn is_gone(&self, station: u32, instance: u32) -> bool {
        let instances = &self.stations[station as usize].instances;
        match instances.get(instance as usize) {
            Some(instance) => instance.dead || instance.retired || instance.draining,
            None => instances.iter().all(|instance| instance.dead),
        }
    }

    /// The standby, or the copy of a cache, takes over after detection and promotion.
    pub(super) fn schedule_promotion(&mut self, station: u32, silent: bool) {
        let s = station as usize;
        let state = &self.stations[s];
        let waits = |lead: &store::Lead| {
            let primary = state.instances.get(lead.primary as usize);
            let gone = |primary: &Instance| primary.dead || self.is_deposed(station, lead.primary);
            primary.is_some_and(gone) && lead.standby.is_some()
        };
        let shards: Vec<u32> =
            (0..).zip(state.leads()).filter(|(_, lead)| waits(lead)).map(|(at, _)| at).collect();
        if shards.is_empty() {
            return;
        }
        let promotion = match &self.net.stations[s].station {
            Station::Store(store) => store.promotion_s,
            _ => 0.0,
        };
        let detection = if self.net.topology.monitored {
            self.detection_s(station, &Health::default(), true, silent, OWN)
        } else {
            PERSON_S
        };
        let cap = self.recovery_cap_s;
        let seconds = detection.min(cap) + promotion.min(cap);
        let time = self.now + nanoseconds(seconds);
        for shard in shards {
            self.calendar.push(time, Class::Fault, What::Promote, station, shard);
        }
    }

    pub(super) fn promote(&mut self, station: u32, shard: u32) {
        if shard == GROWN {
            return self.grow(station);
        }
        let state = &self.stations[station as usize];
        let lead = state.lead(shard);
        let Some(standby) = lead.standby else { return };
        let dead = |i: u32| state.instances.get(i as usize).is_none_or(|instance| instance.dead);
        let gone = dead(lead.primary) || self.is_deposed(station, lead.primary);
        let ready = !dead(standby) && !self.is_deposed(station, standby);
        if gone && ready {
            let next = store::Lead { primary: standby, standby: Some(lead.primary) };
            self.stations[station as usize].set_lead(shard, next);
            self.data_after_promotion(station, standby);
            self.begin_weak(station, standby);
        }
    }
}

/// Whether a call is at an instance, waiting, in service or waiting for its own calls.
fn is_here(call: &Call) -> bool {
    let stays = match call.state {
        State::WaitsForSlot | State::WaitsForCore | State::InService | State::Calling => true,
        State::Travelling | State::WaitsForConnection | State::Replying | State::Lost | State::Gone => false,
    };
    stays && !matches!(call.kind, Kind::Root | Kind::Message | Kind::Dirty | Kind::Gather)
}
