//! Where the time of the slowest requests goes: a sample of them is followed, call by call, into room that is kept for it,
//! so that no event allocates. Nothing is drawn for it, and a run is the same with and without.

use super::Simulation;
use super::calls::{Call, Handle, Kind, NONE, Outcome};
use crate::engine::random::mix;
use crate::report::{Step, Trace};

/// Requests followed at the same time.
const OPEN: usize = 64;
/// Calls kept of one request.
const CALLS: usize = 96;
/// Requests followed each second, about: enough for the slow ones, too few to be felt.
const A_SECOND: u64 = 1_000;

/// Requests that are followed, and the slowest of those that have ended.
#[derive(Debug)]
pub struct Tracer {
    open: Vec<Open>,
    steps: Vec<Step>,
    /// One in so many requests is followed: those whose hash it divides.
    one_in: u64,
    begun: u64,
    second: u64,
    /// Of the second under way, and of the one before.
    kept: [Trace; 2],
}

/// A request that is followed.
#[derive(Debug, Clone, Copy)]
struct Open {
    request: Handle,
    hash: u64,
    calls: usize,
    /// Calls for which there was no room.
    more: u32,
}

const FREE: Open = Open { request: Handle::NOWHERE, hash: 0, calls: 0, more: 0 };

impl Tracer {
    fn new() -> Tracer {
        let kept = || Trace { steps: Vec::with_capacity(CALLS), ..Trace::default() };
        Tracer {
            open: vec![FREE; OPEN],
            steps: vec![Step::default(); OPEN * CALLS],
            one_in: 1,
            begun: 0,
            second: 0,
            kept: [kept(), kept()],
        }
    }

    /// The number of a further call of the request in this place, counted over all places from 1; 0 without room for it.
    fn add(&mut self, place: usize, step: Step) -> u16 {
        let open = &mut self.open[place];
        if open.calls == CALLS {
            open.more += 1;
            return 0;
        }
        let index = place * CALLS + open.calls;
        open.calls += 1;
        self.steps[index] = step;
        (index + 1) as u16
    }
}

impl Simulation {
    /// Follows a sample of the requests from now on; see [`Simulation::slowest`].
    pub fn follow(&mut self) {
        self.tracer = Some(Box::new(Tracer::new()));
        for slot in self.calls.slots() {
            self.calls[slot].span = 0;
        }
    }

    /// The slowest request that was followed and has ended in the last full second of simulated time, in the second under
    /// way when nothing has ended before; `None` when none has, or none is followed.
    pub fn slowest(&self) -> Option<Trace> {
        let tracer = self.tracer.as_ref()?;
        tracer.kept.iter().rev().find(|kept| !kept.steps.is_empty()).cloned()
    }

    /// Forgets what is followed: its stations have other numbers now.
    pub(super) fn forget_traces(&mut self) {
        if self.tracer.is_some() {
            self.follow();
        }
    }

    /// A request was sent; its root call is here.
    #[inline]
    pub(super) fn trace_begins(&mut self, slot: u32) {
        if self.tracer.is_some() {
            self.begin_trace(slot);
        }
    }

    fn begin_trace(&mut self, slot: u32) {
        let call = self.calls[slot];
        let hash = self.requests[call.request].hash;
        let Some(tracer) = &mut self.tracer else { return };
        tracer.begun += 1;
        if !mix(hash).is_multiple_of(tracer.one_in) {
            return;
        }
        let Some(place) = tracer.open.iter().position(|open| open.request.slot == NONE) else { return };
        let request = self.requests.handle(call.request);
        tracer.open[place] = Open { request, hash, ..FREE };
        let root = Step { parent: None, sent_ns: self.now, ..step_of(&call) };
        self.calls[slot].span = tracer.add(place, root);
    }

    /// A call was made for another that waits for it.
    #[inline]
    pub(super) fn trace_call(&mut self, parent: u32, slot: u32) {
        let above = self.calls[parent].span;
        if above > 0 {
            self.add_step(above, parent, slot);
        }
    }

    fn add_step(&mut self, above: u16, parent: u32, slot: u32) {
        let call = self.calls[slot];
        if call.kind == Kind::Branch {
            // It stays at the caller: what it calls is a call of its caller.
            self.calls[slot].span = above;
            return;
        }
        if self.step(parent).is_none() {
            return;
        }
        let now = self.now;
        let Some(tracer) = &mut self.tracer else { return };
        let index = usize::from(above) - 1;
        let parent = Some((index % CALLS) as u32);
        self.calls[slot].span = tracer.add(index / CALLS, Step { parent, sent_ns: now, ..step_of(&call) });
    }

    /// What is kept of a call that is followed; `None` once its request has its answer.
    fn step(&mut self, slot: u32) -> Option<&mut Step> {
        let call = &self.calls[slot];
        let hash = self.requests[call.request].hash;
        let index = usize::from(call.span).checked_sub(1)?;
        let tracer = self.tracer.as_mut()?;
        (tracer.open[index / CALLS].hash == hash).then(|| &mut tracer.steps[index])
    }

    /// A call that is followed has come to a point.
    #[inline]
    pub(super) fn trace(&mut self, slot: u32, point: Point) {
        if self.calls[slot].span > 0 {
            self.mark_point(slot, point);
        }
    }

    fn mark_point(&mut self, slot: u32, point: Point) {
        let call = self.calls[slot];
        let now = self.now;
        if call.kind == Kind::Branch {
            return;
        }
        let Some(step) = self.step(slot) else { return };
        match point {
            Point::Left => step.left_ns = Some(now),
            Point::Arrived => (step.arrived_ns, step.instance) = (Some(now), call.instance),
            Point::Started => step.started_ns = step.started_ns.or(Some(now)),
            Point::Served => step.served_ns = Some(now),
            Point::Replied => step.replied_ns = Some(now),
            Point::Back(outcome) => (step.back_ns, step.failed) = (Some(now), cause_of(outcome)),
            Point::GivenUp => step.back_ns = Some(now),
        }
        if let Point::Back(_) | Point::GivenUp = point {
            self.calls[slot].span = 0;
        }
    }

    /// The user has the answer: the request is kept when it is the slowest of its second.
    pub(super) fn trace_ends(&mut self, slot: u32, took: u64, outcome: Outcome) {
        let Some(index) = usize::from(self.calls[slot].span).checked_sub(1) else { return };
        self.trace(slot, Point::Back(outcome));
        let now = self.now;
        let Some(tracer) = &mut self.tracer else { return };
        let place = index / CALLS;
        let open = std::mem::replace(&mut tracer.open[place], FREE);
        let kept = &mut tracer.kept[0];
        kept.followed += 1;
        if kept.steps.is_empty() || took > kept.took_ns {
            (kept.took_ns, kept.born_ns, kept.more, kept.one_in) =
                (took, now - took, open.more, tracer.one_in);
            kept.failed = cause_of(outcome);
            kept.steps.clear();
            kept.steps.extend_from_slice(&tracer.steps[place * CALLS..place * CALLS + open.calls]);
        }
    }

    /// Once each tick: a second may be over, and requests may be gone without an answer.
    pub(super) fn trace_tick(&mut self) {
        const SECOND: u64 = 1_000_000_000;
        let (now, requests) = (self.now, &self.requests);
        let Some(tracer) = &mut self.tracer else { return };
        for open in &mut tracer.open {
            if open.request.slot != NONE && !requests.alive(open.request) {
                *open = FREE;
            }
        }
        if now / SECOND == tracer.second {
            return;
        }
        tracer.second = now / SECOND;
        tracer.one_in = (tracer.begun / A_SECOND).max(1).next_power_of_two();
        tracer.begun = 0;
        if !tracer.kept[0].steps.is_empty() {
            tracer.kept.swap(0, 1);
        }
        tracer.kept[0].steps.clear();
        tracer.kept[0].followed = 0;
    }
}

/// Points in the life of a call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Point {
    /// It has its connection and leaves its caller.
    Left,
    Arrived,
    /// It has a core.
    Started,
    Served,
    /// Its reply leaves.
    Replied,
    /// Its caller has the reply, or its patience is at an end.
    Back(Outcome),
    /// Its caller no longer needs it.
    GivenUp,
}

fn step_of(call: &Call) -> Step {
    let route = (call.route != NONE).then_some(call.route);
    Step { node: call.station, instance: call.instance, route, ..Step::default() }
}

fn cause_of(outcome: Outcome) -> Option<crate::report::Cause> {
    match outcome {
        Outcome::Ok { .. } => None,
        Outcome::Fail(cause) => Some(cause),
    }
}
