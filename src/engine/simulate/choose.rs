//! How a router chooses among its targets, at a cost that does not grow with their number; smooth weights alone look at
//! all of them.

use super::calls::NONE;
use super::net::Net;
use crate::engine::random::{Draw, Purpose, mix};
use crate::topology::{Lane, Policy, Station};

/// Points of each target on the ring of a consistent hash: the shares of keys then differ by about 1/√256 = 6 %.
const POINTS: u32 = 256;

/// One target of a router.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Route that leads there.
    pub route: u32,
    /// Station.
    pub station: u32,
    /// Instance, or [`NONE`] where the station spreads calls itself.
    pub instance: u32,
    weight: f64,
    /// The lanes that its link carries, a bit for each.
    lanes: u64,
    /// Calls sent and not yet answered or given up.
    sent: u32,
    /// Health checks have taken it out.
    pub out: bool,
    /// Its link's place among the router's links.
    link: u32,
    /// Where it is; none for what has no location.
    location: u16,
}

/// What a call asks a router for.
#[derive(Debug, Clone, Copy)]
pub struct Asks {
    /// Which links may take it.
    pub lane: Lane,
    /// Who asks.
    pub user: u64,
    /// Popularity rank of its key.
    pub rank: u64,
    /// Hash of the request.
    pub request: u64,
    /// Where the caller is.
    pub from: u16,
    /// State of health that the caller knows [ns].
    pub as_of: u64,
}

/// The targets of one router with what it knows of them.
#[derive(Debug)]
pub struct Choices {
    /// All targets.
    pub candidates: Vec<Candidate>,
    policy: Policy,
    turn: usize,
    by_load: Vec<Loads>,
    now: View,
    /// Views of before, each until a moment [ns]: callers keep an old answer for up to its time to live.
    past: Vec<(u64, View)>,
    ttl_ns: u64,
    /// Smooth weights: how far each target is behind its due.
    due: Vec<f64>,
    /// Points of the ring and whose they are.
    ring: Vec<(u64, u32)>,
    /// Cumulative weights of the links, by lane: shares of paths.
    paths: Vec<Vec<(f64, u32)>>,
    path_key: u64,
    /// Extra latency from each location to each target [ns], locations first.
    distances: Vec<Vec<u64>>,
}

/// Who was alive, as far as health checks knew; all lists by lane.
#[derive(Debug, Clone)]
struct View {
    out: Vec<bool>,
    healthy: Vec<Vec<u32>>,
    /// Cumulative weights of the targets that are in.
    weights: Vec<Vec<(f64, u32)>>,
    /// The targets that are in, by link.
    by_link: Vec<Vec<Vec<u32>>>,
    /// The nearest targets that are in, by the caller's location.
    nearest: Vec<Vec<Vec<u32>>>,
}

impl Candidate {
    #[inline]
    fn takes(&self, lane: usize) -> bool {
        self.lanes >> lane & 1 == 1
    }
}

impl View {
    fn empty(lanes: usize) -> View {
        View {
            out: Vec::new(),
            healthy: vec![Vec::new(); lanes],
            weights: vec![Vec::new(); lanes],
            by_link: vec![Vec::new(); lanes],
            nearest: vec![Vec::new(); lanes],
        }
    }
}

impl Choices {
    /// The targets behind a router's links: every instance of a server or a router, every other station as one.
    pub fn new(net: &Net, station: usize) -> Option<Choices> {
        let Station::Router(router) = &net.stations[station].station else { return None };
        let candidates = candidates(net, station);
        let lanes = net.topology.lanes().len();
        let mut choices = Choices {
            policy: router.policy,
            turn: 0,
            by_load: (0..lanes).map(|_| Loads::default()).collect(),
            now: View::empty(lanes),
            past: Vec::new(),
            ttl_ns: router.ttl_ns,
            due: vec![0.0; candidates.len()],
            ring: Vec::new(),
            paths: vec![Vec::new(); lanes],
            path_key: net.stations[station].keys.of(Purpose::Choice),
            distances: Vec::new(),
            candidates,
        };
        match router.policy {
            Policy::Sticky | Policy::Hash => choices.ring = ring(net, &choices.candidates),
            Policy::Path => {
                choices.paths = (0..lanes).map(|lane| paths(&choices.candidates, lane)).collect();
            }
            Policy::Nearest => choices.measure(net),
            Policy::RoundRobin
            | Policy::Weighted
            | Policy::Random
            | Policy::LeastConnections
            | Policy::PowerOfTwo
            | Policy::Failover => {}
        }
        choices.rebuild();
        Some(choices)
    }

    /// Latency from every location, the last being that of callers without one, to every target.
    fn measure(&mut self, net: &Net) {
        let locations = net.topology.groups.len();
        let from = (0..=locations).map(|from| if from == locations { u16::MAX } else { from as u16 });
        let to = |from: u16, c: &Candidate| {
            net.routes[c.route as usize].route.latency_ns + net.topology.far_ns(from, c.location)
        };
        self.distances = from.map(|from| self.candidates.iter().map(|c| to(from, c)).collect()).collect();
    }

    /// Whether the target hangs on nothing but those before.
    #[inline]
    pub fn knows_next(&self) -> bool {
        self.policy == Policy::RoundRobin && self.ttl_ns == 0
    }

    /// The next target in turn; `None` when no healthy one is left.
    #[inline]
    pub fn next(&mut self, lane: Lane) -> Option<u32> {
        let healthy = &self.now.healthy[lane.index()];
        (!healthy.is_empty()).then(|| in_turn(healthy, &mut self.turn))
    }

    /// A target for a call; `None` when no healthy one is left for it.
    #[inline]
    pub fn choose(&mut self, asks: &Asks, draw: &mut Draw) -> Option<u32> {
        let lane = asks.lane.index();
        let old = self.past.iter().find(|(until, _)| *until > asks.as_of);
        let view = old.map_or(&self.now, |(_, view)| view);
        if view.healthy[lane].is_empty() {
            return None;
        }
        let turn = (self.ttl_ns == 0).then_some(&mut self.turn);
        Some(match self.policy {
            Policy::RoundRobin => one_of(&view.healthy[lane], turn, draw),
            Policy::Random => by_weight(&view.weights[lane], draw),
            Policy::Weighted => smooth(&view.healthy[lane], &self.candidates, &mut self.due),
            Policy::LeastConnections => self.by_load[lane].least(draw),
            Policy::PowerOfTwo => better_of_two(&view.healthy[lane], &self.candidates, draw),
            Policy::Sticky => self.on_ring(view, lane, mix(asks.user)),
            Policy::Hash => self.on_ring(view, lane, mix(asks.rank)),
            Policy::Path => {
                let path = by_weight(&self.paths[lane], &mut Draw::new(self.path_key, !asks.request, 0));
                let targets = &view.by_link[lane][path as usize];
                if targets.is_empty() {
                    return None;
                }
                one_of(targets, turn, draw)
            }
            Policy::Failover => {
                let first = view.by_link[lane].iter().find(|targets| !targets.is_empty());
                one_of(first.expect("one is healthy"), turn, draw)
            }
            Policy::Nearest => {
                let from = (asks.from as usize).min(view.nearest[lane].len() - 1);
                one_of(&view.nearest[lane][from], turn, draw)
            }
        })
    }

    /// The first target at or after a point of the ring that is in.
    fn on_ring(&self, view: &View, lane: usize, point: u64) -> u32 {
        let start = self.ring.partition_point(|(at, _)| *at < point);
        let takes = |c: u32| self.candidates[c as usize].takes(lane) && !view.out[c as usize];
        let after = self.ring[start..].iter().chain(&self.ring[..start]).map(|(_, c)| *c);
        after.into_iter().find(|c| takes(*c)).unwrap_or(view.healthy[lane][0])
    }

    /// A call was sent to this target.
    #[inline]
    pub fn sent(&mut self, candidate: u32) {
        self.change(candidate, 1);
    }

    /// A call to this target was answered or given up.
    #[inline]
    pub fn done(&mut self, candidate: u32) {
        self.change(candidate, -1);
    }

    /// Who takes turns, or chooses by chance, asks for no count.
    #[inline(always)]
    fn change(&mut self, candidate: u32, by: i32) {
        if matches!(self.policy, Policy::LeastConnections | Policy::PowerOfTwo) {
            self.count(candidate, by);
        }
    }

    #[inline(never)]
    fn count(&mut self, candidate: u32, by: i32) {
        let target = &mut self.candidates[candidate as usize];
        let before = target.sent;
        target.sent = before.saturating_add_signed(by);
        let after = target.sent;
        if self.policy == Policy::LeastConnections && !target.out {
            for lane in 0..self.by_load.len() {
                if self.candidates[candidate as usize].takes(lane) {
                    self.by_load[lane].shift(candidate, before, after);
                }
            }
        }
    }

    /// Takes a target out, or lets it in again, now [ns].
    pub fn set_out(&mut self, candidate: u32, out: bool, now: u64) {
        if self.candidates[candidate as usize].out != out {
            self.candidates[candidate as usize].out = out;
            if self.ttl_ns > 0 {
                let ttl = self.ttl_ns;
                self.past.retain(|(until, _)| until.saturating_add(ttl) > now);
                self.past.push((now, self.now.clone()));
            }
            self.rebuild();
        }
    }

    fn rebuild(&mut self) {
        let links = self.candidates.iter().map(|c| c.link as usize + 1).max().unwrap_or(0);
        self.now.out = self.candidates.iter().map(|c| c.out).collect();
        for lane in 0..self.by_load.len() {
            let takes =
                |c: &u32| self.candidates[*c as usize].takes(lane) && !self.candidates[*c as usize].out;
            let healthy: Vec<u32> = (0..self.candidates.len() as u32).filter(takes).collect();
            let mut total = 0.0;
            let add = |c: &u32| {
                total += self.candidates[*c as usize].weight;
                (total, *c)
            };
            self.now.weights[lane] = healthy.iter().map(add).collect();
            let mut by_link = vec![Vec::new(); links];
            healthy.iter().for_each(|c| by_link[self.candidates[*c as usize].link as usize].push(*c));
            self.now.by_link[lane] = by_link;
            let near = |distances: &Vec<u64>| {
                let least = healthy.iter().map(|c| distances[*c as usize]).min();
                healthy.iter().copied().filter(|c| Some(distances[*c as usize]) == least).collect()
            };
            self.now.nearest[lane] = self.distances.iter().map(near).collect();
            self.by_load[lane] =
                Loads::new(self.candidates.len(), &healthy, |c| self.candidates[c as usize].sent);
            self.now.healthy[lane] = healthy;
        }
    }
}

fn candidates(net: &Net, station: usize) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (link, edge) in net.topology.outgoing[station].iter().enumerate() {
        let route = &net.routes[edge.index()];
        let target = &net.stations[route.way.to as usize];
        let instances = match target.station {
            Station::Server(_) | Station::Router(_) => (0..target.servers.instances.max(1)).collect(),
            Station::Source(_)
            | Station::Cache(_)
            | Station::Store(_)
            | Station::Queue(_)
            | Station::Observer => vec![NONE],
        };
        candidates.extend(instances.into_iter().map(|instance| {
            Candidate {
                route: edge.index() as u32,
                station: route.way.to,
                instance,
                weight: route.route.weight,
                lanes: net
                    .topology
                    .lanes()
                    .filter(|lane| route.route.carries(*lane))
                    .map(|lane| 1 << lane.index())
                    .sum(),
                sent: 0,
                out: false,
                link: link as u32,
                location: net
                    .topology
                    .location_of(route.way.to as usize, if instance == NONE { 0 } else { instance }),
            }
        }));
    }
    candidates
}

/// The ring hangs on who the targets are, not on their order: adding one moves only the keys that it takes over.
fn ring(net: &Net, candidates: &[Candidate]) -> Vec<(u64, u32)> {
    let own = |c: &Candidate| {
        let id = u64::from(net.topology.place(c.station as usize).id.0);
        mix(mix(id + 1) ^ u64::from(c.instance))
    };
    ring_of(&candidates.iter().map(own).collect::<Vec<_>>())
}

/// The points of these owners, in order.
fn ring_of(owners: &[u64]) -> Vec<(u64, u32)> {
    let mut ring = Vec::with_capacity(owners.len() * POINTS as usize);
    for (index, own) in owners.iter().enumerate() {
        ring.extend((0..POINTS).map(|point| (mix(own.wrapping_add(u64::from(point))), index as u32)));
    }
    crate::sorted::sort_by_key(&mut ring, |point| *point);
    ring
}

/// Cumulative weights of the links that carry a lane, dead or alive.
fn paths(candidates: &[Candidate], lane: usize) -> Vec<(f64, u32)> {
    let mut paths: Vec<(f64, u32)> = Vec::new();
    for c in candidates.iter().filter(|c| c.takes(lane)) {
        let (total, last) = paths.last().copied().unwrap_or((0.0, NONE));
        if last != c.link {
            paths.push((total + c.weight, c.link));
        }
    }
    paths
}

/// The next in turn; at random where no turn is kept.
fn one_of(targets: &[u32], turn: Option<&mut usize>, draw: &mut Draw) -> u32 {
    match turn {
        Some(turn) => in_turn(targets, turn),
        None => targets[draw.below(targets.len() as u32) as usize],
    }
}

#[inline]
fn in_turn(targets: &[u32], turn: &mut usize) -> u32 {
    *turn = turn.wrapping_add(1);
    targets[(*turn - 1) % targets.len()]
}

/// Smooth weighted round robin as in nginx: everybody's due grows by the weight, the most behind is served and pays for
/// all. With weights 5, 1, 1 the order is a a b a c a a.
fn smooth(targets: &[u32], candidates: &[Candidate], due: &mut [f64]) -> u32 {
    let total: f64 = targets.iter().map(|c| candidates[*c as usize].weight).sum();
    let share = |c: u32| if total > 0.0 { candidates[c as usize].weight } else { 1.0 };
    let mut best = targets[0];
    for c in targets {
        due[*c as usize] += share(*c);
        if due[*c as usize] > due[best as usize] {
            best = *c;
        }
    }
    due[best as usize] -= if total > 0.0 { total } else { targets.len() as f64 };
    best
}

fn better_of_two(healthy: &[u32], candidates: &[Candidate], draw: &mut Draw) -> u32 {
    let n = healthy.len() as u32;
    let first = draw.below(n);
    if n == 1 {
        return healthy[0];
    }
    let second = (first + 1 + draw.below(n - 1)) % n;
    let (a, b) = (healthy[first as usize], healthy[second as usize]);
    let load = |c: u32| candidates[c as usize].sent;
    if load(b) < load(a) { b } else { a }
}

/// Index into cumulative weights; with all weights 0, any with equal chance.
pub fn by_weight(cumulative: &[(f64, u32)], draw: &mut Draw) -> u32 {
    let total = cumulative.last().map_or(0.0, |last| last.0);
    if total <= 0.0 {
        return cumulative[draw.below(cumulative.len() as u32) as usize].1;
    }
    let at = draw.uniform() * total;
    let index = cumulative.partition_point(|(sum, _)| *sum <= at);
    cumulative[index.min(cumulative.len() - 1)].1
}

/// Targets in buckets by load, so that the least loaded is found, and moved, in constant time.
#[derive(Debug, Default)]
struct Loads {
    buckets: Vec<Vec<u32>>,
    place: Vec<u32>,
    least: usize,
}

impl Loads {
    fn new(all: usize, healthy: &[u32], load: impl Fn(u32) -> u32) -> Self {
        let mut loads = Loads { buckets: Vec::new(), place: vec![NONE; all], least: 0 };
        healthy.iter().for_each(|c| loads.insert(*c, load(*c)));
        loads.least = loads.buckets.iter().position(|b| !b.is_empty()).unwrap_or(0);
        loads
    }

    /// One of the least loaded, with equal chance.
    #[inline]
    fn least(&self, draw: &mut Draw) -> u32 {
        let bucket = &self.buckets[self.least];
        if bucket.len() == 1 {
            return bucket[0];
        }
        bucket[draw.below(bucket.len() as u32) as usize]
    }

    fn insert(&mut self, candidate: u32, load: u32) {
        let load = load as usize;
        if self.buckets.len() <= load {
            self.buckets.resize_with(load + 1, Vec::new);
        }
        self.place[candidate as usize] = self.buckets[load].len() as u32;
        self.buckets[load].push(candidate);
    }

    #[inline]
    fn shift(&mut self, candidate: u32, before: u32, after: u32) {
        let place = self.place[candidate as usize] as usize;
        let bucket = &mut self.buckets[before as usize];
        bucket.swap_remove(place);
        if let Some(moved) = bucket.get(place) {
            self.place[*moved as usize] = place as u32;
        }
        self.insert(candidate, after);
        if (after as usize) < self.least {
            self.least = after as usize;
        }
        while self.buckets[self.least].is_empty() {
            self.least += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(weights: &[f64]) -> Vec<Candidate> {
        let target = |(index, weight): (usize, &f64)| Candidate {
            route: 0,
            station: 0,
            instance: index as u32,
            weight: *weight,
            lanes: u64::MAX,
            sent: 0,
            out: false,
            link: 0,
            location: u16::MAX,
        };
        weights.iter().enumerate().map(target).collect()
    }

    #[test]
    fn smooth_weights_mix_evenly() {
        // The example of nginx: a a b a c a a.
        let (targets, mut due) = (targets(&[5.0, 1.0, 1.0]), vec![0.0; 3]);
        let order: Vec<u32> = (0..14).map(|_| smooth(&[0, 1, 2], &targets, &mut due)).collect();
        assert_eq!(order, [0, 0, 1, 0, 2, 0, 0, 0, 0, 1, 0, 2, 0, 0]);
    }

    #[test]
    fn a_ring_moves_only_the_keys_of_what_is_lost() {
        let ring = ring_of(&(1..=10).map(mix).collect::<Vec<_>>());
        let holder = |key: u64, lost: Option<u32>| {
            let start = ring.partition_point(|(at, _)| *at < mix(key));
            let mut after = ring[start..].iter().chain(&ring[..start]).map(|(_, c)| *c);
            after.find(|c| Some(*c) != lost).expect("one is left")
        };
        let keys = 20_000;
        let (mut moved, mut needless) = (0, 0);
        for key in 0..keys {
            let (before, after) = (holder(key, None), holder(key, Some(3)));
            moved += u32::from(before != after);
            needless += u32::from(before != after && before != 3);
        }
        assert_eq!(needless, 0);
        assert!((f64::from(moved) / keys as f64 - 0.1).abs() < 0.02, "{moved} of {keys}");
    }
}
