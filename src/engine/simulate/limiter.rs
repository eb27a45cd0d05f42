//! Rate limits: token bucket, fixed window and sliding window, for all callers together or for each user apart.

use std::collections::VecDeque;

use super::keytable::KeyTable;
use crate::engine::random::mix;
use crate::topology::{Limit, Rule, nanoseconds};

/// Users told apart at most; more share one gauge.
const MOST_USERS: usize = 1 << 20;

/// What a limiter remembers.
#[derive(Debug)]
pub struct Limiter {
    /// The first is for all together, and for users beyond the most.
    gauges: Vec<Gauge>,
    /// Place in `gauges` of each user met.
    users: KeyTable<u32>,
    /// Most calls of one gauge in any window of the limit's length since the report began.
    peak: u32,
}

impl Default for Limiter {
    fn default() -> Self {
        Limiter { gauges: vec![Gauge::default()], users: KeyTable::bounded(MOST_USERS), peak: 0 }
    }
}

/// The calls of one user, or of all.
#[derive(Debug, Default)]
struct Gauge {
    /// Theoretical arrival time of the token bucket [ps].
    bucket_ps: u64,
    /// Number of the fixed window counted now, and the calls in it.
    window: (u64, u32),
    /// Calls admitted within one length of the window [ns].
    admitted: VecDeque<u64>,
}

impl Limiter {
    /// Whether a call is let through now [ns].
    pub fn admits(&mut self, limit: &Limit, source: u32, user: u64, now: u64) -> bool {
        if limit.rate <= 0.0 {
            return false;
        }
        let place = if limit.per_user { self.place_of(source, user) } else { 0 };
        let gauge = &mut self.gauges[place];
        let length = nanoseconds(limit.window_s).max(1);
        gauge.forget(now, length);
        let admitted = match limit.rule {
            Rule::Bucket => gauge.takes_token(limit, now),
            Rule::FixedWindow => gauge.fits_window(limit.burst, now / length),
            Rule::SlidingWindow => gauge.admitted.len() < limit.burst as usize,
        };
        if admitted {
            gauge.admitted.push_back(now);
            self.peak = self.peak.max(gauge.admitted.len() as u32);
        }
        admitted
    }

    /// Most calls let through in any window of the limit's length since the last restart.
    pub fn peak(&self) -> u32 {
        self.peak
    }

    /// A new report begins.
    pub fn restart(&mut self) {
        self.peak = 0;
    }

    fn place_of(&mut self, source: u32, user: u64) -> usize {
        let key = mix(user ^ mix(u64::from(source) + 1)).max(1);
        let next = self.gauges.len() as u32;
        let Some(place) = self.users.entry(key) else { return 0 };
        if *place == 0 {
            *place = next;
            self.gauges.push(Gauge::default());
        }
        *place as usize
    }
}

impl Gauge {
    /// Two calls exactly one length apart are not in one window.
    fn forget(&mut self, now: u64, length: u64) {
        while self.admitted.front().is_some_and(|first| first + length <= now) {
            self.admitted.pop_front();
        }
    }

    /// A token bucket as GCRA in whole picoseconds, full at the start.
    fn takes_token(&mut self, limit: &Limit, now: u64) -> bool {
        let (now, gap) = (now * 1000, libm::round(1e12 / limit.rate) as u64);
        let next = self.bucket_ps.max(now) + gap;
        if next - now > gap * u64::from(limit.burst.max(1)) {
            return false;
        }
        self.bucket_ps = next;
        true
    }

    /// Windows are aligned to t = 0.
    fn fits_window(&mut self, most: u32, number: u64) -> bool {
        if self.window.0 != number {
            self.window = (number, 0);
        }
        let fits = self.window.1 < most;
        self.window.1 += u32::from(fits);
        fits
    }
}
