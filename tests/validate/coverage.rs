//! Whether intervals are honest: of many runs with different seeds, the share whose 95 % interval holds the truth, counted
//! wherever an interval is printed (rules 1.18).

use headroom::engine::simulate::measure;
use headroom::engine::{Plan, replicate, steady};
use headroom::report::{Estimate, Trust};
use headroom::topology::Topology;

use crate::cases::{Case, all};
use crate::draw::draw;
use crate::simulate::{on_all_cores, seed, topology};

/// Cases whose mean and 99th percentile are known exactly, and requests of a run.
const OF: [(&str, f64); 3] = [("mm1_rho50", 60_000.0), ("mm1_rho80", 240_000.0), ("mmc_c8_rho80", 120_000.0)];

/// How often the intervals of one figure were printed, and how often they held the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Covered {
    /// The case.
    pub id: String,
    /// Its figure.
    pub quantity: &'static str,
    /// Runs.
    pub runs: usize,
    /// Runs that print an interval.
    pub printed: usize,
    /// Of those, the ones whose interval holds the truth.
    pub holding: usize,
}

impl Covered {
    /// Share of the printed intervals that hold the truth.
    pub fn share(&self) -> f64 {
        self.holding as f64 / self.printed.max(1) as f64
    }
}

/// Whether an interval holds a value; `None` without one.
fn holds(found: Estimate, truth: f64) -> Option<bool> {
    match found.trust {
        Trust::Between(low, high) => Some((low..=high).contains(&truth)),
        Trust::AtLeast(low) => Some(low <= truth),
        _ => None,
    }
}

/// Mean and 99th percentile of one case over so many seeds.
pub fn of_case(case: &Case, requests: f64, runs: u32) -> [Covered; 2] {
    let drawn = draw(case, &case.expect[0]).expect("a design");
    let topology: Topology = topology(&drawn);
    let duration_s = requests / steady::solve(&topology).total.offered;
    let seeds: Vec<u64> = (0..runs).map(|run| replicate::seed(seed(case), run)).collect();
    let found = on_all_cores(&seeds, |seed| {
        let plan = Plan { seed: *seed, duration_s, warmup_s: duration_s / 10.0 };
        let times = measure(&topology, &plan).total.latency.expect("answers");
        [times.mean, times.p99]
    });
    let truth = |name: &str| {
        let quantity = case.expect.iter().find(|quantity| quantity.name == name).expect("a figure");
        quantity.expected.as_f64().expect("a number")
    };
    [("T_mean", 0), ("T_p99", 1)].map(|(quantity, at)| {
        let held: Vec<bool> = found.iter().filter_map(|times| holds(times[at], truth(quantity))).collect();
        let holding = held.iter().filter(|held| **held).count();
        Covered { id: case.id.clone(), quantity, runs: runs as usize, printed: held.len(), holding }
    })
}

/// All cases over so many seeds each.
pub fn of_all(runs: u32) -> Vec<Covered> {
    let cases = all();
    let find = |id: &str| cases.iter().find(|case| case.id == id);
    OF.iter().filter_map(|(id, requests)| Some(of_case(find(id)?, *requests, runs))).flatten().collect()
}

/// Forty intervals that hold with 95 % hold fewer than 33 times once in a thousand (binomial); a mended interval that is
/// right too often is no less wrong, which three hundred runs show.
#[test]
fn intervals_of_short_runs_hold_the_truth() {
    let cases = all();
    let Some(case) = cases.iter().find(|case| case.id == "mm1_rho50") else { return };
    for covered in of_case(case, 60_000.0, 40) {
        assert!(covered.printed >= 30, "{covered:?}");
        assert!(covered.holding as f64 >= 33.0 / 40.0 * covered.printed as f64, "{covered:?}");
    }
}
