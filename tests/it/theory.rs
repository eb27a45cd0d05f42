//! Drawn systems whose exact answer is known, simulated: within 4.1 standard errors and a stated tolerance.
//!
//! Values from `tests/reference`'s source, `reference_cases.json`; the case's name stands beside each.

use headroom::engine::Plan;
use headroom::engine::simulate::measure;
use headroom::report::{Cause, Report};
use headroom::topology;

fn run(nodes: &str, links: &str, duration_s: f64) -> Report {
    let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
    let opened = headroom::share::from_json(&json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    let (topology, problems) = topology::build(&opened.design);
    assert_eq!(problems, [], "{json}");
    measure(&topology, &Plan { seed: 11, duration_s, warmup_s: duration_s / 20.0 })
}

fn client(rate: f64) -> String {
    format!(r#"{{"id":1,"block":"client","rate":{rate},"reads":1,"timeout_s":3600}}"#)
}

#[track_caller]
fn near(name: &str, value: f64, exact: f64, relative: f64) {
    assert!(
        (value - exact).abs() <= relative * exact.abs(),
        "{name}: {value}, theory {exact} within {relative}"
    );
}

const NOW: &str = r#"{"latency_ms":0,"timeout_ms":3600000}"#;

#[track_caller]
fn one_station(case: &str, rate: f64, server: &str, duration_s: f64, mean: (f64, f64), p99: (f64, f64)) {
    let nodes = format!(r#"{},{{"id":2,"block":"app-server",{server}}}"#, client(rate));
    let report = run(&nodes, &format!("[1,2,{NOW}]"), duration_s);
    let latency = report.total.latency.expect("answers");
    near(&format!("{case} mean"), latency.mean.value, mean.0, mean.1);
    near(&format!("{case} p99"), latency.p99.value, p99.0, p99.1);
}

#[test]
fn one_server_with_exponential_constant_and_mixed_times() {
    let unlimited = r#""cores":1,"queue":1048576"#;
    one_station(
        "mm1_rho80",
        80.0,
        &format!("{unlimited},\"service_ms\":10"),
        8_000.0,
        (0.05, 0.03),
        (0.230_258_5, 0.05),
    );
    let constant = format!("{unlimited},\"service_ms\":10,\"service_shape\":\"constant\"");
    one_station("md1_rho90", 90.0, &constant, 8_000.0, (0.055, 0.03), (0.228_982, 0.06));
    let mixed =
        format!("{unlimited},\"service_ms\":10,\"service_shape\":\"hyperexponential\",\"service_cv\":2");
    one_station("mh2_1_cv2_4_rho50", 50.0, &mixed, 8_000.0, (0.035, 0.04), (0.258_607, 0.05));
}

#[test]
fn a_full_system_turns_calls_away_as_erlang_says() {
    // mmck_c1_K10_rho150: a store has slots and no queue; one core, ten connections.
    let store = r#"{"id":2,"block":"sql-database","cores":1,"connections":10,"read_ms":100}"#;
    let report = run(&format!("{},{store}", client(15.0)), &format!("[1,2,{NOW}]"), 8_000.0);
    let full = report.total.counts.failed[Cause::PoolExhausted as usize] as f64;
    near("mmck blocked", full / report.total.counts.sent as f64, 0.337_232, 0.02);
    near("mmck mean", report.total.latency.expect("answers").mean.value, 0.817_648, 0.02);
    near("mmck present", report.nodes[1].present, 8.128_66, 0.02);
    // erlangB_c50_a450
    let store = r#"{"id":2,"block":"sql-database","cores":50,"connections":50,"read_ms":1000}"#;
    let report = run(&format!("{},{store}", client(45.0)), &format!("[1,2,{NOW}]"), 6_000.0);
    let full = report.total.counts.failed[Cause::PoolExhausted as usize] as f64;
    near("Erlang B", full / report.total.counts.sent as f64, 0.054_104, 0.04);
}

#[track_caller]
fn balanced(case: &str, policy: &str, n: u32, rate: f64, duration_s: f64, mean: (f64, f64)) {
    let nodes = format!(
        r#"{},{{"id":2,"block":"load-balancer","policy":"{policy}","service_ms":0}},
        {{"id":3,"block":"app-server","instances":{n},"cores":1,"service_ms":1000,"queue":1048576}}"#,
        client(rate)
    );
    let report = run(&nodes, &format!("[1,2,{NOW}],[2,3,{NOW}]"), duration_s);
    near(case, report.total.latency.expect("answers").mean.value, mean.0, mean.1);
}

#[test]
fn every_policy_of_a_load_balancer_agrees_with_its_theory() {
    balanced("lb_rr_2_rho80", "round-robin", 2, 1.6, 60_000.0, (3.843_98, 0.03));
    balanced("lb_random_10_rho90", "random", 10, 9.0, 15_000.0, (10.0, 0.06));
    balanced("lb_jsq_2_rho80", "least-connections", 2, 1.6, 60_000.0, (2.955_74, 0.03));
    balanced("lb_p2c_meanfield_rho90", "power-of-two", 100, 90.0, 1_500.0, (2.614_06, 0.05));
}

#[test]
fn three_tiers_agree_with_burke_and_jackson() {
    let nodes = format!(
        r#"{},{{"id":2,"block":"load-balancer","policy":"random","service_ms":0.1,"cores":1}},
        {{"id":3,"block":"app-server","instances":3,"cores":4,"service_ms":8,"threads":"async"}},
        {{"id":4,"block":"cache","hit_mode":"given","hit_ratio":0.9,"service_ms":0.1,"cores":1}},
        {{"id":5,"block":"sql-database","cores":4,"read_ms":20,"connections":10000}}"#,
        client(1000.0)
    );
    let links = format!(r#"[1,2,{NOW}],[2,3,{NOW}],[3,4,{NOW}],[3,5,{{"latency_ms":0,"when":"miss"}}]"#);
    let report = run(&nodes, &links, 300.0);
    let latency = report.total.latency.expect("answers");
    near("mean", latency.mean.value, 0.012_666_6, 0.02);
    near("p50", latency.p50.value, 0.008_884_3, 0.02);
    near("p99", latency.p99.value, 0.063_572, 0.03);
    near("database", report.nodes[4].offered, 100.0, 0.02);
}

#[test]
fn a_token_bucket_admits_what_the_formula_says() {
    // token_bucket_l100_r100_b10
    let nodes = format!(
        r#"{},{{"id":2,"block":"api-gateway","limit":100,"burst":10,"service_ms":0}},{{"id":3,"block":"object-store"}}"#,
        client(100.0)
    );
    let report = run(&nodes, &format!("[1,2,{NOW}],[2,3,{NOW}]"), 8_000.0);
    let refused = report.total.counts.failed[Cause::RateLimited as usize] as f64;
    near("admitted", 1.0 - refused / report.total.counts.sent as f64, 0.949_152, 0.005);
}

#[test]
fn timeouts_leave_the_work_behind() {
    // timeout_mm1: 1.83 % of the answers come later than 0.2 s; the work goes on.
    let nodes = r#"{"id":1,"block":"client","rate":80,"reads":1,"timeout_s":0.2},
        {"id":2,"block":"app-server","cores":1,"service_ms":10,"queue":1048576}"#;
    let report = run(nodes, r#"[1,2,{"latency_ms":0}]"#, 20_000.0);
    let late = report.total.counts.failed[Cause::TimedOut as usize] as f64 / report.total.counts.sent as f64;
    near("late", late, 0.018_315_6, 0.1);
    near("wasted", report.nodes[1].wasted, 0.018_315_6, 0.1);
    near("busy", report.nodes[1].busy.expect("cores").value, 0.8, 0.01);
}

#[test]
fn retries_are_attempts_that_multiply() {
    // retry_p10_n3: one call in ten fails, two retries.
    let nodes = r#"{"id":1,"block":"client","rate":1000,"reads":1,"retries":2},
        {"id":2,"block":"external-service","errors":0.1}"#;
    let report = run(nodes, r#"[1,2,{"latency_ms":0}]"#, 300.0);
    let counts = &report.total.counts;
    near("attempts", counts.attempts as f64 / counts.sent as f64, 1.11, 0.005);
    near("failures", counts.failures() as f64 / counts.sent as f64, 0.001, 0.2);
}

#[test]
fn a_derived_hit_ratio_agrees_with_che() {
    // lru_zipf08_N10000_C1000
    let nodes = r#"{"id":1,"block":"client","rate":2000,"reads":1,"keys":10000,"zipf":0.8},
        {"id":2,"block":"app-server","service_ms":0,"threads":"async"},
        {"id":3,"block":"cache","memory_gb":0.5,"object_kb":500,"ttl_s":0},
        {"id":4,"block":"sql-database","cores":64,"read_ms":1}"#;
    let report = run(nodes, r#"[1,2],[2,3],[2,4,{"when":"miss"}]"#, 100.0);
    near("hits", report.nodes[2].hit_ratio.expect("look-ups"), 0.436_66, 0.015);
}

#[test]
fn a_hundred_million_keys_hit_as_often_as_che_says_from_the_first_second() {
    // rules 3.2: 13 GB of 600 B entries under Zipf 0.9 give 0.769; the cache starts warm.
    let nodes = r#"{"id":1,"block":"client","rate":10000,"reads":0.99,"keys":100000000,"zipf":0.9},
        {"id":2,"block":"app-server","service_ms":0,"threads":"async","write_ms":0},
        {"id":3,"block":"cache","memory_gb":13,"object_kb":0.6,"ttl_s":0},
        {"id":4,"block":"sql-database","cores":64,"read_ms":1}"#;
    let links = r#"[1,2],[2,3,{"ops":"reads"}],[2,4,{"ops":"reads","when":"miss"}],[2,4,{"ops":"writes"}]"#;
    let report = run(nodes, links, 10.0);
    near("hits", report.nodes[2].hit_ratio.expect("look-ups"), 0.769, 0.013);
}
