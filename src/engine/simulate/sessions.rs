//! Sessions in the memory of servers: a logged-in request that reaches another instance fails as *stateful*.

use super::Simulation;
use super::calls::NONE;
use crate::engine::random::Draw;
use crate::topology::Station;

/// Users followed one by one; of more, those with the same remainder share a session.
const MOST: u64 = 1 << 20;
/// Nobody has seen this user yet.
const UNKNOWN: u32 = u32::MAX;
/// The session went with its instance.
const LOST: u32 = u32::MAX - 1;

/// Where the session of each user lives, by user; empty where nobody keeps sessions.
pub type Sessions = Vec<u32>;

impl Simulation {
    /// Whether this request finds its session here. One that does not has to log in again, here.
    pub(super) fn finds_session(&mut self, slot: u32) -> bool {
        let call = self.calls[slot];
        let s = call.station as usize;
        let Station::Server(server) = &self.net.stations[s].station else { return true };
        let Some(logged_in) = server.sessions else { return true };
        let request = self.requests[call.request];
        let key = self.net.stations[s].session_key;
        let mut draw = Draw::new(key, request.hash, 0);
        if draw.uniform() >= logged_in {
            return true;
        }
        let user = (request.user ^ u64::from(request.source) << 40) % MOST;
        // Where every request is somebody else's, each has logged in before on some instance.
        let single = request.user == request.hash;
        let known = self.stations[s].sessions.get(user as usize).copied().filter(|_| !single);
        let home = match known.unwrap_or(UNKNOWN) {
            UNKNOWN if self.comes_by_user(call.route) => call.instance,
            UNKNOWN => self.some_instance(s, &mut draw),
            home => home,
        };
        if !single {
            let sessions = &mut self.stations[s].sessions;
            if sessions.len() <= user as usize {
                sessions.resize(user as usize + 1, UNKNOWN);
            }
            sessions[user as usize] = call.instance;
        }
        home == call.instance
    }

    /// Whether a router in front sends each user to the same instance.
    fn comes_by_user(&self, route: u32) -> bool {
        if route == NONE {
            return false;
        }
        let from = self.net.routes[route as usize].way.from as usize;
        matches!(&self.net.stations[from].station, Station::Router(router) if router.policy.keeps_users())
    }

    /// One of the running instances.
    fn some_instance(&self, station: usize, draw: &mut Draw) -> u32 {
        let reachable = self.net.stations[station].reachable as usize;
        let running = |i: &u32| {
            let instance = &self.stations[station].instances[*i as usize];
            !instance.retired && !instance.dead
        };
        let all = reachable.min(self.stations[station].instances.len()) as u32;
        let many = (0..all).filter(running).count() as u32;
        (0..all).filter(running).nth(draw.below(many.max(1)) as usize).unwrap_or(0)
    }

    /// A dead instance loses its sessions.
    pub(super) fn lose_sessions(&mut self, station: u32, instance: u32) {
        let homes = self.stations[station as usize].sessions.iter_mut();
        homes.filter(|home| **home == instance).for_each(|home| *home = LOST);
    }
}
