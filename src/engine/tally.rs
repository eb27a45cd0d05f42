//! Statistics of a run: histograms of times, batch means, and honest intervals. Memory does not grow with time.

use libm::{floor, sqrt};

use crate::engine::bins::{self, Bin, Bins};
use crate::report::{Curve, Estimate, Times, Trust};

/// The percentiles that a report shows.
pub const PERCENTILES: [f64; 4] = [0.50, 0.95, 0.99, 0.999];

/// Place of the 99th among them.
const P99: usize = 2;

/// Least number of exceedances behind a percentile's interval (rules 1.18).
const EXCEEDANCES: u64 = 200;

/// Batches are merged pairwise at this number, so that there are between 16 and 32.
const BATCHES: usize = 32;

/// Width of the widest bin, as a share of the time: 7 bits of precision.
pub const WIDEST_BIN: f64 = bins::WIDEST;

/// Distribution of times from 1 ns to 73 min in bins of at most [`WIDEST_BIN`].
#[derive(Debug, Clone)]
pub struct Distribution {
    bins: Bins,
    count: u64,
    sum_ns: f64,
    least_ns: u64,
    most_ns: u64,
}

impl Default for Distribution {
    fn default() -> Self {
        Distribution { bins: Bins::default(), count: 0, sum_ns: 0.0, least_ns: u64::MAX, most_ns: 0 }
    }
}

impl Distribution {
    /// Counts one time [ns]; longer than 73 min counts as that.
    #[inline]
    pub fn record(&mut self, ns: u64) {
        self.count += 1;
        // Signed, because processors have an instruction for that.
        self.sum_ns += ns as i64 as f64;
        if ns < self.least_ns {
            self.least_ns = ns;
        }
        if ns > self.most_ns {
            self.most_ns = ns;
        }
        self.bins.count(ns);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        if self.count > 0 {
            self.bins.clear(self.least_ns, self.most_ns);
        }
        self.count = 0;
        self.sum_ns = 0.0;
        (self.least_ns, self.most_ns) = (u64::MAX, 0);
    }

    /// How many times were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean [s]; 0 when empty.
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum_ns / self.count as f64 / 1e9 }
    }

    /// Quantile [s] at a probability; 0 when empty.
    pub fn quantile(&self, probability: f64) -> f64 {
        let [quantile] = self.quantiles([probability]);
        quantile
    }

    /// Quantiles [s] at rising probabilities; 0 when empty. Within a bin times are taken as evenly spread: with its middle the
    /// ends of an interval narrower than a bin would be one figure.
    pub fn quantiles<const N: usize>(&self, probabilities: [f64; N]) -> [f64; N] {
        let mut bins = self.filled();
        let (mut below, mut bin) = (0.0, bins.next());
        probabilities.map(|probability| {
            let rank = probability.clamp(0.0, 1.0) * self.count as f64;
            while let Some(Bin { start, end, count }) = bin {
                let (start, end, count) = (start as f64, end as f64, count as f64);
                if below + count >= rank {
                    let ns = start + (end - start) * (rank - below) / count;
                    return ns.clamp(self.least_ns as f64, self.most_ns as f64) / 1e9;
                }
                below += count;
                bin = bins.next();
            }
            self.most_ns as f64 / 1e9
        })
    }

    /// The bins that are not empty, the shortest times first.
    fn filled(&self) -> impl Iterator<Item = Bin> {
        // Empty when nothing was counted: the least is then above the most.
        self.bins.between(self.least_ns, self.most_ns)
    }

    /// Its cumulative distribution, thinned out: no step of a two hundredth is left out, nor one of a tenth of what is
    /// still above it, so that the tail keeps its form.
    pub fn curve(&self) -> Curve {
        const STEP: f64 = 1.0 / 200.0;
        let mut points: Vec<[f64; 2]> = Vec::new();
        let (mut below, all) = (0, self.count.max(1) as f64);
        if self.count > 0 {
            points.push([self.least_ns as f64 / 1e9, 0.0]);
        }
        for bin in self.filled() {
            let before = below as f64 / all;
            below += bin.count;
            let share = below as f64 / all;
            let [start, end] =
                [bin.start, bin.end].map(|ns| ns.clamp(self.least_ns, self.most_ns) as f64 / 1e9);
            let last = points.last().map_or(0.0, |last| last[1]);
            if share - last >= STEP || share - last >= 0.1 * (1.0 - last) || below == self.count {
                if before > last || points.last().is_some_and(|last| last[0] < start) {
                    points.push([start, before]);
                }
                points.push([end, share]);
            }
        }
        Curve { count: self.count, points }
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Distribution) {
        self.bins.merge(&other.bins);
        self.count += other.count;
        self.sum_ns += other.sum_ns;
        self.least_ns = self.least_ns.min(other.least_ns);
        self.most_ns = self.most_ns.max(other.most_ns);
    }

    /// All figures without intervals; `None` when empty.
    pub fn times(&self) -> Option<Times> {
        let plain = |value| Estimate { value, trust: Trust::TooFew };
        let at = |p| plain(self.quantile(p));
        (self.count > 0).then(|| Times {
            mean: plain(self.mean()),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
        })
    }
}

/// What the requests of a stretch had in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conditions {
    /// Batches of them are alike.
    Steady,
    /// Traffic, instances or faults changed: batches differ, and only several runs give an interval.
    Changing,
    /// A backlog grew: any figure depends on the length of the run.
    Growing,
}

impl Conditions {
    /// Why there is no interval by batches, if there is none.
    pub fn refusal(self) -> Option<Trust> {
        match self {
            Conditions::Steady => None,
            Conditions::Changing => Some(Trust::Changing),
            Conditions::Growing => Some(Trust::Growing),
        }
    }
}

/// Sums over one batch of requests.
#[derive(Debug, Clone, Copy, Default)]
struct Batch {
    ended: u64,
    ok: u64,
    sum_ns: f64,
    over: [u64; 4],
}

impl Batch {
    fn merge(self, other: Batch) -> Batch {
        Batch {
            ended: self.ended + other.ended,
            ok: self.ok + other.ok,
            sum_ns: self.sum_ns + other.sum_ns,
            over: std::array::from_fn(|i| self.over[i] + other.over[i]),
        }
    }
}

/// Latencies and successes of one kind of request, with batches by number of requests.
#[derive(Debug, Clone)]
pub struct Tally {
    all: Distribution,
    thresholds: Option<[u64; 4]>,
    size: u64,
    open: Batch,
    full: Vec<Batch>,
}

impl Default for Tally {
    fn default() -> Self {
        Tally {
            all: Distribution::default(),
            thresholds: None,
            size: 64,
            open: Batch::default(),
            full: Vec::with_capacity(BATCHES),
        }
    }
}

impl Tally {
    /// Starts anew. What was counted so far is the pilot that fixes the thresholds near the percentiles.
    pub fn restart(&mut self) {
        if self.all.count() >= 1000 {
            self.thresholds = Some(PERCENTILES.map(|p| (self.all.quantile(p) * 1e9) as u64));
        }
        self.all.clear();
        self.size = 64;
        self.open = Batch::default();
        self.full.clear();
    }

    /// Counts a request that was answered ok after this time [ns].
    #[inline]
    pub fn ok(&mut self, ns: u64) {
        self.all.record(ns);
        self.open.ok += 1;
        self.open.sum_ns += ns as i64 as f64;
        if let Some(thresholds) = self.thresholds {
            for (over, threshold) in self.open.over.iter_mut().zip(thresholds) {
                *over += u64::from(ns > threshold);
            }
        } else if self.all.count() == 1000 {
            // No pilot: the first thousand are it, and the batches begin after them.
            self.thresholds = Some(PERCENTILES.map(|p| (self.all.quantile(p) * 1e9) as u64));
            self.open = Batch::default();
            self.full.clear();
            return;
        }
        self.end();
    }

    /// Counts a request that failed.
    #[inline]
    pub fn failed(&mut self) {
        self.end();
    }

    #[inline]
    fn end(&mut self) {
        self.open.ended += 1;
        if self.open.ended >= self.size {
            self.close_batch();
        }
    }

    fn close_batch(&mut self) {
        self.full.push(std::mem::take(&mut self.open));
        if self.full.len() == BATCHES {
            for i in 0..BATCHES / 2 {
                self.full[i] = self.full[2 * i].merge(self.full[2 * i + 1]);
            }
            self.full.truncate(BATCHES / 2);
            self.size *= 2;
        }
    }

    /// How the times of those that were answered spread.
    pub fn curve(&self) -> Curve {
        self.all.curve()
    }

    /// Latency of the requests that were answered; `None` when none was.
    pub fn latency(&self, conditions: Conditions) -> Option<Times> {
        if self.all.count() == 0 {
            return None;
        }
        let [p50, p95, p99, p999] = [0, 1, 2, 3].map(|i| self.percentile(i, conditions));
        Some(Times { mean: self.mean(conditions), p50, p95, p99, p999 })
    }

    /// Time within which this share of the ended requests was answered ok [s]; `None` when fewer were answered at all. Its
    /// interval counts, for each batch, what failed or took longer than the pilot's 99th percentile.
    pub fn within(&self, ok: f64, ended: f64, share: f64, conditions: Conditions) -> Option<Estimate> {
        let answered = ok / ended;
        if ok <= 0.0 || answered < share {
            return None;
        }
        let missed = |batch: &Batch| (batch.over[P99] + batch.ended - batch.ok, batch.ended);
        let half = || self.half_width_at(1.0 - share, missed);
        let at = |share: f64| self.all.quantile(share / answered);
        let value = at(share);
        let count = self.full.iter().map(|batch| missed(batch).0).sum();
        let trust = by_exceedances(count, conditions, half, |h| {
            (at(share - h), (share + h < answered).then(|| at(share + h)))
        });
        Some(Estimate { value, trust })
    }

    fn mean(&self, conditions: Conditions) -> Estimate {
        let value = self.all.mean();
        let half = self.half_width(|batch| (batch.ok > 0).then(|| batch.sum_ns / batch.ok as f64 / 1e9));
        Estimate { value, trust: symmetric(value, half, conditions, 0.0, f64::INFINITY) }
    }

    /// Share of the ended requests that were ok, given the exact counts.
    pub fn success(&self, value: f64, conditions: Conditions) -> Estimate {
        let half = self.half_width(|batch| (batch.ended > 0).then(|| batch.ok as f64 / batch.ended as f64));
        Estimate { value, trust: symmetric(value, half, conditions, 0.0, 1.0) }
    }

    /// Interval by exceedance counts (rules 1.18): F⁻¹(p ± h), open above when p + h reaches 1.
    fn percentile(&self, which: usize, conditions: Conditions) -> Estimate {
        let p = PERCENTILES[which];
        let value = self.all.quantile(p);
        let over = |batch: &Batch| (batch.over[which], batch.ok);
        let half = || self.half_width_at(1.0 - p, over);
        let count = self.full.iter().map(|batch| over(batch).0).sum();
        let trust = by_exceedances(count, conditions, half, |h| {
            (self.all.quantile(p - h), (p + h < 1.0).then(|| self.all.quantile(p + h)))
        });
        Estimate { value, trust }
    }

    /// Half the 95 % interval of a share of exactly this size, from batches that count (how many lie beyond a threshold near
    /// the percentile, of how many); `None` with too few batches or correlated ones.
    ///
    /// A time is held against the data as the percentile by the share e of requests beyond it, which is 1 − p if it is the
    /// percentile. So the scatter that counts is that of a share 1 − p, not of the one found at the threshold, as in
    /// Wilson's score interval (Wilson 1927). Long times come in bursts, of which a run sees a number that is about
    /// Poisson: the variance of the share goes with e (1 − e), and se(1 − p) = se(e) · √(p (1 − p) / (e (1 − e))).
    /// Without the root, a run that happens to see few bursts has both a percentile too low and too small a scatter, and
    /// one with a pilot beside the percentile has an interval of another width: measured on M/M/1 at half load, nine of
    /// ten intervals that miss the truth then lie below it.
    fn half_width_at(&self, wanted: f64, of: impl Fn(&Batch) -> (u64, u64)) -> Option<f64> {
        let half = self.half_width(|batch| {
            let (beyond, all) = of(batch);
            (all > 0).then(|| beyond as f64 / all as f64)
        })?;
        let counts = self.full.iter().map(of);
        let (beyond, all) = counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
        let found = beyond as f64 / all as f64;
        let spread = |share: f64| share * (1.0 - share);
        (spread(found) > 0.0).then(|| half * sqrt(spread(wanted) / spread(found)))
    }

    /// Half the 95 % interval of a mean over batches; `None` with too few batches or correlated ones.
    fn half_width(&self, of: impl Fn(&Batch) -> Option<f64>) -> Option<f64> {
        let values: Vec<f64> = self.full.iter().filter_map(of).collect();
        half_width(&values)
    }
}

/// What so many exceedances say: nothing when they are few, else the ends for the half-width of their share.
fn by_exceedances(
    exceedances: u64,
    conditions: Conditions,
    half: impl FnOnce() -> Option<f64>,
    ends: impl FnOnce(f64) -> (f64, Option<f64>),
) -> Trust {
    if let Some(refusal) = conditions.refusal() {
        return refusal;
    }
    match half().filter(|_| exceedances >= EXCEEDANCES).map(ends) {
        None => Trust::TooFew,
        Some((low, None)) => Trust::AtLeast(low),
        Some((low, Some(high))) => Trust::Between(low, high),
    }
}

fn symmetric(value: f64, half: Option<f64>, conditions: Conditions, least: f64, most: f64) -> Trust {
    match (conditions.refusal(), half) {
        (Some(refusal), _) => refusal,
        (None, None) => Trust::TooFew,
        (None, Some(half)) => Trust::Between((value - half).max(least), (value + half).min(most)),
    }
}

/// Half the 95 % confidence interval of the mean of batch values. `None` with fewer than 10 of them, or when
/// neighbors are correlated (lag 1, one-sided 5 %): the batches are then too short to be independent.
///
/// That test does not see correlations below 1.645/√n, about 0.3. What is left of them is counted: to first order in the
/// length of a batch only neighbors are correlated, and the variance of the mean is s²/n · (1 + 2 r), with r the found
/// correlation, to which 1/n is added because that of independent values comes out as −1/n on average (Law and Kelton 1984).
/// And Student's t takes normal values for granted, whose variance s² scatters by 2 σ⁴/(n − 1); with an excess kurtosis κ,
/// as batches with rare long bursts have it, it scatters by σ⁴ (2/(n − 1) + κ/n), as if it had been found with
/// 2/(2/(n − 1) + κ/n) degrees of freedom (Satterthwaite 1946).
pub fn half_width(values: &[f64]) -> Option<f64> {
    let count = values.len();
    if count < 10 {
        return None;
    }
    let n = count as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares_of = || values.iter().map(|v| (v - mean) * (v - mean));
    let squares: f64 = squares_of().sum();
    if squares <= 0.0 {
        return Some(0.0);
    }
    let lagged: f64 = values.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum();
    let correlation = lagged / squares;
    if correlation > 1.645 / sqrt(n) {
        return None;
    }
    let variance = squares / (n - 1.0) / n * (1.0 + 2.0 * (correlation + 1.0 / n).max(0.0));
    // Joanes and Gill 1998, G₂: right on average for normal values.
    let raw = n * squares_of().map(|square| square * square).sum::<f64>() / (squares * squares) - 3.0;
    let excess = (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * raw + 6.0);
    let freedom = 2.0 / (2.0 / (n - 1.0) + excess.max(0.0) / n);
    Some(student(freedom.max(LEAST_FREEDOM)) * sqrt(variance))
}

/// Degrees of freedom that are left whatever the kurtosis: the fourth moment of so few values scatters more than what is
/// to be mended by it.
const LEAST_FREEDOM: f64 = 4.0;

/// Mean of independent values, and half its 95 % interval by Student's t.
pub fn mean_and_half_width(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let half = if squares > 0.0 { student(count - 1.0) * sqrt(squares / (count - 1.0) / count) } else { 0.0 };
    (mean, half)
}

/// 97.5 % quantile of Student's t, by the Cornish–Fisher expansion (Abramowitz and Stegun 26.7.5); from 9 degrees
/// of freedom on right to 0.1 %. Fewer are read from the table, and between its entries in proportion.
fn student(freedom: f64) -> f64 {
    const FEW: [f64; 10] = [f64::INFINITY, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];
    let whole = floor(freedom) as usize;
    if let Some([low, high]) = FEW.get(whole..(whole + 2).min(FEW.len())) {
        let part = freedom - whole as f64;
        return if part > 0.0 { low + (high - low) * part } else { *low };
    }
    let (z, v) = (1.959_964_f64, freedom);
    let (z3, z5) = (z * z * z, z * z * z * z * z);
    z + (z3 + z) / (4.0 * v) + (5.0 * z5 + 16.0 * z3 + 3.0 * z) / (96.0 * v * v)
}

/// Sums of one value per interval of time, merged pairwise so that memory is bounded: for rates and trends.
#[derive(Debug, Clone)]
pub struct Trend {
    per: u32,
    open: f64,
    seen: u32,
    full: Vec<f64>,
}

impl Default for Trend {
    fn default() -> Self {
        Trend { per: 1, open: 0.0, seen: 0, full: Vec::with_capacity(BATCHES) }
    }
}

impl Trend {
    /// Adds the value of the next interval of time.
    pub fn push(&mut self, value: f64) {
        self.open += value;
        self.seen += 1;
        if self.seen < self.per {
            return;
        }
        self.full.push(std::mem::take(&mut self.open) / f64::from(self.per));
        self.seen = 0;
        if self.full.len() == BATCHES {
            for i in 0..BATCHES / 2 {
                self.full[i] = (self.full[2 * i] + self.full[2 * i + 1]) / 2.0;
            }
            self.full.truncate(BATCHES / 2);
            self.per *= 2;
        }
    }

    /// Half the 95 % interval of the mean per interval of time.
    pub fn half_width(&self) -> Option<f64> {
        half_width(&self.full)
    }

    /// Whether the values rise: their slope over time is positive by more than three standard errors, and the
    /// last quarter is at least half again the first.
    pub fn rises(&self) -> bool {
        let n = self.full.len();
        if n < 8 {
            return false;
        }
        let center = (n as f64 - 1.0) / 2.0;
        let mean = self.full.iter().sum::<f64>() / n as f64;
        let at = |i: usize| i as f64 - center;
        let spread: f64 = (0..n).map(|i| at(i) * at(i)).sum();
        let slope = (0..n).map(|i| at(i) * (self.full[i] - mean)).sum::<f64>() / spread;
        let rest: f64 = (0..n).map(|i| self.full[i] - mean - slope * at(i)).map(|r| r * r).sum();
        let error = sqrt(rest / (n as f64 - 2.0) / spread);
        let quarter = (floor(n as f64 / 4.0) as usize).max(1);
        let average = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        slope > 3.0 * error && average(&self.full[n - quarter..]) > 1.5 * average(&self.full[..quarter]) + 1.0
    }

    /// Starts anew.
    pub fn clear(&mut self) {
        self.full.clear();
        (self.per, self.open, self.seen) = (1, 0.0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::random::{Draw, Purpose, key, mix};

    #[test]
    fn student_agrees_with_the_table() {
        for (freedom, exact) in [
            (1.0, 12.706),
            (4.0, 2.776),
            (9.0, 2.262),
            (15.0, 2.131),
            (19.0, 2.093),
            (31.0, 2.040),
            (1000.0, 1.962),
        ] {
            assert!((student(freedom) - exact).abs() < 2e-3 * exact, "{freedom}: {}", student(freedom));
        }
        assert!((2.571..2.776).contains(&student(4.5)));
    }

    #[test]
    fn quantiles_of_a_known_distribution() {
        let mut all = Distribution::default();
        for ns in 1..=100_000 {
            all.record(ns);
        }
        for p in PERCENTILES {
            assert!((all.quantile(p) * 1e9 / (p * 1e5) - 1.0).abs() < 0.008);
        }
        assert!((all.mean() * 1e9 - 50_000.5).abs() < 1e-3);
    }

    #[test]
    fn a_curve_of_few_points_keeps_the_quantiles_and_the_tail() {
        let mut all = Distribution::default();
        let stream = key(1, 1, Purpose::Service);
        (0..200_000_u64).for_each(|n| all.record((Draw::new(stream, mix(n), 0).exponential() * 1e6) as u64));
        let curve = all.curve();
        assert!(curve.points.len() < 700, "{}", curve.points.len());
        assert!(curve.points.is_sorted_by(|a, b| a[0] <= b[0] && a[1] <= b[1]), "{:?}", curve.points);
        assert_eq!(curve.points.last().map(|last| last[1]), Some(1.0));
        for share in [0.01, 0.5, 0.9, 0.99, 0.999, 0.9999] {
            // A step of a two hundredth around the median is a hundredth of the time there.
            let (found, exact) = (curve.quantile(share).expect("reached"), all.quantile(share));
            assert!((found / exact - 1.0).abs() < 0.02, "{share}: {found} {exact}");
        }
        // Times that are all alike make one upright step.
        let mut alike = Distribution::default();
        (0..10).for_each(|_| alike.record(5_000_000));
        assert_eq!(alike.curve().quantile(0.5), Some(0.005));
    }

    #[test]
    fn the_interval_of_independent_times_covers_the_truth() {
        let (mut mean, mut p99, mut printed) = (0, 0, 0);
        for seed in 0..200 {
            let mut tally = Tally::default();
            let stream = key(seed, 1, Purpose::Service);
            for n in 0..42_000_u64 {
                if n == 2000 {
                    tally.restart();
                }
                tally.ok((Draw::new(stream, mix(n), 0).exponential() * 1e6) as u64);
            }
            let times = tally.latency(Conditions::Steady).expect("answers");
            if let (Trust::Between(a, b), Trust::Between(c, d)) = (times.mean.trust, times.p99.trust) {
                printed += 1;
                mean += i32::from((a..=b).contains(&1e-3));
                p99 += i32::from((c..=d).contains(&(1e-3 * libm::log(100.0))));
            }
        }
        assert!(printed >= 170, "{printed} of 200 runs print both intervals");
        let share = |hits: i32| f64::from(hits) / f64::from(printed);
        assert!((0.90..=0.99).contains(&share(mean)), "mean covered {}", share(mean));
        assert!((0.90..=0.99).contains(&share(p99)), "p99 covered {}", share(p99));
    }

    #[test]
    fn a_pilot_beside_the_percentile_leaves_the_width_of_its_interval() {
        // The pilot took the 98.5th for the 99th percentile: by itself its count scatters √1.5 = 1.22 times as widely.
        let (mut widths, mut printed) = ([0.0; 2], 0.0);
        for seed in 0..150 {
            let stream = key(seed, 1, Purpose::Service);
            let both = [0.01, 0.015].map(|share| {
                let beyond = (-libm::log(share) * 1e6) as u64;
                let mut tally = Tally { thresholds: Some([beyond; 4]), ..Tally::default() };
                let times = (0..20_000_u64).map(|n| Draw::new(stream, mix(n), 0).exponential() * 1e6);
                times.for_each(|time| tally.ok(time as u64));
                tally.half_width_at(0.01, |batch| (batch.over[P99], batch.ok))
            });
            if let [Some(one), Some(other)] = both {
                widths = [widths[0] + one, widths[1] + other];
                printed += 1.0;
            }
        }
        assert!((widths[1] / widths[0] - 1.0).abs() < 0.05, "{widths:?}");
        // A share of 1 % of 20,000 independent requests: 2.1 · √(0.01 · 0.99 / 20,000) with 18 degrees of freedom, and up to
        // a tenth more for what may be left of correlation and kurtosis.
        assert!((1.0..1.15).contains(&(widths[0] / printed / 1.477e-3)), "{}", widths[0] / printed);
    }

    #[test]
    fn batches_with_rare_bursts_have_wider_intervals_than_even_ones() {
        // 20 values of the same variance: all one step from the mean, or most on it and two far away.
        let even: Vec<f64> = (0..20).map(|n| if n / 2 % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let rare: Vec<f64> = (0..20)
            .map(|n| match n {
                4 => sqrt(10.0),
                14 => -sqrt(10.0),
                _ => 0.0,
            })
            .collect();
        let [even, rare] = [even, rare].map(|values| half_width(&values).expect("not correlated"));
        // Both have s²/n = 1/19. The second has κ = 10 − 3 and G₂ = 19/306 · (21 · 7 + 6) = 9.5: 3.4 degrees of freedom, 4 at
        // least, in the place of 19, and r + 1/n = 0.05.
        assert!((rare / (2.776 * sqrt(1.1 / 19.0)) - 1.0).abs() < 1e-3, "{rare}");
        // The first is flat: all 19 degrees of freedom; its neighbors are alike ten times and unlike nine times.
        assert!((even / (2.093 * sqrt((1.0 + 2.0 * 0.1) / 19.0)) - 1.0).abs() < 1e-3, "{even}");
    }

    #[test]
    fn correlated_batches_print_no_interval() {
        let rising: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(half_width(&rising), None);
        let mut trend = Trend::default();
        rising.iter().for_each(|v| trend.push(*v));
        assert!(trend.rises());
    }
}
