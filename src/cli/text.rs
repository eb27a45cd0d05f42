//! A report worth reading in a terminal: what the users get, where it is tight, what breaks first, what it costs.

use headroom::analysis::{Loss, Resource, Severity, Spof};
use headroom::engine::{Method, Unit};
use headroom::figures::outages::{self, OfUnits};
use headroom::figures::rows::{self, Row};
use headroom::figures::{self, Kind, NOTHING};
use headroom::report::{Cause, ClientConsistency, Estimate, NodeReport, Times, Traffic, Trust};
use headroom::topology::{Route, Station, Topology};

use super::run::Told;
use super::table::Table;

/// The whole report.
pub(super) fn whole(told: &Told) -> String {
    let sections = [
        heading(told),
        users(told),
        consistency(told),
        phases(told),
        objectives(told),
        blocks(told),
        links(told),
        ladder(told),
        headrooms(told),
        spofs(told),
        availability(told),
        cost(told),
        findings(told),
        problems(told),
    ];
    sections.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn section(title: &str, body: String) -> Option<String> {
    (!body.is_empty()).then(|| format!("{title}\n{body}"))
}

fn heading(told: &Told) -> Option<String> {
    let name = if told.design.name.is_empty() { "Unnamed design" } else { &told.design.name };
    let report = told.report;
    let how = match report.method {
        Method::Steady => "steady state by queueing formulas".to_owned(),
        Method::Simulated => format!(
            "simulated: {} measured after {} of warm-up, seed {}, {}{} events",
            figures::time(report.duration_s),
            figures::time(report.warmup_s),
            report.seed,
            if told.replications > 1 { format!("{} runs, ", told.replications) } else { String::new() },
            figures::whole(report.events),
        ),
    };
    let digest = told.digest.as_ref().map_or_else(String::new, |digest| format!("\nresult {digest}"));
    Some(format!("{name}\n{how}{digest}\n"))
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

/// What readers saw of what writers wrote, where anything could be stale.
fn consistency(told: &Told) -> Option<String> {
    let seen = &told.report.consistency;
    let counts = &seen.counts;
    let mut out = String::new();
    let shares = [
        ("stale", seen.stale, counts.stale),
        ("found nothing yet", seen.not_found, counts.not_found),
        ("missed an own write", seen.own_missed, counts.own_missed),
        ("older than read before", seen.backwards, counts.backwards),
    ];
    for (name, share, count) in shares {
        let Some(share) = share.filter(|share| share.value > 0.0 || name == "stale") else { continue };
        let of = if counts.reads > 0 {
            format!(" ({} of {} reads)", figures::whole(count), figures::whole(counts.reads))
        } else {
            String::new()
        };
        out += &format!("  {} {name}{of}\n", figures::brief(&share, Kind::Share));
    }
    let written =
        [("acknowledged writes lost", counts.lost), ("keys changed on both sides", counts.conflicts)];
    for (name, count) in written.into_iter().filter(|(_, count)| *count > 0) {
        out += &format!("  {} {name}\n", figures::whole(count));
    }
    out += &by_client(told);
    section("What readers see of writes", out)
}

/// The same for each client, where there are several.
fn by_client(told: &Told) -> String {
    let clients = &told.report.clients;
    let line = |client: &ClientConsistency| {
        let node = client.node as usize;
        let rows = rows::client(told.report, node);
        let rows: Vec<String> = rows.iter().map(|row| format!("{} {}", row.name, row.value)).collect();
        let name = &told.answer.topology.place(node).name;
        if rows.is_empty() { String::new() } else { format!("  {name}: {}\n", rows.join(", ")) }
    };
    if clients.len() > 1 { clients.iter().map(line).collect() } else { String::new() }
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

fn objectives(told: &Told) -> Option<String> {
    let mut table = Table::new(3, &["", "promised", "found", ""]);
    for check in told.checks {
        let verdict = if check.met { "kept" } else { "MISSED" };
        let close = if check.close { "close: the promise lies within the interval" } else { "" };
        table.row([verdict.to_owned(), check.asked.clone(), check.found.clone(), close.to_owned()]);
    }
    (!table.is_empty()).then(|| section("Promises", table.text()))?
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

fn ladder(told: &Told) -> Option<String> {
    const FAR: f64 = 100.0;
    let mut table = Table::new(2, &["block", "runs out of", "traffic", "requests"]);
    let near = told.answer.ladder.iter().filter(|rung| rung.multiple < FAR).count().max(1);
    for rung in told.answer.ladder.iter().take(near) {
        let what = match rung.what {
            Resource::Cores => "cores",
            Resource::Slots => "slots for waiting calls",
            Resource::Pool => "connections in its pool",
            Resource::Limit => "its rate limit",
            Resource::Bandwidth => "the bandwidth of a link",
            Resource::Network => "its instances' network",
        };
        let name = told.answer.topology.place(rung.node as usize).name.clone();
        table.row([name, what.to_owned(), figures::multiple(rung.multiple), figures::rate(rung.rate)]);
    }
    (!table.is_empty()).then(|| section("What breaks first", table.text()))?
}

fn headrooms(told: &Told) -> Option<String> {
    section("Headroom", listed(rows::headrooms(told.answer)))
}

/// Availability, what costs most of it, and what may not fail.
fn availability(told: &Told) -> Option<String> {
    const SHOWN: usize = 6;
    let answer = told.answer;
    let parts = outages::costliest(answer, SHOWN);
    let cuts = outages::may_not_fail(answer, SHOWN);
    let named = |title: &str, found: Vec<OfUnits>| {
        let rows: Vec<Row> = found.into_iter().map(|one| one.row).collect();
        if rows.is_empty() { String::new() } else { format!("  {title}\n{}", listed(rows)) }
    };
    let found = listed(outages::answered(answer));
    section("Availability", found + &named("costs most time:", parts) + &named("may not fail:", cuts))
}

/// Rows as a table of two columns.
fn listed(rows: Vec<Row>) -> String {
    let width = rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
    let line = |row: Row| {
        let padding = " ".repeat(width - row.name.chars().count());
        format!("  {}{padding}  {}\n", row.name, row.value)
    };
    rows.into_iter().map(line).collect()
}

fn spofs(told: &Told) -> Option<String> {
    let mut table = Table::new(2, &["lost", "what the users notice", "reads ok", "writes ok", "back after"]);
    for spof in told.answer.spofs.iter().filter(|spof| spof.loss.is_spof()) {
        let ok = |share: Option<f64>| share.map_or_else(String::new, figures::share);
        let back = if spof.recovery_s > 0.0 { figures::time(spof.recovery_s) } else { String::new() };
        let lost = unit(&told.answer.topology, spof.unit);
        table.row([lost, loss(spof).to_owned(), ok(spof.reads), ok(spof.writes), back]);
    }
    if table.is_empty() {
        return section(
            "Single points of failure",
            "  none: any one instance or group may fail\n".to_owned(),
        );
    }
    section("Single points of failure", table.text())
}

fn loss(spof: &Spof) -> &'static str {
    match spof.loss {
        Loss::Total => "every request of some client fails",
        Loss::Partial => "some requests fail",
        Loss::Overload => "what is left saturates",
        Loss::Slow => "it comes back only late",
        Loss::Survived => "nothing",
    }
}

fn unit(topology: &Topology, unit: Unit) -> String {
    match unit {
        Unit::Instance { node, instance } => {
            let place = topology.place(node as usize);
            if place.servers.instances == 1 {
                return place.name.clone();
            }
            format!("{}, instance {}", place.name, instance + 1)
        }
        Unit::Block { node } => topology.place(node as usize).name.clone(),
        Unit::Group { group } => topology.groups[group as usize].name.clone(),
    }
}

fn cost(told: &Told) -> Option<String> {
    let cost = &told.answer.cost;
    let mut table = Table::new(1, &["", "a month"]);
    for (index, month) in cost.nodes.iter().enumerate().filter(|(_, month)| **month > 0.0) {
        table.row([told.answer.topology.place(index).name.clone(), figures::money(*month)]);
    }
    if cost.egress > 0.0 {
        table.row(["Answers sent to the users".to_owned(), figures::money(cost.egress)]);
    }
    table.row(["all".to_owned(), figures::money(cost.month)]);
    let million = cost
        .per_million
        .map_or_else(String::new, |usd| format!("  {} per million requests\n", figures::money(usd)));
    section("Cost", table.text() + &million)
}

fn findings(told: &Told) -> Option<String> {
    let mut out = String::new();
    for finding in &told.answer.findings {
        let severity = match finding.severity {
            Severity::Critical => "critical",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        out += &format!("  {severity}: {}\n    {}\n", finding.title, finding.reason);
        for fix in &finding.fixes {
            out += &format!("    fix: {}\n", fix.label);
        }
    }
    section("Findings", out)
}

fn problems(told: &Told) -> Option<String> {
    let lines: Vec<String> =
        told.answer.problems.iter().map(|problem| format!("  {}\n", problem.text)).collect();
    section("Left out or read differently", lines.concat())
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
