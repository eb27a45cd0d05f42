//! A report worth reading in a terminal: what the users get, where it is tight, what breaks first, what it costs.

use headroom::figures::rows;
use headroom::figures::{self, Kind, NOTHING};
use headroom::report::{Cause, Estimate, NodeReport, Times, Traffic, Trust};
use headroom::topology::{Route, Station, Topology};

use super::run::Told;
use super::sections::{joined, listed, section, title};
use super::table::Table;
use super::{objectives, running, standing};

/// The whole report.
pub(super) fn whole(told: &Told) -> String {
    let answer = told.answer;
    joined([
        heading(told),
        users(told),
        standing::consistency(answer, told.report),
        phases(told),
        section("Promises", objectives::table(told.checks)),
        blocks(told),
        links(told),
        standing::ladder(answer),
        standing::headrooms(answer),
        standing::spofs(answer),
        standing::availability(answer),
        standing::cost(answer),
        section("Findings", standing::findings(&answer.findings, |_| String::new())),
        standing::problems(answer),
    ])
}

fn heading(told: &Told) -> Option<String> {
    let how = running::how(told.report, told.replications);
    let digest = told.digest.as_ref().map_or_else(String::new, |digest| format!("\nresult {digest}"));
    Some(format!("{}\n{how}{digest}\n", title(&told.design.name)))
}

fn users(told: &Told) -> Option<String> {
    let heads = ["", "sent", "answered", "success", "mean", "p50", "p95", "p99", "p99.9", "99 % of sent"];
    let mut table = Table::new(1, &heads);
    let report = told.report;
    let mut add = |name: &str, traffic: &Traffic| {
        let mut row = vec![
            name.to_owned(),
            figures::rate(traffic.offered),
            figures::brief(&traffic.goodput, Kind::Rate),
            figures::brief(&traffic.success, Kind::Share),
        ];
        row.extend(times(traffic.latency.as_ref()));
        row.push(
            traffic.p99_sent.map_or_else(|| "never".to_owned(), |time| figures::brief(&time, Kind::Time)),
        );
        table.row(row);
    };
    add("all", &report.total);
    // One kind of request is all requests.
    if report.reads.offered > 0.0 && report.writes.offered > 0.0 {
        add("reads", &report.reads);
        add("writes", &report.writes);
    }
    section("What the users get", table.text() + &outcomes(&report.total) + &footnote(&table, &report.total))
}

/// The stretches between faults.
fn phases(told: &Told) -> Option<String> {
    section("Between faults", listed(rows::phases(told.report)))
}

/// Explains the star of [`cell`] where one stands.
fn footnote(table: &Table, total: &Traffic) -> String {
    if !table.text().contains('*') {
        return String::new();
    }
    let [_, (_, growing), (_, changing)] = figures::NO_INTERVAL;
    match total.success.trust {
        Trust::Growing => format!("  * {growing}\n"),
        Trust::Changing => format!("  * {changing}; five replications give one\n"),
        Trust::Exact | Trust::Approximate | Trust::Low => String::new(),
        Trust::Between(..) | Trust::AtLeast(_) | Trust::TooFew => {
            "  * no interval: the run is too short for one\n".to_owned()
        }
    }
}

/// What came of the requests that were not simply answered.
fn outcomes(traffic: &Traffic) -> String {
    let counts = &traffic.counts;
    let named = Cause::ALL.iter().map(|cause| (cause.name(), counts.failed[*cause as usize]));
    let others =
        [("degraded", counts.degraded), ("without data", counts.hollow), ("not ended yet", counts.under_way)];
    let parts: Vec<String> = named
        .chain(others)
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{} {name}", figures::whole(count)))
        .collect();
    if counts.sent == 0 || parts.is_empty() {
        return String::new();
    }
    format!("  of {} sent: {}\n", figures::whole(counts.sent), parts.join(", "))
}

fn blocks(told: &Told) -> Option<String> {
    let heads = [
        "block", "state", "arrives", "done", "load", "busy", "waiting", "wait", "mean", "p99", "hits",
        "dropped",
    ];
    let mut table = Table::new(2, &heads);
    for (place, report) in told.answer.topology.places().map(|(_, place)| place).zip(&told.report.nodes) {
        if matches!(place.station, Station::Source(_) | Station::Observer) {
            continue;
        }
        table.row([
            place.name.clone(),
            report.state.name().to_owned(),
            figures::rate(report.offered),
            figures::rate(report.carried),
            report.load.map_or_else(String::new, figures::share),
            plain(report.busy.as_ref(), Kind::Share),
            if report.waiting > 1e-3 { figures::count(report.waiting) } else { String::new() },
            plain(report.wait.as_ref().map(|wait| &wait.mean), Kind::Time),
            plain(report.latency.as_ref().map(|latency| &latency.mean), Kind::Time),
            plain(report.latency.as_ref().map(|latency| &latency.p99), Kind::Time),
            report.hit_ratio.map_or_else(String::new, figures::share),
            dropped(report),
        ]);
    }
    (!table.is_empty()).then(|| section("Blocks", table.text()))?
}

/// The rate of all drops and the cause of most of them.
fn dropped(report: &NodeReport) -> String {
    let all: f64 = report.dropped.iter().sum();
    let most = Cause::ALL
        .iter()
        .max_by(|a, b| report.dropped[**a as usize].total_cmp(&report.dropped[**b as usize]));
    match most {
        Some(cause) if all > 0.0 => format!("{} {}", figures::rate(all), cause.name()),
        _ => String::new(),
    }
}

fn links(told: &Told) -> Option<String> {
    let topology = &told.answer.topology;
    let mut table = Table::new(2, &["link", "carries", "calls", "failures", "waiting for a connection"]);
    for (index, report) in told.report.links.iter().enumerate() {
        let (from, to) = topology.ends(index);
        let optional = |value: f64, text: String| if value > 0.0 { text } else { String::new() };
        table.row([
            format!("{} → {}", topology.place(from).name, topology.place(to).name),
            carries(topology, topology.route(index)),
            figures::rate(report.calls),
            optional(report.failures, figures::rate(report.failures)),
            optional(report.waiting, figures::count(report.waiting)),
        ]);
    }
    (!table.is_empty()).then(|| section("Links", table.text()))?
}

/// What tells links between the same two blocks apart.
fn carries(topology: &Topology, route: &Route) -> String {
    let tags = topology.tags.words(route.tags);
    let operations = match (route.reads, route.writes) {
        (true, true) => "",
        (true, false) => "reads",
        (false, true) => "writes",
        (false, false) => "nothing",
    };
    let when = if route.on_miss { "on a miss" } else { "" };
    [tags.as_str(), operations, when]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

fn times(times: Option<&Times>) -> [String; 5] {
    let figures = times.map(|times| [times.mean, times.p50, times.p95, times.p99, times.p999]);
    figures.map_or_else(|| [NOTHING; 5].map(str::to_owned), |all| all.map(|one| cell(&one, Kind::Time)))
}

/// A figure with its interval, short enough for a column.
fn cell(estimate: &Estimate, kind: Kind) -> String {
    match estimate.trust {
        Trust::TooFew | Trust::Growing | Trust::Changing => format!("{}*", kind.show(estimate.value)),
        _ => figures::estimate(estimate, kind),
    }
}

/// A figure of a block: the intervals are the users' (rules 1.18).
fn plain(estimate: Option<&Estimate>, kind: Kind) -> String {
    estimate.map_or_else(String::new, |estimate| kind.show(estimate.value))
}
