//! Requests and events a second of whole runs, one line for each system: what `cargo xtask bench` reads.

use std::fs;
use std::sync::LazyLock;
use std::time::Instant;

use headroom::engine::simulate::{Simulation, digest};
use headroom::examples::EXAMPLES;
use headroom::topology;

use crate::systems::{self, System};

/// Time of one look [s], and how many there are.
const LOOK_S: f64 = 0.7;
const LOOKS: usize = 3;

/// One look at a run.
struct Speed {
    requests: f64,
    events: f64,
}

/// Prints name, requests a second, events a second and the design, separated by tabs.
pub fn print() {
    for System { name, design } in systems::all() {
        let Speed { requests, events } = median(&design);
        println!("{name}\t{requests:.0}\t{events:.0}\t{design}");
    }
}

/// Runs one system for this simulated time [s] and prints its events: for a profiler, which counts the rest.
pub fn once(name: &str, seconds: u64) {
    let system =
        systems::all().into_iter().find(|system| system.name == name).expect("a system of the table");
    let simulation = systems::warm(&system.design, seconds);
    println!("{name}\t{}\t{}", simulation.report().total.counts.sent, simulation.events());
}

/// The middle of three looks at one warm run, by events a second.
fn median(design: &str) -> Speed {
    let mut simulation = systems::warm(design, 2);
    let mut until_s = 2;
    let look = |_| {
        let (start, events) = (spent_s(), simulation.events());
        let sent = simulation.report().total.counts.sent;
        let mut passed = 0.0;
        while passed < LOOK_S {
            until_s += 1;
            simulation.advance(until_s * 1_000_000_000, u64::MAX);
            passed = spent_s() - start;
        }
        Speed {
            requests: (simulation.report().total.counts.sent - sent) as f64 / passed,
            events: (simulation.events() - events) as f64 / passed,
        }
    };
    let mut looks: Vec<Speed> = (0..LOOKS).map(look).collect();
    looks.sort_by(|a, b| a.events.total_cmp(&b.events));
    looks.swap_remove(LOOKS / 2)
}

/// Time that the processor has spent on this program [s], where the system tells, else time on the wall: what other
/// programs do at the same time shall not count.
pub fn spent_s() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = fs::read_to_string("/proc/self/schedstat");
    let spent_ns = told.ok().and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    spent_ns.map_or_else(|| START.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Prints a digest of each system and each example after so many simulated seconds [s], with what a live run shows: a
/// change that is only to make runs faster leaves all of them as they were.
pub fn digests(seconds: u64) {
    for System { name, design } in systems::all() {
        let simulation = systems::warm(&design, seconds);
        println!("{name}\t{}", digest(&simulation.report()));
    }
    for example in EXAMPLES {
        let mut simulation = Simulation::new(topology::build(&example.design()).0, 1);
        simulation.advance(seconds * 500_000_000, u64::MAX);
        simulation.start_measuring();
        simulation.advance(seconds * 1_000_000_000, u64::MAX);
        println!("{}\t{}", example.id, digest(&simulation.report()));
    }
}
