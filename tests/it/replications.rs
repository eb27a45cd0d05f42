//! Several runs pooled: one is the plain run, more narrow the interval around what theory says, seeds decide all.

use headroom::engine::replicate::{measure_many, plan};
use headroom::engine::simulate::measure;
use headroom::engine::{Plan, replicate};
use headroom::report::{Report, Trust};
use headroom::share::from_json;
use headroom::topology::{Topology, build};

/// One client and one server of ten cores at 80 %: M/M/10, mean 12.046 ms (case mm10 of the reference).
fn mm10(run: &str) -> (Topology, Plan) {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","at":[0,0],"rate":800}},{{"id":2,"block":"app-server","at":[0,0],"cores":10}}],"links":[[1,2,{{"latency_ms":0}}]],"run":{run}}}"#
    );
    let design = from_json(&json).expect("opens").design;
    let (topology, _) = build(&design);
    let plan = plan(&topology, &design.run);
    (topology, plan)
}

fn mean(report: &Report) -> (f64, f64, f64) {
    let mean = report.total.latency.expect("answers").mean;
    let Trust::Between(low, high) = mean.trust else { panic!("no interval: {mean:?}") };
    (mean.value, low, high)
}

#[test]
fn one_replication_is_the_plain_run() {
    let (topology, plan) = mm10(r#"{"duration_s":3}"#);
    assert_eq!(measure_many(&topology, &plan, 1), measure(&topology, &plan));
}

#[test]
fn pooled_runs_hold_theory_in_their_interval_and_add_up() {
    let (topology, plan) = mm10(r#"{"duration_s":20,"seed":3}"#);
    let pooled = measure_many(&topology, &plan, 10);
    let (value, low, high) = mean(&pooled);
    assert!(low < 0.012_046 && 0.012_046 < high, "{low}–{high}");
    assert!(high - low < 0.001, "{low}–{high} is no use");
    assert!((value - (low + high) / 2.0).abs() < 1e-12);
    let runs: Vec<Report> = (0..10)
        .map(|index| measure(&topology, &Plan { seed: replicate::seed(plan.seed, index), ..plan }))
        .collect();
    let sent: u64 = runs.iter().map(|run| run.total.counts.sent).sum();
    assert_eq!(pooled.total.counts.sent, sent);
    assert!((pooled.duration_s - 200.0).abs() < 1e-9);
    let means = runs.iter().map(|run| mean(run).0).sum::<f64>() / 10.0;
    assert!((value - means).abs() < 1e-12);
    for node in &pooled.nodes {
        let dropped: u64 = node.ledger.dropped.iter().sum();
        assert_eq!(node.ledger.arrived, node.ledger.completed + dropped + node.ledger.present);
    }
}

#[test]
fn a_run_without_wishes_lasts_a_minute_or_twenty_thousand_requests() {
    let (_, plan) = mm10("{}");
    assert_eq!((plan.seed, plan.duration_s, plan.warmup_s), (1, 60.0, 6.0));
    let (_, plan) = mm10(r#"{"traffic":0.125}"#);
    assert!((plan.duration_s - 200.0).abs() < 1e-9, "{}", plan.duration_s);
    let (_, plan) = mm10(r#"{"traffic":0.000001}"#);
    assert!((plan.duration_s - 3_600.0).abs() < 1e-9, "{}", plan.duration_s);
    let (_, plan) = mm10(r#"{"duration_s":5,"warmup_s":0,"seed":9}"#);
    assert_eq!((plan.seed, plan.duration_s, plan.warmup_s), (9, 5.0, 0.0));
}
