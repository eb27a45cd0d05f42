//! Formulas for callers that give up, for urgent calls, for forks and joins, and for breakers: what the simulation of these
//! policies is held to. Rates in 1/s, times in s.

/// A line whose callers give up: M/M/c+M.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErlangA {
    /// Share that gives up (0–1).
    pub abandons: f64,
    /// Share that finds all servers busy (0–1).
    pub waits: f64,
    /// Mean number waiting.
    pub waiting: f64,
    /// Calls served [1/s].
    pub carried: f64,
}

/// Erlang A (Palm 1957; Garnett, Mandelbaum and Reiman 2002): exponential patience of this mean, which ends only waiting.
pub fn erlang_a(arrivals: f64, mean: f64, servers: u32, patience: f64) -> ErlangA {
    let c = f64::from(servers);
    let (mut term, mut all, mut busy, mut waiting) = (1.0, 1.0, 0.0, 0.0);
    let mut present = 0.0;
    // States beyond the fullest likely one fall off faster than any geometric series.
    while present < c || term > 1e-18 * all {
        present += 1.0;
        let (served, queued) = (f64::min(present, c), f64::max(present - c, 0.0));
        term *= arrivals / (served / mean + queued / patience);
        all += term;
        busy += if present >= c { term } else { 0.0 };
        waiting += queued * term;
        if all > 1e280 {
            (term, all, busy, waiting) = (term / all, 1.0, busy / all, waiting / all);
        }
    }
    let waiting = waiting / all;
    let abandons = waiting / patience / arrivals;
    ErlangA { abandons, waits: busy / all, waiting, carried: arrivals * (1.0 - abandons) }
}

/// Mean times of urgent and of other calls at one server with exponential service of one mean: who has begun is finished
/// first (Cobham 1954), or is pushed out and goes on later. `arrivals` are those of the urgent and of the others; their
/// load together below 1.
pub fn by_priority(arrivals: [f64; 2], mean: f64, preemptive: bool) -> [f64; 2] {
    let urgent = arrivals[0] * mean;
    let all = urgent + arrivals[1] * mean;
    if preemptive {
        return [mean / (1.0 - urgent), mean / ((1.0 - urgent) * (1.0 - all))];
    }
    let rest = all * mean;
    [rest / (1.0 - urgent) + mean, rest / ((1.0 - urgent) * (1.0 - all)) + mean]
}

/// Mean waits of the urgent and of the others where one line would let all wait this long on average: what is begun is
/// finished first (Cobham 1954; Kella and Yechiali 1985 for several servers of one exponential time). `loads` are shares of
/// the capacity, of the urgent and of the others, together below 1.
pub fn waits_by_priority(loads: [f64; 2], wait: f64) -> [f64; 2] {
    let all = loads[0] + loads[1];
    let rest = wait * (1.0 - all);
    [rest / (1.0 - loads[0]), rest / ((1.0 - loads[0]) * (1.0 - all))]
}

/// Mean time of a fork to `n` equal single servers with exponential service, each with its line, until the last joins:
/// exact for two (Flatto and Hahn 1984), within 5 % for more (Nelson and Tantawi 1988).
pub fn fork_join(n: u32, arrivals: f64, mean: f64) -> f64 {
    let load = arrivals * mean;
    let alone = mean / (1.0 - load);
    let two = (12.0 - load) / 8.0 * alone;
    match n {
        0 | 1 => alone,
        2 => two,
        _ => {
            let ratio = harmonic(n) / 1.5;
            (ratio + 4.0 / 11.0 * (1.0 - ratio) * load) * two
        }
    }
}

/// 1 + 1/2 + … + 1/n: how much longer the slowest of n exponential times takes than one of them, on average.
pub fn harmonic(n: u32) -> f64 {
    (1..=n).rev().map(|k| 1.0 / f64::from(k)).sum()
}

/// Mean number of calls until so many fail in a row (Feller 1968, XIII.7).
pub fn calls_until_in_a_row(failing: f64, many: u32) -> f64 {
    let run = libm::pow(failing, f64::from(many));
    (1.0 - run) / ((1.0 - failing) * run)
}
