//! Caches in drawn designs: what a flush, a strategy and the spreading of keys do, with the numbers of arithmetic.

use headroom::engine::Unit;
use headroom::engine::simulate::Simulation;
use headroom::report::Report;
use headroom::topology::{self, Topology};

pub fn topology(nodes: &str, links: &str) -> Topology {
    let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
    let opened = headroom::share::from_json(&json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    topology::build(&opened.design).0
}

/// What a run finds in its next seconds.
pub fn next(simulation: &mut Simulation, seconds: f64) -> Report {
    simulation.start_measuring();
    let until = simulation.now_ns() + (seconds * 1e9) as u64;
    simulation.advance(until, u64::MAX);
    simulation.report()
}

#[track_caller]
pub fn near(name: &str, value: f64, exact: f64, relative: f64) {
    assert!(
        (value - exact).abs() <= relative * exact.abs(),
        "{name}: {value}, not {exact} within {relative}"
    );
}

fn hits(report: &Report, node: usize) -> f64 {
    report.nodes[node].hit_ratio.expect("look-ups")
}

/// rules 3.2, design A2: 13 GB of 600 B entries hit 0.769 of 10,000 redirects a second; after a flush nothing does, and the
/// store meets 10,000 reads a second instead of 2,310.
#[test]
fn a_flush_sends_every_read_to_the_store() {
    let mut simulation = Simulation::new(
        topology(
            r#"{"id":1,"block":"client","rate":10000,"reads":1,"keys":100000000,"zipf":0.9},
            {"id":2,"block":"app-server","service_ms":0,"threads":"async"},
            {"id":3,"block":"cache","memory_gb":13,"object_kb":0.6,"ttl_s":0},
            {"id":4,"block":"sql-database","cores":64,"read_ms":1}"#,
            r#"[1,2],[2,3],[2,4,{"when":"miss"}]"#,
        ),
        1,
    );
    near("misses before", next(&mut simulation, 2.0).nodes[3].offered, 2_310.0, 0.03);
    simulation.flush(Unit::Block { node: 2 });
    let after = next(&mut simulation, 0.2);
    assert!(after.nodes[3].offered > 7_500.0, "{}", after.nodes[3].offered);
    assert!(hits(&after, 2) < 0.2, "{}", hits(&after, 2));
}

fn cluster(placement: &str, nodes: u32) -> Topology {
    topology(
        &format!(
            r#"{{"id":1,"block":"client","rate":20000,"reads":1,"keys":2000,"zipf":0}},
            {{"id":2,"block":"app-server","service_ms":0,"threads":"async"}},
            {{"id":3,"block":"cache","instances":{nodes},"placement":"{placement}","memory_gb":0.5,"object_kb":100}},
            {{"id":4,"block":"sql-database","cores":64,"read_ms":1,"connections":10000}}"#
        ),
        r#"[1,2],[2,3],[2,4,{"when":"miss"}]"#,
    )
}

/// Share of the look-ups that miss in the first tenth of a second after one of five nodes is known to be dead.
fn missed_after_a_loss(placement: &str) -> f64 {
    let mut simulation = Simulation::new(cluster(placement, 5), 1);
    simulation.advance(1_000_000_000, u64::MAX);
    simulation.kill(Unit::Instance { node: 2, instance: 2 });
    let mut last = 0.0;
    // Look for the moment at which the others take over: until then a fifth of the calls fail.
    for _ in 0..1_000 {
        let before = next(&mut simulation, 0.02);
        let refused: f64 = before.nodes[2].dropped.iter().sum();
        if refused == 0.0 {
            return 1.0 - hits(&before, 2);
        }
        last = refused;
    }
    panic!("nobody takes over the keys: {last} look-ups a second are still refused");
}

#[test]
fn a_lost_node_moves_a_fifth_of_the_keys_or_four_fifths() {
    near("consistent", missed_after_a_loss("consistent"), 0.19, 0.25);
    near("modulo", missed_after_a_loss("modulo"), 0.76, 0.15);
}

#[test]
fn an_added_node_moves_a_sixth_of_the_keys_or_five_sixths() {
    for (placement, moved) in [("consistent", 1.0 / 6.0), ("modulo", 5.0 / 6.0)] {
        let mut simulation = Simulation::new(cluster(placement, 5), 1);
        simulation.advance(1_000_000_000, u64::MAX);
        simulation.change(cluster(placement, 6));
        near(placement, 1.0 - hits(&next(&mut simulation, 0.02), 2), 0.9 * moved, 0.2);
    }
}

#[test]
fn keys_that_stay_where_they_are_find_nobody_while_their_node_is_dead() {
    let mut simulation = Simulation::new(cluster("fixed", 5), 1);
    simulation.kill(Unit::Instance { node: 2, instance: 2 });
    simulation.advance(30_000_000_000, u64::MAX);
    let report = next(&mut simulation, 1.0);
    // Each of these look-ups is followed by a fill, which finds nobody either.
    near("refused", report.nodes[2].dropped.iter().sum::<f64>(), 8_000.0, 0.1);
    near("store", report.nodes[3].offered, 4_000.0, 0.1);
}

/// Where nothing asked for keys, requests had none: what is under way when a cache is drawn in asks it by key all the same.
#[test]
fn a_cache_that_is_drawn_in_during_a_run_is_asked_by_what_is_under_way() {
    let nodes = r#"{"id":1,"block":"client","rate":100,"reads":1,"keys":1000},
        {"id":2,"block":"app-server","service_ms":1000,"cores":500,"threads":"async"},{"id":3,"block":"key-value-store"}"#;
    let cache = r#",{"id":4,"block":"cache","memory_gb":0.001,"object_kb":1,"ttl_s":0}"#;
    let mut simulation = Simulation::new(topology(nodes, "[1,2],[2,3]"), 1);
    simulation.advance(2_000_000_000, u64::MAX);
    simulation.change(topology(&format!("{nodes}{cache}"), r#"[1,2],[2,4],[2,3,{"when":"miss"}]"#));
    // Within this second all who look up were sent before the edit. All keys fit, and the cache starts warm.
    let report = next(&mut simulation, 0.1);
    assert!(report.nodes[3].ledger.arrived > 0);
    near("hits", hits(&report, 3), 1.0, 0.05);
}
