//! Reads format 1: what can be read opens, and everything else is named with its place.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::faults::{self, Targets};
use super::{
    Figure, GROUP_FIELDS, KINDS, LINK_FIELDS, NODE_FIELDS, NOTE_FIELDS, OBJECTIVES, RUN, TOP_FIELDS,
    is_default,
};
use crate::blocks::param::{Kind, Param, Value, Values};
use crate::blocks::{self, BLOCKS, life, link};
use crate::design::{
    Design, Group, GroupId, GroupKind, Link, LinkId, Node, NodeId, Note, NoteId, Objectives, Run,
};
use crate::figures;
use crate::share::near::remedy;
use crate::share::notes::Notes;
use crate::share::text::excerpt;
use crate::share::{
    Failure, MAX_FAULTS, MAX_GROUPS, MAX_ID, MAX_LINKS, MAX_NAME, MAX_NODES, MAX_NOTE, MAX_NOTES, MAX_PLACE,
    damaged,
};
use crate::sorted;

/// Reads the fields of a design.
///
/// # Errors
/// [`Failure`] when a list is too long or no list.
pub(in crate::share) fn read(fields: &Map<String, Json>, notes: &mut Notes) -> Result<Design, Failure> {
    let of_nodes = list(fields, "nodes", "blocks", MAX_NODES)?;
    let of_links = list(fields, "links", "links", MAX_LINKS)?;
    let of_groups = list(fields, "groups", "groups", MAX_GROUPS)?;
    let of_canvas = list(fields, "notes", "notes", MAX_NOTES)?;
    let mut unknown = Map::new();
    let groups = groups(of_groups, notes);
    let nodes = nodes(of_nodes, &groups, notes);
    let links = links(of_links, &nodes, notes);
    let of_faults = list(fields, "faults", "faults", MAX_FAULTS)?;
    let faults = faults::faults(of_faults, &Targets::of(&nodes, &links, &groups), &mut unknown, notes);
    let objectives = objectives(fields, &mut unknown, notes);
    let run = run(fields, &mut unknown, notes);
    for (name, value) in fields.iter().filter(|(name, _)| !TOP_FIELDS.contains(&name.as_str())) {
        notes.explain(&short(name), || not_known(name, TOP_FIELDS.into_iter()));
        unknown.insert(name.clone(), value.clone());
    }
    let name = name(fields.get("name"), "name", notes);
    let texts = texts(of_canvas, notes);
    Ok(Design { name, nodes, links, groups, notes: texts, objectives, faults, run, unknown })
}

fn list<'a>(
    fields: &'a Map<String, Json>,
    field: &str,
    what: &str,
    most: usize,
) -> Result<&'a [Json], Failure> {
    match fields.get(field) {
        None => Ok(&[]),
        Some(Json::Array(list)) if list.len() > most => Err(Failure::TooLarge(format!(
            "This design is too large: it has {} {what}, and at most {most} are read.",
            list.len()
        ))),
        Some(Json::Array(list)) => Ok(list),
        Some(other) => damaged(&format!(
            "This is not a design: $.{field} must be a list, and here it is {}.",
            excerpt(other)
        )),
    }
}

fn nodes(list: &[Json], groups: &[Group], notes: &mut Notes) -> Vec<Node> {
    let mut ids = Ids::of(list.iter().map(|entry| entry.get("id")));
    let read = |(place, entry)| node(place, entry, &mut ids, groups, notes);
    list.iter().enumerate().filter_map(read).collect()
}

fn node(place: usize, entry: &Json, ids: &mut Ids, groups: &[Group], notes: &mut Notes) -> Option<Node> {
    let path = format!("nodes[{place}]");
    let Some(fields) = entry.as_object() else {
        notes.add(&path, format!("A block must be an object, and here it is {}: left out.", excerpt(entry)));
        return None;
    };
    let Some(block) = fields.get("block").and_then(Json::as_str) else {
        let block = shown(fields.get("block"));
        let text =
            format!("A block must say what it is, such as \"app-server\", and here it is {block}: left out.");
        notes.add(&format!("{path}.block"), text);
        return None;
    };
    let values = match blocks::find(block) {
        Some(known) => values(fields, known.about().params, &NODE_FIELDS, &path, notes),
        None => {
            let ids = BLOCKS.iter().map(|block| block.about().id);
            notes.explain(&format!("{path}.block"), || {
                let remedy = remedy(&short(block), ids);
                format!("Unknown block “{}”: kept as it is, without effect.{remedy}", short(block))
            });
            keep_all(fields)
        }
    };
    Some(Node {
        id: NodeId(ids.take(fields.get("id"), &path, notes)),
        block: block.to_owned(),
        name: name(fields.get("name"), &format!("{path}.name"), notes),
        at: at(fields.get("at"), place, &format!("{path}.at"), notes),
        group: member_of(fields.get("in"), groups, &format!("{path}.in"), notes),
        values,
    })
}

fn keep_all(fields: &Map<String, Json>) -> Values {
    let mut values = Values::default();
    for (name, json) in fields.iter().filter(|(name, _)| !NODE_FIELDS.contains(&name.as_str())) {
        values.set(name, Some(Value::Unknown(json.clone())));
    }
    values
}

fn links(list: &[Json], nodes: &[Node], notes: &mut Notes) -> Vec<Link> {
    let ends = sorted::set(nodes.iter().map(|node| node.id.0));
    // A link without an id has its place, counted from 1.
    let places = Json::from(list.len());
    let written = list.iter().map(|entry| entry.get(2).and_then(|options| options.get("id")));
    let mut ids = Ids::of(written.chain([Some(&places)]));
    let read = |(place, entry)| link(place, entry, &mut ids, &ends, notes);
    list.iter().enumerate().filter_map(read).collect()
}

fn link(place: usize, entry: &Json, ids: &mut Ids, ends: &BTreeSet<u32>, notes: &mut Notes) -> Option<Link> {
    let path = format!("links[{place}]");
    let form = "A link must be [from, to] or [from, to, {options}]";
    let (from, to, rest) = match entry.as_array().map(Vec::as_slice) {
        Some([from, to, rest @ ..]) => (from, to, rest),
        _ => {
            notes.add(&path, format!("{form}: left out."));
            return None;
        }
    };
    let from = end(from, &format!("{path}[0]"), ends, notes)?;
    let to = end(to, &format!("{path}[1]"), ends, notes)?;
    let none = Map::new();
    let options = match rest {
        [] => &none,
        [Json::Object(options)] => options,
        _ => {
            notes.add(&path, format!("{form}: the rest is left out."));
            rest[0].as_object().unwrap_or(&none)
        }
    };
    let own = options.get("id").cloned().unwrap_or_else(|| Json::from(place + 1));
    let values = values(options, link::PARAMS, &LINK_FIELDS, &format!("{path}[2]"), notes);
    let id = LinkId(ids.take(Some(&own), &format!("{path}[2]"), notes));
    Some(Link { id, from, to, values })
}

fn end(json: &Json, path: &str, ends: &BTreeSet<u32>, notes: &mut Notes) -> Option<NodeId> {
    let found = id(json).filter(|id| ends.contains(id)).map(NodeId);
    if found.is_none() {
        notes.explain(path, || {
            format!("No block has the id {}: the link is left out.{}", excerpt(json), there_are(ends))
        });
    }
    found
}

fn groups(list: &[Json], notes: &mut Notes) -> Vec<Group> {
    let mut ids = Ids::of(list.iter().map(|entry| entry.get("id")));
    let mut groups = Vec::new();
    let mut parents = Vec::new();
    for (place, entry) in list.iter().enumerate() {
        let path = format!("groups[{place}]");
        let Some(fields) = entry.as_object() else {
            notes.add(
                &path,
                format!("A group must be an object, and here it is {}: left out.", excerpt(entry)),
            );
            continue;
        };
        let id = ids.take(fields.get("id"), &path, notes);
        let values = values(fields, life::OF_GROUP, &GROUP_FIELDS, &path, notes);
        let kind = group_kind(fields.get("kind"), &format!("{path}.kind"), notes);
        let name = name(fields.get("name"), &format!("{path}.name"), notes);
        let collapsed = flag(fields.get("collapsed"), &format!("{path}.collapsed"), notes);
        groups.push(Group { id: GroupId(id), kind, name, parent: None, collapsed, values });
        parents.push((fields.get("in"), format!("{path}.in")));
    }
    nest(&mut groups, &parents, notes);
    groups
}

/// True or false; absent is false.
fn flag(field: Option<&Json>, path: &str, notes: &mut Notes) -> bool {
    match field {
        Some(Json::Bool(flag)) => *flag,
        None => false,
        Some(other) => {
            notes.add(
                path,
                format!("Must be true or false, and here it is {}: read as false.", excerpt(other)),
            );
            false
        }
    }
}

/// The notes on the canvas.
fn texts(list: &[Json], notes: &mut Notes) -> Vec<Note> {
    let mut ids = Ids::of(list.iter().map(|entry| entry.get("id")));
    let mut read = |(place, entry): (usize, &Json)| {
        let path = format!("notes[{place}]");
        let Some((fields, text)) =
            entry.as_object().and_then(|fields| Some((fields, fields.get("text")?.as_str()?)))
        else {
            let text =
                format!("A note must be {{\"text\": \"…\"}}, and here it is {}: left out.", excerpt(entry));
            notes.add(&path, text);
            return None;
        };
        if text.chars().count() > MAX_NOTE {
            notes.add(&format!("{path}.text"), format!("A note has at most {MAX_NOTE} characters: cut."));
        }
        Some(Note {
            id: NoteId(ids.take(fields.get("id"), &path, notes)),
            at: at(fields.get("at"), place, &format!("{path}.at"), notes),
            text: text.chars().take(MAX_NOTE).collect(),
            values: values(fields, &[], &NOTE_FIELDS, &path, notes),
        })
    };
    list.iter().enumerate().filter_map(&mut read).collect()
}

/// Sets the parents in list order; one that would close a circle is left out.
fn nest(groups: &mut [Group], parents: &[(Option<&Json>, String)], notes: &mut Notes) {
    let places = sorted::map(groups.iter().enumerate().map(|(i, group)| (group.id, i)));
    for (index, (field, path)) in parents.iter().enumerate() {
        let parent = member_of(*field, groups, path, notes);
        let above = |id: &GroupId| groups[places[id]].parent;
        if std::iter::successors(parent, above).any(|id| id == groups[index].id) {
            notes.add(path, "A group cannot lie in itself: left out.");
            continue;
        }
        groups[index].parent = parent;
    }
}

fn group_kind(field: Option<&Json>, path: &str, notes: &mut Notes) -> GroupKind {
    let found = KINDS.iter().find(|(name, _)| field.and_then(Json::as_str) == Some(name));
    if found.is_none() {
        notes.add(
            path,
            format!("A group is a host, zone or region, and here it is {}: read as zone.", shown(field)),
        );
    }
    found.map_or(GroupKind::Zone, |(_, kind)| *kind)
}

fn member_of(field: Option<&Json>, groups: &[Group], path: &str, notes: &mut Notes) -> Option<GroupId> {
    let field = field?;
    let found = id(field).map(GroupId).filter(|id| groups.iter().any(|group| group.id == *id));
    if found.is_none() {
        notes.add(path, format!("No group has the id {}: left out.", excerpt(field)));
    }
    found
}

fn objectives(fields: &Map<String, Json>, unknown: &mut Map<String, Json>, notes: &mut Notes) -> Objectives {
    let [p99_ms, success, cost_month, headroom, availability] =
        figures_of(fields, "objectives", OBJECTIVES, unknown, notes);
    Objectives { p99_ms, success, cost_month, headroom, availability }
}

fn run(fields: &Map<String, Json>, unknown: &mut Map<String, Json>, notes: &mut Notes) -> Run {
    let [seed, duration_s, warmup_s, traffic] = figures_of(fields, "run", RUN, unknown, notes);
    let absent = Run::default();
    let seed = seed.map_or(absent.seed, |seed| seed as u64);
    Run { seed, duration_s, warmup_s, traffic: traffic.unwrap_or(absent.traffic) }
}

/// The known numbers of an object; what else stands there is kept under the object's name.
fn figures_of<const N: usize>(
    fields: &Map<String, Json>,
    field: &str,
    known: [&Figure; N],
    unknown: &mut Map<String, Json>,
    notes: &mut Notes,
) -> [Option<f64>; N] {
    let none = Map::new();
    let inside = match fields.get(field) {
        None => &none,
        Some(Json::Object(inside)) => inside,
        Some(other) => {
            notes.add(field, format!("This must be an object, and here it is {}: left out.", excerpt(other)));
            &none
        }
    };
    let more = unknown_fields(inside, &known.map(|figure| figure.id), field, notes);
    if !more.is_empty() {
        unknown.insert(field.to_owned(), Json::Object(more));
    }
    known.map(|figure| figure_in(inside, figure, field, notes))
}

/// A number of an object, in its range.
pub(super) fn figure_in(
    inside: &Map<String, Json>,
    figure: &Figure,
    path: &str,
    notes: &mut Notes,
) -> Option<f64> {
    let path = format!("{path}.{}", figure.id);
    let json = inside.get(figure.id)?;
    let Some(number) = json.as_f64() else {
        notes.add(&path, {
            let allowed = from_to(figure.min, figure.max);
            format!("This must be a number {allowed}, and here it is {}: left out.", excerpt(json))
        });
        return None;
    };
    let number = in_range(number, figure.min, figure.max, &path, notes);
    Some(if figure.whole { whole(number, &path, notes) } else { number })
}

fn unknown_fields(
    fields: &Map<String, Json>,
    known: &[&str],
    path: &str,
    notes: &mut Notes,
) -> Map<String, Json> {
    let mut more = Map::new();
    for (name, value) in fields.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
        notes.explain(&format!("{path}.{}", short(name)), || not_known(name, known.iter().copied()));
        more.insert(name.clone(), value.clone());
    }
    more
}

/// The parameters of a block, link or fault.
pub(super) fn values(
    fields: &Map<String, Json>,
    params: &[Param],
    reserved: &[&str],
    path: &str,
    notes: &mut Notes,
) -> Values {
    let mut values = Values::default();
    for (id, json) in fields.iter().filter(|(id, _)| !reserved.contains(&id.as_str())) {
        let path = format!("{path}.{}", short(id));
        let Some(param) = params.iter().find(|param| param.id == id) else {
            notes.explain(&path, || {
                let remedy = remedy(&short(id), params.iter().map(|param| param.id));
                format!("Unknown parameter: kept in the design, without effect.{remedy}")
            });
            values.set(id, Some(Value::Unknown(json.clone())));
            continue;
        };
        let value = value(param, json, &path, notes);
        if !is_default(param, &value) {
            values.set(id, Some(value));
        }
    }
    values
}

fn value(param: &Param, json: &Json, path: &str, notes: &mut Notes) -> Value {
    let wanted = match (param.kind, json) {
        (Kind::Number { min, max }, Json::Number(number)) => {
            return Value::Number(in_range(number.as_f64().unwrap_or(max), min, max, path, notes));
        }
        (Kind::Integer { min, max }, Json::Number(number)) => {
            let number = in_range(number.as_f64().unwrap_or(max), min, max, path, notes);
            return Value::Number(whole(number, path, notes));
        }
        (Kind::Flag, Json::Bool(flag)) => return Value::Flag(*flag),
        (Kind::Choice(choices), Json::String(text)) if choices.iter().any(|choice| choice.id == text) => {
            return Value::Text(text.clone());
        }
        (Kind::Text { max }, Json::String(text)) if text.chars().count() <= max => {
            return Value::Text(text.clone());
        }
        (Kind::Number { min, max }, _) => format!("a number {}", from_to(min, max)),
        (Kind::Integer { min, max }, _) => format!("a whole number {}", from_to(min, max)),
        (Kind::Flag, _) => "true or false".to_owned(),
        (Kind::Text { max }, _) => format!("a text of at most {max} characters"),
        (Kind::Choice(choices), _) => {
            let ids: Vec<&str> = choices.iter().map(|choice| choice.id).collect();
            format!("one of {}", ids.join(", "))
        }
    };
    notes.add(path, format!("This must be {wanted}, and here it is {}: the default is used.", excerpt(json)));
    Value::Unknown(json.clone())
}

fn in_range(number: f64, min: f64, max: f64, path: &str, notes: &mut Notes) -> f64 {
    let clamped = number.clamp(min, max);
    if clamped != number {
        let [min, max, clamped, number] = [min, max, clamped, number].map(figures::plain);
        notes.add(
            path,
            format!("This must lie between {min} and {max}, and here it is {number}: read as {clamped}."),
        );
    }
    clamped
}

fn whole(number: f64, path: &str, notes: &mut Notes) -> f64 {
    let rounded = libm::round(number);
    if rounded != number {
        notes.add(path, format!("This must be a whole number, and here it is {number}: read as {rounded}."));
    }
    rounded
}

fn name(field: Option<&Json>, path: &str, notes: &mut Notes) -> String {
    let Some(field) = field else { return String::new() };
    let Some(text) = field.as_str() else {
        notes.add(path, format!("A name must be a text, and here it is {}: left out.", excerpt(field)));
        return String::new();
    };
    if text.chars().count() > MAX_NAME {
        notes.add(path, format!("A name has at most {MAX_NAME} characters: cut."));
    }
    text.chars().take(MAX_NAME).collect()
}

/// A position; a file written by hand may leave it out, then blocks stand in rows.
fn at(field: Option<&Json>, place: usize, path: &str, notes: &mut Notes) -> [i32; 2] {
    const PER_ROW: usize = 6;
    const STEP: [i32; 2] = [240, 150];
    let in_rows = [(place % PER_ROW) as i32 * STEP[0], (place / PER_ROW) as i32 * STEP[1]];
    let Some(field) = field else { return in_rows };
    let pair = field.as_array().filter(|pair| pair.len() == 2);
    let Some((x, y)) = pair.and_then(|pair| Some((pair[0].as_f64()?, pair[1].as_f64()?))) else {
        notes.add(
            path,
            format!("A position must be [x, y], and here it is {}: placed in a row.", excerpt(field)),
        );
        return in_rows;
    };
    let far = f64::from(MAX_PLACE);
    [x, y].map(|along| whole(in_range(along, -far, far, path, notes), path, notes) as i32)
}

pub(super) fn id(json: &Json) -> Option<u32> {
    let number = json.as_f64()?;
    (number.fract() == 0.0 && (0.0..=f64::from(MAX_ID)).contains(&number)).then_some(number as u32)
}

fn shown(field: Option<&Json>) -> String {
    field.map_or_else(|| "missing".to_owned(), excerpt)
}

/// `from 1 to 1,024`.
fn from_to(min: f64, max: f64) -> String {
    format!("from {} to {}", figures::plain(min), figures::plain(max))
}

/// A field that may be of a later version, or a slip.
fn not_known<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let remedy = remedy(&short(name), known);
    format!("Not known to this version: kept in the design, without effect.{remedy}")
}

/// The ids that there are, as far as a person reads on.
fn there_are(ids: &BTreeSet<u32>) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = ids.iter().take(SHOWN).map(u32::to_string).collect();
    match ids.len() {
        0 => " There is no block.".to_owned(),
        SHOWN.. => format!(" There are: {} ….", shown.join(", ")),
        _ => format!(" There are: {}.", shown.join(", ")),
    }
}

/// The beginning of a name that the file chose, for paths and messages.
fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

/// Gives every entry of a list an id of its own: the one written, unless an earlier entry has it.
pub(super) struct Ids {
    taken: BTreeSet<u32>,
    next: u32,
}

impl Ids {
    /// Fresh ids start behind every id that is written anywhere in the list.
    pub(super) fn of<'a>(written: impl Iterator<Item = Option<&'a Json>>) -> Self {
        let greatest = written.flatten().filter_map(id).max().unwrap_or(0);
        Ids { taken: BTreeSet::new(), next: greatest + 1 }
    }

    pub(super) fn take(&mut self, written: Option<&Json>, path: &str, notes: &mut Notes) -> u32 {
        if let Some(id) = written.and_then(id)
            && self.taken.insert(id)
        {
            return id;
        }
        let fresh = self.next;
        self.next += 1;
        self.taken.insert(fresh);
        let why = match written.map(|json| (id(json), excerpt(json))) {
            None => "An id is missing".to_owned(),
            Some((Some(_), text)) => format!("The id {text} stands here a second time"),
            Some((None, text)) => {
                format!("An id is a whole number from 0 to {MAX_ID}, and here it is {text}")
            }
        };
        notes.add(&format!("{path}.id"), format!("{why}: it got the id {fresh}."));
        fresh
    }
}
