//! Format 1, frozen: what every field is called and what its absence means. Later formats read it for ever.
//!
//! An absent parameter has its default of the catalogue, which `tests/golden/format1-defaults.json` holds still.
//! Fields that this version does not know are kept: those of a block, link, group, note or fault among its values, those of the
//! top level in [`Design::unknown`], and those inside `run` and `objectives` there too, under the name of the field that
//! holds them; faults of an unknown kind as they are.

mod faults;
mod read;
mod write;

pub(super) use faults::{fault, lone as lone_fault};
pub(super) use read::read;
pub(super) use write::{number, write};

use crate::blocks::param::{Fixed, Param, Value};
use crate::design::GroupKind;

/// Fields of a block that are no parameters: no parameter may have such a name.
const NODE_FIELDS: [&str; 5] = ["id", "block", "name", "at", "in"];
/// Fields of a link's options that are no parameters.
const LINK_FIELDS: [&str; 1] = ["id"];
const GROUP_FIELDS: [&str; 5] = ["id", "kind", "name", "in", "collapsed"];
const NOTE_FIELDS: [&str; 3] = ["id", "at", "text"];
/// Fields of a fault that are no parameters; its kind is one more.
pub(super) const FAULT_FIELDS: [&str; 3] = ["id", "at_s", "for_s"];
/// Fields of the top level. `$schema` lets an editor check the file; it says nothing about the design.
const TOP_FIELDS: [&str; 11] = [
    "headroom",
    "$schema",
    "name",
    "nodes",
    "links",
    "groups",
    "notes",
    "objectives",
    "faults",
    "run",
    "result",
];

pub(super) const KINDS: [(&str, GroupKind); 3] =
    [("host", GroupKind::Host), ("zone", GroupKind::Zone), ("region", GroupKind::Region)];

/// A number of `objectives` or `run`. Absent means that nothing is promised or chosen.
pub(super) struct Figure {
    pub(super) id: &'static str,
    pub(super) doc: &'static str,
    pub(super) min: f64,
    pub(super) max: f64,
    /// A whole number.
    pub(super) whole: bool,
}

const fn figure(id: &'static str, min: f64, max: f64, doc: &'static str) -> Figure {
    Figure { id, doc, min, max, whole: false }
}

const P99: Figure = figure(
    "p99_ms",
    0.0,
    3_600_000.0,
    "At least 99 % of the requests are answered ok within this time [ms].",
);
const SUCCESS: Figure =
    figure("success", 0.0, 1.0, "At least this share of the requests is answered ok [0–1].");
const COST: Figure = figure("cost_month", 0.0, 1e12, "It costs at most this much [$/month].");
const HEADROOM: Figure = figure(
    "headroom",
    0.0,
    1e6,
    "It carries at least this multiple of its traffic before a block saturates.",
);
const AVAILABILITY: Figure =
    figure("availability", 0.0, 1.0, "Reads and writes are answered at least this share of the time [0–1].");
const SEED: Figure = Figure {
    id: "seed",
    doc: "Seed of every random draw; absent is 1.",
    min: 0.0,
    max: super::MAX_SEED as f64,
    whole: true,
};
const DURATION: Figure =
    figure("duration_s", 0.001, 86_400.0, "Measured simulated time, without the warm-up [s].");
const WARMUP: Figure = figure("warmup_s", 0.0, 86_400.0, "Simulated time left out at the start [s].");
const TRAFFIC: Figure = figure("traffic", 0.0, 1e6, "Multiplier on every client's rate; absent is 1.");

pub(super) const AT: Figure =
    figure("at_s", 0.0, 86_400.0, "When it begins, the warm-up included [s]; absent is 0.");
pub(super) const FOR: Figure =
    figure("for_s", 0.0, 86_400.0, "How long it lasts [s]; absent is until the end.");

/// Fields of `objectives`, in the order of [`crate::design::Objectives`].
pub(super) const OBJECTIVES: [&Figure; 5] = [&P99, &SUCCESS, &COST, &HEADROOM, &AVAILABILITY];
/// Fields of `run`, in the order of [`crate::design::Run`].
pub(super) const RUN: [&Figure; 4] = [&SEED, &DURATION, &WARMUP, &TRAFFIC];

/// Whether a value says nothing: it is what absence means.
fn is_default(param: &Param, value: &Value) -> bool {
    match (param.default, value) {
        (Fixed::Number(default), Value::Number(number)) => default == *number,
        (Fixed::Choice(default), Value::Text(text)) => default == text,
        (Fixed::Flag(default), Value::Flag(flag)) => default == *flag,
        _ => false,
    }
}
