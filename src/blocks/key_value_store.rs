//! Key-value store: copies of every key on several nodes; how many must answer is a choice.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service, store};
use crate::report::Cause;
use crate::topology::{Data, Price, Ring, Station, Store};

pub struct KeyValueStore;

impl Block for KeyValueStore {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let nodes = read.count("nodes");
        let copies = read.count("copies").min(nodes);
        let ring = Ring {
            nodes,
            copies,
            read: read.count("read_quorum").min(copies),
            write: read.count("write_quorum").min(copies),
            read_all: read.flag("read_all"),
            nearest: read.flag("nearest"),
            strict: read.choice("partition") == "strict",
        };
        // Each node keeps its share of the copies.
        let share = f64::from(copies) / f64::from(nodes);
        let data = Data { memory: store::memory(&read, share), ..store::data(&read, share) };
        let needed = (read.number("data_gb") * share).max(data.gb);
        let disk = f64::from(nodes) * data.disk_gb.unwrap_or(needed) * store::DISK_GB;
        Lowered {
            station: Station::Store(Store { ring: Some(ring), data, ..Store::default() }),
            servers: store::servers(&read, nodes, 0.0, Cause::Overloaded),
            price: Price {
                month: f64::from(nodes) * read.number("price_month") + disk,
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

static ABOUT: About = About {
    id: "key-value-store",
    name: "Key-value store",
    doc: "Keeps every key in several copies on a ring of nodes; you choose how many must answer.",
    icon: "db",
    family: Family::Data,
    accepts_calls: true,
    makes_calls: false,
    params: &[
        Param {
            id: "nodes",
            label: "Nodes",
            doc: "Machines on the ring; the key picks those that keep it.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 100.0 },
            default: Fixed::Number(3.0),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "copies",
            label: "Copies of a key",
            doc: "N: on the nodes that follow the key on the ring, in different zones first. A write goes to all of them.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 15.0 },
            default: Fixed::Number(3.0),
            source: "Dynamo, Cassandra: three",
            when: None,
        },
        Param {
            id: "write_quorum",
            label: "A write waits for",
            doc: "W: copies that must have a write before it is acknowledged. With R + W > N no read is stale.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 15.0 },
            default: Fixed::Number(2.0),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "read_quorum",
            label: "A read waits for",
            doc: "R: copies that must answer a read; the newest of them counts.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 15.0 },
            default: Fixed::Number(1.0),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "read_all",
            label: "Reads ask all copies",
            doc: "A read asks all N and takes the first R answers: faster in the tail, at N times the work.",
            unit: Unit::None,
            kind: Kind::Flag,
            default: Fixed::Flag(false),
            source: "rules 1.8",
            when: None,
        },
        Param {
            id: "partition",
            label: "Cut off from copies",
            doc: "What a side does that cannot reach enough of a key's own copies.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "strict",
                    label: "Refuses (CP)",
                    doc: "Only a key's own copies count: without a quorum of them the call fails.",
                },
                Choice {
                    id: "sloppy",
                    label: "Goes on (AP)",
                    doc: "The next nodes that can be reached stand in and hand the writes over later; both sides may change a key.",
                },
            ]),
            default: Fixed::Choice("strict"),
            source: "rules 1.8; DynamoDB and Cassandra go on unless told otherwise",
            when: None,
        },
        store::NEAREST,
        Param {
            doc: "Operations that one node works on at the same moment.",
            default: Fixed::Number(4.0),
            source: "rules 3.2",
            ..machine::CORES
        },
        Param {
            id: "read_ms",
            label: "Read takes",
            doc: "Mean time of a core for one read at one node.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(1.0),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "write_ms",
            label: "Write takes",
            doc: "Mean time of a core for one write at one node; every copy pays it.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(2.0),
            source: "rules 3.2",
            when: None,
        },
        service::SHAPE,
        service::CV,
        store::CONNECTIONS,
        Param {
            label: "Price of a node",
            doc: "Cost of one node a month. Set it with the cores.",
            default: Fixed::Number(140.16),
            source: "rules 3.2",
            ..machine::PRICE_MONTH
        },
        Param {
            doc: "Disk for one copy of everything, at $0.08 a gigabyte and month; it is paid once for each copy.",
            ..store::DATA
        },
        store::ROWS,
        store::ROW_BYTES,
        store::GROWTH,
        store::DISK,
        store::RAM,
        store::DISK_MS,
        machine::NETWORK,
        life::MTTF,
        life::MTTR,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "A table with one question: what is the value of this key? Every key lies on N nodes of a ring, and no node \
               is special. A write goes to all N and is acknowledged after W; a read asks R. More nodes take more writes, \
               which replicas of a database never do.",
        like: "Three neighbors who each keep a key to your flat. The more of them you ask, the surer you are who was there last.",
        when: "When there is too much for one machine and every question knows its key: sessions, carts, short links, feeds.",
        costs: "Each write is paid N times. No joins, no questions across keys, no transactions over several of them.",
        fails: "A hot key has only N nodes, however many there are. “Two of three” in the CAP theorem is loose: nobody gives \
                up partitions. The choice is what happens during one: refuse (strict) or go on and merge later (sloppy). And \
                it is a choice for each read and write: DynamoDB reads are “eventual” only by default.",
        products: "Amazon DynamoDB, Apache Cassandra, ScyllaDB, Riak, Aerospike",
    },
};
