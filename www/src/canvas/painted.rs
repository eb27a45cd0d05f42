//! The blocks and links of a large design that are no elements of the page (see `elements.rs`): painted as they look, as far
//! as can be seen from there. What a hand moves of them is on a sheet of its own, so that the others are not painted anew for
//! it. What is pressed is found by its place, by the core.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use headroom::session::Viewport;
use headroom::session::geometry::Rect;
use headroom::sorted;
use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::elements::Elements;
use super::ink::{Ink, Pen, fresh, pen};
use super::picture::{Picture, TOKENS};
use crate::state::App;

/// On the way out the picture is painted for a view so many times as large.
const OUTWARD: f64 = 1.8;
/// The picture is stretched by so much at most before it is painted anew.
const COARSE: f64 = 2.5;
/// It reaches beyond the view by this share of it on each side.
const AROUND: f64 = 0.15;
/// A sheet for less than the view grows in steps of this [px]: another size means another piece of memory.
const SIZES: f64 = 128.0;

/// The layer below the elements.
#[component]
pub fn Painted(elements: Elements, moving: ReadSignal<bool>) -> impl IntoView {
    let app = App::get();
    let held = Memo::new(move |_| {
        let elements = ids(elements.nodes);
        app.cards.moves.with(|moved| {
            moved.iter().map(|id| id.0).filter(|id| !elements.contains(id)).collect::<BTreeSet<u32>>()
        })
    });
    let sheet = move |is_held: bool| {
        let canvas = NodeRef::<html::Canvas>::new();
        Effect::new(move |_| {
            if let Some(canvas) = canvas.get() {
                follow(Sheet { app, elements, held, is_held }, moving, canvas);
            }
        });
        view! { <canvas class="painted" node_ref=canvas aria-hidden="true"></canvas> }
    };
    view! { {sheet(false)} {sheet(true)} }
}

/// What belongs on a sheet.
#[derive(Clone, Copy)]
struct Sheet {
    app: App,
    elements: Elements,
    /// Blocks that are painted and under a hand.
    held: Memo<BTreeSet<u32>>,
    /// Whether those and their links belong here, or all others.
    is_held: bool,
}

/// Paints anew in the next frame when anything looks different. While the view moves, the picture is moved and stretched as
/// it is, as far as it reaches.
fn follow(sheet: Sheet, moving: ReadSignal<bool>, canvas: HtmlCanvasElement) {
    let Some(pen) = pen(&canvas) else { return };
    let Sheet { app, elements, held, is_held } = sheet;
    let (ink, from) = (Ink::new(TOKENS), app.viewport.get_untracked());
    let layer = Layer { sheet, canvas, pen, ink, picture: Picture::default(), dark: None, from, asked: None };
    let layer = Rc::new(RefCell::new(layer));
    let at_rest = Rc::clone(&layer);
    let dragged = Rc::clone(&layer);
    Effect::new(move |_| {
        held.track();
        if is_held {
            app.cards.moves.track();
        }
        soon(&dragged, Why::Looks);
    });
    Effect::new(move |_| {
        app.cards.looks.track();
        elements.nodes.track();
        elements.links.track();
        app.panels.dark.track();
        if !moving.get() {
            soon(&at_rest, Why::Looks);
        }
    });
    Effect::new(move |_| {
        if !layer.borrow().shift(&app.viewport.get()) {
            soon(&layer, Why::View);
        }
    });
}

/// Why it is painted anew.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// The view has moved beyond what was painted.
    View,
    /// Something may look different, or the view has come to rest.
    Looks,
}

fn soon(layer: &Rc<RefCell<Layer>>, why: Why) {
    let before = layer.borrow().asked;
    layer.borrow_mut().asked = before.max(Some(why));
    if before.is_none() {
        let layer = Rc::clone(layer);
        request_animation_frame(move || {
            let mut layer = layer.borrow_mut();
            match layer.asked.take() {
                Some(Why::Looks) => layer.look(),
                Some(Why::View) | None => layer.reach(),
            }
        });
    }
}

struct Layer {
    sheet: Sheet,
    canvas: HtmlCanvasElement,
    pen: Pen,
    ink: Ink<13>,
    picture: Picture,
    dark: Option<bool>,
    /// The view that was painted.
    from: Viewport,
    /// Painting is asked for already.
    asked: Option<Why>,
}

impl Layer {
    /// Paints what is in view, if it is not what is painted.
    fn look(&mut self) {
        let app = self.sheet.app;
        let (picture, dark) = (self.sheet.picture(), Some(app.panels.dark.get_untracked()));
        let view = self.sheet.frame(&app.viewport.get_untracked(), &picture);
        if picture == self.picture && (picture.is_empty() || (self.from == view && self.dark == dark)) {
            return;
        }
        (self.picture, self.dark) = (picture, dark);
        self.paint(view);
    }

    /// Paints what has come into view. On the way out more will come at once: then more is painted, and less finely.
    fn reach(&mut self) {
        let view = self.sheet.app.viewport.get_untracked();
        let mut wide = view;
        if view.zoom < self.from.zoom {
            wide.zoom_at([0, 1].map(|axis| 0.5 * view.size[axis]), 1.0 / OUTWARD);
        }
        self.paint(self.sheet.frame(&wide, &self.picture));
    }

    fn paint(&mut self, from: Viewport) {
        let app = self.sheet.app;
        self.from = from;
        self.shift(&app.viewport.get_untracked());
        // Without anything on it, it takes no room.
        let is_empty = self.picture.is_empty();
        fresh(&self.pen, &self.canvas, if is_empty { [0.0; 2] } else { from.size });
        let colors = self.ink.colors(app, &self.canvas);
        let _ = self.pen.scale(from.zoom, from.zoom);
        let _ = self.pen.translate(from.pan[0], from.pan[1]);
        self.picture.draw(&self.pen, &colors, from.zoom, &from.visible());
    }

    /// Moves and stretches the picture to where it belongs in this view; false when something of it would be missing, or it
    /// would be too coarse.
    fn shift(&self, view: &Viewport) -> bool {
        if self.picture.is_empty() {
            return true;
        }
        let from = &self.from;
        let ([x, y], stretch) = (view.to_screen(from.to_canvas([0.0; 2])), view.zoom / from.zoom);
        let style = web_sys::HtmlElement::style(&self.canvas);
        let _ = style.set_property("transform", &format!("translate({x:.2}px,{y:.2}px) scale({stretch:.4})"));
        let (painted, seen) = (from.visible(), view.visible());
        let reaches = painted.contains(seen.min) && painted.contains(seen.max);
        reaches && stretch < COARSE && stretch > 1.0 / COARSE
    }
}

impl Sheet {
    /// What belongs here and is no element, as it looks now.
    fn picture(&self) -> Picture {
        let [nodes, links] = [self.elements.nodes, self.elements.links].map(ids);
        let held = self.held.get_untracked();
        if self.is_held && held.is_empty() {
            return Picture::default();
        }
        Picture::of(
            self.app.cards,
            |id| !nodes.contains(&id.0) && held.contains(&id.0) == self.is_held,
            |id, ends| !links.contains(&id.0) && ends.iter().any(|id| held.contains(&id.0)) == self.is_held,
        )
    }

    /// What is painted for a view: a little more than it shows; of what is held, no more than there is.
    fn frame(&self, view: &Viewport, picture: &Picture) -> Viewport {
        let view = beyond(view);
        match picture.bounds().filter(|_| self.is_held) {
            Some(bounds) => within(&view, &bounds),
            None => view,
        }
    }
}

fn ids(list: RwSignal<Vec<u32>>) -> BTreeSet<u32> {
    list.with_untracked(|list| sorted::set(list.iter().copied()))
}

/// The view with as much around it as a hand moves in a moment.
fn beyond(view: &Viewport) -> Viewport {
    let room = view.size.map(|side| (side * AROUND).round());
    Viewport {
        pan: [0, 1].map(|axis| view.pan[axis] + room[axis] / view.zoom),
        size: [0, 1].map(|axis| view.size[axis] + 2.0 * room[axis]),
        ..*view
    }
}

/// The part of a view that this rectangle fills.
fn within(view: &Viewport, bounds: &Rect) -> Viewport {
    let seen = view.visible();
    let min = [0, 1].map(|axis| bounds.min[axis].max(seen.min[axis]));
    let size = [0, 1].map(|axis| {
        let side = (bounds.max[axis].min(seen.max[axis]) - min[axis]).max(0.0) * view.zoom;
        (side / SIZES).ceil() * SIZES
    });
    Viewport { pan: min.map(|at| -at), size, ..*view }
}
