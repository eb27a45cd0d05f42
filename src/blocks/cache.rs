//! Cache: answers what it has in memory; what it lacks is fetched elsewhere.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, hits, life, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, CacheRules, Placement, Price, Servers, Station};

pub struct Cache;

impl Block for Cache {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let instances = read.count("instances");
        let memory_gb = read.number("memory_gb");
        let copies = read.choice("nodes_are") == "copies";
        let entries = memory_gb * 1e6 / read.number("object_kb");
        let time = service::of(read.number("service_ms"), service::shape(&read));
        Lowered {
            station: Station::Cache(crate::topology::Cache {
                hits: hits::hits(&read, entries, 1),
                delete_on_write: hits::delete_on_write(&read),
                copies,
                rules: CacheRules {
                    eviction: hits::eviction(&read),
                    placement: placement(&read),
                    ..hits::rules(&read)
                },
            }),
            servers: Servers {
                instances,
                cores: Some(read.count("cores")),
                slots: 10_000,
                queue: read.count("queue"),
                full: Cause::Overloaded,
                read: time,
                write: time,
                errors: 0.0,
                limit: None,
                addressing: Addressing::Own,
            },
            price: Price {
                month: f64::from(instances) * price_of(memory_gb),
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

/// Machines by the memory that is left for entries [GB, USD/month]: three quarters to four fifths of a T3 or R5
/// machine's memory, on demand in us-east-1 (rules 3.2, references/defaults). From 26 GB on the price is linear.
const LADDER: [(f64, f64); 11] = [
    (0.5, 5.0),
    (0.75, 8.0),
    (1.5, 15.0),
    (3.0, 30.0),
    (6.5, 46.0),
    (13.0, 92.0),
    (26.0, 184.0),
    (52.0, 368.0),
    (104.0, 736.0),
    (208.0, 1_472.0),
    (416.0, 2_944.0),
];

/// Price of the smallest machine that holds this much [USD/month].
fn price_of(memory_gb: f64) -> f64 {
    let fits = LADDER.iter().find(|(size, _)| *size >= memory_gb);
    fits.unwrap_or(&LADDER[LADDER.len() - 1]).1
}

fn placement(read: &Reader) -> Placement {
    match read.choice("placement") {
        "consistent" => Placement::Consistent,
        "modulo" => Placement::Modulo,
        _ => Placement::Fixed,
    }
}

static ABOUT: About = About {
    id: "cache",
    name: "Cache",
    doc: "Answers from memory what was asked before; a miss goes on, or back to the caller.",
    icon: "bolt",
    family: Family::Data,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        hits::MODE,
        hits::RATIO,
        Param {
            id: "memory_gb",
            label: "Memory",
            doc: "Room for entries in one node. The price is that of the smallest \
                  machine with that much: 0.5, 0.75, 1.5, 3, 6.5, 13, 26 GB, then doubling.",
            unit: Unit::Gigabytes,
            kind: Kind::Number { min: 0.001, max: 416.0 },
            default: Fixed::Number(3.0),
            source: "Judgement: a t3.medium's worth",
            when: None,
        },
        Param {
            id: "object_kb",
            label: "Entry size",
            doc: "Memory that one entry takes, key and overhead included.",
            unit: Unit::Kilobytes,
            kind: Kind::Number { min: 0.01, max: 1_000_000.0 },
            default: Fixed::Number(1.0),
            source: "Judgement",
            when: Some(("hit_mode", "derived")),
        },
        hits::EVICTION,
        hits::TTL_S,
        hits::ON_WRITE,
        hits::STRATEGY,
        hits::FLUSH_S,
        hits::FLUSH_KEYS,
        hits::COALESCE,
        hits::MISSES_S,
        Param { label: "Nodes", doc: "Machines of the cache.", ..machine::INSTANCES },
        Param {
            id: "nodes_are",
            label: "Nodes are",
            doc: "What several nodes are to each other.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "shards",
                    label: "Shards",
                    doc: "Each holds its share of the keys: more room and more speed. A dead one loses its share.",
                },
                Choice {
                    id: "copies",
                    label: "Copies",
                    doc: "Each holds everything: no more room, but another takes over when one dies.",
                },
            ]),
            default: Fixed::Choice("shards"),
            source: "What a cache cluster does unless told otherwise",
            when: None,
        },
        Param {
            id: "placement",
            label: "Keys are spread",
            doc: "Which node holds a key, and what happens to the keys when a node is lost or added.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "fixed",
                    label: "For good",
                    doc: "Each key has its node; the keys of a dead node find nobody until it is back.",
                },
                Choice {
                    id: "consistent",
                    label: "By consistent hashing",
                    doc: "Of n nodes a lost or an added one moves one key in n.",
                },
                Choice {
                    id: "modulo",
                    label: "By hash modulo nodes",
                    doc: "A lost or an added node moves nearly all keys: all miss at once.",
                },
            ]),
            default: Fixed::Choice("fixed"),
            source: "Neutral",
            when: Some(("nodes_are", "shards")),
        },
        machine::CORES,
        Param {
            label: "One look-up takes",
            default: Fixed::Number(0.02),
            source: "100,000 a second with 2 cores: a Redis node (references/defaults)",
            ..machine::SERVICE_MS
        },
        service::SHAPE,
        service::CV,
        machine::QUEUE,
        machine::NETWORK,
        life::MTTF,
        life::MTTR,
    ],
    initial: &[("placement", Fixed::Choice("consistent"))],
    initial_link: &[],
    learn: Learn {
        what: "Memory that keeps answers to be given again. How often it hits follows from how much fits and how uneven \
               the popularity is. A fifth of the keys may draw four fifths of the requests, but a cache of a fifth hits \
               less than that: it also holds what was asked once.",
        like: "The tray of today's special: served at once, as long as it is the special that people want.",
        when: "When the same things are read again and again, and reading them is dear.",
        costs: "Memory by the month, and a second copy of the truth: an entry may be old. Writing through the cache or \
                deleting on write makes that rarer, but does not by itself give strong consistency: a slow reader can \
                still put an old value back.",
        fails: "When it dies or is emptied, all reads meet the database at once, which was bought for the misses only. \
                Then the cache is not an ornament but a part that carries load.",
        products: "Redis, Valkey, Memcached, Amazon ElastiCache, Momento",
    },
};
