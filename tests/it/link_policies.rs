//! Policies of links: each behavior on the smallest design that shows it, with the number that theory gives.

use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::{Plan, Unit};
use headroom::report::{Cause, Report};
use headroom::topology;

use crate::checks::{assert_conserved, near, of};

fn run(nodes: &str, links: &str, duration_s: f64) -> Report {
    let plan = Plan { seed: 11, duration_s, warmup_s: duration_s / 20.0 };
    let report = measure(&of(nodes, links), &plan);
    assert_conserved(&report);
    report
}

fn share(report: &Report, cause: Cause) -> f64 {
    report.total.counts.failed[cause as usize] as f64 / report.total.counts.sent as f64
}

const ELASTIC: &str = r#"{"id":2,"block":"external-service","service_ms":0,"errors":1}"#;

#[test]
fn backoff_grows_by_its_factor_to_its_cap_and_jitter_shortens_it() {
    // backoff_exponential: 0.1, 0.2, 0.4, 0.8, 1.6, 2.0 s: 5.1 s in all, 2.55 with full and 3.825 with equal jitter. A
    // request that fails seven times is under way for so long, so Little's law gives the mean of the sums.
    for (jitter, total) in [("none", 5.1), ("full", 2.55), ("equal", 3.825)] {
        let nodes = format!(
            r#"{{"id":1,"block":"client","rate":200,"reads":1,"retries":6,"backoff_ms":100,"timeout_s":60}},{ELASTIC}"#
        );
        let link = format!(r#"[1,2,{{"latency_ms":0,"backoff_cap_ms":2000,"jitter":"{jitter}"}}]"#);
        let mut simulation = Simulation::new(of(&nodes, &link), 3);
        simulation.advance(20_000_000_000, u64::MAX);
        simulation.start_measuring();
        let mut area = 0.0;
        for tick in 1..=400 {
            simulation.advance(20_000_000_000 + tick * 100_000_000, u64::MAX);
            let since: u64 = 20 + tick / 10;
            if since >= 30 {
                area += simulation.unfinished() as f64 / 311.0;
            }
        }
        near(jitter, area / 200.0, total, 0.04);
    }
}

#[test]
fn a_retry_budget_bounds_the_traffic_of_an_outage() {
    // retry_offered_load: without a budget every request is sent four times, with one of 10 % it is 1.1 times.
    let nodes =
        format!(r#"{{"id":1,"block":"client","rate":100,"reads":1,"retries":3,"backoff_ms":10}},{ELASTIC}"#);
    let calls =
        |budget: &str| run(&nodes, &format!(r#"[1,2,{{"latency_ms":1{budget}}}]"#), 200.0).links[0].calls;
    near("no budget", calls(""), 400.0, 0.02);
    near("10 %", calls(r#","retry_budget":0.1"#), 110.0, 0.02);
}

#[test]
fn a_breaker_opens_after_failures_in_a_row_and_half_open_it_tries_again() {
    // breaker_consecutive: at 50 % failures five in a row take 62 calls on average; then it is open for a second.
    let nodes = r#"{"id":1,"block":"client","rate":1000,"reads":1},
        {"id":2,"block":"external-service","service_ms":0,"errors":0.5}"#;
    let link = r#"[1,2,{"latency_ms":0,"breaker":"consecutive","breaker_failures":5,"breaker_open_s":1}]"#;
    let report = run(nodes, link, 800.0);
    // Closed for 62 calls, open for 1 s, and once more for each probe that fails: one on average.
    let (calls, open) = (62.0 + 2.0, 2.0 * 1.0);
    let cycle = calls / 1000.0 + open;
    near("sent", report.links[0].calls, calls / cycle, 0.12);
    near("broken", share(&report, Cause::BrokenCircuit), open / cycle, 0.02);
}

#[test]
fn a_breaker_of_shares_opens_when_a_callee_dies_and_closes_when_it_is_back() {
    let nodes =
        r#"{"id":1,"block":"client","rate":500,"reads":1},{"id":2,"block":"app-server","service_ms":1}"#;
    let link = r#"[1,2,{"breaker":"share","breaker_share":0.5,"breaker_calls":20,"breaker_open_s":2,"breaker_probes":3}]"#;
    let mut simulation = Simulation::new(of(nodes, link), 1);
    simulation.advance(5_000_000_000, u64::MAX);
    simulation.kill(Unit::Instance { node: 1, instance: 0 });
    simulation.advance(12_000_000_000, u64::MAX);
    let broken = share(&simulation.report(), Cause::BrokenCircuit);
    assert!(broken > 0.98, "{broken}");
    simulation.revive(Unit::Instance { node: 1, instance: 0 });
    simulation.advance(15_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(18_000_000_000, u64::MAX);
    let report = simulation.report();
    assert_conserved(&report);
    assert_eq!(report.total.counts.failures(), 0);
}

#[test]
fn a_bulkhead_saves_the_login_from_the_images() {
    // One server with 200 threads; images wait 10 s at a dead slow callee. With a bulkhead of 100 the login keeps threads.
    let nodes = r#"{"id":1,"block":"client","rate":50,"reads":1,"timeout_s":2},
        {"id":2,"block":"client","rate":50,"reads":0,"timeout_s":2},
        {"id":3,"block":"app-server","service_ms":1,"write_ms":1,"queue":100},
        {"id":4,"block":"external-service","service_ms":600000,"service_shape":"constant"},
        {"id":5,"block":"sql-database","write_ms":5}"#;
    let ok = |bulkhead: u32| {
        let links =
            format!(r#"[1,3],[2,3],[3,4,{{"ops":"reads","bulkhead":{bulkhead}}}],[3,5,{{"ops":"writes"}}]"#);
        run(nodes, &links, 60.0).writes.success.value
    };
    // Images hold threads for the 10 s of their timeout: at half of the calls 200 threads let 40 of 100 a second in.
    assert!(ok(0) < 0.4, "{}", ok(0));
    assert!(ok(100) > 0.9999, "{}", ok(100));
}

#[test]
fn callers_leave_the_queue_as_erlang_a_says() {
    // erlangA_overload_c8: 8 servers of rate 1, 10/s, exponential patience of mean 2 s.
    let nodes = r#"{"id":1,"block":"client","rate":10,"reads":1,"timeout_s":2},
        {"id":2,"block":"app-server","cores":8,"service_ms":1000,"queue":1048576,"threads":"async"}"#;
    let link = r#"[1,2,{"latency_ms":0,"timeout_spread":"exponential","on_timeout":"leaves"}]"#;
    let report = run(nodes, link, 10_000.0);
    let left = report.nodes[1].dropped[Cause::TimedOut as usize];
    near("abandoned", left / report.nodes[1].offered, 0.227_218, 0.03);
    near("Lq", report.nodes[1].waiting, 4.544_37, 0.05);
    near("throughput", report.nodes[1].carried, 7.727_816, 0.01);
}

#[test]
fn after_a_timeout_work_goes_on_or_leaves_or_stops() {
    // 20/s at one core of 100 ms: twice too much. Callers wait 1 s.
    let nodes = r#"{"id":1,"block":"client","rate":20,"reads":1,"timeout_s":1},
        {"id":2,"block":"app-server","cores":1,"service_ms":100,"queue":1000}"#;
    let found = |what: &str| run(nodes, &format!(r#"[1,2,{{"latency_ms":0,"on_timeout":"{what}"}}]"#), 400.0);
    let (on, leaves, stops) = (found("goes-on"), found("leaves"), found("stops"));
    assert!(on.total.success.value < 0.01, "all that is served is late: {:?}", on.total.success);
    near("wasted", on.nodes[1].wasted, 1.0, 0.01);
    // Only what is begun in time is served; some of it ends late.
    // Only what is begun in time is served, but most of it at the last moment, so that half ends late.
    assert!(leaves.nodes[1].wait.expect("served").p99.value < 1.01);
    assert!((0.2..0.3).contains(&leaves.total.success.value), "{:?}", leaves.total.success);
    near("wasted", leaves.nodes[1].wasted, 0.52, 0.1);
    near("stops", stops.total.goodput.value, stops.nodes[1].carried, 0.001);
    assert_eq!(stops.nodes[1].wasted, 0.0);
    assert!(stops.total.success.value > 0.45);
}

#[test]
fn stopping_everywhere_ends_the_calls_behind_as_well() {
    let nodes = r#"{"id":1,"block":"client","rate":20,"reads":1,"timeout_s":0.5},
        {"id":2,"block":"app-server","service_ms":0,"threads":"async"},
        {"id":3,"block":"app-server","cores":1,"service_ms":100,"queue":1000}"#;
    let found = |what: &str| {
        let links = format!(r#"[1,2,{{"on_timeout":"{what}"}}],[2,3,{{"parallel":true,"calls":2}}]"#);
        run(nodes, &links, 200.0)
    };
    let (on, stops) = (found("goes-on"), found("stops"));
    assert!(on.nodes[2].waiting > 900.0);
    assert!(stops.nodes[2].waiting < 25.0, "{}", stops.nodes[2].waiting);
}

#[test]
fn a_write_that_is_sent_again_although_it_went_through_is_a_duplicate() {
    // Constant 100 ms against a patience of 50 ms: every first copy goes through, and every write is sent twice.
    let nodes = r#"{"id":1,"block":"client","rate":10,"reads":0},
        {"id":2,"block":"app-server","write_ms":0},
        {"id":3,"block":"external-service","service_ms":100,"service_shape":"constant"}"#;
    let calls = |idempotent: bool| {
        let links = format!(
            r#"[1,2],[2,3,{{"timeout_ms":50,"retries":1,"backoff_ms":0,"idempotent":{idempotent}}}]"#
        );
        let report = run(nodes, &links, 100.0);
        (report.links[1].duplicates / report.links[0].calls, report.links[1].retries / report.links[0].calls)
    };
    let (duplicates, retries) = calls(true);
    near("duplicates", duplicates, 1.0, 0.01);
    near("retries", retries, 1.0, 0.01);
    assert_eq!(calls(false), (0.0, 0.0));
}

#[test]
fn packet_loss_is_delay_and_a_lost_datagram_is_a_timeout() {
    let nodes = r#"{"id":1,"block":"client","rate":1000,"reads":1,"timeout_s":2},
        {"id":2,"block":"external-service","service_ms":0}"#;
    // Of a call and its reply at 1 %: mean 2 × 0.2 s × Σ 2ᵏ·0.01ᵏ⁺¹ = 4.08 ms more; the 99th percentile is 200 ms more.
    let report = run(nodes, r#"[1,2,{"latency_ms":5,"loss":0.01}]"#, 200.0);
    let latency = report.total.latency.expect("answers");
    near("mean", latency.mean.value, 0.010 + 0.004_082, 0.03);
    near("p99", latency.p99.value, 0.210, 0.01);
    near("lost", report.links[0].lost, 20.2, 0.05);
    let report = run(nodes, r#"[1,2,{"latency_ms":5,"loss":0.01,"datagram":true}]"#, 200.0);
    near("lost", share(&report, Cause::Lost), 0.0199, 0.04);
    near("latency", report.total.latency.expect("answers").p99.value, 0.010, 0.01);
}

#[test]
fn latency_varies_as_it_is_told() {
    let nodes = r#"{"id":1,"block":"client","rate":1000,"reads":1},{"id":2,"block":"external-service","service_ms":0}"#;
    let times = |shape: &str| {
        let link = format!(r#"[1,2,{{"latency_ms":10,"latency_shape":"{shape}","latency_cv":0.5}}]"#);
        run(nodes, &link, 200.0).total.latency.expect("answers")
    };
    let (constant, exponential, lognormal) = (times("constant"), times("exponential"), times("lognormal"));
    near("constant", constant.p99.value, 0.020, 0.01);
    // The sum of two exponentials is an Erlang distribution: p99 = 6.638 means.
    near("exponential", exponential.p99.value, 0.066_38, 0.02);
    near("exponential", exponential.mean.value, 0.020, 0.01);
    near("lognormal", lognormal.mean.value, 0.020, 0.01);
    assert!(lognormal.p99.value > 0.035 && lognormal.p99.value < 0.045);
}

#[test]
fn a_cable_sends_one_message_after_the_other() {
    // 10 kB at 80 Mbit/s take 1 ms: replies at 800/s wait as M/D/1 does: 0.8/(2·0.2) ms.
    let nodes = r#"{"id":1,"block":"client","rate":800,"reads":1},{"id":2,"block":"external-service","service_ms":0}"#;
    let report = run(nodes, r#"[1,2,{"latency_ms":1,"bandwidth_mbit":80,"response_kb":10}]"#, 400.0);
    near("mean", report.total.latency.expect("answers").mean.value, 0.002 + 0.001 + 0.002, 0.02);
}

#[test]
fn what_a_caller_cannot_do_is_named() {
    let problems = |nodes: &str, links: &str| {
        let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
        topology::build(&headroom::share::from_json(&json).expect("a design").design).1.len()
    };
    let router =
        r#"{"id":1,"block":"client"},{"id":2,"block":"load-balancer"},{"id":3,"block":"app-server"}"#;
    assert_eq!(problems(router, r#"[1,2,{"hedge_ms":5}],[2,3]"#), 0);
    assert_eq!(problems(router, r#"[1,2],[2,3,{"hedge_ms":5}]"#), 1);
    assert_eq!(problems(router, r#"[1,2,{"parallel":true}],[2,3,{"breaker":"consecutive"}]"#), 1);
    let queue = r#"{"id":1,"block":"client"},{"id":2,"block":"message-queue"},{"id":3,"block":"worker"}"#;
    assert_eq!(problems(queue, r#"[1,2],[2,3,{"bulkhead":5}]"#), 1);
    let server = r#"{"id":1,"block":"client"},{"id":2,"block":"app-server"},{"id":3,"block":"sql-database"}"#;
    assert_eq!(problems(server, r#"[1,2],[2,3,{"calls":3,"quorum":2}]"#), 1);
    assert_eq!(problems(server, r#"[1,2],[2,3,{"calls":3,"quorum":2,"parallel":true}]"#), 0);
}
