//! Stores and logs under everything at once: random designs with random faults and edits, and the books closed at every look.

use headroom::engine::Unit;
use headroom::engine::random::mix;
use headroom::engine::simulate::Simulation;
use headroom::report::Report;
use headroom::topology::{Resharding, Topology, Trouble};

use crate::stale::topology;

const S: u64 = 1_000_000_000;

/// The n-th number below `below` of this seed.
fn draw(seed: u64, n: u64, below: u64) -> u64 {
    mix(mix(seed) ^ n) % below
}

fn pick<'a>(seed: u64, n: u64, all: &[&'a str]) -> &'a str {
    all[draw(seed, n, all.len() as u64) as usize]
}

/// Two zones with a client each in front of a database, a ring and a log, all of them in both zones.
fn design(seed: u64) -> String {
    let client = |id: u32, zone: u32| {
        format!(
            r#"{{"id":{id},"block":"client","rate":150,"reads":0.5,"keys":200,"creates":0.1,"owners":10,"shared":true,"timeout_s":1,"in":{zone}}}"#
        )
    };
    let sql = format!(
        r#""shards":{},"shard_by":"{}","replicas":{},"standby":"{}","partition":"{}","nearest":{},"lag_ms":{},"sync":{},"scatter":{},"reads_from":"{}","rows":1000,"index":false,"ram_gb":0.00001"#,
        1 + draw(seed, 0, 3),
        pick(seed, 1, &["key", "range", "owner"]),
        draw(seed, 2, 3),
        pick(seed, 3, &["none", "hot", "warm", "multi-primary"]),
        pick(seed, 4, &["promote", "cp", "ap"]),
        draw(seed, 5, 2) == 0,
        draw(seed, 6, 2) * 300,
        draw(seed, 7, 2),
        pick(seed, 8, &["0", "0.3"]),
        pick(seed, 9, &["all", "primary", "replicas"]),
    );
    let ring = format!(
        r#""nodes":{},"read_quorum":{},"write_quorum":{},"partition":"{}","nearest":{}"#,
        2 + draw(seed, 10, 4),
        1 + draw(seed, 11, 3),
        1 + draw(seed, 12, 3),
        pick(seed, 13, &["strict", "sloppy"]),
        draw(seed, 14, 2) == 0,
    );
    format!(
        r#"{{"headroom":1,"nodes":[{},{},{{"id":3,"block":"sql-database","failover_s":1,"warm_s":1,{sql},"in":1}},
        {{"id":4,"block":"key-value-store",{ring},"in":1}},{{"id":5,"block":"message-queue","kind":"log","partitions":3,"retain_s":4,"in":1}},
        {{"id":6,"block":"worker","service_ms":2,"instances":2,"in":1}},{{"id":7,"block":"monitoring","in":2}},
        {{"id":8,"block":"app-server","service_ms":2,"cores":8,"instances":2,"in":1}}],
        "groups":[{{"id":1,"kind":"region","name":"R"}},{{"id":2,"kind":"zone","name":"A","in":1}},{{"id":3,"kind":"zone","name":"B","in":1}}],
        "links":[[1,8],[2,8],[8,3],[8,4],[8,5,{{"ops":"writes","async":true}}],[5,6],[5,3,{{"ops":"writes"}}]]}}"#,
        client(1, 2),
        client(2, 3),
    )
}

/// What goes wrong, by chance.
fn trouble(seed: u64, n: u64) -> Trouble {
    let modulo = draw(seed, n, 2) == 0;
    let store = 2 + draw(seed, n + 1, 2) as u32;
    let instance = draw(seed, n + 2, 2) as u32;
    match draw(seed, n + 3, 8) {
        0 | 1 => Trouble::Isolate { group: 1 + instance },
        2 | 3 => {
            Trouble::Reshard(Resharding { node: store, modulo, load: 0.3, copy_ns: S * draw(seed, n + 4, 2) })
        }
        4 => Trouble::Replay { node: 4, group: None },
        5 => Trouble::Kill(Unit::Instance { node: store, instance }),
        6 => Trouble::Kill(Unit::Group { group: 1 + instance }),
        _ => Trouble::Slow { node: store, instance: None, factor: 3.0 },
    }
}

#[track_caller]
fn closed(seed: u64, report: &Report) {
    for counts in [&report.reads.counts, &report.writes.counts] {
        let ended = counts.ok + counts.degraded + counts.failures() + counts.under_way;
        assert_eq!(counts.sent, ended, "seed {seed}: {counts:?}");
    }
    for node in &report.nodes {
        let ledger = &node.ledger;
        let ended = ledger.completed + ledger.dropped.iter().sum::<u64>() + ledger.present;
        assert_eq!(ledger.arrived, ended, "seed {seed}: {ledger:?}");
        for group in node.queue.iter().flat_map(|queue| &queue.groups) {
            assert_eq!(group.published, group.accounted(), "seed {seed}: {group:?}");
        }
    }
    let seen = report.consistency.counts;
    assert!(seen.stale <= seen.reads && seen.not_found <= seen.stale && seen.own_missed <= seen.reads);
}

fn changed(seed: u64) -> Topology {
    topology(&design(seed))
}

#[test]
fn the_books_close_at_every_moment_whatever_happens_to_stores_and_logs() {
    for seed in 1..=40 {
        let mut run = Simulation::new(changed(seed), seed);
        let mut going: Vec<Trouble> = Vec::new();
        for step in 0..12 {
            run.advance(step * S + draw(seed, 100 + step, S), u64::MAX);
            closed(seed, &run.report());
            let n = 1_000 + 10 * step;
            match draw(seed, n + 9, 4) {
                0 if !going.is_empty() => run.relieve(&going.remove(0)),
                1 if step % 3 == 0 => run.change(changed(seed + draw(seed, n, 3))),
                _ => {
                    let next = trouble(seed, n);
                    run.inject(next.clone(), (draw(seed, n + 8, 2) == 0).then_some(S / 2));
                    going.push(next);
                }
            }
            closed(seed, &run.report());
        }
        going.iter().for_each(|trouble| run.relieve(trouble));
        run.change(changed(seed));
        run.advance(40 * S, u64::MAX);
        run.start_measuring();
        run.advance(44 * S, u64::MAX);
        let report = run.report();
        closed(seed, &report);
        // Nothing is left behind of what is over: no side refuses, no copy is behind, nobody waits.
        let counts = &report.total.counts;
        assert!(counts.ok > 1_000 && counts.failures() == 0, "seed {seed}: {counts:?}");
    }
}

/// The same in slices as in one piece, to the last bit.
#[test]
fn slices_of_a_run_with_faults_of_stores_equal_the_whole() {
    let json = design(7).replace(
        "\"links\"",
        r#""faults":[{"at_s":2,"for_s":3,"isolate":3},{"at_s":3,"reshard":3,"copy_s":2},{"at_s":4,"reshard":4,"copy_s":0},{"at_s":6,"replay":5}],"links""#,
    );
    let whole = |budget: u64| {
        let mut run = Simulation::new(topology(&json), 1);
        while !run.advance(12 * S, budget) {}
        headroom::engine::simulate::digest(&run.report())
    };
    assert_eq!(whole(u64::MAX), whole(97));
}

/// A timeout that an edit makes shorter holds for what is sent after it: not after 20 s, as for what was sent before.
#[test]
fn a_timeout_that_an_edit_makes_shorter_holds_at_once() {
    let design = |timeout_s: u32| {
        format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":10,"reads":1,"timeout_s":{timeout_s}}},
            {{"id":2,"block":"sql-database","service_shape":"constant","read_ms":600000,"cores":1000}}],"links":[[1,2]]}}"#
        )
    };
    let mut run = Simulation::new(topology(&design(20)), 1);
    run.advance(10 * S, u64::MAX);
    run.change(topology(&design(1)));
    run.advance(16 * S, u64::MAX);
    let counts = run.report().total.counts;
    // 6 s of sending, of which all but the last has been given up.
    let failed = counts.failures() as f64 / (counts.sent as f64);
    assert!((failed - 5.0 / 6.0).abs() < 0.1, "{counts:?}");
}
