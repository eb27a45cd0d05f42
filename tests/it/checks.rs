//! What many tests share: designs in format 1 as topologies, nearness, and the books that must balance.

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
