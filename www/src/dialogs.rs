//! The one dialog that is open.

mod commands;
mod compare;
mod designs;
mod exercises;
mod mermaid;
mod share;
mod versions;

use leptos::prelude::*;

use crate::chart::{Spread, TimeSeries, Waterfall};
use crate::live::{CollectAny, live};
use crate::panels::Dialog;
use crate::parts::Modal;
use crate::state::App;
use commands::{CommandPalette, FindBlock, Shortcuts};
use compare::Compare;
use designs::DesignList;
use exercises::ExerciseList;
use mermaid::MermaidText;
use share::ShareDialog;
use versions::VersionList;

/// Shows the dialog that is open, if any.
#[component]
pub fn Dialogs() -> impl IntoView {
    let app = App::get();
    live(move || match app.panels.dialog.get() {
        None => ().into_any(),
        Some(Dialog::Share) => view! { <ShareDialog/> }.into_any(),
        Some(Dialog::Designs) => view! { <DesignList/> }.into_any(),
        Some(Dialog::Versions) => view! { <VersionList/> }.into_any(),
        Some(Dialog::Mermaid) => view! { <MermaidText/> }.into_any(),
        Some(Dialog::Exercises) => view! { <ExerciseList/> }.into_any(),
        Some(Dialog::Shortcuts) => view! { <Shortcuts/> }.into_any(),
        Some(Dialog::Commands) => view! { <CommandPalette/> }.into_any(),
        Some(Dialog::Compare) => view! { <Compare/> }.into_any(),
        Some(Dialog::Charts) => {
            view! { <Modal title="The run in time" broad=true><TimeSeries large=true/></Modal> }.into_any()
        }
        Some(Dialog::Spread) => {
            view! { <Modal title="How latency spreads" broad=true><Spread large=true/></Modal> }.into_any()
        }
        Some(Dialog::Slowest) => {
            view! { <Modal title="A slow request" broad=true><Waterfall large=true/></Modal> }.into_any()
        }
        Some(Dialog::Find) => view! { <FindBlock/> }.into_any(),
        Some(Dialog::Opened(title, text, notes)) => view! { <Opened title text notes/> }.into_any(),
    })
}

/// What came of opening a link or a file.
#[component]
fn Opened(title: String, text: String, notes: Vec<String>) -> impl IntoView {
    let app = App::get();
    let notes = (!notes.is_empty()).then(|| {
        view! { <ul>{notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_any()}</ul> }
    });
    view! {
        <Modal title>
            <p>{text}</p>
            {notes}
            <footer>
                <button class="primary" type="button" on:click=move |_| app.panels.dialog.set(None)>"OK"</button>
            </footer>
        </Modal>
    }
}
