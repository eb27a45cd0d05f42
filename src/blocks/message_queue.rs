//! Message queue: accepts work at once and keeps it until a consumer has done it.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, life, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Full, Price, Queue, QueueRules, Servers, Station, nanoseconds};

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
            station: Station::Queue(Queue { backlog: read.number("backlog") as u64, rules: rules(&read) }),
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

fn rules(read: &Reader) -> QueueRules {
    QueueRules {
        partitions: (read.choice("kind") == "log").then(|| read.count("partitions")),
        full: match read.choice("full") {
            "drop-oldest" => Full::DropOldest,
            "block" => Full::Block,
            _ => Full::Refuse,
        },
        attempts: read.count("attempts"),
        redeliver_ns: nanoseconds(read.number("redeliver_s")),
        retain_ns: nanoseconds(read.number("retain_s")),
        volatile: !read.flag("durable"),
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
            id: "kind",
            label: "Kind",
            doc: "Who sees a message.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "broker",
                    label: "Broker",
                    doc: "Each message goes to one consumer and is gone when that has done it.",
                },
                Choice {
                    id: "log",
                    label: "Log",
                    doc: "Each outgoing link is a consumer group, and each group sees every message, in order by key.",
                },
            ]),
            default: Fixed::Choice("broker"),
            source: "Neutral",
            when: None,
        },
        Param {
            id: "partitions",
            label: "Partitions",
            doc: "Parts of the log, by key. A group works on one message of each at a time: more consumers than partitions \
                  stand idle, and a slow message holds up those behind it in its partition.",
            unit: Unit::None,
            kind: Kind::Integer { min: 1.0, max: 10_000.0 },
            default: Fixed::Number(12.0),
            source: "Judgement: divides by 2, 3, 4 and 6 consumers",
            when: Some(("kind", "log")),
        },
        Param {
            id: "retain_s",
            label: "Kept for",
            doc: "How long the log keeps a message that has been read: a consumer group can start again from the oldest one. \
                  The engine remembers at most 262,144 of each group.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 31_536_000.0 },
            default: Fixed::Number(604_800.0),
            source: "Apache Kafka: 7 days (log.retention.hours 168)",
            when: Some(("kind", "log")),
        },
        Param {
            id: "full",
            label: "When it is full",
            doc: "What happens to a message that finds the backlog at its limit.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice { id: "refuse", label: "It is refused", doc: "The producer is told *backlog full*." },
                Choice {
                    id: "drop-oldest",
                    label: "The oldest is dropped",
                    doc: "The producer is told nothing, and the message that waited longest is gone.",
                },
                Choice {
                    id: "block",
                    label: "The producer waits",
                    doc: "Until there is room; it keeps its thread meanwhile.",
                },
            ]),
            default: Fixed::Choice("refuse"),
            source: "Neutral",
            when: None,
        },
        Param {
            id: "attempts",
            label: "Deliveries at most",
            doc: "Failed deliveries, the consumer's death included, after which a message is set aside as a dead letter. 0 \
                  leaves it to the retries of the link, and without these a failed message is set aside at once.",
            unit: Unit::None,
            kind: Kind::Integer { min: 0.0, max: 100.0 },
            default: Fixed::Number(0.0),
            source: "As it was; new queues start with 5, as the examples of Amazon SQS do",
            when: None,
        },
        Param {
            id: "redeliver_s",
            label: "Handed out again after",
            doc: "How long a message whose consumer failed or died stays invisible before it is delivered again.",
            unit: Unit::Seconds,
            kind: Kind::Number { min: 0.0, max: 43_200.0 },
            default: Fixed::Number(0.0),
            source: "At once, as RabbitMQ does when a connection breaks; Amazon SQS waits 30 s unless told otherwise",
            when: None,
        },
        Param {
            id: "durable",
            label: "Kept on disk",
            doc: "Messages outlive the death of their broker; otherwise what it holds is lost.",
            unit: Unit::None,
            kind: Kind::Flag,
            default: Fixed::Flag(true),
            source: "Neutral",
            when: None,
        },
        Param {
            id: "backlog",
            label: "Backlog limit",
            doc: "Messages that may wait for a consumer, in a log for each group.",
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
        life::MTTF,
        life::MTTR,
    ],
    initial: &[("attempts", Fixed::Number(5.0))],
    initial_link: &[],
    learn: Learn {
        what: "A line between those who have work and those who do it. The sender gets *accepted* at once; the work is \
               done when a consumer is free. A broker gives each message to one consumer; a log shows all of them to every \
               group of consumers, and keeps them, so that a group can start again.",
        like: "The order rail between waiters and cooks: waiters never wait for a dish to be cooked before they take the \
               next order.",
        when: "When the user need not see the result now, and to carry a burst over the time it takes to work it off.",
        costs: "The answer is no longer the result, and somebody must watch the backlog. It evens out a burst; it adds no \
                capacity: what comes faster than it is done for ever never ends.",
        fails: "Quietly: consumers too slow mean a growing backlog and messages hours old, with no error anywhere until \
                the limit is reached. Messages can come twice. One that no consumer can digest comes back for ever, unless \
                it is set aside; in a log it holds up all behind it.",
        products: "Brokers: RabbitMQ, Amazon SQS, Google Pub/Sub. Logs: Apache Kafka, Redpanda, Amazon Kinesis",
    },
};
