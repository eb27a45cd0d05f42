//! What steps in for a primary, how fast, and what is lost: synchronous copies, cold, warm and second primaries.

use headroom::engine::simulate::Simulation;
use headroom::engine::{Unit, steady};
use headroom::report::Report;

use crate::stale::{near, run, topology};

const S: u64 = 1_000_000_000;

/// 100 writes a second of 1 ms to a monitored store, and whatever else its second node needs.
fn writes(store: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":100,"reads":0,"keys":1000000,"zipf":0}},
        {{"id":2,"block":"sql-database","service_shape":"constant","write_ms":1,{store}}},
        {{"id":3,"block":"monitoring"}}],"links":[[1,2,{{"latency_ms":0}}]]}}"#
    )
}

/// A run whose primary dies at 20 s; the report begins there and ends at `until` [s].
fn without_primary(json: &str, until: u64) -> Report {
    let mut run = Simulation::new(topology(json), 1);
    run.advance(20 * S, u64::MAX);
    run.kill(Unit::Instance { node: 1, instance: 0 });
    run.advance(until * S, u64::MAX);
    run.report()
}

/// A synchronous copy costs its lag and its replay in every write: 1 ms + 20 ms + 0.5 ms. It is never behind.
#[test]
fn a_synchronous_replica_costs_its_lag_in_every_write() {
    let design = |sync: u32| {
        writes(&format!(r#""replicas":1,"reads_from":"replicas","lag_ms":20,"sync":{sync},"cores":1000"#))
            .replace("\"reads\":0,\"keys\":1000000", "\"reads\":0.5,\"keys\":10")
    };
    let [alone, safe] = [0, 1].map(|sync| run(&design(sync), 60.0));
    let write = |report: &Report| report.writes.latency.expect("answers").mean.value;
    assert!((write(&alone) - 0.001).abs() < 1e-5 && (write(&safe) - 0.0215).abs() < 1e-4, "{}", write(&safe));
    let stale = |report: &Report| report.consistency.counts.stale;
    assert!(stale(&alone) > 10 && stale(&safe) == 0, "{} and {}", stale(&alone), stale(&safe));
}

#[test]
fn synchronous_copies_lose_nothing_at_failover() {
    let lost = |sync: u32| {
        let json = writes(&format!(r#""standby":"hot","lag_ms":500,"failover_s":5,"sync":{sync}"#));
        without_primary(&json, 60).consistency.counts.lost
    };
    assert!((35..=65).contains(&lost(0)), "100/s × 0.5 s: {}", lost(0));
    assert_eq!(lost(1), 0);
}

/// A dead synchronous copy holds up every write until its health check has removed it, at most 5 s and 5 s later.
#[test]
fn a_dead_synchronous_copy_blocks_writes_until_its_check_removes_it() {
    let mut run = Simulation::new(topology(&writes(r#""replicas":1,"sync":1"#)), 1);
    run.advance(20 * S, u64::MAX);
    run.kill(Unit::Instance { node: 1, instance: 1 });
    run.advance(23 * S, u64::MAX);
    assert_eq!(run.report().writes.counts.ok, 0);
    run.advance(40 * S, u64::MAX);
    let later = run.report().writes;
    assert!(later.counts.under_way < 5 && later.counts.failures() < 700, "{:?}", later.counts);
    assert!(later.latency.expect("answers").p99.value > 3.0, "those who waited waited for seconds");
}

/// Restoring takes hours, and what came after the latest backup is gone: 20 s × 100/s less the backup at 18 s.
#[test]
fn a_cold_standby_loses_all_since_the_latest_backup() {
    // A backup every 0.01 h = 36 s: none before the death at 20 s.
    let report = without_primary(&writes(r#""standby":"cold","cold_s":60,"backup_h":0.01"#), 120);
    near("lost", report.consistency.counts.lost, 2000, 1.0, 0.03);
    near("answered", report.writes.counts.ok, 10_000, 0.3, 0.1);
}

/// A warm standby of a quarter of the size is over at first, and enough once it has grown.
#[test]
fn a_warm_standby_is_small_until_it_has_grown() {
    let json = writes(r#""standby":"warm","warm_s":1,"capacity":0.25,"grow_s":60,"cores":4"#)
        .replace("\"write_ms\":1", "\"write_ms\":20")
        .replace("\"rate\":100", "\"rate\":120");
    let report = without_primary(&json, 80);
    let small = report.writes.counts;
    assert!(small.failures() > 3_000, "1 core for 2.4: {small:?}");
    let mut run = Simulation::new(topology(&json), 1);
    run.advance(20 * S, u64::MAX);
    run.kill(Unit::Instance { node: 1, instance: 0 });
    run.advance(110 * S, u64::MAX);
    run.start_measuring();
    run.advance(130 * S, u64::MAX);
    assert_eq!(run.report().writes.counts.failures(), 0, "4 cores for 2.4");
}

/// Two primaries, each key written once a second at each, 100 ms behind each other: a write meets an unseen change of the
/// other with 1 − e^(−0.1).
#[test]
fn two_primaries_change_the_same_key_before_they_hear_of_each_other() {
    let json = writes(r#""standby":"multi-primary","lag_ms":100,"cores":100"#)
        .replace("\"rate\":100", "\"rate\":200")
        .replace("\"keys\":1000000", "\"keys\":100");
    let seen = run(&json, 100.0).consistency.counts;
    near("conflicts", seen.conflicts, seen.writes, 1.0 - libm::exp(-0.1), 0.01);
}

#[test]
fn a_second_primary_takes_over_as_soon_as_the_death_is_noticed() {
    let json = writes(r#""standby":"multi-primary""#);
    let report = without_primary(&json, 60);
    let failed = report.writes.counts.failures();
    assert!((100..=600).contains(&failed), "half of 100/s for 5 to 10 s: {failed}");
    let [simulated, steady] = [run(&json, 20.0), steady::solve(&topology(&json))]
        .map(|report| report.nodes[1].busy.expect("cores").value);
    // 100/s × 1 ms at one and half of that to repeat at the other, on 16 cores.
    assert!(
        (simulated - 0.15 / 16.0).abs() < 5e-4 && (steady - 0.15 / 16.0).abs() < 1e-6,
        "{simulated} {steady}"
    );
}

/// Two primaries answer half of the reads each; with a replica beside them a third. Nobody is asked twice, and nothing is
/// missing.
#[test]
fn two_primaries_share_the_reads() {
    for (replicas, nodes) in [(0, 2.0), (1, 3.0)] {
        let json =
            writes(&format!(r#""standby":"multi-primary","replicas":{replicas},"read_ms":16,"cores":1"#))
                .replace("\"reads\":0", "\"reads\":1");
        for report in [run(&json, 60.0), steady::solve(&topology(&json))] {
            let node = &report.nodes[1];
            let (busy, hottest) = (node.busy.expect("cores").value, node.hottest.expect("cores"));
            let exact = 1.6 / nodes;
            assert!(
                (busy / exact - 1.0).abs() < 0.03 && (hottest / exact - 1.0).abs() < 0.05,
                "{busy} {hottest}"
            );
            assert!(report.total.success.value > 0.9999, "{:?}", report.total.success);
        }
    }
}

#[test]
fn reads_from_replicas_keep_both_primaries_free() {
    let json =
        writes(r#""standby":"multi-primary","replicas":1,"reads_from":"replicas","read_ms":5,"cores":1"#)
            .replace("\"reads\":0", "\"reads\":1");
    for report in [run(&json, 60.0), steady::solve(&topology(&json))] {
        let hottest = report.nodes[1].hottest.expect("cores");
        assert!((hottest - 0.5).abs() < 0.02, "all of 100/s × 5 ms at one: {hottest}");
    }
}
