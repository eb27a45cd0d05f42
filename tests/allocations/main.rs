//! No event allocates once a run is warm: an allocator that counts holds the simulation to it.
//!
//! What may grow is a table of what is under way at once (calls, requests, lines, the load of a target) when there was never
//! as much before, the series of the report, and tables of keys written so far, up to their bounds. All grow by doubling, so what is left of
//! them is a few blocks in a hundred thousand events; an allocation for each event would be a hundred thousand.

// What was counted stands in the log.
#![allow(clippy::print_stdout)]

mod counting;

use counting::allocations;
use headroom::engine::simulate::Simulation;
use headroom::examples::EXAMPLES;
use headroom::topology;

#[path = "../../benches/speed/systems.rs"]
mod systems;

/// Simulated time before the first look, and of each [s].
const WARM_S: u64 = 40;
const LOOK_S: u64 = 4;
const LOOKS: u64 = 10;

/// Most blocks in as many events where the traffic is steady.
const GROWTH: f64 = 3.0 / 100_000.0;

fn main() {
    for system in systems::all() {
        let (name, found) = (system.name, looks(&mut systems::warm(&system.design, WARM_S)));
        print(name, &found);
        assert!(
            found.iter().any(|look| look.blocks == 0 && look.events > 5_000),
            "{name}: every look allocates"
        );
        assert!(blocks(&found) <= GROWTH * events(&found) + 3.0, "{name}: allocates with the events");
    }
    for example in EXAMPLES {
        let mut simulation = Simulation::new(topology::build(&example.design()).0, 1);
        simulation.start_measuring();
        // As the live run of the page does: following slow requests must not allocate either.
        simulation.follow();
        simulation.advance(WARM_S * 1_000_000_000, u64::MAX);
        let found = looks(&mut simulation);
        print(example.name, &found);
        // Examples write keys and have faults, which fill tables for a while.
        let later = &found[found.len() / 2..];
        assert!(
            blocks(later) <= GROWTH * events(later) + 20.0,
            "{}: allocates with the events",
            example.name
        );
    }
}

/// Events of a stretch, and blocks of memory asked for in it.
struct Look {
    events: u64,
    blocks: u64,
}

fn looks(simulation: &mut Simulation) -> Vec<Look> {
    let mut look = |number: u64| {
        let (events, blocks) = (simulation.events(), allocations());
        simulation.advance((WARM_S + number * LOOK_S) * 1_000_000_000, u64::MAX);
        Look { events: simulation.events() - events, blocks: allocations() - blocks }
    };
    (1..=LOOKS).map(&mut look).collect()
}

fn print(name: &str, looks: &[Look]) {
    let each: Vec<u64> = looks.iter().map(|look| look.blocks).collect();
    println!("{name}: {each:?} blocks in {} events", events(looks));
}

fn events(looks: &[Look]) -> f64 {
    looks.iter().map(|look| look.events as f64).sum()
}

fn blocks(looks: &[Look]) -> f64 {
    looks.iter().map(|look| look.blocks as f64).sum()
}
