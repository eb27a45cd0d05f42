//! What is counted at one station: it stands with the station's state, because every step of a call changes both.

use super::levels::{Area, Levels};
use crate::engine::tally::{Distribution, Trend};
use crate::report::Cause;

/// Cumulative counts of one station.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct StationCounts {
    pub(super) arrived: u64,
    pub(super) completed: u64,
    /// Calls that waited for a slot or a core.
    pub(super) waited: u64,
    pub(super) wasted: u64,
    pub(super) look_ups: u64,
    pub(super) hits: u64,
    pub(super) dropped: [u64; Cause::COUNT],
}

/// What is counted at one instance.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InstanceWatch {
    /// Busy cores.
    pub(super) busy: Area,
    /// Work offered in the window [s].
    pub(super) work: f64,
}

/// What each call changes comes first.
#[derive(Debug, Default)]
pub(super) struct StationWatch {
    pub(super) instances: Vec<InstanceWatch>,
    pub(super) levels: Levels,
    pub(super) waiting: Area,
    /// Work offered since the start: to the primary, to the others [s].
    pub(super) work_by_role: [f64; 2],
    pub(super) wait: Distribution,
    /// Time to the reply; of a client among several, to the answer of its requests.
    pub(super) latency: Distribution,
    pub(super) counts: StationCounts,
    /// Counts when the window began.
    pub(super) base: StationCounts,
    pub(super) trend: Trend,
    /// What `waiting` came to, and when [ns], at the trend's latest look.
    pub(super) trended: (f64, u64),
}

impl StationWatch {
    #[inline(always)]
    pub fn arrived(&mut self) {
        self.counts.arrived += 1;
    }

    /// So much work [s] has come to an instance.
    #[inline(always)]
    pub fn offered(&mut self, instance: u32, work: f64) {
        if let Some(one) = self.instances.get_mut(instance as usize) {
            one.work += work;
        }
        self.work_by_role[usize::from(instance > 0)] += work;
    }

    pub fn dropped(&mut self, cause: Cause) {
        self.counts.dropped[cause as usize] += 1;
    }

    #[inline]
    pub fn look_up(&mut self, hit: bool) {
        self.counts.look_ups += 1;
        self.counts.hits += u64::from(hit);
    }

    /// Keeps room for so many instances.
    pub fn make_room(&mut self, instances: usize) {
        let many = self.instances.len().max(instances);
        self.instances.resize(many, InstanceWatch::default());
    }

    #[inline(always)]
    pub fn completed(&mut self, abandoned: bool, took: u64) {
        self.counts.completed += 1;
        self.counts.wasted += u64::from(abandoned);
        self.latency.record(took);
    }

    #[inline(always)]
    pub fn present(&mut self, now: u64, by: i32) {
        self.levels.change(now, by);
    }

    #[inline(always)]
    pub fn waits(&mut self, now: u64, by: f64) {
        self.waiting.change(now, by);
    }

    #[inline(always)]
    pub fn busy(&mut self, instance: u32, now: u64, by: f64) {
        if let Some(one) = self.instances.get_mut(instance as usize) {
            one.busy.change(now, by);
        }
    }

    #[inline(always)]
    pub fn waited(&mut self, waited: u64) {
        self.counts.waited += u64::from(waited > 0);
        self.wait.record(waited);
    }

    /// Nothing counted yet at a station of so many instances.
    pub fn new(instances: usize) -> Self {
        StationWatch { instances: vec![InstanceWatch::default(); instances], ..StationWatch::default() }
    }

    /// Means over the time since the latest look: single looks at a short queue scatter so widely that a trend is seen
    /// where there is none.
    pub fn look_at_trend(&mut self, now: u64) {
        let (before, at) = std::mem::replace(&mut self.trended, (self.waiting.until(now), now));
        if now > at {
            self.trend.push((self.trended.0 - before) / (now - at) as f64);
        }
    }

    /// Begins the measured window.
    pub fn restart(&mut self, now: u64) {
        self.base = self.counts;
        let busy = self.instances.iter_mut().map(|one| &mut one.busy);
        for area in busy.chain([&mut self.waiting]) {
            area.change(now, 0.0);
            area.restart(now);
        }
        self.levels.restart(now);
        self.instances.iter_mut().for_each(|one| one.work = 0.0);
        self.wait.clear();
        self.latency.clear();
        self.trend.clear();
        self.trended = (0.0, now);
    }
}
