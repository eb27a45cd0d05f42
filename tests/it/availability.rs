//! Availability: the reference cases of reliability, drawn and by formula, and cut sets of small designs.

use headroom::analysis::availability::{Pair, availability};
use headroom::analysis::{self, Availability};
use headroom::engine::Unit;
use headroom::engine::flows::{self, Scenario};
use headroom::share::from_json;
use headroom::topology::{Life, Topology};

use crate::drawn::Drawn;
use crate::reference::case;

const HOUR: f64 = 3_600.0;
const YEAR_MIN: f64 = 525_600.0;

/// Works this share of the time, in hours.
fn life(up: f64) -> Life {
    Life { mttf_s: 1_000.0 * HOUR * up, mttr_s: 1_000.0 * HOUR * (1.0 - up), ..Life::default() }
}

fn of(topology: &Topology) -> Availability {
    let flows = flows::solve(topology, &Scenario::default());
    availability(topology, &flows)
}

fn drawn(json: &str) -> Availability {
    let opened = from_json(json).expect("a design");
    assert_eq!(opened.notes, []);
    analysis::answer(&opened.design).availability
}

#[track_caller]
fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a figure");
    assert!((found - wanted).abs() < 1e-12, "{found} instead of {wanted}");
}

/// A client and blocks in a row, by their JSON.
fn row(blocks: &[&str]) -> String {
    let nodes: Vec<String> =
        blocks.iter().enumerate().map(|(i, block)| format!(r#"{{"id":{},{block}}}"#, i + 2)).collect();
    let links: Vec<String> = (1..=blocks.len()).map(|i| format!("[{i},{}]", i + 1)).collect();
    format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":10}},{}],"links":[{}]}}"#,
        nodes.join(","),
        links.join(",")
    )
}

#[test]
fn one_server_is_up_for_its_time_to_failure_over_both_times() {
    let found = drawn(&row(&[r#""block":"app-server","mttf_h":1000,"mttr_h":1"#]));
    case("avail_single").check("A", found.both.expect("traffic"));
    let minutes_a_month = (1.0 - found.both.expect("traffic")) * 43_800.0;
    case("avail_single").check("downtime_min_per_month", minutes_a_month);
    // Down once in every 1,001 hours.
    assert!((found.between_outages_s.expect("outages") / HOUR - 1_001.0).abs() < 1e-6);
}

#[test]
fn five_in_a_row_multiply() {
    let server = r#""block":"app-server","mttf_h":999,"mttr_h":1"#;
    case("avail_series5").check("A", drawn(&row(&[server; 5])).both.expect("traffic"));
}

/// Perfect routers, so that only the instances behind them count.
fn behind_a_router(instances: u32, needed: u32, up: f64) -> f64 {
    let (mttf, mttr) = (up * 1_000.0, (1.0 - up) * 1_000.0);
    let server = format!(
        r#""block":"app-server","instances":{instances},"needed":{needed},"mttf_h":{mttf},"mttr_h":{mttr}"#
    );
    drawn(&row(&[r#""block":"load-balancer","mttf_h":0"#, &server])).both.expect("traffic")
}

#[test]
fn so_many_of_so_many_is_the_binomial_sum() {
    case("avail_parallel3").check("A", behind_a_router(3, 1, 0.99));
    case("avail_2of3").check("A", behind_a_router(3, 2, 0.99));
    case("avail_8of10").check("A", behind_a_router(10, 8, 0.995));
    case("avail_hot2_independent_repair").check("A", behind_a_router(2, 1, 1_000.0 / 1_004.0));
}

#[test]
fn instances_that_todays_traffic_needs_are_counted_as_needed() {
    // 500/s × 10 ms on 2 cores each is 2.5 instances of work: 3 of 4 must be up.
    let server = r#""block":"app-server","instances":4,"service_ms":10,"mttf_h":990,"mttr_h":10"#;
    let json = row(&[r#""block":"load-balancer","mttf_h":0"#, server]).replace("\"rate\":10", "\"rate\":500");
    let p: f64 = 0.99;
    near(drawn(&json).both, p.powi(4) + 4.0 * p.powi(3) * (1.0 - p));
}

#[test]
fn three_tiers_multiply_their_blocks() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":10},
        {"id":2,"block":"load-balancer","instances":2,"mttf_h":9999,"mttr_h":1},
        {"id":3,"block":"app-server","instances":3,"needed":2,"mttf_h":995,"mttr_h":5},
        {"id":4,"block":"load-balancer","mttf_h":0},
        {"id":5,"block":"app-server","instances":2,"mttf_h":999,"mttr_h":1}],
        "links":[[1,2],[2,3],[3,4],[4,5]]}"#;
    case("avail_series_parallel_3tier").check("A", drawn(json).both.expect("traffic"));
}

#[test]
fn layers_that_are_fully_meshed_multiply() {
    let json = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":10},
        {"id":2,"block":"load-balancer","instances":2,"mttf_h":999,"mttr_h":1},
        {"id":3,"block":"app-server","instances":3,"mttf_h":990,"mttr_h":10},
        {"id":4,"block":"load-balancer","mttf_h":0},
        {"id":5,"block":"app-server","instances":2,"mttf_h":995,"mttr_h":5}],
        "links":[[1,2],[2,3],[3,4],[4,5]]}"#;
    let found = drawn(json);
    case("node_failures_layered").check("A", found.both.expect("traffic"));
    let singles: Vec<_> = found.cuts.iter().filter(|cut| cut.units.len() == 1).collect();
    // The only single cut is the router that never fails, which the case has not.
    let router = Unit::Instance { node: 3, instance: 0 };
    assert!(singles.len() == 1 && singles[0].units == [router] && singles[0].chance == 0.0, "{singles:?}");
}

/// Each edge of the bridge is a router; what the edges meet in never fails.
fn bridge(p: f64) -> f64 {
    let mut drawn = Drawn::new();
    let client = drawn.client(10.0, 1.0);
    let [s, a, b, sa, sb, ab, at, bt] = [(); 8].map(|()| drawn.router(1));
    let t = drawn.server(1);
    for (from, to) in [(client, s), (s, sa), (s, sb), (sa, a), (sb, b), (a, at), (b, bt), (at, t), (bt, t)] {
        drawn.link(from, to);
    }
    // The middle edge carries both ways.
    for (from, to) in [(a, ab), (ab, b), (b, ab), (ab, a)] {
        drawn.link(from, to);
    }
    for edge in [sa, sb, ab, at, bt] {
        drawn.with(edge, |place| place.life = life(p));
    }
    of(&drawn.0).both.expect("traffic")
}

#[test]
fn a_bridge_holds_as_the_factoring_theorem_says() {
    case("bridge_p90").check("R", bridge(0.9));
    case("bridge_p99").check("R", bridge(0.99));
}

#[test]
fn zones_that_fail_are_shared_by_what_is_inside() {
    let json = |zones: [u32; 2]| {
        format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":10}},
            {{"id":2,"block":"load-balancer","mttf_h":0}},
            {{"id":3,"block":"app-server","instances":2,"mttf_h":990,"mttr_h":10,"in":{}}},
            {{"id":4,"block":"app-server","instances":2,"mttf_h":990,"mttr_h":10,"in":{}}}],
            "links":[[1,2],[2,3],[2,4]],
            "groups":[{{"id":1,"kind":"zone","mttf_h":999,"mttr_h":1}},{{"id":2,"kind":"zone","mttf_h":999,"mttr_h":1}}]}}"#,
            zones[0], zones[1]
        )
    };
    let two = drawn(&json([1, 2]));
    case("shared_az_common_cause").check("A", two.both.expect("traffic"));
    case("shared_az_common_cause").check("A_all_in_one_az", drawn(&json([1, 1])).both.expect("traffic"));
    // Both zones together, and nothing smaller, besides the one balancer.
    let zones = [Unit::Group { group: 0 }, Unit::Group { group: 1 }];
    let cut = two.cuts.iter().find(|cut| cut.units == zones).expect("both zones");
    assert!((cut.chance - 1e-6).abs() < 1e-15 && (cut.share - 1.0).abs() < 1e-12);
    assert_eq!(two.cuts.iter().filter(|cut| cut.units.len() == 1).count(), 1);
}

fn pair(crews: bool, rate: f64, coverage: f64, manual_h: f64) -> Pair {
    Pair {
        mttf_s: 1_000.0 * HOUR,
        mttr_s: 4.0 * HOUR,
        standby_rate: rate,
        switch_s: 0.0,
        coverage,
        manual_s: manual_h * HOUR,
        own_crews: crews,
    }
}

#[test]
fn a_pair_is_the_chain_of_its_states() {
    case("avail_hot2_independent_repair").check("A", pair(true, 1.0, 1.0, 0.0).fate().up);
    case("avail_hot2_single_crew").check("A", pair(false, 1.0, 1.0, 0.0).fate().up);
    case("avail_warm_standby_half_rate").check("A", pair(false, 0.5, 1.0, 0.0).fate().up);
    case("avail_hot2_imperfect_coverage").check("A", pair(false, 1.0, 0.95, 0.5).fate().up);
    let first_h = pair(true, 1.0, 1.0, 0.0).first_outage_s() / HOUR;
    case("mttf_duplex").check("MTTF_with_repair_h", first_h);
    for (id, seconds) in [("failover_cold_300s", 300.0), ("failover_warm_30s", 30.0)] {
        let ready = Pair { mttr_s: 0.0, switch_s: seconds, ..pair(true, 0.0, 1.0, 0.0) };
        case(id).check("A", ready.fate().up);
    }
}

#[test]
fn a_drawn_pair_has_its_crews_coverage_and_failover() {
    let database = |more: &str| {
        let block = format!(
            r#""block":"sql-database","standby":"hot","mttf_h":1000,"mttr_h":4,"failover_s":0{more}"#
        );
        let json = row(&[&block]);
        // Checks of monitoring take 10 s at most: 10 s in every 1,000 hours.
        let json = json.replace("],\"links\"", r#",{"id":9,"block":"monitoring"}],"links""#);
        drawn(&json).both.expect("traffic")
    };
    // Switching is one state more: 10 s for each failure of the primary that is covered.
    let wanted = |id: &str, rate: f64, covered: f64| {
        let one_up = (1.0 + rate) * 4.0 / 1_000.0;
        let up = case(id).wanted("A");
        up / (1.0 + covered * 10.0 / HOUR / 1_000.0 * up / (1.0 + one_up))
    };
    let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-14, "{found} {wanted}");
    close(database(""), wanted("avail_hot2_independent_repair", 1.0, 1.0));
    close(database(r#","crews":"one""#), wanted("avail_hot2_single_crew", 1.0, 1.0));
    close(database(r#","crews":"one","standby_rate":0.5"#), wanted("avail_warm_standby_half_rate", 0.5, 1.0));
    let covered = database(r#","crews":"one","coverage":0.95,"manual_s":1800"#);
    close(covered, wanted("avail_hot2_imperfect_coverage", 1.0, 0.95));
}

#[test]
fn reads_outlive_the_primary_where_replicas_answer_them() {
    let block = r#""block":"sql-database","replicas":1,"reads_from":"all","mttf_h":999,"mttr_h":1"#;
    let found = drawn(&row(&[block]).replace("\"rate\":10", "\"rate\":10,\"reads\":0.9"));
    near(found.reads, 1.0 - 1e-6);
    near(found.writes, 0.999);
    near(found.both, 0.999);
}

#[test]
fn a_store_behind_a_cache_costs_the_misses_and_a_cache_that_bears_load_is_needed() {
    let json = |rate: u32| {
        format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":{rate},"reads":1}},
            {{"id":2,"block":"app-server","cores":1000,"mttf_h":0}},
            {{"id":3,"block":"cache","hit_mode":"given","hit_ratio":0.9,"cores":1000,"mttf_h":999,"mttr_h":1}},
            {{"id":4,"block":"sql-database","read_ms":10,"cores":8,"mttf_h":990,"mttr_h":10}}],
            "links":[[1,2],[2,3],[2,4,{{"when":"miss"}}]]}}"#
        )
    };
    // 10/s: without the cache the store does all. A dead store costs a tenth, and all while the cache is dead too.
    near(drawn(&json(10)).reads, 0.999 * (0.9 + 0.1 * 0.99) + 0.001 * 0.99);
    // 2,000/s × 10 ms is 20 of 8 cores: the cache is needed.
    near(drawn(&json(2_000)).reads, 0.999 * (0.9 + 0.1 * 0.99));
}

#[test]
fn the_weakest_part_is_named_with_its_minutes() {
    let found = drawn(&row(&[
        r#""block":"load-balancer","instances":2,"mttf_h":999,"mttr_h":1"#,
        r#""block":"app-server","instances":2,"mttf_h":999,"mttr_h":1"#,
        r#""block":"external-service","availability":0.999"#,
    ]));
    let worst = &found.parts[0];
    assert_eq!(worst.units, [Unit::Block { node: 3 }]);
    assert!((worst.costs * YEAR_MIN - 525.6).abs() < 0.01, "{}", worst.costs * YEAR_MIN);
}

#[test]
fn three_hundred_parts_with_all_pairs_are_answered_quickly() {
    let mut drawn = Drawn::new();
    let client = drawn.client(10.0, 1.0);
    let mut last = client;
    for _ in 0..28 {
        let (router, server) = (drawn.router(1), drawn.server(9));
        for node in [router, server] {
            drawn.with(node, |place| place.life = life(0.999));
        }
        drawn.link(last, router);
        drawn.link(router, server);
        last = server;
    }
    let flows = flows::solve(&drawn.0, &Scenario::default());
    let begin = std::time::Instant::now();
    let found = availability(&drawn.0, &flows);
    // 50 ms in release; this profile and a busy machine take longer.
    assert!(begin.elapsed().as_millis() < 2_000, "{:?}", begin.elapsed());
    near(found.both, (0.999 * (1.0 - 1e-27f64)).powi(28));
    assert_eq!(found.cuts.iter().filter(|cut| cut.units.len() == 1).count(), 28);
}

/// A server that needs so many services, each a cache that hits nine times in ten and the database behind it.
fn services(count: u32) -> String {
    let life = r#""mttf_h":900,"mttr_h":100"#;
    let mut nodes = vec![
        r#"{"id":1,"block":"client","rate":1,"reads":1}"#.to_owned(),
        r#"{"id":2,"block":"app-server","mttf_h":0}"#.to_owned(),
    ];
    let mut links = vec!["[1,2]".to_owned()];
    for cache in (0..count).map(|service| 3 + 2 * service) {
        let base = cache + 1;
        nodes.push(format!(r#"{{"id":{cache},"block":"cache","hit_mode":"given","hit_ratio":0.9,{life}}}"#));
        nodes.push(format!(r#"{{"id":{base},"block":"sql-database",{life}}}"#));
        links.push(format!("[2,{cache}]"));
        links.push(format!(r#"[2,{base},{{"when":"miss"}}]"#));
    }
    format!(r#"{{"headroom":1,"nodes":[{}],"links":[{}]}}"#, nodes.join(","), links.join(","))
}

#[test]
fn forty_services_with_a_chance_to_hit_each_are_worked_out_and_multiply() {
    // Lost while the database is down and the cache is down too, or there and without the entry.
    let one = 1.0 - 0.1 * (0.1 + 0.9 * 0.1);
    near(drawn(&services(1)).reads, one);
    near(drawn(&services(40)).reads, (0..40).map(|_| one).product());
}
