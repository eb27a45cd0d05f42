//! The small map, while not all of the design is in view: all blocks as dots in the colors of their states, and what is in
//! view; a press goes there.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use headroom::session::Viewport;
use headroom::session::collapse::{Boxes, apparent};
use headroom::session::geometry::{self, CARD, Rect};
use leptos::ev::PointerEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement};

use super::ink::{Ink, Pen, fresh, pen};
use crate::live::some;
use crate::state::App;

/// Room around the design on the map [canvas units].
const ROOM: f64 = 120.0;
/// The map is drawn at most once in this time: what a hand moves is looked at elsewhere.
const PAUSE: Duration = Duration::from_millis(80);

/// The map, in a corner of the canvas.
#[component]
pub fn Minimap() -> impl IntoView {
    let app = App::get();
    let bounds = Memo::new(move |_| {
        app.cards.moves.track();
        app.design.track();
        app.session.with_value(|session| geometry::bounds(&apparent(session.design()).nodes))
    });
    let shown = Memo::new(move |_| {
        let wanted = app.settings.with(|settings| settings.minimap);
        let seen = app.viewport.with(|view| view.visible());
        bounds.get().is_some_and(|all| wanted && !(seen.contains(all.min) && seen.contains(all.max)))
    });
    some(move || shown.get().then(|| view! { <Map bounds/> }))
}

#[component]
fn Map(bounds: Memo<Option<Rect>>) -> impl IntoView {
    let app = App::get();
    let canvas = NodeRef::<html::Canvas>::new();
    let size = RwSignal::new(None);
    let bounds = Memo::new(move |_| bounds.get().unwrap_or(Rect { min: [0.0; 2], max: CARD }).grown(ROOM));
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            let measured = [canvas.client_width(), canvas.client_height()].map(f64::from);
            size.set(Some(measured));
            follow(app, canvas, measured, bounds);
        }
    });
    let go = move |event: PointerEvent| {
        if event.buttons() & 1 == 0 {
            return;
        }
        event.stop_propagation();
        if let Some(at) = place(&event, &bounds.get_untracked()) {
            app.ask(|session| session.center_on(at));
        }
    };
    let take = move |event: PointerEvent| {
        if let Some(map) = event.current_target().and_then(|map| map.dyn_into::<Element>().ok()) {
            let _ = map.set_pointer_capture(event.pointer_id());
        }
        go(event);
    };
    view! {
        <div class="minimap" role="img" aria-label="Map of the design; a press moves the view there"
            on:pointerdown=take on:pointermove=go>
            <canvas node_ref=canvas></canvas>
            <i style:transform=move || size.get().map(|size| app.viewport.with(|view| frame(view, size, &bounds.get())))></i>
        </div>
    }
}

/// Draws the map anew soon after it has changed.
fn follow(app: App, canvas: HtmlCanvasElement, size: [f64; 2], bounds: Memo<Rect>) {
    let Some(pen) = pen(&canvas) else { return };
    let ink = Rc::new(RefCell::new(Ink::new(TOKENS)));
    let asked = Rc::new(Cell::new(false));
    Effect::new(move |_| {
        bounds.track();
        app.cards.moves.track();
        app.cards.looks.track();
        app.panels.dark.track();
        if asked.replace(true) {
            return;
        }
        let (canvas, pen, ink, asked) = (canvas.clone(), pen.clone(), Rc::clone(&ink), Rc::clone(&asked));
        let draw_now = move || {
            asked.set(false);
            if let Some(bounds) = bounds.try_get_untracked() {
                fresh(&pen, &canvas, size);
                draw(app, &pen, size, ink.borrow_mut().colors(app, &canvas), &bounds);
            }
        };
        set_timeout(draw_now, PAUSE);
    });
}

/// Colors of the states in their order, of what is selected, and of collapsed groups.
const TOKENS: [&str; 7] = ["--calm", "--busy", "--hot", "--sat", "--down", "--accent", "--text-3"];

fn draw(app: App, pen: &Pen, size: [f64; 2], colors: [&str; 7], bounds: &Rect) {
    let scale = scale(size, bounds);
    let mut dots: [Vec<[f64; 2]>; 7] = Default::default();
    app.cards.each_node(|card| {
        let kind = match card.selected.get_untracked() {
            true => 5,
            false => card.figures.with_untracked(|figures| figures.state as usize),
        };
        dots[kind].push(on_map(card.at.get_untracked().map(f64::from), size, bounds));
    });
    let boxes = app.session.with_value(|session| Boxes::of(session.design()));
    dots[6].extend(boxes.places().map(|(_, at)| on_map(at.map(f64::from), size, bounds)));
    let [width, height] = CARD.map(|side| (side * scale).max(1.0));
    for (dots, color) in dots.iter().zip(colors) {
        pen.set_fill_style_str(color);
        dots.iter().for_each(|[x, y]| pen.fill_rect(*x, *y, width, height));
    }
}

/// Where a point of the canvas is on a map of this size.
fn on_map(at: [f64; 2], size: [f64; 2], bounds: &Rect) -> [f64; 2] {
    let (middle, scale) = (bounds.center(), scale(size, bounds));
    [0, 1].map(|axis| (at[axis] - middle[axis]) * scale + size[axis] / 2.0)
}

/// What is in view, as a transform of the whole map.
fn frame(view: &Viewport, size: [f64; 2], bounds: &Rect) -> String {
    let seen = view.visible();
    let [x, y] = on_map(seen.min, size, bounds);
    let [width, height] = [0, 1].map(|axis| seen.size()[axis] * scale(size, bounds) / size[axis]);
    format!("translate({x:.2}px,{y:.2}px) scale({width:.4},{height:.4})")
}

/// Pixels of the map for a unit of the canvas: it is as large as fits.
fn scale(map: [f64; 2], bounds: &Rect) -> f64 {
    let [width, height] = bounds.size();
    (map[0] / width).min(map[1] / height)
}

/// The point of the canvas under the pointer; the design is in the middle of the map.
fn place(event: &PointerEvent, bounds: &Rect) -> Option<[f64; 2]> {
    let map = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
    let (size, start) = ([map.width(), map.height()], [map.left(), map.top()]);
    let (pointer, scale) = ([event.client_x(), event.client_y()].map(f64::from), scale(size, bounds));
    let middle = bounds.center();
    Some([0, 1].map(|axis| (pointer[axis] - start[axis] - size[axis] / 2.0) / scale + middle[axis]))
}
