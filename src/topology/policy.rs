//! What a link does beyond a plain call: delays before retries, budget, breaker, bulkhead, hedge, groups, and the trouble
//! on the wire. The default is a plain link.

use super::station::Shape;

/// The policies of one link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policies {
    /// Delay before retry k is min(cap, base × factor^(k − 1)).
    pub backoff_factor: f64,
    /// Longest delay before a retry [s].
    pub backoff_cap_s: f64,
    /// How a delay is drawn.
    pub jitter: Jitter,
    /// Retries for each first attempt at most, over ten seconds; `None` is no budget.
    pub budget: Option<f64>,
    /// What becomes of a call whose caller gave up.
    pub on_timeout: OnTimeout,
    /// The timeout is exponential around its value, as the patience of people is; else constant.
    pub patience_varies: bool,
    /// Stops calling what keeps failing.
    pub breaker: Option<Breaker>,
    /// Calls under way at most, by calling instance; more are not sent. `None` is no bulkhead.
    pub bulkhead: Option<u32>,
    /// Chance that a packet is lost (0–1).
    pub loss: f64,
    /// A lost packet is a lost message; else it is sent again after 200 ms, 400 ms …
    pub datagram: bool,
    /// How the latency of a message varies around its mean.
    pub latency: Shape,
    /// Repeated calls go at the same time.
    pub parallel: bool,
    /// Links of a caller with the same number are called at the same time; 0 is on its own.
    pub group: u32,
    /// Answers that are enough, of the calls made at the same time; 0 is all.
    pub quorum: u32,
    /// A second copy is sent when the first has not been answered for so long [ns]. `None` is no hedge.
    pub hedge_ns: Option<u64>,
    /// Bytes of the link [bit/s]; `None` is without a limit.
    pub bandwidth: Option<f64>,
    /// Size of a call and of its reply on this link [bit].
    pub bits: [f64; 2],
    /// One cable: a unit of failure of its own.
    pub single_line: bool,
}

impl Default for Policies {
    /// A plain link, with the delays that links of format 1 have: doubling up to 10 s, full jitter.
    fn default() -> Self {
        Policies {
            backoff_factor: 2.0,
            backoff_cap_s: 10.0,
            jitter: Jitter::Full,
            budget: None,
            on_timeout: OnTimeout::GoesOn,
            patience_varies: false,
            breaker: None,
            bulkhead: None,
            loss: 0.0,
            datagram: false,
            latency: Shape::Constant,
            parallel: false,
            group: 0,
            quorum: 0,
            hedge_ns: None,
            bandwidth: None,
            bits: [0.0; 2],
            single_line: false,
        }
    }
}

impl Policies {
    /// Longest delay before retry `number`, counted from 1, of a link with this base delay [s].
    pub fn longest_delay(&self, base_s: f64, number: u32) -> f64 {
        let power = number.saturating_sub(1).min(1_000);
        let factor = if self.backoff_factor == 2.0 {
            libm::ldexp(1.0, power as i32)
        } else {
            libm::pow(self.backoff_factor, f64::from(power))
        };
        (base_s * factor).min(self.backoff_cap_s)
    }

    /// Whether a message can take longer or shorter than the latency.
    pub fn is_rough(&self) -> bool {
        self.loss > 0.0 || self.latency != Shape::Constant || self.bandwidth.is_some()
    }

    /// Whether the caller looks at the state of the link before it sends.
    pub fn is_guarded(&self) -> bool {
        self.breaker.is_some() || self.bulkhead.is_some()
    }
}

/// How the delay before a retry is drawn from the longest delay d (AWS Architecture Blog 2015, Exponential Backoff and
/// Jitter).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// d itself.
    None,
    /// d/2 and up to d/2 more.
    Equal,
    /// Between 0 and d.
    Full,
}

impl Jitter {
    /// Delay from the longest delay and a uniform draw [s].
    pub fn delay(self, longest_s: f64, u: f64) -> f64 {
        match self {
            Jitter::None => longest_s,
            Jitter::Equal => longest_s * (0.5 + 0.5 * u),
            Jitter::Full => longest_s * u,
        }
    }

    /// Mean delay as a share of the longest.
    pub fn mean(self) -> f64 {
        match self {
            Jitter::None => 1.0,
            Jitter::Equal => 0.75,
            Jitter::Full => 0.5,
        }
    }

    /// Width of the delay as a share of the longest.
    pub fn width(self) -> f64 {
        match self {
            Jitter::None => 0.0,
            Jitter::Equal => 0.5,
            Jitter::Full => 1.0,
        }
    }
}

/// What becomes of a call whose caller gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnTimeout {
    /// The callee does not know: it works on, and its reply is dropped.
    GoesOn,
    /// It leaves the queue if it has not been served yet.
    LeavesQueue,
    /// It stops wherever it is, with all calls made for it.
    Stops,
}

/// A circuit breaker: closed, open for a while, then half open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Breaker {
    /// When it opens.
    pub trip: Trip,
    /// For how long it stays open [ns].
    pub open_ns: u64,
    /// Calls that are let through half open; all must be answered for it to close.
    pub probes: u32,
}

/// When a breaker opens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trip {
    /// After so many failures in a row.
    Consecutive(u32),
    /// When this share of the last `of` calls failed.
    Share {
        /// Share of failures (0–1).
        share: f64,
        /// Calls looked at, at least 20.
        of: u32,
    },
}
