//! Counter-based randomness: every draw is a hash of who asks, for what, in which request and visit.
//!
//! Adding a block or changing a parameter leaves the draws of all others as they were, so two designs can be
//! compared on common random numbers. The mix is fixed integer arithmetic, the same everywhere; the samplers come
//! from `rand_distr`, built on `libm`.

use libm::{exp, log, sqrt};
use rand_core::RngCore;
use rand_distr::{Distribution, Exp1, StandardNormal, Zipf};

use crate::engine::formulas::balanced_share;
use crate::topology::{Service, Shape};

/// What a draw is for. The numbers are never changed: digests hang on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Gap to a source's next request.
    Gap = 1,
    /// Read or write.
    Operation = 2,
    /// Key of a request.
    Key = 3,
    /// Service time.
    Service = 4,
    /// Injected error.
    Error = 5,
    /// Choice of a route or target.
    Choice = 6,
    /// One call more, by the fraction of calls per request.
    Calls = 7,
    /// Cache hit of an untracked key.
    Hit = 8,
    /// Jitter of a retry.
    Jitter = 9,
    /// Phase of a health check.
    Phase = 10,
    /// Service time of a replayed write.
    Replay = 11,
    /// Initial state of a warm cache.
    Warm = 12,
    /// Which of a source's users sends a request.
    User = 13,
    /// When a source's bursts begin and end.
    Burst = 14,
    /// How long a user thinks before the next request.
    Think = 15,
    /// What a user does with keys: creates, comes back, asks for the hot one.
    Habit = 16,
    /// Time of a call on the wire.
    Wire = 40,
    /// Time of a reply on the wire.
    WireBack = 41,
    /// When a caller gives up.
    Patience = 42,
    /// Whether a request has a session, and where; whether a function starts cold.
    Session = 43,
    /// Errors that a fault adds.
    FaultError = 70,
    /// Deaths and repairs of a chaos monkey.
    Chaos = 71,
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every output bit depends on every input bit.
#[inline]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Partition of a log that holds a key, by its rank and the station of its client.
#[inline]
pub fn partition_of(rank: u64, source: u32, partitions: u32) -> u32 {
    (mix(rank ^ u64::from(source) << 40) % u64::from(partitions.max(1))) as u32
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Start of the stream of one block and purpose.
#[inline]
pub fn key(seed: u64, block: u32, purpose: Purpose) -> u64 {
    mix(mix(seed.wrapping_add(GOLDEN)).wrapping_add(u64::from(block) << 8).wrapping_add(purpose as u64))
}

/// The draws of one key at one counter: a SplitMix64 sequence of its own.
#[derive(Debug, Clone, Copy)]
pub struct Draw(u64);

impl Draw {
    /// Draws of this key for this request (its hash) and visit.
    #[inline]
    pub fn new(key: u64, request: u64, visit: u32) -> Self {
        Draw(mix(key ^ request.wrapping_add(u64::from(visit).wrapping_mul(GOLDEN))))
    }

    /// Uniform on [0, 1), 53 bits.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform integer below `n`, by multiplication; the bias is below n / 2⁶⁴.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.next_u64()) * u128::from(n)) >> 64) as u32
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        Exp1.sample(self)
    }

    /// A service time [s].
    #[inline]
    pub fn service(&mut self, service: &Service) -> f64 {
        if service.mean_s <= 0.0 {
            return 0.0;
        }
        service.mean_s * self.shape(service.shape)
    }

    /// A time of this shape with mean 1.
    #[inline(always)]
    pub fn shape(&mut self, shape: Shape) -> f64 {
        match shape {
            Shape::Constant => 1.0,
            Shape::Exponential => self.exponential(),
            Shape::Erlang { phases } => {
                (0..phases).map(|_| self.exponential()).sum::<f64>() / f64::from(phases.max(1))
            }
            Shape::Lognormal { cv } => {
                let variance = log(1.0 + cv * cv);
                let normal: f64 = StandardNormal.sample(self);
                exp(sqrt(variance) * normal - variance / 2.0)
            }
            Shape::Hyperexponential { cv } => {
                let (first, share) = balanced_means(cv);
                let rate = if self.uniform() < share { first } else { 2.0 * (1.0 - share) };
                self.exponential() / rate
            }
        }
    }

    /// Popularity rank of a key, 1 the most popular, by rejection-inversion.
    #[inline]
    pub fn rank(&mut self, zipf: &Zipf<f64>) -> u64 {
        zipf.sample(self) as u64
    }
}

/// Rate of the first phase and its probability, for two exponential phases with balanced means and mean 1.
fn balanced_means(cv: f64) -> (f64, f64) {
    let scv = cv * cv;
    let share = balanced_share(scv);
    (2.0 * share, share)
}

impl RngCore for Draw {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and squared coefficient of variation of 200,000 draws.
    fn moments(shape: Shape) -> (f64, f64) {
        let service = Service { mean_s: 2.0, shape };
        let key = key(7, 3, Purpose::Service);
        let n = 200_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for request in 0..n {
            let x = Draw::new(key, mix(request), 0).service(&service);
            sum += x;
            squares += x * x;
        }
        let mean = sum / n as f64;
        (mean, squares / n as f64 / (mean * mean) - 1.0)
    }

    #[test]
    fn every_shape_has_its_mean_and_spread() {
        let shapes = [
            Shape::Constant,
            Shape::Exponential,
            Shape::Erlang { phases: 4 },
            Shape::Lognormal { cv: 0.5 },
            Shape::Hyperexponential { cv: 2.0 },
        ];
        for shape in shapes {
            let (mean, scv) = moments(shape);
            assert!((mean - 2.0).abs() < 0.03, "{shape:?}: mean {mean}");
            assert!((scv - shape.scv()).abs() < 0.05 * (1.0 + shape.scv()), "{shape:?}: scv {scv}");
        }
    }

    #[test]
    fn visits_and_blocks_draw_independently() {
        let pairs = 100_000_u64;
        let (a, b) = (key(1, 1, Purpose::Service), key(1, 2, Purpose::Service));
        let covariance = |second: &dyn Fn(u64) -> f64| {
            let of = |n| (Draw::new(a, mix(n), 0).uniform() - 0.5) * (second(n) - 0.5);
            (0..pairs).map(of).sum::<f64>() / pairs as f64
        };
        // The standard error is 1/12/√100,000 = 2.6e-4.
        assert!(covariance(&|n| Draw::new(b, mix(n), 0).uniform()).abs() < 1e-3);
        assert!(covariance(&|n| Draw::new(a, mix(n), 1).uniform()).abs() < 1e-3);
        assert!(covariance(&|n| Draw::new(a, mix(n + 1), 0).uniform()).abs() < 1e-3);
    }
}
