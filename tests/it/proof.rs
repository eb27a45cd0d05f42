//! Every claim about a loss is put to the test: the kill run of each unit of each example agrees with it.

use headroom::analysis::proof::{self, Proof, Schedule};
use headroom::analysis::{Loss, Spof, spof};
use headroom::engine::Unit;
use headroom::examples::EXAMPLES;
use headroom::topology::{self, Reads, Topology};

use crate::drawn::Drawn;

fn one(node: usize, instance: u32) -> Unit {
    Unit::Instance { node: node as u32, instance }
}

#[track_caller]
fn agrees(topology: &Topology, claim: &Spof, proof: &Proof) {
    let said = format!(
        "{claim:?}\n{proof:?}\n{:?}",
        topology.places().map(|(_, place)| &place.name).collect::<Vec<_>>()
    );
    match claim.loss {
        Loss::Total | Loss::Partial => {
            assert!(!proof.survived, "{said}");
            for (claimed, measured) in [(claim.reads, proof.reads), (claim.writes, proof.writes)] {
                if let (Some(claimed), Some(measured)) = (claimed, measured) {
                    assert!((claimed - measured).abs() < 0.05, "{said}");
                }
            }
        }
        // A queue may take in what is too much for as long as the window lasts; it grows, and that is seen.
        Loss::Overload => assert!(!proof.survived || !proof.saturated.is_empty(), "{said}"),
        Loss::Slow | Loss::Survived => assert!(proof.survived, "{said}"),
    }
}

/// Thousands of requests are enough for these tests; what steps in does so within two seconds here.
const QUICK: Schedule = Schedule { warm_up_s: 1.0, cap_s: 2.0, window_s: 5.0 };

fn every_claim(id: &str) {
    let example = EXAMPLES.iter().find(|example| example.id == id).expect("an example");
    let (topology, _) = topology::build(&example.design());
    for claim in spof::survey(&topology) {
        agrees(&topology, &claim, &proof::prove_within(&topology, claim.unit, 7, &QUICK));
    }
}

macro_rules! proven {
    ($($name:ident $id:literal)*) => {
        $(#[test] fn $name() { every_claim($id) })*

        #[test]
        fn every_example_is_proven() {
            let proven = [$($id),*];
            assert!(EXAMPLES.iter().all(|example| proven.contains(&example.id)));
        }
    };
}

proven! {
    cache_and_database "cache-and-database"
    load_balancer_and_three "load-balancer-and-three"
    one_box "one-box"
    queue_and_workers "queue-and-workers"
    read_replicas "read-replicas"
    servers_without_a_balancer "servers-without-a-balancer"
    three_tiers_with_everything "three-tiers-with-everything"
}

#[test]
fn too_few_servers_left_fail_in_the_run_too() {
    let mut d = Drawn::new();
    let (client, router, server) = (d.client(300.0, 1.0), d.router(2), d.server(2));
    d.link(client, router);
    d.link(router, server);
    d.with(server, |place| {
        place.servers.read.mean_s = 0.01;
        place.servers.queue = 100;
    });
    let proof = proof::prove(&d.0, one(server, 0), 1);
    assert!(!proof.survived);
    assert_eq!(proof.saturated, [server as u32]);
    assert!((proof.share - 2.0 / 3.0).abs() < 0.05, "{proof:?}");
    assert_eq!(proof.skipped_s, 10.0);
}

#[test]
fn a_standby_takes_over_within_the_capped_time() {
    let mut d = Drawn::new();
    let (client, store) = (d.client(200.0, 0.5), d.store(0, true, Reads::Primary));
    d.link(client, store);
    let proof = proof::prove(&d.0, one(store, 0), 1);
    assert_eq!(proof.skipped_s, 20.0, "a person and a promotion, each capped");
    assert!(proof.survived, "{proof:?}");
}

#[test]
fn the_same_seed_proves_the_same() {
    let mut d = Drawn::new();
    let (client, store) = (d.client(200.0, 0.5), d.store(1, false, Reads::All));
    d.link(client, store);
    let prove = || proof::prove(&d.0, one(store, 0), 3);
    let first = prove();
    assert_eq!(first, prove());
    assert_eq!((first.reads, first.writes), (Some(1.0), Some(0.0)));
}
