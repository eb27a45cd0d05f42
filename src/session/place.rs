//! Placing new blocks: where the person points, beside the selected block, or on a free spot in view.

use super::geometry::{self, CARD, GRID, Point, Rect};
use super::gesture::on_grid;
use super::{Effect, Panel, Selection, Session, collapse, connect};
use crate::blocks::param::Values;
use crate::blocks::{self, About, BLOCKS};
use crate::design::{Design, Edit, Node, NodeId, edit};
use crate::sorted;

/// Room that a block placed by itself keeps to the others.
const ROOM: f64 = 24.0;
/// From one column of blocks to the next, as far as links with labels need.
const COLUMN: f64 = 255.0;

/// A block that is still to be chosen: where it goes, and what links to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wish {
    /// Its top left corner [canvas units]; `None` finds a free spot in view.
    pub at: Option<[i32; 2]>,
    /// The block to link with, and the way of the link.
    pub partner: Option<(NodeId, Way)>,
}

/// Which way a link between a partner and a new block goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The partner calls the new block, or the other way round where only that is allowed.
    Either,
    /// The partner calls the new block.
    FromPartner,
    /// The new block calls the partner.
    ToPartner,
}

pub(super) fn add_block(session: &mut Session, block: &str, at: Option<Point>, connect: bool) -> Vec<Effect> {
    let partner = session.selection.single_node().filter(|_| connect);
    let corner = match (at, partner.and_then(|id| session.design().node(id))) {
        (Some(screen), _) => Some(from_center(session.viewport.to_canvas(screen))),
        (None, Some(node)) => Some(beside(session.design(), node.at, 1)),
        (None, None) => None,
    };
    grant(session, block, Wish { at: corner, partner: partner.map(|id| (id, Way::Either)) })
}

/// Places the block that was chosen for a wish, selected.
pub(super) fn grant(session: &mut Session, block: &str, wish: Wish) -> Vec<Effect> {
    let Some(kind) = blocks::find(block) else {
        return vec![Effect::Refuse(format!("There is no block “{block}”."))];
    };
    let corner = wish.at.unwrap_or_else(|| free_spot(session.design(), session.viewport.center()));
    let id = session.fresh_node_id();
    let (name, values) = (String::new(), Values::of(kind.about().initial));
    let node = Node { id, block: block.to_owned(), name, at: corner, group: None, values };
    let mut effects = add(session, node, wish.partner, kind.about().name);
    effects.extend(session.reveal(id));
    effects
}

/// The kinds of blocks that a wish allows, in the catalogue's order.
pub(super) fn fitting(session: &Session, wish: &Wish) -> Vec<&'static About> {
    let fits = |about: &&About| {
        let offered = session.world.is_none_or(|world| world.offers(about.id));
        let linked = match wish.partner {
            Some((_, Way::FromPartner)) => about.accepts_calls,
            Some((_, Way::ToPartner)) => about.makes_calls,
            Some((_, Way::Either)) | None => true,
        };
        offered && linked
    };
    BLOCKS.iter().map(|block| block.about()).filter(fits).collect()
}

/// A block beside the selected one, in a direction of the arrow keys, linked with it; its kind is still to be chosen.
pub(super) fn wish_beside(session: &Session, direction: [i32; 2]) -> Vec<Effect> {
    let partner = session.selection.single_node().and_then(|id| session.design().node(id));
    let Some(node) = partner else { return Vec::new() };
    let (side, way) = if direction[0] < 0 { (-1, Way::ToPartner) } else { (1, Way::FromPartner) };
    let allowed = match way {
        Way::ToPartner => edit::may_reach(session.design(), node.id),
        Way::FromPartner | Way::Either => edit::may_leave(session.design(), node.id),
    };
    if let Err(refusal) = allowed {
        return vec![Effect::Refuse(refusal.0)];
    }
    let from = [node.at[0], node.at[1].saturating_add(direction[1] * GRID * 7)];
    let at = Some(beside(session.design(), from, side));
    vec![Effect::Open(Panel::QuickAdd(Wish { at, partner: Some((node.id, way)) }))]
}

/// Puts a block of another kind in the place of the selected one, with its name, group, links and whatever parameters both
/// kinds have.
pub(super) fn replace(session: &mut Session, block: &str) -> Vec<Effect> {
    let (Some(kind), Some(old)) = (blocks::find(block), session.selection.single_node()) else {
        return Vec::new();
    };
    let Some(old) = session.design().node(old).cloned() else { return Vec::new() };
    let mut values = Values::of(kind.about().initial);
    for (name, value) in old.values.iter() {
        if kind.about().params.iter().any(|param| param.id == name && param.takes(value)) {
            values.set(name, Some(value.clone()));
        }
    }
    let before = session.design().links.len();
    let title = session.design().title(&old).to_owned();
    let node = Node { id: session.fresh_node_id(), block: block.to_owned(), values, ..old.clone() };
    let id = node.id;
    let mut effects = session.edit(&Edit::Replace(old.id, node));
    let lost = before - session.design().links.len();
    effects.extend(session.select(Selection { nodes: sorted::set([id]), ..Selection::default() }));
    let lost = match lost {
        0 => String::new(),
        1 => " 1 link did not fit and is gone.".to_owned(),
        lost => format!(" {lost} links did not fit and are gone."),
    };
    effects.push(Effect::Announce(format!("Replaced {title} by {}.{lost}", kind.about().name)));
    effects
}

/// Adds the block and, with a partner, a link between the two.
fn add(session: &mut Session, node: Node, partner: Option<(NodeId, Way)>, name: &str) -> Vec<Effect> {
    let id = node.id;
    let mut edits = vec![Edit::AddNode(node)];
    let mut text = format!("Added {name}.");
    if let Some((partner, way)) = partner {
        let mut after = Design::clone(session.design());
        let added = edits[0].apply(&mut after).is_ok();
        let forward = match way {
            Way::Either => edit::may_connect(&after, partner, id).is_ok(),
            Way::FromPartner => true,
            Way::ToPartner => false,
        };
        let (from, to) = if forward { (partner, id) } else { (id, partner) };
        if added && edit::may_connect(&after, from, to).is_ok() {
            let link = session.fresh_link_id();
            edits.push(Edit::AddLink(connect::new_link(&after, link, from, to)));
            text = format!("Linked {} to {}.", after.title_of(from), after.title_of(to));
        }
    }
    let mut effects = session.edit(&Edit::All(edits));
    effects.extend(session.select(Selection { nodes: sorted::set([id]), ..Selection::default() }));
    effects.push(Effect::Announce(text));
    effects
}

/// The first free place in the column right of a block (`side` 1), or left of it (−1), from its own height outwards.
fn beside(design: &Design, at: [i32; 2], side: i32) -> [i32; 2] {
    let x = on_grid(f64::from(at[0]) + f64::from(side) * COLUMN);
    let places = (0..200).map(|step| [x, at[1].saturating_add(outwards(step) * GRID * 7)]);
    first_free(design, places).unwrap_or([x, at[1]])
}

/// The free place nearest to a point, searched in growing squares.
fn free_spot(design: &Design, center: Point) -> [i32; 2] {
    let middle = from_center(center);
    // Up to the next grid line, so that the room is never less than ROOM.
    let step = CARD.map(|size| on_grid(size + ROOM + f64::from(GRID) / 2.0));
    let ring = |radius: i32| {
        let cells = (-radius..=radius).flat_map(move |x| (-radius..=radius).map(move |y| [x, y]));
        cells.filter(move |cell| cell[0].abs().max(cell[1].abs()) == radius)
    };
    let place = |cell: [i32; 2]| [0, 1].map(|axis| middle[axis].saturating_add(cell[axis] * step[axis]));
    first_free(design, (0..30).flat_map(ring).map(place)).unwrap_or(middle)
}

fn first_free(design: &Design, mut places: impl Iterator<Item = [i32; 2]>) -> Option<[i32; 2]> {
    let cards = collapse::cards_but(design, &[]);
    let taken: Vec<Rect> = cards.into_iter().map(|card| card.grown(ROOM)).collect();
    places.find(|at| !taken.iter().any(|other| other.overlaps(&geometry::card(*at))))
}

fn from_center(center: Point) -> [i32; 2] {
    [on_grid(center[0] - CARD[0] / 2.0), on_grid(center[1] - CARD[1] / 2.0)]
}

/// 0, 1, −1, 2, −2, …
fn outwards(step: i32) -> i32 {
    if step % 2 == 0 { -step / 2 } else { step / 2 + 1 }
}
