//! Quantities by simulation: replications with seeds fixed in advance, Student's t over them.
//!
//! Every figure of a case comes from the same 32 runs of its design, whether the report prints an interval for it or not: so a
//! waiting probability is treated as a percentile is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use headroom::design::Design;
use headroom::engine::random::mix;
use headroom::engine::simulate::measure;
use headroom::engine::{Plan, replicate, steady};
use headroom::report::Report;
use headroom::share::{MAX_SEED, from_json};
use headroom::topology::{Topology, build};

use crate::cases::{Case, Quantity};
use crate::draw::Drawing;
use crate::read::{Figure, figure};

/// Runs of each design.
pub const RUNS: u32 = 32;
/// Student's t with 31 degrees of freedom, two-sided 95 %.
const T_95: f64 = 2.0395;
/// The same, 99 %.
pub const T_99: f64 = 2.7440;

/// A figure of several runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Mean over the runs, or the figure of one exact run.
    pub value: Figure,
    /// Standard error of that mean; 0 of an exact run.
    pub error: f64,
    /// Simulated time measured in all runs together [s].
    pub duration_s: f64,
}

impl Simulated {
    /// Half of the 95 % interval.
    pub fn half(&self) -> f64 {
        T_95 * self.error
    }
}

/// The topology of a drawn design, which has to be clean.
pub fn topology(drawn: &Drawing) -> Topology {
    build(&clean(&drawn.json())).0
}

/// A design that is understood whole.
pub fn clean(json: &str) -> Design {
    let opened = from_json(json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    opened.design
}

/// First seed of the runs of a case, fixed in advance by its name; the others follow from it as in the product.
pub fn seed(case: &Case) -> u64 {
    case.id.bytes().fold(1, |hash, byte| mix(hash ^ u64::from(byte))) & MAX_SEED
}

/// Plans of all runs of a design for so many requests in all.
pub fn plans(case: &Case, topology: &Topology, drawn: &Drawing, requests: f64) -> Vec<Plan> {
    if let Some(duration_s) = drawn.exactly_s {
        return vec![Plan { seed: seed(case), duration_s, warmup_s: 0.0 }];
    }
    let rate = steady::solve(topology).total.offered;
    let duration_s = requests / f64::from(RUNS) / rate;
    let plan = |run| Plan { seed: replicate::seed(seed(case), run), duration_s, warmup_s: duration_s / 10.0 };
    (0..RUNS).map(plan).collect()
}

/// The reports of these plans, in their order, on all cores.
pub fn reports(work: &[(&Topology, Plan)]) -> Vec<Report> {
    on_all_cores(work, |(topology, plan)| measure(topology, plan))
}

/// What follows from each of these, in their order, on all cores.
pub fn on_all_cores<T: Sync, U: Send>(work: &[T], of: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, U)>> = Mutex::new(Vec::new());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(one) = work.get(at) else { break };
                    let found = of(one);
                    done.lock().expect("no panic").push((at, found));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no panic");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, found)| found).collect()
}

/// A quantity of several runs; `None` where a report does not have it.
pub fn quantity(case: &Case, quantity: &Quantity, drawn: &Drawing, runs: &[Report]) -> Option<Simulated> {
    let duration_s = runs.iter().map(|run| run.duration_s).sum();
    let found: Option<Vec<Figure>> = runs.iter().map(|run| figure(case, quantity, drawn, run)).collect();
    let found = found?;
    let values: Option<Vec<f64>> = found.iter().map(Figure::number).collect();
    let Some(values) = values else {
        return Some(Simulated { value: found.into_iter().next()?, error: 0.0, duration_s });
    };
    let count = values.len() as f64;
    if quantity.name.starts_with("max_") {
        let most = values.iter().copied().fold(0.0, f64::max);
        return Some(Simulated { value: Figure::Number(most), error: 0.0, duration_s });
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let error = if count > 1.0 { (squares / (count - 1.0) / count).sqrt() } else { 0.0 };
    Some(Simulated { value: Figure::Number(mean), error, duration_s })
}
