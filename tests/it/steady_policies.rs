//! The steady method on policies of links and servers: formulas where they are known, else said to be of low trust.

use headroom::analysis;
use headroom::engine::simulate::measure;
use headroom::engine::{Plan, steady};
use headroom::report::{Cause, Report, Trust};
use headroom::topology::{self, Topology};

fn design(nodes: &str, links: &str) -> headroom::design::Design {
    let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
    let opened = headroom::share::from_json(&json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    opened.design
}

fn topology(nodes: &str, links: &str) -> Topology {
    topology::build(&design(nodes, links)).0
}

fn solve(nodes: &str, links: &str) -> Report {
    steady::solve(&topology(nodes, links))
}

fn simulate(nodes: &str, links: &str, duration_s: f64) -> Report {
    measure(&topology(nodes, links), &Plan { seed: 2, duration_s, warmup_s: duration_s / 10.0 })
}

fn mean(report: &Report) -> f64 {
    report.total.latency.expect("answers").mean.value
}

#[track_caller]
fn near(name: &str, value: f64, exact: f64, relative: f64) {
    assert!(
        (value - exact).abs() <= relative * exact.abs(),
        "{name}: {value}, exact {exact} within {relative}"
    );
}

fn client(rate: f64) -> String {
    format!(r#"{{"id":1,"block":"client","rate":{rate},"reads":1,"timeout_s":3600}}"#)
}

const NOW: &str = r#"[1,2,{"latency_ms":0}]"#;

#[test]
fn shared_cores_have_the_mean_of_exponential_service() {
    // mm1ps_rho80, mg1ps_h2_rho80, md1ps_rho80.
    for shape in ["exponential", "hyperexponential", "constant"] {
        let server = format!(
            r#"{{"id":2,"block":"app-server","cores":1,"service_ms":10,"service_shape":"{shape}","service_cv":3,
            "discipline":"sharing","threads":"async","queue":1048576}}"#
        );
        near(shape, mean(&solve(&format!("{},{server}", client(80.0)), NOW)), 0.05, 1e-9);
    }
}

#[test]
fn a_function_throttles_and_starts_cold_by_formula() {
    let function = |more: &str| format!(r#"{},{{"id":2,"block":"function",{more}}}"#, client(47.5));
    let report = solve(&function(r#""service_ms":200,"concurrency":10,"cold_ms":0"#), NOW);
    let throttled = report.nodes[1].dropped[Cause::Throttled as usize] / 47.5;
    near("Erlang B", throttled, headroom::engine::formulas::erlang_b(10, 9.5), 1e-9);
    let given = r#""service_ms":50,"cold_ms":800,"cold_starts":"given","cold_share":0.02"#;
    near("cold_start_mixture mean", mean(&solve(&function(given), NOW)), 0.066, 1e-6);
    let seldom = function(r#""service_ms":0,"cold_ms":500,"keep_alive_s":600"#)
        .replace("47.5", "0.0033333333333333335");
    near(
        "cold_start_low_rate",
        solve(&seldom, NOW).nodes[1].cold.expect("a function"),
        0.135_335_283_236_612_7,
        1e-9,
    );
}

#[test]
fn sessions_fail_by_n_minus_one_in_n() {
    let nodes = r#"{"id":1,"block":"client","rate":500,"reads":1},{"id":2,"block":"load-balancer"},
        {"id":3,"block":"app-server","instances":4,"service_ms":1,"state":"sessions","logged_in":0.5}"#;
    let report = solve(nodes, "[1,2],[2,3]");
    near("success", report.total.success.value, 1.0 - 0.5 * 0.75, 1e-9);
    near("stateful", report.nodes[2].dropped[Cause::Stateful as usize], 500.0 * 0.375, 1e-9);
}

#[test]
fn as_many_instances_run_as_the_target_asks_for() {
    let nodes = r#"{"id":1,"block":"client","rate":400,"reads":1},{"id":2,"block":"load-balancer"},
        {"id":3,"block":"app-server","cores":1,"service_ms":10,"autoscaling":true,"instances":2,"max_instances":20}"#;
    let report = solve(nodes, "[1,2],[2,3]");
    assert_eq!(report.nodes[2].alive, 7, "4 cores of work at 60 %");
    near("busy", report.nodes[2].hottest.expect("cores"), 4.0 / 7.0, 1e-9);
    let ladder = analysis::answer(&design(nodes, "[1,2],[2,3]")).ladder;
    near("the ladder counts the most", ladder[0].multiple, 20.0 / 4.0, 1e-6);
}

#[test]
fn loss_and_spread_of_the_latency_have_their_means() {
    let nodes =
        format!(r#"{},{{"id":2,"block":"external-service","service_ms":0,"errors":0}}"#, client(100.0));
    let link = r#"[1,2,{"latency_ms":5,"loss":0.01,"latency_shape":"exponential"}]"#;
    // 2 × (5 ms + Σ 0.99·0.01ᵏ·200 ms·(2ᵏ − 1)).
    near("mean", mean(&solve(&nodes, link)), 0.010 + 2.0 * 0.002_040_8, 1e-3);
    let datagram = r#"[1,2,{"latency_ms":5,"loss":0.01,"datagram":true}]"#;
    near("ok", solve(&nodes, datagram).total.success.value, 0.99 * 0.99, 1e-9);
}

#[test]
fn calls_at_the_same_time_agree_with_the_simulation() {
    let nodes = format!(
        r#"{},{{"id":2,"block":"app-server","service_ms":0,"threads":"async"}},
        {{"id":3,"block":"external-service","service_ms":10,"service_shape":"exponential","errors":0}},
        {{"id":4,"block":"external-service","service_ms":20,"service_shape":"exponential","errors":0}}"#,
        client(50.0)
    );
    let cases = [
        r#"[2,3,{"latency_ms":0,"calls":100,"parallel":true}]"#,
        r#"[2,3,{"latency_ms":0,"calls":3,"parallel":true,"quorum":2}]"#,
        r#"[2,3,{"latency_ms":0,"together":1}],[2,4,{"latency_ms":0,"together":1}]"#,
    ];
    for links in cases {
        let links = format!("{NOW},{links}");
        let (steady, simulated) = (solve(&nodes, &links), simulate(&nodes, &links, 100.0));
        near(&links, mean(&steady), mean(&simulated), 0.03);
        assert_eq!(steady.total.latency.expect("answers").p99.trust, Trust::Low, "{links}");
    }
}

#[test]
fn what_no_formula_follows_is_of_low_trust() {
    let nodes = format!(r#"{},{{"id":2,"block":"app-server"}}"#, client(50.0));
    let trust = |more: &str| solve(&nodes, &format!("[1,2,{{{more}}}]")).total.success.trust;
    assert_eq!(trust(r#""latency_ms":0"#), Trust::Exact);
    for policy in [
        r#""breaker":"consecutive""#,
        r#""bulkhead":5"#,
        r#""on_timeout":"leaves""#,
        r#""timeout_spread":"exponential""#,
        r#""hedge_ms":5"#,
        r#""bandwidth_mbit":100"#,
    ] {
        assert_eq!(trust(policy), Trust::Low, "{policy}");
    }
}

#[test]
fn the_traffic_from_which_retries_keep_an_overload_alive_is_a_number() {
    // rules §4: capacity 1,000/s and three retries: vulnerable from 250/s; with a budget of 10 % from 909/s.
    let answer = |retries: u32, queue: u32, link: &str| {
        let nodes = format!(
            r#"{{"id":1,"block":"client","rate":700,"reads":1,"timeout_s":0.2,"retries":{retries}}},
            {{"id":2,"block":"app-server","cores":1,"service_ms":1,"queue":{queue}}}"#
        );
        analysis::answer(&design(&nodes, &format!("[1,2,{{{link}}}]")))
    };
    let storm = answer(3, 1_048_576, "").vulnerable;
    assert_eq!(storm.len(), 1);
    near("rate", storm[0].rate, 250.0, 1e-6);
    near("multiple", storm[0].multiple, 250.0 / 700.0, 1e-6);
    // From full retries nothing is answered in time any more: the run of retry_storm.rs finds the same.
    assert!(storm[0].stuck.is_some_and(|ok| ok < 1e-3), "{storm:?}");
    let budget = answer(3, 1_048_576, r#""retry_budget":0.1"#);
    near("with a budget", budget.vulnerable[0].rate, 1_000.0 / 1.1, 1e-6);
    assert_eq!(budget.vulnerable[0].stuck, None, "770/s at worst");
    assert!(budget.findings.iter().all(|finding| finding.rule != "may-not-recover"));
    assert!(answer(0, 1_048_576, "").vulnerable.is_empty(), "no retries");
    // 200 threads and no queue are done in 0.2 s.
    assert!(answer(3, 0, "").vulnerable.is_empty(), "a short queue");
}

#[test]
fn a_full_link_is_a_rung_of_the_ladder() {
    // 100 replies a second of 10 kB are 8 Mbit/s of 32.
    let nodes = format!(r#"{},{{"id":2,"block":"external-service"}}"#, client(100.0));
    let link = r#"[1,2,{"bandwidth_mbit":32,"response_kb":10,"request_kb":1}]"#;
    let ladder = analysis::answer(&design(&nodes, link)).ladder;
    assert_eq!(ladder[0].what, analysis::Resource::Bandwidth);
    near("multiple", ladder[0].multiple, 4.0, 1e-9);
}

#[test]
fn the_share_that_waits_is_erlang_c_by_both_methods() {
    // mmc_c8: 8 servers at 6.4 erlangs.
    let server = r#"{"id":2,"block":"app-server","cores":8,"service_ms":10}"#;
    let nodes = format!("{},{server}", client(640.0));
    let exact = headroom::engine::formulas::Wait::mmc(640.0, 0.01, 8).chance;
    near("steady", solve(&nodes, NOW).nodes[1].waits.expect("a line"), exact, 1e-9);
    near("simulated", simulate(&nodes, NOW, 300.0).nodes[1].waits.expect("served"), exact, 0.03);
}
