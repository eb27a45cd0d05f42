//! What load balancer, API gateway and rate limiter share: the machines of a proxy, the policy and the health check of a router.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use super::{Lowered, limiting, machine, service};
use crate::report::Cause;
use crate::topology::{Addressing, Health, Policy, Price, Router, Servers, Station};

/// Requests that one instance of a proxy holds while their answers are under way.
pub const CONNECTIONS: Param = Param {
    id: "connections",
    label: "Connections",
    doc: "Requests that one instance holds while their answers are under way.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 1_048_576.0 },
    default: Fixed::Number(50_000.0),
    source: "Judgement: a proxy with an event loop holds tens of thousands",
    when: None,
};

/// How a target is chosen.
pub const POLICY: Param = Param {
    id: "policy",
    label: "Policy",
    doc: "How it chooses among all instances behind it.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "round-robin", label: "Round robin", doc: "Each in turn." },
        Choice {
            id: "weighted",
            label: "Weighted round robin",
            doc: "In turn, each as often as its link's weight says, evenly mixed.",
        },
        Choice { id: "random", label: "Random, by weight", doc: "At random, by its link's weight." },
        Choice {
            id: "least-connections",
            label: "Least connections",
            doc: "The one with the fewest calls under way from here; ties at random.",
        },
        Choice {
            id: "power-of-two",
            label: "Power of two choices",
            doc: "Two at random, then the one with fewer calls under way.",
        },
        Choice {
            id: "sticky",
            label: "Sticky sessions",
            doc: "The same one for the same user, as long as it is alive.",
        },
        Choice {
            id: "hash",
            label: "Consistent hash",
            doc: "By key: when one dies, only its keys move to others.",
        },
        Choice {
            id: "path",
            label: "By path",
            doc: "Each link has its own share, by weight: when what serves a path is dead, that share fails.",
        },
        Choice { id: "failover", label: "In order (failover)", doc: "The first link with a target alive." },
        Choice {
            id: "nearest",
            label: "The nearest alive",
            doc: "The ones with the shortest way from here.",
        },
    ]),
    default: Fixed::Choice("round-robin"),
    source: "What nginx, HAProxy and AWS ALB do unless told otherwise",
    when: None,
};

/// Time between health checks.
pub const CHECK_S: Param = Param {
    id: "check_s",
    label: "Health check every",
    doc: "Time between two checks of a target; until a dead one is out, its share of the calls fails.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.1, max: 300.0 },
    default: Fixed::Number(5.0),
    source: "Usual interval 5–30 s (references/defaults)",
    when: None,
};

/// Failed checks before a target is out.
pub const CHECK_FAILURES: Param = Param {
    id: "check_failures",
    label: "Failures before out",
    doc: "Failed checks in a row before a target gets no more calls.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 20.0 },
    default: Fixed::Number(2.0),
    source: "Usually 2–3 (references/defaults)",
    when: None,
};

/// How long a check waits.
pub const CHECK_TIMEOUT_S: Param = Param {
    id: "check_timeout_s",
    label: "A check waits",
    doc: "How long a check waits for the answer of a target that has gone silent.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.1, max: 300.0 },
    default: Fixed::Number(1.0),
    source: "Judgement: well below the interval",
    when: None,
};

/// Successful checks before a target is in again.
pub const CHECK_SUCCESSES: Param = Param {
    id: "check_successes",
    label: "Successes before in",
    doc: "Successful checks in a row before a target that is back gets calls again.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 20.0 },
    default: Fixed::Number(1.0),
    source: "Neutral: the first good check counts",
    when: None,
};

/// The health check that these values ask for.
pub fn health(read: &Reader) -> Health {
    Health {
        interval_s: read.number(CHECK_S.id),
        timeout_s: read.number(CHECK_TIMEOUT_S.id),
        failures: read.count(CHECK_FAILURES.id),
        successes: read.count(CHECK_SUCCESSES.id),
    }
}

/// The router that these values ask for.
pub fn router(read: &Reader) -> Router {
    let policy = match read.choice(POLICY.id) {
        "weighted" => Policy::Weighted,
        "random" => Policy::Random,
        "least-connections" => Policy::LeastConnections,
        "power-of-two" => Policy::PowerOfTwo,
        "sticky" => Policy::Sticky,
        "hash" => Policy::Hash,
        "path" => Policy::Path,
        "failover" => Policy::Failover,
        "nearest" => Policy::Nearest,
        _ => Policy::RoundRobin,
    };
    Router { policy, health: health(read), ttl_ns: 0 }
}

/// A proxy on machines of its own: `work` is the share of its service time that each call costs.
pub fn proxy(read: &Reader, router: Router, work: f64) -> Lowered {
    let instances = read.count(machine::INSTANCES.id);
    let time = service::of(read.number(machine::SERVICE_MS.id) * work, service::shape(read));
    Lowered {
        station: Station::Router(router),
        servers: Servers {
            instances,
            cores: Some(read.count(machine::CORES.id)),
            slots: read.count(CONNECTIONS.id),
            queue: read.count(machine::QUEUE.id),
            full: Cause::Overloaded,
            read: time,
            write: time,
            errors: 0.0,
            limit: read.has(limiting::ALGORITHM.id).then(|| limiting::limit(read)).flatten(),
            addressing: Addressing::Spread,
        },
        price: Price {
            month: f64::from(instances) * read.number(machine::PRICE_MONTH.id),
            million_calls: read.number_or(machine::PRICE_MILLION.id, 0.0),
            egress_gb: machine::EGRESS_GB,
        },
        managed: false,
    }
}
