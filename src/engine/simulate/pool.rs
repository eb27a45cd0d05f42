//! Connections at the caller: pools of an instance or shared by all, what a connection costs that has to be opened, and
//! for how long one is held (rules 1.10).

use super::calls::{Call, NONE, Outcome, State};
use super::net::StationNet;
use super::{Pool, Simulation};
use crate::report::Cause;
use crate::topology::Station;

impl Simulation {
    /// Place of an instance's connections in the pool of a route.
    fn pool_at(&self, route: u32, instance: u32) -> usize {
        let shared = self.net.routes[route as usize].route.connections.shared;
        if shared || instance == NONE { 0 } else { instance as usize }
    }

    /// Takes a connection for a call, or lines it up, or fails it where the callee takes no more of them.
    pub(super) fn take_connection(&mut self, slot: u32, route: u32, instance: u32, size: u32) -> bool {
        if self.takes_kept(slot, route) {
            return true;
        }
        let at = self.pool_at(route, instance);
        let pool = &mut self.pools[route as usize];
        if pool.used.len() <= at {
            pool.used.resize(at + 1, 0);
            pool.opened.resize(at + 1, 0);
            pool.waiting.resize_with(at + 1, Default::default);
        }
        if pool.used[at] >= size {
            self.calls[slot].state = State::WaitsForConnection;
            pool.waiting[at].push(slot, &mut self.calls);
            self.watch.pool_waits(route, self.now, 1.0);
            return false;
        }
        if pool.used[at] == pool.opened[at] && !self.may_open(route) {
            self.answer(slot, Outcome::Fail(Cause::PoolExhausted));
            return false;
        }
        let pool = &mut self.pools[route as usize];
        pool.used[at] += 1;
        pool.opened[at] = pool.opened[at].max(pool.used[at]);
        self.calls[slot].pooled = true;
        true
    }

    /// Whether the callee of a route takes one more connection: a database has as many for all its callers together.
    fn may_open(&self, route: u32) -> bool {
        let to = self.net.routes[route as usize].way.to;
        if !matches!(self.net.stations[to as usize].station, Station::Store(_)) {
            return true;
        }
        let servers = &self.net.stations[to as usize].servers;
        let most = u64::from(servers.slots) * u64::from(servers.instances.max(1));
        let here = |(index, _): &(usize, &Pool)| self.net.routes[*index].way.to == to;
        let opened = |pool: &Pool| pool.opened.iter().map(|opened| u64::from(*opened)).sum::<u64>();
        self.pools.iter().enumerate().filter(here).map(|(_, pool)| opened(pool)).sum::<u64>() < most
    }

    pub(super) fn give_connection_back(&mut self, route: u32, instance: u32) {
        let at = self.pool_at(route, instance);
        loop {
            let pool = &mut self.pools[route as usize];
            let Some(next) = pool.waiting.get_mut(at).and_then(|line| line.pop(&self.calls)) else {
                if let Some(used) = pool.used.get_mut(at) {
                    *used = used.saturating_sub(1);
                }
                return;
            };
            self.watch.pool_waits(route, self.now, -1.0);
            if self.calls[next].abandoned {
                self.drop_call(next);
                continue;
            }
            self.calls[next].pooled = true;
            let caller = self.calls[self.calls[next].parent.slot];
            return self.depart(next, &caller);
        }
    }

    /// A call along a route is over: its connection stays with the caller where it is held for the whole request.
    pub(super) fn end_use(&mut self, slot: u32) {
        let call = self.calls[slot];
        let parent = call.parent.slot;
        if self.net.routes[call.route as usize].route.connections.per_request && self.calls.alive(call.parent)
        {
            if self.kept.len() <= parent as usize {
                self.kept.resize(parent as usize + 1, NONE);
            }
            // One link's connection can stay; of a second one it goes back.
            if self.kept[parent as usize] == NONE {
                self.kept[parent as usize] = call.route;
                return;
            }
        }
        let instance = self.calls[parent].instance;
        self.give_connection_back(call.route, instance);
    }

    /// The caller's connection of an earlier call along the route.
    fn takes_kept(&mut self, slot: u32, route: u32) -> bool {
        let parent = self.calls[slot].parent.slot as usize;
        let keeps = self.kept.get(parent) == Some(&route);
        if keeps {
            self.kept[parent] = NONE;
            self.calls[slot].pooled = true;
        }
        keeps
    }

    /// A caller ends: what it kept goes back.
    #[inline]
    pub(super) fn give_kept_back(&mut self, slot: u32) {
        if let Some(kept) = self.kept.get_mut(slot as usize).filter(|kept| **kept != NONE) {
            let route = std::mem::replace(kept, NONE);
            self.give_connection_back(route, self.calls[slot].instance);
        }
    }

    /// Core time at the callee `net` to open a call's connection [s]; 0 where there is a pool.
    #[inline(always)]
    pub(super) fn opening_s(&self, call: &Call, net: &StationNet) -> f64 {
        if net.opened && call.route != NONE { self.net.routes[call.route as usize].opening_s } else { 0.0 }
    }
}

/// An instance died with its connections; those of a pool that all share go back one by one.
pub(super) fn forget_connections(pool: &mut Pool, instance: usize) {
    if instance < pool.used.len() {
        pool.used[instance] = 0;
        pool.opened[instance] = 0;
        pool.waiting[instance] = Default::default();
    }
}
