//! What a user's own device still has: a browser's or an app's cache, which answers without asking anybody.
//!
//! A device is not followed: users come and go by the million. A key of rate r at one device that keeps an answer for T is
//! there with the chance rT/(1 + rT), and was fetched at any moment within T: both are drawn, which is exact in the mean.

use super::Simulation;
use super::calls::Outcome;
use crate::engine::random::{Draw, Purpose};
use crate::topology::{Arrivals, Source, Station, nanoseconds};

impl Simulation {
    /// When the user's device fetched what a read asks for, if it still has it [ns].
    fn on_device(&self, request: u32) -> Option<u64> {
        let request = &self.requests[request];
        let net = &self.net.stations[request.source as usize];
        let Station::Source(source) = &net.station else { return None };
        let ttl_s = source.habits.device_ttl_s;
        // What is created in the run is on nobody's device; a closed loop says nothing of how often a user comes.
        let asks = request.op == 0 && request.rank <= source.keys && users(source) > 0.0;
        if ttl_s <= 0.0 || !asks {
            return None;
        }
        let popularity = libm::pow(request.rank as f64, -source.zipf) / net.popularities;
        let reads = source.rate * self.net.topology.traffic * source.reads * popularity / users(source);
        let mut draw = Draw::new(net.keys.of(Purpose::Hit), request.hash, 0);
        let hit = draw.uniform() * (1.0 + reads * ttl_s) < reads * ttl_s;
        let age = nanoseconds(draw.uniform() * ttl_s);
        hit.then(|| self.now.saturating_sub(age))
    }

    /// Answers a request from the user's device; whether it could. What was written since is not seen there.
    pub(super) fn answer_from_device(&mut self, request: u32, root: u32) -> bool {
        let Some(fetched) = self.on_device(request) else { return false };
        let source = self.requests[request].source;
        if self.shows_writes(source, &self.calls[root]) {
            let newest = self.versions.newest(self.versions.key(request));
            self.versions.set_answer(root, newest.min(fetched));
        }
        self.finish(root, Outcome::Ok { data: true, degraded: false, miss: false });
        true
    }
}

/// Users of an open stream of requests, each as busy as the others; 0 when nobody comes twice.
fn users(source: &Source) -> f64 {
    match source.arrivals {
        Arrivals::Closed(_) => 0.0,
        Arrivals::Poisson
        | Arrivals::Constant
        | Arrivals::Renewal(_)
        | Arrivals::Batch(_)
        | Arrivals::Bursts(_) => f64::from(source.users),
    }
}
