//! Faults in format 1: `{"at_s": 20, "for_s": 10, "kill": 5}`. The kind is a field of its own, and its value says what
//! it strikes: the id of a block, group or link, or `true` for all.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::read::{Ids, figure_in, id, values};
use super::write::{put_figure, put_values};
use super::{AT, FAULT_FIELDS, FOR};
use crate::design::fault::{self, About, Strikes, Target};
use crate::design::{Fault, FaultId, Group, GroupId, Link, LinkId, Node, NodeId};
use crate::share::near::remedy;
use crate::share::notes::Notes;
use crate::share::text::excerpt;
use crate::sorted;

/// What a fault can strike.
pub(super) struct Targets {
    nodes: BTreeSet<u32>,
    links: BTreeSet<u32>,
    groups: BTreeSet<u32>,
}

impl Targets {
    /// All of a design.
    pub(super) fn of(nodes: &[Node], links: &[Link], groups: &[Group]) -> Self {
        Targets {
            nodes: sorted::set(nodes.iter().map(|node| node.id.0)),
            links: sorted::set(links.iter().map(|link| link.id.0)),
            groups: sorted::set(groups.iter().map(|group| group.id.0)),
        }
    }
}

/// Reads the timeline; entries of an unknown kind are kept in `unknown`.
pub(super) fn faults(
    list: &[Json],
    targets: &Targets,
    unknown: &mut Map<String, Json>,
    notes: &mut Notes,
) -> Vec<Fault> {
    // A fault without an id has its place, counted from 1, like a link.
    let places = Json::from(list.len());
    let mut ids = Ids::of(list.iter().map(|entry| entry.get("id")).chain([Some(&places)]));
    let (mut faults, mut kept) = (Vec::new(), Vec::new());
    for (place, entry) in list.iter().enumerate() {
        let path = format!("faults[{place}]");
        match kind_of(entry) {
            Some((kind, fields)) => {
                let Some(target) = target(kind, &fields[kind.id], targets, &path, notes) else { continue };
                let own = fields.get("id").cloned().unwrap_or_else(|| Json::from(place + 1));
                let id = FaultId(ids.take(Some(&own), &path, notes));
                faults.push(Fault { id, target, ..fault_in(kind, fields, &path, notes) });
            }
            None if entry.is_object() => {
                notes.explain(&path, || unknown_kind(entry));
                kept.push(entry.clone());
            }
            None => {
                let text = format!("A fault must be an object, and here it is {}: left out.", excerpt(entry));
                notes.add(&path, text);
            }
        }
    }
    if !kept.is_empty() {
        unknown.insert("faults".to_owned(), Json::Array(kept));
    }
    faults
}

/// The first field that is none of every fault's is probably its kind.
fn unknown_kind(entry: &Json) -> String {
    let fields = entry.as_object().into_iter().flat_map(Map::keys);
    let own = fields.map(String::as_str).find(|name| !FAULT_FIELDS.contains(name)).unwrap_or("");
    let start: String = own.chars().take(60).collect();
    let remedy = remedy(&start, fault::KINDS.iter().map(|kind| kind.id));
    format!("Unknown kind of fault: kept in the design, without effect.{remedy}")
}

/// Reads one fault that stands alone, with whatever it strikes; `None` when it says no known kind.
pub(in crate::share) fn lone(entry: &Json, notes: &mut Notes) -> Option<Fault> {
    let (kind, fields) = kind_of(entry)?;
    let target = target_of(kind, &fields[kind.id])?;
    let id = FaultId(fields.get("id").and_then(id).unwrap_or(0));
    Some(Fault { id, target, ..fault_in(kind, fields, "fault", notes) })
}

fn kind_of(entry: &Json) -> Option<(&'static About, &Map<String, Json>)> {
    let fields = entry.as_object()?;
    let kind = fault::KINDS.iter().find(|kind| fields.contains_key(kind.id))?;
    Some((kind, fields))
}

/// All but identity and target.
fn fault_in(kind: &'static About, fields: &Map<String, Json>, path: &str, notes: &mut Notes) -> Fault {
    let mut reserved = FAULT_FIELDS.to_vec();
    reserved.push(kind.id);
    let at_s = figure_in(fields, &AT, path, notes).unwrap_or(0.0);
    Fault {
        id: FaultId(0),
        kind: kind.id.to_owned(),
        target: Target::All,
        at_s,
        for_s: figure_in(fields, &FOR, path, notes),
        values: values(fields, kind.params, &reserved, path, notes),
    }
}

fn target(kind: &About, json: &Json, targets: &Targets, path: &str, notes: &mut Notes) -> Option<Target> {
    let found = target_of(kind, json).filter(|target| match target {
        Target::All => true,
        Target::Block(NodeId(id)) => targets.nodes.contains(id),
        Target::Group(GroupId(id)) => targets.groups.contains(id),
        Target::Link(LinkId(id)) => targets.links.contains(id),
    });
    if found.is_none() {
        let wanted = match kind.strikes {
            Strikes::Block | Strikes::BlockOrAll => "block",
            Strikes::Group => "group",
            Strikes::Link => "link",
        };
        notes.add(
            &format!("{path}.{}", kind.id),
            format!("No {wanted} has the id {}: the fault is left out.", excerpt(json)),
        );
    }
    found
}

fn target_of(kind: &About, json: &Json) -> Option<Target> {
    if kind.strikes == Strikes::BlockOrAll && json == &Json::Bool(true) {
        return Some(Target::All);
    }
    let id = id(json)?;
    Some(match kind.strikes {
        Strikes::Block | Strikes::BlockOrAll => Target::Block(NodeId(id)),
        Strikes::Group => Target::Group(GroupId(id)),
        Strikes::Link => Target::Link(LinkId(id)),
    })
}

/// The id is written only when it is not the fault's place in a list, counted from 1.
pub(in crate::share) fn fault(place: Option<usize>, drawn: &Fault) -> Json {
    let mut out = Map::new();
    if place.is_none_or(|place| drawn.id.0 as usize != place + 1) {
        out.insert("id".to_owned(), drawn.id.0.into());
    }
    put_figure(&mut out, &AT, Some(drawn.at_s));
    put_figure(&mut out, &FOR, drawn.for_s);
    let target = match drawn.target {
        Target::All => Json::Bool(true),
        Target::Block(NodeId(id)) | Target::Group(GroupId(id)) | Target::Link(LinkId(id)) => id.into(),
    };
    out.insert(drawn.kind.clone(), target);
    let params = fault::find(&drawn.kind).map_or(&[][..], |kind| kind.params);
    put_values(&mut out, params, &FAULT_FIELDS, &drawn.values);
    Json::Object(out)
}
