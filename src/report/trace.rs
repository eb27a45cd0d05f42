//! One request, call by call: where its time went.

use serde::{Deserialize, Serialize};

use super::Cause;

/// A request that was followed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Trace {
    /// When it was sent [ns of simulated time].
    pub born_ns: u64,
    /// From then until its user had the answer [ns].
    pub took_ns: u64,
    /// Why it failed; `None` when it was answered.
    pub failed: Option<Cause>,
    /// How many requests were followed beside it, itself included: it is the slowest of them.
    pub followed: u32,
    /// One in so many was followed.
    pub one_in: u64,
    /// Its calls, callers before callees, in the order in which they were made. The first is the request itself, at its client.
    pub steps: Vec<Step>,
    /// Calls that are not told.
    pub more: u32,
}

/// One call of a request that was followed. Times are of simulated time [ns]; `None` where it never came so far.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Step {
    /// Place of the caller among the steps; `None` for the request itself.
    pub parent: Option<u32>,
    /// Station that it went to, dense index.
    pub node: u32,
    /// Instance there; `u32::MAX` where none was reached.
    pub instance: u32,
    /// Route that it took.
    pub route: Option<u32>,
    /// Its caller decided to make it.
    pub sent_ns: u64,
    /// It had its connection, where it needed one, and left.
    pub left_ns: Option<u64>,
    /// It reached its station.
    pub arrived_ns: Option<u64>,
    /// It had a core.
    pub started_ns: Option<u64>,
    /// Its own service was done.
    pub served_ns: Option<u64>,
    /// Its reply left the station, its own calls done.
    pub replied_ns: Option<u64>,
    /// Its caller had the reply, or had given up waiting.
    pub back_ns: Option<u64>,
    /// Why it failed.
    pub failed: Option<Cause>,
}

/// What a stretch of a call was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spent {
    /// Waiting at its caller for a connection of the pool.
    Connection,
    /// On its way, there or back.
    Network,
    /// In line, for a slot or a core.
    Queue,
    /// Being served.
    Service,
    /// Waiting for calls of its own, and between them.
    Calls,
    /// Nobody knows: it never came back, and its caller gave up.
    Lost,
}

impl Spent {
    /// Every one, in the order of a call's life.
    pub const ALL: [Spent; 6] =
        [Spent::Connection, Spent::Network, Spent::Queue, Spent::Service, Spent::Calls, Spent::Lost];

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Spent::Connection => "waits for a connection",
            Spent::Network => "network",
            Spent::Queue => "queue",
            Spent::Service => "service",
            Spent::Calls => "own calls",
            Spent::Lost => "no answer",
        }
    }
}

/// A stretch of a call: what it was spent on, from when to when [ns of simulated time].
pub type Stretch = (Spent, u64, u64);

impl Step {
    /// Its time from the caller's decision to the reply, without gaps; what took no time is left out. `end_ns` is when the
    /// request had its answer: a call that was still under way is told until then.
    pub fn stretches(&self, end_ns: u64) -> Vec<Stretch> {
        let end = self.back_ns.unwrap_or(end_ns);
        let away = if self.parent.is_none() { Spent::Calls } else { Spent::Lost };
        let points = [
            (Spent::Connection, self.left_ns),
            (Spent::Network, self.arrived_ns),
            (Spent::Queue, self.started_ns.or(self.served_ns.and(self.arrived_ns)).or(self.replied_ns)),
            (Spent::Service, self.served_ns.or(self.replied_ns)),
            (Spent::Calls, self.replied_ns),
        ];
        let mut from = self.sent_ns;
        let mut stretches = Vec::new();
        for (spent, until) in points {
            let Some(until) = until.map(|until| until.min(end)) else { continue };
            stretches.push((spent, from, until));
            from = until;
        }
        let last = if self.replied_ns.is_some() { Spent::Network } else { self.under_way().unwrap_or(away) };
        stretches.push((last, from, end));
        stretches.retain(|(_, from, until)| until > from);
        stretches
    }

    /// What it was at when its caller stopped waiting for it; `None` while nobody knows that it arrived.
    fn under_way(&self) -> Option<Spent> {
        self.arrived_ns?;
        Some(match (self.started_ns, self.served_ns) {
            (None, None) => Spent::Queue,
            (Some(_), None) => Spent::Service,
            (_, Some(_)) => Spent::Calls,
        })
    }

    /// When its caller had the reply or had given up, at the latest when the request had its answer [ns].
    pub fn until_ns(&self, end_ns: u64) -> u64 {
        self.back_ns.unwrap_or(end_ns).min(end_ns)
    }
}

impl Trace {
    /// When its user had the answer [ns].
    pub fn end_ns(&self) -> u64 {
        self.born_ns + self.took_ns
    }

    /// How deep a step stands in the tree of calls; 0 for the request itself.
    pub fn depth(&self, step: usize) -> usize {
        let above = |at: &usize| self.steps[*at].parent.map(|parent| parent as usize);
        std::iter::successors(Some(step), above).count() - 1
    }

    /// The steps as a tree is read: each call followed by those that it made.
    pub fn in_order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.steps.len());
        let mut next = vec![0];
        while let Some(step) = next.pop().filter(|step| *step < self.steps.len()) {
            order.push(step);
            let own =
                (0..self.steps.len()).rev().filter(|other| self.steps[*other].parent == Some(step as u32));
            next.extend(own);
        }
        order
    }

    /// Where the time went [ns]: walking back from the answer, what the request was waiting for at each moment. Adds up to
    /// what it took: of calls at the same time the one that ended last counts.
    pub fn spent(&self) -> [u64; Spent::ALL.len()] {
        let mut spent = [0; Spent::ALL.len()];
        if !self.steps.is_empty() {
            self.walk(0, self.born_ns, self.end_ns(), &mut spent);
        }
        spent
    }

    /// Adds up what a step waited for between two moments.
    fn walk(&self, step: usize, from: u64, until: u64, spent: &mut [u64; Spent::ALL.len()]) {
        for (what, begins, ends) in self.steps[step].stretches(self.end_ns()) {
            let (begins, ends) = (begins.max(from), ends.min(until));
            if begins >= ends {
                continue;
            }
            if what == Spent::Calls {
                self.walk_calls(step, begins, ends, spent);
            } else {
                spent[what as usize] += ends - begins;
            }
        }
    }

    /// From the end backwards: the call that ended last, then what it waited for before that call was made.
    fn walk_calls(&self, step: usize, from: u64, until: u64, spent: &mut [u64; Spent::ALL.len()]) {
        let end = self.end_ns();
        let mut now = until;
        while now > from {
            let own = self.steps.iter().enumerate().filter(|(_, other)| other.parent == Some(step as u32));
            let before = own.filter(|(_, other)| other.sent_ns < now && other.until_ns(end) > from);
            let last = before.max_by_key(|(_, other)| (other.until_ns(end).min(now), other.sent_ns));
            let Some((index, call)) = last else { break };
            let (begins, ends) = (call.sent_ns.max(from), call.until_ns(end).min(now));
            spent[Spent::Calls as usize] += now - ends;
            if begins < ends {
                self.walk(index, begins, ends, spent);
            }
            now = begins.min(ends);
        }
        spent[Spent::Calls as usize] += now - from;
    }
}
