//! What the request tree needs to answer: the and/or structure of a topology with some instances dead.
//!
//! Capacity plays no part here. A share is that of calls answered at a station when whatever could be noticed has been
//! noticed; a loop is followed until the calls in it run out of hops, so a call that only goes in circles is never
//! answered, and two routers that lead to each other do not keep each other alive.

use petgraph::algo::tarjan_scc;

use crate::engine::{Unit, placement};
use crate::topology::{
    Addressing, Cache, Hits, Lane, Operation, Policy, Reads, Route, Station, Store, Tag, Topology,
};

/// A call that has gone this many hops fails, as rules 1.2 settle; so many rounds the shares need at most.
const HOPS: usize = 64;

/// Which instances are dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead(Vec<Vec<bool>>);

impl Dead {
    /// Everything is alive but these units.
    pub fn of(topology: &Topology, units: &[Unit]) -> Self {
        let all_alive =
            |(_, place): (usize, &crate::topology::Place)| vec![false; place.instances() as usize];
        let mut dead = Dead(topology.places().map(all_alive).collect());
        for (node, instance) in units.iter().flat_map(|unit| unit.instances(topology)) {
            dead.0[node][instance as usize] = true;
        }
        dead
    }

    /// Whether this instance is alive.
    pub fn alive(&self, node: usize, instance: usize) -> bool {
        self.0[node].get(instance) == Some(&false)
    }

    /// Number of instances alive.
    pub fn live(&self, node: usize) -> usize {
        self.0[node].iter().filter(|dead| !**dead).count()
    }
}

/// The structure of a topology with the hit share of each of its caches.
#[derive(Debug)]
pub struct Structure<'a> {
    topology: &'a Topology,
    /// Share of look-ups that hit, by station and tag; 0 for what is not a cache.
    hits: Vec<Vec<f64>>,
    /// Share of a store's reads and writes that each shard gets, by station.
    shards: Vec<[Vec<f64>; 2]>,
    /// Stations, callees before callers as far as loops allow.
    order: Vec<usize>,
}

impl<'a> Structure<'a> {
    /// The structure; `hits` gives the hit ratio of a cache whose ratio is derived, for a tag (0–1).
    pub fn new(topology: &'a Topology, hits: impl Fn(usize, Tag) -> f64) -> Self {
        let share = |node: usize, place: &crate::topology::Place, tag| match &place.station {
            Station::Cache(Cache { hits: Hits::Given(share), .. }) => *share,
            Station::Cache(_) => hits(node, tag).clamp(0.0, 1.0),
            Station::Source(_) | Station::Router(_) | Station::Server(_) => 0.0,
            Station::Store(_) | Station::Queue(_) | Station::Observer => 0.0,
        };
        let by_tag = |(node, place)| topology.tags.all().map(|tag| share(node, place, tag)).collect();
        let hits = topology.places().map(by_tag).collect();
        let order = tarjan_scc(&topology.graph).into_iter().flatten().map(|index| index.index()).collect();
        let cut = |(node, place): (usize, &crate::topology::Place)| {
            let Station::Store(store) = &place.station else { return Default::default() };
            Operation::ALL.map(|op| placement::shares(topology, node, &store.shards, op))
        };
        let shards = topology.places().map(cut).collect();
        Structure { topology, hits, shards, order }
    }

    /// Share of each client's requests of an operation that are answered (0–1), in topology order; 0 for what is no client.
    /// With `failover` a standby whose primary is dead has been promoted, and a cache's copy has taken over.
    pub fn answered(&self, dead: &Dead, failover: bool, op: Operation) -> Vec<f64> {
        let mut answered = vec![0.0; self.topology.len()];
        for tag in self.topology.tags.all() {
            let of_tag = |place: &crate::topology::Place| matches!(&place.station, Station::Source(source) if source.tag == tag);
            let mut mine = self.topology.places().filter(|(_, place)| of_tag(place)).peekable();
            if mine.peek().is_some() {
                let shares = self.shares(dead, failover, Lane { op, tag });
                mine.for_each(|(node, _)| answered[node] = shares[node]);
            }
        }
        answered
    }

    /// Share of the calls of a lane that each station answers (0–1), in topology order.
    fn shares(&self, dead: &Dead, failover: bool, lane: Lane) -> Vec<f64> {
        let mut view = View { structure: self, dead, failover, lane, share: vec![0.0; self.topology.len()] };
        for _ in 0..HOPS {
            let mut moved = false;
            for &node in &self.order {
                let next = view.station(node);
                moved |= (next - view.share[node]).abs() > 1e-12;
                view.share[node] = next;
            }
            if !moved {
                break;
            }
        }
        view.share
    }
}

/// Share of all requests of an operation that the structure answers with these units lost (0–1), over all clients by their
/// rate; 0 without a client. Derived hit ratios count as 0: every look-up misses.
pub fn works(topology: &Topology, dead: &[Unit], op: Operation) -> f64 {
    let shares = Structure::new(topology, |_, _| 0.0).answered(&Dead::of(topology, dead), true, op);
    let (mut answered, mut sent) = (0.0, 0.0);
    for (node, place) in topology.places() {
        if let Station::Source(source) = &place.station {
            let rate = source.rate * op.share_of(source);
            sent += rate;
            answered += rate * shares[node];
        }
    }
    if sent > 0.0 { answered / sent } else { 0.0 }
}

/// One solution under way.
struct View<'a> {
    structure: &'a Structure<'a>,
    dead: &'a Dead,
    failover: bool,
    lane: Lane,
    share: Vec<f64>,
}

/// The calls of a server to one cache, and what is done after a miss.
struct Lookup {
    /// Share that does not come back as a miss.
    hit: f64,
    /// Share answered at all, hit or miss: what counts when nothing is called after a miss.
    alone: f64,
    /// Share answered by everything that is called after a miss, if anything is.
    alternative: Option<f64>,
}

impl Lookup {
    fn answered(self) -> f64 {
        self.alternative.map_or(self.alone, |alternative| self.hit + (1.0 - self.hit) * alternative)
    }
}

impl<'a> View<'a> {
    fn station(&self, node: usize) -> f64 {
        match &self.structure.topology.place(node).station {
            Station::Source(_) => self.one_of(node),
            Station::Router(router) => self.routed(node, router.policy),
            Station::Server(_) => self.all_of(node),
            Station::Cache(cache) => self.looked_up(node, cache.copies),
            Station::Store(store) => self.kept(node, store),
            Station::Queue(_) => f64::from(u8::from(self.dead.live(node) > 0)),
            Station::Observer => 0.0,
        }
    }

    /// Links that carry the lane, in drawn order, with the station that each leads to.
    fn links(&self, node: usize) -> impl Iterator<Item = (&'a Route, usize)> {
        let (topology, lane) = (self.structure.topology, self.lane);
        let indices = topology.outgoing[node].iter().map(|edge| edge.index());
        indices
            .map(|index| (topology.route(index), topology.ends(index).1))
            .filter(move |(route, _)| route.carries(lane))
    }

    /// A client: one of its links by weight, and no other when that fails.
    fn one_of(&self, node: usize) -> f64 {
        mean(self.links(node).map(|(route, to)| (route.weight, self.called(to))))
    }

    /// A router: one of the targets alive behind its links; the dead ones have been left out.
    fn routed(&self, node: usize, policy: Policy) -> f64 {
        let candidate = |(route, to): (&Route, usize)| {
            let instances = self.candidates(to) as f64;
            let weight = match policy {
                Policy::Random | Policy::Weighted => route.weight * instances,
                // Each target serves its own paths: when it is dead, their share is lost.
                Policy::Path => return (route.weight, if instances > 0.0 { self.share[to] } else { 0.0 }),
                Policy::RoundRobin
                | Policy::LeastConnections
                | Policy::PowerOfTwo
                | Policy::Sticky
                | Policy::Hash
                | Policy::Nearest => instances,
                Policy::Failover => {
                    let first = self.links(node).find(|(_, to)| self.candidates(*to) > 0);
                    f64::from(u8::from(first.is_some_and(|(other, _)| other.id == route.id)))
                }
            };
            (weight, self.share[to])
        };
        mean(self.links(node).map(candidate))
    }

    /// How many targets a router sees there: each living instance of a server or a router; another station spreads calls
    /// itself and is one while any of it is alive.
    fn candidates(&self, to: usize) -> usize {
        let live = self.dead.live(to);
        match self.structure.topology.place(to).station {
            Station::Server(_) | Station::Router(_) => live,
            Station::Cache(_) | Station::Store(_) | Station::Queue(_) => live.min(1),
            Station::Source(_) | Station::Observer => 0,
        }
    }

    /// A server: every call that it waits for. A cache that missed, or is dead, hands over to the links *on miss* after it.
    fn all_of(&self, node: usize) -> f64 {
        let mut share = 1.0;
        let mut last: Option<Lookup> = None;
        for (route, to) in self.links(node).filter(|(route, _)| !route.background) {
            let factor = if route.optional { 1.0 } else { repeated(self.called(to), route.calls) };
            if route.on_miss {
                // Without a cache call before it, it is never called.
                if let Some(lookup) = &mut last {
                    lookup.alternative = Some(lookup.alternative.unwrap_or(1.0) * factor);
                }
            } else if let Station::Cache(_) = self.structure.topology.place(to).station {
                let next = Lookup { hit: self.hit(to), alone: factor, alternative: None };
                share *= last.replace(next).map_or(1.0, Lookup::answered);
            } else {
                share *= factor;
            }
        }
        share * last.map_or(1.0, Lookup::answered)
    }

    /// A cache: the hits, and of the misses what is behind it answers; with nothing behind it a miss is an answer too.
    fn looked_up(&self, node: usize, copies: bool) -> f64 {
        if !self.in_line(node) {
            return self.present(node, copies);
        }
        let hit = if self.lane.op == Operation::Read { self.hit_ratio(node) } else { 0.0 };
        let behind = self.links(node).filter(|(route, _)| !route.background && !route.optional);
        let passed: f64 = behind.map(|(route, to)| repeated(self.called(to), route.calls)).product();
        self.present(node, copies) * (hit + (1.0 - hit) * passed)
    }

    /// Share of the keys of a cache whose instance is alive. Of copies the first answers, and after failover another.
    fn present(&self, node: usize, copies: bool) -> f64 {
        let live = self.dead.live(node);
        if copies {
            return f64::from(u8::from(self.dead.alive(node, 0) || (self.failover && live > 0)));
        }
        live as f64 / f64::from(self.structure.topology.place(node).instances())
    }

    /// Share of the calls of a server to a cache that do not come back as a miss. A cache never answers a write.
    fn hit(&self, cache: usize) -> f64 {
        let answered = match self.lane.op {
            _ if self.in_line(cache) => 1.0,
            Operation::Read => self.hit_ratio(cache),
            Operation::Write => 0.0,
        };
        self.called(cache) * answered
    }

    /// Share of the look-ups of this tag that hit.
    fn hit_ratio(&self, cache: usize) -> f64 {
        self.structure.hits[cache][self.lane.tag.index()]
    }

    /// Whether a cache passes the misses of this lane on.
    fn in_line(&self, cache: usize) -> bool {
        self.links(cache).next().is_some()
    }

    /// Share of the keys for which a store can answer.
    fn kept(&self, node: usize, store: &Store) -> f64 {
        let alive: Vec<bool> = (0..store.nodes() as usize).map(|i| self.dead.alive(node, i)).collect();
        if let Some(ring) = &store.ring {
            return ring.load(&alive, self.lane.op as usize).0;
        }
        let shares = &self.structure.shards[node][self.lane.op as usize];
        let kept = |shard: usize| self.shard_kept(node, store, shard);
        let own = (0..shares.len()).filter(|shard| kept(*shard)).map(|shard| shares[shard]).sum::<f64>();
        // A read across shards needs them all.
        let whole = f64::from(u8::from((0..shares.len()).all(kept)));
        let scatter =
            if self.lane.op == Operation::Read && shares.len() > 1 { store.shards.scatter } else { 0.0 };
        if whole >= 1.0 { 1.0 } else { (1.0 - scatter) * own }
    }

    /// Whether a shard can answer: a write needs the primary or its promoted standby, a read one of those it may use.
    fn shard_kept(&self, node: usize, store: &Store, shard: usize) -> bool {
        let first = store.nodes_of(shard as u32).start as usize;
        let last = first + store.replicas as usize + 1;
        let standby = store.standby && self.failover && self.dead.alive(node, last);
        let primary = self.dead.alive(node, first) || standby;
        let replica = (first + 1..last).any(|instance| self.dead.alive(node, instance));
        match (self.lane.op, store.reads) {
            (Operation::Write, _) | (Operation::Read, Reads::Primary) => primary,
            // With all replicas dead the primary answers.
            (Operation::Read, Reads::Replicas | Reads::All) => replica || primary,
        }
    }

    /// Share answered of calls that do not come from a router: an address that leads to instance 0 fails with it.
    fn called(&self, to: usize) -> f64 {
        let reached = match self.structure.topology.place(to).servers.addressing {
            Addressing::First => self.dead.alive(to, 0),
            Addressing::Spread | Addressing::Own => self.dead.live(to) > 0,
        };
        if reached { self.share[to] } else { 0.0 }
    }
}

/// Weighted mean; 0 without any weight.
fn mean(parts: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for (weight, share) in parts {
        sum += weight * share;
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// Share of requests for which all of `calls` calls are answered: the whole part for sure, one more by the fraction.
fn repeated(share: f64, calls: f64) -> f64 {
    let whole = f64::floor(calls);
    libm::pow(share, whole) * (1.0 - (calls - whole) * (1.0 - share))
}
