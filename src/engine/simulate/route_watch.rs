//! What is counted at each link.

use super::Simulation;
use super::levels::Area;
use crate::report::LinkReport;

/// Counts of one route.
#[derive(Debug, Clone, Copy, Default)]
pub struct RouteWatch {
    /// Calls sent since the start.
    pub calls: u64,
    /// Calls that failed since the start.
    pub failures: u64,
    /// Counts of the link's policies since the start.
    pub extra: Extra,
    base: (u64, u64, Extra),
    /// Calls that wait for a connection.
    pub waiting: Area,
}

/// What the policies of a link did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extra {
    /// Not sent by breaker or bulkhead.
    pub rejected: u64,
    /// Retries among the calls.
    pub retries: u64,
    /// Second copies.
    pub hedges: u64,
    /// Writes repeated although the first copy went through.
    pub duplicates: u64,
    /// Packets or messages lost.
    pub lost: u64,
}

impl RouteWatch {
    /// Begins to count anew.
    pub fn restart(&mut self, now: u64) {
        self.base = (self.calls, self.failures, self.extra);
        self.waiting.change(now, 0.0);
        self.waiting.restart(now);
    }

    fn report(&self, now: u64, started: u64) -> LinkReport {
        let span = ((now - started) as f64 / 1e9).max(1e-9);
        let (calls, failures, before) = self.base;
        let rate = |now: u64, before: u64| (now - before) as f64 / span;
        LinkReport {
            calls: rate(self.calls, calls),
            failures: rate(self.failures, failures),
            waiting: self.waiting.mean(now, started),
            rejected: rate(self.extra.rejected, before.rejected),
            retries: rate(self.extra.retries, before.retries),
            hedges: rate(self.extra.hedges, before.hedges),
            duplicates: rate(self.extra.duplicates, before.duplicates),
            lost: rate(self.extra.lost, before.lost),
        }
    }
}

impl Simulation {
    /// Each link in the window so far.
    pub(super) fn link_reports(&self) -> Vec<LinkReport> {
        let started = self.watch.started;
        self.watch.routes.iter().map(|route| route.report(self.now, started)).collect()
    }
}
