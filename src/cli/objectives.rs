//! What the design promises, held against what was found.

use headroom::analysis::Answer;
use headroom::design::Objectives;
use headroom::figures::{self, Kind};
use headroom::report::{Estimate, Report, Trust};
use serde::Serialize;

/// One promise, checked.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// What is promised.
    pub(super) asked: String,
    /// What was found.
    pub(super) found: String,
    /// Whether it is kept; what could not be measured is not kept.
    pub(super) met: bool,
    /// The promised number lies inside the interval: a longer run may decide otherwise.
    pub(super) close: bool,
}

/// Every promise that the design makes.
pub(super) fn check(promised: &Objectives, report: &Report, answer: &Answer) -> Vec<Check> {
    let traffic = &report.total;
    let time = promised.p99_ms.map(|most| {
        let asked =
            format!("99 % of the requests answered within {}", figures::stated(most / 1e3, Kind::Time));
        at_most(asked, most / 1e3, traffic.p99_sent, Kind::Time)
    });
    let success = promised.success.map(|least| {
        let asked = format!("at least {} of the requests answered", figures::share(least));
        at_least(asked, least, Some(traffic.success), Kind::Share)
    });
    let cost = promised.cost_month.map(|most| {
        let asked = format!("at most {} a month", figures::money(most));
        at_most(asked, most, Some(Estimate::exact(answer.cost.month)), Kind::Money)
    });
    let headroom = promised.headroom.map(|least| {
        let asked = format!("carries {} of its traffic", figures::stated(least, Kind::Multiple));
        let first = answer.ladder.first().map_or(f64::INFINITY, |rung| rung.multiple);
        at_least(asked, least, Some(Estimate::exact(first)), Kind::Multiple)
    });
    let available = promised.availability.map(|least| {
        let asked = format!("answered {} of the time", figures::share(least));
        at_least(asked, least, answer.availability.both.map(Estimate::exact), Kind::Share)
    });
    [time, success, available, cost, headroom].into_iter().flatten().collect()
}

fn at_most(asked: String, most: f64, found: Option<Estimate>, kind: Kind) -> Check {
    checked(asked, most, found, kind, found.is_some_and(|found| found.value <= most))
}

fn at_least(asked: String, least: f64, found: Option<Estimate>, kind: Kind) -> Check {
    checked(asked, least, found, kind, found.is_some_and(|found| found.value >= least))
}

fn checked(asked: String, threshold: f64, found: Option<Estimate>, kind: Kind, met: bool) -> Check {
    let close = match found.map(|found| found.trust) {
        Some(Trust::Between(low, high)) => (low..=high).contains(&threshold),
        _ => false,
    };
    let found = found.map_or_else(|| "never".to_owned(), |found| figures::estimate(&found, kind));
    Check { asked, found, met, close }
}
