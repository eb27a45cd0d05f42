//! What a link remembers about its calls: the retry budget, the circuit breaker, the bulkhead. State per link.

use super::calls::{NONE, Outcome, State};
use super::{Kind, Simulation};
use crate::engine::calendar::{Class, What};
use crate::report::Cause;
use crate::topology::{Breaker, Trip};

/// Marks of a call in [`Call::marks`](super::calls::Call::marks).
pub mod mark {
    /// Tries a half-open breaker.
    pub const PROBE: u8 = 1;
    /// Counts in the bulkhead of its link.
    pub const COUNTED: u8 = 2;
    /// A write that was sent again after its caller gave up.
    pub const REPEATED: u8 = 4;
    /// Went through at the callee although its reply was lost.
    pub const DONE: u8 = 8;
    /// Stopped on its way: nothing is done when it arrives.
    pub const STOPPED: u8 = 16;
    /// Shares the cores with all others in service.
    pub const SHARED: u8 = 32;
    /// Was pushed out of its core by a more urgent call.
    pub const PUSHED: u8 = 64;
}

/// Seconds of traffic that a retry budget saves up (rules 1.4).
const SAVED_S: usize = 10;

/// What one link remembers. Empty where the link has none of these policies.
#[derive(Debug, Default)]
pub struct Guard {
    /// Retries allowed now.
    tokens: f64,
    /// First attempts in each of the last seconds, and the second counted now.
    attempts: [u32; SAVED_S],
    second: u64,
    phase: Phase,
    in_a_row: u32,
    /// Whether each of the last calls failed, as a ring.
    last: Vec<bool>,
    at: usize,
    failed: u32,
    probes: u32,
    answered: u32,
    /// Calls under way by calling instance.
    under_way: Vec<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Closed,
    /// Until this time [ns].
    Open(u64),
    HalfOpen,
}

impl Guard {
    /// Saves up for retries: one first attempt more.
    fn first_attempt(&mut self, now: u64, budget: f64) {
        let second = now / 1_000_000_000;
        let passed = (second - self.second).min(SAVED_S as u64);
        for i in 0..passed {
            self.attempts[((second - i) % SAVED_S as u64) as usize] = 0;
        }
        self.second = second;
        self.attempts[(second % SAVED_S as u64) as usize] += 1;
        let recent: u32 = self.attempts.iter().sum();
        let most = (budget * f64::from(recent)).max(1.0);
        self.tokens = (self.tokens + budget).min(most);
    }

    fn take_retry(&mut self) -> bool {
        let enough = self.tokens >= 1.0;
        self.tokens -= if enough { 1.0 } else { 0.0 };
        enough
    }

    /// Whether the breaker lets a call through, and whether as a probe.
    fn lets_through(&mut self, now: u64, breaker: &Breaker) -> Option<bool> {
        if let Phase::Open(until) = self.phase
            && now >= until
        {
            self.phase = Phase::HalfOpen;
            (self.probes, self.answered) = (0, 0);
        }
        match self.phase {
            Phase::Closed => Some(false),
            Phase::Open(_) => None,
            Phase::HalfOpen if self.probes < breaker.probes => {
                self.probes += 1;
                Some(true)
            }
            Phase::HalfOpen => None,
        }
    }

    fn observe(&mut self, now: u64, breaker: &Breaker, failed: bool, probe: bool) {
        match self.phase {
            Phase::Closed => {
                if self.trips(breaker, failed) {
                    self.open(now, breaker);
                }
            }
            Phase::HalfOpen if probe && failed => self.open(now, breaker),
            Phase::HalfOpen if probe => {
                self.answered += 1;
                if self.answered >= breaker.probes {
                    self.phase = Phase::Closed;
                }
            }
            Phase::Open(_) | Phase::HalfOpen => {}
        }
    }

    fn open(&mut self, now: u64, breaker: &Breaker) {
        self.phase = Phase::Open(now + breaker.open_ns);
        self.in_a_row = 0;
        self.last.clear();
        (self.at, self.failed) = (0, 0);
    }

    fn trips(&mut self, breaker: &Breaker, failed: bool) -> bool {
        match breaker.trip {
            Trip::Consecutive(many) => {
                self.in_a_row = if failed { self.in_a_row + 1 } else { 0 };
                self.in_a_row >= many
            }
            Trip::Share { share, of } => {
                if self.last.len() < of as usize {
                    self.last.push(failed);
                } else {
                    self.at = (self.at + 1) % self.last.len();
                    self.failed -= u32::from(std::mem::replace(&mut self.last[self.at], failed));
                }
                self.failed += u32::from(failed);
                self.last.len() >= of as usize && f64::from(self.failed) >= share * f64::from(of)
            }
        }
    }

    fn enter(&mut self, instance: u32, most: u32) -> bool {
        let at = if instance == NONE { 0 } else { instance as usize };
        if self.under_way.len() <= at {
            self.under_way.resize(at + 1, 0);
        }
        let free = self.under_way[at] < most;
        self.under_way[at] += u32::from(free);
        free
    }

    /// One call less under way from an instance, or one probe whose end nobody will see.
    pub fn leave(&mut self, instance: u32, marks: u8) {
        if marks & mark::COUNTED != 0 {
            let at = if instance == NONE { 0 } else { instance as usize };
            if let Some(count) = self.under_way.get_mut(at) {
                *count = count.saturating_sub(1);
            }
        }
        if marks & mark::PROBE != 0 {
            self.probes = self.probes.saturating_sub(1);
        }
    }

    /// A calling instance died: nothing of it is under way any more.
    pub fn forget(&mut self, instance: usize) {
        if let Some(count) = self.under_way.get_mut(instance) {
            *count = 0;
        }
    }

    /// Begins to count anew who is under way, after an edit.
    pub fn recount(&mut self) {
        self.under_way.clear();
        self.probes = 0;
    }

    /// Counts a call that was under way before an edit.
    pub fn count(&mut self, instance: u32) {
        self.enter(instance, u32::MAX);
    }
}

impl Simulation {
    /// Whether the breaker and the bulkhead of its link let this call out; it is told at once when not.
    pub(super) fn passes_guard(&mut self, slot: u32, route: u32, instance: u32) -> bool {
        let policy = &self.net.routes[route as usize].route.policy;
        let guard = &mut self.guards[route as usize];
        if let Some(most) = policy.bulkhead {
            if !guard.enter(instance, most) {
                self.reject(slot, Cause::BulkheadFull);
                return false;
            }
            self.calls[slot].marks |= mark::COUNTED;
        }
        let Some(breaker) = &policy.breaker else { return true };
        match guard.lets_through(self.now, breaker) {
            Some(probe) => {
                self.calls[slot].marks |= if probe { mark::PROBE } else { 0 };
                true
            }
            None => {
                self.reject(slot, Cause::BrokenCircuit);
                false
            }
        }
    }

    /// A call that is never sent: its caller knows at once.
    fn reject(&mut self, slot: u32, cause: Cause) {
        let route = self.calls[slot].route;
        self.watch.route(route).extra.rejected += 1;
        let call = &mut self.calls[slot];
        call.kind = Kind::Rejected;
        call.state = State::Replying;
        call.outcome = Outcome::Fail(cause);
        self.after(0, Class::Reply, What::Reply, slot);
    }

    /// What the breaker learns from the end of a call.
    pub(super) fn observe(&mut self, slot: u32, route: u32, outcome: Outcome) {
        let Some(breaker) = &self.net.routes[route as usize].route.policy.breaker else { return };
        let failed = match outcome {
            Outcome::Fail(Cause::RateLimited | Cause::Stateful) | Outcome::Ok { .. } => false,
            Outcome::Fail(_) => true,
        };
        let probe = self.calls[slot].marks & mark::PROBE != 0;
        self.calls[slot].marks &= !mark::PROBE;
        self.guards[route as usize].observe(self.now, breaker, failed, probe);
    }

    /// Saves up for retries.
    #[inline]
    pub(super) fn count_first_attempt(&mut self, route: u32) {
        if let Some(budget) = self.net.routes[route as usize].route.policy.budget {
            self.guards[route as usize].first_attempt(self.now, budget);
        }
    }

    /// Whether the budget of a link allows one more retry, which it pays for.
    pub(super) fn within_budget(&mut self, route: u32) -> bool {
        let budget = self.net.routes[route as usize].route.policy.budget;
        budget.is_none() || self.guards[route as usize].take_retry()
    }

    /// Counts anew what is under way, after an edit.
    pub(super) fn recount_guards(&mut self) {
        self.guards.iter_mut().for_each(Guard::recount);
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            if call.marks & mark::COUNTED != 0 && call.route != NONE && self.calls.alive(call.parent) {
                let instance = self.calls[call.parent.slot].instance;
                self.guards[call.route as usize].count(instance);
            }
        }
    }
}
