//! What many tests share: designs in format 1 as topologies, nearness, and the books that must balance.

use headroom::analysis::{Answer, Finding, answer};
use headroom::design::Design;
use headroom::engine::simulate::Simulation;
use headroom::report::Report;
use headroom::topology::{self, Topology};

/// The topology of a design in format 1, which must be clean.
#[track_caller]
pub fn topology(json: &str) -> Topology {
    let opened = headroom::share::from_json(json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    topology::build(&opened.design).0
}

/// The topology of these nodes and links.
#[track_caller]
pub fn of(nodes: &str, links: &str) -> Topology {
    topology(&format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#))
}

/// Within this share of what theory says.
#[track_caller]
pub fn near(name: &str, value: f64, exact: f64, relative: f64) {
    assert!(
        (value - exact).abs() <= relative * exact.abs(),
        "{name}: {value}, theory {exact} within {relative}"
    );
}

/// Requests, and calls at every block: everything that came in is somewhere.
#[track_caller]
pub fn assert_conserved(report: &Report) {
    let counts = &report.total.counts;
    assert_eq!(counts.sent, counts.ok + counts.degraded + counts.failures() + counts.under_way);
    for (index, node) in report.nodes.iter().enumerate() {
        let ledger = &node.ledger;
        let dropped: u64 = ledger.dropped.iter().sum();
        assert_eq!(ledger.arrived, ledger.completed + dropped + ledger.present, "station {index}");
    }
}

/// A clean design in format 1.
#[track_caller]
pub fn design(json: &str) -> Design {
    let opened = headroom::share::from_json(json).expect("a design");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    opened.design
}

/// What one rule found.
pub fn found(answer: &Answer, rule: &str) -> Vec<Finding> {
    answer.findings.iter().filter(|finding| finding.rule == rule).cloned().collect()
}

/// The one thing that a rule found.
#[track_caller]
pub fn only(answer: &Answer, rule: &str) -> Finding {
    let mut all = found(answer, rule);
    assert_eq!(all.len(), 1, "{rule}: {all:#?}");
    all.remove(0)
}

/// The answer after the fix whose label begins so.
#[track_caller]
pub fn after_fix(design: &Design, finding: &Finding, beginning: &str) -> Answer {
    let labels: Vec<&str> = finding.fixes.iter().map(|fix| fix.label.as_str()).collect();
    let fix = finding.fixes.iter().find(|fix| fix.label.starts_with(beginning));
    let fix = fix.unwrap_or_else(|| panic!("no “{beginning}” among {labels:?}"));
    let mut after = design.clone();
    fix.edit.apply(&mut after).expect("a fix applies");
    answer(&after)
}

/// What happened between two times [s] of the run with seed 1.
pub fn between(topology: Topology, from_s: u64, until_s: u64) -> Report {
    let mut run = Simulation::new(topology, 1);
    run.advance(from_s * 1_000_000_000, u64::MAX);
    run.start_measuring();
    run.advance(until_s * 1_000_000_000, u64::MAX);
    run.report()
}
