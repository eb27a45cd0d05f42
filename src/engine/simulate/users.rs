//! Users who come back: reads that follow a write, and what a session carries from one request to the next.

use super::Simulation;
use super::calls::{Call, Handle, Kind, Outcome, Request, State};
use super::keytable::KeyTable;
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, Purpose, mix};
use crate::topology::{Session, Source, Station, nanoseconds};

/// Users and their keys that are remembered.
const MOST: usize = 1 << 21;

/// A read that will follow a write.
#[derive(Debug, Clone, Copy, Default)]
pub struct FollowUp {
    hash: u64,
    rank: u64,
    user: u64,
    key: u64,
    /// Version that the user wrote.
    wrote: u64,
    source: u32,
}

/// What a user has written and read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Past {
    /// Newest own write that was acknowledged.
    pub wrote: u64,
    /// Newest version read.
    pub saw: u64,
}

/// Memory of users who come back.
#[derive(Debug)]
pub struct Users {
    /// By user and key.
    keys: KeyTable<Past>,
    /// By user, over all keys.
    sessions: KeyTable<Past>,
}

impl Default for Users {
    fn default() -> Self {
        Users { keys: KeyTable::bounded(MOST), sessions: KeyTable::bounded(MOST) }
    }
}

impl Users {
    /// What a user knows of a key.
    pub fn of_key(&self, user: u64, key: u64) -> Past {
        self.keys.get(of(user, key)).unwrap_or_default()
    }

    /// What a user's session relies on.
    pub fn needs(&self, session: Session, user: u64) -> u64 {
        let past = || self.sessions.get(of(user, 0)).unwrap_or_default();
        match session {
            Session::None => 0,
            Session::OwnWrites => past().wrote,
            Session::Causal => past().wrote.max(past().saw),
        }
    }

    /// A user was told that a write is done, or read this version.
    pub fn remember(&mut self, session: Session, user: u64, key: u64, op: u8, version: u64) {
        let note = |past: &mut Past| {
            let field = if op == 1 { &mut past.wrote } else { &mut past.saw };
            *field = version.max(*field);
        };
        self.keys.entry(of(user, key)).into_iter().for_each(note);
        if session != Session::None {
            self.sessions.entry(of(user, 0)).into_iter().for_each(note);
        }
    }
}

fn of(user: u64, key: u64) -> u64 {
    mix(mix(user).wrapping_add(key)).max(1)
}

impl Simulation {
    /// A user was told that a write is done: perhaps the user will look.
    pub(super) fn follow_up(&mut self, slot: u32, request: &Request) {
        if request.op == 0 {
            return;
        }
        let Some(net) = self.net.stations.get(request.source as usize) else { return };
        let Station::Source(Source { habits, .. }) = &net.station else { return };
        let mut draw = Draw::new(net.keys.of(Purpose::Habit), request.hash, 1);
        if habits.follow <= 0.0 || draw.uniform() >= habits.follow {
            return;
        }
        let delay = nanoseconds(draw.exponential() * habits.follow_s);
        let (key, wrote) = self.versions.written(slot);
        let next = self.follow_ups.insert(FollowUp {
            hash: mix(request.hash ^ FOLLOWS),
            rank: request.rank,
            user: request.user,
            key,
            wrote,
            source: request.source,
        });
        let Handle { slot, generation } = next;
        self.calendar.push(self.now + delay, Class::Arrival, What::FollowUp, slot, generation);
    }

    /// The user looks.
    pub(super) fn look_again(&mut self, handle: Handle) {
        if !self.follow_ups.alive(handle) {
            return;
        }
        let found = self.follow_ups[handle.slot];
        self.follow_ups.remove(handle.slot);
        let source = self.net.stations.get(found.source as usize).map(|net| &net.station);
        let Some(Station::Source(source)) = source else { return };
        let (session, tag) = (source.habits.session, source.tag);
        let request = Request {
            hash: found.hash,
            born: self.now,
            rank: found.rank,
            user: found.user,
            source: found.source,
            calls: 0,
            op: 0,
            tag,
            looped: false,
            window: self.watch.window_of_new_requests(),
        };
        let created = found.rank > source.keys;
        let request = Request { rank: self.rank_now(&request), ..request };
        let request = self.requests.insert(request).slot;
        self.versions.request_begins(request, found.key, 0, found.user, session, created);
        self.versions.wrote_before(request, session, found.wrote);
        // What one has just written is not on the own device.
        self.send_out(request, found.source, false);
    }

    /// Whether a read asks for what is not there.
    pub(super) fn asks_for_nothing(&self, station: u32, hash: u64, reads: bool) -> bool {
        let net = &self.net.stations[station as usize];
        let Station::Source(source) = &net.station else { return false };
        let share = source.habits.absent;
        reads && share > 0.0 && Draw::new(net.keys.of(Purpose::Habit), hash, 2).uniform() < share
    }

    /// Whether a write creates a key.
    pub(super) fn creates(&self, station: u32, hash: u64, writes: bool) -> bool {
        let net = &self.net.stations[station as usize];
        let Station::Source(source) = &net.station else { return false };
        let share = source.habits.creates;
        writes && share > 0.0 && Draw::new(net.keys.of(Purpose::Habit), hash, 0).uniform() < share
    }

    /// Whether a request asks for the hot key.
    pub(super) fn asks_hot(&self, station: u32, hash: u64, share: f64) -> bool {
        Draw::new(self.net.stations[station as usize].keys.of(Purpose::Habit), hash, 3).uniform() < share
    }

    /// Created keys are counted on from the source's own.
    pub(super) fn created_rank(&mut self, station: u32, keys: u64) -> u64 {
        let created = &mut self.stations[station as usize].created;
        *created += 1;
        keys + *created
    }

    /// A key among all key spaces; 0 where versions are not followed. What a source creates is its own.
    pub(super) fn key_of(&self, station: u32, rank: u64, created: bool) -> u64 {
        let net = &self.net.stations[station as usize];
        let space = if created { mix(u64::from(net.id)) } else { net.space };
        if net.space == 0 { 0 } else { mix(mix(space).wrapping_add(rank)).max(1) }
    }

    /// A request leaves its source.
    #[inline(always)]
    pub(super) fn send_out(&mut self, request: u32, source: u32, from_device: bool) {
        let from = self.net.topology.location_of(source as usize, 0);
        let call = Call { kind: Kind::Root, state: State::Calling, from, ..self.blank(request, source) };
        let root = self.add_call(call);
        self.trace_begins(root);
        self.watch.sent(&self.requests[request]);
        let asks_device = from_device && self.net.stations[source as usize].habitual;
        if !asks_device || !self.answer_from_device(request, root) {
            self.proceed_at_source(root);
        }
    }

    /// The client has an answer: what it says of the key, and what the user does next.
    pub(super) fn compare(&mut self, slot: u32, request: &Request, outcome: Outcome) {
        if !matches!(outcome, Outcome::Ok { .. }) {
            return;
        }
        let at = self.calls[slot].request;
        if self.versions.on {
            let source = self.net.stations.get(request.source as usize).map(|net| &net.station);
            let (comes_back, session) = match source {
                Some(Station::Source(source)) => (source.users > 0 || request.looped, source.habits.session),
                _ => (false, Session::None),
            };
            let (version, counted) = (self.versions.answer(slot), self.watch.counts_now(request));
            self.versions.answered(at, request, version, counted);
            if comes_back {
                self.versions.remember(at, request, session, version);
            }
        }
        self.follow_up(at, request);
    }

    /// Follow-ups know their source by its index.
    pub(super) fn remap_follow_ups(&mut self, stations: &[Option<u32>]) {
        for slot in self.follow_ups.slots() {
            let source = self.follow_ups[slot].source as usize;
            self.follow_ups[slot].source = stations.get(source).copied().flatten().unwrap_or(super::NONE);
        }
    }
}

/// Tells a follow-up's draws from its write's.
const FOLLOWS: u64 = 0x666f_6c6c_6f77;
