//! How times spread: the share of them that is over after so long.

use serde::{Deserialize, Serialize};

use super::Trust;

/// A cumulative distribution of times.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Times that stand behind it; 0 for a formula.
    pub count: u64,
    /// A time [s] and the share of all times that take no longer (0–1), both rising.
    pub points: Vec<[f64; 2]>,
}

impl Curve {
    /// The time that a share of all does not exceed [s]; `None` where the curve does not reach so far.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let after = self.points.iter().position(|point| point[1] >= share)?;
        let [until_s, reached] = self.points[after];
        let [from_s, passed] = if after > 0 { self.points[after - 1] } else { [until_s, 0.0] };
        let part = if reached > passed { (share - passed) / (reached - passed) } else { 1.0 };
        Some(from_s + (until_s - from_s) * part)
    }
}

/// How times spread by a formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Theory {
    /// The distribution.
    pub curve: Curve,
    /// Whether it is exact.
    pub trust: Trust,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_between_two_points_is_read_between_their_times() {
        let curve = Curve { count: 4, points: vec![[1.0, 0.0], [2.0, 0.5], [4.0, 1.0]] };
        assert_eq!(
            (curve.quantile(0.25), curve.quantile(0.75), curve.quantile(1.0)),
            (Some(1.5), Some(3.0), Some(4.0))
        );
        assert_eq!(Curve::default().quantile(0.5), None);
    }
}
