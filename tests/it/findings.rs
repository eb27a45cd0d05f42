//! Findings: each rule fires with its number, stays quiet where it should, and its fixes do what their labels say.

use headroom::analysis::{Answer, Finding, Severity, answer};
use headroom::design::Design;
use headroom::examples::EXAMPLES;

use crate::checks::{self, after_fix, found, only};

fn design(nodes: &str, links: &str) -> Design {
    let text = format!(r#"{{"headroom": 1, "nodes": [{nodes}], "links": [{links}]}}"#);
    checks::design(&text)
}

fn labels(finding: &Finding) -> Vec<&str> {
    finding.fixes.iter().map(|fix| fix.label.as_str()).collect()
}

const CLIENT: &str = r#"{"id": 1, "block": "client", "at": [0, 0], "rate": 600, "reads": 1}"#;

/// 600/s on two cores of 5 ms: 1.5 times what one instance carries.
fn one_server(instances: u32) -> Design {
    let server = format!(
        r#"{CLIENT}, {{"id": 2, "block": "app-server", "at": [240, 0], "service_ms": 5, "instances": {instances}}}"#
    );
    design(&server, "[1, 2]")
}

#[test]
fn what_saturates_first_says_at_which_rate_and_what_helps() {
    let drawn = one_server(1);
    let before = answer(&drawn);
    let finding = only(&before, "saturates-first");
    assert_eq!(finding.severity, Severity::Critical);
    assert!(finding.title.contains("400/s") && finding.title.contains("0.7×"), "{}", finding.title);
    let after = after_fix(&drawn, &finding, "Add a load balancer and an instance → 1.3×");
    assert!((after.ladder[0].multiple - 4.0 / 3.0).abs() < 1e-6);
    let doubled = after_fix(&drawn, &finding, "Double the cores to 4 → 1.3×");
    assert!((doubled.ladder[0].multiple - 4.0 / 3.0).abs() < 1e-6);
}

#[test]
fn severity_follows_the_headroom() {
    for (rate, wanted) in [(500.0, Severity::Critical), (300.0, Severity::Warning), (100.0, Severity::Note)] {
        let mut drawn = one_server(1);
        drawn.nodes[0].values.set("rate", Some(headroom::blocks::param::Value::Number(rate)));
        assert_eq!(only(&answer(&drawn), "saturates-first").severity, wanted);
    }
}

#[test]
fn the_next_one_is_named() {
    let nodes = format!(
        r#"{CLIENT}, {{"id": 2, "block": "app-server", "at": [240, 0], "service_ms": 2}},
        {{"id": 3, "block": "sql-database", "name": "Books", "at": [480, 0], "read_ms": 8}}"#
    );
    let finding = only(&answer(&design(&nodes, "[1, 2], [2, 3]")), "saturates-first");
    assert!(finding.reason.contains("Books is next") || finding.title.contains("Books"), "{finding:#?}");
    assert!(finding.reason.contains("1.7×"), "{}", finding.reason);
}

#[test]
fn idle_instances_are_counted_and_put_to_work() {
    let drawn = one_server(3);
    let before = answer(&drawn);
    let finding = only(&before, "idle-instances");
    assert_eq!(finding.title, "2 of 3 instances of App server stand idle.");
    let after = after_fix(&drawn, &finding, "Add a load balancer → all 3 at work, 2.0×");
    assert!(found(&after, "idle-instances").is_empty());
    assert!((after.ladder[0].multiple - 2.0).abs() < 1e-6);
    assert!(found(&answer(&one_server(1)), "idle-instances").is_empty());
}

fn with_database(more: &str) -> Design {
    let nodes = format!(
        r#"{CLIENT}, {{"id": 2, "block": "load-balancer", "at": [240, 0], "instances": 2}},
        {{"id": 3, "block": "app-server", "at": [480, 0], "instances": 4, "service_ms": 2}},
        {{"id": 4, "block": "sql-database", "at": [720, 0]{more}}}"#
    );
    design(&nodes, "[1, 2], [2, 3], [3, 4]")
}

#[test]
fn a_lone_primary_gets_a_standby_and_somebody_who_watches() {
    let drawn = with_database("");
    let finding = only(&answer(&drawn), "single-point-of-failure");
    assert!(finding.title.contains("all reads lost"), "{}", finding.title);
    let after = after_fix(&drawn, &finding, "Add a hot standby and monitoring → back in 40.0 s");
    assert!(after.spofs.is_empty(), "{:?}", after.spofs);
}

#[test]
fn a_standby_that_nobody_promotes_is_one_finding() {
    let drawn = with_database(r#", "standby": "hot""#);
    let before = answer(&drawn);
    let finding = only(&before, "no-monitoring");
    assert!(finding.title.contains("15.5 min"), "{}", finding.title);
    assert!(found(&before, "single-point-of-failure").is_empty());
    let after = after_fix(&drawn, &finding, "Add monitoring → back in 40.0 s");
    assert!(found(&after, "no-monitoring").is_empty() && after.spofs.is_empty());
}

#[test]
fn a_second_primary_waits_for_nobody() {
    assert!(found(&answer(&with_database(r#", "standby": "multi-primary""#)), "no-monitoring").is_empty());
}

#[test]
fn a_copy_that_nobody_calls_in_is_found_as_well() {
    let nodes = format!(
        r#"{CLIENT}, {{"id": 2, "block": "cache", "at": [240, 0], "hit_mode": "given", "instances": 2, "nodes_are": "copies"}},
        {{"id": 3, "block": "object-store", "at": [480, 0]}}"#
    );
    let drawn = design(&nodes, "[1, 2], [2, 3]");
    let finding = only(&answer(&drawn), "no-monitoring");
    assert!(finding.title.contains("its copy steps in after 15.0 min"), "{}", finding.title);
    assert!(after_fix(&drawn, &finding, "Add monitoring → back in 10.0 s").spofs.is_empty());
}

#[test]
fn a_lone_server_gets_two_load_balancers_and_a_second_instance() {
    let mut drawn = one_server(1);
    drawn.nodes[0].values.set("rate", Some(headroom::blocks::param::Value::Number(100.0)));
    let finding = only(&answer(&drawn), "single-point-of-failure");
    let after = after_fix(&drawn, &finding, "Add 2 load balancers and an instance → back in 10.0 s");
    assert!(after.spofs.is_empty(), "{:?}", after.spofs);
}

#[test]
fn a_cache_that_carries_load_gets_a_copy() {
    let nodes = format!(
        r#"{}, {{"id": 2, "block": "load-balancer", "at": [240, 0], "instances": 2, "cores": 8}},
        {{"id": 3, "block": "app-server", "at": [480, 0], "instances": 30, "service_ms": 2}},
        {{"id": 4, "block": "cache", "at": [720, 0], "hit_mode": "given", "hit_ratio": 0.9}},
        {{"id": 5, "block": "sql-database", "at": [720, 120], "standby": "hot"}},
        {{"id": 6, "block": "monitoring", "at": [0, 240]}}"#,
        CLIENT.replace("600", "10000")
    );
    let drawn = design(&nodes, r#"[1, 2], [2, 3], [3, 4], [3, 5, {"when": "miss"}]"#);
    let finding = only(&answer(&drawn), "single-point-of-failure");
    assert!(finding.title.contains("250 % of its capacity"), "{}", finding.title);
    let after = after_fix(&drawn, &finding, "Add a copy → back in 10.0 s");
    assert!(after.spofs.is_empty(), "{:?}", after.spofs);
}

#[test]
fn hollow_answers_are_counted() {
    let store = r#"{"id": 3, "block": "sql-database", "at": [480, 0]}"#;
    let nodes = format!(r#"{CLIENT}, {{"id": 2, "block": "app-server", "at": [240, 0]}}, {store}"#);
    let share = |link: &str| {
        let all = found(&answer(&design(&nodes, &format!("[1, 2], {link}"))), "hollow-answers");
        all.first()
            .map(|finding| (finding.title.split(" of").next().expect("a share").to_owned(), finding.severity))
    };
    assert_eq!(share("[2, 3]"), None);
    assert_eq!(share(r#"[2, 3, {"async": true}]"#), Some(("100 %".to_owned(), Severity::Note)));
    assert_eq!(share(r#"[2, 3, {"calls": 0.25}]"#), Some(("75 %".to_owned(), Severity::Warning)));
}

#[test]
fn a_cache_that_nothing_fills_is_hollow() {
    let nodes = format!(
        r#"{CLIENT}, {{"id": 2, "block": "app-server", "at": [240, 0]}},
        {{"id": 3, "block": "cache", "at": [480, 0], "hit_mode": "given", "hit_ratio": 0.8}},
        {{"id": 4, "block": "sql-database", "at": [480, 120]}}"#
    );
    let hollow = |links: &str| found(&answer(&design(&nodes, links)), "hollow-answers").len();
    assert_eq!(hollow("[1, 2], [2, 3]"), 1);
    assert_eq!(hollow(r#"[1, 2], [2, 3], [2, 4, {"when": "miss"}]"#), 0);
    assert_eq!(hollow("[1, 2], [2, 3], [3, 4]"), 0);
}

#[test]
fn retries_that_would_outlast_the_overload_are_found() {
    // The case study of rules 4: 700/s against 1,000/s; vulnerable from 250/s with three retries and a long queue.
    let vulnerable = |rate: u32, retries: u32, queue: u32| {
        let nodes = format!(
            r#"{{"id": 1, "block": "client", "at": [0, 0], "rate": {rate}, "reads": 1, "timeout_s": 0.25, "retries": {retries}}},
            {{"id": 2, "block": "app-server", "at": [240, 0], "cores": 1, "service_ms": 1, "queue": {queue}, "threads": "blocking"}}"#
        );
        found(&answer(&design(&nodes, "[1, 2]")), "may-not-recover")
    };
    let storm = vulnerable(700, 3, 1_000_000);
    assert_eq!(storm.len(), 1);
    assert!(storm[0].title.contains("280 %"), "{}", storm[0].title);
    assert!(storm[0].reason.contains("0 % of the requests are answered"), "{}", storm[0].reason);
    let fixes = [
        "Turn retries off → 70 % of its capacity at worst",
        "Retry at most a tenth of the calls → 77 % of its capacity at worst",
    ];
    assert_eq!(labels(&storm[0]), fixes);
    assert!(vulnerable(240, 3, 1_000_000).is_empty(), "960/s at worst");
    assert!(vulnerable(700, 0, 1_000_000).is_empty(), "no retries");
    assert!(vulnerable(700, 3, 0).is_empty(), "a full queue takes 0.2 s");
}

#[test]
fn what_nothing_leads_to_is_named_with_its_price() {
    let nodes = format!(
        r#"{CLIENT}, {{"id": 2, "block": "app-server", "at": [240, 0]}},
        {{"id": 3, "block": "app-server", "name": "Forgotten", "at": [480, 0]}}, {{"id": 4, "block": "monitoring", "at": [0, 240]}}"#
    );
    let finding = only(&answer(&design(&nodes, "[1, 2]")), "unreachable-block");
    assert!(finding.title.contains("Forgotten gets 0 of 600/s"), "{}", finding.title);
    assert_eq!(labels(&finding), ["Remove it → saves $56.21 a month"]);
}

#[test]
fn idle_money_is_found_and_saved() {
    let nodes = format!(
        r#"{}, {{"id": 2, "block": "load-balancer", "at": [240, 0]}},
        {{"id": 3, "block": "app-server", "at": [480, 0], "instances": 20, "service_ms": 1}}"#,
        CLIENT.replace("600", "100")
    );
    let finding = only(&answer(&design(&nodes, "[1, 2], [2, 3]")), "idle-money");
    assert!(finding.title.contains("2.5 %"), "{}", finding.title);
    assert_eq!(labels(&finding), ["Keep 2 instances → saves $1,012 a month"]);
}

#[test]
fn missed_promises_say_by_how_much() {
    let mut drawn = one_server(1);
    drawn.objectives.success = Some(0.999);
    drawn.objectives.headroom = Some(2.0);
    drawn.objectives.cost_month = Some(10.0);
    drawn.objectives.p99_ms = Some(100.0);
    let answer = answer(&drawn);
    let over = headroom::figures::money(answer.cost.month - 10.0);
    assert!(
        only(&answer, "fails-more-than-promised").title.starts_with("66.7 % of the requests"),
        "{:?}",
        answer.findings
    );
    assert!(only(&answer, "less-headroom-than-promised").title.contains("0.7×"));
    assert!(only(&answer, "dearer-than-allowed").title.contains(&over));
    assert!(only(&answer, "slower-than-promised").title.contains("Only 66.7 %"));
}

#[test]
fn a_timeout_below_the_99th_percentile_is_found() {
    let nodes = format!(
        r#"{}, {{"id": 2, "block": "app-server", "at": [240, 0], "service_ms": 1}},
        {{"id": 3, "block": "external-service", "at": [480, 0], "service_ms": 100}}"#,
        CLIENT.replace("600", "50")
    );
    let drawn = design(&nodes, r#"[1, 2], [2, 3, {"timeout_ms": 150}]"#);
    let finding = only(&answer(&drawn), "gives-up-early");
    assert!(finding.title.contains("150 ms"), "{}", finding.title);
    let after = after_fix(&drawn, &finding, "Wait");
    assert!(found(&after, "gives-up-early").is_empty());
}

/// The multiple, share, time or saving that a label promises is what the design then has.
#[test]
fn every_fix_of_every_example_applies_and_keeps_its_promise() {
    for example in EXAMPLES {
        let drawn = example.design();
        let before = answer(&drawn);
        for finding in &before.findings {
            for fix in &finding.fixes {
                let mut after = drawn.clone();
                fix.edit.apply(&mut after).unwrap_or_else(|refusal| panic!("{}: {}", fix.label, refusal.0));
                assert_cards_apart(&after, &fix.label);
                let after = answer(&after);
                assert_better(finding, &fix.label, &before, &after);
            }
        }
    }
}

fn assert_better(finding: &Finding, label: &str, before: &Answer, after: &Answer) {
    let headroom = |answer: &Answer| answer.ladder.first().map_or(f64::INFINITY, |rung| rung.multiple);
    let better = match finding.rule.as_ref() {
        "saturates-first" | "less-headroom-than-promised" => headroom(after) > headroom(before),
        "idle-instances" => found(after, &finding.rule).len() < found(before, &finding.rule).len(),
        "single-point-of-failure" | "no-monitoring" => {
            let of = |answer: &Answer| {
                let loss = |spof: &headroom::analysis::Spof| spof.loss;
                answer.spofs.iter().map(loss).collect::<Vec<_>>()
            };
            of(after) != of(before)
        }
        "unreachable-block" | "idle-money" => after.cost.month < before.cost.month,
        _ => found(after, &finding.rule) != found(before, &finding.rule),
    };
    assert!(better, "{}: {label}", finding.title);
}

/// Cards are 176 by 76 pixels and stand on a grid of 15.
fn assert_cards_apart(design: &Design, label: &str) {
    for (place, a) in design.nodes.iter().enumerate() {
        for b in &design.nodes[..place] {
            let apart = (a.at[0] - b.at[0]).abs() >= 176 || (a.at[1] - b.at[1]).abs() >= 76;
            assert!(apart, "{label}: {:?} on {:?}", a.at, b.at);
        }
    }
    let added = design.nodes.last().expect("a block");
    assert_eq!([added.at[0] % 15, added.at[1] % 15], [0, 0], "{label}");
}
