//! Findings about how a design hangs together: chains, sessions, cold starts, timeouts, zones, and too much of everything.

use headroom::analysis::{Finding, answer};
use headroom::design::Design;

use crate::checks::{self, after_fix, found};

fn design(nodes: &str, links: &str, more: &str) -> Design {
    let text = format!(r#"{{"headroom": 1, "nodes": [{nodes}], "links": [{links}]{more}}}"#);
    checks::design(&text)
}

#[track_caller]
fn only(design: &Design, rule: &str) -> Finding {
    checks::only(&answer(design), rule)
}

/// Services in a row, each up 0.999 of the time.
fn chain(length: u32) -> Design {
    let service = |id: u32| format!(r#"{{"id": {id}, "block": "app-server", "mttf_h": 999, "mttr_h": 1}}"#);
    let nodes: Vec<String> = (2..2 + length).map(service).collect();
    let links: Vec<String> = (1..=length).map(|id| format!("[{id}, {}]", id + 1)).collect();
    let client = r#"{"id": 1, "block": "client", "rate": 10, "timeout_s": 60}"#;
    design(&format!("{client}, {}", nodes.join(", ")), &links.join(", "), "")
}

/// 0.999 to the fifth is 0.99501.
#[test]
fn services_that_wait_for_each_other_are_up_together() {
    let five = chain(5);
    let finding = only(&five, "tight-coupling");
    assert!(
        finding.title.starts_with("5 services wait for each other: all of them are up 99.5"),
        "{}",
        finding.title
    );
    assert!(finding.reason.contains("App server → App server"), "{}", finding.reason);
    assert!(found(&answer(&chain(3)), "tight-coupling").is_empty());
    let loose = after_fix(&five, &finding, "Do not wait for App server → available 99.6");
    // The last one is no longer waited for: four in a row.
    let left = found(&loose, "tight-coupling");
    assert!(left[0].title.starts_with("4 services"), "{}", left[0].title);
}

#[test]
fn a_queue_ends_the_chain() {
    let nodes = r#"{"id": 1, "block": "client", "rate": 10, "reads": 0}, {"id": 2, "block": "app-server"},
        {"id": 3, "block": "app-server"}, {"id": 4, "block": "message-queue"}, {"id": 5, "block": "worker"},
        {"id": 6, "block": "external-service"}"#;
    let split = design(nodes, "[1, 2], [2, 3], [3, 4], [4, 5], [5, 6]", "");
    assert!(found(&answer(&split), "tight-coupling").is_empty());
}

fn logged_in(instances: u32, share: f64, policy: &str) -> Design {
    let nodes = format!(
        r#"{{"id": 1, "block": "client", "rate": 100}}, {{"id": 2, "block": "load-balancer"{policy}}},
        {{"id": 3, "block": "app-server", "instances": {instances}, "state": "sessions", "logged_in": {share}}}"#
    );
    design(&nodes, "[1, 2], [2, 3]", "")
}

/// Three instances: two in three land elsewhere (rules 4, journey stage 3: 67 %); of half of the requests a third.
#[test]
fn sessions_in_memory_fail_n_minus_1_in_n_times() {
    let three = logged_in(3, 1.0, "");
    let finding = only(&three, "scattered-sessions");
    assert!(finding.title.starts_with("66.7 % of the calls of App server fail"), "{}", finding.title);
    assert!(finding.reason.contains("2 in 3"), "{}", finding.reason);
    assert!(only(&logged_in(3, 0.5, ""), "scattered-sessions").title.starts_with("33.3 %"));
    assert!(found(&answer(&logged_in(1, 1.0, "")), "scattered-sessions").is_empty());
    assert!(found(&answer(&logged_in(3, 1.0, r#", "policy": "sticky""#)), "scattered-sessions").is_empty());
}

#[test]
fn sticky_routing_or_a_session_store_finds_every_session() {
    let three = logged_in(3, 0.5, "");
    let finding = only(&three, "scattered-sessions");
    let sticky = after_fix(&three, &finding, "Send each user to the same instance → 100 % ok");
    assert!(found(&sticky, "scattered-sessions").is_empty());
    let stored = after_fix(&three, &finding, "Keep the sessions in a key-value store → 100 % ok");
    assert!(found(&stored, "scattered-sessions").is_empty());
    // One look-up for each request that is logged in: half of 100/s.
    let sessions = stored.topology.places().find(|(_, place)| place.name == "Sessions").expect("a store").0;
    assert!((stored.report.links.last().expect("a link").calls - 50.0).abs() < 1e-9);
    assert!(stored.report.nodes[sessions].offered >= 50.0);
}

fn function(rate: f64, more: &str) -> Design {
    let nodes = format!(
        r#"{{"id": 1, "block": "client", "rate": {rate}, "reads": 1}}, {{"id": 2, "block": "function", "cold_ms": 800{more}}}"#
    );
    design(&nodes, "[1, 2]", "")
}

/// One call in ten minutes, kept for ten: e⁻¹ of the calls find nothing (case cold_start_low_rate's form).
#[test]
fn rare_calls_start_cold_and_keeping_environments_longer_helps() {
    let rare = function(1.0 / 600.0, "");
    let finding = only(&rare, "cold-starts");
    assert!(
        finding.title.starts_with("36.8 % of the calls of Function start cold and take 800 ms more"),
        "{}",
        finding.title
    );
    let warm = after_fix(&rare, &finding, "Keep environments for 53.0 min → 0.5 % cold");
    assert!(found(&warm, "cold-starts").is_empty());
    assert!(found(&answer(&function(1.0, "")), "cold-starts").is_empty());
    let given = only(&function(1.0, r#", "cold_starts": "given", "cold_share": 0.05"#), "cold-starts");
    assert!(given.title.starts_with("5 %") && given.fixes.is_empty(), "{given:#?}");
}

fn waits(client_s: f64, link: &str) -> Design {
    let nodes = format!(
        r#"{{"id": 1, "block": "client", "rate": 10, "timeout_s": {client_s}}}, {{"id": 2, "block": "app-server"}},
        {{"id": 3, "block": "sql-database"}}"#
    );
    design(&nodes, &format!("[1, 2], [2, 3{link}]"), "")
}

/// The database gets three tries of 10 s from a server whose client leaves after 15 s.
#[test]
fn who_waits_longer_than_its_caller_works_for_nobody() {
    let stubborn = waits(15.0, r#", {"retries": 2}"#);
    let finding = only(&stubborn, "outwaits-its-caller");
    assert!(finding.title.contains("waits up to 30.0 s for SQL database"), "{}", finding.title);
    assert!(finding.title.contains("nobody waits longer than 15.0 s"), "{}", finding.title);
    let prompt =
        after_fix(&stubborn, &finding, "Wait 5.00 s for each try → answered or given up within 15.0 s");
    assert!(found(&prompt, "outwaits-its-caller").is_empty());
    assert!(found(&answer(&waits(30.0, "")), "outwaits-its-caller").is_empty());
    assert!(found(&answer(&waits(30.0, r#", {"retries": 2}"#)), "outwaits-its-caller").is_empty());
    // A load balancer between them hands on what its own caller has: 5 s, whatever its link says.
    let nodes = r#"{"id": 1, "block": "client", "rate": 10, "timeout_s": 5}, {"id": 2, "block": "load-balancer"},
        {"id": 3, "block": "app-server"}, {"id": 4, "block": "sql-database"}"#;
    let behind = only(&design(nodes, "[1, 2], [2, 3], [3, 4]", ""), "outwaits-its-caller");
    assert!(behind.title.starts_with("App server waits up to 10.0 s"), "{}", behind.title);
    assert!(behind.title.contains("longer than 5.00 s for App server"), "{}", behind.title);
}

#[test]
fn many_parts_for_little_work_are_over_engineered() {
    let nodes = |rate: u32| {
        format!(
            r#"{{"id": 1, "block": "client", "rate": {rate}}}, {{"id": 2, "block": "load-balancer", "instances": 2}},
        {{"id": 3, "block": "api-gateway", "instances": 2}}, {{"id": 4, "block": "load-balancer", "instances": 2}},
        {{"id": 5, "block": "app-server", "instances": 2}}, {{"id": 6, "block": "sql-database"}}"#
        )
    };
    let links = "[1, 2], [2, 3], [3, 4], [4, 5], [5, 6]";
    let small = design(&nodes(1), links, "");
    let finding = only(&small, "over-engineered");
    // 10 ms at the server and 2.8 ms at the database, ten times over: about an eighth of a core.
    assert!(finding.title.contains("5 blocks on 9 machines share it"), "{}", finding.title);
    assert!(found(&answer(&design(&nodes(100), links, "")), "over-engineered").is_empty());
}

fn two_of_each(group: &str, more: &str) -> Design {
    let nodes = format!(
        r#"{{"id": 1, "block": "client", "rate": 10}}, {{"id": 2, "block": "load-balancer", "instances": 2{group}}},
        {{"id": 3, "block": "app-server", "instances": 2{group}}}"#
    );
    design(&nodes, "[1, 2], [2, 3]", more)
}

#[test]
fn a_promised_availability_without_zones_is_a_wish() {
    let wish = two_of_each("", r#", "objectives": {"availability": 0.999}"#);
    let finding = only(&wish, "no-zones");
    assert!(finding.title.contains("all 4 instances"), "{}", finding.title);
    let drawn = after_fix(&wish, &finding, "Spread it over two zones → no zone is missed");
    assert!(found(&drawn, "no-zones").is_empty());
    assert_eq!(drawn.topology.groups.len(), 3);
    assert!(found(&answer(&two_of_each("", "")), "no-zones").is_empty(), "nothing is promised");
}

#[test]
fn everything_in_one_zone_is_spread_over_two() {
    let one = two_of_each(r#", "in": 1"#, r#", "groups": [{"id": 1, "kind": "zone", "name": "zone a"}]"#);
    let finding = only(&one, "single-point-of-failure");
    assert!(finding.title.contains("zone a"), "{}", finding.title);
    let two = after_fix(&one, &finding, "Spread it over two zones → no zone is missed");
    assert!(two.spofs.iter().all(|spof| !matches!(spof.unit, headroom::engine::Unit::Group { group } if two.topology.groups[group as usize].name.starts_with("zone"))), "{:?}", two.spofs);
}

#[test]
fn a_healthy_design_has_none_of_these() {
    let nodes = r#"{"id": 1, "block": "client", "rate": 1000}, {"id": 2, "block": "load-balancer", "instances": 2},
        {"id": 3, "block": "app-server", "instances": 12}, {"id": 4, "block": "sql-database", "standby": "hot", "cores": 16},
        {"id": 5, "block": "monitoring"}"#;
    let healthy = answer(&design(nodes, "[1, 2], [2, 3], [3, 4]", ""));
    let rules = [
        "tight-coupling",
        "scattered-sessions",
        "cold-starts",
        "outwaits-its-caller",
        "over-engineered",
        "no-zones",
        "may-not-recover",
        "idle-money",
        "hollow-answers",
        "no-monitoring",
    ];
    for rule in rules {
        assert!(found(&healthy, rule).is_empty(), "{rule}");
    }
}
