//! The time of a call that several nodes answer together, from the time of one part: order statistics.

use super::Moments;
use crate::topology::Store;

/// How a part's time becomes that of the whole: exact where parts are independent and exponential, else scaled by their
/// coefficient of variation, which is an approximation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gathering {
    /// Share of the calls that fall into parts (0–1).
    share: f64,
    /// Mean of the k-th of n exponential times, in means.
    mean: f64,
    /// Its variance, in squared means.
    variance: f64,
}

impl Gathering {
    /// One node answers alone.
    pub const ONE: Gathering = Gathering { share: 0.0, mean: 1.0, variance: 1.0 };

    /// The `needed`-th of `asked` answers.
    pub fn of_ring(needed: u32, asked: u32) -> Gathering {
        let later = (asked - needed.min(asked) + 1)..=asked;
        let sum = |power: i32| later.clone().map(|i| libm::pow(f64::from(i), f64::from(-power))).sum();
        Gathering { share: 1.0, mean: sum(1), variance: sum(2) }
    }

    /// Scattered reads wait for all shards: the share of calls that succeeds, and the time.
    pub fn of_shards(store: &Store, op: usize, parts: f64) -> (f64, Gathering) {
        let (shards, scatter) = (store.shards(), store.shards.scatter);
        if op != 0 || shards < 2 || scatter <= 0.0 {
            return (parts, Gathering::ONE);
        }
        let all = libm::pow(parts, f64::from(shards));
        let slowest = Gathering::of_ring(shards, shards);
        ((1.0 - scatter) * parts + scatter * all, Gathering { share: scatter, ..slowest })
    }

    /// Time of the whole.
    pub fn of(self, part: Moments) -> Moments {
        if self.share <= 0.0 || part.mean <= 0.0 {
            return part;
        }
        let spread = f64::sqrt(part.variance).min(part.mean);
        let whole =
            Moments { mean: part.mean + spread * (self.mean - 1.0), variance: part.variance * self.variance };
        Moments::mixed([(1.0 - self.share, part), (self.share, whole)].into_iter())
    }
}

/// Chance that at least `needed` of `asked` independent parts are answered, each with chance `p`.
pub fn at_least(needed: u32, asked: u32, p: f64) -> f64 {
    if p >= 1.0 {
        return 1.0;
    }
    let (mut chance, mut sum) = (1.0, 0.0);
    // chance = C(asked, k) p^(asked − k) (1 − p)^k for k failures.
    chance *= libm::pow(p, f64::from(asked));
    for failures in 0..=asked - needed {
        sum += chance;
        chance *= f64::from(asked - failures) / f64::from(failures + 1) * (1.0 - p) / p.max(1e-300);
    }
    sum.min(1.0)
}
