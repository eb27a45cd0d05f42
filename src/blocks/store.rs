//! What blocks that keep data on machines have in common: their servers and the price of their disks.

use super::param::{Fixed, Kind, Param, Reader, Unit};
use super::{machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Data, Memory, Servers};

/// Price of disk [USD/GB a month]: gp3 in us-east-1 (references/defaults).
pub const DISK_GB: f64 = 0.08;

/// Time to look at one row where no index leads to it [s]: 10 ms with a thousand rows, 10 s with ten million.
const SCAN_S: f64 = 1e-6;

/// What a node keeps that has this share of the rows, with the parameters [`ROWS`], [`ROW_BYTES`], [`GROWTH`] and
/// [`DISK`]; its memory is [`memory`].
pub fn data(read: &Reader, share: f64) -> Data {
    let gb = |rows: &str| read.number(rows) * read.number(ROW_BYTES.id) * share / 1e9;
    let disk = read.number(DISK.id);
    Data { gb: gb(ROWS.id), growth_gb: gb(GROWTH.id), disk_gb: (disk > 0.0).then_some(disk), memory: None }
}

/// Memory of a node that has this share of the rows, with the parameters [`RAM`] and [`DISK_MS`].
pub fn memory(read: &Reader, share: f64) -> Option<Memory> {
    let bytes = read.number(RAM.id) * 1e9;
    let rows = bytes / read.number(ROW_BYTES.id) / share.max(f64::MIN_POSITIVE);
    (bytes > 0.0).then_some(Memory { rows, disk_s: read.number(DISK_MS.id) / 1e3, share: 1.0 })
}

/// Disk that is paid for each node [GB]: what it has, else what it needs.
pub fn paid_gb(data: &Data) -> f64 {
    data.disk_gb.unwrap_or(data.gb)
}

/// What a query takes longer at a node that has this share of the rows and no index [s].
pub fn scan_s(read: &Reader, share: f64) -> f64 {
    if read.flag(INDEX.id) { 0.0 } else { read.number(ROWS.id) * share * SCAN_S }
}

/// Disk for one copy of everything, where rows are not said.
pub const DATA: Param = Param {
    id: "data_gb",
    label: "Data",
    doc: "Disk that every node needs for its copy, at $0.08 a gigabyte and month.",
    unit: Unit::Gigabytes,
    kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: None,
};

/// What one node holds.
pub const CONNECTIONS: Param = Param {
    id: "connections",
    label: "Connections",
    doc: "Operations that one node holds, at work or waiting for a core; more are refused at once.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 1_048_576.0 },
    default: Fixed::Number(1_000.0),
    source: "Judgement: as the queue of any other server (rules 1.2)",
    when: None,
};

/// Rows kept today.
pub const ROWS: Param = Param {
    id: "rows",
    label: "Rows",
    doc: "Rows, or documents, kept today, each counted once however many copies there are.",
    unit: Unit::None,
    kind: Kind::Number { min: 0.0, max: 1e15 },
    default: Fixed::Number(0.0),
    source: "Format 1: not said",
    when: None,
};

/// What one row takes.
pub const ROW_BYTES: Param = Param {
    id: "row_bytes",
    label: "Bytes a row",
    doc: "Size of a row on disk and in memory, its share of the indexes included.",
    unit: Unit::None,
    kind: Kind::Number { min: 1.0, max: 1e9 },
    default: Fixed::Number(600.0),
    source: "A short link with its index (rules 3.2)",
    when: None,
};

/// How many rows come.
pub const GROWTH: Param = Param {
    id: "growth_rows",
    label: "New rows a year",
    doc: "Rows that come in a year, less those that go.",
    unit: Unit::None,
    kind: Kind::Number { min: 0.0, max: 1e15 },
    default: Fixed::Number(0.0),
    source: "Format 1: not said",
    when: None,
};

/// Disk of one node.
pub const DISK: Param = Param {
    id: "disk_gb",
    label: "Disk of a node",
    doc: "What the disk of one node holds, at $0.08 a gigabyte and month. 0 is always as much as there is data.",
    unit: Unit::Gigabytes,
    kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
    default: Fixed::Number(0.0),
    source: "Format 1: as much as it takes",
    when: None,
};

/// Memory of one node for data.
pub const RAM: Param = Param {
    id: "ram_gb",
    label: "Memory for data",
    doc: "Memory of one node that holds the rows used last; a read of any other goes to the disk. 0 is room for all.",
    unit: Unit::Gigabytes,
    kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
    default: Fixed::Number(0.0),
    source: "Format 1: everything in memory",
    when: None,
};

/// What the disk costs a read.
pub const DISK_MS: Param = Param {
    id: "disk_ms",
    label: "Disk read takes",
    doc: "What a read takes longer whose row is not in memory. Without effect while memory has room for all.",
    unit: Unit::Milliseconds,
    kind: Kind::Number { min: 0.0, max: 600_000.0 },
    default: Fixed::Number(1.0),
    source: "gp3 promises single-digit milliseconds; 1 ms is usual. A spinning disk takes 10 ms",
    when: None,
};

/// Whether a query finds its rows by an index.
pub const INDEX: Param = Param {
    id: "index",
    label: "Index",
    doc: "Queries find their row by an index; without one each looks at every row of its node, at 1 µs a row.",
    unit: Unit::None,
    kind: Kind::Flag,
    default: Fixed::Flag(true),
    source: "Format 1: time does not depend on the rows; 1 µs gives 10 s for ten million rows (rules 1.20)",
    when: None,
};

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
/// call is told that finds all connections taken. Each call takes `more_s` longer [s].
pub fn servers(read: &Reader, nodes: u32, more_s: f64, full: Cause) -> Servers {
    let shape = service::shape(read);
    let time = |id| service::of(read.number(id) + 1e3 * more_s, shape);
    Servers {
        instances: nodes,
        cores: Some(read.count("cores")),
        slots: read.count("connections"),
        full,
        addressing: Addressing::Own,
        ..machine::elastic(time("read_ms"), time("write_ms"))
    }
}
