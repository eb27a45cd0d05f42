//! How much a store keeps: what that does to its queries, its disks and its bill.

use headroom::analysis;
use headroom::engine::steady;
use headroom::report::Report;

use crate::stale::{run, topology};

fn design(client: &str, store: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client",{client}}},{{"id":2,{store}}}],
        "links":[[1,2,{{"latency_ms":0}}]]}}"#
    )
}

fn mean(report: &Report) -> f64 {
    report.total.latency.expect("answers").mean.value
}

#[track_caller]
fn both_take(json: &str, duration_s: f64, exact: f64) {
    let [simulated, steady] = [run(json, duration_s), steady::solve(&topology(json))].map(|it| mean(&it));
    assert!((simulated / exact - 1.0).abs() < 0.02, "simulated {simulated} for {exact}");
    assert!((steady / exact - 1.0).abs() < 1e-3, "steady {steady} for {exact}");
}

/// 001: “10 ms with 1,000 rows, 10 s with 10 million”: 1 µs a row on top of 9 ms. Four shards look at a quarter each.
#[test]
fn without_an_index_a_query_looks_at_every_row() {
    let store = |rows: &str, more: &str| {
        let store = format!(
            r#""block":"sql-database","service_shape":"constant","read_ms":9,"cores":1000,"rows":{rows},{more}"#
        );
        design(r#""rate":5,"reads":1,"timeout_s":100"#, &store)
    };
    both_take(&store("1000", r#""index":false"#), 20.0, 0.010);
    both_take(&store("10000000", r#""index":false"#), 200.0, 10.009);
    both_take(&store("10000000", r#""index":true"#), 20.0, 0.009);
    both_take(&store("10000000", r#""index":false,"shards":4"#), 100.0, 2.509);
}

/// Rules 3.2: 13 GB of 600-byte rows hold 0.769 of the reads of 100 M keys with Zipf 0.9; the others take 10 ms more.
#[test]
fn reads_that_find_no_row_in_memory_pay_the_disk() {
    let json = design(
        r#""rate":500,"reads":1,"keys":100000000,"zipf":0.9"#,
        r#""block":"sql-database","service_shape":"constant","read_ms":2,"cores":1000,"ram_gb":13,"disk_ms":10"#,
    );
    for report in [run(&json, 40.0), steady::solve(&topology(&json))] {
        let share = report.nodes[1].hit_ratio.expect("a share");
        assert!((share - 0.769).abs() < 0.002, "{share}");
    }
    both_take(&json, 60.0, 0.002 + 0.231 * 0.010);
    // Twice the memory, or two shards with 13 GB each: 0.867.
    for more in [r#""ram_gb":26"#, r#""ram_gb":13,"shards":2"#] {
        let found = steady::solve(&topology(&json.replace("\"ram_gb\":13", more)));
        let share = found.nodes[1].hit_ratio.expect("a share");
        assert!((share - 0.867).abs() < 0.002, "{share}");
    }
    // Room for all: as if nothing had been said.
    both_take(&json.replace("\"ram_gb\":13", "\"ram_gb\":100"), 20.0, 0.002);
}

/// Behind a cache of the same size the memory sees only what the cache had not: far fewer rows are found.
#[test]
fn behind_a_cache_the_memory_sees_its_misses() {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":1000,"reads":1,"keys":1000000,"zipf":0.9},
        {"id":2,"block":"cache","memory_gb":0.06,"object_kb":0.6},
        {"id":3,"block":"sql-database","ram_gb":0.06,"row_bytes":600}],"links":[[1,2],[2,3]]}"#;
    let found = steady::solve(&topology(json));
    let [cache, store] = [1, 2].map(|node: usize| found.nodes[node].hit_ratio.expect("a share"));
    assert!(cache > 0.5 && store < 0.3, "{cache} and {store}");
}

/// A short link takes 600 B: 100 M rows are 60 GB, 95 M a year 57 GB more. 100 GB are full in (100 − 60)/57 × 12 = 8.4
/// months, and cost $8 a month for each of two nodes.
#[test]
fn a_disk_is_full_when_its_rows_say() {
    let rows = r#""block":"sql-database","replicas":1,"price_month":0,"rows":100e6,"growth_rows":95e6"#;
    let found = |more: &str| {
        let json = design(r#""rate":10"#, &format!("{rows}{more}"));
        let answer = analysis::answer(&headroom::share::from_json(&json).expect("a design").design);
        let disks =
            [run(&json, 2.0).nodes[1].disk, answer.report.nodes[1].disk].map(|it| it.expect("a disk"));
        assert_eq!(disks[0], disks[1]);
        (disks[0], answer.cost.nodes[1])
    };
    let (disk, cost) = found(r#","disk_gb":100"#);
    assert!((disk.used_gb - 60.0).abs() < 1e-9 && (cost - 16.0).abs() < 1e-9, "{disk:?} {cost}");
    assert!((disk.full_in_months.expect("some day") - 480.0 / 57.0).abs() < 1e-9, "{disk:?}");
    // Two shards keep half each; without a size of the disk it is what the data takes, and never full.
    let (disk, cost) = found(r#","disk_gb":100,"shards":2"#);
    assert!(
        (disk.full_in_months.expect("some day") - 12.0 * 70.0 / 28.5).abs() < 1e-9 && cost == 32.0,
        "{disk:?}"
    );
    let (disk, cost) = found("");
    assert!(disk.full_in_months.is_none() && (cost - 2.0 * 60.0 * 0.08).abs() < 1e-9, "{cost}");
    assert_eq!(found(r#","disk_gb":50"#).0.full_in_months, Some(0.0));
}

/// Three copies on four nodes: each node keeps three quarters of the rows, and of a search index each shard its part.
#[test]
fn copies_and_shards_share_the_rows() {
    let used = |store: &str| {
        let json = design(r#""rate":10"#, &format!("{store},\"rows\":1e9,\"row_bytes\":1000"));
        steady::solve(&topology(&json)).nodes[1].disk.expect("a disk").used_gb
    };
    assert!((used(r#""block":"key-value-store","nodes":4"#) - 750.0).abs() < 1e-9);
    assert!((used(r#""block":"search-index","shards":5,"replicas":1"#) - 200.0).abs() < 1e-9);
}

/// A ring of four with three copies keeps three quarters of the rows on each node, and as much of them in memory: 13 GB a
/// node hold what one node with 17.3 GB would. Its disks, and those of a search index, are paid as they are.
#[test]
fn rings_and_indexes_have_memory_and_disks_as_well() {
    let keys = r#""rate":100,"reads":1,"keys":100000000,"zipf":0.9"#;
    let share = |store: &str| {
        let found = steady::solve(&topology(&design(keys, store)));
        (found.nodes[1].hit_ratio.expect("a share"), mean(&found))
    };
    let ring =
        share(r#""block":"key-value-store","nodes":4,"read_ms":0,"ram_gb":13,"disk_ms":10,"cores":64"#);
    let one = share(r#""block":"sql-database","read_ms":0,"ram_gb":17.333333333,"disk_ms":10,"cores":64"#);
    assert!((ring.0 - one.0).abs() < 1e-6 && (ring.1 / one.1 - 1.0).abs() < 0.01, "{ring:?} {one:?}");
    for (store, nodes) in
        [(r#""block":"key-value-store","nodes":4"#, 4.0), (r#""block":"search-index","shards":2"#, 4.0)]
    {
        let json = design(
            r#""rate":1"#,
            &format!("{store},\"price_month\":0,\"rows\":1e6,\"growth_rows\":1e9,\"disk_gb\":50"),
        );
        let answer = analysis::answer(&headroom::share::from_json(&json).expect("a design").design);
        assert!((answer.cost.nodes[1] - nodes * 50.0 * 0.08).abs() < 1e-9, "{}", answer.cost.nodes[1]);
        assert!(answer.report.nodes[1].disk.expect("a disk").full_in_months.expect("some day") > 0.0);
    }
}
