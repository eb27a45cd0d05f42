//! How a design stands, without a run: what breaks first, what may not fail, what it costs, and what would help.

use headroom::analysis::findings::unit_name;
use headroom::analysis::{Answer, Finding, Fix, Loss, Resource, Severity, Spof};
use headroom::figures::outages::{self, OfUnits};
use headroom::figures::rows::{self, Row};
use headroom::figures::{self, Kind};
use headroom::report::{ClientConsistency, Report};

use super::sections::{listed, section};
use super::table::Table;

/// What breaks first, and next.
pub(super) fn ladder(answer: &Answer) -> Option<String> {
    const FAR: f64 = 100.0;
    let mut table = Table::new(2, &["block", "runs out of", "traffic", "requests"]);
    let near = answer.ladder.iter().filter(|rung| rung.multiple < FAR).count().max(1);
    for rung in answer.ladder.iter().take(near) {
        let what = match rung.what {
            Resource::Cores => "cores",
            Resource::Slots => "slots for waiting calls",
            Resource::Pool => "connections in its pool",
            Resource::Limit => "its rate limit",
            Resource::Bandwidth => "the bandwidth of a link",
            Resource::Network => "its instances' network",
        };
        let name = answer.topology.place(rung.node as usize).name.clone();
        table.row([name, what.to_owned(), figures::multiple(rung.multiple), figures::rate(rung.rate)]);
    }
    (!table.is_empty()).then(|| section("What breaks first", table.text()))?
}

/// Until a block has nothing left, and until a promise breaks.
pub(super) fn headrooms(answer: &Answer) -> Option<String> {
    section("Headroom", listed(rows::headrooms(answer)))
}

/// Single points of failure, each with what the users notice.
pub(super) fn spofs(answer: &Answer) -> Option<String> {
    let mut table = Table::new(2, &["lost", "what the users notice", "reads ok", "writes ok", "back after"]);
    for spof in &answer.spofs {
        let ok = |share: Option<f64>| share.map_or_else(String::new, figures::share);
        let back = if spof.recovery_s > 0.0 { figures::time(spof.recovery_s) } else { String::new() };
        let lost = unit_name(&answer.topology, spof.unit);
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

/// Availability, what costs most of it, and what may not fail.
pub(super) fn availability(answer: &Answer) -> Option<String> {
    const SHOWN: usize = 6;
    let parts = outages::costliest(answer, SHOWN);
    let cuts = outages::may_not_fail(answer, SHOWN);
    let named = |title: &str, found: Vec<OfUnits>| {
        let rows: Vec<Row> = found.into_iter().map(|one| one.row).collect();
        if rows.is_empty() { String::new() } else { format!("  {title}\n{}", listed(rows)) }
    };
    let found = listed(outages::answered(answer));
    section("Availability", found + &named("costs most time:", parts) + &named("may not fail:", cuts))
}

/// Cost a month.
pub(super) fn cost(answer: &Answer) -> Option<String> {
    let cost = &answer.cost;
    let mut table = Table::new(1, &["", "a month"]);
    for (index, month) in cost.nodes.iter().enumerate().filter(|(_, month)| **month > 0.0) {
        table.row([answer.topology.place(index).name.clone(), figures::money(*month)]);
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

/// What readers saw of what writers wrote, where anything could be stale.
pub(super) fn consistency(answer: &Answer, report: &Report) -> Option<String> {
    let seen = &report.consistency;
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
    out += &by_client(answer, report);
    section("What readers see of writes", out)
}

/// The same for each client, where there are several.
fn by_client(answer: &Answer, report: &Report) -> String {
    let clients = &report.clients;
    let line = |client: &ClientConsistency| {
        let node = client.node as usize;
        let rows = rows::client(report, node);
        let rows: Vec<String> = rows.iter().map(|row| format!("{} {}", row.name, row.value)).collect();
        let name = &answer.topology.place(node).name;
        if rows.is_empty() { String::new() } else { format!("  {name}: {}\n", rows.join(", ")) }
    };
    if clients.len() > 1 { clients.iter().map(line).collect() } else { String::new() }
}

/// What is left out of the design or read differently.
pub(super) fn problems(answer: &Answer) -> Option<String> {
    let lines: Vec<String> = answer.problems.iter().map(|problem| format!("  {}\n", problem.text)).collect();
    section("Left out or read differently", lines.concat())
}

/// Findings with what would help; `after` adds to a fix what follows from it.
pub(super) fn findings(findings: &[Finding], after: impl Fn(&Fix) -> String) -> String {
    let mut out = String::new();
    for finding in findings {
        out += &format!("  {}: {}\n", severity(finding.severity), finding.title);
        if !finding.reason.is_empty() {
            out += &format!("    {}\n", finding.reason);
        }
        for fix in &finding.fixes {
            out += &format!("    fix: {}{}\n", fix.label, after(fix));
        }
    }
    out
}

/// What a person reads.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
