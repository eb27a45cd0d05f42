//! What a design can promise, one entry each: its field, and how it is read from and written to the objectives.

use super::Objectives;
use crate::blocks::param::{Fixed, Kind, Param, Unit};

/// A promise that a design can make.
#[derive(Debug)]
pub struct Objective {
    /// Its field in a form. The default stands for a promise that is not made and is never shown.
    pub param: Param,
    /// Reads it; `None` when it is not made.
    pub get: fn(&Objectives) -> Option<f64>,
    /// Writes it; `None` withdraws it.
    pub set: fn(&mut Objectives, Option<f64>),
}

/// All of them, in the order of the form.
pub static OBJECTIVES: &[Objective] = &[
    Objective {
        param: promise(
            "p99_ms",
            "99 % answered within",
            "At least 99 % of the requests sent are answered ok within this time.",
            Unit::Milliseconds,
            3_600_000.0,
        ),
        get: |all| all.p99_ms,
        set: |all, value| all.p99_ms = value,
    },
    Objective {
        param: promise(
            "success",
            "Answered ok",
            "At least this share of the requests sent is answered ok.",
            Unit::Share,
            1.0,
        ),
        get: |all| all.success,
        set: |all, value| all.success = value,
    },
    Objective {
        param: promise(
            "headroom",
            "Headroom, times today",
            "The design carries at least this multiple of its traffic before the first block saturates.",
            Unit::None,
            1e6,
        ),
        get: |all| all.headroom,
        set: |all, value| all.headroom = value,
    },
    Objective {
        param: promise(
            "availability",
            "Available",
            "Reads and writes are answered at least this share of the time, counting how often the parts fail.",
            Unit::Share,
            1.0,
        ),
        get: |all| all.availability,
        set: |all, value| all.availability = value,
    },
    Objective {
        param: promise(
            "cost_month",
            "Cost at most",
            "The design costs at most this much a month.",
            Unit::DollarsAMonth,
            1e12,
        ),
        get: |all| all.cost_month,
        set: |all, value| all.cost_month = value,
    },
];

const fn promise(id: &'static str, label: &'static str, doc: &'static str, unit: Unit, max: f64) -> Param {
    Param {
        id,
        label,
        doc,
        unit,
        kind: Kind::Number { min: 0.0, max },
        default: Fixed::Number(0.0),
        source: "A promise is yours to make",
        when: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_promise_reads_what_it_wrote_and_touches_no_other() {
        for (index, objective) in OBJECTIVES.iter().enumerate() {
            let mut all = Objectives::default();
            (objective.set)(&mut all, Some(0.5));
            let made = OBJECTIVES.iter().map(|other| (other.get)(&all));
            let expected = (0..OBJECTIVES.len()).map(|other| (other == index).then_some(0.5));
            assert!(made.eq(expected), "{}", objective.param.id);
        }
    }
}
