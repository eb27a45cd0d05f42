//! What a cache sends beside its misses: refreshes, and writes that it brings to its store later.

use super::Solver;
use crate::engine::cache::distinct;
use crate::engine::flows::calls::Step;
use crate::engine::flows::keys::Classes;
use crate::topology::{Lane, Operation, Station, Strategy, Tag};

impl Solver<'_> {
    /// Whether writes of a tag are acknowledged by this cache and brought to the store later.
    pub fn writes_behind(&self, node: usize, tag: Tag) -> bool {
        let Station::Cache(cache) = &self.topology.place(node).station else { return false };
        cache.rules.strategy == Strategy::WriteBehind
            && !self.skeleton.plan.links[node][Lane { op: Operation::Write, tag }].is_empty()
    }

    /// Writes of a client that a cache acknowledges: between two flushes those to one key become one.
    pub fn write_behind(&mut self, node: usize, client: usize, rate: f64, steps: &[Step]) {
        let Station::Cache(cache) = &self.topology.place(node).station else { return };
        let source = self.sources[client];
        let distinct = |seconds: f64| distinct(source.keys, source.zipf, rate * seconds);
        let mut interval = (cache.rules.flush_ns as f64 / 1e9).max(1e-9);
        let most = f64::from(cache.rules.flush_keys);
        if most > 0.0 && distinct(interval) > most {
            // Distinct keys grow with time: bisection.
            let (mut low, mut high) = (0.0, interval);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if distinct(middle) > most { high = middle } else { low = middle }
            }
            interval = high;
        }
        let flushed = (distinct(interval) / interval).min(rate);
        if let Some(step) = steps.first() {
            self.send(step.route, Classes::fresh(client, Operation::Write), flushed);
        }
        self.delete(node, client, rate);
    }

    /// Refreshes that follow from hits: of a cache in line along its first link, of a cache beside a server along the link
    /// that fetches its misses.
    pub fn refresh(
        &mut self,
        node: usize,
        client: usize,
        class: usize,
        step: Step,
        steps: &[Step],
        rate: f64,
    ) {
        let (cache, look_ups) = match step.gate {
            Some(gate) => {
                let before = steps.iter().find(|other| other.route == gate);
                (self.topology.ends(gate).1, before.map_or(0.0, |other| other.calls))
            }
            None if step.route == steps[0].route => (node, 1.0),
            None => return,
        };
        let Some(share) = self.sites[cache].known.refreshes.get(client).copied() else { return };
        let refreshes = rate * look_ups * share;
        if refreshes > 0.0 && self.classes.get(class).lane.op == Operation::Read {
            self.send(step.route, class, refreshes);
            if let Some(look_up) = step.gate {
                self.arrivals_of(node, cache).upkeep += refreshes;
                let upkeep = self.lane_of(client, Operation::Write);
                self.sent[look_up][upkeep] += refreshes;
            }
        }
    }
}
