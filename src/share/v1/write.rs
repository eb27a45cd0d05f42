//! Writes format 1: short names, defaults left out, whole numbers without a point, the catalogue's order.

use serde_json::{Map, Number, Value as Json};

use super::{
    AVAILABILITY, COST, DURATION, Figure, GROUP_FIELDS, HEADROOM, KINDS, LINK_FIELDS, NODE_FIELDS,
    NOTE_FIELDS, P99, SEED, SUCCESS, TRAFFIC, WARMUP, is_default,
};
use crate::blocks::param::{Param, Value, Values};
use crate::blocks::{self, life, link};
use crate::design::{Design, Group, Link, Node, Note, Run};
use crate::share::{FORMAT, object};

/// The fields of a design, in reading order.
pub(in crate::share) fn write(design: &Design) -> Map<String, Json> {
    let mut out = Map::new();
    out.insert("headroom".to_owned(), FORMAT.into());
    put_text(&mut out, "name", &design.name);
    out.insert("nodes".to_owned(), design.nodes.iter().map(node).collect());
    let links: Vec<Json> = design.links.iter().enumerate().map(|(place, drawn)| link(place, drawn)).collect();
    put_unless_empty(&mut out, "links", links);
    put_unless_empty(&mut out, "groups", design.groups.iter().map(group).collect());
    put_unless_empty(&mut out, "notes", design.notes.iter().map(note).collect());
    put_object(&mut out, "objectives", objectives(design), design);
    let kept = design.unknown.get("faults").and_then(Json::as_array).cloned().unwrap_or_default();
    let faults = design.faults.iter().enumerate().map(|(place, drawn)| super::fault(Some(place), drawn));
    put_unless_empty(&mut out, "faults", faults.chain(kept).collect());
    put_object(&mut out, "run", run(&design.run), design);
    for (name, value) in &design.unknown {
        if !super::TOP_FIELDS.contains(&name.as_str()) {
            out.insert(name.clone(), value.clone());
        }
    }
    out
}

fn node(node: &Node) -> Json {
    let mut out = Map::new();
    out.insert("id".to_owned(), node.id.0.into());
    out.insert("block".to_owned(), node.block.as_str().into());
    put_text(&mut out, "name", &node.name);
    out.insert("at".to_owned(), vec![node.at[0], node.at[1]].into());
    let params = blocks::find(&node.block).map_or(&[][..], |block| block.about().params);
    put_values(&mut out, params, &NODE_FIELDS, &node.values);
    if let Some(group) = node.group {
        out.insert("in".to_owned(), group.0.into());
    }
    Json::Object(out)
}

/// The id is written only when it is not the link's place in the list, counted from 1.
fn link(place: usize, drawn: &Link) -> Json {
    let mut options = Map::new();
    if drawn.id.0 as usize != place + 1 {
        options.insert("id".to_owned(), drawn.id.0.into());
    }
    put_values(&mut options, link::PARAMS, &LINK_FIELDS, &drawn.values);
    let mut out: Vec<Json> = vec![drawn.from.0.into(), drawn.to.0.into()];
    if !options.is_empty() {
        out.push(Json::Object(options));
    }
    Json::Array(out)
}

fn group(group: &Group) -> Json {
    let mut out = Map::new();
    out.insert("id".to_owned(), group.id.0.into());
    let kind = KINDS.iter().find(|(_, kind)| *kind == group.kind).map_or("zone", |(name, _)| name);
    out.insert("kind".to_owned(), kind.into());
    put_text(&mut out, "name", &group.name);
    if let Some(parent) = group.parent {
        out.insert("in".to_owned(), parent.0.into());
    }
    if group.collapsed {
        out.insert("collapsed".to_owned(), true.into());
    }
    put_values(&mut out, life::OF_GROUP, &GROUP_FIELDS, &group.values);
    Json::Object(out)
}

fn note(note: &Note) -> Json {
    let mut out = Map::new();
    out.insert("id".to_owned(), note.id.0.into());
    out.insert("at".to_owned(), vec![note.at[0], note.at[1]].into());
    out.insert("text".to_owned(), note.text.as_str().into());
    put_values(&mut out, &[], &NOTE_FIELDS, &note.values);
    Json::Object(out)
}

fn objectives(design: &Design) -> Map<String, Json> {
    let promised = &design.objectives;
    let mut out = Map::new();
    put_figure(&mut out, &P99, promised.p99_ms);
    put_figure(&mut out, &SUCCESS, promised.success);
    put_figure(&mut out, &COST, promised.cost_month);
    put_figure(&mut out, &HEADROOM, promised.headroom);
    put_figure(&mut out, &AVAILABILITY, promised.availability);
    out
}

fn run(run: &Run) -> Map<String, Json> {
    let absent = Run::default();
    let mut out = Map::new();
    if run.seed != absent.seed {
        out.insert(SEED.id.to_owned(), run.seed.into());
    }
    put_figure(&mut out, &DURATION, run.duration_s);
    put_figure(&mut out, &WARMUP, run.warmup_s);
    put_figure(&mut out, &TRAFFIC, (run.traffic != absent.traffic).then_some(run.traffic));
    out
}

pub(super) fn put_figure(out: &mut Map<String, Json>, figure: &Figure, value: Option<f64>) {
    if let Some(json) = value.and_then(number) {
        out.insert(figure.id.to_owned(), json);
    }
}

fn put_text(out: &mut Map<String, Json>, field: &str, text: &str) {
    if !text.is_empty() {
        out.insert(field.to_owned(), text.into());
    }
}

fn put_unless_empty(out: &mut Map<String, Json>, field: &str, list: Vec<Json>) {
    if !list.is_empty() {
        out.insert(field.to_owned(), Json::Array(list));
    }
}

/// An object with the fields kept from a newer version behind its own.
fn put_object(out: &mut Map<String, Json>, field: &str, mut own: Map<String, Json>, design: &Design) {
    for (name, value) in object(design.unknown.get(field)).into_iter().flatten() {
        own.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    if !own.is_empty() {
        out.insert(field.to_owned(), Json::Object(own));
    }
}

/// Known parameters in the catalogue's order, then what is not known.
pub(super) fn put_values(out: &mut Map<String, Json>, params: &[Param], reserved: &[&str], values: &Values) {
    for param in params {
        let set = values.get(param.id).filter(|value| !is_default(param, value));
        if let Some(json) = set.and_then(to_json) {
            out.insert(param.id.to_owned(), json);
        }
    }
    for (id, value) in values.iter() {
        let known = params.iter().any(|param| param.id == id) || reserved.contains(&id);
        if let Some(json) = to_json(value).filter(|_| !known) {
            out.insert(id.to_owned(), json);
        }
    }
}

fn to_json(value: &Value) -> Option<Json> {
    match value {
        Value::Number(value) => number(*value),
        Value::Flag(flag) => Some((*flag).into()),
        Value::Text(text) => Some(text.as_str().into()),
        Value::Unknown(json) => Some(json.clone()),
    }
}

/// Whole numbers without a point; `None` for what JSON cannot hold.
pub(in crate::share) fn number(value: f64) -> Option<Json> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Some((value as i64).into());
    }
    Number::from_f64(value).map(Json::Number)
}
