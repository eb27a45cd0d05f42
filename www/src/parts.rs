//! Small parts that several panels share: icon, keys, tabs, progress, dialog.

use headroom::figures;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::live::{CollectAny, some};
use crate::state::App;

/// An icon of the sprite; decoration, so that assistive technology skips it.
#[component]
pub fn Icon(
    /// Symbol in `static/icons.svg`, which stands in the page.
    #[prop(into)]
    name: Signal<&'static str>,
    /// 20 instead of 16 pixels.
    #[prop(optional)]
    big: bool,
) -> impl IntoView {
    let address = move || format!("#{}", name.get());
    view! {
        <svg class="ico" class:big=big aria-hidden="true">
            <use href=move || address()></use>
        </svg>
    }
}

/// Keys as this machine's keyboard names them: `Ctrl+←`, on a Mac `⌘←`.
pub fn keys_as_read(keys: &str) -> String {
    let mac = window().navigator().platform().is_ok_and(|name| name.starts_with("Mac"));
    let keys =
        if mac { keys.replace("Mod+", "⌘").replace("Alt+", "⌥") } else { keys.replace("Mod", "Ctrl") };
    let arrows = [("ArrowLeft", "←"), ("ArrowRight", "→"), ("ArrowUp", "↑"), ("ArrowDown", "↓")];
    arrows.into_iter().fold(keys, |keys, (name, sign)| keys.replace(name, sign))
}

/// Tabs of a panel: `selected` holds the place of the one that is open.
#[component]
pub fn Tabs(
    /// Their names.
    names: &'static [&'static str],
    /// Which is open.
    selected: RwSignal<usize>,
    /// How they look.
    class: &'static str,
) -> impl IntoView {
    let tab = move |(index, name): (usize, &'static str)| {
        view! {
            <button type="button" role="tab" aria-selected=move || (selected.get() == index).to_string()
                on:click=move |_| selected.set(index)>
                {name}
            </button>
        }
    };
    view! { <div class=class role="tablist">{names.iter().copied().enumerate().map(tab).collect_any()}</div> }
}

/// How far something is that takes a while; nothing when it is not under way.
#[component]
pub fn Progress(
    /// What is being done, as a person reads it.
    name: &'static str,
    /// Share that is done (0–1).
    #[prop(into)]
    share: Signal<Option<f64>>,
    /// Stops it, where nothing else here does.
    #[prop(optional)]
    stop: Option<Callback<()>>,
) -> impl IntoView {
    // The view stays while the share grows, so that a button in it keeps the focus.
    let busy = Memo::new(move |_| share.with(Option::is_some));
    some(move || {
        let began_ms = js_sys::Date::now();
        busy.get().then(|| {
            let done = move || share.get().unwrap_or(1.0);
            let text = move || {
                let done = done();
                let left = figures::left((js_sys::Date::now() - began_ms) / 1e3, done);
                let left = left.map_or_else(String::new, |left| format!(", {left}"));
                format!("{name}: {}{left}", figures::share((done * 100.0).floor() / 100.0))
            };
            view! {
                <progress max="1" value=move || done().to_string() aria-label=name></progress>
                <p class="quiet">{move || text()}</p>
                {stop.map(|stop| view! { <button class="btn small" type="button" on:click=move |_| stop.run(())>"Stop"</button> })}
            }
        })
    })
}

/// A field takes the focus when it appears, with all that stands in it selected.
pub fn focus_and_select(field: NodeRef<html::Input>) {
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
}

/// On a phone: closes the bottom sheet that it stands in.
#[component]
pub fn CloseSheet() -> impl IntoView {
    let app = App::get();
    view! {
        <button class="square sheet-close" type="button" aria-label="Close the panel"
            on:click=move |_| app.panels.sheet.set(None)>
            <Icon name="x"/>
        </button>
    }
}

/// A modal dialog with a title; Escape and the cross close it and give the focus back.
#[component]
pub fn Modal(
    /// Its title, also its accessible name.
    #[prop(into)]
    title: String,
    /// As wide as the window lets it be.
    #[prop(optional)]
    broad: bool,
    children: Children,
) -> impl IntoView {
    let app = App::get();
    let dialog = NodeRef::<html::Dialog>::new();
    give_back_focus();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.show_modal();
        }
    });
    let close = move || app.panels.dialog.set(None);
    let label = title.clone();
    view! {
        <dialog node_ref=dialog class="dialog" class:broad=broad aria-label=label on:close=move |_| close()>
            <header>
                <h2>{title}</h2>
                <button class="square" type="button" aria-label="Close" on:click=move |_| close()>
                    <Icon name="x"/>
                </button>
            </header>
            <div class="body">{children()}</div>
        </dialog>
    }
}

/// Once the current owner is gone, the focus returns to where it is now.
fn give_back_focus() {
    let before = document().active_element().and_then(|element| element.dyn_into::<HtmlElement>().ok());
    let before = StoredValue::new_local(before);
    on_cleanup(move || {
        if let Some(Some(element)) = before.try_get_value() {
            let _ = element.focus();
        }
    });
}
