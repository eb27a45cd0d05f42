//! Function: code that runs on demand, in an environment that the provider makes and throws away.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, capacity, life, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Cold, Price, Server, Servers, Station, nanoseconds};

pub struct Function;

impl Block for Function {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let time = service::of(read.number("service_ms"), service::shape(&read));
        let function = crate::topology::Function {
            cold_s: read.number("cold_ms") / 1e3,
            cold: match read.choice("cold_starts") {
                "given" => Cold::Given(read.number("cold_share")),
                _ => Cold::KeptFor(nanoseconds(read.number("keep_alive_s"))),
            },
            most_ns: nanoseconds(read.number("max_duration_s")),
            second: read.number("memory_gb") * read.number("price_gb_s") / 1e6,
        };
        Lowered {
            station: Station::Server(Server { function: Some(function), ..Server::default() }),
            servers: Servers {
                instances: 1,
                cores: None,
                slots: read.count("concurrency"),
                queue: 0,
                full: Cause::Throttled,
                read: time,
                write: time,
                errors: read.number(capacity::ERRORS.id),
                limit: None,
                addressing: Addressing::Spread,
            },
            price: Price {
                month: 0.0,
                million_calls: read.number(machine::PRICE_MILLION.id),
                egress_gb: machine::EGRESS_GB,
            },
            managed: true,
        }
    }
}

static ABOUT: About = About {
    id: "function",
    name: "Function",
    doc: "Runs your code for each call, on machines of the provider, and calls what that needs.",
    icon: "function",
    family: Family::Compute,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            label: "One call takes",
            doc: "Mean time that it computes for one call, without the calls it makes itself.",
            default: Fixed::Number(50.0),
            source: "Judgement: a handler of an interactive service",
            ..machine::SERVICE_MS
        },
        service::SHAPE,
        service::CV,
        Param {
            id: "concurrency",
            label: "Runs at once",
            doc: "Calls that run at the same time at most; more are throttled.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 1_000_000.0 },
            default: Fixed::Number(1_000.0),
            source: "AWS Lambda: 1,000 a region (references/defaults)",
            when: None,
        },
        Param {
            id: "cold_ms",
            label: "Cold start",
            doc: "Time to make an environment when none is idle.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(200.0),
            source: "AWS Lambda with Node or Python: 150–300 ms (references/defaults)",
            when: None,
        },
        Param {
            id: "cold_starts",
            label: "Cold starts",
            doc: "Whether the share of cold starts follows from the traffic or is given.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "derived",
                    label: "Follow from traffic",
                    doc: "Whenever no idle environment is left.",
                },
                Choice { id: "given", label: "Given share", doc: "As often as you say." },
            ]),
            default: Fixed::Choice("derived"),
            source: "The truthful one",
            when: None,
        },
        Param {
            id: "cold_share",
            label: "Share of cold starts",
            doc: "Share of the calls that start cold.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.01),
            source: "AWS: less than 1 % of invocations (references/defaults)",
            when: Some(("cold_starts", "given")),
        },
        Param {
            id: "keep_alive_s",
            label: "Kept alive",
            doc: "How long an idle environment is kept for the next call.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 86_400.0 },
            default: Fixed::Number(600.0),
            source: "Judgement: providers keep them for 5 to 15 min",
            when: Some(("cold_starts", "derived")),
        },
        Param {
            id: "max_duration_s",
            label: "Longest run",
            doc: "A call that runs for longer is ended as timed out; waiting for others counts.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.001, max: 86_400.0 },
            default: Fixed::Number(900.0),
            source: "AWS Lambda: 15 min (references/defaults)",
            when: None,
        },
        capacity::ERRORS,
        Param {
            id: "memory_gb",
            label: "Memory",
            doc: "Memory of one environment: you pay for it while a call runs, waiting for others included.",
            unit: Unit::Gigabytes,
            kind: Kind::Number { min: 0.125, max: 10.24 },
            default: Fixed::Number(0.5),
            source: "AWS Lambda: 128 MB to 10,240 MB (references/defaults)",
            when: None,
        },
        Param {
            id: "price_gb_s",
            label: "Price of memory",
            doc: "Cost of a million GB-seconds.",
            unit: Unit::DollarsAMillion,
            kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
            default: Fixed::Number(16.6667),
            source: "AWS Lambda: $0.0000166667 a GB-second (references/defaults)",
            when: None,
        },
        Param {
            default: Fixed::Number(0.20),
            source: "AWS Lambda: $0.20 a million (references/defaults)",
            ..machine::PRICE_MILLION
        },
        life::AVAILABILITY,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "Code without a server of yours: each call gets an environment, made on demand and kept for a while. \
               Serverless is a loose word: there are servers, but they are somebody else's care.",
        like: "A taxi instead of a car of your own: nothing to park, paid by the ride, and at three in the morning you \
               wait for one.",
        when: "For traffic that comes in bursts or seldom, and for glue between services. Steady heavy traffic is cheaper \
               on machines.",
        costs: "A price for each call and each second of memory, also while it waits for a database. Nothing when nobody \
                calls.",
        fails: "Beyond its concurrency calls are throttled at once: there is no queue. The first call after a quiet time \
                starts cold. A thousand environments open a thousand database connections.",
        products: "AWS Lambda, Google Cloud Functions, Azure Functions, Cloudflare Workers",
    },
};
