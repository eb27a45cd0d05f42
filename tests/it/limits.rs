//! Rate limits: what each algorithm lets through, for all together and for each user.

use headroom::engine::Plan;
use headroom::engine::formulas::{fixed_window_admits, sliding_window_admits};
use headroom::engine::simulate::measure;
use headroom::report::{Cause, Report};

use crate::checks::{near, topology};

fn run(json: &str, duration_s: f64) -> Report {
    measure(&topology(json), &Plan { seed: 3, duration_s, warmup_s: 0.0 })
}

/// A limiter with these parameters behind a client with those.
fn limited(client: &str, limiter: &str) -> String {
    format!(
        r#"{{"headroom":1,"nodes":[{{"id":1,"block":"client","reads":1,{client}}},
        {{"id":2,"block":"rate-limiter","service_ms":0,{limiter}}},{{"id":3,"block":"external-service"}}],
        "links":[[1,2,{{"latency_ms":0}}],[2,3]]}}"#
    )
}

fn admitted(report: &Report) -> f64 {
    1.0 - report.total.counts.failed[Cause::RateLimited as usize] as f64 / report.total.counts.sent as f64
}

#[test]
fn a_fixed_window_lets_twice_its_limit_through_around_its_boundary() {
    // One call, nothing until 1.9 s, then 2,000 a second: 100 before the boundary and 100 after it.
    let burst = r#""rate":2000,"arrivals":"constant","over_time":"series","series":"0,0;1.9,0;1.9,1;4,1""#;
    let peak = |algorithm: &str| {
        let limiter = format!(r#""limit":100,"algorithm":"{algorithm}","burst":100"#);
        run(&limited(burst, &limiter), 2.2).nodes[1].admitted_peak
    };
    assert_eq!(peak("fixed-window"), Some(200));
    assert_eq!(peak("sliding-window"), Some(100));
    // A full bucket and what drips into it: 100 at once and one in each hundredth of the 0.3 s.
    let bucket = peak("token-bucket").expect("a limit");
    assert!((128..=131).contains(&bucket), "{bucket}");
}

#[test]
fn windows_let_through_what_theory_says() {
    let share = |rate: f64, algorithm: &str| {
        let client = format!(r#""rate":{rate}"#);
        let limiter = format!(r#""limit":100,"algorithm":"{algorithm}""#);
        admitted(&run(&limited(&client, &limiter), 2_000.0))
    };
    // fixed_window_l80_L100 and fixed_window_l100_L100
    assert!((fixed_window_admits(80.0, 100, 1.0) - 0.999_352_755_559_754_7).abs() < 1e-12);
    assert!((fixed_window_admits(100.0, 100, 1.0) - 0.960_139_003_190_911_9).abs() < 1e-12);
    near("fixed, 80/s", share(80.0, "fixed-window"), 0.999_352_8, 0.001);
    near("fixed, 100/s", share(100.0, "fixed-window"), 0.960_139, 0.005);
    near("sliding", share(100.0, "sliding-window"), sliding_window_admits(100.0, 100, 1.0), 0.005);
}

#[test]
fn both_methods_agree_on_every_limit() {
    for algorithm in ["token-bucket", "fixed-window", "sliding-window"] {
        for (counted, client) in [("all", r#""rate":120"#), ("user", r#""rate":480,"users":4"#)] {
            let limiter = format!(
                r#""limit":100,"algorithm":"{algorithm}","burst":20,"window_s":0.5,"counted":"{counted}""#
            );
            let json = limited(client, &limiter);
            let steady = headroom::engine::steady::solve(&topology(&json)).total.success.value;
            near(&format!("{algorithm} for {counted}"), admitted(&run(&json, 300.0)), steady, 0.01);
        }
    }
}

/// Puzzle 8: fifty users of 10/s each and one of 2,000/s in front of a server of 800/s with room for 200.
fn greedy(limiter: &str) -> (f64, f64) {
    let json = format!(
        r#"{{"headroom":1,"nodes":[
        {{"id":1,"block":"client","rate":500,"users":50,"reads":1}},
        {{"id":2,"block":"client","rate":2000,"users":1,"reads":0}},
        {{"id":3,"block":"rate-limiter","service_ms":0,{limiter}}},
        {{"id":4,"block":"app-server","cores":1,"queue":0,
          "service_ms":1.25,"write_ms":1.25}}],
        "links":[[1,3,{{"latency_ms":0}}],[2,3,{{"latency_ms":0}}],[3,4,{{"latency_ms":0}}]]}}"#
    );
    let reads = run(&json, 120.0).reads;
    (reads.success.value, reads.latency.expect("answers").p99.value)
}

#[test]
fn one_greedy_user_takes_what_the_others_need_unless_each_has_a_limit() {
    let (none, _) = greedy(r#""limit":0"#);
    assert!((0.2..0.45).contains(&none), "without a limit: {none}");
    let (global, _) = greedy(r#""limit":800,"burst":40"#);
    assert!((0.15..0.45).contains(&global), "one limit for all: {global}");
    let (bucket, p99) = greedy(r#""limit":20,"burst":40,"counted":"user""#);
    assert!(bucket >= 0.999 && p99 <= 0.06, "a bucket for each: {bucket}, {p99} s");
    let minute = r#""limit":20,"window_s":60,"algorithm":"fixed-window","counted":"user""#;
    let (minute, slow) = greedy(minute);
    assert!(minute < 0.999 && slow > 0.06, "1,200 a minute for each: {minute}, {slow} s");
    let (sliding, _) = greedy(r#""limit":20,"algorithm":"sliding-window","counted":"user""#);
    assert!((0.99..0.9995).contains(&sliding), "20 in any second for each: {sliding}");
}

#[test]
fn windows_of_any_size_are_answered_at_once() {
    let loss = |most: u32, load: f64| 1.0 - sliding_window_admits(load * f64::from(most), most, 1.0);
    // Twice the limit loses half, far below it nothing; at the limit √(2/(πL)).
    near("twice", loss(4_000_000_000, 2.0), 0.5, 1e-6);
    assert_eq!(loss(4_000_000_000, 0.9), 0.0);
    near("at the limit", loss(1_000_000, 1.0), 7.98e-4, 0.01);
    near("a little over the recursion", loss(20_001, 1.0), loss(20_000, 1.0), 1e-4);
    near("fixed", fixed_window_admits(8e9, 4_000_000_000, 1.0), 0.5, 1e-4);
}
