//! Kills by hand as the report names them: what was killed, when, and when the last of it was back.
//!
//! They stand apart from the faults of the timeline because no figure depends on them: estimates start anew at each.

use super::Simulation;
use super::change::Map;
use super::trouble::MOST_SPANS;
use crate::engine::Unit;
use crate::report::FaultSpan;
use crate::sorted::sort_by;
use crate::topology::Trouble;

/// All kills by hand of a run, in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Slain {
    all: Vec<Kill>,
}

#[derive(Debug)]
struct Kill {
    span: FaultSpan,
    /// What it killed and is still dead, each (station, instance).
    dead: Vec<(u32, u32)>,
}

impl Slain {
    /// Those so far, each with its end.
    pub(super) fn spans(&self) -> impl Iterator<Item = FaultSpan> + '_ {
        self.all.iter().map(|kill| kill.span.clone())
    }

    fn going_on(&mut self) -> impl Iterator<Item = &mut Kill> {
        self.all.iter_mut().filter(|kill| kill.span.until_s.is_none())
    }
}

impl Simulation {
    /// What was broken so far, by the timeline and by hand, in the order in which it began.
    pub(super) fn happened(&self) -> Vec<FaultSpan> {
        let mut all = self.troubles.spans();
        all.extend(self.slain.spans());
        sort_by(&mut all, |a, b| a.from_s.total_cmp(&b.from_s));
        all
    }

    /// A unit is killed by hand now. The same once more, while all of it is still dead, is no other kill.
    pub(super) fn note_kill(&mut self, unit: Unit, dead: Vec<(u32, u32)>) {
        // What is not there has no name.
        if dead.is_empty() {
            return;
        }
        let text = Trouble::Kill(unit).in_words(&self.net.topology);
        let known = self.slain.going_on().any(|kill| kill.span.text == text && kill.dead == dead);
        if known || self.slain.all.len() >= MOST_SPANS {
            return;
        }
        let span = FaultSpan { id: None, text, from_s: self.now as f64 / 1e9, until_s: None };
        self.slain.all.push(Kill { span, dead });
    }

    /// What lives again, or is no longer there, is dead by no kill: that one is over with the last of its instances.
    pub(super) fn note_revivals(&mut self) {
        let now_s = self.now as f64 / 1e9;
        for kill in self.slain.going_on() {
            let stations = &self.stations;
            kill.dead.retain(|(station, instance)| {
                let state = stations.get(*station as usize);
                state
                    .and_then(|state| state.instances.get(*instance as usize))
                    .is_some_and(|found| found.dead)
            });
            if kill.dead.is_empty() {
                kill.span.until_s = Some(now_s);
            }
        }
    }

    /// After a change of the design: what was killed is found again.
    pub(super) fn move_slain(&mut self, map: &Map) {
        let moved = |(station, instance): &(u32, u32)| {
            Some((map.stations.get(*station as usize).copied().flatten()?, *instance))
        };
        for kill in self.slain.going_on() {
            kill.dead = kill.dead.iter().filter_map(moved).collect();
        }
    }
}
