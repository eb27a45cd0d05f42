//! Format 1, frozen: what every field is called and what its absence means. Later formats read it for ever.
//!
//! An absent parameter has its default of the catalogue, which `tests/golden/format1-defaults.json` holds still.
//! Fields that this version does not know are kept: those of a block or link among its values, those of the top level
//! in [`Design::unknown`], and those inside `run`, `objectives` and a group there too, under the name of the field
//! that holds them (a group's under its id).

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;

use crate::blocks::param::{Fixed, Param, Value};
use crate::design::GroupKind;

/// Fields of a block that are no parameters: no parameter may have such a name.
const NODE_FIELDS: [&str; 5] = ["id", "block", "name", "at", "in"];
/// Fields of a link's options that are no parameters.
const LINK_FIELDS: [&str; 1] = ["id"];
const GROUP_FIELDS: [&str; 4] = ["id", "kind", "name", "in"];
/// Fields of the top level. `$schema` lets an editor check the file; it says nothing about the design.
const TOP_FIELDS: [&str; 9] =
    ["headroom", "$schema", "name", "nodes", "links", "groups", "objectives", "run", "result"];

const KINDS: [(&str, GroupKind); 3] =
    [("host", GroupKind::Host), ("zone", GroupKind::Zone), ("region", GroupKind::Region)];

/// A number of `objectives` or `run`: its name and range. Absent means that nothing is promised or chosen.
struct Figure {
    id: &'static str,
    min: f64,
    max: f64,
}

const P99: Figure = Figure { id: "p99_ms", min: 0.0, max: 3_600_000.0 };
const SUCCESS: Figure = Figure { id: "success", min: 0.0, max: 1.0 };
const COST: Figure = Figure { id: "cost_month", min: 0.0, max: 1e12 };
const HEADROOM: Figure = Figure { id: "headroom", min: 0.0, max: 1e6 };
const SEED: Figure = Figure { id: "seed", min: 0.0, max: super::MAX_SEED as f64 };
const DURATION: Figure = Figure { id: "duration_s", min: 0.001, max: 86_400.0 };
const WARMUP: Figure = Figure { id: "warmup_s", min: 0.0, max: 86_400.0 };
const TRAFFIC: Figure = Figure { id: "traffic", min: 0.0, max: 1e6 };

/// Whether a value says nothing: it is what absence means.
fn is_default(param: &Param, value: &Value) -> bool {
    match (param.default, value) {
        (Fixed::Number(default), Value::Number(number)) => default == *number,
        (Fixed::Choice(default), Value::Text(text)) => default == text,
        (Fixed::Flag(default), Value::Flag(flag)) => default == *flag,
        _ => false,
    }
}
