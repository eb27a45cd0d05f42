//! The service time parameters that several blocks share: the shape of the distribution and its spread.

use super::param::{Choice, Fixed, Kind, Param, Reader, Unit};
use crate::topology::{Service, Shape};

/// Shape of the service time around its mean.
pub const SHAPE: Param = Param {
    id: "service_shape",
    label: "Service varies",
    doc: "How the time of one call varies around its mean.",
    unit: Unit::None,
    kind: Kind::Choice(&[
        Choice { id: "constant", label: "Not at all", doc: "Every call takes the mean." },
        Choice {
            id: "erlang",
            label: "A little (Erlang)",
            doc: "Sum of equal exponential steps; spread below 1.",
        },
        Choice {
            id: "exponential",
            label: "Exponential",
            doc: "Memoryless: many short, few long; spread 1.",
        },
        Choice { id: "lognormal", label: "Lognormal", doc: "A long tail, as measured services show." },
        Choice {
            id: "hyperexponential",
            label: "Two kinds of calls",
            doc: "Most are quick, some are slow; spread above 1.",
        },
    ]),
    default: Fixed::Choice("exponential"),
    source: "The usual assumption of queueing theory",
    when: None,
};

/// Coefficient of variation, for the shapes that have one.
pub const CV: Param = Param {
    id: "service_cv",
    label: "Spread",
    doc: "Standard deviation over mean. Erlang takes 1/√k, two kinds of calls take at least 1.",
    unit: Unit::None,
    kind: Kind::Number { min: 0.05, max: 20.0 },
    default: Fixed::Number(1.0),
    source: "Neutral",
    when: None,
};

/// The shape that these values ask for, moved to the nearest one that exists.
pub fn shape(read: &Reader) -> Shape {
    shape_of(read.choice(SHAPE.id), read.number(CV.id))
}

/// The shape of this name with this spread.
pub fn shape_of(name: &str, cv: f64) -> Shape {
    match name {
        "constant" => Shape::Constant,
        "erlang" => Shape::Erlang { phases: (libm::round(1.0 / (cv * cv)) as u32).max(1) },
        "lognormal" => Shape::Lognormal { cv },
        "hyperexponential" => Shape::Hyperexponential { cv: cv.max(1.0) },
        _ => Shape::Exponential,
    }
}

/// A service time of this mean [ms] and shape.
pub fn of(mean_ms: f64, shape: Shape) -> Service {
    Service { mean_s: mean_ms / 1e3, shape }
}
