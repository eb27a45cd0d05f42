//! The parts of the core by themselves: the event list, statistics, sampling, runs of a simulated second, and the answers
//! that come without a run.

use divan::{Bencher, black_box};
use headroom::analysis::{availability, spof};
use headroom::engine::calendar::{Calendar, Class, What};
use headroom::engine::random::{Draw, Purpose, key, mix};
use headroom::engine::tally::{Distribution, Tally};
use headroom::engine::{flows, steady};
use headroom::topology::Shape;

use crate::{large, systems};

/// Events taken and put back in one iteration.
const HOLDS: u64 = 1_000;

/// The hold model: the next event is taken and another comes, with so many pending.
#[divan::bench(args = [16, 256, 4_096])]
fn calendar(bencher: Bencher, pending: u64) {
    let stream = key(1, 1, Purpose::Gap);
    let gap = |n: u64| (Draw::new(stream, mix(n), 0).exponential() * 1e6) as u64;
    let mut calendar = Calendar::default();
    (0..pending).for_each(|n| calendar.push(gap(n), Class::Arrival, What::Arrive, n as u32, 0));
    let mut count = pending;
    bencher.counter(divan::counter::ItemsCount::new(HOLDS)).bench_local(|| {
        for _ in 0..HOLDS {
            let event = calendar.pop().expect("as many as before");
            count += 1;
            calendar.push(event.time + gap(count), Class::Arrival, What::Arrive, event.a, 0);
        }
    });
}

#[divan::bench]
fn histogram(bencher: Bencher) {
    let mut times = Distribution::default();
    let mut n = 0;
    bencher.counter(divan::counter::ItemsCount::new(1_u32)).bench_local(|| {
        n += 1;
        times.record(black_box(mix(n) >> 40));
    });
}

#[divan::bench]
fn batches(bencher: Bencher) {
    let mut tally = Tally::default();
    let mut n = 0;
    bencher.counter(divan::counter::ItemsCount::new(1_u32)).bench_local(|| {
        n += 1;
        tally.ok(black_box(mix(n) >> 40));
    });
}

const SHAPES: [Shape; 4] = [
    Shape::Exponential,
    Shape::Erlang { phases: 4 },
    Shape::Lognormal { cv: 1.0 },
    Shape::Hyperexponential { cv: 2.0 },
];

#[divan::bench(args = SHAPES)]
fn sampling(bencher: Bencher, shape: &Shape) {
    let stream = key(1, 1, Purpose::Service);
    let mut n = 0;
    bencher.counter(divan::counter::ItemsCount::new(1_u32)).bench_local(|| {
        n += 1;
        Draw::new(stream, mix(n), 0).shape(black_box(*shape))
    });
}

fn names() -> Vec<&'static str> {
    systems::all().iter().map(|system| system.name).collect()
}

/// A simulated second of a warm run; the throughput is that of events.
#[divan::bench(args = names())]
fn simulated_second(bencher: Bencher, name: &str) {
    let system = systems::all().into_iter().find(|system| system.name == name).expect("a name of the list");
    let mut simulation = systems::warm(&system.design, 2);
    let (mut until_s, before) = (3, simulation.events());
    simulation.advance(until_s * 1_000_000_000, u64::MAX);
    let events = simulation.events() - before;
    bencher.counter(divan::counter::ItemsCount::new(events)).bench_local(|| {
        until_s += 1;
        simulation.advance(until_s * 1_000_000_000, u64::MAX)
    });
}

#[divan::bench]
fn steady_of_a_thousand_blocks(bencher: Bencher) {
    let topology = systems::topology(&large::thousand_blocks());
    assert_eq!(topology.len(), 1_000);
    bencher.bench_local(|| steady::solve(&topology));
}

#[divan::bench]
fn availability_of_280_parts(bencher: Bencher) {
    let topology = systems::topology(&large::failing_parts());
    let failing = topology.places().filter(|(_, place)| place.serves());
    assert_eq!(failing.map(|(_, place)| place.instances()).sum::<u32>(), 280);
    let flows = flows::solve(&topology, &flows::Scenario::default());
    bencher.bench_local(|| availability::availability(&topology, &flows));
}

#[divan::bench]
fn single_failures_of_280_parts(bencher: Bencher) {
    let topology = systems::topology(&large::failing_parts());
    bencher.bench_local(|| spof::find(&topology));
}
