//! Object store: keeps files of any size; slow to the first byte, hard to fill.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service};
use crate::topology::{Addressing, Limit, Price, Servers, Station, Store};

pub struct ObjectStore;

impl Block for ObjectStore {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let shape = service::shape(&read);
        let limit = read.number("limit");
        let time = |id| service::of(read.number(id), shape);
        Lowered {
            station: Station::Store(Store::default()),
            servers: Servers {
                limit: (limit > 0.0).then(|| Limit::bucket(limit, limit.ceil().max(1.0) as u32)),
                addressing: Addressing::Own,
                ..machine::elastic(time("read_ms"), time("write_ms"))
            },
            price: Price {
                month: read.number("data_gb") * STORAGE_GB,
                million_calls: read.number("price_million"),
                egress_gb: machine::EGRESS_GB,
            },
            managed: true,
        }
    }
}

/// Price of what lies there [USD/GB a month]: S3 Standard in us-east-1, from memory of the public list.
const STORAGE_GB: f64 = 0.023;

static ABOUT: About = About {
    id: "object-store",
    name: "Object store",
    doc: "Keeps files of any size in many copies; slow to the first byte, and hard to fill.",
    icon: "box",
    family: Family::Data,
    accepts_calls: true,
    makes_calls: false,
    params: &[
        Param {
            id: "read_ms",
            label: "Read takes",
            doc: "Mean time to the first byte. Reads do not wait for each other.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(100.0),
            source: "First byte 100–200 ms (references/defaults)",
            when: None,
        },
        Param {
            id: "write_ms",
            label: "Write takes",
            doc: "Mean time until a small object is kept in all its copies.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(150.0),
            source: "Judgement: the slow end of a first byte",
            when: None,
        },
        Param {
            default: Fixed::Choice("lognormal"),
            source: "Measured services show a long tail",
            ..service::SHAPE
        },
        Param { default: Fixed::Number(0.5), source: "Judgement", ..service::CV },
        Param {
            doc: "Calls a second that one prefix admits, with one second's worth at once; more are rate limited. 0 is no limit.",
            default: Fixed::Number(5_500.0),
            source: "S3: 5,500 reads a second for each prefix (references/defaults)",
            ..machine::LIMIT
        },
        Param {
            default: Fixed::Number(0.4),
            source: "S3 GET, us-east-1, from memory of the public list; writes cost more",
            ..machine::PRICE_MILLION
        },
        Param {
            id: "data_gb",
            label: "Data",
            doc: "What lies there, at $0.023 a gigabyte and month, all copies included.",
            unit: Unit::Gigabytes,
            kind: Kind::Number { min: 0.0, max: 100_000_000.0 },
            default: Fixed::Number(0.0),
            source: "Neutral",
            when: None,
        },
        life::AVAILABILITY,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "A store for whole files under a name: write once, read whole. The provider keeps several copies in \
               different buildings and grows it for you.",
        like: "A warehouse with numbered boxes: endless room, but somebody has to walk.",
        when: "For images, videos, backups, exports: large things that are not searched by their content.",
        costs: "Little for keeping, a price for each call, and egress for every gigabyte that leaves; put a CDN in front.",
        fails: "Rarely as a whole; by slowness and by limits when one prefix is read too fast. It is no database: many \
                small changes to one object are slow and dear.",
        products: "Amazon S3, Google Cloud Storage, Azure Blob Storage, Cloudflare R2, MinIO",
    },
};
