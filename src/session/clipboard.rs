//! Copy, cut, paste and duplicate: a part of a design, blocks and notes, is a design of its own, as format 1 JSON. A
//! Mermaid flowchart can be pasted too.

use std::collections::BTreeMap;

use super::geometry::{self, GRID, Rect};
use super::{Effect, Selection, Session};
use crate::design::{Design, Edit, Link, Node, NodeId, Note, NoteId, edit};
use crate::share::{self, Opened};
use crate::{figures, mermaid, sorted};

/// A copy stands this far right of and below what it copies.
const BESIDE: i32 = 2 * GRID;

/// What is selected, blocks with the links among them and notes, as format 1 JSON.
pub(super) fn text(session: &Session) -> String {
    share::to_json(&Design { groups: session.design().groups.clone(), ..selected(session) })
}

/// The copy of each block and of each note.
#[derive(Debug, Default)]
pub(super) struct Copies {
    pub(super) nodes: BTreeMap<NodeId, NodeId>,
    pub(super) notes: BTreeMap<NoteId, NoteId>,
}

/// Copies the selection, shifted; the copies are selected.
pub(super) fn duplicate(session: &mut Session, shift: [i32; 2]) -> Copies {
    let part = selected(session);
    insert(session, part, shift)
}

/// The same, beside the originals and as one step.
pub(super) fn duplicate_beside(session: &mut Session) -> Vec<Effect> {
    let text = format!("Duplicated {}.", in_words(&selected(session)));
    duplicate(session, [BESIDE, BESIDE]);
    vec![Effect::Document, Effect::Selection, Effect::Announce(text)]
}

/// “Copied 3 blocks.”
pub(super) fn copied(session: &Session) -> String {
    format!("Copied {}.", in_words(&selected(session)))
}

pub(super) fn paste(session: &mut Session, text: &str) -> Vec<Effect> {
    // A flowchart from a page or a wiki is as good as blocks that were copied here.
    let found = if mermaid::is_mermaid(text) { mermaid::read(text) } else { share::from_json(text) };
    let holds_any = |opened: &Opened| !(opened.design.nodes.is_empty() && opened.design.notes.is_empty());
    let Some(opened) = found.ok().filter(holds_any) else {
        return vec![Effect::Refuse(
            "Nothing to paste: the clipboard holds no blocks and no notes.".to_owned(),
        )];
    };
    let mut part = opened.design;
    let shift = landing(session, &part);
    for node in &mut part.nodes {
        let group = node.group.and_then(|id| part.groups.iter().find(|group| group.id == id));
        node.group = group.filter(|group| session.design().groups.contains(group)).map(|group| group.id);
    }
    let mut words = format!("Pasted {}.", in_words(&part));
    insert(session, part, shift);
    if let Some(note) = opened.notes.first() {
        words = format!("{words} Not all was understood: {}", note.text);
    }
    vec![Effect::Document, Effect::Selection, Effect::Announce(words)]
}

/// “3 blocks and 1 note”.
fn in_words(part: &Design) -> String {
    all_of([(part.nodes.len(), "block"), (part.notes.len(), "note")])
}

/// “3 blocks, 2 links and 1 note”, without those of which there are none.
pub(super) fn all_of<const KINDS: usize>(counts: [(usize, &str); KINDS]) -> String {
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = some.map(|(count, word)| figures::counted(count as u32, word)).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "nothing".to_owned(),
    }
}

/// What is selected as a design of its own, without groups.
fn selected(session: &Session) -> Design {
    let (design, Selection { nodes: chosen, notes: noted, .. }) = (session.design(), &session.selection);
    let nodes = design.nodes.iter().filter(|node| chosen.contains(&node.id));
    let links = design.links.iter().filter(|link| chosen.contains(&link.from) && chosen.contains(&link.to));
    let notes = noted.iter().filter_map(|id| design.note(*id));
    Design {
        nodes: nodes.cloned().collect(),
        links: links.cloned().collect(),
        notes: notes.cloned().collect(),
        ..Design::default()
    }
}

/// How far what is pasted moves: to where nothing stands exactly alike, and into view when it is out of it.
fn landing(session: &Session, part: &Design) -> [i32; 2] {
    let mut shift = [0, 0];
    let notes = part.notes.iter().map(geometry::note);
    let bounds = geometry::bounds(&part.nodes).into_iter().chain(notes).reduce(|all, one| all.union(&one));
    let unseen = |bounds: &Rect| session.fitted && !bounds.overlaps(&session.viewport.visible());
    if let Some(bounds) = bounds.filter(unseen) {
        let (to, from) = (session.viewport.center(), bounds.center());
        shift = [0, 1].map(|axis| super::gesture::on_grid(to[axis] - from[axis]));
    }
    let taken = sorted::set(places(session.design()));
    while places(part).any(|(is_note, at)| taken.contains(&(is_note, moved(at, shift)))) {
        shift = moved(shift, [BESIDE, BESIDE]);
    }
    shift
}

/// Where each block stands, and each note.
fn places(design: &Design) -> impl Iterator<Item = (bool, [i32; 2])> {
    let nodes = design.nodes.iter().map(|node| (false, node.at));
    nodes.chain(design.notes.iter().map(|note| (true, note.at)))
}

/// Adds blocks, links and notes under new ids and selects the blocks and notes. Links to blocks that are not among them are
/// left out, and so is what may not be drawn, such as a twin in a text from elsewhere.
fn insert(session: &mut Session, from: Design, shift: [i32; 2]) -> Copies {
    let Copies { nodes: mut ids, notes: mut noted } = Copies::default();
    let mut part = Design::default();
    for node in from.nodes {
        let id = session.fresh_node_id();
        ids.insert(node.id, id);
        part.nodes.push(Node { id, at: moved(node.at, shift), ..node });
    }
    for link in from.links {
        let (Some(&from), Some(&to)) = (ids.get(&link.from), ids.get(&link.to)) else { continue };
        let link = Link { id: session.fresh_link_id(), from, to, ..link };
        if edit::may_add_link(&part, &link).is_ok() {
            part.links.push(link);
        }
    }
    let free = session.design().next_note_id().0;
    for (id, note) in (free..).map(NoteId).zip(from.notes) {
        noted.insert(note.id, id);
        part.notes.push(Note { id, at: moved(note.at, shift), ..note });
    }
    let nodes = part.nodes.into_iter().map(Edit::AddNode);
    let links = part.links.into_iter().map(Edit::AddLink);
    let notes = part.notes.into_iter().map(Edit::AddNote);
    let added = session.apply(&Edit::All(nodes.chain(links).chain(notes).collect()));
    debug_assert!(added.is_ok(), "new ids, and links that may be drawn: {added:?}");
    let (nodes, notes) = (sorted::set(ids.values().copied()), sorted::set(noted.values().copied()));
    session.selection = Selection { nodes, notes, ..Selection::default() };
    Copies { nodes: ids, notes: noted }
}

fn moved(at: [i32; 2], shift: [i32; 2]) -> [i32; 2] {
    [at[0].saturating_add(shift[0]), at[1].saturating_add(shift[1])]
}
