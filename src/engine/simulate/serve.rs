//! What happens at a station: admission, waiting, service, and the reply.

use super::calls::{Call, GROUP, Kind, NONE, Outcome, State};
use super::guard::mark;
use super::trace::Point;
use super::{MOST_HOPS, Simulation, net};
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, Purpose, mix};
use crate::report::Cause;
use crate::topology::{Addressing, Discipline, Station, nanoseconds};

impl Simulation {
    /// A call reaches its station.
    pub(super) fn arrive(&mut self, slot: u32) {
        let station = self.calls[slot].station;
        let gathers = self.net.stations[station as usize].gathers;
        if self.calls[slot].instance == NONE && !gathers {
            self.calls[slot].instance = self.pick_instance(slot);
            // Who it reaches is known only here: the way to that instance is still to go.
            let far = self.far(&self.calls[slot]) + self.received_ns(slot);
            if far > 0 {
                return self.after(far, Class::Arrival, What::Arrive, slot);
            }
        }
        let visit = self.count_visit(station, self.calls[slot].request);
        let call = &mut self.calls[slot];
        (call.visit, call.arrived) = (visit, self.now);
        if gathers && call.instance == NONE {
            if self.gather(slot) {
                return;
            }
            self.calls[slot].instance = self.pick_instance(slot);
            let far = self.far(&self.calls[slot]) + self.received_ns(slot);
            if far > 0 {
                return self.after(far, Class::Arrival, What::Arrive, slot);
            }
        }
        self.trace(slot, Point::Arrived);
        let call = self.calls[slot];
        let at = call.instance as usize;
        let Some(instance) = self.stations[station as usize].instances.get(at) else {
            self.watch.arrived(station);
            return self.turn_away(slot, Cause::Refused);
        };
        if instance.silent || self.crosses_a_border(slot) {
            return self.lose(slot, Cause::Partitioned);
        }
        let (dead, refuses) =
            (instance.dead || instance.retired, self.troubles.must_refuse(station, at as u32));
        if call.kind == Kind::Replay {
            return self.replay_arrives(slot, dead);
        }
        self.watch.arrived(station);
        if call.marks & mark::STOPPED != 0 {
            return self.turn_away(slot, Cause::TimedOut);
        }
        if dead {
            return self.turn_away(slot, Cause::Refused);
        }
        if refuses {
            return self.turn_away(slot, Cause::Partitioned);
        }
        if call.hops >= MOST_HOPS {
            return self.turn_away(slot, Cause::Loop);
        }
        if !self.within_limit(slot, station as usize) {
            return self.turn_away(slot, Cause::RateLimited);
        }
        if self.net.stations[station as usize].special && !self.finds_session(slot) {
            return self.turn_away(slot, Cause::Stateful);
        }
        let work = self.mean_work(slot);
        self.watch.offered(station, at, work);
        self.admit(slot);
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

    #[inline(always)]
    fn admit(&mut self, slot: u32) {
        let call = self.calls[slot];
        let s = call.station as usize;
        let servers = &self.net.stations[s].servers;
        let (slots, queue, full) = (servers.slots, servers.queue, servers.full);
        let by_priority = matches!(self.net.stations[s].discipline, Discipline::Priority { .. });
        let instance = &mut self.stations[s].instances[call.instance as usize];
        if call.reserved {
            // The queue that sent it took the slot.
        } else if instance.held < slots {
            instance.held += 1;
        } else if instance.for_slot.len < queue {
            self.watch.waits(call.station, self.now, 1.0);
            self.watch.present(call.station, self.now, 1);
            self.calls[slot].state = State::WaitsForSlot;
            if by_priority {
                return self.line_up(slot, true);
            }
            instance.for_slot.push(slot, &mut self.calls);
            return;
        } else {
            return self.turn_away(slot, full);
        }
        self.watch.present(call.station, self.now, 1);
        self.take_core(slot);
    }

    #[inline(always)]
    pub(super) fn take_core(&mut self, slot: u32) {
        let call = self.calls[slot];
        let s = call.station as usize;
        let cores = self.cores_at(s, call.instance);
        let instance = &mut self.stations[s].instances[call.instance as usize];
        let discipline = self.net.stations[s].discipline;
        if discipline == Discipline::Sharing {
            return self.share_core(slot);
        }
        let pushes = discipline == Discipline::Priority { preemptive: true };
        if instance.busy < cores || (pushes && self.push_out(slot)) {
            return self.start_service(slot);
        }
        self.watch.waits(call.station, self.now, 1.0);
        self.calls[slot].state = State::WaitsForCore;
        if discipline != Discipline::Fifo {
            return self.line_up(slot, false);
        }
        let instance = &mut self.stations[s].instances[call.instance as usize];
        instance.for_core.push(slot, &mut self.calls);
    }

    pub(super) fn start_service(&mut self, slot: u32) {
        let call = self.calls[slot];
        let s = call.station as usize;
        self.stations[s].instances[call.instance as usize].busy += 1;
        self.watch.busy(call.station, call.instance, self.now, 1.0);
        let waited = self.now - call.arrived;
        self.calls[slot].waited = waited;
        self.calls[slot].state = State::InService;
        self.trace(slot, Point::Started);
        if self.net.stations[s].discipline == (Discipline::Priority { preemptive: true }) {
            return self.start_or_go_on(slot, waited);
        }
        if call.kind != Kind::Replay {
            self.watch.wait(call.station, waited);
        }
        let mut time = self.service_ns(slot);
        if self.net.stations[s].special
            && let Some(function) = self.function(s)
        {
            time += self.begin_function(slot, &function);
        }
        self.after(time, Class::Reply, What::Served, slot);
    }

    /// Mean service time of this call [s].
    #[inline(always)]
    pub(super) fn mean_work(&self, slot: u32) -> f64 {
        let call = &self.calls[slot];
        let station = &self.net.stations[call.station as usize];
        match (call.kind, &station.station) {
            (Kind::Fill | Kind::Delete, _) => station.servers.write.mean_s,
            (Kind::Replay, Station::Store(store)) => station.servers.write.mean_s * store.replay,
            _ => net::service(&station.servers, self.requests[call.request].op).mean_s + self.opening_s(slot),
        }
    }

    #[inline(always)]
    pub(super) fn service_ns(&self, slot: u32) -> u64 {
        let call = &self.calls[slot];
        let station = &self.net.stations[call.station as usize];
        let op = if call.kind == Kind::Replay { 1 } else { self.requests[call.request].op };
        let service = match call.kind {
            // A fill or a delete is one operation of the cache, like any other.
            Kind::Fill | Kind::Delete => &station.servers.write,
            _ => net::service(&station.servers, op),
        };
        let (purpose, share) = match (&station.station, call.kind) {
            (Station::Store(store), Kind::Replay) => (Purpose::Replay, store.replay),
            _ => (Purpose::Service, 1.0),
        };
        let slower = self.slowness(call.station, call.instance);
        let time = self.draw(slot, purpose).service(service) * share + self.opening_s(slot);
        nanoseconds(time * slower)
    }

    /// A service has ended: the core goes to the next in line.
    pub(super) fn served(&mut self, slot: u32) {
        let call = self.calls[slot];
        if call.state != State::InService || !self.ends_service(slot, &call) {
            return;
        }
        self.trace(slot, Point::Served);
        let station = &self.net.stations[call.station as usize];
        let errors = station.servers.errors;
        if errors > 0.0 && self.draw(slot, Purpose::Error).uniform() < errors {
            return self.fail_here(slot, Cause::DependencyFailed);
        }
        if self.errs(slot) {
            return self.fail_here(slot, Cause::DependencyFailed);
        }
        self.calls[slot].state = State::Calling;
        match (&station.station, call.kind) {
            (_, Kind::Replay) => self.replayed(slot),
            (Station::Cache(_), _) => self.look_up(slot),
            (Station::Store(_), _) => self.answer_from_store(slot),
            (Station::Queue(_), _) => self.accept_message(slot),
            (Station::Server(_) | Station::Router(_), _) => self.proceed(slot),
            (Station::Source(_) | Station::Observer, _) => {}
        }
    }

    #[inline(always)]
    pub(super) fn free_core(&mut self, call: &Call) {
        let s = call.station as usize;
        self.watch.busy(call.station, call.instance, self.now, -1.0);
        self.stations[s].instances[call.instance as usize].busy -= 1;
        self.give_core(call);
    }

    /// Gives a free core to the next in line.
    #[inline(always)]
    pub(super) fn give_core(&mut self, call: &Call) {
        let s = call.station as usize;
        let cores = self.cores_at(s, call.instance);
        let mut instance = &mut self.stations[s].instances[call.instance as usize];
        if instance.busy >= cores {
            return;
        }
        if matches!(self.net.stations[s].discipline, Discipline::Priority { .. }) {
            return self.serve_most_urgent(call);
        }
        while let Some(next) = instance.for_core.pop(&self.calls) {
            if self.calls[next].state == State::Gone {
                self.drop_call(next);
                instance = &mut self.stations[s].instances[call.instance as usize];
                continue;
            }
            self.watch.waits(call.station, self.now, -1.0);
            return self.start_service(next);
        }
    }

    /// All calls of a server, or of a cache that missed, are done.
    #[inline(always)]
    pub(super) fn answered(&mut self, slot: u32) {
        let call = self.calls[slot];
        let station = &self.net.stations[call.station as usize];
        let own = matches!(&station.station, Station::Server(server) if server.holds_data);
        let outcome = Outcome::Ok { data: call.data || own, degraded: call.degraded, miss: false };
        match &station.station {
            Station::Cache(_) => self.passed_through(slot),
            _ => self.delete_aside(slot),
        }
        self.complete(slot, outcome);
    }

    /// The call ends here with an answer of its own making or of what it depends on.
    pub(super) fn complete(&mut self, slot: u32, outcome: Outcome) {
        if self.calls[slot].repeats == GROUP {
            self.close_group(slot);
        }
        let call = self.calls[slot];
        if call.marks & mark::REPEATED != 0 && call.route != NONE && matches!(outcome, Outcome::Ok { .. }) {
            self.watch.route(call.route).extra.duplicates += 1;
        }
        self.watch.completed(&call, self.now - call.arrived, outcome);
        self.release(&call);
        self.answer(slot, outcome);
    }

    /// An admitted call fails here.
    pub(super) fn fail_here(&mut self, slot: u32, cause: Cause) {
        let call = self.calls[slot];
        self.watch.dropped(call.station, cause);
        self.release(&call);
        self.answer(slot, Outcome::Fail(cause));
    }

    /// A call that was not admitted is told why.
    pub(super) fn turn_away(&mut self, slot: u32, cause: Cause) {
        self.watch.dropped(self.calls[slot].station, cause);
        self.answer(slot, Outcome::Fail(cause));
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
    #[inline(always)]
    pub(super) fn release(&mut self, call: &Call) {
        let s = call.station as usize;
        self.watch.present(call.station, self.now, -1);
        let Some(instance) = self.stations[s].instances.get_mut(call.instance as usize) else { return };
        instance.held -= 1;
        if self.net.stations[s].special && self.function(s).is_some() {
            self.end_function(s);
        }
        let by_priority = matches!(self.net.stations[s].discipline, Discipline::Priority { .. });
        loop {
            let next = if by_priority {
                self.next_urgent(s, call.instance, true)
            } else {
                self.stations[s].instances[call.instance as usize].for_slot.pop(&self.calls)
            };
            let Some(next) = next else { break };
            if self.calls[next].state == State::Gone {
                self.drop_call(next);
                continue;
            }
            self.stations[s].instances[call.instance as usize].held += 1;
            self.watch.waits(call.station, self.now, -1.0);
            return self.take_core(next);
        }
        for i in 0..self.net.stations[s].feeders.len() {
            self.hand_out(self.net.stations[s].feeders[i]);
        }
    }

    /// The instance that a call reaches where the caller did not choose one.
    #[inline(always)]
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
