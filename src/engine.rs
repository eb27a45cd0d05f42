//! The two methods and the promise that both keep: any topology gives a [`Report`](crate::report::Report).

pub mod simulate;
pub mod steady;

use serde::{Deserialize, Serialize};

/// How a report was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Queueing formulas on the flow equations: instant.
    Steady,
    /// Every request as an event: the truth of the product.
    Simulated,
}

/// What to simulate: together with the topology it decides every bit of the report.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Seed of every random draw.
    pub seed: u64,
    /// Measured simulated time [s].
    pub duration_s: f64,
    /// Simulated time left out at the start [s].
    pub warmup_s: f64,
}

/// Something that can fail: the unit of single points of failure and of kill runs. Indices are dense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// One instance of a station: its process dies.
    Instance {
        /// Station.
        node: u32,
        /// Instance, from 0.
        instance: u32,
    },
    /// Every instance of a station at once; a what-if, never a single point of failure.
    Block {
        /// Station.
        node: u32,
    },
    /// A host, zone or region goes silent with everything in it.
    Group {
        /// Index into `Topology::groups`.
        group: u32,
    },
}
