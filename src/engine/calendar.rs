//! The event list: a 4-ary heap, and rings for timers of constant delay.
//!
//! Equal times run by class, then in the order of insertion. A ring keeps the timers of one delay in a queue of their
//! own and only its head in the heap, so that the thousands of timeouts that never fire cost next to nothing.

use std::collections::VecDeque;

/// Classes of events at one moment, in the order they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Class {
    /// Ends of service and replies: a reply at the deadline is in time.
    Reply = 1,
    /// Arrivals.
    Arrival = 2,
    /// Timers.
    Timer = 3,
    /// Faults and their notice.
    Fault = 4,
    /// Samples.
    Sample = 5,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A source's next request.
    Birth,
    /// A call reaches its station.
    Arrive,
    /// A service ends.
    Served,
    /// A reply reaches the caller.
    Reply,
    /// The head of a ring is due.
    Ring,
    /// A delayed retry is sent.
    Retry,
    /// A router or station notices that an instance died or came back.
    Notice,
    /// A standby or a copy takes over.
    Promote,
    /// A tenth of a second is over.
    Tick,
    /// A source's burst begins or ends.
    Switch,
    /// A user of a closed loop has thought long enough.
    Think,
    /// A user looks at what it wrote.
    FollowUp,
    /// The patience of a caller is over.
    Expire,
    /// A call has not been answered for so long that a second copy goes out.
    Hedge,
    /// A service ends where cores are shared.
    Share,
    /// A new instance is ready.
    Boot,
    /// A function has run for as long as it may.
    Overrun,
    /// A cache brings what it was told to the store.
    Flush,
    /// A fault begins, ends, or takes its next step.
    Fault,
}

const KINDS: &[What] = &[
    What::Birth,
    What::Arrive,
    What::Served,
    What::Reply,
    What::Ring,
    What::Retry,
    What::Notice,
    What::Promote,
    What::Tick,
    What::Switch,
    What::Think,
    What::FollowUp,
    What::Expire,
    What::Hedge,
    What::Share,
    What::Boot,
    What::Overrun,
    What::Flush,
    What::Fault,
];

/// An event: when, in which order among equals, what, and two numbers for whom.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// Simulated time [ns].
    pub time: u64,
    /// Its class, its place among all events, and what happens; no two are alike.
    pub order: u64,
    /// First number: a source, a call's slot, a ring.
    pub a: u32,
    /// Second number: a call's generation, an instance.
    pub b: u32,
}

impl Event {
    /// What happens.
    #[inline]
    pub fn what(&self) -> What {
        KINDS[(self.order & 0xff) as usize]
    }

    #[inline]
    fn key(&self) -> u128 {
        (u128::from(self.time) << 64) | u128::from(self.order)
    }
}

/// Events to come.
#[derive(Debug, Default)]
pub struct Calendar {
    heap: Vec<Event>,
    number: u64,
}

impl Calendar {
    /// An order for something scheduled now: class first, then insertion.
    #[inline]
    pub fn order(&mut self, class: Class, what: What) -> u64 {
        self.number += 1;
        ((class as u64) << 61) | (self.number << 8) | what as u64
    }

    /// Schedules an event.
    #[inline]
    pub fn push(&mut self, time: u64, class: Class, what: What, a: u32, b: u32) {
        let order = self.order(class, what);
        self.push_ordered(Event { time, order, a, b });
    }

    /// Time of the next event [ns].
    #[inline]
    pub fn next_time(&self) -> Option<u64> {
        self.heap.first().map(|event| event.time)
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        let first = *self.heap.first()?;
        let last = self.heap.pop()?;
        if !self.heap.is_empty() {
            self.sink(last);
        }
        Some(first)
    }

    /// Gives every event another first number, or removes it.
    pub fn rewrite(&mut self, number: impl Fn(&Event) -> Option<u32>) {
        for event in std::mem::take(&mut self.heap) {
            if let Some(a) = number(&event) {
                self.push_ordered(Event { a, ..event });
            }
        }
    }

    fn push_ordered(&mut self, event: Event) {
        let mut hole = self.heap.len();
        self.heap.push(event);
        let key = event.key();
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent].key() <= key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = event;
    }

    /// Puts an event in the place of the first.
    #[inline]
    fn sink(&mut self, event: Event) {
        let heap = &mut self.heap[..];
        let key = event.key();
        let mut hole = 0;
        loop {
            let first = hole * 4 + 1;
            let least = match heap.get(first..) {
                // Two and two, then the better ones: without a jump that could be guessed wrongly.
                Some([a, b, c, d, ..]) => {
                    let (left, right) = (usize::from(b.key() < a.key()), 2 + usize::from(d.key() < c.key()));
                    let better = if left == 0 { a.key() } else { b.key() };
                    let other = if right == 2 { c.key() } else { d.key() };
                    first + if other < better { right } else { left }
                }
                Some([one, more @ ..]) => {
                    let (mut least, mut least_key) = (first, one.key());
                    for (place, child) in more.iter().enumerate() {
                        if child.key() < least_key {
                            (least, least_key) = (first + 1 + place, child.key());
                        }
                    }
                    least
                }
                Some([]) | None => break,
            };
            if key <= heap[least].key() {
                break;
            }
            heap[hole] = heap[least];
            hole = least;
        }
        heap[hole] = event;
    }
}

/// Timers of one constant delay, in the order they were set, which is the order they fall due.
#[derive(Debug, Default)]
pub struct Ring {
    timers: VecDeque<Event>,
    /// Order of the event that stands in the calendar for the head.
    armed: Option<u64>,
}

impl Ring {
    /// Sets a timer for the call `a` of generation `b`; `alive` tells which earlier ones still matter.
    #[inline]
    pub fn set(
        &mut self,
        ring: u32,
        due: u64,
        a: u32,
        b: u32,
        calendar: &mut Calendar,
        alive: impl Fn(u32, u32) -> bool,
    ) {
        while let Some(head) = self.timers.front() {
            if alive(head.a, head.b) {
                break;
            }
            self.timers.pop_front();
        }
        let order = calendar.order(Class::Timer, What::Ring);
        self.timers.push_back(Event { time: due, order, a, b });
        if self.armed.is_none() {
            self.arm(ring, calendar);
        }
    }

    /// Takes all timers out, because those to come wait for another time: (due, a, b).
    pub fn drain(&mut self) -> impl Iterator<Item = (u64, u32, u32)> {
        self.armed = None;
        std::mem::take(&mut self.timers).into_iter().map(|timer| (timer.time, timer.a, timer.b))
    }

    /// The call whose timer is due now, if it still matters; arms the next. Called when the event of this order fires; one
    /// whose timers were taken out does nothing.
    pub fn fire(
        &mut self,
        ring: u32,
        now: u64,
        order: u64,
        calendar: &mut Calendar,
        alive: impl Fn(u32, u32) -> bool,
    ) -> Option<(u32, u32)> {
        if self.armed != Some(order) {
            return None;
        }
        self.armed = None;
        let mut due = None;
        while let Some(head) = self.timers.front().copied() {
            let matters = alive(head.a, head.b);
            if matters && (head.time > now || due.is_some()) {
                break;
            }
            self.timers.pop_front();
            if matters {
                due = Some((head.a, head.b));
            }
        }
        self.arm(ring, calendar);
        due
    }

    fn arm(&mut self, ring: u32, calendar: &mut Calendar) {
        if let Some(head) = self.timers.front() {
            calendar.push_ordered(Event { a: ring, b: 0, ..*head });
            self.armed = Some(head.order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_times_run_by_class_then_insertion() {
        let mut calendar = Calendar::default();
        calendar.push(5, Class::Timer, What::Retry, 1, 0);
        calendar.push(5, Class::Arrival, What::Arrive, 2, 0);
        calendar.push(5, Class::Reply, What::Reply, 3, 0);
        calendar.push(5, Class::Arrival, What::Arrive, 4, 0);
        calendar.push(4, Class::Sample, What::Tick, 5, 0);
        let order: Vec<u32> = std::iter::from_fn(|| calendar.pop()).map(|event| event.a).collect();
        assert_eq!(order, [5, 3, 2, 4, 1]);
    }

    #[test]
    fn a_thousand_events_come_out_sorted() {
        let mut calendar = Calendar::default();
        for n in 0..1000_u64 {
            calendar.push(crate::engine::random::mix(n) % 97, Class::Arrival, What::Arrive, n as u32, 0);
        }
        let out: Vec<(u64, u32)> =
            std::iter::from_fn(|| calendar.pop()).map(|event| (event.time, event.a)).collect();
        assert_eq!(out.len(), 1000);
        assert!(out.is_sorted());
    }

    #[test]
    fn a_ring_fires_what_is_alive_and_forgets_the_rest() {
        let (mut calendar, mut ring) = (Calendar::default(), Ring::default());
        let alive = |a: u32, _: u32| a != 1;
        for (a, due) in [(0, 10), (1, 11), (2, 12)] {
            ring.set(0, due, a, 0, &mut calendar, alive);
        }
        let mut fired = Vec::new();
        while let Some(event) = calendar.pop() {
            assert_eq!(event.what(), What::Ring);
            fired.push((event.time, ring.fire(0, event.time, event.order, &mut calendar, alive)));
        }
        assert_eq!(fired, [(10, Some((0, 0))), (12, Some((2, 0)))]);
    }
}
