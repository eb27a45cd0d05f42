//! A consumer group of a log starts again: what is delivered once more, in which order, and that every message is accounted
//! for.

use headroom::engine::simulate::Simulation;
use headroom::report::Messages;
use headroom::topology::Trouble;

use crate::stale::topology;

const S: u64 = 1_000_000_000;

/// 100 writes a second into a log of four partitions that two groups read.
fn design(log: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":100,"reads":0,"arrivals":"constant","keys":1000}},
        {{"id":2,"block":"message-queue","kind":"log","partitions":4{log}}},
        {{"id":3,"block":"worker","service_ms":1}},{{"id":4,"block":"worker","service_ms":1}}],
        "links":[[1,2],[2,3],[2,4]]}}"#
    )
}

fn groups(run: &Simulation) -> Vec<Messages> {
    run.report().nodes[1].queue.as_ref().expect("a queue").groups.clone()
}

#[track_caller]
fn exact(run: &Simulation) {
    for group in groups(run) {
        assert_eq!(group.published, group.accounted(), "{group:?}");
    }
}

/// After 20 s the first group has done some 2,000 messages; every one of them stands in line again, and the other group
/// does not notice. After that both are done with all.
#[test]
fn a_group_that_starts_again_gets_every_kept_message_once_more() {
    let mut run = Simulation::new(topology(&design("")), 1);
    run.advance(20 * S, u64::MAX);
    let before = groups(&run);
    assert!((1_990..=2_000).contains(&before[0].done), "{before:?}");
    run.inject(Trouble::Replay { node: 1, group: Some(0) }, None);
    exact(&run);
    let [first, second] = [groups(&run)[0], groups(&run)[1]];
    assert_eq!(first.replayed, before[0].done);
    assert_eq!(first.published, before[0].published + before[0].done);
    assert_eq!((second.replayed, second.published), (0, before[1].published));
    run.advance(40 * S, u64::MAX);
    exact(&run);
    let [first, second] = [groups(&run)[0], groups(&run)[1]];
    assert_eq!(first.done + first.in_work + first.waiting, second.published + before[0].done);
    assert!(first.waiting < 5 && first.dead == 0, "{first:?}");
}

/// The log keeps 5 s: 500 messages of 100 a second.
#[test]
fn a_replay_begins_with_the_oldest_message_that_is_kept() {
    let json = design(r#","retain_s":5"#)
        .replace("\"links\"", r#""faults":[{"at_s":20,"replay":2,"group":1}],"links""#);
    let mut run = Simulation::new(topology(&json), 1);
    run.advance(21 * S, u64::MAX);
    let replayed = groups(&run)[0].replayed;
    assert!((497..=502).contains(&replayed), "{replayed}");
    exact(&run);
    assert_eq!(run.report().faults[0].text, "group 1 of Message queue starts again from the oldest message");
}

/// What was read before comes first: two thousand of 20 ms on two cores take 20 s.
#[test]
fn new_messages_wait_behind_the_replayed_ones() {
    let mut run =
        Simulation::new(topology(&design("").replacen("\"service_ms\":1", "\"service_ms\":20", 1)), 1);
    run.advance(20 * S, u64::MAX);
    run.inject(Trouble::Replay { node: 1, group: Some(0) }, None);
    run.advance(22 * S, u64::MAX);
    let [first, second] = [groups(&run)[0], groups(&run)[1]];
    // Two cores: 100 messages a second, and all of them old ones.
    assert!(first.waiting > 1_900 && second.waiting < 5, "{first:?} {second:?}");
    exact(&run);
}

/// Killed, replayed, edited and replayed again: the books stay exact.
#[test]
fn replays_and_edits_keep_the_books() {
    let mut run = Simulation::new(topology(&design("")), 1);
    let fewer = design("").replace(",[2,4]", "");
    for (at, json) in [(5, &fewer), (9, &design("")), (13, &fewer)] {
        run.advance(at * S, u64::MAX);
        run.inject(Trouble::Replay { node: 1, group: None }, None);
        exact(&run);
        run.advance((at + 2) * S, u64::MAX);
        run.kill(headroom::engine::Unit::Instance { node: 2, instance: 0 });
        run.change(topology(json));
        exact(&run);
        run.revive(headroom::engine::Unit::Instance { node: 2, instance: 0 });
    }
    run.advance(60 * S, u64::MAX);
    exact(&run);
    let first = groups(&run)[0];
    assert!(first.waiting < 5 && first.done > 6_000, "{first:?}");
}
