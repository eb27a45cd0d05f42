//! Messages: accepted by a queue, handed to consumers, done, given back or set aside; and the ledger that accounts for
//! every one of them at every moment.
//!
//! A message is a call of kind `Message` that stays at the queue. In line its state is `WaitsForSlot`; at work, or between
//! two deliveries, it is `Calling`, and `reserved` tells the two apart. In a log `step` is the consumer group's place
//! among the queue's routes for its operation, so that an edit finds it again as it finds any other call.

use std::collections::VecDeque;

use super::calls::{Call, Handle, Kind, Line, NONE, Outcome, Request, Slab, State};
use super::replay::Kept;
use super::{Simulation, StationState};
use crate::engine::calendar::{Class, What};
use crate::engine::random::partition_of;
use crate::engine::tally::Distribution;
use crate::report::{Cause, Messages, QueueReport};
use crate::topology::{Full, Lane, Operation, Queue, QueueRules, Station};

/// What waits at a queue, and what became of the rest.
#[derive(Debug, Default)]
pub struct Backlog {
    /// One for a broker, one for each route of a log.
    pub(super) groups: Vec<Group>,
    /// Producers that wait for room.
    blocked: VecDeque<Handle>,
    seen: Seen,
}

/// Consumers that share their messages.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Of a broker by lane, of a log by partition.
    lines: Vec<Line>,
    /// Partitions whose head is at work: what follows waits for it. Always false for a broker.
    busy: Vec<bool>,
    /// Partitions with something in line and nothing at work.
    ready: VecDeque<u32>,
    ledger: Messages,
    /// What a log keeps of what was read.
    pub(super) kept: Kept,
}

/// What was seen in the measured window.
#[derive(Debug, Default)]
struct Seen {
    latency: Distribution,
    /// Messages waiting now.
    waiting: u64,
    /// Messages that waited when the window began, and when that was [ns].
    at_start: u64,
    started: u64,
    peak: u64,
    peak_at: u64,
    drained_at: Option<u64>,
    /// Greatest age of a message that was handed out [ns].
    oldest: u64,
}

impl Backlog {
    /// Empty, for a queue of these rules with this many routes and lanes.
    fn new(rules: &QueueRules, routes: usize, lanes: usize) -> Self {
        let group = || {
            let lines = rules.partitions.map_or(lanes, |partitions| partitions.max(1) as usize);
            let busy = vec![false; lines];
            Group { lines: vec![Line::default(); lines], busy, ..Group::default() }
        };
        let groups = if rules.partitions.is_some() { routes } else { 1 };
        Backlog { groups: (0..groups).map(|_| group()).collect(), ..Backlog::default() }
    }

    /// Begins a measured window.
    pub fn restart(&mut self, now: u64) {
        let seen = &mut self.seen;
        seen.latency.clear();
        (seen.at_start, seen.started) = (seen.waiting, now);
        (seen.peak, seen.peak_at, seen.oldest) = (seen.waiting, now, 0);
        seen.drained_at = None;
    }

    /// What is known of the messages; `heads` are the ages of what waits at the front [ns].
    pub fn report(&self, now: u64, calls: &Slab<Call>) -> QueueReport {
        let seen = &self.seen;
        let heads = self.groups.iter().flat_map(|group| &group.lines).filter_map(Line::first);
        let oldest = heads.map(|slot| now - calls[slot].arrived).fold(seen.oldest, u64::max);
        let span = ((now - seen.started) as f64 / 1e9).max(1e-9);
        QueueReport {
            latency: seen.latency.times(),
            peak: seen.peak,
            oldest_s: oldest as f64 / 1e9,
            drain_s: seen.drained_at.map(|at| (at - seen.peak_at) as f64 / 1e9),
            growth: (seen.waiting as f64 - seen.at_start as f64) / span,
            groups: self.groups.iter().map(|group| group.ledger).collect(),
        }
    }

    /// So many more wait in a group, or fewer.
    fn wait(&mut self, group: usize, by: i64, now: u64) {
        let ledger = &mut self.groups[group].ledger;
        ledger.waiting = ledger.waiting.saturating_add_signed(by);
        let seen = &mut self.seen;
        seen.waiting = seen.waiting.saturating_add_signed(by);
        if seen.waiting > seen.peak {
            (seen.peak, seen.peak_at, seen.drained_at) = (seen.waiting, now, None);
        } else if seen.waiting == 0 && seen.drained_at.is_none() {
            seen.drained_at = Some(now);
        }
    }
}

impl Group {
    /// Puts a message at the end of its line, or back at the head of its partition.
    fn put(&mut self, line: usize, slot: u32, again: bool, log: bool, calls: &mut Slab<Call>) {
        calls[slot].state = State::WaitsForSlot;
        if again && log {
            self.lines[line].push_first(slot, calls);
            self.busy[line] = false;
        } else {
            self.lines[line].push(slot, calls);
        }
        if log && !self.busy[line] && (again || self.lines[line].len == 1) {
            self.ready.push_back(line as u32);
        }
    }

    /// Puts a message of a log that was read before at the head of its partition.
    pub(super) fn put_first(
        &mut self,
        message: u32,
        request: &Request,
        partitions: u32,
        calls: &mut Slab<Call>,
    ) {
        let line = partition_of(request.rank, request.source, partitions) as usize;
        calls[message].state = State::WaitsForSlot;
        self.lines[line].push_first(message, calls);
        self.ledger.published += 1;
        self.ledger.replayed += 1;
    }

    /// Every partition with something in line and nothing at work is ready.
    pub(super) fn make_ready(&mut self) {
        let Group { lines, busy, ready, .. } = self;
        ready.clear();
        ready.extend(
            (0..lines.len() as u32).filter(|line| lines[*line as usize].len > 0 && !busy[*line as usize]),
        );
    }
}

impl StationState {
    /// The backlog of a queue with these rules and this many routes and lanes; nothing for any other station.
    pub(super) fn fresh_backlog(station: &Station, routes: usize, lanes: usize) -> Backlog {
        match station {
            Station::Queue(queue) => Backlog::new(&queue.rules, routes, lanes),
            Station::Source(_)
            | Station::Router(_)
            | Station::Server(_)
            | Station::Cache(_)
            | Station::Store(_)
            | Station::Observer => Backlog::default(),
        }
    }
}

impl Simulation {
    fn rules_of_queue(&self, station: u32) -> Queue {
        match &self.net.stations[station as usize].station {
            Station::Queue(queue) => *queue,
            _ => Queue { backlog: u64::MAX, rules: QueueRules::default() },
        }
    }

    /// The group and the line of a message; `None` when its consumer group is gone.
    fn line_of(&self, message: &Call, rules: &QueueRules) -> Option<(usize, usize)> {
        let request = &self.requests[message.request];
        let (net, lane) = (&self.net.stations[message.station as usize], request.lane());
        let Some(partitions) = rules.partitions else { return Some((0, net.lines[lane])) };
        let route = *net.outgoing[lane].get(message.step as usize)?;
        let group = self.group_at(message.station, route)?;
        Some((group, partition_of(request.rank, request.source, partitions) as usize))
    }

    /// The consumer group that a route of a log leads to.
    fn group_at(&self, queue: u32, route: u32) -> Option<usize> {
        let routes = &self.net.topology.outgoing[queue as usize];
        routes.iter().position(|edge| edge.index() as u32 == route)
    }

    /// A queue has taken a call: it becomes a message, if there is room.
    pub(super) fn accept_message(&mut self, slot: u32) {
        let call = self.calls[slot];
        let Queue { backlog, rules } = self.rules_of_queue(call.station);
        if self.is_full(call.station, backlog) {
            match rules.full {
                Full::Refuse => return self.fail_here(slot, Cause::BacklogFull),
                Full::DropOldest => self.drop_oldest(call.station, backlog),
                Full::Block => {
                    let handle = self.calls.handle(slot);
                    self.stations[call.station as usize].backlog.blocked.push_back(handle);
                    return;
                }
            }
        }
        // Behind others that wait there is nobody free: no need to ask every consumer again.
        let line = self.net.stations[call.station as usize].lines[self.requests[call.request].lane()];
        let first = &self.stations[call.station as usize].backlog.groups;
        let crowded = rules.partitions.is_none() && first[0].lines[line].len > 0;
        self.publish(slot, &rules);
        if !crowded {
            self.hand_out(call.station);
        }
    }

    fn is_full(&self, station: u32, backlog: u64) -> bool {
        self.stations[station as usize].backlog.groups.iter().any(|group| group.ledger.waiting >= backlog)
    }

    fn drop_oldest(&mut self, station: u32, backlog: u64) {
        for group in 0..self.stations[station as usize].backlog.groups.len() {
            let here = &mut self.stations[station as usize].backlog.groups[group];
            if here.ledger.waiting < backlog {
                continue;
            }
            let age = |line: &usize| here.lines[*line].first().map(|slot| self.calls[slot].arrived);
            let oldest = (0..here.lines.len()).filter(|line| age(line).is_some()).min_by_key(age);
            let Some(line) = oldest else { continue };
            let message = here.lines[line].pop(&self.calls).expect("the oldest waits");
            here.ledger.dropped += 1;
            if here.lines[line].len == 0 {
                here.ready.retain(|ready| *ready as usize != line);
            }
            self.waits(station, group, -1);
            self.drop_call(message);
        }
    }

    pub(super) fn waits(&mut self, station: u32, group: usize, by: i64) {
        self.stations[station as usize].watch.waits(self.now, by as f64);
        self.stations[station as usize].backlog.wait(group, by, self.now);
    }

    /// Keeps a call as a message, in a log one for each group, and tells the producer.
    fn publish(&mut self, slot: u32, rules: &QueueRules) {
        let call = self.calls[slot];
        let lane = self.requests[call.request].lane();
        let copies = match rules.partitions {
            Some(_) => self.net.stations[call.station as usize].outgoing[lane].len(),
            None => 1,
        };
        for step in 0..copies {
            let mut message = self.blank(call.request, call.station);
            message.kind = Kind::Message;
            message.instance = call.instance;
            message.hops = call.hops;
            message.step = step as u16;
            let message = self.add_call(message);
            if let Some((group, line)) = self.line_of(&self.calls[message], rules) {
                let log = rules.partitions.is_some();
                let here = &mut self.stations[call.station as usize].backlog.groups[group];
                here.ledger.published += 1;
                here.put(line, message, false, log, &mut self.calls);
                self.waits(call.station, group, 1);
            }
        }
        let data = self.net.stations[call.station as usize].durable && lane.op == Operation::Write;
        if data {
            // Kept here, it will reach its store: whoever reads that before sees something old.
            let version = self.versions.commit(call.request, self.now);
            self.versions.set_answer(slot, version);
        }
        self.complete(slot, Outcome::Ok { data, degraded: false, miss: false });
    }

    /// Puts a message back in line for another delivery.
    pub(super) fn requeue(&mut self, message: u32) {
        let call = self.calls[message];
        let rules = self.rules_of_queue(call.station).rules;
        let log = rules.partitions.is_some();
        match self.line_of(&call, &rules) {
            Some((group, line)) => {
                let here = &mut self.stations[call.station as usize].backlog.groups[group];
                here.put(line, message, true, log, &mut self.calls);
            }
            None => self.drop_call(message),
        }
        self.hand_out(call.station);
    }

    /// A delivery was answered ok: the message is done.
    pub(super) fn message_done(&mut self, message: u32) {
        let took = self.now - self.calls[message].arrived;
        self.stations[self.calls[message].station as usize].backlog.seen.latency.record(took);
        self.message_ends(message, |ledger| ledger.done += 1);
    }

    /// A delivery failed: the message is handed out again, or set aside after its last attempt.
    pub(super) fn delivery_failed(&mut self, message: u32, route: u32, cause: Cause) {
        let call = self.calls[message];
        let rules = self.rules_of_queue(call.station).rules;
        // Without a limit of its own a queue tries as often as its link says, and for ever when the worker died.
        let counted = call.attempt.saturating_add(1);
        let again = match rules.attempts {
            0 => cause == Cause::Died || route == NONE || self.may_retry(message, route, cause),
            most => u32::from(counted) < most,
        };
        if !again {
            return self.message_ends(message, |ledger| ledger.dead += 1);
        }
        let Some((group, _)) = self.line_of(&call, &rules) else {
            return self.drop_call(message);
        };
        let ledger = &mut self.stations[call.station as usize].backlog.groups[group].ledger;
        ledger.redelivered += 1;
        ledger.in_work -= 1;
        self.calls[message].reserved = false;
        self.waits(call.station, group, 1);
        if rules.attempts == 0 && cause != Cause::Died && route != NONE {
            return self.retry_later(message, route);
        }
        if rules.attempts > 0 {
            self.calls[message].attempt = counted;
        }
        if rules.redeliver_ns == 0 {
            return self.requeue(message);
        }
        let generation = self.calls.handle(message).generation;
        self.calendar.push(self.now + rules.redeliver_ns, Class::Timer, What::Retry, message, generation);
    }

    /// A message at work leaves the queue for good.
    fn message_ends(&mut self, message: u32, count: impl Fn(&mut Messages)) {
        let call = self.calls[message];
        let rules = self.rules_of_queue(call.station).rules;
        if let Some((group, line)) = self.line_of(&call, &rules) {
            let here = &mut self.stations[call.station as usize].backlog.groups[group];
            here.ledger.in_work -= 1;
            count(&mut here.ledger);
            if rules.partitions.is_some() {
                here.kept.keep(self.requests[call.request], &call, self.now, rules.retain_ns);
            }
            here.busy[line] = false;
            if rules.partitions.is_some() && here.lines[line].len > 0 {
                here.ready.push_back(line as u32);
            }
        }
        self.drop_call(message);
        self.hand_out(call.station);
    }

    /// Hands waiting messages to consumers with a free slot, and lets blocked producers in where that makes room.
    pub(super) fn hand_out(&mut self, queue: u32) {
        if self.stations[queue as usize].instances.iter().all(|instance| instance.dead) {
            return;
        }
        let Queue { backlog, rules } = self.rules_of_queue(queue);
        loop {
            if rules.partitions.is_some() {
                self.hand_out_log(queue)
            } else {
                self.hand_out_broker(queue)
            }
            if !self.admit_blocked(queue, backlog, &rules) {
                return;
            }
        }
    }

    fn hand_out_broker(&mut self, queue: u32) {
        let s = queue as usize;
        for op in Operation::ALL {
            // Lines whose consumers are all busy, a bit for each.
            let mut stuck = 0;
            while let Some(line) = self.oldest_line(s, op, stuck) {
                let lane = Lane::at(line);
                let routes = 0..self.net.stations[s].outgoing[lane].len();
                let Some((route, instance)) = self.free_consumer(s, lane, routes) else {
                    stuck |= 1u64 << line;
                    continue;
                };
                let line = &mut self.stations[s].backlog.groups[0].lines[line];
                let message = line.pop(&self.calls).expect("one waits");
                self.deliver(queue, 0, message, route, instance);
            }
        }
    }

    /// The line of a broker, none of the stuck ones, whose head has waited longest.
    fn oldest_line(&self, queue: usize, op: Operation, stuck: u64) -> Option<usize> {
        let lines = &self.stations[queue].backlog.groups[0].lines;
        let open = (op as usize..lines.len()).step_by(2).filter(|line| stuck >> line & 1 == 0);
        let heads = open.filter_map(|line| Some((self.calls[lines[line].first()?].arrived, line)));
        heads.min().map(|(_, line)| line)
    }

    fn hand_out_log(&mut self, queue: u32) {
        let s = queue as usize;
        for group in 0..self.stations[s].backlog.groups.len() {
            while let Some(&line) = self.stations[s].backlog.groups[group].ready.front() {
                let here = &mut self.stations[s].backlog.groups[group];
                // After an edit two messages of one partition can be at work: it was made ready twice.
                let Some(head) = here.lines[line as usize].first().filter(|_| !here.busy[line as usize])
                else {
                    here.ready.pop_front();
                    continue;
                };
                let lane = self.requests[self.calls[head].request].lane();
                let step = self.calls[head].step as usize;
                let Some((route, instance)) = self.free_consumer(s, lane, step..step + 1) else { break };
                let here = &mut self.stations[s].backlog.groups[group];
                here.ready.pop_front();
                here.busy[line as usize] = true;
                let message = here.lines[line as usize].pop(&self.calls).expect("the head");
                self.deliver(queue, group, message, route, instance);
            }
        }
    }

    fn deliver(&mut self, queue: u32, group: usize, message: u32, route: u32, instance: u32) {
        self.waits(queue, group, -1);
        let age = self.now - self.calls[message].arrived;
        let backlog = &mut self.stations[queue as usize].backlog;
        backlog.seen.oldest = backlog.seen.oldest.max(age);
        backlog.groups[group].ledger.in_work += 1;
        self.calls[message].state = State::Calling;
        self.calls[message].reserved = true;
        let to = self.net.routes[route as usize].way.to as usize;
        let sent = self.send(message, route, instance, NONE, Kind::Plain);
        if instance != NONE {
            self.stations[to].instances[instance as usize].held += 1;
            self.calls[sent].reserved = true;
        }
    }

    /// Lets the first blocked producer in, if there is room; whether it did.
    fn admit_blocked(&mut self, queue: u32, backlog: u64, rules: &QueueRules) -> bool {
        while let Some(first) = self.stations[queue as usize].backlog.blocked.front().copied() {
            let waits = self.calls.alive(first) && self.calls[first.slot].state == State::Calling;
            if waits && self.is_full(queue, backlog) {
                return false;
            }
            self.stations[queue as usize].backlog.blocked.pop_front();
            if waits {
                self.publish(first.slot, rules);
                return true;
            }
        }
        false
    }

    /// A consumer's instance that can take one more, in turn over these places among the routes; [`NONE`] where the target
    /// spreads calls itself.
    fn free_consumer(
        &mut self,
        queue: usize,
        lane: Lane,
        places: std::ops::Range<usize>,
    ) -> Option<(u32, u32)> {
        let routes = self.net.stations[queue].outgoing[lane].get(places)?;
        let targets = routes.len() as u32;
        for i in 0..targets {
            let turn = (self.stations[queue].turn + i) % targets;
            let route = routes[turn as usize];
            let to = self.net.routes[route as usize].way.to as usize;
            if !matches!(self.net.stations[to].station, Station::Server(_)) {
                self.stations[queue].turn = turn + 1;
                return Some((route, NONE));
            }
            let slots = self.net.stations[to].servers.slots;
            let instances = &self.stations[to].instances;
            let n = instances.len() as u32;
            let first = self.stations[to].turn;
            let free = (0..n).map(|k| (first + k) % n).find(|k| {
                let instance = &instances[*k as usize];
                !instance.dead && !instance.retired && !instance.draining && instance.held < slots
            });
            if let Some(instance) = free {
                self.stations[to].turn = (instance + 1) % n;
                self.stations[queue].turn = turn + 1;
                return Some((route, instance));
            }
        }
        None
    }

    /// What a broker held in memory is lost with it.
    pub(super) fn lose_messages(&mut self, station: u32, instance: u32) {
        if !self.rules_of_queue(station).rules.volatile {
            return;
        }
        let stays = |call: &Call| call.instance != instance;
        self.sort_messages(station, stays);
    }

    /// Lines and ledgers of every queue anew, after an edit: messages whose consumer group is gone are lost.
    pub(super) fn sort_all_messages(&mut self) {
        for station in 0..self.stations.len() as u32 {
            if matches!(self.net.stations[station as usize].station, Station::Queue(_)) {
                self.sort_messages(station, |_| true);
            }
        }
    }

    /// Puts every message that stays into its line again, in the old order; the others are lost.
    fn sort_messages(&mut self, station: u32, stays: impl Fn(&Call) -> bool) {
        let s = station as usize;
        let routes = self.net.topology.outgoing[s].len();
        let lanes = self.net.topology.lanes().len();
        let fresh = StationState::fresh_backlog(&self.net.stations[s].station, routes, lanes);
        let mut old = std::mem::replace(&mut self.stations[s].backlog, fresh);
        let waited = old.seen.waiting;
        self.stations[station as usize].watch.waits(self.now, -(waited as f64));
        let lines = old.groups.iter_mut().flat_map(|group| &mut group.lines);
        let mut messages = Vec::new();
        for line in lines {
            while let Some(slot) = line.pop(&self.calls) {
                messages.push(slot);
            }
        }
        let backlog = &mut self.stations[s].backlog;
        (backlog.seen, backlog.blocked) = (old.seen, old.blocked);
        backlog.seen.waiting = 0;
        for (group, before) in backlog.groups.iter_mut().zip(&mut old.groups) {
            group.kept = std::mem::take(&mut before.kept);
            group.ledger = Messages { waiting: 0, in_work: 0, ..before.ledger };
        }
        self.hold_messages_at_work(station);
        let rules = self.rules_of_queue(station).rules;
        for slot in messages {
            match self.line_of(&self.calls[slot], &rules).filter(|_| stays(&self.calls[slot])) {
                Some((group, line)) => {
                    let log = rules.partitions.is_some();
                    self.stations[s].backlog.groups[group].put(line, slot, false, log, &mut self.calls);
                    self.waits(station, group, 1);
                }
                None => self.drop_call(slot),
            }
        }
        for group in &mut self.stations[s].backlog.groups {
            group.ledger.balance();
        }
    }

    /// Messages at work, or between two deliveries, keep their partition.
    fn hold_messages_at_work(&mut self, station: u32) {
        let rules = self.rules_of_queue(station).rules;
        for slot in self.calls.slots() {
            let call = self.calls[slot];
            let mine = call.kind == Kind::Message && call.station == station && call.state == State::Calling;
            let Some((group, line)) = self.line_of(&call, &rules).filter(|_| mine) else { continue };
            self.stations[station as usize].backlog.groups[group].busy[line] = rules.partitions.is_some();
            if call.reserved {
                self.stations[station as usize].backlog.groups[group].ledger.in_work += 1;
            } else {
                self.waits(station, group, 1);
            }
        }
    }
}
