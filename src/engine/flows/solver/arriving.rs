//! What arrives at one station in one round.

use smallvec::SmallVec;

/// Calls by class: of all the classes of a design only few get to one station.
#[derive(Debug, Clone, Default)]
pub struct Calls(SmallVec<[(usize, f64); 2]>);

impl Calls {
    /// So many more of a class [1/s].
    pub fn add(&mut self, class: usize, rate: f64) {
        match self.0.binary_search_by_key(&class, |known| known.0) {
            Ok(at) => self.0[at].1 += rate,
            Err(at) => self.0.insert(at, (class, rate)),
        }
    }

    /// Those of a class [1/s].
    pub fn of(&self, class: usize) -> f64 {
        self.0.binary_search_by_key(&class, |known| known.0).map_or(0.0, |at| self.0[at].1)
    }

    /// All of them, by rising class [1/s].
    pub fn iter(&self) -> impl Iterator<Item = (usize, f64)> {
        self.0.iter().copied()
    }

    /// Whether nothing comes this way.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What arrives at one station.
#[derive(Debug, Clone, Default)]
pub struct Arriving {
    /// Calls by door [1/s].
    pub calls: [Calls; 2],
    /// Fills and deletions [1/s].
    pub upkeep: f64,
    /// Writes that delete their key, by client [1/s].
    pub deletes: Vec<f64>,
    /// Writes that put their key in with its new value, by client.
    pub updates: Vec<f64>,
    /// Of the calls that come from queues [1/s].
    pub pulled: f64,
}

impl Arriving {
    /// Calls through both doors by class [1/s].
    pub fn both(&self) -> impl Iterator<Item = (usize, f64)> {
        self.calls.iter().flat_map(Calls::iter)
    }

    /// Everything [1/s].
    pub fn total(&self) -> f64 {
        self.both().map(|(_, rate)| rate).sum::<f64>() + self.upkeep
    }

    /// Nothing has arrived yet; the room is kept.
    pub fn clear(&mut self) {
        self.calls.iter_mut().for_each(|calls| calls.0.clear());
        self.deletes.clear();
        self.updates.clear();
        (self.upkeep, self.pulled) = (0.0, 0.0);
    }
}
