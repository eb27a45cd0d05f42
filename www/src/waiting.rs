//! Answers until the analyses are there.

use headroom::analysis::{Answer, Cost};
use headroom::design::Design;
use headroom::engine::Method;
use headroom::report::{Counts, Estimate, Report, Traffic};
use headroom::topology;

/// An answer that knows nothing.
pub fn answer(design: &Design) -> Answer {
    let (topology, problems) = topology::build(design);
    let none = || Traffic {
        offered: 0.0,
        goodput: Estimate::exact(0.0),
        success: Estimate::exact(1.0),
        p99_sent: None,
        latency: None,
        counts: Counts::default(),
    };
    let report = Report {
        method: Method::Steady,
        engine: headroom::ENGINE_VERSION,
        seed: 0,
        duration_s: 0.0,
        warmup_s: 0.0,
        events: 0,
        total: none(),
        reads: none(),
        writes: none(),
        nodes: Vec::new(),
        links: Vec::new(),
        series: Vec::new(),
    };
    Answer {
        topology,
        problems,
        report,
        ladder: Vec::new(),
        spofs: Vec::new(),
        cost: Cost::default(),
        findings: Vec::new(),
    }
}
