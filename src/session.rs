//! The editor's logic without a browser: history, selection, viewport, gestures, commands.
//!
//! The page turns events into [`Input`]s and command ids, hands them to the [`Session`] and performs the
//! [`Effect`]s that come back. Selection, zoom and panels are neither shared nor undone.

pub mod command;
pub mod geometry;
pub mod gesture;
pub mod viewport;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use command::{COMMANDS, Command};
pub use gesture::{Draft, Input, Mods, Target};
pub use viewport::Viewport;

use crate::design::{Design, Edit, History, LinkId, NodeId};

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Selected blocks.
    pub nodes: BTreeSet<NodeId>,
    /// Selected links.
    pub links: BTreeSet<LinkId>,
}

impl Selection {
    /// The one selected block, when exactly one block and nothing else is selected.
    pub fn single_node(&self) -> Option<NodeId> {
        (self.nodes.len() == 1 && self.links.is_empty()).then(|| *self.nodes.first().expect("one node"))
    }

    /// The one selected link, when exactly one link and nothing else is selected.
    pub fn single_link(&self) -> Option<LinkId> {
        (self.links.len() == 1 && self.nodes.is_empty()).then(|| *self.links.first().expect("one link"))
    }
}

/// What only the page can do, and what it has to show anew.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The document changed for good (not in the middle of a drag): save, solve, tell the worker.
    Document,
    /// The design changed in the middle of a gesture: these blocks have new positions.
    Moved(Vec<NodeId>),
    /// The selection changed.
    Selection,
    /// Pan or zoom changed.
    Viewport,
    /// The draft of the gesture under way (new link, marquee) changed.
    Draft,
    /// Say it politely in the live region.
    Announce(String),
    /// Say assertively, and show, why something was not done.
    Refuse(String),
    /// Open something of the page's own.
    Open(Panel),
    /// Do something with the run.
    Run(Control),
    /// Put this text on the clipboard.
    Copy(String),
    /// Put the browser's focus on this block's card.
    Focus(NodeId),
}

/// Panels and dialogs that a command can open.
#[derive(Debug, Clone, PartialEq)]
pub enum Panel {
    /// The share dialog.
    Share,
    /// The list of exercises.
    Exercises,
    /// The list of examples.
    Examples,
    /// The shortcut sheet.
    Shortcuts,
    /// The command palette.
    Palette,
    /// The name field of a block, in place.
    Rename(NodeId),
    /// The inspector, focused.
    Inspector,
    /// The context menu of a target at a place on the screen [px].
    Menu(Target, [f64; 2]),
}

/// What a command can ask of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// Play or pause.
    Toggle,
    /// Start anew with the same seed.
    Restart,
    /// Start anew with the next seed.
    Reseed,
    /// Advance a paused run a little.
    Step,
    /// Kill a block, or revive it when it is dead.
    KillOrRevive(NodeId),
}

/// One open design in the hands of a person.
#[derive(Debug, Clone)]
pub struct Session {
    pub(crate) history: History,
    pub(crate) selection: Selection,
    pub(crate) viewport: Viewport,
    pub(crate) gesture: gesture::Gesture,
}

impl Session {
    /// Opens a design; the viewport is to be fitted once the canvas has a size.
    pub fn new(design: Design) -> Self {
        Session {
            history: History::new(design),
            selection: Selection::default(),
            viewport: Viewport::default(),
            gesture: gesture::Gesture::default(),
        }
    }

    /// The design as it stands, also in the middle of a gesture.
    pub fn design(&self) -> &Arc<Design> {
        self.history.design()
    }

    /// Undo and redo.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// What is selected.
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// Pan and zoom.
    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// What the gesture under way would draw: a link, a marquee; with the targets that would take it.
    pub fn draft(&self) -> Option<Draft> {
        self.gesture.draft()
    }

    /// Makes an edit that a form, a fix or a dialog asks for, as one step of history.
    pub fn edit(&mut self, edit: &Edit) -> Vec<Effect> {
        match self.history.apply(edit) {
            Ok(()) => vec![Effect::Document],
            Err(refusal) => vec![Effect::Refuse(refusal.0)],
        }
    }

    /// Selects exactly these.
    pub fn select(&mut self, selection: Selection) -> Vec<Effect> {
        self.selection = selection;
        vec![Effect::Selection]
    }

    /// Handles one pointer or wheel event.
    pub fn input(&mut self, input: Input) -> Vec<Effect> {
        gesture::handle(self, input)
    }

    /// Runs the command with this id at this time [ms, any origin]; an unknown or disabled one does nothing.
    pub fn command(&mut self, id: &str, now_ms: f64) -> Vec<Effect> {
        command::run(self, id, now_ms)
    }
}
