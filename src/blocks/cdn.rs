//! CDN: caches answers close to the users, in many places at once.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, hits, life, machine, service};
use crate::topology::{Cache, CacheRules, Price, Station, Strategy, nanoseconds};

pub struct Cdn;

impl Block for Cdn {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let edge = service::of(read.number("service_ms"), service::shape(&read));
        Lowered {
            station: Station::Cache(Cache {
                hits: hits::hits(&read, f64::INFINITY, read.count("pops")),
                delete_on_write: hits::delete_on_write(&read),
                copies: true,
                rules: CacheRules {
                    strategy: strategy(&read),
                    coalesce: read.flag(hits::COALESCE.id),
                    purged: read.flag("purge"),
                    misses_ns: nanoseconds(read.number(hits::MISSES_S.id)),
                    ..CacheRules::default()
                },
            }),
            servers: machine::elastic(edge, edge),
            price: Price {
                month: 0.0,
                million_calls: read.number("price_million"),
                egress_gb: read.number("price_gb"),
            },
            managed: true,
        }
    }
}

fn strategy(read: &Reader) -> Strategy {
    if read.flag("refresh") { Strategy::RefreshAhead } else { Strategy::AsDrawn }
}

static ABOUT: About = About {
    id: "cdn",
    name: "CDN",
    doc: "Answers from a copy close to the user; what it does not have, it fetches from behind its link.",
    icon: "globe",
    family: Family::Edge,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        hits::MODE,
        hits::RATIO,
        Param { default: Fixed::Number(86_400.0), source: "Judgement: one day (rules 1.7)", ..hits::TTL_S },
        Param {
            id: "pops",
            label: "Points of presence",
            doc: "Places with a cache of their own. Each sees only its share of the traffic, so more of them hit less.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 500.0 },
            default: Fixed::Number(10.0),
            source: "rules 3.2",
            when: Some(("hit_mode", "derived")),
        },
        hits::ON_WRITE,
        Param {
            id: "purge",
            label: "Purged by the server behind",
            doc: "Where entries are deleted on write: also when the write came to the server by another way than through here.",
            unit: Unit::None,
            kind: Kind::Flag,
            default: Fixed::Flag(false),
            source: "As it was; new ones are purged",
            when: Some(("on_write", "delete")),
        },
        Param {
            id: "refresh",
            label: "Refresh ahead",
            doc: "A hit with less than a fifth of its time to live left is answered from the copy and fetches a new one in the \
                  background.",
            unit: Unit::None,
            kind: Kind::Flag,
            default: Fixed::Flag(false),
            source: "Neutral",
            when: Some(("hit_mode", "derived")),
        },
        hits::COALESCE,
        hits::MISSES_S,
        Param {
            label: "Edge takes",
            doc: "Time at the edge for every call. Its capacity has no limit here.",
            default: Fixed::Number(1.0),
            source: "Judgement",
            ..machine::SERVICE_MS
        },
        Param {
            default: Fixed::Choice("constant"),
            source: "Judgement: little varies at the edge",
            ..service::SHAPE
        },
        service::CV,
        Param {
            default: Fixed::Number(0.1),
            source: "A contract's price, assumed (rules 3.2)",
            ..machine::PRICE_MILLION
        },
        Param {
            id: "price_gb",
            label: "Price of egress",
            doc: "Cost of a gigabyte sent to users from the edge.",
            unit: Unit::DollarsAGigabyte,
            kind: Kind::Number { min: 0.0, max: 10.0 },
            default: Fixed::Number(0.02),
            source: "A contract's price, assumed (rules 3.2)",
            when: None,
        },
        life::AVAILABILITY,
    ],
    initial: &[("purge", Fixed::Flag(true))],
    initial_link: &[],
    learn: Learn {
        what: "A cache in many places of the world. A hit never reaches your servers; a miss goes on to your origin. \
               Here nothing is evicted for want of room: entries leave by age or by a purge.",
        like: "A newspaper printed in every large town instead of being sent from one.",
        when: "When many users far away want the same things: images, scripts, video, redirects. Give those clients a tag \
               and let only the link to here carry it: the rest goes to the origin.",
        costs: "A price for each request and gigabyte, below that of sending it yourself. Old copies: what you changed \
                may be seen until its time to live is over, or until you purge it.",
        fails: "After a purge, or when everything expires at once, all the traffic meets the origin. Answers that are \
                different for each user do not profit. More places mean fewer hits in each.",
        products: "Cloudflare, Amazon CloudFront, Fastly, Akamai",
    },
};
