//! Cache strategies: what each does to a write, to a crash and to a stampede, and what readers see of it.

use headroom::engine::Unit;
use headroom::engine::simulate::Simulation;
use headroom::engine::steady;
use headroom::report::Report;
use headroom::topology;

use crate::caching::{near, next, topology};

const BESIDE: &str = r#"[1,2,{"latency_ms":0}],[2,3,{"ops":"reads","latency_ms":0}],
    [2,4,{"ops":"reads","when":"miss","latency_ms":0}],[2,4,{"ops":"writes","latency_ms":0}]"#;
const IN_LINE: &str = r#"[1,2,{"latency_ms":0}],[2,3,{"latency_ms":0}],[3,4,{"latency_ms":0}]"#;

/// Client, server, cache and store with these values each.
fn design(client: &str, cache: &str, store: &str, links: &str) -> Simulation {
    let nodes = format!(
        r#"{{"id":1,"block":"client",{client}}},{{"id":2,"block":"app-server","service_ms":0,"write_ms":0,"threads":"async"}},
        {{"id":3,"block":"cache","service_ms":0{cache}}},
        {{"id":4,"block":"sql-database","cores":200,"connections":10000,"service_shape":"constant",{store}}}"#
    );
    Simulation::new(topology(&nodes, links), 1)
}

fn stale(report: &Report) -> f64 {
    report.consistency.stale.expect("reads that could be stale").value
}

/// Ten keys at 2,000/s, 50 ms each at the store: a hundred misses before the first answer is back, or one for each key.
#[test]
fn misses_that_share_a_call_end_the_stampede_after_a_flush() {
    for links in [BESIDE, IN_LINE] {
        for (coalesce, calls) in [(false, 100.0), (true, 10.0)] {
            let client = r#""rate":2000,"reads":1,"keys":10,"zipf":0"#;
            let cache = format!(r#","coalesce":{coalesce}"#);
            let mut simulation = design(client, &cache, r#""read_ms":50"#, links);
            simulation.advance(2_000_000_000, u64::MAX);
            simulation.flush(Unit::Block { node: 2 });
            let after = next(&mut simulation, 1.0);
            near(&format!("calls, shared {coalesce}"), after.nodes[3].offered, calls, 0.15);
            assert_eq!(after.total.counts.failures(), 0);
            let sent = after.total.counts.sent;
            assert_eq!(after.total.counts.ok + after.total.counts.under_way, sent);
        }
    }
}

#[test]
fn who_waits_for_a_miss_outlives_the_one_that_fetches_it() {
    let nodes = r#"{"id":1,"block":"client","rate":500,"reads":1,"keys":1},{"id":5,"block":"load-balancer"},
        {"id":2,"block":"app-server","instances":4,"service_ms":0},
        {"id":3,"block":"cache","coalesce":true,"ttl_s":0.1,"service_ms":0},
        {"id":4,"block":"sql-database","read_ms":50,"service_shape":"constant"}"#;
    let links = r#"[1,5],[5,2],[2,3],[2,4,{"when":"miss"}]"#;
    let mut simulation = Simulation::new(topology(nodes, links), 1);
    for turn in 0..20_u32 {
        let unit = Unit::Instance { node: 2, instance: turn % 4 };
        simulation.advance(u64::from(turn + 1) * 137_000_000, u64::MAX);
        simulation.kill(unit);
        simulation.advance(u64::from(turn + 1) * 137_000_000 + 20_000_000, u64::MAX);
        simulation.revive(unit);
        simulation.change(topology(nodes, links.replace("\"miss\"", "\"miss\",\"retries\":1").as_str()));
        simulation.change(topology(nodes, links));
    }
    simulation.advance(4_000_000_000, u64::MAX);
    let report = next(&mut simulation, 5.0);
    let counts = &report.total.counts;
    assert_eq!(counts.sent, counts.ok + counts.failures() + counts.under_way);
    assert!(counts.ok > 2_300 && counts.under_way < 50, "{counts:?}");
}

/// A read that took longer to come back than a write puts the old value over the new one.
#[test]
fn write_through_is_not_strong_consistency() {
    let run = |reads_ms: u32| {
        let links = format!(
            r#"[1,2,{{"latency_ms":0}}],[2,3,{{"latency_ms":0}}],[3,4,{{"ops":"reads","latency_ms":{reads_ms}}}],
            [3,4,{{"ops":"writes","latency_ms":1}}]"#
        );
        let cache = r#","strategy":"write-through","ttl_s":0.5"#;
        let client = r#""rate":500,"reads":0.9,"keys":5,"zipf":0"#;
        let mut simulation = design(client, cache, r#""read_ms":0,"write_ms":0"#, &links);
        simulation.advance(2_000_000_000, u64::MAX);
        next(&mut simulation, 60.0)
    };
    let (even, slow) = (run(1), run(30));
    assert_eq!(even.consistency.counts.stale, 0);
    assert!(slow.consistency.counts.stale > 50, "{:?}", slow.consistency.counts);
}

#[test]
fn write_through_keeps_the_new_value_and_delete_on_write_misses_it() {
    let hits = |cache: &str| {
        let client = r#""rate":1000,"reads":0.5,"keys":100,"zipf":0"#;
        let mut simulation = design(client, cache, r#""read_ms":0,"write_ms":0"#, IN_LINE);
        let simulated = next(&mut simulation, 20.0).nodes[2].hit_ratio.expect("look-ups");
        let derived = steady::solve(simulation.topology()).nodes[2].hit_ratio.expect("look-ups");
        near("steady against simulated", derived, simulated, 0.01);
        simulated
    };
    near("through", hits(r#","strategy":"write-through""#), 1.0, 1e-9);
    near("deleted", hits(""), 0.5, 0.02);
}

#[test]
fn a_write_that_the_store_refuses_leaves_a_write_through_cache_as_it_was() {
    let client = r#""rate":500,"reads":0.5,"keys":5,"zipf":0,"timeout_s":1"#;
    let cache = r#","strategy":"write-through""#;
    let mut simulation = design(client, cache, r#""read_ms":0,"write_ms":0"#, IN_LINE);
    simulation.advance(2_000_000_000, u64::MAX);
    simulation.kill(Unit::Block { node: 3 });
    let report = next(&mut simulation, 5.0);
    assert_eq!(report.writes.counts.ok, 0);
    assert_eq!(report.reads.counts.failures(), 0, "reads hit what was there: {report:?}");
    assert_eq!(report.consistency.counts.stale, 0);
}

fn behind(values: &str, keys: u64) -> Simulation {
    let client = format!(r#""rate":100,"reads":0,"keys":{keys},"zipf":0"#);
    let cache = format!(r#","strategy":"write-behind"{values}"#);
    design(&client, &cache, r#""write_ms":40"#, IN_LINE)
}

/// 100 writes a second to as many keys, flushed every 10 s: after 5 s about 500 acknowledged writes are in the cache alone.
#[test]
fn a_write_behind_cache_loses_its_dirty_keys_in_a_crash() {
    let mut simulation = behind(r#","flush_s":10"#, 1_000_000_000);
    simulation.advance(5_000_000_000, u64::MAX);
    let ledger = simulation.report().nodes[2].behind.expect("writes behind");
    assert_eq!(ledger.acknowledged, ledger.dirty);
    near("dirty", ledger.dirty as f64, 500.0, 0.12);
    simulation.kill(Unit::Block { node: 2 });
    let lost = simulation.report().nodes[2].behind.expect("writes behind");
    assert_eq!((lost.lost, lost.dirty), (ledger.dirty, 0));
}

#[test]
fn a_write_behind_cache_answers_before_its_store_and_writes_the_last_value_of_each_key() {
    let mut simulation = behind(r#","flush_s":1"#, 10);
    simulation.advance(500_000_000, u64::MAX);
    let report = next(&mut simulation, 20.0);
    assert!(report.writes.latency.expect("answers").p99.value < 1e-3);
    near("store", report.nodes[3].offered, 10.0, 0.03);
    let steady = steady::solve(simulation.topology());
    near("steady store", steady.nodes[3].offered, 10.0, 0.03);
    let ledger = report.nodes[2].behind.expect("writes behind");
    let all = ledger.flushed + ledger.overwritten + ledger.lost + ledger.dirty + ledger.flushing;
    assert_eq!(ledger.acknowledged, all, "{ledger:?}");
    let mut by_keys = behind(r#","flush_s":60,"flush_keys":50"#, 1_000_000_000);
    let report = next(&mut by_keys, 20.0);
    assert!(report.nodes[2].behind.expect("writes behind").dirty < 50);
    near("by keys", report.nodes[3].offered, 100.0, 0.1);
}

/// A dirty key is read from the cache, however small that is; and a store that is away for a while gets everything later.
#[test]
fn dirty_keys_hit_and_wait_for_their_store() {
    let client = r#""rate":200,"reads":0.5,"keys":50,"zipf":0"#;
    let cache = r#","strategy":"write-behind","flush_s":0.5,"memory_gb":0.001,"object_kb":1000"#;
    let mut simulation = design(client, cache, r#""write_ms":0,"read_ms":0"#, IN_LINE);
    simulation.advance(3_000_000_000, u64::MAX);
    let before = next(&mut simulation, 10.0);
    assert!(before.nodes[2].hit_ratio.expect("look-ups") > 0.2, "one entry fits, but dirty keys stay");
    simulation.kill(Unit::Block { node: 3 });
    simulation.advance(15_000_000_000, u64::MAX);
    simulation.revive(Unit::Block { node: 3 });
    simulation.advance(40_000_000_000, u64::MAX);
    let report = next(&mut simulation, 5.0);
    let ledger = report.nodes[2].behind.expect("writes behind");
    assert_eq!(ledger.lost, 0);
    assert!(ledger.dirty <= 50);
    assert_eq!(report.consistency.counts.stale, 0);
}

#[test]
fn refreshing_ahead_spares_hot_keys_their_misses() {
    let client = r#""rate":1000,"reads":1,"keys":10,"zipf":0"#;
    for links in [BESIDE, IN_LINE] {
        let misses = |strategy: &str| {
            let cache = format!(r#","ttl_s":2,"strategy":"{strategy}""#);
            let mut simulation = design(client, &cache, r#""read_ms":1"#, links);
            simulation.advance(3_000_000_000, u64::MAX);
            let report = next(&mut simulation, 20.0);
            (1.0 - report.nodes[2].hit_ratio.expect("look-ups"), report.nodes[3].offered)
        };
        let (plain, _) = misses("links");
        near("every two seconds each key misses", plain, 0.005, 0.3);
        let (ahead, calls) = misses("refresh-ahead");
        assert_eq!(ahead, 0.0);
        // One refresh in 1.6 s and one gap for each of ten keys.
        near("refreshes", calls, 10.0 / 1.61, 0.05);
    }
}

/// ttl_zipf10 with refreshing: the formula against the simulation, within a point, and the load of the store with it.
#[test]
fn refreshing_ahead_agrees_with_its_formula() {
    let client = r#""rate":1000,"reads":1,"keys":1000,"zipf":1"#;
    for links in [BESIDE, IN_LINE] {
        let cache = r#","ttl_s":1,"strategy":"refresh-ahead""#;
        let mut simulation = design(client, cache, r#""read_ms":0"#, links);
        simulation.advance(5_000_000_000, u64::MAX);
        let simulated = next(&mut simulation, 60.0);
        let steady = steady::solve(simulation.topology());
        let hits = |report: &Report| report.nodes[2].hit_ratio.expect("look-ups");
        assert!((hits(&simulated) - hits(&steady)).abs() < 0.01, "{} {}", hits(&simulated), hits(&steady));
        near("store", steady.nodes[3].offered, simulated.nodes[3].offered, 0.03);
    }
}

/// Ten keys written once a second each, entries that live a second and are not deleted: 1 − (1 − e⁻¹) of the hits are old.
#[test]
fn entries_that_outlive_a_write_are_stale() {
    let client = r#""rate":2010,"reads":0.9950248756,"keys":10,"zipf":0"#;
    let run = |cache: &str| {
        let mut simulation = design(client, cache, r#""read_ms":0,"write_ms":0"#, BESIDE);
        simulation.advance(3_000_000_000, u64::MAX);
        next(&mut simulation, 60.0)
    };
    near("stale", stale(&run(r#","ttl_s":1,"on_write":"keep""#)), 0.368, 0.08);
    assert_eq!(run(r#","ttl_s":1"#).consistency.counts.stale, 0);
}

/// Commands to one store, a log, a worker that projects them into another, and queries to that: 1 − e^(−wL) of the reads
/// are behind, with five writes a second to each key and 40 ms of projecting.
#[test]
fn a_read_model_lags_by_its_projection() {
    let nodes = r#"{"id":1,"block":"client","rate":1000,"reads":0.95,"keys":10,"zipf":0},
        {"id":2,"block":"app-server","name":"Commands","service_ms":0,"write_ms":0,"threads":"async"},
        {"id":3,"block":"sql-database","read_ms":0,"write_ms":0},
        {"id":4,"block":"message-queue","kind":"log","partitions":1000,"service_ms":0},
        {"id":5,"block":"worker","service_ms":40,"service_shape":"constant","cores":100,"concurrency":100},
        {"id":6,"block":"sql-database","read_ms":0,"write_ms":0},
        {"id":7,"block":"app-server","name":"Queries","service_ms":0,"threads":"async"}"#;
    let links = r#"[1,2,{"ops":"writes","latency_ms":0}],[1,7,{"ops":"reads","latency_ms":0}],[2,3,{"latency_ms":0}],
        [2,4,{"latency_ms":0}],[4,5,{"latency_ms":0}],[5,6,{"latency_ms":0}],[7,6,{"latency_ms":0}]"#;
    let mut simulation = Simulation::new(topology(nodes, links), 1);
    simulation.advance(2_000_000_000, u64::MAX);
    let report = next(&mut simulation, 60.0);
    let lag = report.nodes[3].queue.as_ref().expect("a log").latency.expect("done").mean.value;
    near("lag", lag, 0.044, 0.1);
    near("stale", stale(&report), 1.0 - f64::exp(-5.0 * lag), 0.1);
}

#[test]
fn a_strategy_that_the_links_do_not_draw_is_named() {
    let problems = |strategy: &str, more: &str, links: &str| {
        let nodes = format!(
            r#"{{"id":1,"block":"client"}},{{"id":2,"block":"app-server"}},{{"id":4,"block":"sql-database"}},
            {{"id":3,"block":"cache","strategy":"{strategy}"{more}}}"#
        );
        let json = format!(r#"{{"headroom":1,"nodes":[{nodes}],"links":[{links}]}}"#);
        topology::build(&headroom::share::from_json(&json).expect("a design").design).1.len()
    };
    let both = r#"[1,2],[2,4,{"ops":"writes"}],[2,3],[2,4,{"ops":"reads","when":"miss"}]"#;
    let cache_first = r#"[1,2],[2,3],[2,4,{"ops":"writes"}],[2,4,{"ops":"reads","when":"miss"}]"#;
    for (strategy, more, fits, clashes) in [
        ("links", "", IN_LINE, ""),
        ("cache-aside", "", BESIDE, IN_LINE),
        ("read-through", "", IN_LINE, BESIDE),
        ("write-through", "", IN_LINE, BESIDE),
        ("write-through", "", both, cache_first),
        ("write-behind", "", IN_LINE, both),
        ("refresh-ahead", r#","ttl_s":60"#, BESIDE, ""),
    ] {
        assert_eq!(problems(strategy, more, fits), 0, "{strategy}");
        if !clashes.is_empty() {
            assert_eq!(problems(strategy, more, clashes), 1, "{strategy}");
        }
    }
    assert_eq!(problems("refresh-ahead", "", BESIDE), 1, "nothing expires");
}

/// Every strategy, with nodes dying, flushes, edits and a store that comes and goes: calls and requests stay accounted for.
#[test]
fn no_call_is_unaccounted_for_whatever_a_cache_does() {
    let design = |cache: &str, links: &str| {
        let nodes = format!(
            r#"{{"id":1,"block":"client","rate":800,"reads":0.7,"keys":40,"timeout_s":0.3}},
            {{"id":2,"block":"app-server","service_ms":1,"cores":8,"threads":"async"}},
            {{"id":3,"block":"cache","instances":3,"ttl_s":0.2,"flush_s":0.1,"coalesce":true{cache}}},
            {{"id":4,"block":"sql-database","read_ms":5,"write_ms":5,"cores":4}}"#
        );
        topology(&nodes, links)
    };
    let edits = [
        design(r#","strategy":"write-behind","placement":"consistent""#, IN_LINE),
        design(r#","strategy":"refresh-ahead","placement":"modulo""#, IN_LINE),
        design(r#","strategy":"write-behind","nodes_are":"copies","flush_keys":3"#, IN_LINE),
        design(r#","strategy":"refresh-ahead","eviction":"random","memory_gb":0.001,"object_kb":50"#, BESIDE),
        design(r#","strategy":"write-through","eviction":"fifo","memory_gb":0.001,"object_kb":50"#, IN_LINE),
        design(r#","eviction":"lfu","memory_gb":0.001,"object_kb":50"#, BESIDE),
        design("", "[1,2],[2,4]"),
    ];
    let mut simulation = Simulation::new(edits[0].clone(), 5);
    for (turn, edit) in edits.iter().cycle().take(35).enumerate() {
        simulation.change(edit.clone());
        for step in 1..=3 {
            simulation.advance((turn as u64 * 3 + step) * 70_000_000, u64::MAX);
            let report = simulation.report();
            let counts = &report.total.counts;
            let ended = counts.ok + counts.degraded + counts.failures();
            assert_eq!(counts.sent, ended + counts.under_way);
            for (index, node) in report.nodes.iter().enumerate() {
                let ledger = &node.ledger;
                let dropped: u64 = ledger.dropped.iter().sum();
                assert_eq!(ledger.arrived, ledger.completed + dropped + ledger.present, "station {index}");
                if let Some(behind) = &node.behind {
                    let left = behind.lost + behind.dirty + behind.flushing;
                    assert_eq!(behind.acknowledged, behind.flushed + behind.overwritten + left, "{behind:?}");
                }
            }
            match (turn + step as usize) % 6 {
                1 => simulation.kill(Unit::Instance { node: 2, instance: 1 }),
                2 => simulation.flush(Unit::Block { node: 2 }),
                3 => simulation.kill(Unit::Block { node: 3 }),
                4 => simulation.revive(Unit::Instance { node: 2, instance: 1 }),
                5 => simulation.revive(Unit::Block { node: 3 }),
                _ => simulation.kill(Unit::Block { node: 1 }),
            }
            if (turn + step as usize).is_multiple_of(4) {
                simulation.revive(Unit::Block { node: 1 });
            }
        }
    }
}

/// Writes that pass a CDN by leave its copies as they were, unless the server behind purges them.
#[test]
fn a_server_purges_the_copies_of_what_is_written_to_it() {
    let run = |purge: bool| {
        let nodes = format!(
            r#"{{"id":1,"block":"client","rate":1010,"reads":0.990099,"keys":10,"zipf":0}},
            {{"id":2,"block":"cdn","ttl_s":60,"pops":2,"purge":{purge},"service_ms":0}},
            {{"id":3,"block":"app-server","service_ms":0,"write_ms":0,"threads":"async"}},
            {{"id":4,"block":"sql-database","read_ms":0,"write_ms":0}}"#
        );
        let links = r#"[1,2,{"ops":"reads","latency_ms":0}],[2,3,{"latency_ms":0}],
            [1,3,{"ops":"writes","latency_ms":0}],[3,4,{"latency_ms":0}]"#;
        let mut simulation = Simulation::new(topology(&nodes, links), 1);
        simulation.advance(5_000_000_000, u64::MAX);
        let report = next(&mut simulation, 60.0);
        let derived = steady::solve(simulation.topology()).nodes[1].hit_ratio.expect("look-ups");
        near("steady", derived, report.nodes[1].hit_ratio.expect("look-ups"), 0.01);
        report.consistency.counts
    };
    assert_eq!(run(true).stale, 0);
    let kept = run(false);
    assert!(kept.stale > kept.reads / 2, "{kept:?}");
}

/// A hundred users ask for ten keys, each of them for each key once in ten seconds: devices that keep an answer for ten
/// seconds answer half of it. Of these a key that is written once in ten seconds is old with the chance 1 − (1 − e⁻¹).
#[test]
fn a_device_answers_what_its_user_was_given_before() {
    let run = |ttl: u32| {
        let nodes = format!(
            r#"{{"id":1,"block":"client","rate":101,"reads":0.990099,"keys":10,"zipf":0,"users":100,
              "device_ttl_s":{ttl}}},
            {{"id":2,"block":"app-server","service_ms":1,"write_ms":1}},
            {{"id":3,"block":"sql-database","read_ms":1,"write_ms":1}}"#
        );
        let mut simulation = Simulation::new(topology(&nodes, "[1,2],[2,3]"), 1);
        simulation.advance(20_000_000_000, u64::MAX);
        (next(&mut simulation, 200.0), steady::solve(simulation.topology()))
    };
    let (simulated, steady) = run(10);
    near("asked", simulated.nodes[1].offered, 51.0, 0.03);
    near("asked, steady", steady.nodes[1].offered, 51.0, 0.001);
    let mean = |report: &Report| report.reads.latency.expect("answers").mean.value;
    near("mean", mean(&steady), mean(&simulated), 0.03);
    let p95 = |report: &Report| report.reads.latency.expect("answers").p95.value;
    near("p95", p95(&steady), p95(&simulated), 0.05);
    // Two hundred writes say it within a fifth.
    near("stale", stale(&simulated), 0.5 * 0.368, 0.2);
    assert_eq!(run(0).0.consistency.counts.stale, 0);
}

/// A fifth of the reads guesses keys that nobody has: it passes the cache by, unless that keeps *not found*.
#[test]
fn guessed_keys_pass_every_cache_that_does_not_keep_not_found() {
    for links in [BESIDE, IN_LINE] {
        let run = |misses: &str| {
            let client = r#""rate":1000,"reads":1,"keys":100,"zipf":0,"absent":0.2"#;
            let mut simulation = design(client, misses, r#""read_ms":0"#, links);
            simulation.advance(5_000_000_000, u64::MAX);
            let report = next(&mut simulation, 40.0);
            let steady = steady::solve(simulation.topology());
            near("steady", steady.nodes[3].offered, report.nodes[3].offered, 0.05);
            near("look-ups and fills", steady.nodes[2].offered, report.nodes[2].offered, 0.03);
            report.nodes[3].offered
        };
        near("not kept", run(""), 200.0, 0.05);
        // Each of the hundred guessed keys comes twice a second: kept for two seconds it is asked once in 2.5 s.
        near("kept", run(r#","misses_s":2"#), 40.0, 0.05);
    }
}
