//! The rest of the program, which the first screen does not need: it arrives while the person looks at the design.
//!
//! `cargo xtask build` splits the program (see `www/first.txt` and `www/rest.js`). Until the rest is here the page can be
//! seen and not yet be used; a page that was not split is whole from the start.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{CustomEvent, CustomEventInit};

use crate::state::App;
use crate::{app, effects, files, open, runner};

thread_local! {
    /// The compiled rest, for the workers; `null` where nothing was split.
    static MODULE: RefCell<JsValue> = const { RefCell::new(JsValue::NULL) };
}

/// The compiled rest.
pub fn module() -> JsValue {
    MODULE.with_borrow(JsValue::clone)
}

/// Asks for the rest once the first screen stands, and then begins everything that needs it.
pub fn follow(app: App) {
    let here = window_event_listener_untyped("headroom-rest", move |event| {
        MODULE.set(event.unchecked_ref::<CustomEvent>().detail());
        begin(app);
    });
    on_cleanup(move || here.remove());
    // The first frame fits the design into view, the next one is painted.
    request_animation_frame(move || {
        request_animation_frame(move || {
            request_animation_frame(move || {
                if !is_fetched() {
                    begin(app);
                }
            });
        });
    });
}

/// Tells the loader that the first screen stands; false when there is none, because nothing was split.
fn is_fetched() -> bool {
    let init = CustomEventInit::new();
    init.set_cancelable(true);
    let event = CustomEvent::new_with_event_init_dict("headroom-first-screen", &init);
    event.is_ok_and(|event| window().dispatch_event(&event) == Ok(false))
}

/// The hands; once the person can see that the page may be used, the run, the first answer and the panels that show it.
#[inline(never)]
fn begin(app: App) {
    app.complete.set(true);
    app::watch_window(app);
    files::listen(app);
    // One task for each, so that what the person does meanwhile waits for one of them at most.
    let panels = move || {
        app.answered.set(true);
        open::settle(app);
    };
    let answer = move || {
        runner::restart(app);
        effects::solve(app);
        set_timeout(panels, Duration::ZERO);
    };
    request_animation_frame(move || set_timeout(answer, Duration::ZERO));
}
