//! The designs in this browser: open, rename, duplicate, delete and bring back; new, and from a file.

use headroom::shelf::{self, Id, Listed};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::live::{CollectAny, live, some};
use crate::open;
use crate::panels::Dialog;
use crate::parts::{Icon, Modal, focus_and_select};
use crate::state::App;
use crate::store::{self, Browser};

/// The dialog.
#[component]
pub fn DesignList() -> impl IntoView {
    let app = App::get();
    store::flush(app);
    let renaming = RwSignal::new(None::<Id>);
    let is_deleted = |listed: &Listed| listed.deleted_ms.is_some();
    let all = move || {
        app.panels.shelf.track();
        shelf::list(&Browser)
    };
    let kept = live(move || {
        let kept: Vec<Listed> = all().into_iter().filter(|listed| !is_deleted(listed)).collect();
        if kept.is_empty() {
            return view! { <p class="empty">"Nothing is saved yet. A design is saved by itself as soon as you change it."</p> }.into_any();
        }
        view! { <ul class="designs">{kept.into_iter().map(|listed| view! { <Row listed renaming/> }).collect_any()}</ul> }
            .into_any()
    });
    let deleted = some(move || {
        let deleted: Vec<Listed> = all().into_iter().filter(is_deleted).collect();
        (!deleted.is_empty()).then(|| view! {
            <section aria-label="Deleted">
                <h3 class="head">"Deleted, kept for 30 days"</h3>
                <ul class="designs">{deleted.into_iter().map(|listed| view! { <Deleted listed/> }).collect_any()}</ul>
            </section>
        })
    });
    let fresh = move |_| {
        app.panels.dialog.set(None);
        open::fresh(app);
    };
    let file = move |_| {
        app.panels.dialog.set(None);
        app.command("page.open");
    };
    view! {
        <Modal title="Designs">
            {kept}
            {deleted}
            <footer>
                <button class="btn" type="button" on:click=move |_| app.panels.dialog.set(Some(Dialog::Versions))>
                    <Icon name="history"/>"Earlier versions"
                </button>
                <span class="grow"></span>
                <button class="btn" type="button" on:click=file><Icon name="upload"/>"Open a file"</button>
                <button class="primary" type="button" on:click=fresh><Icon name="plus"/>"New design"</button>
            </footer>
            <p class="quiet">"They stay in this browser only. Some browsers clear what pages store after a week: a file is the durable way to keep a design."</p>
        </Modal>
    }
}

#[component]
fn Row(listed: Listed, renaming: RwSignal<Option<Id>>) -> impl IntoView {
    let app = App::get();
    let id = listed.id;
    let title = title(&listed);
    let is_open = Memo::new(move |_| app.place.with(|place| place.id == Some(id)));
    let show = move |_| {
        app.panels.dialog.set(None);
        if !is_open.get_untracked() {
            open::slot(app, id);
        }
    };
    let words = StoredValue::new((title.clone(), in_words(&listed), kind(&listed)));
    let name = listed.name;
    let head = live(move || {
        if renaming.get() == Some(id) {
            return view! { <NameField id name=name.clone() renaming/> }.into_any();
        }
        let (title, text, kind) = words.get_value();
        let kind = kind.map(|kind| view! { <span class="tag">{kind}</span> });
        let here = some(move || is_open.get().then(|| view! { <span class="tag here">"open"</span> }));
        view! {
            <button class="entry" type="button" on:click=show>
                <b><span>{title}</span>{here}{kind}</b>
                <small>{text}</small>
            </button>
        }
        .into_any()
    });
    let button = move |icon: &'static str, what: &str, act: Box<dyn Fn() + Send>| {
        let label = format!("{what} “{title}”");
        view! {
            <button class="square" type="button" aria-label=label.clone() title=label on:click=move |_| act()><Icon name=icon/></button>
        }
    };
    view! {
        <li>
            {head}
            {button("pencil", "Rename", Box::new(move || renaming.set(Some(id))))}
            {button("copy", "Duplicate", Box::new(move || open::duplicate(app, id)))}
            {button("trash-2", "Delete", Box::new(move || open::delete(app, id)))}
        </li>
    }
}

/// The name of a design, edited where it stands in the list.
#[component]
fn NameField(id: Id, name: String, renaming: RwSignal<Option<Id>>) -> impl IntoView {
    let app = App::get();
    let field = NodeRef::<html::Input>::new();
    focus_and_select(field);
    let close = move |save: bool| {
        if renaming.get_untracked() != Some(id) {
            return;
        }
        let typed = field.get_untracked().map(|field| field.value());
        renaming.set(None);
        if let Some(typed) = typed.filter(|_| save) {
            open::rename(app, id, typed.trim());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" || event.key() == "Escape" {
            // The dialog stays open.
            event.prevent_default();
            event.stop_propagation();
            close(event.key() == "Enter");
        }
    };
    view! {
        <input node_ref=field type="text" aria-label="Name of the design" maxlength="200" value=name
            on:keydown=on_key on:blur=move |_| close(true)/>
    }
}

#[component]
fn Deleted(listed: Listed) -> impl IntoView {
    let app = App::get();
    let title = title(&listed);
    let label = format!("Bring back “{title}”");
    view! {
        <li>
            <span class="entry"><b>{title}</b><small>{in_words(&listed)}</small></span>
            <button class="btn small" type="button" aria-label=label on:click=move |_| open::undelete(app, listed.id)>
                <Icon name="undo-2"/>"Undo"
            </button>
        </li>
    }
}

fn title(listed: &Listed) -> String {
    if listed.name.is_empty() { "Untitled design".to_owned() } else { listed.name.clone() }
}

/// What stands beside the name when it is not simply a design of one's own.
fn kind(listed: &Listed) -> Option<&'static str> {
    let copy = listed.guest.is_some().then_some("copy");
    if listed.is_lesson { Some("exercise") } else { copy }
}

fn in_words(listed: &Listed) -> String {
    let when = store::moment(listed.deleted_ms.unwrap_or(listed.saved_ms));
    let what = if listed.deleted_ms.is_some() { "deleted" } else { "saved" };
    format!("{} · {what} {when}", shelf::size_in_words(listed.blocks, listed.links))
}
