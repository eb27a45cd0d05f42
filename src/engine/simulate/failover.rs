//! What a death means for the data: writes on their way are stranded, and lost when another copy takes over.

use super::Simulation;
use super::copies::Waiting;

impl Simulation {
    /// An instance of a store died: what the primary had not sent yet stays with it.
    pub(super) fn copies_after_death(&mut self, station: u32, instance: u32) {
        let state = &mut self.stations[station as usize];
        if let Some(copies) = state.copies.as_mut().filter(|_| instance == state.primary) {
            copies.strand(self.now);
        }
    }

    /// It is back, with its disk: a primary sends what was stranded, any other copy catches up.
    pub(super) fn copies_after_revival(&mut self, station: u32, instance: u32) {
        let state = &mut self.stations[station as usize];
        let Some(copies) = &mut state.copies else { return };
        let primary = state.primary as usize;
        for copy in 0..state.instances.len() {
            let behind = instance == state.primary || copy == instance as usize;
            if behind && !state.instances[copy].dead {
                copies.become_like(copy, primary);
            }
        }
    }

    /// The promoted copy takes over what any living copy has; acknowledged writes that none has are lost.
    pub(super) fn data_after_promotion(&mut self, station: u32) {
        let state = &mut self.stations[station as usize];
        let Some(copies) = &mut state.copies else { return };
        let promoted = state.primary as usize;
        let living: Vec<usize> =
            (0..state.instances.len()).filter(|copy| !state.instances[*copy].dead).collect();
        let missing: Vec<Waiting> = copies.missing(promoted, self.now);
        for write in missing {
            if living.iter().any(|copy| copies.read(*copy, write.key, self.now) >= write.version) {
                copies.write(promoted, write.key, write.version);
            } else {
                let left = copies.read(promoted, write.key, self.now);
                self.versions.lose(write.key, write.version, left, write.source);
            }
        }
        for copy in living {
            copies.become_like(copy, promoted);
        }
        copies.forget_waiting(promoted);
    }
}
