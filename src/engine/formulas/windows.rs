//! Rate limits that count calls in windows.

use super::erlang_b;

/// Share of Poisson arrivals that a sliding window of `most` calls in `window` seconds lets through: each admitted call
/// holds a place for one window, M/D/L/L, and Erlang B asks for no more than its mean.
pub fn sliding_window_admits(arrivals: f64, most: u32, window: f64) -> f64 {
    1.0 - erlang_b(most, arrivals * window)
}

/// Share of Poisson arrivals that a fixed window lets through: the first `most` of each window, E[min(N, L)] / E[N].
pub fn fixed_window_admits(arrivals: f64, most: u32, window: f64) -> f64 {
    let mean = arrivals * window;
    if mean <= 0.0 {
        return 1.0;
    }
    // Beyond so many standard deviations nothing is left to count.
    let spread = 12.0 * f64::sqrt(mean) + 40.0;
    let limit = f64::from(most);
    if limit >= mean + spread {
        return 1.0;
    }
    // E[min(N, L)] = L − Σ_{n<L} (L − n)·P(N = n), from the most likely terms down.
    let first = (limit - 1.0).min(f64::ceil(mean + spread));
    let mut n = first;
    let mut chance = libm::exp(n * libm::log(mean) - mean - libm::lgamma(n + 1.0));
    let mut missing = 0.0;
    while n >= 0.0 && n >= mean - spread {
        missing += (limit - n) * chance;
        chance *= n / mean;
        n -= 1.0;
    }
    (limit - missing) / mean
}
