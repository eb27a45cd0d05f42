//! Search index: a copy of the data made for searching, cut into shards that every search asks.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service, store};
use crate::report::Cause;
use crate::topology::{Price, Reads, ShardBy, Shards, Station, Store, nanoseconds};

pub struct SearchIndex;

impl Block for SearchIndex {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let data = store::data(&read, 1.0 / read.number("shards"));
        let kept = Store {
            data,
            replicas: read.count("replicas"),
            reads: Reads::All,
            // Every copy indexes for itself.
            replay: 1.0,
            refresh_ns: nanoseconds(read.number("refresh_s")),
            shards: Shards { count: read.count("shards"), by: ShardBy::Key, scatter: read.number("scatter") },
            ..Store::default()
        };
        let nodes = kept.nodes();
        Lowered {
            station: Station::Store(kept),
            servers: store::servers(&read, nodes, 0.0, Cause::Overloaded),
            price: Price {
                month: f64::from(nodes)
                    * (read.number("price_month") + store::paid_gb(&data) * store::DISK_GB),
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

static ABOUT: About = About {
    id: "search-index",
    name: "Search index",
    doc: "A copy of the data made for searching; new things show after the next refresh.",
    icon: "search",
    family: Family::Data,
    accepts_calls: true,
    makes_calls: false,
    params: &[
        Param {
            id: "shards",
            label: "Shards",
            doc: "Pieces of the index; a search asks all of them and waits for the slowest.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 100.0 },
            default: Fixed::Number(3.0),
            source: "Judgement: shards of 10–50 GB",
            when: None,
        },
        Param {
            id: "replicas",
            label: "Replicas",
            doc: "Further copies of each shard, which answer searches and index every change.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 10.0 },
            default: Fixed::Number(1.0),
            source: "Elasticsearch's default",
            when: None,
        },
        Param {
            id: "scatter",
            label: "Searches of all shards",
            doc: "Share of the reads that ask all shards; the others look one document up by its key.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(1.0),
            source: "A search knows no key",
            when: None,
        },
        Param {
            id: "refresh_s",
            label: "Refreshed every",
            doc: "What was written shows after the next refresh: half of this late on average.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 3_600.0 },
            default: Fixed::Number(1.0),
            source: "Elasticsearch's default",
            when: None,
        },
        Param {
            doc: "Searches that one node works on at the same moment.",
            default: Fixed::Number(8.0),
            source: "Judgement: as the database (rules 3.2)",
            ..machine::CORES
        },
        Param {
            id: "read_ms",
            label: "Search takes",
            doc: "Mean time of a core for one search in one shard.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(10.0),
            source: "Judgement: tens of milliseconds",
            when: None,
        },
        Param {
            id: "write_ms",
            label: "Indexing takes",
            doc: "Mean time of a core to index one change, at each copy of its shard.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(5.0),
            source: "Judgement",
            when: None,
        },
        service::SHAPE,
        service::CV,
        Param {
            doc: "Searches that one node holds, at work or waiting for a core; more are refused at once.",
            source: "Elasticsearch's queue of searches",
            ..store::CONNECTIONS
        },
        Param {
            label: "Price of a node",
            doc: "Cost of one node a month. Set it with the cores.",
            default: Fixed::Number(140.16),
            source: "Judgement: as a node of the key-value store (rules 3.2)",
            ..machine::PRICE_MONTH
        },
        Param { label: "Documents", ..store::ROWS },
        Param { label: "Bytes a document", doc: "Size of a document in the index.", ..store::ROW_BYTES },
        Param {
            label: "New documents a year",
            doc: "Documents that come in a year, less those that go.",
            ..store::GROWTH
        },
        store::DISK,
        life::MTTF,
        life::MTTR,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "For each word the list of documents that have it: a second copy of the data, built for one question. It is fed \
               with the writes, best through a queue, and is always a little behind the data itself.",
        like: "The index at the end of a book: quick to look up, and wrong until the next edition is printed.",
        when: "When people search by words, filter by many fields or expect typing mistakes to be forgiven.",
        costs: "A second copy of everything and somebody who keeps it in step. A search asks every shard, so more shards do \
                not make searches faster, only the data smaller for each.",
        fails: "What was just written is not found until the next refresh, or much later when the queue before it is long. The \
                slowest shard decides how long a search takes. It is no place to keep the only copy.",
        products: "Elasticsearch, OpenSearch, Apache Solr, Algolia, Typesense, Meilisearch",
    },
};
