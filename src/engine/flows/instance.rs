//! One instance under load: what it admits, and how long a call waits for a slot and for a core.

use crate::analysis::Resource;
use crate::engine::flows::Moments;
use crate::engine::flows::kept::Kept;
use crate::engine::formulas::orders::waits_by_priority;
use crate::engine::formulas::{
    Bounded, Wait, batch_m_1, erlang_a, gi_g_c, gi_m_c, h2_m_c, lognormal_m_c, mmpp_m_1, shorter_of_two,
    shortest_line,
};
use crate::topology::{Arrivals, Servers, Service, Shape};

/// What is asked of one instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Calls that ask for a slot, reads and writes [1/s].
    pub calls: [f64; 2],
    /// Fills and deletions, which take as long as a write [1/s].
    pub upkeep: f64,
    /// Core time for each call beside its own service: to open its connection [s].
    pub opening: f64,
    /// Writes of the primary that are applied here, and the share of a write's time that each takes [1/s].
    pub replays: (f64, f64),
    /// For how long a slot is held after service, reads and writes [s].
    pub after: [f64; 2],
    /// Squared coefficient of variation of the gaps between arrivals.
    pub gap_scv: f64,
    /// Connections of the tightest pool behind it and for how long one call needs them.
    pub pool: Option<(u32, f64)>,
    /// How many instances share the calls by their lines, where a balancer looks at those.
    pub shared: Option<Shared>,
    /// The cores are shared among all calls: the mean does not depend on how the services vary.
    pub sharing: bool,
    /// How its calls come, where they are those of one source and no others.
    pub fed: Option<Arrivals>,
    /// Which operation is served first, and whether it pushes the other out.
    pub urgent: Option<(usize, bool)>,
    /// Mean patience of calls that leave the line when it ends [s].
    pub patience: Option<f64>,
    /// Calls wait elsewhere until they can be taken: nothing is refused here.
    pub pulled: bool,
}

/// Calls that a balancer sends by the lines that it sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shared {
    /// Instances behind it.
    pub instances: u32,
    /// Squared coefficient of variation of the gaps between the calls to all of them.
    pub gap_scv: f64,
    /// Share of the calls sent to the least busy of all instances, and to the less busy of two (0–1).
    pub shares: [f64; 2],
    /// How well what it counts tells the length of the line: 1 is exactly, 0 not at all.
    pub telling: f64,
}

/// The line for a core.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Line {
    /// Without a limit that matters.
    Open(Wait),
    /// With one.
    Bounded(Bounded),
}

impl Line {
    /// Mean wait [s].
    pub fn mean(&self) -> f64 {
        match self {
            Line::Open(wait) => wait.mean(),
            Line::Bounded(bounded) => bounded.mean_wait(),
        }
    }

    /// Variance of the wait [s²].
    pub fn variance(&self) -> f64 {
        match self {
            Line::Open(wait) => wait.variance(),
            Line::Bounded(bounded) => bounded.wait_variance(),
        }
    }
}

/// How an instance copes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occupancy {
    /// Offered work over capacity of what is tightest (0 and up).
    pub load: f64,
    /// What that is.
    pub tightest: Resource,
    /// Offered work over the cores' capacity; 0 without a limit.
    pub cores: f64,
    /// Calls that would hold a slot over slots, own waits not counted.
    pub slots: f64,
    /// Busy connections over those of the tightest pool.
    pub pool: f64,
    /// Share of the calls admitted (0–1).
    pub admitted: f64,
    /// Share of time that its cores work (0–1).
    pub busy: f64,
    /// Wait for a slot, or for a connection where the pool is what is tightest.
    pub for_slot: Line,
    /// Wait for a core.
    pub for_core: Line,
    /// Squared coefficient of variation of the service times together.
    pub service_scv: f64,
    /// Squared coefficient of variation of the gaps between arrivals.
    pub gap_scv: f64,
    /// Mean calls in service.
    pub in_service: f64,
    /// Mean wait for a core by operation [s], where one is more urgent than the other; `None` where all wait alike.
    pub ranked: Option<[f64; 2]>,
    /// The line for a core follows exactly from how its one source sends, not from two moments.
    pub by_source: bool,
}

impl Occupancy {
    /// Nothing to do.
    pub const IDLE: Occupancy = Occupancy {
        load: 0.0,
        tightest: Resource::Cores,
        cores: 0.0,
        slots: 0.0,
        pool: 0.0,
        admitted: 1.0,
        busy: 0.0,
        for_slot: Line::Open(Wait::NONE),
        for_core: Line::Open(Wait::NONE),
        service_scv: 1.0,
        gap_scv: 1.0,
        in_service: 0.0,
        ranked: None,
        by_source: false,
    };

    /// The line for a core as calls of this operation meet it.
    pub fn for_core_of(&self, op: usize) -> Line {
        match (self.ranked, self.for_core) {
            (Some(waits), Line::Open(wait)) if wait.chance > 0.0 => {
                Line::Open(Wait { delayed: waits[op] / wait.chance, ..wait })
            }
            (_, line) => line,
        }
    }

    /// Wait of calls of this operation for slot and core.
    pub fn wait_of(&self, op: usize) -> Moments {
        let core = self.for_core_of(op);
        Moments {
            mean: self.for_slot.mean() + core.mean(),
            variance: self.for_slot.variance() + core.variance(),
        }
    }

    /// Mean wait for slot and core [s].
    pub fn wait(&self) -> f64 {
        self.for_slot.mean() + self.for_core.mean()
    }

    /// Variance of that wait [s²].
    pub fn wait_variance(&self) -> f64 {
        self.for_slot.variance() + self.for_core.variance()
    }
}

/// Longest wait that is told apart from for ever [s].
const FOREVER: f64 = 1e9;

/// Solves one instance. With `lossless` nothing is refused and waits grow without bound.
pub fn solve(servers: &Servers, demand: &Demand, lossless: bool, kept: &Kept) -> Occupancy {
    let [reads, writes] = demand.calls;
    let calls = reads + writes + demand.upkeep;
    let (replays, share) = demand.replays;
    let rate = calls + replays;
    if rate <= 0.0 {
        return Occupancy { gap_scv: demand.gap_scv, ..Occupancy::IDLE };
    }
    let parts = [
        (reads, servers.read, 1.0),
        (writes + demand.upkeep, servers.write, 1.0),
        (replays, servers.write, share),
    ];
    let (mean, varied) = with_opening(mixture(&parts), demand.opening * (reads + writes) / rate);
    let scv = if demand.sharing { 1.0 } else { varied };
    let cores = servers.cores.map_or(0.0, |cores| rate * mean / f64::from(cores));
    let held = reads * demand.after[0] + writes * demand.after[1];
    let slots = (calls * mean + held) / f64::from(servers.slots.max(1));
    let pool = demand.pool.map_or(0.0, |(size, time)| (reads + writes) * time / f64::from(size.max(1)));
    let (load, tightest) = tightest(cores, slots, pool);
    let mut found = Occupancy {
        load,
        tightest,
        cores,
        slots,
        pool,
        service_scv: scv,
        gap_scv: demand.gap_scv,
        ..Occupancy::IDLE
    };
    if !lossless && !demand.pulled {
        squeeze(&mut found, servers, demand, calls, held);
    }
    let reaching = calls * found.admitted + replays;
    if let Some(count) = servers.cores {
        let room = f64::from(servers.slots) + f64::from(servers.queue) - held * found.admitted;
        let room = room.clamp(f64::from(count), f64::from(u32::MAX)) as u32;
        let bounded = !lossless && !demand.pulled && matters(reaching * mean / f64::from(count), room, count);
        let leaving = demand.patience.filter(|_| !lossless && scv == 1.0 && mean > 0.0);
        if let Some(patience) = leaving {
            let line = erlang_a(reaching, mean, count, patience);
            found.admitted *= 1.0 - line.abandons;
            // Who leaves has waited as well: their time in line is counted with that of those served.
            let wait = line.waiting / line.carried;
            let delayed = if line.waits > 0.0 { wait / line.waits } else { 0.0 };
            found.for_core = Line::Open(Wait { chance: line.waits, delayed });
        } else if bounded {
            let line = Bounded::new(reaching, mean, count, room);
            found.admitted *= 1.0 - line.lost;
            found.for_core = Line::Bounded(line);
        } else {
            let own = by_source(reaching, mean, varied, count, demand);
            found.by_source = own.is_some();
            let line = own.unwrap_or_else(|| {
                let line = line(reaching, mean, scv, count, demand, kept);
                Wait { delayed: line.delayed * gap_shape(reaching, mean, count, demand), ..line }
            });
            found.for_core = Line::Open(open(line));
        }
    }
    found.ranked = demand.urgent.and_then(|urgent| ranked(servers, demand, &found, urgent));
    found.in_service = (calls * found.admitted + replays) * mean;
    found.busy = servers.cores.map_or(0.0, |count| (found.in_service / f64::from(count)).min(1.0));
    found
}

/// Mean waits by operation where one is served first; `None` where lines are bounded, which lets both wait alike.
fn ranked(servers: &Servers, demand: &Demand, found: &Occupancy, urgent: (usize, bool)) -> Option<[f64; 2]> {
    let (first, preemptive) = urgent;
    let Line::Open(line) = found.for_core else { return None };
    let cores = f64::from(servers.cores?);
    let means = [servers.read.mean_s, servers.write.mean_s];
    let load = |op: usize| demand.calls[op] * means[op] / cores;
    let loads = [load(first), load(1 - first)];
    if loads[0] + loads[1] >= 1.0 {
        return None;
    }
    let mut waits = waits_by_priority(loads, line.mean());
    if preemptive {
        // The urgent do not see the others; who is pushed out waits until they are gone.
        let alone = Wait::mmc(demand.calls[first], means[first], servers.cores?).mean();
        waits = [alone, waits[1] + means[1] * loads[0] / (1.0 - loads[0])];
    }
    Some(if first == 0 { waits } else { [waits[1], waits[0]] })
}

/// Loses what slots or connections cannot hold: they are servers that work for as long as they are held.
fn squeeze(found: &mut Occupancy, servers: &Servers, demand: &Demand, calls: f64, held: f64) {
    let slots = servers.slots.max(1);
    let by_pool = demand.pool.filter(|_| found.pool > found.slots);
    let (count, time) = match by_pool {
        Some((size, time)) => (size.max(1), time),
        None => (slots, f64::from(slots) * found.slots / calls.max(f64::MIN_POSITIVE)),
    };
    let offered = calls * time;
    // Waits behind many servers begin within a few standard deviations of saturation.
    let spare = f64::from(count) - offered;
    let far = spare > 8.0 * f64::sqrt(offered) + 4.0;
    let core_bound = found.cores >= offered / f64::from(count) || held <= 0.0 && servers.cores.is_some();
    if far || core_bound || calls <= 0.0 {
        return;
    }
    let room = slots.max(count).saturating_add(servers.queue);
    let line = Bounded::new(calls, time, count, room);
    found.admitted = 1.0 - line.lost;
    found.for_slot = Line::Bounded(line);
}

/// Whether the end of the queue is felt: more than about 1e-16 of the arrivals meet it.
fn matters(load: f64, room: u32, servers: u32) -> bool {
    load >= 1.0 || f64::from(room - servers.min(room)) * libm::log(load.max(1e-300)) > -37.0
}

/// The line of exponential service whose calls are those of one source: exact, where a formula is known.
fn by_source(rate: f64, mean: f64, scv: f64, count: u32, demand: &Demand) -> Option<Wait> {
    let alone = demand.replays.0 <= 0.0 && demand.upkeep <= 0.0 && demand.shared.is_none();
    if scv != 1.0 || demand.sharing || !alone || mean <= 0.0 {
        return None;
    }
    match demand.fed? {
        Arrivals::Renewal(Shape::Hyperexponential { cv }) => Some(h2_m_c(rate, cv * cv, mean, count)),
        // Two moments are all there is to know of these, see `gi_m_c`.
        Arrivals::Constant | Arrivals::Renewal(Shape::Constant | Shape::Erlang { .. }) => {
            Some(gi_g_c(rate, demand.gap_scv, mean, scv, count))
        }
        Arrivals::Batch(size) if count == 1 => Some(batch_m_1(rate, size, mean)),
        Arrivals::Bursts(bursts) if count == 1 => {
            let rates = [rate * bursts.calm, rate * bursts.burst];
            Some(mmpp_m_1(rates, [1.0 / bursts.calm_s, 1.0 / bursts.burst_s], mean))
        }
        Arrivals::Poisson | Arrivals::Closed(_) | Arrivals::Batch(_) | Arrivals::Bursts(_) => None,
        Arrivals::Renewal(Shape::Exponential | Shape::Lognormal { .. }) => None,
    }
}

/// How much longer gaps of their own shape let wait than gamma gaps as variable, before exponential service.
fn gap_shape(rate: f64, mean: f64, count: u32, demand: &Demand) -> f64 {
    let Some(Arrivals::Renewal(Shape::Lognormal { cv })) = demand.fed else { return 1.0 };
    let (own, gamma) = (lognormal_m_c(rate, cv, mean, count), gi_m_c(rate, demand.gap_scv, mean, count));
    if gamma.mean() > 0.0 && own.mean().is_finite() { own.mean() / gamma.mean() } else { 1.0 }
}

/// The line of one instance: between its own and those that a balancer keeps alike, by geometric means.
fn line(rate: f64, mean: f64, scv: f64, count: u32, demand: &Demand, kept: &Kept) -> Wait {
    let alone = kept.gi_g_c(rate, demand.gap_scv, mean, scv, count);
    let Some(shared) = demand.shared else { return alone };
    let Shared { instances, shares, telling, .. } = shared;
    if telling <= 0.0 || instances <= 1 || alone.chance <= 0.0 {
        return alone;
    }
    let found = [Balance::LeastOfAll, Balance::LessOfTwo]
        .map(|balance| balanced(rate * f64::from(instances), mean, scv, count, &shared, balance));
    let between = |from: f64, to: [f64; 2]| {
        let part = |at: usize| {
            if to[at] > 0.0 { libm::pow(to[at] / from, shares[at] * telling) } else { 1.0 - shares[at] }
        };
        from * part(0) * part(1)
    };
    Wait {
        chance: between(alone.chance, found.map(|wait| wait.chance)),
        delayed: between(alone.delayed, found.map(|wait| wait.delayed)),
    }
}

/// Whom a balancer that looks at lines sends a call to.
#[derive(Clone, Copy, PartialEq)]
enum Balance {
    LeastOfAll,
    LessOfTwo,
}

/// The line of each of `instances` with `count` cores that a balancer keeps alike. Several cores are as one line for all of
/// them, or halfway there.
fn balanced(rate: f64, mean: f64, scv: f64, count: u32, shared: &Shared, balance: Balance) -> Wait {
    let (instances, gap_scv) = (shared.instances, shared.gap_scv);
    let all = gi_g_c(rate, gap_scv, mean, scv, count.saturating_mul(instances));
    if count == 1 {
        let markov = match balance {
            Balance::LeastOfAll => shortest_line(rate, mean, instances),
            Balance::LessOfTwo => shorter_of_two(rate, mean, instances),
        };
        // Services that vary differently change these lines as they change a single one.
        let each = rate / f64::from(instances);
        let single = Wait::mmc(each, mean, 1).mean();
        let varied = if scv == 1.0 { 1.0 } else { gi_g_c(each, 1.0, mean, scv, 1).mean() / single };
        // And so do gaps that are not those of independent users.
        let poisson = Wait::mmc(rate, mean, instances).mean();
        let uneven = if gap_scv == 1.0 || poisson <= 0.0 {
            1.0
        } else {
            gi_g_c(rate, gap_scv, mean, 1.0, instances).mean() / poisson
        };
        return Wait { delayed: markov.delayed * varied * uneven, ..markov };
    }
    if balance == Balance::LeastOfAll {
        return all;
    }
    let alone = gi_g_c(rate / f64::from(instances), 1.0, mean, scv, count);
    let halfway = |a: f64, b: f64| f64::sqrt(a * b);
    Wait { chance: halfway(alone.chance, all.chance), delayed: halfway(alone.delayed, all.delayed) }
}

fn open(wait: Wait) -> Wait {
    Wait { delayed: wait.delayed.min(FOREVER), ..wait }
}

fn tightest(cores: f64, slots: f64, pool: f64) -> (f64, Resource) {
    if cores >= slots && cores >= pool {
        (cores, Resource::Cores)
    } else if slots >= pool {
        (slots, Resource::Slots)
    } else {
        (pool, Resource::Pool)
    }
}

/// Mean [s] and squared coefficient of variation of a mixture of services by rate.
fn mixture(parts: &[(f64, Service, f64)]) -> (f64, f64) {
    let (mut rate, mut first, mut second) = (0.0, 0.0, 0.0);
    for (weight, service, factor) in parts {
        let mean = service.mean_s * factor;
        rate += weight;
        first += weight * mean;
        second += weight * mean * mean * (1.0 + service.shape.scv());
    }
    let mean = first / rate;
    if mean <= 0.0 { (0.0, 1.0) } else { (mean, near_one(second / rate / (mean * mean) - 1.0)) }
}

/// The same with a constant on top.
fn with_opening((mean, scv): (f64, f64), opening: f64) -> (f64, f64) {
    if opening <= 0.0 {
        return (mean, scv);
    }
    let share = mean / (mean + opening);
    (mean + opening, scv * share * share)
}

/// Rounding must not turn an exponential mixture of equals into something else.
fn near_one(scv: f64) -> f64 {
    if (scv - 1.0).abs() < 1e-9 { 1.0 } else { scv.max(0.0) }
}
