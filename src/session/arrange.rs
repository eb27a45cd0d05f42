//! Arranging what is selected: aligned to one line, evenly apart, or laid out anew.

use super::geometry::{self, Rect};
use super::{Effect, Session, clipboard, layout};
use crate::design::{Design, Edit, Node, Note};
use crate::{figures, sorted};

/// Which line of the selection the blocks are brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// The least edge: left or top.
    Start,
    /// The middle.
    Middle,
    /// The greatest edge: right or bottom.
    End,
}

/// Brings the selected blocks to one line; `axis` 0 moves them sideways, 1 up and down.
pub(super) fn align(session: &mut Session, axis: usize, line: Line) -> Vec<Effect> {
    let things = things(session);
    let Some(bounds) = things.iter().map(Thing::rect).reduce(|all, one| all.union(&one)) else {
        return Vec::new();
    };
    let to = |thing: &Thing| match line {
        Line::Start => bounds.min[axis],
        Line::Middle => bounds.center()[axis] - thing.rect().size()[axis] / 2.0,
        Line::End => bounds.max[axis] - thing.rect().size()[axis],
    };
    let edits = things.iter().map(|thing| thing.put(axis, to(thing))).collect();
    done(session, edits, &things, "Aligned")
}

/// Makes the gaps between the selected blocks and notes equal; the first and the last stay.
pub(super) fn distribute(session: &mut Session, axis: usize) -> Vec<Effect> {
    let mut things = things(session);
    sorted::sort_by_key(&mut things, |thing| (thing.at()[axis], thing.at()[1 - axis]));
    let (Some(first), Some(last)) = (things.first(), things.last()) else { return Vec::new() };
    let (from, way) = (first.rect().min[axis], last.rect().max[axis] - first.rect().min[axis]);
    let filled: f64 = things.iter().map(|thing| thing.rect().size()[axis]).sum();
    let gap = (way - filled) / (things.len() - 1).max(1) as f64;
    let mut before = 0.0;
    let place = |(index, thing): (usize, &Thing)| {
        let edit = thing.put(axis, from + before + gap * index as f64);
        before += thing.rect().size()[axis];
        edit
    };
    let edits = things.iter().enumerate().map(place).collect();
    done(session, edits, &things, "Distributed")
}

/// A block or a note.
enum Thing {
    Block(Node),
    Note(Note),
}

impl Thing {
    fn rect(&self) -> Rect {
        match self {
            Thing::Block(node) => geometry::card(node.at),
            Thing::Note(note) => geometry::note(note),
        }
    }

    fn at(&self) -> [i32; 2] {
        match self {
            Thing::Block(node) => node.at,
            Thing::Note(note) => note.at,
        }
    }

    /// Moved along one axis.
    fn put(&self, axis: usize, to: f64) -> Edit {
        let mut at = self.at();
        at[axis] = to.round() as i32;
        match self {
            Thing::Block(node) => Edit::Move(vec![(node.id, at)]),
            Thing::Note(note) => Edit::SetNote(Note { at, ..note.clone() }),
        }
    }
}

fn things(session: &Session) -> Vec<Thing> {
    let notes = session.design().notes.iter().filter(|note| session.selection.notes.contains(&note.id));
    let notes = notes.cloned().map(Thing::Note);
    selected(session).into_iter().map(Thing::Block).chain(notes).collect()
}

/// Lays out the selected blocks, or all when fewer than two are selected, in layers from left to right.
pub(super) fn lay_out(session: &mut Session) -> Vec<Effect> {
    let chosen = selected(session);
    let part =
        if chosen.len() < 2 { Design::clone(session.design()) } else { part(session.design(), chosen) };
    let places = layout::layered(&part);
    let text = format!("Arranged {}.", figures::counted(places.len() as u32, "block"));
    let mut effects = session.edit(&Edit::Move(places));
    effects.push(Effect::Announce(text));
    let extent = geometry::extent(session.design());
    let seen = |extent: &Rect| {
        let view = session.viewport.visible();
        view.contains(extent.min) && view.contains(extent.max)
    };
    if extent.is_some_and(|extent| !seen(&extent)) {
        session.fit();
        effects.push(Effect::Viewport);
    }
    effects
}

fn selected(session: &Session) -> Vec<Node> {
    let chosen = session.design().nodes.iter().filter(|node| session.selection.nodes.contains(&node.id));
    chosen.cloned().collect()
}

/// These blocks and the links among them; groups that other blocks share do not hold these together.
fn part(design: &Design, mut nodes: Vec<Node>) -> Design {
    let ids = sorted::set(nodes.iter().map(|node| node.id));
    let whole = |node: &Node| {
        node.group.is_none_or(|group| geometry::members(design, group).iter().all(|id| ids.contains(id)))
    };
    nodes.iter_mut().filter(|node| !whole(node)).for_each(|node| node.group = None);
    let links = design.links.iter().filter(|link| ids.contains(&link.from) && ids.contains(&link.to));
    let links = links.cloned().collect();
    Design { nodes, links, groups: design.groups.clone(), ..Design::default() }
}

fn done(session: &mut Session, edits: Vec<Edit>, things: &[Thing], word: &str) -> Vec<Effect> {
    let notes = things.iter().filter(|thing| matches!(thing, Thing::Note(_))).count();
    let counts = [(things.len() - notes, "block"), (notes, "note")];
    let text = format!("{word} {}.", clipboard::all_of(counts));
    let mut effects = session.edit(&Edit::All(edits));
    effects.push(Effect::Announce(text));
    effects
}
