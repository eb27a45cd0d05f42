//! DNS: tells callers which of several targets to go to; they keep the answer for a while.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, machine, routing};
use crate::topology::{Policy, Price, Router, Station, nanoseconds};

pub struct Dns;

impl Block for Dns {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let policy = match read.choice("policy") {
            "failover" => Policy::Failover,
            "weighted" => Policy::Random,
            _ => Policy::Nearest,
        };
        let ttl_ns = nanoseconds(read.number("ttl_s"));
        Lowered {
            station: Station::Router(Router { policy, health: routing::health(&read), ttl_ns }),
            servers: machine::idle(),
            price: Price {
                month: read.number("price_month"),
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: true,
        }
    }
}

static ABOUT: About = About {
    id: "dns",
    name: "DNS",
    doc: "Tells callers which of several targets to go to; they keep the answer for its time to live.",
    icon: "signpost",
    family: Family::Edge,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            id: "policy",
            label: "Answers with",
            doc: "Which target it names.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "nearest",
                    label: "The nearest alive",
                    doc: "The one with the shortest way from the caller's region.",
                },
                Choice {
                    id: "failover",
                    label: "The first alive",
                    doc: "The first of its links whose target is alive.",
                },
                Choice { id: "weighted", label: "By weight", doc: "At random, by the links' weights." },
            ]),
            default: Fixed::Choice("nearest"),
            source: "What Route 53 calls latency, failover and weighted routing",
            when: None,
        },
        Param {
            id: "ttl_s",
            label: "Time to live",
            doc: "How long a caller keeps an answer, even when its target has died since.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 172_800.0 },
            default: Fixed::Number(60.0),
            source: "60 s is what Route 53 advises for records with health checks",
            when: None,
        },
        Param { default: Fixed::Number(30.0), source: "Route 53's standard interval", ..routing::CHECK_S },
        routing::CHECK_TIMEOUT_S,
        Param { default: Fixed::Number(3.0), source: "Route 53's default", ..routing::CHECK_FAILURES },
        routing::CHECK_SUCCESSES,
        Param {
            default: Fixed::Number(0.5),
            source: "A hosted zone of Route 53; queries are few, as answers are kept",
            ..machine::PRICE_MONTH
        },
    ],
    initial: &[],
    initial_link: &[("latency_ms", Fixed::Number(10.0))],
    learn: Learn {
        what: "The phone book. Before a caller can reach a name it asks where that is, keeps the answer for its time to \
               live, and then talks to the target itself: no request passes through DNS. With health checks it names \
               only targets that are alive, and with regions the nearest of them.",
        like: "Directory inquiries: they tell you a number, and you go on dialing it until you ask again.",
        when: "As soon as there is more than one region, or a spare site to fail over to.",
        costs: "Next to nothing. The price is patience: a short time to live means more questions, a long one slow failover.",
        fails: "It fails over slowly: checks must fail first, and then callers use the old answer until it expires. It cannot \
                spread load evenly, because one answer may stand for a single user or for a whole company.",
        products: "Route 53, Cloudflare DNS, Azure Traffic Manager, NS1, BIND",
    },
};
