//! A store that is cut into one piece more while it works: what moves, what copying costs, and that nothing is lost.

use headroom::engine::simulate::Simulation;
use headroom::topology::{Resharding, Trouble};

use crate::checks::between;
use crate::stale::{run, topology};

const S: u64 = 1_000_000_000;

/// 600 reads a second of 1 ms on three shards of one core; from 10 s on a fourth is added. All rows would take 40 s.
fn design(placement: &str, store: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":600,"reads":1,"keys":1000000,"zipf":0}},
        {{"id":2,"name":"Orders",{store},"read_ms":1,"write_ms":1,"cores":1,"service_shape":"constant"}}],"links":[[1,2,{{"latency_ms":0}}]],
        "faults":[{{"at_s":10,"reshard":2,"placement":"{placement}","copy_load":0.5,"copy_s":40}}]}}"#
    )
}

const SHARDS: &str = r#""block":"sql-database","shards":3"#;

/// By consistent hashing a quarter moves in 10 s, by the remainder three quarters in 30 s.
#[test]
fn copying_takes_as_long_as_the_rows_that_move() {
    for (placement, until, share) in [("consistent", 20.0, "25 %"), ("modulo", 40.0, "75 %")] {
        let fault = &between(topology(&design(placement, SHARDS)), 1, 60).faults[0];
        assert_eq!((fault.from_s, fault.until_s), (10.0, Some(until)));
        assert_eq!(fault.text, format!("Orders is cut into 4 instead of 3: {share} of the rows move"));
    }
}

/// 600/s × 1 ms on three cores are 20 %; half of each core for copying makes that 40 %; on four cores it is 15 %.
#[test]
fn copying_loads_the_shards_and_one_more_relieves_them() {
    let json = design("consistent", SHARDS);
    for (from, until, busy, alive) in [(1, 10, 0.20, 3), (11, 19, 0.40, 3), (21, 40, 0.15, 4)] {
        let node = &between(topology(&json), from, until).nodes[1];
        assert!((node.busy.expect("cores").value - busy).abs() < 0.02, "{from}: {:?}", node.busy);
        assert_eq!(node.alive, alive);
    }
}

/// What is counted goes on over the moment: 600/s for 45 s of 50, every call in the ledger, and nobody fails.
#[test]
fn a_new_shard_neither_loses_a_request_nor_a_count() {
    let report = run(&design("modulo", SHARDS).replace("\"reads\":1", "\"reads\":0.5"), 50.0);
    let counts = &report.total.counts;
    assert!((counts.sent as f64 - 30_000.0).abs() < 700.0 && counts.failures() == 0, "{counts:?}");
    let ledger = &report.nodes[1].ledger;
    assert_eq!(ledger.arrived, ledger.completed + ledger.dropped.iter().sum::<u64>() + ledger.present);
}

/// A ring takes in a node and no read is stale; replicas of shards keep their writes.
#[test]
fn a_new_node_has_what_was_written_before_it_came() {
    let ring = r#""block":"key-value-store","nodes":3,"read_quorum":2,"write_quorum":2"#;
    let copies = r#""block":"sql-database","shards":2,"replicas":1,"reads_from":"all""#;
    for store in [ring, copies] {
        let json = design("consistent", store)
            .replace("\"reads\":1", "\"reads\":0.5")
            .replace("\"keys\":1000000", "\"keys\":100")
            .replace("\"rate\":600", "\"rate\":200")
            .replace("\"cores\":1", "\"cores\":4");
        let report = run(&json, 50.0);
        let seen = report.consistency.counts;
        assert!(seen.reads > 4_500 && seen.writes > 4_500, "{seen:?}");
        assert!(seen.stale * 200 < seen.reads && seen.lost == 0, "{store}: {seen:?}");
        assert_eq!(report.total.counts.failures(), 0);
    }
}

/// Ended by hand before everything is copied: the shards are as many as before.
#[test]
fn a_cut_that_is_called_off_changes_nothing() {
    let json = design("consistent", SHARDS).replace("\"at_s\":10", "\"at_s\":1000");
    let mut run = Simulation::new(topology(&json), 1);
    let plan = Resharding { node: 1, modulo: false, load: 0.5, copy_ns: 40 * S };
    run.advance(5 * S, u64::MAX);
    run.inject(Trouble::Reshard(plan), None);
    run.advance(10 * S, u64::MAX);
    run.relieve(&Trouble::Reshard(plan));
    run.advance(30 * S, u64::MAX);
    let node = &run.report().nodes[1];
    assert_eq!(node.alive, 3);
    assert!((node.busy.expect("cores").value - 0.2).abs() < 0.015, "{:?}", node.busy);
}
