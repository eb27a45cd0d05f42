//! Arranging what is selected: aligned to one line, evenly apart, or laid out anew.

use super::geometry::{self, CARD, Rect};
use super::{Effect, Session, clipboard, layout};
use crate::design::{Design, Edit, Node, NodeId};
use crate::sorted;

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
    let nodes = selected(session);
    let Some(bounds) = geometry::bounds(nodes.iter()) else { return Vec::new() };
    let to = match line {
        Line::Start => bounds.min[axis],
        Line::Middle => bounds.center()[axis] - CARD[axis] / 2.0,
        Line::End => bounds.max[axis] - CARD[axis],
    };
    let places = nodes.iter().map(|node| (node.id, put(node.at, axis, to))).collect();
    done(session, places, "Aligned")
}

/// Makes the gaps between the selected blocks equal; the first and the last stay.
pub(super) fn distribute(session: &mut Session, axis: usize) -> Vec<Effect> {
    let mut nodes = selected(session);
    sorted::sort_by_key(&mut nodes, |node| (node.at[axis], node.at[1 - axis], node.id));
    let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else { return Vec::new() };
    let (from, way) = (f64::from(first.at[axis]), f64::from(last.at[axis] - first.at[axis]));
    let step = way / (nodes.len() - 1).max(1) as f64;
    let place = |(index, node): (usize, &Node)| (node.id, put(node.at, axis, from + step * index as f64));
    let places = nodes.iter().enumerate().map(place).collect();
    done(session, places, "Distributed")
}

/// Lays out the selected blocks, or all when fewer than two are selected, in layers from left to right.
pub(super) fn lay_out(session: &mut Session) -> Vec<Effect> {
    let chosen = selected(session);
    let part =
        if chosen.len() < 2 { Design::clone(session.design()) } else { part(session.design(), chosen) };
    let mut effects = done(session, layout::layered(&part), "Arranged");
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

fn put(mut at: [i32; 2], axis: usize, to: f64) -> [i32; 2] {
    at[axis] = to.round() as i32;
    at
}

fn done(session: &mut Session, places: Vec<(NodeId, [i32; 2])>, word: &str) -> Vec<Effect> {
    let text = format!("{word} {}.", clipboard::blocks(places.len()));
    let mut effects = session.edit(&Edit::Move(places));
    effects.push(Effect::Announce(text));
    effects
}
