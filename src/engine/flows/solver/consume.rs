//! What a queue hands to its consumers, and what waits.

use super::{Solver, change};
use crate::engine::cache;
use crate::engine::formulas::Wait;
use crate::engine::random::partition_of;
use crate::topology::{Full, Lane, Lanes, Queue, Station};

/// What the consumers behind one link can do.
#[derive(Debug, Clone, Copy)]
struct Consumers {
    route: usize,
    /// Messages they can take [1/s].
    each: f64,
    /// Messages they work on at once.
    at_once: f64,
    /// Mean time of a message at one of them [s].
    takes_s: f64,
    /// Mean time that a message keeps its partition, all deliveries together [s].
    partition_s: f64,
}

/// The partitions of a log, each a line of its own.
struct Hot {
    /// Work of the hottest over what it can take.
    load: f64,
    /// Messages that come faster than their partitions take them [1/s].
    growth: f64,
    /// Messages that wait for their partition.
    waiting: f64,
}

/// Keys of a client whose partition is known one by one.
const FOLLOWED: u64 = 4_096;

impl Solver<'_> {
    /// A queue passes on what its consumers can take: of a broker all together, of a log each group for itself.
    pub fn consume(&mut self, node: usize, total: f64) -> f64 {
        let Station::Queue(queue) = self.topology.place(node).station else { return 0.0 };
        let rates = self.arriving_by_lane(node);
        let routes = self.topology.outgoing[node].iter();
        let consumers: Vec<Consumers> =
            routes.map(|edge| self.consumers(&queue, edge.index(), &rates)).collect();
        let before = self.sites[node].taken;
        if let Some(partitions) = queue.rules.partitions {
            (0..consumers.len()).for_each(|group| self.share_partitions(node, group, partitions));
            self.consume_log(node, &queue, &rates, &consumers);
        } else {
            self.consume_broker(node, &queue, total, &rates, &consumers);
        }
        change(before, self.sites[node].taken)
    }

    /// Consumers that take the same messages share one line; those that take others have a line of their own.
    fn consume_broker(
        &mut self,
        node: usize,
        queue: &Queue,
        total: f64,
        rates: &Lanes<f64>,
        consumers: &[Consumers],
    ) {
        let (mut load, mut waiting, mut growth, mut takes) = (0.0f64, 0.0, 0.0, 0.0);
        let lines = self.shared_lines(consumers, rates);
        for (own, published) in &lines {
            let published = if lines.len() == 1 { total } else { *published };
            let capacity: f64 = own.iter().map(|one| one.each).sum();
            let at_once: f64 = own.iter().map(|one| one.at_once).sum();
            let (loaded, waits, grows) = line(queue, published, capacity, at_once);
            (load, waiting, growth) = (load.max(loaded), waiting + waits, growth + grows);
            // What is dropped for want of room never reaches a consumer, though its producer was told ok.
            let passes = self.passes(queue, loaded);
            for lane in self.topology.lanes() {
                self.split_line(own, lane, passes);
            }
            if capacity > 0.0 {
                let part = |one: &Consumers| one.each.min(1e15) / capacity.min(1e15) * one.takes_s;
                let weight = if total > 0.0 { published / total } else { 1.0 };
                takes += weight * own.iter().map(part).sum::<f64>();
            }
        }
        self.keep_messages(node, queue, total, (load, waiting, growth), takes);
    }

    /// Shares of a lane's messages that the consumers of one line get.
    fn split_line(&mut self, own: &[Consumers], lane: Lane, passes: f64) {
        let carries = |one: &&Consumers| self.topology.route(one.route).carries(lane);
        let sum: f64 = own.iter().filter(carries).map(|one| one.each).sum();
        let splits: Vec<(usize, f64)> = own
            .iter()
            .filter(carries)
            .map(|one| (one.route, if one.each.is_finite() { one.each / sum } else { 1.0 }))
            .collect();
        for (route, share) in splits {
            self.splits[route][lane] = if sum > 0.0 { share * passes } else { 0.0 };
        }
    }

    /// The consumers by the line that they share, with what is published for it [1/s]. What nobody takes counts for the
    /// first: it fills the backlog of all.
    fn shared_lines(&self, consumers: &[Consumers], rates: &Lanes<f64>) -> Vec<(Vec<Consumers>, f64)> {
        let mut line_of: Vec<usize> = (0..consumers.len()).collect();
        let carriers = |lane: Lane| {
            let takes = move |at: &usize| self.topology.route(consumers[*at].route).carries(lane);
            (0..consumers.len()).filter(takes).collect::<Vec<usize>>()
        };
        for (lane, _) in rates.pairs().filter(|(_, rate)| **rate > 0.0) {
            let joined: Vec<usize> = carriers(lane).iter().map(|at| line_of[*at]).collect();
            let Some(first) = joined.iter().min() else { continue };
            line_of.iter_mut().filter(|line| joined.contains(line)).for_each(|line| *line = *first);
        }
        let of_line = |line: usize| {
            let own = (0..consumers.len()).filter(|at| line_of[*at] == line).map(|at| consumers[at]);
            let for_it = |lane: Lane| carriers(lane).first().map_or(line == 0, |at| line_of[*at] == line);
            let published = rates.pairs().filter(|(lane, _)| for_it(*lane)).map(|(_, rate)| rate).sum();
            (own.collect(), published)
        };
        let lines = (0..consumers.len().max(1)).map(of_line);
        lines.filter(|(own, published): &(Vec<Consumers>, f64)| !own.is_empty() || *published > 0.0).collect()
    }

    /// What the partitions of a log are to a group that takes so long for a message of one [s]. Each is a line of its own:
    /// the most popular keys are followed one by one, the others are spread evenly.
    fn hot_partitions(&self, node: usize, group: usize, published: f64, takes_s: f64) -> Hot {
        let mut hot = Hot { load: 0.0, growth: 0.0, waiting: 0.0 };
        for share in &self.sites[node].partitions[group].0 {
            let busy = share * published * takes_s;
            hot.load = hot.load.max(busy);
            hot.growth += (share * published - 1.0 / takes_s).max(0.0);
            hot.waiting += if busy < 1.0 { busy * busy / (1.0 - busy) } else { 0.0 };
        }
        hot
    }

    /// Finds the shares of the partitions of a group where the clients' rates have moved.
    fn share_partitions(&mut self, node: usize, group: usize, partitions: u32) {
        let route = self.topology.route(self.topology.outgoing[node][group].index());
        let mut rates = vec![0.0; self.clients.len()];
        for (class, rate) in self.arriving[node].both() {
            let known = self.classes.get(class);
            rates[known.client] += if route.carries(known.lane) { rate } else { 0.0 };
        }
        let total: f64 = rates.iter().sum();
        rates.iter_mut().for_each(|rate| *rate /= total.max(f64::MIN_POSITIVE));
        let known = &self.sites[node].partitions[group].1;
        let same = known.len() == rates.len() && known.iter().zip(&rates).all(|(a, b)| (a - b).abs() < 1e-3);
        if same {
            return;
        }
        let mut shares = vec![0.0; partitions.max(1) as usize];
        for (client, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
            let source = self.sources[client];
            let head = cache::head(source.keys, source.zipf, FOLLOWED);
            let rest = (1.0 - head.iter().sum::<f64>()).max(0.0) / shares.len() as f64;
            shares.iter_mut().for_each(|share| *share += rate * rest);
            for (rank, popularity) in head.iter().enumerate() {
                let at = partition_of(rank as u64 + 1, self.clients[client] as u32, partitions);
                shares[at as usize] += rate * popularity;
            }
        }
        self.sites[node].partitions[group] = (shares, rates);
    }

    /// Every group sees every message; the slowest decides what is accepted.
    fn consume_log(&mut self, node: usize, queue: &Queue, rates: &Lanes<f64>, consumers: &[Consumers]) {
        let (mut load, mut waiting, mut growth, mut takes, mut all) = (0.0f64, 0.0, 0.0f64, 0.0, 0.0);
        for (group, one) in consumers.iter().enumerate() {
            let uses = |lane: Lane| self.topology.route(one.route).carries(lane);
            let published: f64 = rates.pairs().filter(|(lane, _)| uses(*lane)).map(|(_, rate)| rate).sum();
            let (own, waits, grows) = line(queue, published, one.each, one.at_once);
            let hot = self.hot_partitions(node, group, published, one.partition_s);
            let (own, grows) = (own.max(hot.load), grows.max(hot.growth));
            let waits = if own >= 1.0 { queue.backlog as f64 } else { waits.max(hot.waiting) };
            for lane in self.topology.lanes().filter(|lane| uses(*lane)) {
                let dropped = self.passes(queue, own) < 1.0;
                let passes = if dropped { 1.0 - grows / published } else { 1.0 };
                self.splits[one.route][lane] = passes;
            }
            (load, waiting, growth) = (load.max(own), waiting + waits, growth.max(grows));
            takes += published * one.takes_s;
            all += published;
        }
        let takes = if all > 0.0 { takes / all } else { 0.0 };
        self.keep_messages(node, queue, all, (load, waiting, growth), takes);
    }

    /// Share of the messages accepted that reach a consumer in the end.
    fn passes(&self, queue: &Queue, load: f64) -> f64 {
        let dropped = queue.rules.full == Full::DropOldest && !self.lossless && load > 1.0;
        if dropped { 1.0 / load } else { 1.0 }
    }

    fn keep_messages(&mut self, node: usize, queue: &Queue, total: f64, line: (f64, f64, f64), takes: f64) {
        let (load, waiting, growth) = line;
        let lossless = self.lossless;
        let site = &mut self.sites[node];
        (site.backlog, site.waiting, site.growth) = (load, waiting, growth);
        let accepts_all = lossless || load <= 1.0 || queue.rules.full == Full::DropOldest;
        site.taken = if accepts_all { 1.0 } else { 1.0 / load };
        let done = if load > 1.0 { total / load } else { total };
        site.message_s = (done > 0.0).then(|| waiting / done + takes);
    }

    /// What the consumers along a route can take.
    fn consumers(&self, queue: &Queue, route: usize, rates: &Lanes<f64>) -> Consumers {
        let node = self.topology.ends(route).1;
        let servers = &self.topology.place(node).servers;
        let live = self.reach.live(node) as f64;
        // Of what the route carries.
        let carried = Lanes::each(self.topology, |lane| {
            if self.topology.route(route).carries(lane) { rates[lane] } else { 0.0 }
        });
        let total = carried.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mean = |value: &dyn Fn(Lane) -> f64| -> f64 {
            carried.pairs().map(|(lane, rate)| rate / total * value(lane)).sum()
        };
        let both_ways =
            2e-9 * self.topology.route(route).latency_ns as f64 + 2.0 * self.topology.far_s(route);
        let own = mean(&|lane| [servers.read.mean_s, servers.write.mean_s][lane.op as usize]);
        let held = own + mean(&|lane| self.sites[node].hold[lane]);
        let takes_s = held + both_ways;
        if !matches!(self.topology.place(node).station, Station::Server(_)) {
            let each = if live > 0.0 { f64::INFINITY } else { 0.0 };
            return Consumers { route, each, at_once: f64::INFINITY, takes_s, partition_s: takes_s };
        }
        let cores = servers.cores.map_or(f64::INFINITY, f64::from);
        let (mut each, mut at_once) =
            (live * f64::from(servers.slots) / held, live * f64::from(servers.slots));
        if cores / own < f64::from(servers.slots) / held {
            (each, at_once) = (live * cores / own, live * cores);
        }
        // One message of a partition at a time; the next one leaves when the last is known to be done.
        let partitions = queue.rules.partitions.map_or(f64::INFINITY, f64::from);
        if partitions / takes_s < each {
            (each, at_once) = (partitions / takes_s, partitions);
        }
        let deliveries = mean(&|lane| self.called[route][lane].attempts).max(1.0);
        Consumers { route, each: each / deliveries, at_once, takes_s, partition_s: takes_s * deliveries }
    }
}

/// Load, messages waiting and growth of a line with this capacity [1/s]. What comes faster than it is done grows until the
/// backlog is full.
fn line(queue: &Queue, total: f64, capacity: f64, at_once: f64) -> (f64, f64, f64) {
    let load = if total > 0.0 { total / capacity } else { 0.0 };
    if total <= 0.0 || !capacity.is_finite() {
        return (load, 0.0, 0.0);
    }
    if total >= capacity {
        return (load, queue.backlog as f64, total - capacity);
    }
    let wait = Wait::mmc(total, at_once / capacity, at_once.clamp(1.0, 100_000.0) as u32);
    (load, (total * wait.mean()).min(queue.backlog as f64), 0.0)
}
