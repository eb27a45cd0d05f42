//! Networks of stations: sources, stations with cores, lines and disciplines, and the ways between them.

use serde_json::{Value, json};

use super::time::time;
use super::{Drawing, Reason, extend};
use crate::cases::Case;

/// Calls that an asynchronous server holds; a line of a case that says nothing is not bounded.
const UNLIMITED: u32 = 1 << 20;
/// Slots of a function: as many as a station without a limit may need.
const PLENTY: u32 = 1_000_000;

/// Draws nodes and edges.
pub fn draw(case: &Case) -> Result<Drawing, Reason> {
    let mut drawn = Drawing::new();
    let sources = sources(case, &mut drawn)?;
    let stations: Vec<&Value> = case.nodes().iter().filter(|node| node["type"] == "station").collect();
    if stations.is_empty() {
        return Err(format!("nothing of the family {} is known to be a station", case.family));
    }
    let first = sources.len();
    for node in &stations {
        let name = node["id"].as_str().ok_or("a station without a name")?;
        let (block, params) = station(case, node)?;
        let place = drawn.place(name, block, params);
        debug_assert!(place >= first);
    }
    let place_of = |drawn: &Drawing, id: &str| drawn.names.iter().position(|name| name == id);
    let entry = case.edges_from(case.entry().ok_or("no source")?);
    let entry = entry.first().and_then(|edge| edge["to"].as_str()).and_then(|id| place_of(&drawn, id));
    let entry = entry.ok_or("the source leads nowhere")?;
    for source in &sources {
        let (waits, leaves) = patience(stations[entry - first]);
        drawn.set(*source, waits);
        drawn.link_with(*source, entry, leaves);
    }
    for node in &stations {
        let id = node["id"].as_str().unwrap_or("");
        let from = place_of(&drawn, id).ok_or("a station")?;
        ways(case, &mut drawn, from, id)?;
    }
    drawn.main = entry;
    Ok(drawn)
}

impl Case {
    /// Where requests come from.
    fn entry(&self) -> Option<&str> {
        let node = self.nodes().iter().find(|node| node["type"] == "source" || node["type"] == "delay")?;
        node["id"].as_str()
    }

    /// Edges that leave a node.
    fn edges_from(&self, id: &str) -> Vec<&Value> {
        let all = self.topology["edges"].as_array().map_or(&[][..], Vec::as_slice);
        all.iter().filter(|edge| edge["from"] == id).collect()
    }
}

/// The clients of a case: one, or one for each class.
fn sources(case: &Case, drawn: &mut Drawing) -> Result<Vec<usize>, Reason> {
    if let Some(delay) = case.node("delay") {
        let users = delay["population"].as_f64().ok_or("how many users?")?;
        let think = time(&delay["think"])?;
        return Ok(vec![drawn.client(json!({
            "arrivals": "closed", "users": users, "think_s": think.mean_s, "think_shape": think.shape, "think_cv": think.cv
        }))]);
    }
    let source = case.node("source").ok_or("no source")?;
    let arrival = &source["arrival"];
    if let Some(classes) = arrival["classes"].as_array() {
        let rates: Vec<f64> = classes.iter().filter_map(Value::as_f64).collect();
        if rates.len() != 2 {
            return Err("a report tells two kinds of requests apart, reads and writes".to_owned());
        }
        let urgent = drawn.client(json!({"rate": rates[0], "priority": 1}));
        let others = drawn.client(json!({"rate": rates[1], "reads": 0}));
        return Ok(vec![urgent, others]);
    }
    Ok(vec![drawn.client(arrivals(case, arrival)?)])
}

/// How a source sends.
fn arrivals(case: &Case, arrival: &Value) -> Result<Value, Reason> {
    let number = |name: &str| arrival[name].as_f64();
    match arrival["process"].as_str().unwrap_or("poisson") {
        "poisson" if arrival["rate_fn"].is_string() => {
            let (rate, swing) = (case.param("lam"), case.param("beta"));
            Ok(
                json!({"rate": rate, "over_time": "wave", "wave_s": case.param("period"), "wave_height": swing / rate}),
            )
        }
        "poisson" => Ok(json!({"rate": number("rate").or_else(|| case.number("lam")).ok_or("no rate")?})),
        "deterministic" => {
            let rate = number("rate").or_else(|| number("interval").map(|gap| 1.0 / gap));
            Ok(json!({"arrivals": "constant", "rate": rate.ok_or("no rate")?}))
        }
        "renewal" => {
            let gap = time(&arrival["interarrival"])?;
            Ok(
                json!({"arrivals": "renewal", "rate": 1.0 / gap.mean_s, "gap_shape": gap.shape, "gap_cv": gap.cv}),
            )
        }
        "batch_poisson" => {
            let (rate, size) = number("batch_rate").zip(number("batch_size")).ok_or("no batches")?;
            Ok(json!({"arrivals": "batch", "rate": rate * size, "batch": size}))
        }
        "mmpp2" => {
            let rates: Vec<f64> = arrival["rates"]
                .as_array()
                .map_or(Vec::new(), |all| all.iter().filter_map(Value::as_f64).collect());
            let (up, down) = number("q12").zip(number("q21")).ok_or("no phases")?;
            let [calm, burst] = rates[..] else { return Err("bursts have two rates".to_owned()) };
            Ok(
                json!({"arrivals": "bursts", "rate": calm, "burst_rate": burst, "calm_s": 1.0 / up, "burst_s": 1.0 / down}),
            )
        }
        other => Err(format!("no client sends by the process {other}")),
    }
}

/// Block and parameters of a station.
fn station(case: &Case, node: &Value) -> Result<(&'static str, Value), Reason> {
    let service = time(&node["service"])?;
    let cores = node["servers"].as_f64().unwrap_or(1.0);
    let id = node["id"].as_str().unwrap_or("");
    let ends = case.edges_from(id).iter().all(|edge| goes_out(case, edge));
    let routes = node["routing"]["policy"].as_str();
    if let Some(capacity) = node["capacity"].as_f64() {
        if !ends {
            return Err("a bounded station that calls others is not drawn".to_owned());
        }
        let mut params = service.read();
        extend(&mut params, json!({"cores": cores, "connections": capacity}));
        return Ok(("sql-database", params));
    }
    let mut params = service.served();
    if cores == 0.0 {
        // As many at once as come: nobody waits.
        extend(&mut params, json!({"concurrency": PLENTY, "cold_starts": "given", "cold_share": 0}));
        return Ok(("function", params));
    }
    if let Some(policy) = routes {
        extend(
            &mut params,
            json!({"cores": cores, "policy": policy_named(policy)?, "queue": UNLIMITED, "connections": UNLIMITED}),
        );
        return Ok(("load-balancer", params));
    }
    let discipline = match node["discipline"].as_str().unwrap_or("FIFO") {
        "FIFO" | "FCFS" => "fifo",
        "PS" => "sharing",
        "priority-nonpreemptive" => "priority",
        "priority-preemptive-resume" => "preemptive",
        other => return Err(format!("no server serves in the order {other}")),
    };
    extend(
        &mut params,
        json!({"cores": cores, "write_ms": service.mean_s * 1e3, "threads": "async", "queue": UNLIMITED, "discipline": discipline}),
    );
    Ok(("app-server", params))
}

/// A balancer's policy by the names of the cases.
pub fn policy_named(policy: &str) -> Result<&'static str, Reason> {
    Ok(match policy {
        "random" => "random",
        "round_robin" | "rr" => "round-robin",
        "least_connections" | "jsq" => "least-connections",
        "power_of_two" | "p2c" => "power-of-two",
        other => return Err(format!("no balancer has the policy {other}")),
    })
}

/// Callers that give up in the line: what that says of the client and of its link.
fn patience(station: &Value) -> (Value, Value) {
    match time(&station["patience"]) {
        Ok(mean) if station["patience"].is_object() => {
            let spread = if mean.shape == "exponential" { "exponential" } else { "constant" };
            (json!({"timeout_s": mean.mean_s}), json!({"timeout_spread": spread, "on_timeout": "leaves"}))
        }
        _ => (json!({}), json!({})),
    }
}

/// Whether an edge leaves the system.
fn goes_out(case: &Case, edge: &Value) -> bool {
    let to = case.nodes().iter().find(|node| node["id"] == edge["to"]);
    to.is_none_or(|node| node["type"] == "sink" || node["type"] == "delay")
}

/// The links that leave a station: one call with a probability, or a fork in the way where several are possible.
fn ways(case: &Case, drawn: &mut Drawing, from: usize, id: &str) -> Result<(), Reason> {
    let edges = case.edges_from(id);
    let inside: Vec<&&Value> = edges.iter().filter(|edge| !goes_out(case, edge)).collect();
    let place_of = |drawn: &Drawing, to: &Value| {
        drawn.names.iter().position(|name| *to == name.as_str()).ok_or_else(|| format!("no station {to}"))
    };
    let chance = |edge: &Value| edge["p"].as_f64().unwrap_or(1.0);
    let routes = drawn.nodes[from]["block"] == "load-balancer";
    match inside[..] {
        [edge] => {
            let to = place_of(drawn, &edge["to"])?;
            let calls = chance(edge);
            drawn.link_with(from, to, if calls < 1.0 { json!({"calls": calls}) } else { json!({}) });
        }
        _ if routes => {
            for edge in inside {
                let to = place_of(drawn, &edge["to"])?;
                drawn.link_with(from, to, json!({"weight": chance(edge)}));
            }
        }
        [] => {}
        _ => fork(drawn, from, &inside, chance)?,
    }
    Ok(())
}

/// Several ways by chance: a router without work of its own, and one call to it as often as the request stays inside.
fn fork(
    drawn: &mut Drawing,
    from: usize,
    inside: &[&&Value],
    chance: impl Fn(&Value) -> f64,
) -> Result<(), Reason> {
    let all: f64 = inside.iter().map(|edge| chance(edge)).sum();
    let router = drawn.place(
        "ways",
        "load-balancer",
        json!({"service_ms": 0, "policy": "random", "connections": UNLIMITED}),
    );
    drawn.link_with(from, router, if all < 1.0 - 1e-12 { json!({"calls": all}) } else { json!({}) });
    for edge in inside {
        let to = drawn.names.iter().position(|name| edge["to"] == name.as_str()).ok_or("no such station")?;
        drawn.link_with(router, to, json!({"weight": chance(edge)}));
    }
    Ok(())
}
