//! What the design promises, held against what was found.

use headroom::analysis::Answer;
use headroom::design::Objectives;
use headroom::figures::{self, Kind};
use headroom::report::{Estimate, Report, Trust};
use serde::Serialize;

use super::table::Table;

/// One promise, checked.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// Its field of the JSON.
    pub(super) id: &'static str,
    /// What is promised.
    pub(super) asked: String,
    /// What was found.
    pub(super) found: String,
    /// By how much it is missed, or kept; empty when nothing could be measured.
    pub(super) by: String,
    /// Whether it is kept; what could not be measured is not kept.
    pub(super) met: bool,
    /// The promised number lies inside the interval: a longer run may decide otherwise.
    pub(super) close: bool,
    /// The promised number, in the unit of `unit`.
    pub(super) threshold: f64,
    /// The number found.
    pub(super) value: Option<f64>,
    /// Its 95 % interval, where there is one; open above without `high`.
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) unit: &'static str,
}

impl Check {
    /// `holds`, `close` or `MISSED`.
    pub(super) fn verdict(&self) -> &'static str {
        match (self.close, self.met) {
            (true, _) => "close",
            (false, true) => "holds",
            (false, false) => "MISSED",
        }
    }

    /// By how much, and what a close call counts as.
    pub(super) fn margin(&self) -> String {
        let by = Some(self.by.as_str()).filter(|by| !by.is_empty());
        let close = match (self.close, self.met) {
            (false, _) => None,
            (true, true) => Some("within the interval"),
            (true, false) => Some("within the interval: counts as missed"),
        };
        by.into_iter().chain(close).collect::<Vec<_>>().join(", ")
    }
}

/// The promises as lines of a table; empty without any.
pub(super) fn table(checks: &[Check]) -> String {
    let mut table = Table::new(4, &["", "promised", "found", "by"]);
    for check in checks {
        let [asked, found] = [&check.asked, &check.found].map(String::clone);
        table.row([check.verdict().to_owned(), asked, found, check.margin()]);
    }
    if table.is_empty() {
        return String::new();
    }
    let advice = if checks.iter().any(|check| check.close) {
        "  close: the promise lies within the interval; more --replications or a longer --duration decide\n"
    } else {
        ""
    };
    table.text() + advice
}

/// Every promise that the design makes.
pub(super) fn check(promised: &Objectives, report: &Report, answer: &Answer) -> Vec<Check> {
    // Field by field, so that a new promise cannot be forgotten here.
    let Objectives { p99_ms, success, cost_month, headroom, availability } = *promised;
    let traffic = &report.total;
    let time = p99_ms.map(|most| {
        let most = most / 1e3;
        let asked = format!("99 % of the requests answered within {}", figures::stated(most, Kind::Time));
        Promise { id: "p99_ms", asked, threshold: most, most: true, kind: Kind::Time }.held(traffic.p99_sent)
    });
    let success = success.map(|least| {
        let asked = format!("at least {} of the requests answered", figures::share(least));
        Promise { id: "success", asked, threshold: least, most: false, kind: Kind::Share }
            .held(Some(traffic.success))
    });
    let headroom = headroom.map(|least| {
        let asked = format!("carries {} of its traffic", figures::stated(least, Kind::Multiple));
        let first = answer.ladder.first().map_or(f64::INFINITY, |rung| rung.multiple);
        Promise { id: "headroom", asked, threshold: least, most: false, kind: Kind::Multiple }
            .held(Some(Estimate::exact(first)))
    });
    let available = availability.map(|least| {
        let asked = format!("answered {} of the time", figures::share(least));
        Promise { id: "availability", asked, threshold: least, most: false, kind: Kind::Share }
            .held(answer.availability.both.map(Estimate::exact))
    });
    let cost = cost_month.map(|most| {
        let asked = format!("at most {} a month", figures::money(most));
        Promise { id: "cost_month", asked, threshold: most, most: true, kind: Kind::Money }
            .held(Some(Estimate::exact(answer.cost.month)))
    });
    [time, success, headroom, available, cost].into_iter().flatten().collect()
}

/// A promise to be held against a figure.
struct Promise {
    id: &'static str,
    asked: String,
    threshold: f64,
    /// Whether the figure may at most be that, else at least.
    most: bool,
    kind: Kind,
}

impl Promise {
    fn held(self, found: Option<Estimate>) -> Check {
        let Promise { id, asked, threshold, most, kind } = self;
        let interval = found.and_then(|found| interval(found.trust));
        let kept = |value: f64| if most { value <= threshold } else { value >= threshold };
        Check {
            id,
            asked,
            found: found.map_or_else(|| absent(kind).to_owned(), |found| figures::estimate(&found, kind)),
            by: found.map_or_else(String::new, |found| by(found.value - threshold, most, kind)),
            met: found.is_some_and(|found| kept(found.value)),
            close: interval.is_some_and(|(low, high)| low < high && (low..=high).contains(&threshold)),
            threshold,
            value: found.map(|found| found.value).filter(|value| value.is_finite()),
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high).filter(|high| high.is_finite()),
            unit: unit(kind),
        }
    }
}

/// What stands for a figure that there is not: a time that is never reached, or what could not be worked out.
fn absent(kind: Kind) -> &'static str {
    if kind == Kind::Time { "never" } else { "unknown" }
}

/// A 95 % interval, where there is one.
fn interval(trust: Trust) -> Option<(f64, f64)> {
    match trust {
        Trust::Between(low, high) => Some((low, high)),
        Trust::AtLeast(low) => Some((low, f64::INFINITY)),
        Trust::Exact | Trust::Approximate | Trust::Low => None,
        Trust::TooFew | Trust::Growing | Trust::Changing => None,
    }
}

/// `5.20 ms too much`, `0.3× to spare`; nothing for what has no limit.
fn by(over: f64, most: bool, kind: Kind) -> String {
    if !over.is_finite() || over == 0.0 {
        return String::new();
    }
    let word = match (most, over > 0.0) {
        (true, true) => "too much",
        (false, false) => "too little",
        (true, false) | (false, true) => "to spare",
    };
    format!("{} {word}", figures::apart(over, kind))
}

/// The unit of the numbers in the JSON.
fn unit(kind: Kind) -> &'static str {
    match kind {
        Kind::Time => "s",
        Kind::Money => "USD/month",
        Kind::Rate => "1/s",
        Kind::Share | Kind::Count | Kind::Multiple => "1",
    }
}
