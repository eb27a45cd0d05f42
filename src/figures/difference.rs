//! Differences of two figures: `+1.2 ms ± 0.3`, `−0.15 percentage points`, `+$120`.

use super::{Kind, NO_INTERVAL, NOTHING, decimals_for, decimals_of_error, fixed, money, trimmed};
use crate::report::{Estimate, Trust};

/// A difference with its sign and what is known of its accuracy.
pub fn difference(change: &Estimate, kind: Kind) -> String {
    let value = change.value;
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let half = match change.trust {
        Trust::Between(low, high) => (high - low) / 2.0,
        _ => 0.0,
    };
    let shown = of_size(value.abs(), half, kind);
    let sign = match value {
        _ if of_nothing(&shown) => "",
        _ if value < 0.0 => "−",
        _ => "+",
    };
    let reason = match change.trust {
        Trust::TooFew => NO_INTERVAL[0].0,
        Trust::Growing => NO_INTERVAL[1].0,
        Trust::Changing => NO_INTERVAL[2].0,
        Trust::Exact | Trust::Approximate | Trust::Low | Trust::Between(..) | Trust::AtLeast(_) => "",
    };
    format!("{sign}{shown}{reason}")
}

/// Whether a size was rounded to zero; a sign would then be noise.
fn of_nothing(shown: &str) -> bool {
    let size = shown.split('±').next().unwrap_or(shown);
    !size.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
}

/// How far two figures lie apart, without a sign.
pub fn apart(size: f64, kind: Kind) -> String {
    of_size(size.abs(), 0.0, kind)
}

/// A size and, unless it is 0, its half-width, in the unit of the larger of them.
fn of_size(size: f64, half: f64, kind: Kind) -> String {
    if kind == Kind::Money {
        let error = if half > 0.0 { format!(" ± {}", money(half)) } else { String::new() };
        return money(size) + &error;
    }
    let scale = kind.scale(size.max(half));
    let unit = if kind == Kind::Share { " percentage points" } else { scale.unit };
    let (size, half) = (size / scale.one, half / scale.one);
    if half > 0.0 {
        let decimals = decimals_of_error(half).min(6);
        return format!("{} ± {}{unit}", fixed(size, decimals), fixed(half, decimals));
    }
    // Zeros that nothing was measured to would pretend accuracy, and 0.1 + 0.2 is not 0.3.
    format!("{}{unit}", trimmed(size, decimals_for(size, 3)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: f64, half: f64, kind: Kind) -> String {
        difference(&Estimate { value, trust: Trust::Between(value - half, value + half) }, kind)
    }

    #[test]
    fn a_difference_has_a_sign_and_one_unit_for_value_and_error() {
        assert_eq!(shown(0.0012, 0.0003, Kind::Time), "+1.2 ± 0.3 ms");
        assert_eq!(shown(-0.0012, 0.0003, Kind::Time), "−1.2 ± 0.3 ms");
        assert_eq!(shown(1e-7, 3e-3, Kind::Time), "0 ± 3 ms");
        assert_eq!(shown(0.01, 0.002, Kind::Share), "+1.0 ± 0.2 percentage points");
        assert_eq!(difference(&Estimate::exact(-120.0), Kind::Money), "−$120");
        assert_eq!(difference(&Estimate::exact(0.5), Kind::Multiple), "+0.5×");
        assert_eq!(difference(&Estimate::exact(0.0), Kind::Time), "0 ms");
        assert_eq!(apart(-0.25, Kind::Time), "250 ms");
    }
}
