//! Where traffic comes from: who sends, when, and what is told apart.

use headroom::engine::Plan;
use headroom::engine::simulate::measure;
use headroom::report::{Report, Trust};
use headroom::topology;

use crate::checks::near;

fn run(json: &str, duration_s: f64) -> Report {
    let opened = headroom::share::from_json(json).expect("a design");
    assert_eq!(opened.notes, [], "{json}");
    let (topology, problems) = topology::build(&opened.design);
    assert_eq!(problems, [], "{json}");
    measure(&topology, &Plan { seed: 5, duration_s, warmup_s: 0.0 })
}

#[test]
fn one_user_asks_at_one_point_of_presence() {
    // A thousand keys of one second each: ten locations see a tenth of the reads each, one location sees all.
    let hits = |users: u32| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[
            {{"id":1,"block":"client","rate":1000,"reads":1,"keys":1000,"zipf":0,"users":{users}}},
            {{"id":2,"block":"cdn","ttl_s":1,"pops":10}},{{"id":3,"block":"object-store"}}],
            "links":[[1,2],[2,3,{{"latency_ms":0}}]]}}"#
        );
        run(&json, 40.0).nodes[1].hit_ratio.expect("look-ups")
    };
    let (one, many) = (hits(1), hits(0));
    // A key asked for r times a second is a hit with probability rT/(1 + rT): 1/2 at r = 1, 1/11 at r = 0.1.
    assert!((one - 0.5).abs() < 0.03, "one user: {one}");
    assert!((many - 1.0 / 11.0).abs() < 0.02, "many users: {many}");
    assert!((hits(100_000) - many).abs() < 0.02);
}

/// One exponential server of 100 calls a second in front of a client with these parameters.
fn server(client: &str, duration_s: f64) -> Report {
    run(
        &format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,"timeout_s":3600,{client}}},
            {{"id":2,"block":"app-server","cores":1,"service_ms":10,"queue":1048576}}],
            "links":[[1,2,{{"latency_ms":0}}]]}}"#
        ),
        duration_s,
    )
}

#[test]
fn uneven_gaps_wait_as_gi_m_1_says() {
    // h2m1_cv4_rho80
    let report =
        server(r#""rate":80,"arrivals":"renewal","gap_shape":"hyperexponential","gap_cv":2"#, 6_000.0);
    let latency = report.total.latency.expect("answers");
    near("mean", latency.mean.value, 0.108_191_9, 0.04);
    near("p99", latency.p99.value, 0.498_242_3, 0.06);
}

/// The same by the steady method: mean, 95th and 99th percentile [s], and how far it trusts them.
fn solved(client: &str) -> ([f64; 3], Trust) {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,"timeout_s":3600,{client}}},
        {{"id":2,"block":"app-server","cores":1,"service_ms":10,"queue":1048576}}],"links":[[1,2,{{"latency_ms":0}}]]}}"#
    );
    let opened = headroom::share::from_json(&json).expect("a design");
    let report = headroom::engine::steady::solve(&topology::build(&opened.design).0);
    let times = report.total.latency.expect("answers");
    ([times.mean.value, times.p95.value, times.p99.value], times.mean.trust)
}

#[test]
fn a_line_that_one_source_feeds_is_solved_exactly() {
    let case = crate::reference::case("h2m1_cv4_rho80");
    let (times, trust) =
        solved(r#""rate":80,"arrivals":"renewal","gap_shape":"hyperexponential","gap_cv":2"#);
    case.check("T_mean", times[0]);
    case.check_within("T_p95", times[1], 1e-6);
    case.check_within("T_p99", times[2], 1e-6);
    assert_eq!(trust, Trust::Exact);
    let case = crate::reference::case("batch5_mm1_rho70");
    let (times, trust) = solved(r#""rate":70,"arrivals":"batch","batch":5"#);
    case.check("T_mean", times[0]);
    assert_eq!(trust, Trust::Approximate);
    let case = crate::reference::case("mmpp2_m1");
    let (times, trust) =
        solved(r#""rate":20,"arrivals":"bursts","burst_rate":150,"burst_s":0.6666666666666666,"calm_s":2"#);
    case.check("T_mean", times[0]);
    assert_eq!(trust, Trust::Approximate);
}

#[test]
fn batches_wait_for_each_other() {
    // batch5_mm1_rho70: 14 batches of 5 a second.
    let report = server(r#""rate":70,"arrivals":"batch","batch":5"#, 6_000.0);
    near("mean", report.total.latency.expect("answers").mean.value, 0.1, 0.04);
    near("sent", report.total.offered, 70.0, 0.02);
}

#[test]
fn bursts_over_the_capacity_pile_up() {
    // mmpp2_m1: 20/s for 2 s in the mean, 150/s for 2/3 s.
    let client = r#""rate":20,"arrivals":"bursts","burst_rate":150,"burst_s":0.6666666667,"calm_s":2"#;
    let report = server(client, 20_000.0);
    near("rate", report.total.offered, 52.5, 0.02);
    near("mean", report.total.latency.expect("answers").mean.value, 0.359_963_5, 0.06);
}

/// Requests sent in each second.
fn sent(client: &str, duration_s: f64) -> Vec<f64> {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,{client}}},
        {{"id":2,"block":"external-service"}}],"links":[[1,2]]}}"#
    );
    run(&json, duration_s).series.iter().map(|second| second.sent).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_flash_crowd_is_there_for_its_time() {
    let crowd =
        r#""rate":200,"over_time":"crowd","crowd_times":5,"crowd_at_s":20,"crowd_ramp_s":4,"crowd_s":10"#;
    let sent = sent(crowd, 60.0);
    near("before", mean(&sent[..20]), 200.0, 0.05);
    near("rising", mean(&sent[20..24]), 600.0, 0.08);
    near("at its height", mean(&sent[24..34]), 1_000.0, 0.03);
    near("after", mean(&sent[38..59]), 200.0, 0.05);
}

#[test]
fn a_ramp_a_wave_and_a_table_move_the_rate() {
    let ramp = sent(r#""rate":1000,"over_time":"ramp","ramp_from":0.5,"ramp_s":20"#, 40.0);
    near("first second of the ramp", ramp[0], 512.5, 0.12);
    near("middle of the ramp", mean(&ramp[8..12]), 750.0, 0.06);
    near("after the ramp", mean(&ramp[20..39]), 1_000.0, 0.02);
    let wave =
        sent(r#""rate":1000,"over_time":"wave","wave_s":40,"wave_height":0.8,"wave_phase":0.25"#, 40.0);
    near("peak", wave[0], 1_800.0, 0.08);
    near("trough", mean(&wave[19..21]), 200.0, 0.15);
    let table =
        sent(r#""rate":900,"over_time":"series","series":"second,rate\n0,100\n10,100\n20 300;30,300""#, 40.0);
    near("begins", mean(&table[..10]), 300.0, 0.06);
    near("half way", mean(&table[14..16]), 600.0, 0.08);
    near("stays", mean(&table[30..39]), 900.0, 0.04);
}

#[test]
fn clockwork_keeps_its_first_arrival_under_a_profile() {
    // The n-th request comes when the integral of the rate is n: 10·t²/20 = n on a ramp to 10/s in 10 s.
    let sent = sent(r#""rate":10,"arrivals":"constant","over_time":"ramp","ramp_s":10"#, 12.0);
    assert_eq!(sent[..11].iter().sum::<f64>(), 61.0, "{sent:?}");
    assert_eq!(sent[10], 10.0);
}

#[test]
fn users_who_wait_for_answers_agree_with_mean_value_analysis() {
    let loops = |users: u32, think_s: f64, nodes: &str, links: &str, duration_s: f64| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,"timeout_s":3600,"arrivals":"closed",
            "users":{users},"think_s":{think_s}}},{nodes}],"links":[{links}]}}"#
        );
        run(&json, duration_s)
    };
    let now = r#"{"latency_ms":0,"timeout_ms":3600000}"#;
    // closed_repair_n20
    let one = r#"{"id":2,"block":"app-server","cores":1,"service_ms":50}"#;
    let report = loops(20, 1.0, one, &format!("[1,2,{now}]"), 4_000.0);
    near("throughput", report.total.goodput.value, 16.822_160_8, 0.01);
    near("response", report.total.latency.expect("answers").mean.value, 0.188_907_9, 0.03);
    // closed_multiserver_n40
    let two = r#"{"id":2,"block":"app-server","cores":4,"service_ms":100,"threads":"async"},
        {"id":3,"block":"sql-database","cores":1,"read_ms":20,"connections":10000}"#;
    let report = loops(40, 1.0, two, &format!("[1,2,{now}],[2,3,{now}]"), 2_000.0);
    near("throughput", report.total.goodput.value, 33.081_561_6, 0.01);
    near("response", report.total.latency.expect("answers").mean.value, 0.209_132_8, 0.03);
    // closed_mva3_n1: alone, nobody waits.
    let three = r#"{"id":2,"block":"app-server","cores":1,"service_ms":5,"threads":"async"},
        {"id":3,"block":"sql-database","cores":1,"read_ms":30},{"id":4,"block":"sql-database","cores":1,"read_ms":27}"#;
    let report = loops(1, 5.0, three, &format!("[1,2,{now}],[2,3,{now}],[2,4,{now}]"), 40_000.0);
    near("response", report.total.latency.expect("answers").mean.value, 0.062, 0.03);
}

#[test]
fn the_steady_method_says_that_moving_traffic_is_beyond_it() {
    let trust = |client: &str| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,"rate":50,{client}}},
            {{"id":2,"block":"app-server","cores":1,"service_ms":10,"queue":1048576}}],
            "links":[[1,2,{{"latency_ms":0}}]]}}"#
        );
        let (topology, _) = topology::build(&headroom::share::from_json(&json).expect("a design").design);
        headroom::engine::steady::solve(&topology).total.latency.expect("answers").mean.trust
    };
    assert_eq!(trust(r#""arrivals":"poisson""#), Trust::Exact);
    assert_eq!(trust(r#""arrivals":"renewal","gap_shape":"erlang","gap_cv":0.5"#), Trust::Exact);
    // Of these the mean is exact, or the spread nearly so.
    for close in [
        r#""arrivals":"renewal","gap_shape":"lognormal","gap_cv":2"#,
        r#""arrivals":"batch""#,
        r#""arrivals":"bursts","burst_rate":60"#,
    ] {
        assert_eq!(trust(close), Trust::Approximate, "{close}");
    }
    for moving in
        [r#""over_time":"crowd""#, r#""over_time":"wave""#, r#""arrivals":"batch","over_time":"wave""#]
    {
        assert_eq!(trust(moving), Trust::Low, "{moving}");
    }
}

#[test]
fn the_steady_method_solves_a_closed_loop_exactly() {
    let solved = |users: u32, nodes: &str, links: &str| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,"timeout_s":3600,"arrivals":"closed",
            "users":{users},"think_s":1}},{nodes}],"links":[{links}]}}"#
        );
        let (topology, _) = topology::build(&headroom::share::from_json(&json).expect("a design").design);
        let total = headroom::engine::steady::solve(&topology).total;
        (total.offered, total.latency.expect("answers").mean.value)
    };
    let now = r#"{"latency_ms":0,"timeout_ms":3600000}"#;
    // closed_repair_n20 and closed_multiserver_n40
    let one = r#"{"id":2,"block":"app-server","cores":1,"service_ms":50}"#;
    let (rate, response) = solved(20, one, &format!("[1,2,{now}]"));
    near("throughput", rate, 16.822_160_769_160_57, 1e-6);
    near("response", response, 0.188_907_909_896_167_68, 1e-5);
    let two = r#"{"id":2,"block":"app-server","cores":4,"service_ms":100,"threads":"async"},
        {"id":3,"block":"sql-database","cores":1,"read_ms":20,"connections":10000}"#;
    let (rate, response) = solved(40, two, &format!("[1,2,{now}],[2,3,{now}]"));
    near("throughput", rate, 33.081_561_576_842_31, 1e-6);
    near("response", response, 0.209_132_764_397_697_68, 1e-5);
}
