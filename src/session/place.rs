//! Placing new blocks: where the person points, beside the selected block, or on a free spot in view.

use super::geometry::{self, CARD, GRID, Point, Rect};
use super::gesture::on_grid;
use super::{Effect, Selection, Session, connect};
use crate::blocks;
use crate::blocks::param::Values;
use crate::design::{Design, Edit, Node, NodeId, edit};
use crate::sorted;

/// Room that a block placed by itself keeps to the others.
const ROOM: f64 = 24.0;
/// From one column of blocks to the next, as far as links with labels need.
const COLUMN: f64 = 255.0;

pub(super) fn add_block(session: &mut Session, block: &str, at: Option<Point>, connect: bool) -> Vec<Effect> {
    let Some(kind) = blocks::find(block) else {
        return vec![Effect::Refuse(format!("There is no block “{block}”."))];
    };
    let partner = session.selection.single_node().filter(|_| connect);
    let corner = match (at, partner.and_then(|id| session.design().node(id))) {
        (Some(screen), _) => from_center(session.viewport.to_canvas(screen)),
        (None, Some(node)) => beside(session.design(), node.at),
        (None, None) => free_spot(session.design(), session.viewport.center()),
    };
    let mut values = Values::default();
    for (param, value) in kind.about().initial {
        values.set(param, Some((*value).into()));
    }
    let id = session.fresh_node_id();
    let node = Node { id, block: block.to_owned(), name: String::new(), at: corner, group: None, values };
    let mut effects = add(session, node, partner, kind.about().name);
    effects.extend(session.reveal(id));
    effects
}

/// Adds the block and, with a partner, a link from it, or to it where only that is allowed.
fn add(session: &mut Session, node: Node, partner: Option<NodeId>, name: &str) -> Vec<Effect> {
    let id = node.id;
    let mut edits = vec![Edit::AddNode(node)];
    let mut text = format!("Added {name}.");
    if let Some(partner) = partner {
        let mut after = Design::clone(session.design());
        let added = edits[0].apply(&mut after).is_ok();
        let forward = edit::may_connect(&after, partner, id).is_ok();
        let (from, to) = if forward { (partner, id) } else { (id, partner) };
        if added && edit::may_connect(&after, from, to).is_ok() {
            let link = session.fresh_link_id();
            edits.push(Edit::AddLink(connect::new_link(&after, link, from, to)));
            text = format!("Linked {} to {}.", connect::title(&after, from), connect::title(&after, to));
        }
    }
    let mut effects = session.edit(&Edit::All(edits));
    effects.extend(session.select(Selection { nodes: sorted::set([id]), ..Selection::default() }));
    effects.push(Effect::Announce(text));
    effects
}

/// The first free place in the column right of a block, from its own height outwards.
fn beside(design: &Design, at: [i32; 2]) -> [i32; 2] {
    let x = on_grid(f64::from(at[0]) + COLUMN);
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
    let taken: Vec<Rect> = design.nodes.iter().map(|node| geometry::card(node.at).grown(ROOM)).collect();
    places.find(|at| !taken.iter().any(|other| other.overlaps(&geometry::card(*at))))
}

fn from_center(center: Point) -> [i32; 2] {
    [on_grid(center[0] - CARD[0] / 2.0), on_grid(center[1] - CARD[1] / 2.0)]
}

/// 0, 1, −1, 2, −2, …
fn outwards(step: i32) -> i32 {
    if step % 2 == 0 { -step / 2 } else { step / 2 + 1 }
}
