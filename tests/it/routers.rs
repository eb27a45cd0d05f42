//! How routers choose and what distances cost: users that stay, paths that are lost, the nearest region and the next.

use headroom::analysis::spof::structure::works;
use headroom::engine::simulate::{Simulation, measure};
use headroom::engine::{Plan, Unit, steady};
use headroom::report::Report;
use headroom::topology::Operation;

use crate::checks::{near, topology};

fn run(json: &str, duration_s: f64) -> Report {
    measure(&topology(json), &Plan { seed: 9, duration_s, warmup_s: 1.0 })
}

const S: u64 = 1_000_000_000;

fn balanced(policy: &str, client: &str) -> Report {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":400,"reads":1,{client}}},
        {{"id":2,"block":"load-balancer","policy":"{policy}"}},
        {{"id":3,"block":"app-server","instances":4,"cores":2,"service_ms":1}}],"links":[[1,2],[2,3]]}}"#
    );
    run(&json, 30.0)
}

/// Busy share of the busiest instance over the mean of all.
fn skew(report: &Report) -> f64 {
    report.nodes[2].hottest.expect("cores") / report.nodes[2].busy.expect("cores").value
}

#[test]
fn sticky_sessions_keep_a_user_on_one_instance() {
    near("one user", skew(&balanced("sticky", r#""users":1"#)), 4.0, 1e-9);
    let many = skew(&balanced("sticky", r#""users":100000"#));
    assert!(many < 1.25, "many users spread: {many}");
    assert!(skew(&balanced("round-robin", r#""users":1"#)) < 1.1);
}

#[test]
fn a_consistent_hash_sends_a_key_to_one_instance() {
    near("one key", skew(&balanced("hash", r#""keys":1"#)), 4.0, 1e-9);
    let many = skew(&balanced("hash", r#""keys":1000000,"zipf":0"#));
    assert!(many < 1.25, "many keys spread: {many}");
}

const SHARES: &str = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":400,"reads":1},
    {"id":2,"block":"load-balancer","policy":"POLICY","check_s":1,"check_failures":1},
    {"id":3,"block":"app-server","service_ms":1},{"id":4,"block":"app-server","service_ms":1}],
    "links":[[1,2],[2,3,{"weight":3}],[2,4]]}"#;

/// Share of the calls on the first link, and success after the second server has been dead for five seconds.
fn with_weights(policy: &str) -> (f64, f64) {
    let topology = topology(&SHARES.replace("POLICY", policy));
    let mut simulation = Simulation::new(topology, 4);
    simulation.start_measuring();
    simulation.advance(20 * S, u64::MAX);
    let report = simulation.report();
    let first = report.links[1].calls / report.links[0].calls;
    simulation.kill(Unit::Instance { node: 3, instance: 0 });
    simulation.advance(25 * S, u64::MAX);
    simulation.start_measuring();
    simulation.advance(45 * S, u64::MAX);
    (first, simulation.report().total.success.value)
}

#[test]
fn weights_share_out_the_calls_and_only_a_path_is_lost_with_its_target() {
    for (policy, first, after) in
        [("weighted", 0.75, 1.0), ("random", 0.75, 1.0), ("path", 0.75, 0.75), ("failover", 1.0, 1.0)]
    {
        let (share, success) = with_weights(policy);
        near(&format!("{policy}: first link"), share, first, 0.03);
        near(&format!("{policy}: after the death"), success, after, 0.02);
        let solved = steady::solve(&topology(&SHARES.replace("POLICY", policy)));
        near(&format!("{policy}: steady"), solved.links[1].calls, 400.0 * first, 1e-9);
        let alive = works(
            &topology(&SHARES.replace("POLICY", policy)),
            &[Unit::Instance { node: 3, instance: 0 }],
            Operation::Read,
        );
        near(&format!("{policy}: structure"), alive, after, 1e-9);
    }
}

#[test]
fn a_silent_death_is_noticed_after_half_an_interval_and_the_checks_that_must_fail() {
    // health_check_detection: 5/2 + 2·5 + 2 = 14.5 s.
    let topology = topology(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":20,"reads":1,"arrivals":"constant","timeout_s":1},
        {"id":2,"block":"load-balancer","check_s":5,"check_failures":3,"check_timeout_s":2},
        {"id":3,"block":"external-service"},{"id":4,"block":"app-server","in":1}],
        "links":[[1,2],[2,3],[2,4]],"groups":[{"id":1,"kind":"zone"}]}"#,
    );
    let mut sum = 0.0;
    for seed in 0..100 {
        let mut simulation = Simulation::new(topology.clone(), seed);
        simulation.advance(S, u64::MAX);
        simulation.kill(Unit::Group { group: 0 });
        simulation.advance(20 * S, u64::MAX);
        // Every second request goes to the dead one.
        let late = simulation.report().total.counts.failures() as f64 / 10.0;
        assert!((11.8..=17.2).contains(&late), "{late}");
        sum += late / 100.0;
    }
    near("mean detection", sum, 14.5, 0.03);
}

#[test]
fn a_target_that_is_back_must_pass_its_checks_before_it_gets_calls() {
    let back = |successes: u32| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":100,"reads":1}},
            {{"id":2,"block":"load-balancer","check_s":1,"check_failures":1,"check_successes":{successes}}},
            {{"id":3,"block":"external-service"}},{{"id":4,"block":"app-server","service_ms":1}}],
            "links":[[1,2],[2,3],[2,4]]}}"#
        );
        let mut simulation = Simulation::new(topology(&json), 1);
        simulation.kill(Unit::Block { node: 3 });
        simulation.advance(5 * S, u64::MAX);
        simulation.revive(Unit::Block { node: 3 });
        simulation.advance(15 * S, u64::MAX);
        simulation.report().links[2].calls * 10.0
    };
    // Half of 100/s from the moment when it is in: four checks more are four seconds later.
    near("four seconds of calls", back(1) - back(5), 200.0, 0.15);
}

#[test]
fn without_tls_a_load_balancer_works_less() {
    let busy = |tls: &str| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":8000,"reads":1}},
            {{"id":2,"block":"load-balancer"{tls}}},{{"id":3,"block":"external-service"}}],"links":[[1,2],[2,3]]}}"#
        );
        run(&json, 10.0).nodes[1].load.expect("cores")
    };
    // 20,000 and 50,000 a second and core, two cores.
    near("with TLS", busy(""), 0.2, 0.02);
    near("without", busy(r#","tls":false"#), 0.08, 0.02);
}

/// Two regions, a client in the first; the DNS before them stands nowhere.
const REGIONS: &str = r#"{"headroom":1,"nodes":[
    {"id":1,"block":"client","rate":200,"reads":1,"users":5000,"in":1},
    {"id":2,"block":"dns","ttl_s":10,"check_s":1,"check_failures":1,"policy":"POLICY"},
    {"id":3,"block":"app-server","service_ms":0,"in":2},{"id":4,"block":"app-server","service_ms":0,"in":1}],
    "links":[[1,2,{"latency_ms":0}],[2,3,{"latency_ms":5}],[2,4,{"latency_ms":5}]],
    "groups":[{"id":1,"kind":"region","location":"us-east-1"},{"id":2,"kind":"region","location":"ap-south-1"}]}"#;

#[test]
fn dns_names_the_nearest_region_and_the_way_there_is_paid() {
    let nearest = REGIONS.replace("POLICY", "nearest");
    let report = run(&nearest, 20.0);
    near("at home", report.total.latency.expect("answers").p99.value, 0.01, 0.01);
    assert_eq!(report.links[1].calls, 0.0);
    // The first of its links is in Mumbai: 2 × 5 ms and the 190 ms of the round trip.
    let failover = REGIONS.replace("POLICY", "failover");
    near("in order", run(&failover, 20.0).total.latency.expect("answers").p50.value, 0.2, 0.01);
    for (json, exact) in [(nearest, 0.01), (failover, 0.2)] {
        let steady = steady::solve(&topology(&json)).total.latency.expect("answers").mean.value;
        near("steady", steady, exact, 1e-6);
    }
}

#[test]
fn dns_clients_keep_the_old_answer_for_up_to_its_time_to_live() {
    let mut simulation = Simulation::new(topology(&REGIONS.replace("POLICY", "nearest")), 2);
    simulation.advance(20 * S, u64::MAX);
    simulation.kill(Unit::Block { node: 3 });
    let success = |simulation: &mut Simulation, from: u64, to: u64| {
        simulation.advance(from * S, u64::MAX);
        simulation.start_measuring();
        simulation.advance(to * S, u64::MAX);
        simulation.stop_measuring();
        simulation.advance((to + 1) * S, u64::MAX);
        simulation.report().total.success.value
    };
    // Noticed within a second; from then on a tenth of the callers asks anew each second.
    let half = success(&mut simulation, 24, 27);
    assert!((0.40..=0.60).contains(&half), "half-way: {half}");
    let over = success(&mut simulation, 32, 40);
    near("all have asked anew", over, 1.0, 1e-9);
    near("far away", simulation.report().total.latency.expect("answers").p50.value, 0.2, 0.01);
}

#[test]
fn zones_of_a_region_are_a_little_apart_and_a_cdn_is_near_its_callers() {
    let one = |groups: &str| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":100,"reads":1,"in":2}},
            {{"id":2,"block":"app-server","service_ms":0,"in":3}}],"links":[[1,2,{{"latency_ms":0.25}}]],"groups":[{groups}]}}"#
        );
        (run(&json, 5.0), steady::solve(&topology(&json)))
    };
    let zones = r#"{"id":2,"kind":"zone","in":1},{"id":3,"kind":"zone","in":1}"#;
    let located = format!(r#"{{"id":1,"kind":"region","location":"eu-west-1"}},{zones}"#);
    let nowhere = format!(r#"{{"id":1,"kind":"region"}},{zones}"#);
    for (groups, round_trip) in [(located, 0.001), (nowhere, 0.000_5)] {
        let (simulated, steady) = one(&groups);
        near("simulated", simulated.total.latency.expect("answers").p50.value, round_trip, 0.01);
        near("steady", steady.total.latency.expect("answers").mean.value, round_trip, 1e-6);
    }
    // Client and edge in Mumbai, origin in Virginia: half of the reads hit and stay, the others pay 190 ms more.
    let cdn = r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":200,"reads":1,"in":1},
        {"id":2,"block":"cdn","hit_mode":"given","hit_ratio":0.5,"service_ms":0},
        {"id":3,"block":"app-server","embedded":true,"service_ms":0,"in":2}],
        "links":[[1,2,{"latency_ms":5}],[2,3,{"latency_ms":0}]],
        "groups":[{"id":1,"kind":"region","location":"ap-south-1"},{"id":2,"kind":"region","location":"us-east-1"}]}"#;
    let cdn = cdn.replace(r#""embedded":true,"#, "");
    let simulated = run(&cdn, 30.0).total.latency.expect("answers").mean.value;
    near("half of the way", simulated, 0.01 + 0.5 * 0.19, 0.03);
    near("steady", steady::solve(&topology(&cdn)).total.latency.expect("answers").mean.value, 0.105, 1e-6);
}

#[test]
fn a_region_moves_during_a_run() {
    let mut simulation = Simulation::new(topology(&REGIONS.replace("POLICY", "failover")), 2);
    simulation.advance(5 * S, u64::MAX);
    simulation.change(topology(&REGIONS.replace("POLICY", "failover").replace("ap-south-1", "ca-central-1")));
    simulation.advance(7 * S, u64::MAX);
    simulation.start_measuring();
    simulation.advance(12 * S, u64::MAX);
    near("14 ms away", simulation.report().total.latency.expect("answers").p50.value, 0.024, 0.01);
    simulation
        .change(topology(&REGIONS.replace("POLICY", "failover").replace(r#","location":"us-east-1""#, "")));
    simulation.advance(14 * S, u64::MAX);
    let counts = simulation.report().total.counts;
    assert_eq!(counts.sent, counts.ok + counts.degraded + counts.failures() + counts.under_way);
}
