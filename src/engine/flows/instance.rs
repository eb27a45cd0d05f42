//! One instance under load: what it admits, and how long a call waits for a slot and for a core.

use crate::analysis::Resource;
use crate::engine::formulas::{Bounded, Wait, batch_m_1, gi_g_c, h2_m_c, mmpp_m_1};
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
    /// Instances that share the calls by their lines, and how well: 1 is as one line for all, 0 is each for itself.
    pub shared: (u32, f64),
    /// The cores are shared among all calls: the mean does not depend on how the services vary.
    pub sharing: bool,
    /// How its calls come, where they are those of one source and no others.
    pub fed: Option<Arrivals>,
    /// Calls wait elsewhere until they can be taken: nothing is refused here.
    pub pulled: bool,
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
        by_source: false,
    };

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
pub fn solve(servers: &Servers, demand: &Demand, lossless: bool) -> Occupancy {
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
        if bounded {
            let line = Bounded::new(reaching, mean, count, room);
            found.admitted *= 1.0 - line.lost;
            found.for_core = Line::Bounded(line);
        } else {
            let own = by_source(reaching, mean, varied, count, demand);
            found.by_source = own.is_some();
            let line = own.unwrap_or_else(|| line(reaching, mean, scv, count, demand));
            found.for_core = Line::Open(open(line));
        }
    }
    found.in_service = (calls * found.admitted + replays) * mean;
    found.busy = servers.cores.map_or(0.0, |count| (found.in_service / f64::from(count)).min(1.0));
    found
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
    let far = spare > 8.0 * libm::sqrt(offered) + 4.0;
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
    let alone = demand.replays.0 <= 0.0 && demand.upkeep <= 0.0 && demand.shared.1 <= 0.0;
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

/// The line of one instance: between its own and the one that all instances would share, by geometric means.
fn line(rate: f64, mean: f64, scv: f64, count: u32, demand: &Demand) -> Wait {
    let alone = gi_g_c(rate, demand.gap_scv, mean, scv, count);
    let (instances, share) = demand.shared;
    if share <= 0.0 || instances <= 1 || alone.chance <= 0.0 {
        return alone;
    }
    let all = gi_g_c(rate * f64::from(instances), 1.0, mean, scv, count.saturating_mul(instances));
    let between = |a: f64, b: f64| if b > 0.0 { a * libm::pow(b / a, share) } else { 0.0 };
    Wait { chance: between(alone.chance, all.chance), delayed: between(alone.delayed, all.delayed) }
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
