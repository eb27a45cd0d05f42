//! The steady method on drawn topologies against theory.

use headroom::engine::flows::{self, Scenario};
use headroom::engine::formulas::{Wait, erlang_b};
use headroom::engine::simulate::measure;
use headroom::engine::{Plan, steady};
use headroom::report::{Cause, Report, State, Times, Trust};
use headroom::topology::{Limit, Service, Shape, Topology};

use crate::drawn::Drawn;
use crate::reference::{Case, case, cases};

#[track_caller]
fn near(got: f64, wanted: f64, relative: f64) {
    assert!((got - wanted).abs() <= relative * wanted.abs(), "{got} instead of {wanted}");
}

fn solved(topology: &Topology) -> Report {
    steady::solve(topology)
}

fn latency(report: &Report) -> Times {
    report.total.latency.expect("answers")
}

/// A client of reads only and, right behind it, a chain of stations without latencies.
struct Chain {
    drawn: Drawn,
    last: usize,
}

impl Chain {
    fn of(rate: f64) -> Chain {
        let mut drawn = Drawn::new();
        let last = drawn.client(rate, 1.0);
        Chain { drawn, last }
    }

    /// Then a server of these cores, its service time in seconds.
    fn then(mut self, cores: u32, mean_s: f64, shape: Shape) -> Chain {
        let node = self.drawn.server(1);
        self.drawn.with(node, |place| {
            place.servers.cores = Some(cores);
            place.servers.read = Service { mean_s, shape };
            (place.servers.slots, place.servers.queue) = (1 << 20, 1 << 20);
        });
        let forever = 3_600_000_000_000;
        self.drawn.link_with(self.last, node, |route| (route.latency_ns, route.timeout_ns) = (0, forever));
        self.last = node;
        self
    }

    fn report(&self) -> Report {
        solved(&self.drawn.0)
    }
}

/// The first figure of the issue: 800/s on ten cores of 10 ms.
#[test]
fn ten_cores_at_eighty_percent() {
    let report = Chain::of(800.0).then(10, 0.01, Shape::Exponential).report();
    let latency = latency(&report);
    let theory = Wait::mmc(800.0, 0.01, 10);
    near(latency.mean.value, theory.mean() + 0.01, 1e-9);
    near(latency.mean.value, 0.012_046, 1e-5);
    near(latency.p99.value, theory.sojourn_quantile(0.01, 0.99), 1e-6);
    near(latency.p99.value, 0.049_46, 1e-4);
    assert_eq!(latency.p99.trust, Trust::Exact);
    near(report.nodes[1].load.expect("a limit"), 0.8, 1e-12);
    assert_eq!(report.nodes[1].state, State::Hot);
    near(report.total.success.value, 1.0, 1e-12);
}

fn check_times(case: &Case, report: &Report) {
    let latency = latency(report);
    case.check("T_mean", latency.mean.value);
    for (quantity, found) in [("T_p50", latency.p50), ("T_p95", latency.p95), ("T_p99", latency.p99)] {
        if case.has(quantity) {
            case.check_within(quantity, found.value, 2e-7);
        }
    }
}

#[test]
fn single_stations_are_exact() {
    let markov = |case: &Case| case.id().starts_with("mm1_") || case.id().starts_with("mmc_");
    for case in cases().into_iter().filter(markov) {
        let cores = case.param("c") as u32;
        let report =
            Chain::of(case.param("lam")).then(cores, 1.0 / case.param("mu"), Shape::Exponential).report();
        check_times(&case, &report);
        let node = &report.nodes[1];
        case.check("utilization", node.load.expect("a limit"));
        case.check("Lq", node.waiting);
        case.check("L", node.present);
        case.check("Wq_p99", node.wait.expect("served").p99.value);
    }
}

#[test]
fn a_loop_is_followed_by_visits() {
    let mut chain = Chain::of(40.0).then(1, 0.01, Shape::Exponential);
    let node = chain.last;
    chain.drawn.link_with(node, node, |route| (route.latency_ns, route.calls) = (0, 0.5));
    let report = chain.report();
    let reference = case("feedback_single");
    reference.check_within("lambda_eff", report.nodes[node].offered, 1e-9);
    reference.check_within("utilization", report.nodes[node].load.unwrap(), 1e-9);
    reference.check_within("T_mean", latency(&report).mean.value, 1e-8);
    assert!(flows::solve(&chain.drawn.0, &Scenario::default()).endless.is_empty());
}

#[test]
fn an_endless_loop_is_cut_and_named() {
    let mut chain = Chain::of(1.0).then(1, 0.01, Shape::Exponential);
    let node = chain.last;
    chain.drawn.link(node, node);
    let flows = flows::lossless(&chain.drawn.0, &Scenario::default());
    assert_eq!(flows.endless, [node]);
    near(flows.stations[node].offered[0], 64.0, 0.02);
    let report = chain.report();
    assert!(report.total.success.value.is_finite() && report.nodes[node].offered.is_finite());
}

#[test]
fn what_is_full_turns_away() {
    for id in ["mmck_c1_K10_rho90", "mmck_c1_K10_rho100", "mmck_c1_K10_rho150"] {
        let reference = case(id);
        let mut chain = Chain::of(reference.param("lam")).then(1, 0.1, Shape::Exponential);
        chain.drawn.with(1, |place| (place.servers.slots, place.servers.queue) = (4, 6));
        let report = chain.report();
        reference.check("throughput", report.total.goodput.value);
        reference
            .check("P_block", report.nodes[1].dropped[Cause::Overloaded as usize] / reference.param("lam"));
        reference.check("utilization", report.nodes[1].busy.unwrap().value);
        reference.check("T_mean_accepted", latency(&report).mean.value);
        reference.check_within("T_p99_accepted", latency(&report).p99.value, 2e-7);
        assert_eq!(report.nodes[1].state, State::Saturated);
    }
    // A function: no cores to wait for, 1,000 at once.
    let mut chain = Chain::of(4_750.0).then(1, 0.2, Shape::Lognormal { cv: 1.0 });
    chain.drawn.with(1, |place| {
        place.servers.cores = None;
        (place.servers.slots, place.servers.queue) = (1_000, 0);
    });
    case("concurrency_limit_1000").check("admit_fraction", chain.report().total.success.value);
}

#[test]
fn limits_turn_away_by_the_bucket() {
    for id in ["token_bucket_l80_r100_b10", "token_bucket_l300_r100_b20"] {
        let reference = case(id);
        let mut chain = Chain::of(reference.param("lam")).then(100, 1e-6, Shape::Exponential);
        let limit = Limit::bucket(reference.param("rate"), reference.param("burst") as u32);
        chain.drawn.with(1, |place| place.servers.limit = Some(limit));
        let report = chain.report();
        reference.check("admit_fraction", report.total.success.value);
        reference.check("admitted_rate", report.total.goodput.value);
    }
}

#[test]
fn retries_multiply_what_is_offered() {
    let mut drawn = Drawn::new();
    let client = drawn.client(100.0, 1.0);
    let app = drawn.server(1);
    let other = drawn.server(1);
    drawn.with(other, |place| place.servers.errors = 0.2);
    drawn.link(client, app);
    drawn.link_with(app, other, |route| route.retries = 2);
    let report = solved(&drawn.0);
    case("retry_offered_load").check("offered_rate", report.nodes[other].offered);
    near(report.total.success.value, 1.0 - 0.2f64.powi(3), 1e-9);
}

/// Capacity 1,000/s, 700/s offered, three retries: fine from empty; at 1,100/s the retries take what is left.
#[test]
fn retries_make_overload_worse() {
    let storm = |rate: f64| {
        let mut drawn = Drawn::new();
        let client = drawn.client(rate, 1.0);
        let app = drawn.server(1);
        drawn.with(app, |place| {
            place.servers.cores = Some(10);
            place.servers.read.mean_s = 0.01;
            (place.servers.slots, place.servers.queue) = (10, 100);
        });
        drawn.link_with(client, app, |route| route.retries = 3);
        let report = solved(&drawn.0);
        (report.nodes[app].offered, report.total.goodput.value)
    };
    near(storm(700.0).0, 700.0, 1e-9);
    let (offered, goodput) = storm(1_100.0);
    assert!(offered > 1_300.0, "{offered}");
    near(goodput, 1_000.0, 0.01);
}

#[test]
fn a_dead_cache_is_a_miss_aside_and_a_failure_in_line() {
    let mut drawn = Drawn::new();
    let client = drawn.client(100.0, 1.0);
    let app = drawn.server(1);
    let cache = drawn.cache(1, 0.9);
    let store = drawn.store(0, false, headroom::topology::Reads::Primary);
    drawn.link(client, app);
    drawn.link(app, cache);
    drawn.link_with(app, store, |route| route.on_miss = true);
    let dead = Scenario { multiple: 1.0, dead: vec![headroom::engine::Unit::Block { node: cache as u32 }] };
    let flows = flows::solve(&drawn.0, &dead);
    near(flows.stations[store].offered[0], 100.0, 1e-9);
    near(flows.clients[0].ok[0], 1.0, 1e-9);

    let mut drawn = Drawn::new();
    let client = drawn.client(100.0, 1.0);
    let cache = drawn.cache(1, 0.9);
    let store = drawn.store(0, false, headroom::topology::Reads::Primary);
    drawn.link(client, cache);
    drawn.link(cache, store);
    let dead = Scenario { multiple: 1.0, dead: vec![headroom::engine::Unit::Block { node: cache as u32 }] };
    assert_eq!(flows::solve(&drawn.0, &dead).clients[0].ok[0], 0.0);
    near(flows::solve(&drawn.0, &Scenario::default()).stations[store].offered[0], 10.0, 1e-9);
}

/// 200 connections that are held for 1 s carry 200/s by Erlang's loss formula; the rest is turned away.
#[test]
fn threads_held_by_a_slow_service_are_the_limit() {
    let mut drawn = Drawn::new();
    let client = drawn.client(190.0, 1.0);
    let app = drawn.server(1);
    let slow = drawn.server(1);
    drawn.with(app, |place| (place.servers.read.mean_s, place.servers.queue) = (0.0, 0));
    drawn.with(slow, |place| {
        (place.servers.cores, place.servers.slots) = (None, 1 << 20);
        place.servers.read.mean_s = 1.0;
    });
    drawn.link_with(client, app, |route| (route.latency_ns, route.timeout_ns) = (0, 60_000_000_000));
    drawn.link_with(app, slow, |route| (route.latency_ns, route.timeout_ns) = (0, 60_000_000_000));
    let report = solved(&drawn.0);
    near(report.total.success.value, 1.0 - erlang_b(200, 190.0), 1e-9);
    near(report.nodes[app].load.unwrap(), 0.95, 1e-9);
}

/// The promise of both methods (references: mean within 5 %, p99 within 15 %) on the examples that saturate nothing.
#[test]
fn the_simulation_agrees_on_the_examples() {
    for name in [
        "cache-and-database",
        "load-balancer-and-three",
        "queue-and-workers",
        "read-replicas",
        "three-tiers-with-everything",
    ] {
        let topology = example(name);
        let steady = solved(&topology);
        let plan = Plan { seed: 1, duration_s: 150_000.0 / steady.total.offered, warmup_s: 2.0 };
        let simulated = measure(&topology, &plan);
        for (steady, simulated) in [(&steady.reads, &simulated.reads), (&steady.writes, &simulated.writes)] {
            let (Some(ours), Some(theirs)) = (steady.latency, simulated.latency) else { continue };
            assert!(simulated.counts.sent > 100);
            near(ours.mean.value, theirs.mean.value, 0.05);
            near(ours.p50.value, theirs.p50.value, 0.1);
            near(ours.p99.value, theirs.p99.value, 0.15);
            near(steady.success.value, simulated.success.value, 0.01);
        }
        for (steady, simulated) in steady.nodes.iter().zip(&simulated.nodes) {
            near(steady.offered, simulated.offered, 0.05);
            if let (Some(ours), Some(theirs)) = (steady.busy, simulated.busy) {
                assert!((ours.value - theirs.value).abs() < 0.02, "{ours:?} and {theirs:?}");
            }
            if let (Some(ours), Some(theirs)) = (steady.hit_ratio, simulated.hit_ratio) {
                assert!((ours - theirs).abs() < 0.01, "{name}: {ours} and {theirs}");
            }
        }
    }
}

fn example(name: &str) -> Topology {
    let path = format!("{}/static/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let json = std::fs::read_to_string(path).expect("an example");
    headroom::topology::build(&headroom::share::from_json(&json).expect("a design").design).0
}

/// Users near and far: the times of both together cannot spread further than those of the far ones.
#[test]
fn a_mixture_of_near_and_far_users_lies_between_them() {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","name":"near","rate":500,"reads":1},
        {"id":2,"block":"client","name":"far","rate":500,"reads":1},
        {"id":3,"block":"app-server","instances":1,"cores":8,"service_ms":2}],
        "links":[[1,3,{"latency_ms":1}],[2,3,{"latency_ms":100}]]}"#;
    let topology = crate::checks::topology(json);
    let report = solved(&topology);
    let p99 = |traffic: &headroom::report::Traffic| traffic.latency.expect("answers").p99.value;
    // No line to speak of: of the far half 98 % are below 200 ms − 2 ms ln 0.02.
    let exact = 0.2 + 0.002 * 50.0_f64.ln();
    for traffic in [&report.total, &report.reads] {
        assert!((p99(traffic) - exact).abs() < 2e-4, "{} against {exact}", p99(traffic));
    }
    let run = measure(&topology, &Plan { seed: 1, duration_s: 60.0, warmup_s: 1.0 });
    assert!((p99(&run.total) / exact - 1.0).abs() < 0.01, "{}", p99(&run.total));
}
