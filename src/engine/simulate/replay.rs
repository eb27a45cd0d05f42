//! A consumer group of a log starts again: what it has done, and the log still keeps, stands in line once more, before what
//! it has not read yet and in the old order.

use std::collections::VecDeque;

use super::calls::{Call, Kind, Request};
use super::{Simulation, versions};
use crate::engine::random::mix;
use crate::topology::{Station, Tag};

/// Messages of one group that are kept for a replay; the oldest go first.
const MOST_KEPT: usize = 1 << 18;

/// Messages that a group has done with and the log still keeps, oldest first.
#[derive(Debug, Default)]
pub(super) struct Kept(VecDeque<Old>);

/// What is needed to deliver a message anew.
#[derive(Debug, Clone, Copy)]
struct Old {
    request: Request,
    /// When it was published [ns].
    at: u64,
    /// Broker that keeps it.
    instance: u32,
    /// Place of the group among the routes for its operation.
    step: u16,
}

impl Kept {
    /// Tags have other numbers now.
    pub(super) fn retag(&mut self, now: &[Tag]) {
        self.0.iter_mut().for_each(|old| old.request.tag = now[old.request.tag.index()]);
    }

    /// A message has been read; it stays in the log for so long after it was published [ns].
    pub(super) fn keep(&mut self, request: Request, message: &Call, now: u64, retain_ns: u64) {
        let old = Old { request, at: message.arrived, instance: message.instance, step: message.step };
        self.0.push_back(old);
        while self.0.len() > MOST_KEPT || self.0.front().is_some_and(|old| old.at + retain_ns < now) {
            self.0.pop_front();
        }
    }
}

impl Simulation {
    /// A group of a log, or every one, starts again from the oldest message that is kept.
    pub(super) fn replay_log(&mut self, station: u32, group: Option<u32>) {
        let s = station as usize;
        let Station::Queue(queue) = &self.net.stations[s].station else { return };
        let (Some(partitions), retain_ns) = (queue.rules.partitions, queue.rules.retain_ns) else { return };
        for at in 0..self.stations[s].backlog.groups.len() {
            if group.is_some_and(|only| only as usize != at) {
                continue;
            }
            let kept = std::mem::take(&mut self.stations[s].backlog.groups[at].kept);
            // The newest goes to the front first, so that the oldest stands there in the end.
            let since = self.now.saturating_sub(retain_ns);
            for old in kept.0.iter().rev().filter(|old| old.at >= since) {
                self.put_again(station, at, partitions, old);
            }
            self.stations[s].backlog.groups[at].make_ready();
        }
        self.hand_out(station);
    }

    fn put_again(&mut self, station: u32, group: usize, partitions: u32, old: &Old) {
        let hash = mix(old.request.hash ^ self.now);
        let request = Request { hash, born: self.now, calls: 0, looped: false, window: 0, ..old.request };
        let anew = Request { rank: self.rank_now(&request), ..request };
        let request = self.requests.insert(anew).slot;
        // What it writes is what it wrote before: no newer version of anything.
        self.versions.request_begins(
            request,
            versions::NO_KEY,
            old.request.op,
            hash,
            Default::default(),
            false,
        );
        let mut message = self.blank(request, station);
        message.kind = Kind::Message;
        message.instance = old.instance;
        message.step = old.step;
        message.arrived = self.now;
        let message = self.add_call(message);
        self.stations[station as usize].backlog.groups[group].put_first(
            message,
            &anew,
            partitions,
            &mut self.calls,
        );
        self.waits(station, group, 1);
    }
}
