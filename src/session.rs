//! The editor's logic without a browser: history, selection, viewport, gestures, commands.
//!
//! The page turns events into [`Input`]s and command ids, hands them to the [`Session`] and performs the
//! [`Effect`]s that come back. Selection, zoom and panels are neither shared nor undone.

pub mod choice;
pub mod collapse;
pub mod command;
pub mod culling;
pub mod geometry;
pub mod gesture;
pub mod groups;
pub mod guides;
pub mod labels;
pub mod layout;
pub mod menu;
pub mod notes;
pub mod routing;
pub mod viewport;

mod arrange;
mod clipboard;
mod connect;
mod drag;
mod framing;
mod keys;
mod place;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use choice::{Choice, Meant};
pub use command::{COMMANDS, Command};
pub use gesture::{Draft, Input, Mods, Target};
pub use place::{Way, Wish};
pub use viewport::Viewport;

use crate::blocks::About;
use crate::design::{Design, Edit, GroupId, History, LinkId, NodeId, NoteId, Refusal};
use crate::exercises::World;

/// Below this zoom, labels are too small to read and go.
pub const FAR: f64 = 0.48;

/// What is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Selected blocks.
    pub nodes: BTreeSet<NodeId>,
    /// Selected links.
    pub links: BTreeSet<LinkId>,
    /// The selected group; nothing else is selected beside it.
    pub group: Option<GroupId>,
    /// Selected notes.
    pub notes: BTreeSet<NoteId>,
}

impl Selection {
    /// The one selected block, when exactly one block and nothing else is selected.
    pub fn single_node(&self) -> Option<NodeId> {
        self.nodes.first().copied().filter(|_| self.count() == 1)
    }

    /// How many blocks, links and notes are selected.
    pub fn count(&self) -> usize {
        self.nodes.len() + self.links.len() + self.notes.len()
    }

    /// What is selected and can be added to: a group is selected alone.
    pub fn extendable(&self) -> Selection {
        Selection { group: None, ..self.clone() }
    }

    /// The one selected link, when exactly one link and nothing else is selected.
    pub fn single_link(&self) -> Option<LinkId> {
        self.links.first().copied().filter(|_| self.count() == 1)
    }

    /// The one selected note, when exactly one note and nothing else is selected.
    pub fn single_note(&self) -> Option<NoteId> {
        self.notes.first().copied().filter(|_| self.count() == 1)
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
    /// Read the clipboard and hand its text to [`Session::paste`].
    Paste,
    /// Remember how this person works.
    Settings,
    /// Put the browser's focus on this block's card.
    Focus(NodeId),
}

/// Panels and dialogs that a command can open.
#[derive(Debug, Clone, PartialEq)]
pub enum Panel {
    /// The share dialog.
    Share,
    /// The designs that are kept in this browser.
    Designs,
    /// Earlier versions of the open design.
    Versions,
    /// The picker of files to open.
    OpenFile,
    /// Saves the design as a file.
    SaveFile,
    /// Saves the drawing as SVG, with the design in it.
    SaveSvg,
    /// Saves the drawing as PNG, with the design in it.
    SavePng,
    /// Records some seconds of the run as a film; or gives that up.
    Film,
    /// The design as Mermaid text, and back.
    Mermaid,
    /// Prints the design with its findings and its blocks.
    Print,
    /// The comparison with another design.
    Compare,
    /// All blocks and links as a table in the place of the canvas; or the canvas again.
    Table,
    /// The list of exercises.
    Exercises,
    /// The list of examples.
    Examples,
    /// A new design, see [`Design::fresh`].
    Fresh,
    /// The shortcut sheet.
    Shortcuts,
    /// The command palette.
    Palette,
    /// The name field of a block, in place.
    Rename(NodeId),
    /// The name field of the selected group, in the inspector.
    RenameGroup,
    /// The text of a note, in place.
    Write(NoteId),
    /// The inspector, focused.
    Inspector,
    /// The list of blocks to choose from, for a new one.
    QuickAdd(Wish),
    /// The list of blocks in a box that a link can be meant for.
    Choose(Choice),
    /// The blocks of the design, to find one.
    Find,
    /// The next region of the page, or the one before.
    Region {
        /// The next one.
        forward: bool,
    },
    /// The context menu of a target, at a place from the canvas's top left corner [px].
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
    /// Make a group go silent with all that is inside, or bring it back.
    LoseOrRevive(GroupId),
}

/// How a person works: kept in the browser, neither shared nor undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The wheel zooms, and pans with Ctrl; else the other way round.
    pub wheel_zooms: bool,
    /// The small map is shown.
    pub minimap: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { wheel_zooms: false, minimap: true }
    }
}

/// Edits of one kind that follow each other within this time are one step of history [ms].
const BURST_MS: f64 = 500.0;

/// One open design in the hands of a person.
#[derive(Debug, Clone)]
pub struct Session {
    history: History,
    selection: Selection,
    viewport: Viewport,
    gesture: gesture::Gesture,
    connecting: Option<connect::Connecting>,
    framing: Option<framing::Framing>,
    /// What the last edit was and when [ms], while more of it would belong to the same step.
    burst: Option<(Burst, f64)>,
    /// The highest ids ever seen here: a new block never takes over a removed one's streams and state.
    last_ids: (u32, u32),
    /// The view was fitted once.
    fitted: bool,
    settings: Settings,
    /// The world of the exercise that is open: what is drawn gets its facts in the same step.
    world: Option<&'static World>,
}

/// Edits that belong together when they come in quick succession.
#[derive(Debug, Clone, PartialEq)]
enum Burst {
    /// Arrow keys.
    Nudge,
    /// One field of a form.
    Field(Edit),
}

impl Session {
    /// Opens a design; the first [`Session::resize`] fits the view.
    pub fn new(design: Design) -> Self {
        let mut session = Session {
            history: History::new(design),
            selection: Selection::default(),
            viewport: Viewport::default(),
            gesture: gesture::Gesture::default(),
            connecting: None,
            framing: None,
            burst: None,
            last_ids: (0, 0),
            fitted: false,
            settings: Settings::default(),
            world: None,
        };
        session.note_ids();
        session
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

    /// What the gesture under way would draw: a link with the targets that would take it, a group, a marquee.
    pub fn draft(&self) -> Option<Draft> {
        let link = self.connecting.as_ref().map(connect::Connecting::draft);
        link.or_else(|| framing::draft(self)).or_else(|| self.gesture.draft())
    }

    /// Whether a gesture holds a pointer, or a link or a group is being drawn.
    pub fn is_busy(&self) -> bool {
        !self.gesture.is_idle() || self.connecting.is_some() || self.framing.is_some()
    }

    /// What a pointer over this target, at this place of the screen, means.
    pub fn meant(&self, target: Target, at: geometry::Point) -> Target {
        culling::meant(self, target, at)
    }

    /// The canvas has this size on the screen now [px]; the first time, the view is fitted. A canvas that is not
    /// laid out yet has no size and changes nothing.
    pub fn resize(&mut self, size: [f64; 2]) -> Vec<Effect> {
        if size[0] <= 0.0 || size[1] <= 0.0 {
            return Vec::new();
        }
        self.viewport.size = size;
        if !self.fitted {
            self.fitted = true;
            self.fit();
        }
        vec![Effect::Viewport]
    }

    /// Makes an edit that a fix, a dialog or a menu asks for, as one step of history.
    pub fn edit(&mut self, edit: &Edit) -> Vec<Effect> {
        match self.apply(edit) {
            Ok(()) => self.after_document(),
            Err(refusal) => vec![Effect::Refuse(refusal.0)],
        }
    }

    /// Makes an edit that a form field asks for while a person types or drags at this time [ms, any origin];
    /// edits of the same field within 500 ms are one step of history.
    pub fn edit_field(&mut self, edit: &Edit, now_ms: f64) -> Vec<Effect> {
        match self.apply_in_burst(edit, Burst::Field(without_value(edit)), now_ms) {
            Ok(()) => self.after_document(),
            Err(refusal) => vec![Effect::Refuse(refusal.0)],
        }
    }

    /// Puts an earlier version of the design in its place, as one step of history.
    pub fn restore(&mut self, design: Design) -> Vec<Effect> {
        gesture::cancel(self);
        self.burst = None;
        if !self.history.replace(design) {
            return vec![Effect::Announce("This is the design as it stands.".to_owned())];
        }
        self.note_ids();
        self.after_document()
    }

    /// Opens or leaves the world of an exercise.
    pub fn set_world(&mut self, world: Option<&'static World>) {
        self.world = world;
    }

    /// Selects exactly these.
    pub fn select(&mut self, selection: Selection) -> Vec<Effect> {
        self.burst = None;
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

    /// Places a block of this kind, selected, with its initial values: centered at a point of the screen
    /// [px from the canvas's top left corner], or on a free spot in view. With `connect` it stands beside the
    /// selected block and is linked to it. An unknown kind is refused.
    pub fn add_block(&mut self, block: &str, at: Option<[f64; 2]>, connect: bool) -> Vec<Effect> {
        place::add_block(self, block, at, connect)
    }

    /// The blocks to which a link may be drawn from this one: from left to right, then from top to bottom.
    pub fn targets(&self, from: NodeId) -> Vec<NodeId> {
        connect::targets(self.design(), from)
    }

    /// Links two blocks, as a form asks for it; refused where no link may be drawn.
    pub fn connect(&mut self, from: NodeId, to: NodeId) -> Vec<Effect> {
        connect::link(self, from, to)
    }

    /// Places the block that was chosen for a wish, selected and linked as wished. An unknown kind is refused.
    pub fn grant(&mut self, block: &str, wish: Wish) -> Vec<Effect> {
        place::grant(self, block, wish)
    }

    /// The kinds of blocks that a wish allows.
    pub fn fitting(&self, wish: &Wish) -> Vec<&'static About> {
        place::fitting(self, wish)
    }

    /// Puts a block of another kind in the place of the selected one; without one, places it like
    /// [`Session::add_block`].
    pub fn replace_block(&mut self, block: &str) -> Vec<Effect> {
        if self.selection.single_node().is_some() {
            place::replace(self, block)
        } else {
            place::add_block(self, block, None, false)
        }
    }

    /// Collapses this group to one box, or expands it, and selects it; as one step of history.
    pub fn toggle_collapsed(&mut self, id: GroupId) -> Vec<Effect> {
        collapse::toggle(self, id)
    }

    /// Adds the blocks and links of a format 1 text, selected, with new ids.
    pub fn paste(&mut self, text: &str) -> Vec<Effect> {
        clipboard::paste(self, text)
    }

    /// Pans so that this point lies in the middle of the view [canvas units].
    pub fn center_on(&mut self, at: [f64; 2]) -> Vec<Effect> {
        self.viewport.center_on(at);
        vec![Effect::Viewport]
    }

    /// How this browser's person works.
    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Works in this way from now on.
    pub fn set_settings(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Pans no more than needed to bring a block into view.
    pub fn reveal(&mut self, id: NodeId) -> Vec<Effect> {
        let Some(node) = self.design().node(id) else { return Vec::new() };
        let card = geometry::card(collapse::Boxes::of(self.design()).place(node));
        self.viewport.reveal(card);
        vec![Effect::Viewport]
    }

    fn connecting(&self) -> Option<&connect::Connecting> {
        self.connecting.as_ref()
    }

    fn fit(&mut self) {
        if let Some(extent) = geometry::extent(self.design()) {
            self.viewport.fit(extent);
        }
    }

    fn apply(&mut self, edit: &Edit) -> Result<(), Refusal> {
        self.burst = None;
        self.history.apply(&self.dressed(edit)?)?;
        self.note_ids();
        Ok(())
    }

    /// The edit together with what fills in the facts of the open exercise after it.
    fn dressed(&self, edit: &Edit) -> Result<Edit, Refusal> {
        let Some(world) = self.world else { return Ok(edit.clone()) };
        let mut after = Design::clone(self.design());
        edit.apply(&mut after)?;
        let dressing = world.dressing(&after);
        let all = || std::iter::once(edit.clone()).chain(dressing.clone()).collect();
        Ok(if dressing.is_empty() { edit.clone() } else { Edit::All(all()) })
    }

    fn apply_in_burst(&mut self, edit: &Edit, burst: Burst, now_ms: f64) -> Result<(), Refusal> {
        let goes_on = self.burst.as_ref().is_some_and(|(last, at)| *last == burst && now_ms - at <= BURST_MS);
        if goes_on {
            self.history.amend(edit)?;
        } else {
            self.apply(edit)?;
        }
        self.burst = Some((burst, now_ms));
        Ok(())
    }

    /// Ends a gesture; whether it changed the document.
    fn commit(&mut self) -> bool {
        self.burst = None;
        self.note_ids();
        self.history.commit()
    }

    /// What the page has to know after a change for good: what is gone is no longer selected.
    fn after_document(&mut self) -> Vec<Effect> {
        let design = Arc::clone(self.design());
        let before = self.selection.clone();
        self.selection.nodes.retain(|id| design.node(*id).is_some());
        self.selection.links.retain(|id| design.link(*id).is_some());
        self.selection.group = self.selection.group.filter(|id| design.group(*id).is_some());
        self.selection.notes.retain(|id| design.note(*id).is_some());
        let mut effects = vec![Effect::Document];
        if self.selection != before {
            effects.push(Effect::Selection);
        }
        effects
    }

    fn fresh_node_id(&mut self) -> NodeId {
        self.last_ids.0 += 1;
        NodeId(self.last_ids.0)
    }

    fn fresh_link_id(&mut self) -> LinkId {
        self.last_ids.1 += 1;
        LinkId(self.last_ids.1)
    }

    fn note_ids(&mut self) {
        let design = self.history.design();
        self.last_ids.0 = self.last_ids.0.max(design.next_node_id().0 - 1);
        self.last_ids.1 = self.last_ids.1.max(design.next_link_id().0 - 1);
    }
}

/// The field that an edit changes: the edit without its value.
fn without_value(edit: &Edit) -> Edit {
    match edit {
        Edit::Set(id, param, _) => Edit::Set(*id, param.clone(), None),
        Edit::SetLink(id, param, _) => Edit::SetLink(*id, param.clone(), None),
        Edit::Rename(id, _) => Edit::Rename(*id, String::new()),
        Edit::ChangeGroup(group) => Edit::RemoveGroup(group.id),
        Edit::SetFault(fault) => Edit::RemoveFault(fault.id),
        Edit::SetNote(note) => Edit::RemoveNote(note.id),
        Edit::SetName(_) => Edit::SetName(String::new()),
        Edit::SetObjectives(_) => Edit::SetObjectives(crate::design::Objectives::default()),
        Edit::SetRun(_) => Edit::SetRun(crate::design::Run::default()),
        other => other.clone(),
    }
}
