//! Timeouts: a caller gives up, and what becomes of the call that it waited for.

use super::Simulation;
use super::calls::{Call, GROUP, Handle, Kind, NONE, Outcome, State};
use super::guard::mark;
use super::trace::Point;
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, mix};
use crate::report::Cause;
use crate::topology::OnTimeout;

impl Simulation {
    /// Starts the clock of a call's caller.
    #[inline(always)]
    pub(super) fn set_timeout(&mut self, slot: u32, route: u32, caller: &Call) {
        let net = &self.net.routes[route as usize];
        let handle = self.calls.handle(slot);
        if net.route.policy.patience_varies {
            let hash = self.requests[caller.request].hash;
            let u = Draw::new(net.patience_key, mix(hash), super::wire::turn(caller)).exponential();
            let due = self.now + libm::round(u * net.route.timeout_ns as f64) as u64;
            return self.calendar.push(due, Class::Timer, What::Expire, slot, handle.generation);
        }
        self.set_timer(slot, route);
    }

    /// The caller of a call waits for as long as every caller along the route.
    #[inline(always)]
    pub(super) fn set_timer(&mut self, slot: u32, route: u32) {
        let due = self.now + self.net.routes[route as usize].route.timeout_ns;
        let calls = &self.calls;
        let generation = calls.handle(slot).generation;
        let alive = |slot, generation| calls.alive(Handle { slot, generation });
        self.rings[route as usize].set(route, due, slot, generation, &mut self.calendar, alive);
    }

    pub(super) fn ring(&mut self, ring: u32, order: u64) {
        let calls = &self.calls;
        let alive = |slot, generation| calls.alive(Handle { slot, generation });
        let due = self.rings[ring as usize].fire(ring, self.now, order, &mut self.calendar, alive);
        if let Some((slot, _)) = due {
            self.timed_out(slot);
        }
    }

    /// The caller gives up. Unless its link says otherwise the work goes on at the callee, and its reply is dropped.
    pub(super) fn timed_out(&mut self, slot: u32) {
        let call = self.calls[slot];
        if !self.calls.alive(call.parent) {
            return;
        }
        let cause = match call.outcome {
            Outcome::Fail(cause) if call.state == State::Lost => cause,
            Outcome::Fail(_) | Outcome::Ok { .. } => Cause::TimedOut,
        };
        let outcome = Outcome::Fail(cause);
        let handle = self.calls.handle(slot);
        self.watch.route(call.route).failures += 1;
        self.observe(slot, call.route, outcome);
        self.trace(slot, Point::Back(outcome));
        self.abandon(slot);
        match self.net.routes[call.route as usize].route.policy.on_timeout {
            OnTimeout::GoesOn => {}
            OnTimeout::LeavesQueue if call.state != State::Lost => self.leave_queue(slot),
            OnTimeout::Stops if call.state != State::Lost => self.stop(slot),
            OnTimeout::LeavesQueue | OnTimeout::Stops => {}
        }
        if self.child_done(call.parent.slot, call.route, outcome) {
            self.repeated(handle, &call);
        }
    }

    /// A write was sent again: when the first copy went through as well, it is a duplicate.
    pub(super) fn repeated(&mut self, handle: Handle, call: &Call) {
        if self.requests[call.request].op == 0 {
            return;
        }
        let answered = call.state == State::Replying && matches!(call.outcome, Outcome::Ok { .. });
        if answered || call.marks & mark::DONE != 0 {
            self.watch.route(call.route).extra.duplicates += 1;
        } else if call.state != State::Lost && self.calls.alive(handle) {
            self.calls[handle.slot].marks |= mark::REPEATED;
        }
    }

    /// Nobody waits for this call any more; its work goes on.
    pub(super) fn abandon(&mut self, slot: u32) {
        self.let_go(slot);
        self.trace(slot, Point::GivenUp);
        let call = &mut self.calls[slot];
        call.parent = Handle::NOWHERE;
        call.abandoned = true;
        if call.state == State::Lost {
            self.drop_call(slot);
        }
    }

    /// Leaves the line that it stands in; what is still on its way will do nothing when it arrives.
    fn leave_queue(&mut self, slot: u32) {
        match self.calls[slot].state {
            State::WaitsForSlot | State::WaitsForCore => self.leave_line(slot, Cause::TimedOut),
            State::Travelling => self.calls[slot].marks |= mark::STOPPED,
            State::WaitsForConnection
            | State::InService
            | State::Calling
            | State::Replying
            | State::Lost
            | State::Gone => {}
        }
    }

    /// Takes a waiting call out of its line. Its record goes when the line comes to it.
    pub(super) fn leave_line(&mut self, slot: u32, cause: Cause) {
        let call = self.calls[slot];
        let s = call.station as usize;
        self.stations[call.station as usize].watch.waits(self.now, -1.0);
        self.stations[call.station as usize].watch.dropped(cause);
        self.calls[slot].state = State::Gone;
        let instance = &mut self.stations[s].instances[call.instance as usize];
        if call.state == State::WaitsForSlot {
            instance.for_slot.len -= 1;
            self.stations[call.station as usize].watch.present(self.now, -1);
        } else {
            instance.for_core.len -= 1;
            self.release(call.station, call.instance);
        }
    }

    /// Ends a call wherever it is, and all calls made for it. Those that wait leave their lines first, so that nothing
    /// of the tree is served in the meantime.
    fn stop(&mut self, slot: u32) {
        let mut tree = std::mem::take(&mut self.tree);
        tree.clear();
        self.collect(slot, &mut tree);
        for handle in &tree {
            self.calls[handle.slot].abandoned = true;
            self.leave_queue(handle.slot);
        }
        for handle in &tree {
            if self.calls.alive(*handle) {
                self.end_here(handle.slot);
            }
        }
        self.tree = tree;
    }

    fn collect(&self, slot: u32, tree: &mut Vec<Handle>) {
        let mut next = tree.len();
        tree.push(self.calls.handle(slot));
        while next < tree.len() {
            let handle = tree[next];
            next += 1;
            let call = &self.calls[handle.slot];
            if call.state != State::Calling {
                continue;
            }
            if call.repeats == GROUP {
                tree.extend(self.branches_of(handle.slot));
                continue;
            }
            let second = if call.kind == Kind::Branch { call.candidate } else { NONE };
            for child in [call.next, second] {
                if child != NONE && self.calls[child].parent == handle {
                    tree.push(self.calls.handle(child));
                }
            }
        }
    }

    fn end_here(&mut self, slot: u32) {
        let call = self.calls[slot];
        self.let_go(slot);
        self.calls[slot].parent = Handle::NOWHERE;
        match call.state {
            // Neither arrived as a call of its own. The parts of a gather go on: other nodes do not hear of the timeout.
            State::InService | State::Calling if matches!(call.kind, Kind::Branch | Kind::Gather) => {
                self.drop_call(slot);
            }
            State::InService => {
                self.stations[call.station as usize].watch.dropped(Cause::TimedOut);
                self.stop_service(slot, &call);
                self.release(call.station, call.instance);
                self.drop_call(slot);
            }
            State::Calling => {
                self.free_group(slot);
                self.stations[call.station as usize].watch.dropped(Cause::TimedOut);
                self.release(call.station, call.instance);
                self.drop_call(slot);
            }
            State::Lost => self.drop_call(slot),
            State::Travelling
            | State::WaitsForConnection
            | State::WaitsForSlot
            | State::WaitsForCore
            | State::Replying
            | State::Gone => {}
        }
    }
}
