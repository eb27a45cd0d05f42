//! Connections: opening costs latency and database CPU, a pool saves both and may be too small, or too large.

use headroom::engine::steady;
use headroom::report::{Cause, Report};

use crate::stale::{run, topology};

/// Puzzle 7: five instances, 800 queries a second of 5 ms on 8 cores that take 100 connections.
fn launch(link: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":800,"reads":1}},
        {{"id":2,"block":"load-balancer","policy":"random"}},
        {{"id":3,"block":"app-server","instances":5,"cores":8,"service_ms":0.1}},
        {{"id":4,"block":"sql-database","read_ms":5,"cores":8,"connections":100}}],
        "links":[[1,2,{{"latency_ms":0}}],[2,3,{{"latency_ms":0}}],[3,4,{{"latency_ms":0,"open_ms":40,"open_cpu_ms":5,{link}}}]]}}"#
    )
}

fn p99(report: &Report) -> f64 {
    report.total.latency.expect("answers").p99.value
}

/// Without a pool every query costs the database twice: 800 × 10 ms on 8 cores is all of it.
#[test]
fn without_a_pool_the_database_works_for_its_connections() {
    let json = launch(r#""pool":0"#);
    let load = steady::solve(&topology(&json)).nodes[3].load.expect("cores");
    assert!((load - 1.0).abs() < 1e-9, "{load}");
    let simulated = run(&json, 10.0).nodes[3].load.expect("cores");
    assert!((simulated - 1.0).abs() < 0.05, "{simulated}");
}

/// A pool of one per instance is a server at 80 %: p99 115 ms; of two 26 ms.
#[test]
fn a_pool_of_one_is_a_line_and_a_pool_of_two_is_not() {
    let [one, two] = [1, 2].map(|size| p99(&run(&launch(&format!(r#""pool":{size}"#)), 120.0)));
    assert!((one - 0.115).abs() < 0.015, "{one}");
    assert!((two - 0.026).abs() < 0.003, "{two}");
}

/// One pool of five for all instances together: no one waits while another's connection is idle.
#[test]
fn a_shared_pool_of_as_many_connections_waits_less() {
    let own = p99(&run(&launch(r#""pool":1"#), 60.0));
    let shared = p99(&run(&launch(r#""pool":5,"pool_shared":true"#), 60.0));
    assert!(shared < 0.6 * own, "{shared} against {own}");
}

/// 5 × 21 connections and a database that takes 100: the surplus is refused when it is needed.
#[test]
fn pools_larger_than_the_database_takes_are_refused() {
    let burst = |pool: u32| {
        let json = launch(&format!(r#""pool":{pool}"#)).replace("\"rate\":800", "\"rate\":1700");
        run(&json, 10.0).total.counts
    };
    assert_eq!(burst(20).failed[Cause::PoolExhausted as usize], 0);
    assert!(burst(21).failed[Cause::PoolExhausted as usize] > 0);
}

/// A connection held through a slow call elsewhere: 20 of 50 ms a second each want more than the one connection.
#[test]
fn a_connection_held_for_the_whole_request_is_what_exhausts_a_pool() {
    let design = |held: &str| {
        format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":16,"reads":1}},
            {{"id":2,"block":"app-server","cores":8,"service_ms":0.1}},
            {{"id":3,"block":"sql-database","read_ms":1}},
            {{"id":4,"block":"external-service","service_ms":50}}],
            "links":[[1,2,{{"latency_ms":0}}],[2,3,{{"latency_ms":0,"pool":1,"pool_held":"{held}"}}],[2,4,{{"latency_ms":0}}]]}}"#
        )
    };
    let [query, request] = ["query", "request"].map(|held| run(&design(held), 60.0));
    let waiting = |report: &Report| report.links[1].waiting;
    assert!(waiting(&query) < 0.05 && waiting(&request) > 1.0, "{} {}", waiting(&query), waiting(&request));
    assert!(request.total.counts.failures() < 5, "{:?}", request.total.counts);
}
