//! Where requests come from: who sends them, at which rate, how the gaps vary and how the rate moves over time.

use super::{Service, Shape};

/// A client.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Mean arrivals at a profile of 1, the traffic multiplier not included [1/s]; of a closed loop, what its users
    /// would send if every answer came at once.
    pub rate: f64,
    /// Gaps between arrivals.
    pub arrivals: Arrivals,
    /// How the rate moves over time.
    pub profile: Profile,
    /// Share of reads among the requests (0–1).
    pub reads: f64,
    /// Number of distinct keys.
    pub keys: u64,
    /// Zipf exponent of the keys' popularity; 0 is uniform.
    pub zipf: f64,
    /// How long the user waits for the final answer of one attempt [ns].
    pub timeout_ns: u64,
    /// Extra attempts after the first.
    pub retries: u32,
    /// First delay before a retry; doubles each time, at most 10 s, full jitter [s].
    pub backoff_s: f64,
    /// Distinct people or machines behind the requests; 0 makes each request somebody else's.
    pub users: u32,
    /// How urgent its requests are, 0 (least) to 9, where servers serve by priority.
    pub priority: u8,
    /// What all its requests are called, for links and limits that tell them apart.
    pub tag: super::Tag,
    /// What its users do with keys.
    pub habits: super::Habits,
    /// Bytes of one answer [kB], for egress.
    pub response_kb: f64,
    /// Average over peak of the traffic, for the bill (0–1).
    pub average: f64,
}

/// Arrival processes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrivals {
    /// Independent users: exponential gaps.
    Poisson,
    /// Equal gaps, the first arrival at t = 0.
    Constant,
    /// Independent gaps of this shape.
    Renewal(Shape),
    /// Requests in batches of this size, the batches like independent users.
    Batch(u32),
    /// Independent users at a rate that jumps between two levels: a Markov-modulated Poisson process.
    Bursts(Bursts),
    /// So many users, each of whom sends the next request a think time after the last answer.
    Closed(Closed),
}

/// The two levels of a Markov-modulated Poisson process, each held for an exponential time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bursts {
    /// Rate between bursts over the mean rate.
    pub calm: f64,
    /// Rate during a burst over the mean rate.
    pub burst: f64,
    /// Mean time between bursts [s].
    pub calm_s: f64,
    /// Mean length of a burst [s].
    pub burst_s: f64,
}

/// A closed loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closed {
    /// Users, the traffic multiplier not included.
    pub users: u32,
    /// Time between an answer and the same user's next request [s].
    pub think: Service,
}

impl Arrivals {
    /// Squared coefficient of variation of the gaps, as a renewal process sees them; of bursts, over long times
    /// (the index of dispersion of counts: Heffes and Lucantoni 1986), which grows with the rate.
    pub fn scv(&self, rate: f64) -> f64 {
        match self {
            Arrivals::Poisson | Arrivals::Closed(_) => 1.0,
            Arrivals::Constant => 0.0,
            Arrivals::Renewal(shape) => shape.scv(),
            Arrivals::Batch(size) => f64::from(*size),
            Arrivals::Bursts(bursts) => {
                let apart = bursts.burst - bursts.calm;
                let [leave_calm, leave_burst] = [1.0 / bursts.calm_s, 1.0 / bursts.burst_s];
                let all = leave_calm + leave_burst;
                1.0 + 2.0 * rate * apart * apart * leave_calm * leave_burst / (all * all * all)
            }
        }
    }
}

/// How the rate moves over time, as a factor on it.
#[derive(Debug, Clone, PartialEq)]
pub enum Profile {
    /// Always 1.
    Steady,
    /// Straight lines between corners.
    Corners(Corners),
    /// 1 + amplitude · sin(2π(t/period + phase)).
    Wave {
        /// Length of a wave [s].
        period_s: f64,
        /// Largest departure from the mean (0–1).
        amplitude: f64,
        /// Where in the wave time 0 is, as a share of the period (0–1).
        phase: f64,
    },
}

impl Profile {
    /// The largest factor that it reaches.
    pub fn peak(&self) -> f64 {
        match self {
            Profile::Steady => 1.0,
            Profile::Corners(corners) => corners.0.iter().map(|corner| corner.factor).fold(0.0, f64::max),
            Profile::Wave { amplitude, .. } => 1.0 + amplitude,
        }
    }
}

/// Corners in rising order of time, at least one; before the first and after the last the factor stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Corners(Vec<Corner>);

/// A point of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corner {
    /// When [s].
    pub at_s: f64,
    /// Factor on the rate there, 0 or more.
    pub factor: f64,
    /// Integral of the factor from time 0 to here [s].
    pub sum_s: f64,
}

impl Corners {
    /// The profile through these points (time [s], factor); `None` without any. Points are sorted by time; of two at one
    /// time the rate jumps from the first to the second.
    pub fn new(points: &[(f64, f64)]) -> Option<Corners> {
        let mut sorted = points.to_vec();
        crate::sorted::sort_by(&mut sorted, |a, b| a.0.total_cmp(&b.0));
        let (first_at, first) = *sorted.first()?;
        let mut last = Corner { at_s: first_at, factor: first, sum_s: first_at * first };
        let mut corners = vec![last];
        for (at_s, factor) in &sorted[1..] {
            let sum_s = last.sum_s + 0.5 * (last.factor + factor) * (at_s - last.at_s);
            last = Corner { at_s: *at_s, factor: *factor, sum_s };
            corners.push(last);
        }
        Some(Corners(corners))
    }

    /// All of them.
    pub fn all(&self) -> &[Corner] {
        &self.0
    }
}
