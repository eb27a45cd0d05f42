//! The steady method on drawn topologies against theory.

use headroom::engine::formulas::Wait;
use headroom::engine::steady;
use headroom::report::Report;
use headroom::topology::Topology;

use crate::drawn::Drawn;

fn near(got: f64, wanted: f64, relative: f64) {
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{got} instead of {wanted}");
}

fn solved(topology: &Topology) -> Report {
    steady::solve(topology)
}

/// The first figure of the issue: 800/s on ten cores of 10 ms.
#[test]
fn ten_cores_at_eighty_percent() {
    let mut drawn = Drawn::new();
    let client = drawn.client(800.0, 1.0);
    let server = drawn.server(1);
    drawn.with(server, |place| {
        place.servers.cores = Some(10);
        place.servers.read.mean_s = 0.01;
    });
    drawn.link_with(client, server, |route| route.latency_ns = 0);
    let report = solved(&drawn.0);
    let latency = report.total.latency.expect("answers");
    let theory = Wait::mmc(800.0, 0.01, 10);
    near(latency.mean.value, theory.mean() + 0.01, 1e-9);
    near(theory.mean() + 0.01, 0.012046, 1e-4);
    near(report.nodes[server].load.expect("a limit"), 0.8, 1e-12);
    near(report.total.success.value, 1.0, 1e-12);
}
