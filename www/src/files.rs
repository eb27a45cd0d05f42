//! Files: opened by the picker or dropped on the page, saved where the person says, or downloaded where the browser
//! has no way to ask.

use std::cell::RefCell;

use headroom::shelf::Id;
use headroom::{file, share};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, DragEvent, File, HtmlAnchorElement, HtmlInputElement, Url};

use crate::open;
use crate::state::App;
use crate::store;

/// A kind of file that is saved.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What the picker calls it.
    pub name: &'static str,
    /// Its media type.
    pub media: &'static str,
    /// How the name ends.
    pub ending: &'static str,
}

/// A design as JSON.
pub const DESIGN: Kind =
    Kind { name: "Headroom design", media: "application/json", ending: ".headroom.json" };
/// What can be opened, by the endings of names.
const OPENED: [&str; 7] = [".json", ".png", ".svg", ".mmd", ".mermaid", ".md", ".txt"];

thread_local! {
    /// The file that belongs to an open design: saving again writes it without asking.
    static HANDLE: RefCell<Option<(Option<Id>, JsValue)>> = const { RefCell::new(None) };
}

/// Saves the design as a file: into the one that it came from or was saved in before, else where the person says.
pub fn save(app: App) {
    let design = app.current();
    let bytes = share::to_file(&design).into_bytes();
    let known = HANDLE.with_borrow(|handle| {
        let id = app.place.with_untracked(|place| place.id);
        handle.as_ref().filter(|(of, _)| id.is_some() && *of == id).map(|(_, handle)| handle.clone())
    });
    let name = file::name(&design.name);
    leptos::task::spawn_local(async move {
        match known {
            Some(handle) => tell(app, &name, write(&handle, &bytes).await.map(|()| Some(handle))),
            None => offer(app, &name, DESIGN, bytes).await,
        }
    });
}

/// Saves bytes under a name that the person may change.
pub async fn offer(app: App, name: &str, kind: Kind, bytes: Vec<u8>) {
    let full = format!("{name}{}", kind.ending);
    let Some(picker) = function("showSaveFilePicker") else { return download(app, &full, kind, &bytes) };
    let accept = object(&[(kind.media, Array::of1(&kind.ending.into()).into())]);
    let types = Array::of1(&object(&[("description", kind.name.into()), ("accept", accept)]));
    let options = object(&[("suggestedName", full.as_str().into()), ("types", types.into())]);
    let saved = match picked(&picker, &options).await {
        Ok(Some(handle)) => write(&handle, &bytes).await.map(|()| Some(handle)),
        Ok(None) => return,
        // A page inside another one, for example, may not ask: then the browser puts it where downloads go.
        Err(_) => return download(app, &full, kind, &bytes),
    };
    let is_design = kind.ending == DESIGN.ending;
    if let (true, Ok(Some(handle))) = (is_design, &saved) {
        store::save(app);
        belongs_here(app, handle);
    }
    tell(app, &full, saved);
}

/// Asks for a file and opens it.
pub fn choose(app: App) {
    let Some(picker) = function("showOpenFilePicker") else { return choose_by_field(app) };
    leptos::task::spawn_local(async move {
        let endings: Array = OPENED.iter().map(|ending| JsValue::from(*ending)).collect();
        let accept = object(&[("text/plain", endings.into())]);
        let types =
            Array::of1(&object(&[("description", "Designs and pictures".into()), ("accept", accept)]));
        match picked(&picker, &object(&[("types", types.into())])).await {
            Ok(Some(handles)) => open_handle(app, Array::from(&handles).get(0)).await,
            Ok(None) => {}
            Err(_) => choose_by_field(app),
        }
    });
}

/// Opens files that are dropped on the page, and says while they hover that it would.
pub fn listen(app: App) {
    let page = |dropping: bool| {
        if let Ok(Some(page)) = document().query_selector(".page") {
            let _ = page.class_list().toggle_with_force("dropping", dropping);
        }
    };
    let over = window_event_listener(ev::dragover, move |event| {
        if carries_files(&event) {
            event.prevent_default();
            page(true);
        }
    });
    let left = window_event_listener(ev::dragleave, move |event| {
        // From one element to another is not out of the window.
        if event.related_target().is_none() {
            page(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        if !carries_files(&event) {
            return;
        }
        event.prevent_default();
        page(false);
        let files = event.data_transfer().and_then(|data| data.files());
        match files.as_ref().map_or(0, |files| files.length()) {
            1 => files.and_then(|files| files.get(0)).into_iter().for_each(|file| open_soon(app, file)),
            _ => {
                app.refuse("Drop one file at a time: a design, a picture saved by Headroom, or Mermaid text.")
            }
        }
    });
    on_cleanup(move || [over, left, dropped].into_iter().for_each(|listener| listener.remove()));
}

fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

fn open_soon(app: App, file: File) {
    leptos::task::spawn_local(async move {
        read(app, &file).await;
    });
}

async fn open_handle(app: App, handle: JsValue) {
    let Ok(file) = call(&handle, "getFile", &[]).await else {
        return app.refuse("This file cannot be read: it was moved, or this page may not read it.");
    };
    let file: File = file.unchecked_into();
    // Saving goes back into a design's file; a picture stays a picture.
    if read(app, &file).await && file.name().ends_with(".json") {
        belongs_here(app, &handle);
    }
}

/// Opens a file; whether a design came of it.
async fn read(app: App, file: &File) -> bool {
    if file.size() > file::MAX_FILE as f64 {
        open::explain(app, "This file cannot be opened", &file::too_large(file.size()));
        return false;
    }
    let Ok(buffer) = JsFuture::from(file.array_buffer()).await else {
        app.refuse("This file cannot be read: it was moved, or this page may not read it.");
        return false;
    };
    app.panels.dialog.set(None);
    match file::open(&Uint8Array::new(&buffer).to_vec()) {
        Ok(opened) => {
            open::file(app, &opened);
            true
        }
        Err(failure) => {
            open::explain(app, &format!("“{}” cannot be opened", file.name()), &failure);
            false
        }
    }
}

/// Asks by a field for files, where the browser has no picker of its own.
fn choose_by_field(app: App) {
    let Ok(field) = document().create_element("input") else { return };
    let field: HtmlInputElement = field.unchecked_into();
    field.set_type("file");
    field.set_accept(&OPENED.join(","));
    let chosen = field.clone();
    let changed = Closure::once_into_js(move || {
        if let Some(file) = chosen.files().and_then(|files| files.get(0)) {
            open_soon(app, file);
        }
    });
    field.set_onchange(Some(changed.unchecked_ref()));
    field.click();
}

fn belongs_here(app: App, handle: &JsValue) {
    let id = app.place.with_untracked(|place| place.id);
    HANDLE.set(Some((id, handle.clone())));
}

async fn write(handle: &JsValue, bytes: &[u8]) -> Result<(), JsValue> {
    let stream = call(handle, "createWritable", &[]).await?;
    call(&stream, "write", &[Uint8Array::from(bytes).into()]).await?;
    call(&stream, "close", &[]).await.map(|_| ())
}

fn tell(app: App, name: &str, saved: Result<Option<JsValue>, JsValue>) {
    match saved {
        Ok(handle) => {
            let said = handle.and_then(|handle| Reflect::get(&handle, &"name".into()).ok()?.as_string());
            app.say(&format!("Saved as {}.", said.as_deref().unwrap_or(name)));
        }
        Err(_) => app.refuse(
            "The file was not written: the browser or the disk refused it. Save it under another name.",
        ),
    }
}

fn download(app: App, name: &str, kind: Kind, bytes: &[u8]) {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let options = BlobPropertyBag::new();
    options.set_type(kind.media);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options);
    let address = blob.and_then(|blob| Url::create_object_url_with_blob(&blob));
    let (Ok(address), Ok(link)) = (address, document().create_element("a")) else {
        return app.refuse("This browser cannot save the file.");
    };
    let link: HtmlAnchorElement = link.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    let _ = Url::revoke_object_url(&address);
    app.say(&format!("Saved as {name}, where this browser puts downloads."));
}

/// What a picker gives; `None` when the person thought better of it.
async fn picked(picker: &Function, options: &JsValue) -> Result<Option<JsValue>, JsValue> {
    let promise = picker.call1(&window(), options)?.dyn_into::<Promise>()?;
    match JsFuture::from(promise).await {
        Ok(handle) => Ok(Some(handle)),
        Err(error) => {
            let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
            if name.as_deref() == Some("AbortError") { Ok(None) } else { Err(error) }
        }
    }
}

/// Calls a method that gives a promise, and waits for it.
async fn call(of: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let method: Function = Reflect::get(of, &method.into())?.dyn_into()?;
    let arguments: Array = arguments.iter().collect();
    JsFuture::from(Reflect::apply(&method, of, &arguments)?.dyn_into::<Promise>()?).await
}

fn function(name: &str) -> Option<Function> {
    Reflect::get(&window(), &name.into()).ok()?.dyn_into().ok()
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}
