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
        key(self.time, self.order)
    }
}

#[inline]
fn key(time: u64, order: u64) -> u128 {
    (u128::from(time) << 64) | u128::from(order)
}

/// Fills the heap up: later than all others.
const NEVER: Event = Event { time: u64::MAX, order: u64::MAX, a: 0, b: 0 };

/// Events to come.
#[derive(Debug)]
pub struct Calendar {
    /// The first, and after it fours: whoever has children has four, and behind the last event stands [`NEVER`].
    heap: Vec<Event>,
    len: usize,
    /// The first event is already taken. Most events schedule one other, which is put in its place: one way through the
    /// heap instead of two.
    vacant: bool,
    number: u64,
}

impl Default for Calendar {
    fn default() -> Self {
        Calendar { heap: vec![NEVER], len: 0, vacant: false, number: 0 }
    }
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
        self.put(time, order, a, b);
    }

    /// Takes the next event if it is due by this time [ns].
    #[inline]
    pub fn pop_until(&mut self, time: u64) -> Option<Event> {
        if self.vacant {
            self.fill();
        }
        let first = self.heap[0];
        self.vacant = first.time <= time && self.len > 0;
        self.vacant.then_some(first)
    }

    /// Takes the next event.
    #[inline]
    pub fn pop(&mut self) -> Option<Event> {
        self.pop_until(u64::MAX)
    }

    /// Gives every event another first number, or removes it.
    pub fn rewrite(&mut self, number: impl Fn(&Event) -> Option<u32>) {
        if self.vacant {
            self.fill();
        }
        let heap = std::mem::replace(&mut self.heap, vec![NEVER]);
        for event in heap.iter().take(std::mem::take(&mut self.len)) {
            if let Some(a) = number(event) {
                self.put(event.time, event.order, a, event.b);
            }
        }
    }

    /// Fills the first place with the last event.
    fn fill(&mut self) {
        self.vacant = false;
        self.len -= 1;
        let last = std::mem::replace(&mut self.heap[self.len], NEVER);
        if self.len > 0 {
            self.sink(last.time, last.order, last.a, last.b);
        }
    }

    #[inline]
    fn put(&mut self, time: u64, order: u64, a: u32, b: u32) {
        if std::mem::take(&mut self.vacant) {
            self.sink(time, order, a, b);
        } else {
            self.rise(time, order, a, b);
        }
    }

    /// Puts an event at the end, and before those that it precedes. The event comes in parts, in registers: written to memory
    /// and read at once in larger pieces it would wait until it is written.
    fn rise(&mut self, time: u64, order: u64, a: u32, b: u32) {
        let mut hole = self.len;
        self.len += 1;
        if hole == self.heap.len() {
            self.heap.extend([NEVER; 4]);
        }
        let key = key(time, order);
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.heap[parent].key() <= key {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = Event { time, order, a, b };
    }

    /// Puts an event in the place of the first, and behind those that precede it.
    fn sink(&mut self, time: u64, order: u64, a: u32, b: u32) {
        let heap = &mut self.heap[..];
        let key = key(time, order);
        let mut hole = 0;
        while let Some([one, two, three, four]) = heap.get(hole * 4 + 1..hole * 4 + 5) {
            // Two and two, then the better ones: without a jump that could be guessed wrongly.
            let (left, first) = if two.key() < one.key() { (2, two) } else { (1, one) };
            let (right, second) = if four.key() < three.key() { (4, four) } else { (3, three) };
            let (least, best) = if second.key() < first.key() { (right, second) } else { (left, first) };
            if key <= best.key() {
                break;
            }
            let (next, moved) = (hole * 4 + least, *best);
            heap[hole] = moved;
            hole = next;
        }
        heap[hole] = Event { time, order, a, b };
    }
}

/// Timers of one constant delay, in the order they were set, which is the order they fall due.
#[derive(Debug, Default)]
pub struct Ring {
    timers: VecDeque<Event>,
    /// Order of the event that stands in the calendar for the head.
    armed: Option<u64>,
}

/// Room for so many from the start: a ring that grows step by step is still growing minutes later.
const FEWEST_TIMERS: usize = 64;

impl Ring {
    /// Sets a timer for the call `a` of generation `b`; `alive` tells which earlier ones still matter. Those that do not are
    /// forgotten when there is no room for one more: most calls are answered long before anybody looks at their timers.
    #[inline(always)]
    pub fn set(
        &mut self,
        ring: u32,
        due: u64,
        a: u32,
        b: u32,
        calendar: &mut Calendar,
        alive: impl Fn(u32, u32) -> bool,
    ) {
        if self.timers.len() == self.timers.capacity() {
            self.forget(alive);
        }
        let order = calendar.order(Class::Timer, What::Ring);
        self.timers.push_back(Event { time: due, order, a, b });
        if self.armed.is_none() {
            self.arm(ring, calendar);
        }
    }

    /// Forgets the first timers, those that do not matter any more; makes room where most do.
    #[inline(never)]
    fn forget(&mut self, alive: impl Fn(u32, u32) -> bool) {
        while let Some(head) = self.timers.front()
            && !alive(head.a, head.b)
        {
            self.timers.pop_front();
        }
        if self.timers.len() >= self.timers.capacity() / 4 * 3 {
            self.timers.reserve(self.timers.capacity().max(FEWEST_TIMERS));
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
            calendar.put(head.time, head.order, ring, 0);
            self.armed = Some(head.order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_between_takes_its_turn() {
        // Against a sorted list: pushes and takings in any mixture, so that the first place is filled in both ways.
        let (mut calendar, mut list) = (Calendar::default(), Vec::new());
        let mut now = 0;
        for n in 0..5_000_u64 {
            let random = crate::engine::random::mix(n);
            if random & 3 < 2 {
                let time = now + random % 89;
                calendar.push(time, Class::Arrival, What::Arrive, n as u32, 0);
                list.push((time, n as u32));
            } else {
                list.sort_by_key(|event| *event);
                let until = now + random % 13;
                let first = list.first().copied().filter(|(time, _)| *time <= until);
                let taken = calendar.pop_until(until).map(|event| (event.time, event.a));
                assert_eq!(taken, first);
                list.drain(..usize::from(first.is_some()));
                now = first.map_or(until, |(time, _)| time);
            }
        }
    }

    #[test]
    fn a_ring_keeps_no_more_than_twice_the_timers_that_matter() {
        let (mut calendar, mut ring) = (Calendar::default(), Ring::default());
        for n in 0..100_000_u32 {
            ring.set(0, u64::from(n) + 1_000_000, n, 0, &mut calendar, |a, _| a + 50 > n);
        }
        assert!(ring.timers.capacity() <= 256, "{}", ring.timers.capacity());
    }

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
