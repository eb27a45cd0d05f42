//! The network of an instance: what it sends and receives has a limit, by both methods and on the ladder.

use headroom::analysis::{Answer, Resource, answer};
use headroom::design::Design;
use headroom::engine::Plan;
use headroom::engine::simulate::measure;
use headroom::{share, topology};

fn design(nodes: &str, links: &str) -> Design {
    let text = format!(r#"{{"headroom": 1, "nodes": [{nodes}], "links": [{links}]}}"#);
    let opened = share::from_json(&text).expect("a design");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    opened.design
}

/// 50/s on many cores with 1 ms of constant service; sizes as the link says.
fn serves(arrivals: &str, network: f64, sizes: &str) -> Design {
    let nodes = format!(
        r#"{{"id": 1, "block": "client", "rate": 50, "reads": 1, "average": 1, "arrivals": "{arrivals}"}},
        {{"id": 2, "block": "app-server", "cores": 64, "service_ms": 1, "service_shape": "constant",
        "network_mbit": {network}}}"#
    );
    design(&nodes, &format!(r#"[1, 2, {{"latency_ms": 0, {sizes}}}]"#))
}

fn mean_ms(design: &Design) -> f64 {
    let (topology, problems) = topology::build(design);
    assert_eq!(problems, []);
    let report = measure(&topology, &Plan { seed: 3, duration_s: 1_000.0, warmup_s: 5.0 });
    1e3 * report.total.latency.expect("answers").mean.value
}

fn near(what: &str, got: f64, wanted: f64, share: f64) {
    assert!((got / wanted - 1.0).abs() <= share, "{what}: {got} instead of {wanted}");
}

/// A reply of 100 kB takes 8 ms at 100 Mbit/s. Poisson replies are M/D/1 at 0.4: a wait of 0.4 · 8 ÷ (2 · 0.6) = 2.67 ms.
#[test]
fn replies_wait_for_the_network_of_their_instance() {
    let reply = r#""response_kb": 100"#;
    near("without a limit", mean_ms(&serves("constant", 0.0, reply)), 1.0, 1e-6);
    near("alone", mean_ms(&serves("constant", 100.0, reply)), 9.0, 1e-6);
    near("in line", mean_ms(&serves("poisson", 100.0, reply)), 11.667, 0.03);
    let steady = answer(&serves("constant", 100.0, reply)).report.total.latency.expect("answers");
    near("steady, without the line", 1e3 * steady.mean.value, 9.0, 1e-6);
}

#[test]
fn calls_are_received_as_slowly_as_replies_are_sent() {
    near("a large call", mean_ms(&serves("constant", 100.0, r#""request_kb": 100"#)), 9.0, 1e-6);
    // A cable of the same width is passed at the same time, not one after the other.
    let both = r#""request_kb": 100, "bandwidth_mbit": 100"#;
    near("with a cable", mean_ms(&serves("constant", 100.0, both)), 9.0, 1e-6);
}

#[track_caller]
fn rung(answer: &Answer, what: Resource, multiple: f64) {
    let found = answer.ladder.iter().find(|rung| rung.what == what).expect("a rung");
    near("rung", found.multiple, multiple, 1e-9);
}

/// 50 replies of 0.8 Mbit are 40 of 100 Mbit/s: 2.5 times; two instances carry five times.
#[test]
fn a_full_network_is_a_rung_and_more_instances_raise_it() {
    rung(&answer(&serves("poisson", 100.0, r#""response_kb": 100"#)), Resource::Network, 2.5);
    let nodes = r#"{"id": 1, "block": "client", "rate": 50, "reads": 1}, {"id": 2, "block": "load-balancer"},
        {"id": 3, "block": "app-server", "instances": 2, "cores": 64, "service_ms": 1, "network_mbit": 100}"#;
    let two = design(nodes, r#"[1, 2], [2, 3, {"response_kb": 100}]"#);
    rung(&answer(&two), Resource::Network, 5.0);
    let one = serves("poisson", 60.0, r#""response_kb": 100"#);
    let before = answer(&one);
    let first = before.findings.iter().find(|finding| finding.rule == "saturates-first").expect("a finding");
    assert!(first.reason.contains("the network of its fullest instance is"), "{}", first.reason);
    let mut after = one.clone();
    first.fixes[0].edit.apply(&mut after).expect("a fix applies");
    assert!(answer(&after).ladder[0].multiple > 2.0 * before.ladder[0].multiple * 0.999, "{:?}", first.fixes);
}

/// What a server sends to its store and gets from its client goes through the same network: the fuller direction decides.
#[test]
fn all_links_of_an_instance_share_its_network() {
    let nodes = r#"{"id": 1, "block": "client", "rate": 50, "reads": 0},
        {"id": 2, "block": "app-server", "cores": 64, "write_ms": 1, "network_mbit": 100},
        {"id": 3, "block": "sql-database", "cores": 64, "write_ms": 1}"#;
    let links =
        r#"[1, 2, {"request_kb": 50, "response_kb": 10}], [2, 3, {"request_kb": 90, "response_kb": 20}]"#;
    // Sent: 10 + 90 kB, received: 50 + 20 kB; 50/s of 0.8 Mbit are 40 of 100.
    rung(&answer(&design(nodes, links)), Resource::Network, 2.5);
}

/// 50/s on average are 131.4 million answers in a month of 730 hours; 100 kB each are 13,140 GB at $0.09.
#[test]
fn what_leaves_for_the_users_costs_by_its_size_and_the_average_traffic() {
    near(
        "egress",
        answer(&serves("poisson", 0.0, r#""response_kb": 100"#)).cost.egress,
        13_140.0 * 0.09,
        1e-9,
    );
    let nodes = r#"{"id": 1, "block": "client", "rate": 50, "response_kb": 20, "average": 0.5}, {"id": 2, "block": "app-server"}"#;
    near("at half the peak", answer(&design(nodes, "[1, 2]")).cost.egress, 13_140.0 * 0.09 * 0.2 * 0.5, 1e-9);
}
