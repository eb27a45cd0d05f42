//! Queues and workers: who sees a message, what happens to it when something fails or is full, and the numbers of
//! arithmetic. Every test closes the ledger of messages.

use headroom::engine::Unit;
use headroom::engine::simulate::Simulation;
use headroom::engine::steady;
use headroom::report::{Cause, Messages, QueueReport, Report};

use crate::caching::{near, next, topology};

fn queue(report: &Report, node: usize) -> &QueueReport {
    let queue = report.nodes[node].queue.as_ref().expect("a queue");
    for group in &queue.groups {
        assert_eq!(group.published, group.accounted(), "{group:?}");
    }
    queue
}

fn first(report: &Report, node: usize) -> Messages {
    queue(report, node).groups[0]
}

/// Client, queue and worker in a row, these parameters set; nothing is lost on the way.
fn row(client: &str, queue: &str, worker: &str) -> Simulation {
    let nodes = format!(
        r#"{{"id":1,"block":"client","reads":0,"keys":1000,"zipf":0,{client}}},
        {{"id":2,"block":"message-queue","service_ms":0{queue}}},{{"id":3,"block":"worker",{worker}}}"#
    );
    Simulation::new(topology(&nodes, r#"[1,2,{"latency_ms":0}],[2,3,{"latency_ms":0}]"#), 1)
}

/// The case backlog_drain: 500/s for a minute against ten consumers of 20/s, then 100/s.
#[test]
fn a_burst_is_worked_off_as_arithmetic_says() {
    let worker = r#""service_ms":50,"cores":10,"service_shape":"constant""#;
    let mut simulation = row(r#""rate":100,"arrivals":"constant""#, "", worker);
    simulation.set_traffic(5.0);
    let burst = next(&mut simulation, 60.0);
    near("growth", queue(&burst, 1).growth, 300.0, 0.01);
    simulation.set_traffic(1.0);
    let after = next(&mut simulation, 200.0);
    let found = queue(&after, 1);
    near("peak", found.peak as f64, 18_000.0, 0.01);
    near("drain", found.drain_s.expect("it drains"), 180.0, 0.01);
    near("the last message of the burst waits", found.oldest_s, 90.0, 0.01);
}

/// Puzzle 4: 50 orders a second, a burst of 200 a second for a minute, 1.3 s of work each.
#[test]
fn eighty_workers_need_twelve_minutes_and_a_hundred_and_twenty_less_than_three() {
    for (workers, peak, drain) in [(80, 8_308.0, 722.0), (100, 7_385.0, 274.0), (120, 6_461.0, 153.0)] {
        let worker = format!(r#""service_ms":1300,"cores":1,"concurrency":1,"instances":{workers}"#);
        let mut simulation = row(r#""rate":50"#, "", &worker);
        simulation.set_traffic(4.0);
        next(&mut simulation, 60.0);
        simulation.set_traffic(1.0);
        let report = next(&mut simulation, 1_200.0);
        near(&format!("{workers}: peak"), queue(&report, 1).peak as f64, peak, 0.05);
        near(&format!("{workers}: drain"), queue(&report, 1).drain_s.expect("it drains"), drain, 0.15);
    }
}

fn two_groups(kind: &str) -> Report {
    let nodes = format!(
        r#"{{"id":1,"block":"client","rate":100,"reads":0}},{{"id":2,"block":"message-queue","kind":"{kind}"}},
        {{"id":3,"block":"worker","service_ms":10}},{{"id":4,"block":"worker","service_ms":10}}"#
    );
    let mut simulation = Simulation::new(topology(&nodes, "[1,2],[2,3],[2,4]"), 1);
    next(&mut simulation, 20.0)
}

#[test]
fn a_log_shows_every_message_to_every_group_and_a_broker_to_one_consumer() {
    let log = two_groups("log");
    let found = queue(&log, 1);
    assert_eq!(found.groups.len(), 2);
    for group in &found.groups {
        assert_eq!(group.published, log.nodes[1].ledger.completed);
    }
    near("first group", log.nodes[2].offered, 100.0, 0.05);
    near("second group", log.nodes[3].offered, 100.0, 0.05);
    let broker = two_groups("broker");
    assert_eq!(queue(&broker, 1).groups.len(), 1);
    near("both together", broker.nodes[2].offered + broker.nodes[3].offered, 100.0, 0.05);
}

/// Four partitions are four messages at work, however many consumers wait: 4 / 0.1 s = 40 a second of the 60 published.
#[test]
fn partitions_bound_the_consumers_of_a_group() {
    let worker = r#""service_ms":100,"instances":20,"concurrency":1,"service_shape":"constant""#;
    let mut simulation = row(r#""rate":60"#, r#","kind":"log","partitions":4"#, worker);
    let report = next(&mut simulation, 30.0);
    near("carried", report.nodes[2].carried, 40.0, 0.03);
    assert!(first(&report, 1).in_work <= 4);
    let steady = steady::solve(simulation.topology());
    near("steady growth", queue(&steady, 1).growth, 20.0, 0.05);
    // Once the log is full its fullest partition, with a little more than a quarter of the keys, decides.
    near("steady carried", steady.nodes[2].carried, 40.0, 0.06);
}

/// One key is one partition: one message at a time, though the other partitions and consumers are free.
#[test]
fn a_hot_partition_holds_up_what_is_behind_its_head() {
    let worker = r#""service_ms":100,"instances":20,"concurrency":1,"service_shape":"constant""#;
    let mut spread = row(r#""rate":30"#, r#","kind":"log","partitions":16"#, worker);
    near("many keys", next(&mut spread, 30.0).nodes[2].carried, 30.0, 0.05);
    let nodes = r#"{"id":1,"block":"client","reads":0,"keys":1,"rate":30},
        {"id":2,"block":"message-queue","kind":"log","partitions":16,"service_ms":0},
        {"id":3,"block":"worker","service_ms":100,"instances":20,"concurrency":1,"service_shape":"constant"}"#;
    let links = r#"[1,2],[2,3,{"latency_ms":0}]"#;
    let mut simulation = Simulation::new(topology(nodes, links), 1);
    near("one key", next(&mut simulation, 30.0).nodes[2].carried, 10.0, 0.03);
    let one = steady::solve(simulation.topology());
    near("one key, steady", one.nodes[2].carried, 10.0, 0.01);
    near("its backlog grows", queue(&one, 1).growth, 20.0, 0.01);
    near("many keys, steady", steady::solve(spread.topology()).nodes[2].carried, 30.0, 0.01);
}

/// A fifth of the deliveries fails: after three of them 0.2³ = 0.8 % of the messages are dead letters.
#[test]
fn dead_letters_are_messages_that_fail_every_attempt() {
    let mut simulation = row(r#""rate":500"#, r#","attempts":3"#, r#""service_ms":1,"cores":8,"errors":0.2"#);
    let report = next(&mut simulation, 120.0);
    let found = first(&report, 1);
    near("dead", found.dead as f64 / found.published as f64, 0.008, 0.1);
    near("deliveries", report.nodes[2].offered, 500.0 * 1.24, 0.02);
    near("redelivered", found.redelivered as f64 / found.published as f64, 0.24, 0.03);
    let steady = steady::solve(simulation.topology());
    near("steady deliveries", steady.nodes[2].offered, 620.0, 0.01);
}

#[test]
fn a_message_whose_worker_died_is_delivered_again_after_its_time() {
    for (redeliver, after) in [("", 0.0), (r#","redeliver_s":30"#, 30.0)] {
        let queue_values = format!(r#","attempts":5{redeliver}"#);
        let worker = r#""service_ms":5000,"instances":2,"concurrency":1,"service_shape":"constant""#;
        let mut simulation = row(r#""rate":1,"arrivals":"constant""#, &queue_values, worker);
        simulation.advance(1_500_000_000, u64::MAX);
        simulation.kill(Unit::Instance { node: 2, instance: 0 });
        simulation.set_traffic(0.0);
        simulation.advance(2_000_000_000, u64::MAX);
        assert_eq!(first(&simulation.report(), 1).done, 0);
        simulation.advance(100_000_000_000, u64::MAX);
        let report = simulation.report();
        let found = first(&report, 1);
        assert_eq!((found.redelivered, found.done, found.dead), (1, found.published, 0), "{found:?}");
        // The first was lost at 1.5 s with 3.5 s to go.
        let slowest = queue(&report, 1).latency.expect("done").p99.value;
        assert!(slowest >= 1.5 + after && slowest < 1.5 + after + 13.0, "{slowest} after {after}");
    }
}

fn overfull(full: &str) -> (Report, u64) {
    let worker = r#""service_ms":100,"cores":1,"concurrency":1,"service_shape":"constant""#;
    let queue_values = format!(r#","backlog":50,"full":"{full}""#);
    let mut simulation = row(r#""rate":20,"timeout_s":2"#, &queue_values, worker);
    let report = next(&mut simulation, 60.0);
    let held = report.nodes[1].ledger.present;
    (report, held)
}

#[test]
fn a_full_queue_refuses_drops_the_oldest_or_makes_the_producer_wait() {
    let (refuses, _) = overfull("refuse");
    assert!(refuses.total.counts.failed[Cause::BacklogFull as usize] > 400);
    assert_eq!(first(&refuses, 1).dropped, 0);

    let (drops, _) = overfull("drop-oldest");
    assert_eq!(drops.total.counts.failures(), 0);
    let found = first(&drops, 1);
    assert!(found.waiting >= 49, "{found:?}");
    near("dropped", found.dropped as f64, found.published as f64 - 600.0 - 51.0, 0.02);
    // What is done has waited behind at most 50 others, of which as many are dropped as are done.
    assert!(queue(&drops, 1).latency.expect("done").p99.value < 3.4);

    let (blocks, held) = overfull("block");
    assert_eq!(blocks.total.counts.failed[Cause::BacklogFull as usize], 0);
    assert!(blocks.total.counts.failed[Cause::TimedOut as usize] > 400, "{:?}", blocks.total.counts);
    assert!(held > 400, "{held} producers hold their slot");
    assert_eq!(first(&blocks, 1).waiting, 50);
}

#[test]
fn steady_says_what_a_full_queue_does_to_its_producers() {
    let steady = |full: &str| {
        let worker = r#""service_ms":100,"cores":1,"concurrency":1"#;
        let values = format!(r#","backlog":50,"full":"{full}""#);
        steady::solve(row(r#""rate":20"#, &values, worker).topology())
    };
    near("refused", steady("refuse").total.success.value, 0.5, 0.02);
    let drops = steady("drop-oldest");
    near("told ok", drops.total.success.value, 1.0, 1e-9);
    near("carried", drops.nodes[2].carried, 10.0, 0.01);
    near("growth", queue(&drops, 1).growth, 10.0, 0.01);
}

#[test]
fn what_a_broker_keeps_in_memory_is_lost_with_it() {
    for (durable, lost) in [(true, false), (false, true)] {
        let values = format!(r#","durable":{durable}"#);
        let mut simulation = row(r#""rate":100"#, &values, r#""service_ms":100,"cores":1,"concurrency":1"#);
        simulation.advance(10_000_000_000, u64::MAX);
        let waiting = first(&simulation.report(), 1).waiting;
        assert!(waiting > 800, "{waiting}");
        simulation.kill(Unit::Block { node: 1 });
        let found = first(&simulation.report(), 1);
        assert_eq!(found.lost, if lost { waiting } else { 0 });
        simulation.revive(Unit::Block { node: 1 });
        simulation.advance(12_000_000_000, u64::MAX);
        assert!(first(&simulation.report(), 1).done > found.done);
    }
}

/// Every kind of queue, with workers dying, errors, edits and full backlogs: at every moment each message is somewhere.
#[test]
fn no_message_is_unaccounted_for_whatever_happens() {
    let design = |kind: &str, full: &str, partitions: u32, link: &str| {
        let nodes = format!(
            r#"{{"id":1,"block":"client","rate":200,"reads":0.3,"keys":50,"timeout_s":1}},
            {{"id":2,"block":"message-queue","kind":"{kind}","full":"{full}","partitions":{partitions},"backlog":40,
              "attempts":3,"redeliver_s":0.2,"durable":false,"instances":2}},
            {{"id":3,"block":"worker","service_ms":20,"errors":0.3,"instances":3,"cores":1,"concurrency":2}},
            {{"id":4,"block":"worker","service_ms":10,"errors":0.1}}"#
        );
        topology(&nodes, &format!("[1,2],[2,3]{link}"))
    };
    let edits = [
        design("log", "refuse", 4, ",[2,4]"),
        design("log", "block", 4, ",[2,4]"),
        design("log", "drop-oldest", 7, ""),
        design("broker", "drop-oldest", 7, ",[2,4]"),
        design("broker", "block", 7, ",[2,4]"),
        design("log", "refuse", 1, r#",[2,4,{"ops":"writes"}]"#),
    ];
    let mut simulation = Simulation::new(edits[0].clone(), 5);
    for (turn, edit) in edits.iter().cycle().take(24).enumerate() {
        simulation.change(edit.clone());
        for step in 1..=4 {
            simulation.advance((turn as u64 * 4 + step) * 100_000_000, u64::MAX);
            let report = simulation.report();
            assert!(first(&report, 1).published > 0 || turn == 0);
            for (index, node) in report.nodes.iter().enumerate() {
                let ledger = &node.ledger;
                let dropped: u64 = ledger.dropped.iter().sum();
                assert_eq!(ledger.arrived, ledger.completed + dropped + ledger.present, "station {index}");
            }
        }
        match turn % 5 {
            1 => simulation.kill(Unit::Instance { node: 2, instance: 1 }),
            2 => simulation.kill(Unit::Instance { node: 1, instance: 0 }),
            3 => simulation.revive(Unit::Instance { node: 2, instance: 1 }),
            4 => simulation.revive(Unit::Instance { node: 1, instance: 0 }),
            _ => {}
        }
    }
}

/// What keeps the order of one key: the next message waits until the one before is done, tried again or not.
#[test]
fn a_log_works_on_one_message_of_a_key_at_a_time() {
    let nodes = r#"{"id":1,"block":"client","reads":0,"keys":1,"rate":50},
        {"id":2,"block":"message-queue","kind":"log","partitions":8,"service_ms":0},
        {"id":3,"block":"worker","service_ms":30,"errors":0.2,"instances":4,"cores":4}"#;
    let mut simulation = Simulation::new(topology(nodes, "[1,2],[2,3]"), 2);
    for step in 1..=200_u64 {
        simulation.advance(step * 20_000_000, u64::MAX);
        assert!(first(&simulation.report(), 1).in_work <= 1);
    }
}
