//! How often things fail and how long they stay away: parameters of blocks and of groups, for the availability.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit, Values};
use super::place;
use crate::design::location::Location;
use crate::topology::{Life, StandbyLife};

/// Mean time to failure of one instance.
pub const MTTF: Param = Param {
    id: "mttf_h",
    label: "Mean time to failure",
    doc: "How long one instance works on average before it fails; counts for the availability. 0 is never.",
    unit: Unit::Hours,
    kind: Kind::Number { min: 0.0, max: 1e9 },
    default: Fixed::Number(2_190.0),
    source: "rules 3.2: four failures a year, releases and reboots included",
    when: None,
};

/// Mean time to repair one instance.
pub const MTTR: Param = Param {
    id: "mttr_h",
    label: "Mean time to repair",
    doc: "How long one instance is away on average until it works again.",
    unit: Unit::Hours,
    kind: Kind::Number { min: 0.0, max: 1e6 },
    default: Fixed::Number(2.0),
    source: "rules 3.2: 99.909 % for one instance",
    when: None,
};

/// Instances that must work.
pub const NEEDED: Param = Param {
    id: "needed",
    label: "Instances needed",
    doc: "With fewer at work it counts as down; 0 is as many as today's traffic needs.",
    unit: Unit::None,
    kind: Kind::Integer { min: 0.0, max: 100_000.0 },
    default: Fixed::Number(0.0),
    source: "Neutral",
    when: None,
};

/// Share of the time that a service with redundancy of its own works.
pub const AVAILABILITY: Param = Param {
    id: "availability",
    label: "Availability",
    doc: "Share of the time that the provider's service works, its own redundancy included.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(0.9999),
    source: "Usual SLA of managed services (references/defaults): a refund threshold, not a measurement",
    when: None,
};

/// Chance that the standby takes over by itself.
pub const COVERAGE: Param = Param {
    id: "coverage",
    label: "Failover works",
    doc: "Share of the failures that the automatic failover handles; the others wait for a person.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(1.0),
    source: "Neutral",
    when: Some(("standby", "hot")),
};

/// Time until a person has switched.
pub const MANUAL_S: Param = Param {
    id: "manual_s",
    label: "Switched by hand in",
    doc: "Time until a person has switched to the standby where the automatic failover did not.",
    unit: Unit::Seconds,
    kind: Kind::Number { min: 0.0, max: 1e6 },
    default: Fixed::Number(1_800.0),
    source: "Reference case avail_hot2_imperfect_coverage: half an hour",
    when: Some(("standby", "hot")),
};

/// Who repairs.
pub const CREWS: Param = Param {
    id: "crews",
    label: "Repaired",
    doc: "Whether primary and standby can be repaired at the same time.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "own", label: "At the same time", doc: "Each has a crew of its own." },
        Choice { id: "one", label: "One after the other", doc: "One crew repairs both." },
    ]),
    default: Fixed::Choice("own"),
    source: "Neutral",
    when: Some(("standby", "hot")),
};

/// Failure rate of the waiting standby.
pub const STANDBY_RATE: Param = Param {
    id: "standby_rate",
    label: "Standby fails",
    doc: "How often the waiting standby fails, as a share of how often a working instance does.",
    unit: Unit::Share,
    kind: Kind::Number { min: 0.0, max: 1.0 },
    default: Fixed::Number(1.0),
    source: "A hot standby does the same work",
    when: Some(("standby", "hot")),
};

/// Parameters of a group, in the order of the form.
pub static OF_GROUP: &[Param] = &[
    Param {
        doc: "How long the whole group works on average before it is lost; counts for the availability. 0 is never.",
        default: Fixed::Number(17_520.0),
        source: "Judgement: a zone is lost once in two years",
        ..MTTF
    },
    Param {
        doc: "How long the group is away on average.",
        default: Fixed::Number(3.0),
        source: "Judgement: some hours",
        ..MTTR
    },
    place::LOCATION,
];

const HOUR_S: f64 = 3_600.0;

/// What these values say of a block's life; parameters that the block lacks have their defaults.
pub fn of_block(params: &'static [Param], values: &Values, managed: bool) -> Life {
    let read = Reader::new(params, values);
    let has = |id: &str| read.has(id);
    let number = |param: &Param| match param.default {
        _ if has(param.id) => read.number(param.id),
        Fixed::Number(default) => default,
        Fixed::Choice(_) | Fixed::Flag(_) => 0.0,
    };
    let needed = if has(NEEDED.id) { read.count(NEEDED.id) } else { 0 };
    Life {
        mttf_s: or_never(number(&MTTF)),
        mttr_s: number(&MTTR) * HOUR_S,
        provided: managed.then(|| number(&AVAILABILITY)),
        needed: (needed > 0).then_some(needed),
        standby: StandbyLife {
            coverage: number(&COVERAGE),
            manual_s: number(&MANUAL_S),
            own_crews: !has(CREWS.id) || read.choice(CREWS.id) == "own",
            rate: number(&STANDBY_RATE),
        },
    }
}

/// Mean time to failure and to repair of a group [s].
pub fn of_group(values: &Values) -> (f64, f64) {
    let read = Reader::new(OF_GROUP, values);
    (or_never(read.number(MTTF.id)), read.number(MTTR.id) * HOUR_S)
}

/// Where in the world a group lies.
pub fn location_of_group(values: &Values) -> Option<Location> {
    place::location(&Reader::new(OF_GROUP, values))
}

fn or_never(hours: f64) -> f64 {
    if hours > 0.0 { hours * HOUR_S } else { f64::INFINITY }
}
