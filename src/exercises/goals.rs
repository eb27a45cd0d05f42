//! Each goal against the evidence: the number measured beside the number asked, and what in the design decides it.

use super::judge::Evidence;
use super::{Asked, Goal};
use crate::design::NodeId;
use crate::engine::Unit;
use crate::figures::{self, Kind};
use crate::report::{Cause, Estimate, NodeReport, Report, Traffic, Trust};
use crate::topology::{Hits, Operation, Place, Station};

/// Share of the requests that must be answered ok after a kill (rules 1.12).
const SURVIVED: f64 = 0.999;

/// Judges one goal.
pub fn judge(asked: &Asked, evidence: &Evidence) -> Goal {
    let found = match *asked {
        Asked::Within(op, ms) => within(evidence, op, ms / 1e3),
        Asked::Success(share) => success(evidence, share),
        Asked::NotHollow => not_hollow(evidence),
        Asked::StoreLoad(most) => store_load(evidence, most),
        Asked::Hits(least) => hits(evidence, least),
        Asked::Fresh(seconds) => Some(fresh(evidence, seconds)),
        Asked::Headroom(least) => headroom(evidence, least),
        Asked::Survives(seconds) => survives(evidence, seconds),
        Asked::Cost(most) => Some(cost(evidence, most)),
    };
    let found = found.unwrap_or_else(nothing);
    Goal {
        id: String::new(),
        asked: words(asked),
        measured: found.measured,
        close: found.value.is_some_and(|(estimate, threshold)| is_close(&estimate, threshold)),
        value: found.value.map(|(estimate, _)| estimate),
        met: found.met,
        decides: found.decides,
        node: found.node,
    }
}

/// What is asked, as a sentence.
pub(super) fn words(asked: &Asked) -> String {
    match *asked {
        Asked::Within(op, ms) => {
            let time = figures::stated(ms / 1e3, Kind::Time);
            format!("99 % of the {} sent are answered ok within {time}", plural(op))
        }
        Asked::Success(share) => format!("At least {} of what is sent is answered ok", figures::share(share)),
        Asked::NotHollow => "No answer is hollow: each rests on stored data".to_owned(),
        Asked::StoreLoad(most) => format!("No database node is busier than {}", figures::share(most)),
        Asked::Hits(least) => {
            format!("At least {} of the reads never reach the database", figures::share(least))
        }
        Asked::Fresh(seconds) => {
            format!("A link taken down is gone everywhere within {}", figures::stated(seconds, Kind::Time))
        }
        Asked::Headroom(least) => format!("Headroom of at least {}", figures::stated(least, Kind::Multiple)),
        Asked::Survives(seconds) => {
            let time = figures::stated(seconds, Kind::Time);
            format!("Any instance may die: {time} later {} is answered ok again", figures::share(SURVIVED))
        }
        Asked::Cost(most) => format!("At most {} a month", figures::money(most)),
    }
}

/// What one goal came to.
struct Found {
    measured: String,
    /// The figure and the threshold that it is held against.
    value: Option<(Estimate, f64)>,
    met: bool,
    decides: String,
    node: Option<NodeId>,
}

fn nothing() -> Found {
    let measured = "Not measured: nothing of the kind was sent or drawn.".to_owned();
    let decides = "Connect the visitors to something that answers them.".to_owned();
    Found { measured, value: None, met: false, decides, node: None }
}

/// Whether the threshold lies inside the interval.
fn is_close(estimate: &Estimate, threshold: f64) -> bool {
    match estimate.trust {
        Trust::Between(low, high) => (low..=high).contains(&threshold),
        Trust::AtLeast(low) => low <= threshold,
        Trust::Exact | Trust::Approximate | Trust::Low => false,
        Trust::TooFew | Trust::Growing | Trust::Changing => false,
    }
}

fn within(evidence: &Evidence, op: Operation, limit_s: f64) -> Option<Found> {
    let run = evidence.run.as_ref()?;
    let traffic = of(run, op);
    if traffic.counts.sent == 0 {
        return None;
    }
    let (decides, node) = bottleneck(evidence, run);
    let Some(p99) = p99_of_sent(traffic) else {
        let share = ok_share(traffic);
        let measured = format!("Never: only {} of the {} are answered ok", figures::share(share), plural(op));
        return Some(Found { measured, value: None, met: false, decides, node });
    };
    let measured = figures::estimate(&p99, Kind::Time);
    Some(Found { measured, met: p99.value <= limit_s, value: Some((p99, limit_s)), decides, node })
}

fn success(evidence: &Evidence, least: f64) -> Option<Found> {
    let run = evidence.run.as_ref()?;
    let counts = &run.total.counts;
    if counts.sent == 0 {
        return None;
    }
    // Degraded answers do not count here, so the engine's interval holds only where there are none.
    let value = ok_share(&run.total);
    let trust = if counts.degraded == 0 { run.total.success.trust } else { Trust::TooFew };
    let failed = (1.0 - value) * run.total.offered;
    let measured = match failed {
        0.0 => format!("All of {}", figures::whole(counts.sent)),
        failed => format!("{}; {} are not", figures::share(value), figures::rate(failed)),
    };
    let (decides, node) = dropping(evidence, run).unwrap_or_else(|| bottleneck(evidence, run));
    Some(Found {
        measured,
        value: Some((Estimate { value, trust }, least)),
        met: value >= least,
        decides,
        node,
    })
}

fn not_hollow(evidence: &Evidence) -> Option<Found> {
    let counts = &evidence.run.as_ref()?.total.counts;
    if counts.ok + counts.degraded == 0 {
        return None;
    }
    let (hollow, answers) = (figures::whole(counts.hollow), figures::whole(counts.ok + counts.degraded));
    let measured = format!("{hollow} of {answers} answers are hollow");
    let decides = "Every read has to end at a store, or at a cache that a store fills; every write at a store. Links that \
                   are optional or fire-and-forget do not count.";
    let value = Some((Estimate::exact(counts.hollow as f64), 0.0));
    Some(Found { measured, value, met: counts.hollow == 0, decides: decides.to_owned(), node: None })
}

fn store_load(evidence: &Evidence, most: f64) -> Option<Found> {
    let run = evidence.run.as_ref()?;
    let used = |(_, place, node): &(usize, &Place, &NodeReport)| is_own_store(place) && node.offered > 0.0;
    let loads = stations(evidence, run).filter(used).map(|(_, place, node)| (place, hottest(node)));
    let (place, load) = loads.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let measured = format!("The busiest node of {} is busy {} of the time", place.name, figures::share(load));
    let decides = format!("{}: what reaches it, and how many nodes share the reads.", place.name);
    let value = Some((Estimate { value: load, trust: Trust::TooFew }, most));
    Some(Found { measured, value, met: load <= most, decides, node: Some(place.id) })
}

fn hits(evidence: &Evidence, least: f64) -> Option<Found> {
    let run = evidence.run.as_ref()?;
    let answered = run.reads.goodput.value;
    if answered <= 0.0 {
        return None;
    }
    let at_stores: f64 =
        stations(evidence, run).filter(|(_, place, _)| is_own_store(place)).map(|s| s.2.offered).sum();
    let share = (1.0 - (at_stores - run.writes.goodput.value).max(0.0) / answered).max(0.0);
    let caches: Vec<_> =
        stations(evidence, run).filter_map(|(_, place, node)| Some((place, node.hit_ratio?))).collect();
    let each = caches.iter().map(|(place, ratio)| format!("{} hits {}", place.name, figures::share(*ratio)));
    let each: Vec<String> = each.collect();
    let detail = if each.is_empty() { "there is no cache".to_owned() } else { each.join(", ") };
    let share = if caches.is_empty() { 0.0 } else { share };
    let measured = format!("{}: {detail}", figures::share(share));
    let decides = "The cache's memory and time to live against how popular the links are; it follows, it is not typed in.";
    let value = Some((Estimate { value: share, trust: Trust::TooFew }, least));
    let node = caches.first().map(|(place, _)| place.id);
    Some(Found { measured, value, met: share >= least, decides: decides.to_owned(), node })
}

fn fresh(evidence: &Evidence, most_s: f64) -> Found {
    let topology = &evidence.answer.topology;
    let age = |place: &Place| match &place.station {
        Station::Cache(cache) if cache.delete_on_write => 0.0,
        Station::Cache(cache) => match cache.hits {
            Hits::Given(_) => f64::INFINITY,
            Hits::Derived { ttl_s, .. } => ttl_s,
        },
        Station::Source(_)
        | Station::Router(_)
        | Station::Server(_)
        | Station::Store(_)
        | Station::Queue(_)
        | Station::Observer => 0.0,
    };
    let oldest = topology.places().map(|(_, place)| (place, age(place))).max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((place, age)) = oldest else { return nothing() };
    let measured = match age {
        0.0 => "At once: a write deletes the entry, or there is no cache".to_owned(),
        age if age.is_finite() => format!("{} keeps it for up to {}", place.name, figures::time(age)),
        _ => format!("{} keeps it for ever", place.name),
    };
    let decides = "Time to live, and what a write does to the entry.".to_owned();
    let value = age.is_finite().then_some((Estimate::exact(age), most_s));
    Found { measured, value, met: age <= most_s, decides, node: (age > most_s).then_some(place.id) }
}

fn headroom(evidence: &Evidence, least: f64) -> Option<Found> {
    let first = evidence.answer.ladder.first()?;
    let place = evidence.answer.topology.place(first.node as usize);
    let (multiple, rate) = (figures::multiple(first.multiple), figures::rate(first.rate));
    let measured = format!("{multiple}: {} saturates first, at {rate}", place.name);
    let decides = format!("{}: its instances, or what reaches it.", place.name);
    let value = Some((Estimate { value: first.multiple, trust: Trust::Approximate }, least));
    Some(Found { measured, value, met: first.multiple >= least, decides, node: Some(place.id) })
}

fn survives(evidence: &Evidence, limit_s: f64) -> Option<Found> {
    let outcomes: Option<Vec<Outcome>> =
        evidence.proofs.iter().map(|proof| outcome(evidence, proof, limit_s)).collect();
    let outcomes = outcomes?;
    let worst = outcomes.iter().min_by(|a, b| a.rank().total_cmp(&b.rank()))?;
    let lost = outcomes.iter().filter(|outcome| !outcome.survived()).count();
    let killed = outcomes.len();
    let measured = if lost == 0 {
        format!("All {killed} kills survived; in the worst {} are answered ok", figures::share(worst.ok))
    } else {
        format!("{lost} of {killed} kills not survived; the worst: {}", worst.sentence())
    };
    let decides = match lost {
        0 => "Every block has a second instance, and somebody notices when one dies.".to_owned(),
        _ => format!("{}: a second one that can carry its load, and somebody who notices.", worst.name),
    };
    let value = Some((Estimate { value: worst.ok, trust: Trust::TooFew }, SURVIVED));
    Some(Found { measured, value, met: lost == 0, decides, node: Some(worst.node) })
}

/// What one kill did.
struct Outcome {
    name: String,
    node: NodeId,
    /// Share answered ok afterwards, of the operation that fared worse (0–1).
    ok: f64,
    /// Time to notice and to promote, where that is too long [s].
    late_s: Option<f64>,
}

impl Outcome {
    fn survived(&self) -> bool {
        self.ok >= SURVIVED && self.late_s.is_none()
    }

    /// The worst has the least: who is not served at all before who is served late.
    fn rank(&self) -> f64 {
        if self.ok >= SURVIVED && self.late_s.is_some() { SURVIVED - 1e-9 } else { self.ok }
    }

    fn sentence(&self) -> String {
        match self.late_s {
            Some(late) => format!("{} is back only after {}", self.name, figures::time(late)),
            None => format!("without {} only {} are answered ok", self.name, figures::share(self.ok)),
        }
    }
}

fn outcome(evidence: &Evidence, (unit, report): &(Unit, Report), limit_s: f64) -> Option<Outcome> {
    let Unit::Instance { node, instance } = *unit else { return None };
    let place = evidence.answer.topology.place(node as usize);
    let sent = Operation::ALL.into_iter().map(|op| of(report, op)).filter(|traffic| traffic.counts.sent > 0);
    let ok = sent.map(ok_share).min_by(f64::total_cmp)?;
    let late = evidence.losses.iter().find(|loss| loss.unit == *unit).map(|loss| loss.recovery_s);
    Some(Outcome {
        name: instance_name(place, instance),
        node: place.id,
        ok,
        late_s: late.filter(|late| *late > limit_s),
    })
}

/// An instance by the role that it has.
fn instance_name(place: &Place, instance: u32) -> String {
    let role = match &place.station {
        Station::Store(store) if store.ring.is_some() => format!("node {}", instance + 1),
        Station::Store(store) if store.shards() > 1 => {
            format!("shard {}, node {}", store.shard_of(instance) + 1, store.role(instance) + 1)
        }
        Station::Store(_) if instance == 0 => "primary".to_owned(),
        Station::Store(store) if store.standby && instance + 1 == place.servers.instances => {
            "standby".to_owned()
        }
        Station::Store(_) => format!("replica {instance}"),
        _ if place.servers.instances == 1 => return place.name.clone(),
        _ => format!("instance {}", instance + 1),
    };
    format!("{} ({role})", place.name)
}

fn cost(evidence: &Evidence, most: f64) -> Found {
    let cost = &evidence.answer.cost;
    let places =
        evidence.answer.topology.places().map(|(index, place)| (place, cost.nodes.get(index).copied()));
    let dearest =
        places.filter_map(|(place, dollars)| Some((place, dollars?))).max_by(|a, b| a.1.total_cmp(&b.1));
    let (decides, node) = dearest.map_or_else(
        || ("What is drawn.".to_owned(), None),
        |(place, dollars)| {
            (format!("{} is the dearest block: {}.", place.name, figures::money(dollars)), Some(place.id))
        },
    );
    let measured =
        format!("{} a month, {} of it egress", figures::money(cost.month), figures::money(cost.egress));
    let value = Some((Estimate::exact(cost.month), most));
    Found { measured, value, met: cost.month <= most, decides, node }
}

fn of(report: &Report, op: Operation) -> &Traffic {
    match op {
        Operation::Read => &report.reads,
        Operation::Write => &report.writes,
    }
}

fn plural(op: Operation) -> &'static str {
    match op {
        Operation::Read => "reads",
        Operation::Write => "writes",
    }
}

/// Time within which 99 % of what was sent was answered ok. Where all was, that is the 99th percentile of the answers,
/// which comes with an interval.
fn p99_of_sent(traffic: &Traffic) -> Option<Estimate> {
    let all = traffic.counts.ok + traffic.counts.degraded == traffic.counts.sent;
    let answered = traffic.latency.filter(|_| all).map(|times| times.p99);
    answered.or(traffic.p99_sent)
}

/// Share of what was sent that was answered ok with everything; what is still under way is missed.
fn ok_share(traffic: &Traffic) -> f64 {
    traffic.counts.ok as f64 / traffic.counts.sent.max(1) as f64
}

fn stations<'a>(
    evidence: &'a Evidence,
    run: &'a Report,
) -> impl Iterator<Item = (usize, &'a Place, &'a NodeReport)> {
    let nodes = evidence.answer.topology.places().zip(&run.nodes);
    nodes.map(|((index, place), node)| (index, place, node))
}

/// A store that the design runs itself.
fn is_own_store(place: &Place) -> bool {
    matches!(place.station, Station::Store(_)) && !place.managed
}

/// Load of a block's busiest instance: offered where that is more than it could carry.
fn hottest(node: &NodeReport) -> f64 {
    node.hottest.unwrap_or(0.0).max(node.load.filter(|load| *load >= 1.0).unwrap_or(0.0))
}

/// The block that is closest to its limit, or over it.
fn bottleneck(evidence: &Evidence, run: &Report) -> (String, Option<NodeId>) {
    let loads = stations(evidence, run).filter_map(|(_, place, node)| Some((place, node.load?)));
    let most = loads.max_by(|a, b| a.1.total_cmp(&b.1));
    most.map_or_else(
        || ("Nothing serves.".to_owned(), None),
        |(place, load)| {
            (format!("{} is the busiest block, at {}.", place.name, figures::share(load)), Some(place.id))
        },
    )
}

/// The block that turns away most.
fn dropping(evidence: &Evidence, run: &Report) -> Option<(String, Option<NodeId>)> {
    let drops = stations(evidence, run).map(|(_, place, node)| (place, node.dropped));
    let sum = |dropped: &[f64; Cause::COUNT]| dropped.iter().sum::<f64>();
    let (place, dropped) = drops.max_by(|a, b| sum(&a.1).total_cmp(&sum(&b.1)))?;
    let most = Cause::ALL.into_iter().zip(dropped).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let text = format!("{} turns away {}: {}.", place.name, figures::rate(sum(&dropped)), most.0.name());
    (most.1 > 0.0).then_some((text, Some(place.id)))
}
