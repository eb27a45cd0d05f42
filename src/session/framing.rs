//! Drawing a group: after the command, a rectangle on the canvas, dragged or between two clicks, becomes a group of what
//! lies wholly inside.

use super::collapse::apparent;
use super::geometry::{self, Point, Rect};
use super::gesture::{Draft, Gesture, distance};
use super::{Effect, Session, groups};
use crate::design::NodeId;
use crate::sorted;

/// A rectangle shorter than this from corner to corner is a click: the first of two [px].
const CLICK: f64 = 8.0;

/// A group that is being drawn.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Framing {
    /// First and current corner; none before the pointer goes down [canvas units].
    corners: Option<(Point, Point)>,
}

/// Waits for a rectangle; asked for again, waits no longer.
pub(super) fn begin(session: &mut Session) -> Vec<Effect> {
    let waits = session.framing.is_some();
    let mut effects = super::gesture::cancel(session);
    if !waits {
        session.framing = Some(Framing::default());
        effects.push(Effect::Announce("Drag a rectangle around blocks. Escape leaves.".to_owned()));
    }
    effects.push(Effect::Draft);
    effects
}

/// A pointer went down: at the first corner, or with the second click at the other.
pub(super) fn down(session: &mut Session, pointer: i32, at: Point) -> Vec<Effect> {
    session.gesture = Gesture::Frame(pointer);
    if let Some(framing) = &mut session.framing
        && framing.corners.is_none()
    {
        framing.corners = Some((at, at));
    }
    to(session, at)
}

/// The pointer is here, with a button down or between two clicks.
pub(super) fn to(session: &mut Session, at: Point) -> Vec<Effect> {
    match session.framing.as_mut().and_then(|framing| framing.corners.as_mut()) {
        Some(corners) => corners.1 = at,
        None => return Vec::new(),
    }
    vec![Effect::Draft]
}

/// The pointer went up: the group is drawn, unless that was the first of two clicks.
pub(super) fn up(session: &mut Session) -> Vec<Effect> {
    session.gesture = Gesture::Idle;
    let Some((from, to)) = session.framing.and_then(|framing| framing.corners) else { return Vec::new() };
    if distance(from, to) * session.viewport.zoom <= CLICK {
        return vec![Effect::Draft];
    }
    session.framing = None;
    let inside = sorted::set(inside(session, &Rect::of_corners(from, to)));
    let mut effects = vec![Effect::Draft];
    effects.extend(groups::draw_around(session, &inside));
    effects
}

/// The rectangle with what it would hold.
pub(super) fn draft(session: &Session) -> Option<Draft> {
    let Framing { corners } = session.framing?;
    let held = corners.map_or_else(Vec::new, |(from, to)| inside(session, &Rect::of_corners(from, to)));
    Some(Draft::Frame { corners, inside: held })
}

fn inside(session: &Session, rect: &Rect) -> Vec<NodeId> {
    let whole = |card: Rect| rect.contains(card.min) && rect.contains(card.max);
    let seen = apparent(session.design());
    seen.nodes.iter().filter(|node| whole(geometry::card(node.at))).map(|node| node.id).collect()
}
