//! What is open on the screen: panels, sheets, dialogs, menus.

use std::collections::BTreeSet;

use headroom::design::{NodeId, NoteId};
use headroom::session::{Choice, Target, Wish};
use leptos::prelude::*;

use crate::store;

/// What is open on the screen.
#[derive(Clone, Copy)]
pub struct Panels {
    /// Palette, left.
    pub palette: RwSignal<bool>,
    /// Inspector, right.
    pub inspector: RwSignal<bool>,
    /// Dock, bottom.
    pub dock: RwSignal<bool>,
    /// The bottom sheet that is open on a phone.
    pub sheet: RwSignal<Option<Sheet>>,
    /// Tables in the place of the canvas.
    pub table: RwSignal<bool>,
    /// What the palette shows.
    pub tab: RwSignal<Tab>,
    /// The one dialog that is open.
    pub dialog: RwSignal<Option<Dialog>>,
    /// Told when designs in this browser's storage have changed.
    pub shelf: RwSignal<()>,
    /// The context menu: its target and its place from the canvas's top left corner [px].
    pub menu: RwSignal<Option<(Target, [f64; 2])>>,
    /// The note that is being written.
    pub writing: RwSignal<Option<NoteId>>,
    /// The new block that is being chosen.
    pub wish: RwSignal<Option<Wish>>,
    /// The blocks in a box that a link can be meant for.
    pub choice: RwSignal<Option<Choice>>,
    /// The block whose name is edited in place.
    pub renaming: RwSignal<Option<NodeId>>,
    /// Which part of the dock's middle is open.
    pub middle: RwSignal<usize>,
    /// Which part of the dock's right is open.
    pub limits: RwSignal<usize>,
    /// Sections of long forms that stand open.
    pub unfolded: RwSignal<BTreeSet<&'static str>>,
    /// Light or dark.
    pub dark: RwSignal<bool>,
}

/// Tabs of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The step of an exercise that is open.
    Exercise,
    /// The catalogue.
    Blocks,
    /// Designs to start from.
    Examples,
}

/// Bottom sheets of the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sheet {
    /// Palette, or the exercise that is open.
    Palette,
    /// Inspector.
    Inspector,
    /// Findings, time series, ladder.
    Dock,
}

/// Dialogs.
#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    /// The link, the file.
    Share,
    /// The designs in this browser.
    Designs,
    /// Earlier versions of the open design.
    Versions,
    /// The design as Mermaid text, and back.
    Mermaid,
    /// The list of exercises.
    Exercises,
    /// All commands with their keys.
    Shortcuts,
    /// Commands by name.
    Commands,
    /// The charts of the run, large.
    Charts,
    /// This design and another one.
    Compare,
    /// How latency spreads, large.
    Spread,
    /// A slow request call by call, large.
    Slowest,
    /// Blocks by name.
    Find,
    /// What came of opening a link or a file: a title, a sentence, the notes.
    Opened(String, String, Vec<String>),
}

impl Panels {
    pub(crate) fn new() -> Self {
        Panels {
            palette: RwSignal::new(store::panel("palette")),
            inspector: RwSignal::new(store::panel("inspector")),
            dock: RwSignal::new(store::panel("dock")),
            sheet: RwSignal::new(None),
            table: RwSignal::new(false),
            tab: RwSignal::new(Tab::Blocks),
            dialog: RwSignal::new(None),
            shelf: RwSignal::new(()),
            menu: RwSignal::new(None),
            writing: RwSignal::new(None),
            wish: RwSignal::new(None),
            choice: RwSignal::new(None),
            renaming: RwSignal::new(None),
            middle: RwSignal::new(0),
            limits: RwSignal::new(0),
            unfolded: RwSignal::new(BTreeSet::new()),
            dark: RwSignal::new(store::is_dark()),
        }
    }
}
