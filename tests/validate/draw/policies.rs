//! Retries, timeouts, replicas, shards, queues: cases whose topology is their parameters.

use serde_json::{Value, json};

use super::{Drawing, Reason, network};
use crate::cases::{Case, Quantity};

/// A service that fails by chance, asked again.
pub fn retries(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let attempts = case.param("max_attempts");
    let failing = if quantity.name == "amplification_total_outage" { 1.0 } else { case.param("p_fail") };
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": case.number("lam").unwrap_or(1_000.0)}));
    let app = drawn.place("app", "app-server", json!({"service_ms": 0, "threads": "async", "cores": 64}));
    let service = drawn.place(
        "svc",
        "external-service",
        json!({"service_ms": 0, "service_shape": "constant", "errors": failing}),
    );
    drawn.link(client, app);
    let mut link = json!({"retries": attempts - 1.0, "backoff_ms": 0});
    if quantity.name.starts_with("retry_budget_") {
        let percent = quantity.name.split('_').find_map(|word| word.strip_suffix("pct")?.parse::<f64>().ok());
        link["retry_budget"] = json!(percent.ok_or("how much?")? / 100.0);
    }
    drawn.link_with(app, service, link);
    Ok(drawn)
}

/// A station whose client does not wait for ever.
pub fn timeout(case: &Case) -> Result<Drawing, Reason> {
    let mut drawn = network::draw(case)?;
    drawn.set(0, json!({"timeout_s": case.param("timeout")}));
    Ok(drawn)
}

/// A store whose replica answers all reads, behind by the lag; each key is written so often.
pub fn replication(case: &Case) -> Result<Drawing, Reason> {
    const KEYS: f64 = 20.0;
    let writes = KEYS * case.param("write_rate_per_key");
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 10.0 * writes, "reads": 0.9, "keys": KEYS, "zipf": 0}));
    let store = drawn.place(
        "store",
        "sql-database",
        json!({"replicas": 1, "reads_from": "replicas", "read_ms": 0, "write_ms": 0, "lag_ms": 1e3 * case.param("lag")}),
    );
    drawn.link(client, store);
    Ok(drawn)
}

/// A store cut into shards of which one holds a key that everybody wants.
pub fn shards(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let uniform = quantity.name.ends_with("uniform");
    let hot = if uniform { 0.0 } else { case.param("hot_fraction") };
    let capacity = case.param("shard_capacity");
    let mut drawn = Drawing::new();
    let client =
        drawn.client(json!({"rate": capacity, "keys": 1_000_000_000_000_i64, "zipf": 0, "hot": hot}));
    let params = json!({"shards": case.param("shards"), "read_ms": 1e3 / capacity, "cores": 1, "connections": 100_000});
    let store = drawn.place("store", "sql-database", params);
    drawn.link(client, store);
    Ok(drawn)
}

/// Stations that a request visits so and so often: the first calls the others.
pub fn bottleneck(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let visits = case.list("visits");
    let mut drawn = Drawing::new();
    let at = quantity.name.rsplit('_').next().and_then(|text| text.parse::<f64>().ok());
    let client = drawn.client(json!({"rate": at.unwrap_or(1.0)}));
    let mut first = None;
    for (node, visits) in case.nodes().iter().zip(visits) {
        let words: Vec<&str> = node.as_str().ok_or("a station in words")?.split(' ').collect();
        let number = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.parse::<f64>().ok());
        let (cores, rate) = number("c=").zip(number("mu=")).ok_or("cores and rate")?;
        let params = json!({"cores": cores, "service_ms": 1e3 / rate, "threads": "async"});
        let place = drawn.place(words[0], "app-server", params);
        match first {
            None => drawn.link_with(
                client,
                place,
                if visits == 1.0 { json!({}) } else { json!({"calls": visits}) },
            ),
            Some(first) => drawn.link_with(first, place, json!({"calls": visits})),
        }
        first.get_or_insert(place);
    }
    Ok(drawn)
}

/// A queue that a burst fills and consumers work off.
pub fn backlog(case: &Case) -> Result<Drawing, Reason> {
    let (burst, after) = (case.param("lam_burst"), case.param("lam_after"));
    let length = case.param("burst_s");
    let mut drawn = Drawing::new();
    let share = after / burst;
    let series = format!("0,1;{length},1;{length},{share};{},{share}", 100.0 * length);
    let client = drawn.client(json!({
        "rate": burst, "reads": 0, "arrivals": "constant", "over_time": "series", "series": series
    }));
    let queue = drawn.place("queue", "message-queue", json!({"service_ms": 0}));
    let worker = json!({"service_ms": 1e3 / case.param("mu"), "service_shape": "constant",
        "cores": case.param("consumers"), "concurrency": case.param("consumers")});
    let worker = drawn.place("worker", "worker", worker);
    drawn.link(client, queue);
    drawn.link(queue, worker);
    drawn.main = queue;
    drawn.moving = true;
    let drained = (burst - case.param("consumers") * case.param("mu")) * length
        / (case.param("consumers") * case.param("mu") - after);
    drawn.exactly_s = Some((length + 1.2 * drained).ceil());
    Ok(drawn)
}

/// Arrivals that each stay for a time.
pub fn little(case: &Case) -> Result<Drawing, Reason> {
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": case.param("lam")}));
    let stays: Value =
        json!({"service_ms": 1e3 * case.param("T"), "service_shape": "exponential", "errors": 0});
    let service = drawn.place("q", "external-service", stays);
    drawn.link(client, service);
    Ok(drawn)
}
