//! Stations that one source feeds directly: how their calls come is the source's own doing, and known exactly.

use super::Solver;
use crate::topology::{Arrivals, Lane, Operation, Profile, Station};

impl Solver<'_> {
    /// How the calls of a station come and how many there are [1/s], where all of them are the requests of one source as it
    /// sends them: none answered on the way, none tried again, none delayed differently from the others.
    pub(super) fn fed_by(&self, node: usize) -> Option<(Arrivals, f64)> {
        let rate = |route: usize| self.sent[route].iter().sum::<f64>();
        let mut used = self.incoming[node].iter().copied().filter(|route| rate(*route) > 0.0);
        let route = used.next().filter(|_| used.next().is_none())?;
        let Station::Source(source) = &self.topology.place(self.topology.ends(route).0).station else {
            return None;
        };
        let lane = |op| Lane { op, tag: source.tag };
        let once = Operation::ALL.iter().all(|op| self.called[route][lane(*op)].attempts <= 1.0);
        let drawn = self.topology.route(route);
        let plain = !drawn.policy.is_rough() && !drawn.policy.parallel && drawn.calls == 1.0;
        let steady = source.profile == Profile::Steady && source.habits.follow <= 0.0;
        let all = source.rate * self.multiple;
        let whole = (rate(route) - all).abs() <= 1e-9 * all;
        (once && plain && steady && whole).then_some((source.arrivals, all))
    }
}
