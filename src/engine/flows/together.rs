//! Calls at the same time: how many are answered, and how long the slowest that is needed takes. An approximation: the calls
//! are taken as independent, which they are not quite when they wait in lines that were joined at the same moment.

use super::calls::{Called, Moments};
use crate::engine::formulas::orders::{fork_join, harmonic};
use crate::topology::Route;

/// Steps of the integral over time.
const STEPS: usize = 400;
/// Calls that a quorum is counted over one by one.
const MOST: u32 = 200;

/// Share of calls answered where `calls` go out at the same time and the link's quorum, or all, are needed.
pub fn all_ok(route: &Route, one: &Called) -> f64 {
    let calls = f64::ceil(route.calls) as u32;
    let need = route.policy.quorum;
    if need == 0 || need >= calls || calls > MOST {
        one.all_ok(route.calls)
    } else {
        at_least(calls, need, one.ok)
    }
}

/// Chance of at least `need` successes in `calls` independent trials.
fn at_least(calls: u32, need: u32, chance: f64) -> f64 {
    // Chances of exactly so many successes so far, the last entry being all of `need` and more.
    let mut exactly = vec![0.0; need as usize + 1];
    exactly[0] = 1.0;
    for _ in 0..calls {
        for done in (0..=need as usize).rev() {
            let stays = if done == need as usize { exactly[done] } else { exactly[done] * (1.0 - chance) };
            exactly[done] = stays + if done > 0 { exactly[done - 1] * chance } else { 0.0 };
        }
    }
    exactly[need as usize]
}

/// Time of a link's calls made at the same time: that of the slowest one needed.
pub fn time(route: &Route, one: Moments) -> Moments {
    let calls = f64::ceil(route.calls) as u32;
    let quorum = route.policy.quorum;
    if route.calls == f64::from(calls) && (one.variance / (one.mean * one.mean) - 1.0).abs() < 1e-9 {
        return of_exponential(calls, if quorum > 0 { quorum.min(calls) } else { calls }, one.mean);
    }
    if quorum > 0 && quorum < calls && calls <= MOST {
        return over(one, one.mean, |late| 1.0 - at_least(calls, quorum, 1.0 - late));
    }
    over(one, one.mean, |late| 1.0 - libm::pow(1.0 - late, route.calls.max(1.0)))
}

/// The slowest of several times that begin together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slowest {
    time: Moments,
    first: Moments,
    count: u32,
    alike: bool,
    load: f64,
}

impl Slowest {
    /// One more; `load` is that of the line which it joins at the same moment as the others do theirs.
    pub fn join(&mut self, one: Moments, load: f64) {
        self.alike = self.count == 0 || self.alike && one == self.first;
        self.first = if self.count == 0 { one } else { self.first };
        self.time = later(self.time, one);
        self.count += 1;
        self.load += load;
    }

    /// How long it takes. Lines that were joined at the same moment rise and fall together, so the slowest is less slow than
    /// that of independent ones: for two equal lines exactly (Flatto and Hahn 1984), for more nearly (Nelson and Tantawi
    /// 1988).
    pub fn time(&self) -> Moments {
        if self.count < 2 {
            return self.time;
        }
        let exponential = (self.first.variance / (self.first.mean * self.first.mean) - 1.0).abs() < 1e-3;
        let mean =
            if self.alike && exponential { harmonic(self.count) * self.first.mean } else { self.time.mean };
        let load = (self.load / f64::from(self.count)).min(0.999);
        let independent = harmonic(self.count) / (1.0 - load);
        Moments { mean: mean * fork_join(self.count, load, 1.0) / independent, ..self.time }
    }
}

/// The later of two independent times.
fn later(a: Moments, b: Moments) -> Moments {
    if a.mean <= 0.0 {
        return b;
    }
    if b.mean <= 0.0 {
        return a;
    }
    let wide = if a.mean + a.variance > b.mean + b.variance { a } else { b };
    let (beyond_a, beyond_b) = (|t: f64| beyond(a, t), |t: f64| beyond(b, t));
    integrate(wide, a.mean.max(b.mean), |t| 1.0 - (1.0 - beyond_a(t)) * (1.0 - beyond_b(t)))
}

/// The k-th of n exponential times: the first comes after 1/n, the next after 1/(n − 1) more, and so on.
fn of_exponential(calls: u32, needed: u32, mean: f64) -> Moments {
    let steps = || (calls - needed + 1..=calls).map(|left| mean / f64::from(left));
    Moments { mean: steps().sum(), variance: steps().map(|step| step * step).sum() }
}

fn over(one: Moments, start: f64, late: impl Fn(f64) -> f64) -> Moments {
    integrate(one, start, |t| late(beyond(one, t)))
}

/// Mean and variance from the chance to take longer than t.
fn integrate(one: Moments, start: f64, survival: impl Fn(f64) -> f64) -> Moments {
    let spread = f64::sqrt(one.variance);
    if spread <= 1e-9 * start {
        return Moments { mean: start, ..one };
    }
    let step = (start + 16.0 * spread) / STEPS as f64;
    let (mut mean, mut square) = (0.0, 0.0);
    for i in 0..STEPS {
        let t = (i as f64 + 0.5) * step;
        let chance = survival(t);
        mean += chance * step;
        square += 2.0 * t * chance * step;
    }
    Moments { mean, variance: (square - mean * mean).max(0.0) }
}

/// Share of such times beyond a limit: what always passes, then exponential, where the time varies as much as that or
/// less; a gamma distribution otherwise.
fn beyond(one: Moments, limit: f64) -> f64 {
    let spread = f64::sqrt(one.variance);
    let always = one.mean - spread;
    if always < 0.0 {
        return one.beyond(limit);
    }
    if limit <= always { 1.0 } else { libm::exp(-(limit - always) / spread.max(1e-300)) }
}
