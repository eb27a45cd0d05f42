//! Message queue: accepts work at once and keeps it until a consumer has done it.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Price, Queue, Servers, Station};

pub struct MessageQueue;

impl Block for MessageQueue {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let instances = read.count("instances");
        let time = service::of(read.number("service_ms"), service::shape(&read));
        Lowered {
            station: Station::Queue(Queue { backlog: read.number("backlog") as u64 }),
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
                addressing: Addressing::Spread,
            },
            price: Price {
                month: f64::from(instances) * read.number("price_month"),
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

static ABOUT: About = About {
    id: "message-queue",
    name: "Message queue",
    doc: "Accepts a call as a message, says so at once, and hands it to one consumer when that is free.",
    icon: "queue",
    family: Family::Data,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            id: "backlog",
            label: "Backlog limit",
            doc: "Messages that may wait for a consumer; more are refused.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 1e9 },
            default: Fixed::Number(1_000_000.0),
            source: "Judgement: a broker's memory or disk, a gigabyte of 1 KB messages",
            when: None,
        },
        Param {
            doc: "Brokers that hold the messages together; senders spread over them and leave out the dead ones.",
            ..machine::INSTANCES
        },
        Param {
            default: Fixed::Number(4.0),
            source: "m5.xlarge: 4 cores (references/defaults)",
            ..machine::CORES
        },
        Param {
            label: "Accepting takes",
            doc: "Mean time of a core to accept one message and say so.",
            default: Fixed::Number(0.1),
            source: "Judgement: 40,000 confirmed messages a second on 4 cores, one by one",
            ..machine::SERVICE_MS
        },
        service::SHAPE,
        service::CV,
        machine::QUEUE,
        Param {
            default: Fixed::Number(140.16),
            source: "m5.xlarge on demand, us-east-1 (references/defaults)",
            ..machine::PRICE_MONTH
        },
    ],
    initial: &[],
    initial_link: &[],
    learn: Learn {
        what: "A line between those who have work and those who do it. The sender gets *accepted* at once; the work is \
               done when a consumer is free. Each message goes to one consumer.",
        like: "The order rail between waiters and cooks: waiters never wait for a dish to be cooked before they take the \
               next order.",
        when: "When the user need not see the result now, and to carry a burst over the time it takes to work it off.",
        costs: "The answer is no longer the result, and somebody must watch the backlog. It evens out a burst; it adds no \
                capacity: what comes faster than it is done for ever never ends.",
        fails: "Quietly: consumers too slow mean a growing backlog and messages hours old, with no error anywhere until \
                the limit is reached. Messages can come twice.",
        products: "RabbitMQ, Amazon SQS, Google Pub/Sub, Apache Kafka (a log, of which this is the simplest use)",
    },
};
