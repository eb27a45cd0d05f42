//! Stations that one source feeds directly: how their calls come is the source's own doing, and known exactly.

use super::Solver;
use crate::topology::{Arrivals, Discipline, Lane, OnTimeout, Operation, Profile, Station};

impl Solver<'_> {
    /// Which operation a station serves first, where all reads are of one urgency and all writes of another; and whether it
    /// pushes the other out.
    pub(super) fn urgent(&self, node: usize) -> Option<(usize, bool)> {
        let Station::Server(server) = &self.topology.place(node).station else { return None };
        let Discipline::Priority { preemptive } = server.discipline else { return None };
        let mut found = [None; 2];
        for (class, _) in self.arriving[node].both().filter(|(_, rate)| *rate > 0.0) {
            let known = self.classes.get(class);
            let urgency = self.sources[known.client].priority;
            if *found[known.lane.op as usize].get_or_insert(urgency) != urgency {
                return None;
            }
        }
        let [reads, writes] = [found[0]?, found[1]?];
        (reads != writes).then_some((usize::from(writes > reads), preemptive))
    }

    /// Mean patience of the callers of a station [s], where all leave its line after an exponential time.
    pub(super) fn patience(&self, node: usize) -> Option<f64> {
        let mut used =
            self.skeleton.incoming[node].iter().filter(|route| self.sent[**route].iter().sum::<f64>() > 0.0);
        let of = |route: usize| {
            let drawn = self.topology.route(route);
            let leaves = drawn.policy.patience_varies && drawn.policy.on_timeout == OnTimeout::LeavesQueue;
            leaves.then_some(drawn.timeout_ns as f64 / 1e9)
        };
        let first = of(*used.next()?)?;
        used.all(|route| of(*route) == Some(first)).then_some(first)
    }

    /// How the calls of a station come and how many there are [1/s], where all of them are the requests of one source as it
    /// sends them: none answered on the way, none tried again, none delayed differently from the others.
    pub(super) fn fed_by(&self, node: usize) -> Option<(Arrivals, f64)> {
        let rate = |route: usize| self.sent[route].iter().sum::<f64>();
        let mut used = self.skeleton.incoming[node].iter().copied().filter(|route| rate(*route) > 0.0);
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
