//! Drawn systems whose exact answer is known and that are in no reference case, or of which more is known than the case says;
//! the cases themselves are `tests/validate`.

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
    let theory = headroom::engine::steady::theory(&topology).expect("a law");
    assert_eq!(theory.trust, headroom::report::Trust::Exact);
    for [time, share] in &theory.curve.points {
        near("theory", *time, -libm::log(1.0 - share) / 40.0, 1e-6);
    }
    let mut run = headroom::engine::simulate::Simulation::new(topology, 5);
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
