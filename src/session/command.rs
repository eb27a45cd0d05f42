//! Everything that a person can ask for, as one list that toolbar, menus, key map and shortcut sheet read.

use super::arrange::{self, Line};
use super::geometry;
use super::{Control, Effect, Mods, Panel, Selection, Session, Settings, Wish};
use super::{clipboard, collapse, connect, framing, gesture, groups, keys, notes, place};
use crate::design::{Design, Edit, Link, NodeId};
use crate::sorted;

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Name, such as `edit.undo`. Never changes.
    pub id: &'static str,
    /// What a person reads.
    pub label: &'static str,
    /// Keys, such as `Mod+Z`; several are alternatives. `Mod` is Ctrl, on a Mac Cmd. See [`chord`].
    pub keys: &'static [&'static str],
    /// Whether it can be asked for now.
    pub enabled: fn(&Session) -> bool,
    /// Does it at this time [ms].
    pub run: fn(&mut Session, f64) -> Vec<Effect>,
}

/// All commands, in the order of the shortcut sheet. What stands before the dot of an id is its section there.
pub static COMMANDS: &[Command] = &[
    // Edit.
    command("edit.undo", "Undo", &["Mod+Z"], |s| s.history.can_undo(), |s, _| undo(s)),
    command("edit.redo", "Redo", &["Mod+Shift+Z", "Mod+Y"], |s| s.history.can_redo(), |s, _| redo(s)),
    command("edit.cut", "Cut", &["Mod+X"], has_a_copy, |s, _| cut(s)),
    command("edit.copy", "Copy", &["Mod+C"], has_a_copy, |s, _| copy(s)),
    command("edit.paste", "Paste", &["Mod+V"], always, |_, _| vec![Effect::Paste]),
    command("edit.duplicate", "Duplicate", &["Mod+D"], has_a_copy, |s, _| clipboard::duplicate_beside(s)),
    command("edit.delete", "Delete", &["Delete", "Backspace"], has_any, |s, _| delete(s)),
    command(
        "edit.delete-join",
        "Delete and join its links",
        &["Mod+Delete", "Mod+Backspace"],
        has_one_node,
        |s, _| delete_and_join(s),
    ),
    command("edit.rename", "Rename", &["F2"], has_a_name, |s, _| rename(s)),
    command("edit.add", "Add a block", &["Tab"], always, |s, _| wish(s)),
    command("edit.add-right", "Add to the right and connect", &["Mod+ArrowRight"], has_one_node, |s, _| {
        place::wish_beside(s, [1, 0])
    }),
    command("edit.add-left", "Add to the left and connect", &["Mod+ArrowLeft"], has_one_node, |s, _| {
        place::wish_beside(s, [-1, 0])
    }),
    command("edit.add-above", "Add above right and connect", &["Mod+ArrowUp"], has_one_node, |s, _| {
        place::wish_beside(s, [0, -1])
    }),
    command("edit.add-below", "Add below right and connect", &["Mod+ArrowDown"], has_one_node, |s, _| {
        place::wish_beside(s, [0, 1])
    }),
    command("edit.note", "Write a note", &["N"], always, |s, _| notes::add(s)),
    command("edit.group", "Draw a group around it", &["Mod+G"], has_nodes, |s, _| groups::draw(s)),
    command("edit.frame", "Draw a group", &["F"], has_design, |s, _| framing::begin(s)),
    command("edit.dissolve", "Dissolve the group", &["Mod+Shift+G"], has_group, |s, _| groups::dissolve(s)),
    command(
        "edit.collapse",
        "Collapse or expand the group",
        &["Shift+G"],
        |s| collapse::target(s).is_some(),
        |s, _| collapse::target(s).map_or_else(Vec::new, |id| collapse::toggle(s, id)),
    ),
    command(
        "edit.connect",
        "Connect from here",
        &["C"],
        |s| connect::start_of_keys(s).is_some(),
        |s, _| connect::start_by_keys(s),
    ),
    command("edit.confirm", "Connect, or open the inspector", &["Enter"], can_confirm, |s, _| confirm(s)),
    command("edit.leave", "Leave: a gesture, then the selection", &["Escape"], always, |s, _| leave(s)),
    // Select.
    command("select.all", "Select all", &["Mod+A"], has_content, |s, _| select_all(s)),
    command("select.left", "Block to the left", &["Alt+ArrowLeft"], has_design, |s, _| {
        keys::walk(s, [-1, 0])
    }),
    command("select.right", "Block to the right", &["Alt+ArrowRight"], has_design, |s, _| {
        keys::walk(s, [1, 0])
    }),
    command("select.up", "Block above", &["Alt+ArrowUp"], has_design, |s, _| keys::walk(s, [0, -1])),
    command("select.down", "Block below", &["Alt+ArrowDown"], has_design, |s, _| keys::walk(s, [0, 1])),
    command(
        "select.group",
        "Group around it",
        &["G"],
        |s| groups::outer(s).is_some(),
        |s, _| groups::select_outer(s),
    ),
    command("select.previous-link", "Previous link", &["Alt+,"], has_any, |s, _| keys::walk_links(s, false)),
    command("select.next-link", "Next link", &["Alt+."], has_any, |s, _| keys::walk_links(s, true)),
    // Move.
    command("move.left", "Move left", &["ArrowLeft"], has_design, |s, t| keys::arrow(s, [-1, 0], 1, t)),
    command("move.right", "Move right", &["ArrowRight"], has_design, |s, t| keys::arrow(s, [1, 0], 1, t)),
    command("move.up", "Move up", &["ArrowUp"], has_design, |s, t| keys::arrow(s, [0, -1], 1, t)),
    command("move.down", "Move down", &["ArrowDown"], has_design, |s, t| keys::arrow(s, [0, 1], 1, t)),
    command("move.far-left", "Move left, four steps", &["Shift+ArrowLeft"], has_design, |s, t| {
        keys::arrow(s, [-1, 0], 4, t)
    }),
    command("move.far-right", "Move right, four steps", &["Shift+ArrowRight"], has_design, |s, t| {
        keys::arrow(s, [1, 0], 4, t)
    }),
    command("move.far-up", "Move up, four steps", &["Shift+ArrowUp"], has_design, |s, t| {
        keys::arrow(s, [0, -1], 4, t)
    }),
    command("move.far-down", "Move down, four steps", &["Shift+ArrowDown"], has_design, |s, t| {
        keys::arrow(s, [0, 1], 4, t)
    }),
    // Arrange.
    command("arrange.layout", "Lay out from left to right", &["Shift+L"], has_design, |s, _| {
        arrange::lay_out(s)
    }),
    command("arrange.left", "Align left edges", &["Alt+A"], has_several, |s, _| {
        arrange::align(s, 0, Line::Start)
    }),
    command("arrange.center", "Align centers", &["Alt+H"], has_several, |s, _| {
        arrange::align(s, 0, Line::Middle)
    }),
    command("arrange.right", "Align right edges", &["Alt+D"], has_several, |s, _| {
        arrange::align(s, 0, Line::End)
    }),
    command("arrange.top", "Align top edges", &["Alt+W"], has_several, |s, _| {
        arrange::align(s, 1, Line::Start)
    }),
    command("arrange.middle", "Align middles", &["Alt+V"], has_several, |s, _| {
        arrange::align(s, 1, Line::Middle)
    }),
    command("arrange.bottom", "Align bottom edges", &["Alt+S"], has_several, |s, _| {
        arrange::align(s, 1, Line::End)
    }),
    command("arrange.across", "Distribute from left to right", &["Mod+Alt+H"], has_three, |s, _| {
        arrange::distribute(s, 0)
    }),
    command("arrange.down", "Distribute from top to bottom", &["Mod+Alt+V"], has_three, |s, _| {
        arrange::distribute(s, 1)
    }),
    // View.
    command("view.zoom-in", "Zoom in", &["Mod++", "Mod+="], always, |s, _| {
        look(s, |s| s.viewport.zoom_step(true))
    }),
    command("view.zoom-out", "Zoom out", &["Mod+-"], always, |s, _| look(s, |s| s.viewport.zoom_step(false))),
    command("view.zoom-reset", "Zoom to 100 %", &["Mod+0"], always, |s, _| {
        look(s, |s| s.viewport.zoom_reset())
    }),
    command("view.fit", "Fit the design", &["Shift+1"], has_design, |s, _| look(s, Session::fit)),
    command("view.fit-selection", "Fit the selection", &["Shift+2"], has_a_copy, |s, _| {
        look(s, fit_selection)
    }),
    command("view.minimap", "Show or hide the map", &["Shift+M"], always, |s, _| {
        set(s, |settings| settings.minimap = !settings.minimap)
    }),
    command("view.wheel", "Wheel: zoom or pan", &[], always, |s, _| {
        set(s, |settings| settings.wheel_zooms = !settings.wheel_zooms)
    }),
    // Run.
    command("run.toggle", "Play or pause", &["Space"], always, |_, _| control(Control::Toggle)),
    command("run.step", "Step", &["."], always, |_, _| control(Control::Step)),
    command("run.restart", "Restart the run", &["R"], always, |_, _| control(Control::Restart)),
    command("run.reseed", "Restart with another seed", &["Shift+R"], always, |_, _| control(Control::Reseed)),
    command("run.kill", "Kill or revive", &["K"], has_one, |s, _| kill(s)),
    // Page.
    command("page.designs", "Designs", &["Mod+Shift+O"], always, |_, _| open(Panel::Designs)),
    command("page.versions", "Earlier versions", &[], always, |_, _| open(Panel::Versions)),
    command("page.open", "Open a file", &["Mod+O"], always, |_, _| open(Panel::OpenFile)),
    command("page.save", "Save a file", &["Mod+S"], always, |_, _| open(Panel::SaveFile)),
    command("page.svg", "Save as an SVG picture", &[], always, |_, _| open(Panel::SaveSvg)),
    command("page.png", "Save as a PNG picture", &[], always, |_, _| open(Panel::SavePng)),
    command("page.mermaid", "Mermaid text", &[], always, |_, _| open(Panel::Mermaid)),
    command("page.print", "Print", &["Mod+P"], always, |_, _| open(Panel::Print)),
    command("page.share", "Share", &["Mod+Shift+S"], always, |_, _| open(Panel::Share)),
    command("page.new", "New design", &[], always, |_, _| open(Panel::Fresh)),
    command("page.exercises", "Exercises", &[], always, |_, _| open(Panel::Exercises)),
    command("page.examples", "Examples", &[], always, |_, _| open(Panel::Examples)),
    command("page.find", "Find a block", &["Mod+F"], has_design, |_, _| open(Panel::Find)),
    command("page.next-region", "Next part of the page", &["F6"], always, |_, _| {
        open(Panel::Region { forward: true })
    }),
    command("page.previous-region", "Part of the page before", &["Shift+F6"], always, |_, _| {
        open(Panel::Region { forward: false })
    }),
    command("page.palette", "All commands", &["Mod+K", "Mod+Shift+P"], always, |_, _| open(Panel::Palette)),
    command("page.shortcuts", "Keyboard shortcuts", &["?"], always, |_, _| open(Panel::Shortcuts)),
    // The same design in other shapes.
    command("page.compare", "Compare with another design", &[], has_design, |_, _| open(Panel::Compare)),
    command("page.film", "Record 8 seconds of the run, or stop recording", &[], has_design, |_, _| {
        open(Panel::Film)
    }),
    command("page.table", "Blocks as a table", &["T", "Mod+Shift+L"], always, |_, _| open(Panel::Table)),
];

/// The command with this id.
pub fn find(id: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.id == id)
}

/// The command that this [`chord`] asks for.
pub fn by_chord(chord: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.keys.contains(&chord))
}

/// Whether a [`chord`] is a character alone, with Shift at most: what speech and a slip of the hand can press, so that it
/// can be switched off (WCAG 2.2, 2.1.4).
pub fn is_single(chord: &str) -> bool {
    let key = chord.strip_prefix("Shift+").unwrap_or(chord);
    key.chars().count() == 1
}

/// A key press as [`Command::keys`] writes it, from the browser's `key` and `code`: letters are capital and
/// independent of the layout's script, digits stand for their key also with Shift, symbols for themselves.
pub fn chord(key: &str, code: &str, mods: Mods) -> String {
    let (name, with_shift) = name_of(key, code, mods.alt);
    let mut chord = String::new();
    for (held, word) in [(mods.main, "Mod+"), (mods.alt, "Alt+"), (mods.shift && with_shift, "Shift+")] {
        if held {
            chord.push_str(word);
        }
    }
    chord + &name
}

pub(super) fn run(session: &mut Session, id: &str, now_ms: f64) -> Vec<Effect> {
    match find(id) {
        Some(command) if (command.enabled)(session) => (command.run)(session, now_ms),
        _ => Vec::new(),
    }
}

const fn command(
    id: &'static str,
    label: &'static str,
    keys: &'static [&'static str],
    enabled: fn(&Session) -> bool,
    run: fn(&mut Session, f64) -> Vec<Effect>,
) -> Command {
    Command { id, label, keys, enabled, run }
}

/// The key's name, and whether Shift is part of a chord with it (else it only makes the symbol).
fn name_of(key: &str, code: &str, alt: bool) -> (String, bool) {
    let physical = code.strip_prefix("Key").or_else(|| code.strip_prefix("Digit"));
    let mut chars = key.chars();
    let (Some(first), None) = (chars.next(), chars.next()) else { return (key.to_owned(), true) };
    match (first, physical) {
        (' ', _) => ("Space".to_owned(), true),
        ('a'..='z' | 'A'..='Z', _) => (first.to_ascii_uppercase().to_string(), true),
        // On a Mac, Alt makes another symbol of a key.
        (_, _) if alt && code == "Comma" => (",".to_owned(), false),
        (_, _) if alt && code == "Period" => (".".to_owned(), false),
        (_, Some(digit)) if code.starts_with("Digit") && first != '?' => (digit.to_owned(), true),
        (_, Some(letter)) if !first.is_ascii() => (letter.to_owned(), true),
        _ => (key.to_owned(), false),
    }
}

fn always(_: &Session) -> bool {
    true
}

fn has_design(session: &Session) -> bool {
    !session.design().nodes.is_empty()
}

/// Blocks or notes.
fn has_content(session: &Session) -> bool {
    has_design(session) || !session.design().notes.is_empty()
}

fn has_any(session: &Session) -> bool {
    session.selection != Selection::default()
}

fn has_nodes(session: &Session) -> bool {
    !session.selection.nodes.is_empty()
}

fn has_one_node(session: &Session) -> bool {
    session.selection.single_node().is_some()
}

fn has_several(session: &Session) -> bool {
    session.selection.nodes.len() + session.selection.notes.len() > 1
}

fn has_three(session: &Session) -> bool {
    session.selection.nodes.len() + session.selection.notes.len() > 2
}

fn has_group(session: &Session) -> bool {
    session.selection.group.is_some()
}

/// One block or one group.
fn has_one(session: &Session) -> bool {
    has_one_node(session) || has_group(session)
}

/// One block, one group or one note.
fn has_a_name(session: &Session) -> bool {
    has_one(session) || session.selection.single_note().is_some()
}

/// What can be copied: blocks or notes.
fn has_a_copy(session: &Session) -> bool {
    has_nodes(session) || !session.selection.notes.is_empty()
}

fn can_confirm(session: &Session) -> bool {
    session.connecting.is_some() || has_any(session)
}

fn open(panel: Panel) -> Vec<Effect> {
    vec![Effect::Open(panel)]
}

fn control(control: Control) -> Vec<Effect> {
    vec![Effect::Run(control)]
}

/// A block to be chosen; with one selected, it is linked with that one, else it comes into view.
fn wish(session: &Session) -> Vec<Effect> {
    if has_one_node(session) {
        let beside = place::wish_beside(session, [1, 0]);
        if !matches!(beside[..], [Effect::Refuse(_)]) {
            return beside;
        }
    }
    open(Panel::QuickAdd(Wish { at: None, partner: None }))
}

fn set(session: &mut Session, change: fn(&mut Settings)) -> Vec<Effect> {
    change(&mut session.settings);
    vec![Effect::Settings]
}

fn rename(session: &Session) -> Vec<Effect> {
    let node = session.selection.single_node().map(Panel::Rename);
    let group = session.selection.group.map(|_| Panel::RenameGroup);
    node.or(group).or(session.selection.single_note().map(Panel::Write)).map_or_else(Vec::new, open)
}

fn kill(session: &Session) -> Vec<Effect> {
    let node = session.selection.single_node().map(Control::KillOrRevive);
    node.or(session.selection.group.map(Control::LoseOrRevive)).map_or_else(Vec::new, control)
}

fn look(session: &mut Session, change: fn(&mut Session)) -> Vec<Effect> {
    change(session);
    vec![Effect::Viewport]
}

fn fit_selection(session: &mut Session) {
    let seen = collapse::apparent(session.design());
    let chosen = seen.nodes.iter().filter(|node| session.selection.nodes.contains(&node.id));
    let notes = seen.notes.iter().filter(|note| session.selection.notes.contains(&note.id));
    let all = geometry::bounds(chosen).into_iter().chain(notes.map(geometry::note));
    let bounds = all.reduce(|all, part| all.union(&part));
    drop(seen);
    if let Some(bounds) = bounds {
        session.viewport.fit(bounds);
    }
}

fn confirm(session: &mut Session) -> Vec<Effect> {
    match session.selection.single_note() {
        _ if session.connecting.is_some() => connect::complete(session),
        Some(note) => open(Panel::Write(note)),
        None => open(Panel::Inspector),
    }
}

/// Escape: first what is under way, then the selection.
fn leave(session: &mut Session) -> Vec<Effect> {
    if session.is_busy() {
        let was_keys = session.connecting.is_some();
        let mut effects = gesture::cancel(session);
        if was_keys {
            effects.push(Effect::Announce("Not connected.".to_owned()));
        }
        return effects;
    }
    if has_any(session) { session.select(Selection::default()) } else { Vec::new() }
}

fn select_all(session: &mut Session) -> Vec<Effect> {
    let design = session.design();
    let nodes = design.nodes.iter().map(|node| node.id);
    let links = design.links.iter().map(|link| link.id);
    let notes = sorted::set(design.notes.iter().map(|note| note.id));
    let (nodes, links) = (sorted::set(nodes), sorted::set(links));
    let mut effects = session.select(Selection { nodes, links, notes, group: None });
    effects.extend(session.announce_selection());
    effects
}

fn copy(session: &Session) -> Vec<Effect> {
    vec![Effect::Copy(clipboard::text(session)), Effect::Announce(clipboard::copied(session))]
}

fn cut(session: &mut Session) -> Vec<Effect> {
    let mut effects = vec![Effect::Copy(clipboard::text(session))];
    effects.extend(delete(session));
    effects
}

fn delete(session: &mut Session) -> Vec<Effect> {
    gesture::cancel(session);
    if has_group(session) {
        return groups::dissolve(session);
    }
    let text = format!("Deleted {}.", selection_in_words(&session.selection));
    let links = session.selection.links.iter().map(|id| Edit::RemoveLink(*id));
    let nodes = session.selection.nodes.iter().map(|id| Edit::RemoveNode(*id));
    let notes = session.selection.notes.iter().map(|id| Edit::RemoveNote(*id));
    let edit = Edit::All(links.chain(nodes).chain(notes).collect());
    announced(session.edit(&edit), text)
}

/// Takes a block out of the middle: every caller then calls what the block called.
fn delete_and_join(session: &mut Session) -> Vec<Effect> {
    gesture::cancel(session);
    let Some(id) = session.selection.single_node() else { return Vec::new() };
    let text = format!("Deleted {} and joined its links.", session.design().title_of(id));
    let mut edits = vec![Edit::RemoveNode(id)];
    let mut after = Design::clone(session.design());
    if edits[0].apply(&mut after).is_err() {
        return Vec::new();
    }
    for (from, to, values) in joins(session.design(), id) {
        let edit = Edit::AddLink(Link { id: session.fresh_link_id(), from, to, values });
        // What may not be linked, or is linked already, is left out.
        if edit.apply(&mut after).is_ok() {
            edits.push(edit);
        }
    }
    announced(session.edit(&Edit::All(edits)), text)
}

fn joins(design: &Design, id: NodeId) -> Vec<(NodeId, NodeId, crate::blocks::param::Values)> {
    let into = design.links.iter().filter(|link| link.to == id && link.from != id);
    let out = || design.links.iter().filter(|link| link.from == id && link.to != id);
    into.flat_map(|a| out().map(move |b| (a.from, b.to, a.values.clone()))).collect()
}

fn announced(mut effects: Vec<Effect>, text: String) -> Vec<Effect> {
    if effects.contains(&Effect::Document) {
        effects.push(Effect::Announce(text));
    }
    effects
}

fn undo(session: &mut Session) -> Vec<Effect> {
    gesture::cancel(session);
    let before = session.design().clone();
    session.history.undo();
    after_travel(session, &before, "Undone.")
}

fn redo(session: &mut Session) -> Vec<Effect> {
    gesture::cancel(session);
    let before = session.design().clone();
    session.history.redo();
    after_travel(session, &before, "Redone.")
}

/// Selects what the step brought back, moved or changed; when nothing of that remains, keeps the selection.
fn after_travel(session: &mut Session, before: &Design, text: &str) -> Vec<Effect> {
    session.burst = None;
    let design = session.design();
    let nodes = design.nodes.iter().filter(|node| before.node(node.id) != Some(node)).map(|node| node.id);
    let links = design.links.iter().filter(|link| before.link(link.id) != Some(link)).map(|link| link.id);
    let notes = design.notes.iter().filter(|note| before.note(note.id) != Some(note)).map(|note| note.id);
    let (nodes, links, notes) = (sorted::set(nodes), sorted::set(links), sorted::set(notes));
    let mut touched = Selection { nodes, links, notes, group: None };
    if !touched.nodes.is_empty() {
        // Blocks that came back bring their links with them: those are not selected on top.
        touched.links.clear();
    }
    if touched != Selection::default() {
        session.selection = touched;
    }
    let mut effects = session.after_document();
    if !effects.contains(&Effect::Selection) {
        effects.push(Effect::Selection);
    }
    effects.push(Effect::Announce(text.to_owned()));
    effects
}

/// “2 blocks and 1 link”.
fn selection_in_words(selection: &Selection) -> String {
    let Selection { nodes, links, notes, .. } = selection;
    clipboard::all_of([(nodes.len(), "block"), (links.len(), "link"), (notes.len(), "note")])
}

impl Session {
    /// Says what is selected when it is more than one thing; one block says so itself when focused.
    pub(super) fn announce_selection(&self) -> Option<Effect> {
        let count = self.selection.count();
        let text = || format!("{} selected.", selection_in_words(&self.selection));
        (count > 1).then(|| Effect::Announce(text()))
    }
}
