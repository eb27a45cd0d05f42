//! The parameters that blocks on machines share, and the servers of those that have no machine of their own.

use super::param::{Fixed, Kind, Param, Reader, Unit, Values};
use crate::report::Cause;
use crate::topology::{Addressing, Servers, Service, Shape};

/// Most that a count of slots or of waiting calls can be: stands for *unlimited*.
pub const UNLIMITED: u32 = 1 << 20;

/// Price of an answer that leaves for the internet [USD/GB]: us-east-1, first 10 TB (references/defaults).
pub const EGRESS_GB: f64 = 0.09;

/// Number of machines that run the block.
pub const INSTANCES: Param = Param {
    id: "instances",
    label: "Instances",
    doc: "Machines that run it; callers spread over them and leave out the dead ones.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 1_000.0 },
    default: Fixed::Number(1.0),
    source: "Neutral",
    when: None,
};

/// Cores of one instance.
pub const CORES: Param = Param {
    id: "cores",
    label: "Cores",
    doc: "Calls that one instance works on at the same moment.",
    unit: Unit::None,
    kind: Kind::Integer { min: 1.0, max: 1_024.0 },
    default: Fixed::Number(2.0),
    source: "m6g.large: 2 cores (references/defaults)",
    when: None,
};

/// Mean service time of a call.
pub const SERVICE_MS: Param = Param {
    id: "service_ms",
    label: "One call takes",
    doc: "Mean time of a core for one call, without the calls it makes itself.",
    unit: Unit::Milliseconds,
    kind: Kind::Number { min: 0.0, max: 600_000.0 },
    default: Fixed::Number(1.0),
    source: "Judgement",
    when: None,
};

/// Calls that may wait at one instance.
pub const QUEUE: Param = Param {
    id: "queue",
    label: "Queue limit",
    doc: "Calls that may wait at one instance once it holds all it can; more are turned away.",
    unit: Unit::None,
    kind: Kind::Integer { min: 0.0, max: UNLIMITED as f64 },
    default: Fixed::Number(1_000.0),
    source: "rules 1.2: bounds the memory of an overloaded instance",
    when: None,
};

/// Calls admitted a second; 0 admits all.
pub const LIMIT: Param = Param {
    id: "limit",
    label: "Rate limit",
    doc: "Calls admitted a second, over all instances; more are rejected as rate limited. 0 is no limit.",
    unit: Unit::PerSecond,
    kind: Kind::Number { min: 0.0, max: 1e9 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: None,
};

/// What one instance sends and receives.
pub const NETWORK: Param = Param {
    id: "network_mbit",
    label: "Network",
    doc: "Megabits a second that one instance sends, and as many that it receives; 0 is no limit. Messages count with the \
          sizes of their links and wait in line.",
    unit: Unit::None,
    kind: Kind::Number { min: 0.0, max: 1e6 },
    default: Fixed::Number(0.0),
    source: "Neutral; a small instance of AWS has 500 to 10,000",
    when: None,
};

/// Bits a second of one instance's network in each direction; `None` is without a limit.
pub fn network(params: &'static [Param], values: &Values) -> Option<f64> {
    let mbit = Reader::new(params, values).number_or(NETWORK.id, 0.0);
    (mbit > 0.0).then_some(1e6 * mbit)
}

/// Price of one instance.
pub const PRICE_MONTH: Param = Param {
    id: "price_month",
    label: "Price of an instance",
    doc: "Cost of one instance a month. It does not follow the cores: set both for a larger machine.",
    unit: Unit::DollarsAMonth,
    kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
    default: Fixed::Number(56.21),
    source: "m6g.large on demand, us-east-1 (references/defaults)",
    when: None,
};

/// Price of a million calls, for services that charge by use.
pub const PRICE_MILLION: Param = Param {
    id: "price_million",
    label: "Price of calls",
    doc: "Cost of a million calls, at the average rate of the traffic.",
    unit: Unit::DollarsAMillion,
    kind: Kind::Number { min: 0.0, max: 1_000_000.0 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: None,
};

/// Servers of a service that never makes a call wait: what a provider runs, or what takes no calls.
pub fn elastic(read: Service, write: Service) -> Servers {
    Servers {
        instances: 1,
        cores: None,
        slots: UNLIMITED,
        queue: 0,
        full: Cause::Overloaded,
        read,
        write,
        errors: 0.0,
        limit: None,
        addressing: Addressing::Spread,
    }
}

/// Servers of what takes no calls at all.
pub fn idle() -> Servers {
    let nothing = Service { mean_s: 0.0, shape: Shape::Constant };
    elastic(nothing, nothing)
}
