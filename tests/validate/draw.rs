//! A case as a design that a person could draw: blocks of the catalogue and links, in format 1.

mod network;
mod policies;
mod reliability;
mod stars;
mod time;

use serde_json::{Value, json};

use crate::cases::{Case, Quantity};

/// Why a case, or one of its quantities, is not drawn.
pub type Reason = String;

/// A design of a case, and which block is which of the case's.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    nodes: Vec<Value>,
    links: Vec<Value>,
    groups: Vec<Value>,
    names: Vec<String>,
    /// The block that figures without a name are of; the one drawn last unless said otherwise.
    main: usize,
    /// Requests that a simulation of it takes where the case does not say.
    pub requests: f64,
    /// The whole of an exact run [s], without warm-up: for what is counted one by one.
    pub exactly_s: Option<f64>,
    /// Several runs instead of one give nothing: the figures are not means.
    pub moving: bool,
}

/// Requests behind figures for which the case says nothing.
const USUAL_REQUESTS: f64 = 640_000.0;

impl Drawing {
    fn new() -> Drawing {
        Drawing {
            nodes: Vec::new(),
            links: Vec::new(),
            groups: Vec::new(),
            names: Vec::new(),
            main: 0,
            requests: USUAL_REQUESTS,
            exactly_s: None,
            moving: false,
        }
    }

    /// Places a block and gives its place; the one placed last is the main one.
    fn place(&mut self, name: &str, block: &str, params: Value) -> usize {
        let mut node = json!({"id": self.nodes.len() + 1, "block": block, "name": name});
        extend(&mut node, params);
        self.nodes.push(node);
        self.names.push(name.to_owned());
        self.main = self.nodes.len() - 1;
        self.main
    }

    /// A client of reads that waits for ever.
    fn client(&mut self, params: Value) -> usize {
        let mut all = json!({"reads": 1, "timeout_s": 3600});
        extend(&mut all, params);
        self.place("client", "client", all)
    }

    /// Draws a link without delay whose caller waits for ever.
    fn link(&mut self, from: usize, to: usize) {
        self.link_with(from, to, json!({}));
    }

    fn link_with(&mut self, from: usize, to: usize, params: Value) {
        let mut all = json!({"latency_ms": 0, "timeout_ms": 3_600_000});
        extend(&mut all, params);
        self.links.push(json!([from + 1, to + 1, all]));
    }

    fn group(&mut self, params: Value) -> usize {
        let mut group = json!({"id": self.groups.len() + 1});
        extend(&mut group, params);
        self.groups.push(group);
        self.groups.len()
    }

    /// Sets a parameter of a block that is there already.
    fn set(&mut self, place: usize, params: Value) {
        extend(&mut self.nodes[place], params);
    }

    /// The design in format 1.
    pub fn json(&self) -> String {
        json!({"headroom": 1, "nodes": self.nodes, "links": self.links, "groups": self.groups}).to_string()
    }

    /// Place of the main block, in the order of the report.
    pub fn main(&self) -> usize {
        self.main
    }

    /// Name of a block.
    pub fn name(&self, place: usize) -> &str {
        &self.names[place]
    }

    /// Places of the blocks whose names begin so.
    pub fn named(&self, name: &str) -> Vec<usize> {
        (0..self.names.len()).filter(|place| self.names[*place].starts_with(name)).collect()
    }

    /// Places of all blocks but the clients.
    pub fn stations(&self) -> impl Iterator<Item = usize> {
        (0..self.nodes.len()).filter(|place| self.nodes[*place]["block"] != "client")
    }

    /// A parameter of a block, as it was drawn.
    pub fn number(&self, place: usize, param: &str) -> Option<f64> {
        self.nodes[place][param].as_f64()
    }
}

fn extend(into: &mut Value, more: Value) {
    let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) else { panic!("objects") };
    into.extend(more);
}

/// The design of a case that shows this quantity.
pub fn draw(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let has = |kind: &str| case.node(kind).is_some();
    if let Some(reason) = nowhere(case, quantity) {
        return Err(reason.to_owned());
    }
    if case.topology["blocks"].is_string() || case.topology["edges"][0].is_array() {
        return reliability::draw(case, quantity);
    }
    match case.family.as_str() {
        "retry" => return policies::retries(case, quantity),
        "timeout" => return policies::timeout(case),
        "replication" => return policies::replication(case),
        "sharding" => return policies::shards(case, quantity),
        "bottleneck" => return policies::bottleneck(case, quantity),
        "queue+consumers" => return policies::backlog(case),
        "operational" => return policies::little(case),
        _ => {}
    }
    if has("rate_limiter") {
        return stars::limiter(case);
    }
    if has("serverless") {
        return stars::function(case);
    }
    if has("cache") && case.topology["keys"].is_object() {
        return stars::cache(case, quantity);
    }
    if has("lb") {
        return stars::balanced(case, quantity);
    }
    if has("fork") {
        return stars::fork(case, quantity);
    }
    if case.family == "fan-out" {
        return stars::hedged(case, quantity);
    }
    network::draw(case)
}

/// Quantities that no design of any case shows, and why.
fn nowhere(case: &Case, quantity: &Quantity) -> Option<&'static str> {
    Some(match quantity.name.as_str() {
        "Wq_second_moment" => "a report gives mean and percentiles of a wait, no moments",
        "characteristic_time" => "a report gives the hit ratio, not the age at which entries leave",
        "hit_ratio_LRU_Che" if case.number("N").is_some_and(|keys| keys <= 12.0) => {
            "up to twelve keys the engine answers exactly, without the approximation"
        }
        "A_rare_event" => "the engine answers exactly, without the approximation",
        "undirected_articulation_points" => {
            "a wrong answer to the question that the analysis answers exactly"
        }
        "delays" | "total_no_jitter" | "total_full_jitter_mean" | "total_equal_jitter_mean" => {
            "arithmetic of the delays of one call, which no report shows"
        }
        "calls_to_trip_mean" => "the time until a breaker first opens, which no report shows",
        "detect_mean" | "detect_max" => "the time of one event, which is not in a steady state",
        "MTTF_no_repair_h" => "everything that fails here is repaired",
        "MTTF_with_repair_h" => {
            "the time to the first outage of a pair of new units; a report gives that between outages"
        }
        name if name.starts_with("EN_t") || name == "peak_lag_s" => {
            "a moment within a wave; figures are those of a whole run"
        }
        _ => return None,
    })
}
