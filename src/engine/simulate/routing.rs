//! What a router knows of the call that asks it, and where calls come from: distances are paid from place to place.

use super::Simulation;
use super::calls::Call;
use super::choose::Asks;
use crate::engine::random::{Draw, Purpose, mix};
use crate::topology::{Domain, NOWHERE, Station, nanoseconds};

impl Simulation {
    /// What a call asks its router for, with the draws of the answer. Where callers keep an answer, it is that of the
    /// last time when they asked: the same target, chosen by what was known then.
    pub(super) fn question(&self, slot: u32) -> (Asks, Draw) {
        let call = &self.calls[slot];
        let request = &self.requests[call.request];
        let asks = Asks {
            lane: request.lane(),
            user: request.user,
            rank: request.rank,
            request: request.hash,
            from: self.place_of(call),
            as_of: u64::MAX,
        };
        let net = &self.net.stations[call.station as usize];
        let Station::Router(router) = &net.station else { unreachable!("only routers are asked") };
        if router.ttl_ns == 0 {
            return (asks, self.retry_draw(slot, Purpose::Choice));
        }
        let caller = self.keeper(call, request.user);
        let phase = mix(caller ^ net.keys.of(Purpose::Phase)) % router.ttl_ns;
        let turn = (self.now + phase) / router.ttl_ns;
        // Proof runs do not wait for long detection, nor for old answers.
        let oldest = self.now.saturating_sub(nanoseconds(self.recovery_cap_s.min(1e9)));
        let as_of = (turn * router.ttl_ns).saturating_sub(phase).max(oldest);
        let draw = Draw::new(net.keys.of(Purpose::Choice), mix(caller), turn as u32);
        (Asks { as_of, ..asks }, draw)
    }

    /// Who keeps an answer: the user of a client, or the calling instance.
    fn keeper(&self, call: &Call, user: u64) -> u64 {
        if !self.calls.alive(call.parent) {
            return user;
        }
        let parent = &self.calls[call.parent.slot];
        match &self.net.stations[parent.station as usize].station {
            Station::Source(_) => mix(user ^ u64::from(parent.station) << 32),
            Station::Router(_)
            | Station::Server(_)
            | Station::Cache(_)
            | Station::Store(_)
            | Station::Queue(_)
            | Station::Observer => mix(u64::from(parent.station) << 32 | u64::from(parent.instance)),
        }
    }

    /// Where the calls of this one go out from: its instance, or its own caller's place where that has none.
    #[inline(always)]
    pub(super) fn place_of(&self, call: &Call) -> u16 {
        match self.net.topology.location_of(call.station as usize, call.instance) {
            NOWHERE => call.from,
            place => place,
        }
    }

    /// What the distance between a call's caller and its instance adds, one way [ns].
    #[inline]
    pub(super) fn far(&self, call: &Call) -> u64 {
        let Some(distances) = &self.net.topology.distances else { return 0 };
        distances.between(call.from, distances.location(call.station as usize, call.instance))
    }

    /// Groups have other numbers now.
    pub(super) fn move_places(&mut self, old: &[Domain]) {
        let to =
            |group: &Domain| self.net.topology.index_of_group(group.id).map_or(NOWHERE, |index| index as u16);
        let map: Vec<u16> = old.iter().map(to).collect();
        for slot in self.calls.slots() {
            let from = self.calls[slot].from;
            self.calls[slot].from = map.get(from as usize).copied().unwrap_or(NOWHERE);
        }
    }
}
