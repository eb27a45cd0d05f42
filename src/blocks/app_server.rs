//! App server: serves, then makes its own calls in drawn order, then replies.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::{About, Block, Family, Learn, Lowered, capacity, life, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Price, Server, Servers, Station};

pub struct AppServer;

impl Block for AppServer {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn lower(&self, values: &Values) -> Lowered {
        let read = Reader::new(ABOUT.params, values);
        let embedded = read.choice("state") == "embedded-database";
        let drawn = if embedded { 1 } else { read.count("instances") };
        let (most, scaling) = if embedded { (1, None) } else { capacity::scaling(&read, drawn) };
        let (cores, month) = capacity::machine(&read);
        let sessions = (read.choice("state") == "sessions").then(|| read.number("logged_in"));
        let shape = service::shape(&read);
        Lowered {
            station: Station::Server(Server {
                holds_data: embedded,
                discipline: capacity::discipline(&read),
                sessions,
                scaling,
                function: None,
            }),
            servers: Servers {
                instances: most,
                cores: Some(cores),
                slots: if read.choice("threads") == "async" { 10_000 } else { 200 },
                queue: read.count("queue"),
                full: Cause::Overloaded,
                read: service::of(read.number("service_ms"), shape),
                write: service::of(read.number("write_ms"), shape),
                errors: read.number(capacity::ERRORS.id),
                limit: None,
                addressing: Addressing::First,
            },
            price: Price {
                month: f64::from(drawn) * month,
                million_calls: 0.0,
                egress_gb: machine::EGRESS_GB,
            },
            managed: false,
        }
    }
}

static ABOUT: About = About {
    id: "app-server",
    name: "App server",
    doc: "Does the work of a request, calls what it depends on, and replies.",
    icon: "server",
    family: Family::Compute,
    accepts_calls: true,
    makes_calls: true,
    params: &[
        Param {
            doc: "Machines that run it. Callers use only the first unless a load balancer or a queue stands in front. A \
                  database in the same box allows only one.",
            ..machine::INSTANCES
        },
        capacity::MACHINE,
        capacity::CORES,
        Param {
            id: "service_ms",
            label: "Read takes",
            doc: "Mean time of a core for one read, without the calls it makes.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(10.0),
            source: "Judgement: a typical page of a web framework",
            when: None,
        },
        Param {
            id: "write_ms",
            label: "Write takes",
            doc: "Mean time of a core for one write, without the calls it makes.",
            unit: Unit::Milliseconds,
            kind: Kind::Number { min: 0.0, max: 600_000.0 },
            default: Fixed::Number(10.0),
            source: "Judgement: as a read",
            when: None,
        },
        service::SHAPE,
        service::CV,
        Param {
            id: "threads",
            label: "Threads",
            doc: "How many requests one instance holds while it waits for others.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice {
                    id: "blocking",
                    label: "Blocking, 200 threads",
                    doc: "A waiting request keeps its thread.",
                },
                Choice {
                    id: "async",
                    label: "Async, 10,000 requests",
                    doc: "A waiting request keeps only memory.",
                },
            ]),
            default: Fixed::Choice("blocking"),
            source: "rules 1.2",
            when: None,
        },
        machine::QUEUE,
        Param {
            id: "state",
            label: "State",
            doc: "What an instance keeps for itself.",
            unit: Unit::None,
            kind: Kind::Choice(&[
                Choice { id: "stateless", label: "Stateless", doc: "Any instance can answer any request." },
                Choice {
                    id: "sessions",
                    label: "Sessions in memory",
                    doc: "A logged-in request must reach the instance that knows it; a dead one loses its sessions.",
                },
                Choice {
                    id: "embedded-database",
                    label: "Database in the same box",
                    doc: "Answers from its own data; one instance only.",
                },
            ]),
            default: Fixed::Choice("stateless"),
            source: "Neutral",
            when: None,
        },
        Param {
            id: "logged_in",
            label: "Logged in",
            doc: "Share of the requests that need their session.",
            unit: Unit::Share,
            kind: Kind::Number { min: 0.0, max: 1.0 },
            default: Fixed::Number(1.0),
            source: "The hard case",
            when: Some(("state", "sessions")),
        },
        capacity::DISCIPLINE,
        capacity::ERRORS,
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
        what: "A machine that runs your code. Each core works on one request at a time; the others wait in line.",
        like: "A kitchen: cores are cooks, threads are order slips on the rail, the queue is the line at the door.",
        when: "Whenever requests need work that a cache or a store cannot do. Keep it stateless and more of them help.",
        costs: "A monthly price for each instance, busy or not. The second one needs a load balancer to be of any use.",
        fails: "Above about 80 % busy the wait grows steeply; at 100 % the queue fills and requests are turned away.",
        products: "Node.js, Spring Boot, Django, Rails, Go or Rust services on EC2, GCE, Kubernetes",
    },
};
