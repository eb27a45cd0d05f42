//! Where each quantity of the cases stands in a report or an analysis: one place for both methods.

use headroom::analysis::{Answer, Loss};
use headroom::engine::Unit;
use headroom::report::{Cause, Estimate, NodeReport, Report, Times};
use serde_json::Value;

use crate::cases::{Case, Quantity};
use crate::draw::Drawing;

/// A figure of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// A number.
    Number(f64),
    /// Several.
    List(Vec<f64>),
    /// Names, in order.
    Names(Vec<String>),
}

impl Figure {
    /// What the case expects.
    pub fn expected(of: &Value) -> Figure {
        match of {
            Value::Number(number) => Figure::Number(number.as_f64().expect("a number")),
            Value::String(name) => Figure::Names(vec![name.clone()]),
            Value::Array(all) if all.iter().all(Value::is_number) && !all.is_empty() => {
                Figure::List(all.iter().filter_map(Value::as_f64).collect())
            }
            Value::Array(all) => {
                Figure::Names(all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect())
            }
            other => panic!("{other} is no figure"),
        }
    }

    /// How far it is off, as a share of what is expected; infinite where the two do not compare.
    pub fn off(&self, expected: &Figure) -> f64 {
        let share = |a: f64, b: f64| if a == b { 0.0 } else { (a - b).abs() / b.abs() };
        match (self, expected) {
            (Figure::Number(a), Figure::Number(b)) => share(*a, *b),
            (Figure::List(a), Figure::List(b)) if a.len() == b.len() => {
                a.iter().zip(b).map(|(a, b)| share(*a, *b)).fold(0.0, f64::max)
            }
            // One of several equal ones is named `app1|app2`.
            (Figure::Names(a), Figure::Names(b)) if a == b => 0.0,
            (Figure::Names(a), Figure::Names(b))
                if a.len() == 1 && b.len() == 1 && b[0].split('|').any(|one| one == a[0]) =>
            {
                0.0
            }
            _ => f64::INFINITY,
        }
    }

    /// As a number.
    pub fn number(&self) -> Option<f64> {
        match self {
            Figure::Number(number) => Some(*number),
            Figure::List(_) | Figure::Names(_) => None,
        }
    }
}

/// The figure of a report; `None` where a report has none.
pub fn figure(case: &Case, quantity: &Quantity, drawn: &Drawing, report: &Report) -> Option<Figure> {
    if let Some(list) = list(case, &quantity.name, drawn, report) {
        return Some(Figure::List(list));
    }
    number(case, &quantity.name, drawn, report).map(Figure::Number)
}

/// The figure of the instant analyses; `None` where they have none.
pub fn analyzed(case: &Case, quantity: &Quantity, drawn: &Drawing, answer: &Answer) -> Option<Figure> {
    let number = |value: f64| Some(Figure::Number(value));
    let rung = answer.ladder.first();
    match quantity.name.as_str() {
        "A" | "R" | "A_all_in_one_az" | "A_naive_independent" | "A_perfect_coverage" => {
            number(answer.availability.both?)
        }
        "U" => number(1.0 - answer.availability.both?),
        // A month of 730 hours, a year of 8,760.
        "downtime_min_per_month" => number((1.0 - answer.availability.both?) * 43_800.0),
        "downtime_s_per_year" => number((1.0 - answer.availability.both?) * 31_536_000.0),
        "max_throughput" | "max_throughput_uniform" => number(rung?.rate),
        "bottleneck" => Some(Figure::Names(vec![drawn.name(rung?.node as usize).to_owned()])),
        "spof" | "spof_hard" | "spof_if_no_bypass" => Some(Figure::Names(total(case, drawn, answer))),
        // Strictly: the target itself is none.
        "dominators" => {
            let target = case.params["target"].as_str().unwrap_or("t");
            let all = total(case, drawn, answer);
            Some(Figure::Names(all.into_iter().filter(|name| name != target).collect()))
        }
        _ => figure(case, quantity, drawn, &answer.report),
    }
}

/// Blocks whose loss alone stops everything, in alphabetical order; where requests enter is none.
fn total(case: &Case, drawn: &Drawing, answer: &Answer) -> Vec<String> {
    let entry = case.params["entry"].as_str().unwrap_or("c");
    let name = |unit: Unit| match unit {
        Unit::Instance { node, .. } => Some(drawn.name(node as usize).to_owned()),
        Unit::Block { .. } | Unit::Group { .. } => None,
    };
    let all = answer.spofs.iter().filter(|spof| spof.loss == Loss::Total);
    let mut names: Vec<String> =
        all.filter_map(|spof| name(spof.unit)).filter(|name| name != entry && name != "t").collect();
    names.sort();
    names
}

fn list(case: &Case, name: &str, drawn: &Drawing, report: &Report) -> Option<Vec<f64>> {
    if name.starts_with("util_at_") {
        return drawn.stations().map(|place| Some(report.nodes[place].busy?.value)).collect();
    }
    if name == "P_queue_ge_k" {
        let wanted = case.expect.iter().find(|quantity| quantity.name == name)?.expected.as_array()?.len();
        let servers = drawn.named("server");
        let beyond = |k: usize, node: &NodeReport| {
            (node.levels.len() > 1).then(|| node.levels.iter().skip(k).sum::<f64>())
        };
        let mean = |k: usize| {
            let sum: Option<f64> = servers.iter().map(|place| beyond(k, &report.nodes[*place])).sum();
            Some(sum? / servers.len() as f64)
        };
        return (1..=wanted).map(mean).collect();
    }
    None
}

fn number(case: &Case, name: &str, drawn: &Drawing, report: &Report) -> Option<f64> {
    let total = &report.total;
    let node = &report.nodes[drawn.main()];
    let failed = 1.0 - total.success.value;
    if let Some(of) = name.strip_prefix("lambda_") {
        let place = drawn.named(of).first().copied().unwrap_or(drawn.main());
        return Some(report.nodes[place].offered);
    }
    if let Some(of) = name.strip_prefix("T_").and_then(|rest| rest.strip_suffix("_mean")) {
        // A station alone: its line and its service, not what it calls.
        let place = *drawn.named(of).first()?;
        let service = drawn.number(place, "service_ms").or(drawn.number(place, "read_ms"))?;
        return Some(report.nodes[place].wait?.mean.value + service / 1e3);
    }
    if let Some(which) = name.strip_suffix("_accepted").unwrap_or(name).strip_prefix("T_") {
        if which == "upper" || which == "lower" {
            return Some(total.latency?.mean.value);
        }
        if let Some(value) = of_times(total.latency?, which) {
            return Some(value);
        }
    }
    if let Some(which) = name.strip_suffix("_accepted").unwrap_or(name).strip_prefix("Wq_") {
        return of_times(node.wait?, which);
    }
    Some(match name {
        "T1_mean" => report.reads.latency?.mean.value,
        "T2_mean" => report.writes.latency?.mean.value,
        "R_mean" | "T_mean_NT" | "random_T" | "lower_bound_MMn" => total.latency?.mean.value,
        // The response time law: N/X − Z.
        "R_identity" => case.param("N") / total.goodput.value - case.param("Z"),
        "X_bound" => total.goodput.value,
        "T_p99_full_duplicate" => total.latency?.p99.value,
        "utilization" => node.busy?.value,
        "util_max" => report.nodes.iter().filter_map(|node| Some(node.busy?.value)).fold(0.0, f64::max),
        "busy_servers" => node.busy?.value * drawn.number(drawn.main(), "cores")?,
        "P_wait" | "sigma" => node.waits?,
        "L" => node.present,
        "Lq" => node.waiting,
        "P_N_gt_50" => (!node.levels.is_empty()).then(|| node.levels.iter().skip(51).sum())?,
        // Done at the station, whether or not the caller still waits for it.
        "throughput" => node.carried,
        "goodput" | "admitted_rate" => total.goodput.value,
        "P_abandon" => node.dropped[Cause::TimedOut as usize] / node.offered,
        "mean_rate" => total.offered,
        "admit_fraction" | "success" => total.success.value,
        "P_block" | "reject_fraction" | "throttle_fraction" | "timeout_fraction_no_cancel" => failed,
        "P_any_over_leaf_p99" => failed,
        name if name.starts_with("P_T_gt_") => failed,
        "extra_load_hedge_p95" => drawn_hedges(report)?,
        "attempts_mean" | "amplification_total_outage" => node.offered / total.offered,
        "offered_rate" | "retry_budget_10pct_offered" => node.offered,
        name if name.starts_with("hit_ratio_") => node.hit_ratio?,
        "cold_fraction" => node.cold?,
        "offered_concurrency" => node.load? * drawn.number(drawn.main(), "concurrency")?,
        "P_stale" => share(report.consistency.stale)?,
        "hot_shard_share" => {
            // Of the work of all shards, the part of the busiest.
            node.hottest? / node.busy?.value / drawn.number(drawn.main(), "shards")?
        }
        "admitted" => total.counts.ok as f64,
        "max_in_any_window" => f64::from(node.admitted_peak?),
        "peak_backlog" => node.queue.as_ref().filter(|queue| queue.peak > 0)?.peak as f64,
        "drain_s" => node.queue.as_ref()?.drain_s?,
        "last_msg_delay_s" => node.queue.as_ref().filter(|queue| queue.oldest_s > 0.0)?.oldest_s,
        _ => return None,
    })
}

/// Second copies for each first one; `None` where nobody counts them.
fn drawn_hedges(report: &Report) -> Option<f64> {
    let hedges: f64 = report.links.iter().map(|link| link.hedges).sum();
    (hedges > 0.0).then(|| hedges / report.total.offered)
}

fn share(found: Option<Estimate>) -> Option<f64> {
    found.map(|share| share.value)
}

/// `mean`, `p50`, `p95`, `p99`, `p99.9`.
fn of_times(times: Times, which: &str) -> Option<f64> {
    let found = match which {
        "mean" => times.mean,
        "p50" => times.p50,
        "p95" => times.p95,
        "p99" => times.p99,
        "p99.9" => times.p999,
        _ => return None,
    };
    Some(found.value)
}
