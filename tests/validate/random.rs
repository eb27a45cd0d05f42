//! The two methods against each other: random designs of usual parts, no part busier than 80 %.

use headroom::engine::flows::{self, Scenario};
use headroom::engine::random::Draw;
use headroom::engine::simulate::measure;
use headroom::engine::{Plan, steady};
use headroom::report::{Estimate, Report, Trust};
use headroom::topology::{Topology, build};
use serde_json::{Value, json};

use crate::simulate::clean;

/// Requests of each run.
pub const REQUESTS: f64 = 120_000.0;
/// Of each of the few that plain `cargo test` compares.
const FEW_REQUESTS: f64 = 40_000.0;
/// How near the mean has to be, and the 99th percentile.
const NEAR: [f64; 2] = [0.05, 0.15];
/// How busy the busiest part is at most.
const BUSIEST: f64 = 0.8;

/// Numbers for a design, the same everywhere.
struct Dice(Draw);

impl Dice {
    fn chance(&mut self, share: f64) -> bool {
        self.0.uniform() < share
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.uniform()
    }

    fn count(&mut self, low: u32, high: u32) -> u32 {
        self.between(f64::from(low), f64::from(high) + 1.0) as u32
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.between(0.0, all.len() as f64) as usize]
    }

    /// How a time varies: mostly as usual, now and then hardly or a lot.
    fn shape(&mut self) -> Value {
        let shape = self.pick(&[
            "exponential",
            "exponential",
            "exponential",
            "lognormal",
            "erlang",
            "constant",
            "hyperexponential",
        ]);
        let cv = match shape {
            "erlang" => self.between(0.3, 0.9),
            "hyperexponential" => self.between(1.2, 2.0),
            _ => self.between(0.5, 1.5),
        };
        json!({"service_shape": shape, "service_cv": cv})
    }
}

/// A design under construction.
struct Sketch {
    nodes: Vec<Value>,
    links: Vec<Value>,
}

impl Sketch {
    fn place(&mut self, block: &str, params: &[Value]) -> usize {
        let mut node = json!({"id": self.nodes.len() + 1, "block": block});
        for more in params {
            let more = more.as_object().expect("parameters").clone();
            node.as_object_mut().expect("a node").extend(more);
        }
        self.nodes.push(node);
        self.nodes.len()
    }

    fn link(&mut self, dice: &mut Dice, from: usize, to: usize, more: Value) {
        let mut params = json!({"latency_ms": dice.between(0.1, 2.0)});
        params.as_object_mut().expect("parameters").extend(more.as_object().expect("parameters").clone());
        self.links.push(json!([from, to, params]));
    }

    fn json(&self) -> String {
        json!({"headroom": 1, "nodes": self.nodes, "links": self.links}).to_string()
    }
}

/// A server, alone or behind a balancer; gives where calls enter and who makes the calls after it.
fn tier(sketch: &mut Sketch, dice: &mut Dice, caller: usize) -> usize {
    let instances = if dice.chance(0.6) { dice.count(2, 6) } else { 1 };
    let mut from = caller;
    if instances > 1 {
        let policy =
            dice.pick(&["round-robin", "round-robin", "random", "least-connections", "power-of-two"]);
        let router = json!({"policy": policy, "service_ms": dice.between(0.01, 0.2), "cores": 4});
        let block = dice.pick(&["load-balancer", "api-gateway"]);
        let router = sketch.place(block, &[router]);
        sketch.link(dice, from, router, json!({}));
        from = router;
    }
    let (read, write) = (dice.between(0.5, 20.0), dice.between(0.5, 20.0));
    let server = json!({"instances": instances, "cores": dice.count(1, 8), "service_ms": read, "write_ms": write,
        "threads": dice.pick(&["blocking", "async"])});
    let shape = dice.shape();
    let server = sketch.place("app-server", &[server, shape]);
    sketch.link(dice, from, server, json!({}));
    server
}

/// What a server asks for data: a store, mostly behind a cache, or a key-value store.
fn data(sketch: &mut Sketch, dice: &mut Dice, caller: usize) {
    let cached = dice.chance(0.6);
    if cached {
        let hits = if dice.chance(0.5) {
            json!({"hit_mode": "given", "hit_ratio": dice.between(0.3, 0.95)})
        } else {
            json!({"memory_gb": dice.between(0.05, 0.5), "object_kb": dice.between(1.0, 10.0)})
        };
        let cache = sketch.place("cache", &[hits, json!({"service_ms": dice.between(0.01, 0.2)})]);
        sketch.link(dice, caller, cache, json!({"ops": "reads"}));
    }
    let (read, write) = (dice.between(0.5, 15.0), dice.between(0.5, 15.0));
    let times = json!({"read_ms": read, "write_ms": write, "cores": dice.count(1, 8)});
    let shape = dice.shape();
    // Answers of several nodes together are always of low confidence: mostly the store is of the other kind.
    let block = if dice.chance(0.1) { "key-value-store" } else { "sql-database" };
    let more = if block == "sql-database" {
        json!({"replicas": dice.count(0, 2), "shards": if dice.chance(0.2) { dice.count(2, 4) } else { 1 }})
    } else {
        json!({})
    };
    let store = sketch.place(block, &[times, shape, more]);
    if cached {
        sketch.link(dice, caller, store, json!({"ops": "reads", "when": "miss"}));
        sketch.link(dice, caller, store, json!({"ops": "writes"}));
    } else {
        let calls = dice.pick(&["1", "1", "1", "2"]).parse::<f64>().expect("a number");
        sketch.link(dice, caller, store, json!({"calls": calls}));
    }
}

/// A random design.
fn sketch(seed: u64) -> Sketch {
    let mut dice = Dice(Draw::new(seed, 1, 0));
    let dice = &mut dice;
    let mut sketch = Sketch { nodes: Vec::new(), links: Vec::new() };
    let arrivals = dice.pick(&["poisson", "poisson", "poisson", "poisson", "constant", "renewal"]);
    let client = json!({"rate": 100, "reads": dice.between(0.5, 1.0), "arrivals": arrivals,
        "keys": 100_000, "zipf": dice.between(0.6, 1.1), "gap_shape": "lognormal", "gap_cv": dice.between(0.5, 1.5)});
    let client = match arrivals {
        "renewal" => client,
        _ => {
            let mut plain = client;
            plain.as_object_mut().expect("a client").retain(|name, _| !name.starts_with("gap_"));
            plain
        }
    };
    let mut caller = sketch.place("client", &[client]);
    for _ in 0..dice.count(1, 2) {
        caller = tier(&mut sketch, dice, caller);
    }
    if dice.chance(0.85) {
        data(&mut sketch, dice, caller);
    }
    if dice.chance(0.3) {
        let times = json!({"service_ms": dice.between(5.0, 100.0), "errors": 0});
        let shape = dice.shape();
        let service = sketch.place("external-service", &[times, shape]);
        let calls = dice.between(0.1, 1.0);
        sketch.link(dice, caller, service, json!({"calls": calls}));
    }
    if dice.chance(0.25) {
        let queue = sketch.place("message-queue", &[json!({})]);
        sketch.link(dice, caller, queue, json!({"ops": "writes"}));
        let worker = sketch.place("worker", &[json!({"service_ms": dice.between(5.0, 50.0), "cores": 16})]);
        sketch.link(dice, queue, worker, json!({}));
    }
    sketch
}

/// The random design of a seed, its busiest part between 20 and 80 % busy.
fn design(seed: u64) -> (String, Topology, f64) {
    let mut sketch = sketch(seed);
    let aim = Dice(Draw::new(seed, 2, 0)).between(0.2, BUSIEST);
    let mut rate = 100.0;
    // The busiest is as busy as its share of the traffic, but for hits that follow from the rate.
    for _ in 0..8 {
        let topology = topology(&sketch.json());
        rate *= aim / busiest(&topology);
        sketch.nodes[0]["rate"] = json!(rate);
    }
    let json = sketch.json();
    let topology = topology(&json);
    let load = busiest(&topology);
    assert!(load <= BUSIEST + 1e-6, "design {seed} has a part {load} busy");
    (json, topology, load)
}

fn topology(json: &str) -> Topology {
    let (topology, problems) = build(&clean(json));
    assert_eq!(problems, [], "{json}");
    topology
}

fn busiest(topology: &Topology) -> f64 {
    let flows = flows::lossless(topology, &Scenario::default());
    let loads = flows.stations.iter().filter_map(|station| Some(station.hottest()?.occupancy.load));
    loads.fold(1e-6, f64::max)
}

/// How the two methods compare on one random design.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Its seed.
    pub seed: u64,
    /// How busy its busiest part is.
    pub load: f64,
    /// Mean and 99th percentile by the steady method [s].
    pub steady: [f64; 2],
    /// The same simulated [s].
    pub simulated: [f64; 2],
    /// Beyond the run's own intervals, how far the steady method is off, as a share of what is simulated.
    pub off: [f64; 2],
    /// The steady method says that its figures are of low confidence.
    pub low: bool,
}

impl Compared {
    /// Whether mean and percentile are near enough.
    pub fn agrees(&self) -> bool {
        self.off[0] <= NEAR[0] && self.off[1] <= NEAR[1]
    }
}

/// Compares the methods on the design of a seed.
pub fn compare(seed: u64, requests: f64) -> Compared {
    let (_, topology, load) = design(seed);
    let steady = steady::solve(&topology);
    let duration_s = requests / steady.total.offered;
    let run = measure(&topology, &Plan { seed, duration_s, warmup_s: duration_s / 10.0 });
    let of = |report: &Report| {
        let times = report.total.latency.expect("answers");
        [times.mean, times.p99]
    };
    let (ours, theirs) = (of(&steady), of(&run));
    let low = ours[0].trust == Trust::Low;
    Compared {
        seed,
        load,
        steady: ours.map(|one| one.value),
        simulated: theirs.map(|one| one.value),
        off: [beyond(ours[0], theirs[0]), beyond(ours[1], theirs[1])],
        low,
    }
}

/// How far a figure lies beyond the interval of a simulated one, as a share of that one.
fn beyond(ours: Estimate, theirs: Estimate) -> f64 {
    let (low, high) = match theirs.trust {
        Trust::Between(low, high) => (low, high),
        Trust::AtLeast(low) => (low, f64::INFINITY),
        _ => (theirs.value, theirs.value),
    };
    (low - ours.value).max(ours.value - high).max(0.0) / theirs.value
}

/// What became of many.
pub fn compare_all(seeds: std::ops::Range<u64>, requests: f64) -> Vec<Compared> {
    let all: Vec<u64> = seeds.collect();
    crate::simulate::on_all_cores(&all, |seed| compare(*seed, requests))
}

/// What is wrong with them: those that are off without saying so, and too many that say so.
pub fn complaints(all: &[Compared]) -> Vec<String> {
    let mut found: Vec<String> = all
        .iter()
        .filter(|one| !one.agrees() && !one.low)
        .map(|one| format!("{one:?} says nothing of it\n{}", design(one.seed).0))
        .collect();
    let low = all.iter().filter(|one| one.low).count();
    if 10 * low > all.len() {
        found.push(format!("{low} of {} are said to be of low confidence", all.len()));
    }
    found
}

#[test]
fn the_methods_agree_on_random_designs_or_the_instant_answer_says_that_it_may_be_off() {
    let found = complaints(&compare_all(0..40, FEW_REQUESTS));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}
