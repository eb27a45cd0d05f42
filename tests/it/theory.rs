//! Drawn systems whose exact answer is known and that are in no reference case, or of which more is known than the case says;
//! the cases themselves are `tests/validate`.

use headroom::engine::Plan;
use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::steady;
use headroom::report::{Cause, Report, Trust};
use headroom::topology;

fn run(nodes: &str, links: &str, duration_s: f64) -> Report {
    measure(&drawn(nodes, links), &Plan { seed: 11, duration_s, warmup_s: duration_s / 20.0 })
}

#[track_caller]
fn near(name: &str, value: f64, exact: f64, relative: f64) {
    assert!(
        (value - exact).abs() <= relative * exact.abs(),
        "{name}: {value}, theory {exact} within {relative}"
    );
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
fn the_curve_of_a_run_lies_on_that_of_theory_where_it_is_exact() {
    // M/M/1 at 60 %: the time to reply is exponential with rate µ − λ = 40/s (Kleinrock 1975, 3.4).
    let nodes = r#"{"id":1,"block":"client","rate":60,"reads":1},
        {"id":2,"block":"app-server","cores":1,"service_ms":10,"queue":1048576}"#;
    let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[[1,2,{{"latency_ms":0}}]]}}"#);
    let (topology, _) = topology::build(&headroom::share::from_json(&json).expect("a design").design);
    let theory = steady::theory(&topology).expect("a law");
    assert_eq!(theory.trust, Trust::Exact);
    for [time, share] in &theory.curve.points {
        near("theory", *time, -libm::log(1.0 - share) / 40.0, 1e-6);
    }
    let mut run = Simulation::new(topology, 5);
    run.advance(100_000_000_000, u64::MAX);
    run.start_measuring();
    run.advance(4_000_000_000_000, u64::MAX);
    let curves = run.curves(None);
    let [all, reads, writes] = &curves[..] else { panic!("all, reads, writes") };
    assert_eq!((all, writes.count), (reads, 0));
    // 234,000 requests whose times hang together over about 1/(1 − √ρ)² ≈ 20 of them: 1 % of the median, 3 % of the p99.
    for (share, relative) in [(0.5, 0.03), (0.9, 0.03), (0.99, 0.06)] {
        near("run", all.quantile(share).expect("reached"), -libm::log(1.0 - share) / 40.0, relative);
    }
    // Of the only station, its latency apart, the curve is the same.
    near(
        "block",
        run.curves(Some(1))[0].quantile(0.9).expect("reached"),
        all.quantile(0.9).expect("reached"),
        0.01,
    );
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

/// The topology of a design without problems.
fn drawn(nodes: &str, links: &str) -> topology::Topology {
    let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
    let opened = headroom::share::from_json(&json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    let (topology, problems) = topology::build(&opened.design);
    assert_eq!(problems, [], "{json}");
    topology
}

#[test]
fn the_curve_of_one_block_is_that_of_its_own_queue_where_that_is_known() {
    // M/M/1 at 60 %: the reply takes an exponential time of rate µ − λ = 40/s (Kleinrock 1975, 3.4), whatever the way to it.
    let client = r#"{"id":1,"block":"client","rate":60,"reads":1}"#;
    let server = r#"{"id":2,"block":"app-server","cores":1,"service_ms":10,"queue":1048576"#;
    let topology = drawn(&format!("{client},{server}}}"), r#"[1,2,{"latency_ms":30}]"#);
    let theory = steady::theory_of(&topology, 1).expect("a curve");
    assert_eq!(theory.trust, Trust::Exact);
    for [time, share] in &theory.curve.points {
        near("M/M/1", *time, -libm::log(1.0 - share) / 40.0, 1e-6);
    }
    // M/D/1 at 60 %: P(W ≤ t) = (1 − ρ)·e^(λt) while t is below one service (Erlang 1909), and 40 % do not wait.
    let constant = format!(r#"{client},{server},"service_shape":"constant"}}"#);
    let theory = steady::theory_of(&drawn(&constant, r#"[1,2,{"latency_ms":30}]"#), 1).expect("a curve");
    assert_eq!(theory.trust, Trust::Exact);
    for [time, share] in theory.curve.points.iter().filter(|point| point[1] < 0.4 * libm::exp(0.6)) {
        near("M/D/1", *time, 0.01 + libm::log(share / 0.4).max(0.0) / 60.0, 1e-6);
    }
}

#[test]
fn the_curve_of_a_block_that_calls_others_is_near_that_of_its_run() {
    // Behind the first block arrivals are its replies: no longer said to be exact, and near what a run measures.
    let nodes = r#"{"id":1,"block":"client","rate":60,"reads":1},
        {"id":2,"block":"app-server","cores":2,"service_ms":10,"queue":1048576},
        {"id":3,"block":"sql-database","cores":1,"read_ms":8}"#;
    let topology = drawn(nodes, "[1,2],[2,3]");
    let mut run = Simulation::new(topology.clone(), 5);
    run.advance(100_000_000_000, u64::MAX);
    run.start_measuring();
    run.advance(2_000_000_000_000, u64::MAX);
    for node in [1, 2] {
        let theory = steady::theory_of(&topology, node).expect("a curve");
        assert_eq!(theory.trust, Trust::Approximate);
        let measured = &run.curves(Some(node))[0];
        for share in [0.5, 0.9, 0.99] {
            let [run, theory] =
                [measured, &theory.curve].map(|curve| curve.quantile(share).expect("reached"));
            near(&format!("block {node} at {share}"), run, theory, 0.1);
        }
    }
}

#[test]
fn a_block_whose_times_no_formula_knows_has_no_curve_of_theory() {
    // Past what it can take, in bursts, and where nothing comes.
    let server = r#"{"id":2,"block":"app-server","cores":1,"service_ms":10"#;
    let over = format!(r#"{{"id":1,"block":"client","rate":150,"reads":1}},{server}}}"#);
    assert_eq!(steady::theory_of(&drawn(&over, "[1,2]"), 1), None);
    let bursts = format!(r#"{{"id":1,"block":"client","rate":50,"reads":1,"arrivals":"bursts"}},{server}}}"#);
    assert_eq!(steady::theory_of(&drawn(&bursts, "[1,2]"), 1), None);
    let idle = format!(r#"{{"id":1,"block":"client","rate":0,"reads":1}},{server}}}"#);
    assert_eq!(steady::theory_of(&drawn(&idle, "[1,2]"), 1), None);
}
