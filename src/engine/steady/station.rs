//! What the steady method says of one station.

use super::spread::Lines;
use crate::engine::flows::{InstanceFlow, Line, Moments, StationFlow};
use crate::engine::formulas::invert;
use crate::engine::formulas::{ConstantLine, Wait};
use crate::report::{Cause, Estimate, Ledger, NodeReport, QueueReport, State, Times, Trust};
use crate::topology::{Lane, Operation, Place, Servers, Shape, Station};

/// Share of calls dropped for fullness from which a station counts as saturated (rules 1.2).
const DROPPING: f64 = 1e-3;
/// Slots from which a station without cores counts as having no limit.
const UNLIMITED: u32 = 1 << 20;

/// What the steady method says of a station.
pub fn report(place: &Place, flow: &StationFlow) -> NodeReport {
    let parts = |rates: &[f64; 2]| [0, 1].map(|op| rates[op] * place.parts(op)).iter().sum::<f64>();
    let offered = parts(&flow.offered) + flow.upkeep;
    let carried = parts(&flow.carried.by_op()) + flow.upkeep;
    let alive = flow.instances.iter().filter(|instance| instance.alive).count() as u32;
    let used = || flow.instances.iter().filter(|instance| instance.occupancy.load > 0.0);
    let limited = place.serves() && (place.servers.cores.is_some() || place.servers.slots < UNLIMITED);
    let hottest = flow.hottest().map_or(0.0, |instance| instance.occupancy.load);
    let loads = used().map(|instance| instance.occupancy.load).sum::<f64>() / used().count().max(1) as f64;
    // A standby and the copy of a cache wait for their turn; idle servers that nobody reaches are an idle part of the whole.
    let spare = matches!(place.station, Station::Store(_) | Station::Cache(_));
    let working = match &place.station {
        Station::Store(store) if store.is_cut() => {
            flow.instances.len() - (store.shards() * u32::from(store.standby)) as usize
        }
        _ if spare => used().count().max(1),
        _ => flow.instances.len(),
    };
    let busy = flow.instances.iter().map(|instance| instance.occupancy.busy);
    let cores = place.servers.cores.is_some() && place.serves();
    let wait = Moments::mixed(flow.instances.iter().map(|instance| (rate(instance), wait_of(instance))));
    let answered = |(lane, carried): (Lane, &f64)| (carried * flow.after[lane].ok, own_time(flow, lane));
    let answered: Vec<(f64, Moments)> = flow.carried.pairs().map(answered).collect();
    let time = Moments::mixed(answered.iter().copied());
    NodeReport {
        offered,
        carried,
        load: limited.then_some(loads),
        busy: cores.then(|| approximate(busy.clone().sum::<f64>() / working as f64)),
        hottest: cores.then(|| busy.fold(0.0, f64::max)),
        state: state(place, flow, hottest, offered, alive),
        present: flow.instances.iter().map(|instance| present(&place.servers, flow, instance)).sum(),
        levels: levels(place, flow),
        waiting: flow.waiting
            + flow.instances.iter().map(|instance| rate(instance) * wait_of(instance).mean).sum::<f64>(),
        waits: only_line(flow).map(|line| line.chance.max(0.0)),
        wait: (place.serves() && carried > 0.0).then(|| wait_times(place, flow, wait)),
        latency: answered.iter().any(|(rate, _)| *rate > 0.0).then(|| own_times(place, flow, time)),
        dropped: flow.dropped,
        hit_ratio: flow.hit_ratio,
        cold: flow.cold,
        wasted: 0.0,
        admitted_peak: None,
        alive,
        ledger: Ledger::default(),
        queue: queue(place, flow),
        behind: None,
        disk: place.disk(),
    }
}

/// Shares of the time in which so many calls are present where all are served at once: Poisson, whatever the service (Tijms,
/// A First Course in Stochastic Models, 2003, sec. 1.1.3).
fn levels(place: &Place, flow: &StationFlow) -> Vec<f64> {
    let Station::Server(_) = place.station else { return Vec::new() };
    let [instance] = &flow.instances[..] else { return Vec::new() };
    let found = &instance.occupancy;
    let free = place.servers.cores.is_none() && found.admitted == 1.0 && found.gap_scv == 1.0;
    let mean = found.in_service;
    if !free || mean <= 0.0 || flow.steps.iter().any(|steps| !steps.is_empty()) {
        return Vec::new();
    }
    let exactly = |n: usize| libm::exp(n as f64 * libm::log(mean) - mean - libm::lgamma(n as f64 + 1.0));
    let mut levels: Vec<f64> = (0..LEVELS - 1).map(exactly).collect();
    levels.push((1.0 - levels.iter().sum::<f64>()).max(0.0));
    levels
}

/// Counts that a report tells apart; the last stands for that and more.
const LEVELS: usize = 64;

/// What the flows say of the messages of a queue: their mean wait and stay, and how the backlog grows.
fn queue(place: &Place, flow: &StationFlow) -> Option<Box<QueueReport>> {
    let Station::Queue(_) = place.station else { return None };
    let trust = if flow.backlog < 1.0 { Trust::Approximate } else { Trust::Low };
    let latency = flow.message_s.filter(|time| time.is_finite()).map(|mean| {
        // Between the wait, nearly exponential, and the service: as exponential.
        Times::of(mean, trust, |p| -mean * libm::log1p(-p))
    });
    let growth = flow.growth;
    Some(Box::new(QueueReport { latency, peak: 0, oldest_s: 0.0, drain_s: None, growth, groups: Vec::new() }))
}

/// The line for a core where it is the only wait and the same at every instance that is used.
pub fn only_line(flow: &StationFlow) -> Option<Wait> {
    let mut used =
        flow.instances.iter().filter(|instance| rate(instance) > 0.0).map(|instance| instance.occupancy);
    let first = used.next()?;
    let same = used.all(|other| other.for_core == first.for_core);
    match first.for_core {
        Line::Open(wait) if same && first.for_slot.mean() == 0.0 => Some(wait),
        Line::Open(_) | Line::Bounded(_) => None,
    }
}

fn wait_times(place: &Place, flow: &StationFlow, moments: Moments) -> Times {
    if let Some(line) = constant_line(place, flow) {
        return Times::of(moments.mean, Trust::Approximate, |p| line.quantile(p));
    }
    if let Some((lines, share)) = single_line(place, flow) {
        let beyond = |time: f64| invert::survival(|s| lines.transform(s), time);
        let quantile = |p: f64| {
            if share <= 1.0 - p {
                0.0
            } else {
                invert::quantile(beyond, moments.quantile(p).max(1e-3 * moments.mean), p)
            }
        };
        return Times::of(moments.mean, Trust::Approximate, quantile);
    }
    only_line(flow).map_or_else(
        || times(moments),
        |line| Times::of(moments.mean, Trust::Approximate, |p| line.quantile(p)),
    )
}

/// The line of M/D/1, where every instance that is used has one like it.
pub fn constant_line(place: &Place, flow: &StationFlow) -> Option<ConstantLine> {
    only_line(flow).filter(|line| line.chance > 0.0)?;
    let first = flow.instances.iter().find(|instance| rate(instance) > 0.0)?;
    let found = &first.occupancy;
    let poisson = found.gap_scv == 1.0 && first.replays == 0.0 && flow.upkeep == 0.0 && !found.by_source;
    let constant = place.servers.cores == Some(1) && found.service_scv == 0.0 && found.cores < STEEP;
    let alike = flow.instances.iter().all(|one| rate(one) == 0.0 || one.occupancy == *found);
    (poisson && constant && alike).then(|| ConstantLine::new(rate(first), found.cores / rate(first)))
}

/// The line before one core by its transform, and the share that waits, where services vary otherwise than exponentially.
fn single_line(place: &Place, flow: &StationFlow) -> Option<(Lines, f64)> {
    let share = only_line(flow)?.chance;
    let first = flow.instances.iter().find(|instance| rate(instance) > 0.0)?;
    let lines = Lines::of(&place.servers, first, flow.upkeep, Operation::Read);
    // A constant service has no smooth line.
    (lines.is_single() && first.occupancy.service_scv > 0.0).then_some((lines, share))
}

/// Load from which the line of constant services has too many terms.
const STEEP: f64 = 0.98;

/// Of a station without calls of its own and with exponential service the sojourn of its line; else by two moments.
fn own_times(place: &Place, flow: &StationFlow, moments: Moments) -> Times {
    let servers = &place.servers;
    let [reads, writes] = flow.carried.by_op();
    let one_service = servers.read == servers.write || reads == 0.0 || writes == 0.0;
    let service = if reads > 0.0 { servers.read } else { servers.write };
    let alone = flow.steps.iter().all(Vec::is_empty)
        && !matches!(place.station, Station::Router(_) | Station::Source(_));
    match only_line(flow) {
        Some(line) if alone && one_service && service.shape == Shape::Exponential && service.mean_s > 0.0 => {
            Times::of(moments.mean, Trust::Approximate, |p| line.sojourn_quantile(service.mean_s, p))
        }
        Some(_) | None => times(moments),
    }
}

/// From arrival to reply, whichever door.
fn own_time(flow: &StationFlow, lane: Lane) -> Moments {
    let answers = [flow.answers[0][lane], flow.answers[1][lane]];
    let weight = |door: usize| {
        if flow.doors[door][lane] > 0.0 { flow.doors[door][lane] * answers[door].ok } else { 0.0 }
    };
    Moments::mixed([0, 1].into_iter().map(|door| (weight(door), answers[door].time)))
}

/// Calls admitted at an instance [1/s].
fn rate(instance: &InstanceFlow) -> f64 {
    (instance.calls[0] + instance.calls[1]) * instance.occupancy.admitted
}

fn wait_of(instance: &InstanceFlow) -> Moments {
    Moments { mean: instance.occupancy.wait(), variance: instance.occupancy.wait_variance() }
}

/// Mean calls at an instance by Little's law: wait, service and the time that its own calls take.
fn present(servers: &Servers, flow: &StationFlow, instance: &InstanceFlow) -> f64 {
    let stay = |op: usize, service: f64| {
        let wait = instance.occupancy.wait();
        instance.calls[op] * instance.occupancy.admitted * (wait + service + flow.hold[op])
    };
    stay(0, servers.read.mean_s) + stay(1, servers.write.mean_s)
}

fn state(place: &Place, flow: &StationFlow, load: f64, offered: f64, alive: u32) -> State {
    if matches!(place.station, Station::Source(_) | Station::Observer) {
        return State::Calm;
    }
    if alive == 0 {
        return State::Down;
    }
    let full = [Cause::Overloaded, Cause::PoolExhausted, Cause::BacklogFull];
    let dropped: f64 = full.iter().map(|cause| flow.dropped[*cause as usize]).sum();
    if dropped >= DROPPING * offered && dropped > 0.0 {
        return State::Saturated;
    }
    State::of(if flow.backlog >= 1.0 { flow.backlog } else { load })
}

fn approximate(value: f64) -> Estimate {
    Estimate { value, trust: Trust::Approximate }
}

fn times(time: Moments) -> Times {
    Times::of(time.mean, Trust::Approximate, |p| time.quantile(p))
}
