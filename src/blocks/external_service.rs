//! External service: somebody else's system, reached over the internet, with its own speed, errors and limits.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service};
use crate::topology::{Limit, Price, Server, Servers, Station};

pub struct ExternalService;

impl Block for ExternalService {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let time = service::of(read.number("service_ms"), service::shape(&read));
        let limit = read.number("limit");
        Lowered {
            station: Station::Server(Server::default()),
            servers: Servers {
                errors: read.number("errors"),
                limit: (limit > 0.0).then(|| Limit::bucket(limit, limit.ceil().max(1.0) as u32)),
                ..machine::elastic(time, time)
            },
            price: Price { month: 0.0, million_calls: read.number("price_million"), egress_gb: 0.0 },
            managed: true,
        }
    }
}

static ABOUT: About = About {
    id: "external-service",
    name: "External service",
    doc: "Somebody else's system: answers at its own pace, fails now and then, and may limit you.",
    icon: "external",
    family: Family::Compute,
    accepts_calls: true,
    makes_calls: false,
    params: &[
        Param {
            label: "One call takes",
            doc: "Mean time until it answers, the way there and back not included.",
            default: Fixed::Number(150.0),
            source: "Judgement: a payment or mail provider",
            ..machine::SERVICE_MS
        },
        Param {
            default: Fixed::Choice("lognormal"),
            source: "Measured services show a long tail",
            ..service::SHAPE
        },
        service::CV,
        Param {
            id: "errors",
            label: "Errors",
            doc: "Share of the calls that it answers with an error.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.001),
            source: "99.9 %: the usual promise of such services (references/defaults)",
            when: None,
        },
        Param {
            doc: "Calls a second that it admits, with one second's worth at once; more are rate limited. 0 is no limit.",
            ..machine::LIMIT
        },
        machine::PRICE_MILLION,
        life::AVAILABILITY,
    ],
    initial: &[],
    initial_link: &[("latency_ms", Fixed::Number(20.0))],
    learn: Learn {
        what: "A system that you call and do not run: payments, mail, maps. You see its answers, not its machines. It \
               keeps none of your data here, so an answer that rests on it alone counts as hollow.",
        like: "The supplier of a restaurant: you can order, but you cannot cook faster in his kitchen.",
        when: "When others do it better than you would. Put it behind a queue when the user need not wait for it.",
        costs: "A price for each call, and your promise becomes the product of yours and theirs: 99.9 % times 99.9 % is \
                99.8 %.",
        fails: "It gets slow, and your threads wait with it until none is left. Set a timeout, make it optional where you \
                can, and repeat only what may be done twice.",
        products: "Stripe, SendGrid, Twilio, Google Maps, any partner's API",
    },
};
