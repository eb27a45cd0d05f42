//! What blocks that keep data on machines have in common: their servers and the price of their disks.

use super::param::{Fixed, Kind, Param, Reader, Unit};
use super::{machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Servers};

/// Price of disk [USD/GB a month]: gp3 in us-east-1 (references/defaults).
pub const DISK_GB: f64 = 0.08;

/// Whether callers prefer what is near.
pub const NEAREST: Param = Param {
    id: "nearest",
    label: "Nearest first",
    doc: "Callers go to the nearest of the nodes that may answer; otherwise to each in turn.",
    unit: Unit::None,
    kind: Kind::Flag,
    default: Fixed::Flag(false),
    source: "Format 1: in turn; drivers call it “nearest” or “local quorum”",
    when: None,
};

/// Servers of so many nodes with the parameters `cores`, `connections`, `read_ms`, `write_ms`, `shape` and `cv`; what a
/// call is told that finds all connections taken.
pub fn servers(read: &Reader, nodes: u32, full: Cause) -> Servers {
    let shape = service::shape(read);
    let time = |id| service::of(read.number(id), shape);
    Servers {
        instances: nodes,
        cores: Some(read.count("cores")),
        slots: read.count("connections"),
        full,
        addressing: Addressing::Own,
        ..machine::elastic(time("read_ms"), time("write_ms"))
    }
}
