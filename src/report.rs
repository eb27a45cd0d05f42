//! What an engine found: plain public data, all that a page or a terminal shows. No behavior beyond reading it.
//!
//! Both methods fill the same [`Report`]; indices are dense, in topology order.

mod consistency;
mod curve;
mod trace;

pub use consistency::{ClientConsistency, Consistency, Seen};
pub use curve::{Curve, Theory};
pub use trace::{Spent, Step, Stretch, Trace};

use serde::{Deserialize, Serialize};

use crate::engine::Method;
use crate::topology::Disk;

/// Why a request or a call failed. Order and names are wire: never reorder, only append.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nothing alive there.
    Refused,
    /// In service when the instance was killed.
    Died,
    /// Slots and queue full.
    Overloaded,
    /// A rate limit said no.
    RateLimited,
    /// A store's connections were used up.
    PoolExhausted,
    /// A queue held as many messages as it may.
    BacklogFull,
    /// No answer in time.
    TimedOut,
    /// The message vanished with its host or zone.
    Partitioned,
    /// An error that the block itself gives back.
    DependencyFailed,
    /// The call went round in a circle 64 times.
    Loop,
    /// A datagram that vanished on its way.
    Lost,
    /// The caller's circuit breaker was open: the call was not sent.
    BrokenCircuit,
    /// As many calls under way as the caller's bulkhead allows: the call was not sent.
    BulkheadFull,
    /// A function ran as often at once as it may.
    Throttled,
    /// The session lives on another instance.
    Stateful,
}

impl Cause {
    /// Every cause, in wire order.
    pub const ALL: [Cause; 15] = [
        Cause::Refused,
        Cause::Died,
        Cause::Overloaded,
        Cause::RateLimited,
        Cause::PoolExhausted,
        Cause::BacklogFull,
        Cause::TimedOut,
        Cause::Partitioned,
        Cause::DependencyFailed,
        Cause::Loop,
        Cause::Lost,
        Cause::BrokenCircuit,
        Cause::BulkheadFull,
        Cause::Throttled,
        Cause::Stateful,
    ];

    /// Number of causes.
    pub const COUNT: usize = Self::ALL.len();

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Refused => "refused",
            Cause::Died => "died in service",
            Cause::Overloaded => "overloaded",
            Cause::RateLimited => "rate limited",
            Cause::PoolExhausted => "connections exhausted",
            Cause::BacklogFull => "backlog full",
            Cause::TimedOut => "timed out",
            Cause::Partitioned => "cut off",
            Cause::DependencyFailed => "dependency failed",
            Cause::Loop => "endless loop",
            Cause::Lost => "lost on the way",
            Cause::BrokenCircuit => "broken circuit",
            Cause::BulkheadFull => "bulkhead full",
            Cause::Throttled => "throttled",
            Cause::Stateful => "session elsewhere",
        }
    }
}

/// A figure with what is known of its accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The figure itself; NaN never appears, an absent figure is `None` around the estimate.
    pub value: f64,
    /// How far it can be trusted.
    pub trust: Trust,
}

/// How far a figure can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// A formula that is exact for this design, or a plain count.
    Exact,
    /// A formula that is an approximation here.
    Approximate,
    /// A formula outside its range: an order of magnitude.
    Low,
    /// 95 % confidence interval, ends included.
    Between(f64, f64),
    /// 95 % confidence interval that is open above.
    AtLeast(f64),
    /// Too few requests stand behind it for an interval.
    TooFew,
    /// A backlog grew: the figure depends on the length of the run.
    Growing,
    /// Traffic, instances or faults changed meanwhile: only several runs give an interval.
    Changing,
}

impl Estimate {
    /// A figure that is exact.
    pub fn exact(value: f64) -> Self {
        Estimate { value, trust: Trust::Exact }
    }
}

/// Distribution of a time, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// Mean [s].
    pub mean: Estimate,
    /// Median [s].
    pub p50: Estimate,
    /// 95th percentile [s].
    pub p95: Estimate,
    /// 99th percentile [s].
    pub p99: Estimate,
    /// 99.9th percentile [s].
    pub p999: Estimate,
}

impl Times {
    /// Mean and quantiles [s], all of the same trust.
    pub fn of(mean: f64, trust: Trust, quantile: impl Fn(f64) -> f64) -> Times {
        let estimate = |value| Estimate { value, trust };
        Times {
            mean: estimate(mean),
            p50: estimate(quantile(0.5)),
            p95: estimate(quantile(0.95)),
            p99: estimate(quantile(0.99)),
            p999: estimate(quantile(0.999)),
        }
    }
}

/// State of a block by offered load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Below 60 %.
    Calm,
    /// From 60 %.
    Busy,
    /// From 80 %.
    Hot,
    /// Offered work at or above capacity, or 0.1 % dropped for fullness, or a growing queue.
    Saturated,
    /// No instance is alive.
    Down,
}

impl State {
    /// All of them, the worst last.
    pub const ALL: [State; 5] = [State::Calm, State::Busy, State::Hot, State::Saturated, State::Down];

    /// What a person reads.
    pub fn name(self) -> &'static str {
        match self {
            State::Calm => "calm",
            State::Busy => "busy",
            State::Hot => "hot",
            State::Saturated => "saturated",
            State::Down => "down",
        }
    }

    /// State of a block whose offered work is this share of its capacity.
    pub fn of(load: f64) -> State {
        match load {
            load if load >= 1.0 => State::Saturated,
            load if load >= 0.8 => State::Hot,
            load if load >= 0.6 => State::Busy,
            _ => State::Calm,
        }
    }
}

/// What an engine found about a whole design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Which engine answered.
    pub method: Method,
    /// Version of the engine's arithmetic.
    pub engine: u32,
    /// Seed of the run; 0 for the steady method.
    pub seed: u64,
    /// Measured simulated time [s]; 0 for the steady method.
    pub duration_s: f64,
    /// Simulated time left out at the start [s].
    pub warmup_s: f64,
    /// Events handled, warm-up included.
    pub events: u64,
    /// All clients together.
    pub total: Traffic,
    /// Reads of all clients.
    pub reads: Traffic,
    /// Writes of all clients.
    pub writes: Traffic,
    /// Each station, in topology order.
    pub nodes: Vec<NodeReport>,
    /// Each route, in topology order.
    pub links: Vec<LinkReport>,
    /// One sample a second of simulated time, the last [`SERIES`] of them; empty for the steady method.
    pub series: Vec<Sample>,
    /// What readers saw of what writers wrote, all clients together.
    pub consistency: Consistency,
    /// The same for each client, in topology order; empty where nothing can be stale.
    pub clients: Vec<ClientConsistency>,
    /// Times of each client's answered requests, in topology order; empty with fewer than two clients, and for the steady
    /// method. No part of the digest, which is older.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_client: Vec<ClientTimes>,
    /// Faults that began, in that order, those by hand included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultSpan>,
    /// The window in stretches between faults; empty where none began or ended in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<Phase>,
}

impl Report {
    /// The steady report of an empty design: without clients nothing is sent.
    pub fn of_nothing() -> Report {
        let nothing = Estimate { value: 0.0, trust: Trust::Approximate };
        let traffic = Traffic {
            offered: 0.0,
            goodput: nothing,
            success: nothing,
            latency: None,
            p99_sent: None,
            counts: Counts::default(),
        };
        Report {
            method: Method::Steady,
            engine: crate::ENGINE_VERSION,
            seed: 0,
            duration_s: 0.0,
            warmup_s: 0.0,
            events: 0,
            total: traffic.clone(),
            reads: traffic.clone(),
            writes: traffic,
            nodes: Vec::new(),
            links: Vec::new(),
            series: Vec::new(),
            consistency: Consistency::default(),
            clients: Vec::new(),
            by_client: Vec::new(),
            faults: Vec::new(),
            phases: Vec::new(),
        }
    }
}

/// A stretch of the window in which no fault began or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// When it began [s of simulated time].
    pub from_s: f64,
    /// When it ended [s of simulated time].
    pub until_s: f64,
    /// Requests sent in it and what came of them.
    pub traffic: Traffic,
}

/// A fault of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultSpan {
    /// Its id in the design; `None` for one by hand.
    pub id: Option<u32>,
    /// What happened to what, in words for a person.
    pub text: String,
    /// When it began [s of simulated time].
    pub from_s: f64,
    /// When it ended [s]; `None` while it lasts.
    pub until_s: Option<f64>,
}

/// Times of the requests of one client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientTimes {
    /// Station, dense index.
    pub node: u32,
    /// Time to the final answer, of answered requests. `None` when nothing was answered.
    pub latency: Option<Times>,
}

/// Longest time series kept.
pub const SERIES: usize = 600;

/// Requests of the clients: what they sent and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// Requests sent [1/s].
    pub offered: f64,
    /// Requests answered ok, degraded ones included [1/s].
    pub goodput: Estimate,
    /// Share of the requests sent that were answered ok (0–1).
    pub success: Estimate,
    /// Time to the final answer, of answered requests. `None` when nothing was answered.
    pub latency: Option<Times>,
    /// Time within which 99 % of the requests *sent* were answered ok [s]: what an objective asks (rules 1.14). It is
    /// the answered requests' quantile at 0.99 ÷ success. `None` when fewer than 99 % were answered ok.
    pub p99_sent: Option<Estimate>,
    /// Exact counts over the measured window.
    pub counts: Counts,
}

/// Exact counts of requests sent in the measured window. For the steady method all are 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Requests sent.
    pub sent: u64,
    /// Answered ok with everything.
    pub ok: u64,
    /// Answered ok, but something optional had failed.
    pub degraded: u64,
    /// Ended with a failure, by the cause that the client saw, in [`Cause::ALL`] order.
    pub failed: [u64; Cause::COUNT],
    /// Answered ok without data behind it; part of `ok` and `degraded`.
    pub hollow: u64,
    /// Attempts, retries included.
    pub attempts: u64,
    /// Not ended yet.
    pub under_way: u64,
}

impl Counts {
    /// Requests that ended with a failure.
    pub fn failures(&self) -> u64 {
        self.failed.iter().sum()
    }
}

/// One station.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NodeReport {
    /// Calls that arrived [1/s].
    pub offered: f64,
    /// Calls completed here [1/s].
    pub carried: f64,
    /// Offered work over capacity of the instances that can be reached; not capped at 1. `None` without a limit.
    pub load: Option<f64>,
    /// Share of time that cores were busy, over all instances (0–1).
    pub busy: Option<Estimate>,
    /// The same for the busiest instance (0–1).
    pub hottest: Option<f64>,
    /// State by offered load.
    pub state: State,
    /// Mean calls present, waiting and in service.
    pub present: f64,
    /// Share of the time in which 0, 1, 2 … calls were present (0–1), up to the most there were; the 64th entry stands for
    /// 63 and more. Empty where nobody counts it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<f64>,
    /// Mean calls waiting for a slot or a core; messages waiting, at a queue.
    pub waiting: f64,
    /// Share of the calls that waited at all (0–1). `None` when nothing was served, or where nobody counts it.
    pub waits: Option<f64>,
    /// Time waiting for a slot and a core. `None` when nothing was served.
    pub wait: Option<Times>,
    /// Time from arrival to reply, own calls included. `None` when nothing was answered.
    pub latency: Option<Times>,
    /// Calls dropped here [1/s], in [`Cause::ALL`] order.
    pub dropped: [f64; Cause::COUNT],
    /// Share of the look-ups that hit, or of a store's reads that find their row in memory (0–1); `None` for anything else.
    pub hit_ratio: Option<f64>,
    /// Share of the calls that started cold (0–1); `None` for what is not a function.
    pub cold: Option<f64>,
    /// Share of completions whose caller had given up (0–1).
    pub wasted: f64,
    /// Most calls that the rate limit let through in any window of its length, of one user where each has a limit;
    /// `None` without a limit, and where nothing was simulated.
    pub admitted_peak: Option<u32>,
    /// Instances alive at the end.
    pub alive: u32,
    /// Exact ledger of calls over the whole run: arrived = completed + dropped + present.
    pub ledger: Ledger,
    /// Messages of a queue; `None` for what is not one.
    pub queue: Option<Box<QueueReport>>,
    /// Writes of a write-behind cache over the whole run; `None` for what is none, and for the steady method.
    pub behind: Option<BehindReport>,
    /// The disk of each node of a store; `None` where nobody said what lies there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk: Option<Disk>,
}

/// Writes that a cache acknowledged before its store had them: acknowledged = flushed + overwritten + lost + dirty +
/// flushing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BehindReport {
    /// Acknowledged by the cache alone.
    pub acknowledged: u64,
    /// Written to the store.
    pub flushed: u64,
    /// Made needless by a later write to the same key.
    pub overwritten: u64,
    /// Lost with the node that held them, although they had been acknowledged.
    pub lost: u64,
    /// Not yet durable: they wait for the next flush.
    pub dirty: u64,
    /// On their way to the store.
    pub flushing: u64,
}

impl BehindReport {
    /// Both together.
    pub fn and(self, other: BehindReport) -> BehindReport {
        BehindReport {
            acknowledged: self.acknowledged + other.acknowledged,
            flushed: self.flushed + other.flushed,
            overwritten: self.overwritten + other.overwritten,
            lost: self.lost + other.lost,
            dirty: self.dirty + other.dirty,
            flushing: self.flushing + other.flushing,
        }
    }
}

/// What became of the messages of one queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueReport {
    /// Time from publishing to done. `None` when none was done.
    pub latency: Option<Times>,
    /// Most messages that waited at one moment of the window; 0 for the steady method.
    pub peak: u64,
    /// Greatest age of a message that waited or was handed out in the window [s]; 0 for the steady method.
    pub oldest_s: f64,
    /// From the peak until none waited [s]; `None` while some wait, and for the steady method.
    pub drain_s: Option<f64>,
    /// Growth of the backlog [1/s]; below 0 it is worked off.
    pub growth: f64,
    /// Exact ledgers over the whole run: of a log one for each outgoing link, in the order of the links, of a broker one
    /// for all. Empty for the steady method.
    pub groups: Vec<Messages>,
}

/// Messages for one consumer group: published = done + dead + dropped + lost + waiting + at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Messages {
    /// Accepted from producers.
    pub published: u64,
    /// Done by a consumer.
    pub done: u64,
    /// Set aside after the last attempt.
    pub dead: u64,
    /// Dropped for want of room.
    pub dropped: u64,
    /// Lost with a broker that kept them in memory, or with a link that was taken away.
    pub lost: u64,
    /// In line, or waiting to be handed out again.
    pub waiting: u64,
    /// With a consumer.
    pub in_work: u64,
    /// Deliveries after a failed one; a message can have several.
    pub redelivered: u64,
    /// Of those published, the ones that stand in line once more because their group started again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub replayed: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Messages {
    /// What became of all that was published.
    pub fn accounted(&self) -> u64 {
        self.done + self.dead + self.dropped + self.lost + self.waiting + self.in_work
    }

    /// Both together.
    pub fn and(self, other: &Messages) -> Messages {
        Messages {
            published: self.published + other.published,
            done: self.done + other.done,
            dead: self.dead + other.dead,
            dropped: self.dropped + other.dropped,
            lost: self.lost + other.lost,
            waiting: self.waiting + other.waiting,
            in_work: self.in_work + other.in_work,
            redelivered: self.redelivered + other.redelivered,
            replayed: self.replayed + other.replayed,
        }
    }

    /// After an edit or a death: what is gone is lost, and what came from another group counts as published here.
    pub fn balance(&mut self) {
        self.lost += self.published.saturating_sub(self.accounted());
        self.published = self.accounted();
    }
}

/// Calls at one station over the whole run, warm-up included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Arrived.
    pub arrived: u64,
    /// Replied, ok or with a failure of what it depends on.
    pub completed: u64,
    /// Dropped here, by cause, in [`Cause::ALL`] order.
    pub dropped: [u64; Cause::COUNT],
    /// Still there at the end.
    pub present: u64,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LinkReport {
    /// Calls sent, retries included [1/s].
    pub calls: f64,
    /// Calls that came back as a failure or not in time [1/s].
    pub failures: f64,
    /// Calls waiting for a connection of the pool, mean.
    pub waiting: f64,
    /// Calls not sent: the breaker was open or the bulkhead full [1/s].
    pub rejected: f64,
    /// Retries among the calls [1/s].
    pub retries: f64,
    /// Second copies sent because the first was slow [1/s].
    pub hedges: f64,
    /// Writes repeated although the first copy went through [1/s].
    pub duplicates: f64,
    /// Messages lost, or packets sent again, on the way [1/s].
    pub lost: f64,
}

/// One second of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// End of the second [s of simulated time].
    pub at_s: f64,
    /// Requests sent [1/s].
    pub sent: f64,
    /// Requests answered ok [1/s].
    pub ok: f64,
    /// Requests that ended with a failure [1/s].
    pub failed: f64,
    /// Median time to answer of those answered in it [s]; 0 when none was.
    pub p50: f64,
    /// 95th percentile [s].
    pub p95: f64,
    /// 99th percentile [s].
    pub p99: f64,
}
