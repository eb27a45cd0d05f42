//! The retry storm of rules §4: capacity 1,000/s, load 700/s, patience 200 ms, three retries, a queue without end. A spike
//! of ten seconds never ends; each of three cures ends it.

use headroom::engine::simulate::Simulation;
use headroom::report::Report;
use headroom::topology;

/// Two minutes after a spike of ten seconds to 1,500/s: the share answered ok.
fn after_the_spike(retries: u32, queue: u32, link: &str) -> Report {
    let json = format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","rate":700,"reads":1,"timeout_s":0.2,"retries":{retries},"backoff_ms":100}},
        {{"id":2,"block":"app-server","cores":1,"service_ms":1,"queue":{queue},"threads":"async"}}],
        "links":[[1,2,{{"latency_ms":0{link}}}]]}}"#
    );
    // The 10,000 slots of an asynchronous server are part of its queue.
    let json = if queue < 1_000 { json.replace("async", "blocking") } else { json };
    let opened = headroom::share::from_json(&json).expect("a design");
    let mut simulation = Simulation::new(topology::build(&opened.design).0, 1);
    simulation.advance(20_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(30_000_000_000, u64::MAX);
    let before = simulation.report().total.success.value;
    assert!(before > 0.999, "calm before the spike: {before}");
    simulation.set_traffic(1_500.0 / 700.0);
    simulation.advance(40_000_000_000, u64::MAX);
    simulation.set_traffic(1.0);
    simulation.advance(160_000_000_000, u64::MAX);
    simulation.start_measuring();
    simulation.advance(170_000_000_000, u64::MAX);
    simulation.report()
}

const UNBOUNDED: u32 = 1 << 20;

#[test]
fn a_retry_storm_does_not_end_when_the_load_does() {
    let report = after_the_spike(3, UNBOUNDED, "");
    assert!(report.total.success.value < 0.001, "{:?}", report.total.success);
    assert!(
        report.nodes[1].offered > 2_500.0,
        "every request is sent four times: {}",
        report.nodes[1].offered
    );
    assert!(report.nodes[1].wasted > 0.999);
}

#[test]
fn without_retries_the_storm_ends() {
    assert!(after_the_spike(0, UNBOUNDED, "").total.success.value > 0.999);
}

#[test]
fn a_retry_budget_of_a_tenth_ends_the_storm() {
    assert!(after_the_spike(3, UNBOUNDED, r#","retry_budget":0.1"#).total.success.value > 0.999);
}

#[test]
fn a_short_queue_ends_the_storm() {
    // 200 threads and a queue of 100 clear in 0.3 s, so use fewer: what is served must be served in time.
    assert!(after_the_spike(3, 0, "").total.success.value > 0.99);
}

#[test]
fn a_breaker_ends_the_storm_as_well() {
    let breaker = r#","breaker":"share","breaker_share":0.5,"breaker_calls":100,"breaker_open_s":20"#;
    assert!(after_the_spike(3, 20_000, breaker).total.success.value > 0.5);
}
