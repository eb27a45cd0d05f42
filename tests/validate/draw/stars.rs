//! One block between a client and the rest: balancers, limiters, functions, caches, forks and hedges.

use serde_json::json;

use super::network::policy_named;
use super::time::time;
use super::{Drawing, Reason};
use crate::cases::{Case, Quantity};

const UNLIMITED: u32 = 1 << 20;

/// A balancer without work of its own before servers of one core.
pub fn balanced(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let lb = case.node("lb").ok_or("no balancer")?;
    let policy = match quantity.name.as_str() {
        "random_T" => "random",
        _ => policy_named(lb["policy"].as_str().unwrap_or("round_robin"))?,
    };
    let count = lb["n"].as_f64().or(case.number("n")).ok_or("how many?")?;
    let service = time(&case.node("station").ok_or("no servers")?["service"])?;
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": case.param("lam")}));
    let router = drawn.place(
        "lb",
        "load-balancer",
        json!({"policy": policy, "service_ms": 0, "connections": UNLIMITED}),
    );
    drawn.link(client, router);
    let mut server = service.served();
    super::extend(&mut server, json!({"cores": 1, "threads": "async", "queue": UNLIMITED}));
    if quantity.name == "P_queue_ge_k" {
        // Each server is a block of its own, because a report counts by block how often so many are present.
        for _ in 0..count as u32 {
            let place = drawn.place("server", "app-server", server.clone());
            drawn.link(router, place);
        }
        return Ok(drawn);
    }
    super::extend(&mut server, json!({"instances": count}));
    let servers = drawn.place("server", "app-server", server);
    drawn.link(router, servers);
    Ok(drawn)
}

/// A rate limiter before a service that costs nothing.
pub fn limiter(case: &Case) -> Result<Drawing, Reason> {
    let node = case.node("rate_limiter").ok_or("no limiter")?;
    let number = |name: &str| node[name].as_f64().or(case.number(name));
    let mut drawn = Drawing::new();
    let even = case.params["arrivals"].is_string() || case.number("T").is_some();
    let client = drawn
        .client(json!({"rate": case.param("lam"), "arrivals": if even { "constant" } else { "poisson" }}));
    let params = match node["algorithm"].as_str().unwrap_or("token_bucket") {
        "token_bucket" => {
            json!({"algorithm": "token-bucket", "limit": number("rate"), "burst": number("burst")})
        }
        name @ ("fixed_window" | "sliding_window_log") => {
            let (limit, window) = number("limit").zip(number("window")).ok_or("no window")?;
            let kind = if name == "fixed_window" { "fixed-window" } else { "sliding-window" };
            json!({"algorithm": kind, "limit": limit / window, "window_s": window})
        }
        other => return Err(format!("no limiter counts by {other}")),
    };
    let limiter = drawn.place("limiter", "rate-limiter", params);
    drawn.set(limiter, json!({"service_ms": 0, "connections": UNLIMITED}));
    let behind = drawn.place(
        "behind",
        "external-service",
        json!({"service_ms": 0, "service_shape": "constant", "errors": 0}),
    );
    drawn.link(client, limiter);
    drawn.link(limiter, behind);
    drawn.main = limiter;
    drawn.exactly_s = case.number("T").filter(|_| even);
    Ok(drawn)
}

/// A function.
pub fn function(case: &Case) -> Result<Drawing, Reason> {
    let node = case.node("serverless").ok_or("no function")?;
    let number = |name: &str| node[name].as_f64().or(case.number(name));
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": case.number("lam").unwrap_or(10.0)}));
    let mut params = json!({"concurrency": 1_000_000});
    let mut set = |more| super::extend(&mut params, more);
    match (node["service"].is_object(), case.params["warm"].as_str()) {
        (true, _) => set(time(&node["service"])?.served()),
        (false, Some(warm)) => set(json!({"service_ms": mean_ms(warm).ok_or("no service")?})),
        (false, None) => set(json!({"service_ms": 0.001, "service_shape": "constant"})),
    }
    match (number("keep_alive"), number("p_cold")) {
        (Some(kept), _) => set(json!({"keep_alive_s": kept, "cold_ms": 0})),
        (None, Some(share)) => set(json!({
            "cold_starts": "given", "cold_share": share, "cold_ms": 1e3 * number("cold_extra").unwrap_or(0.0)
        })),
        (None, None) => set(json!({"cold_starts": "given", "cold_share": 0})),
    }
    if let Some(limit) = number("concurrency_limit").or(number("limit")) {
        set(json!({"concurrency": limit}));
    }
    let function = drawn.place("fn", "function", params);
    drawn.link(client, function);
    Ok(drawn)
}

/// Reads `Exp(mean 50ms)`.
fn mean_ms(text: &str) -> Option<f64> {
    let inner = text.strip_prefix("Exp(mean ")?.strip_suffix(")")?;
    if let Some(ms) = inner.strip_suffix("ms") {
        return ms.trim().parse().ok();
    }
    inner.strip_suffix('s')?.trim().parse::<f64>().ok().map(|seconds| seconds * 1e3)
}

/// A server that looks into a cache and asks the store what is not there.
pub fn cache(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let node = case.node("cache").ok_or("no cache")?;
    let keys = &case.topology["keys"];
    let policy = node["policy"].as_str().unwrap_or("LRU");
    let eviction = match (quantity.name.as_str(), policy) {
        ("hit_ratio_static_topC", _) => "lfu",
        (_, "LRU" | "TTL") => "lru",
        (_, "FIFO|RANDOM" | "FIFO") => "fifo",
        (_, "RANDOM") => "random",
        (_, "LFU") => "lfu",
        (_, other) => return Err(format!("no cache evicts by {other}")),
    };
    let mut drawn = Drawing::new();
    let zipf = keys["alpha"].as_f64().or(case.number("alpha"));
    let count = keys["n"].as_f64().or(case.number("N"));
    let client =
        drawn.client(json!({"rate": case.number("lam").unwrap_or(1_000.0), "keys": count, "zipf": zipf}));
    let app = drawn.place("app", "app-server", json!({"service_ms": 0, "threads": "async", "cores": 64}));
    // Entries are memory by size: 1 GB of entries of 10⁶ kB ÷ C each.
    let entries = node["capacity"].as_f64().or(case.number("C"));
    let room = match entries {
        Some(entries) => json!({"memory_gb": 1, "object_kb": 1e6 / entries}),
        None => json!({"memory_gb": 416, "object_kb": 0.01}),
    };
    let cache = drawn.place("cache", "cache", room);
    drawn.set(
        cache,
        json!({"ttl_s": node["ttl"].as_f64().unwrap_or(0.0), "eviction": eviction, "service_ms": 0, "queue": UNLIMITED}),
    );
    let store = drawn.place("store", "sql-database", json!({"read_ms": 0, "connections": 100_000}));
    drawn.link(client, app);
    drawn.link(app, cache);
    drawn.link_with(app, store, json!({"when": "miss"}));
    drawn.main = cache;
    Ok(drawn)
}

/// A server that calls several at the same time and waits for as many as are needed.
pub fn fork(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let fork = case.node("fork").ok_or("no fork")?;
    let branches = fork["branches"].as_f64().or(case.number("n")).ok_or("how many?")?;
    let need = case.node("join").and_then(|join| join["need"].as_f64()).unwrap_or(branches);
    let leaf = case.node("station").ok_or("no branches")?;
    let service = time(&leaf["service"])?;
    let mut drawn = Drawing::new();
    let source = case.node("source").and_then(|source| source["arrival"]["rate"].as_f64());
    let rate = case.number("lam").or(source).unwrap_or(50.0);
    let client = drawn.client(json!({"rate": rate}));
    let app = drawn.place(
        "fork",
        "app-server",
        json!({"service_ms": 0, "threads": "async", "cores": 64, "queue": UNLIMITED}),
    );
    drawn.link(client, app);
    let cores = leaf["servers"].as_f64().unwrap_or(1.0);
    if cores == 0.0 {
        let mut params = service.served();
        super::extend(&mut params, json!({"errors": 0}));
        let leaf = drawn.place("leaf", "external-service", params);
        let quorum = if need < branches { need } else { 0.0 };
        drawn.link_with(app, leaf, json!({"calls": branches, "parallel": true, "quorum": quorum}));
        if quantity.name == "P_any_over_leaf_p99" {
            drawn.set(client, json!({"timeout_s": -service.mean_s * libm::log(0.01)}));
        }
        return Ok(drawn);
    }
    if need < branches {
        return Err("answers of several blocks are all needed".to_owned());
    }
    for _ in 0..branches as u32 {
        let mut params = service.served();
        super::extend(&mut params, json!({"cores": cores, "threads": "async", "queue": UNLIMITED}));
        let place = drawn.place("branch", "app-server", params);
        drawn.link_with(app, place, json!({"together": 1}));
    }
    Ok(drawn)
}

/// One of two copies: both at once, or the second when the first is slow.
pub fn hedged(case: &Case, quantity: &Quantity) -> Result<Drawing, Reason> {
    let service = time(&case.node("station").ok_or("no copies")?["service"])?;
    let after =
        case.params["hedge_after"].as_str().and_then(|text| text.strip_prefix('p')?.parse::<f64>().ok());
    let after_s = -service.mean_s * libm::log(1.0 - after.ok_or("after which percentile?")? / 100.0);
    let mut drawn = Drawing::new();
    let client = drawn.client(json!({"rate": 1_000}));
    let app = drawn.place("app", "app-server", json!({"service_ms": 0, "threads": "async", "cores": 64}));
    let mut params = service.served();
    super::extend(&mut params, json!({"errors": 0}));
    let copies = drawn.place("copies", "external-service", params);
    drawn.link(client, app);
    let how = match quantity.name.as_str() {
        "T_p99_full_duplicate" => json!({"calls": 2, "parallel": true, "quorum": 1}),
        _ => json!({"hedge_ms": after_s * 1e3}),
    };
    drawn.link_with(app, copies, how);
    if let Some(more) =
        quantity.name.strip_prefix("P_T_gt_p95_plus_").and_then(|text| text.strip_suffix("ms"))
    {
        let more_s = more.parse::<f64>().map_err(|_| "how much later?")? / 1e3;
        drawn.set(client, json!({"timeout_s": after_s + more_s}));
    }
    Ok(drawn)
}
