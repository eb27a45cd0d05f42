//! The simulation against queueing theory, conservation and itself.

use headroom::engine::simulate::{Simulation, digest, measure};
use headroom::engine::{Plan, Unit, steady};
use headroom::report::{Cause, Estimate, Report, Trust};
use headroom::topology;

use crate::checks::{assert_conserved, near, topology};

fn plan(duration_s: f64) -> Plan {
    Plan { seed: 1, duration_s, warmup_s: duration_s / 10.0 }
}

fn run(json: &str, duration_s: f64) -> Report {
    measure(&topology(json), &plan(duration_s))
}

#[track_caller]
fn inside(name: &str, estimate: &Estimate, exact: f64) {
    match estimate.trust {
        Trust::Between(low, high) => {
            assert!((low..=high).contains(&exact), "{name}: {exact} not in {estimate:?}")
        }
        _ => panic!("{name} has no interval: {estimate:?}"),
    }
}

const MM10: &str = r#"{"headroom":1,"nodes":[
  {"id":1,"block":"client","rate":800,"reads":1},
  {"id":2,"block":"app-server","cores":10,"service_ms":10}],
  "links":[[1,2,{"latency_ms":0}]]}"#;

#[test]
fn ten_servers_at_eighty_percent_agree_with_erlang_c() {
    let report = run(MM10, 300.0);
    let latency = report.total.latency.expect("answers");
    inside("mean", &latency.mean, 0.012_046);
    inside("p99", &latency.p99, 0.049_46);
    near("busy", report.nodes[1].busy.expect("cores").value, 0.8, 0.01);
    near("load", report.nodes[1].load.expect("cores"), 0.8, 0.01);
    assert_eq!(report.total.counts.failures(), 0);
}

const THREE_TIERS: &str = r#"{"headroom":1,"nodes":[
  {"id":1,"block":"client","rate":1500,"reads":0.9},
  {"id":2,"block":"load-balancer"},
  {"id":3,"block":"app-server","instances":3,"cores":4,"service_ms":5,"write_ms":5},
  {"id":4,"block":"cache","hit_mode":"given","hit_ratio":0.9},
  {"id":5,"block":"sql-database","replicas":1}],
  "links":[[1,2],[2,3],[3,4,{"ops":"reads"}],[3,5,{"ops":"reads","when":"miss"}],[3,5,{"ops":"writes"}]]}"#;

#[test]
fn conservation_holds_over_twenty_seeds() {
    let topology = topology(THREE_TIERS);
    for seed in 1..=20 {
        let report = measure(&topology, &Plan { seed, duration_s: 4.0, warmup_s: 1.0 });
        assert_conserved(&report);
        assert!(report.total.counts.sent > 5000);
        assert_eq!(report.total.counts.hollow, 0);
    }
}

/// L = λ T at every station that answers calls, and Lq = λ W of those in its lines; by both methods.
#[test]
fn littles_law_holds_at_every_station() {
    // What a replica repeats is present there as well, and nobody waits for it.
    let tiers = THREE_TIERS.replace("\"replicas\":1", "\"replicas\":0");
    for json in [MM10, &tiers] {
        let topology = topology(json);
        for (report, within) in [(run(json, 60.0), 0.02), (steady::solve(&topology), 1e-6)] {
            for (index, node) in report.nodes.iter().enumerate().skip(1) {
                let (stay, wait) = (node.latency.expect("answers").mean.value, node.wait.expect("calls"));
                let name = format!("{:?} station {index}", report.method);
                near(&name, node.present, node.carried * stay, within);
                let (waiting, of_waits) = (node.waiting, node.carried * wait.mean.value);
                // Hardly anybody waits at a station with hardly any work.
                assert!(
                    (waiting - of_waits).abs() <= within * of_waits + 0.002,
                    "{name}: {waiting} and {of_waits}"
                );
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_digest_in_any_slices() {
    let topology = topology(THREE_TIERS);
    let (mut whole, mut sliced) =
        (Simulation::new(topology.clone(), 7), Simulation::new(topology.clone(), 7));
    for simulation in [&mut whole, &mut sliced] {
        simulation.start_measuring();
    }
    whole.advance(3_000_000_000, u64::MAX);
    while !sliced.advance(3_000_000_000, 1) {}
    assert_eq!(digest(&whole.report()), digest(&sliced.report()));
    assert_ne!(digest(&whole.report()), digest(&Simulation::new(topology, 8).report()));
}

#[test]
fn a_read_goes_to_the_store_only_on_a_miss() {
    let report = run(THREE_TIERS, 20.0);
    near("hits", report.nodes[3].hit_ratio.expect("look-ups"), 0.9, 0.01);
    // 1,350 reads, a tenth of them to the store, and 150 writes.
    near("store", report.nodes[4].offered, 285.0, 0.05);
}

#[test]
fn without_a_router_only_the_first_instance_works() {
    let report = run(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":300,"reads":1},
        {"id":2,"block":"app-server","instances":3,"cores":2,"service_ms":10}],"links":[[1,2,{"latency_ms":0}]]}"#,
        30.0,
    );
    near("load", report.nodes[1].load.expect("cores"), 1.5, 0.03);
    assert_eq!(report.nodes[1].state, headroom::report::State::Saturated);
}

#[test]
fn a_killed_process_refuses_and_a_lost_group_is_silent() {
    let json = |group: &str| {
        format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":100,"reads":1,"timeout_s":1}},
            {{"id":2,"block":"app-server","service_ms":1{group}}}],"links":[[1,2]],
            "groups":[{{"id":1,"kind":"zone","name":"a"}}]}}"#
        )
    };
    let after = |unit: Unit, group: &str| {
        let mut simulation = Simulation::new(topology(&json(group)), 1);
        simulation.advance(5_000_000_000, u64::MAX);
        simulation.kill(unit);
        simulation.advance(15_000_000_000, u64::MAX);
        assert_conserved(&simulation.report());
        simulation.report().total.counts
    };
    let killed = after(Unit::Instance { node: 1, instance: 0 }, "");
    assert!(killed.failed[Cause::Refused as usize] > 900);
    assert_eq!(killed.ok, 0);
    let silent = after(Unit::Group { group: 0 }, r#","in":1"#);
    assert!(silent.failed[Cause::Partitioned as usize] > 850, "{silent:?}");
}

#[test]
fn a_router_takes_a_dead_instance_out_after_its_checks() {
    let topology = topology(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":300,"reads":1},
        {"id":2,"block":"load-balancer"},{"id":3,"block":"app-server","instances":3,"service_ms":1}],
        "links":[[1,2],[2,3]]}"#,
    );
    let mut simulation = Simulation::new(topology, 1);
    simulation.advance(5_000_000_000, u64::MAX);
    simulation.kill(Unit::Instance { node: 2, instance: 1 });
    simulation.advance(9_900_000_000, u64::MAX);
    let during = simulation.report().total.success.value;
    near("success before it is out", during, 2.0 / 3.0, 0.05);
    simulation.advance(16_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(20_000_000_000, u64::MAX);
    assert_eq!(simulation.report().total.counts.failures(), 0);
}

#[test]
fn edits_during_a_run_keep_the_books() {
    let mut simulation = Simulation::new(topology(THREE_TIERS), 3);
    let edits = [
        THREE_TIERS.replace("\"instances\":3", "\"instances\":1"),
        THREE_TIERS.replace(",[3,4,{\"ops\":\"reads\"}]", ""),
        THREE_TIERS.replace("{\"id\":4,\"block\":\"cache\",\"hit_mode\":\"given\",\"hit_ratio\":0.9},", ""),
        THREE_TIERS.replace("\"replicas\":1", "\"replicas\":3"),
        r#"{"headroom":1,"nodes":[{"id":9,"block":"client"}]}"#.to_owned(),
        THREE_TIERS.to_owned(),
    ];
    for (turn, edit) in edits.iter().cycle().take(18).enumerate() {
        let opened = headroom::share::from_json(edit).expect("a design");
        simulation.change(topology::build(&opened.design).0);
        simulation.advance((turn as u64 + 1) * 300_000_000, u64::MAX);
        assert_conserved(&simulation.report());
        if turn % 5 == 1 {
            simulation.kill(Unit::Block { node: 2 });
        }
        if turn % 5 == 3 {
            simulation.revive(Unit::Block { node: 2 });
        }
    }
}

#[test]
fn moving_a_block_changes_nothing() {
    let moved = THREE_TIERS.replace("\"id\":5,", "\"id\":5,\"at\":[900,30],\"name\":\"Elsewhere\",");
    assert_eq!(digest(&run(THREE_TIERS, 3.0)), digest(&run(&moved, 3.0)));
}
