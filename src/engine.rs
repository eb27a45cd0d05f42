//! The two methods and the promise that both keep: any topology gives a [`Report`](crate::report::Report).

mod bins;
pub mod cache;
pub mod calendar;
pub mod flows;
pub mod formulas;
mod memory;
pub mod pace;
pub mod placement;
pub mod random;
pub mod replicate;
pub mod simulate;
pub mod steady;
pub mod tally;

pub use memory::settle_memory;

use serde::{Deserialize, Serialize};

use crate::topology::Topology;

/// Without monitoring a failover waits for a person [s] (engine.md: 15 min).
pub const PERSON_S: f64 = 900.0;

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

impl Unit {
    /// Every instance that goes when the unit does, as (station, instance), in topology order. A group takes what lies
    /// in the groups inside it as well; a client and an observer have no instance that could go.
    pub fn instances(self, topology: &Topology) -> Vec<(usize, u32)> {
        let all = topology.places().filter(|(_, place)| place.serves());
        let all = all.flat_map(|(node, place)| (0..place.instances()).map(move |instance| (node, instance)));
        all.filter(|&(node, instance)| self.strikes(topology, node, instance)).collect()
    }

    fn strikes(self, topology: &Topology, node: usize, instance: u32) -> bool {
        match self {
            Unit::Instance { node: n, instance: i } => (n as usize, i) == (node, instance),
            Unit::Block { node: n } => n as usize == node,
            Unit::Group { group } => {
                let innermost = topology.group_of(node, instance);
                innermost.is_some_and(|inner| topology.lies_in(inner, group as usize))
            }
        }
    }
}
