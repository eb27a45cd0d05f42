//! The fixed point as plain figures.

use super::{ROUNDS, Solver, whole};
use crate::engine::flows::reach::Door;
use crate::engine::flows::{ClientFlow, Flows, RouteFlow, StationFlow, Step};
use crate::report::Cause;
use crate::topology::{Lane, Lanes, Operation, Station};

impl Solver<'_> {
    /// The flows as they stand. What still grew in a loop after the last round is cut there.
    pub fn outcome(mut self, endless: Vec<usize>) -> Flows {
        (0..self.sites.len()).for_each(|node| self.answer_elsewhere(node));
        let stations =
            (0..self.sites.len()).map(|node| self.station(node, endless.contains(&node))).collect();
        let clients = (0..self.clients.len()).map(|client| self.client(client)).collect();
        let routes = (0..self.called.len()).map(|route| self.route(route)).collect();
        Flows { clients, stations, routes, endless }
    }

    /// How a station would answer at doors that no route leads to.
    fn answer_elsewhere(&mut self, node: usize) {
        let manner = self.manner(node);
        for door in [Door::First, Door::Spread]
            .into_iter()
            .filter(|door| !self.skeleton.entered[node][*door as usize])
        {
            for lane in self.topology.lanes() {
                self.sites[node].answers[door as usize][lane] = self.at_door(node, door, lane, &manner);
            }
        }
    }

    fn client(&self, client: usize) -> ClientFlow {
        let node = self.clients[client];
        let source = self.sources[client];
        let [reads, writes] = Operation::ALL.map(|op| self.sites[node].after[self.lane_of(client, op)]);
        ClientFlow {
            node,
            tag: source.tag,
            sent: Operation::ALL.map(|op| source.rate * op.share_of(source) * self.multiple),
            ok: [reads.ok, writes.ok],
            time: [reads.time, writes.time],
            on_devices: self.on_devices(client),
        }
    }

    fn route(&self, route: usize) -> RouteFlow {
        let sent = &self.sent[route];
        let called = &self.called[route];
        RouteFlow {
            calls: sent.by_op(),
            failures: sent.pairs().map(|(lane, calls)| calls * called[lane].failing).sum(),
            retries: sent.pairs().map(|(lane, calls)| called[lane].retried(*calls)).sum(),
            called: called.clone(),
            visits: self.visits[route].clone(),
            share: self.splits[route].clone(),
            pool_wait: self.pool_waits[route],
        }
    }

    fn station(&self, node: usize, cut: bool) -> StationFlow {
        let place = self.topology.place(node);
        let site = &self.sites[node];
        let offered = self.through_all(node);
        let mut by_client: Vec<(usize, [f64; 2])> = Vec::new();
        for (class, rate) in self.arriving[node].both() {
            let known = self.classes.get(class);
            let at = by_client.binary_search_by_key(&known.client, |(client, _)| *client);
            let at = at.unwrap_or_else(|at| {
                by_client.insert(at, (known.client, [0.0; 2]));
                at
            });
            by_client[at].1[known.lane.op as usize] += rate;
        }
        let mut carried = Lanes::new(self.topology, 0.0);
        for (class, rate) in self.served(node) {
            carried[self.classes.get(class).lane] += rate;
        }
        let cold = self.cold(node).map(|(share, _)| share);
        let dropped = self.dropped(node, cut);
        let memory = |store: &crate::topology::Store| store.data.memory.map(|_| site.known.ratio);
        let hit_ratio = match &place.station {
            Station::Cache(_) => Some(self.hit_ratio(node)),
            Station::Store(store) => memory(store),
            Station::Source(_) | Station::Router(_) | Station::Server(_) => None,
            Station::Queue(_) | Station::Observer => None,
        };
        StationFlow {
            offered,
            carried,
            by_client,
            upkeep: self.arriving[node].upkeep,
            instances: site.instances.clone(),
            limit: site.limit,
            cold,
            backlog: site.backlog,
            waiting: site.waiting,
            growth: site.growth,
            message_s: site.message_s,
            hit_ratio,
            hits: self.topology.tags.all().map(|tag| self.tag_hit_ratio(node, tag)).collect(),
            streams: site.known.streams.clone(),
            dropped,
            after: site.after.clone(),
            steps: Lanes::each(self.topology, |lane| self.steps(node, lane)),
            hold: self.mean_by_op(node, |lane| site.hold[lane]),
            doors: self.through[node].clone(),
            answers: site.answers.clone(),
        }
    }

    fn steps(&self, node: usize, lane: Lane) -> Vec<Step> {
        let mut steps = Vec::new();
        if matches!(self.topology.place(node).station, Station::Server(_) | Station::Cache(_)) {
            let hit = |route: usize| {
                self.hits_along(route, lane, self.tag_hit_ratio(self.topology.ends(route).1, lane.tag))
            };
            self.walk(node, lane, hit, |step| steps.push(step));
        }
        steps
    }

    fn dropped(&self, node: usize, cut: bool) -> [f64; Cause::COUNT] {
        let place = self.topology.place(node);
        let site = &self.sites[node];
        let mut dropped = [0.0; Cause::COUNT];
        if !place.serves() || self.lossless {
            return dropped;
        }
        for door in [Door::First, Door::Spread] {
            let offered = self.through_by_lane(node, door);
            for (lane, rate) in offered.pairs() {
                let op = lane.op;
                let passes = site.within_limit[lane.tag.index()];
                let reached = self.reach.reached(node, door, op);
                let admitted = |(index, instance): (usize, &crate::engine::flows::InstanceFlow)| {
                    self.reach.share(node, door, op, index) * instance.occupancy.admitted
                };
                let admitted = whole(site.instances.iter().enumerate().map(admitted).sum());
                let within = rate * reached * passes;
                dropped[Cause::Refused as usize] += rate * (1.0 - reached);
                dropped[Cause::RateLimited as usize] += rate * reached * (1.0 - passes);
                let full = if self.patience(node).is_some() { Cause::TimedOut } else { place.servers.full };
                dropped[full as usize] += (within - rate * admitted * passes).max(0.0);
                let stateful = self.stateful(node);
                let served = rate * admitted * passes * (1.0 - stateful);
                dropped[Cause::Stateful as usize] += rate * admitted * passes * stateful;
                dropped[Cause::DependencyFailed as usize] += served * place.servers.errors;
                self.drop_by_role(node, lane, served * self.unerring(node), &mut dropped);
            }
        }
        if cut {
            let offered: f64 = self.through_all(node).iter().sum();
            dropped[Cause::Loop as usize] = offered / ROUNDS as f64;
        }
        dropped
    }

    /// What a router without a target and a full queue turn away.
    fn drop_by_role(&self, node: usize, lane: Lane, served: f64, dropped: &mut [f64; Cause::COUNT]) {
        match &self.topology.place(node).station {
            Station::Router(_) => {
                let routed: f64 =
                    self.skeleton.plan.links[node][lane].iter().map(|route| self.splits[*route][lane]).sum();
                dropped[Cause::Refused as usize] += served * (1.0 - routed).max(0.0);
            }
            Station::Queue(_) => {
                dropped[Cause::BacklogFull as usize] += served * (1.0 - self.sites[node].taken);
            }
            Station::Source(_) | Station::Server(_) | Station::Cache(_) => {}
            Station::Store(_) | Station::Observer => {}
        }
    }
}
