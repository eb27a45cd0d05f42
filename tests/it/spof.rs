//! Classes of loss: the smallest design for each, and which units are looked at.

use std::time::{Duration, Instant};

use headroom::analysis::{Loss, Spof, spof};
use headroom::design::GroupKind;
use headroom::engine::Unit;
use headroom::topology::{Addressing, Reads, Topology};

use crate::drawn::Drawn;

fn one(node: usize, instance: u32) -> Unit {
    Unit::Instance { node: node as u32, instance }
}

fn lose(topology: &Topology, node: usize, instance: u32) -> Spof {
    spof::lose(topology, one(node, instance)).spof
}

#[track_caller]
fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a share");
    assert!((found - wanted).abs() < 2e-3, "{found}, not {wanted}");
}

/// Client, two routers, three servers, a database: 400/s of 1 ms on two cores each, 2 ms on eight.
fn three_tiers(replicas: u32, standby: bool, reads: Reads) -> (Drawn, [usize; 4]) {
    let mut d = Drawn::new();
    let (client, router, server) = (d.client(400.0, 0.9), d.router(2), d.server(3));
    let store = d.store(replicas, standby, reads);
    d.link(client, router);
    d.link(router, server);
    d.link(server, store);
    (d, [client, router, server, store])
}

#[test]
fn a_lone_database_is_total_and_its_servers_are_not() {
    let (d, [_, router, server, store]) = three_tiers(0, false, Reads::Primary);
    let database = lose(&d.0, store, 0);
    assert_eq!((database.loss, database.reads, database.writes), (Loss::Total, Some(0.0), Some(0.0)));
    assert_eq!(database.recovery_s, 0.0);
    let instance = lose(&d.0, server, 0);
    assert_eq!((instance.loss, instance.recovery_s), (Loss::Survived, 10.0));
    near(instance.reads, 1.0);
    assert_eq!(lose(&d.0, router, 0).loss, Loss::Survived);
    assert_eq!(spof::find(&d.0).len(), 1);
}

#[test]
fn one_load_balancer_in_front_of_many_is_total() {
    let mut d = Drawn::new();
    let (client, router, server) = (d.client(100.0, 0.9), d.router(1), d.server(3));
    d.link(client, router);
    d.link(router, server);
    assert_eq!(lose(&d.0, router, 0).loss, Loss::Total);
}

#[test]
fn a_primary_with_replicas_loses_the_writes_only() {
    let (d, [_, _, _, store]) = three_tiers(2, false, Reads::All);
    let primary = lose(&d.0, store, 0);
    assert_eq!(primary.loss, Loss::Partial);
    near(primary.reads, 1.0);
    near(primary.writes, 0.0);
    assert_eq!(lose(&d.0, store, 1).loss, Loss::Survived);
}

#[test]
fn a_standby_needs_somebody_who_notices() {
    let (mut d, [_, _, _, store]) = three_tiers(0, true, Reads::Primary);
    let waiting = lose(&d.0, store, 0);
    assert_eq!((waiting.loss, waiting.recovery_s), (Loss::Slow, 930.0));
    d.0.monitored = true;
    let watched = lose(&d.0, store, 0);
    assert_eq!((watched.loss, watched.recovery_s), (Loss::Survived, 40.0));
    let standby = lose(&d.0, store, 1);
    assert_eq!((standby.loss, standby.recovery_s), (Loss::Survived, 0.0));
}

#[test]
fn a_store_behind_a_cache_loses_the_misses_and_the_writes() {
    let mut d = Drawn::new();
    let (client, cache, store) = (d.client(400.0, 0.9), d.cache(1, 0.9), d.store(0, false, Reads::Primary));
    d.link(client, cache);
    d.link(cache, store);
    let database = lose(&d.0, store, 0);
    assert_eq!(database.loss, Loss::Partial);
    near(database.reads, 0.9);
    near(database.writes, 0.0);
}

#[test]
fn a_dead_cache_overloads_the_store_behind_it() {
    // 10,000 reads of 2 ms on eight cores are 2.5 times what the store carries; behind a cache of 90 % they are a quarter.
    let mut d = Drawn::new();
    let (client, server) = (d.client(10_000.0, 1.0), d.server(12));
    let (router, cache, store) = (d.router(2), d.cache(1, 0.9), d.store(0, false, Reads::Primary));
    d.with(router, |place| place.servers.cores = Some(8));
    d.with(server, |place| place.servers.slots = 10_000);
    d.link(client, router);
    d.link(router, server);
    d.link(server, cache);
    d.link_with(server, store, |route| route.on_miss = true);
    let aftermath = spof::lose(&d.0, one(cache, 0));
    assert_eq!(aftermath.spof.loss, Loss::Overload);
    near(aftermath.spof.reads, 0.4);
    let (node, load) = aftermath.overloaded[0];
    assert_eq!(node, store);
    near(Some(load), 2.5);
}

#[test]
fn too_few_servers_left_is_overload() {
    // 3,000/s of 1 ms on two cores: 1.5 instances' worth.
    let mut d = Drawn::new();
    let (client, router, server) = (d.client(3_000.0, 1.0), d.router(2), d.server(2));
    d.with(router, |place| place.servers.cores = Some(8));
    d.link(client, router);
    d.link(router, server);
    let instance = lose(&d.0, server, 0);
    assert_eq!(instance.loss, Loss::Overload);
    near(instance.reads, 2.0 / 3.0);
}

#[test]
fn a_block_that_was_saturated_before_is_not_blamed_on_others() {
    let mut d = Drawn::new();
    let (client, server, idle) = (d.client(5_000.0, 1.0), d.server(1), d.server(1));
    d.link(client, server);
    assert_eq!(lose(&d.0, idle, 0).loss, Loss::Survived);
    assert_eq!(lose(&d.0, server, 0).loss, Loss::Total);
}

#[test]
fn one_of_two_clients_cut_off_is_total() {
    let mut d = Drawn::new();
    let (a, b) = (d.client(100.0, 1.0), d.client(100.0, 1.0));
    let (x, y) = (d.server(1), d.server(1));
    d.link(a, x);
    d.link(b, y);
    let found = lose(&d.0, x, 0);
    assert_eq!(found.loss, Loss::Total);
    near(found.reads, 0.5);
    assert_eq!(found.writes, None);
}

#[test]
fn an_optional_call_only_degrades() {
    let mut d = Drawn::new();
    let (client, server, extra) = (d.client(100.0, 1.0), d.server(1), d.server(1));
    d.link(client, server);
    d.link_with(server, extra, |route| route.optional = true);
    assert_eq!(lose(&d.0, extra, 0).loss, Loss::Survived);
}

#[test]
fn no_traffic_still_has_single_points() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(0.0, 0.9), d.server(1));
    d.link(client, server);
    assert_eq!(lose(&d.0, server, 0).loss, Loss::Total);
}

#[test]
fn units_are_instances_by_their_part_and_groups_and_nothing_else() {
    let (mut d, [client, router, server, store]) = three_tiers(3, true, Reads::All);
    let direct = d.server(4);
    let cache = d.cache(2, 0.9);
    let managed = d.server(2);
    d.with(managed, |place| place.managed = true);
    let (zone, empty) = (d.group(GroupKind::Zone, None), d.group(GroupKind::Zone, None));
    d.with(server, |place| place.group = Some(zone));
    d.with(client, |place| place.group = Some(empty));
    let found = spof::units(&d.0);
    let wanted = [
        one(router, 0),
        one(server, 0),
        one(server, 1),
        one(store, 0),
        one(store, 1),
        one(store, 4),
        one(direct, 0),
        one(direct, 1),
        one(cache, 0),
        Unit::Group { group: zone as u32 },
    ];
    assert_eq!(found, wanted);
}

#[test]
fn a_zone_takes_its_share_of_a_region() {
    let (mut d, [_, router, server, store]) = three_tiers(1, true, Reads::All);
    d.0.monitored = true;
    let region = d.group(GroupKind::Region, None);
    let zones: Vec<usize> = (0..3).map(|_| d.group(GroupKind::Zone, Some(region))).collect();
    for node in [router, server, store] {
        d.with(node, |place| place.group = Some(region));
    }
    for zone in zones {
        let found = spof::lose(&d.0, Unit::Group { group: zone as u32 }).spof;
        assert_eq!(found.loss, Loss::Survived, "zone {zone}");
    }
    assert_eq!(spof::lose(&d.0, Unit::Group { group: region as u32 }).spof.loss, Loss::Total);
}

#[test]
fn the_worst_comes_first() {
    let (mut d, [_, _, _, store]) = three_tiers(2, false, Reads::All);
    let (other, alone) = (d.client(10.0, 1.0), d.server(1));
    d.link(other, alone);
    let found: Vec<_> = spof::find(&d.0).into_iter().map(|spof| (spof.unit, spof.loss)).collect();
    assert_eq!(found, [(one(alone, 0), Loss::Total), (one(store, 0), Loss::Partial)]);
}

#[test]
fn every_single_failure_of_280_units_takes_a_moment() {
    let mut d = Drawn::new();
    let client = d.client(1_000.0, 0.9);
    let (router, store) = (d.router(2), d.store(2, true, Reads::All));
    d.link(client, router);
    for _ in 0..138 {
        let (server, extra) = (d.server(1), d.server(1));
        d.link(router, server);
        d.link(server, extra);
        d.link(server, store);
        d.with(extra, |place| place.servers.addressing = Addressing::Spread);
    }
    let started = Instant::now();
    let found = spof::survey(&d.0);
    assert_eq!(found.len(), 280);
    // Each server is one of 138: its own loss is survived, that of what it alone calls is not.
    let partial = found.iter().filter(|spof| spof.loss == Loss::Partial).count();
    assert_eq!(partial, 138);
    // Without monitoring the standby waits for a person.
    assert_eq!(spof::find(&d.0).last().map(|spof| (spof.unit, spof.loss)), Some((one(store, 0), Loss::Slow)));
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}
