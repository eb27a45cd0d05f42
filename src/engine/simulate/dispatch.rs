//! What a caller does: which call next, send it, and go on with what comes back.

use super::calls::{Call, GROUP, Handle, Kind, NONE, Outcome};
use super::guard::mark;
use super::trace::Point;
use super::{AtOnce, Simulation, choose};
use crate::engine::calendar::{Class, What};
use crate::engine::random::Purpose;
use crate::report::Cause;
use crate::topology::{Operation, Station, nanoseconds};

impl Simulation {
    /// Makes the next call that this one needs, or ends it.
    pub(super) fn proceed(&mut self, slot: u32) {
        let call = &self.calls[slot];
        if call.kind == Kind::Branch {
            return self.send_branch(slot);
        }
        match &self.net.stations[call.station as usize].station {
            Station::Source(_) => self.proceed_at_source(slot),
            Station::Router(_) => self.proceed_at_router(slot),
            Station::Server(_) | Station::Cache(_) => self.proceed_in_order(slot),
            Station::Queue(_) => self.requeue(slot),
            Station::Store(_) | Station::Observer => {}
        }
    }

    #[inline(always)]
    pub(super) fn proceed_at_source(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let lane = call.lane;
        let routes = &self.net.stations[call.station as usize].outgoing[lane];
        let route = match routes[..] {
            [] => return self.finish(slot, Outcome::Fail(Cause::Refused)),
            [only] => only,
            _ => {
                let weights = &self.net.stations[call.station as usize].weights[lane];
                choose::by_weight(weights, &mut self.retry_draw(slot, Purpose::Choice))
            }
        };
        if self.net.routes[route as usize].together {
            return self.start_hedged(slot, route);
        }
        self.watch.attempt(&self.requests[self.calls[slot].request]);
        self.send_here(slot, route, NONE, NONE, Kind::Plain);
    }

    pub(super) fn proceed_at_router(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let (s, lane) = (call.station as usize, call.lane);
        let choices = self.stations[s].choices.as_mut().expect("a router has choices");
        let chosen = if choices.knows_next() {
            choices.next(lane)
        } else {
            let (asks, mut draw) = self.question(slot);
            self.stations[s].choices.as_mut().and_then(|choices| choices.choose(&asks, &mut draw))
        };
        let Some(candidate) = chosen else { return self.fail_here(slot, Cause::Refused) };
        let choices = self.stations[s].choices.as_mut().expect("a router has choices");
        choices.sent(candidate);
        let target = &choices.candidates[candidate as usize];
        let (route, instance) = (target.route, target.instance);
        self.send_here(slot, route, instance, candidate, Kind::Plain);
    }

    /// A server, or a cache that missed: all links in drawn order.
    #[inline(never)]
    pub(super) fn proceed_in_order(&mut self, slot: u32) {
        loop {
            let call = &self.calls[slot];
            let outgoing = &self.net.stations[call.station as usize].outgoing[call.lane];
            let Some(&route) = outgoing.get(call.step as usize) else {
                return self.answered(slot);
            };
            let net = &self.net.routes[route as usize];
            if net.together {
                if self.start_group(slot) {
                    return;
                }
                continue;
            }
            let repeats = match call.repeats {
                0 => 1 + if net.once { 1 } else { self.repetitions(slot, route) },
                left => left,
            };
            self.calls[slot].repeats = repeats;
            if repeats > 1 && !net.route.background {
                if !self.net.coalesces || !self.waits_for_a_miss(slot, route) {
                    self.send_here(slot, route, NONE, NONE, Kind::Plain);
                }
                return;
            }
            while self.calls[slot].repeats > 1 {
                self.send(slot, route, NONE, NONE, Kind::Background);
                self.calls[slot].repeats -= 1;
            }
            self.next_step(slot);
        }
    }

    #[inline(always)]
    fn next_step(&mut self, slot: u32) {
        let call = &mut self.calls[slot];
        call.step += 1;
        call.repeats = 0;
        call.attempt = 0;
    }

    /// Calls to make along this route now: none when it waits for a miss that did not happen.
    pub(super) fn repetitions(&self, slot: u32, route: u32) -> u16 {
        let net = &self.net.routes[route as usize];
        if net.never || (net.route.on_miss && !self.calls[slot].missed) {
            return 0;
        }
        let whole = libm::floor(net.route.calls);
        let fraction = net.route.calls - whole;
        let one_more = fraction > 0.0 && {
            let mut draw = self.draw(slot, Purpose::Calls);
            (0..self.calls[slot].step).for_each(|_| _ = draw.uniform());
            draw.uniform() < fraction
        };
        whole as u16 + u16::from(one_more)
    }

    /// Sends a call along a route. A caller that waits is its parent; a background call has none.
    #[inline(never)]
    pub(super) fn send(&mut self, parent: u32, route: u32, instance: u32, candidate: u32, kind: Kind) -> u32 {
        self.send_here(parent, route, instance, candidate, kind)
    }

    /// The same, where nearly every call is sent.
    #[inline(always)]
    fn send_here(&mut self, parent: u32, route: u32, instance: u32, candidate: u32, kind: Kind) -> u32 {
        let from = self.place_of(&self.calls[parent]);
        let (caller, generation) = self.calls.at(parent);
        let waits = kind == Kind::Plain;
        let way = &self.net.routes[route as usize].way;
        let plain = way.plain && waits && caller.span == 0 && self.troubles.none();
        let first = caller.attempt == 0;
        let call = Call {
            kind,
            route,
            instance,
            candidate,
            hops: caller.hops.saturating_add(1),
            from,
            parent: if waits { Handle { slot: parent, generation } } else { Handle::NOWHERE },
            ..Call::new(caller.request, caller.hash, caller.lane, way.to, self.now)
        };
        self.requests[call.request].calls += 1;
        let handle = self.calls.insert(call);
        let slot = handle.slot;
        self.versions.call_begins(slot);
        if waits {
            self.calls[parent].next = slot;
        }
        if !plain {
            self.send_with_care(parent, slot, first);
            return slot;
        }
        self.watch.route(route).calls += 1;
        let calls = &self.calls;
        let alive = |slot, generation| calls.alive(Handle { slot, generation });
        let due = self.now + way.timeout_ns;
        self.rings[route as usize].set(route, due, slot, handle.generation, &mut self.calendar, alive);
        if way.call_ns > 0 {
            self.calendar.push(self.now + way.call_ns, Class::Arrival, What::Arrive, slot, handle.generation);
        } else {
            self.at_once.push(AtOnce::Arrive(handle));
        }
        slot
    }

    /// Sends a call where breaker, bulkhead, connections, the wire or a trace have a say.
    #[inline(never)]
    fn send_with_care(&mut self, parent: u32, slot: u32, first: bool) {
        let caller = self.calls[parent];
        let Call { route, kind, .. } = self.calls[slot];
        if kind != Kind::Plain {
            if kind == Kind::Fill {
                // A fill carries the version read.
                self.versions.pass_on(parent, slot);
            }
            self.watch.route(route).calls += 1;
            return self.depart(slot, &caller);
        }
        self.trace_call(parent, slot);
        if self.net.routes[route as usize].guarded && !self.passes_guard(slot, route, caller.instance) {
            return;
        }
        self.watch.route(route).calls += 1;
        if first {
            self.count_first_attempt(route);
        }
        self.set_timeout(slot, route, &caller);
        if let Some(size) = self.net.routes[route as usize].route.pool
            && !self.take_connection(slot, route, caller.instance, size)
        {
            return;
        }
        self.depart(slot, &caller);
    }

    /// Gives back the connection and the router's count that a call holds at its caller.
    #[inline(always)]
    pub(super) fn let_go(&mut self, slot: u32) {
        let call = self.calls[slot];
        if call.candidate != NONE {
            let router = self.net.routes[call.route as usize].way.from as usize;
            if let Some(choices) = &mut self.stations[router].choices {
                choices.done(call.candidate);
            }
            self.calls[slot].candidate = NONE;
        }
        if call.pooled {
            self.calls[slot].pooled = false;
            self.end_use(slot);
        }
        if call.marks & (mark::PROBE | mark::COUNTED) != 0 {
            self.calls[slot].marks &= !(mark::PROBE | mark::COUNTED);
            // After an edit that took its caller away all is counted anew.
            if call.parent != Handle::NOWHERE {
                let instance = self.calls[call.parent.slot].instance;
                self.guards[call.route as usize].leave(instance, call.marks);
            }
        }
    }

    /// A reply is back at its caller.
    pub(super) fn returned(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let Call { kind, route, parent, outcome, .. } = *call;
        let holds = call.candidate != NONE || call.pooled || call.marks != 0;
        let sent = route != NONE && kind != Kind::Rejected && !call.abandoned;
        if call.span > 0 {
            self.trace(slot, Point::Back(outcome));
        }
        match kind {
            Kind::Part => return self.part_done(slot),
            Kind::Replay => return self.drop_call(slot),
            _ => {}
        }
        let failed = matches!(outcome, Outcome::Fail(_));
        if failed && sent {
            self.watch.route(route).failures += 1;
        }
        let waits = self.calls.alive(parent);
        if waits && sent && self.net.routes[route as usize].guarded {
            self.observe(slot, route, outcome);
        }
        if holds {
            self.let_go(slot);
        }
        if waits && !failed {
            self.versions.pass_on(slot, parent.slot);
        }
        if kind == Kind::Refresh {
            self.refreshed(slot);
        }
        self.calls[slot].parent = Handle::NOWHERE;
        self.drop_call(slot);
        if waits {
            self.child_done(parent.slot, route, outcome);
        }
    }

    /// A call that this one waited for has ended; whether it is made again.
    pub(super) fn child_done(&mut self, slot: u32, route: u32, outcome: Outcome) -> bool {
        let call = &self.calls[slot];
        let elsewhere = matches!(call.kind, Kind::Branch | Kind::Message | Kind::Dirty);
        if elsewhere || matches!(outcome, Outcome::Fail(_)) {
            return self.child_done_with_care(slot, route, outcome);
        }
        self.hear(slot, route, outcome);
        false
    }

    #[inline(never)]
    fn child_done_with_care(&mut self, slot: u32, route: u32, outcome: Outcome) -> bool {
        match (self.calls[slot].kind, outcome) {
            (Kind::Branch, _) => return self.branch_heard(slot, route, outcome),
            (Kind::Message, Outcome::Fail(cause)) => {
                self.delivery_failed(slot, route, cause);
                return false;
            }
            (Kind::Dirty, _) => {
                self.flushed(slot, outcome);
                return false;
            }
            (_, Outcome::Fail(cause)) if self.may_retry(slot, route, cause) && self.within_budget(route) => {
                self.retry_later(slot, route);
                return true;
            }
            _ => {}
        }
        self.hear(slot, route, outcome);
        false
    }

    /// The caller goes on with what it was told.
    #[inline(always)]
    fn hear(&mut self, slot: u32, route: u32, outcome: Outcome) {
        match &self.net.stations[self.calls[slot].station as usize].station {
            Station::Source(_) => self.finish(slot, outcome),
            Station::Router(_) => self.complete(slot, outcome),
            Station::Server(_) | Station::Cache(_) => self.go_on(slot, route, outcome),
            Station::Queue(_) => self.message_done(slot),
            Station::Store(_) | Station::Observer => {}
        }
    }

    fn go_on(&mut self, slot: u32, route: u32, outcome: Outcome) {
        let call = &self.calls[slot];
        let read = call.lane.op == Operation::Read;
        if call.leads {
            self.share_answer(slot, route, outcome);
        }
        if self.net.routes[route as usize].route.on_miss
            && read
            && matches!(outcome, Outcome::Ok { miss: false, .. })
        {
            self.fill_aside(slot, route);
        }
        if self.takes_answer(slot, route, outcome) {
            self.proceed_in_order(slot);
        }
    }

    /// Goes on with an answer, whoever fetched it.
    pub(super) fn take_answer(&mut self, slot: u32, route: u32, outcome: Outcome) {
        if self.takes_answer(slot, route, outcome) {
            self.proceed(slot);
        }
    }

    /// Whether a caller goes on after an answer; it has failed when not.
    #[inline(always)]
    fn takes_answer(&mut self, slot: u32, route: u32, outcome: Outcome) -> bool {
        if let Some(cause) = self.absorb(slot, route, outcome) {
            self.complete(slot, Outcome::Fail(cause));
            return false;
        }
        let call = &mut self.calls[slot];
        call.attempt = 0;
        call.repeats -= 1;
        if call.repeats == 1 {
            self.next_step(slot);
        }
        true
    }

    /// What the end of a call means for its caller: the cause, when the caller fails with it.
    #[inline(always)]
    pub(super) fn absorb(&mut self, caller: u32, route: u32, outcome: Outcome) -> Option<Cause> {
        let net = &self.net.routes[route as usize];
        let call = &mut self.calls[caller];
        match outcome {
            Outcome::Ok { data, degraded, miss } => {
                call.data |= data;
                call.degraded |= degraded;
                if net.asks_cache {
                    call.missed = miss;
                }
            }
            Outcome::Fail(_) if net.aside[call.lane] => call.missed = true,
            Outcome::Fail(_) if net.route.optional => call.degraded = true,
            Outcome::Fail(cause) => return Some(cause),
        }
        None
    }

    pub(super) fn may_retry(&self, slot: u32, route: u32, cause: Cause) -> bool {
        let call = &self.calls[slot];
        let policy = &self.net.routes[route as usize].route;
        let read = call.lane.op == Operation::Read;
        let worth_it = match cause {
            Cause::Refused
            | Cause::Died
            | Cause::Overloaded
            | Cause::PoolExhausted
            | Cause::BacklogFull
            | Cause::TimedOut
            | Cause::Partitioned
            | Cause::Lost
            // A function that runs as often as it may is overloaded by another name: it may have room again.
            | Cause::Throttled
            | Cause::DependencyFailed => true,
            // A call that its own caller did not let out is not worth a second try at once.
            Cause::RateLimited
            | Cause::Loop
            | Cause::BrokenCircuit
            | Cause::BulkheadFull
            | Cause::Stateful => false,
        };
        worth_it && u32::from(call.attempt) < policy.retries && (read || policy.idempotent)
    }

    #[inline(never)]
    pub(super) fn retry_later(&mut self, slot: u32, route: u32) {
        self.calls[slot].attempt += 1;
        self.watch.route(route).extra.retries += 1;
        let attempt = u32::from(self.calls[slot].attempt);
        let policy = &self.net.routes[route as usize].route;
        let most = policy.policy.longest_delay(policy.backoff_s, attempt);
        let delay = policy.policy.jitter.delay(most, self.retry_draw(slot, Purpose::Jitter).uniform());
        let handle = self.calls.handle(slot);
        let time = self.now + nanoseconds(delay);
        self.calendar.push(time, Class::Timer, What::Retry, slot, handle.generation);
    }

    /// Draws that differ from one attempt, and one step, to the next.
    #[inline(always)]
    pub(super) fn retry_draw(&self, slot: u32, purpose: Purpose) -> crate::engine::random::Draw {
        let call = &self.calls[slot];
        let key = self.net.stations[call.station as usize].keys.of(purpose);
        let turn = u32::from(call.attempt) << 24 | u32::from(call.step) << 16;
        crate::engine::random::Draw::new(key, call.hash, call.visit ^ turn)
    }

    /// The user has the final answer.
    pub(super) fn finish(&mut self, slot: u32, outcome: Outcome) {
        let request = self.requests[self.calls[slot].request];
        self.watch.ended(&request, self.now - request.born, outcome);
        if self.net.several && matches!(outcome, Outcome::Ok { .. }) && self.watch.counts_now(&request) {
            self.stations[request.source as usize].watch.latency.record(self.now - request.born);
        }
        self.trace_ends(slot, self.now - request.born, outcome);
        self.compare(slot, &request, outcome);
        if self.calls[slot].repeats == GROUP {
            self.close_group(slot);
        }
        self.drop_call_here(slot);
        if request.looped {
            self.think(&request);
        }
    }
}
