//! Working the canvas by keys alone: moving blocks, walking from block to block and along links.

use super::geometry::{self, GRID, Point};
use super::{Burst, Effect, Selection, Session, collapse, connect, groups};
use crate::design::{Design, Edit, LinkId, NodeId, Note};
use crate::sorted;

/// An arrow key, `steps` grid lines far: it chooses a target while a link is drawn, else moves what is
/// selected, else chooses the block nearest to the middle of the view.
pub(super) fn arrow(session: &mut Session, direction: [i32; 2], steps: i32, now_ms: f64) -> Vec<Effect> {
    if session.connecting().is_some() {
        return connect::step(session, direction[0] + direction[1] > 0);
    }
    let Selection { nodes, group, notes, .. } = &session.selection;
    if nodes.is_empty() && group.is_none() && notes.is_empty() {
        return walk(session, direction);
    }
    nudge(session, direction.map(|sign| sign * steps * GRID), now_ms)
}

/// Selects the nearest block in this direction from the selected one.
pub(super) fn walk(session: &mut Session, direction: [i32; 2]) -> Vec<Effect> {
    let seen = collapse::apparent(session.design());
    let first = session.selection.nodes.first().copied();
    let boxed =
        || session.selection.group.and_then(|id| geometry::members(session.design(), id).first().copied());
    let from = first.or_else(boxed).and_then(|id| seen.node(id));
    let next = match from {
        Some(node) => nearest_towards(&seen, geometry::card(node.at).center(), direction),
        None => nearest_to(&seen, session.viewport.center()),
    };
    drop(seen);
    next.map_or_else(Vec::new, |id| go_to(session, id))
}

/// Selects the next link of the selected block, or of the block that the selected link comes from.
pub(super) fn walk_links(session: &mut Session, forward: bool) -> Vec<Effect> {
    let design = session.design();
    let current = session.selection.single_link().and_then(|id| design.link(id));
    let node = session.selection.single_node().or(current.map(|link| link.from));
    let Some(node) = node else { return Vec::new() };
    let around = design.links.iter().filter(|link| link.from == node || link.to == node);
    let links: Vec<LinkId> = around.map(|link| link.id).collect();
    if links.is_empty() {
        return vec![Effect::Announce(format!("{} has no links.", design.title_of(node)))];
    }
    let place = current.and_then(|link| links.iter().position(|id| *id == link.id));
    let next = match (place, forward) {
        (Some(place), true) => (place + 1) % links.len(),
        (Some(place), false) => (place + links.len() - 1) % links.len(),
        (None, true) => 0,
        (None, false) => links.len() - 1,
    };
    let link = design.link(links[next]).expect("an id from the list of links");
    let (from, to) = (design.title_of(link.from), design.title_of(link.to));
    let text = format!("Link from {from} to {to}, {} of {}.", next + 1, links.len());
    let mut effects = session.select(Selection { links: sorted::set([links[next]]), ..Selection::default() });
    effects.push(Effect::Announce(text));
    effects
}

fn nudge(session: &mut Session, shift: [i32; 2], now_ms: f64) -> Vec<Effect> {
    let design = session.design();
    let inside = session.selection.group.map_or_else(Vec::new, |group| geometry::members(design, group));
    let chosen = session.selection.nodes.iter().chain(&inside).filter_map(|id| design.node(*id));
    let moved = |at: [i32; 2]| [at[0].saturating_add(shift[0]), at[1].saturating_add(shift[1])];
    let places: Vec<_> = chosen.map(|node| (node.id, moved(node.at))).collect();
    let ids: Vec<NodeId> = places.iter().map(|(id, _)| *id).collect();
    let notes = session.selection.notes.iter().filter_map(|id| design.note(*id));
    let notes = notes.map(|note| Edit::SetNote(Note { at: moved(note.at), ..note.clone() }));
    let edit = Edit::All(notes.chain([Edit::Move(places)]).collect());
    match session.apply_in_burst(&edit, Burst::Nudge, now_ms) {
        Ok(()) => {
            let mut effects = vec![Effect::Moved(ids.clone()), Effect::Document];
            effects.extend(ids.first().map_or_else(Vec::new, |id| session.reveal(*id)));
            effects
        }
        Err(refusal) => vec![Effect::Refuse(refusal.0)],
    }
}

fn go_to(session: &mut Session, id: NodeId) -> Vec<Effect> {
    if let Some(home) = collapse::Boxes::of(session.design()).home(id) {
        let mut effects = groups::select(session, home);
        effects.extend(session.reveal(id));
        return effects;
    }
    let mut effects = session.select(Selection { nodes: sorted::set([id]), ..Selection::default() });
    effects.extend(session.reveal(id));
    effects.push(Effect::Focus(id));
    effects
}

/// The block that lies nearest in a direction; what lies aside counts twice.
fn nearest_towards(seen: &Design, at: Point, direction: [i32; 2]) -> Option<NodeId> {
    let [dx, dy] = direction.map(f64::from);
    let score = |node: &crate::design::Node| {
        let to = geometry::card(node.at).center();
        let away = [to[0] - at[0], to[1] - at[1]];
        let along = away[0] * dx + away[1] * dy;
        let aside = (away[0] * dy).abs() + (away[1] * dx).abs();
        (along > 0.0).then_some((along + 2.0 * aside, node.id))
    };
    let nodes = seen.nodes.iter().filter_map(score);
    nodes.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
}

fn nearest_to(seen: &Design, at: Point) -> Option<NodeId> {
    let away = |node: &crate::design::Node| {
        (super::gesture::distance(geometry::card(node.at).center(), at), node.id)
    };
    let nodes = seen.nodes.iter().map(away);
    nodes.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, id)| id)
}
