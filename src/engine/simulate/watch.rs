//! What is counted during a run, and the report and the frames that are made of it. Nothing grows with time.

use std::collections::VecDeque;

use super::Simulation;
use super::calls::{Call, Kind, Outcome, Request, State as CallState};
use super::net::Net;
use super::phases::{self, Phases};
use super::route_watch::RouteWatch;
use super::station_watch::StationCounts;
use crate::engine::Method;
use crate::engine::tally::{Conditions, Distribution, Tally, Trend};
use crate::job::{Frame, LinkFrame, NodeFrame};
use crate::report::{
    Cause, ClientTimes, Counts, Estimate, Ledger, LinkReport, NodeReport, Report, SERIES, Sample, State,
    Times, Trust,
};
use crate::topology::Station;

/// Samples in a frame's window: ten seconds of ticks.
const WINDOW: usize = 100;

/// Everything that is counted.
#[derive(Debug)]
pub struct Watch {
    /// Number that a request sent now carries: of its stretch, see [`Phases`].
    window: u32,
    /// The first number of the measured window.
    pub(super) first_window: u32,
    pub(super) phases: Phases,
    /// Instances came or went in the window by scaling.
    pub(super) scaled: bool,
    open: bool,
    pub(super) started: u64,
    closed: Option<u64>,
    /// All requests, reads, writes.
    pub(super) tallies: [Tally; 3],
    counts: [Counts; 2],
    under_way: [u64; 2],
    goodput: Trend,
    flow: Flow,
    flow_at_second: Flow,
    pub(super) routes: Vec<RouteWatch>,
    seconds: VecDeque<Distribution>,
    ticks: u64,
    past: VecDeque<Snapshot>,
    series: VecDeque<Sample>,
    frozen: Option<(Vec<NodeReport>, Vec<LinkReport>)>,
}

/// Requests of all sources since the start of the run.
#[derive(Debug, Clone, Copy, Default)]
struct Flow {
    sent: u64,
    ok: u64,
    failed: u64,
}

/// Cumulative figures at one tick.
#[derive(Debug, Clone, Default)]
struct Snapshot {
    at: u64,
    flow: Flow,
    stations: Vec<StationSnapshot>,
    routes: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct StationSnapshot {
    counts: StationCounts,
    work: [f64; 2],
}

impl Watch {
    pub fn new(net: &Net) -> Self {
        Watch {
            window: 0,
            first_window: 1,
            phases: Phases::default(),
            scaled: false,
            open: false,
            started: 0,
            closed: None,
            tallies: Default::default(),
            counts: Default::default(),
            under_way: [0; 2],
            goodput: Trend::default(),
            flow: Flow::default(),
            flow_at_second: Flow::default(),
            routes: vec![RouteWatch::default(); net.routes.len()],
            seconds: VecDeque::from([Distribution::default()]),
            ticks: 0,
            past: VecDeque::new(),
            series: VecDeque::new(),
            frozen: None,
        }
    }

    /// The measured window that a request sent now belongs to; 0 is none.
    pub fn window_of_new_requests(&self) -> u32 {
        if self.open { self.window } else { 0 }
    }

    /// Whether a request belongs to the measured window.
    #[inline]
    pub fn counts_now(&self, request: &Request) -> bool {
        self.stretch_of(request).is_some()
    }

    #[inline]
    fn counts_for(&mut self, request: &Request) -> Option<&mut Counts> {
        self.counts_now(request).then(|| &mut self.counts[request.op as usize])
    }

    pub fn sent(&mut self, request: &Request) {
        self.flow.sent += 1;
        if let Some(counts) = self.counts_for(request) {
            counts.sent += 1;
            self.under_way[request.op as usize] += 1;
            self.phases.sent(request.window - self.first_window);
        }
    }

    pub fn attempt(&mut self, request: &Request) {
        if let Some(counts) = self.counts_for(request) {
            counts.attempts += 1;
            self.phases.attempt(request.window - self.first_window);
        }
    }

    pub fn ended(&mut self, request: &Request, took: u64, outcome: Outcome) {
        match outcome {
            Outcome::Ok { .. } => {
                self.flow.ok += 1;
                self.seconds.back_mut().expect("a current second").record(took);
            }
            Outcome::Fail(_) => self.flow.failed += 1,
        }
        let Some(counts) = self.counts_for(request) else { return };
        phases::count(counts, outcome);
        self.phases.ended(request.window - self.first_window, took, outcome);
        self.under_way[request.op as usize] -= 1;
        for which in [0, 1 + request.op as usize] {
            match outcome {
                Outcome::Ok { .. } => self.tallies[which].ok(took),
                Outcome::Fail(_) => self.tallies[which].failed(),
            }
        }
    }

    /// A request of the window ended without an answer because its source is gone.
    pub fn forgotten(&mut self, request: &Request) {
        self.ended(request, 0, Outcome::Fail(Cause::Refused));
    }

    #[inline]
    pub fn route(&mut self, route: u32) -> &mut RouteWatch {
        &mut self.routes[route as usize]
    }

    pub fn pool_waits(&mut self, route: u32, now: u64, by: f64) {
        self.routes[route as usize].waiting.change(now, by);
    }

    /// Requests of the window that have not ended yet.
    pub fn unfinished(&self) -> u64 {
        self.under_way.iter().sum()
    }

    /// Carries what was counted over to new tables: for each new station and route the old one, if there was one.
    pub fn carry_over(&mut self, routes: &[Option<usize>]) {
        let before = std::mem::take(&mut self.routes);
        self.routes =
            routes.iter().map(|from| from.map_or_else(RouteWatch::default, |from| before[from])).collect();
        self.past.clear();
    }

    fn restart(&mut self, now: u64) {
        self.window += 1;
        self.first_window = self.window;
        self.phases.clear();
        self.scaled = false;
        self.open = true;
        self.started = now;
        self.closed = None;
        self.frozen = None;
        self.tallies.iter_mut().for_each(Tally::restart);
        self.counts = Default::default();
        self.under_way = [0; 2];
        self.goodput.clear();
        self.routes.iter_mut().for_each(|route| route.restart(now));
    }
}

impl Watch {
    /// Counts what is sent from now on apart from what was sent before.
    pub(super) fn next_phase(&mut self, now: u64) {
        if self.open {
            let counted = add_counts(&self.counts_of(0), &self.counts_of(1));
            let next = self.phases.next(now, self.started, counted, &self.tallies[0]);
            self.window += u32::from(next);
        }
    }

    fn counts_of(&self, op: usize) -> Counts {
        Counts { under_way: self.under_way[op], ..self.counts[op].clone() }
    }
}

impl Simulation {
    /// Starts the measured window here: everything before is warm-up.
    pub fn start_measuring(&mut self) {
        self.watch.restart(self.now);
        for station in &mut self.stations {
            station.watch.restart(self.now);
            station.backlog.restart(self.now);
            station.limiter.restart();
        }
        self.versions.restart();
    }

    /// Ends the measured window here; requests sent in it may still end.
    pub fn stop_measuring(&mut self) {
        self.watch.open = false;
        self.watch.frozen = Some((self.node_reports(), self.link_reports()));
        self.watch.closed = Some(self.now);
    }

    /// Requests of the measured window that have not ended yet.
    pub fn unfinished(&self) -> u64 {
        self.watch.unfinished()
    }

    /// What was found in the measured window so far.
    pub fn report(&self) -> Report {
        let watch = &self.watch;
        let end = watch.closed.unwrap_or(self.now);
        let duration_s = (end - watch.started) as f64 / 1e9;
        let (nodes, links) =
            watch.frozen.clone().unwrap_or_else(|| (self.node_reports(), self.link_reports()));
        let growing = self.stations.iter().any(|station| station.watch.trend.rises());
        let conditions = self.conditions(watch.started, end, growing);
        let [reads, writes] = [0, 1].map(|op| watch.counts_of(op));
        let all = add_counts(&reads, &writes);
        let (consistency, clients) = self.versions.report(&self.net.stations);
        let traffic = |which: usize, counts: Counts| {
            let half = if which == 0 { watch.goodput.half_width() } else { None };
            phases::traffic(counts, &watch.tallies[which], duration_s, half, conditions)
        };
        Report {
            method: Method::Simulated,
            engine: crate::ENGINE_VERSION,
            seed: self.seed,
            duration_s,
            warmup_s: watch.started as f64 / 1e9,
            events: self.events,
            total: traffic(0, all),
            reads: traffic(1, reads),
            writes: traffic(2, writes),
            nodes,
            links,
            series: watch.series.iter().copied().collect(),
            consistency,
            clients,
            by_client: self.client_times(conditions),
            faults: self.happened(),
            phases: self.phases(end, growing),
        }
    }

    /// What each of several clients sees.
    fn client_times(&self, conditions: Conditions) -> Vec<ClientTimes> {
        let trust = conditions.refusal().unwrap_or(Trust::TooFew);
        let times = |station: usize| {
            let found = &self.stations[station].watch.latency;
            let latency =
                (found.count() > 0).then(|| Times::of(found.mean(), trust, |share| found.quantile(share)));
            ClientTimes { node: station as u32, latency }
        };
        let is_client = |station: &usize| matches!(self.net.stations[*station].station, Station::Source(_));
        let clients = (0..self.stations.len()).filter(is_client);
        if self.net.several { clients.map(times).collect() } else { Vec::new() }
    }

    fn window_s(&self) -> f64 {
        ((self.now - self.watch.started) as f64 / 1e9).max(1e-9)
    }

    fn node_reports(&self) -> Vec<NodeReport> {
        let mut present = vec![0; self.stations.len()];
        for slot in self.calls.slots() {
            let call = &self.calls[slot];
            if is_present(call) {
                present[call.station as usize] += 1;
            }
        }
        (0..self.stations.len()).map(|station| self.node_report(station, present[station])).collect()
    }

    fn node_report(&self, station: usize, present: u64) -> NodeReport {
        let watch = &self.stations[station].watch;
        let (span, started) = (self.window_s(), self.watch.started);
        let (counts, base) = (&watch.counts, &watch.base);
        let arrived = counts.arrived - base.arrived;
        let dropped = std::array::from_fn(|i| (counts.dropped[i] - base.dropped[i]) as f64 / span);
        let completed = counts.completed - base.completed;
        let share = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let look_ups = counts.look_ups - base.look_ups;
        let work: Vec<f64> = watch.instances.iter().map(|one| one.work).collect();
        let load = self.load(station, &self.roles(station, &work), span);
        let busy = self.busy_shares(station);
        let mean_busy = (!busy.is_empty()).then(|| busy.iter().sum::<f64>() / busy.len() as f64);
        let runs = self.function(station).is_some();
        let place = self.net.topology.place(station);
        let is_queue = matches!(place.station, Station::Queue(_));
        NodeReport {
            offered: arrived as f64 / span,
            carried: completed as f64 / span,
            load,
            busy: mean_busy.map(|value| Estimate { value, trust: Trust::TooFew }),
            hottest: busy.iter().copied().reduce(f64::max),
            state: self.state(
                station,
                load,
                full_share(&dropped, arrived as f64 / span),
                watch.trend.rises(),
            ),
            present: watch.levels.mean(self.now, started),
            levels: watch.levels.shares(self.now),
            waiting: watch.waiting.mean(self.now, started),
            waits: (watch.wait.count() > 0).then(|| share(counts.waited - base.waited, watch.wait.count())),
            wait: watch.wait.times(),
            latency: watch.latency.times().filter(|_| !matches!(place.station, Station::Source(_))),
            dropped,
            hit_ratio: (look_ups > 0 && !runs)
                .then(|| share(counts.hits - base.hits, look_ups))
                .or_else(|| place.from_memory()),
            disk: place.disk(),
            cold: (look_ups > 0 && runs).then(|| 1.0 - share(counts.hits - base.hits, look_ups)),
            wasted: share(counts.wasted - base.wasted, completed),
            admitted_peak: self.net.stations[station]
                .servers
                .limit
                .map(|_| self.stations[station].limiter.peak()),
            alive: self.alive(station),
            ledger: Ledger {
                arrived: counts.arrived,
                completed: counts.completed,
                dropped: counts.dropped,
                present,
            },
            behind: self.behind_report(station),
            queue: is_queue.then(|| Box::new(self.stations[station].backlog.report(self.now, &self.calls))),
        }
    }

    fn alive(&self, station: usize) -> u32 {
        let instances = &self.stations[station].instances;
        instances.iter().filter(|instance| !instance.dead && !instance.retired).count() as u32
    }

    /// Busy share of each instance in the window, the waiting standby left out; empty without cores to fill.
    fn busy_shares(&self, station: usize) -> Vec<f64> {
        let Some(cores) = self.net.stations[station].servers.cores else { return Vec::new() };
        let watch = &self.stations[station].watch;
        let counted = |i: &usize| !self.stations[station].leads().any(|lead| lead.standby == Some(*i as u32));
        let instances = self.stations[station].instances.len();
        let share =
            |i: usize| watch.instances[i].busy.mean(self.now, self.watch.started) / f64::from(cores.max(1));
        (0..instances).filter(counted).map(share).collect()
    }

    /// Work by role: what the primary takes, what all the others take.
    fn roles(&self, station: usize, work: &[f64]) -> [f64; 2] {
        let primary = self.stations[station].primary as usize;
        let first = work.get(primary).copied().unwrap_or(0.0);
        [first, work.iter().sum::<f64>() - first]
    }

    /// Offered work over capacity of what is alive and can be reached; of a store, of its busier role.
    fn load(&self, station: usize, work: &[f64; 2], span: f64) -> Option<f64> {
        let net = &self.net.stations[station];
        let cores = f64::from(net.servers.cores?);
        let state = &self.stations[station];
        let alive = |i: usize| state.instances.get(i).is_some_and(|it| !it.dead && !it.retired);
        if let Station::Store(store) = &net.station
            && store.is_cut()
        {
            // Of a ring or of shards the mean; the hottest is told apart by its busy cores.
            let living = (0..state.instances.len())
                .filter(|i| alive(*i) && !state.leads().any(|lead| lead.standby == Some(*i as u32)));
            return Some((work[0] + work[1]) / (span * cores * living.count().max(1) as f64));
        }
        if let Station::Store(_) = net.station {
            let primary = state.primary as usize;
            let others = (0..state.instances.len())
                .filter(|i| *i != primary && Some(*i as u32) != state.standby && alive(*i))
                .count();
            let of_primary = work[0] / (span * cores);
            let of_others = if others == 0 { 0.0 } else { work[1] / (span * cores * others as f64) };
            return Some(of_primary.max(of_others));
        }
        let reached = match &net.station {
            Station::Cache(cache) if cache.copies => usize::from(alive(state.primary as usize)),
            _ => (0..net.reachable as usize).filter(|i| alive(*i)).count(),
        };
        Some((work[0] + work[1]) / (span * cores * reached.max(1) as f64))
    }

    fn state(&self, station: usize, load: Option<f64>, full: f64, rises: bool) -> State {
        if !self.stations[station].instances.is_empty() && self.alive(station) == 0 {
            return State::Down;
        }
        if full >= 1e-3 || (rises && load.is_none_or(|load| load > 0.9)) {
            return State::Saturated;
        }
        State::of(load.unwrap_or(0.0))
    }

    /// Takes a sample: every tick for the frames, every tenth for the series.
    pub(super) fn sample(&mut self) {
        self.watch.ticks += 1;
        self.take_snapshot();
        if self.watch.ticks.is_multiple_of(10) {
            self.end_second();
        }
    }

    /// Keeps the cumulative figures of now for the frames of the next ten seconds.
    pub(super) fn take_snapshot(&mut self) {
        let watch = &mut self.watch;
        let mut snapshot =
            if watch.past.len() > WINDOW { watch.past.pop_front() } else { None }.unwrap_or_default();
        snapshot.at = self.now;
        snapshot.flow = watch.flow;
        snapshot.stations.clear();
        snapshot.stations.extend(
            self.stations
                .iter()
                .map(|s| StationSnapshot { counts: s.watch.counts, work: s.watch.work_by_role }),
        );
        snapshot.routes.clear();
        snapshot.routes.extend(watch.routes.iter().map(|route| (route.calls, route.failures)));
        watch.past.push_back(snapshot);
    }

    fn end_second(&mut self) {
        let watch = &mut self.watch;
        let (flow, before) = (watch.flow, watch.flow_at_second);
        let second = watch.seconds.back().expect("a current second");
        let [p50, p95, p99] = second.quantiles([0.5, 0.95, 0.99]);
        let sample = Sample {
            at_s: self.now as f64 / 1e9,
            sent: (flow.sent - before.sent) as f64,
            ok: (flow.ok - before.ok) as f64,
            failed: (flow.failed - before.failed) as f64,
            p50,
            p95,
            p99,
        };
        if watch.series.len() == SERIES {
            watch.series.pop_front();
        }
        watch.series.push_back(sample);
        watch.flow_at_second = flow;
        let mut next =
            if watch.seconds.len() == 10 { watch.seconds.pop_front() } else { None }.unwrap_or_default();
        next.clear();
        watch.seconds.push_back(next);
        if watch.open {
            watch.goodput.push(sample.ok);
            for station in &mut self.stations {
                station.watch.look_at_trend(self.now);
            }
        }
    }

    /// Figures of the last ten simulated seconds. Run id and pace are the caller's to fill in.
    pub fn frame(&self) -> Frame {
        let watch = &self.watch;
        let since = watch.past.front().expect("a snapshot since the start");
        let span = ((self.now - since.at) as f64 / 1e9).max(1e-9);
        let rate = |now: u64, then: u64| (now - then) as f64 / span;
        let mut times = Distribution::default();
        watch.seconds.iter().for_each(|second| times.merge(second));
        let quantile = |p| if times.count() == 0 { f64::NAN } else { times.quantile(p) };
        Frame {
            at_s: self.now as f64 / 1e9,
            events: self.events as f64,
            sent: rate(watch.flow.sent, since.flow.sent),
            ok: rate(watch.flow.ok, since.flow.ok),
            failed: rate(watch.flow.failed, since.flow.failed),
            p50: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            nodes: (0..self.stations.len()).map(|i| self.node_frame(i, &since.stations[i], span)).collect(),
            links: watch
                .routes
                .iter()
                .zip(&since.routes)
                .enumerate()
                .map(|(route, (now, then))| LinkFrame {
                    calls: rate(now.calls, then.0),
                    failures: rate(now.failures, then.1),
                    cut: self.nothing_arrives_along(route as u32),
                })
                .collect(),
            ..Frame::default()
        }
    }

    fn node_frame(&self, station: usize, since: &StationSnapshot, span: f64) -> NodeFrame {
        let watch = &self.stations[station].watch;
        let rate = |now: u64, then: u64| (now - then) as f64 / span;
        let work = [0, 1].map(|role| watch.work_by_role[role] - since.work[role]);
        let load = self.load(station, &work, span);
        let offered = rate(watch.counts.arrived, since.counts.arrived);
        let dropped: [f64; Cause::COUNT] =
            std::array::from_fn(|i| rate(watch.counts.dropped[i], since.counts.dropped[i]));
        let look_ups = watch.counts.look_ups - since.counts.look_ups;
        let hits = (watch.counts.hits - since.counts.hits) as f64;
        NodeFrame {
            offered,
            carried: rate(watch.counts.completed, since.counts.completed),
            dropped: dropped.iter().sum(),
            load: load.unwrap_or(f64::NAN),
            waiting: watch.waiting.value,
            hit_ratio: if look_ups == 0 || self.function(station).is_some() {
                f64::NAN
            } else {
                hits / look_ups as f64
            },
            alive: f64::from(self.alive(station)),
            state: f64::from(
                self.state(station, load, full_share(&dropped, offered), watch.trend.rises()) as u8
            ),
        }
    }
}

/// Whether a call counts as present at its station.
fn is_present(call: &Call) -> bool {
    let here = match call.state {
        CallState::WaitsForSlot | CallState::WaitsForCore | CallState::InService | CallState::Calling => true,
        CallState::Travelling
        | CallState::WaitsForConnection
        | CallState::Replying
        | CallState::Lost
        | CallState::Gone => false,
    };
    here && !matches!(
        call.kind,
        Kind::Root | Kind::Replay | Kind::Message | Kind::Branch | Kind::Dirty | Kind::Gather
    )
}

/// Share of the arrivals that were dropped for fullness.
fn full_share(dropped: &[f64; Cause::COUNT], offered: f64) -> f64 {
    let full = [Cause::Overloaded, Cause::PoolExhausted, Cause::BacklogFull];
    let sum: f64 = full.iter().map(|cause| dropped[*cause as usize]).sum();
    if offered > 0.0 { sum / offered } else { 0.0 }
}

fn add_counts(a: &Counts, b: &Counts) -> Counts {
    Counts {
        sent: a.sent + b.sent,
        ok: a.ok + b.ok,
        degraded: a.degraded + b.degraded,
        failed: std::array::from_fn(|i| a.failed[i] + b.failed[i]),
        hollow: a.hollow + b.hollow,
        attempts: a.attempts + b.attempts,
        under_way: a.under_way + b.under_way,
    }
}
