//! Pointer gestures: select, move, marquee, connect, pan, pinch, wheel. One gesture is one step of history.

use super::{Effect, Session};
use crate::design::{LinkId, NodeId};

/// What lies under the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Empty canvas.
    Canvas,
    /// A block's card.
    Node(NodeId),
    /// The handle at which links leave a block.
    Out(NodeId),
    /// The handle at which links reach a block.
    In(NodeId),
    /// A link.
    Link(LinkId),
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
    },
    /// It moved.
    Move {
        /// Pointer id of the browser.
        pointer: i32,
        /// Where [px].
        at: [f64; 2],
        /// What lies there.
        target: Target,
        /// Modifier keys.
        mods: Mods,
    },
    /// It went up.
    Up {
        /// Pointer id of the browser.
        pointer: i32,
        /// Where [px].
        at: [f64; 2],
        /// What lies there.
        target: Target,
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
    /// A link from a block to the pointer or to a target.
    Link {
        /// Where it starts.
        from: NodeId,
        /// Where the pointer is [canvas units].
        to: [f64; 2],
        /// The target that would take it now.
        snapped: Option<NodeId>,
        /// All blocks that would take it.
        valid: Vec<NodeId>,
    },
    /// A marquee: two opposite corners [canvas units].
    Marquee([f64; 2], [f64; 2]),
}

/// The gesture under way.
#[derive(Debug, Clone, Default)]
pub struct Gesture {}

impl Gesture {
    pub(super) fn draft(&self) -> Option<Draft> {
        None
    }
}

pub(super) fn handle(session: &mut Session, input: Input) -> Vec<Effect> {
    let _ = (session, input);
    Vec::new()
}
