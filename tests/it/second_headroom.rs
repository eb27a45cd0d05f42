//! The second headroom: the traffic at which the first promise breaks, held against formulas.

use headroom::analysis::second_headroom::{Confirming, Promise, SecondHeadroom};
use headroom::analysis::{Answer, answer};
use headroom::design::Design;
use headroom::share;

fn solved(nodes: &str, links: &str, objectives: &str) -> Answer {
    let text =
        format!(r#"{{"headroom": 1, "nodes": [{nodes}], "links": [{links}], "objectives": {objectives}}}"#);
    let opened = share::from_json(&text).expect("a design");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    answer(&opened.design)
}

#[track_caller]
fn breaks(found: &Answer, multiple: f64, missed: Promise) {
    let second = found.second.expect("a promise that breaks");
    assert!((second.multiple / multiple - 1.0).abs() < 3e-3, "{} instead of {multiple}", second.multiple);
    assert_eq!(second.missed, missed);
}

/// 400/s at one core of 1 ms, without any distance: M/M/1.
fn line(objectives: &str) -> Answer {
    let nodes = r#"{"id": 1, "block": "client", "rate": 400, "reads": 1},
        {"id": 2, "block": "app-server", "cores": 1, "service_ms": 1}"#;
    solved(nodes, r#"[1, 2, {"latency_ms": 0}]"#, objectives)
}

/// Ln 100 / (1000 − λ) = 20 ms at λ = 769.7: 1.924 times 400, long before the core is full at 2.5 times.
#[test]
fn a_promised_time_breaks_before_the_core_is_full() {
    let found = line(r#"{"p99_ms": 20}"#);
    breaks(&found, 1.924_35, Promise::Time);
    assert!((found.ladder[0].multiple - 2.5).abs() < 1e-6);
}

#[test]
fn a_time_that_is_kept_at_no_traffic_breaks_at_none() {
    // The 99th percentile of the service alone is 4.6 ms.
    assert_eq!(line(r#"{"p99_ms": 4}"#).second.map(|second| second.multiple), Some(0.0));
    assert_eq!(line("{}").second, None);
    // Broken today, kept at less: ln 100 / 7 ms = 657.9/s must be free, and 342.1/s of the 400 may come.
    breaks(&line(r#"{"p99_ms": 7}"#), 342.1 / 400.0, Promise::Time);
}

/// One connection and no queue lose ρ/(1 + ρ): a tenth at ρ = 1/9, 111/s at 1 ms.
#[test]
fn losses_break_the_promised_share_before_the_ladder_has_a_rung() {
    let nodes = r#"{"id": 1, "block": "client", "rate": 50, "reads": 1},
        {"id": 2, "block": "sql-database", "cores": 1, "read_ms": 1, "write_ms": 1, "connections": 1}"#;
    let found = solved(nodes, r#"[1, 2, {"latency_ms": 0}]"#, r#"{"success": 0.9}"#);
    breaks(&found, 1000.0 / 9.0 / 50.0, Promise::Success);
    assert!(found.ladder[0].multiple > 10.0, "{:?}", found.ladder);
}

/// Three servers of 200/s: while two carry the 300/s one may die; from 400/s on all three are needed.
#[test]
fn availability_breaks_when_no_death_can_be_afforded_any_more() {
    let nodes = r#"{"id": 1, "block": "client", "rate": 300, "reads": 1},
        {"id": 2, "block": "load-balancer", "instances": 2},
        {"id": 3, "block": "app-server", "cores": 1, "service_ms": 5, "instances": 3}"#;
    let found = solved(nodes, "[1, 2], [2, 3]", r#"{"availability": 0.9995}"#);
    breaks(&found, 4.0 / 3.0, Promise::Availability);
    assert!(found.availability.both.is_some_and(|up| up > 0.9995));
}

#[test]
fn an_availability_that_is_not_kept_is_a_finding_with_the_time_a_year() {
    let nodes = r#"{"id": 1, "block": "client", "rate": 30, "reads": 1},
        {"id": 2, "block": "app-server", "mttf_h": 998, "mttr_h": 2}"#;
    let found = solved(nodes, "[1, 2]", r#"{"availability": 0.999}"#);
    let finding = found.findings.iter().find(|finding| finding.rule == "less-available-than-promised");
    let finding = finding.expect("a finding");
    // 0.998 instead of 0.999: a thousandth of a year of 8,766 h.
    assert!(finding.title.contains("8.77 h a year too little"), "{}", finding.title);
    assert!(finding.reason.contains("App server: 17.5 h a year"), "{}", finding.reason);
    let kept = solved(nodes, "[1, 2]", r#"{"availability": 0.99}"#);
    assert!(kept.findings.iter().all(|finding| finding.rule != "less-available-than-promised"));
}

#[test]
fn a_new_design_promises_99_percent_within_200_ms() {
    assert_eq!(Design::fresh().objectives.p99_ms, Some(200.0));
    assert_eq!(Design { objectives: Design::default().objectives, ..Design::fresh() }, Design::default());
}

/// Runs a tenth below and a tenth above agree with the formula; a promise about the year is not for a run of minutes.
#[test]
fn two_runs_confirm_where_a_promise_breaks() {
    let found = line(r#"{"p99_ms": 20}"#);
    let mut runs = Confirming::new(&found.topology, &found.second.expect("one"), 1).expect("runs");
    assert!(runs.advance(1_000).is_none() && runs.progress() < 1.0);
    let shown = runs.advance(u64::MAX).expect("an end");
    assert!(shown.holds(), "{shown:?}");
    assert_eq!(shown.broken, [None, Some(Promise::Time)]);
    // A claim that is a fifth too high is not confirmed: p99 = ln 100 / (1000 − 923·0.9) is above 20 ms already.
    let second = found.second.map(|second| SecondHeadroom { multiple: 1.2 * second.multiple, ..second });
    let mut runs = Confirming::new(&found.topology, &second.expect("one"), 1).expect("runs");
    assert!(!runs.advance(u64::MAX).expect("an end").holds());
    let never = SecondHeadroom { missed: Promise::Availability, ..second.expect("one") };
    assert!(Confirming::new(&found.topology, &never, 1).is_none());
}
