//! What happens at a station: admission, waiting, service, and the reply.

use super::calls::{GROUP, Kind, NONE, Outcome, State};
use super::guard::mark;
use super::trace::Point;
use super::{MOST_HOPS, Simulation};
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, Purpose, mix};
use crate::report::Cause;
use crate::topology::{Addressing, Discipline, Station, nanoseconds};

impl Simulation {
    /// A call reaches its station.
    #[inline(never)]
    pub(super) fn arrive_with_care(&mut self, slot: u32) {
        if self.is_let_in(slot) {
            self.admit(slot);
        }
    }

    /// Whether a call is to be admitted; it has been told when not.
    fn is_let_in(&mut self, slot: u32) -> bool {
        let station = self.calls[slot].station;
        let gathers = self.net.stations[station as usize].gathers;
        if self.calls[slot].instance == NONE && !gathers && self.has_way_to_go(slot) {
            return false;
        }
        let request = self.requests.handle(self.calls[slot].request);
        let visit = self.visits.count(request, station);
        let call = &mut self.calls[slot];
        (call.visit, call.arrived) = (visit, self.now);
        if gathers && call.instance == NONE && (self.gather(slot) || self.has_way_to_go(slot)) {
            return false;
        }
        self.trace(slot, Point::Arrived);
        let call = self.calls[slot];
        let at = call.instance as usize;
        let Some(instance) = self.stations[station as usize].instances.get(at) else {
            self.stations[station as usize].watch.arrived();
            return self.turn_away(slot, Cause::Refused);
        };
        if instance.silent || self.crosses_a_border(slot) {
            self.lose(slot, Cause::Partitioned);
            return false;
        }
        let dead = instance.dead || instance.retired;
        if call.kind == Kind::Replay {
            self.replay_arrives(slot, dead);
            return false;
        }
        self.stations[station as usize].watch.arrived();
        match self.objection(slot, dead) {
            Some(cause) => self.turn_away(slot, cause),
            None => true,
        }
    }

    /// Chooses the instance that a call reaches. Who it reaches is known only here: whether the way to that instance is
    /// still to go.
    fn has_way_to_go(&mut self, slot: u32) -> bool {
        self.calls[slot].instance = self.pick_instance(slot);
        let far = self.far(&self.calls[slot]) + self.received_ns(slot);
        if far > 0 {
            self.after(far, Class::Arrival, What::Arrive, slot);
        }
        far > 0
    }

    /// Why a call is not admitted before slots and queue are looked at, if so.
    fn objection(&mut self, slot: u32, dead: bool) -> Option<Cause> {
        let call = self.calls[slot];
        let station = call.station as usize;
        if call.marks & mark::STOPPED != 0 {
            return Some(Cause::TimedOut);
        }
        if dead {
            return Some(Cause::Refused);
        }
        if self.troubles.must_refuse(call.station, call.instance) {
            return Some(Cause::Partitioned);
        }
        if call.hops >= MOST_HOPS {
            return Some(Cause::Loop);
        }
        if !self.within_limit(slot, station) {
            return Some(Cause::RateLimited);
        }
        (self.net.stations[station].special && !self.finds_session(slot)).then_some(Cause::Stateful)
    }

    /// It vanishes; its caller's timeout will tell. Nobody waits for a background call.
    pub(super) fn lose(&mut self, slot: u32, cause: Cause) {
        if self.calls[slot].kind == Kind::Part {
            return self.part_lost(slot, cause);
        }
        self.calls[slot].state = State::Lost;
        self.calls[slot].outcome = Outcome::Fail(cause);
        if !self.calls.alive(self.calls[slot].parent) {
            self.drop_call(slot);
        }
    }

    fn admit(&mut self, slot: u32) {
        let work = self.mean_work(slot);
        let call = &self.calls[slot];
        let (station, at, reserved) = (call.station, call.instance, call.reserved);
        let slots = self.net.stations[station as usize].servers.slots;
        let state = &mut self.stations[station as usize];
        state.watch.offered(at, work);
        // Where it is reserved, the queue that sent the call took the slot.
        if !reserved {
            let held = &mut state.instances[at as usize].held;
            if *held >= slots {
                return self.wait_for_slot(slot);
            }
            *held += 1;
        }
        state.watch.present(self.now, 1);
        self.take_core(slot);
    }

    #[inline(never)]
    pub(super) fn wait_for_slot(&mut self, slot: u32) {
        let call = self.calls[slot];
        let s = call.station as usize;
        let servers = &self.net.stations[s].servers;
        let state = &mut self.stations[s];
        if state.instances[call.instance as usize].for_slot.len >= servers.queue {
            self.turn_away(slot, servers.full);
            return;
        }
        state.watch.waits(self.now, 1.0);
        state.watch.present(self.now, 1);
        self.calls[slot].state = State::WaitsForSlot;
        if matches!(self.net.stations[s].discipline, Discipline::Priority { .. }) {
            return self.line_up(slot, true);
        }
        state.instances[call.instance as usize].for_slot.push(slot, &mut self.calls);
    }

    pub(super) fn take_core(&mut self, slot: u32) {
        let call = &mut self.calls[slot];
        let (station, at) = (call.station, call.instance);
        let s = station as usize;
        if !self.net.stations[s].fifo {
            return self.take_core_in_order(slot);
        }
        if self.stations[s].instances[at as usize].busy < self.cores_at(s, at) {
            return self.start_service(slot);
        }
        self.calls[slot].state = State::WaitsForCore;
        let state = &mut self.stations[s];
        state.watch.waits(self.now, 1.0);
        state.instances[at as usize].for_core.push(slot, &mut self.calls);
    }

    /// Where the first to come is not the first to be served.
    #[inline(never)]
    fn take_core_in_order(&mut self, slot: u32) {
        let call = self.calls[slot];
        let s = call.station as usize;
        let discipline = self.net.stations[s].discipline;
        if discipline == Discipline::Sharing {
            return self.share_core(slot);
        }
        let pushes = discipline == Discipline::Priority { preemptive: true };
        let free = self.stations[s].instances[call.instance as usize].busy < self.cores_at(s, call.instance);
        if free || (pushes && self.push_out(slot)) {
            return self.start_service(slot);
        }
        self.stations[call.station as usize].watch.waits(self.now, 1.0);
        self.calls[slot].state = State::WaitsForCore;
        self.line_up(slot, false);
    }

    pub(super) fn start_service(&mut self, slot: u32) {
        let call = &mut self.calls[slot];
        call.state = State::InService;
        let (station, at, kind) = (call.station, call.instance, call.kind);
        let (waited, traced) = (self.now - call.arrived, call.span > 0);
        let net = &self.net.stations[station as usize];
        let state = &mut self.stations[station as usize];
        state.watch.busy(at, self.now, 1.0);
        state.instances[at as usize].busy += 1;
        let rare = net.special || traced || !net.fifo;
        if rare {
            return self.start_special(slot, waited);
        }
        if kind != Kind::Replay {
            state.watch.waited(waited);
        }
        let time = self.service_ns(slot);
        self.after(time, Class::Reply, What::Served, slot);
    }

    /// A service that is traced, can be pushed out of its core, or runs in an environment of its own.
    #[inline(never)]
    fn start_special(&mut self, slot: u32, waited: u64) {
        self.trace(slot, Point::Started);
        let call = self.calls[slot];
        let s = call.station as usize;
        if self.net.stations[s].discipline == (Discipline::Priority { preemptive: true }) {
            return self.start_or_go_on(slot, waited);
        }
        if call.kind != Kind::Replay {
            self.stations[call.station as usize].watch.waited(waited);
        }
        let mut time = self.service_ns(slot);
        if let Some(function) = self.function(s) {
            time += self.begin_function(slot, &function);
        }
        self.after(time, Class::Reply, What::Served, slot);
    }

    /// Mean service time of this call [s].
    pub(super) fn mean_work(&self, slot: u32) -> f64 {
        let call = &self.calls[slot];
        let net = &self.net.stations[call.station as usize];
        match (call.kind, &net.station) {
            (Kind::Fill | Kind::Delete, _) => net.servers.write.mean_s,
            (Kind::Replay, Station::Store(store)) => net.servers.write.mean_s * store.replay,
            _ => net.servers.service(call.lane.op).mean_s + self.opening_s(call, net),
        }
    }

    pub(super) fn service_ns(&self, slot: u32) -> u64 {
        let call = &self.calls[slot];
        let net = &self.net.stations[call.station as usize];
        let (mut purpose, mut share) = (Purpose::Service, 1.0);
        let service = match call.kind {
            // A fill or a delete is one operation of the cache, like any other.
            Kind::Fill | Kind::Delete => &net.servers.write,
            Kind::Replay => {
                if let Station::Store(store) = &net.station {
                    (purpose, share) = (Purpose::Replay, store.replay);
                }
                &net.servers.write
            }
            _ => net.servers.service(call.lane.op),
        };
        let mut draw = Draw::new(net.keys.of(purpose), call.hash, call.visit);
        let time = draw.service(service) * share + self.opening_s(call, net);
        nanoseconds(time * self.slowness(call.station, call.instance))
    }

    /// A service has ended: the core goes to the next in line.
    #[inline(never)]
    pub(super) fn served_with_care(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let (station, at, kind, marks) = (call.station, call.instance, call.kind, call.marks);
        if call.state != State::InService {
            return;
        }
        let traced = call.span > 0;
        if self.net.stations[station as usize].fifo && marks & mark::SHARED == 0 {
            self.free_core(station, at);
        } else if !self.ends_service(slot) {
            return;
        }
        if traced {
            self.trace(slot, Point::Served);
        }
        let net = &self.net.stations[station as usize];
        if net.servers.errors > 0.0 && self.draw(slot, Purpose::Error).uniform() < net.servers.errors {
            return self.fail_here(slot, Cause::DependencyFailed);
        }
        if self.errs(slot) {
            return self.fail_here(slot, Cause::DependencyFailed);
        }
        self.calls[slot].state = State::Calling;
        self.go_on_after_service(slot, station, kind);
    }

    pub(super) fn free_core(&mut self, station: u32, at: u32) {
        let state = &mut self.stations[station as usize];
        state.watch.busy(at, self.now, -1.0);
        let instance = &mut state.instances[at as usize];
        instance.busy -= 1;
        let waiting = !instance.for_core.is_empty();
        if waiting || !self.net.stations[station as usize].fifo {
            self.give_core(station, at);
        }
    }

    /// Gives a free core to the next in line.
    pub(super) fn give_core(&mut self, station: u32, at: u32) {
        let s = station as usize;
        if self.stations[s].instances[at as usize].busy >= self.cores_at(s, at) {
            return;
        }
        if matches!(self.net.stations[s].discipline, Discipline::Priority { .. }) {
            return self.serve_most_urgent(station, at);
        }
        while let Some(next) = self.stations[s].instances[at as usize].for_core.pop(&self.calls) {
            if self.calls[next].state == State::Gone {
                self.drop_call(next);
                continue;
            }
            self.stations[station as usize].watch.waits(self.now, -1.0);
            return self.start_service(next);
        }
    }

    /// All calls of a server, or of a cache that missed, are done.
    #[inline(always)]
    pub(super) fn answered(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let net = &self.net.stations[call.station as usize];
        let own = matches!(&net.station, Station::Server(server) if server.holds_data);
        let outcome = Outcome::Ok { data: call.data || own, degraded: call.degraded, miss: false };
        match &net.station {
            Station::Cache(_) => self.passed_through(slot),
            _ => self.delete_aside(slot),
        }
        self.complete(slot, outcome);
    }

    /// The call ends here with an answer of its own making or of what it depends on.
    #[inline(never)]
    pub(super) fn complete_with_care(&mut self, slot: u32, outcome: Outcome) {
        if self.calls[slot].repeats == GROUP {
            self.close_group(slot);
        }
        let call = &self.calls[slot];
        let (station, at) = (call.station, call.instance);
        if call.marks & mark::REPEATED != 0 && call.route != NONE && matches!(outcome, Outcome::Ok { .. }) {
            self.watch.route(call.route).extra.duplicates += 1;
        }
        if call.kind != Kind::Replay {
            self.stations[station as usize].watch.completed(call.abandoned, self.now - call.arrived);
        }
        self.release(station, at);
        self.answer(slot, outcome);
    }

    /// An admitted call fails here.
    #[inline(never)]
    pub(super) fn fail_here(&mut self, slot: u32, cause: Cause) {
        let call = &self.calls[slot];
        let (station, at) = (call.station, call.instance);
        self.stations[station as usize].watch.dropped(cause);
        self.release(station, at);
        self.answer(slot, Outcome::Fail(cause));
    }

    /// A call that was not admitted is told why: false, it is not.
    pub(super) fn turn_away(&mut self, slot: u32, cause: Cause) -> bool {
        self.stations[self.calls[slot].station as usize].watch.dropped(cause);
        self.answer(slot, Outcome::Fail(cause));
        false
    }

    /// The reply goes back along the route.
    pub(super) fn answer(&mut self, slot: u32, outcome: Outcome) {
        self.give_kept_back(slot);
        self.trace(slot, Point::Replied);
        let call = &mut self.calls[slot];
        call.outcome = outcome;
        call.state = State::Replying;
        self.reply(slot);
    }

    /// Gives the slot to the next in line, or to a message.
    pub(super) fn release(&mut self, station: u32, at: u32) {
        let state = &mut self.stations[station as usize];
        state.watch.present(self.now, -1);
        let Some(instance) = state.instances.get_mut(at as usize) else { return };
        instance.held -= 1;
        let waiting = !instance.for_slot.is_empty();
        let net = &self.net.stations[station as usize];
        if waiting || !net.fifo || net.special || !net.feeders.is_empty() {
            self.give_slot(station, at);
        }
    }

    #[inline(never)]
    pub(super) fn give_slot(&mut self, station: u32, at: u32) {
        let s = station as usize;
        if self.net.stations[s].special && self.function(s).is_some() {
            self.end_function(s);
        }
        let by_priority = matches!(self.net.stations[s].discipline, Discipline::Priority { .. });
        loop {
            let next = if by_priority {
                self.next_urgent(s, at, true)
            } else {
                self.stations[s].instances[at as usize].for_slot.pop(&self.calls)
            };
            let Some(next) = next else { break };
            if self.calls[next].state == State::Gone {
                self.drop_call(next);
                continue;
            }
            self.stations[s].instances[at as usize].held += 1;
            self.stations[station as usize].watch.waits(self.now, -1.0);
            return self.take_core(next);
        }
        for i in 0..self.net.stations[s].feeders.len() {
            self.hand_out(self.net.stations[s].feeders[i]);
        }
    }

    /// The instance that a call reaches where the caller did not choose one.
    fn pick_instance(&mut self, slot: u32) -> u32 {
        let call = self.calls[slot];
        let s = call.station as usize;
        if matches!(self.net.stations[s].station, Station::Store(_)) {
            return self.pick_copy(slot);
        }
        let state = &mut self.stations[s];
        match (&self.net.stations[s].station, self.net.stations[s].servers.addressing) {
            (Station::Cache(_), _) => self.node_for(&call),
            (_, Addressing::First) => 0,
            (_, Addressing::Spread | Addressing::Own) => in_turn(state, |_, _| true),
        }
    }

    /// Requests of tags that are not counted pass, and who comes but once is never over a limit of their own.
    #[inline(always)]
    fn within_limit(&mut self, slot: u32, station: usize) -> bool {
        let Some(limit) = &self.net.stations[station].servers.limit else { return true };
        let request = &self.requests[self.calls[slot].request];
        if !limit.counts.has(request.tag) || (limit.per_user && request.user == request.hash) {
            return true;
        }
        self.stations[station].limiter.admits(limit, request.source, request.user, self.now)
    }
}

/// The next instance in turn that passes and is not known to be dead; the primary when none does.
pub(super) fn in_turn(state: &mut super::StationState, mut passes: impl FnMut(u32, bool) -> bool) -> u32 {
    let n = state.instances.len() as u32;
    for _ in 0..n {
        // Divided only where instances went away: most turns need none.
        let i = if state.turn < n { state.turn } else { state.turn % n };
        state.turn = if i + 1 < n { i + 1 } else { 0 };
        let instance = &state.instances[i as usize];
        if !instance.out && !instance.retired && passes(i, instance.out) {
            return i;
        }
    }
    state.primary
}

/// Draws of a fault: when health checks happen to come.
pub(super) fn phase(key: u64, fault: u32, watcher: u32) -> f64 {
    Draw::new(key, mix(u64::from(fault)), watcher).uniform()
}
