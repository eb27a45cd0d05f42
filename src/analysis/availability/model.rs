//! A design as yes-or-no functions: what must work for a request to be answered.
//!
//! Things that fail (instances, pairs of primary and standby, managed services, groups) are variables, and so are the
//! chances within a request: a cache hit, one of several links. The structure is that of `spof::structure`, so that a
//! single loss means the same in both; a router sends to what answers its health checks.

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::diagram::{ALWAYS, Diagram, Function, NEVER};
use super::pair::{Fate, Pair};
use crate::analysis::spof;
use crate::engine::Unit;
use crate::engine::flows::Flows;
use crate::topology::{
    Addressing, Cache, Lane, Lanes, Life, Operation, Policy, Reads, Route, Station, Store, Tag, Topology,
};

/// A call that has gone this many hops fails (rules 1.2).
const HOPS: usize = 64;

/// Something that fails or a chance within a request, as a variable of the diagram.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// What fails together with it: one unit, or primary and standby; nothing for a chance within a request.
    pub units: Vec<Unit>,
    /// Alike are variables of the same place, role and group: node, role, group.
    pub class: (usize, u8, Option<usize>),
    /// How it fares; of a chance its probability.
    pub fate: Fate,
    /// A provider's service, with redundancy of its own.
    pub managed: bool,
}

/// Functions of a whole topology.
pub struct Model<'a> {
    topology: &'a Topology,
    diagram: Diagram,
    /// One per variable of the diagram.
    pub variables: Vec<Variable>,
    groups: Vec<Function>,
    /// Whether each instance works, its groups included, by station.
    alive: Vec<Vec<Function>>,
    /// Primary with standby, and what is left of them when one of their groups is lost, by station.
    pairs: Vec<Option<[Function; 2]>>,
    /// Instances that must work, by station.
    needed: Vec<usize>,
    /// Caches without which the store behind them drowns.
    required: Vec<bool>,
    /// Share of look-ups that hit, by station and tag.
    hits: Vec<Vec<f64>>,
    hit: Vec<Vec<Option<Function>>>,
    /// Chances by lane and route: which of several is taken, and whether a fraction of a call is made.
    taken: Lanes<Vec<Option<Function>>>,
    made: Lanes<Vec<Option<Function>>>,
    key: Vec<Vec<Function>>,
    /// Callees before callers as far as loops allow.
    order: Vec<usize>,
    loops: bool,
}

impl<'a> Model<'a> {
    /// The variables of a topology under these flows.
    pub fn new(topology: &'a Topology, flows: &Flows) -> Self {
        let routes = topology.graph.edge_count();
        let groups = tarjan_scc(&topology.graph);
        let loops =
            |group: &Vec<NodeIndex>| group.len() > 1 || topology.graph.contains_edge(group[0], group[0]);
        let loops = groups.iter().any(loops);
        let order = groups.into_iter().flatten().map(|index| index.index()).collect();
        let hits = |node: usize| flows.stations[node].hits.iter().map(|hits| hits.clamp(0.0, 1.0)).collect();
        let mut model = Model {
            topology,
            diagram: Diagram::default(),
            variables: Vec::new(),
            groups: Vec::new(),
            alive: vec![Vec::new(); topology.len()],
            pairs: vec![None; topology.len()],
            needed: (0..topology.len()).map(|node| needed(topology, flows, node)).collect(),
            required: vec![false; topology.len()],
            hits: (0..topology.len()).map(hits).collect(),
            hit: vec![topology.tags.all().map(|_| None).collect(); topology.len()],
            taken: Lanes::new(topology, vec![None; routes]),
            made: Lanes::new(topology, vec![None; routes]),
            key: vec![Vec::new(); topology.len()],
            order,
            loops,
        };
        model.add_groups();
        if loops {
            model.order.clone().into_iter().for_each(|node| model.add_station(node));
        }
        model.find_required();
        model
    }

    /// Chance of each variable.
    pub fn chances(&self) -> Vec<f64> {
        self.variables.iter().map(|variable| variable.fate.up).collect()
    }

    /// The functions of the stations for each lane that is used, those of its clients among them: their requests are answered.
    /// Without loops a station's variables come just before what it needs them for, chances within a request among them:
    /// things that are asked for together have to stand together, or the diagram grows with all that they can be.
    pub fn answered(&mut self, used: impl Fn(Lane) -> bool) -> Lanes<Vec<Function>> {
        let mut share = Lanes::new(self.topology, vec![NEVER; self.topology.len()]);
        for _ in 0..HOPS {
            let mut moved = false;
            for node in self.order.clone() {
                if !self.loops {
                    self.add_station(node);
                    self.add_chances(node, &used);
                }
                for lane in self.topology.lanes().filter(|lane| used(*lane)) {
                    let next = self.station(lane, node, &share[lane]);
                    moved |= next != share[lane][node];
                    share[lane][node] = next;
                }
            }
            // Without loops all that a station calls is settled before it.
            if !moved || !self.loops {
                break;
            }
        }
        share
    }

    /// Both.
    pub fn both(&mut self, a: Function, b: Function) -> Function {
        self.diagram.and(a, b)
    }

    /// Whether the design hangs together in too many ways to be worked out.
    pub fn is_full(&self) -> bool {
        self.diagram.is_full()
    }

    /// What these functions need, to be computed many times.
    pub fn program(&self, roots: &[Function]) -> super::diagram::Program {
        self.diagram.program(roots)
    }

    fn variable(&mut self, units: Vec<Unit>, class: (usize, u8, Option<usize>), fate: Fate) -> Function {
        let managed = false;
        self.variables.push(Variable { units, class, fate, managed });
        self.diagram.variable()
    }

    fn chance(&mut self, probability: f64) -> Function {
        let fate = Fate { up: probability, outages: 0.0 };
        self.variable(Vec::new(), (usize::MAX, 0, None), fate)
    }

    /// Groups first: they decide about most.
    fn add_groups(&mut self) {
        for (index, domain) in self.topology.groups.iter().enumerate() {
            let unit = Unit::Group { group: index as u32 };
            let fate = Fate::of_one(domain.mttf_s, domain.mttr_s);
            let own = self.variable(vec![unit], (usize::MAX, 1, Some(index)), fate);
            self.groups.push(own);
        }
        let own = self.groups.clone();
        for index in 0..own.len() {
            let above =
                (0..own.len()).filter(|outer| *outer != index && self.topology.lies_in(index, *outer));
            let above: Vec<Function> = above.map(|outer| own[outer]).collect();
            self.groups[index] = above.into_iter().fold(own[index], |all, next| self.diagram.and(all, next));
        }
    }

    fn group(&self, node: usize, instance: u32) -> Function {
        self.topology.group_of(node, instance).map_or(ALWAYS, |group| self.groups[group])
    }

    fn add_station(&mut self, node: usize) {
        let place = self.topology.place(node);
        if !place.serves() {
            return;
        }
        if let Some(share) = place.life.provided {
            let unit = Unit::Block { node: node as u32 };
            let mttr_s = place.life.mttr_s.max(1.0);
            let fate = Fate { up: share, outages: (1.0 - share) / mttr_s };
            let works = self.variable(vec![unit], (node, 0, None), fate);
            self.variables.last_mut().expect("just added").managed = true;
            let here = self.group(node, 0);
            let works = self.diagram.and(works, here);
            self.alive[node] = vec![works; place.instances() as usize];
            return;
        }
        let standby = match &place.station {
            Station::Store(store) if store.standby => Some((store.replicas + 1, store.promotion_s)),
            Station::Store(_) | Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
            Station::Queue(_) | Station::Source(_) | Station::Observer => None,
        };
        let fate = Fate::of_one(place.life.mttf_s, place.life.mttr_s);
        for instance in 0..place.instances() {
            let paired = standby.is_some_and(|(last, _)| instance == 0 || instance == last);
            let works = if paired {
                ALWAYS
            } else {
                let unit = Unit::Instance { node: node as u32, instance };
                let role = self.role(node, instance);
                let class = (node, role, self.topology.group_of(node, instance));
                self.variable(vec![unit], class, fate)
            };
            let here = self.group(node, instance);
            let works = self.diagram.and(works, here);
            self.alive[node].push(works);
        }
        if let Some((last, promotion_s)) = standby {
            self.add_pair(node, last, promotion_s, &place.life);
        }
    }

    /// What a cache hits, and how often a station is called by whoever does not always call it.
    fn add_chances(&mut self, node: usize, used: impl Fn(Lane) -> bool) {
        let topology = self.topology;
        let cache = is_cache(topology.place(node));
        for lane in topology.lanes().filter(|lane| used(*lane)) {
            if cache && lane.op == Operation::Read {
                self.hit_chance(node, lane.tag);
            }
            for edge in topology.graph.edges_directed(NodeIndex::new(node), Direction::Incoming) {
                let (index, route) = (edge.id().index(), edge.weight());
                if route.carries(lane) && route.calls > 0.0 && route.calls < 1.0 {
                    self.made_chance(lane, index, route.calls);
                }
            }
        }
    }

    /// Instances of a role are alike: the first one differs where it is the only one that callers know.
    fn role(&self, node: usize, instance: u32) -> u8 {
        let place = self.topology.place(node);
        let first = match &place.station {
            Station::Store(_) => instance == 0,
            Station::Cache(cache) => cache.copies && instance == 0,
            _ => place.servers.addressing == Addressing::First && instance == 0,
        };
        u8::from(first)
    }

    /// Primary and standby enter as one component, conditioned on their groups.
    fn add_pair(&mut self, node: usize, standby: u32, promotion_s: f64, life: &Life) {
        let pair = Pair {
            mttf_s: life.mttf_s,
            mttr_s: life.mttr_s,
            standby_rate: life.standby.rate,
            switch_s: spof::watched(self.topology) + promotion_s,
            coverage: life.standby.coverage,
            manual_s: life.standby.manual_s,
            own_crews: life.standby.own_crews,
        };
        let unit = |instance| Unit::Instance { node: node as u32, instance };
        let both = self.variable(vec![unit(0), unit(standby)], (node, 2, None), pair.fate());
        let [one, other] = [self.group(node, 0), self.group(node, standby)];
        let mut single = ALWAYS;
        if one != other {
            // Only where a group has taken one of the two does the other stand alone.
            let alone = Fate::of_one(life.mttf_s, life.mttr_s);
            single = self.variable(Vec::new(), (usize::MAX, 0, None), Fate { outages: 0.0, ..alone });
        }
        self.pairs[node] = Some([both, single]);
    }

    /// A cache whose loss pushes something else to its capacity is needed to be up.
    fn find_required(&mut self) {
        let caches: Vec<usize> =
            self.topology.places().filter(|(_, place)| is_cache(place)).map(|(n, _)| n).collect();
        if caches.is_empty() {
            return;
        }
        let intact = spof::Intact::new(self.topology);
        for node in caches {
            let block = Unit::Block { node: node as u32 };
            self.required[node] = !intact.lose(block).overloaded.is_empty();
            let shared = matches!(&self.topology.place(node).station, Station::Cache(cache) if !cache.copies);
            if self.required[node] && shared {
                let one = Unit::Instance { node: node as u32, instance: 0 };
                let all = self.topology.place(node).instances() as usize;
                self.needed[node] = if intact.lose(one).overloaded.is_empty() { 1 } else { all };
            }
        }
    }

    fn station(&mut self, lane: Lane, node: usize, share: &[Function]) -> Function {
        match &self.topology.place(node).station {
            Station::Source(_) => self.one_of(lane, node, share),
            Station::Router(router) => self.routed(lane, node, router.policy, share),
            Station::Server(_) => self.all_of(lane, node, share),
            Station::Cache(cache) => self.looked_up(lane, node, cache, share),
            Station::Store(store) => self.kept(lane, node, store),
            Station::Queue(_) => self.any_alive(node),
            Station::Observer => NEVER,
        }
    }

    /// Links that carry a lane, in drawn order: index, route, callee.
    fn links(&self, lane: Lane, node: usize) -> Vec<(usize, &'a Route, usize)> {
        let topology = self.topology;
        let indices = topology.outgoing[node].iter().map(|edge| edge.index());
        let all = indices.map(|index| (index, topology.route(index), topology.ends(index).1));
        all.filter(|(_, route, _)| route.carries(lane)).collect()
    }

    fn any_alive(&mut self, node: usize) -> Function {
        let of = self.alive[node].clone();
        self.diagram.at_least(1, &of)
    }

    /// Enough of it works for today's traffic.
    fn enough(&mut self, node: usize) -> Function {
        let of = self.alive[node].clone();
        self.diagram.at_least(self.needed[node].min(of.len()), &of)
    }

    /// A call that does not come from a router: an address that leads to instance 0 fails with it.
    fn called(&mut self, to: usize, share: &[Function]) -> Function {
        let place = self.topology.place(to);
        let reached = match (&place.station, place.servers.addressing) {
            (Station::Store(_) | Station::Cache(_), _) => ALWAYS,
            (_, Addressing::First) => self.alive[to].first().copied().unwrap_or(NEVER),
            (_, Addressing::Spread | Addressing::Own) => self.enough(to),
        };
        self.diagram.and(reached, share[to])
    }

    /// A call that a router has sent: enough of the targets behind the link work.
    fn sent(&mut self, to: usize, share: &[Function]) -> Function {
        let reached = match self.topology.place(to).station {
            Station::Store(_) | Station::Cache(_) => ALWAYS,
            Station::Router(_) | Station::Server(_) | Station::Queue(_) => self.enough(to),
            Station::Source(_) | Station::Observer => NEVER,
        };
        self.diagram.and(reached, share[to])
    }

    /// A client: one of its links by weight, and no other when that fails.
    fn one_of(&mut self, lane: Lane, node: usize, share: &[Function]) -> Function {
        let links = self.links(lane, node);
        let parts: Vec<(usize, f64, Function)> =
            links.iter().map(|(index, route, to)| (*index, route.weight, self.called(*to, share))).collect();
        self.by_weight(lane, &parts)
    }

    /// One of several by weight, as a chain of chances.
    fn by_weight(&mut self, lane: Lane, parts: &[(usize, f64, Function)]) -> Function {
        let mut left: f64 = parts.iter().map(|(_, weight, _)| weight).sum();
        let mut chances = Vec::new();
        for (index, weight, function) in parts.iter().filter(|(_, weight, _)| *weight > 0.0) {
            let probability = (weight / left).min(1.0);
            left -= weight;
            let chance =
                if probability >= 1.0 - 1e-12 { ALWAYS } else { self.kept_chance(lane, *index, probability) };
            chances.push((chance, *function));
        }
        chances.into_iter().rev().fold(NEVER, |rest, (chance, part)| self.diagram.choose(chance, part, rest))
    }

    fn kept_chance(&mut self, lane: Lane, route: usize, probability: f64) -> Function {
        if let Some(known) = self.taken[lane][route] {
            return known;
        }
        let chance = self.chance(probability);
        self.taken[lane][route] = Some(chance);
        chance
    }

    /// A router: one of the targets whose health checks pass; calls to the others go there.
    fn routed(&mut self, lane: Lane, node: usize, policy: Policy, share: &[Function]) -> Function {
        let links = self.links(lane, node);
        let targets: Vec<(usize, Function, Function)> =
            links.iter().map(|(_, _, to)| (*to, self.healthy(*to, share), self.sent(*to, share))).collect();
        let weight = |route: &Route, to: usize| match policy {
            Policy::Random | Policy::Weighted | Policy::Path => route.weight,
            Policy::Failover => {
                f64::from(u8::from(links.first().is_some_and(|first| first.1.id == route.id)))
            }
            Policy::RoundRobin
            | Policy::LeastConnections
            | Policy::PowerOfTwo
            | Policy::Sticky
            | Policy::Hash
            | Policy::Nearest => f64::from(self.topology.place(to).instances()),
        };
        let weights: Vec<f64> = links.iter().map(|(_, route, to)| weight(route, *to)).collect();
        let mut parts = Vec::new();
        for (place, (index, ..)) in links.iter().enumerate() {
            let others = targets.iter().enumerate().filter(|(other, _)| *other != place);
            let others: Vec<_> = others.map(|(_, target)| *target).collect();
            let rest = others
                .into_iter()
                .rev()
                .fold(NEVER, |rest, (_, healthy, sent)| self.diagram.choose(healthy, sent, rest));
            // Nobody takes over the share of a path.
            let rest = if policy == Policy::Path { NEVER } else { rest };
            let (_, healthy, sent) = targets[place];
            parts.push((*index, weights[place], self.diagram.choose(healthy, sent, rest)));
        }
        self.by_weight(lane, &parts)
    }

    /// What a health check sees: a router answers when it has something to pass calls to, anything else when any of it is
    /// alive.
    fn healthy(&mut self, to: usize, share: &[Function]) -> Function {
        let alive = self.any_alive(to);
        match self.topology.place(to).station {
            Station::Router(_) => self.diagram.and(alive, share[to]),
            Station::Server(_) | Station::Cache(_) | Station::Store(_) | Station::Queue(_) => alive,
            Station::Source(_) | Station::Observer => NEVER,
        }
    }

    /// A server: every call that it waits for. A cache that missed, or is dead, hands over to the links *on miss* after it.
    fn all_of(&mut self, lane: Lane, node: usize, share: &[Function]) -> Function {
        let mut all = Vec::new();
        let mut last: Option<(usize, Function, Option<Function>)> = None;
        for (index, route, to) in self.links(lane, node).into_iter().filter(|(_, route, _)| !route.background)
        {
            let factor = if route.optional { ALWAYS } else { self.repeated(lane, index, route, to, share) };
            if route.on_miss {
                if let Some((_, _, alternative)) = &mut last {
                    let before = alternative.unwrap_or(ALWAYS);
                    *alternative = Some(self.diagram.and(before, factor));
                }
            } else if is_cache(self.topology.place(to)) {
                let before = last.replace((to, factor, None));
                all.extend(before.map(|look| self.look(lane, look, share)));
            } else {
                all.push(factor);
            }
        }
        all.extend(last.map(|look| self.look(lane, look, share)));
        self.diagram.all(all)
    }

    /// A call made at least once is needed; a fraction of one as often as it is made.
    fn repeated(
        &mut self,
        lane: Lane,
        index: usize,
        route: &Route,
        to: usize,
        share: &[Function],
    ) -> Function {
        let called = self.called(to, share);
        if route.calls >= 1.0 {
            return called;
        }
        if route.calls <= 0.0 {
            return ALWAYS;
        }
        let made = self.made_chance(lane, index, route.calls);
        self.diagram.choose(made, called, ALWAYS)
    }

    fn made_chance(&mut self, lane: Lane, route: usize, share: f64) -> Function {
        if let Some(known) = self.made[lane][route] {
            return known;
        }
        let chance = self.chance(share);
        self.made[lane][route] = Some(chance);
        chance
    }

    /// What a server's look-up, and what it does after a miss, comes to.
    fn look(
        &mut self,
        lane: Lane,
        look: (usize, Function, Option<Function>),
        share: &[Function],
    ) -> Function {
        let (cache, alone, alternative) = look;
        let Some(alternative) = alternative else { return alone };
        let passes_on = !self.links(lane, cache).is_empty();
        let hit = match lane.op {
            _ if passes_on => share[cache],
            Operation::Read => {
                let hit = self.hit_chance(cache, lane.tag);
                let present = self.present(cache);
                self.diagram.and(hit, present)
            }
            Operation::Write => NEVER,
        };
        let answered = self.diagram.choose(hit, ALWAYS, alternative);
        if self.required[cache] {
            let there = self.enough_of_cache(cache);
            return self.diagram.and(there, answered);
        }
        answered
    }

    fn hit_chance(&mut self, cache: usize, tag: Tag) -> Function {
        if let Some(known) = self.hit[cache][tag.index()] {
            return known;
        }
        let chance = match self.hits[cache][tag.index()] {
            none if none <= 0.0 => NEVER,
            all if all >= 1.0 => ALWAYS,
            share => self.chance(share),
        };
        self.hit[cache][tag.index()] = Some(chance);
        chance
    }

    fn enough_of_cache(&mut self, cache: usize) -> Function {
        match &self.topology.place(cache).station {
            Station::Cache(spec) if spec.copies => self.any_alive(cache),
            _ => self.enough(cache),
        }
    }

    /// The part of a cache that holds the key is there: any copy, or the one instance among several.
    fn present(&mut self, node: usize) -> Function {
        let copies = matches!(&self.topology.place(node).station, Station::Cache(cache) if cache.copies);
        if copies || self.alive[node].len() <= 1 {
            return self.any_alive(node);
        }
        let all = self.alive[node].len();
        if self.key[node].is_empty() {
            self.key[node] = (1..all).map(|i| self.chance(1.0 / (all - i + 1) as f64)).collect();
        }
        let mut found = self.alive[node][all - 1];
        for i in (0..all - 1).rev() {
            found = self.diagram.choose(self.key[node][i], self.alive[node][i], found);
        }
        found
    }

    /// A cache: the hits, and of the misses what is behind it answers; with nothing behind it a miss is an answer too.
    fn looked_up(&mut self, lane: Lane, node: usize, _: &Cache, share: &[Function]) -> Function {
        let present = if self.required[node] { self.enough_of_cache(node) } else { self.present(node) };
        let links = self.links(lane, node);
        if links.is_empty() {
            return present;
        }
        let hit = if lane.op == Operation::Read { self.hit_chance(node, lane.tag) } else { NEVER };
        let mut behind = ALWAYS;
        for (index, route, to) in
            links.into_iter().filter(|(_, route, _)| !route.background && !route.optional)
        {
            let part = self.repeated(lane, index, route, to, share);
            behind = self.diagram.and(behind, part);
        }
        let answered = self.diagram.choose(hit, ALWAYS, behind);
        self.diagram.and(present, answered)
    }

    /// A store works while every key can be answered: each shard, or each run of copies on a ring. A standby of a shard
    /// after the first counts as switched over at once.
    fn kept(&mut self, lane: Lane, node: usize, store: &Store) -> Function {
        if let Some(ring) = &store.ring {
            let (needed, _) = ring.quorum(lane.op as usize);
            let nodes = self.alive[node].len();
            let copies = (ring.copies as usize).clamp(1, nodes);
            return (0..nodes).fold(ALWAYS, |all, first| {
                let own: Vec<Function> =
                    (0..copies).map(|step| self.alive[node][(first + step) % nodes]).collect();
                let quorum = self.diagram.at_least(needed as usize, &own);
                self.diagram.and(all, quorum)
            });
        }
        let first = self.first_shard(lane, node, store);
        (1..store.shards()).fold(first, |all, shard| {
            let nodes: Vec<Function> =
                store.nodes_of(shard).map(|one| self.alive[node][one as usize]).collect();
            let reads = lane.op == Operation::Read && store.reads != Reads::Primary;
            let second = store.second_of(shard).map(|second| self.alive[node][second as usize]);
            let primary = second.map_or(nodes[0], |second| self.diagram.or(nodes[0], second));
            let kept = if reads {
                let replicas = &nodes[1..=store.replicas as usize];
                replicas.iter().fold(primary, |any, one| self.diagram.or(any, *one))
            } else {
                primary
            };
            self.diagram.and(all, kept)
        })
    }

    /// A write needs the primary or its promoted standby, a read enough of those it may use.
    fn first_shard(&mut self, lane: Lane, node: usize, store: &Store) -> Function {
        let primary = self.primary(node, store);
        match (lane.op, store.reads) {
            (Operation::Write, _) | (Operation::Read, Reads::Primary) => primary,
            (Operation::Read, Reads::Replicas | Reads::All) => {
                let mut readers = self.alive[node][1..=store.replicas as usize].to_vec();
                readers.push(primary);
                let least = self.needed[node].clamp(1, readers.len());
                self.diagram.at_least(least, &readers)
            }
        }
    }

    fn primary(&mut self, node: usize, store: &Store) -> Function {
        let Some([both, single]) = self.pairs[node] else { return self.alive[node][0] };
        let (one, other) = (self.group(node, 0), self.group(node, store.replicas + 1));
        let [all, any] = [self.diagram.and(one, other), self.diagram.or(one, other)];
        let alone = self.diagram.and(any, single);
        self.diagram.choose(all, both, alone)
    }
}

fn is_cache(place: &crate::topology::Place) -> bool {
    matches!(place.station, Station::Cache(_))
}

/// The smallest number of instances that carry today's traffic below their capacity, or what the person says.
fn needed(topology: &Topology, flows: &Flows, node: usize) -> usize {
    let place = topology.place(node);
    if let Some(needed) = place.life.needed {
        return needed as usize;
    }
    let load = |instance: &crate::engine::flows::InstanceFlow| instance.occupancy.load;
    let sum: f64 = match &place.station {
        // Writes at the primary are no one else's to carry.
        Station::Store(store) => {
            flows.stations[node].instances.iter().skip(1).take(store.replicas as usize).map(load).sum()
        }
        Station::Router(_) | Station::Server(_) | Station::Queue(_) | Station::Cache(_) => {
            flows.stations[node].instances.iter().map(load).sum()
        }
        Station::Source(_) | Station::Observer => 0.0,
    };
    f64::floor(sum) as usize + 1
}
