//! Lines of constant service times: exact waits of M/D/c, and their distribution at one server.

use super::Wait;

/// Steps of the sum from which an answer at once matters more: the approximation is then close.
const STEPS: f64 = 2_000.0;

/// M/D/c: mean wait and share that waits are exact, as those of E_c/D/1, because constant services take the servers in turn
/// (Prabhu 1962); the sums are Spitzer's (1956). `None` so close to saturation that the sums are long.
pub fn md_c(arrivals: f64, mean: f64, servers: u32) -> Option<Wait> {
    let c = f64::from(servers);
    let load = arrivals * mean / c;
    if load <= 0.0 || load >= 1.0 {
        return None;
    }
    // The chance that k services take longer than the gaps meanwhile falls as e^(−k c (ρ − 1 − ln ρ)) does.
    let steps = 37.0 / (c * (load - 1.0 - libm::log(load)));
    if steps > STEPS {
        return None;
    }
    let (mut wait, mut idle) = (0.0, 0.0);
    for step in 1..=f64::ceil(steps) as u32 {
        let k = f64::from(step);
        let (gaps, time) = (k * c, k * mean);
        // At least k·c arrivals in k services; and one more than that.
        let [beyond, further] = poisson_tails(arrivals * time, gaps);
        wait += (time * beyond - gaps / arrivals * further) / k;
        idle += beyond / k;
    }
    let chance = 1.0 - libm::exp(-idle);
    Some(if chance > 0.0 { Wait { chance, delayed: wait / chance } } else { Wait::NONE })
}

/// Chances that a Poisson count of this mean is at least n, and at least n + 1, for n above the mean.
fn poisson_tails(mean: f64, n: f64) -> [f64; 2] {
    let first = libm::exp(n * libm::log(mean) - mean - libm::lgamma(n + 1.0));
    let (mut term, mut sum, mut k) = (first, 0.0, n);
    while term > 1e-18 * first {
        sum += term;
        k += 1.0;
        term *= mean / k;
    }
    [sum, sum - first]
}

/// The wait of M/D/1 as a distribution, by positive terms only (Franx 2001): what an alternating series (Erlang 1909) loses
/// behind long lines is kept.
#[derive(Debug, Clone)]
pub struct ConstantLine {
    arrivals: f64,
    mean: f64,
    /// Chance that at most so many wait.
    waiting: Vec<f64>,
}

impl ConstantLine {
    /// The line of one server; the load below 1.
    pub fn new(arrivals: f64, mean: f64) -> ConstantLine {
        let load = arrivals * mean;
        // Chances of at least so many arrivals in one service.
        let mut at_least = vec![1.0];
        let mut term = libm::exp(-load);
        for k in 1..60 {
            at_least.push(at_least[k - 1] - term);
            term *= load / k as f64;
        }
        // Beyond a few terms the differences are rounding: sums from the far end are not.
        let mut sum = 0.0;
        for k in (1..60).rev() {
            sum += libm::exp(k as f64 * libm::log(load) - load - libm::lgamma(k as f64 + 1.0));
            at_least[k] = sum;
        }
        let tail = |k: usize| at_least.get(k).copied().unwrap_or(0.0);
        let mut present = vec![1.0 - load];
        let mut all = present[0];
        // Ramaswami 1988: all terms positive.
        while all < 1.0 - 1e-13 && present.len() < 4_000 {
            let i = present.len();
            let from = |j: usize| present[j] * tail(i + 1 - j);
            let first = i.saturating_sub(58).max(1);
            let next = (present[0] * tail(i) + (first..i).map(from).sum::<f64>()) / (1.0 - tail(1));
            all += next;
            present.push(next);
        }
        let mut sum = present[0] + present.get(1).copied().unwrap_or(0.0);
        let mut waiting = vec![sum];
        for more in present.iter().skip(2) {
            sum += more;
            waiting.push(sum);
        }
        ConstantLine { arrivals, mean, waiting }
    }

    /// Share that waits longer than `time`.
    pub fn survival(&self, time: f64) -> f64 {
        let services = f64::floor(time / self.mean) + 1.0;
        let left = self.arrivals * (services * self.mean - time);
        let at_most = |count: f64| {
            let index = (count as usize).min(self.waiting.len() - 1);
            self.waiting[index]
        };
        let (mut within, mut term, mut j) = (0.0, libm::exp(-left), 0.0);
        while j < services && (term > 1e-18 || j < left) {
            within += at_most(services - 1.0 - j) * term;
            j += 1.0;
            term *= left / j;
        }
        (1.0 - within).clamp(0.0, 1.0)
    }

    /// The wait that a share `p` does not exceed [s].
    pub fn quantile(&self, p: f64) -> f64 {
        let beyond = |time: f64| self.survival(time) > 1.0 - p;
        if !beyond(0.0) {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, self.mean);
        while beyond(high) {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > 1e-12 * high {
            let middle = 0.5 * (low + high);
            if beyond(middle) { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}
