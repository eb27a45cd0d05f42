//! Calls at the same time: groups of links, parallel repeated calls, quorums and hedges.
//!
//! A *branch* is a record at the caller itself that stands for one call, or one sequence of calls, with its own retries
//! and its own second copy. A caller in a group has [`GROUP`] for its repetitions and the number of its [`Gather`] where
//! others have their child. Designs without any of this never come here.

use super::Simulation;
use super::calls::{Call, GROUP, Handle, Kind, NONE, Outcome, State};
use crate::engine::calendar::{Class, What};
use crate::report::Cause;
use crate::topology::{Lane, Operation, Station};

/// Marks the draws of a second copy.
const COPY: u8 = 0x80;

/// What a caller waits for.
#[derive(Debug, Default)]
pub struct Gather {
    /// All branches, ended ones too.
    branches: Vec<Handle>,
    /// Branches that have not ended.
    pending: u32,
    /// Answers of required branches.
    ok: u32,
    /// Answers of required branches that are enough.
    need: u32,
    /// Failures that can be borne.
    spare: u32,
    /// Goes on as soon as there is enough.
    quorum: bool,
    /// Links of the group.
    links: u16,
}

/// Gathers in use and free ones, whose memory is used again.
#[derive(Debug, Default)]
pub struct Gathers {
    all: Vec<Gather>,
    free: Vec<u32>,
}

impl Gathers {
    fn take(&mut self) -> u32 {
        if let Some(index) = self.free.pop() {
            let Gather { mut branches, .. } = std::mem::take(&mut self.all[index as usize]);
            branches.clear();
            self.all[index as usize].branches = branches;
            return index;
        }
        self.all.push(Gather::default());
        (self.all.len() - 1) as u32
    }
}

impl Simulation {
    /// Makes all calls of the group that starts at the caller's step; false when there are none to wait for.
    #[inline(never)]
    pub(super) fn start_group(&mut self, slot: u32) -> bool {
        let call = self.calls[slot];
        let lane = self.requests[call.request].lane();
        let gather = self.gathers.take();
        let (mut links, mut required, mut quorum) = (0, 0, 0);
        while let Some(route) = self.of_group(&call, lane, links) {
            self.calls[slot].step = call.step + links;
            links += 1;
            let many = self.repetitions(slot, route);
            let net = &self.net.routes[route as usize];
            let policy = net.route.policy;
            if net.route.background {
                (0..many).for_each(|_| _ = self.send(slot, route, NONE, NONE, Kind::Background));
                continue;
            }
            let harmless = net.route.optional || net.aside[lane];
            let (branches, each) = if policy.parallel { (many, 1) } else { (many.min(1), many) };
            (0..branches).for_each(|_| self.add_branch(slot, gather, route, each));
            required += if harmless { 0 } else { u32::from(branches) };
            quorum = policy.quorum.max(quorum);
        }
        self.calls[slot].step = call.step;
        let need = if quorum > 0 { quorum.min(required) } else { required };
        let found = &mut self.gathers.all[gather as usize];
        found.links = links;
        (found.need, found.spare, found.quorum) = (need, required - need, quorum > 0);
        self.open_group(slot, gather)
    }

    /// A single call with a second copy, at a source.
    pub(super) fn start_hedged(&mut self, slot: u32, route: u32) {
        let gather = self.gathers.take();
        self.add_branch(slot, gather, route, 1);
        self.gathers.all[gather as usize].need = 1;
        self.open_group(slot, gather);
    }

    /// The link so many places after the caller's step, while it is called together with it.
    fn of_group(&self, call: &Call, lane: Lane, links: u16) -> Option<u32> {
        let routes = &self.net.stations[call.station as usize].outgoing[lane];
        let route = *routes.get((call.step + links) as usize)?;
        let group = |route: u32| self.net.routes[route as usize].route.policy.group;
        let first = routes[call.step as usize];
        (links == 0 || (group(first) > 0 && group(first) == group(route))).then_some(route)
    }

    fn add_branch(&mut self, slot: u32, gather: u32, route: u32, calls: u16) {
        let caller = self.calls[slot];
        let number = self.gathers.all[gather as usize].branches.len() as u32;
        let mut branch = self.blank(caller.request, caller.station);
        branch.kind = Kind::Branch;
        branch.state = State::Calling;
        branch.instance = caller.instance;
        branch.parent = self.calls.handle(slot);
        branch.route = route;
        branch.step = caller.step;
        branch.hops = caller.hops;
        branch.visit = caller.visit ^ (number + 1) << 8;
        branch.repeats = calls + 1;
        let branch = self.add_call(branch);
        self.trace_call(slot, branch);
        let handle = self.calls.handle(branch);
        self.gathers.all[gather as usize].branches.push(handle);
    }

    fn open_group(&mut self, slot: u32, gather: u32) -> bool {
        let many = self.gathers.all[gather as usize].branches.len();
        self.gathers.all[gather as usize].pending = many as u32;
        self.calls[slot].repeats = GROUP;
        self.calls[slot].next = gather;
        if many == 0 {
            self.close_group(slot);
            self.calls[slot].step += self.gathers.all[gather as usize].links;
            return false;
        }
        for i in 0..many {
            let branch = self.gathers.all[gather as usize].branches[i];
            self.send_branch(branch.slot);
        }
        true
    }

    /// Sends the next call, or the next attempt, of a branch.
    pub(super) fn send_branch(&mut self, slot: u32) {
        let branch = self.calls[slot];
        if matches!(self.net.stations[branch.station as usize].station, Station::Source(_)) {
            self.watch.attempt(&self.requests[branch.request]);
        }
        let sent = self.send(slot, branch.route, NONE, NONE, Kind::Plain);
        self.calls[slot].candidate = NONE;
        let route = &self.net.routes[branch.route as usize].route;
        let harmless = self.requests[branch.request].op == 0 || route.idempotent;
        if let (Some(delay), true) = (route.policy.hedge_ns, harmless) {
            let handle = self.calls.handle(sent);
            self.calendar.push(self.now + delay, Class::Timer, What::Hedge, sent, handle.generation);
        }
    }

    /// The first copy has not been answered for long: a second one goes out.
    pub(super) fn hedge(&mut self, first: u32) {
        let call = self.calls[first];
        if !self.calls.alive(call.parent) || call.kind == Kind::Rejected {
            return;
        }
        let branch = call.parent.slot;
        self.watch.route(call.route).extra.hedges += 1;
        if matches!(self.net.stations[self.calls[branch].station as usize].station, Station::Source(_)) {
            self.watch.attempt(&self.requests[call.request]);
        }
        self.calls[branch].attempt |= COPY;
        let second = self.send(branch, call.route, NONE, NONE, Kind::Plain);
        self.calls[branch].attempt &= !COPY;
        self.calls[branch].next = first;
        self.calls[branch].candidate = second;
    }

    /// The copy of a branch's call that is still under way when the other has ended.
    fn other_copy(&self, slot: u32) -> Option<u32> {
        let branch = &self.calls[slot];
        let handle = self.calls.handle(slot);
        let under_way = |child: &u32| *child != NONE && self.calls[*child].parent == handle;
        [branch.next, branch.candidate].into_iter().find(under_way)
    }

    /// A call of a branch has ended; whether it is made again.
    pub(super) fn branch_heard(&mut self, slot: u32, route: u32, outcome: Outcome) -> bool {
        let branch = self.calls[slot];
        let other = self.other_copy(slot);
        let caller = branch.parent.slot;
        let lane = self.requests[branch.request].lane();
        let net = &self.net.routes[route as usize];
        let (required, on_miss) = (!net.aside[lane] && !net.route.optional, net.route.on_miss);
        match outcome {
            Outcome::Fail(_) if other.is_some() => return true,
            Outcome::Fail(cause) if self.may_retry(slot, route, cause) && self.within_budget(route) => {
                self.retry_later(slot, route);
                return true;
            }
            Outcome::Ok { miss, .. } => {
                if let Some(loser) = other {
                    self.give_up_copy(loser);
                }
                self.versions.pass_on(slot, caller);
                if on_miss && lane.op == Operation::Read && !miss {
                    self.fill_aside(caller, route);
                }
            }
            Outcome::Fail(_) => {}
        }
        if let Some(cause) = self.absorb(caller, route, outcome) {
            self.branch_failed(slot, cause);
            return false;
        }
        self.calls[slot].attempt = 0;
        self.calls[slot].repeats -= 1;
        if self.calls[slot].repeats > 1 {
            self.send_branch(slot);
        } else {
            self.branch_answered(slot, required);
        }
        false
    }

    fn give_up_copy(&mut self, loser: u32) {
        let call = self.calls[loser];
        let handle = self.calls.handle(loser);
        self.abandon(loser);
        self.repeated(handle, &call);
    }

    fn end_branch(&mut self, slot: u32) -> (u32, &mut Gather) {
        let caller = self.calls[slot].parent.slot;
        self.calls[slot].parent = Handle::NOWHERE;
        self.drop_call(slot);
        let gather = &mut self.gathers.all[self.calls[caller].next as usize];
        gather.pending -= 1;
        (caller, gather)
    }

    fn branch_failed(&mut self, slot: u32, cause: Cause) {
        let (caller, gather) = self.end_branch(slot);
        if gather.spare > 0 {
            gather.spare -= 1;
            return;
        }
        let outcome = Outcome::Fail(cause);
        self.close_group(caller);
        match &self.net.stations[self.calls[caller].station as usize].station {
            Station::Source(_) => self.finish(caller, outcome),
            _ => self.complete(caller, outcome),
        }
    }

    fn branch_answered(&mut self, slot: u32, required: bool) {
        let (caller, gather) = self.end_branch(slot);
        gather.ok += u32::from(required);
        if gather.pending > 0 && !(gather.quorum && gather.ok >= gather.need) {
            return;
        }
        let links = gather.links;
        self.close_group(caller);
        let call = self.calls[caller];
        if let Station::Source(_) = &self.net.stations[call.station as usize].station {
            let outcome = Outcome::Ok { data: call.data, degraded: call.degraded, miss: false };
            return self.finish(caller, outcome);
        }
        self.calls[caller].step += links;
        self.proceed(caller);
    }

    /// The caller waits for nobody any more: what is under way goes on as abandoned work.
    #[inline(never)]
    pub(super) fn close_group(&mut self, slot: u32) {
        let index = self.calls[slot].next as usize;
        let branches = std::mem::take(&mut self.gathers.all[index].branches);
        for branch in &branches {
            if !self.calls.alive(*branch) {
                continue;
            }
            while let Some(child) = self.other_copy(branch.slot) {
                self.abandon(child);
            }
            self.calls[branch.slot].parent = Handle::NOWHERE;
            self.drop_call(branch.slot);
        }
        self.gathers.all[index].branches = branches;
        self.free_group(slot);
    }

    /// Gives the group of a caller back, if it has one; its branches are somebody else's care.
    pub(super) fn free_group(&mut self, slot: u32) {
        if self.calls[slot].repeats != GROUP {
            return;
        }
        self.gathers.free.push(self.calls[slot].next);
        let call = &mut self.calls[slot];
        (call.repeats, call.attempt, call.next) = (0, 0, NONE);
    }

    /// Branches of a caller in a group that have not ended.
    pub(super) fn branches_of(&self, slot: u32) -> impl Iterator<Item = Handle> + '_ {
        let gather = &self.gathers.all[self.calls[slot].next as usize];
        gather.branches.iter().copied().filter(|branch| self.calls.alive(*branch))
    }
}
