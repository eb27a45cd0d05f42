//! Lines fed directly by one source: how its calls come is known exactly, where elsewhere two moments have to do (rules
//! 1.19).

use libm::{atan2, cos, sin};

use super::{Wait, renewal_m_c};

/// H2/M/c: gaps of two exponential phases with balanced means and this squared coefficient of variation, above 1. The
/// wait is that of GI/M/c with their transform (Kleinrock, Queueing Systems 1, ch. 6).
pub fn h2_m_c(arrivals: f64, scv: f64, mean: f64, servers: u32) -> Wait {
    let share = super::balanced_share(scv);
    let phase = |share: f64, s: f64| share * 2.0 * share / (2.0 * share + s);
    renewal_m_c(arrivals, mean, servers, |s| phase(share, s) + phase(1.0 - share, s))
}

/// GI/M/c with lognormal gaps of this coefficient of variation, by their transform.
pub fn lognormal_m_c(arrivals: f64, cv: f64, mean: f64, servers: u32) -> Wait {
    let spread = f64::sqrt(libm::log1p(cv * cv));
    // The trapezoidal rule over a normal distribution misses less than 1e-12 at this step.
    let gaps: Vec<(f64, f64)> = (-32..=32)
        .map(|at| {
            let z = 0.25 * f64::from(at);
            (0.25 * libm::exp(-0.5 * z * z), libm::exp(spread * z - 0.5 * spread * spread))
        })
        .collect();
    let whole: f64 = gaps.iter().map(|(weight, _)| weight).sum();
    renewal_m_c(arrivals, mean, servers, |s| {
        gaps.iter().map(|(weight, gap)| weight / whole * libm::exp(-s * gap)).sum()
    })
}

/// M^\[b]/M/1: calls in batches of `size`, of which the first of a batch waits for the line and each other one for those
/// before it as well. Mean and share that waits are exact: L = ρ (b + 1) ÷ 2 (1 − ρ) (Gross et al., sec. 4.1).
pub fn batch_m_1(arrivals: f64, size: u32, mean: f64) -> Wait {
    let (load, b) = (arrivals * mean, f64::from(size.max(1)));
    if load >= 1.0 {
        return Wait { chance: 1.0, delayed: f64::INFINITY };
    }
    let wait = load * (b + 1.0) / (2.0 * (1.0 - load)) / arrivals - mean;
    spread_over(wait, 1.0 - (1.0 - load) / b)
}

/// MMPP/M/1: Poisson arrivals at one of two rates, each left at its own rate. Mean and share that waits are exact, by the
/// quasi-birth-and-death process (Neuts, Matrix-Geometric Solutions, 1981).
pub fn mmpp_m_1(rates: [f64; 2], leaves: [f64; 2], mean: f64) -> Wait {
    let served = 1.0 / mean;
    let all = leaves[0] + leaves[1];
    let share = [leaves[1] / all, leaves[0] / all];
    let arrivals = rates[0] * share[0] + rates[1] * share[1];
    if arrivals >= served {
        return Wait { chance: 1.0, delayed: f64::INFINITY };
    }
    let up = Two([[rates[0], 0.0], [0.0, rates[1]]]);
    let stay = |down: f64| {
        let out = |phase: usize| -(leaves[phase] + rates[phase] + down);
        Two([[out(0), leaves[0]], [leaves[1], out(1)]])
    };
    // G: the phase in which the level below is first met. Fewer than two thousand rounds even close to saturation.
    let mut down = Two([[0.0; 2]; 2]);
    for _ in 0..100_000 {
        let next = (stay(served).plus(up.times(down))).scaled(-1.0).inverse().scaled(served);
        let moved = next.distance(down);
        down = next;
        if moved < 1e-15 {
            break;
        }
    }
    let ratio = up.times(stay(served).plus(up.times(down)).scaled(-1.0).inverse());
    let rest = Two([[1.0, 0.0], [0.0, 1.0]]).plus(ratio.scaled(-1.0)).inverse();
    // The empty system: what leaves it comes back, and all levels together are 1.
    let balance = stay(0.0).plus(ratio.scaled(served)).0;
    let empty = [balance[1][0], -balance[0][0]];
    let whole: f64 = rest.row(empty).iter().sum();
    let empty = empty.map(|part| part / whole);
    let present: f64 = rest.row(rest.row(ratio.row(empty))).iter().sum();
    let at_once = (empty[0] * rates[0] + empty[1] * rates[1]) / arrivals;
    spread_over(present / arrivals - mean, 1.0 - at_once)
}

/// The wait with this mean and this share that waits.
fn spread_over(mean: f64, chance: f64) -> Wait {
    if chance > 0.0 { Wait { chance, delayed: mean / chance } } else { Wait::NONE }
}

/// M(t)/M/∞: mean calls present at a time [s] when the rate is `rate` + `height` · sin(2π · time ÷ `period`) and has been for
/// long, and by how much their peak lags behind that of the rate [s] (Eick, Massey and Whitt 1993).
pub fn wave_m_inf(rate: f64, height: f64, period: f64, mean: f64, time: f64) -> (f64, f64) {
    let (turn, served) = (2.0 * core::f64::consts::PI / period, 1.0 / mean);
    let angle = turn * time;
    let swing = height * (served * sin(angle) - turn * cos(angle)) / (served * served + turn * turn);
    (rate * mean + swing, atan2(turn, served) / turn)
}

/// A matrix of two phases.
#[derive(Clone, Copy)]
struct Two([[f64; 2]; 2]);

impl Two {
    fn each(self, other: Two, of: impl Fn(f64, f64) -> f64) -> Two {
        Two([0, 1].map(|i| [0, 1].map(|j| of(self.0[i][j], other.0[i][j]))))
    }

    fn plus(self, other: Two) -> Two {
        self.each(other, |a, b| a + b)
    }

    fn scaled(self, by: f64) -> Two {
        Two(self.0.map(|row| row.map(|one| one * by)))
    }

    fn times(self, other: Two) -> Two {
        Two([0, 1].map(|i| [0, 1].map(|j| self.0[i][0] * other.0[0][j] + self.0[i][1] * other.0[1][j])))
    }

    fn inverse(self) -> Two {
        let [[a, b], [c, d]] = self.0;
        Two([[d, -b], [-c, a]]).scaled(1.0 / (a * d - b * c))
    }

    /// A row times this.
    fn row(self, row: [f64; 2]) -> [f64; 2] {
        [0, 1].map(|j| row[0] * self.0[0][j] + row[1] * self.0[1][j])
    }

    fn distance(self, other: Two) -> f64 {
        self.each(other, |a, b| (a - b).abs()).0.iter().flatten().fold(0.0, |most, one| f64::max(most, *one))
    }
}
