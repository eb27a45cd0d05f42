//! Availability: the share of the time that requests are answered, from how often each part fails (rules 1.13).
//!
//! Exact for the structure, by binary decision diagrams; a primary with its standby is a small Markov chain, entered as
//! one component. Outages while a health check has not noticed a death yet are not counted: seconds among hours.

mod diagram;
mod model;
mod pair;

pub use diagram::{ALWAYS, Diagram, Function, NEVER, Program};
pub use pair::{Fate, Pair};

use model::{Model, Variable};

use super::{Availability, ClientAvailability, Cut, WeakPart};
use crate::analysis::spof::SURVIVES;
use crate::engine::flows::Flows;
use crate::topology::{Lane, Operation, Station, Tag, Topology};

/// Most parts that an answer names.
const MOST_PARTS: usize = 20;
/// Most cut sets that an answer names.
const MOST_CUTS: usize = 200;

/// What the parts' failures come to for the clients.
pub fn availability(topology: &Topology, flows: &Flows) -> Availability {
    let mut model = Model::new(topology, flows);
    let clients: Vec<(usize, f64, [f64; 2])> = clients(topology);
    let tag = |node: usize| match &topology.place(node).station {
        Station::Source(source) => source.tag,
        Station::Router(_) | Station::Server(_) | Station::Cache(_) => Tag::NONE,
        Station::Store(_) | Station::Queue(_) | Station::Observer => Tag::NONE,
    };
    let used = |lane: Lane| clients.iter().any(|(node, ..)| tag(*node) == lane.tag);
    let by_lane = model.answered(used);
    let mut roots = Vec::new();
    for (node, _, sent) in &clients {
        let [reads, writes] = Operation::ALL.map(|op| {
            if sent[op as usize] > 0.0 { by_lane[Lane { op, tag: tag(*node) }][*node] } else { ALWAYS }
        });
        roots.extend([reads, writes, model.both(reads, writes)]);
    }
    if model.is_full() {
        return unknown();
    }
    let mut program = model.program(&roots);
    let chances = model.chances();
    let up = program.chances(&chances);
    let found = clients.iter().zip(up.chunks(3)).map(|((node, _, sent), up)| ClientAvailability {
        node: *node as u32,
        reads: (sent[0] > 0.0).then_some(up[0]),
        writes: (sent[1] > 0.0).then_some(up[1]),
        both: up[2],
    });
    let found: Vec<ClientAvailability> = found.collect();
    let weights: Vec<[f64; 3]> =
        clients.iter().map(|(_, rate, sent)| [rate * sent[0], rate * sent[1], *rate]).collect();
    let mean = |which: usize| {
        let sum: f64 = weights.iter().map(|weight| weight[which]).sum();
        let value = |(weight, up): (&[f64; 3], &[f64])| weight[which] * up[which];
        (sum > 0.0).then(|| weights.iter().zip(up.chunks(3)).map(value).sum::<f64>() / sum)
    };
    let slopes = slopes(&mut program, &weights, &chances);
    Availability {
        reads: mean(0),
        writes: mean(1),
        both: mean(2),
        clients: found,
        between_outages_s: between_outages(&model.variables, &slopes),
        parts: parts(&model.variables, &slopes),
        cuts: cuts(&model.variables, &mut program, &weights),
    }
}

/// A design whose parts hang together in too many ways to be worked out.
fn unknown() -> Availability {
    Availability {
        reads: None,
        writes: None,
        both: None,
        clients: Vec::new(),
        between_outages_s: None,
        parts: Vec::new(),
        cuts: Vec::new(),
    }
}

fn clients(topology: &Topology) -> Vec<(usize, f64, [f64; 2])> {
    let client = |(node, place): (usize, &crate::topology::Place)| match &place.station {
        Station::Source(source) => Some((node, source.rate, Operation::ALL.map(|op| op.share_of(source)))),
        Station::Router(_) | Station::Server(_) | Station::Cache(_) => None,
        Station::Store(_) | Station::Queue(_) | Station::Observer => None,
    };
    topology.places().filter_map(client).collect()
}

/// How much of the clients' traffic each variable decides about.
fn slopes(program: &mut Program, weights: &[[f64; 3]], chances: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().map(|weight| weight[2]).sum();
    let mut slopes = vec![0.0; chances.len()];
    for (client, weight) in weights.iter().enumerate() {
        let of = program.importance(3 * client + 2, chances);
        for (slope, one) in slopes.iter_mut().zip(of) {
            *slope += if sum > 0.0 { one * weight[2] / sum } else { 0.0 };
        }
    }
    slopes
}

/// Mean time between outages: each variable's outages count by how much it decides about. A partial outage counts by its
/// share.
fn between_outages(variables: &[Variable], slopes: &[f64]) -> Option<f64> {
    let rate: f64 = variables.iter().zip(slopes).map(|(variable, slope)| variable.fate.outages * slope).sum();
    (rate > 0.0).then(|| 1.0 / rate)
}

/// What costs the most time, worst first.
fn parts(variables: &[Variable], slopes: &[f64]) -> Vec<WeakPart> {
    let part = |(variable, slope): (&Variable, &f64)| WeakPart {
        units: variable.units.clone(),
        down: 1.0 - variable.fate.up,
        costs: (1.0 - variable.fate.up) * slope,
    };
    let real = variables.iter().zip(slopes).filter(|(variable, _)| !variable.units.is_empty());
    let mut parts: Vec<WeakPart> = real.map(part).filter(|part| part.costs > 0.0).collect();
    crate::sorted::sort_by(&mut parts, |a, b| b.costs.total_cmp(&a.costs));
    parts.truncate(MOST_PARTS);
    parts
}

/// Minimal cut sets of one and of two units: their loss together takes more than 0.1 % of what is answered without it, and
/// the loss of less does not. Of units that are alike one set stands for all.
fn cuts(variables: &[Variable], program: &mut Program, weights: &[[f64; 3]]) -> Vec<Cut> {
    let mut everything: Vec<f64> =
        variables.iter().map(|v| if v.units.is_empty() { v.fate.up } else { 1.0 }).collect();
    let (whole, alone) = losses(program, weights, &everything);
    let lost = |left: f64| if whole > 0.0 { 1.0 - left / whole } else { 0.0 };
    let fails = |v: &Variable| !v.units.is_empty() && !v.managed;
    let alike = |class: (usize, u8, Option<usize>)| {
        (0..variables.len()).filter(move |i| fails(&variables[*i]) && variables[*i].class == class)
    };
    let first = |i: &usize| alike(variables[*i].class).next() == Some(*i);
    let classes: Vec<usize> = (0..variables.len()).filter(|i| fails(&variables[*i])).filter(first).collect();
    let mut cuts = Vec::new();
    let mut light = Vec::new();
    for one in classes {
        let share = lost(whole - alone[one]);
        if share > 1.0 - SURVIVES {
            cuts.push(cut(&[&variables[one]], share));
        } else {
            light.push(one);
        }
    }
    for (place, one) in light.iter().enumerate() {
        let twin = alike(variables[*one].class).nth(1);
        everything[*one] = 0.0;
        let (left, more) = losses(program, weights, &everything);
        everything[*one] = 1.0;
        for other in twin.into_iter().chain(light[place + 1..].iter().copied()) {
            if variables[*one].units.len() + variables[other].units.len() > 2 {
                continue;
            }
            let share = lost(left - more[other]);
            if share > 1.0 - SURVIVES {
                cuts.push(cut(&[&variables[*one], &variables[other]], share));
            }
        }
    }
    let fewest_first =
        |a: &Cut, b: &Cut| a.units.len().cmp(&b.units.len()).then(b.chance.total_cmp(&a.chance));
    crate::sorted::sort_by(&mut cuts, fewest_first);
    cuts.truncate(MOST_CUTS);
    cuts
}

fn cut(of: &[&Variable], share: f64) -> Cut {
    let units = of.iter().flat_map(|variable| variable.units.iter().copied()).collect();
    Cut { units, share, chance: of.iter().map(|variable| 1.0 - variable.fate.up).product() }
}

/// Share of all clients' traffic that is answered, and what it loses with each variable.
fn losses(program: &mut Program, weights: &[[f64; 3]], chances: &[f64]) -> (f64, Vec<f64>) {
    let up = program.chances(chances);
    let sum: f64 = weights.iter().map(|weight| weight[2]).sum();
    if sum <= 0.0 {
        return (0.0, vec![0.0; chances.len()]);
    }
    let of_client = |(client, weight): (usize, &[f64; 3])| {
        [(3 * client, weight[0] / sum), (3 * client + 1, weight[1] / sum)]
    };
    let parts: Vec<(usize, f64)> = weights.iter().enumerate().flat_map(of_client).collect();
    let answered = parts.iter().map(|(root, weight)| weight * up[*root]).sum();
    (answered, program.slopes(&parts, chances))
}
