//! The design as Mermaid text, and a Mermaid flowchart as a design.

use headroom::{file, mermaid};
use leptos::html;
use leptos::prelude::*;

use crate::parts::{Icon, Modal};
use crate::state::App;
use crate::{effects, open, pictures};

/// The dialog.
#[component]
pub fn MermaidText() -> impl IntoView {
    let app = App::get();
    let own = mermaid::write(&app.current());
    let field = NodeRef::<html::Textarea>::new();
    let typed = move || field.get_untracked().map(|field| field.value()).unwrap_or_default();
    let read = move |_| {
        app.panels.dialog.set(None);
        match file::open(typed().as_bytes()) {
            Ok(opened) => open::file(app, &opened),
            Err(failure) => open::explain(app, "This text cannot be opened", &failure),
        }
    };
    let copy = move |_| {
        effects::copy(app, &typed());
        app.say("Copied.");
    };
    view! {
        <Modal title="Mermaid">
            <p>"This design as a Mermaid flowchart: names, kinds, links, groups and notes. Parameters do not fit into it."</p>
            <textarea class="tall" node_ref=field aria-label="Mermaid text" spellcheck="false" prop:value=own></textarea>
            <p class="quiet">"Or put a flowchart of your own in its place and open it. Kinds are guessed from the labels; what was not understood is listed."</p>
            <footer>
                <button class="btn" type="button" on:click=copy><Icon name="clipboard-copy"/>"Copy"</button>
                <button class="btn" type="button" on:click=move |_| pictures::save_mermaid(app)><Icon name="download"/>"Save a file"</button>
                <button class="primary" type="button" on:click=read><Icon name="file-code"/>"Open this text"</button>
            </footer>
        </Modal>
    }
}
