//! A whole run in time, thinned out honestly: where many seconds share a place, it keeps the least and the most of them.

use crate::report::Sample;

/// Buckets kept at most; with more, neighbors become one.
const MOST: usize = 600;

/// What a second is shown by: sent, ok and failed [1/s], then p50, p95 and p99 [s].
pub const SHOWN: usize = 6;

/// One second, or several neighbors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Begin of the first second [s of simulated time].
    pub from_s: f64,
    /// End of the last second.
    pub until_s: f64,
    /// Least value of each figure; NaN where no second has one.
    pub low: [f64; SHOWN],
    /// Greatest value of each figure.
    pub high: [f64; SHOWN],
    /// Seconds in it.
    pub seconds: u32,
}

impl Bucket {
    fn of(sample: &Sample) -> Bucket {
        // A second in which nothing was answered has no latency.
        let time = |time: f64| if sample.ok > 0.0 { time } else { f64::NAN };
        let figures =
            [sample.sent, sample.ok, sample.failed, time(sample.p50), time(sample.p95), time(sample.p99)];
        Bucket { from_s: sample.at_s - 1.0, until_s: sample.at_s, low: figures, high: figures, seconds: 1 }
    }

    fn and(&self, later: &Bucket) -> Bucket {
        // The comparisons leave NaN out.
        Bucket {
            from_s: self.from_s,
            until_s: later.until_s,
            low: std::array::from_fn(|which| self.low[which].min(later.low[which])),
            high: std::array::from_fn(|which| self.high[which].max(later.high[which])),
            seconds: self.seconds + later.seconds,
        }
    }
}

/// A run so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    buckets: Vec<Bucket>,
    /// Seconds in a full bucket.
    per: u32,
}

impl Default for Series {
    fn default() -> Self {
        Series { buckets: Vec::new(), per: 1 }
    }
}

impl Series {
    /// The buckets, earliest first.
    pub fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Takes in what it does not know yet of a report's series.
    pub fn extend(&mut self, samples: &[Sample]) {
        let known_s = self.buckets.last().map_or(f64::NEG_INFINITY, |last| last.until_s);
        samples.iter().filter(|sample| sample.at_s > known_s + 0.5).for_each(|sample| self.push(sample));
    }

    fn push(&mut self, sample: &Sample) {
        let new = Bucket::of(sample);
        match self.buckets.last_mut().filter(|last| last.seconds < self.per) {
            Some(last) => *last = last.and(&new),
            None => self.buckets.push(new),
        }
        if self.buckets.len() > MOST {
            self.per *= 2;
            self.buckets =
                self.buckets.chunks(2).map(|two| two.iter().skip(1).fold(two[0], |a, b| a.and(b))).collect();
        }
    }
}

/// The last seconds of a report's series, one bucket each.
pub fn latest(samples: &[Sample], seconds: usize) -> Vec<Bucket> {
    samples[samples.len().saturating_sub(seconds)..].iter().map(Bucket::of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: usize, sent: f64) -> Sample {
        let ok = if second % 7 == 3 { 0.0 } else { sent };
        Sample { at_s: second as f64, sent, ok, failed: sent - ok, p50: 0.001, p95: 0.002, p99: sent / 1e3 }
    }

    #[test]
    fn a_long_run_keeps_its_extremes_and_no_more_than_it_may() {
        let all: Vec<Sample> =
            (1..=5000).map(|second| sample(second, if second == 777 { 99.0 } else { 10.0 })).collect();
        let mut series = Series::default();
        // As the worker sends them: the last 600 seconds, again and again.
        (1..=50).for_each(|turn| series.extend(&all[(turn * 100_usize).saturating_sub(600)..turn * 100]));
        let buckets = series.buckets();
        assert!(buckets.len() <= MOST && buckets.len() > MOST / 4, "{}", buckets.len());
        assert_eq!((buckets[0].from_s, buckets[buckets.len() - 1].until_s), (0.0, 5000.0));
        assert!(buckets.windows(2).all(|pair| pair[0].until_s == pair[1].from_s), "no second is missing");
        assert_eq!(buckets.iter().map(|bucket| bucket.seconds).sum::<u32>(), 5000);
        let spike = buckets.iter().find(|bucket| bucket.high[0] == 99.0).expect("the spike is still seen");
        assert!(spike.from_s < 777.0 && 777.0 <= spike.until_s && spike.low[0] == 10.0);
        // Every seventh second answered nothing: its rate is seen as 0, its latency as none at all.
        assert!(buckets.iter().all(|bucket| bucket.low[1] == 0.0 && bucket.low[5] == 0.01));
    }

    #[test]
    fn the_latest_seconds_stand_by_themselves() {
        let all: Vec<Sample> = (1..=200).map(|second| sample(second, second as f64)).collect();
        let shown = latest(&all, 90);
        assert_eq!((shown.len(), shown[0].until_s, shown[89].high[0]), (90, 111.0, 200.0));
        assert!(latest(&all[..3], 90)[2].high[5].is_nan(), "nothing was answered in the third second");
    }
}
