//! Queueing formulas: loads, waits and losses of one station. Plain arithmetic, each with its source.
//!
//! Rates in 1/s, times in s, offered load in erlangs (arrivals × mean service).

pub mod invert;
pub mod orders;

mod closed;
mod constant;
mod joining;
mod matrix;
mod sources;
mod token_bucket;
mod windows;

pub use closed::{closed_bound, closed_throughput};
pub use constant::{ConstantLine, md_c};
pub use joining::{at_least_present, shorter_of_two, shorter_of_two_of_many, shortest_line};
pub use orders::erlang_a;
pub use sources::{batch_m_1, h2_m_c, lognormal_m_c, mmpp_m_1, wave_m_inf};
pub use token_bucket::token_bucket_admits;
pub use windows::{fixed_window_admits, sliding_window_admits};

use invert::Complex;

/// Erlang B: share of Poisson arrivals that find all `servers` busy and are lost; insensitive to the service
/// distribution (Erlang 1917).
///
/// 1 ÷ B = Σₖ c (c−1) … (c−k+1) ÷ aᵏ, from k = 0. All terms are positive, and only about √c of them count, so that a
/// limit of millions costs no more than one of thousands.
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for left in (1..=servers).rev() {
        let factor = f64::from(left) / offered;
        term *= factor;
        sum += term;
        if sum > 1e300 || (factor < 1.0 && term < 1e-17 * sum) {
            break;
        }
    }
    1.0 / sum
}

/// Erlang C: share of Poisson arrivals that have to wait in M/M/c; 1 when offered load reaches `servers`.
pub fn erlang_c(servers: u32, offered: f64) -> f64 {
    let load = offered / f64::from(servers);
    if load >= 1.0 {
        return 1.0;
    }
    let lost = erlang_b(servers, offered);
    lost / (1.0 - load * (1.0 - lost))
}

/// Wait before service: nothing for some, exponential for the others. Exact for GI/M/c, the usual form elsewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wait {
    /// Share that waits (0–1).
    pub chance: f64,
    /// Mean of those that wait [s]; infinite at or above saturation.
    pub delayed: f64,
}

impl Wait {
    /// Nobody waits.
    pub const NONE: Wait = Wait { chance: 0.0, delayed: 0.0 };

    /// M/M/c without a limit on the queue.
    pub fn mmc(arrivals: f64, mean: f64, servers: u32) -> Wait {
        let offered = arrivals * mean;
        let spare = f64::from(servers) - offered;
        let delayed = if spare > 0.0 { mean / spare } else { f64::INFINITY };
        Wait { chance: erlang_c(servers, offered), delayed }
    }

    /// Mean over all [s].
    pub fn mean(&self) -> f64 {
        if self.chance > 0.0 { self.chance * self.delayed } else { 0.0 }
    }

    /// Variance over all [s²].
    pub fn variance(&self) -> f64 {
        if self.chance > 0.0 { self.chance * (2.0 - self.chance) * self.delayed * self.delayed } else { 0.0 }
    }

    /// Share that waits longer than `time`.
    pub fn survival(&self, time: f64) -> f64 {
        if self.chance > 0.0 { self.chance * libm::exp(-time / self.delayed) } else { 0.0 }
    }

    /// The wait that a share `p` does not exceed [s].
    pub fn quantile(&self, p: f64) -> f64 {
        if self.chance <= 1.0 - p { 0.0 } else { self.delayed * libm::log(self.chance / (1.0 - p)) }
    }

    /// Laplace–Stieltjes transform.
    pub fn transform(&self, s: Complex) -> Complex {
        Complex::real(1.0 - self.chance) + (Complex::ONE + s * self.delayed).inverse() * self.chance
    }

    /// Share whose wait and exponential service of this mean together exceed `time`: the sojourn in M/M/c.
    pub fn sojourn_survival(&self, mean: f64, time: f64) -> f64 {
        let direct = libm::exp(-time / mean);
        if self.chance <= 0.0 {
            return direct;
        }
        let slow = libm::exp(-time / self.delayed);
        let apart = self.delayed - mean;
        let both = if apart.abs() > 1e-6 * mean {
            (self.delayed * slow - mean * direct) / apart
        } else {
            direct * (1.0 + time / mean) * (1.0 + 0.5 * time * time * apart / (mean * mean * (mean + time)))
        };
        (1.0 - self.chance) * direct + self.chance * both
    }

    /// The sojourn that a share `p` does not exceed, with exponential service of this mean [s].
    pub fn sojourn_quantile(&self, mean: f64, p: f64) -> f64 {
        let guess = -(self.mean() + mean) * libm::log(1.0 - p);
        invert::quantile(|time| self.sojourn_survival(mean, time), guess, p)
    }
}

/// Share that waits and mean wait of GI/M/c with gamma gaps of squared coefficient of variation `scv`: exact for
/// Poisson (1), constant (0) and Erlang (1/k) gaps. Gross and Harris, Fundamentals of Queueing Theory, GI/M/c;
/// Takács 1962. `load` < 1.
pub fn gi_m_c(arrivals: f64, scv: f64, mean: f64, servers: u32) -> Wait {
    if (scv - 1.0).abs() < 1e-12 {
        return Wait::mmc(arrivals, mean, servers);
    }
    renewal_m_c(arrivals, mean, servers, |s| gamma_transform(scv, s))
}

/// GI/M/c, given the transform E[exp(−s · gap)] of gaps of mean 1.
fn renewal_m_c(arrivals: f64, mean: f64, servers: u32, unit: impl Fn(f64) -> f64) -> Wait {
    // The terms outgrow their sum beyond 40 servers, which smooth the arrivals out anyway.
    if servers > 40 || arrivals * mean >= f64::from(servers) {
        return Wait::mmc(arrivals, mean, servers);
    }
    let gap = |s: f64| unit(s / arrivals);
    let c = f64::from(servers);
    let sigma = geometric_root(|sigma| gap(c * (1.0 - sigma) / mean));
    if sigma < 1e-8 {
        // The next arrival comes so late that it never waits; below, the last term of the sum would be 0/0.
        return Wait::NONE;
    }
    let (mut sum, mut product, mut choose) = (0.0, 1.0, 1.0);
    for busy in 1..=servers {
        let j = f64::from(busy);
        let passed = gap(j / mean);
        let apart = c * (1.0 - sigma) - j;
        if apart.abs() < 1e-9 {
            // The term is 0/0, and smooth on both sides of it.
            return renewal_m_c(arrivals * (1.0 + 1e-8), mean, servers, unit);
        }
        product *= passed / (1.0 - passed);
        choose *= (c - j + 1.0) / j;
        sum += choose / (product * (1.0 - passed)) * (c * (1.0 - passed) - j) / apart;
    }
    let scale = 1.0 / (1.0 / (1.0 - sigma) + sum);
    let chance = scale / (1.0 - sigma);
    if !chance.is_finite() {
        return Wait::NONE;
    }
    Wait { chance: chance.clamp(0.0, 1.0), delayed: mean / (c * (1.0 - sigma)) }
}

/// Share of the shorter phase of two exponential ones with balanced means, for this squared coefficient of variation of at
/// least 1 (Whitt 1982; rules 5).
pub fn balanced_share(scv: f64) -> f64 {
    0.5 * (1.0 + f64::sqrt((scv - 1.0).max(0.0) / (scv + 1.0)))
}

/// E[exp(−s·gap)] of a gamma-distributed gap of mean 1.
fn gamma_transform(scv: f64, s: f64) -> f64 {
    if scv < 1e-9 { libm::exp(-s) } else { libm::exp(-libm::log1p(s * scv) / scv) }
}

/// The root below 1 of σ = f(σ), f increasing and convex with f(1) = 1, by bisection; outside of the bracket that secants
/// have found, the side is known without asking.
fn geometric_root(f: impl Fn(f64) -> f64) -> f64 {
    let (left, right) = bracket(&f);
    let (mut low, mut high) = (0.0, 1.0 - 1e-12);
    for _ in 0..200 {
        let (low_before, high_before) = (low, high);
        let middle = 0.5 * (low + high);
        if middle < left || (middle <= right && f(middle) > middle) {
            low = middle;
        } else {
            high = middle;
        }
        // No number lies between any more, or none that matters.
        if middle == low_before || middle == high_before || high - low < 1e-16 {
            break;
        }
    }
    0.5 * (low + high)
}

/// What the root lies between, wider than rounding blurs it. What f is above σ falls towards the root and is convex, so
/// that secants from the left do not pass it.
fn bracket(f: &impl Fn(f64) -> f64) -> (f64, f64) {
    const ALL: (f64, f64) = (0.0, 1.0);
    let (mut last, mut above_last) = (0.0, f(0.0));
    let (mut sigma, mut slope) = (above_last, 1.0);
    for _ in 0..40 {
        let above = f(sigma) - sigma;
        slope = (above_last - above) / (sigma - last);
        let step = above / slope;
        // Also where rounding has made it nothing at all.
        if step.is_nan() || step <= 1e-15 {
            break;
        }
        (last, above_last) = (sigma, above);
        sigma += step;
        if sigma >= 1.0 {
            return ALL;
        }
    }
    let width = 1e-14 + 64.0 * f64::EPSILON / slope.abs();
    let (left, right) = ((sigma - width).max(0.0), sigma + width);
    let holds = right < 1.0 && (left == 0.0 || f(left) > left) && f(right) <= right;
    if holds { (left, right) } else { ALL }
}

/// Mean wait in M/G/1 (Pollaczek–Khinchine): `scv` is that of the service time. Infinite from load 1 on.
pub fn mg1_wait(arrivals: f64, mean: f64, scv: f64) -> f64 {
    let load = arrivals * mean;
    if load >= 1.0 { f64::INFINITY } else { load * mean * (1.0 + scv) / (2.0 * (1.0 - load)) }
}

/// Second moment of the wait in M/G/1 by the third moment of the service time (Takács 1962) [s²].
pub fn mg1_wait_second_moment(arrivals: f64, mean: f64, scv: f64, third_moment: f64) -> f64 {
    let wait = mg1_wait(arrivals, mean, scv);
    2.0 * wait * wait + arrivals * third_moment / (3.0 * (1.0 - arrivals * mean))
}

/// Wait in GI/G/c by two moments of gaps and service: exact for M/M/c, GI/M/c with gamma gaps, M/D/c and the mean of M/G/1;
/// else Allen–Cunneen with Kimura's interpolation below variability 1 (Kimura 1986, Cosmetatos 1976) and the
/// correction of Kraemer and Langenbach-Belz 1976 for the gaps.
pub fn gi_g_c(arrivals: f64, gap_scv: f64, mean: f64, service_scv: f64, servers: u32) -> Wait {
    if service_scv == 0.0
        && gap_scv == 1.0
        && let Some(exact) = md_c(arrivals, mean, servers)
    {
        return exact;
    }
    let markov = gi_m_c(arrivals, gap_scv, mean, servers);
    if service_scv == 1.0 || markov.chance <= 0.0 || markov.delayed == f64::INFINITY {
        return markov;
    }
    let load = arrivals * mean / f64::from(servers);
    let of_service = service_correction(load, service_scv, servers);
    let of_gaps = if gap_scv == 1.0 {
        1.0
    } else {
        gap_correction(load, gap_scv, service_scv) / gap_correction(load, gap_scv, 1.0)
            * (gap_scv + service_scv)
            * 2.0
            / ((gap_scv + 1.0) * (1.0 + service_scv))
    };
    Wait { chance: markov.chance, delayed: markov.delayed * of_service * of_gaps }
}

/// Mean wait in M/G/c over that in M/M/c.
fn service_correction(load: f64, scv: f64, servers: u32) -> f64 {
    let allen_cunneen = 0.5 * (1.0 + scv);
    if scv >= 1.0 || servers == 1 {
        return allen_cunneen;
    }
    let c = f64::from(servers);
    let more = (1.0 - load) * (c - 1.0) * (f64::sqrt(4.0 + 5.0 * c) - 2.0) / (16.0 * load * c);
    let constant = (0.5 * (1.0 + more)).min(1.0);
    (1.0 + scv) / (2.0 * scv + (1.0 - scv) / constant)
}

/// Kraemer and Langenbach-Belz's factor on Allen–Cunneen's mean wait.
fn gap_correction(load: f64, gap_scv: f64, service_scv: f64) -> f64 {
    let exponent = if gap_scv < 1.0 {
        2.0 * (1.0 - load) * (1.0 - gap_scv) * (1.0 - gap_scv)
            / (3.0 * load * (gap_scv + service_scv).max(1e-9))
    } else {
        (1.0 - load) * (gap_scv - 1.0) / (gap_scv + 4.0 * service_scv)
    };
    libm::exp(-exponent)
}

/// M/M/c/K: Poisson arrivals, exponential service, at most `room` calls present; more are lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounded {
    /// Arrivals [1/s].
    pub arrivals: f64,
    /// Mean service time [s].
    pub mean: f64,
    /// Servers.
    pub servers: u32,
    /// Share of arrivals lost (0–1).
    pub lost: f64,
    /// Share of the admitted that wait (0–1).
    pub waits: f64,
    /// Mean number waiting.
    pub waiting: f64,
    /// Waiting places.
    places: f64,
    /// Chance that exactly all servers are busy and nobody waits.
    all_busy: f64,
    /// Mean square of the wait of the admitted [s²].
    square: f64,
}

impl Bounded {
    /// Solves the birth–death chain; `room` is K, at least `servers`.
    pub fn new(arrivals: f64, mean: f64, servers: u32, room: u32) -> Bounded {
        let load = arrivals * mean / f64::from(servers);
        let blocked = erlang_b(servers, arrivals * mean);
        let places = f64::from(room.saturating_sub(servers));
        let sums = waiting_places(load, places);
        // Chances are relative to that of no waiting, or to that of the fullest state, whichever is the larger.
        let base = if load > 1.0 { libm::exp(-places * libm::log(load)) } else { 1.0 };
        let all = base + blocked * sums.count;
        let lost = blocked * sums.last / all;
        let admitted = 1.0 - lost;
        let squares = blocked * (sums.second + sums.first) / all / admitted / load;
        let step = mean / f64::from(servers);
        Bounded {
            arrivals,
            mean,
            servers,
            lost,
            // An admitted arrival waits when it finds from c to K − 1 present.
            waits: if places > 0.0 {
                blocked * (base + sums.count - sums.last) / all / admitted
            } else {
                0.0
            },
            waiting: blocked * sums.first / all,
            places,
            all_busy: blocked * base / all,
            square: if places > 0.0 { squares * step * step } else { 0.0 },
        }
    }

    /// Throughput [1/s].
    pub fn carried(&self) -> f64 {
        self.arrivals * (1.0 - self.lost)
    }

    /// Mean wait of the admitted [s].
    pub fn mean_wait(&self) -> f64 {
        if self.waiting > 0.0 { self.waiting / self.carried() } else { 0.0 }
    }

    /// Variance of the wait of the admitted [s²].
    pub fn wait_variance(&self) -> f64 {
        (self.square - self.mean_wait() * self.mean_wait()).max(0.0)
    }

    /// Transform of the wait of the admitted: a finite mixture of Erlang distributions.
    pub fn wait_transform(&self, s: Complex) -> Complex {
        let load = self.arrivals * self.mean / f64::from(self.servers);
        let step = (Complex::ONE + s * (self.mean / f64::from(self.servers))).inverse();
        let ratio = step * load;
        let sum = if load > 1.0 {
            // Summed from the fullest state down: what it weighs less than that would not fit a number.
            let rest = libm::exp(-self.places * libm::log(load));
            let fall = (step.to_the(self.places) - Complex::real(rest)) / (Complex::ONE - ratio.inverse());
            fall * (self.lost / load)
        } else {
            step * ((Complex::ONE - ratio.to_the(self.places)) / (Complex::ONE - ratio)) * self.all_busy
        };
        Complex::real(1.0 - self.waits) + sum * (1.0 / (1.0 - self.lost))
    }

    /// The sojourn of the admitted that a share `p` of them does not exceed [s].
    pub fn sojourn_quantile(&self, p: f64) -> f64 {
        let sojourn = |s: Complex| self.wait_transform(s) * (Complex::ONE + s * self.mean).inverse();
        let variance = self.wait_variance() + self.mean * self.mean;
        let guess =
            crate::engine::flows::Moments { mean: self.mean_wait() + self.mean, variance }.quantile(p);
        invert::quantile(|time| invert::survival(sojourn, time), guess, p)
    }
}

/// Sums over j = 1..=m, all divided by max(1, rᵐ).
struct Places {
    /// Σ rʲ.
    count: f64,
    /// Σ j·rʲ.
    first: f64,
    /// Σ j²·rʲ.
    second: f64,
    /// rᵐ.
    last: f64,
}

fn waiting_places(load: f64, places: f64) -> Places {
    let mut sums = Places { count: 0.0, first: 0.0, second: 0.0, last: 1.0 };
    let mut add = |j: f64, term: f64| {
        sums.count += term;
        sums.first += j * term;
        sums.second += j * j * term;
    };
    let mut term = 1.0;
    if load > 1.0 {
        let mut j = places;
        while j >= 1.0 && term > 1e-18 {
            add(j, term);
            term /= load;
            j -= 1.0;
        }
        return sums;
    }
    let mut j = 1.0;
    while j <= places && term > 1e-18 {
        term *= load;
        add(j, term);
        j += 1.0;
    }
    sums.last = if j > places { term } else { 0.0 };
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bracket_spares_questions_and_changes_no_bit() {
        for load in [1e-3, 0.1, 0.5, 0.7, 0.9, 0.99, 0.9999, 1.0 - 1e-8] {
            for scv in [0.0, 0.01, 1.0 / 3.0, 0.9] {
                let usual = (0.05..0.995).contains(&load);
                let asked = std::cell::Cell::new(0);
                let f = |sigma: f64| {
                    asked.set(asked.get() + 1);
                    gamma_transform(scv, (1.0 - sigma) / load)
                };
                let found = geometric_root(f);
                let spent = asked.get();
                let (mut low, mut high) = (0.0, 1.0 - 1e-12);
                for _ in 0..200 {
                    let middle = 0.5 * (low + high);
                    if f(middle) > middle {
                        low = middle
                    } else {
                        high = middle
                    }
                    if high - low < 1e-16 {
                        break;
                    }
                }
                assert_eq!(found.to_bits(), (0.5_f64 * (low + high)).to_bits(), "load {load}, scv {scv}");
                assert!(!usual || spent <= 40, "load {load}, scv {scv}: {spent} questions");
            }
        }
    }
}
