//! Reports as rows of a table: a name and its figure, in the words that page and terminal share. A figure that says
//! nothing here has no row.

use std::borrow::Cow;

use super::{
    Kind, NOTHING, brief, count, difference, estimate, fixed, multiple, rate, sentence_case, share, time,
    whole,
};
use crate::analysis::compare::Pair;
use crate::analysis::{Answer, Availability};
use crate::report::{
    BehindReport, Cause, Consistency, Estimate, LinkReport, Messages, NodeReport, Phase, QueueReport, Report,
    Seen, Times, Traffic,
};
use crate::topology::Disk;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the figure is of.
    pub name: Cow<'static, str>,
    /// The figure, with what is known of its accuracy.
    pub value: String,
}

impl Row {
    /// A row of these two.
    pub fn new(name: impl Into<Cow<'static, str>>, value: String) -> Row {
        Row { name: name.into(), value }
    }
}

/// What the clients sent and what came of it.
pub fn requests(report: &Report) -> Vec<Row> {
    let total = &report.total;
    let mut rows = vec![
        row("Sent", rate(total.offered)),
        row("Answered ok", estimate(&total.goodput, Kind::Rate)),
        row("Success", estimate(&total.success, Kind::Share)),
    ];
    rows.extend(latency(total));
    let both = report.reads.offered > 0.0 && report.writes.offered > 0.0;
    for (name, traffic) in [("Reads p99", &report.reads), ("Writes p99", &report.writes)] {
        rows.extend(
            traffic.latency.filter(|_| both).map(|times| row(name, estimate(&times.p99, Kind::Time))),
        );
    }
    rows.extend(counted("Degraded", total.counts.degraded));
    rows.extend(counted("Ok without data", total.counts.hollow));
    let failed = Cause::ALL.into_iter().zip(total.counts.failed);
    rows.extend(failed.filter_map(|(cause, count)| counted(sentence_case(cause.name()), count)));
    let (sent, attempts) = (total.counts.sent, total.counts.attempts);
    rows.extend((attempts > sent).then(|| row("Tries a request", count(attempts as f64 / sent as f64))));
    rows
}

/// The stretches between faults: their share of answers, and how long answers took.
pub fn phases(report: &Report) -> Vec<Row> {
    let row = |phase: &Phase| {
        let p99 = phase.traffic.latency.map(|times| brief(&times.p99, Kind::Time));
        let success = brief(&phase.traffic.success, Kind::Share);
        let p99 = p99.map_or_else(String::new, |p99| format!(", p99 {p99}"));
        Row::new(format!("{} to {}", time(phase.from_s), time(phase.until_s)), format!("{success} ok{p99}"))
    };
    report.phases.iter().map(row).collect()
}

/// What readers saw of what writers wrote; empty where nothing can be stale.
pub fn consistency(seen: &Consistency) -> Vec<Row> {
    let shares = [
        ("Stale reads", seen.stale),
        ("Found nothing yet", seen.not_found),
        ("Missed their own write", seen.own_missed),
        ("Went backwards", seen.backwards),
    ];
    let shares = shares.into_iter().filter_map(|(name, share)| Some(row(name, of_share(&share?))));
    let Seen { own_missed, after_own, .. } = seen.counts;
    let of_own = (after_own > 0).then(|| share(own_missed as f64 / after_own as f64));
    let shares = shares.chain(of_own.map(|value| row("Missed it right after writing", value)));
    let counts = [("Writes lost", seen.counts.lost), ("Conflicting keys", seen.counts.conflicts)];
    shares.chain(counts.into_iter().filter_map(|(name, count)| counted(name, count))).collect()
}

/// What the users of one client saw, by its place in the topology; empty for anything else.
pub fn client(report: &Report, node: usize) -> Vec<Row> {
    let own = report.clients.iter().find(|client| client.node as usize == node);
    own.map_or_else(Vec::new, |client| consistency(&client.seen))
}

/// One block.
pub fn node(found: &NodeReport, live: bool) -> Vec<Row> {
    let mut rows = vec![row("Arrive", rate(found.offered)), row("Completed", rate(found.carried))];
    let figures = [
        ("Asked of capacity", found.load.map(share)),
        ("Cores busy", found.busy.map(|busy| estimate(&busy, Kind::Share))),
        ("Busiest instance", found.hottest.map(share)),
        ("Present", Some(count(found.present))),
        ("Waiting", Some(count(found.waiting))),
        ("Idle", found.levels.first().map(|idle| share(*idle))),
        ("Had to wait", found.waits.map(share)),
        ("Wait, mean", of_times(found.wait, |times| times.mean)),
        ("Wait p95", of_times(found.wait, |times| times.p95)),
        ("Wait p99", of_times(found.wait, |times| times.p99)),
        ("Reply p50", of_times(found.latency, |times| times.p50)),
        ("Reply p95", of_times(found.latency, |times| times.p95)),
        ("Reply p99", of_times(found.latency, |times| times.p99)),
        ("Hits", found.hit_ratio.map(share)),
        ("Most let through in a window", found.admitted_peak.map(|peak| count(f64::from(peak)))),
        ("Cold starts", found.cold.map(share)),
        ("Data on a node", found.disk.map(data)),
        ("Disk full in", found.disk.and_then(|disk| disk.full_in_months).map(months)),
    ];
    rows.extend(figures.into_iter().filter_map(|(name, value)| Some(row(name, value?))));
    let dropped = Cause::ALL.into_iter().zip(found.dropped).filter(|(_, dropped)| *dropped > 0.0);
    rows.extend(dropped.map(|(cause, dropped)| Row::new(sentence_case(cause.name()), rate(dropped))));
    rows.extend((found.wasted > 0.0).then(|| row("Done for nobody", share(found.wasted))));
    rows.extend(found.queue.iter().flat_map(|queue| messages(queue)));
    rows.extend(found.behind.iter().flat_map(not_yet_durable));
    rows.extend(live.then(|| row("Instances alive", found.alive.to_string())));
    rows
}

/// `60 GB of 100 GB`.
fn data(disk: Disk) -> String {
    let used = format!("{} GB", count(disk.used_gb));
    disk.of_gb.map_or_else(|| used.clone(), |of| format!("{used} of {} GB", count(of)))
}

/// `8.4 months`.
pub fn months(months: f64) -> String {
    format!("{} months", fixed(months, 1))
}

/// What became of the messages of a queue.
fn messages(queue: &QueueReport) -> Vec<Row> {
    let mut rows: Vec<Row> = [
        ("Until done, mean", of_times(queue.latency, |times| times.mean)),
        ("Until done, p99", of_times(queue.latency, |times| times.p99)),
        ("Backlog grows by", (queue.growth > 0.0).then(|| rate(queue.growth))),
        ("Longest backlog", (queue.peak > 0).then(|| whole(queue.peak))),
        ("Oldest message", (queue.oldest_s > 0.0).then(|| time(queue.oldest_s))),
        ("Backlog gone after", queue.drain_s.map(time)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(row(name, value?)))
    .collect();
    let all = queue.groups.iter().fold(Messages::default(), |all, group| all.and(group));
    let counts = [
        ("Messages done", all.done),
        ("Delivered again", all.redelivered),
        ("Replayed", all.replayed),
        ("Dead letters", all.dead),
        ("Messages dropped", all.dropped),
        ("Messages lost", all.lost),
    ];
    rows.extend(counts.into_iter().filter_map(|(name, count)| counted(name, count)));
    rows
}

/// Writes that a cache acknowledged before its store had them.
fn not_yet_durable(behind: &BehindReport) -> Vec<Row> {
    let counts = [
        ("Written later", behind.flushed),
        ("Overwritten before", behind.overwritten),
        ("Not yet durable", behind.dirty + behind.flushing),
        ("Acknowledged and lost", behind.lost),
    ];
    counts.into_iter().filter_map(|(name, count)| counted(name, count)).collect()
}

/// One link.
pub fn link(found: &LinkReport) -> Vec<Row> {
    let mut rows = vec![row("Calls", rate(found.calls)), row("Failures", rate(found.failures))];
    let rates = [
        ("Not sent", found.rejected),
        ("Retries", found.retries),
        ("Second copies", found.hedges),
        ("Writes done twice", found.duplicates),
        ("Lost on the way", found.lost),
    ];
    let some = rates.into_iter().filter(|(_, value)| *value > 0.0);
    rows.extend(some.map(|(name, value)| row(name, rate(value))));
    rows.extend((found.waiting > 0.0).then(|| row("Waiting for a connection", count(found.waiting))));
    rows
}

/// How much traffic the design carries: until a block has nothing left, until a promise breaks, and until a short overload
/// would last.
pub fn headrooms(answer: &Answer) -> Vec<Row> {
    let first = answer.ladder.first().map(|rung| row("Headroom", multiple(rung.multiple)));
    let second = answer.second.map(|second| {
        let value = match second.multiple {
            0.0 => "broken at any traffic".to_owned(),
            at => multiple(at),
        };
        row("Promises kept until", format!("{value} ({})", second.missed.name()))
    });
    let storm = answer.vulnerable.first();
    let storm = storm.map(|storm| row("Retry storms last from", multiple(storm.multiple)));
    let stuck = answer.vulnerable.iter().find_map(|found| found.stuck);
    let stuck = stuck.map(|ok| row("A storm today leaves", format!("{} ok", share(ok))));
    [first, second, storm, stuck].into_iter().flatten().collect()
}

/// A figure of two designs: whose it is, its name, of the first, of the second, what they differ by, and whether that is
/// nothing.
pub fn compared(pair: &Pair) -> [String; 6] {
    let kind = pair.figure.kind();
    let show = |value: Option<f64>| value.map_or_else(|| NOTHING.to_owned(), |value| kind.show(value));
    let same = if pair.differs() == Some(false) { "no difference" } else { "" };
    [
        pair.of.name().to_owned(),
        pair.figure.name().to_owned(),
        show(pair.first),
        show(pair.second),
        pair.change.as_ref().map_or_else(String::new, |change| difference(change, kind)),
        same.to_owned(),
    ]
}

/// Share of the time that requests are answered.
pub fn availability(found: &Availability) -> Vec<Row> {
    let both = found.both.filter(|_| found.reads.is_some() && found.writes.is_some());
    let shares = [("Reads", found.reads), ("Writes", found.writes), ("Reads and writes", both)];
    let shares = shares.into_iter().filter_map(|(name, share)| Some(row(name, uptime(share?))));
    shares.chain(found.between_outages_s.map(|mean| row("Between outages", time(mean)))).collect()
}

/// `99.95 % (3.3 nines, 4.38 h a year)`.
pub fn uptime(up: f64) -> String {
    let down = 1.0 - up;
    if !(down > 0.0 && down < 1.0) {
        return share(up);
    }
    format!("{} ({} nines, {})", share(up), fixed(-libm::log10(down), 1), a_year(down))
}

/// How long a share of the time is in a year: `52.6 min a year`.
pub fn a_year(share: f64) -> String {
    format!("{} a year", time(share * YEAR_S))
}

/// Seconds of a year of 365.25 days.
const YEAR_S: f64 = 31_557_600.0;

/// “simulated, 25 s measured”.
pub fn source(report: &Report, live: bool) -> String {
    if live {
        format!("simulated, {} measured", time(report.duration_s))
    } else {
        "steady state, by formula".to_owned()
    }
}

fn row(name: &'static str, value: String) -> Row {
    Row::new(name, value)
}

fn counted(name: impl Into<Cow<'static, str>>, count: u64) -> Option<Row> {
    (count > 0).then(|| Row::new(name, whole(count)))
}

fn latency(traffic: &Traffic) -> Vec<Row> {
    let rows = [
        ("Latency p50", of_times(traffic.latency, |times| times.p50)),
        ("Latency p95", of_times(traffic.latency, |times| times.p95)),
        ("Latency p99", of_times(traffic.latency, |times| times.p99)),
        ("Latency p99.9", of_times(traffic.latency, |times| times.p999)),
    ];
    rows.into_iter().filter_map(|(name, value)| Some(row(name, value?))).collect()
}

fn of_times(times: Option<Times>, pick: fn(&Times) -> Estimate) -> Option<String> {
    times.map(|times| estimate(&pick(&times), Kind::Time))
}

fn of_share(share: &Estimate) -> String {
    estimate(share, Kind::Share)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{analysis, share};

    fn report() -> Arc<Report> {
        let design = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":100},
            {"id":2,"block":"app-server","service_ms":5}],"links":[[1,2]]}"#;
        analysis::answer(&share::from_json(design).expect("a design").design).report
    }

    fn value<'a>(rows: &'a [Row], name: &str) -> Option<&'a str> {
        rows.iter().find(|row| row.name == name).map(|row| row.value.as_str())
    }

    #[test]
    fn every_figure_that_is_there_has_a_row_and_no_other() {
        let mut report = Report::clone(&report());
        let rows = requests(&report);
        assert_eq!(value(&rows, "Sent"), Some("100/s"));
        assert_eq!(value(&rows, "Overloaded"), None);
        report.total.counts.sent = 100;
        report.total.counts.attempts = 150;
        report.total.counts.failed
            [Cause::ALL.iter().position(|cause| *cause == Cause::Overloaded).expect("one")] = 7;
        let rows = requests(&report);
        assert_eq!((value(&rows, "Overloaded"), value(&rows, "Tries a request")), (Some("7"), Some("1.5")));
        assert_eq!(value(&node(&report.nodes[1], false), "Arrive"), Some("100/s"));
        assert_eq!(value(&link(&report.links[0]), "Failures"), Some("0/s"));
    }

    #[test]
    fn a_queue_says_what_became_of_its_messages_and_a_link_what_it_did_not_send() {
        let mut report = Report::clone(&report());
        let groups = vec![
            Messages { done: 5, dead: 2, ..Messages::default() },
            Messages { done: 1, ..Messages::default() },
        ];
        let queue =
            QueueReport { latency: None, peak: 9, oldest_s: 0.0, drain_s: Some(2.0), growth: 0.0, groups };
        report.nodes[1].queue = Some(Box::new(queue));
        report.nodes[1].behind = Some(BehindReport { dirty: 3, flushing: 1, ..BehindReport::default() });
        let rows = node(&report.nodes[1], true);
        assert_eq!((value(&rows, "Messages done"), value(&rows, "Dead letters")), (Some("6"), Some("2")));
        assert_eq!(
            (value(&rows, "Backlog gone after"), value(&rows, "Oldest message")),
            (Some("2.00 s"), None)
        );
        assert_eq!(value(&rows, "Not yet durable"), Some("4"));
        report.links[0].rejected = 12.0;
        assert_eq!(value(&link(&report.links[0]), "Not sent"), Some("12.0/s"));
    }

    #[test]
    fn an_availability_is_said_in_percent_nines_and_time_a_year() {
        assert_eq!(uptime(0.999), "99.9 % (3.0 nines, 8.77 h a year)");
        assert_eq!(uptime(0.9999), "99.99 % (4.0 nines, 52.6 min a year)");
        assert_eq!((uptime(1.0), uptime(0.0)), ("100 %".to_owned(), "0 %".to_owned()));
    }

    #[test]
    fn consistency_has_rows_only_where_something_was_compared() {
        let mut seen = Consistency::default();
        assert_eq!(consistency(&seen), []);
        seen.stale = Some(Estimate::exact(0.03));
        seen.counts.lost = 12;
        let rows = consistency(&seen);
        assert_eq!((value(&rows, "Stale reads"), value(&rows, "Writes lost")), (Some("3 %"), Some("12")));
    }
}
