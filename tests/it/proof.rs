//! Every claim about a loss is put to the test: the kill run of each unit of each example agrees with it.

use headroom::analysis::proof::{self, Proof, Schedule};
use headroom::analysis::{Loss, Spof, spof};
use headroom::design::GroupKind;
use headroom::engine::Unit;
use headroom::examples::EXAMPLES;
use headroom::topology::{self, Reads, Station, Topology};

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
    all_agree(&topology);
}

#[track_caller]
fn all_agree(topology: &Topology) {
    for claim in spof::survey(topology) {
        agrees(topology, &claim, &proof::prove_within(topology, claim.unit, 7, &QUICK));
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
    food_delivery "food-delivery"
    video_streaming "video-streaming"
    payments "payments"
    one_shop_three_ways "one-shop-three-ways"
    launch_day "launch-day"
    retry_storm "retry-storm"
    thundering_herd "thundering-herd"
    celebrity_shard "celebrity-shard"
    two_regions "two-regions"
    tail_at_scale "tail-at-scale"
    write_and_read_models "write-and-read-models"
    images_and_login "images-and-login"
    heavy_and_light "heavy-and-light"
}

/// A zone goes silent: what lies in it is cut off, the others go on. The region takes everything.
#[test]
fn zones_and_regions_are_proven() {
    let mut d = Drawn::new();
    let (client, router, server) = (d.client(300.0, 0.9), d.router(3), d.server(6));
    let store = d.store(1, true, Reads::All);
    d.link(client, router);
    d.link(router, server);
    d.link(server, store);
    d.0.monitored = true;
    let region = d.group(GroupKind::Region, None);
    (0..3).for_each(|_| _ = d.group(GroupKind::Zone, Some(region)));
    for node in [router, server, store] {
        d.with(node, |place| place.group = Some(region));
    }
    all_agree(&d.0);
}

/// A shard takes its keys with it: beside a store they are misses, in line they fail.
#[test]
fn shards_and_copies_are_proven() {
    for (copies, aside) in [(true, true), (true, false), (false, true), (false, false)] {
        let mut d = Drawn::new();
        let (client, server) = (d.client(200.0, 0.9), d.server(1));
        let (cache, store) = (d.cache(3, 0.8), d.store(0, false, Reads::Primary));
        d.with(cache, |place| {
            let Station::Cache(cache) = &mut place.station else { panic!("a cache") };
            cache.copies = copies;
        });
        d.link(client, server);
        d.link(server, cache);
        if aside {
            d.link_with(server, store, |route| route.on_miss = true);
        } else {
            d.link(cache, store);
        }
        all_agree(&d.0);
    }
}

/// A router leaves out what is dead behind it, whatever it is, but does not see past it.
#[test]
fn routers_behind_routers_are_proven() {
    let mut d = Drawn::new();
    let (client, entry) = (d.client(600.0, 0.5), d.router(2));
    let (a, b) = (d.router(1), d.router(2));
    let (x, y) = (d.server(2), d.server(1));
    let (first, second) = (d.store(0, false, Reads::Primary), d.store(1, false, Reads::All));
    d.link(client, entry);
    for (from, to) in [(entry, a), (entry, b), (a, x), (b, x), (b, y), (x, first), (y, second)] {
        d.link(from, to);
    }
    all_agree(&d.0);
}

#[test]
fn queues_workers_and_side_calls_are_proven() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.5), d.server(1));
    let (queue, worker, store) = (d.queue(), d.server(2), d.store(0, true, Reads::Primary));
    let (extra, aside) = (d.server(1), d.server(1));
    d.link(client, server);
    d.link_with(server, queue, |route| route.reads = false);
    d.link(queue, worker);
    d.link(worker, store);
    d.link_with(server, extra, |route| route.optional = true);
    d.link_with(server, aside, |route| route.background = true);
    all_agree(&d.0);
}

#[test]
fn clients_that_choose_among_links_are_proven() {
    let mut d = Drawn::new();
    let (client, other) = (d.client(200.0, 1.0), d.client(50.0, 0.2));
    let (a, b, deep) = (d.server(1), d.server(3), d.server(1));
    d.link_with(client, a, |route| route.weight = 3.0);
    d.link(client, b);
    d.link(other, b);
    d.link_with(b, deep, |route| route.calls = 0.25);
    all_agree(&d.0);
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
