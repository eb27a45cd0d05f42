//! Calls at the same time: forks and joins, quorums, hedges.

use headroom::engine::Plan;
use headroom::engine::simulate::{Simulation, measure};
use headroom::report::{Cause, Report};

use crate::checks::{assert_conserved, near, of};

fn run(nodes: &str, links: &str, duration_s: f64) -> Report {
    let plan = Plan { seed: 5, duration_s, warmup_s: duration_s / 20.0 };
    let report = measure(&of(nodes, links), &plan);
    assert_conserved(&report);
    report
}

const FORK: &str = r#"{"id":2,"block":"app-server","service_ms":0,"threads":"async"}"#;

fn client(rate: f64) -> String {
    format!(r#"{{"id":1,"block":"client","rate":{rate},"reads":1,"timeout_s":3600}}"#)
}

/// A fork to `n` servers of one core and a second of work each, by links that are called together.
fn fork_join(n: u32, duration_s: f64) -> f64 {
    let branch =
        |i: u32| format!(r#"{{"id":{i},"block":"app-server","cores":1,"service_ms":1000,"queue":1048576}}"#);
    let link = |i: u32| format!(r#"[2,{i},{{"latency_ms":0,"together":1,"timeout_ms":3600000}}]"#);
    let nodes: Vec<String> = (0..n).map(|i| branch(3 + i)).collect();
    let links: Vec<String> = (0..n).map(|i| link(3 + i)).collect();
    let nodes = format!("{},{FORK},{}", client(0.7), nodes.join(","));
    let links = format!(r#"[1,2,{{"latency_ms":0}}],{}"#, links.join(","));
    run(&nodes, &links, duration_s).total.latency.expect("answers").mean.value
}

#[test]
fn links_that_are_called_together_fork_and_join() {
    near("forkjoin_2", fork_join(2, 30_000.0), 4.708_333, 0.05);
    near("forkjoin_8", fork_join(8, 15_000.0), 7.557_996, 0.07);
}

#[test]
fn a_fan_out_of_a_hundred_waits_for_the_slowest() {
    // fanout_noqueue_100: H₁₀₀/100 s, and 63 % of the requests meet the p99 of a leaf.
    let nodes = format!(
        r#"{},{FORK},{{"id":3,"block":"external-service","service_ms":10,"service_shape":"exponential"}}"#,
        client(50.0)
    );
    let calls = |parallel: bool| {
        let links =
            format!(r#"[1,2,{{"latency_ms":0}}],[2,3,{{"latency_ms":0,"calls":100,"parallel":{parallel}}}]"#);
        run(&nodes, &links, 100.0)
    };
    let report = calls(true);
    let latency = report.total.latency.expect("answers");
    near("mean", latency.mean.value, 0.051_873_8, 0.02);
    near("p50", latency.p50.value, 0.049_751_5, 0.02);
    near("p99", latency.p99.value, 0.092_053_7, 0.04);
    near("leaf", report.nodes[2].offered, 5_000.0, 0.02);
    near("one after the other", calls(false).total.latency.expect("answers").mean.value, 1.0, 0.01);
}

#[test]
fn a_quorum_waits_for_its_k_fastest() {
    // The second of three exponential times: 1/3 + 1/2 of the mean.
    let nodes = format!(
        r#"{},{FORK},{{"id":3,"block":"external-service","service_ms":60,"service_shape":"exponential"}}"#,
        client(100.0)
    );
    let links = r#"[1,2,{"latency_ms":0}],[2,3,{"latency_ms":0,"calls":3,"parallel":true,"quorum":2}]"#;
    let report = run(&nodes, links, 200.0);
    near("mean", report.total.latency.expect("answers").mean.value, 0.050, 0.02);
    near("wasted", report.nodes[2].wasted, 1.0 / 3.0, 0.02);
}

#[test]
fn a_quorum_bears_as_many_failures_as_are_not_needed() {
    // Two of three at 10 % failures each: 0.9³ + 3·0.9²·0.1.
    let nodes = format!(
        r#"{},{FORK},{{"id":3,"block":"external-service","service_ms":1,"errors":0.1}}"#,
        client(1000.0)
    );
    let ok = |quorum: u32| {
        let links = format!(r#"[1,2],[2,3,{{"calls":3,"parallel":true,"quorum":{quorum}}}]"#);
        run(&nodes, &links, 100.0).total.success.value
    };
    near("two of three", ok(2), 0.972, 0.003);
    near("all", ok(0), 0.729, 0.01);
    near("any", ok(1), 0.999, 0.001);
}

#[test]
fn a_required_call_that_fails_ends_the_others_and_an_optional_one_degrades() {
    let nodes = format!(
        r#"{},{FORK},{{"id":3,"block":"external-service","service_ms":1,"service_shape":"constant","errors":1}},
        {{"id":4,"block":"external-service","service_ms":100,"service_shape":"constant","errors":0}}"#,
        client(100.0)
    );
    let found = |optional: bool| {
        let links = format!(
            r#"[1,2,{{"latency_ms":0}}],[2,3,{{"latency_ms":0,"together":1,"optional":{optional}}}],[2,4,{{"latency_ms":0,"together":1}}]"#
        );
        run(&nodes, &links, 50.0)
    };
    let (required, optional) = (found(false), found(true));
    assert_eq!(required.total.counts.ok, 0, "{:?}", required.total.counts);
    assert_eq!(
        required.total.counts.failed[Cause::DependencyFailed as usize],
        required.total.counts.sent,
        "{:?}",
        required.total.counts
    );
    near("abandoned work", required.nodes[3].wasted, 1.0, 0.001);
    assert_eq!(optional.total.counts.degraded, optional.total.counts.sent, "{:?}", optional.total.counts);
    near("slowest", optional.total.latency.expect("answers").mean.value, 0.1, 0.01);
}

#[test]
fn each_parallel_call_has_its_own_retries() {
    // 10 at the same time at 10 % failures with two retries: 0.999¹⁰.
    let nodes = format!(
        r#"{},{FORK},{{"id":3,"block":"external-service","service_ms":1,"errors":0.1}}"#,
        client(500.0)
    );
    let report =
        run(&nodes, r#"[1,2],[2,3,{"calls":10,"parallel":true,"retries":2,"backoff_ms":10}]"#, 100.0);
    near("ok", report.total.success.value, 0.990_045, 0.002);
    near("attempts", report.nodes[2].offered, 500.0 * 10.0 * 1.11, 0.01);
}

#[test]
fn a_hedge_cuts_the_tail_for_a_twentieth_more_load() {
    // hedged_2: exponential 10 ms; the second copy goes out at the p95 of 29.957 ms.
    let nodes = format!(
        r#"{},{FORK},{{"id":3,"block":"external-service","service_ms":10,"service_shape":"exponential"}}"#,
        client(1000.0)
    );
    let hedge = |ms: f64| {
        let links = format!(r#"[1,2,{{"latency_ms":0}}],[2,3,{{"latency_ms":0,"hedge_ms":{ms}}}]"#);
        run(&nodes, &links, 150.0)
    };
    let (plain, hedged) = (hedge(0.0), hedge(29.957_32));
    near("plain p99", plain.total.latency.expect("answers").p99.value, 0.046_052, 0.03);
    near("extra load", hedged.links[1].hedges / 1000.0, 0.05, 0.03);
    // 0.05·e^(−2·100·d) = 0.01 at d = 8.047 ms.
    near("p99", hedged.total.latency.expect("answers").p99.value, 0.029_957 + 0.008_047, 0.03);
}

#[test]
fn a_hedge_on_a_clients_link_counts_as_an_attempt() {
    let nodes = format!(
        r#"{},{{"id":2,"block":"external-service","service_ms":10,"service_shape":"exponential"}}"#,
        client(1000.0)
    );
    let report = run(&nodes, r#"[1,2,{"latency_ms":0,"hedge_ms":29.95732}]"#, 100.0);
    near("attempts", report.total.counts.attempts as f64 / report.total.counts.sent as f64, 1.05, 0.01);
    near("p99", report.total.latency.expect("answers").p99.value, 0.038_004, 0.04);
}

/// Nobody is asked together when the cache had it: the caller goes on with what comes after.
#[test]
fn links_that_no_call_takes_together_are_passed_over() {
    let nodes = r#"{"id":1,"block":"client","rate":100,"reads":1},{"id":2,"block":"app-server"},
        {"id":3,"block":"cache","hit_mode":"given","hit_ratio":1},{"id":4,"block":"sql-database"},
        {"id":5,"block":"object-store"},{"id":6,"block":"external-service"}"#;
    let links = r#"[1,2],[2,3],[2,4,{"when":"miss","together":1}],[2,5,{"when":"miss","together":1}],[2,6]"#;
    let report = run(nodes, links, 10.0);
    let seen = [3, 4, 5].map(|node| report.nodes[node].ledger.arrived);
    assert_eq!((seen[0], seen[1]), (0, 0));
    assert!(seen[2] > 900, "{seen:?}");
}

#[test]
fn edits_and_kills_in_the_middle_of_groups_keep_the_books() {
    let nodes = |instances: u32| {
        format!(
            r#"{},{{"id":2,"block":"app-server","instances":{instances},"service_ms":1,"threads":"async"}},
            {{"id":3,"block":"app-server","cores":1,"service_ms":8,"queue":50}},
            {{"id":4,"block":"external-service","service_ms":50,"errors":0.1}},{{"id":5,"block":"load-balancer"}}"#,
            client(100.0).replace("3600", "1")
        )
    };
    let all = r#"[1,5,{"on_timeout":"stops"}],[5,2],[2,3,{"together":1,"hedge_ms":20,"on_timeout":"leaves","timeout_ms":100,"retries":1}],
        [2,4,{"together":1,"calls":3,"parallel":true,"quorum":2,"breaker":"consecutive","bulkhead":20}]"#;
    let without = all.replace(r#""together":1,"hedge_ms":20,"#, "");
    let cut = r#"[1,5],[5,2],[2,3,{"hedge_ms":20}]"#.to_owned();
    let mut simulation = Simulation::new(of(&nodes(2), all), 3);
    let turns = [(2, all.to_owned()), (1, without), (2, cut), (3, all.to_owned())];
    for (turn, (instances, links)) in turns.iter().cycle().take(24).enumerate() {
        simulation.change(of(&nodes(*instances), links));
        simulation.advance((turn as u64 + 1) * 300_000_000, u64::MAX);
        assert_conserved(&simulation.report());
        let unit = headroom::engine::Unit::Instance { node: 1 + turn as u32 % 2, instance: 0 };
        if turn % 3 == 1 {
            simulation.kill(unit);
        }
        if turn % 3 == 2 {
            simulation.revive(headroom::engine::Unit::Block { node: 1 });
            simulation.revive(headroom::engine::Unit::Block { node: 2 });
        }
    }
    assert!(simulation.report().nodes[2].ledger.arrived > 300);
}
