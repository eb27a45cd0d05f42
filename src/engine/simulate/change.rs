//! The design changed during a run: what goes on keeps its state, found again by node and link id.

use super::calls::{GROUP, Handle, Kind, NONE, State};
use super::{Instance, Net, Outcome, Pool, Ring, Simulation, StationState};
use crate::engine::calendar::{Class, What};
use crate::report::Cause;
use crate::topology::{Place, Station, Tag, Topology};

/// Where old stations and routes are in the new tables.
pub(super) struct Map {
    pub(super) stations: Vec<Option<u32>>,
    pub(super) routes: Vec<Option<u32>>,
}

impl Simulation {
    /// Goes on with a changed design. Calls at a removed station or on a removed link end as refused; an instance
    /// that is taken away finishes what it has. Moving or renaming a block changes nothing, not even the intervals.
    pub fn change(&mut self, topology: Topology) {
        if same(&self.net.topology, &topology) {
            self.net.topology = topology;
            return;
        }
        self.exchange(topology, false);
        self.start_measuring();
    }

    /// Puts other tables in the place of the present ones. Where a station has `grown` by itself what was counted, and what
    /// goes wrong on purpose, goes on as it was.
    pub(super) fn exchange(&mut self, topology: Topology, grown: bool) {
        let old = std::mem::replace(&mut self.net, Net::new(topology, self.seed));
        let map = Map::new(&old.topology, &self.net.topology);
        let alone = self.end_sharing();
        let steps = self.current_routes(&old);
        self.retag(&old.topology);
        if !grown {
            self.versions.carry_over(self.net.versioned, self.net.stations.len());
        }
        self.move_stations(&old, &map);
        self.visits.move_stations(&map.stations);
        self.move_routes(&map);
        self.move_events(&map);
        self.release_timers(&old, &map);
        if grown {
            self.widen_effects()
        } else {
            self.move_troubles(&old, &map)
        }
        self.move_slain(&map);
        self.move_calls(&map, &steps);
        self.forget_traces();
        self.move_places(&old.topology.groups);
        self.count_targets();
        self.sort_dirty();
        self.recount_guards();
        self.settle_orders();
        self.retire_spares();
        self.fetch_alone(alone);
        if !grown {
            self.resume_troubles();
        }
        for station in 0..self.stations.len() {
            self.rescale_or_start(station);
            self.hand_out_if_queue(station);
        }
        self.settle();
        self.take_snapshot();
    }

    /// The route that each waiting caller is at, in the old tables.
    fn current_routes(&self, old: &Net) -> Vec<(Handle, u32)> {
        let mut at = Vec::new();
        for slot in self.calls.slots() {
            let call = &self.calls[slot];
            let lane = self.requests[call.request].lane();
            let routes = &old.stations[call.station as usize].outgoing[lane];
            if let Some(route) = routes.get(call.step as usize) {
                at.push((self.calls.handle(slot), *route));
            }
        }
        at
    }

    fn move_stations(&mut self, old: &Net, map: &Map) {
        let mut before: Vec<Option<StationState>> =
            std::mem::take(&mut self.stations).into_iter().map(Some).collect();
        let mut origins = vec![None; self.net.stations.len()];
        for (from, to) in map.stations.iter().enumerate() {
            if let Some(to) = to {
                origins[*to as usize] = Some(from);
            }
        }
        for (station, origin) in origins.iter().enumerate() {
            let mut state = self.fresh_station(station);
            if let Some(from) = *origin
                && let Some(kept) = before[from].take()
            {
                let same_sources = map.stations.iter().enumerate().all(|(i, to)| *to == Some(i as u32));
                let same_cache =
                    same_sources && old.stations[from].station == self.net.stations[station].station;
                let scaled = super::scale::scaling(&self.net.stations[station].station).is_some();
                keep_state(&mut state, kept, same_cache, scaled);
            }
            self.stations.push(state);
        }
        let mut routes = vec![None; self.net.routes.len()];
        for (from, to) in map.routes.iter().enumerate() {
            if let Some(to) = to {
                routes[*to as usize] = Some(from);
            }
        }
        self.watch.carry_over(&routes);
    }

    fn move_routes(&mut self, map: &Map) {
        let mut rings: Vec<Ring> = std::mem::take(&mut self.rings);
        let mut pools: Vec<Pool> = std::mem::take(&mut self.pools);
        let mut guards = std::mem::take(&mut self.guards);
        let cables = std::mem::take(&mut self.cables);
        self.guards.resize_with(self.net.routes.len(), Default::default);
        self.cables.resize(self.net.routes.len(), [0; 2]);
        self.rings.resize_with(self.net.routes.len(), Ring::default);
        self.pools.resize_with(self.net.routes.len(), Pool::default);
        for (from, to) in map.routes.iter().enumerate() {
            if let Some(to) = to {
                self.rings[*to as usize] = std::mem::take(&mut rings[from]);
                self.pools[*to as usize] = std::mem::take(&mut pools[from]);
                self.guards[*to as usize] = std::mem::take(&mut guards[from]);
                self.cables[*to as usize] = cables[from];
            }
        }
    }

    /// Callers of a link with another timeout now have waited by the old one: their timers leave the ring, in which each is
    /// due after the one before.
    fn release_timers(&mut self, old: &Net, map: &Map) {
        for (from, to) in map.routes.iter().enumerate() {
            let Some(to) = to.filter(|to| {
                old.routes[from].route.timeout_ns != self.net.routes[*to as usize].route.timeout_ns
            }) else {
                continue;
            };
            for (due, call, generation) in self.rings[to as usize].drain() {
                self.calendar.push(due, Class::Timer, What::Expire, call, generation);
            }
        }
    }

    /// Notices are dropped: after a change everyone knows who is dead.
    fn move_events(&mut self, map: &Map) {
        self.calendar.rewrite(|event| match event.what() {
            What::Birth | What::Promote | What::Switch | What::Think => map.stations[event.a as usize],
            What::Share | What::Boot | What::Flush => map.stations[event.a as usize],
            What::Ring => map.routes[event.a as usize],
            What::Notice => None,
            What::Fault => Some(event.a),
            What::Arrive | What::Served | What::Reply | What::Retry => Some(event.a),
            What::Expire | What::Hedge | What::Overrun | What::Tick | What::FollowUp => Some(event.a),
        });
        for state in &mut self.stations {
            state.instances.iter_mut().for_each(|instance| instance.out = instance.dead || instance.draining);
        }
    }

    fn move_calls(&mut self, map: &Map, steps: &[(Handle, u32)]) {
        let (mut gone, mut cut_off) = (Vec::new(), Vec::new());
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            self.calls[slot].candidate = NONE;
            let route = if call.route == NONE { Some(NONE) } else { map.routes[call.route as usize] };
            match (map.stations[call.station as usize], route) {
                (Some(station), Some(route)) => {
                    self.calls[slot].station = station;
                    self.calls[slot].route = route;
                }
                (Some(station), None) => {
                    self.calls[slot].station = station;
                    cut_off.push(slot);
                }
                (None, _) => gone.push(slot),
            }
        }
        self.remap_sources(map);
        self.remap_follow_ups(&map.stations);
        let refused = self.end_gone(&gone, &cut_off);
        for (caller, route) in steps {
            self.restore_step(*caller, map.routes[*route as usize]);
        }
        self.sort_all_messages();
        for caller in refused {
            // A caller of several is told once.
            if self.calls.alive(caller) && self.calls[caller.slot].state == State::Calling {
                self.refuse_caller(caller.slot);
            }
        }
    }

    /// Requests keep their tag, whatever its number is now; where no client has it any more they go on without one.
    fn retag(&mut self, old: &Topology) {
        let now = |tag| self.net.topology.tags.find(old.tags.name(tag)).unwrap_or_default();
        let now: Vec<Tag> = old.tags.all().map(now).collect();
        for slot in self.requests.slots() {
            self.requests[slot].tag = now[self.requests[slot].tag.index()];
        }
        for slot in self.calls.slots() {
            self.calls[slot].lane = self.requests[self.calls[slot].request].lane();
        }
        let groups = self.stations.iter_mut().flat_map(|state| &mut state.backlog.groups);
        groups.for_each(|group| group.kept.retag(&now));
    }

    fn remap_sources(&mut self, map: &Map) {
        for slot in self.requests.slots() {
            let source = self.requests[slot].source as usize;
            self.requests[slot].source = map.stations.get(source).copied().flatten().unwrap_or(NONE);
            self.requests[slot].rank = self.rank_now(&self.requests[slot]);
        }
    }

    /// Takes calls out whose station is gone, and detaches those whose link is gone: their work goes on. Returns the
    /// callers that lose an answer.
    fn end_gone(&mut self, gone: &[u32], cut_off: &[u32]) -> Vec<Handle> {
        let mut refused = Vec::new();
        for slot in gone {
            let call = self.calls[*slot];
            if call.kind == Kind::Root {
                let request = self.requests[call.request];
                self.watch.forgotten(&request);
            }
            refused.push(call.parent);
            self.free_group(*slot);
            self.drop_call(*slot);
        }
        for slot in cut_off {
            refused.push(self.calls[*slot].parent);
            self.calls[*slot].parent = Handle::NOWHERE;
            self.calls[*slot].route = NONE;
            if self.calls[*slot].kind == Kind::Branch {
                self.drop_call(*slot);
            }
        }
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            if matches!(call.kind, Kind::Plain | Kind::Gather | Kind::Part) && !self.calls.alive(call.parent)
            {
                self.detach(slot);
            }
        }
        refused
    }

    /// Nobody waits for this call any more. What never left its caller, or was lost, is gone.
    fn detach(&mut self, slot: u32) {
        let call = &mut self.calls[slot];
        call.pooled = false;
        call.abandoned = true;
        call.parent = Handle::NOWHERE;
        let never_left = call.state == State::WaitsForConnection && call.route == NONE;
        if never_left || call.state == State::Lost {
            self.drop_call(slot);
        }
    }

    /// A caller whose callee was removed ends as refused, wherever it is.
    fn refuse_caller(&mut self, slot: u32) {
        let refused = Outcome::Fail(Cause::Refused);
        match &self.net.stations[self.calls[slot].station as usize].station {
            Station::Source(_) => self.finish(slot, refused),
            Station::Queue(_) if self.calls[slot].kind == Kind::Message => {
                self.delivery_failed(slot, NONE, Cause::Refused);
            }
            Station::Queue(_) => self.complete(slot, refused),
            Station::Cache(_) if self.calls[slot].kind == Kind::Dirty => self.flushed(slot, refused),
            Station::Router(_)
            | Station::Server(_)
            | Station::Cache(_)
            | Station::Store(_)
            | Station::Observer => {
                self.complete(slot, refused);
            }
        }
    }

    fn restore_step(&mut self, caller: Handle, route: Option<u32>) {
        if !self.calls.alive(caller) {
            return;
        }
        let slot = caller.slot;
        let call = self.calls[slot];
        let lane = self.requests[call.request].lane();
        let routes = &self.net.stations[call.station as usize].outgoing[lane];
        let place = route.and_then(|route| routes.iter().position(|r| *r == route));
        if let Some(place) = place {
            self.calls[slot].step = place as u16;
        } else {
            self.calls[slot].step = (self.calls[slot].step as usize).min(routes.len()) as u16;
            if call.repeats == GROUP {
                self.close_group(slot);
            }
            self.calls[slot].repeats = 0;
        }
    }

    /// Routers count anew what they have sent, and know who is dead.
    fn count_targets(&mut self) {
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            if call.route == NONE || !self.calls.alive(call.parent) {
                continue;
            }
            let router = self.net.routes[call.route as usize].way.from as usize;
            let Some(choices) = &mut self.stations[router].choices else { continue };
            let found =
                choices.candidates.iter().position(|c| c.route == call.route && c.instance == call.instance);
            if let Some(candidate) = found {
                choices.sent(candidate as u32);
                self.calls[slot].candidate = candidate as u32;
            }
        }
        for router in 0..self.stations.len() {
            let Some(choices) = &self.stations[router].choices else { continue };
            let dead = |c: &usize| {
                let target = &choices.candidates[*c];
                self.is_gone(target.station, target.instance)
            };
            let dead: Vec<usize> = (0..choices.candidates.len()).filter(dead).collect();
            let choices = self.stations[router].choices.as_mut().expect("a router");
            let now = self.now;
            dead.into_iter().for_each(|candidate| choices.set_out(candidate as u32, true, now));
        }
    }

    fn rescale_or_start(&mut self, station: usize) {
        if self.stations[station].started {
            self.rescale_source(station);
        } else {
            self.start_source(station);
        }
    }

    fn hand_out_if_queue(&mut self, station: usize) {
        if matches!(self.net.stations[station].station, Station::Queue(_)) {
            self.hand_out(station as u32);
        }
    }
}

impl Map {
    fn new(old: &Topology, new: &Topology) -> Self {
        let stations = old.places().map(|(_, place)| {
            let to = new.index_of(place.id)?;
            let kind = std::mem::discriminant(&new.place(to).station);
            (kind == std::mem::discriminant(&place.station)).then_some(to as u32)
        });
        let stations: Vec<Option<u32>> = stations.collect();
        let routes = (0..old.graph.edge_count()).map(|index| {
            let id = old.route(index).id;
            let to = (0..new.graph.edge_count()).find(|to| new.route(*to).id == id)?;
            let (a, b) = old.ends(index);
            let (c, d) = new.ends(to);
            (stations[a] == Some(c as u32) && stations[b] == Some(d as u32)).then_some(to as u32)
        });
        Map { routes: routes.collect(), stations }
    }
}

/// Whether two topologies run the same: names and prices aside.
fn same(a: &Topology, b: &Topology) -> bool {
    let place = |x: &Place, y: &Place| {
        (x.id, &x.station, &x.servers, x.group) == (y.id, &y.station, &y.servers, y.group)
    };
    a.len() == b.len()
        && a.graph.edge_count() == b.graph.edge_count()
        && a.traffic == b.traffic
        && a.monitored == b.monitored
        && a.groups == b.groups
        && a.faults == b.faults
        && a.tags == b.tags
        && (0..a.len()).all(|i| place(a.place(i), b.place(i)))
        && (0..a.graph.edge_count()).all(|i| a.route(i) == b.route(i) && a.ends(i) == b.ends(i))
}

/// Carries over what a station had; instances that are no longer drawn finish what they have.
fn keep_state(fresh: &mut StationState, mut kept: StationState, same_cache: bool, scaled: bool) {
    let wanted = fresh.instances.len();
    kept.watch.make_room(wanted);
    // Another number of shards or of nodes in each: every key finds its place anew.
    let cut = !fresh.others.is_empty() || !kept.others.is_empty();
    let recut = cut && kept.instances.len() != wanted;
    // Where instances come and go those that were added wait to be booted, and those that were taken away stay so.
    while kept.instances.len() < wanted {
        kept.instances.push(Instance { retired: scaled, ..Instance::default() });
    }
    keep_copies(fresh, &mut kept, recut);
    for (index, instance) in kept.instances.iter_mut().enumerate() {
        instance.retired = index >= wanted || (scaled && instance.retired);
    }
    let drawn = |i: u32| (i as usize) < wanted;
    if !drawn(kept.primary)
        || kept.standby.is_some_and(|i| !drawn(i))
        || kept.standby.is_some() != fresh.standby.is_some()
    {
        kept.primary = fresh.primary;
        kept.standby = fresh.standby;
    }
    if recut {
        (kept.primary, kept.standby) = (fresh.primary, fresh.standby);
        kept.others.clone_from(&fresh.others);
    }
    kept.choices = fresh.choices.take();
    if !same_cache {
        kept.cache = fresh.cache.take();
    } else if let Some(cache) = kept.cache.as_mut().filter(|_| wanted > 1) {
        cache.resize(wanted as u32);
    }
    *fresh = kept;
}

/// A store keeps its data; a node that is new begins with what the first one has.
fn keep_copies(fresh: &mut StationState, kept: &mut StationState, recut: bool) {
    match (&mut kept.copies, &fresh.copies) {
        (Some(copies), Some(_)) => {
            copies.resize(kept.instances.len());
            if recut {
                let all: Vec<usize> = (0..kept.instances.len()).collect();
                copies.merge(&all, &all, 0);
            }
            let back = (0..fresh.instances.len()).filter(|i| kept.instances[*i].retired);
            back.for_each(|copy| copies.become_like(copy, kept.primary as usize));
        }
        (_, None) => kept.copies = None,
        (None, Some(_)) => kept.copies = fresh.copies.take(),
    }
}
