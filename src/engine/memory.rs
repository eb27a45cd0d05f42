//! Reads of a store whose data does not fit into its memory: the share that finds its row there follows from the
//! popularity of the keys by the same code as the hits of a cache, and the others take a disk time longer.
//!
//! Both methods then see one service time of the right mean and variance: a share h of the reads takes the read time, the
//! rest a constant disk time more.

use super::flows::{self, Scenario};
use crate::topology::{Memory, Service, Shape, Station, Topology};

/// Finds the share of reads served from memory for every store that has less of it than data, and with it the time that a
/// read takes. Does nothing for other designs.
pub fn settle_memory(topology: &mut Topology) {
    if !topology.places().any(|(_, place)| place.from_memory().is_some()) {
        return;
    }
    let flows = flows::lossless(topology, &Scenario::default());
    for (place, flow) in topology.graph.node_weights_mut().zip(&flows.stations) {
        let (Station::Store(store), Some(share)) = (&mut place.station, flow.hit_ratio) else { continue };
        let Some(memory) = &mut store.data.memory else { continue };
        memory.share = share;
        place.servers.read = with_disk(place.servers.read, *memory);
    }
}

/// The time of a read that sometimes goes to the disk, by its first two moments.
fn with_disk(read: Service, memory: Memory) -> Service {
    let missed = 1.0 - memory.share;
    let mean_s = read.mean_s + missed * memory.disk_s;
    let own = read.shape.scv() * read.mean_s * read.mean_s;
    let variance = own + missed * memory.share * memory.disk_s * memory.disk_s;
    if missed <= 0.0 || mean_s <= 0.0 {
        return read;
    }
    let cv = f64::sqrt(variance) / mean_s;
    let shape = match cv {
        cv if cv < 1e-6 => Shape::Constant,
        cv if (cv - 1.0).abs() < 1e-9 => Shape::Exponential,
        cv if cv > 1.0 => Shape::Hyperexponential { cv },
        cv => Shape::Lognormal { cv },
    };
    Service { mean_s, shape }
}
