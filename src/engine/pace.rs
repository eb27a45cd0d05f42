//! Operational time: how much a source has to send, as the integral of its rate, and when a given amount is reached.
//!
//! Arrivals are a process of rate 1 in operational time. A profile maps it to simulated time, so that a ramp, a wave or
//! a crowd bends the same arrivals instead of drawing others.

use std::f64::consts::TAU;

use crate::topology::{Corner, Corners, Profile};

/// Time at factor 1 that the profile packs between two moments [s].
pub fn between(profile: &Profile, from_s: f64, to_s: f64) -> f64 {
    match profile {
        Profile::Steady => to_s - from_s,
        Profile::Corners(corners) => sum_until(corners, to_s) - sum_until(corners, from_s),
        Profile::Wave { .. } => wave_until(profile, to_s) - wave_until(profile, from_s),
    }
}

/// The moment at which the profile has packed this much time at factor 1 after `from_s` [s]; infinite when it never does.
pub fn after(profile: &Profile, from_s: f64, wanted_s: f64) -> f64 {
    match profile {
        // Rounding must not bend what stays straight; and what is due at once waits for no rate.
        Profile::Steady => from_s + wanted_s,
        Profile::Corners(_) | Profile::Wave { .. } if wanted_s <= 0.0 => from_s,
        Profile::Corners(corners) => reach(corners, sum_until(corners, from_s) + wanted_s).max(from_s),
        Profile::Wave { amplitude, .. } => {
            let sum = wave_until(profile, from_s) + wanted_s;
            // The wave never runs ahead of or behind the mean by more than this.
            let (mut low, mut high) = (from_s, from_s + wanted_s + wave_lead(profile, *amplitude));
            for _ in 0..100 {
                let middle = 0.5 * (low + high);
                if wave_until(profile, middle) < sum {
                    low = middle
                } else {
                    high = middle
                }
                if high - low <= 1e-10 {
                    break;
                }
            }
            0.5 * (low + high)
        }
    }
}

/// The factor at a moment.
pub fn factor(profile: &Profile, at_s: f64) -> f64 {
    match profile {
        Profile::Steady => 1.0,
        Profile::Wave { period_s, amplitude, phase } => {
            1.0 + amplitude * libm::sin(TAU * (at_s / period_s + phase))
        }
        Profile::Corners(corners) => {
            let corners = corners.all();
            match corners.partition_point(|corner| corner.at_s <= at_s) {
                0 => corners[0].factor,
                after if after == corners.len() => corners[after - 1].factor,
                after => {
                    let (a, b) = (corners[after - 1], corners[after]);
                    a.factor + slope(&a, &b) * (at_s - a.at_s)
                }
            }
        }
    }
}

fn wave_lead(profile: &Profile, amplitude: f64) -> f64 {
    let Profile::Wave { period_s, .. } = profile else { return 0.0 };
    2.0 * amplitude * period_s / TAU + 1e-9
}

fn wave_until(profile: &Profile, at_s: f64) -> f64 {
    let Profile::Wave { period_s, amplitude, phase } = profile else { return at_s };
    at_s - amplitude * period_s / TAU * libm::cos(TAU * (at_s / period_s + phase))
}

fn slope(a: &Corner, b: &Corner) -> f64 {
    (b.factor - a.factor) / (b.at_s - a.at_s)
}

fn sum_until(corners: &Corners, at_s: f64) -> f64 {
    let corners = corners.all();
    match corners.partition_point(|corner| corner.at_s <= at_s) {
        0 => corners[0].sum_s - corners[0].factor * (corners[0].at_s - at_s),
        after if after == corners.len() => {
            let last = corners[after - 1];
            last.sum_s + last.factor * (at_s - last.at_s)
        }
        after => {
            let (a, b) = (corners[after - 1], corners[after]);
            let along = at_s - a.at_s;
            a.sum_s + along * (a.factor + 0.5 * slope(&a, &b) * along)
        }
    }
}

/// When the integral from time 0 reaches `sum`.
fn reach(corners: &Corners, sum: f64) -> f64 {
    let corners = corners.all();
    let level = |corner: &Corner, rest: f64| {
        if corner.factor > 0.0 { corner.at_s + rest / corner.factor } else { f64::INFINITY }
    };
    match corners.partition_point(|corner| corner.sum_s < sum) {
        0 => level(&corners[0], sum - corners[0].sum_s),
        after if after == corners.len() => level(&corners[after - 1], sum - corners[after - 1].sum_s),
        after => {
            let (a, b) = (corners[after - 1], corners[after]);
            let (rest, slope) = (sum - a.sum_s, slope(&a, &b));
            let root = f64::sqrt((a.factor * a.factor + 2.0 * slope * rest).max(0.0));
            (a.at_s + 2.0 * rest / (a.factor + root)).min(b.at_s)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_after_is_what_lies_between() {
        let points = [(2.0, 0.0), (4.0, 1.0), (4.0, 3.0), (6.0, 3.0), (8.0, 0.5)];
        let wave = Profile::Wave { period_s: 7.0, amplitude: 1.0, phase: 0.3 };
        for profile in [Profile::Steady, Profile::Corners(Corners::new(&points).expect("points")), wave] {
            for (from, wanted) in [(0.0, 0.3), (1.0, 2.0), (3.0, 0.1), (3.9, 7.0), (20.0, 5.0)] {
                let until = after(&profile, from, wanted);
                assert!(
                    (between(&profile, from, until) - wanted).abs() < 1e-8,
                    "{profile:?} {from} {wanted}"
                );
            }
        }
    }

    #[test]
    fn a_rate_that_ends_at_nothing_is_never_reached() {
        let ends = Profile::Corners(Corners::new(&[(0.0, 1.0), (10.0, 0.0)]).expect("points"));
        assert_eq!(after(&ends, 0.0, 6.0), f64::INFINITY);
        assert!((after(&ends, 0.0, 3.75) - 5.0).abs() < 1e-12);
    }
}
