//! What fails and is repaired: blocks in series and in parallel, graphs of nodes and edges, pairs with a standby.

use serde_json::{Value, json};

use super::{Drawing, Reason, extend};
use crate::cases::{Case, Quantity};

/// Seconds that monitoring takes to notice a death; a case states them as part of its failover.
const NOTICED_S: f64 = 10.0;

/// Draws a case of availability, reliability or single points of failure.
pub fn draw(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    if let Some(edges) = case.topology["edges"].as_array() {
        return graph(case, quantity, edges);
    }
    let text = case.topology["blocks"].as_str().ok_or("no blocks")?;
    if text.starts_with("primary+standby") {
        return always_ready(case);
    }
    if case.number("AZ").is_some() {
        return zones(case, quantity);
    }
    if text.starts_with("2 units, 1 required") {
        return pair(case, quantity);
    }
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 10}));
    chain(case, &mut drawn, client, &parse(text))?;
    Ok(drawn)
}

/// A structure of blocks, as the cases write it.
#[derive(Debug, PartialEq)]
enum Structure {
    /// All of these.
    Series(Vec<Structure>),
    /// `least` of `count` equal ones, of this availability where it is stated.
    Equal { least: f64, count: Option<f64>, up: Option<f64> },
}

/// Reads `series(parallel(2xLB .9999), 2-of-3(app .995))`, `parallel(3)`, `x`.
fn parse(text: &str) -> Structure {
    let text = text.trim();
    let Some((head, rest)) = text.split_once('(') else {
        let of = text.split_once("-of-");
        let numbers = of.and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        let (least, count) = numbers.map_or((1.0, Some(1.0)), |(least, count)| (least, Some(count)));
        return Structure::Equal { least, count, up: None };
    };
    let inside = rest.strip_suffix(')').unwrap_or(rest);
    if head == "series" && inside.contains('(') {
        return Structure::Series(split(inside).into_iter().map(parse).collect());
    }
    let mut count = inside.trim().parse::<f64>().ok();
    let mut up = None;
    for word in inside.split_whitespace().filter(|_| inside.contains(' ')) {
        let repeated = word.strip_prefix('x').unwrap_or_else(|| word.split('x').next().unwrap_or(""));
        match (word.parse::<f64>(), repeated.parse::<f64>()) {
            (Ok(value), _) => up = Some(value),
            (Err(_), Ok(times)) => count = Some(times),
            (Err(_), Err(_)) => {}
        }
    }
    if head == "series" {
        let one = || Structure::Equal { least: 1.0, count: Some(1.0), up };
        return Structure::Series((0..count.unwrap_or(1.0) as u32).map(|_| one()).collect());
    }
    let of = head.split_once("-of-").and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
    match of {
        Some((least, all)) => Structure::Equal { least, count: Some(all), up },
        None => Structure::Equal { least: 1.0, count, up },
    }
}

/// Parts between commas outside parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Draws a structure behind a block: instances of a server behind a balancer that never fails.
fn chain(case: &Case, drawn: &mut Drawing, from: usize, structure: &Structure) -> Result<usize, Reason> {
    match structure {
        Structure::Series(parts) => parts.iter().try_fold(from, |last, part| chain(case, drawn, last, part)),
        Structure::Equal { least, count, up } => {
            let count = count.or(case.number("n")).ok_or("how many?")?;
            let life = match up.or(case.number("A")) {
                Some(up) => up_share(up),
                None => json!({"mttf_h": case.param("MTTF_h"), "mttr_h": case.param("MTTR_h")}),
            };
            let mut from = from;
            if count > 1.0 {
                let balancer = drawn.place("balancer", "load-balancer", json!({"mttf_h": 0}));
                drawn.link(from, balancer);
                from = balancer;
            }
            let server = drawn.place("unit", "app-server", life);
            drawn.set(server, json!({"instances": count, "needed": least}));
            drawn.link(from, server);
            Ok(server)
        }
    }
}

/// Up for this share of the time.
fn up_share(up: f64) -> Value {
    if up >= 1.0 { json!({"mttf_h": 0}) } else { json!({"mttf_h": 1e3 * up, "mttr_h": 1e3 * (1.0 - up)}) }
}

fn zones(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let together = quantity.name == "A_all_in_one_az";
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 10}));
    let balancer = drawn.place("balancer", "load-balancer", json!({"mttf_h": 0}));
    drawn.link(client, balancer);
    for _ in 0..2 {
        let mut zone = up_share(case.param("AZ"));
        extend(&mut zone, json!({"kind": "zone"}));
        let zone = drawn.group(zone);
        let mut server = up_share(case.param("server"));
        extend(&mut server, json!({"instances": 2, "in": if together { 1 } else { zone }}));
        let server = drawn.place("server", "app-server", server);
        drawn.link(balancer, server);
    }
    Ok(drawn)
}

/// Two units of which one is enough. Each with its own crew: two instances. Else a store and its standby.
fn pair(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let (fails, repaired) = (case.param("lambda_per_h"), case.param("mu_per_h"));
    if !quantity.formula.contains("two crews") {
        return Err(
            "a drawn standby takes over after its monitoring's 10 s, which the case leaves out".to_owned()
        );
    }
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 10}));
    let balancer = drawn.place("balancer", "load-balancer", json!({"mttf_h": 0}));
    let unit = json!({"instances": 2, "needed": 1, "mttf_h": 1.0 / fails, "mttr_h": 1.0 / repaired});
    let unit = drawn.place("unit", "app-server", unit);
    drawn.link(client, balancer);
    drawn.link(balancer, unit);
    Ok(drawn)
}

/// A store whose standby is always there: only noticing and promotion count.
fn always_ready(case: &Case) -> Result<Drawing, Reason> {
    let failover_s = case.param("failover_s");
    if failover_s < NOTICED_S {
        return Err(format!("noticing a death takes {NOTICED_S} s"));
    }
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 10}));
    drawn.place("monitoring", "monitoring", json!({}));
    let store = drawn.place(
        "store",
        "sql-database",
        json!({"standby": "hot", "mttf_h": case.param("MTTF_h"), "mttr_h": 0, "standby_rate": 0,
            "failover_s": failover_s - NOTICED_S}),
    );
    drawn.link(client, store);
    Ok(drawn)
}

/// A graph: every node is a router that needs one of its targets; an edge that can fail is a router between.
fn graph(case: &Case, quantity: &Quantity, edges: &[Value]) -> Result<Drawing, Reason> {
    let pair = |edge: &Value| Some((edge[0].as_str()?.to_owned(), edge[1].as_str()?.to_owned()));
    let mut pairs: Vec<(String, String)> = edges.iter().filter_map(pair).collect();
    let param = |name: &str| case.params[name].as_str().map(str::to_owned);
    let entry = param("entry").unwrap_or_else(|| pairs[0].0.clone());
    let target = param("target").unwrap_or_else(|| "t".to_owned());
    if case.params["bypass"] == true && quantity.name != "spof_if_no_bypass" {
        let over: Vec<String> =
            pairs.iter().filter(|(_, to)| to == "cache").map(|(from, _)| from.clone()).collect();
        pairs.extend(over.into_iter().map(|from| (from, target.clone())));
    }
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 10}));
    let ups = &case.params["A"];
    let can_fail = case.params["A"].is_object() || case.number("p").is_none();
    let mut names: Vec<&String> = pairs.iter().flat_map(|(from, to)| [from, to]).collect();
    names.sort();
    names.dedup();
    for name in names {
        let life = ups[name]
            .as_f64()
            .map_or_else(|| if can_fail { json!({}) } else { json!({"mttf_h": 0}) }, up_share);
        let life = if *name == entry { json!({"mttf_h": 0}) } else { life };
        let place = drawn.place(name, if *name == target { "app-server" } else { "load-balancer" }, life);
        if *name == entry {
            drawn.link(client, place);
        }
    }
    let place =
        |drawn: &Drawing, name: &str| drawn.names.iter().position(|other| other == name).expect("placed");
    for (from, to) in &pairs {
        let (from, to) = (place(&drawn, from), place(&drawn, to));
        let Some(up) = case.number("p") else {
            drawn.link(from, to);
            continue;
        };
        let edge = drawn.place("edge", "load-balancer", up_share(up));
        drawn.link(from, edge);
        drawn.link(edge, to);
        // Nothing goes back to the entry or on from the target.
        let both =
            case.topology["directed"] == false && drawn.names[from] != entry && drawn.names[to] != target;
        if both {
            drawn.link(to, edge);
            drawn.link(edge, from);
        }
    }
    Ok(drawn)
}
