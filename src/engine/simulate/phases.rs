//! The measured window in stretches: a fault that begins or ends begins the next one, because a mean over before and after
//! is the truth of neither (rules 1.18).
//!
//! A request belongs to the stretch in which it was sent, by the number that it carries: nothing is kept for each.

use super::Simulation;
use super::calls::{Outcome, Request};
use crate::engine::tally::{Conditions, Tally};
use crate::report::{Counts, Estimate, Phase, Traffic, Trust};
use crate::topology::{Profile, Station};

/// Most stretches told apart; the last one takes what comes after.
const MOST: usize = 32;

/// The stretches of one window; empty while nothing has changed in it.
#[derive(Debug, Default)]
pub struct Phases {
    all: Vec<Stretch>,
}

#[derive(Debug, Default)]
struct Stretch {
    from: u64,
    counts: Counts,
    tally: Tally,
}

impl Phases {
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Begins the next stretch; the first time, what was counted so far becomes the first one. False when none begins.
    pub fn next(&mut self, now: u64, started: u64, counted: Counts, tally: &Tally) -> bool {
        if now <= started || self.all.len() >= MOST {
            return false;
        }
        if self.all.is_empty() {
            self.all.push(Stretch { from: started, counts: counted, tally: tally.clone() });
        }
        if self.all.last().is_some_and(|last| last.from == now) {
            return false;
        }
        self.all.push(Stretch { from: now, ..Stretch::default() });
        true
    }

    fn at(&mut self, index: u32) -> Option<&mut Stretch> {
        self.all.get_mut(index as usize)
    }

    #[inline]
    pub fn sent(&mut self, index: u32) {
        if let Some(stretch) = self.at(index) {
            stretch.counts.sent += 1;
            stretch.counts.under_way += 1;
        }
    }

    #[inline]
    pub fn attempt(&mut self, index: u32) {
        if let Some(stretch) = self.at(index) {
            stretch.counts.attempts += 1;
        }
    }

    #[inline]
    pub fn ended(&mut self, index: u32, took: u64, outcome: Outcome) {
        let Some(stretch) = self.at(index) else { return };
        count(&mut stretch.counts, outcome);
        stretch.counts.under_way -= 1;
        match outcome {
            Outcome::Ok { .. } => stretch.tally.ok(took),
            Outcome::Fail(_) => stretch.tally.failed(),
        }
    }
}

/// Counts how a request ended.
pub fn count(counts: &mut Counts, outcome: Outcome) {
    match outcome {
        Outcome::Ok { data, degraded, .. } => {
            counts.ok += u64::from(!degraded);
            counts.degraded += u64::from(degraded);
            counts.hollow += u64::from(!data);
        }
        Outcome::Fail(cause) => counts.failed[cause as usize] += 1,
    }
}

/// What came of the requests of a stretch of this length [s].
pub fn traffic(
    counts: Counts,
    tally: &Tally,
    span_s: f64,
    half: Option<f64>,
    conditions: Conditions,
) -> Traffic {
    let ok = (counts.ok + counts.degraded) as f64;
    let ended = (counts.sent - counts.under_way).max(1) as f64;
    let span = span_s.max(1e-9);
    let rate = ok / span;
    let trust = match (conditions.refusal(), half) {
        (Some(refusal), _) => refusal,
        (None, Some(half)) => Trust::Between((rate - half).max(0.0), rate + half),
        (None, None) => Trust::TooFew,
    };
    Traffic {
        offered: counts.sent as f64 / span,
        goodput: Estimate { value: rate, trust },
        success: tally.success(ok / ended, conditions),
        latency: tally.latency(conditions),
        p99_sent: tally.within(ok, ended, 0.99, conditions),
        counts,
    }
}

impl Simulation {
    /// A fault begins or ends: what is sent from now on is counted apart.
    pub(super) fn next_phase(&mut self) {
        self.watch.next_phase(self.now);
    }

    /// The stretches of the window, until it ended or until now.
    pub(super) fn phases(&self, end: u64, growing: bool) -> Vec<Phase> {
        let all = &self.watch.phases.all;
        let untils = all.iter().skip(1).map(|next| next.from).chain([end]);
        let phase = |(stretch, until): (&Stretch, u64)| {
            let (from_s, until_s) = (stretch.from as f64 / 1e9, until as f64 / 1e9);
            let conditions = self.conditions(stretch.from, until, growing);
            let counts = stretch.counts.clone();
            let traffic = traffic(counts, &stretch.tally, until_s - from_s, None, conditions);
            Phase { from_s, until_s, traffic }
        };
        all.iter().zip(untils).map(phase).collect()
    }

    /// Whether batches of requests of this stretch [ns] are alike: steady traffic, no fault, no scaling (rules 1.18).
    pub(super) fn conditions(&self, from: u64, until: u64, growing: bool) -> Conditions {
        let changes = |station: &Station| match station {
            Station::Source(source) => source.profile != Profile::Steady,
            Station::Router(_) | Station::Server(_) | Station::Cache(_) => false,
            Station::Store(_) | Station::Queue(_) | Station::Observer => false,
        };
        let (from_s, until_s) = (from as f64 / 1e9, until as f64 / 1e9);
        let troubled = self.troubles.any_between(from_s, until_s);
        if growing {
            Conditions::Growing
        } else if troubled
            || self.watch.scaled
            || self.net.stations.iter().any(|station| changes(&station.station))
        {
            Conditions::Changing
        } else {
            Conditions::Steady
        }
    }
}

impl super::watch::Watch {
    /// Whether a request was sent in the measured window, and in which of its stretches.
    #[inline]
    pub(super) fn stretch_of(&self, request: &Request) -> Option<u32> {
        (request.window >= self.first_window).then(|| request.window - self.first_window)
    }
}
