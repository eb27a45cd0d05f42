//! Copy, cut, paste and duplicate: a part of a design is a design of its own, as format 1 JSON. A Mermaid flowchart can
//! be pasted too.

use std::collections::BTreeMap;

use super::geometry::{self, GRID, Rect};
use super::{Effect, Selection, Session};
use crate::design::{Design, Edit, Link, Node, NodeId, edit};
use crate::{mermaid, share, sorted};

/// A copy stands this far right of and below what it copies.
const BESIDE: i32 = 2 * GRID;

/// The selected blocks and the links among them as format 1 JSON.
pub(super) fn text(session: &Session) -> String {
    let (nodes, links) = selected(session);
    let design = session.design();
    let groups = design.groups.clone();
    share::to_json(&Design { nodes, links, groups, ..Design::default() })
}

/// Copies the selection, shifted; the copies are selected. Gives each block's copy.
pub(super) fn duplicate(session: &mut Session, shift: [i32; 2]) -> BTreeMap<NodeId, NodeId> {
    let (nodes, links) = selected(session);
    insert(session, nodes, links, shift)
}

/// The same, beside the originals and as one step.
pub(super) fn duplicate_beside(session: &mut Session) -> Vec<Effect> {
    let copies = duplicate(session, [BESIDE, BESIDE]);
    vec![
        Effect::Document,
        Effect::Selection,
        Effect::Announce(format!("Duplicated {}.", blocks(copies.len()))),
    ]
}

pub(super) fn paste(session: &mut Session, text: &str) -> Vec<Effect> {
    // A flowchart from a page or a wiki is as good as blocks that were copied here.
    let found = if mermaid::is_mermaid(text) { mermaid::read(text) } else { share::from_json(text) };
    let Ok(opened) = found else {
        return vec![Effect::Refuse("Nothing to paste: the clipboard holds no blocks.".to_owned())];
    };
    if opened.design.nodes.is_empty() {
        return vec![Effect::Refuse("Nothing to paste: the clipboard holds no blocks.".to_owned())];
    }
    let shift = landing(session, &opened.design.nodes);
    let known = |node: &mut Node| {
        let group = node.group.and_then(|id| opened.design.group(id));
        node.group = group.filter(|group| session.design().groups.contains(group)).map(|group| group.id);
    };
    let mut nodes = opened.design.nodes.clone();
    nodes.iter_mut().for_each(known);
    let copies = insert(session, nodes, opened.design.links.clone(), shift);
    let mut words = format!("Pasted {}.", blocks(copies.len()));
    if let Some(note) = opened.notes.first() {
        words = format!("{words} Not all was understood: {}", note.text);
    }
    vec![Effect::Document, Effect::Selection, Effect::Announce(words)]
}

/// “1 block”, “3 blocks”.
pub(super) fn blocks(count: usize) -> String {
    if count == 1 { "1 block".to_owned() } else { format!("{count} blocks") }
}

fn selected(session: &Session) -> (Vec<Node>, Vec<Link>) {
    let (design, chosen) = (session.design(), &session.selection.nodes);
    let nodes = design.nodes.iter().filter(|node| chosen.contains(&node.id));
    let links = design.links.iter().filter(|link| chosen.contains(&link.from) && chosen.contains(&link.to));
    (nodes.cloned().collect(), links.cloned().collect())
}

/// How far pasted blocks move: to where nothing stands exactly alike, and into view when they are out of it.
fn landing(session: &Session, nodes: &[Node]) -> [i32; 2] {
    let mut shift = [0, 0];
    let bounds = geometry::bounds(nodes);
    let unseen = |bounds: &Rect| session.fitted && !bounds.overlaps(&session.viewport.visible());
    if let Some(bounds) = bounds.filter(unseen) {
        let (to, from) = (session.viewport.center(), bounds.center());
        shift = [0, 1].map(|axis| super::gesture::on_grid(to[axis] - from[axis]));
    }
    let taken = sorted::set(session.design().nodes.iter().map(|node| node.at));
    while nodes.iter().any(|node| taken.contains(&moved(node.at, shift))) {
        shift = moved(shift, [BESIDE, BESIDE]);
    }
    shift
}

/// Adds blocks and links under new ids and selects them. Links to blocks that are not among them are left out,
/// and so is what may not be drawn, such as a twin in a text from elsewhere.
fn insert(
    session: &mut Session,
    nodes: Vec<Node>,
    links: Vec<Link>,
    shift: [i32; 2],
) -> BTreeMap<NodeId, NodeId> {
    let mut ids = BTreeMap::new();
    let mut part = Design::default();
    for node in nodes {
        let id = session.fresh_node_id();
        ids.insert(node.id, id);
        part.nodes.push(Node { id, at: moved(node.at, shift), ..node });
    }
    for link in links {
        let (Some(&from), Some(&to)) = (ids.get(&link.from), ids.get(&link.to)) else { continue };
        let link = Link { id: session.fresh_link_id(), from, to, ..link };
        if edit::may_add_link(&part, &link).is_ok() {
            part.links.push(link);
        }
    }
    let nodes = part.nodes.into_iter().map(Edit::AddNode);
    let links = part.links.into_iter().map(Edit::AddLink);
    let added = session.apply(&Edit::All(nodes.chain(links).collect()));
    debug_assert!(added.is_ok(), "new ids, and links that may be drawn: {added:?}");
    session.selection = Selection { nodes: sorted::set(ids.values().copied()), ..Selection::default() };
    ids
}

fn moved(at: [i32; 2], shift: [i32; 2]) -> [i32; 2] {
    [at[0].saturating_add(shift[0]), at[1].saturating_add(shift[1])]
}
