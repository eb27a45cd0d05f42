//! Rates from callers to callees: what arrives at a station and how it copes; what it sends on is in `emit.rs`.

use super::{Solver, change};
use crate::engine::cache::KeyStream;
use crate::engine::flows::absent::Absent;
use crate::engine::flows::instance::{self, Demand, Occupancy, Shared};
use crate::engine::flows::keys;
use crate::engine::flows::reach::{self, Door};
use crate::engine::formulas::{Wait, fixed_window_admits, sliding_window_admits, token_bucket_admits};
use crate::topology::{Arrivals, Discipline, Lane, Lanes, Limit, Operation, Policy, Rule, Station, Tag};

/// Rounds after which changes are halved: retries and losses can chase each other.
const DAMPED: usize = 12;

impl Solver<'_> {
    /// Sends what every client sends through the system; how much the state of any station moved.
    pub fn send_all(&mut self, round: usize) -> f64 {
        std::mem::swap(&mut self.arriving, &mut self.returning);
        self.returning.iter_mut().for_each(super::arriving::Arriving::clear);
        self.sent.iter_mut().for_each(|sent| sent.iter_mut().for_each(|rate| *rate = 0.0));
        let mut moved = 0.0f64;
        for at in 0..self.skeleton.order.len() {
            let node = self.skeleton.order[at];
            self.add_up(node);
            moved = moved.max(self.settle(node, round));
            self.emit(node);
        }
        moved
    }

    /// Calls through a door by operation [1/s].
    pub fn through(&self, node: usize, door: Door) -> [f64; 2] {
        self.through_by_lane(node, door).by_op()
    }

    /// Calls through a door [1/s].
    pub fn through_by_lane(&self, node: usize, door: Door) -> &Lanes<f64> {
        &self.through[node][door as usize]
    }

    /// Adds up the classes of what arrives at a station, once it is all there.
    fn add_up(&mut self, node: usize) {
        for door in [Door::First, Door::Spread] {
            let mut rates = Lanes::new(self.topology, 0.0);
            for (class, rate) in self.arriving[node].calls[door as usize].iter() {
                rates[self.classes.get(class).lane] += rate;
            }
            self.through[node][door as usize] = rates;
        }
    }

    /// Calls through both doors [1/s].
    pub fn arriving_by_lane(&self, node: usize) -> Lanes<f64> {
        let [first, spread] = [Door::First, Door::Spread].map(|door| self.through_by_lane(node, door));
        Lanes::each(self.topology, |lane| first[lane] + spread[lane])
    }

    /// Share of each lane among the calls of its operation (0–1).
    fn mix(&self, node: usize) -> Lanes<f64> {
        let rates = self.arriving_by_lane(node);
        let all = rates.by_op();
        let of = |lane: Lane| match all[lane.op as usize] {
            sum if sum > 0.0 => rates[lane] / sum,
            _ => f64::from(u8::from(lane.tag == Tag::NONE)),
        };
        Lanes::each(self.topology, of)
    }

    /// The mean over the lanes of each operation, weighted by their calls.
    pub fn mean_by_op(&self, node: usize, value: impl Fn(Lane) -> f64) -> [f64; 2] {
        let mix = self.mix(node);
        Lanes::each(self.topology, |lane| mix[lane] * value(lane)).by_op()
    }

    /// Solves a station for what arrives there; how much it moved.
    fn settle(&mut self, node: usize, round: usize) -> f64 {
        let place = self.topology.place(node);
        match &place.station {
            Station::Source(_) | Station::Observer => return 0.0,
            // What lies in a store's memory follows from its keys as what lies in a cache.
            Station::Cache(_) | Station::Store(_) => self.derive_hits(node),
            Station::Router(_) | Station::Server(_) | Station::Queue(_) => {}
        }
        let doors = [self.through(node, Door::First), self.through(node, Door::Spread)];
        let total: f64 = doors.iter().flatten().sum();
        let mut moved = self.limit(node);
        let (whole_scv, gap_scv) = self.gaps(node);
        let shared = self.shared(node, whole_scv);
        let pool = self.tightest_pool(node);
        let source = self.fed_by(node);
        let (patience, urgent) = (self.patience(node), self.urgent(node));
        let within = self.mean_by_op(node, |lane| self.sites[node].within_limit[lane.tag.index()]);
        let common = Demand { gap_scv, pool, shared, patience, urgent, ..self.demand(node, &doors) };
        let known = 1.0 - self.stateful(node);
        let mut last: Option<(Demand, Occupancy)> = None;
        for index in 0..self.sites[node].instances.len() {
            let share = |door, op| self.reach.share(node, door, op, index);
            let calls = Operation::ALL.map(|op| {
                let first = doors[0][op as usize] * share(Door::First, op);
                let parts = place.parts(op as usize);
                let all = first + doors[1][op as usize] * parts * share(Door::Spread, op);
                all * within[op as usize] * known
            });
            let upkeep = self.arriving[node].upkeep * share(Door::Spread, Operation::Write);
            let replays = self.replays(node, index, &doors, within[1]);
            let demand = Demand { calls, upkeep, replays, ..common };
            let all = |rate: f64| (demand.calls[0] + demand.calls[1] - rate).abs() <= 1e-9 * rate;
            let fed = source.filter(|(_, rate)| all(*rate)).map(|(arrivals, _)| arrivals);
            let demand = Demand { fed, ..demand };
            let found = match last {
                Some((same, found)) if same == demand => found,
                _ => instance::solve(&place.servers, &demand, self.lossless, &self.skeleton.kept),
            };
            last = Some((demand, found));
            moved = moved.max(self.keep(node, index, &demand, found, round));
        }
        self.wait_for_pools(node);
        if let Station::Queue(_) = place.station {
            moved = moved.max(self.consume(node, total));
        }
        self.depart(node, whole_scv);
        moved
    }

    fn keep(
        &mut self,
        node: usize,
        index: usize,
        demand: &Demand,
        mut found: Occupancy,
        round: usize,
    ) -> f64 {
        let instance = &mut self.sites[node].instances[index];
        let before = instance.occupancy;
        if round >= DAMPED {
            found.admitted = 0.5 * (found.admitted + before.admitted);
        }
        instance.calls = demand.calls;
        instance.replays = demand.replays.0;
        instance.occupancy = found;
        change(1.0 + before.wait(), 1.0 + found.wait()).max(change(before.admitted, found.admitted))
    }

    fn limit(&mut self, node: usize) -> f64 {
        let Some(limit) = self.topology.place(node).servers.limit else { return 0.0 };
        let (load, within) = self.limited(node, &limit);
        let site = &mut self.sites[node];
        site.limit = load;
        let mut moved = 0.0f64;
        for tag in self.topology.tags.all() {
            let now = if self.lossless || !limit.counts.has(tag) { 1.0 } else { within };
            moved = moved.max(change(site.within_limit[tag.index()], now));
            site.within_limit[tag.index()] = now;
        }
        moved
    }

    /// Counted calls over a limit, and the share of them within it. Where each user has a limit of their own: over the
    /// greediest, and over all users.
    fn limited(&self, node: usize, limit: &Limit) -> (f64, f64) {
        let mut total = 0.0;
        for door in [Door::First, Door::Spread] {
            let rates = self.through_by_lane(node, door);
            total = rates
                .pairs()
                .filter(|(lane, _)| limit.counts.has(lane.tag))
                .fold(total, |sum, (_, rate)| sum + rate);
        }
        if !limit.per_user {
            return (total / limit.rate.max(1e-12), admits(limit, total));
        }
        let mut rates = vec![0.0; self.clients.len()];
        for (class, rate) in self.arriving[node].both() {
            let known = self.classes.get(class);
            rates[known.client] += if limit.counts.has(known.lane.tag) { rate } else { 0.0 };
        }
        let (mut most, mut within) = (0.0f64, 0.0);
        for (source, rate) in self.sources.iter().zip(rates) {
            let users = match source.arrivals {
                Arrivals::Closed(closed) => closed.users,
                _ => source.users,
            };
            if users == 0 {
                within += rate;
                continue;
            }
            let each = rate / f64::from(users);
            most = most.max(each / limit.rate.max(1e-12));
            within += rate * admits(limit, each);
        }
        (most, if total > 0.0 { (within / total).min(1.0) } else { 1.0 })
    }

    /// What is asked of every instance of a station alike.
    fn demand(&self, node: usize, doors: &[[f64; 2]; 2]) -> Demand {
        let site = &self.sites[node];
        Demand {
            calls: [0.0; 2],
            opening: self.opening(node),
            upkeep: 0.0,
            replays: (0.0, 0.0),
            after: self.mean_by_op(node, |lane| site.hold[lane]),
            gap_scv: 1.0,
            pool: None,
            sharing: matches!(&self.topology.place(node).station,
                Station::Server(server) if server.discipline == Discipline::Sharing),
            shared: None,
            patience: None,
            urgent: None,
            fed: None,
            pulled: self.arriving[node].pulled > 0.5 * doors.iter().flatten().sum::<f64>(),
        }
    }

    /// Mean core time to open a call's connection, over the links without a pool [s].
    pub fn opening(&self, node: usize) -> f64 {
        let (mut time, mut calls) = (0.0, 0.0);
        for route in &self.skeleton.incoming[node] {
            let rate: f64 = self.sent[*route].iter().sum();
            let drawn = self.topology.route(*route);
            calls += rate;
            time += if drawn.pool.is_none() { rate * drawn.connections.open_cpu_s } else { 0.0 };
        }
        if calls > 0.0 { time / calls } else { 0.0 }
    }

    /// Writes of the primary that this instance applies [1/s], and the share of a write's time that each takes. Of all
    /// writes a share `within` passes the rate limit.
    fn replays(&self, node: usize, index: usize, doors: &[[f64; 2]; 2], within: f64) -> (f64, f64) {
        let Station::Store(store) = &self.topology.place(node).station else { return (0.0, 0.0) };
        let alive = &self.reach.alive[node];
        let shard = store.shard_of(index as u32);
        if store.multi && store.replay > 0.0 && alive.get(index) == Some(&true) {
            // Each primary applies what the other took.
            let others = store.nodes_of(shard).map(|other| other as usize).filter(|other| *other != index);
            let taken: f64 =
                others.map(|other| self.reach.share(node, Door::Spread, Operation::Write, other)).sum();
            return (doors[1][1] * taken * within, store.replay);
        }
        let Some(primary) = reach::primary(store, shard, alive) else { return (0.0, 0.0) };
        if store.replay <= 0.0 || !reach::replicas(store, shard, alive).any(|replica| replica == index) {
            return (0.0, 0.0);
        }
        let admitted = self.sites[node].instances[primary].occupancy.admitted;
        let share = self.reach.share(node, Door::Spread, Operation::Write, primary);
        (doors[1][1] * share * within * admitted, store.replay)
    }

    /// Variability of the gaps between arrivals, at the whole station and at one instance: each route's own, fading as
    /// streams mix (Whitt 1983, QNA). A stream is followed as a whole: what is dealt out in turn and comes together
    /// again is as it was.
    fn gaps(&self, node: usize) -> (f64, f64) {
        let (mut rates, mut squares, mut whole, mut parts) = (0.0, 0.0, 0.0, 0.0);
        for route in &self.skeleton.incoming[node] {
            let rate: f64 = self.sent[*route].iter().sum();
            let (stream, part) = self.stream(*route, rate);
            rates += rate;
            squares += rate * rate;
            whole += rate * stream;
            parts += rate * part;
        }
        if rates <= 0.0 {
            return (1.0, 1.0);
        }
        let load =
            self.sites[node].instances.iter().map(|instance| instance.occupancy.cores).fold(0.0, f64::max);
        let idle = (1.0 - load).max(0.0);
        let weight = 1.0 / (1.0 + 4.0 * idle * idle * (rates * rates / squares - 1.0).max(0.0));
        let mixed = |scv: f64| {
            let scv = weight * scv / rates + 1.0 - weight;
            if (scv - 1.0).abs() < 1e-9 { 1.0 } else { scv.max(0.0) }
        };
        (mixed(whole), mixed(parts))
    }

    /// How the gaps of a route's calls vary, and how those of the part that one instance gets.
    fn stream(&self, route: usize, rate: f64) -> (f64, f64) {
        let (from, to) = self.topology.ends(route);
        let caller = &self.sites[from];
        let share = (rate / caller.departing.max(f64::MIN_POSITIVE)).min(1.0);
        let policy = match &self.topology.place(from).station {
            Station::Router(router) => Some(router.policy),
            Station::Source(_) | Station::Server(_) | Station::Cache(_) => None,
            Station::Store(_) | Station::Queue(_) | Station::Observer => None,
        };
        let stream = match policy {
            Some(Policy::RoundRobin | Policy::Weighted) => caller.departures * share,
            Some(_) | None => 1.0 + share * (caller.departures - 1.0),
        };
        let parts = match self.skeleton.doors[route] {
            Door::First => 1.0,
            Door::Spread => self.reach.share_count(to),
        };
        // Instances are taken in turn, but for a random policy and keys spread over a cache.
        let at_random = match &self.topology.place(to).station {
            Station::Cache(_) => true,
            Station::Server(_) => {
                matches!(policy, Some(Policy::Random | Policy::Sticky | Policy::Hash | Policy::Path))
            }
            // A key chooses the node.
            Station::Store(store) => store.ring.is_some(),
            Station::Source(_) | Station::Router(_) | Station::Queue(_) | Station::Observer => false,
        };
        if let Station::Store(store) = &self.topology.place(to).station
            && store.shards() > 1
            && !at_random
        {
            // And the shard, whose copies are then taken in turn.
            let shards = f64::from(store.shards());
            return (stream, (1.0 + (stream - 1.0) / shards) / (parts / shards).max(1.0));
        }
        (stream, if at_random { 1.0 + (stream - 1.0) / parts } else { stream / parts })
    }

    /// How much of what a balancer counts at an instance is its line: how much that varies, beside calls that only wait for
    /// others, whose number is nearly Poisson.
    fn telling(&self, node: usize, total: f64) -> f64 {
        let site = &self.sites[node];
        let each = total / self.reach.live(node).max(1) as f64;
        let calls = self.through_all(node);
        let mean = |of: [f64; 2]| (calls[0] * of[0] + calls[1] * of[1]) / (calls[0] + calls[1]).max(1e-300);
        let servers = &self.topology.place(node).servers;
        let wait = site.instances.iter().map(|one| one.occupancy.wait()).fold(0.0, f64::max);
        let line = each * (mean([servers.read.mean_s, servers.write.mean_s]) + wait);
        let away = each * mean(self.mean_by_op(node, |lane| site.hold[lane]));
        if line > 0.0 { line * (1.0 + line) / (line * (1.0 + line) + away) } else { 1.0 }
    }

    /// How many instances share their calls by who has fewer, and how well: 1 is as one line for all. Calls that only
    /// wait for others count as well, so the longer those take the less the count says about the line.
    fn shared(&self, node: usize, gap_scv: f64) -> Option<Shared> {
        let (mut total, mut shares) = (0.0, [0.0; 2]);
        for route in &self.skeleton.incoming[node] {
            let rate: f64 = self.sent[*route].iter().sum();
            total += rate;
            if let Station::Router(router) = &self.topology.place(self.topology.ends(*route).0).station {
                match router.policy {
                    Policy::LeastConnections => shares[0] += rate,
                    Policy::PowerOfTwo => shares[1] += rate,
                    Policy::RoundRobin
                    | Policy::Weighted
                    | Policy::Random
                    | Policy::Sticky
                    | Policy::Hash
                    | Policy::Path
                    | Policy::Failover
                    | Policy::Nearest => {}
                }
            }
        }
        if shares == [0.0; 2] {
            return None;
        }
        let telling = self.telling(node, total);
        Some(Shared {
            instances: self.reach.live(node) as u32,
            gap_scv,
            shares: shares.map(|rate| rate / total),
            telling: telling * telling,
        })
    }

    /// The pool behind a station with the most busy connections a call: its size and the time of a connection [s].
    fn tightest_pool(&self, node: usize) -> Option<(u32, f64)> {
        if !self.has_pools(node) {
            return None;
        }
        let rates = self.arriving_by_lane(node);
        let total: f64 = rates.iter().sum();
        let need = |route: usize| {
            let size = self.topology.route(route).pool?.max(1);
            let need = |lane: Lane| {
                let called = &self.called[route][lane];
                rates[lane] / total.max(f64::MIN_POSITIVE)
                    * self.visits[route][lane]
                    * called.attempts
                    * self.held_for(node, route, lane)
            };
            let need: f64 = self.topology.lanes().map(need).sum();
            // What all share is as much smaller for each.
            let shared = if self.topology.route(route).connections.shared {
                self.reach.live(node) as f64
            } else {
                1.0
            };
            Some((size, shared * need))
        };
        let pools = self.topology.outgoing[node].iter().filter_map(|edge| need(edge.index()));
        pools.max_by(|a, b| (a.1 / f64::from(a.0)).total_cmp(&(b.1 / f64::from(b.0))))
    }

    /// Whether a link that leaves a station has a pool.
    fn has_pools(&self, node: usize) -> bool {
        self.topology.outgoing[node].iter().any(|edge| self.topology.route(edge.index()).pool.is_some())
    }

    /// For how long a call along a route keeps its connection [s]: its own time, or that of all its caller's calls.
    fn held_for(&self, node: usize, route: usize, lane: Lane) -> f64 {
        let own = self.called[route][lane].held;
        let kept = self.topology.route(route).connections.per_request;
        if kept { self.sites[node].hold[lane].max(own) } else { own }
    }

    pub fn through_all(&self, node: usize) -> [f64; 2] {
        let (first, spread) = (self.through(node, Door::First), self.through(node, Door::Spread));
        [first[0] + spread[0], first[1] + spread[1]]
    }

    /// Waits for the connections of the links that leave a station, at its busiest instance.
    fn wait_for_pools(&mut self, node: usize) {
        if !self.has_pools(node) {
            return;
        }
        let mix = self.mix(node);
        for edge in &self.topology.outgoing[node] {
            let route = edge.index();
            let Some(size) = self.topology.route(route).pool else { continue };
            let shared = self.topology.route(route).connections.shared;
            let mut most = (0.0, 0.0);
            for instance in &self.sites[node].instances {
                let calls = |lane: Lane| {
                    let called = &self.called[route][lane];
                    instance.calls[lane.op as usize]
                        * mix[lane]
                        * instance.occupancy.admitted
                        * self.visits[route][lane]
                        * called.attempts
                };
                let all = || self.topology.lanes().map(|lane| (lane, calls(lane)));
                let before = if shared { most.0 } else { 0.0 };
                let rate = all().fold(before, |sum, (_, calls)| sum + calls);
                let busy: f64 = all().map(|(lane, calls)| calls * self.held_for(node, route, lane)).sum();
                if shared {
                    most = (rate, most.1 + busy);
                } else if busy > most.1 {
                    most = (rate, busy);
                }
            }
            let (rate, busy) = most;
            // Where the pool is what is tightest its wait is part of the caller's own line.
            let full = busy >= 0.999 * f64::from(size);
            self.pool_waits[route] =
                if rate <= 0.0 || full { Wait::NONE } else { Wait::mmc(rate, busy / rate, size) };
        }
    }

    fn derive_hits(&mut self, node: usize) {
        let Some(size) = keys::size(self.topology, node, self.reach.live(node)) else { return };
        let mut rates = vec![0.0; 0];
        for (class, rate) in self.arriving[node].both() {
            rates.resize(rates.len().max(class + 1), 0.0);
            rates[class] += rate;
        }
        let mut deletes = self.arriving[node].deletes.clone();
        deletes.resize(self.clients.len(), 0.0);
        let mut updates = self.arriving[node].updates.clone();
        updates.resize(self.clients.len(), 0.0);
        let past = |cache: usize, client: usize| {
            if self.clients[client] == cache {
                return self.past_devices(client);
            }
            let size = keys::size(self.topology, cache, self.reach.live(cache))?;
            self.sites[cache].known.missed(size, client)
        };
        let streams = keys::streams(&self.sources, &self.classes, &rates, &deletes, &updates, past);
        if self.sources.iter().all(|source| source.habits.absent <= 0.0) {
            return self.sites[node].known.update(size, streams);
        }
        let rate = |stream: &KeyStream| stream.reads.iter().map(|lookups| lookups.rate).sum::<f64>();
        let all = self.sources.iter().zip(&streams);
        let absent =
            all.map(|(source, stream)| Absent::new(self.topology, node, source, rate(stream))).collect();
        self.sites[node].known.update_with_absent(size, streams, absent);
    }

    /// Variability of what leaves a station (Whitt 1983): as the arrivals when idle, as the service when busy.
    fn depart(&mut self, node: usize, arrivals: f64) {
        let servers = &self.topology.place(node).servers;
        let site = &mut self.sites[node];
        let hottest = site.instances.iter().max_by(|a, b| a.occupancy.busy.total_cmp(&b.occupancy.busy));
        site.departures = match (servers.cores, hottest) {
            (Some(cores), Some(hottest)) => {
                let found = &hottest.occupancy;
                let busy = found.busy * found.busy;
                let all = f64::from(cores) * site.instances.len() as f64;
                let spread =
                    1.0 + (1.0 - busy) * (arrivals - 1.0) + busy / f64::sqrt(all) * (found.service_scv - 1.0);
                spread.max(0.0)
            }
            (Some(_), None) | (None, _) => arrivals,
        };
    }
}

/// Share of Poisson calls of this rate that a limit lets through.
fn admits(limit: &Limit, rate: f64) -> f64 {
    match limit.rule {
        Rule::Bucket => token_bucket_admits(rate, limit.rate.max(1e-12), limit.burst),
        Rule::FixedWindow => fixed_window_admits(rate, limit.burst, limit.window_s),
        Rule::SlidingWindow => sliding_window_admits(rate, limit.burst, limit.window_s),
    }
}
