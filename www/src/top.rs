//! The top bar: name, undo and redo, run, exercises, share, theme, help.

pub mod run;
pub mod traffic;

use headroom::design::Edit;
use headroom::session::command;
use leptos::prelude::*;

use crate::panels::Dialog;
use crate::parts::{Icon, keys_as_read};
use crate::state::App;
use crate::store;
use run::RunControls;

/// The top bar.
#[component]
pub fn Top() -> impl IntoView {
    let app = App::get();
    view! {
        <header class="top">
            <h1 class="mark"><Icon name="gauge" big=true/><span>"Headroom"</span></h1>
            <CommandButton id="page.designs" icon="folder-open"/>
            <Name/>
            <span class="sep"></span>
            <CommandButton id="edit.undo" icon="undo-2"/>
            <CommandButton id="edit.redo" icon="redo-2"/>
            <span class="grow"></span>
            <RunControls/>
            <span class="grow"></span>
            <div class="tools">
                <button class="btn" type="button" aria-label="Exercises" on:click=move |_| app.panels.dialog.set(Some(Dialog::Exercises))>
                    <Icon name="graduation-cap"/><span class="label">"Exercises"</span>
                </button>
                <button class="btn" type="button" aria-label="Share" on:click=move |_| app.command("page.share")>
                    <Icon name="share-2"/><span class="label">"Share"</span>
                </button>
                <PanelToggles/>
                <Theme/>
                <CommandButton id="page.shortcuts" icon="circle-question-mark"/>
            </div>
        </header>
    }
}

/// The design's name, edited in place.
#[component]
fn Name() -> impl IntoView {
    let app = App::get();
    let name = Memo::new(move |_| app.design.with(|design| design.name.clone()));
    let rename = move |event| app.edit_field(&Edit::SetName(event_target_value(&event)));
    view! {
        <input class="name" aria-label="Name of the design" placeholder="Untitled design" maxlength="200"
            prop:value=name on:input=rename/>
    }
}

/// A square button for a command, with its name and keys; grey while the command cannot be asked for.
#[component]
pub fn CommandButton(
    /// Id in `COMMANDS`.
    id: &'static str,
    /// Symbol in the sprite.
    icon: &'static str,
) -> impl IntoView {
    let app = App::get();
    let command = command::find(id);
    let label = command.map_or(id, |command| command.label);
    let keys = command.and_then(|command| command.keys.first());
    let title = keys.map_or_else(|| label.to_owned(), |keys| format!("{label} ({})", keys_as_read(keys)));
    let disabled = Memo::new(move |_| {
        app.design.track();
        app.selection.track();
        !command.is_some_and(|command| app.session.with_value(|session| (command.enabled)(session)))
    });
    view! {
        <button class="square" type="button" aria-label=label title=title disabled=disabled
            on:click=move |_| app.command(id)>
            <Icon name=icon/>
        </button>
    }
}

/// Opens and closes the panels at the sides.
#[component]
fn PanelToggles() -> impl IntoView {
    let app = App::get();
    let toggle = move |name: &'static str, icon: &'static str, label: &'static str, open: RwSignal<bool>| {
        let flip = move |_| {
            open.update(|open| *open = !*open);
            store::set_panel(name, open.get_untracked());
        };
        view! {
            <button class="square panel-toggle" type="button" aria-label=label title=label
                aria-pressed=move || open.get().to_string() on:click=flip>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        {toggle("palette", "panel-left", "Show the palette", app.panels.palette)}
        {toggle("dock", "panel-bottom", "Show findings and charts", app.panels.dock)}
        {toggle("inspector", "panel-right", "Show the inspector", app.panels.inspector)}
        <button class="square panel-toggle" type="button" aria-label="Blocks as a table" title="Blocks as a table (T)"
            aria-pressed=move || app.panels.table.get().to_string() on:click=move |_| app.command("page.table")>
            <Icon name="table-2"/>
        </button>
    }
}

/// Light or dark; follows the system until it is chosen here.
#[component]
fn Theme() -> impl IntoView {
    let app = App::get();
    let dark = app.panels.dark;
    let flip = move |_| {
        dark.set(!store::is_dark());
        store::set_dark(dark.get_untracked());
    };
    let icon = Signal::derive(move || if dark.get() { "sun" } else { "moon" });
    let label = move || if dark.get() { "Use light colors" } else { "Use dark colors" };
    view! {
        <button class="square" type="button" aria-label=move || label() title=move || label() on:click=flip><Icon name=icon/></button>
    }
}
