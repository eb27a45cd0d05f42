//! Requests and calls under way: plain records in slabs, found by slot and generation, never allocated once warm.

use crate::report::Cause;
use crate::topology::{Lane, NOWHERE, Operation, Tag};

/// No slot.
pub const NONE: u32 = u32::MAX;

/// For [`Call::repeats`]: it waits for a group of calls.
pub const GROUP: u16 = u16::MAX;

/// A place in a slab that knows whether it still holds what it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    /// Place.
    pub slot: u32,
    /// Generation of its content.
    pub generation: u32,
}

impl Handle {
    /// Points nowhere.
    pub const NOWHERE: Handle = Handle { slot: NONE, generation: 0 };
}

/// Records that come and go; places are used again, generations never.
#[derive(Debug)]
pub struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
}

/// A record beside its generation: who asks whether it is still there reads it next.
#[derive(Debug)]
struct Place<T> {
    item: T,
    generation: u32,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { places: Vec::new(), free: Vec::new() }
    }
}

impl<T: Default> Slab<T> {
    /// Keeps a record.
    #[inline(always)]
    pub fn insert(&mut self, item: T) -> Handle {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => self.grow(),
        };
        // Made where it will stand, as nothing else wants it in memory before.
        let place = &mut self.places[slot as usize];
        place.item = item;
        Handle { slot, generation: place.generation }
    }

    #[cold]
    fn grow(&mut self) -> u32 {
        // Odd generations are alive.
        self.places.push(Place { item: T::default(), generation: 1 });
        (self.places.len() - 1) as u32
    }
}

impl<T> Slab<T> {
    /// Lets a record go; handles to it stop working.
    #[inline]
    pub fn remove(&mut self, slot: u32) {
        let generation = &mut self.places[slot as usize].generation;
        *generation = generation.wrapping_add(2);
        self.free.push(slot);
    }

    /// Handle of what is in a slot now.
    #[inline]
    pub fn handle(&self, slot: u32) -> Handle {
        Handle { slot, generation: self.places[slot as usize].generation }
    }

    /// What is in a slot now, and its generation.
    #[inline(always)]
    pub fn at(&mut self, slot: u32) -> (&mut T, u32) {
        let place = &mut self.places[slot as usize];
        (&mut place.item, place.generation)
    }

    /// Whether a handle still points to what it was made for.
    #[inline]
    pub fn alive(&self, handle: Handle) -> bool {
        // No slot lies beyond all places.
        self.places.get(handle.slot as usize).is_some_and(|place| place.generation == handle.generation)
    }

    /// Slots in use, in rising order.
    pub fn slots(&self) -> Vec<u32> {
        let mut used = vec![true; self.places.len()];
        for slot in &self.free {
            used[*slot as usize] = false;
        }
        (0..self.places.len() as u32).filter(|slot| used[*slot as usize]).collect()
    }
}

impl<T> std::ops::Index<u32> for Slab<T> {
    type Output = T;
    #[inline(always)]
    fn index(&self, slot: u32) -> &T {
        &self.places[slot as usize].item
    }
}

impl<T> std::ops::IndexMut<u32> for Slab<T> {
    #[inline(always)]
    fn index_mut(&mut self, slot: u32) -> &mut T {
        &mut self.places[slot as usize].item
    }
}

/// What a user asked for; lives until the last call made for it is gone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request {
    /// Hash of source and number: what all its draws hang on.
    pub hash: u64,
    /// When it was sent [ns].
    pub born: u64,
    /// Popularity rank of its key, from 1; 0 when nothing asks for keys.
    pub rank: u64,
    /// Who sends it: a number below the source's users, or its own hash where each request is somebody else's.
    pub user: u64,
    /// Station of its source.
    pub source: u32,
    /// Calls that refer to it.
    pub calls: u32,
    /// 0 read, 1 write.
    pub op: u8,
    /// What its client calls its requests.
    pub tag: Tag,
    /// Its user waits for the answer before the next request: a closed loop.
    pub looped: bool,
    /// Measured window that it was sent in; 0 is none.
    pub window: u32,
}

impl Request {
    /// Which links carry it.
    #[inline]
    pub fn lane(&self) -> Lane {
        Lane { op: Operation::ALL[self.op as usize & 1], tag: self.tag }
    }
}

/// Why a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request itself, at its source.
    Root,
    /// A call that its parent waits for.
    Plain,
    /// A call that nobody waits for.
    Background,
    /// Puts a key into a cache.
    Fill,
    /// Takes a key out of a cache.
    Delete,
    /// A write applied at a replica.
    Replay,
    /// A message kept by a queue.
    Message,
    /// One of the calls that a caller makes at the same time; stays at the caller.
    Branch,
    /// A call that breaker or bulkhead did not let out.
    Rejected,
    /// Fetches an entry of a cache anew before it expires.
    Refresh,
    /// A key that a cache has still to write to the store.
    Dirty,
    /// A call that several nodes of a store answer together: waits for its parts.
    Gather,
    /// What one node does for such a call.
    Part,
}

/// Where a call is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// On its way to a station.
    Travelling,
    /// Waits for a connection at the caller.
    WaitsForConnection,
    /// Waits for a slot.
    WaitsForSlot,
    /// Holds a slot, waits for a core.
    WaitsForCore,
    /// Holds a core.
    InService,
    /// Waits for its own calls; a message that waits; a source's request.
    Calling,
    /// Its reply is on its way.
    Replying,
    /// Vanished in silence; only a timeout ends it.
    Lost,
    /// Has left the line that its record still stands in.
    Gone,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered.
    Ok {
        /// With data behind it.
        data: bool,
        /// Something optional had failed.
        degraded: bool,
        /// A cache that did not have it.
        miss: bool,
    },
    /// Failed with its root cause.
    Fail(Cause),
}

/// One call, from the caller's decision to its reply.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// Request that it serves.
    pub request: u32,
    /// Who waits for it.
    pub parent: Handle,
    /// Route that it came by, or [`NONE`].
    pub route: u32,
    /// Station that it goes to.
    pub station: u32,
    /// Instance there, or [`NONE`] until the station chooses.
    pub instance: u32,
    /// Candidate of the calling router, or [`NONE`].
    pub candidate: u32,
    /// Next in a waiting line; while it waits for its own call that call, or its gather.
    pub next: u32,
    /// Count of this request's visits to the station.
    pub visit: u32,
    /// Hash of its request, kept here because every draw asks for it.
    pub hash: u64,
    /// Lane of its request, kept here because every step asks for it.
    pub lane: Lane,
    /// When it reached the station [ns].
    pub arrived: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Where its caller is.
    pub from: u16,
    /// Place in the list of the station's own calls.
    pub step: u16,
    /// Repetitions of the current step still to do, plus one; 0 before they were drawn; or [`GROUP`].
    pub repeats: u16,
    /// Attempts made of the current call after the first.
    pub attempt: u8,
    /// Hops from the source.
    pub hops: u8,
    /// Why it is made.
    pub kind: Kind,
    /// Where it is in its life.
    pub state: State,
    /// The latest cache call of its own missed.
    pub missed: bool,
    /// Something optional failed.
    pub degraded: bool,
    /// An answer had data behind it.
    pub data: bool,
    /// It has a connection of the caller's pool.
    pub pooled: bool,
    /// Its slot was taken for it beforehand.
    pub reserved: bool,
    /// It had a parent that gave up on it.
    pub abandoned: bool,
    /// See [`mark`](super::guard::mark).
    pub marks: u8,
    /// Others wait for the miss that it is fetching.
    pub leads: bool,
    /// Its place in the trace of a request that is followed, from 1; 0 where it is not.
    pub span: u16,
}

impl Default for Call {
    fn default() -> Self {
        Call::new(NONE, 0, Request::default().lane(), NONE, 0)
    }
}

impl Call {
    /// A call of a request, with its hash and lane, to a station, made now, with everything else at its start.
    #[inline(always)]
    pub fn new(request: u32, hash: u64, lane: Lane, station: u32, now: u64) -> Call {
        Call {
            request,
            hash,
            lane,
            parent: Handle::NOWHERE,
            route: NONE,
            station,
            instance: NONE,
            candidate: NONE,
            next: NONE,
            visit: 0,
            from: NOWHERE,
            arrived: now,
            outcome: Outcome::Ok { data: false, degraded: false, miss: false },
            step: 0,
            repeats: 0,
            attempt: 0,
            hops: 0,
            kind: Kind::Plain,
            state: State::Travelling,
            missed: true,
            degraded: false,
            data: false,
            pooled: false,
            reserved: false,
            abandoned: false,
            marks: 0,
            leads: false,
            span: 0,
        }
    }
}

/// A first-in-first-out line of calls, linked through [`Call::next`].
#[derive(Debug, Clone, Copy)]
pub struct Line {
    head: u32,
    tail: u32,
    /// How many wait.
    pub len: u32,
}

impl Default for Line {
    fn default() -> Self {
        Line { head: NONE, tail: NONE, len: 0 }
    }
}

impl Line {
    /// Puts a call at the end.
    #[inline]
    pub fn push(&mut self, slot: u32, calls: &mut Slab<Call>) {
        calls[slot].next = NONE;
        if self.tail == NONE {
            self.head = slot;
        } else {
            calls[self.tail].next = slot;
        }
        self.tail = slot;
        self.len += 1;
    }

    /// Puts a call at the front.
    #[inline]
    pub fn push_first(&mut self, slot: u32, calls: &mut Slab<Call>) {
        calls[slot].next = self.head;
        if self.tail == NONE {
            self.tail = slot;
        }
        self.head = slot;
        self.len += 1;
    }

    /// Whether no record stands in it, not even of those who have left.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.head == NONE
    }

    /// The first in line.
    #[inline]
    pub fn first(&self) -> Option<u32> {
        (self.head != NONE).then_some(self.head)
    }

    /// Takes the first in line.
    #[inline]
    pub fn pop(&mut self, calls: &Slab<Call>) -> Option<u32> {
        let slot = self.first()?;
        self.head = calls[slot].next;
        if self.head == NONE {
            self.tail = NONE;
        }
        // Who left the line is counted no more.
        self.len -= u32::from(calls[slot].state != State::Gone);
        Some(slot)
    }
}
