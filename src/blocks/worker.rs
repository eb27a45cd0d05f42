//! Worker: takes messages from a queue and does the work that nobody waits for.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, capacity, life, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Price, Server, Servers, Station};

pub struct Worker;

impl Block for Worker {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let instances = read.count("instances");
        let (most, scaling) = capacity::scaling(&read, instances);
        let (cores, month) = capacity::machine(&read);
        let time = service::of(read.number("service_ms"), service::shape(&read));
        Lowered {
            station: Station::Server(Server { scaling, ..Server::default() }),
            servers: Servers {
                instances: most,
                cores: Some(cores),
                slots: read.count("concurrency"),
                queue: 0,
                full: Cause::Overloaded,
                read: time,
                write: time,
                errors: read.number("errors"),
                limit: None,
                addressing: Addressing::Spread,
            },
            price: Price {
                month: f64::from(instances) * month,
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

static ABOUT: About = About {
    id: "worker",
    name: "Worker",
    doc: "Takes messages from a queue, does their work, and calls what that needs.",
    icon: "gear",
    family: Family::Compute,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            doc: "Machines that take messages from the queue; each takes the next when it is free.",
            ..machine::INSTANCES
        },
        capacity::MACHINE,
        capacity::CORES,
        Param {
            label: "One message takes",
            doc: "Mean time of a core for one message, without the calls it makes itself.",
            default: Fixed::Number(100.0),
            source: "Judgement: a mail, a thumbnail",
            ..machine::SERVICE_MS
        },
        service::SHAPE,
        service::CV,
        Param {
            id: "concurrency",
            label: "Messages at once",
            doc: "Messages that one instance holds, at work or waiting for others; the rest stay in the queue. Nothing \
                  else waits here: called without a queue, a full worker turns calls away.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 10_000.0 },
            default: Fixed::Number(10.0),
            source: "Judgement: the usual prefetch of a consumer",
            when: None,
        },
        Param {
            id: "errors",
            label: "Errors",
            doc: "Share of the messages whose processing fails after its time; the queue hands them out again or sets them aside.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(0.0),
            source: "Neutral",
            when: None,
        },
        capacity::AUTOSCALING,
        capacity::SCALE_MIN,
        capacity::SCALE_MAX,
        capacity::SCALE_TARGET,
        capacity::SCALE_BOOT,
        capacity::SCALE_COOLDOWN,
        capacity::PRICE_MONTH,
        machine::NETWORK,
        life::MTTF,
        life::MTTR,
        life::NEEDED,
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "A server without visitors: it takes the next message when it is free, so it is never overrun. The line \
               grows in the queue instead.",
        like: "The kitchen porter who washes up after the guests have left: the guests do not wait for it.",
        when: "For work that the user need not wait for: mails, thumbnails, reports, index updates.",
        costs: "Machines that must keep up with the mean, not with the peak; and an answer that says *accepted*, not *done*.",
        fails: "With too few workers the backlog grows without end, and everything is late without a single error. Work \
                that died halfway is done again, so doing it twice must do no harm.",
        products: "Sidekiq, Celery, BullMQ, AWS Lambda on SQS, Kubernetes jobs",
    },
};
