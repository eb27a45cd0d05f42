//! Autoscaling: instances come after their boot delay, and go when they have finished what they hold.

use super::Simulation;
use crate::engine::calendar::{Class, What};
use crate::topology::{Scaling, Station, nanoseconds};

/// What the autoscaler of one station has seen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scaler {
    /// Busy cores at the ticks since the last decision.
    busy: f64,
    ticks: u32,
    /// Instances that are being booted.
    booting: u32,
    /// No instance is taken away before this time [ns].
    quiet_until: u64,
}

/// How a station scales, if it does.
pub fn scaling(station: &Station) -> Option<Scaling> {
    station.server()?.scaling
}

impl Simulation {
    /// Looks at every station that scales, once a tick.
    pub(super) fn scale(&mut self) {
        for i in 0..self.net.scaled.len() {
            let station = self.net.scaled[i];
            let s = station as usize;
            let Some(scaling) = scaling(&self.net.stations[s].station) else { continue };
            let cores = self.net.stations[s].servers.cores.unwrap_or(1);
            let running = self.stations[s].instances.iter().filter(|one| !one.dead && !one.retired);
            let busy: u32 = running.map(|one| one.busy.min(cores)).sum();
            let scaler = &mut self.stations[s].scaler;
            scaler.busy += f64::from(busy);
            scaler.ticks += 1;
            let interval = scaling.interval_ticks();
            if scaler.ticks >= interval {
                let work = scaler.busy / f64::from(scaler.ticks);
                (scaler.busy, scaler.ticks) = (0.0, 0);
                self.decide(station, &scaling, work, f64::from(cores));
            }
        }
    }

    fn decide(&mut self, station: u32, scaling: &Scaling, work: f64, cores: f64) {
        let s = station as usize;
        let wanted = scaling.wanted(work, cores, self.net.stations[s].servers.instances);
        let running = self.running(s);
        let scaler = &mut self.stations[s].scaler;
        if wanted > running + scaler.booting {
            let more = wanted - running - scaler.booting;
            scaler.booting += more;
            let now = self.now;
            scaler.quiet_until = now + nanoseconds(scaling.boot_s + scaling.cooldown_s);
            for _ in 0..more {
                let time = now + nanoseconds(scaling.boot_s);
                self.calendar.push(time, Class::Timer, What::Boot, station, 0);
            }
        } else if wanted < running && scaler.booting == 0 && self.now >= scaler.quiet_until {
            scaler.quiet_until = self.now + nanoseconds(scaling.cooldown_s);
            (wanted..running).for_each(|_| self.drain_one(station));
        }
    }

    /// Instances that take calls.
    pub(super) fn running(&self, station: usize) -> u32 {
        self.stations[station].instances.iter().filter(|one| !one.dead && !one.retired).count() as u32
    }

    /// A new instance is ready.
    pub(super) fn boot(&mut self, station: u32) {
        let s = station as usize;
        let Some(state) = self.stations.get_mut(s) else { return };
        state.scaler.booting = state.scaler.booting.saturating_sub(1);
        let most = self.net.stations[s].servers.instances as usize;
        let free = |one: &super::Instance| one.retired && !one.dead;
        let Some(instance) = state.instances.iter().take(most).position(free) else { return };
        state.instances[instance].retired = false;
        self.watch.scaled = true;
        self.tell_routers(station, instance as u32, false);
        for i in 0..self.net.stations[s].feeders.len() {
            self.hand_out(self.net.stations[s].feeders[i]);
        }
    }

    /// The last instance takes no more calls, and is gone when it has answered what it holds.
    fn drain_one(&mut self, station: u32) {
        let instances = &mut self.stations[station as usize].instances;
        let Some(instance) = instances.iter().rposition(|one| !one.retired && !one.dead) else { return };
        instances[instance].retired = true;
        self.watch.scaled = true;
        self.tell_routers(station, instance as u32, true);
    }

    /// Every router knows at once that an instance is out, or in again.
    pub(super) fn tell_routers(&mut self, station: u32, instance: u32, out: bool) {
        let now = self.now;
        for state in &mut self.stations {
            let Some(choices) = &mut state.choices else { continue };
            for candidate in 0..choices.candidates.len() {
                let target = &choices.candidates[candidate];
                if (target.station, target.instance) == (station, instance) {
                    choices.set_out(candidate as u32, out, now);
                }
            }
        }
    }

    /// Instances beyond those at the start wait to be booted.
    pub(super) fn retire_spares(&mut self) {
        for i in 0..self.net.scaled.len() {
            let station = self.net.scaled[i];
            for instance in 0..self.stations[station as usize].instances.len() {
                if self.stations[station as usize].instances[instance].retired {
                    self.tell_routers(station, instance as u32, true);
                }
            }
        }
    }
}
