//! The shortcut sheet and the command palette, both made from the list of commands.

use headroom::session::{COMMANDS, Command};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::keys;
use crate::live::CollectAny;
use crate::parts::{Icon, Modal, keys_as_read};
use crate::state::App;

/// Every command with its keys, by section.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let section = |name: &'static str| {
        let rows = COMMANDS.iter().filter(move |command| section_of(command) == name);
        view! {
            <section>
                <h3 class="head">{name}</h3>
                <dl class="keys">{rows.map(|command| view! { <dt>{command.label}</dt><dd><Keys command/></dd> }).collect_any()}</dl>
            </section>
        }
    };
    let mut sections: Vec<&'static str> = COMMANDS.iter().map(section_of).collect();
    sections.dedup();
    view! {
        <Modal title="Keyboard shortcuts">
            <label class="choice single">
                <input type="checkbox" prop:checked=keys::acts_singly()
                    on:change=|event| keys::set_singly(event_target_checked(&event))/>
                "Single keys, such as C and K, act while the canvas has the focus"
                <small>"Switch them off when you speak to your computer or often press a key by accident. The commands stay in the menus and under all commands."</small>
            </label>
            {sections.into_iter().map(section).collect_any()}
            <p><a href="static/fidelity.html" target="_blank" rel="noopener">"How right are these numbers?"</a></p>
        </Modal>
    }
}

/// Commands by name: type, choose with the arrows, Enter.
#[component]
pub fn CommandPalette() -> impl IntoView {
    let app = App::get();
    let wanted = RwSignal::new(String::new());
    let chosen = RwSignal::new(0usize);
    let found = move || {
        let wanted = wanted.get().to_ascii_lowercase();
        let fits = move |command: &&'static Command| {
            command.label.to_ascii_lowercase().contains(&wanted)
                && app.session.with_value(|session| (command.enabled)(session))
        };
        COMMANDS.iter().filter(fits).take(12).collect::<Vec<_>>()
    };
    let run = move |command: &'static Command| {
        app.panels.dialog.set(None);
        app.command(command.id);
    };
    let on_key = move |event: KeyboardEvent| {
        let count = found().len().max(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => chosen.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some(command) = found().get(chosen.get_untracked()) {
                    run(command);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| input.get().map(|input| input.focus()));
    let type_in = move |event| {
        wanted.set(event_target_value(&event));
        chosen.set(0);
    };
    let item = move |(index, command): (usize, &'static Command)| {
        view! {
            <button type="button" role="option" class:primary=move || chosen.get() == index
                aria-selected=move || (chosen.get() == index).to_string() on:click=move |_| run(command)>
                {command.label}<Keys command/>
            </button>
        }
    };
    view! {
        <Modal title="All commands">
            <label class="find">
                <Icon name="search"/>
                <input node_ref=input aria-label="Find a command" placeholder="Find a command" on:input=type_in on:keydown=on_key/>
            </label>
            <div class="items" role="listbox" aria-label="Commands">
                {move || found().into_iter().enumerate().map(item).collect_any()}
            </div>
        </Modal>
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
