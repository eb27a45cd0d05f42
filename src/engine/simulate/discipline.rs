//! In which order an instance serves: processor sharing and priority. First come, first served needs none of this.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Simulation;
use super::calls::{Call, Handle, Line, State};
use super::guard::mark;
use crate::engine::calendar::{Class, What};
use crate::topology::{Discipline, Station};

/// Priorities of a source, 0 to 9.
const RANKS: usize = 10;
/// Work below which a call counts as served: half a nanosecond of a core [s].
const DONE_S: f64 = 0.5e-9;

/// What an instance keeps for its discipline.
#[derive(Debug, Clone, Default)]
pub struct Order {
    sharing: Sharing,
    /// Lines for a core and for a slot by urgency, most urgent first; empty without priorities.
    cores: Vec<Line>,
    slots: Vec<Line>,
    /// Calls in service with the time of their end, where one may push out another.
    running: Vec<(u32, u64)>,
}

/// One virtual clock: each call in service gets min(1, cores ÷ calls) of a core.
#[derive(Debug, Clone, Default)]
struct Sharing {
    /// Work that each call present since the clock began has got [s].
    clock_s: f64,
    /// When the clock was last set [ns].
    last: u64,
    /// When the next end is due [ns]; other events are stale.
    armed: u64,
    calls: BinaryHeap<Reverse<Share>>,
    number: u64,
}

/// A call and the clock at which it is done.
#[derive(Debug, Clone, Copy)]
struct Share {
    at_s: f64,
    number: u64,
    call: Handle,
}

impl Ord for Share {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at_s.total_cmp(&other.at_s).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Share {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Share {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Share {}

impl Sharing {
    fn set_clock(&mut self, now: u64, busy: u32, cores: f64) {
        if busy > 0 {
            let passed = (now - self.last) as f64 / 1e9;
            self.clock_s += passed * (cores / f64::from(busy)).min(1.0);
        }
        self.last = now;
    }
}

impl Simulation {
    fn cores_of(&self, station: usize) -> f64 {
        self.net.stations[station].servers.cores.map_or(f64::INFINITY, f64::from)
    }

    /// Begins to share the cores with one call more.
    pub(super) fn share_core(&mut self, slot: u32) {
        let call = self.calls[slot];
        let s = call.station as usize;
        let cores = self.cores_of(s);
        let work_s = self.service_ns(slot) as f64 / 1e9;
        let handle = self.calls.handle(slot);
        self.calls[slot].state = State::InService;
        self.calls[slot].marks |= mark::SHARED;
        let instance = &mut self.stations[s].instances[call.instance as usize];
        let busy = instance.busy;
        let sharing = &mut instance.order.sharing;
        sharing.set_clock(self.now, busy, cores);
        sharing.number += 1;
        let share = Share { at_s: sharing.clock_s + work_s, number: sharing.number, call: handle };
        sharing.calls.push(Reverse(share));
        instance.busy += 1;
        if f64::from(busy) < cores {
            self.stations[call.station as usize].watch.busy(call.instance, self.now, 1.0);
        }
        self.stations[call.station as usize].watch.waited(self.now - call.arrived);
        self.trace(slot, super::trace::Point::Started);
        self.arm_sharing(call.station, call.instance);
    }

    /// A call that shared the cores is gone from them.
    pub(super) fn leave_sharing(&mut self, call: &Call) {
        let s = call.station as usize;
        let cores = self.cores_of(s);
        let instance = &mut self.stations[s].instances[call.instance as usize];
        instance.order.sharing.set_clock(self.now, instance.busy, cores);
        instance.busy -= 1;
        if f64::from(instance.busy) < cores {
            self.stations[call.station as usize].watch.busy(call.instance, self.now, -1.0);
        }
    }

    /// Sets the event of the next end of service; earlier ones that are no longer right are stale.
    pub(super) fn arm_sharing(&mut self, station: u32, instance: u32) {
        let cores = self.cores_of(station as usize);
        let state = &mut self.stations[station as usize].instances[instance as usize];
        let (busy, sharing) = (state.busy, &mut state.order.sharing);
        while let Some(Reverse(first)) = sharing.calls.peek() {
            if self.calls.alive(first.call) && self.calls[first.call.slot].state == State::InService {
                break;
            }
            sharing.calls.pop();
        }
        let Some(Reverse(first)) = sharing.calls.peek() else {
            (sharing.clock_s, sharing.armed) = (0.0, 0);
            return;
        };
        let share = (cores / f64::from(busy.max(1))).min(1.0);
        let left = ((first.at_s - sharing.clock_s) / share).max(0.0);
        let due = self.now + libm::ceil(left * 1e9) as u64;
        if sharing.armed != due || due == self.now {
            sharing.armed = due;
            self.calendar.push(due, Class::Reply, What::Share, station, instance);
        }
    }

    /// The next end of service where cores are shared.
    pub(super) fn share_ends(&mut self, station: u32, instance: u32) {
        let cores = self.cores_of(station as usize);
        let Some(state) = self.stations[station as usize].instances.get_mut(instance as usize) else {
            return;
        };
        let (busy, sharing) = (state.busy, &mut state.order.sharing);
        if sharing.armed != self.now {
            return;
        }
        sharing.armed = 0;
        sharing.set_clock(self.now, busy, cores);
        if let Some(Reverse(first)) = sharing.calls.peek().copied()
            && first.at_s <= sharing.clock_s + DONE_S
        {
            sharing.calls.pop();
            if self.calls.alive(first.call) {
                self.served(first.call.slot);
            }
        }
        self.arm_sharing(station, instance);
    }

    /// Urgency of a call's request, 0 the most urgent.
    fn rank_of(&self, slot: u32) -> usize {
        let source = self.requests[self.calls[slot].request].source;
        let station = self.net.stations.get(source as usize).map(|net| &net.station);
        match station {
            Some(Station::Source(source)) => (RANKS - 1).saturating_sub(source.priority as usize),
            _ => RANKS - 1,
        }
    }

    /// Stands in line for a core, or for a slot, by urgency.
    pub(super) fn line_up(&mut self, slot: u32, for_slot: bool) {
        let rank = self.rank_of(slot);
        let call = self.calls[slot];
        let instance = &mut self.stations[call.station as usize].instances[call.instance as usize];
        let (line, all) = if for_slot {
            (&mut instance.order.slots, &mut instance.for_slot)
        } else {
            (&mut instance.order.cores, &mut instance.for_core)
        };
        line.resize(RANKS, Line::default());
        line[rank].push(slot, &mut self.calls);
        all.len += 1;
    }

    /// The most urgent in line for a core, or for a slot.
    pub(super) fn next_urgent(&mut self, station: usize, instance: u32, for_slot: bool) -> Option<u32> {
        let instance = &mut self.stations[station].instances[instance as usize];
        let (lines, all) = if for_slot {
            (&mut instance.order.slots, &mut instance.for_slot)
        } else {
            (&mut instance.order.cores, &mut instance.for_core)
        };
        if let Some(old) = all.pop(&self.calls) {
            // It came before the discipline was chosen.
            return Some(old);
        }
        let next = lines.iter_mut().find_map(|line| line.pop(&self.calls))?;
        all.len -= u32::from(self.calls[next].state != State::Gone);
        Some(next)
    }

    /// Remembers when a service ends, so that it can be pushed out.
    pub(super) fn runs_until(&mut self, slot: u32, due: u64) {
        let call = self.calls[slot];
        let instance = &mut self.stations[call.station as usize].instances[call.instance as usize];
        instance.order.running.push((slot, due));
    }

    /// Whether the end of a service that could be pushed out has really come.
    pub(super) fn really_ends(&mut self, call: &Call, slot: u32) -> bool {
        let instance = &mut self.stations[call.station as usize].instances[call.instance as usize];
        let running = &mut instance.order.running;
        let Some(at) = running.iter().position(|(other, _)| *other == slot) else {
            // It began before the discipline was chosen.
            return true;
        };
        let ends = running[at].1 == self.now;
        if ends {
            running.swap_remove(at);
        }
        ends
    }

    /// A call in service that was stopped does not run any more.
    pub(super) fn forget_running(&mut self, call: &Call, slot: u32) {
        let instance = &mut self.stations[call.station as usize].instances[call.instance as usize];
        instance.order.running.retain(|(other, _)| *other != slot);
    }

    /// Pushes the least urgent call out of its core for a more urgent one; it will go on where it was.
    pub(super) fn push_out(&mut self, slot: u32) -> bool {
        let urgent = self.rank_of(slot);
        let call = self.calls[slot];
        let s = call.station as usize;
        let running = &self.stations[s].instances[call.instance as usize].order.running;
        let rank = |at: &usize| (self.rank_of(running[*at].0), running[*at].1);
        let Some(at) = (0..running.len()).max_by_key(rank) else { return false };
        let (victim, due) = running[at];
        let lower = self.rank_of(victim);
        if lower <= urgent {
            return false;
        }
        if self.left.len() <= victim as usize {
            self.left.resize(victim as usize + 1, 0);
        }
        self.left[victim as usize] = due - self.now;
        self.calls[victim].state = State::WaitsForCore;
        self.calls[victim].marks |= mark::PUSHED;
        let instance = &mut self.stations[s].instances[call.instance as usize];
        instance.order.running.swap_remove(at);
        instance.order.cores.resize(RANKS, Line::default());
        instance.order.cores[lower].push_first(victim, &mut self.calls);
        instance.for_core.len += 1;
        instance.busy -= 1;
        self.stations[call.station as usize].watch.busy(call.instance, self.now, -1.0);
        self.stations[call.station as usize].watch.waits(self.now, 1.0);
        true
    }

    /// What is left of the service of a call that was pushed out, once [ns].
    pub(super) fn what_is_left(&mut self, slot: u32) -> Option<u64> {
        let pushed = self.calls[slot].marks & mark::PUSHED != 0;
        self.calls[slot].marks &= !mark::PUSHED;
        pushed.then(|| self.left[slot as usize])
    }

    /// After an edit the cores may be others, and the discipline as well: who waits stands in the lines of the new one.
    pub(super) fn settle_orders(&mut self) {
        for station in 0..self.stations.len() as u32 {
            for instance in 0..self.stations[station as usize].instances.len() as u32 {
                self.change_lines(station as usize, instance);
                if !self.stations[station as usize].instances[instance as usize]
                    .order
                    .sharing
                    .calls
                    .is_empty()
                {
                    self.arm_sharing(station, instance);
                }
            }
        }
    }

    /// A call starts, or goes on after it was pushed out.
    pub(super) fn start_or_go_on(&mut self, slot: u32, waited: u64) {
        let left = self.what_is_left(slot);
        if left.is_none() {
            self.stations[self.calls[slot].station as usize].watch.waited(waited);
        }
        let time = left.unwrap_or_else(|| self.service_ns(slot));
        self.runs_until(slot, self.now + time);
        self.after(time, Class::Reply, What::Served, slot);
    }

    /// Ends a service where cores are not given in the order of arrival: its core goes to others. False for an end that is
    /// no longer true.
    #[inline(never)]
    pub(super) fn ends_service(&mut self, slot: u32) -> bool {
        let call = &self.calls[slot].clone();
        if call.marks & mark::SHARED != 0 {
            self.calls[slot].marks &= !mark::SHARED;
            self.leave_sharing(call);
            if self.net.stations[call.station as usize].discipline != Discipline::Sharing {
                self.give_core(call.station, call.instance);
            }
            return true;
        }
        let pushes = Discipline::Priority { preemptive: true };
        let preemptive = self.net.stations[call.station as usize].discipline == pushes;
        if preemptive && !self.really_ends(call, slot) {
            return false;
        }
        self.free_core(call.station, call.instance);
        true
    }

    /// A call in service ends before its time: nobody waits for it.
    pub(super) fn stop_service(&mut self, slot: u32, call: &Call) {
        if call.marks & mark::SHARED != 0 {
            self.calls[slot].state = State::Gone;
            self.leave_sharing(call);
            return self.arm_sharing(call.station, call.instance);
        }
        self.forget_running(call, slot);
        self.free_core(call.station, call.instance);
    }

    /// Gives a free core to the most urgent in line.
    pub(super) fn serve_most_urgent(&mut self, station: u32, at: u32) {
        while let Some(next) = self.next_urgent(station as usize, at, false) {
            if self.calls[next].state == State::Gone {
                self.drop_call(next);
                continue;
            }
            self.stations[station as usize].watch.waits(self.now, -1.0);
            return self.start_service(next);
        }
    }

    fn change_lines(&mut self, s: usize, instance: u32) {
        let discipline = self.net.stations[s].discipline;
        let order = &mut self.stations[s].instances[instance as usize].order;
        if discipline != (Discipline::Priority { preemptive: true }) {
            order.running.clear();
        }
        let by_priority = matches!(discipline, Discipline::Priority { .. });
        if !by_priority && !order.cores.is_empty() {
            self.stand_in_order(s, instance, true);
        }
        if !by_priority && !self.stations[s].instances[instance as usize].order.slots.is_empty() {
            self.stand_in_order(s, instance, false);
        }
        if discipline == Discipline::Sharing {
            self.share_with_waiting(s, instance);
        }
    }

    fn share_with_waiting(&mut self, s: usize, instance: u32) {
        while let Some(next) = self.stations[s].instances[instance as usize].for_core.pop(&self.calls) {
            if self.calls[next].state == State::Gone {
                self.drop_call(next);
                continue;
            }
            self.stations[s].watch.waits(self.now, -1.0);
            self.share_core(next);
        }
    }

    /// From the lines by urgency to the one line, the most urgent first.
    fn stand_in_order(&mut self, s: usize, instance: u32, for_core: bool) {
        let state = &mut self.stations[s].instances[instance as usize];
        let (lines, line) = if for_core {
            (std::mem::take(&mut state.order.cores), &mut state.for_core)
        } else {
            (std::mem::take(&mut state.order.slots), &mut state.for_slot)
        };
        for mut rank in lines {
            while let Some(next) = rank.pop(&self.calls) {
                line.push(next, &mut self.calls);
                // It was counted already, or had left.
                line.len -= 1;
            }
        }
    }
}
