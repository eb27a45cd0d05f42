//! Functions: environments that are made when none is idle, and a longest duration.

use super::Simulation;
use super::calls::{Call, GROUP, NONE, State};
use crate::engine::calendar::{Class, What};
use crate::engine::random::Draw;
use crate::report::Cause;
use crate::topology::{Cold, Function, nanoseconds};

impl Simulation {
    /// How a station runs, if it is a function.
    pub(super) fn function(&self, station: usize) -> Option<Function> {
        self.net.stations[station].station.server()?.function
    }

    /// A call begins to run: how much longer it takes because its environment has to be made [ns].
    pub(super) fn begin_function(&mut self, slot: u32, function: &Function) -> u64 {
        let call = self.calls[slot];
        let s = call.station as usize;
        let handle = self.calls.handle(slot);
        let due = self.now + function.most_ns;
        self.calendar.push(due, Class::Timer, What::Overrun, slot, handle.generation);
        let cold = match function.cold {
            Cold::Given(share) => {
                let key = self.net.stations[s].session_key;
                Draw::new(key, self.requests[call.request].hash, call.visit).uniform() < share
            }
            Cold::KeptFor(kept) => match self.stations[s].idle.pop() {
                Some(since) if since + kept >= self.now => false,
                Some(_) => {
                    // The newest is gone, so the older ones are.
                    self.stations[s].idle.clear();
                    true
                }
                None => true,
            },
        };
        self.stations[call.station as usize].watch.look_up(!cold);
        if cold { nanoseconds(function.cold_s) } else { 0 }
    }

    /// Its environment is idle again.
    pub(super) fn end_function(&mut self, station: usize) {
        let now = self.now;
        self.stations[station].idle.push(now);
    }

    /// It has run for as long as it may.
    pub(super) fn overrun(&mut self, slot: u32) {
        let call = self.calls[slot];
        match call.state {
            State::InService => self.stop_service(slot, &call),
            State::Calling => self.leave_calls(slot, &call),
            State::Travelling
            | State::WaitsForConnection
            | State::WaitsForSlot
            | State::WaitsForCore
            | State::Replying
            | State::Lost
            | State::Gone => return,
        }
        self.fail_here(slot, Cause::TimedOut);
    }

    /// Waits for its own calls no longer; they go on.
    fn leave_calls(&mut self, slot: u32, call: &Call) {
        if call.repeats == GROUP {
            return self.close_group(slot);
        }
        let child = call.next;
        if child != NONE && self.calls[child].parent == self.calls.handle(slot) {
            self.abandon(child);
        }
    }
}
