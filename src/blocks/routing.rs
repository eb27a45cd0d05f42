//! What load balancer and API gateway share: the policy and the health check of a router.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{Health, Policy, Router};

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
        Choice { id: "random", label: "Random", doc: "At random, by its link's weight." },
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

/// The router that these values ask for.
pub fn router(read: &Reader) -> Router {
    let policy = match read.choice(POLICY.id) {
        "random" => Policy::Random,
        "least-connections" => Policy::LeastConnections,
        "power-of-two" => Policy::PowerOfTwo,
        _ => Policy::RoundRobin,
    };
    let health = Health { interval_s: read.number(CHECK_S.id), failures: read.count(CHECK_FAILURES.id) };
    Router { policy, health }
}
