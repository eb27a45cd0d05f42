//! The JSON Schema (draft 7) of format 1, made from the catalogue: what validates opens without a note.
//!
//! A schema cannot say that ids are unique and that links and groups lead to something that is there; the rest it says.

use serde_json::{Map, Value as Json, json};

use super::v1::{self, Figure};
use super::{
    FORMAT, MAX_FAULTS, MAX_GROUPS, MAX_ID, MAX_LINKS, MAX_NAME, MAX_NODES, MAX_NOTE, MAX_NOTES, MAX_PLACE,
};
use crate::blocks::param::{Fixed, Kind, Param, Unit};
use crate::blocks::{About, BLOCKS, life, link};
use crate::design::fault::{self, Strikes};

/// The schema as JSON text for a file.
pub fn schema() -> String {
    let text = serde_json::to_string_pretty(&whole()).expect("a JSON value has a text");
    text + "\n"
}

fn whole() -> Json {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Headroom design, format 1",
        "description": "An architecture: blocks, links between them, failure domains, and what it promises. \
            Absent fields and parameters have their defaults.",
        "type": "object",
        "required": ["headroom"],
        "additionalProperties": false,
        "properties": {
            "headroom": {"const": FORMAT, "description": "Number of the format."},
            "$schema": {"type": "string"},
            "name": name("Title of the design."),
            "nodes": list("node", MAX_NODES, "Placed blocks, in drawing order."),
            "links": list("link", MAX_LINKS, "Links, in the order in which a block makes its calls."),
            "groups": list("group", MAX_GROUPS, "Failure domains: a host lies in a zone, a zone in a region."),
            "notes": list("note", MAX_NOTES, "Texts on the canvas, without effect."),
            "objectives": figures(&v1::OBJECTIVES, "What the design promises its users."),
            "faults": list("fault", MAX_FAULTS, "What goes wrong on purpose during a run."),
            "run": figures(&v1::RUN, "How to run it."),
            "result": {
                "type": "string",
                "pattern": "^[0-9a-fA-F]{20}$",
                "description": "What the sender's run gave: engine version and digest, to be compared.",
            },
        },
        "definitions": definitions(),
    })
}

fn definitions() -> Json {
    let mut all = Map::new();
    all.insert("id".to_owned(), json!({"type": "integer", "minimum": 0, "maximum": MAX_ID}));
    all.insert("node".to_owned(), node());
    all.insert("link".to_owned(), drawn_link());
    all.insert("group".to_owned(), group());
    all.insert("note".to_owned(), note());
    all.insert("fault".to_owned(), fault());
    for kind in fault::KINDS {
        all.insert(format!("fault-{}", kind.id), of_fault(kind));
    }
    for block in BLOCKS {
        all.insert(block.about().id.to_owned(), of_block(block.about()));
    }
    Json::Object(all)
}

/// A node, then what its block allows: one condition for each block gives the clearest messages.
fn node() -> Json {
    let ids: Vec<&str> = BLOCKS.iter().map(|block| block.about().id).collect();
    let only = |id: &str| {
        json!({
            "if": {"properties": {"block": {"const": id}}},
            "then": {"$ref": format!("#/definitions/{id}")},
        })
    };
    json!({
        "type": "object",
        "required": ["id", "block"],
        "properties": {"block": {"enum": ids, "description": "Kind of block."}},
        "allOf": ids.iter().map(|id| only(id)).collect::<Vec<_>>(),
    })
}

fn of_block(about: &About) -> Json {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), id("Identity of the block: unique, never reused."));
    fields.insert("block".to_owned(), json!({ "const": about.id }));
    fields.insert("name".to_owned(), name("What people call it; absent is the name of its kind."));
    fields.insert("at".to_owned(), place());
    fields.insert("in".to_owned(), id("The group that it stands in."));
    fields.extend(about.params.iter().map(parameter));
    json!({
        "title": about.name,
        "description": about.doc,
        "properties": fields,
        "additionalProperties": false,
    })
}

fn drawn_link() -> Json {
    let mut options = Map::new();
    options.insert("id".to_owned(), id("Identity of the link; absent is its place in the list, from 1."));
    options.extend(link::PARAMS.iter().map(parameter));
    json!({
        "description": "[from, to] or [from, to, {options}].",
        "type": "array",
        "minItems": 2,
        "maxItems": 3,
        "items": [
            id("The caller."),
            id("The callee."),
            {"type": "object", "properties": options, "additionalProperties": false},
        ],
    })
}

fn place() -> Json {
    let place = json!({"type": "integer", "minimum": -MAX_PLACE, "maximum": MAX_PLACE});
    json!({
        "description": "Position [px]: x to the right, y down.",
        "type": "array", "items": place, "minItems": 2, "maxItems": 2,
    })
}

fn note() -> Json {
    json!({
        "type": "object",
        "required": ["text"],
        "additionalProperties": false,
        "properties": {
            "id": id("Identity of the note: unique among the notes."),
            "at": place(),
            "text": {"type": "string", "maxLength": MAX_NOTE, "description": "What it says."},
        },
    })
}

fn group() -> Json {
    let kinds = v1::KINDS.map(|(name, _)| name);
    let mut fields = Map::new();
    fields.insert("id".to_owned(), id("Identity of the group: unique among the groups."));
    fields.insert("kind".to_owned(), json!({"enum": kinds, "description": "What fails together."}));
    fields.insert("name".to_owned(), name("What people call it."));
    fields.insert("in".to_owned(), id("The group that it lies in."));
    let look = "It is shown as one box; no result depends on it.";
    fields.insert("collapsed".to_owned(), json!({"type": "boolean", "default": false, "description": look}));
    fields.extend(life::OF_GROUP.iter().map(parameter));
    json!({
        "type": "object",
        "required": ["id", "kind"],
        "additionalProperties": false,
        "properties": fields,
    })
}

/// A fault, then what its kind allows.
fn fault() -> Json {
    let only = |kind: &fault::About| {
        json!({
            "if": {"required": [kind.id]},
            "then": {"$ref": format!("#/definitions/fault-{}", kind.id)},
        })
    };
    let has = |kind: &fault::About| json!({"required": [kind.id]});
    json!({
        "description": "The name of its kind is a field, and that field's value says what it strikes.",
        "type": "object",
        "anyOf": fault::KINDS.iter().map(has).collect::<Vec<_>>(),
        "allOf": fault::KINDS.iter().map(only).collect::<Vec<_>>(),
    })
}

fn of_fault(kind: &fault::About) -> Json {
    let mut fields = Map::new();
    fields.insert("id".to_owned(), id("Identity of the fault; absent is its place in the list, from 1."));
    for figure in [&v1::AT, &v1::FOR] {
        fields.insert(figure.id.to_owned(), range_of(figure));
    }
    let target = match kind.strikes {
        Strikes::Block => id("The block that it strikes."),
        Strikes::Group => id("The group that it strikes."),
        Strikes::Link => id("The link that it strikes."),
        Strikes::BlockOrAll => json!({
            "description": "The block that it strikes, or true for all.",
            "anyOf": [{"const": true}, {"$ref": "#/definitions/id"}],
        }),
    };
    fields.insert(kind.id.to_owned(), target);
    fields.extend(kind.params.iter().map(parameter));
    json!({
        "title": kind.name,
        "description": kind.doc,
        "properties": fields,
        "additionalProperties": false,
    })
}

fn id(description: &str) -> Json {
    json!({"description": description, "allOf": [{"$ref": "#/definitions/id"}]})
}

fn name(description: &str) -> Json {
    json!({"type": "string", "maxLength": MAX_NAME, "description": description})
}

fn list(entry: &str, most: usize, description: &str) -> Json {
    json!({
        "description": description,
        "type": "array",
        "maxItems": most,
        "items": {"$ref": format!("#/definitions/{entry}")},
    })
}

fn figures(figures: &[&Figure], description: &str) -> Json {
    let field = |figure: &&Figure| (figure.id.to_owned(), range_of(figure));
    let fields: Map<String, Json> = figures.iter().map(field).collect();
    json!({"description": description, "type": "object", "properties": fields, "additionalProperties": false})
}

fn range_of(figure: &Figure) -> Json {
    let kind = if figure.whole { "integer" } else { "number" };
    json!({
        "type": kind, "minimum": bound(figure.min), "maximum": bound(figure.max), "description": figure.doc,
    })
}

fn parameter(param: &Param) -> (String, Json) {
    let mut out = Map::new();
    out.insert("title".to_owned(), param.label.into());
    out.insert("description".to_owned(), description(param).into());
    match param.kind {
        Kind::Number { min, max } => range(&mut out, "number", min, max),
        Kind::Integer { min, max } => range(&mut out, "integer", min, max),
        Kind::Choice(choices) => {
            out.insert("enum".to_owned(), choices.iter().map(|choice| choice.id).collect());
        }
        Kind::Flag => {
            out.insert("type".to_owned(), "boolean".into());
        }
        Kind::Text { max } => {
            out.insert("type".to_owned(), "string".into());
            out.insert("maxLength".to_owned(), max.into());
        }
    }
    let default = match param.default {
        Fixed::Number(number) => bound(number),
        Fixed::Choice(id) => id.into(),
        Fixed::Flag(flag) => flag.into(),
    };
    out.insert("default".to_owned(), default);
    (param.id.to_owned(), Json::Object(out))
}

fn description(param: &Param) -> String {
    let unit = match param.unit {
        Unit::None => String::new(),
        // A share is shown in percent, but stored from 0 to 1.
        Unit::Share => " [0–1]".to_owned(),
        unit => format!(" [{}]", unit.symbol()),
    };
    let mut text = format!("{}{unit}", param.doc);
    if let Kind::Choice(choices) = param.kind {
        for choice in choices {
            text += &format!(" {}: {}", choice.id, choice.doc);
        }
    }
    text
}

fn range(out: &mut Map<String, Json>, kind: &str, min: f64, max: f64) {
    out.insert("type".to_owned(), kind.into());
    out.insert("minimum".to_owned(), bound(min));
    out.insert("maximum".to_owned(), bound(max));
}

/// Whole numbers without a point, as a design is written.
fn bound(number: f64) -> Json {
    v1::number(number).unwrap_or(Json::Null)
}
