//! The discrete-event simulation: every request is an event, and the same seed gives the same run to the last bit.
//!
//! A request is a tree of calls. [`Simulation`] owns the clock and the event list; what happens at a station is in
//! `serve`, what a caller does in `dispatch`, who sends when in `source`, failures in `fault`, edits during a run in `change`, and what is
//! counted in `watch`. A hop without delay is no event: it is handled at once, depth first.

mod abandon;
mod behind;
mod calls;
mod change;
mod choose;
mod coalesce;
mod contents;
mod copies;
mod curves;
mod deploy;
mod device;
mod discipline;
mod dispatch;
mod failover;
mod fault;
mod function;
mod gather;
mod group;
mod guard;
pub(in crate::engine) mod keytable;
mod levels;
mod limiter;
mod lookup;
mod measure;
mod net;
mod partition;
mod phases;
mod plain;
mod pool;
mod queue;
mod replay;
mod reshard;
mod route_watch;
mod routing;
mod scale;
mod serve;
mod sessions;
mod slain;
mod source;
mod station_watch;
mod store;
mod trace;
mod trouble;
mod users;
mod versions;
mod visits;
mod watch;
mod wire;
mod written;

pub(in crate::engine) use net::purges;

pub use measure::{Both, Kill, Measure, digest, measure};

use calls::{Call, Handle, Kind, Line, NONE, Outcome, Request, Slab, State};
use choose::Choices;
use contents::Contents;
use limiter::Limiter;
use net::Net;

use crate::engine::calendar::{Calendar, Class, Ring, What};
use crate::engine::random::{Draw, Purpose};
use crate::topology::{Station, Topology};

/// Time between two samples [ns].
const TICK: u64 = 100_000_000;

/// Calls that go round in a circle end here.
const MOST_HOPS: u8 = 64;

/// A run that can be put down and taken up: `advance` in any slices equals one run.
#[derive(Debug)]
pub struct Simulation {
    net: Net,
    seed: u64,
    now: u64,
    events: u64,
    calendar: Calendar,
    /// One ring of timeouts per route.
    rings: Vec<Ring>,
    /// Hops without delay, handled before the next event.
    at_once: Vec<AtOnce>,
    requests: Slab<Request>,
    calls: Slab<Call>,
    stations: Vec<StationState>,
    /// Connection pools by route.
    pools: Vec<Pool>,
    /// Budgets, breakers and bulkheads by route.
    guards: Vec<guard::Guard>,
    /// When the cable of each route is free.
    cables: Vec<wire::Cable>,
    gathers: group::Gathers,
    /// Calls that are being stopped.
    tree: Vec<Handle>,
    /// Service left to a call that was pushed out of its core, by slot [ns].
    left: Vec<u64>,
    watch: watch::Watch,
    versions: versions::Versions,
    visits: visits::Visits,
    /// Route whose connection a caller keeps to its end, by call slot.
    kept: Vec<u32>,
    /// Nodes of the parts being sent: room that is used again.
    nodes: Vec<u32>,
    /// Reads that will follow a write.
    follow_ups: Slab<users::FollowUp>,
    /// Faults of the timeline and by hand.
    troubles: trouble::Troubles,
    slain: slain::Slain,
    /// Longest detection and promotion that is waited for; proof runs shorten it [s].
    recovery_cap_s: f64,
    /// Requests that are followed, where somebody asked for it.
    tracer: Option<Box<trace::Tracer>>,
}

/// A hop without delay.
#[derive(Debug, Clone, Copy)]
enum AtOnce {
    Arrive(Handle),
    Served(Handle),
    Reply(Handle),
    /// A reply is at its caller, and its call is gone.
    Heard(Handle, u32, Outcome),
}

/// What changes at a station during a run.
#[derive(Debug, Default)]
struct StationState {
    instances: Vec<Instance>,
    watch: station_watch::StationWatch,
    /// Next instance in turn.
    turn: u32,
    /// Instance that takes writes, or holds the cache.
    primary: u32,
    /// Instance that takes over, if there is one.
    standby: Option<u32>,
    /// A promoted standby that has not grown yet: instance and until when [ns].
    weak: Option<(u32, u64)>,
    /// The same for each shard of a store after the first.
    others: Vec<store::Lead>,
    /// Targets, for a router.
    choices: Option<Choices>,
    /// Contents, for a cache with derived hits.
    cache: Option<Contents>,
    /// What each copy of a store holds, where that can differ.
    copies: Option<copies::Copies>,
    /// What the rate limit remembers.
    limiter: Limiter,
    /// Messages that wait, for a queue.
    backlog: queue::Backlog,
    /// Misses under way, for a cache that shares them.
    pending: coalesce::Pending,
    /// Dirty keys, for a cache that writes behind.
    behind: behind::Behind,
    /// Source: requests sent, and the units of unit-rate time left until the next.
    sent: u64,
    /// Source: keys created.
    created: u64,
    /// Source: exact time of the next request [s].
    due_s: f64,
    /// Source: rate now [1/s].
    rate: f64,
    /// Source: has sent, or scheduled, its first request.
    started: bool,
    /// Source: what there is beside a rate and a next request.
    sender: source::Sender,
    /// Faults so far, for the phases of health checks.
    faults: u32,
    scaler: scale::Scaler,
    sessions: sessions::Sessions,
    /// A function's idle environments: when each became so [ns].
    idle: Vec<u64>,
}

/// One instance: what each call changes, and far from it what few do.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
struct Instance {
    dead: bool,
    /// Dead without a word: what reaches it vanishes.
    silent: bool,
    /// Known to be dead.
    out: bool,
    /// Takes no new calls: removed from the design while calls were in service.
    retired: bool,
    /// Gets no new calls from those who know that it is about to be restarted.
    draining: bool,
    busy: u32,
    held: u32,
    for_slot: Line,
    for_core: Line,
    order: Box<discipline::Order>,
    /// When its network is free again, sending and receiving apart [ns].
    network: wire::Cable,
}

/// Connections of one route, by calling instance.
#[derive(Debug, Default)]
struct Pool {
    used: Vec<u32>,
    /// Open at the callee, by calling instance: as many as were ever used at once.
    opened: Vec<u32>,
    waiting: Vec<Line>,
}

impl Simulation {
    /// A run at time 0 with an empty system and warm caches.
    pub fn new(topology: Topology, seed: u64) -> Self {
        let net = Net::new(topology, seed);
        let mut simulation = Simulation {
            seed,
            now: 0,
            events: 0,
            calendar: Calendar::default(),
            rings: Vec::new(),
            at_once: Vec::new(),
            requests: Slab::default(),
            calls: Slab::default(),
            stations: Vec::new(),
            pools: Vec::new(),
            guards: Vec::new(),
            cables: vec![[0; 2]; net.routes.len()],
            gathers: group::Gathers::default(),
            tree: Vec::new(),
            left: Vec::new(),
            watch: watch::Watch::new(&net),
            versions: versions::Versions::new(net.versioned, net.stations.len()),
            visits: visits::Visits::default(),
            kept: Vec::new(),
            nodes: Vec::new(),
            follow_ups: Slab::default(),
            troubles: trouble::Troubles::default(),
            slain: slain::Slain::default(),
            recovery_cap_s: f64::INFINITY,
            tracer: None,
            net,
        };
        simulation.rings.resize_with(simulation.net.routes.len(), Ring::default);
        simulation.pools.resize_with(simulation.net.routes.len(), Pool::default);
        simulation.guards.resize_with(simulation.net.routes.len(), guard::Guard::default);
        for station in 0..simulation.net.stations.len() {
            let state = simulation.fresh_station(station);
            simulation.stations.push(state);
        }
        simulation.retire_spares();
        for station in 0..simulation.net.stations.len() {
            simulation.start_source(station);
        }
        simulation.plan_faults();
        simulation.calendar.push(TICK, Class::Sample, What::Tick, 0, 0);
        simulation.take_snapshot();
        simulation
    }

    /// Handles events up to and including this simulated time [ns], at most `budget` of them. True when the time is
    /// reached; the clock then stands there.
    pub fn advance(&mut self, until_ns: u64, budget: u64) -> bool {
        for _ in 0..budget {
            let Some(event) = self.calendar.pop_until(until_ns) else {
                self.now = self.now.max(until_ns);
                return true;
            };
            self.now = event.time;
            self.events += 1;
            self.handle(event.what(), event.order, event.a, event.b);
        }
        false
    }

    /// Simulated time [ns].
    pub fn now_ns(&self) -> u64 {
        self.now
    }

    /// Events handled since the start.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The topology that runs.
    pub fn topology(&self) -> &Topology {
        &self.net.topology
    }

    /// Bounds detection and promotion after a kill [s], for proof runs that need not wait a quarter of an hour.
    pub fn cap_recovery(&mut self, seconds: f64) {
        self.recovery_cap_s = seconds;
    }

    /// Changes the multiplier on every source's rate; the pending gaps are rescaled at once and all estimates
    /// start anew.
    pub fn set_traffic(&mut self, multiple: f64) {
        self.net.topology.traffic = multiple;
        for station in 0..self.stations.len() {
            self.rescale_source(station);
        }
        self.start_measuring();
    }

    /// An event comes in parts, in registers: read from memory in larger pieces than it was written it would wait until it is
    /// written.
    #[inline(always)]
    fn handle(&mut self, what: What, order: u64, a: u32, b: u32) {
        let call = Handle { slot: a, generation: b };
        match what {
            What::Served if self.calls.alive(call) => self.served(call.slot),
            What::Arrive => self.at_once.push(AtOnce::Arrive(call)),
            What::Reply if self.calls.alive(call) => self.returned(call.slot),
            What::Served | What::Reply => {}
            other => self.happens(other, order, a, b),
        }
        self.settle_here();
    }

    #[inline(never)]
    fn happens(&mut self, what: What, order: u64, a: u32, b: u32) {
        let call = Handle { slot: a, generation: b };
        match what {
            What::Birth => self.birth(a, b),
            What::Retry if self.calls.alive(call) && self.calls[a].state == State::Calling => {
                self.proceed(a);
            }
            What::Expire if self.calls.alive(call) => self.timed_out(a),
            What::Hedge if self.calls.alive(call) => self.hedge(a),
            What::Overrun if self.calls.alive(call) => self.overrun(a),
            What::Arrive | What::Served | What::Reply | What::Retry => {}
            What::Expire | What::Hedge | What::Overrun => {}
            What::Share => self.share_ends(a, b),
            What::Boot => self.boot(a),
            What::Ring => self.ring(a, order),
            What::Notice => self.notice(a, b),
            What::Promote => self.promote(a, b),
            What::Tick => self.tick(),
            What::Flush => self.flush_is_due(a),
            What::Switch => self.switch(a, b),
            What::Think => self.user_sends(a, b),
            What::FollowUp => self.look_again(call),
            What::Fault => self.fault_step(a, b),
        }
    }

    /// Handles what happens without delay, depth first.
    #[inline(never)]
    fn settle(&mut self) {
        self.settle_here();
    }

    /// The same, after each event.
    #[inline(always)]
    fn settle_here(&mut self) {
        while let Some(hop) = self.at_once.pop() {
            match hop {
                AtOnce::Arrive(call) if self.calls.alive(call) => self.arrive(call.slot),
                AtOnce::Served(call) if self.calls.alive(call) => self.served_at_once(call.slot),
                AtOnce::Reply(call) if self.calls.alive(call) => self.returned(call.slot),
                AtOnce::Heard(caller, route, outcome) if self.calls.alive(caller) => {
                    self.child_done(caller.slot, route, outcome);
                }
                AtOnce::Arrive(_) | AtOnce::Served(_) | AtOnce::Reply(_) | AtOnce::Heard(..) => {}
            }
        }
    }

    fn tick(&mut self) {
        self.calendar.push(self.now + TICK, Class::Sample, What::Tick, 0, 0);
        self.scale();
        self.sample();
        self.trace_tick();
    }

    fn fresh_station(&self, station: usize) -> StationState {
        let net = &self.net.stations[station];
        let instances = match net.station {
            Station::Source(_) | Station::Observer => 0,
            _ => net.servers.instances.max(1),
        };
        let standby = match &net.station {
            Station::Store(store) if store.waits() => store.second_of(0),
            Station::Cache(cache) if cache.copies && instances > 1 => Some(1),
            Station::Source(_)
            | Station::Router(_)
            | Station::Server(_)
            | Station::Cache(_)
            | Station::Store(_)
            | Station::Queue(_)
            | Station::Observer => None,
        };
        let mut all = vec![Instance::default(); instances as usize];
        if let Some(scaling) = scale::scaling(&net.station) {
            all.iter_mut().skip(scaling.start as usize).for_each(|spare| spare.retired = true);
        }
        StationState {
            instances: all,
            watch: station_watch::StationWatch::new(instances as usize),
            standby,
            others: store::other_leads(&net.station),
            choices: Choices::new(&self.net, station),
            cache: self.fresh_cache(station),
            copies: self.fresh_copies(station),
            backlog: StationState::fresh_backlog(
                &net.station,
                self.net.topology.outgoing[station].len(),
                self.net.topology.lanes().len(),
            ),
            ..StationState::default()
        }
    }

    fn fresh_cache(&self, station: usize) -> Option<Contents> {
        let flows = self.net.flows.as_ref()?;
        Contents::new(&self.net.topology, flows, station, self.net.stations[station].keys.of(Purpose::Warm))
    }

    /// A call of a request to a station, with everything else at its start.
    #[inline(always)]
    fn blank(&self, request: u32, station: u32) -> Call {
        let asked = &self.requests[request];
        Call::new(request, asked.hash, asked.lane(), station, self.now)
    }

    #[inline(always)]
    fn add_call(&mut self, call: Call) -> u32 {
        self.requests[call.request].calls += 1;
        let slot = self.calls.insert(call).slot;
        self.versions.call_begins(slot);
        slot
    }

    /// Lets a call go, and with the last one its request.
    #[inline(never)]
    fn drop_call(&mut self, slot: u32) {
        self.drop_call_here(slot);
    }

    /// The same, where nearly every call comes.
    #[inline(always)]
    fn drop_call_here(&mut self, slot: u32) {
        let request = self.calls[slot].request;
        self.calls.remove(slot);
        let calls = &mut self.requests[request].calls;
        *calls -= 1;
        if *calls == 0 {
            self.requests.remove(request);
        }
    }

    /// Does it now, or after this delay [ns].
    #[inline(always)]
    fn after(&mut self, delay: u64, class: Class, what: What, slot: u32) {
        if delay > 0 {
            let handle = self.calls.handle(slot);
            self.calendar.push(self.now + delay, class, what, slot, handle.generation);
            return;
        }
        let call = self.calls.handle(slot);
        self.at_once.push(match what {
            What::Served => AtOnce::Served(call),
            What::Reply => AtOnce::Reply(call),
            _ => AtOnce::Arrive(call),
        });
    }

    /// Draws of a call for a purpose at its station.
    #[inline(always)]
    fn draw(&self, slot: u32, purpose: Purpose) -> Draw {
        let call = &self.calls[slot];
        let key = self.net.stations[call.station as usize].keys.of(purpose);
        Draw::new(key, call.hash, call.visit)
    }
}
