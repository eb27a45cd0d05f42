//! Id generator: gives out ids or short codes before they are kept. What it draws may be taken already.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service};
use crate::topology::{Addressing, Price, Server, Servers, Shape, Station};

pub struct IdGenerator;

impl Block for IdGenerator {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let how = read.choice("strategy");
        let counter = how == "counter";
        let mean_ms = match how {
            "counter" => read.number("service_ms"),
            // One trip to the counter for a whole range.
            "ranges" => read.number("service_ms") / read.number("range"),
            _ => 0.0,
        };
        let shape = if counter { Shape::Exponential } else { Shape::Constant };
        let service = service::of(mean_ms, shape);
        let counts = counter || how == "ranges";
        let spent = counts && read.number("rows") >= space(&read);
        let elastic = machine::elastic(service, service);
        Lowered {
            station: Station::Server(Server { holds_data: false, ..Server::default() }),
            servers: Servers {
                instances: 1,
                cores: if counter { Some(1) } else { elastic.cores },
                slots: 10_000,
                // A counter that has reached the last code of this length has none left.
                errors: if spent { 1.0 } else { 0.0 },
                addressing: Addressing::Spread,
                ..elastic
            },
            price: Price {
                month: if counter { read.number("price_month") } else { 0.0 },
                ..Price::default()
            },
            managed: !counter,
        }
    }

    /// Insertions for each id that is kept: what is drawn at random is taken with the share of the codes that are in use,
    /// and is drawn again (birthday arithmetic on what is stored). A hash finds what was kept before and inserts nothing.
    fn tries(&self, values: &Values) -> f64 {
        let read = Reader::new(ABOUT.params, values);
        let taken = (read.number("rows") / space(&read)).min(MOST_TAKEN);
        match read.choice("strategy") {
            "random" => 1.0 / (1.0 - taken),
            "hash" => (1.0 - read.number("again")) / (1.0 - taken),
            _ => 1.0,
        }
    }
}

/// Beyond this share of used codes nobody goes on drawing.
const MOST_TAKEN: f64 = 0.99;

/// Codes of this alphabet and length.
fn space(read: &Reader) -> f64 {
    libm::pow(read.number("alphabet"), read.number("length"))
}

static ABOUT: About = About {
    id: "id-generator",
    name: "Id generator",
    doc: "Gives out ids or short codes, then passes the write on to where they are kept.",
    icon: "dices",
    family: Family::Compute,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            id: "strategy",
            label: "Ids are",
            doc: "Where the next id comes from.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "random",
                    label: "Random",
                    doc: "Drawn by each server; one that is taken costs another insertion.",
                },
                Choice {
                    id: "hash",
                    label: "Hash of the content",
                    doc: "The same content gets the same id; different contents may still collide.",
                },
                Choice {
                    id: "counter",
                    label: "One counter",
                    doc: "Never taken, but a trip to one machine for each id, and nothing is created while it is down.",
                },
                Choice {
                    id: "ranges",
                    label: "Ranges of a counter",
                    doc: "Each server fetches a range and counts by itself: no trip, and the counter may be down for a while.",
                },
            ]),
            default: Fixed::Choice("random"),
            source: "engine.md",
            when: None,
        },
        Param {
            id: "alphabet",
            label: "Different characters",
            doc: "Characters that a code is made of: 62 are digits and letters, 10 only digits.",
            unit: Unit::None,
            kind: Kind::Integer { min: 2.0, max: 256.0 },
            default: Fixed::Number(62.0),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "length",
            label: "Length",
            doc: "Characters of a code. 62 characters: 916 million codes of 5, 57 billion of 6, 3.5 trillion of 7.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 64.0 },
            default: Fixed::Number(7.0),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "rows",
            label: "Ids in use",
            doc: "Codes that are taken already; plan for the years to come. A random code is taken with this share of all.",
            unit: Unit::None,
            kind: Kind::Number { min: 0.0, max: 1e18 },
            default: Fixed::Number(573_000_000.0),
            source: "Five years of the URL shortener (rules 3.2)",
            when: None,
        },
        Param {
            id: "again",
            label: "Contents that come again",
            doc: "Share of the writes whose content has its id already: nothing is inserted for them.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.1),
            source: "Judgement",
            when: Some(("strategy", "hash")),
        },
        Param {
            id: "service_ms",
            label: "The counter takes",
            doc: "Mean time of the counter for one id, or for one range.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 60_000.0 },
            default: Fixed::Number(0.1),
            source: "rules 3.2",
            when: None,
        },
        Param {
            id: "range",
            label: "Ids in a range",
            doc: "Ids that a server fetches at once; what it has not used when it dies is lost, which costs nothing but codes.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 1e9 },
            default: Fixed::Number(1_000.0),
            source: "Judgement",
            when: Some(("strategy", "ranges")),
        },
        Param {
            doc: "Cost of the counter's machine a month.",
            when: Some(("strategy", "counter")),
            ..machine::PRICE_MONTH
        },
        life::MTTF,
        life::MTTR,
    ],
    initial: &[],
    initial_link: &[("ops", Fixed::Choice("writes"))],
    learn: Learn {
        what: "Decides what a new thing is called. Random codes need no agreement but may be taken already; a counter never \
               repeats itself but is one machine that everybody asks; ranges of a counter are neither.",
        like: "Coat check: draw a number from a bag and see whether it is in use, ask the one clerk with the list, or give \
               each clerk a roll of tickets.",
        when: "For short links, invitation codes, order numbers. Inside one database its own sequence does it.",
        costs: "Random: an insertion more for each one that was taken, 1 % at six characters and 573 million links. A counter: \
                a trip for each id. Rising numbers can be guessed, and all hit the last range of a database cut by ranges.",
        fails: "The counter is a single point of failure for all that is created. Random codes fail slowly: the fuller the \
                space, the more drawings; at 63 % full every code takes 2.7 insertions.",
        products: "UUID, Snowflake, ULID, nanoid, database sequences, ZooKeeper counters",
    },
};
