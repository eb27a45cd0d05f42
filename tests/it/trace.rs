//! Where the time of a slow request goes: every nanosecond of it, for every kind of call.

use headroom::engine::simulate::{Simulation, digest};
use headroom::examples::EXAMPLES;
use headroom::report::{Spent, Trace};
use headroom::{share, topology};

const SECOND: u64 = 1_000_000_000;

fn simulation(design: &str) -> Simulation {
    Simulation::new(topology::build(&share::from_json(design).expect("a design").design).0, 1)
}

/// Runs for some seconds with requests followed, and what was the slowest of the last one.
fn followed(simulation: &mut Simulation, seconds: u64) -> Trace {
    simulation.start_measuring();
    simulation.follow();
    simulation.advance(seconds * SECOND, u64::MAX);
    simulation.slowest().expect("requests were followed")
}

/// The parts are all of the request, each call's stretches follow each other, and callees lie within their callers.
fn check(trace: &Trace, what: &str) {
    assert_eq!(trace.spent().iter().sum::<u64>(), trace.took_ns, "{what}: {trace:?}");
    let end = trace.end_ns();
    for (index, step) in trace.steps.iter().enumerate() {
        let mut at = step.sent_ns;
        for (_, from, until) in step.stretches(end) {
            assert_eq!(from, at, "{what}, step {index}: {step:?}");
            at = until;
        }
        assert_eq!(at, step.until_ns(end).max(step.sent_ns), "{what}, step {index}: {step:?}");
        if let Some(parent) = step.parent {
            assert!((parent as usize) < index && step.sent_ns >= trace.steps[parent as usize].sent_ns);
        }
    }
    assert_eq!(trace.in_order().len(), trace.steps.len(), "{what}: every call has its place in the tree");
}

#[test]
fn a_request_without_chance_is_told_to_the_nanosecond() {
    // 1 ms there, 5 ms served, 2 ms to the store, 3 ms served there, 2 and 1 ms back.
    let trace = followed(
        &mut simulation(
            r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":10,"arrivals":"constant","reads":1},
            {"id":2,"block":"external-service","service_ms":5,"service_shape":"constant"}],
            "links":[[1,2,{"latency_ms":1}]]}"#,
        ),
        3,
    );
    check(&trace, "one call");
    assert_eq!(trace.took_ns, 7_000_000, "{trace:?}");
    let [_, network, queue, service, calls, lost] = trace.spent();
    assert_eq!((network, queue, service, calls, lost), (2_000_000, 0, 5_000_000, 0, 0));
    assert_eq!((trace.steps.len(), trace.depth(1), trace.followed, trace.one_in), (2, 1, 10, 1));
}

#[test]
fn in_a_line_of_calls_queue_service_and_network_add_up_to_the_latency() {
    let mut run = simulation(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":250,"reads":0.8},{"id":2,"block":"load-balancer"},
        {"id":3,"block":"app-server","service_ms":6,"cores":2},{"id":4,"block":"sql-database","read_ms":8,"write_ms":8}],
        "links":[[1,2],[2,3],[3,4]]}"#,
    );
    let trace = followed(&mut run, 5);
    check(&trace, "a line");
    let spent = trace.spent();
    assert!(spent[Spent::Queue as usize] > 0 && spent[Spent::Service as usize] > 0, "{spent:?}");
    assert_eq!(spent[Spent::Lost as usize], 0);
    // Each call adds its own parts: nothing is counted twice, nothing is left out.
    let own = |what| {
        let all = trace.steps.iter().flat_map(|step| step.stretches(trace.end_ns()));
        all.filter(|stretch| stretch.0 == what).map(|(_, from, until)| until - from).sum::<u64>()
    };
    for what in [Spent::Network, Spent::Queue, Spent::Service] {
        assert_eq!(own(what), spent[what as usize], "{what:?}");
    }
    // All of the 250 a second were followed, give or take six standard deviations: it is the slowest of its second.
    assert!((155..345).contains(&trace.followed), "{}", trace.followed);
    let report = run.report();
    let second = report.series.last().expect("seconds");
    assert!(
        trace.took_ns as f64 / 1e9 >= second.p99 * (1.0 - 1.0 / 128.0),
        "{} {}",
        trace.took_ns,
        second.p99
    );
}

#[test]
fn every_example_is_told_without_a_gap_also_when_calls_fail_or_go_out_at_the_same_time() {
    for example in EXAMPLES.iter() {
        let mut run = Simulation::new(topology::build(&example.design()).0, 3);
        run.start_measuring();
        run.follow();
        let mut told = 0;
        for second in 1..=6 {
            run.advance(second * SECOND, u64::MAX);
            if let Some(trace) = run.slowest() {
                check(&trace, example.name);
                told += 1;
            }
        }
        assert!(told > 3, "{}: of {told} seconds something was told", example.name);
    }
}

#[test]
fn calls_at_the_same_time_count_by_the_one_that_ended_last() {
    let trace = followed(
        &mut simulation(
            r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":10,"arrivals":"constant","reads":1},
            {"id":2,"block":"app-server","service_ms":1,"service_shape":"constant"},
            {"id":3,"block":"external-service","service_ms":4,"service_shape":"constant"},
            {"id":4,"block":"external-service","service_ms":9,"service_shape":"constant"}],
            "links":[[1,2],[2,3,{"together":1}],[2,4,{"together":1}]]}"#,
        ),
        3,
    );
    check(&trace, "a group");
    assert_eq!(trace.steps.len(), 4, "{trace:?}");
    // 1 ms at the server and 9 ms at the slower of the two.
    assert_eq!(trace.spent()[Spent::Service as usize], 10_000_000, "{trace:?}");
}

#[test]
fn following_requests_changes_no_figure() {
    let design = EXAMPLES[0].design();
    let run = |follow: bool| {
        let mut run = Simulation::new(topology::build(&design).0, 7);
        run.start_measuring();
        if follow {
            run.follow();
        }
        run.advance(3 * SECOND, u64::MAX);
        digest(&run.report())
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn an_edit_begins_anew_and_nothing_is_told_of_the_old_blocks() {
    let mut run = simulation(
        r#"{"headroom":1,"nodes":[{"id":1,"block":"client","rate":500},{"id":2,"block":"app-server","service_ms":3}],
        "links":[[1,2]]}"#,
    );
    followed(&mut run, 2);
    let more = r#"{"headroom":1,"nodes":[{"id":5,"block":"load-balancer"},{"id":1,"block":"client","rate":500},
        {"id":2,"block":"app-server","service_ms":3}],"links":[[1,5],[5,2]]}"#;
    run.change(topology::build(&share::from_json(more).expect("a design").design).0);
    assert_eq!(run.slowest(), None);
    run.advance(4 * SECOND, u64::MAX);
    let trace = run.slowest().expect("requests after the edit");
    check(&trace, "after an edit");
    assert!(trace.born_ns > 2 * SECOND && trace.steps.len() == 3, "{trace:?}");
}
