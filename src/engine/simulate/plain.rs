//! The way of nearly every call: nothing but the state of an instance decides, first come, first served, and nothing goes
//! wrong on purpose. One look at a flag tells; then everything is changed where it stands, in one go.
//!
//! Whatever is not plain takes the way in `serve`, which is that of all calls and leads to the same figures.

use super::calls::{Call, GROUP, Handle, Kind, NONE, Outcome, State};
use super::{AtOnce, Instance, MOST_HOPS, Simulation};
use crate::engine::calendar::{Class, What};
use crate::topology::Station;

impl Call {
    /// Nobody follows it, nothing has happened to it, and its own work is not that of another call.
    #[inline(always)]
    fn is_plain(&self) -> bool {
        self.kind != Kind::Replay && self.marks == 0 && self.span == 0 && self.hops < MOST_HOPS
    }
}

impl Simulation {
    /// A call reaches its station.
    #[inline(always)]
    pub(super) fn arrive(&mut self, slot: u32) {
        let (call, generation) = self.calls.at(slot);
        let station = call.station as usize;
        let (net, state) = (&self.net.stations[station].basics, &mut self.stations[station]);
        let at = if call.instance == NONE && state.instances.len() == 1 { 0 } else { call.instance };
        let plain = net.plain && self.troubles.none() && call.is_plain();
        let instance = match state.instances.get_mut(at as usize) {
            Some(instance) if plain && instance.takes_calls() => instance,
            _ => return self.arrive_with_care(slot),
        };
        (call.instance, call.arrived) = (at, self.now);
        call.visit = self.visits.count(self.requests.handle(call.request), call.station);
        let service = net.service(call);
        state.watch.arrived();
        state.watch.offered(at, service.mean_s);
        // Where it is reserved, the queue that sent the call took the slot.
        if !call.reserved {
            if instance.held >= net.slots {
                return self.wait_for_slot(slot);
            }
            instance.held += 1;
        }
        state.watch.present(self.now, 1);
        if instance.busy < net.cores {
            instance.busy += 1;
            state.watch.busy(at, self.now, 1.0);
            state.watch.waited(0);
            call.state = State::InService;
            let time = net.service_ns(&service, call);
            self.serve_for(time, slot, generation);
        } else {
            state.watch.waits(self.now, 1.0);
            call.state = State::WaitsForCore;
            instance.for_core.push(slot, &mut self.calls);
        }
    }

    #[inline(always)]
    fn serve_for(&mut self, time: u64, slot: u32, generation: u32) {
        if time > 0 {
            self.calendar.push(self.now + time, Class::Reply, What::Served, slot, generation);
        } else {
            self.at_once.push(AtOnce::Served(Handle { slot, generation }));
        }
    }

    /// A service that took no time has ended.
    #[inline(never)]
    pub(super) fn served_at_once(&mut self, slot: u32) {
        self.served(slot);
    }

    /// A service has ended: the core goes to the next in line.
    #[inline(always)]
    pub(super) fn served(&mut self, slot: u32) {
        let call = &mut self.calls[slot];
        let (station, at, kind) = (call.station, call.instance, call.kind);
        let net = &self.net.stations[station as usize];
        let plain = net.basics.plain && self.troubles.none() && call.is_plain();
        if !plain || call.state != State::InService {
            return self.served_with_care(slot);
        }
        call.state = State::Calling;
        let alone = net.basics.alone;
        let state = &mut self.stations[station as usize];
        let instance = &mut state.instances[at as usize];
        if instance.for_core.is_empty() {
            instance.busy -= 1;
            state.watch.busy(at, self.now, -1.0);
        } else {
            self.pass_core_on(station, at);
        }
        if let Some(data) = alone {
            return self.complete(slot, Outcome::Ok { data, degraded: false, miss: false });
        }
        self.go_on_after_service(slot, station, kind);
    }

    /// What a call does that has been served.
    #[inline(always)]
    pub(super) fn go_on_after_service(&mut self, slot: u32, station: u32, kind: Kind) {
        match (&self.net.stations[station as usize].station, kind) {
            (_, Kind::Replay) => self.replayed(slot),
            (Station::Cache(_), _) => self.look_up(slot),
            (Station::Store(_), _) => self.answer_from_store(slot),
            (Station::Queue(_), _) => self.accept_message(slot),
            (Station::Server(_), _) => self.proceed_in_order(slot),
            (Station::Router(_), _) => self.proceed_at_router(slot),
            (Station::Source(_) | Station::Observer, _) => {}
        }
    }

    /// The core of a call that has ended goes to the first in line: as many are busy as before.
    #[inline(never)]
    fn pass_core_on(&mut self, station: u32, at: u32) {
        let net = &self.net.stations[station as usize].basics;
        let state = &mut self.stations[station as usize];
        let line = &mut state.instances[at as usize].for_core;
        let plain = line.first().is_some_and(|next| {
            let call = &self.calls[next];
            call.state == State::WaitsForCore && call.is_plain()
        });
        if !plain {
            return self.free_core(station, at);
        }
        let Some(slot) = line.pop(&self.calls) else { return };
        let (call, generation) = self.calls.at(slot);
        call.state = State::InService;
        state.watch.waits(self.now, -1.0);
        state.watch.waited(self.now - call.arrived);
        let time = net.service_ns(&net.service(call), call);
        self.serve_for(time, slot, generation);
    }

    /// The call ends here with an answer of its own making or of what it depends on.
    pub(super) fn complete(&mut self, slot: u32, outcome: Outcome) {
        let call = &self.calls[slot];
        let Call { station, instance: at, route, parent, candidate, .. } = *call;
        let net = &self.net.stations[station as usize].basics;
        let plain = net.plain && self.troubles.none() && call.is_plain() && self.kept.is_empty();
        let waited_for = call.kind == Kind::Plain && !call.pooled && call.repeats != GROUP && route != NONE;
        if !plain || !waited_for || matches!(outcome, Outcome::Fail(_)) {
            return self.complete_with_care(slot, outcome);
        }
        let state = &mut self.stations[station as usize];
        state.watch.completed(call.abandoned, self.now - call.arrived);
        state.watch.present(self.now, -1);
        if let Some(instance) = state.instances.get_mut(at as usize) {
            instance.held -= 1;
            if !instance.for_slot.is_empty() | net.fed {
                self.give_slot(station, at);
            }
        }
        let way = &self.net.routes[route as usize].way;
        if !way.tells_at_once {
            return self.answer(slot, outcome);
        }
        // Nobody else looks at the answer, and the caller hears of it now.
        if candidate != NONE
            && let Some(choices) = &mut self.stations[way.from as usize].choices
        {
            choices.done(candidate);
        }
        if self.calls.alive(parent) {
            self.versions.pass_on(slot, parent.slot);
            self.at_once.push(AtOnce::Heard(parent, route, outcome));
        }
        // A caller of two copies looks at who still answers to it.
        self.calls[slot].parent = Handle::NOWHERE;
        self.drop_call_here(slot);
    }
}

impl Instance {
    #[inline(always)]
    fn takes_calls(&self) -> bool {
        !(self.dead | self.silent | self.retired)
    }
}
