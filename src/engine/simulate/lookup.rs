//! What a cache does with a call, and who fills it, empties it and refreshes it.

use super::calls::{Call, Kind, NONE, Outcome};
use super::contents::{ABSENT, Asked, node_of};
use super::versions::{ORIGINAL, UNKNOWN};
use super::{Simulation, net};
use crate::engine::random::Purpose;
use crate::topology::{Cache, Hits, Operation, Station, Strategy};

const DONE: Outcome = Outcome::Ok { data: false, degraded: false, miss: false };
const MISS: Outcome = Outcome::Ok { data: false, degraded: false, miss: true };

impl Simulation {
    pub(super) fn look_up(&mut self, slot: u32) {
        let call = &self.calls[slot];
        match (call.kind, call.lane.op) {
            (Kind::Fill, _) => self.put_in_cache(slot),
            (Kind::Delete, _) => self.take_out_of_cache(&self.calls[slot].clone()),
            (_, Operation::Read) => return self.look_up_read(slot),
            (_, Operation::Write) => return self.look_up_write(slot),
        }
        self.complete(slot, DONE);
    }

    /// A write reaches a cache: it is kept for later, passed on, or noted by a cache beside the store.
    fn look_up_write(&mut self, slot: u32) {
        let station = self.calls[slot].station;
        let lane = self.requests[self.calls[slot].request].lane();
        if let Some(rules) = self.writes_behind(station, lane) {
            return self.keep_dirty(slot, &rules);
        }
        if !self.net.stations[station as usize].outgoing[lane].is_empty() {
            return self.proceed(slot);
        }
        self.passed_through(slot);
        let through = self.strategy(station) == Strategy::WriteThrough;
        // Otherwise a cache never answers a write: the links on miss are followed.
        self.complete(slot, if through { DONE } else { MISS });
    }

    fn strategy(&self, station: u32) -> Strategy {
        match &self.net.stations[station as usize].station {
            Station::Cache(cache) => cache.rules.strategy,
            _ => Strategy::AsDrawn,
        }
    }

    fn look_up_read(&mut self, slot: u32) {
        let call = &self.calls[slot];
        let (station, lane) = (call.station, call.lane);
        let u = self.draw(slot, Purpose::Hit).uniform();
        let Station::Cache(cache) = &self.net.stations[station as usize].station else { return };
        let found = match cache.hits {
            Hits::Given(ratio) => u < ratio,
            Hits::Derived { .. } => self.finds_in_cache(slot, u),
        };
        let hit = found || self.is_dirty(&self.calls[slot]);
        self.stations[station as usize].watch.look_up(hit);
        let net = &self.net.stations[station as usize];
        if hit {
            self.complete(slot, Outcome::Ok { data: net.filled, degraded: false, miss: false });
        } else if net.outgoing[lane].is_empty() {
            self.complete(slot, MISS);
        } else {
            self.proceed(slot);
        }
    }

    /// Whether the contents of a cache hold the key of a read, which then has its version.
    fn finds_in_cache(&mut self, slot: u32, u: f64) -> bool {
        let call = self.calls[slot];
        let asked = self.asked(&call);
        let Some(contents) = &mut self.stations[call.station as usize].cache else { return false };
        let found = contents.look_up(&asked, u);
        if found || self.is_dirty(&call) {
            let entry = self.stations[call.station as usize].cache.as_ref();
            let version = entry.and_then(|contents| contents.version(&asked));
            if let Some(version) = version.filter(|_| self.shows_writes(call.station, &call)) {
                self.versions.set_answer(slot, version);
            }
        }
        if found {
            self.refresh_if_due(slot, &asked, u);
        }
        found
    }

    /// A hit with little of its time left sends one refresh: from the cache in line, or from the caller that would fetch
    /// a miss.
    fn refresh_if_due(&mut self, slot: u32, asked: &Asked, u: f64) {
        let call = self.calls[slot];
        if self.strategy(call.station) != Strategy::RefreshAhead {
            return;
        }
        let contents = self.stations[call.station as usize].cache.as_mut();
        if !contents.is_some_and(|contents| contents.refresh_due(asked, u)) {
            return;
        }
        let lane = self.requests[call.request].lane();
        if let Some(&route) = self.net.stations[call.station as usize].outgoing[lane].first() {
            self.send(slot, route, NONE, NONE, Kind::Refresh);
        } else if call.route != NONE
            && self.calls.alive(call.parent)
            && let Some(route) = self.net.routes[call.route as usize].refill[lane.tag.index()]
        {
            self.send(call.parent.slot, route, NONE, NONE, Kind::Refresh);
        }
    }

    /// A refresh is back with a new answer.
    pub(super) fn refreshed(&mut self, slot: u32) {
        let call = self.calls[slot];
        let Outcome::Ok { miss: false, .. } = call.outcome else { return };
        // Of a link that an edit took away nobody knows any more what it refreshed.
        if call.route == NONE {
            return;
        }
        let from = self.net.routes[call.route as usize].way.from;
        if !matches!(self.net.stations[from as usize].station, Station::Cache(_)) {
            return self.fill_aside(slot, call.route);
        }
        let holder = Call { station: from, ..call };
        let holder = Call { instance: self.node_for(&holder), ..holder };
        self.put_in(slot, &holder);
    }

    /// A miss that was passed on is filled; a write that passed takes the key out, or leaves its new value.
    pub(super) fn passed_through(&mut self, slot: u32) {
        let call = self.calls[slot];
        let Station::Cache(cache) = &self.net.stations[call.station as usize].station else { return };
        if self.requests[call.request].op == 0 || cache.rules.strategy == Strategy::WriteThrough {
            self.put_in_cache(slot);
        } else if cache.delete_on_write {
            self.take_out_of_cache(&call);
        }
    }

    /// Puts the key of a call into the cache that it is at, with the version that it brings.
    pub(super) fn put_in_cache(&mut self, slot: u32) {
        let call = self.calls[slot];
        self.put_in(slot, &call);
    }

    fn put_in(&mut self, slot: u32, at: &Call) {
        let asked = self.asked(at);
        // Nothing is ever compared with what came from data that nobody is seen to write.
        let version =
            Some(self.versions.answer(slot)).filter(|version| *version != UNKNOWN).unwrap_or(ORIGINAL);
        if let Some(contents) = &mut self.stations[at.station as usize].cache {
            contents.fill(&asked, version);
        }
    }

    fn take_out_of_cache(&mut self, call: &Call) {
        let asked = self.asked(call);
        if let Some(contents) = &mut self.stations[call.station as usize].cache {
            contents.delete(&asked);
        }
    }

    fn asked(&self, call: &Call) -> Asked {
        let request = &self.requests[call.request];
        let (instance, now) = (call.instance, self.now);
        let key = if self.versions.on { self.versions.key(call.request) } else { 0 };
        Asked { instance, source: request.source, rank: request.rank, user: request.user, key, now }
    }

    /// The node of a cache that holds the key of a call there.
    pub(super) fn node_for(&self, call: &Call) -> u32 {
        let state = &self.stations[call.station as usize];
        match &self.net.stations[call.station as usize].station {
            Station::Cache(cache) if !cache.copies => {
                let gone = |node: u32| {
                    let instance = &state.instances[node as usize];
                    instance.out || instance.retired
                };
                let rank = self.requests[call.request].rank;
                node_of(rank, state.instances.len() as u32, cache.rules.placement, gone)
            }
            _ => state.primary,
        }
    }

    /// After a store answered on a miss, one fill goes to the cache, and to the caches before it.
    pub(super) fn fill_aside(&mut self, slot: u32, route: u32) {
        let lane = self.requests[self.calls[slot].request].lane();
        let mut follows = self.net.routes[route as usize].follows[lane];
        while let Some(cache) = follows {
            let to = self.net.routes[cache as usize].way.to as usize;
            // Fills are free when the hit ratio is given.
            let nothing = self.requests[self.calls[slot].request].rank > ABSENT;
            let keeps = |spec: &Cache| net::is_derived(spec) && (!nothing || spec.rules.misses_ns > 0);
            if matches!(&self.net.stations[to].station, Station::Cache(spec) if keeps(spec)) {
                self.send(slot, cache, NONE, NONE, Kind::Fill);
            }
            follows = self.net.routes[cache as usize].follows[lane];
        }
    }

    /// After a write, the key goes out of the caches beside this server.
    pub(super) fn delete_aside(&mut self, slot: u32) {
        let lane = self.calls[slot].lane;
        if lane.op == Operation::Read {
            return;
        }
        let tag = lane.tag.index();
        let station = self.calls[slot].station as usize;
        for i in 0..self.net.stations[station].deletes[tag].len() {
            let route = self.net.stations[station].deletes[tag][i];
            self.send(slot, route, NONE, NONE, Kind::Delete);
        }
        for i in 0..self.net.stations[station].purges.len() {
            let cache = self.net.stations[station].purges[i];
            self.take_out_of_cache(&Call { station: cache, instance: 0, ..self.calls[slot] });
        }
    }
}
