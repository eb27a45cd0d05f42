//! Calls at the same time: how many are answered, and how long the slowest that is needed takes. An approximation: the calls
//! are taken as independent, which they are not quite when they wait in lines that were joined at the same moment.

use super::calls::{Called, Moments};
use crate::topology::Route;

/// Steps of the integral over time.
const STEPS: usize = 400;
/// Calls that a quorum is counted over one by one.
const MOST: u32 = 200;

/// Share of calls answered where `calls` go out at the same time and the link's quorum, or all, are needed.
pub fn all_ok(route: &Route, one: &Called) -> f64 {
    let calls = libm::ceil(route.calls) as u32;
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
    let calls = libm::ceil(route.calls) as u32;
    let quorum = route.policy.quorum;
    if quorum > 0 && quorum < calls && calls <= MOST {
        return over(one, one.mean, |late| 1.0 - at_least(calls, quorum, 1.0 - late));
    }
    over(one, one.mean, |late| 1.0 - libm::pow(1.0 - late, route.calls.max(1.0)))
}

/// The later of two independent times.
pub fn later(a: Moments, b: Moments) -> Moments {
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

fn over(one: Moments, start: f64, late: impl Fn(f64) -> f64) -> Moments {
    integrate(one, start, |t| late(beyond(one, t)))
}

/// Mean and variance from the chance to take longer than t.
fn integrate(one: Moments, start: f64, survival: impl Fn(f64) -> f64) -> Moments {
    let spread = libm::sqrt(one.variance);
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
    let spread = libm::sqrt(one.variance);
    let always = one.mean - spread;
    if always < 0.0 {
        return one.beyond(limit);
    }
    if limit <= always { 1.0 } else { libm::exp(-(limit - always) / spread.max(1e-300)) }
}
