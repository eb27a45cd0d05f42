//! Workers: started with the program that the page has compiled, and spoken to in bytes.

use headroom::job::{FromWorker, ToWorker, wire};
use js_sys::{Object, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::rest;

/// What listens to a worker, for as long as it is kept.
pub type Listener = Closure<dyn FnMut(Event)>;

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
    let listener = Listener::new(move |event: Event| match event.dyn_ref::<MessageEvent>() {
        Some(message) => receive(&message.data()),
        None => receive(&"its script did not come".into()),
    });
    worker.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    worker.set_onerror(Some(listener.as_ref().unchecked_ref()));
    Ok((worker, listener))
}

/// Ends a worker; nothing is heard of it any more, not even what is on its way.
pub fn end(worker: &Worker) {
    worker.set_onmessage(None);
    worker.set_onerror(None);
    worker.terminate();
}

/// Address of the JavaScript glue that started this page.
fn glue() -> Result<String, JsValue> {
    let link = document().query_selector("link[rel=modulepreload]")?;
    let link = link.ok_or("the page does not name its glue")?;
    Ok(link.unchecked_into::<web_sys::HtmlLinkElement>().href())
}

/// Sends a message to a worker that is ready.
pub fn post(worker: &Worker, message: &ToWorker) {
    let _ = worker.post_message(&Uint8Array::from(&wire::write(message)[..]));
}

/// A message from a worker; from one that could not start, the text that says why.
pub fn read(data: &JsValue) -> Option<FromWorker> {
    if let Some(why) = data.as_string() {
        let text = format!("A worker did not start: {why}");
        return Some(FromWorker::Failed { run: 0, text });
    }
    wire::read(&Uint8Array::new(data).to_vec())
}
