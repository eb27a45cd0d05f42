//! Faults of a run: those of the timeline and those by hand. Deaths are in `fault`; what a call meets under way, and
//! the list of what is going on, is here.
//!
//! The tables of effects are made anew at each beginning and end. While nothing is going on, a call pays one look at a
//! flag.

use super::calls::NONE;
use super::change::Map;
use super::deploy::{Plan, Rollout};
use super::net::Net;
use super::{Simulation, StationState, partition};
use crate::engine::Unit;
use crate::engine::calendar::{Class, What};
use crate::engine::random::{Draw, Purpose, key};
use crate::report::FaultSpan;
use crate::topology::{Fault, Resharding, Topology, Trouble};

/// A step of a fault: it begins.
const BEGIN: u32 = 0;
/// A step of a fault: it ends.
const END: u32 = 1;
/// A step of a fault that goes on by itself; of a chaos monkey this and the place of the instance in its list.
pub(super) const STEP: u32 = 2;
/// Most faults of a run that its report names, and most kills by hand.
pub(super) const MOST_SPANS: usize = 1_000;
/// All faults of a run.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    last_key: u32,
    entries: Vec<Entry>,
    spans: Vec<(u32, FaultSpan)>,
    effects: Effects,
    /// Estimates start anew at each beginning and end: a live run shows what is.
    restarts: bool,
}

/// A fault to come, or one that goes on.
#[derive(Debug)]
struct Entry {
    key: u32,
    /// Its id in the design; `None` for one by hand.
    id: Option<u32>,
    trouble: Trouble,
    for_ns: Option<u64>,
    active: bool,
    /// Instances that it has killed and will bring back.
    killed: Vec<(u32, u32)>,
    /// Instances that a chaos monkey plays with, and how often it has drawn for each.
    prey: Vec<((u32, u32), u32)>,
    /// Where a deployment stands.
    rollout: Rollout,
}

/// What calls meet under way; empty while nothing is going on.
#[derive(Debug, Default)]
struct Effects {
    on: bool,
    /// Multiple of the service time, by station and instance.
    slow: Vec<Vec<f64>>,
    /// Share of the calls that fails, by station.
    errors: Vec<f64>,
    /// By route.
    cut: Vec<bool>,
    /// Share of packets lost, by route.
    loss: Vec<f64>,
    /// Isolated groups that an instance lies in, one bit each, by station and instance.
    sides: Vec<Vec<u64>>,
    /// Nodes of stores that must refuse, by station and instance.
    minority: Vec<Vec<bool>>,
    /// When the borders were drawn that are cut now [ns].
    since: u64,
}

impl Troubles {
    /// Whether a fault was on at some time of this stretch [s].
    pub(super) fn any_between(&self, from_s: f64, until_s: f64) -> bool {
        let on = |(_, span): &(u32, FaultSpan)| {
            span.from_s < until_s && span.until_s.is_none_or(|until| until > from_s)
        };
        self.spans.iter().any(on)
    }

    /// What began so far, with its end.
    pub(super) fn spans(&self) -> Vec<FaultSpan> {
        self.spans.iter().map(|(_, span)| span.clone()).collect()
    }

    /// Whether an instance is cut off from others of its station.
    pub(super) fn is_cut_off(&self, station: u32, instance: u32) -> bool {
        self.effects.on
            && self.effects.side(station, instance) != 0
            && self.effects.sides[station as usize].contains(&0)
    }

    /// Whether nothing goes wrong on purpose now.
    #[inline(always)]
    pub(super) fn none(&self) -> bool {
        !self.effects.on
    }

    /// Whether a store's node lies on the side without a majority, and may not go on without one.
    pub(super) fn must_refuse(&self, station: u32, instance: u32) -> bool {
        let found = || self.effects.minority[station as usize].get(instance as usize);
        self.effects.on && found() == Some(&true)
    }

    /// Whether the nodes of a station cannot all reach each other.
    pub(super) fn is_split(&self, station: u32) -> bool {
        self.split(station).is_some()
    }

    /// Sides of a station's nodes that cannot all reach each other, and since when [ns].
    pub(super) fn split(&self, station: u32) -> Option<(&[u64], u64)> {
        let sides = self.effects.sides.get(station as usize)?;
        let apart = sides.windows(2).any(|pair| pair[0] != pair[1]);
        apart.then_some((sides.as_slice(), self.effects.since))
    }

    fn entry(&mut self, key: u32) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    fn add(&mut self, id: Option<u32>, trouble: Trouble, for_ns: Option<u64>) -> u32 {
        self.last_key += 1;
        let key = self.last_key;
        let (killed, prey, rollout) = (Vec::new(), Vec::new(), Rollout::default());
        self.entries.push(Entry { key, id, trouble, for_ns, active: false, killed, prey, rollout });
        key
    }

    fn active(&self) -> impl Iterator<Item = &Trouble> {
        self.entries.iter().filter(|entry| entry.active).map(|entry| &entry.trouble)
    }
}

impl Effects {
    #[inline]
    fn side(&self, station: u32, instance: u32) -> u64 {
        let sides = &self.sides[station as usize];
        sides.get(instance as usize).or(sides.first()).copied().unwrap_or(0)
    }

    /// Tables of what is going on; none while nothing of the kind is.
    fn of(net: &Net, stations: &[StationState], troubles: &Troubles) -> Effects {
        let topology = &net.topology;
        let groups: Vec<u32> = troubles.active().filter_map(isolated).collect();
        let each = |station: usize| 0..stations[station].instances.len().max(1) as u32;
        let side = |station: usize, instance: u32| side(topology, &groups, station, instance);
        let all = 0..stations.len();
        let mut effects = Effects {
            on: false,
            slow: all.clone().map(|station| each(station).map(|_| 1.0).collect()).collect(),
            errors: vec![0.0; stations.len()],
            cut: vec![false; net.routes.len()],
            loss: vec![0.0; net.routes.len()],
            sides: all.clone().map(|station| each(station).map(|i| side(station, i)).collect()).collect(),
            minority: Vec::new(),
            since: 0,
        };
        effects.minority = all.map(|station| partition::minority(net, &effects.sides, station)).collect();
        troubles.active().for_each(|trouble| effects.apply(trouble));
        if effects.on { effects } else { Effects::default() }
    }

    fn apply(&mut self, trouble: &Trouble) {
        match trouble {
            Trouble::Slow { node, instance, factor } => {
                for (i, slow) in self.slow[*node as usize].iter_mut().enumerate() {
                    if instance.is_none_or(|only| only as usize == i) {
                        *slow *= factor;
                    }
                }
            }
            Trouble::Errors { node, share } => either(&mut self.errors[*node as usize], *share),
            Trouble::Cut { route } => self.cut[*route as usize] = true,
            Trouble::Loss { route, share } => either(&mut self.loss[*route as usize], *share),
            // Copying takes its share of every core.
            Trouble::Reshard(Resharding { node, load, .. }) => {
                let slower = 1.0 / (1.0 - load.min(0.99));
                self.slow[*node as usize].iter_mut().for_each(|slow| *slow *= slower);
            }
            Trouble::Isolate { .. } => {}
            Trouble::Kill(_)
            | Trouble::Flush { .. }
            | Trouble::Traffic { .. }
            | Trouble::Chaos { .. }
            | Trouble::Replay { .. }
            | Trouble::Deploy { .. } => return,
        }
        self.on = true;
    }
}

/// One or the other happens, independent of each other.
fn either(share: &mut f64, more: f64) {
    *share = 1.0 - (1.0 - *share) * (1.0 - more);
}

fn isolated(trouble: &Trouble) -> Option<u32> {
    if let Trouble::Isolate { group } = trouble { Some(*group) } else { None }
}

/// One bit for each isolated group that an instance lies in; groups beyond the 64th share the last bit.
fn side(topology: &Topology, groups: &[u32], station: usize, instance: u32) -> u64 {
    let Some(inner) = topology.group_of(station, instance) else { return 0 };
    let inside = groups.iter().enumerate().filter(|(_, group)| topology.lies_in(inner, **group as usize));
    inside.fold(0, |bits, (index, _)| bits | 1 << index.min(63))
}

impl Simulation {
    /// Estimates start anew whenever a fault begins or ends, as they do after one by hand.
    pub fn restart_at_faults(&mut self) {
        self.troubles.restarts = true;
    }

    /// A fault by hand: begins now, and ends after this time [ns] or by [`Simulation::relieve`]. It takes the place of
    /// one of the same kind at the same place. All estimates start anew.
    pub fn inject(&mut self, trouble: Trouble, for_ns: Option<u64>) {
        self.relieve(&trouble);
        let key = self.troubles.add(None, trouble, for_ns);
        self.begin(key);
        self.settle();
        self.start_measuring();
    }

    /// Ends every fault of this kind at this place, of the timeline as well. All estimates start anew.
    pub fn relieve(&mut self, trouble: &Trouble) {
        let same = |entry: &&Entry| entry.active && entry.trouble.is_like(trouble);
        let found: Vec<u32> = self.troubles.entries.iter().filter(same).map(|entry| entry.key).collect();
        for key in found {
            self.end(key);
        }
        self.settle();
        self.start_measuring();
    }

    /// Whether a message between two instances would cross the border of a cut-off group, each (station, instance).
    pub(super) fn is_cut_between(&self, a: (u32, u32), b: (u32, u32)) -> bool {
        let effects = &self.troubles.effects;
        effects.on && effects.side(a.0, a.1) != effects.side(b.0, b.1)
    }

    /// Puts the timeline of the topology into the calendar.
    pub(super) fn plan_faults(&mut self) {
        let planned: Vec<Fault> =
            self.net.topology.faults.iter().filter(|fault| fault.at_ns >= self.now).cloned().collect();
        for fault in planned {
            let key = self.troubles.add(Some(fault.id.0), fault.trouble, fault.for_ns);
            self.calendar.push(fault.at_ns, Class::Fault, What::Fault, key, BEGIN);
        }
    }

    /// A fault of the calendar takes its next step.
    pub(super) fn fault_step(&mut self, key: u32, step: u32) {
        if self.troubles.entry(key).is_none() {
            return;
        }
        match step {
            BEGIN => self.begin(key),
            END => self.end(key),
            _ => return self.go_on_with(key, step - STEP),
        }
        if self.troubles.restarts {
            self.settle();
            self.start_measuring();
        }
    }

    fn begin(&mut self, key: u32) {
        let now = self.now;
        let Some(entry) = self.troubles.entry(key) else { return };
        entry.active = true;
        let (trouble, for_ns, id) = (entry.trouble.clone(), entry.for_ns, entry.id);
        self.next_phase();
        self.note_begin(key, id, &trouble);
        if let Some(for_ns) = for_ns {
            self.calendar.push(now.saturating_add(for_ns), Class::Fault, What::Fault, key, END);
        }
        match trouble {
            Trouble::Kill(unit) => self.strike_for(key, unit),
            Trouble::Flush { node } => {
                self.empty(Unit::Block { node });
                self.end(key);
            }
            Trouble::Replay { node, group } => {
                self.replay_log(node, group);
                self.end(key);
            }
            Trouble::Reshard(plan) => {
                self.refresh_effects();
                self.begin_reshard(key, plan);
            }
            Trouble::Traffic { .. } => self.rescale_sources(),
            Trouble::Slow { .. }
            | Trouble::Errors { .. }
            | Trouble::Cut { .. }
            | Trouble::Loss { .. }
            | Trouble::Isolate { .. } => self.refresh_effects(),
            Trouble::Chaos { node, mttf_s, .. } => self.begin_chaos(key, node, mttf_s),
            Trouble::Deploy { node, batch, restart_ns, drain_ns } => {
                let plan = Plan { station: node, batch, restart_ns, drain_ns };
                let rollout = self.begin_rollout(key, plan);
                if let Some(entry) = self.troubles.entry(key) {
                    entry.rollout = rollout;
                }
                self.go_on_with(key, 0);
            }
        }
    }

    /// A deployment looks at its batch; a chaos monkey kills an instance or brings it back.
    fn go_on_with(&mut self, key: u32, which: u32) {
        let Some(entry) = self.troubles.entry(key).filter(|entry| entry.active) else { return };
        match entry.trouble {
            Trouble::Deploy { node, batch, restart_ns, drain_ns } => {
                let plan = Plan { station: node, batch, restart_ns, drain_ns };
                let mut rollout = std::mem::take(&mut entry.rollout);
                let done = self.roll(key, plan, &mut rollout);
                if let Some(entry) = self.troubles.entry(key) {
                    entry.rollout = rollout;
                }
                if done {
                    self.end(key);
                }
            }
            Trouble::Chaos { mttf_s, mttr_s, .. } => self.chaos(key, which, [mttf_s, mttr_s]),
            Trouble::Reshard(Resharding { node, .. }) => {
                self.add_piece(node);
                self.end(key);
            }
            Trouble::Kill(_) | Trouble::Slow { .. } | Trouble::Errors { .. } | Trouble::Cut { .. } => {}
            Trouble::Isolate { .. } | Trouble::Loss { .. } | Trouble::Flush { .. } => {}
            Trouble::Traffic { .. } | Trouble::Replay { .. } => {}
        }
    }

    fn begin_chaos(&mut self, key: u32, node: Option<u32>, mttf_s: f64) {
        let topology = &self.net.topology;
        let stations = topology.places().filter(|(at, place)| {
            place.serves() && !place.managed && node.is_none_or(|node| node as usize == *at)
        });
        let all = stations.flat_map(|(at, place)| (0..place.instances()).map(move |i| (at as u32, i)));
        let prey: Vec<((u32, u32), u32)> = all.map(|unit| (unit, 0)).collect();
        for (place, (unit, _)) in prey.iter().enumerate() {
            self.chaos_later(key, place as u32, *unit, 0, mttf_s);
        }
        if let Some(entry) = self.troubles.entry(key) {
            entry.prey = prey;
        }
    }

    fn chaos_later(&mut self, key: u32, place: u32, unit: (u32, u32), turn: u32, mean_s: f64) {
        let fault = self.troubles.entry(key).and_then(|entry| entry.id).unwrap_or(u32::MAX);
        let time = self.now.saturating_add(self.chaos_ns(fault, unit, turn, mean_s));
        self.calendar.push(time, Class::Fault, What::Fault, key, STEP + place);
    }

    /// Lives and repairs take turns.
    fn chaos(&mut self, key: u32, place: u32, [mttf_s, mttr_s]: [f64; 2]) {
        let Some(entry) = self.troubles.entry(key) else { return };
        let Some((unit, turn)) = entry.prey.get_mut(place as usize) else { return };
        *turn += 1;
        let (unit, turn) = (*unit, *turn);
        if self.stations.get(unit.0 as usize).is_none_or(|state| state.instances.len() <= unit.1 as usize) {
            return;
        }
        if turn % 2 == 1 {
            self.strike(&[unit], false);
            self.chaos_later(key, place, unit, turn, mttr_s);
        } else {
            self.bring_back(vec![unit]);
            self.chaos_later(key, place, unit, turn, mttf_s);
        }
        if let Some(entry) = self.troubles.entry(key) {
            entry.killed.retain(|killed| *killed != unit);
            if turn % 2 == 1 {
                entry.killed.push(unit);
            }
        }
    }

    fn end(&mut self, key: u32) {
        let Some(place) = self.troubles.entries.iter().position(|entry| entry.key == key) else { return };
        let entry = self.troubles.entries.remove(place);
        self.next_phase();
        let now_s = self.now as f64 / 1e9;
        if let Some((_, span)) = self.troubles.spans.iter_mut().find(|(of, _)| *of == key) {
            span.until_s = Some(now_s);
        }
        match entry.trouble {
            Trouble::Kill(_) | Trouble::Chaos { .. } => self.bring_back(entry.killed),
            Trouble::Deploy { node, .. } => self.stop_rollout(node, &entry.rollout),
            Trouble::Traffic { .. } => self.rescale_sources(),
            Trouble::Slow { .. }
            | Trouble::Errors { .. }
            | Trouble::Cut { .. }
            | Trouble::Loss { .. }
            | Trouble::Reshard(_)
            | Trouble::Isolate { .. } => self.refresh_effects(),
            Trouble::Flush { .. } | Trouble::Replay { .. } => {}
        }
    }

    fn note_begin(&mut self, key: u32, id: Option<u32>, trouble: &Trouble) {
        let span = FaultSpan {
            id,
            text: trouble.in_words(&self.net.topology),
            from_s: self.now as f64 / 1e9,
            until_s: None,
        };
        if self.troubles.spans.len() < MOST_SPANS {
            self.troubles.spans.push((key, span));
        }
    }

    /// Kills what is alive of a unit, and remembers it.
    fn strike_for(&mut self, key: u32, unit: Unit) {
        let alive = |(station, instance): &(u32, u32)| {
            !self.stations[*station as usize].instances[*instance as usize].dead
        };
        let struck: Vec<(u32, u32)> = self.instances_of(unit).into_iter().filter(alive).collect();
        self.strike(&struck, matches!(unit, Unit::Group { .. }));
        if let Some(entry) = self.troubles.entry(key) {
            entry.killed = struck;
        }
    }

    /// Brings back what a fault has killed, unless another one still holds it dead.
    fn bring_back(&mut self, killed: Vec<(u32, u32)>) {
        let mut back = Vec::new();
        for (station, instance) in killed {
            let topology = &self.net.topology;
            let holds = |entry: &&mut Entry| match &entry.trouble {
                Trouble::Kill(unit) if entry.active => {
                    unit.instances(topology).contains(&(station as usize, instance))
                }
                _ => false,
            };
            match self.troubles.entries.iter_mut().find(holds) {
                Some(other) => other.killed.push((station, instance)),
                None => back.push((station, instance)),
            }
        }
        self.wake(&back);
    }

    fn rescale_sources(&mut self) {
        for station in 0..self.stations.len() {
            self.rescale_source(station);
        }
    }

    /// Multiple of a source's rate by faults.
    pub(super) fn surge(&self, station: usize) -> f64 {
        let strikes = |trouble: &Trouble| match trouble {
            Trouble::Traffic { node, factor } if node.is_none_or(|node| node as usize == station) => {
                Some(*factor)
            }
            _ => None,
        };
        self.troubles.active().filter_map(strikes).product()
    }

    /// Makes the tables anew; where borders moved, everyone finds out at the next checks.
    fn refresh_effects(&mut self) {
        let mut effects = Effects::of(&self.net, &self.stations, &self.troubles);
        let same = self.troubles.effects.sides == effects.sides;
        effects.since = if same { self.troubles.effects.since } else { self.now };
        let before = std::mem::replace(&mut self.troubles.effects, effects);
        let sides = &self.troubles.effects.sides;
        let any = |sides: &Vec<Vec<u64>>| sides.iter().flatten().any(|side| *side != 0);
        if before.sides == *sides || !(any(&before.sides) || any(sides)) {
            return;
        }
        for station in 0..self.stations.len() as u32 {
            for instance in 0..self.stations[station as usize].instances.len() as u32 {
                self.schedule_notices(station, instance, true);
            }
            self.schedule_promotion(station, true);
        }
    }

    /// Whether a router cannot reach a target for a border between them. Of a router's instances those count that are
    /// not cut off, as clients reach these.
    pub(super) fn is_beyond_border(&self, router: u32, station: u32, instance: u32) -> bool {
        let effects = &self.troubles.effects;
        if !effects.on {
            return false;
        }
        let here = effects.sides[router as usize].iter().copied().min().unwrap_or(0);
        if instance == NONE {
            return effects.sides[station as usize].iter().all(|side| *side != here);
        }
        effects.side(station, instance) != here
    }

    /// Whether a call that has arrived came over the border of a cut-off group.
    #[inline]
    pub(super) fn crosses_a_border(&self, slot: u32) -> bool {
        self.troubles.effects.on && self.ends_of(slot).is_some_and(|(from, to)| self.is_cut_between(from, to))
    }

    /// Caller and callee of a call, each (station, instance). A call that nobody waits for comes from the caller's first
    /// instance, as far as anyone knows.
    pub(super) fn ends_of(&self, slot: u32) -> Option<((u32, u32), (u32, u32))> {
        let call = &self.calls[slot];
        if call.route == NONE {
            return None;
        }
        let from = if self.calls.alive(call.parent) {
            let parent = &self.calls[call.parent.slot];
            (parent.station, parent.instance)
        } else {
            (self.net.routes[call.route as usize].way.from, 0)
        };
        Some((from, (call.station, call.instance)))
    }

    /// Whether a route is cut.
    #[inline]
    pub(super) fn is_cut(&self, route: u32) -> bool {
        self.troubles.effects.on && self.troubles.effects.cut[route as usize]
    }

    /// Whether nothing that is sent along a route arrives: it is cut, or no instance of the callee is on the caller's
    /// side of a border.
    pub(super) fn nothing_arrives_along(&self, route: u32) -> bool {
        if !self.troubles.effects.on {
            return false;
        }
        let net = &self.net.routes[route as usize];
        let from = (net.way.from, 0);
        let callees = self.net.stations[net.way.to as usize].servers.instances.max(1);
        self.is_cut(route) || (0..callees).all(|instance| self.is_cut_between(from, (net.way.to, instance)))
    }

    /// Whether a reply vanishes on its way back.
    #[inline]
    pub(super) fn reply_vanishes(&self, slot: u32) -> bool {
        if !self.troubles.effects.on || self.calls[slot].route == NONE {
            return false;
        }
        self.is_cut(self.calls[slot].route) || self.crosses_a_border(slot)
    }

    /// Multiple of the service time at an instance.
    #[inline]
    pub(super) fn slowness(&self, station: u32, instance: u32) -> f64 {
        if !self.troubles.effects.on {
            return 1.0;
        }
        self.troubles.effects.slow[station as usize].get(instance as usize).copied().unwrap_or(1.0)
    }

    /// Whether a fault makes this call fail after its service.
    #[inline]
    pub(super) fn errs(&self, slot: u32) -> bool {
        if !self.troubles.effects.on {
            return false;
        }
        let call = &self.calls[slot];
        let share = self.troubles.effects.errors[call.station as usize];
        share > 0.0 && {
            let id = self.net.topology.place(call.station as usize).id.0;
            let hash = self.requests[call.request].hash;
            Draw::new(key(self.seed, id, Purpose::FaultError), hash, call.visit).uniform() < share
        }
    }

    /// Share of packets that faults lose on a route, beside the link's own loss.
    #[inline]
    pub(super) fn loses(&self, route: u32) -> f64 {
        if self.troubles.effects.on { self.troubles.effects.loss[route as usize] } else { 0.0 }
    }

    /// After a change of the design: what goes on is found again, what is no longer drawn ends, what is to come is
    /// planned anew.
    pub(super) fn move_troubles(&mut self, old: &Net, map: &Map) {
        let new = &self.net.topology;
        let group = |index: u32| new.index_of_group(old.topology.groups.get(index as usize)?.id);
        let station = |index: u32| map.stations.get(index as usize).copied().flatten();
        let route = |index: u32| map.routes.get(index as usize).copied().flatten();
        let mut kept = Vec::new();
        for mut entry in std::mem::take(&mut self.troubles.entries) {
            let Some(moved) = entry.trouble.moved(&station, &route, &group) else { continue };
            if !entry.active {
                continue;
            }
            let back = |(at, instance): &(u32, u32)| station(*at).map(|at| (at, *instance));
            entry.killed = entry.killed.iter().filter_map(back).collect();
            for (unit, _) in &mut entry.prey {
                unit.0 = station(unit.0).unwrap_or(NONE);
            }
            entry.trouble = moved;
            kept.push(entry);
        }
        self.troubles.entries = kept;
        self.widen_effects();
    }

    /// A station has more instances than before: the tables of effects have room for them.
    pub(super) fn widen_effects(&mut self) {
        let since = self.troubles.effects.since;
        self.troubles.effects = Effects { since, ..Effects::of(&self.net, &self.stations, &self.troubles) };
    }

    /// The second half of a change, once calls are in their new places.
    pub(super) fn resume_troubles(&mut self) {
        let drawn = |id: u32| self.net.topology.faults.iter().any(|fault| fault.id.0 == id);
        let erased = |entry: &&Entry| entry.id.is_some_and(|id| !drawn(id));
        let erased: Vec<u32> = self.troubles.entries.iter().filter(erased).map(|entry| entry.key).collect();
        for key in erased {
            self.end(key);
        }
        self.note_revivals();
        self.plan_faults();
    }

    /// Whether an instance no longer takes part as far as its own station knows.
    pub(super) fn is_out(&self, station: u32, instance: u32) -> bool {
        let found = self.stations[station as usize].instances.get(instance as usize);
        let beyond = || !self.knows_sides(station) && self.troubles.is_cut_off(station, instance);
        found.is_some_and(|found| found.dead || found.draining) || beyond()
    }
}
