//! Deployments and the chaos monkey: faults that go on by themselves, one instance after another.
//!
//! A deployment takes a batch of instances out of service, lets each finish what it has, restarts it, and goes on when
//! everyone knows that it is back. A chaos monkey kills each instance after a random life and brings it back after a
//! random repair.

use super::Simulation;
use super::calls::State;
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, Purpose, key, mix};
use crate::topology::nanoseconds;

/// Time between two looks at a deployment [ns].
const LOOK_NS: u64 = 100_000_000;
/// A deployment goes on without an instance that nobody has welcomed back after this [ns].
const PATIENCE_NS: u64 = 60_000_000_000;

/// How a deployment stands with an instance of the present batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Gets no new calls and finishes what it has.
    Draining,
    /// Stopped.
    Away,
    /// Works again, and not everyone knows.
    Returning,
}

/// A deployment under way.
#[derive(Debug, Clone, Default)]
pub(super) struct Rollout {
    /// Instances still to do.
    waiting: Vec<u32>,
    /// The present batch: instance, stage, since when [ns].
    batch: Vec<(u32, Stage, u64)>,
}

/// What a deployment was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) station: u32,
    pub(super) batch: u32,
    pub(super) restart_ns: u64,
    pub(super) drain_ns: u64,
}

impl Simulation {
    /// A deployment begins.
    pub(super) fn begin_rollout(&mut self, key: u32, plan: Plan) -> Rollout {
        let all = self.stations[plan.station as usize].instances.iter().enumerate();
        let waiting = all.filter(|(_, instance)| !instance.retired).map(|(i, _)| i as u32).rev().collect();
        self.look_later(key);
        Rollout { waiting, batch: Vec::new() }
    }

    fn look_later(&mut self, key: u32) {
        self.calendar.push(self.now + LOOK_NS, Class::Fault, What::Fault, key, super::trouble::STEP);
    }

    /// Looks at the present batch, and goes on to the next. True when all is done.
    pub(super) fn roll(&mut self, key: u32, plan: Plan, rollout: &mut Rollout) -> bool {
        for part in &mut rollout.batch {
            self.roll_one(plan, part);
        }
        let now = self.now;
        rollout.batch.retain(|(instance, stage, since)| {
            let late = now.saturating_sub(*since) >= PATIENCE_NS;
            !(*stage == Stage::Returning && (late || self.is_welcome(plan.station, *instance)))
        });
        if rollout.batch.is_empty() {
            if rollout.waiting.is_empty() {
                return true;
            }
            let many = if plan.batch == 0 { usize::MAX } else { plan.batch as usize };
            let left = rollout.waiting.len().saturating_sub(many);
            for instance in rollout.waiting.split_off(left).into_iter().rev() {
                self.take_out(plan.station, instance);
                let mut part = (instance, Stage::Draining, now);
                self.roll_one(plan, &mut part);
                rollout.batch.push(part);
            }
        }
        self.look_later(key);
        false
    }

    /// A deployment that ends before it is done leaves everything at work.
    pub(super) fn stop_rollout(&mut self, station: u32, rollout: &Rollout) {
        for (instance, stage, _) in &rollout.batch {
            match stage {
                Stage::Away => self.wake(&[(station, *instance)]),
                Stage::Draining => {
                    let state = &mut self.stations[station as usize];
                    if let Some(state) = state.instances.get_mut(*instance as usize) {
                        state.draining = false;
                        self.schedule_notices(station, *instance, false);
                    }
                }
                Stage::Returning => {}
            }
        }
    }

    fn roll_one(&mut self, plan: Plan, part: &mut (u32, Stage, u64)) {
        let (instance, stage, since) = *part;
        let passed = self.now - since;
        match stage {
            Stage::Draining
                if passed >= plan.drain_ns || (passed > 0 && !self.is_busy(plan.station, instance)) =>
            {
                self.strike(&[(plan.station, instance)], false);
                *part = (instance, Stage::Away, self.now);
            }
            Stage::Away if passed >= plan.restart_ns => {
                self.wake(&[(plan.station, instance)]);
                *part = (instance, Stage::Returning, self.now);
            }
            Stage::Draining | Stage::Away | Stage::Returning => {}
        }
    }

    /// No new calls, by those who know of it: routers, and the station itself where it spreads calls.
    fn take_out(&mut self, station: u32, instance: u32) {
        let state = &mut self.stations[station as usize].instances[instance as usize];
        state.draining = true;
        state.out = true;
        self.tell_routers(station, instance, true);
    }

    /// Whether everyone sends calls again.
    fn is_welcome(&self, station: u32, instance: u32) -> bool {
        let all_know = |router: &super::StationState| {
            let Some(choices) = &router.choices else { return true };
            choices.candidates.iter().all(|c| (c.station, c.instance) != (station, instance) || !c.out)
        };
        let own = &self.stations[station as usize].instances;
        own.get(instance as usize).is_none_or(|own| !own.out) && self.stations.iter().all(all_know)
    }

    /// Whether an instance has calls, or some are on their way to it.
    fn is_busy(&self, station: u32, instance: u32) -> bool {
        self.calls.slots().into_iter().any(|slot| {
            let call = &self.calls[slot];
            (call.station, call.instance) == (station, instance)
                && !matches!(call.state, State::Replying | State::Lost)
        })
    }

    /// The next life or repair of an instance under a chaos monkey [ns].
    pub(super) fn chaos_ns(&self, fault: u32, unit: (u32, u32), turn: u32, mean_s: f64) -> u64 {
        let place = self.net.topology.place(unit.0 as usize).id.0;
        let stream = key(self.seed ^ u64::from(fault), place, Purpose::Chaos);
        let draw = Draw::new(stream, mix(u64::from(unit.1)), turn).exponential();
        nanoseconds(draw * mean_s)
    }
}
