//! What comes of a call along a route, and which calls a station makes in which order.

use smallvec::{SmallVec, smallvec};

use super::{keys, together};
use crate::engine::simulate::purges;
use crate::topology::{Lane, Lanes, Operation, Route, Station, Strategy, Topology};

/// Mean and variance of a time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// Mean [s].
    pub mean: f64,
    /// Variance [s²].
    pub variance: f64,
}

impl Moments {
    /// The sum with an independent time.
    pub fn plus(self, other: Moments) -> Moments {
        Moments { mean: self.mean + other.mean, variance: self.variance + other.variance }
    }

    /// The sum with a constant [s].
    pub fn later(self, time: f64) -> Moments {
        Moments { mean: self.mean + time, ..self }
    }

    /// This time with this chance, else nothing.
    pub fn gated(self, chance: f64) -> Moments {
        let variance = chance * (self.variance + (1.0 - chance) * self.mean * self.mean);
        Moments { mean: chance * self.mean, variance }
    }

    /// The sum of `calls` such times, a fraction being one more with that chance.
    pub fn repeated(self, calls: f64) -> Moments {
        let whole = f64::floor(calls);
        let all = Moments { mean: whole * self.mean, variance: whole * self.variance };
        all.plus(self.gated(calls - whole))
    }

    /// A mixture of times by weight; nothing without any weight.
    pub fn mixed(parts: impl Iterator<Item = (f64, Moments)>) -> Moments {
        let (mut weights, mut mean, mut square) = (0.0, 0.0, 0.0);
        for (weight, part) in parts {
            weights += weight;
            mean += weight * part.mean;
            square += weight * (part.variance + part.mean * part.mean);
        }
        if weights <= 0.0 {
            return Moments::default();
        }
        let mean = mean / weights;
        Moments { mean, variance: (square / weights - mean * mean).max(0.0) }
    }

    /// The time that a share `p` does not exceed, as a gamma distribution (Wilson and Hilferty 1931), or, where it varies
    /// more than an exponential one, as nothing for some and exponential for the others [s].
    pub fn quantile(self, p: f64) -> f64 {
        if self.mean <= 0.0 {
            return 0.0;
        }
        let scv = self.variance / (self.mean * self.mean);
        if scv > 1.0 {
            let slow = 0.5 * self.mean * (1.0 + scv);
            return slow * libm::log(self.mean / slow / (1.0 - p)).max(0.0);
        }
        let narrow = scv / 9.0;
        let root = 1.0 - narrow + normal_quantile(p) * f64::sqrt(narrow);
        self.mean * (root * root * root).max(0.0)
    }

    /// Share of such times beyond a limit that is exponential with this mean, as a gamma distribution; of the time, `lined`
    /// is known to have been borne [s].
    pub fn beyond_exponential(self, limit: f64, lined: f64) -> f64 {
        let mean = self.mean - lined;
        if mean <= 0.0 || limit <= 0.0 {
            return 0.0;
        }
        // Behind the line is a service; without one all of the time is as its two moments say.
        let scale = if lined > 0.0 { mean } else { (self.variance / mean).max(1e-9 * mean) };
        1.0 - libm::exp(-mean / scale * libm::log1p(scale / limit))
    }

    /// Share of such times beyond `limit`, as a gamma distribution (Wilson and Hilferty 1931).
    pub fn beyond(self, limit: f64) -> f64 {
        if self.mean <= 0.0 || limit >= self.mean + 40.0 * f64::sqrt(self.variance) {
            return 0.0;
        }
        if self.variance <= 1e-12 * self.mean * self.mean {
            return if self.mean > limit { 1.0 } else { 0.0 };
        }
        let shape = self.mean * self.mean / self.variance;
        let narrow = 1.0 / (9.0 * shape);
        let z = (libm::cbrt(limit / self.mean) - (1.0 - narrow)) / f64::sqrt(narrow);
        0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2)
    }
}

/// Standard normal quantile for 0.5 ≤ p < 1 (Abramowitz and Stegun 26.2.23, absolute error below 4.5e-4).
fn normal_quantile(p: f64) -> f64 {
    let t = f64::sqrt(-2.0 * libm::log(1.0 - p));
    let above = 2.515517 + t * (0.802853 + t * 0.010328);
    t - above / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
}

/// What comes of a call, retries included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Called {
    /// Share answered ok at last (0–1).
    pub ok: f64,
    /// Share that failed in a way that no retry helps (0–1).
    pub hard: f64,
    /// Attempts sent.
    pub attempts: f64,
    /// Share of one attempt that comes to nothing (0–1).
    pub failing: f64,
    /// For how long a failed attempt keeps the caller waiting [s].
    pub failed_for: f64,
    /// From the first attempt to the final answer, latency included.
    pub time: Moments,
    /// For how long one attempt holds a connection [s].
    pub held: f64,
}

impl Called {
    /// A call that is answered at once.
    pub const FREE: Called = Called {
        ok: 1.0,
        hard: 0.0,
        attempts: 1.0,
        failing: 0.0,
        failed_for: 0.0,
        time: Moments { mean: 0.0, variance: 0.0 },
        held: 0.0,
    };

    /// A call along a route whose other end answers so: share ok, share that no retry helps, time of the ok ones. Extra
    /// attempts only where `patient`; the distance adds `far_s` each way.
    pub fn new(route: &Route, op: Operation, end: Answer, patient: bool, far_s: f64) -> Called {
        let both_ways = 2e-9 * route.latency_ns as f64 + 2.0 * far_s;
        let timeout = 1e-9 * route.timeout_ns as f64;
        let opening = if route.pool.is_none() { 1e-9 * route.connections.open_ns as f64 } else { 0.0 };
        let one = end.time.later(both_ways + opening).plus(on_the_wire(route));
        let lost = if route.policy.datagram && patient { route.policy.loss } else { 0.0 };
        let end = Answer { ok: end.ok * (1.0 - lost) * (1.0 - lost), ..end };
        let late = if !patient {
            0.0
        } else if route.policy.patience_varies {
            one.beyond_exponential(timeout, end.lined)
        } else {
            one.beyond(timeout)
        };
        let ok = end.ok * (1.0 - late);
        let failing = (1.0 - ok - end.hard).max(0.0);
        let retries = if patient { allowed(route, op) } else { 0 };
        let failed_for = if end.ok > 0.0 { late * timeout + (1.0 - late) * both_ways } else { both_ways };
        let (mut attempts, mut delays, mut delay, mut tried) = (1.0, 0.0, 0.0, 1.0);
        for k in 0..retries {
            tried *= failing;
            let longest = route.policy.longest_delay(route.backoff_s, k + 1);
            delay += failed_for + route.policy.jitter.mean() * longest;
            attempts += tried;
            delays += tried * delay;
        }
        attempts = attempts.min(1.0 + route.policy.budget.unwrap_or(f64::INFINITY));
        // Beyond the timeout lies about one standard deviation more.
        let until_given_up = (one.mean - late * f64::sqrt(one.variance)).clamp(0.0, timeout.max(both_ways));
        let time = Moments { mean: one.mean.min(timeout.max(both_ways)), ..one };
        Called {
            ok: ok * attempts,
            hard: end.hard * attempts,
            attempts,
            failing: 1.0 - ok,
            failed_for,
            time: time.later(delays / attempts),
            held: end.ok * until_given_up + (1.0 - end.ok) * both_ways,
        }
    }

    /// Those of so many calls [1/s] that are second and later attempts.
    pub fn retried(&self, calls: f64) -> f64 {
        if self.attempts > 0.0 { calls * (1.0 - 1.0 / self.attempts) } else { 0.0 }
    }

    /// Share of requests for which all of `calls` calls are answered.
    pub fn all_ok(&self, calls: f64) -> f64 {
        let whole = f64::floor(calls);
        libm::pow(self.ok, whole) * (1.0 - (calls - whole) * (1.0 - self.ok))
    }

    /// Calls begun of `calls`, when a failure ends the rest.
    fn begun(&self, calls: f64) -> f64 {
        let whole = f64::floor(calls) as u32;
        let (mut sum, mut going) = (0.0, 1.0);
        for _ in 0..whole {
            sum += going;
            going *= self.ok;
        }
        sum + (calls - f64::from(whole)) * going
    }
}

/// Retries that a policy allows one call.
fn allowed(route: &Route, op: Operation) -> u32 {
    if op == Operation::Read || route.idempotent { route.retries } else { 0 }
}

/// Retries for each call when all fail: what the policy allows, and its budget.
pub fn most_retries(route: &Route, op: Operation) -> f64 {
    f64::from(allowed(route, op)).min(route.policy.budget.unwrap_or(f64::INFINITY))
}

/// What packets sent again, the spread of the latency and the bandwidth add to both ways of a link. The line for the cable
/// is not counted.
fn on_the_wire(route: &Route) -> Moments {
    let policy = &route.policy;
    if !policy.is_rough() {
        return Moments::default();
    }
    let latency = 1e-9 * route.latency_ns as f64;
    let mut way = Moments { mean: 0.0, variance: latency * latency * policy.latency.scv() };
    if !policy.datagram {
        let (mut chance, mut delay, mut again) = (1.0 - policy.loss, 0.0, 0.2);
        let (mut mean, mut square) = (0.0, 0.0);
        for _ in 0..16 {
            chance *= policy.loss;
            delay += again;
            again *= 2.0;
            mean += chance * delay;
            square += chance * delay * delay;
        }
        way = way.plus(Moments { mean, variance: (square - mean * mean).max(0.0) });
    }
    let sending = policy.bandwidth.map_or(0.0, |bandwidth| (policy.bits[0] + policy.bits[1]) / bandwidth);
    way.plus(way).later(sending)
}

/// How a station, or what a caller depends on, answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Share answered ok (0–1).
    pub ok: f64,
    /// Share that failed in a way that no retry helps (0–1).
    pub hard: f64,
    /// Time of those answered ok.
    pub time: Moments,
    /// Of that, the mean wait in a line that the impatient have left already [s].
    pub lined: f64,
}

impl Answer {
    /// Ok at once.
    pub const FREE: Answer =
        Answer { ok: 1.0, hard: 0.0, time: Moments { mean: 0.0, variance: 0.0 }, lined: 0.0 };
    /// Nothing answers.
    pub const NONE: Answer = Answer { ok: 0.0, ..Answer::FREE };
}

/// One of the calls that a station makes after its own service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Route, dense index.
    pub route: usize,
    /// Calls begun, first attempts, for each call served here.
    pub calls: f64,
    /// Chance that it is made at all, given that nothing has failed so far.
    pub chance: f64,
    /// Share of the calls served here that are still going when this step has been answered ok after its gate.
    pub going: f64,
    /// The look-up whose miss it waits for.
    pub gate: Option<usize>,
}

/// What the structure of a topology says about routes, worked out once.
#[derive(Debug)]
pub struct Plan {
    /// Routes of each station that carry a lane and can be called, in drawn order.
    pub links: Vec<Lanes<Vec<usize>>>,
    /// The look-up whose miss a route waits for.
    pub gates: Vec<Lanes<Option<usize>>>,
    /// A later route waits for this one's miss: its failure counts as a miss.
    pub aside: Vec<Lanes<bool>>,
    /// Whether a station calls caches, which answer each client differently.
    pub looks_up: Vec<bool>,
    /// Caches with derived hits that a write at a station changes, by station and by the lane of its client's reads.
    pub touched: Vec<Lanes<Vec<Touched>>>,
}

/// A cache whose entry of a key that is written is deleted, or put in with its new value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touched {
    /// Station.
    pub cache: usize,
    /// The look-up along which a server beside it does so.
    pub beside: Option<usize>,
    /// Whether the new value is put in.
    pub updates: bool,
}

impl Plan {
    /// Finds for every on-miss route the nearest look-up before it. Without one it is never called.
    pub fn new(topology: &Topology) -> Plan {
        let routes = topology.graph.edge_count();
        let mut plan = Plan {
            links: vec![Lanes::new(topology, Vec::new()); topology.len()],
            gates: vec![Lanes::new(topology, None); routes],
            aside: vec![Lanes::new(topology, false); routes],
            looks_up: vec![false; topology.len()],
            touched: Vec::new(),
        };
        for node in 0..topology.len() {
            for lane in topology.lanes() {
                plan.add(topology, node, lane);
            }
        }
        let purges = purges(topology);
        let touched =
            |node: usize| Lanes::each(topology, |lane| plan.touched_at(topology, node, lane, &purges[node]));
        plan.touched = (0..topology.len()).map(touched).collect();
        plan
    }

    /// Writes remove their key: from a cache that they pass, from those beside the server, and from those it purges.
    fn touched_at(&self, topology: &Topology, node: usize, reads: Lane, purges: &[u32]) -> Vec<Touched> {
        let look_ups = self.links[node][reads].iter().filter_map(|route| self.gates[*route][reads]);
        let beside = look_ups
            .filter(|look_up| !topology.route(*look_up).writes)
            .map(|look_up| (topology.ends(look_up).1, Some(look_up)));
        let purged = purges.iter().map(|cache| (*cache as usize, None));
        let mut caches: SmallVec<[(usize, Option<usize>); 4]> = smallvec![(node, None)];
        caches.extend(beside.chain(purged));
        caches.dedup();
        let touched = |(cache, beside): (usize, Option<usize>)| {
            let Station::Cache(spec) = &topology.place(cache).station else { return None };
            let updates = matches!(spec.rules.strategy, Strategy::WriteThrough | Strategy::WriteBehind);
            let touches = if updates { beside.is_none() } else { spec.delete_on_write };
            let derived = keys::size(topology, cache, 1).is_some();
            (touches && derived).then_some(Touched { cache, beside, updates })
        };
        caches.into_iter().filter_map(touched).collect()
    }

    fn add(&mut self, topology: &Topology, node: usize, lane: Lane) {
        let mut cache = None;
        for route in topology.outgoing[node].iter().map(|edge| edge.index()) {
            if !topology.route(route).carries(lane) {
                continue;
            }
            if topology.route(route).on_miss {
                let Some(before) = cache else { continue };
                self.gates[route][lane] = Some(before);
                self.aside[before][lane] = true;
            }
            self.links[node][lane].push(route);
            if matches!(topology.place(topology.ends(route).1).station, Station::Cache(_)) {
                cache = Some(route);
                self.looks_up[node] = true;
            }
        }
    }

    /// Goes through the calls that a station makes, in order, and says what comes of them all. `hit` is the share of
    /// the calls along a route to a cache that come back with an entry.
    pub fn walk(
        &self,
        topology: &Topology,
        called: &[Lanes<Called>],
        node: usize,
        lane: Lane,
        hit: impl Fn(usize) -> f64,
        mut each: impl FnMut(Step),
    ) -> (f64, f64) {
        // Of the calls still going: those whose nearest look-up before hit, or that made none; those whose missed.
        let (mut found, mut missed, mut hard) = (1.0, 0.0, 0.0);
        for &index in &self.links[node][lane] {
            let route = topology.route(index);
            let gate = self.gates[index][lane];
            let start = if gate.is_some() { missed } else { found + missed };
            let chance = if start > 0.0 { start / (found + missed) } else { 0.0 };
            let one = &called[index][lane];
            let aside = self.aside[index][lane];
            let harmless = route.background || route.optional || aside;
            let together = route.policy.parallel;
            let begun = if harmless || together { route.calls } else { one.begun(route.calls) };
            let all_ok = if together { together::all_ok(route, one) } else { one.all_ok(route.calls) };
            if !route.background {
                if matches!(topology.place(topology.ends(index).1).station, Station::Cache(_)) {
                    let hits = hit(index).min(1.0);
                    let rest = if harmless { 1.0 - hits } else { (all_ok - hits).max(0.0) };
                    found = if gate.is_some() { found } else { 0.0 } + start * hits;
                    missed = start * rest;
                } else if !harmless {
                    found *= if gate.is_some() { 1.0 } else { all_ok };
                    missed *= all_ok;
                }
                if !harmless {
                    hard += start * one.hard;
                }
            }
            let going = if gate.is_some() { missed } else { found + missed };
            each(Step { route: index, calls: start * begun, chance, going, gate });
        }
        (found + missed, hard)
    }
}
