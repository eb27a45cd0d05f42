//! Stores on many nodes: shards and who is hot, reads across all of them, quorums.

use headroom::analysis;
use headroom::engine::simulate::Simulation;
use headroom::engine::{Unit, steady};
use headroom::report::Report;

use crate::reference::case;
use crate::stale::{near, run, seen, topology};

/// Share of the busy time that the busiest of four shards has, by both methods: simulated, steady.
fn hottest(json: &str, duration_s: f64) -> [f64; 2] {
    let share = |report: Report, cores: f64| report.nodes[1].hottest.expect("cores") / cores;
    let steady = steady::solve(&topology(json));
    let mean = steady.nodes[1].busy.expect("cores").value;
    let simulated = run(json, duration_s);
    let busy = simulated.nodes[1].busy.expect("cores").value;
    [share(simulated, busy), share(steady, mean)]
}

fn cut(client: &str, store: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client",{client}}},
        {{"id":2,"block":"sql-database",{store}}}],"links":[[1,2,{{"latency_ms":0}}]]}}"#
    )
}

/// Case 97: with a hot key of share f the hottest of S shards gets f + (1 − f)/S.
#[test]
fn a_hot_key_fills_the_shard_that_it_lies_in() {
    let case = case("shard_hot_key");
    let (shards, hot) = (case.param("shards"), case.param("hot_fraction"));
    let json = cut(
        &format!(r#""rate":1000,"reads":1,"keys":1000000,"zipf":0,"hot":{hot}"#),
        &format!(r#""shards":{shards},"read_ms":1,"cores":1"#),
    );
    let [simulated, steady] = hottest(&json, 30.0);
    case.check_within("hot_shard_share", simulated / shards, 0.02);
    case.check_within("hot_shard_share", steady / shards, 0.001);
    // The ladder: the hottest shard decides, μ / (f + (1 − f)/S).
    let rung = analysis::breaks_first::ladder(&topology(&json));
    case.check_within("max_throughput", 1000.0 * rung[0].multiple, 0.001);
}

/// Puzzle 6: 6,000 writes a second to 10,000 sellers with Zipf 1.1, four shards of 2,000/s: by order 0.75, by seller the
/// celebrity's shard is over.
#[test]
fn a_celebrity_seller_overloads_a_shard() {
    let client = r#""rate":6000,"reads":0,"creates":1,"owners":10000,"owner_zipf":1.1"#;
    let store = |by: &str| format!(r#""shards":4,"shard_by":"{by}","write_ms":4,"cores":8"#);
    let by_order = steady::solve(&topology(&cut(client, &store("key"))));
    assert!((by_order.nodes[1].hottest.expect("cores") - 0.75).abs() < 0.01);
    let by_seller = cut(client, &store("owner"));
    let loads = &headroom::engine::flows::lossless(&topology(&by_seller), &Default::default()).stations[1];
    let load = loads.hottest().expect("alive").occupancy.load;
    assert!((load - 1.09).abs() < 0.12, "{load}");
    let simulated = run(&by_seller, 10.0);
    assert!(simulated.nodes[1].hottest.expect("cores") > 0.97);
    assert!(simulated.total.counts.failures() > 100, "the shard is over: {:?}", simulated.total.counts);
    assert_eq!(run(&cut(client, &store("key")), 10.0).total.counts.failures(), 0);
}

/// Ranges of rising ids: what is new all goes to the last shard.
#[test]
fn new_keys_all_hit_the_last_range() {
    let json = cut(
        r#""rate":1000,"reads":0,"creates":1,"keys":1000"#,
        r#""shards":4,"shard_by":"range","write_ms":1"#,
    );
    let [simulated, steady] = hottest(&json, 10.0);
    assert!((simulated - 4.0).abs() < 0.01 && (steady - 4.0).abs() < 0.01, "{simulated} {steady}");
}

/// A read of all shards waits for the slowest: of four exponential times 1 + 1/2 + 1/3 + 1/4.
#[test]
fn scattered_reads_wait_for_the_slowest_shard() {
    let json = cut(
        r#""rate":50,"reads":1"#,
        r#""shards":4,"scatter":1,"read_ms":10,"cores":1000,"connections":10000"#,
    );
    let report = run(&json, 200.0);
    let (mean, exact) =
        (report.total.latency.expect("answers").mean.value, 0.010 * (1.0 + 0.5 + 1.0 / 3.0 + 0.25));
    assert!((mean / exact - 1.0).abs() < 0.02, "{mean} for {exact}");
    let steady = steady::solve(&topology(&json)).total.latency.expect("answers").mean.value;
    assert!((steady / exact - 1.0).abs() < 1e-6, "{steady} for {exact}");
    assert_eq!(report.total.counts.failures(), 0);
    assert!((report.nodes[1].offered - 200.0).abs() < 6.0, "four parts each: {}", report.nodes[1].offered);
}

#[test]
fn a_dead_shard_fails_its_keys_and_all_scattered_reads() {
    for (scatter, lost) in [(0.0, 0.25), (1.0, 1.0)] {
        let json = cut(
            r#""rate":400,"reads":1,"zipf":0"#,
            &format!(r#""shards":4,"scatter":{scatter},"read_ms":1"#),
        );
        let mut simulation = Simulation::new(topology(&json), 1);
        simulation.advance(1_000_000_000, u64::MAX);
        simulation.kill(Unit::Instance { node: 1, instance: 2 });
        simulation.advance(31_000_000_000, u64::MAX);
        let counts = simulation.report().total.counts;
        near("failed", counts.failures(), counts.sent, lost, 0.02);
    }
}

fn quorum(read: u32, write: u32, more: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":2000,"reads":0.5,"keys":50,"zipf":0}},
        {{"id":2,"block":"key-value-store","read_quorum":{read},"write_quorum":{write},"read_ms":0.2,"write_ms":2,"cores":4{more}}}],
        "links":[[1,2,{{"latency_ms":0}}]]}}"#
    )
}

/// R + W > N: every read meets a copy that has every acknowledged write. R = W = 1: often not.
#[test]
fn overlapping_quorums_are_never_stale() {
    for (read, write) in [(2, 2), (1, 3), (3, 1)] {
        let seen = seen(&quorum(read, write, ""), 20.0);
        assert!(seen.reads > 15_000, "{seen:?}");
        assert_eq!(seen.stale, 0, "R {read} W {write}");
    }
    let loose = seen(&quorum(1, 1, ""), 20.0);
    assert!(loose.stale > 200, "{loose:?}");
}

/// A quorum store pays N times for a write: 1,000 × 0.2 ms + 1,000 × 3 × 2 ms on 12 cores.
#[test]
fn every_copy_pays_for_a_write() {
    let json = quorum(1, 2, "");
    let [simulated, steady] = [run(&json, 20.0), steady::solve(&topology(&json))]
        .map(|report| report.nodes[1].busy.expect("cores").value);
    assert!(
        (simulated - 6.2 / 12.0).abs() < 0.01 && (steady - 6.2 / 12.0).abs() < 1e-6,
        "{simulated} {steady}"
    );
}

/// W of three exponential times: the second of three takes 1/3 + 1/2 of the mean, the third 1/3 + 1/2 + 1.
#[test]
fn a_write_waits_for_as_many_copies_as_its_quorum() {
    for (write, exact) in [(1, 1.0 / 3.0), (2, 1.0 / 3.0 + 0.5), (3, 1.0 / 3.0 + 0.5 + 1.0)] {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":100,"reads":0}},
            {{"id":2,"block":"key-value-store","write_quorum":{write},"write_ms":10,"cores":1000}}],"links":[[1,2,{{"latency_ms":0}}]]}}"#
        );
        let exact = 0.010 * exact;
        let mean = run(&json, 100.0).total.latency.expect("answers").mean.value;
        assert!((mean / exact - 1.0).abs() < 0.03, "W {write}: {mean} for {exact}");
        let steady = steady::solve(&topology(&json)).total.latency.expect("answers").mean.value;
        assert!((steady / exact - 1.0).abs() < 1e-6, "W {write}: {steady} for {exact}");
    }
}

/// Asking all copies and taking the first answer is faster, and costs three times the work.
#[test]
fn asking_all_copies_is_faster_and_costs_more() {
    let design = |all: bool| {
        format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":100,"reads":1}},
            {{"id":2,"block":"key-value-store","read_all":{all},"read_ms":10,"cores":1000}}],"links":[[1,2,{{"latency_ms":0}}]]}}"#
        )
    };
    let [one, all] = [false, true].map(|all| run(&design(all), 60.0));
    let mean = |report: &Report| report.total.latency.expect("answers").mean.value;
    assert!((mean(&one) / 0.010 - 1.0).abs() < 0.04 && (mean(&all) / (0.010 / 3.0) - 1.0).abs() < 0.04);
    assert!((all.nodes[1].offered / one.nodes[1].offered - 3.0).abs() < 0.1);
}

/// Two of three nodes are a quorum, one is not.
#[test]
fn a_quorum_store_lives_as_long_as_a_quorum_does() {
    let mut simulation = Simulation::new(topology(&quorum(2, 2, "")), 1);
    simulation.advance(1_000_000_000, u64::MAX);
    simulation.kill(Unit::Instance { node: 1, instance: 0 });
    simulation.advance(20_000_000_000, u64::MAX);
    let two = simulation.report();
    assert_eq!((two.total.counts.failures(), two.consistency.counts.stale), (0, 0));
    simulation.kill(Unit::Instance { node: 1, instance: 1 });
    simulation.advance(30_000_000_000, u64::MAX);
    let one = simulation.report().total.counts;
    assert_eq!(one.ok, 0, "{one:?}");
    simulation.revive(Unit::Instance { node: 1, instance: 0 });
    simulation.advance(50_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(60_000_000_000, u64::MAX);
    let back = simulation.report();
    assert_eq!((back.total.counts.failures(), back.consistency.counts.stale), (0, 0), "it caught up");
}

/// The design on other nodes during a run keeps answering and loses no request.
#[test]
fn shards_and_nodes_can_be_added_during_a_run() {
    let before = cut(r#""rate":400,"reads":0.5"#, r#""shards":2,"replicas":1,"scatter":0.2"#);
    let after = cut(r#""rate":400,"reads":0.5"#, r#""shards":3,"replicas":1,"scatter":0.2"#);
    let mut simulation = Simulation::new(topology(&before), 1);
    for (at, json) in [(5, &after), (10, &before), (15, &after)] {
        simulation.advance(at * 1_000_000_000, u64::MAX);
        simulation.change(topology(json));
    }
    simulation.advance(25_000_000_000, u64::MAX);
    let report = simulation.report();
    let ledger = &report.nodes[1].ledger;
    assert_eq!(ledger.arrived, ledger.completed + ledger.dropped.iter().sum::<u64>() + ledger.present);
    assert_eq!(report.total.counts.failures(), 0);
}

/// Each node works with a = 2,190 h of 2,192 h: two of three copies with 3a² − 2a³, four shards with a⁴.
#[test]
fn quorums_and_shards_are_as_available_as_their_nodes_allow() {
    let a: f64 = 2_190.0 / 2_192.0;
    let found = |block: &str| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":10,"reads":0}},{{"id":2,{block}}}],"links":[[1,2]]}}"#
        );
        let design = headroom::share::from_json(&json).expect("a design").design;
        analysis::answer(&design).availability.writes.expect("a figure")
    };
    let quorum = found(r#""block":"key-value-store","write_quorum":2"#);
    assert!((quorum - (3.0 * a * a - 2.0 * a * a * a)).abs() < 1e-12, "{quorum}");
    let cut = found(r#""block":"sql-database","shards":4"#);
    assert!((cut - a * a * a * a).abs() < 1e-12, "{cut}");
}

/// Puzzle 9: three copies in three zones, a client in each; one zone is cut off for 30 s. R = W = 2: no stale read, and the
/// third that asks on the small side gets nothing. R = W = 1 goes on, and is stale.
#[test]
fn a_strict_quorum_refuses_on_the_small_side_of_a_partition() {
    let design = |read: u32, write: u32| {
        let client = |id: u32| {
            format!(
                r#"{{"id":{id},"block":"client","rate":100,"reads":0.5,"keys":100,"zipf":0,"shared":true,"timeout_s":1,"in":{}}}"#,
                id + 1
            )
        };
        format!(
            r#"{{"headroom":1,"nodes":[{},{},{},
            {{"id":4,"block":"key-value-store","read_quorum":{read},"write_quorum":{write},"in":1}}],
            "groups":[{{"id":1,"kind":"region","name":"R"}},{{"id":2,"kind":"zone","name":"A","in":1}},
            {{"id":3,"kind":"zone","name":"B","in":1}},{{"id":4,"kind":"zone","name":"C","in":1}}],
            "links":[[1,4],[2,4],[3,4]],"faults":[{{"at_s":5,"for_s":30,"isolate":4}}]}}"#,
            client(1),
            client(2),
            client(3)
        )
    };
    let during = |read: u32, write: u32| {
        let mut simulation = Simulation::new(topology(&design(read, write)), 1);
        simulation.advance(5_000_000_000, u64::MAX);
        simulation.start_measuring();
        simulation.advance(34_000_000_000, u64::MAX);
        let report = simulation.report();
        (report.total.counts, report.consistency.counts)
    };
    let (counts, seen) = during(2, 2);
    near("refused", counts.failures(), counts.sent - counts.under_way, 1.0 / 3.0, 0.02);
    assert_eq!(seen.stale, 0, "{seen:?}");
    let (_, loose) = during(1, 1);
    assert!(loose.stale > 100, "{loose:?}");
}

/// The parts of a quorum go the whole way: from Mumbai to Virginia and back, 95 ms each way.
#[test]
fn the_parts_of_a_quorum_pay_the_distance() {
    let design = |client: u32| {
        format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":100,"reads":0.5,"in":{client}}},
            {{"id":2,"block":"key-value-store","read_ms":0,"write_ms":0,"in":1}}],
            "links":[[1,2,{{"latency_ms":0}}]],
            "groups":[{{"id":1,"kind":"region","location":"us-east-1"}},{{"id":2,"kind":"region","location":"ap-south-1"}}]}}"#
        )
    };
    let [near_by, far] =
        [1, 2].map(|client| run(&design(client), 10.0).total.latency.expect("answers").mean.value);
    assert!(near_by < 0.003 && (0.150..0.250).contains(&far), "{near_by} and {far}");
}
