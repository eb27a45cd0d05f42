//! Dragging a block out of the palette by pointer events: a ghost follows the pointer, the canvas takes the block.

use std::cell::Cell;

use headroom::blocks::About;
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::live::some;
use crate::parts::Icon;
use crate::state::App;

/// A press becomes a drag after this way [px].
const THRESHOLD: f64 = 4.0;
/// A click this soon after a drag belongs to it [ms].
const SAME_PRESS_MS: f64 = 300.0;

thread_local! {
    static ENDED_AT: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// What is being dragged and where the pointer is [px of the window].
#[derive(Clone, Copy)]
pub struct Dragged {
    about: &'static About,
    at: (f64, f64),
}

/// Whether a drag ended so lately that the click which follows is its own.
pub fn ended_just_now() -> bool {
    js_sys::Date::now() - ENDED_AT.get() < SAME_PRESS_MS
}

/// Starts to follow a pointer that went down on an item.
pub fn start(app: App, about: &'static About, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let from = at(event);
    let pointer = event.pointer_id();
    let ghost = expect_context::<Ghost>().0;
    let follow = window_event_listener(leptos::ev::pointermove, move |event| {
        let far = (at(&event).0 - from.0).hypot(at(&event).1 - from.1) > THRESHOLD;
        if event.pointer_id() == pointer && (far || ghost.with_untracked(Option::is_some)) {
            ghost.set(Some(Dragged { about, at: at(&event) }));
        }
    });
    let ends = StoredValue::new(Vec::new());
    let finish = move |dropped: Option<(f64, f64)>| {
        ends.update_value(|ends: &mut Vec<WindowListenerHandle>| ends.drain(..).for_each(|end| end.remove()));
        if ghost.get_untracked().is_none() {
            return;
        }
        ghost.set(None);
        ENDED_AT.set(js_sys::Date::now());
        if let Some(place) = dropped.and_then(on_canvas) {
            app.ask(|session| session.add_block(about.id, Some(place), false));
            app.panels.sheet.set(None);
        }
    };
    let up = window_event_listener(leptos::ev::pointerup, move |event| {
        if event.pointer_id() == pointer {
            finish(Some(at(&event)));
        }
    });
    let lost = window_event_listener(leptos::ev::pointercancel, move |_| finish(None));
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" {
            finish(None);
        }
    });
    ends.set_value(vec![follow, up, lost, escape]);
}

/// The ghost's signal, in context.
#[derive(Clone, Copy)]
pub struct Ghost(pub RwSignal<Option<Dragged>>);

/// The card that follows the pointer.
#[component]
pub fn GhostCard() -> impl IntoView {
    let ghost = expect_context::<Ghost>().0;
    some(move || {
        ghost.get().map(|dragged| {
            let (x, y) = dragged.at;
            view! {
                <div class="ghost" style:left=format!("{}px", x - 60.0) style:top=format!("{}px", y - 20.0)>
                    <Icon name=dragged.about.icon/>{dragged.about.name}
                </div>
            }
        })
    })
}

fn at(event: &PointerEvent) -> (f64, f64) {
    (f64::from(event.client_x()), f64::from(event.client_y()))
}

/// The point from the canvas's corner, when it lies on the canvas and no panel covers it.
fn on_canvas((x, y): (f64, f64)) -> Option<[f64; 2]> {
    let hit = document().element_from_point(x as f32, y as f32)?;
    let canvas: Element = hit.closest(".canvas").ok()??.unchecked_into();
    let frame = canvas.get_bounding_client_rect();
    Some([x - frame.left(), y - frame.top()])
}
