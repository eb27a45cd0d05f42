//! How much each node of a store keeps: on disk, and how much of that in memory.

use serde::{Deserialize, Serialize};

/// What lies on each node. The default says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Data {
    /// What a node keeps today [GB].
    pub gb: f64,
    /// What comes to that in a year [GB].
    pub growth_gb: f64,
    /// Disk of a node [GB]; `None` is always enough.
    pub disk_gb: Option<f64>,
    /// Memory that is smaller than the data; `None` keeps everything there.
    pub memory: Option<Memory>,
}

/// What of a node's data lies in memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// Rows that fit, of all nodes that share the keys between them.
    pub rows: f64,
    /// What a read takes longer that has to go to the disk [s].
    pub disk_s: f64,
    /// Share of the reads that find their row in memory (0–1); [`crate::engine::settle_memory`] finds it.
    pub share: f64,
}

/// A disk and what lies on it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Disk {
    /// What a node keeps today [GB].
    pub used_gb: f64,
    /// What its disk holds [GB]; `None` is always enough.
    pub of_gb: Option<f64>,
    /// Time until it is full [months of 1/12 year]; `None` is never.
    pub full_in_months: Option<f64>,
}

impl Data {
    /// The disk of a node; `None` where nobody said what lies there.
    pub fn disk(&self) -> Option<Disk> {
        let said = self.gb > 0.0 || self.growth_gb > 0.0;
        let full = |disk: f64| match disk - self.gb {
            left if left <= 0.0 => Some(0.0),
            left if self.growth_gb > 0.0 => Some(12.0 * left / self.growth_gb),
            _ => None,
        };
        let full_in_months = self.disk_gb.and_then(full);
        said.then_some(Disk { used_gb: self.gb, of_gb: self.disk_gb, full_in_months })
    }
}
