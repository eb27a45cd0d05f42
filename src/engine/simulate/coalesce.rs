//! Request coalescing: misses of one key under way at one cache share one call to the store.
//!
//! The first miss leads; the others wait at their caller, or in a cache in line, for what it brings. When the leader dies
//! before it has brought anything the next one leads.

use super::calls::{Handle, Outcome, State};
use super::keytable::KeyTable;
use super::{Simulation, net};
use crate::engine::random::mix;
use crate::topology::Station;

/// Misses under way at one cache at most; more are not shared.
const MOST: usize = 1 << 20;

/// Misses under way at one cache.
#[derive(Debug)]
pub struct Pending {
    /// Place of each key's waiters, from 1.
    places: KeyTable<u32>,
    waiters: Vec<Vec<Handle>>,
    free: Vec<u32>,
}

impl Default for Pending {
    fn default() -> Self {
        Pending { places: KeyTable::bounded(MOST), waiters: Vec::new(), free: Vec::new() }
    }
}

impl Pending {
    /// Waits for a miss that is under way; false when this is the first of its key, which now leads.
    fn join(&mut self, key: u64, who: Handle) -> bool {
        if let Some(place) = self.places.get(key).filter(|place| *place > 0) {
            self.waiters[place as usize - 1].push(who);
            return true;
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.waiters.push(Vec::new());
            self.waiters.len() as u32
        });
        match self.places.entry(key) {
            Some(entry) => *entry = place,
            None => self.free.push(place),
        }
        false
    }

    /// The miss is over: who waited for it. Give the list back with [`Pending::keep`].
    fn close(&mut self, key: u64) -> Vec<Handle> {
        let Some(place) = self.places.get(key).filter(|place| *place > 0) else { return Vec::new() };
        self.places.remove(key);
        self.free.push(place);
        std::mem::take(&mut self.waiters[place as usize - 1])
    }

    /// Keeps the room of an emptied list for the next miss.
    fn keep(&mut self, mut list: Vec<Handle>) {
        list.clear();
        if let Some(place) = self.free.last() {
            let room = &mut self.waiters[*place as usize - 1];
            if room.capacity() < list.capacity() {
                *room = list;
            }
        }
    }

    /// Forgets everything; who waited.
    fn end_all(&mut self) -> Vec<Handle> {
        let all = self.waiters.iter_mut().flat_map(std::mem::take).collect();
        *self = Pending::default();
        all
    }
}

impl Simulation {
    /// The cache and the key whose miss a read is about to fetch along this route, where such misses are shared.
    fn shared_miss(&self, slot: u32, route: u32) -> Option<(usize, u64)> {
        if !self.net.coalesces {
            return None;
        }
        let call = &self.calls[slot];
        let request = &self.requests[call.request];
        if request.op != 0 {
            return None;
        }
        let mut cache = call.station as usize;
        if !matches!(self.net.stations[cache].station, Station::Cache(_)) {
            let look_up = self.net.routes[route as usize].follows[request.lane()]?;
            cache = self.net.routes[look_up as usize].way.to as usize;
        }
        let Station::Cache(spec) = &self.net.stations[cache].station else { return None };
        let location = net::location_of(spec, request.user);
        let key = mix(mix(request.rank ^ u64::from(request.source) << 40) ^ location).max(1);
        spec.rules.coalesce.then_some((cache, key))
    }

    /// Whether this read waits for a miss of the same key that is under way instead of fetching it once more.
    pub(super) fn waits_for_a_miss(&mut self, slot: u32, route: u32) -> bool {
        let Some((cache, key)) = self.shared_miss(slot, route) else { return false };
        let handle = self.calls.handle(slot);
        let waits = self.stations[cache].pending.join(key, handle);
        self.calls[slot].leads = !waits;
        waits
    }

    /// What a leading miss brought, brought to all who waited for it.
    pub(super) fn share_answer(&mut self, slot: u32, route: u32, outcome: Outcome) {
        self.calls[slot].leads = false;
        let Some((cache, key)) = self.shared_miss(slot, route) else { return };
        let waiters = self.stations[cache].pending.close(key);
        for waiter in &waiters {
            if self.still_waits(*waiter) {
                self.versions.pass_on(slot, waiter.slot);
                if let Some(route) = self.route_at(waiter.slot) {
                    self.take_answer(waiter.slot, route, outcome);
                }
            }
        }
        self.stations[cache].pending.keep(waiters);
    }

    /// A leading miss died: the next one leads.
    pub(super) fn hand_on_the_lead(&mut self, slot: u32) {
        self.calls[slot].leads = false;
        let Some((cache, key)) = self.route_at(slot).and_then(|route| self.shared_miss(slot, route)) else {
            return;
        };
        for waiter in self.stations[cache].pending.close(key) {
            if self.still_waits(waiter) && !self.is_dying(waiter.slot) {
                self.proceed(waiter.slot);
            }
        }
    }

    /// Whether the instance that a call is at is dead: the call ends with it.
    fn is_dying(&self, slot: u32) -> bool {
        let call = &self.calls[slot];
        let instances = &self.stations[call.station as usize].instances;
        instances.get(call.instance as usize).is_some_and(|instance| instance.dead)
    }

    /// Before an edit: nobody waits for another any more. Returns who did.
    pub(super) fn end_sharing(&mut self) -> Vec<Handle> {
        for slot in self.calls.slots() {
            self.calls[slot].leads = false;
        }
        self.stations.iter_mut().flat_map(|station| station.pending.end_all()).collect()
    }

    /// After an edit: who waited for another fetches for itself.
    pub(super) fn fetch_alone(&mut self, waited: Vec<Handle>) {
        for waiter in waited {
            if self.still_waits(waiter) {
                self.proceed(waiter.slot);
            }
        }
    }

    fn still_waits(&self, waiter: Handle) -> bool {
        self.calls.alive(waiter) && self.calls[waiter.slot].state == State::Calling
    }

    /// The route that a caller is at.
    fn route_at(&self, slot: u32) -> Option<u32> {
        let call = &self.calls[slot];
        let lane = self.requests[call.request].lane();
        self.net.stations[call.station as usize].outgoing[lane].get(call.step as usize).copied()
    }
}
