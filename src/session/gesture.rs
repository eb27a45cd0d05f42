//! Pointer gestures: select, move, marquee, connect, pan, pinch, wheel. One gesture is one step of history.

use super::collapse::{self, Spot};
use super::connect::Way;
use super::drag::{self, Drag, Hold};
use super::geometry::{self, GRID, Point, Rect};
use super::guides::Guides;
use super::{Effect, Panel, Selection, Session, connect, culling, framing, groups};
use crate::design::{GroupId, LinkId, NodeId, NoteId};

/// A pointer that has moved no farther than this makes a click [px].
const STILL: f64 = 1.0;
/// A link is pressed from so far away [px].
pub(super) const REACH: f64 = 12.0;
/// The same for a finger, which is never quite still [px].
const STILL_TOUCH: f64 = 6.0;
/// Zoom of one pixel of the wheel, as a power of two; and the most that one event may ask for [px].
const WHEEL: (f64, f64) = (0.01, 25.0);

/// What lies under the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Empty canvas.
    Canvas,
    /// A block's card.
    Node(NodeId),
    /// The handle at which links leave a block or a box.
    Out(Spot),
    /// The handle at which links reach a block or a box.
    In(Spot),
    /// A link.
    Link(LinkId),
    /// The title of a group's frame.
    Group(GroupId),
    /// A note.
    Note(NoteId),
}

/// Modifier keys; `main` is Ctrl, on a Mac Cmd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mods {
    /// Ctrl, on a Mac Cmd.
    pub main: bool,
    /// Shift.
    pub shift: bool,
    /// Alt.
    pub alt: bool,
    /// Space is held down.
    pub space: bool,
}

impl Mods {
    /// Whether a click adds to the selection.
    fn adds(self) -> bool {
        self.main || self.shift
    }
}

/// A pointer or wheel event; positions are pixels from the canvas's top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input {
    /// A button or finger went down.
    Down {
        /// Pointer id of the browser.
        pointer: i32,
        /// Where [px].
        at: [f64; 2],
        /// 0 main, 1 middle, 2 secondary.
        button: i16,
        /// What lies there.
        target: Target,
        /// Modifier keys.
        mods: Mods,
        /// A finger, not a mouse or a pen: on empty canvas it pans.
        touch: bool,
    },
    /// It moved, also with no button down.
    Move {
        /// Pointer id of the browser.
        pointer: i32,
        /// Where [px].
        at: [f64; 2],
        /// Modifier keys.
        mods: Mods,
    },
    /// It went up.
    Up {
        /// Pointer id of the browser.
        pointer: i32,
        /// Where [px].
        at: [f64; 2],
        /// Modifier keys.
        mods: Mods,
    },
    /// The browser took the pointer away, or Escape was pressed.
    Cancel,
    /// The wheel turned.
    Wheel {
        /// Where [px].
        at: [f64; 2],
        /// How far [px].
        delta: [f64; 2],
        /// Modifier keys.
        mods: Mods,
    },
}

/// What a gesture under way would draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Draft {
    /// A link from a block or a box to the pointer or to a target.
    Link {
        /// Where it starts; the callee when it is drawn backwards.
        from: Spot,
        /// Drawn from a handle In towards a caller.
        backwards: bool,
        /// Where the pointer is [canvas units].
        to: [f64; 2],
        /// The target that would take it now.
        snapped: Option<Spot>,
        /// All blocks and boxes that would take it.
        valid: Vec<Spot>,
        /// The one under the pointer that would not, and why.
        refused: Option<(Spot, String)>,
    },
    /// A marquee: two opposite corners [canvas units].
    Marquee([f64; 2], [f64; 2]),
    /// A group to be drawn: two opposite corners, once there are any [canvas units], and the blocks that it would hold.
    Frame {
        /// The corners.
        corners: Option<([f64; 2], [f64; 2])>,
        /// The blocks that lie wholly inside.
        inside: Vec<NodeId>,
    },
    /// The lines that dragged blocks stand on with others, and equal gaps.
    Guides(Guides),
    /// The box that would take the dragged blocks.
    Into(GroupId),
}

/// What the pointers are doing.
#[derive(Debug, Clone, Default)]
pub(super) enum Gesture {
    /// Nothing.
    #[default]
    Idle,
    /// Down and not moved yet: a click, or the start of a drag.
    Press(Press),
    /// Moving the view; the last point [px].
    Pan(i32, Point),
    /// Two fingers.
    Pinch([(i32, Point); 2]),
    /// Moving blocks and notes.
    Drag(Box<Drag>),
    /// Drawing a marquee: pointer, first and current corner [canvas units], and what stays selected.
    Marquee(i32, Point, Point, Selection),
    /// Drawing a group; the pointer.
    Frame(i32),
    /// Drawing a link; the pointer and where it went down [px].
    Connect(i32, Point),
}

/// A pointer that went down and may still be a click.
#[derive(Debug, Clone, Copy)]
pub(super) struct Press {
    pub(super) pointer: i32,
    at: Point,
    target: Target,
    pub(super) mods: Mods,
    touch: bool,
    /// The press itself selected the target: the release does not toggle it again.
    selected: bool,
}

impl Gesture {
    pub(super) fn is_idle(&self) -> bool {
        matches!(self, Gesture::Idle)
    }

    pub(super) fn draft(&self) -> Option<Draft> {
        match self {
            Gesture::Marquee(_, from, to, _) => Some(Draft::Marquee(*from, *to)),
            Gesture::Drag(drag) => drag.draft(),
            _ => None,
        }
    }
}

pub(super) fn handle(session: &mut Session, input: Input) -> Vec<Effect> {
    match input {
        Input::Down { pointer, at, button, target, mods, touch } => {
            let press = Press { pointer, at, target, mods, touch, selected: false };
            down(session, press, button)
        }
        Input::Move { pointer, at, mods } => moved(session, pointer, at, mods),
        Input::Up { pointer, at, mods } => up(session, pointer, at, mods),
        Input::Cancel => cancel(session),
        Input::Wheel { at, delta, mods } => wheel(session, at, delta, mods),
    }
}

/// Ends what is under way without a trace.
pub(super) fn cancel(session: &mut Session) -> Vec<Effect> {
    match std::mem::take(&mut session.gesture) {
        Gesture::Drag(drag) => drag::cancel(session, *drag),
        Gesture::Marquee(_, _, _, before) => {
            session.selection = before;
            vec![Effect::Selection, Effect::Draft]
        }
        Gesture::Idle
        | Gesture::Press(_)
        | Gesture::Pan(..)
        | Gesture::Pinch(_)
        | Gesture::Frame(_)
        | Gesture::Connect(..) => {
            let mut effects = connect::leave(session);
            effects.extend(session.framing.take().map(|_| Effect::Draft));
            effects
        }
    }
}

fn down(session: &mut Session, press: Press, button: i16) -> Vec<Effect> {
    if press.touch
        && let Some(other) = other_finger(&session.gesture, press.pointer)
    {
        let effects = cancel(session);
        session.gesture = Gesture::Pinch([other, (press.pointer, press.at)]);
        return effects;
    }
    if !session.gesture.is_idle() {
        return Vec::new();
    }
    let press = Press { target: culling::meant(session, press.target, press.at), ..press };
    match button {
        0 if press.mods.space => pan(session, &press),
        0 if session.framing.is_some() => {
            framing::down(session, press.pointer, session.viewport.to_canvas(press.at))
        }
        0 => main_down(session, press),
        1 => pan(session, &press),
        2 => menu(session, &press),
        _ => Vec::new(),
    }
}

fn pan(session: &mut Session, press: &Press) -> Vec<Effect> {
    session.gesture = Gesture::Pan(press.pointer, press.at);
    Vec::new()
}

fn menu(session: &mut Session, press: &Press) -> Vec<Effect> {
    let mut effects = cancel(session);
    if !is_selected(&session.selection, press.target) {
        effects.extend(session.select(only(press.target)));
    }
    effects.push(Effect::Open(Panel::Menu(press.target, press.at)));
    effects
}

fn main_down(session: &mut Session, mut press: Press) -> Vec<Effect> {
    let at = session.viewport.to_canvas(press.at);
    if session.connecting.is_some() {
        session.gesture = Gesture::Press(press);
        return connect::point(session, at);
    }
    if let Target::Link(_) = press.target
        && let Some(nearest) = geometry::link_at(session.design(), at, REACH / session.viewport.zoom)
    {
        press.target = Target::Link(nearest);
    }
    let mut effects = Vec::new();
    if matches!(press.target, Target::Node(_) | Target::Link(_) | Target::Group(_) | Target::Note(_))
        && !is_selected(&session.selection, press.target)
    {
        press.selected = true;
        let kept = if press.mods.adds() { session.selection.clone() } else { Selection::default() };
        effects = session.select(toggled(kept, press.target));
    }
    session.gesture = Gesture::Press(press);
    effects
}

fn moved(session: &mut Session, pointer: i32, at: Point, mods: Mods) -> Vec<Effect> {
    let canvas = session.viewport.to_canvas(at);
    match &mut session.gesture {
        Gesture::Idle if session.connecting.is_some() => connect::hover(session, canvas),
        Gesture::Idle => framing::to(session, canvas),
        Gesture::Frame(id) if *id == pointer => framing::to(session, canvas),
        Gesture::Press(press) if press.pointer == pointer => {
            let press = *press;
            let still = if press.touch { STILL_TOUCH } else { STILL };
            if distance(press.at, at) <= still {
                return Vec::new();
            }
            let mut effects = start(session, press);
            effects.extend(moved(session, pointer, at, mods));
            effects
        }
        Gesture::Pan(id, last) if *id == pointer => {
            let delta = [at[0] - last[0], at[1] - last[1]];
            *last = at;
            session.viewport.pan_by(delta);
            vec![Effect::Viewport]
        }
        Gesture::Pinch(fingers) => {
            let before = *fingers;
            let Some(finger) = fingers.iter_mut().find(|finger| finger.0 == pointer) else {
                return Vec::new();
            };
            finger.1 = at;
            let after = *fingers;
            pinch(session, before, after)
        }
        Gesture::Drag(drag) if drag.pointer == pointer => {
            let drag = drag.clone();
            drag::to(session, *drag, canvas, mods)
        }
        Gesture::Marquee(id, from, to, kept) if *id == pointer => {
            *to = canvas;
            let (rect, kept) = (Rect::of_corners(*from, canvas), kept.clone());
            marquee_selects(session, rect, kept)
        }
        Gesture::Connect(id, _) if *id == pointer => connect::point(session, canvas),
        _ => Vec::new(),
    }
}

/// The press has become a drag: of what was pressed.
fn start(session: &mut Session, press: Press) -> Vec<Effect> {
    session.gesture = Gesture::Idle;
    let from = session.viewport.to_canvas(press.at);
    if session.connecting.is_some() {
        // The second click of a connection: a finger may pan on the way to its target.
        let pans = press.touch && press.target == Target::Canvas;
        session.gesture = if pans {
            Gesture::Pan(press.pointer, press.at)
        } else {
            Gesture::Connect(press.pointer, press.at)
        };
        return Vec::new();
    }
    // Where the caller's port and the end of a selected link lie on each other, a drag draws: a second link from the
    // same block is wanted more often than the first one elsewhere.
    if !matches!(press.target, Target::Out(_))
        && let Some(link) = grip_at(session, from)
        && connect::start_reconnect(session, link.0, link.1)
    {
        session.gesture = Gesture::Connect(press.pointer, press.at);
        return vec![Effect::Draft];
    }
    match press.target {
        Target::Canvas | Target::Link(_) if press.touch => pan(session, &press),
        Target::Group(id) => drag::start(session, &press, Hold::Group(id), from),
        Target::Note(id) => drag::start(session, &press, Hold::Note(id), from),
        Target::Canvas | Target::Link(_) => {
            let kept = if press.mods.adds() { session.selection.extendable() } else { Selection::default() };
            session.gesture = Gesture::Marquee(press.pointer, from, from, kept);
            Vec::new()
        }
        Target::Node(id) => drag::start(session, &press, Hold::Node(id), from),
        Target::Out(id) | Target::In(id) => {
            let backwards = matches!(press.target, Target::In(_));
            let effects = connect::start(session, id, backwards, Way::Drag, from);
            if session.connecting.is_some() {
                session.gesture = Gesture::Connect(press.pointer, press.at);
            }
            effects
        }
    }
}

fn marquee_selects(session: &mut Session, rect: Rect, mut selection: Selection) -> Vec<Effect> {
    let seen = collapse::apparent(session.design());
    let inside = seen.nodes.iter().filter(|node| geometry::card(node.at).overlaps(&rect));
    selection.nodes.extend(inside.map(|node| node.id));
    let notes = seen.notes.iter().filter(|note| geometry::note(note).overlaps(&rect));
    selection.notes.extend(notes.map(|note| note.id));
    drop(seen);
    let changed = selection != session.selection;
    session.selection = selection;
    if changed { vec![Effect::Draft, Effect::Selection] } else { vec![Effect::Draft] }
}

fn up(session: &mut Session, pointer: i32, at: Point, mods: Mods) -> Vec<Effect> {
    let mut effects = moved(session, pointer, at, mods);
    match &session.gesture {
        Gesture::Press(press) if press.pointer == pointer => {
            let press = *press;
            session.gesture = Gesture::Idle;
            effects.extend(click(session, press));
        }
        Gesture::Pan(id, _) if *id == pointer => session.gesture = Gesture::Idle,
        Gesture::Pinch(fingers) => {
            // The finger that stays goes on panning.
            if let Some(left) = fingers.iter().find(|finger| finger.0 != pointer) {
                session.gesture = Gesture::Pan(left.0, left.1);
            }
        }
        Gesture::Drag(drag) if drag.pointer == pointer => {
            let drag = drag.clone();
            effects.extend(drag::drop(session, &drag));
        }
        Gesture::Marquee(id, ..) if *id == pointer => {
            session.gesture = Gesture::Idle;
            effects.push(Effect::Draft);
            effects.extend(session.announce_selection());
        }
        Gesture::Frame(id) if *id == pointer => effects.extend(framing::up(session)),
        Gesture::Connect(id, start) if *id == pointer => {
            let clicked = distance(*start, at) <= connect::SNAP / 2.0;
            session.gesture = Gesture::Idle;
            effects.extend(connect::drop_here(session, clicked));
        }
        _ => {}
    }
    effects
}

fn click(session: &mut Session, press: Press) -> Vec<Effect> {
    if session.connecting.is_some() {
        return connect::finish(session);
    }
    match press.target {
        Target::Canvas if press.mods.adds() || session.selection == Selection::default() => Vec::new(),
        Target::Canvas => session.select(Selection::default()),
        Target::Node(_) | Target::Link(_) | Target::Group(_) | Target::Note(_) if press.selected => {
            Vec::new()
        }
        Target::Node(_) | Target::Link(_) | Target::Note(_) if press.mods.adds() => {
            session.select(toggled(session.selection.clone(), press.target))
        }
        Target::Node(_) | Target::Link(_) | Target::Group(_) | Target::Note(_) => {
            session.select(only(press.target))
        }
        Target::Out(id) | Target::In(id) => {
            let at = session.viewport.to_canvas(press.at);
            connect::start(session, id, matches!(press.target, Target::In(_)), Way::Click, at)
        }
    }
}

fn wheel(session: &mut Session, at: Point, delta: [f64; 2], mods: Mods) -> Vec<Effect> {
    if mods.main != session.settings.wheel_zooms {
        let power = -delta[1].clamp(-WHEEL.1, WHEEL.1) * WHEEL.0;
        session.viewport.zoom_at(at, libm::exp2(power));
    } else if mods.shift && delta[0] == 0.0 {
        session.viewport.pan_by([-delta[1], 0.0]);
    } else {
        session.viewport.pan_by([-delta[0], -delta[1]]);
    }
    vec![Effect::Viewport]
}

fn pinch(session: &mut Session, before: [(i32, Point); 2], after: [(i32, Point); 2]) -> Vec<Effect> {
    let middle = |fingers: [(i32, Point); 2]| {
        let [(_, a), (_, b)] = fingers;
        [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])]
    };
    let apart = |fingers: [(i32, Point); 2]| distance(fingers[0].1, fingers[1].1).max(1.0);
    let (from, to) = (middle(before), middle(after));
    session.viewport.pan_by([to[0] - from[0], to[1] - from[1]]);
    session.viewport.zoom_at(to, apart(after) / apart(before));
    vec![Effect::Viewport]
}

fn other_finger(gesture: &Gesture, pointer: i32) -> Option<(i32, Point)> {
    let (id, at) = match gesture {
        Gesture::Press(press) if press.touch => (press.pointer, press.at),
        Gesture::Pan(id, at) => (*id, *at),
        _ => return None,
    };
    (id != pointer).then_some((id, at))
}

/// The selected link whose end lies here, and whether it is the end at the callee.
fn grip_at(session: &Session, at: Point) -> Option<(LinkId, bool)> {
    let id = session.selection.single_link()?;
    let curve = geometry::link_curve(session.design(), id)?;
    let near = |end: Point| distance(end, at) <= connect::GRIP / session.viewport.zoom;
    if near(curve.0[3]) {
        return Some((id, true));
    }
    near(curve.0[0]).then_some((id, false))
}

fn is_selected(selection: &Selection, target: Target) -> bool {
    match target {
        Target::Canvas => false,
        Target::Node(id) | Target::Out(Spot::Block(id)) | Target::In(Spot::Block(id)) => {
            selection.nodes.contains(&id)
        }
        Target::Link(id) => selection.links.contains(&id),
        Target::Group(id) | Target::Out(Spot::Box(id)) | Target::In(Spot::Box(id)) => {
            selection.group == Some(id)
        }
        Target::Note(id) => selection.notes.contains(&id),
    }
}

fn only(target: Target) -> Selection {
    toggled(Selection::default(), target)
}

/// A group is selected alone: blocks, links and notes take its place.
fn toggled(mut selection: Selection, target: Target) -> Selection {
    selection = selection.extendable();
    match target {
        Target::Canvas => {}
        Target::Note(id) => {
            if !selection.notes.remove(&id) {
                selection.notes.insert(id);
            }
        }
        Target::Group(id) | Target::Out(Spot::Box(id)) | Target::In(Spot::Box(id)) => {
            selection = groups::only(id);
        }
        Target::Node(id) | Target::Out(Spot::Block(id)) | Target::In(Spot::Block(id)) => {
            if !selection.nodes.remove(&id) {
                selection.nodes.insert(id);
            }
        }
        Target::Link(id) => {
            if !selection.links.remove(&id) {
                selection.links.insert(id);
            }
        }
    }
    selection
}

/// The nearest grid line.
pub(super) fn on_grid(value: f64) -> i32 {
    ((value / f64::from(GRID)).round() as i32).saturating_mul(GRID)
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(a[0] - b[0], a[1] - b[1])
}
