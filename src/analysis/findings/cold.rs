//! Functions that are called too rarely to stay warm.

use super::{Case, fix};
use crate::analysis::advice;
use crate::analysis::{Finding, Fix, Severity};
use crate::engine::steady;
use crate::figures;
use crate::topology::{Cold, Function};

/// From this share of cold starts on the 99th percentile is that of a cold start.
const RARE: f64 = 0.01;

/// Functions of which more than one call in a hundred starts cold.
pub fn starts(case: Case) -> Vec<Finding> {
    let topology = case.topology();
    let found = topology.places().filter_map(|(node, place)| {
        let cold = case.answer.report.nodes[node].cold.filter(|cold| *cold > RARE)?;
        Some(cold_at(case, node, place.station.server()?.function?, cold))
    });
    found.collect()
}

fn cold_at(case: Case, node: usize, function: Function, cold: f64) -> Finding {
    let (name, rate) = (&case.place(node).name, case.answer.report.nodes[node].offered);
    let title = format!(
        "{} of the calls of {name} start cold and take {} more.",
        figures::share(cold),
        figures::time(function.cold_s)
    );
    let (reason, fixes) = match function.cold {
        Cold::KeptFor(kept) => {
            let reason = format!(
                "At {} a call comes every {} in the mean, and an idle environment is kept for {}. The 99th percentile is \
                 then that of a cold start.",
                figures::rate(rate),
                figures::time(1.0 / rate),
                figures::time(kept as f64 / 1e9)
            );
            (reason, kept_longer(case, node, rate))
        }
        Cold::Given(_) => {
            let reason = "The share is as you have set it. The 99th percentile is that of a cold start.";
            (reason.to_owned(), Vec::new())
        }
    };
    Finding { title, reason, fixes, ..case.about("cold-starts", Severity::Note, node) }
}

/// Environments are kept until one gap in two hundred is longer.
fn kept_longer(case: Case, node: usize, rate: f64) -> Vec<Fix> {
    let seconds = f64::ceil(libm::log(2.0 / RARE) / rate);
    let what = format!("Keep environments for {}", figures::time(seconds));
    let change = advice::number(case.design, case.topology(), node, "keep_alive_s", seconds, &what);
    let tried = change.and_then(|change| {
        let (_, topology) = change.tried(case.design)?;
        let cold = steady::solve(&topology).nodes[node].cold?;
        (cold <= RARE).then(|| fix(change, &format!("{} cold", figures::share(cold))))
    });
    tried.into_iter().collect()
}
