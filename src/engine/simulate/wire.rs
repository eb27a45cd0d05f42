//! The way of a message along a link: latency with spread, packets sent again, datagrams lost, and the line for the cable.

use super::Simulation;
use super::calls::{Call, Kind, Outcome, State};
use super::guard::mark;
use super::trace::Point;
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, mix};
use crate::report::Cause;
use crate::topology::{Service, nanoseconds};

/// First wait before a lost packet is sent again [s]; it doubles (rules 1.4: the least retransmission time of TCP).
const RESEND_S: f64 = 0.2;
/// Losses of one packet in a row that are followed.
const MOST_LOSSES: u32 = 16;

/// When the cable of a link is free again, calls and replies apart [ns].
pub type Cable = [u64; 2];

impl Simulation {
    /// A call leaves its caller.
    pub(super) fn depart(&mut self, slot: u32, caller: &Call) {
        self.calls[slot].state = State::Travelling;
        self.trace(slot, Point::Left);
        let route = self.calls[slot].route;
        if self.is_cut(route) {
            return self.lose(slot, Cause::Partitioned);
        }
        let net = &self.net.routes[route as usize];
        if !net.rough && self.loses(route) <= 0.0 {
            let time = net.route.latency_ns + net.opening_ns + self.far(&self.calls[slot]);
            return self.after(time, Class::Arrival, What::Arrive, slot);
        }
        match self.wire_ns(slot, route, 0, turn(caller)) {
            Some(time) => {
                let more = self.net.routes[route as usize].opening_ns + self.far(&self.calls[slot]);
                self.after(time + more, Class::Arrival, What::Arrive, slot);
            }
            None => self.lose(slot, Cause::Lost),
        }
    }

    /// A reply leaves its callee.
    #[inline(always)]
    pub(super) fn reply(&mut self, slot: u32) {
        let route = self.calls[slot].route;
        if route != super::NONE && self.troubles.none() {
            let net = &self.net.routes[route as usize];
            if net.smooth {
                return self.after(net.route.latency_ns, Class::Reply, What::Reply, slot);
            }
        }
        self.reply_with_care(slot);
    }

    /// A reply leaves where distance, cable, loss or a fault has a say, or that came by no link.
    #[inline(never)]
    fn reply_with_care(&mut self, slot: u32) {
        let call = self.calls[slot];
        if call.route == super::NONE {
            // Of the calls without a link only a part of a larger one has a way to go.
            let far = if call.kind == Kind::Part { self.far(&call) } else { 0 };
            return self.after(far, Class::Reply, What::Reply, slot);
        }
        // What several nodes say together comes from where the caller is.
        if call.kind != Kind::Gather && self.reply_vanishes(slot) {
            return self.lose_reply(slot, Cause::Partitioned);
        }
        let net = &self.net.routes[call.route as usize];
        if !net.rough && self.loses(call.route) <= 0.0 {
            let time = net.route.latency_ns + self.far(&call);
            return self.after(time, Class::Reply, What::Reply, slot);
        }
        match self.wire_ns(slot, call.route, 1, call.visit) {
            Some(time) => self.after(time + self.far(&call), Class::Reply, What::Reply, slot),
            None => self.lose_reply(slot, Cause::Lost),
        }
    }

    /// The work was done, and nobody hears of it.
    fn lose_reply(&mut self, slot: u32, cause: Cause) {
        if matches!(self.calls[slot].outcome, Outcome::Ok { .. }) {
            self.calls[slot].marks |= mark::DONE;
        }
        self.lose(slot, cause);
    }

    /// How long a message is under way [ns]; `None` when it is lost for good. `direction` 0 is a call, 1 a reply.
    fn wire_ns(&mut self, slot: u32, route: u32, direction: usize, salt: u32) -> Option<u64> {
        let net = &self.net.routes[route as usize];
        let (policy, key) = (net.route.policy, net.wire_keys[direction]);
        let loss = 1.0 - (1.0 - policy.loss) * (1.0 - self.loses(route));
        let hash = self.requests[self.calls[slot].request].hash;
        let mut draw = Draw::new(key, mix(hash), salt);
        let mean_s = net.route.latency_ns as f64 / 1e9;
        let mut time_s = draw.service(&Service { mean_s, shape: policy.latency });
        let mut again = RESEND_S;
        for _ in 0..MOST_LOSSES {
            if loss <= 0.0 || draw.uniform() >= loss {
                break;
            }
            self.watch.route(route).extra.lost += 1;
            if policy.datagram {
                return None;
            }
            time_s += again;
            again *= 2.0;
        }
        let bits = policy.bits[direction];
        let mut passing = Passing { first: self.now, last: self.now };
        self.through_network(slot, direction, 0, bits, &mut passing);
        if let Some(bandwidth) = policy.bandwidth {
            passing.through(&mut self.cables[route as usize][direction], nanoseconds(bits / bandwidth));
        }
        let way = nanoseconds(time_s);
        let mut passing = Passing { first: passing.first + way, last: passing.last + way };
        self.through_network(slot, direction, 1, bits, &mut passing);
        Some(passing.last - self.now)
    }

    /// A message goes through the network of the instance that sends it, `side` 0, or receives it, where that has a limit.
    fn through_network(
        &mut self,
        slot: u32,
        direction: usize,
        side: usize,
        bits: f64,
        passing: &mut Passing,
    ) {
        let Some((caller, callee)) = self.ends_of(slot) else { return };
        let (station, instance) = if direction == side { caller } else { callee };
        let Some(bandwidth) = self.net.topology.place(station as usize).network else { return };
        if let Some(one) = self.stations[station as usize].instances.get_mut(instance as usize) {
            passing.through(&mut one.network[side], nanoseconds(bits / bandwidth));
        }
    }
}

impl Simulation {
    /// How long a call is received by an instance that was chosen when its last bit was there [ns]: the first one came as
    /// much earlier as the slower of sender and cable took.
    #[inline]
    pub(super) fn received_ns(&mut self, slot: u32) -> u64 {
        let route = self.calls[slot].route;
        if route == super::NONE || !self.net.routes[route as usize].rough {
            return 0;
        }
        self.received_roughly_ns(slot)
    }

    fn received_roughly_ns(&mut self, slot: u32) -> u64 {
        let call = self.calls[slot];
        let policy = self.net.routes[call.route as usize].route.policy;
        let from = self.net.routes[call.route as usize].way.from as usize;
        let slowest = [policy.bandwidth, self.net.topology.place(from).network].into_iter().flatten();
        let took = slowest.map(|bandwidth| nanoseconds(policy.bits[0] / bandwidth)).max().unwrap_or(0);
        let mut passing = Passing { first: self.now.saturating_sub(took), last: self.now };
        self.through_network(slot, 0, 1, policy.bits[0], &mut passing);
        passing.last - self.now
    }
}

/// When the first and the last bit of a message are at a place [ns]. What passes it on begins with the first one.
struct Passing {
    first: u64,
    last: u64,
}

impl Passing {
    /// Through a line that is free again at a time, and is busy for so long with the message.
    fn through(&mut self, free: &mut u64, busy: u64) {
        self.first = self.first.max(*free);
        *free = self.first + busy;
        self.last = self.last.max(*free);
    }
}

/// Tells the attempts and steps of one caller apart.
pub fn turn(caller: &Call) -> u32 {
    caller.visit
        ^ (u32::from(caller.attempt) << 24 | u32::from(caller.step) << 16 | u32::from(caller.repeats) << 4)
}
