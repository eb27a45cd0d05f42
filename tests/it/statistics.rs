//! What a run says of its own accuracy (rules 1.18): intervals only where batches are alike, stretches between faults,
//! figures held against formulas.

use headroom::engine::Plan;
use headroom::engine::replicate::{measure_many, plan};
use headroom::engine::simulate::measure;
use headroom::report::{Report, Trust};
use headroom::share;
use headroom::topology::build;

/// A client of 100/s (or as said), a server of one core and 5 ms (M/M/1 at one half), and more.
fn run_of(client: &str, more: &str, runs: u32) -> Report {
    let text = format!(
        r#"{{"headroom": 1, "nodes": [{{"id": 1, "block": "client", "reads": 1, {client}}},
        {{"id": 2, "block": "app-server", "cores": 1, "service_ms": 5}}], "links": [[1, 2, {{"latency_ms": 0}}]]{more}}}"#
    );
    let opened = share::from_json(&text).expect("a design");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    let (topology, problems) = build(&opened.design);
    assert_eq!(problems, []);
    measure_many(&topology, &plan(&topology, &opened.design.run), runs)
}

fn p99(report: &Report) -> Trust {
    report.total.latency.expect("answers").p99.trust
}

const HALF_FAIL: &str = r#", "faults": [{"at_s": 25, "for_s": 20, "errors": 2, "share": 0.5}],
    "run": {"duration_s": 60, "warmup_s": 5}"#;

/// Half of the calls fail from 25 s to 45 s of a window from 5 s to 65 s: a third of the requests, half of them.
#[test]
fn a_fault_cuts_the_window_into_stretches_with_figures_of_their_own() {
    let report = run_of(r#""rate": 100"#, HALF_FAIL, 1);
    let ends: Vec<(f64, f64)> = report.phases.iter().map(|phase| (phase.from_s, phase.until_s)).collect();
    assert_eq!(ends, [(5.0, 25.0), (25.0, 45.0), (45.0, 65.0)]);
    let success = |at: usize| report.phases[at].traffic.success.value;
    assert_eq!((success(0), success(2)), (1.0, 1.0));
    assert!((success(1) - 0.5).abs() < 0.05, "{}", success(1));
    let sent: u64 = report.phases.iter().map(|phase| phase.traffic.counts.sent).sum();
    let ok: u64 = report.phases.iter().map(|phase| phase.traffic.counts.ok).sum();
    assert_eq!((sent, ok), (report.total.counts.sent, report.total.counts.ok));
    assert!(report.phases.iter().all(|phase| phase.traffic.counts.under_way == 0));
}

#[test]
fn a_run_with_a_fault_in_it_has_no_interval_and_its_steady_stretches_have_one() {
    let report = run_of(r#""rate": 180"#, HALF_FAIL, 1);
    assert_eq!((p99(&report), report.total.success.trust), (Trust::Changing, Trust::Changing));
    assert_eq!(report.total.goodput.trust, Trust::Changing);
    assert_eq!(report.phases[1].traffic.success.trust, Trust::Changing);
    assert!(matches!(report.phases[0].traffic.success.trust, Trust::Between(..)), "{:?}", report.phases[0]);
}

#[test]
fn five_runs_give_the_interval_that_one_run_with_a_fault_cannot() {
    let seeded = HALF_FAIL.replace("\"warmup_s\"", "\"seed\": 4, \"warmup_s\"");
    let four = run_of(r#""rate": 100"#, &seeded, 4);
    assert_eq!(four.total.success.trust, Trust::Changing);
    let five = run_of(r#""rate": 100"#, &seeded, 5);
    let Trust::Between(low, high) = five.total.success.trust else { panic!("{:?}", five.total.success) };
    assert!(low < 5.0 / 6.0 && 5.0 / 6.0 < high, "{low}–{high} holds five sixths");
    let Trust::Between(low, high) = five.phases[1].traffic.success.trust else { panic!("no interval") };
    assert!(low < 0.5 && 0.5 < high, "{low}–{high} holds one half");
}

#[test]
fn traffic_that_changes_gives_no_interval_by_batches() {
    let wave = r#""rate": 100, "over_time": "wave", "wave_height": 0.6, "wave_s": 30"#;
    assert_eq!(p99(&run_of(wave, r#", "run": {"duration_s": 60}"#, 1)), Trust::Changing);
    let steady = run_of(r#""rate": 100"#, r#", "run": {"duration_s": 1000}"#, 1);
    assert!(matches!(p99(&steady), Trust::Between(..)), "{:?}", p99(&steady));
}

#[test]
fn a_growing_backlog_makes_every_figure_depend_on_the_length_of_the_run() {
    let report = run_of(r#""rate": 300"#, r#", "run": {"duration_s": 8, "warmup_s": 0}"#, 1);
    assert_eq!((p99(&report), report.total.goodput.trust), (Trust::Growing, Trust::Growing));
}

/// M/M/1 at one half: P(N = n) = 0.5ⁿ⁺¹, L = 1, half have to wait, and the sojourn is exponential with mean 10 ms.
#[test]
fn a_station_says_how_long_how_many_calls_were_present() {
    let report = run_of(r#""rate": 100"#, r#", "run": {"duration_s": 2000}"#, 1);
    let server = &report.nodes[1];
    for (n, wanted) in [(0, 0.5), (1, 0.25), (2, 0.125), (3, 0.0625)] {
        assert!(
            (server.levels[n] - wanted).abs() < 0.02 * wanted + 0.004,
            "P(N = {n}) is {}",
            server.levels[n]
        );
    }
    assert!((server.levels.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let mean: f64 = server.levels.iter().enumerate().map(|(n, share)| n as f64 * share).sum();
    assert!((mean - server.present).abs() < 1e-9, "{mean} and {}", server.present);
    assert!((server.waits.expect("calls") - 0.5).abs() < 0.02);
    // Waits: P(W > t) = 0.5 e^(−100 t): the 95th percentile is ln 10 ÷ 100, the 99th ln 50 ÷ 100.
    let wait = server.wait.expect("waits");
    assert!((wait.p95.value - 0.023_026).abs() < 0.001, "{:?}", wait.p95);
    assert!((wait.p99.value - 0.039_120).abs() < 0.002, "{:?}", wait.p99);
    let times = report.total.latency.expect("answers");
    // Ln 1000 times 10 ms.
    assert!((times.p999.value - 0.069_078).abs() < 0.006, "{:?}", times.p999);
}

/// With half of the answers failing by chance the time of 99 % of all sent is not there; with 0.5 % failing it is the
/// answered requests' quantile at 0.99 ÷ 0.995: ln(1 ÷ (1 − 0.99497)) times 10 ms = 52.9 ms.
#[test]
fn the_time_of_99_percent_of_the_sent_has_an_interval() {
    let faults = r#", "faults": [{"at_s": 0, "errors": 2, "share": 0.005}], "run": {"duration_s": 1000}"#;
    let report = run_of(r#""rate": 100"#, faults, 5);
    let found = report.total.p99_sent.expect("99 % in time");
    let Trust::Between(low, high) = found.trust else { panic!("{found:?}") };
    assert!(low < 0.0529 && 0.0529 < high, "{low}–{high}");
    let plain = run_of(r#""rate": 100"#, r#", "run": {"duration_s": 1000}"#, 1);
    let found = plain.total.p99_sent.expect("99 % in time");
    // Ln 100 times 10 ms.
    let Trust::Between(low, high) = found.trust else { panic!("{found:?}") };
    assert!(low < 0.046_05 && 0.046_05 < high, "{low}–{high}");
}

fn lasts(client: &str, more: &str) -> (f64, f64) {
    let text = format!(
        r#"{{"headroom": 1, "nodes": [{{"id": 1, "block": "client", "reads": 1, {client}}},
        {{"id": 2, "block": "app-server", "cores": 1, "service_ms": 5}}, {{"id": 3, "block": "sql-database", "standby": "hot",
        "failover_s": 90}}, {{"id": 4, "block": "monitoring"}}], "links": [[1, 2], [2, 3]]{more}}}"#
    );
    let opened = share::from_json(&text).expect("a design");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    let (topology, _) = build(&opened.design);
    let plan = plan(&topology, &opened.design.run);
    (plan.duration_s, plan.warmup_s)
}

/// The client waits 30 s: ten of that where timeouts can happen. A managed failover of 90 s, noticed after 10 s, is seen.
#[test]
fn a_run_lasts_until_what_follows_from_its_faults_is_over() {
    assert_eq!(lasts(r#""rate": 150"#, "").0, 20_000.0 / 150.0);
    // The server waits 10 s for its database, the client no longer than 3 s for the server.
    assert_eq!(lasts(r#""rate": 1000, "timeout_s": 3"#, ""), (100.0, 10.0));
    let (faulty, warm_up) =
        lasts(r#""rate": 160, "timeout_s": 1"#, r#", "faults": [{"at_s": 5, "kill": 3, "instance": 1}]"#);
    assert_eq!((faulty, warm_up), (5.0 + 10.0 + 90.0 + 30.0, 5.0));
    assert_eq!(lasts(r#""rate": 190, "timeout_s": 30"#, "").0, 300.0);
    assert_eq!(lasts(r#""rate": 190, "timeout_s": 30"#, r#", "run": {"duration_s": 7}"#).0, 7.0);
}

/// Runs of M/M/1 at this load, 20 s at 1 ms each, in which a backlog is said to grow.
fn grows(load: f64) -> usize {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":{},"reads":1}},
        {{"id":2,"block":"app-server","cores":1,"service_ms":1,"queue":100000}}],"links":[[1,2]]}}"#,
        1000.0 * load
    );
    let design = share::from_json(&json).expect("a design").design;
    let topology = build(&design).0;
    let says_so = |seed: &u64| {
        let plan = Plan { seed: *seed, duration_s: 20.0, warmup_s: 2.0 };
        measure(&topology, &plan).total.goodput.trust == Trust::Growing
    };
    (1..=40).filter(says_so).count()
}

#[test]
fn a_backlog_is_said_to_grow_where_it_does_and_hardly_ever_where_it_does_not() {
    assert_eq!(grows(0.7), 0);
    assert!(grows(0.9) <= 3);
    assert!(grows(1.05) >= 38);
}
