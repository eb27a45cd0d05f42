//! The engine's formulas, each held to the cases directly: what a quantity is by formula, without a design.

use headroom::analysis::availability::Pair;
use headroom::engine::cache::{Derived, KeyStream, Lookups, Size, derive};
use headroom::engine::formulas::orders::{by_priority, calls_until_in_a_row, erlang_a, fork_join, harmonic};
use headroom::engine::formulas::{
    Bounded, Wait, at_least_present, batch_m_1, closed_bound, closed_throughput, erlang_b, erlang_c,
    fixed_window_admits, gi_g_c, gi_m_c, h2_m_c, mg1_wait, mg1_wait_second_moment, mmpp_m_1,
    shorter_of_two_of_many, sliding_window_admits, token_bucket_admits, wave_m_inf,
};
use headroom::topology::{Eviction, Health, Jitter, Policies};

use crate::cases::{Case, Quantity};
use crate::read::Figure;

/// What the engine's formula says of a quantity; `None` where the engine has none for it.
pub fn formula(case: &Case, quantity: &Quantity) -> Option<Figure> {
    let name = quantity.name.as_str();
    if name == "P_queue_ge_k" {
        let load = case.param("lam") / case.param("mu") / case.param("n");
        let count = quantity.expected.as_array()?.len() as u32;
        return Some(Figure::List((1..=count).map(|k| at_least_present(load, k)).collect()));
    }
    if name == "delays" {
        return Some(Figure::List(delays(case)));
    }
    let found = match case.family.as_str() {
        "M/M/1" | "M/M/c" => markov(case, name),
        "M/G/c/c (loss)" => loss(case, name),
        "M/M/c/K" => bounded(case, name),
        "M/D/1" | "M/G/1" => general(case, name),
        "D/M/1" | "H2/M/1" | "M^[b]/M/1" | "MMPP(2)/M/1" => fed(case, name),
        "M(t)/M/inf" => wave(case, name),
        "M/M/1 priority" => priority(case, name),
        "closed network (exact MVA)" => closed(case, name),
        "fork-join" | "fan-out" => forks(case, name),
        "load balancing" => balanced(case, name),
        "cache" => cache(case, name),
        "rate limiter" => limiter(case, name),
        "serverless" => function(case, name),
        "availability" => availability(case, quantity),
        "failover" => failover(case, name),
        "retry" => retry(case, name),
        "M/M/c+M (queue timeouts)" => impatient(case, name),
        "circuit breaker" => (name == "calls_to_trip_mean")
            .then(|| calls_until_in_a_row(case.param("p_fail"), case.param("threshold") as u32)),
        "health check" => health(case, name),
        _ => None,
    };
    found.map(Figure::Number)
}

/// Of a wait before exponential service of this mean [s].
fn of_wait(wait: &Wait, arrivals: f64, mean: f64, name: &str) -> Option<f64> {
    Some(match name {
        "P_wait" | "sigma" => wait.chance,
        "Wq_mean" => wait.mean(),
        "T_mean" => wait.mean() + mean,
        "Lq" => arrivals * wait.mean(),
        "L" => arrivals * (wait.mean() + mean),
        "Wq_p95" => wait.quantile(0.95),
        "Wq_p99" => wait.quantile(0.99),
        "T_p50" => wait.sojourn_quantile(mean, 0.5),
        "T_p95" => wait.sojourn_quantile(mean, 0.95),
        "T_p99" => wait.sojourn_quantile(mean, 0.99),
        _ => return None,
    })
}

fn markov(case: &Case, name: &str) -> Option<f64> {
    let (arrivals, mean, servers) = (case.param("lam"), 1.0 / case.param("mu"), case.param("c") as u32);
    match name {
        "utilization" => Some(arrivals * mean / f64::from(servers)),
        "P_wait" => Some(erlang_c(servers, arrivals * mean)),
        _ => of_wait(&Wait::mmc(arrivals, mean, servers), arrivals, mean, name),
    }
}

fn loss(case: &Case, name: &str) -> Option<f64> {
    let mean = case.number("mean_service").unwrap_or_else(|| 1.0 / case.param("mu"));
    let offered = case.param("lam") * mean;
    let lost = erlang_b(case.param("c") as u32, offered);
    match name {
        "P_block" => Some(lost),
        "throughput" => Some(case.param("lam") * (1.0 - lost)),
        "busy_servers" => Some(offered * (1.0 - lost)),
        _ => None,
    }
}

fn bounded(case: &Case, name: &str) -> Option<f64> {
    let mean = 1.0 / case.param("mu");
    let servers = case.param("c") as u32;
    let station = Bounded::new(case.param("lam"), mean, servers, case.param("K") as u32);
    Some(match name {
        "P_block" => station.lost,
        "throughput" => station.carried(),
        "utilization" => station.carried() * mean / f64::from(servers),
        "L" => station.waiting + station.carried() * mean,
        "Wq_mean_accepted" => station.mean_wait(),
        "T_mean_accepted" => station.mean_wait() + mean,
        "T_p95_accepted" => station.sojourn_quantile(0.95),
        "T_p99_accepted" => station.sojourn_quantile(0.99),
        _ => return None,
    })
}

/// Any service at one server: the first moments (Pollaczek and Khinchine, Takács).
fn general(case: &Case, name: &str) -> Option<f64> {
    let arrivals = case.param("lam");
    let number = |name: &str| case.number(name);
    let mean = number("D").or(number("mean")).or_else(|| Some(number("k")? / number("rate")?))?;
    let scv = match (number("D"), number("scv"), number("cv"), number("k")) {
        (Some(_), ..) => 0.0,
        (_, Some(scv), ..) => scv,
        (_, _, Some(cv), _) => cv * cv,
        (.., Some(k)) => 1.0 / k,
        _ => return None,
    };
    match name {
        "Wq_mean" => Some(mg1_wait(arrivals, mean, scv)),
        "T_mean" => Some(gi_g_c(arrivals, 1.0, mean, scv, 1).mean() + mean),
        // E[S³] of a lognormal: mean³·(1 + cv²)³.
        "Wq_second_moment" if number("cv").is_some() => {
            Some(mg1_wait_second_moment(arrivals, mean, scv, libm::pow(mean * (1.0 + scv), 3.0)))
        }
        _ => None,
    }
}

/// Lines that follow from how their one source sends.
fn fed(case: &Case, name: &str) -> Option<f64> {
    let mean = 1.0 / case.param("mu");
    let (arrivals, wait) = if let Some(size) = case.number("b") {
        let arrivals = case.param("batch_rate") * size;
        (arrivals, batch_m_1(arrivals, size as u32, mean))
    } else if case.number("q12").is_some() {
        let rates = case.list("rates");
        let (up, down) = (case.param("q12"), case.param("q21"));
        let arrivals = (rates[0] * down + rates[1] * up) / (up + down);
        (arrivals, mmpp_m_1([rates[0], rates[1]], [up, down], mean))
    } else if let Some(scv) = case.number("scv_arrivals") {
        (case.param("lam"), h2_m_c(case.param("lam"), scv, mean, 1))
    } else {
        (case.param("lam"), gi_m_c(case.param("lam"), 0.0, mean, 1))
    };
    if name == "mean_rate" { Some(arrivals) } else { of_wait(&wait, arrivals, mean, name) }
}

fn wave(case: &Case, name: &str) -> Option<f64> {
    let at = |time: f64| {
        wave_m_inf(case.param("lam"), case.param("beta"), case.param("period"), 1.0 / case.param("mu"), time)
    };
    if name == "peak_lag_s" {
        return Some(at(0.0).1);
    }
    name.strip_prefix("EN_t").and_then(|time| time.parse().ok()).map(|time| at(time).0)
}

fn priority(case: &Case, name: &str) -> Option<f64> {
    let preemptive = case.node("station")?["discipline"].as_str()?.contains("-preemptive");
    let [urgent, others] =
        by_priority([case.param("l1"), case.param("l2")], 1.0 / case.param("mu"), preemptive);
    match name {
        "T1_mean" => Some(urgent),
        "T2_mean" => Some(others),
        _ => None,
    }
}

fn closed(case: &Case, name: &str) -> Option<f64> {
    let servers = case.list("servers").into_iter().map(|count| count as u32);
    let stations: Vec<(f64, u32)> = case.list("demands").into_iter().zip(servers).collect();
    let (users, think) = (case.param("N"), case.param("Z"));
    let rate = closed_throughput(users as u32, think, &stations);
    match name {
        "throughput" => Some(rate),
        "R_mean" | "R_identity" => Some(users / rate - think),
        "X_bound" => Some(closed_bound(users, think, &stations)),
        "util_max" => {
            stations.iter().map(|(demand, count)| rate * demand / f64::from(*count)).reduce(f64::max)
        }
        _ => None,
    }
}

fn forks(case: &Case, name: &str) -> Option<f64> {
    if case.family == "fan-out" {
        // The slowest of n exponential times takes H_n of them.
        return (name == "T_mean").then(|| harmonic(case.param("n") as u32) / case.param("mu"));
    }
    let (n, arrivals, mean) = (case.param("n") as u32, case.param("lam"), 1.0 / case.param("mu"));
    match name {
        "T_mean" | "T_mean_NT" => Some(fork_join(n, arrivals, mean)),
        "T_lower" => Some(fork_join(2, arrivals, mean)),
        "T_upper" => Some(harmonic(n) * fork_join(1, arrivals, mean)),
        _ => None,
    }
}

fn balanced(case: &Case, name: &str) -> Option<f64> {
    let (arrivals, mean, count) = (case.param("lam"), 1.0 / case.param("mu"), case.param("n"));
    let each = arrivals / count;
    match (name, case.params["policy"].as_str()?) {
        ("random_T", _) => Some(Wait::mmc(each, mean, 1).mean() + mean),
        ("lower_bound_MMn", _) => Some(Wait::mmc(arrivals, mean, count as u32).mean() + mean),
        (_, "rr" | "round_robin") => of_wait(&gi_m_c(each, 1.0 / count, mean, 1), each, mean, name),
        ("T_mean", "p2c" | "power_of_two") => Some(shorter_of_two_of_many(each * mean) * mean),
        (_, "random") => of_wait(&Wait::mmc(each, mean, 1), each, mean, name),
        _ => None,
    }
}

fn cache(case: &Case, name: &str) -> Option<f64> {
    let keys = case.param("N") as u64;
    let reads = vec![Lookups { rate: case.number("lam").unwrap_or(1.0), missed: Vec::new() }];
    let stream = KeyStream { keys, zipf: case.param("alpha"), reads, writes: 0.0, updates: 0.0 };
    let found = |eviction: Eviction| -> Derived {
        let (entries, ttl_s) = (case.number("C"), case.number("ttl"));
        let size = Size {
            entries: entries.unwrap_or(f64::INFINITY),
            ttl_s: ttl_s.unwrap_or(f64::INFINITY),
            locations: 1,
            eviction,
            refresh: false,
        };
        derive(size, std::slice::from_ref(&stream))
    };
    match name {
        "hit_ratio_LRU_Che" if keys <= 12 => None,
        "hit_ratio_LRU_Che" | "hit_ratio_LRU" | "hit_ratio_fixed_ttl" => Some(found(Eviction::Lru).ratio),
        "hit_ratio_FIFO" => Some(found(Eviction::Fifo).ratio),
        "hit_ratio_static_topC" => Some(found(Eviction::Lfu).ratio),
        // At one request a second the age in seconds is that in requests.
        "characteristic_time" => Some(found(Eviction::Lru).age_s),
        _ => None,
    }
}

fn limiter(case: &Case, name: &str) -> Option<f64> {
    let arrivals = case.param("lam");
    let admitted = match case.node("rate_limiter")?["algorithm"].as_str()? {
        "token_bucket" => token_bucket_admits(arrivals, case.param("rate"), case.param("burst") as u32),
        "fixed_window" => fixed_window_admits(arrivals, case.param("limit") as u32, case.param("window")),
        _ => sliding_window_admits(arrivals, case.param("limit") as u32, case.param("window")),
    };
    match name {
        "admit_fraction" => Some(admitted),
        "reject_fraction" => Some(1.0 - admitted),
        "admitted_rate" => Some(admitted * arrivals),
        _ => None,
    }
}

fn function(case: &Case, name: &str) -> Option<f64> {
    let offered = case.number("lam")? * case.number("mean")?;
    let lost = erlang_b(case.number("limit")? as u32, offered);
    match name {
        "offered_concurrency" => Some(offered),
        "throttle_fraction" => Some(lost),
        "admit_fraction" => Some(1.0 - lost),
        _ => None,
    }
}

const HOUR_S: f64 = 3_600.0;

fn availability(case: &Case, quantity: &Quantity) -> Option<f64> {
    let fails = case.number("lambda_per_h")?;
    let (name, words) = (quantity.name.as_str(), quantity.formula.as_str());
    let pair = Pair {
        mttf_s: HOUR_S / fails,
        mttr_s: HOUR_S / case.param("mu_per_h"),
        standby_rate: if words.contains("l/2") { 0.5 } else { 1.0 },
        switch_s: 0.0,
        coverage: case.number("coverage").unwrap_or(1.0),
        manual_s: HOUR_S * case.number("manual_switch_h").unwrap_or(0.0),
        own_crews: words.contains("two crews"),
    };
    match name {
        "A" => Some(pair.fate().up),
        "U" => Some(1.0 - pair.fate().up),
        "A_perfect_coverage" => Some(Pair { coverage: 1.0, ..pair }.fate().up),
        "MTTF_with_repair_h" => Some(pair.first_outage_s() / HOUR_S),
        "MTTF_no_repair_h" => Some(Pair { mttr_s: f64::INFINITY, ..pair }.first_outage_s() / HOUR_S),
        _ => None,
    }
}

fn failover(case: &Case, name: &str) -> Option<f64> {
    let pair = Pair {
        mttf_s: HOUR_S * case.param("MTTF_h"),
        mttr_s: 0.0,
        standby_rate: 0.0,
        switch_s: case.param("failover_s"),
        coverage: 1.0,
        manual_s: 0.0,
        own_crews: true,
    };
    match name {
        "A" => Some(pair.fate().up),
        "downtime_s_per_year" => Some((1.0 - pair.fate().up) * 8_760.0 * HOUR_S),
        _ => None,
    }
}

fn delays(case: &Case) -> Vec<f64> {
    let policies = Policies {
        backoff_cap_s: case.param("cap"),
        backoff_factor: case.param("factor"),
        ..Policies::default()
    };
    (1..=case.param("retries") as u32)
        .map(|number| policies.longest_delay(case.param("base"), number))
        .collect()
}

fn retry(case: &Case, name: &str) -> Option<f64> {
    let jitter = match name {
        "total_no_jitter" => Jitter::None,
        "total_full_jitter_mean" => Jitter::Full,
        "total_equal_jitter_mean" => Jitter::Equal,
        _ => return None,
    };
    Some(jitter.mean() * delays(case).iter().sum::<f64>())
}

fn impatient(case: &Case, name: &str) -> Option<f64> {
    let found = erlang_a(
        case.param("lam"),
        1.0 / case.param("mu"),
        case.param("c") as u32,
        1.0 / case.param("theta"),
    );
    Some(match name {
        "P_abandon" => found.abandons,
        "P_wait" => found.waits,
        "Lq" => found.waiting,
        "throughput" => found.carried,
        _ => return None,
    })
}

/// Silent deaths, as a health check notices them: in the mean and at worst.
fn health(case: &Case, name: &str) -> Option<f64> {
    let failures = case.param("unhealthy_threshold") as u32;
    let check = Health {
        interval_s: case.param("interval"),
        timeout_s: case.param("timeout"),
        failures,
        ..Health::default()
    };
    match name {
        "detect_mean" => Some(check.noticed_s(0.5, failures, true)),
        "detect_max" => Some(check.noticed_s(1.0, failures, true)),
        _ => None,
    }
}
