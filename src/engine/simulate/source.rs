//! Who sends when: open arrivals in operational time, bursts, and users who wait for their answer.

use super::Simulation;
use super::calls::Request;
use super::contents::ABSENT;
use crate::engine::calendar::{Class, What};
use crate::engine::pace;
use crate::engine::random::{Draw, Purpose, mix};
use crate::topology::{Arrivals, Bursts, Closed, Source, Station, nanoseconds};

/// What a source knows beside its rate and its next request.
#[derive(Debug, Default)]
pub(super) struct Sender {
    /// In a burst, or between two; `None` for a source without bursts.
    burst: Option<bool>,
    /// Switches so far: the pending one bears this number.
    switches: u32,
    /// Users of a closed loop who think or wait for an answer.
    active: Vec<bool>,
}

impl Simulation {
    fn source(&self, station: usize) -> Option<&Source> {
        match &self.net.stations[station].station {
            Station::Source(source) => Some(source),
            _ => None,
        }
    }

    pub(super) fn start_source(&mut self, station: usize) {
        let Some(source) = self.source(station) else { return };
        let arrivals = source.arrivals;
        self.stations[station].started = true;
        if let Arrivals::Closed(closed) = arrivals {
            return self.wake_users(station, &closed);
        }
        self.set_burst(station);
        let rate = self.rate_now(station);
        let units = match arrivals {
            Arrivals::Constant => 0.0,
            _ => self.gap(station, 0),
        };
        self.stations[station].rate = rate;
        self.stations[station].due_s = self.later(station, self.now as f64 / 1e9, units / rate);
        self.schedule_birth(station);
    }

    /// The moment at which a source has sent for this time at a profile of 1 [s].
    fn later(&self, station: usize, from_s: f64, wanted_s: f64) -> f64 {
        self.source(station).map_or(f64::INFINITY, |source| pace::after(&source.profile, from_s, wanted_s))
    }

    /// Rate at a profile of 1 [1/s].
    fn rate_now(&self, station: usize) -> f64 {
        let Some(source) = self.source(station) else { return 0.0 };
        let level = match (source.arrivals, self.stations[station].sender.burst) {
            (Arrivals::Bursts(bursts), Some(true)) => bursts.burst,
            (Arrivals::Bursts(bursts), _) => bursts.calm,
            _ => 1.0,
        };
        source.rate * self.net.topology.traffic * self.surge(station) * level
    }

    /// Units of unit-rate time between a source's request of this number and the one before.
    #[inline(always)]
    fn gap(&self, station: usize, number: u64) -> f64 {
        let Some(source) = self.source(station) else { return 1.0 };
        let mut draw = Draw::new(self.net.stations[station].keys.of(Purpose::Gap), mix(number), 0);
        match source.arrivals {
            Arrivals::Constant | Arrivals::Closed(_) => 1.0,
            Arrivals::Poisson | Arrivals::Bursts(_) => draw.exponential(),
            Arrivals::Renewal(shape) => draw.shape(shape),
            Arrivals::Batch(size) if number.is_multiple_of(u64::from(size)) => {
                f64::from(size) * draw.exponential()
            }
            Arrivals::Batch(_) => 0.0,
        }
    }

    /// The second number tells births of an older pace from those of the present one.
    #[inline(always)]
    fn schedule_birth(&mut self, station: usize) {
        let state = &self.stations[station];
        if state.rate > 0.0 && state.due_s.is_finite() {
            let time = nanoseconds(state.due_s).max(self.now);
            let pace = state.faults;
            self.calendar.push(time, Class::Arrival, What::Birth, station as u32, pace);
        }
    }

    /// The traffic or the source has changed: the pending gap is what it was in operational time.
    pub(super) fn rescale_source(&mut self, station: usize) {
        let Some(source) = self.source(station) else { return };
        if let Arrivals::Closed(closed) = source.arrivals {
            self.stations[station].faults += 1;
            return self.wake_users(station, &closed);
        }
        self.set_burst(station);
        let now_s = self.now as f64 / 1e9;
        let state = &self.stations[station];
        let Some(source) = self.source(station) else { return };
        let units = if state.rate > 0.0 && state.due_s.is_finite() {
            pace::between(&source.profile, now_s, state.due_s).max(0.0) * state.rate
        } else {
            self.gap(station, state.sent)
        };
        let rate = self.rate_now(station);
        let due_s = self.later(station, now_s, units / rate);
        let state = &mut self.stations[station];
        state.rate = rate;
        state.due_s = due_s;
        state.faults += 1;
        self.schedule_birth(station);
    }

    /// Begins the bursts of a source that has them, and forgets those of one that has none any more.
    fn set_burst(&mut self, station: usize) {
        let bursts = match self.source(station).map(|source| source.arrivals) {
            Some(Arrivals::Bursts(bursts)) => bursts,
            _ => return self.stations[station].sender.burst = None,
        };
        if self.stations[station].sender.burst.is_none() {
            let share = bursts.burst_s / (bursts.calm_s + bursts.burst_s);
            let begins = self.burst_draw(station).uniform() < share;
            self.stations[station].sender.burst = Some(begins);
            self.schedule_switch(station, &bursts);
        }
    }

    fn burst_draw(&self, station: usize) -> Draw {
        let switches = u64::from(self.stations[station].sender.switches);
        Draw::new(self.net.stations[station].keys.of(Purpose::Burst), mix(switches), 0)
    }

    fn schedule_switch(&mut self, station: usize, bursts: &Bursts) {
        let sender = &mut self.stations[station].sender;
        let mean_s = if sender.burst == Some(true) { bursts.burst_s } else { bursts.calm_s };
        sender.switches += 1;
        let number = sender.switches;
        let time = self.now + nanoseconds(mean_s * self.burst_draw(station).exponential());
        self.calendar.push(time, Class::Arrival, What::Switch, station as u32, number);
    }

    /// A burst begins or ends.
    pub(super) fn switch(&mut self, station: u32, number: u32) {
        let s = station as usize;
        let Some(Arrivals::Bursts(bursts)) = self.source(s).map(|source| source.arrivals) else { return };
        let sender = &mut self.stations[s].sender;
        let Some(burst) = sender.burst.filter(|_| sender.switches == number) else { return };
        sender.burst = Some(!burst);
        self.schedule_switch(s, &bursts);
        self.rescale_source(s);
    }

    pub(super) fn birth(&mut self, station: u32, pace: u32) {
        let s = station as usize;
        if self.stations[s].faults != pace {
            return;
        }
        let state = &self.stations[s];
        let gap = self.gap(s, state.sent + 1);
        self.stations[s].due_s = self.later(s, state.due_s, gap / state.rate);
        self.schedule_birth(s);
        self.send_request(station, None);
    }

    /// Sends a request, of a user of a closed loop or of anybody.
    #[inline(always)]
    fn send_request(&mut self, station: u32, user: Option<u32>) {
        let number = self.stations[station as usize].sent;
        self.stations[station as usize].sent += 1;
        let request = self.new_request(station, number, user);
        self.send_out(request, station, true);
    }

    #[inline(always)]
    fn new_request(&mut self, station: u32, number: u64, user: Option<u32>) -> u32 {
        let net = &self.net.stations[station as usize];
        let Station::Source(source) = &net.station else { unreachable!("only sources send") };
        let hash = mix(net.keys.of(Purpose::Gap) ^ mix(number));
        let draw = |purpose| Draw::new(net.keys.of(purpose), hash, 0);
        let reads = source.reads >= 1.0 || draw(Purpose::Operation).uniform() < source.reads;
        let looped = user.is_some();
        let user = match (user, source.users) {
            (Some(user), _) => u64::from(user),
            (None, 0) => hash,
            (None, users) => u64::from(draw(Purpose::User).below(users)),
        };
        let (session, tag) = (source.habits.session, source.tag);
        let asks = self.net.keyed || net.habitual;
        let (rank, key, creates) = if asks { self.asked_for(station, hash, reads) } else { (0, 0, false) };
        let request = Request {
            hash,
            born: self.now,
            rank,
            user,
            source: station,
            calls: 0,
            op: u8::from(!reads),
            tag,
            looped,
            window: self.watch.window_of_new_requests(),
        };
        let slot = self.requests.insert(request).slot;
        self.versions.request_begins(slot, key, u8::from(!reads), user, session, creates);
        slot
    }

    /// What a request of this hash asks for: its rank, its key, and whether it creates that.
    #[inline(never)]
    fn asked_for(&mut self, station: u32, hash: u64, reads: bool) -> (u64, u64, bool) {
        let net = &self.net.stations[station as usize];
        let Station::Source(source) = &net.station else { unreachable!("only sources send") };
        let (hot, keys) = (source.habits.hot, source.keys);
        let rank = match (&net.zipf, self.net.keyed) {
            (Some(_), true) if hot > 0.0 && self.asks_hot(station, hash, hot) => 1,
            (Some(zipf), true) => Draw::new(net.keys.of(Purpose::Key), hash, 0).rank(zipf),
            _ => 0,
        };
        let creates = self.creates(station, hash, !reads);
        let rank = if creates { self.created_rank(station, keys) } else { rank };
        let absent = self.asks_for_nothing(station, hash, reads);
        let rank = if absent { ABSENT + rank } else { rank };
        let key = if absent { 0 } else { self.key_of(station, rank, creates) };
        (rank, key, creates)
    }

    /// The rank of a request's key. One that was sent when nothing asked for keys, before an edit, draws it now as it would
    /// have then.
    pub(super) fn rank_now(&self, request: &Request) -> u64 {
        if request.rank > 0 || !self.net.keyed {
            return request.rank;
        }
        let source = self.net.stations.get(request.source as usize);
        let zipf = source.and_then(|net| Some((net, net.zipf.as_ref()?)));
        zipf.map_or(1, |(net, zipf)| Draw::new(net.keys.of(Purpose::Key), request.hash, 0).rank(zipf))
    }

    /// Every user of a closed loop who neither thinks nor waits begins to think.
    fn wake_users(&mut self, station: usize, closed: &Closed) {
        let users = self.users_now(station, closed);
        let active = &mut self.stations[station].sender.active;
        active.resize(active.len().max(users as usize), false);
        for user in 0..users {
            if !std::mem::replace(&mut self.stations[station].sender.active[user as usize], true) {
                let number = self.stations[station].sent.wrapping_add(u64::from(user) << 32);
                self.schedule_thought(station, closed, mix(!number), user);
            }
        }
    }

    fn users_now(&self, station: usize, closed: &Closed) -> u32 {
        let multiple = self.net.topology.traffic * self.surge(station);
        libm::round(f64::from(closed.users) * multiple).clamp(0.0, 1e6) as u32
    }

    fn schedule_thought(&mut self, station: usize, closed: &Closed, hash: u64, user: u32) {
        let mut draw = Draw::new(self.net.stations[station].keys.of(Purpose::Think), hash, 0);
        let time = self.now + nanoseconds(draw.service(&closed.think));
        self.calendar.push(time, Class::Arrival, What::Think, station as u32, user);
    }

    /// A user of a closed loop has the answer and thinks about the next request.
    pub(super) fn think(&mut self, answered: &Request) {
        let station = answered.source as usize;
        let Some(source) = self.stations.get(station).and_then(|_| self.source(station)) else { return };
        let user = answered.user as u32;
        if let Arrivals::Closed(closed) = source.arrivals {
            self.schedule_thought(station, &closed, answered.hash, user);
        } else if let Some(active) = self.stations[station].sender.active.get_mut(user as usize) {
            *active = false;
        }
    }

    /// A user has thought long enough; one who is no longer drawn leaves.
    pub(super) fn user_sends(&mut self, station: u32, user: u32) {
        let s = station as usize;
        let users = match self.source(s).map(|source| source.arrivals) {
            Some(Arrivals::Closed(closed)) => self.users_now(station as usize, &closed),
            _ => 0,
        };
        if user < users {
            return self.send_request(station, Some(user));
        }
        if let Some(active) = self.stations[s].sender.active.get_mut(user as usize) {
            *active = false;
        }
    }
}
