//! The closed set of primitives that every block lowers to. Seconds, shares, counts; no pixels, no kinds.

use super::{Life, Source};
use crate::design::NodeId;
use crate::report::Cause;

/// A placed block as the engines see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The node that it came from; random streams hang on it.
    pub id: NodeId,
    /// What the person calls it, for findings.
    pub name: String,
    /// What it does with a call.
    pub station: Station,
    /// Where calls wait and are served. Unused by a source and an observer.
    pub servers: Servers,
    /// What it costs.
    pub price: Price,
    /// Its innermost group, an index into `Topology::groups`.
    pub group: Option<usize>,
    /// Carries its own redundancy: never counted as a single point of failure.
    pub managed: bool,
    /// How often its instances fail.
    pub life: Life,
    /// What one instance sends, and receives, at most [bit/s]; `None` is without a limit.
    pub network: Option<f64>,
}

impl Place {
    /// Number of instances, at least 1; a store's primary, replicas and standby counted.
    pub fn instances(&self) -> u32 {
        match &self.station {
            Station::Store(store) => store.nodes(),
            Station::Source(_) | Station::Observer => 1,
            Station::Router(_) | Station::Server(_) | Station::Cache(_) | Station::Queue(_) => {
                self.servers.instances.max(1)
            }
        }
    }

    /// Parts into which an operation falls on average, each served by one instance; 0 is a read.
    pub fn parts(&self, op: usize) -> f64 {
        self.station.store().map_or(1.0, |store| store.parts(op))
    }

    /// The disk of each of its nodes; `None` for what is not a store, or where nobody said what lies there.
    pub fn disk(&self) -> Option<super::Disk> {
        self.station.store()?.data.disk()
    }

    /// Share of a store's reads that find their row in memory; `None` where all do, and for what is not a store.
    pub fn from_memory(&self) -> Option<f64> {
        self.station.store()?.data.memory.map(|memory| memory.share)
    }

    /// Whether calls can end at it: everything but a client and an observer.
    pub fn serves(&self) -> bool {
        !matches!(self.station, Station::Source(_) | Station::Observer)
    }
}

/// What a block does with a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Station {
    /// Sends requests and never receives any.
    Source(Source),
    /// Passes each call to one target behind its links.
    Router(Router),
    /// Serves, then makes its own calls in drawn order, then replies.
    Server(Server),
    /// Hit: replies. Miss: passes on if it has an outgoing link, else replies *miss*.
    Cache(Cache),
    /// Answers from data it keeps.
    Store(Store),
    /// Accepts a call as a message, acknowledges, and hands it to one of its consumers.
    Queue(Queue),
    /// Takes no traffic; notices failures for the others.
    Observer,
}

impl Station {
    /// The server that it is, if it is one.
    pub fn server(&self) -> Option<&Server> {
        match self {
            Station::Server(server) => Some(server),
            Station::Source(_) | Station::Router(_) | Station::Cache(_) => None,
            Station::Store(_) | Station::Queue(_) | Station::Observer => None,
        }
    }

    /// The store that it is, if it is one.
    pub fn store(&self) -> Option<&Store> {
        match self {
            Station::Store(store) => Some(store),
            Station::Source(_) | Station::Router(_) | Station::Server(_) => None,
            Station::Cache(_) | Station::Queue(_) | Station::Observer => None,
        }
    }
}

/// The two kinds of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Asks for data.
    Read,
    /// Changes data.
    Write,
}

impl Operation {
    /// Both, in the order of reports.
    pub const ALL: [Operation; 2] = [Operation::Read, Operation::Write];

    /// Requests of this kind for each that a source sends by itself (0–1); the reads that follow writes come on top.
    pub fn share_of(self, source: &Source) -> f64 {
        match self {
            Operation::Read => source.reads + (1.0 - source.reads) * source.habits.follow,
            Operation::Write => 1.0 - source.reads,
        }
    }
}

/// Passes each call to one of its targets.
#[derive(Debug, Clone, PartialEq)]
pub struct Router {
    /// How a target is chosen among all instances behind the matching links.
    pub policy: Policy,
    /// How it notices dead targets.
    pub health: Health,
    /// How long callers keep an answer [ns]: they go to the target themselves, as with DNS. 0 is not at all.
    pub ttl_ns: u64,
}

impl Policy {
    /// Whether it sends every request of a user to the same instance.
    pub fn keeps_users(self) -> bool {
        match self {
            Policy::Sticky => true,
            Policy::RoundRobin | Policy::Weighted | Policy::Random | Policy::LeastConnections => false,
            Policy::PowerOfTwo | Policy::Hash | Policy::Path | Policy::Failover | Policy::Nearest => false,
        }
    }
}

/// How a router chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// In turn, over the instances.
    RoundRobin,
    /// In turn, each instance as often as its link's weight says: smooth weighted round robin.
    Weighted,
    /// At random, each instance by its link's weight.
    Random,
    /// The instance with the fewest calls sent by this router and not yet answered; ties at random.
    LeastConnections,
    /// The better, by least connections, of two drawn at random.
    PowerOfTwo,
    /// The same instance for the same user, as long as it is in.
    Sticky,
    /// By key, on a ring: when an instance comes or goes only its share of the keys moves.
    Hash,
    /// By path: each link serves its own share, by weight, and no other link takes it over.
    Path,
    /// The first link with an instance that is in.
    Failover,
    /// The instances with the shortest way from the caller.
    Nearest,
}

/// Health checks: until a dead instance is out, its share of the calls fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    /// Time between checks [s].
    pub interval_s: f64,
    /// How long a check waits for the answer of what has gone silent [s].
    pub timeout_s: f64,
    /// Failed checks in a row before an instance is out.
    pub failures: u32,
    /// Successful checks in a row before it is in again.
    pub successes: u32,
}

impl Health {
    /// Time from a change until so many checks have met it [s]: the first comes after this share of the interval, and each
    /// waits for its timeout where the target has gone silent. On average half an interval, at most a whole one.
    pub fn noticed_s(&self, phase: f64, checks: u32, silent: bool) -> f64 {
        let timeout = if silent { self.timeout_s } else { 0.0 };
        phase * self.interval_s + f64::from(checks.max(1) - 1) * self.interval_s + timeout
    }
}

impl Default for Health {
    /// 5 s and 2 failures: the quick end of what is usual (references/defaults: 5–30 s, 2–3).
    fn default() -> Self {
        Health { interval_s: 5.0, timeout_s: 1.0, failures: 2, successes: 1 }
    }
}

/// Serves and calls all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Server {
    /// Replies carry data of its own: a database in the same box.
    pub holds_data: bool,
    /// In which order an instance serves.
    pub discipline: super::Discipline,
    /// Share of the requests that need the session that an instance keeps in its memory (0–1); `None` keeps none.
    pub sessions: Option<f64>,
    /// Instances come and go; `Servers::instances` is then the most.
    pub scaling: Option<super::Scaling>,
    /// Runs as a function.
    pub function: Option<super::Function>,
}

/// A cache or a CDN.
#[derive(Debug, Clone, PartialEq)]
pub struct Cache {
    /// Where its hits come from.
    pub hits: Hits,
    /// A write that passes, or an app's write to a store behind it, removes the key.
    pub delete_on_write: bool,
    /// Instances are copies of each other: the second takes over. Otherwise keys are spread over them.
    pub copies: bool,
    /// What it does beyond keeping what it was asked for.
    pub rules: CacheRules,
}

/// How a cache evicts, spreads its keys and treats writes. The default is the plainest cache.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CacheRules {
    /// What leaves when it is full.
    pub eviction: Eviction,
    /// Which node holds a key, where keys are spread.
    pub placement: Placement,
    /// What the person says that it is; where the links leave it open it decides what a write does.
    pub strategy: Strategy,
    /// Misses of one key that are under way share one call to the store.
    pub coalesce: bool,
    /// How long it keeps that nothing was found [ns]; 0 does not keep it.
    pub misses_ns: u64,
    /// The server behind takes out keys whose writes came to it by another way.
    pub purged: bool,
    /// Write-behind: time between flushes [ns].
    pub flush_ns: u64,
    /// Write-behind: dirty keys at which a flush does not wait any longer; 0 is no such number.
    pub flush_keys: u32,
}

/// How a cache and its store work together (rules 1.6). The links decide; [`crate::topology::build`] names a mismatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// As the links say; a write that passes deletes or leaves the entry.
    #[default]
    AsDrawn,
    /// The caller asks the cache, then the store, then fills the cache.
    Aside,
    /// The cache asks the store.
    ReadThrough,
    /// A write is acknowledged by store and cache, which then has the new value.
    WriteThrough,
    /// A write is acknowledged by the cache, and brought to the store later.
    WriteBehind,
    /// A hit with little time left fetches the entry anew.
    RefreshAhead,
}

/// What leaves a full cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Eviction {
    /// What was used longest ago.
    #[default]
    Lru,
    /// What was put in longest ago.
    Fifo,
    /// Any entry.
    Random,
    /// What is asked for least: the most popular keys stay, and no other gets in.
    Lfu,
}

/// Which node of a cache holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// Each key has its node for good: a dead node's keys find nobody.
    #[default]
    Fixed,
    /// Consistent hashing: only the keys of a lost, or for an added, node move.
    Consistent,
    /// Hash modulo the number of living nodes: nearly all keys move when that changes.
    Modulo,
}

/// Last part of the time to live in which a hit sends a refresh, where entries are refreshed ahead (rules 1.6).
pub const REFRESH_SHARE: f64 = 0.2;

/// Where the hits of a cache come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hits {
    /// A share that the person states (0–1); fills are free.
    Given(f64),
    /// Follows from size, popularity and age.
    Derived {
        /// Entries that fit in one instance; `f64::INFINITY` when nothing is evicted.
        entries: f64,
        /// Time to live from the fill [s]; `f64::INFINITY` when entries do not expire.
        ttl_s: f64,
        /// Independent locations that each see an equal share of the traffic (points of presence).
        locations: u32,
    },
}

/// Keeps data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Store {
    /// Read replicas: instances 1..=replicas. Instance 0 is the primary.
    pub replicas: u32,
    /// A hot standby, the last instance: takes no traffic until it is promoted.
    pub standby: bool,
    /// Promotion of the standby, detection not included [s].
    pub promotion_s: f64,
    /// Which instances answer reads.
    pub reads: Reads,
    /// Work of one applied write at each replica, as a share of the write's service time.
    pub replay: f64,
    /// Time from a write's commit until it reaches the other copies [ns].
    pub lag_ns: u64,
    /// What is written shows after the next multiple of this [ns]; 0 at once.
    pub refresh_ns: u64,
    /// Other copies that must have a write before it is acknowledged; 0 is asynchronous.
    pub sync: u32,
    /// The last node of each shard is a second primary instead of a standby: both take writes.
    pub multi: bool,
    /// Callers go to the nearest node that may answer; otherwise to each in turn.
    pub nearest: bool,
    /// What it does when its nodes cannot reach each other. A ring has its own rule: [`super::Ring::strict`].
    pub partition: Partition,
    /// What a promoted standby lacks at first.
    pub spare: super::Spare,
    /// Copies on a ring instead of a primary with replicas.
    pub ring: Option<super::Ring>,
    /// What lies on each node.
    pub data: super::Data,
    /// Pieces that it is cut into.
    pub shards: super::Shards,
}

/// What a store does while some of its nodes cannot reach the others (rules 1.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partition {
    /// The side that is not cut off promotes a standby, if there is one, as after a death; nodes answer whoever reaches them.
    #[default]
    Promote,
    /// CP: a side without a majority answers nothing.
    Refuse,
    /// AP: reads go on everywhere, writes wherever a primary is.
    GoOn,
}

/// Which instances of a store answer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reads {
    /// The primary alone.
    #[default]
    Primary,
    /// The replicas in turn; without any, the primary.
    Replicas,
    /// Primary and replicas in turn.
    All,
}

/// Keeps messages until a consumer has done them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Queue {
    /// Messages that may wait, in a log for each consumer group.
    pub backlog: u64,
    /// How it hands messages out.
    pub rules: QueueRules,
}

/// How a queue keeps messages and hands them out. The default is the plainest broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueRules {
    /// Partitions of a log: each outgoing link is a consumer group that sees every message, in order within a partition.
    /// `None` is a broker: each message goes to one consumer.
    pub partitions: Option<u32>,
    /// What happens to a message that finds no room.
    pub full: Full,
    /// Deliveries after which a message is set aside as a dead letter; 0 is as the link's retries say.
    pub attempts: u32,
    /// Time until a message whose delivery failed is handed out again [ns].
    pub redeliver_ns: u64,
    /// How long a log keeps a message after it was published [ns], read or not.
    pub retain_ns: u64,
    /// What a broker holds is lost with it.
    pub volatile: bool,
}

/// What happens to a message that finds no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Full {
    /// It is refused as *backlog full*.
    #[default]
    Refuse,
    /// The oldest one that waits is dropped for it.
    DropOldest,
    /// Its producer waits, and keeps its slot, until there is room.
    Block,
}

/// Instances, their cores and slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Servers {
    /// Number of instances, at least 1.
    pub instances: u32,
    /// Calls served at once by one instance; `None` is unlimited.
    pub cores: Option<u32>,
    /// Calls that one instance holds from admission to reply.
    pub slots: u32,
    /// Calls that may wait for a slot at one instance; 0 is a loss system.
    pub queue: u32,
    /// What a call that finds slots and queue full is told.
    pub full: Cause,
    /// Service time of a read.
    pub read: Service,
    /// Service time of a write.
    pub write: Service,
    /// Share of calls that fail after service as *dependency failed* (0–1).
    pub errors: f64,
    /// Calls admitted a second, over all instances; more are *rate limited*.
    pub limit: Option<Limit>,
    /// Which instance a caller reaches.
    pub addressing: Addressing,
}

impl Servers {
    /// Service time of an operation.
    #[inline]
    pub fn service(&self, op: Operation) -> &Service {
        match op {
            Operation::Read => &self.read,
            Operation::Write => &self.write,
        }
    }
}

/// A rate limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// Calls a second, in the long run [1/s].
    pub rate: f64,
    /// Calls at once, at least 1: size of the bucket, or calls in a window.
    pub burst: u32,
    /// How calls are counted.
    pub rule: Rule,
    /// Length of a window [s]; the most admitted in any such window is reported under every rule.
    pub window_s: f64,
    /// Each user of each client has a limit of their own.
    pub per_user: bool,
    /// Requests of these tags are counted; the others pass.
    pub counts: super::Tags,
}

/// How a rate limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// A token bucket that starts full.
    Bucket,
    /// Windows aligned to time 0.
    FixedWindow,
    /// Any window that ends now; only admitted calls are remembered.
    SlidingWindow,
}

impl Limit {
    /// A token bucket for all together.
    pub fn bucket(rate: f64, burst: u32) -> Limit {
        Limit { rate, burst, rule: Rule::Bucket, window_s: 1.0, per_user: false, counts: super::Tags::ALL }
    }
}

/// Which instance a caller reaches that is not a router or a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressing {
    /// Callers know one address: instance 0 and no other.
    First,
    /// It spreads its calls itself, in turn, leaving out instances known to be dead.
    Spread,
    /// By key (caches with spread keys); by role (stores).
    Own,
}

/// A service time distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Service {
    /// Mean [s]; 0 is allowed.
    pub mean_s: f64,
    /// Shape around the mean.
    pub shape: Shape,
}

/// Shapes of a service time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Always the mean.
    Constant,
    /// Memoryless, cv 1.
    Exponential,
    /// Sum of k = round(1/cv²) exponential phases.
    Erlang {
        /// Number of phases.
        phases: u32,
    },
    /// Lognormal with this coefficient of variation.
    Lognormal {
        /// Standard deviation over mean.
        cv: f64,
    },
    /// Two exponential phases with balanced means, cv > 1.
    Hyperexponential {
        /// Standard deviation over mean.
        cv: f64,
    },
}

impl Shape {
    /// Squared coefficient of variation.
    pub fn scv(self) -> f64 {
        match self {
            Shape::Constant => 0.0,
            Shape::Exponential => 1.0,
            Shape::Erlang { phases } => 1.0 / f64::from(phases),
            Shape::Lognormal { cv } | Shape::Hyperexponential { cv } => cv * cv,
        }
    }
}

/// What a block costs.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Price {
    /// All instances together, standby and copies included [USD/month].
    pub month: f64,
    /// Per million calls at the average rate [USD].
    pub million_calls: f64,
    /// Per GB of answers sent to clients [USD].
    pub egress_gb: f64,
}

/// What the engines know of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// The link that it came from.
    pub id: crate::design::LinkId,
    /// One way [ns]; each direction takes it.
    pub latency_ns: u64,
    /// Carries reads.
    pub reads: bool,
    /// Carries writes.
    pub writes: bool,
    /// Carries requests of these tags.
    pub tags: super::Tags,
    /// Weight among a source's or a router's links.
    pub weight: f64,
    /// Calls per request: the whole part for sure, one more with the fraction's probability.
    pub calls: f64,
    /// Called only when the nearest earlier cache call of the same caller missed, died or timed out.
    pub on_miss: bool,
    /// Its failure degrades the request instead of failing it.
    pub optional: bool,
    /// Fire and forget: the caller does not wait.
    pub background: bool,
    /// How long the caller waits for one attempt [ns].
    pub timeout_ns: u64,
    /// Extra attempts after the first.
    pub retries: u32,
    /// First delay before a retry; doubles each time, at most 10 s, full jitter [s].
    pub backoff_s: f64,
    /// Writes may be retried.
    pub idempotent: bool,
    /// Connections per calling instance; a call waits for a free one. `None` is no pool.
    pub pool: Option<u32>,
    /// What a connection costs and who holds it.
    pub connections: super::Connections,
    /// What a person adds to a link against trouble, and the trouble itself.
    pub policy: super::Policies,
}

impl Route {
    /// Whether requests of a lane take it.
    #[inline]
    pub fn carries(&self, lane: super::Lane) -> bool {
        self.takes(lane.op) && self.tags.has(lane.tag)
    }

    /// Whether requests of an operation take it, of some tag.
    #[inline]
    pub fn takes(&self, op: Operation) -> bool {
        match op {
            Operation::Read => self.reads,
            Operation::Write => self.writes,
        }
    }
}
