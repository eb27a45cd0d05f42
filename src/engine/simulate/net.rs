//! The topology as flat tables for the event loop: everything that an event asks for is one index away.

use petgraph::Direction;
use petgraph::graph::NodeIndex;
use rand_distr::Zipf;

use super::calls::{Call, Kind};
use super::{contents, written};
use crate::engine::cache;
use crate::engine::flows::{self, Flows, Scenario};
use crate::engine::placement;
use crate::engine::random::{self, Draw, Purpose};
use crate::topology::{
    Cache, Discipline, Habits, Hits, Lane, Lanes, Operation, Policy, Route, Servers, Service, Station,
    Strategy, Tag, Topology, nanoseconds,
};

/// Tells the draws of links from those of blocks with the same id.
const OF_LINK: u32 = 1 << 31;

/// Tables of one topology.
#[derive(Debug)]
pub struct Net {
    /// What they were made of.
    pub topology: Topology,
    /// One per station.
    pub stations: Vec<StationNet>,
    /// One per route.
    pub routes: Vec<RouteNet>,
    /// Stations that scale.
    pub scaled: Vec<u32>,
    /// Whether any station asks for keys.
    pub keyed: bool,
    /// Whether any cache shares its misses.
    pub coalesces: bool,
    /// Whether any read can return something old: versions are followed.
    pub versioned: bool,
    /// Whether more than one client sends: what each sees is counted apart.
    pub several: bool,
    /// Steady flows, where a cache starts warm from them.
    pub flows: Option<Flows>,
}

/// What the loop needs to know of a station.
#[derive(Debug)]
pub struct StationNet {
    /// What it does with a call.
    pub station: Station,
    /// Instances, cores, slots, service times.
    pub servers: Servers,
    /// Routes that carry each lane, in drawn order.
    pub outgoing: Lanes<Vec<u32>>,
    /// Cumulative weights of a source's routes.
    pub weights: Lanes<Vec<(f64, u32)>>,
    /// The line of a broker in which messages wait: those that the same consumers take stand in one.
    pub lines: Lanes<usize>,
    /// Queues that feed it.
    pub feeders: Vec<u32>,
    /// The node that it came from.
    pub id: u32,
    /// Start of each purpose's draws.
    pub keys: Keys,
    /// A hit here has data behind it: something fills it from a store.
    pub filled: bool,
    /// A message here reaches a store in the end.
    pub durable: bool,
    /// Cache routes whose key is deleted after a write here, by tag.
    pub deletes: Vec<Vec<u32>>,
    /// Caches before this server that it purges after a write that did not come through them.
    pub purges: Vec<u32>,
    /// Sum over all keys of what their popularity is in proportion to, for a source whose users' devices keep answers.
    pub popularities: f64,
    /// Popularity of keys, for a source.
    pub zipf: Option<Zipf<f64>>,
    /// A source: how popular the owners of its keys are.
    pub owners: Option<Zipf<f64>>,
    /// A source: what tells its keys from those of others; 0 where versions are not followed.
    pub space: u64,
    /// Key spaces whose writes reach what it answers reads of each tag from; empty where versions are not followed.
    pub shows: Vec<Vec<u64>>,
    /// A key of it can be changed at two places that do not know of each other.
    pub conflicts: bool,
    /// Two of its nodes take writes.
    pub multi: bool,
    /// Some of its calls are answered by several nodes together.
    pub gathers: bool,
    /// Instances that calls can reach.
    pub reachable: u32,
    /// A source whose requests have habits: hot keys, keys that are created or not there, second looks, a device's cache.
    pub habitual: bool,
    /// In which order it serves.
    pub discipline: Discipline,
    /// Start of the draws for sessions and cold starts.
    pub session_key: u64,
    /// What nearly every call asks for.
    pub basics: Basics,
    /// First come, first served.
    pub fifo: bool,
    /// Calls come to it that open a connection on its cores.
    pub opened: bool,
    /// Does something at admission or service that most do not: sessions, or runs as a function.
    pub special: bool,
}

/// What nearly every call asks of its station, side by side.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub struct Basics {
    /// Service times of reads and of writes.
    services: [Service; 2],
    /// Start of the draws for them.
    key: u64,
    /// Cores of an instance.
    pub cores: u32,
    /// Calls that one instance holds from admission to reply.
    pub slots: u32,
    /// Nothing but the state of an instance decides about a call, first come, first served: no limit, no session, no
    /// distance, no cable, no parts, no errors, no connection that is opened on its cores.
    pub plain: bool,
    /// Queues send to it whatever it can take.
    pub fed: bool,
    /// A server without any links, and whether its answers have data behind them.
    pub alone: Option<bool>,
}

impl Basics {
    /// Service time of a call; to fill or to delete is one operation of a cache, like any other.
    #[inline(always)]
    pub fn service(&self, call: &Call) -> Service {
        let writes = call.lane.op == Operation::Write || matches!(call.kind, Kind::Fill | Kind::Delete);
        self.services[usize::from(writes)]
    }

    /// How long a call is served [ns].
    #[inline(always)]
    pub fn service_ns(&self, service: &Service, call: &Call) -> u64 {
        nanoseconds(Draw::new(self.key, call.hash, call.visit).service(service))
    }
}

/// Every purpose, in the order of their numbers from 1.
const ALL: [Purpose; 16] = [
    Purpose::Gap,
    Purpose::Operation,
    Purpose::Key,
    Purpose::Service,
    Purpose::Error,
    Purpose::Choice,
    Purpose::Calls,
    Purpose::Hit,
    Purpose::Jitter,
    Purpose::Phase,
    Purpose::Replay,
    Purpose::Warm,
    Purpose::User,
    Purpose::Burst,
    Purpose::Think,
    Purpose::Habit,
];

/// Start of each purpose's draws at one station.
#[derive(Debug, Clone, Copy)]
pub struct Keys([u64; 1 + ALL.len()]);

impl Keys {
    fn new(seed: u64, block: u32) -> Self {
        let mut keys = [0; 1 + ALL.len()];
        for purpose in ALL {
            keys[purpose as usize] = random::key(seed, block, purpose);
        }
        Keys(keys)
    }

    /// Start of the draws for this purpose.
    #[inline]
    pub fn of(&self, purpose: Purpose) -> u64 {
        self.0[purpose as usize]
    }
}

/// What nearly every call asks of its route, side by side.
#[derive(Debug)]
#[repr(align(64))]
pub struct Way {
    /// How long the caller waits for one attempt [ns].
    pub timeout_ns: u64,
    /// Time of a call on its way, where nothing else has a say [ns].
    pub call_ns: u64,
    /// Caller.
    pub from: u32,
    /// Callee.
    pub to: u32,
    /// Messages take the latency and nothing else, and whoever calls waits for no connection, asks no breaker, saves for no
    /// retries and knows how long to wait.
    pub plain: bool,
    /// A reply takes no time, and nobody looks at it but the caller.
    pub tells_at_once: bool,
}

/// What the loop needs to know of a route.
#[derive(Debug)]
pub struct RouteNet {
    /// What nearly every call asks for.
    pub way: Way,
    /// What was drawn.
    pub route: Route,
    /// The callee is a cache and a later link of the caller is called on its miss: its failure is a miss.
    pub aside: Lanes<bool>,
    /// The cache route whose miss calls this one.
    pub follows: Lanes<Option<u32>>,
    /// The on-miss route that fetches what this cache route misses, for reads of each tag.
    pub refill: Vec<Option<u32>>,
    /// An on-miss route without any cache before it is never called.
    pub never: bool,
    /// Messages take more or less than the latency.
    pub rough: bool,
    /// Without a pool: time until a call's connection is open [ns], and core time of the callee to open it [s].
    pub opening_ns: u64,
    /// See there.
    pub opening_s: f64,
    /// A breaker or a bulkhead looks at its calls.
    pub guarded: bool,
    /// The callee is a cache.
    pub asks_cache: bool,
    /// Messages take the latency and nothing else.
    pub smooth: bool,
    /// One call per request, always.
    pub once: bool,
    /// Its calls are made at the same time as others, or have second copies.
    pub together: bool,
    /// Start of the draws for its calls and its replies on the wire, and for its callers' patience.
    pub wire_keys: [u64; 2],
    /// Start of the draws for its callers' patience.
    pub patience_key: u64,
}

impl Net {
    /// Tables of this topology with the draws of this seed.
    pub fn new(topology: Topology, seed: u64) -> Self {
        let routes =
            (0..topology.graph.edge_count()).map(|index| route_net(&topology, index, seed)).collect();
        let mut net = Net {
            stations: Vec::new(),
            scaled: Vec::new(),
            routes,
            keyed: false,
            coalesces: false,
            versioned: false,
            several: false,
            flows: None,
            topology,
        };
        net.stations = (0..net.topology.len()).map(|index| net.station_net(index, seed)).collect();
        let scales = |index: &u32| super::scale::scaling(&net.stations[*index as usize].station).is_some();
        net.scaled = (0..net.stations.len() as u32).filter(scales).collect();
        let by_key = net.stations.iter().any(asks_for_keys);
        net.versioned = net.can_be_stale();
        net.several = net.stations.iter().filter(|it| matches!(it.station, Station::Source(_))).count() > 1;
        net.coalesces = net.stations.iter().any(|it| shares_misses(&it.station));
        net.keyed = by_key || net.versioned || net.stations.iter().any(places_keys);
        if net.versioned {
            net.stations.iter_mut().for_each(name_space);
        }
        net.flows = by_key.then(|| flows::solve(&net.topology, &Scenario::default()));
        for (station, purges) in net.stations.iter_mut().zip(purges(&net.topology)) {
            station.purges = purges;
        }
        for index in 0..net.stations.len() {
            link_misses(&mut net, index);
        }
        for index in 0..net.stations.len() {
            net.stations[index].filled = net.is_filled(index);
            net.stations[index].basics.alone = net.answers_alone(index);
            net.stations[index].durable = net.reaches_data(index, &mut vec![false; net.stations.len()]);
            let tags = net.topology.tags.all();
            net.stations[index].deletes = tags.map(|tag| net.deletes_of(index, tag)).collect();
        }
        if net.versioned {
            let shown = written::spaces(&net);
            net.stations.iter_mut().zip(shown).for_each(|(station, shows)| station.shows = shows);
        }
        net
    }

    fn station_net(&self, index: usize, seed: u64) -> StationNet {
        let place = self.topology.place(index);
        let carried = |lane: Lane| -> Vec<u32> {
            let all = self.topology.outgoing[index].iter().map(|edge| edge.index() as u32);
            all.filter(|route| self.routes[*route as usize].route.carries(lane)).collect()
        };
        let outgoing = Lanes::each(&self.topology, carried);
        let zipf = match &place.station {
            Station::Source(source) => Zipf::new(source.keys.max(1) as f64, source.zipf.max(0.0)).ok(),
            _ => None,
        };
        let owners = match &place.station {
            Station::Source(source) => placement::owners(source),
            _ => None,
        };
        let discipline = discipline(&place.station);
        let gathers = matches!(&place.station, Station::Store(store) if store.gathers());
        let special = matches!(&place.station, Station::Server(server)
            if server.sessions.is_some() || server.function.is_some());
        let rough = self.callers(index).any(|(_, route)| route.rough);
        let far = self.topology.distances.is_some();
        // A standby that was just promoted may begin with fewer cores.
        let grows =
            matches!(&place.station, Station::Store(store) if store.waits() && store.spare.weak.is_some());
        let limited = place.servers.limit.is_some() || place.servers.errors > 0.0;
        let asks_nothing = !gathers && !special && !rough && !far && !limited;
        let in_order = discipline == Discipline::Fifo;
        let opened = self.callers(index).any(|(_, route)| route.opening_s > 0.0);
        let (feeders, keys) = (self.feeders(index), Keys::new(seed, place.id.0));
        let fed = !feeders.is_empty();
        StationNet {
            station: place.station.clone(),
            servers: place.servers.clone(),
            weights: match &place.station {
                Station::Source(_) => Lanes::each(&self.topology, |lane| self.cumulative(&outgoing[lane])),
                _ => Lanes::new(&self.topology, Vec::new()),
            },
            lines: Lanes::each(&self.topology, |lane| {
                let same = |other: &Lane| other.op == lane.op && outgoing[*other] == outgoing[lane];
                self.topology.lanes().find(same).map_or(0, Lane::index)
            }),
            outgoing,
            feeders,
            keys,
            filled: false,
            durable: false,
            deletes: Vec::new(),
            purges: Vec::new(),
            popularities: popularities(&place.station),
            zipf,
            space: 0,
            shows: Vec::new(),
            gathers,
            owners,
            conflicts: matches!(&place.station, Station::Store(store) if store.can_conflict()),
            multi: matches!(&place.station, Station::Store(store) if store.multi),
            id: place.id.0,
            reachable: self.reachable(index),
            habitual: matches!(&place.station, Station::Source(source) if has_habits(&source.habits)),
            discipline,
            basics: Basics {
                services: [place.servers.read, place.servers.write],
                key: keys.of(Purpose::Service),
                cores: place.servers.cores.unwrap_or(u32::MAX),
                slots: place.servers.slots,
                plain: asks_nothing && in_order && !opened && !grows,
                fed,
                alone: None,
            },
            fifo: in_order,
            opened,
            session_key: random::key(seed, place.id.0, Purpose::Session),
            special,
        }
    }

    fn cumulative(&self, routes: &[u32]) -> Vec<(f64, u32)> {
        let mut total = 0.0;
        let one = |route: &u32| {
            total += self.routes[*route as usize].route.weight;
            (total, *route)
        };
        routes.iter().map(one).collect()
    }

    /// Whether something is written, and something keeps it more than once.
    fn can_be_stale(&self) -> bool {
        let written = self
            .stations
            .iter()
            .any(|it| matches!(&it.station, Station::Source(source) if source.reads < 1.0));
        written && self.stations.iter().any(keeps_copies)
    }

    fn callers(&self, index: usize) -> impl Iterator<Item = (usize, &RouteNet)> {
        let to_it = move |(_, route): &(usize, &RouteNet)| route.way.to as usize == index;
        self.routes.iter().enumerate().filter(to_it)
    }

    fn feeders(&self, index: usize) -> Vec<u32> {
        let queue = |from: u32| matches!(self.topology.place(from as usize).station, Station::Queue(_));
        let mut feeders: Vec<u32> =
            self.callers(index).map(|(_, route)| route.way.from).filter(|from| queue(*from)).collect();
        feeders.dedup();
        feeders
    }

    /// Callers know one address: without a router or a queue in front only instance 0 is reached.
    fn reachable(&self, index: usize) -> u32 {
        let place = self.topology.place(index);
        let spreads = |from: u32| {
            matches!(self.topology.place(from as usize).station, Station::Router(_) | Station::Queue(_))
        };
        let one = place.servers.addressing == crate::topology::Addressing::First
            && !self.callers(index).any(|(_, route)| spreads(route.way.from));
        let all = place.servers.instances.max(1);
        if one { 1 } else { all }
    }

    /// Whether a look-up that goes on from here ends at data.
    fn reaches_data(&self, index: usize, seen: &mut Vec<bool>) -> bool {
        if std::mem::replace(&mut seen[index], true) {
            return false;
        }
        match &self.topology.place(index).station {
            Station::Store(_) => return true,
            Station::Server(server) if server.holds_data => return true,
            Station::Source(_)
            | Station::Router(_)
            | Station::Server(_)
            | Station::Cache(_)
            | Station::Queue(_)
            | Station::Observer => {}
        }
        self.topology.outgoing[index].iter().any(|edge| {
            let to = self.routes[edge.index()].way.to as usize;
            self.reaches_data(to, seen)
        })
    }

    /// Whether its answers have data behind them, for a server that neither calls nor purges anything.
    fn answers_alone(&self, index: usize) -> Option<bool> {
        let Station::Server(server) = &self.stations[index].station else { return None };
        let alone = self.topology.outgoing[index].is_empty() && self.stations[index].purges.is_empty();
        alone.then_some(server.holds_data)
    }

    /// A cache is filled when it passes on to data, or when a caller of it goes to data on its miss.
    fn is_filled(&self, index: usize) -> bool {
        if !matches!(self.topology.place(index).station, Station::Cache(_)) {
            return false;
        }
        let mut seen = vec![false; self.stations.len()];
        if self.reaches_data(index, &mut seen) {
            return true;
        }
        self.routes.iter().any(|route| {
            let reads = route.follows.pairs().filter(|(lane, _)| lane.op == Operation::Read);
            let mut looked_up = reads.filter_map(|(_, cache)| *cache);
            let after = looked_up.any(|cache| self.routes[cache as usize].way.to as usize == index);
            after && self.reaches_data(route.way.to as usize, &mut vec![false; self.stations.len()])
        })
    }

    /// Caches beside this server whose key goes after a write, unless the write itself passes through them.
    fn deletes_of(&self, index: usize, tag: Tag) -> Vec<u32> {
        let reads = Lane { op: Operation::Read, tag };
        let mut deletes = Vec::new();
        for route in &self.stations[index].outgoing[reads] {
            let Some(cache) = self.routes[*route as usize].follows[reads] else { continue };
            let cache_route = &self.routes[cache as usize];
            let Station::Cache(spec) = &self.topology.place(cache_route.way.to as usize).station else {
                continue;
            };
            if spec.delete_on_write
                && is_derived(spec)
                && !cache_route.route.writes
                && !deletes.contains(&cache)
            {
                deletes.push(cache);
            }
        }
        deletes
    }
}

fn has_habits(habits: &Habits) -> bool {
    [habits.hot, habits.creates, habits.absent, habits.follow, habits.device_ttl_s].iter().any(|of| *of > 0.0)
}

fn discipline(station: &Station) -> Discipline {
    match station {
        Station::Server(server) => server.discipline,
        Station::Source(_) | Station::Router(_) | Station::Cache(_) => Discipline::Fifo,
        Station::Store(_) | Station::Queue(_) | Station::Observer => Discipline::Fifo,
    }
}

/// Whether hits follow from keys.
pub fn is_derived(cache: &Cache) -> bool {
    matches!(cache.hits, Hits::Derived { .. })
}

/// Whether an answer from here can be older than another one.
fn keeps_copies(net: &StationNet) -> bool {
    match &net.station {
        Station::Store(store) => {
            store.nodes() > store.shards() || store.ring.is_some() || store.refresh_ns > 0
        }
        Station::Cache(cache) => is_derived(cache),
        Station::Queue(_) => true,
        Station::Source(source) => source.habits.device_ttl_s > 0.0 || source.habits.absent > 0.0,
        Station::Router(_) | Station::Server(_) | Station::Observer => false,
    }
}

/// Key space of all clients that share their keys.
const SHARED_SPACE: u64 = 1;

/// By station: the caches whose misses it answers, directly or behind routers, and which it purges when a key is written.
pub fn purges(topology: &Topology) -> Vec<Vec<u32>> {
    let mut purges = vec![Vec::new(); topology.len()];
    for (index, place) in topology.places() {
        let Station::Cache(cache) = &place.station else { continue };
        let asks = cache.rules.purged && cache.delete_on_write && is_derived(cache);
        if asks && !writes_pass(topology, index) {
            let purging = answering(topology, index).into_iter();
            purging.for_each(|server| purges[server].push(index as u32));
        }
    }
    purges
}

/// Servers that answer the misses of a cache, directly or behind routers.
fn answering(topology: &Topology, cache: usize) -> Vec<usize> {
    let mut servers = Vec::new();
    let mut open = vec![cache];
    let mut seen = vec![false; topology.len()];
    while let Some(from) = open.pop() {
        for edge in &topology.outgoing[from] {
            let to = topology.ends(edge.index()).1;
            if !topology.graph[*edge].reads || std::mem::replace(&mut seen[to], true) {
                continue;
            }
            match topology.place(to).station {
                Station::Server(_) => servers.push(to),
                Station::Router(_) => open.push(to),
                Station::Source(_) | Station::Cache(_) | Station::Store(_) => {}
                Station::Queue(_) | Station::Observer => {}
            }
        }
    }
    servers
}

/// Whether writes go through a station.
fn writes_pass(topology: &Topology, index: usize) -> bool {
    let writes = |direction| {
        topology.graph.edges_directed(NodeIndex::new(index), direction).any(|edge| edge.weight().writes)
    };
    writes(Direction::Incoming) && writes(Direction::Outgoing)
}

fn popularities(station: &Station) -> f64 {
    match station {
        Station::Source(source) if source.habits.device_ttl_s > 0.0 => {
            1.0 / cache::head(source.keys, source.zipf, 1)[0]
        }
        _ => 0.0,
    }
}

fn shares_misses(station: &Station) -> bool {
    matches!(station, Station::Cache(cache) if cache.rules.coalesce)
}

/// Location at which a user asks a cache.
pub fn location_of(cache: &Cache, user: u64) -> u64 {
    match cache.hits {
        Hits::Given(_) => 0,
        Hits::Derived { locations, .. } => contents::location_of(user, u64::from(locations.max(1))),
    }
}

fn name_space(net: &mut StationNet) {
    if let Station::Source(source) = &net.station {
        let own = random::mix(u64::from(net.id)).max(1);
        net.space = if source.habits.shared { SHARED_SPACE } else { own };
    }
}

/// Whether a call's key decides which node of a store serves it.
fn places_keys(net: &StationNet) -> bool {
    matches!(&net.station, Station::Store(store) if store.ring.is_some() || store.shards() > 1)
}

fn asks_for_keys(net: &StationNet) -> bool {
    match &net.station {
        Station::Cache(cache) => {
            let rules = &cache.rules;
            let spread = !cache.copies && net.servers.instances > 1;
            is_derived(cache) || spread || rules.coalesce || rules.strategy == Strategy::WriteBehind
        }
        Station::Source(source) => source.habits.device_ttl_s > 0.0,
        Station::Queue(queue) => queue.rules.partitions.is_some_and(|partitions| partitions > 1),
        Station::Router(router) => router.policy == Policy::Hash,
        Station::Server(_) | Station::Store(_) | Station::Observer => false,
    }
}

fn route_net(topology: &Topology, index: usize, seed: u64) -> RouteNet {
    let (from, to) = topology.ends(index);
    let route = topology.route(index);
    let policy = &route.policy;
    let key = |purpose| random::key(seed, route.id.0 | OF_LINK, purpose);
    let narrow = [from, to].into_iter().any(|node| topology.place(node).network.is_some());
    let limited = narrow && policy.bits != [0.0; 2];
    let rough = policy.is_rough() || limited;
    let smooth = !rough && topology.distances.is_none();
    let asks = policy.is_guarded() || policy.budget.is_some() || policy.patience_varies;
    let opening_ns = if route.pool.is_none() { route.connections.open_ns } else { 0 };
    RouteNet {
        way: Way {
            timeout_ns: route.timeout_ns,
            call_ns: route.latency_ns + opening_ns,
            from: from as u32,
            to: to as u32,
            plain: smooth && route.pool.is_none() && !asks,
            tells_at_once: smooth && !policy.is_guarded() && route.latency_ns == 0,
        },
        route: route.clone(),
        aside: Lanes::new(topology, false),
        follows: Lanes::new(topology, None),
        refill: topology.tags.all().map(|_| None).collect(),
        never: false,
        rough,
        smooth,
        once: route.calls == 1.0 && !route.on_miss,
        opening_ns,
        opening_s: if route.pool.is_none() { route.connections.open_cpu_s } else { 0.0 },
        guarded: policy.is_guarded(),
        asks_cache: matches!(topology.place(to).station, Station::Cache(_)),
        together: policy.parallel || policy.group > 0 || policy.hedge_ns.is_some(),
        wire_keys: [key(Purpose::Wire), key(Purpose::WireBack)],
        patience_key: key(Purpose::Patience),
    }
}

/// Finds for each on-miss route of a station the cache route before it.
fn link_misses(net: &mut Net, index: usize) {
    let mut any_cache = false;
    for edge in net.topology.outgoing[index].clone() {
        let route = edge.index();
        net.routes[route].never = net.routes[route].route.on_miss && !any_cache;
        any_cache |=
            matches!(net.topology.place(net.routes[route].way.to as usize).station, Station::Cache(_));
    }
    for lane in net.topology.lanes() {
        let mut cache = None;
        for route in net.stations[index].outgoing[lane].clone() {
            if net.routes[route as usize].route.on_miss
                && let Some(before) = cache
            {
                net.routes[route as usize].follows[lane] = Some(before);
                net.routes[before as usize].aside[lane] = true;
                if lane.op == Operation::Read {
                    net.routes[before as usize].refill[lane.tag.index()].get_or_insert(route);
                }
            }
            let to = net.routes[route as usize].way.to as usize;
            if matches!(net.topology.place(to).station, Station::Cache(_)) {
                cache = Some(route);
            }
        }
    }
}
