//! Ids and search: codes that are taken cost another insertion, an index shows what was written after its next refresh.

use headroom::engine::steady;
use headroom::report::Report;

use crate::stale::{near, run, seen, topology};

/// 1,000 writes a second that get an id and are kept.
fn shortener(generator: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":1000,"reads":0}},
        {{"id":2,"block":"app-server","cores":100}},
        {{"id":3,"block":"id-generator","rows":573000000,{generator}}},
        {{"id":4,"block":"sql-database","cores":100}}],
        "links":[[1,2],[2,3],[3,4,{{"ops":"writes"}}]]}}"#
    )
}

fn insertions(report: &Report) -> f64 {
    report.nodes[3].offered / report.nodes[2].offered
}

/// Birthday arithmetic on what is stored: of 62^n codes 573 million are taken, so an id takes 1 / (1 − taken) insertions:
/// 2.67 with five characters, 1.0102 with six, and next to one with seven. A counter is never taken.
#[test]
fn codes_that_are_taken_cost_another_insertion() {
    for (generator, exact) in [
        (r#""strategy":"random","length":5"#, 1.0 / (1.0 - 0.573e9 / 916_132_832.0)),
        (r#""strategy":"random","length":6"#, 1.0 / (1.0 - 0.573e9 / 56_800_235_584.0)),
        (r#""strategy":"random","length":7"#, 1.000_163),
        (r#""strategy":"hash","again":0.5,"length":7"#, 0.500_081),
        (r#""strategy":"counter","length":5"#, 1.0),
    ] {
        let json = shortener(generator);
        let steady = insertions(&steady::solve(&topology(&json)));
        assert!((steady / exact - 1.0).abs() < 1e-4, "{generator}: {steady} for {exact}");
        let simulated = insertions(&run(&json, 20.0));
        assert!((simulated / exact - 1.0).abs() < 0.02, "{generator}: {simulated} for {exact}");
    }
}

#[test]
fn one_counter_stops_all_creation_and_ranges_do_not() {
    let kept = |strategy: &str| {
        let json = shortener(&format!(r#""strategy":"{strategy}""#));
        headroom::analysis::spof::find(&topology(&json)).into_iter().any(|spof| {
            matches!(spof.unit, headroom::engine::Unit::Instance { node: 2, .. }) && spof.loss.is_spof()
        })
    };
    assert!(kept("counter") && !kept("ranges"));
}

/// A counter has 62⁵ codes and then none.
#[test]
fn a_counter_that_reached_its_last_code_gives_out_no_more() {
    let json = shortener(r#""strategy":"counter","length":4"#);
    assert_eq!(run(&json, 5.0).writes.counts.ok, 0);
}

/// Four keys, each written once in ten seconds on average and searched often: stale until the next refresh, half of 2 s
/// late on average. A search misses a write that came since the latest refresh: 1 − (1 − e^(−wT)) / wT.
#[test]
fn a_search_misses_what_was_written_since_the_latest_refresh() {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":400,"reads":0.999,"keys":4,"zipf":0},
        {"id":2,"block":"search-index","replicas":0,"shards":2,"refresh_s":2,"read_ms":0.1,"write_ms":0.1}],
        "links":[[1,2,{"latency_ms":0}]]}"#;
    let seen = seen(json, 1000.0);
    let wt = 0.1 * 2.0;
    near("stale", seen.stale, seen.reads, 1.0 - -libm::expm1(-wt) / wt, 0.01);
}
