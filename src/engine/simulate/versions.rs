//! Versions: which write an answer comes from, and what the client makes of it.
//!
//! The version of a write is the time of its first durable copy [ns]; it belongs to the request, so every call made for
//! the request (a replay, a message, a projection) knows it. The version of an answer travels with the call that brings
//! it: a store or a cache sets it with [`Versions::set_answer`], and each caller's answer is as old as the oldest part.
//! Designs in which nothing can be stale leave all of this off.

use super::calls::Request;
use super::keytable::KeyTable;
use super::users::{Past, Users};
use crate::report::{ClientConsistency, Consistency, Seen};
use crate::topology::{Session, Station};

/// No version: the answer has nothing behind it that could be compared.
pub const UNKNOWN: u64 = u64::MAX;

/// Version of what was there before the run; of a key created in the run, its absence.
pub const ORIGINAL: u64 = 0;

/// Key of what is not followed.
pub const NO_KEY: u64 = 0;

/// Written keys that are followed; later ones are not compared (rules 1.8: bounded).
const MOST_KEYS: usize = 1 << 21;

/// What a request knows of its key. Rare state beside the lean [`Request`].
#[derive(Debug, Clone, Copy, Default)]
struct Token {
    /// Its key in all key spaces; 0 for a request that is not followed.
    key: u64,
    /// A read: newest version acknowledged when it was sent.
    expects: u64,
    /// A write: its version, [`ORIGINAL`] until the first durable copy.
    wrote: u64,
    /// A read: newest write of the same user that was acknowledged, and newest version that user read.
    past: Past,
    /// A read: what its session relies on.
    needs: u64,
    /// The key was created in the run: its original is nothing.
    created: bool,
}

/// Versions under way, and what has been acknowledged.
#[derive(Debug, Default)]
pub struct Versions {
    /// Whether anything in the design can be stale.
    pub on: bool,
    /// Version of each call's answer, by call slot.
    answers: Vec<u64>,
    /// By request slot.
    tokens: Vec<Token>,
    /// Newest acknowledged version of each key written in the run.
    acknowledged: KeyTable<u64>,
    /// Users who come back.
    users: Users,
    /// What was seen in the measured window, by station of the client.
    seen: Vec<Seen>,
}

impl Versions {
    /// Nothing written yet; `clients` is the number of stations.
    pub fn new(on: bool, stations: usize) -> Self {
        Versions {
            on,
            acknowledged: KeyTable::bounded(MOST_KEYS),
            seen: vec![Seen::default(); stations],
            ..Versions::default()
        }
    }

    /// The design changed: `on` may differ, and clients are counted by new indices.
    pub fn carry_over(&mut self, on: bool, stations: usize) {
        self.on = on;
        self.seen = vec![Seen::default(); stations];
    }

    /// Counts anew.
    pub fn restart(&mut self) {
        self.seen.iter_mut().for_each(|seen| *seen = Seen::default());
    }

    /// A call begins in this slot.
    #[inline]
    pub fn call_begins(&mut self, slot: u32) {
        if self.on {
            set_at(&mut self.answers, slot, UNKNOWN);
        }
    }

    /// Version of a call's answer so far.
    #[inline]
    pub fn answer(&self, slot: u32) -> u64 {
        if self.on { self.answers.get(slot as usize).copied().unwrap_or(UNKNOWN) } else { UNKNOWN }
    }

    /// A store or a cache answers a call with this version.
    #[inline(never)]
    pub fn set_answer(&mut self, slot: u32, version: u64) {
        if self.on {
            set_at(&mut self.answers, slot, version);
        }
    }

    /// An answer reaches its caller: what the caller will say is as old as the oldest part.
    #[inline(always)]
    pub fn pass_on(&mut self, from: u32, to: u32) {
        if self.on {
            self.set_answer(to, self.answer(from).min(self.answer(to)));
        }
    }

    /// A request for a key is sent.
    pub fn request_begins(
        &mut self,
        slot: u32,
        key: u64,
        op: u8,
        user: u64,
        session: Session,
        created: bool,
    ) {
        if !self.on {
            return;
        }
        let mut token = Token { key, created, ..Token::default() };
        if op == 0 {
            token.expects = self.newest(key);
            token.past = self.users.of_key(user, key);
            token.needs = self.users.needs(session, user);
        }
        set_at(&mut self.tokens, slot, token);
    }

    /// A read follows a write of its user.
    pub fn wrote_before(&mut self, slot: u32, session: Session, version: u64) {
        let Some(token) = self.tokens.get_mut(slot as usize).filter(|_| self.on) else { return };
        token.past.wrote = version.max(token.past.wrote);
        if session != Session::None {
            token.needs = version.max(token.needs);
        }
    }

    /// Key and version that a request wrote.
    pub fn written(&self, slot: u32) -> (u64, u64) {
        self.tokens.get(slot as usize).map_or((0, ORIGINAL), |token| (token.key, token.wrote))
    }

    /// What a request's session relies on: a copy that has not got so far must not answer.
    #[inline]
    pub fn needs(&self, request: u32) -> u64 {
        if self.on {
            self.tokens.get(request as usize).map_or(ORIGINAL, |token| token.needs)
        } else {
            ORIGINAL
        }
    }

    /// What an answer tells a user who will come back.
    pub fn remember(&mut self, slot: u32, request: &Request, session: Session, version: u64) {
        let (key, wrote) = self.written(slot);
        let version = if request.op == 1 { wrote } else { version };
        if key != 0 && version != ORIGINAL && version != UNKNOWN {
            self.users.remember(session, request.user, key, request.op, version);
        }
    }

    /// Newest acknowledged version of a key.
    pub fn newest(&self, key: u64) -> u64 {
        self.acknowledged.get(key).unwrap_or(ORIGINAL)
    }

    /// Key of a request, in all key spaces; 0 where it is not followed.
    #[inline]
    pub fn key(&self, request: u32) -> u64 {
        self.tokens.get(request as usize).map_or(0, |token| token.key)
    }

    /// Version of a request's write: the time of its first durable copy, which is now unless there was one.
    pub fn commit(&mut self, request: u32, now: u64) -> u64 {
        let Some(token) = self.tokens.get_mut(request as usize) else { return now.max(1) };
        if token.wrote == ORIGINAL {
            token.wrote = now.max(1);
        }
        token.wrote
    }

    /// A request was answered ok: a write is acknowledged, a read is compared with what had been.
    pub fn answered(&mut self, slot: u32, request: &Request, version: u64, counted: bool) {
        let Some(token) = self.tokens.get(slot as usize).copied().filter(|token| token.key != 0) else {
            return;
        };
        let seen = self.seen.get_mut(request.source as usize).filter(|_| counted);
        if request.op == 1 {
            if token.wrote != ORIGINAL {
                if let Some(newest) = self.acknowledged.entry(token.key) {
                    *newest = token.wrote.max(*newest);
                }
                seen.into_iter().for_each(|seen| seen.writes += 1);
            }
            return;
        }
        let Some(seen) = seen.filter(|_| version != UNKNOWN) else { return };
        seen.reads += 1;
        seen.stale += u64::from(version < token.expects);
        seen.not_found += u64::from(version < token.expects && version == ORIGINAL && token.created);
        seen.own_missed += u64::from(version < token.past.wrote);
        seen.after_own += u64::from(token.past.wrote != ORIGINAL);
        seen.backwards += u64::from(version < token.past.saw);
    }

    /// A key was changed where another change of it had not been seen yet.
    pub fn conflict(&mut self, source: u32, found: bool) {
        if let Some(seen) = self.seen.get_mut(source as usize).filter(|_| found) {
            seen.conflicts += 1;
        }
    }

    /// A write is gone from every copy; what is left of its key is `left`. Counts when it had been acknowledged.
    pub fn lose(&mut self, key: u64, version: u64, left: u64, source: u32) {
        let Some(newest) = self.acknowledged.get(key).filter(|newest| *newest >= version) else { return };
        if newest == version
            && let Some(newest) = self.acknowledged.entry(key)
        {
            // Readers cannot miss what nobody has: the loss is counted once, as a loss.
            *newest = left;
        }
        if let Some(seen) = self.seen.get_mut(source as usize) {
            seen.lost += 1;
        }
    }

    /// What each client saw in the measured window, and all together.
    pub fn report(&self, stations: &[super::net::StationNet]) -> (Consistency, Vec<ClientConsistency>) {
        if !self.on {
            return Default::default();
        }
        let source = |(index, _): &(usize, &Seen)| matches!(stations[*index].station, Station::Source(_));
        let clients = self.seen.iter().enumerate().filter(source);
        let client = |(index, seen): (usize, &Seen)| ClientConsistency {
            node: index as u32,
            seen: Consistency::counted(*seen),
        };
        let all = self.seen.iter().fold(Seen::default(), |sum, seen| sum.and(*seen));
        (Consistency::counted(all), clients.map(client).collect())
    }
}

fn set_at<T: Copy + Default>(all: &mut Vec<T>, slot: u32, value: T) {
    if all.len() <= slot as usize {
        all.resize(slot as usize + 1, T::default());
    }
    all[slot as usize] = value;
}
