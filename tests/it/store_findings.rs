//! Findings about the data itself: each with the number that arithmetic gives, and fixes that do what they say.

use headroom::analysis::{Answer, Finding, Severity, answer};
use headroom::design::Design;
use headroom::{figures, share};

use crate::stale::{near, run};

fn drawn(nodes: &str) -> Design {
    let client = |more: &str| {
        format!(r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client",{more}}},{nodes}],"links":[[1,2]]}}"#)
    };
    let json = if let Some((own, rest)) = nodes.split_once(';') {
        format!(r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client",{own}}},{rest}],"links":[[1,2]]}}"#)
    } else {
        client(r#""rate":10"#)
    };
    let opened = share::from_json(&json).expect("a design");
    assert!(opened.notes.is_empty(), "{:?}", opened.notes);
    opened.design
}

fn found(design: &Design, rule: &str) -> Option<Finding> {
    answer(design).findings.into_iter().find(|finding| finding.rule == rule)
}

#[track_caller]
fn fixed(design: &Design, finding: &Finding, label: &str) -> Answer {
    let labels: Vec<&str> = finding.fixes.iter().map(|fix| fix.label.as_str()).collect();
    let fix = finding.fixes.iter().find(|fix| fix.label == label);
    let fix = fix.unwrap_or_else(|| panic!("no “{label}” among {labels:?}"));
    let mut after = design.clone();
    fix.edit.apply(&mut after).expect("a fix applies");
    let after = answer(&after);
    assert!(!after.findings.iter().any(|other| other.rule == finding.rule), "{label} does not help");
    after
}

/// 60 GB today and 57 GB a year on 100 GB: full in 8.4 months; 200 GB last for 29.5.
#[test]
fn a_disk_that_is_full_within_a_year_is_found() {
    let store = |disk: u32| {
        drawn(&format!(
            r#"{{"id":2,"block":"sql-database","name":"Links","rows":100e6,"growth_rows":95e6,"disk_gb":{disk}}}"#
        ))
    };
    let design = store(100);
    let finding = found(&design, "disk-full").expect("a finding");
    assert_eq!(finding.title, "The disks of Links are full in 8.4 months.");
    assert_eq!(finding.severity, Severity::Warning);
    fixed(&design, &finding, "Disks of 200 GB → full in 29.5 months");
    fixed(&design, &finding, "Cut it into 2 shards → full in 29.5 months");
    assert_eq!(found(&store(50), "disk-full").expect("too small").severity, Severity::Critical);
    assert!(found(&store(200), "disk-full").is_none() && found(&store(0), "disk-full").is_none());
}

/// Puzzle 5 of the rules: three replicas 1 s behind, 20.7 % of the reads are stale. From the primary none is.
#[test]
fn stale_reads_above_one_in_a_hundred_are_found() {
    let design = |lag: u32| {
        drawn(&format!(
            r#""rate":6200,"reads":0.967742,"keys":10000,"zipf":0.8;{{"id":2,"block":"sql-database","replicas":3,"reads_from":"replicas","replay":0,"lag_ms":{lag},"cores":64}}"#
        ))
    };
    let far = design(1000);
    let finding = found(&far, "stale-reads").expect("a finding");
    assert!(finding.title.starts_with("20.7 % of the reads of Client"), "{}", finding.title);
    fixed(&far, &finding, "Wait for all replicas in every write → 0 % stale, headroom 16×");
    assert!(finding.fixes.iter().any(|fix| fix.label.starts_with("Read from the primary → 0 % stale")));
    assert!(found(&design(1), "stale-reads").is_none(), "0.06 %");
}

/// 100 writes a second and a standby that is 500 ms behind: 50 are gone.
#[test]
fn writes_that_a_failover_loses_are_counted() {
    let design = |store: &str| {
        drawn(&format!(r#""rate":100,"reads":0;{{"id":2,"block":"sql-database","name":"Orders",{store}}}"#))
    };
    let hot = design(r#""standby":"hot","lag_ms":500"#);
    let finding = found(&hot, "lost-writes").expect("a finding");
    assert_eq!(finding.title, "A failover of Orders loses 50 acknowledged writes.");
    fixed(&hot, &finding, "Wait for a copy in every write → none lost");
    // A nightly backup is 12 h old on average: 4.32 million writes.
    let cold = design(r#""standby":"cold""#);
    let finding = found(&cold, "lost-writes").expect("a finding");
    assert!(finding.title.contains(&figures::count(4_320_000.0)), "{}", finding.title);
    fixed(&cold, &finding, "Keep a hot standby → none lost");
    assert!(found(&design(r#""standby":"hot","lag_ms":500,"sync":1"#), "lost-writes").is_none());
    assert!(found(&design(r#""standby":"hot""#), "lost-writes").is_none());
}

/// Everything new goes to the last of four ranges: four times the mean. Cut by key each shard has a quarter.
#[test]
fn a_hot_shard_is_found_with_what_spreads_it() {
    let design = |by: &str| {
        drawn(&format!(
            r#""rate":1800,"reads":0,"creates":1;{{"id":2,"block":"sql-database","name":"Posts","shards":4,"shard_by":"{by}"}}"#
        ))
    };
    let range = design("range");
    let finding = found(&range, "hot-shard").expect("a finding");
    let title = "The hottest shard of Posts is asked 90 % of its capacity, 4.0× the mean of all 4.";
    assert_eq!(finding.title, title);
    fixed(&range, &finding, "Cut by key → 22.5 % in the hottest");
    assert_eq!(finding.fixes.len(), 1, "twice the shards leave the last one as hot: {:?}", finding.fixes);
    assert!(found(&design("key"), "hot-shard").is_none());
}

/// Three workers: a message that kills its consumer takes down all of them, one after the other.
#[test]
fn a_queue_that_never_gives_up_is_found() {
    let design = |attempts: u32| {
        let json = format!(
            r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":10,"reads":0}},
            {{"id":2,"block":"message-queue","name":"Jobs","attempts":{attempts}}},
            {{"id":3,"block":"worker","instances":3}}],"links":[[1,2],[2,3]]}}"#
        );
        share::from_json(&json).expect("a design").design
    };
    let finding = found(&design(0), "endless-deliveries").expect("a finding");
    assert!(finding.title.ends_with("by Jobs: it takes down 3 consumers."), "{}", finding.title);
    fixed(&design(0), &finding, "Set a message aside after 5 deliveries → 3 deaths at most");
    assert!(found(&design(5), "endless-deliveries").is_none());
}

/// Each client has rows of its own: who reads what nobody else writes sees nothing stale.
#[test]
fn what_each_client_saw_is_a_row_of_that_client() {
    let json = r#"{"headroom":1,"nodes":[
        {"id":1,"block":"client","rate":100,"reads":0.5,"keys":10,"follow":1,"follow_s":0.1},
        {"id":2,"block":"client","rate":100,"reads":1,"keys":10},
        {"id":3,"block":"sql-database","replicas":1,"reads_from":"replicas","lag_ms":500}],"links":[[1,3],[2,3]]}"#;
    let report = run(json, 30.0);
    let rows = |node: usize| figures::rows::client(&report, node);
    let value = |node: usize, name: &str| {
        rows(node).iter().find(|row| row.name == name).map(|row| row.value.clone()).unwrap_or_default()
    };
    assert!(!value(0, "Stale reads").starts_with("0 %"), "{:?}", rows(0));
    // Nobody writes what the other one reads: there is nothing to compare it with.
    assert_eq!(value(1, "Stale reads"), "");
    // Exponential with a mean of 100 ms against a lag of 500 ms: 1 − e^(−5) = 99.3 % come too early.
    let seen = report.clients[0].seen.counts;
    near("own writes missed", seen.own_missed, seen.after_own, 0.993, 0.006);
    assert!(!value(0, "Missed it right after writing").is_empty());
    assert!(rows(2).is_empty());
}

/// Two nodes and nobody to break the tie: cut in two, both refuse. With monitoring one side has two of three votes.
#[test]
fn a_database_without_a_majority_on_any_side_is_found() {
    let design = |replicas: u32| {
        drawn(&format!(
            r#"{{"id":2,"block":"sql-database","name":"Accounts","replicas":{replicas},"partition":"cp"}}"#
        ))
    };
    let two = design(1);
    let finding = found(&two, "no-majority").expect("a finding");
    assert_eq!(
        finding.title,
        "Cut into halves, both sides of Accounts refuse: 1 of 2 nodes are no majority."
    );
    fixed(&two, &finding, "Add monitoring → 2 of 3 votes on one side");
    fixed(&two, &finding, "Add a read replica → 2 of 3 votes on one side");
    assert!(found(&design(2), "no-majority").is_none(), "two of three nodes");
}

/// R + W > N: of three copies a read of one and a write to two need not meet; a read of two does.
#[test]
fn quorums_that_do_not_meet_are_found() {
    let design = |read: u32| {
        let store = r##"{"id":2,"block":"key-value-store","name":"Carts","read_quorum":#}"##;
        drawn(&store.replace('#', &read.to_string()))
    };
    let loose = design(1);
    let finding = found(&loose, "loose-quorum").expect("a finding");
    let title = "Reads of Carts can be stale: 1 to read and 2 to write need not meet among 3 copies.";
    assert_eq!((finding.title.as_str(), finding.severity), (title, Severity::Note));
    assert!(
        finding.fixes[0].label.starts_with("Read 2 of 3 → no stale read, headroom "),
        "{:?}",
        finding.fixes
    );
    assert!(
        finding.fixes[1].label.starts_with("Write 3 of 3 → no stale read, headroom "),
        "{:?}",
        finding.fixes
    );
    assert!(found(&design(2), "loose-quorum").is_none());
}
