//! Axes of charts: where they end, where their marks stand, and what those say, each with its unit.

use super::{Kind, stated};

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where it stands, in the unit of the axis.
    pub at: f64,
    /// What stands beside it.
    pub text: String,
}

impl Mark {
    fn of(at: f64, kind: Kind) -> Mark {
        // Nothing has no unit: 0 ms and 0 h are one.
        Mark { at, text: if at == 0.0 { "0".to_owned() } else { stated(at, kind) } }
    }
}

/// The next of 1, 2, 5, 10 … at or above a value: the end of an axis that does not jump with every point.
pub fn end(value: f64) -> f64 {
    if !(value > 0.0 && value.is_finite()) {
        return 1.0;
    }
    let decade = libm::exp10(f64::floor(libm::log10(value)));
    let ends = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
    ends.into_iter().find(|end| *end >= value * (1.0 - 1e-12)).unwrap_or(10.0 * decade)
}

/// Marks from 0 to the end of an axis, in this many steps at most, each 1, 2 or 5 of a decade.
pub fn linear(until: f64, most: usize, kind: Kind) -> Vec<Mark> {
    let step = end(until / most.max(1) as f64);
    let count = f64::floor(until / step + 1e-9) as usize;
    (0..=count).map(|index| Mark::of(index as f64 * step, kind)).collect()
}

/// Marks at round times of a run [s], this many at most: `40 s`, `2 min`, `1 h`.
pub fn of_time(from_s: f64, until_s: f64, most: usize) -> Vec<Mark> {
    const STEPS: [f64; 19] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0,
        21_600.0, 43_200.0, 86_400.0, 172_800.0,
    ];
    let least = (until_s - from_s) / most.max(1) as f64;
    let step = STEPS.into_iter().find(|step| *step >= least).unwrap_or_else(|| end(least));
    let first = f64::ceil(from_s / step - 1e-9);
    let last = f64::floor(until_s / step + 1e-9);
    let count = if last >= first { (last - first) as usize + 1 } else { 0 };
    (0..count).map(|index| Mark::of((first + index as f64) * step, Kind::Time)).collect()
}

/// Marks of a logarithmic axis between two values above 0: the decades, and 2 and 5 of each where there are few.
pub fn logarithmic(low: f64, high: f64, kind: Kind) -> Vec<Mark> {
    if !(low > 0.0 && high > low && high.is_finite()) {
        return Vec::new();
    }
    let decades = [f64::floor(libm::log10(low)), f64::ceil(libm::log10(high))].map(|end| end as i32);
    // More than two decades need no marks between.
    let steps: &[f64] = if high / low > 100.0 { &[1.0] } else { &[1.0, 2.0, 5.0] };
    let all = (decades[0]..=decades[1])
        .flat_map(|decade| steps.iter().map(move |step| step * libm::exp10(f64::from(decade))));
    let inside = all.filter(|at| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(at));
    inside.map(|at| Mark::of(at, kind)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(marks: &[Mark]) -> Vec<&str> {
        marks.iter().map(|mark| mark.text.as_str()).collect()
    }

    #[test]
    fn an_axis_ends_at_the_next_round_value() {
        for (value, expected) in
            [(0.0, 1.0), (0.7, 1.0), (1.0, 1.0), (1.2, 2.0), (30.0, 50.0), (51.0, 100.0), (0.003, 0.005)]
        {
            assert!((end(value) - expected).abs() < 1e-12 * expected, "{value}: {}", end(value));
        }
        assert_eq!(end(f64::NAN), 1.0);
    }

    #[test]
    fn marks_are_round_and_name_their_unit() {
        assert_eq!(texts(&linear(2000.0, 4, Kind::Rate)), ["0", "500/s", "1,000/s", "1,500/s", "2,000/s"]);
        assert_eq!(texts(&linear(0.05, 3, Kind::Time)), ["0", "20 ms", "40 ms"]);
        assert_eq!(texts(&linear(1.0, 2, Kind::Share)), ["0", "50 %", "100 %"]);
    }

    #[test]
    fn times_of_a_run_stand_at_whole_seconds_minutes_and_hours() {
        assert_eq!(texts(&of_time(12.0, 47.0, 4)), ["20 s", "30 s", "40 s"]);
        assert_eq!(texts(&of_time(0.0, 600.0, 5)), ["0", "2 min", "4 min", "6 min", "8 min", "10 min"]);
        assert_eq!(texts(&of_time(0.0, 10_800.0, 3)), ["0", "60 min", "2 h", "3 h"]);
        assert_eq!(of_time(3.0, 3.0, 4).len(), 1);
    }

    #[test]
    fn a_logarithmic_axis_shows_decades_and_what_is_between_where_there_are_few() {
        assert_eq!(
            texts(&logarithmic(0.001, 0.1, Kind::Time)),
            ["1 ms", "2 ms", "5 ms", "10 ms", "20 ms", "50 ms", "100 ms"]
        );
        assert_eq!(texts(&logarithmic(0.0005, 2.0, Kind::Time)), ["1 ms", "10 ms", "100 ms", "1 s"]);
        assert_eq!(logarithmic(0.0, 1.0, Kind::Time), []);
    }
}
