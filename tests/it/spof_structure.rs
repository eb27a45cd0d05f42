//! The and/or structure: the smallest design for every rule, and the reference cases.

use headroom::analysis::spof::structure::works;
use headroom::design::GroupKind;
use headroom::engine::Unit;
use headroom::topology::Operation::{Read, Write};
use headroom::topology::{Addressing, Hits, Policy, Reads, Station, Topology};

use crate::drawn::Drawn;

fn one(node: usize, instance: u32) -> Unit {
    Unit::Instance { node: node as u32, instance }
}

/// Shares of reads and of writes answered with these units dead.
fn after(topology: &Topology, dead: &[Unit]) -> (f64, f64) {
    (works(topology, dead, Read), works(topology, dead, Write))
}

fn near(found: (f64, f64), wanted: (f64, f64)) {
    assert!(
        (found.0 - wanted.0).abs() < 1e-12 && (found.1 - wanted.1).abs() < 1e-12,
        "{found:?}, not {wanted:?}"
    );
}

/// Stations whose loss, every instance of it, leaves some request unanswered.
fn cuts(topology: &Topology) -> Vec<usize> {
    let fails = |node: &usize| works(topology, &[Unit::Block { node: *node as u32 }], Read) < 1.0;
    topology.places().filter(|(_, place)| place.serves()).map(|(node, _)| node).filter(fails).collect()
}

#[test]
fn nothing_dead_answers_everything() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.9), d.server(1));
    d.link(client, server);
    near(after(&d.0, &[]), (1.0, 1.0));
    near(after(&d.0, &[one(server, 0)]), (0.0, 0.0));
}

#[test]
fn without_a_router_callers_know_instance_0_only() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.9), d.server(3));
    d.link(client, server);
    near(after(&d.0, &[one(server, 1)]), (1.0, 1.0));
    near(after(&d.0, &[one(server, 0)]), (0.0, 0.0));
}

#[test]
fn a_router_needs_one_of_its_live_targets() {
    let mut d = Drawn::new();
    let (client, router, a, b) = (d.client(100.0, 0.9), d.router(1), d.server(2), d.server(1));
    d.link(client, router);
    d.link(router, a);
    d.link(router, b);
    near(after(&d.0, &[one(a, 0)]), (1.0, 1.0));
    near(after(&d.0, &[one(a, 0), one(a, 1)]), (1.0, 1.0));
    near(after(&d.0, &[one(a, 0), one(a, 1), one(b, 0)]), (0.0, 0.0));
    near(after(&d.0, &[one(router, 0)]), (0.0, 0.0));
}

#[test]
fn a_router_does_not_see_past_its_targets() {
    // Each target has a database of its own; the loss of one leaves its servers alive, and their share fails.
    let mut d = Drawn::new();
    let (client, router, a, b) = (d.client(100.0, 0.9), d.router(1), d.server(3), d.server(1));
    let (db_a, db_b) = (d.store(0, false, Reads::Primary), d.store(0, false, Reads::Primary));
    d.link(client, router);
    d.link(router, a);
    d.link_with(router, b, |route| route.weight = 2.0);
    d.link(a, db_a);
    d.link(b, db_b);
    near(after(&d.0, &[one(db_a, 0)]), (0.25, 0.25));
    near(after(&d.0, &[one(db_b, 0)]), (0.75, 0.75));
    d.with(router, |place| {
        let Station::Router(router) = &mut place.station else { panic!("a router") };
        router.policy = Policy::Random;
    });
    near(after(&d.0, &[one(db_a, 0)]), (0.4, 0.4));
    near(after(&d.0, &[one(db_b, 0)]), (0.6, 0.6));
}

#[test]
fn a_client_does_not_fail_over() {
    let mut d = Drawn::new();
    let (client, a, b) = (d.client(100.0, 0.9), d.server(1), d.server(1));
    d.link(client, a);
    d.link_with(client, b, |route| route.weight = 3.0);
    near(after(&d.0, &[one(a, 0)]), (0.75, 0.75));
    near(after(&d.0, &[one(b, 0)]), (0.25, 0.25));
}

#[test]
fn a_server_needs_every_required_call_of_the_operation() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.9), d.server(1));
    let callees: Vec<usize> = (0..5).map(|_| d.server(1)).collect();
    d.link(client, server);
    d.link(server, callees[0]);
    d.link_with(server, callees[1], |route| route.optional = true);
    d.link_with(server, callees[2], |route| route.background = true);
    d.link_with(server, callees[3], |route| route.reads = false);
    d.link_with(server, callees[4], |route| route.calls = 0.25);
    let found: Vec<_> = callees.iter().map(|callee| after(&d.0, &[one(*callee, 0)])).collect();
    for (found, wanted) in
        found.into_iter().zip([(0.0, 0.0), (1.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.75, 0.75)])
    {
        near(found, wanted);
    }
}

#[test]
fn a_cache_in_line_fails_its_calls_and_saves_its_hits() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.9), d.server(1));
    let (cache, db) = (d.cache(1, 0.9), d.store(0, false, Reads::Primary));
    d.link(client, server);
    d.link(server, cache);
    d.link(cache, db);
    near(after(&d.0, &[one(cache, 0)]), (0.0, 0.0));
    near(after(&d.0, &[one(db, 0)]), (0.9, 0.0));
}

#[test]
fn a_cache_aside_is_passed_by_on_a_miss() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.9), d.server(1));
    let (cache, db) = (d.cache(1, 0.9), d.store(0, false, Reads::Primary));
    d.link(client, server);
    d.link_with(server, cache, |route| route.writes = false);
    d.link_with(server, db, |route| (route.writes, route.on_miss) = (false, true));
    d.link_with(server, db, |route| route.reads = false);
    near(after(&d.0, &[one(cache, 0)]), (1.0, 1.0));
    near(after(&d.0, &[one(db, 0)]), (0.9, 0.0));
    near(after(&d.0, &[one(db, 0), one(cache, 0)]), (0.0, 0.0));
}

#[test]
fn two_calls_on_a_miss_are_both_needed_once() {
    let mut d = Drawn::new();
    let (client, server, cache) = (d.client(100.0, 1.0), d.server(1), d.cache(1, 0.5));
    let (a, b) = (d.server(1), d.server(1));
    d.link(client, server);
    d.link(server, cache);
    for to in [a, b] {
        d.link_with(server, to, |route| route.on_miss = true);
    }
    assert_eq!(works(&d.0, &[one(a, 0), one(b, 0)], Read), 0.5);
}

#[test]
fn a_derived_hit_ratio_counts_as_none() {
    let mut d = Drawn::new();
    let (client, cache, db) = (d.client(100.0, 1.0), d.cache(1, 0.9), d.store(0, false, Reads::Primary));
    d.link(client, cache);
    d.link(cache, db);
    d.with(cache, |place| {
        let Station::Cache(cache) = &mut place.station else { panic!("a cache") };
        cache.hits = Hits::Derived { entries: 1e6, ttl_s: f64::INFINITY, locations: 1 };
    });
    assert_eq!(works(&d.0, &[one(db, 0)], Read), 0.0);
}

#[test]
fn copies_of_a_cache_step_in_and_shards_do_not() {
    for (copies, lost_first, lost_second) in [(true, 1.0, 1.0), (false, 0.5, 0.5)] {
        let mut d = Drawn::new();
        let (client, cache, db) = (d.client(100.0, 1.0), d.cache(2, 0.9), d.store(0, false, Reads::Primary));
        d.link(client, cache);
        d.link(cache, db);
        d.with(cache, |place| {
            let Station::Cache(cache) = &mut place.station else { panic!("a cache") };
            cache.copies = copies;
        });
        assert_eq!(works(&d.0, &[one(cache, 0)], Read), lost_first);
        assert_eq!(works(&d.0, &[one(cache, 1)], Read), lost_second);
        assert_eq!(works(&d.0, &[one(cache, 0), one(cache, 1)], Read), 0.0);
    }
}

#[test]
fn a_cache_aside_never_answers_a_write() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 0.5), d.server(1));
    let (cache, db) = (d.cache(1, 0.9), d.store(0, false, Reads::Primary));
    d.link(client, server);
    d.link(server, cache);
    d.link_with(server, db, |route| route.on_miss = true);
    near(after(&d.0, &[one(db, 0)]), (0.9, 0.0));
    near(after(&d.0, &[one(cache, 0)]), (1.0, 1.0));
}

#[test]
fn a_cache_without_an_alternative_is_needed() {
    let mut d = Drawn::new();
    let (client, server, cache) = (d.client(100.0, 0.5), d.server(1), d.cache(1, 0.9));
    d.link(client, server);
    d.link(server, cache);
    near(after(&d.0, &[]), (1.0, 1.0));
    near(after(&d.0, &[one(cache, 0)]), (0.0, 0.0));
}

#[test]
fn a_store_answers_by_role() {
    let cases = [
        (0, false, Reads::Primary, (0.0, 0.0)),
        (2, false, Reads::Primary, (0.0, 0.0)),
        (2, false, Reads::Replicas, (1.0, 0.0)),
        (2, false, Reads::All, (1.0, 0.0)),
        (0, false, Reads::Replicas, (0.0, 0.0)),
        (1, true, Reads::Replicas, (1.0, 1.0)),
        (0, true, Reads::Primary, (1.0, 1.0)),
        (1, true, Reads::All, (1.0, 1.0)),
    ];
    for (replicas, standby, reads, wanted) in cases {
        let mut d = Drawn::new();
        let (client, db) = (d.client(100.0, 0.9), d.store(replicas, standby, reads));
        d.link(client, db);
        near(after(&d.0, &[one(db, 0)]), wanted);
        for other in 1..=replicas + u32::from(standby) {
            near(after(&d.0, &[one(db, other)]), (1.0, 1.0));
        }
    }
}

#[test]
fn a_queue_acknowledges_without_its_consumers() {
    let mut d = Drawn::new();
    let (client, queue, worker) = (d.client(100.0, 0.0), d.queue(), d.server(2));
    d.link(client, queue);
    d.link(queue, worker);
    assert_eq!(works(&d.0, &[Unit::Block { node: worker as u32 }], Write), 1.0);
    assert_eq!(works(&d.0, &[one(queue, 0)], Write), 0.0);
}

#[test]
fn routers_in_a_ring_do_not_keep_each_other_alive() {
    let mut d = Drawn::new();
    let (client, a, b, exit) = (d.client(100.0, 1.0), d.router(1), d.router(1), d.server(1));
    d.link(client, a);
    d.link(a, b);
    d.link(b, a);
    d.link(b, exit);
    assert!((works(&d.0, &[], Read) - 1.0).abs() < 1e-9);
    assert_eq!(works(&d.0, &[one(exit, 0)], Read), 0.0);
}

#[test]
fn a_loop_that_ends_by_chance_ends_and_one_that_never_ends_fails() {
    for (calls, wanted) in [(0.5, 1.0), (1.0, 0.0)] {
        let mut d = Drawn::new();
        let (client, server) = (d.client(100.0, 1.0), d.server(1));
        d.link(client, server);
        d.link_with(server, server, |route| route.calls = calls);
        assert!((works(&d.0, &[], Read) - wanted).abs() < 1e-9, "{calls} calls to itself");
    }
}

#[test]
fn without_a_client_nothing_works_and_nothing_breaks() {
    let mut d = Drawn::new();
    assert_eq!(works(&d.0, &[], Read), 0.0);
    d.server(2);
    assert_eq!(works(&d.0, &[], Write), 0.0);
}

/// Reference case `spof_basic`.
#[test]
fn reference_case_spof_basic() {
    let draw = |bypass: bool| {
        let mut d = Drawn::new();
        let (client, lb, a) = (d.client(100.0, 1.0), d.router(1), d.server(3));
        let (cache, db) = (d.cache(1, 0.0), d.store(0, false, Reads::Primary));
        d.link(client, lb);
        d.link(lb, a);
        d.link(a, cache);
        if bypass {
            d.link_with(a, db, |route| route.on_miss = true);
        } else {
            d.link(cache, db);
        }
        // The case kills one of a1, a2, a3; our block of three is a set of identical instances.
        assert_eq!(works(&d.0, &[one(a, 0)], Read), 1.0);
        let without_servers: Vec<usize> = cuts(&d.0).into_iter().filter(|node| *node != a).collect();
        (without_servers, [lb, cache, db])
    };
    let (found, [lb, _, db]) = draw(true);
    assert_eq!(found, [lb, db]);
    let (found, [lb, cache, db]) = draw(false);
    assert_eq!(found, [lb, cache, db]);
}

/// Reference case `spof_articulation_vs_dominator`: b cuts off e in the bare undirected picture, and is no point of failure.
#[test]
fn reference_case_articulation_is_not_failure() {
    let mut d = Drawn::new();
    let client = d.client(100.0, 1.0);
    let entry = d.router(2);
    let (a, b, e, target) = (d.router(1), d.router(1), d.router(1), d.server(1));
    d.link(client, entry);
    for (from, to) in [(entry, a), (a, b), (entry, b), (b, target), (e, b), (a, target)] {
        d.link(from, to);
    }
    let within: Vec<usize> = cuts(&d.0).into_iter().filter(|node| ![entry, target].contains(node)).collect();
    assert_eq!(within, Vec::<usize>::new());
}

/// Reference case `node_failures_layered`: fully meshed layers.
#[test]
fn reference_case_layers_without_a_cut() {
    let mut d = Drawn::new();
    let client = d.client(100.0, 1.0);
    let entry = d.router(2);
    let lbs = [d.router(1), d.router(1)];
    // A server that chooses between databases is drawn as a router, as rules 5 say of layered networks.
    let servers = [d.router(1), d.router(1), d.router(1)];
    let stores = [d.store(0, false, Reads::Primary), d.store(0, false, Reads::Primary)];
    d.link(client, entry);
    for lb in lbs {
        d.link(entry, lb);
        servers.iter().for_each(|server| d.link(lb, *server));
    }
    for server in servers {
        stores.iter().for_each(|store| d.link(server, *store));
    }
    let within: Vec<usize> = cuts(&d.0).into_iter().filter(|node| *node != entry).collect();
    assert_eq!(within, Vec::<usize>::new());
    let both = [one(stores[0], 0), one(stores[1], 0)];
    assert_eq!(works(&d.0, &both, Read), 0.0);
}

#[test]
fn a_group_takes_what_lies_in_it_and_a_region_deals_over_its_zones() {
    let mut d = Drawn::new();
    let (client, router, server) = (d.client(100.0, 1.0), d.router(1), d.server(3));
    d.link(client, router);
    d.link(router, server);
    let region = d.group(GroupKind::Region, None);
    let zones = [d.group(GroupKind::Zone, Some(region)), d.group(GroupKind::Zone, Some(region))];
    let host = d.group(GroupKind::Host, Some(zones[1]));
    d.with(server, |place| place.group = Some(region));
    d.with(router, |place| place.group = Some(host));
    let lost = |group: usize| Unit::Group { group: group as u32 }.instances(&d.0);
    assert_eq!(lost(zones[0]), [(server, 0), (server, 2)]);
    assert_eq!(lost(zones[1]), [(router, 0), (server, 1)]);
    assert_eq!(lost(host), [(router, 0)]);
    assert_eq!(lost(region).len(), 4);
    assert_eq!(works(&d.0, &[Unit::Group { group: zones[0] as u32 }], Read), 1.0);
    assert_eq!(works(&d.0, &[Unit::Group { group: zones[1] as u32 }], Read), 0.0);
}

#[test]
fn a_ring_of_groups_ends() {
    let mut d = Drawn::new();
    let server = d.server(1);
    let a = d.group(GroupKind::Zone, Some(1));
    let b = d.group(GroupKind::Zone, Some(a));
    d.with(server, |place| place.group = Some(b));
    assert_eq!(Unit::Group { group: a as u32 }.instances(&d.0), [(server, 0)]);
}

#[test]
fn blocks_that_spread_by_themselves_need_no_router() {
    let mut d = Drawn::new();
    let (client, server) = (d.client(100.0, 1.0), d.server(2));
    d.link(client, server);
    d.with(server, |place| place.servers.addressing = Addressing::Spread);
    assert_eq!(works(&d.0, &[one(server, 0)], Read), 1.0);
}
