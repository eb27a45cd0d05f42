//! Blocks and notes on the move: they snap, join the groups they are dropped in, and are dropped into boxes.

use super::collapse::{self, Boxes};
use super::geometry::{self, FRAME_ROOM, Point, Rect};
use super::gesture::{Draft, Gesture, Mods, Press, on_grid};
use super::groups::{self, Homes};
use super::guides::{self, Guides};
use super::{Effect, Selection, Session, clipboard};
use crate::design::{Edit, GroupId, NodeId, Note, NoteId};
use crate::{figures, sorted};

/// What is dragged.
#[derive(Debug, Clone)]
pub(super) struct Drag {
    pub(super) pointer: i32,
    /// Where the pointer took hold [canvas units].
    start: Point,
    /// Where the card, the box or the note under the pointer stood, which lands on the grid.
    grip: [i32; 2],
    /// A note is under the pointer: it stands in no line with cards.
    by_note: bool,
    /// One card or one box is dragged.
    alone: bool,
    /// Where each block stood and in which group.
    origins: Vec<(NodeId, [i32; 2], Option<GroupId>)>,
    /// The notes as they were.
    notes: Vec<Note>,
    /// Frames that the blocks can be dropped in; none for a group that is moved as a whole.
    homes: Homes,
    /// Boxes that the blocks can be dropped into.
    boxes: Vec<(GroupId, Rect)>,
    /// The box that would take them now.
    into: Option<GroupId>,
    /// What was selected before; differs when copies were made.
    before: Selection,
    /// The cards in view that stay where they are.
    others: Vec<Rect>,
    /// The lines that it stands on with them.
    guides: Guides,
}

/// What the pointer took hold of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hold {
    /// A block, with all that is selected.
    Node(NodeId),
    /// A note, with all that is selected.
    Note(NoteId),
    /// A group, which moves with all that is inside and takes up nothing on its way.
    Group(GroupId),
}

impl Drag {
    pub(super) fn draft(&self) -> Option<Draft> {
        let guides = || (!self.guides.is_empty()).then(|| Draft::Guides(self.guides.clone()));
        self.into.map(Draft::Into).or_else(guides)
    }

    fn ids(&self) -> Vec<NodeId> {
        self.origins.iter().map(|(id, ..)| *id).collect()
    }

    /// Which group each block is in at these places; nothing for a group that moves as a whole.
    fn joins(&self, places: &[(NodeId, [i32; 2])]) -> impl Iterator<Item = Edit> {
        let home = move |((id, _, own), (_, at)): (&(NodeId, [i32; 2], Option<GroupId>), &(_, _))| {
            Edit::SetGroup(*id, self.homes.home(*own, *at))
        };
        self.origins.iter().zip(places).filter(|_| !self.homes.is_empty()).map(home)
    }
}

/// Takes hold; with Alt, of a copy.
pub(super) fn start(session: &mut Session, press: &Press, hold: Hold, from: Point) -> Vec<Effect> {
    let mut effects = Vec::new();
    let (mut hold, before) = (hold, session.selection.clone());
    session.history.begin();
    if press.mods.alt && !matches!(hold, Hold::Group(_)) {
        let copies = clipboard::duplicate(session, [0, 0]);
        hold = match hold {
            Hold::Node(id) => Hold::Node(copies.nodes.get(&id).copied().unwrap_or(id)),
            Hold::Note(id) => Hold::Note(copies.notes.get(&id).copied().unwrap_or(id)),
            Hold::Group(id) => Hold::Group(id),
        };
        effects = vec![Effect::Document, Effect::Selection];
    }
    session.gesture = Gesture::Drag(Box::new(taken(session, press.pointer, hold, from, before)));
    effects
}

fn taken(session: &Session, pointer: i32, hold: Hold, start: Point, before: Selection) -> Drag {
    let (design, view) = (session.design(), session.viewport.visible());
    let places = Boxes::of(design);
    let (nodes, notes) = held(session, hold);
    let ids = sorted::set(nodes.iter().copied());
    let grip = match hold {
        Hold::Note(id) => design.note(id).map(|note| note.at),
        Hold::Node(_) | Hold::Group(_) => {
            nodes.first().and_then(|id| design.node(*id)).map(|node| places.place(node))
        }
    };
    let grip = grip.unwrap_or([0, 0]);
    let at_grip = |id: &NodeId| design.node(*id).is_some_and(|node| places.place(node) == grip);
    let origin = |id: &NodeId| design.node(*id).map(|node| (*id, node.at, node.group));
    let stays = |id: &GroupId| places.blocks(collapse::Spot::Box(*id)).iter().all(|id| !ids.contains(id));
    let boxes = places.places().filter(|(id, _)| stays(id)).map(|(id, at)| (id, geometry::card(at)));
    let is_group = matches!(hold, Hold::Group(_));
    Drag {
        pointer,
        start,
        grip,
        by_note: matches!(hold, Hold::Note(_)),
        alone: notes.is_empty() && nodes.iter().all(at_grip),
        origins: nodes.iter().filter_map(origin).collect(),
        notes: notes.into_iter().filter_map(|id| design.note(id).cloned()).collect(),
        homes: if is_group { Homes::default() } else { Homes::of(design, &ids) },
        boxes: boxes.filter(|_| !is_group).collect(),
        into: None,
        before,
        others: collapse::cards_but(design, &nodes).into_iter().filter(|card| card.overlaps(&view)).collect(),
        guides: Guides::default(),
    }
}

/// The blocks that move, the one under the pointer first, and the notes.
fn held(session: &Session, hold: Hold) -> (Vec<NodeId>, Vec<NoteId>) {
    let Selection { nodes, notes, .. } = &session.selection;
    match hold {
        Hold::Group(id) => (geometry::members(session.design(), id), Vec::new()),
        Hold::Node(id) => {
            let rest = nodes.iter().copied().filter(|other| *other != id);
            (std::iter::once(id).chain(rest).collect(), notes.iter().copied().collect())
        }
        Hold::Note(id) => {
            let rest = notes.iter().copied().filter(|other| *other != id);
            (nodes.iter().copied().collect(), std::iter::once(id).chain(rest).collect())
        }
    }
}

/// The pointer is here now.
pub(super) fn to(session: &mut Session, mut drag: Drag, to: Point, mods: Mods) -> Vec<Effect> {
    let first = drag.grip;
    let wanted = [0, 1].map(|axis| f64::from(first[axis]) + to[axis] - drag.start[axis]);
    let card = |at: Point| Rect { min: at, max: [at[0] + geometry::CARD[0], at[1] + geometry::CARD[1]] };
    let others = if drag.by_note { Vec::new() } else { guides::around(&card(wanted), &drag.others) };
    let near = guides::snap(&card(wanted), &others, drag.alone, guides::NEAR / session.viewport.zoom);
    // Ctrl held while dragging inverts snapping.
    let landed = [0, 1].map(|axis| match near[axis] {
        _ if mods.main => wanted[axis].round() as i32,
        Some(way) => (wanted[axis] + way).round() as i32,
        None => on_grid(wanted[axis]),
    });
    let middle = geometry::card(landed).center();
    let takes =
        |(_, frame): &&(GroupId, Rect)| !drag.by_note && (frame.contains(to) || frame.contains(middle));
    let into = drag.boxes.iter().find(takes).map(|(id, _)| *id);
    let free = mods.main || into.is_some();
    let lines =
        if free { Guides::default() } else { guides::of(&geometry::card(landed), &others, drag.alone) };
    let shift = [0, 1].map(|axis| landed[axis].saturating_sub(first[axis]));
    let mut effects = Vec::new();
    if (&lines, into) != (&drag.guides, drag.into) {
        (drag.guides, drag.into) = (lines, into);
        session.gesture = Gesture::Drag(Box::new(drag.clone()));
        effects.push(Effect::Draft);
    }
    let moved = |at: [i32; 2]| [0, 1].map(|axis| at[axis].saturating_add(shift[axis]));
    let places: Vec<_> = drag.origins.iter().map(|(id, at, _)| (*id, moved(*at))).collect();
    let notes: Vec<_> = drag.notes.iter().map(|note| Note { at: moved(note.at), ..note.clone() }).collect();
    let design = session.design();
    let same = places.iter().all(|(id, at)| design.node(*id).is_none_or(|node| node.at == *at))
        && notes.iter().all(|note| design.note(note.id).is_none_or(|now| now.at == note.at));
    let edits = drag.joins(&places).chain([Edit::Move(places.clone())]);
    let edits = edits.chain(notes.into_iter().map(Edit::SetNote)).collect();
    if !same && session.history.apply(&Edit::All(edits)).is_ok() {
        effects.push(Effect::Moved(drag.ids()));
    }
    effects
}

/// The pointer let go: all of it is one step.
pub(super) fn drop(session: &mut Session, drag: &Drag) -> Vec<Effect> {
    let mut effects: Vec<_> = drag.draft().map(|_| Effect::Draft).into_iter().collect();
    session.gesture = Gesture::Idle;
    let joined = drag.into.map(|home| join(session, drag, home));
    if session.commit() {
        effects.push(Effect::Document);
        effects.extend(joined.into_iter().flatten());
    }
    effects
}

/// Puts the blocks into a box: below what is inside, so that nothing lies on each other when it is expanded. A group that is
/// dragged as a whole stays as it is.
fn join(session: &mut Session, drag: &Drag, home: GroupId) -> Vec<Effect> {
    let design = session.design();
    let joins = |own: Option<GroupId>| drag.origins.len() == 1 || !drag.homes.moves_along(own);
    let joining = drag.origins.iter().filter(|(.., own)| joins(*own)).filter_map(|(id, ..)| design.node(*id));
    let joining: Vec<_> = joining.collect();
    let inside = geometry::members(design, home).into_iter().filter_map(|id| design.node(id));
    let (Some(inside), Some(all)) = (geometry::bounds(inside), geometry::bounds(joining.iter().copied()))
    else {
        return Vec::new();
    };
    let corner = [inside.min[0], inside.max[1] + FRAME_ROOM].map(on_grid);
    let place =
        |at: [i32; 2]| [0, 1].map(|axis| at[axis].saturating_add(corner[axis] - all.min[axis] as i32));
    let places = joining.iter().map(|node| (node.id, place(node.at))).collect();
    let groups = joining.iter().map(|node| Edit::SetGroup(node.id, Some(home)));
    let edit = Edit::All(groups.chain([Edit::Move(places)]).collect());
    let who = match joining[..] {
        [one] => format!("{} is", design.title(one)),
        _ => format!("{} are", figures::counted(joining.len() as u32, "block")),
    };
    let text = format!("{who} in {} now.", groups::title(design, home));
    if session.history.apply(&edit).is_err() {
        return Vec::new();
    }
    let mut effects = session.select(groups::only(home));
    effects.push(Effect::Announce(text));
    effects
}

/// Puts everything back.
pub(super) fn cancel(session: &mut Session, drag: Drag) -> Vec<Effect> {
    session.history.cancel();
    if session.selection != drag.before {
        session.selection = drag.before;
        return vec![Effect::Document, Effect::Selection, Effect::Draft];
    }
    vec![Effect::Moved(drag.ids()), Effect::Draft]
}
