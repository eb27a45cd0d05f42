//! The shortcut sheet and the command palette, both made from the list of commands; and finding a block.

use headroom::blocks::{self, About};
use headroom::design::{Node, NodeId};
use headroom::session::{COMMANDS, Command};
use leptos::prelude::*;

use crate::chooser::{Chooser, Entry};
use crate::keys;
use crate::live::CollectAny;
use crate::parts::{Modal, keys_as_read};
use crate::state::App;

/// Every command with its keys, by section.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let section = |name: &'static str| {
        let rows = COMMANDS.iter().filter(move |command| section_of(command) == name);
        view! {
            <section>
                <h4>{name}</h4>
                <dl class="keys">{rows.map(|command| view! { <dt>{command.label}</dt><dd><Keys command/></dd> }).collect_any()}</dl>
            </section>
        }
    };
    let mut sections: Vec<&'static str> = COMMANDS.iter().map(section_of).collect();
    sections.dedup();
    view! {
        <Modal title="Keyboard shortcuts">
            <p>"Single keys act while the canvas has the focus."</p>
            {sections.into_iter().map(section).collect_any()}
            <p><a href="static/fidelity.html" target="_blank" rel="noopener">"How right are these numbers?"</a></p>
        </Modal>
    }
}

/// Commands by name: type, choose with the arrows, Enter.
#[component]
pub fn CommandPalette() -> impl IntoView {
    let app = App::get();
    let entry = move |command: &'static Command| {
        let keys = command.keys.first().map_or_else(String::new, |keys| keys_as_read(keys));
        Entry::new(command.label, &keys, move || {
            app.panels.dialog.set(None);
            app.command(command.id);
        })
    };
    let enabled = |command: &&Command| app.session.with_value(|session| (command.enabled)(session));
    let entries = COMMANDS.iter().filter(enabled).map(entry).collect();
    view! {
        <Modal title="All commands"><Chooser label="Find a command" entries nothing="No command like that."/></Modal>
    }
}

/// Blocks by name: choosing one selects it and brings it into view.
#[component]
pub fn FindBlock() -> impl IntoView {
    let app = App::get();
    let entry = |(id, title, about): (NodeId, String, Option<&'static About>)| {
        let entry = Entry::new(&title, about.map_or("Unknown block", |about| about.name), move || {
            app.panels.dialog.set(None);
            app.select_node(id);
            // The dialog gives the focus back to where it was, in its own time.
            request_animation_frame(keys::focus_canvas);
        });
        entry.with_icon(about.map_or("unknown", |about| about.icon))
    };
    let entries = app.design.with_untracked(|design| {
        let about = |node: &Node| blocks::find(&node.block).map(|block| block.about());
        let all = design.nodes.iter().map(|node| (node.id, design.title(node).to_owned(), about(node)));
        all.map(entry).collect()
    });
    view! {
        <Modal title="Find a block"><Chooser label="Name or kind of the block" entries nothing="No block like that in this design."/></Modal>
    }
}

#[component]
fn Keys(command: &'static Command) -> impl IntoView {
    command.keys.iter().map(|keys| view! { <kbd>{keys_as_read(keys)}</kbd> }).collect_any()
}

/// Sections of the sheet: what stands before the dot of an id.
fn section_of(command: &Command) -> &'static str {
    command.id.split('.').next().unwrap_or(command.id)
}
