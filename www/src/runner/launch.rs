//! Starts a worker: hands it the compiled program, and listens to it.

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::rest;

/// What listens to a worker, for as long as it is kept.
pub type Listener = Closure<dyn FnMut(MessageEvent)>;

/// Starts a worker; it says when it is ready.
pub fn launch(mut receive: impl FnMut(&JsValue) + 'static) -> Result<(Worker, Listener), JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options("static/worker.js", &options)?;
    let first = Object::new();
    Reflect::set(&first, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&first, &"rest".into(), &rest::module())?;
    Reflect::set(&first, &"glue".into(), &glue()?.into())?;
    worker.post_message(&first)?;
    let listener = Listener::new(move |event: MessageEvent| receive(&event.data()));
    worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    Ok((worker, listener))
}

/// Address of the JavaScript glue that started this page.
fn glue() -> Result<String, JsValue> {
    let link = document().query_selector("link[rel=modulepreload]")?;
    let link = link.ok_or("the page does not name its glue")?;
    Ok(link.unchecked_into::<web_sys::HtmlLinkElement>().href())
}
