//! Notes: texts on the canvas, read as they stand and written in place.

use headroom::design::NoteId;
use headroom::session::geometry::NOTE_WIDTH;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::live::each;
use crate::state::App;

/// All notes, in drawing order.
#[component]
pub fn Notes() -> impl IntoView {
    let app = App::get();
    let order = Memo::new(move |_| {
        app.design.with(|design| design.notes.iter().map(|note| note.id.0).collect::<Vec<_>>())
    });
    each(move || order.get(), |id| view! { <Paper id=NoteId(id)/> })
}

#[component]
fn Paper(id: NoteId) -> impl IntoView {
    let app = App::get();
    let place = Memo::new(move |_| {
        // The session has the place also in the middle of a drag, the design not yet.
        app.cards.moves.track();
        app.design.track();
        app.session.with_value(|session| session.design().note(id).map(|note| note.at))
    });
    let text = Memo::new(move |_| {
        app.design.with(|design| design.note(id).map_or_else(String::new, |note| note.text.clone()))
    });
    let selected = Memo::new(move |_| app.selection.with(|selection| selection.notes.contains(&id)));
    let writing = Memo::new(move |_| app.panels.writing.get() == Some(id));
    let corner = move || place.get().map(|[x, y]| format!("translate({x}px,{y}px)"));
    let content = move || match writing.get() {
        true => view! { <Field id text=text.get_untracked()/> }.into_any(),
        false => view! { <p>{text}</p> }.into_any(),
    };
    view! {
        <div class="note" data-note=id.0 role="note" aria-label=move || format!("Note: {}", text.get()) class:selected=selected
            style:transform=move || corner() style:width=format!("{NOTE_WIDTH}px")>
            {move || content()}
        </div>
    }
}

#[component]
fn Field(id: NoteId, text: String) -> impl IntoView {
    let app = App::get();
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| field.get().map(|field| field.focus()));
    let close = move || {
        if app.panels.writing.get_untracked() == Some(id) {
            let written = field.get_untracked().map(|field| field.value()).unwrap_or_default();
            app.panels.writing.set(None);
            app.ask(|session| session.write_note(id, &written));
            crate::keys::focus_canvas();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        event.stop_propagation();
        if event.key() == "Escape" || event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            close();
        }
    };
    view! {
        <textarea node_ref=field aria-label="Text of the note" rows="4" maxlength="2000" placeholder="Write a note. Escape ends."
            on:keydown=on_key on:blur=move |_| close()>{text}</textarea>
    }
}
