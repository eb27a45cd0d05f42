//! The share dialog: the readable and the compact link with their lengths, copy, file.

use headroom::figures;
use headroom::share;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::effects;
use crate::live::some;
use crate::open;
use crate::parts::{Icon, Modal};
use crate::state::App;

/// Chat tools cut longer links [characters].
const CHAT: usize = 2_000;
/// Address bars cut longer links [characters].
const ADDRESS: usize = 32_000;

/// The dialog.
#[component]
pub fn ShareDialog() -> impl IntoView {
    let app = App::get();
    let design = app.current();
    let readable = link(&share::readable_fragment(&design));
    let compact = link(&share::compact_fragment(&design));
    let choose_compact = RwSignal::new(readable.len() > CHAT);
    let links = StoredValue::new([readable, compact]);
    let chosen = move || links.with_value(|links| links[usize::from(choose_compact.get())].clone());
    let length = move |which: usize| links.with_value(|links| links[which].len());
    view! {
        <Modal title="Share">
            <p>"The link carries the whole design, with traffic and seed. It stands behind the #: no server sees it."</p>
            <Choice name="Readable link" hint="JSON that a person or a script can read and write" which=0 length=length(0) choose_compact/>
            <Choice name="Compact link" hint="The same, compressed, for long designs" which=1 length=length(1) choose_compact/>
            <Link text=Signal::derive(chosen)/>
            <Warning length=Signal::derive(move || length(usize::from(choose_compact.get())))/>
            <footer>
                <OpenFile/>
                <button class="btn" type="button" on:click=move |_| save(app)><Icon name="download"/>"Save a file"</button>
                <CopyButton text=Signal::derive(chosen)/>
            </footer>
            <p class="quiet">"A file is the durable way to keep a design: some browsers clear what pages store after a week."</p>
        </Modal>
    }
}

#[component]
fn Choice(
    name: &'static str,
    hint: &'static str,
    which: usize,
    length: usize,
    choose_compact: RwSignal<bool>,
) -> impl IntoView {
    let is_chosen = move || usize::from(choose_compact.get()) == which;
    view! {
        <label class="choice">
            <input type="radio" name="link" prop:checked=move || is_chosen() on:change=move |_| choose_compact.set(which == 1)/>
            <b>{name}</b>
            <span class="quiet">{figures::whole(length as u64)}" characters"</span>
            <small>{hint}</small>
        </label>
    }
}

#[component]
fn Link(text: Signal<String>) -> impl IntoView {
    let field = NodeRef::<html::Textarea>::new();
    let select = move |_| field.get_untracked().into_iter().for_each(|field| field.select());
    view! {
        <textarea node_ref=field readonly=true aria-label="Link" prop:value=text on:focus=select></textarea>
    }
}

#[component]
fn Warning(length: Signal<usize>) -> impl IntoView {
    some(move || {
        let length = length.get();
        let text = if length > ADDRESS {
            "Longer than 32,000 characters: address bars cut such links. Send the file instead."
        } else if length > CHAT {
            "Longer than 2,000 characters: some chat and mail tools cut such links. A file is safer there."
        } else {
            return None;
        };
        Some(view! { <p class="warn" role="note"><Icon name="triangle-alert"/>{text}</p> })
    })
}

#[component]
fn CopyButton(text: Signal<String>) -> impl IntoView {
    let app = App::get();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        effects::copy(app, &text.get_untracked());
        copied.set(true);
        app.voice.polite.set("Link copied.".to_owned());
    };
    let icon = Signal::derive(move || if copied.get() { "check" } else { "clipboard-copy" });
    view! {
        <button class="primary" type="button" on:click=copy>
            <Icon name=icon/>{move || if copied.get() { "Copied" } else { "Copy the link" }}
        </button>
    }
}

/// Opens a file that was saved here.
#[component]
fn OpenFile() -> impl IntoView {
    let app = App::get();
    let field = NodeRef::<html::Input>::new();
    let choose = move |_| field.get_untracked().into_iter().for_each(|field| field.click());
    let read = move |_| {
        let file = field.get_untracked().and_then(|field| field.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            leptos::task::spawn_local(async move {
                let text = wasm_bindgen_futures::JsFuture::from(file.text()).await;
                app.panels.dialog.set(None);
                match text.ok().and_then(|text| text.as_string()) {
                    Some(text) => open::file(app, &text),
                    None => app.refuse("This file cannot be read."),
                }
            });
        }
    };
    view! {
        <input class="hidden" type="file" accept="application/json,.json" aria-label="Open a file" node_ref=field on:change=read tabindex="-1"/>
        <button class="btn" type="button" on:click=choose><Icon name="upload"/>"Open a file"</button>
    }
}

/// The address of the page with this behind the #.
fn link(fragment: &str) -> String {
    let location = window().location();
    let here = [location.origin(), location.pathname()].map(Result::unwrap_or_default).concat();
    format!("{here}#{fragment}")
}

/// Saves the design as a file.
fn save(app: App) {
    let design = app.current();
    let options = BlobPropertyBag::new();
    options.set_type("application/json");
    let parts = js_sys::Array::of1(&share::to_file(&design).into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options);
    let address = blob.and_then(|blob| Url::create_object_url_with_blob(&blob));
    let (Ok(address), Ok(link)) = (address, document().create_element("a")) else {
        return app.refuse("This browser cannot save the file.");
    };
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(&address);
    link.set_download(&format!("{}.json", file_name(&design.name)));
    link.click();
    let _ = Url::revoke_object_url(&address);
}

/// A file name that every system takes.
fn file_name(name: &str) -> String {
    let kept: String =
        name.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let words: Vec<&str> = kept.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() { "headroom-design".to_owned() } else { words.join("-") }
}
