//! Moving traffic, drawn on one canvas: dots in proportion to the calls of each link, crosses for those that
//! failed, on their way back. Nothing moves where the person asked for less motion.

pub mod dots;

use std::cell::RefCell;
use std::rc::Rc;

use headroom::design::LinkId;
use headroom::figures;
use headroom::session::Viewport;
use headroom::session::geometry::{self, Rect};
use headroom::sorted;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::cards::{Cards, LinkCard, NodeCard};
use crate::live::some;
use crate::state::App;
use dots::{Flow, Mark};

/// Dots a second on the busiest link, at most: one dot then stands for several requests.
const MOST: f64 = 14.0;
/// A frame that took longer than this was a pause of the browser, not of the traffic [ms].
const LONGEST_FRAME: f64 = 50.0;
/// Colors are read anew once in so many frames, so that a change of theme shows.
const RECOLOR: u32 = 30;
/// Around the links: what a dot and a failure beside its link need [canvas units].
const ROOM: f64 = 12.0;
/// The layer grows and shrinks by this [px].
const STEP: f64 = 32.0;
const NOWHERE: Rect = Rect { min: [0.0; 2], max: [0.0; 2] };

/// The layer of moving dots, between links and blocks.
#[component]
pub fn Traffic() -> impl IntoView {
    let app = App::get();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            animate(app, canvas);
        }
    });
    view! { <canvas class="traffic" node_ref=canvas aria-hidden="true"></canvas> }
}

/// Says how many requests one dot is, while it is more than one.
#[component]
pub fn TrafficScale() -> impl IntoView {
    let app = App::get();
    let scale = Memo::new(move |_| {
        // Either may have changed the figures on the links.
        app.frame.track();
        app.answer.track();
        per_dot(busiest(app))
    });
    some(move || {
        let moves = app.run.playing.get() && !is_still();
        (moves && scale.get() > 1.0).then(|| {
            view! { <p class="scale"><i></i>{format!("one dot is {} requests", figures::count(scale.get()))}</p> }
        })
    })
}

/// Calls a second on the busiest link.
fn busiest(app: App) -> f64 {
    let calls =
        |id: &LinkId| app.cards.link(*id).map_or(0.0, |card| card.figures.with_untracked(|now| now.calls));
    app.cards.link_order.with_untracked(|ids| ids.iter().map(calls).fold(0.0, f64::max))
}

/// How many requests one dot stands for: 1, 2, 5, 10, 20, 50 …
pub fn per_dot(busiest: f64) -> f64 {
    let wanted = busiest / MOST;
    let mut step = 1.0;
    while step < wanted {
        let next = [2.0 * step, 5.0 * step, 10.0 * step].into_iter().find(|next| *next >= wanted);
        step = next.unwrap_or(10.0 * step);
    }
    step
}

/// Draws while the run plays, and once more whenever the picture below moves.
fn animate(app: App, canvas: HtmlCanvasElement) {
    let Some(pen) = canvas.get_context("2d").ok().flatten() else { return };
    let pen: CanvasRenderingContext2d = pen.unchecked_into();
    let layer = Layer {
        app,
        canvas,
        pen,
        flows: Vec::new(),
        order: Vec::new(),
        area: NOWHERE,
        colors: None,
        age: 0,
        last: None,
        asked: false,
    };
    let layer = Rc::new(RefCell::new(layer));
    Effect::new(move |_| {
        app.viewport.track();
        app.run.playing.track();
        app.cards.link_order.track();
        app.cards.moves.track();
        draw_soon(&layer);
    });
}

/// Draws in the next frame, and in those after it while the run plays. A hidden tab has no frames.
fn draw_soon(layer: &Rc<RefCell<Layer>>) {
    if std::mem::replace(&mut layer.borrow_mut().asked, true) {
        return;
    }
    let layer = Rc::clone(layer);
    request_animation_frame(move || {
        layer.borrow_mut().asked = false;
        let moves = layer.borrow().app.run.playing.get_untracked() && !is_still();
        layer.borrow_mut().draw(moves);
        if moves {
            draw_soon(&layer);
        }
    });
}

/// The person asked for less motion.
fn is_still() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}

struct Layer {
    app: App,
    canvas: HtmlCanvasElement,
    pen: CanvasRenderingContext2d,
    /// One per link, in the order of `order`.
    flows: Vec<Followed>,
    order: Vec<LinkId>,
    /// Where the layer lies on the canvas [px].
    area: Rect,
    colors: Option<[String; 2]>,
    age: u32,
    /// When the last frame was drawn [ms].
    last: Option<f64>,
    /// A frame is asked for already.
    asked: bool,
}

/// A link's dots and the signals that they follow.
struct Followed {
    card: LinkCard,
    ends: Option<[NodeCard; 2]>,
    /// Where its ends stood when its curve was measured, and its lane.
    seen: ([i32; 2], [i32; 2], f64),
    flow: Flow,
}

impl Layer {
    fn draw(&mut self, moves: bool) {
        let now_ms = window().performance().map_or(0.0, |clock| clock.now());
        let passed = self.last.map_or(0.0, |last| (now_ms - last).clamp(0.0, LONGEST_FRAME)) / 1e3;
        self.last = moves.then_some(now_ms);
        let view = self.app.viewport.get_untracked();
        let density = window().device_pixel_ratio().min(2.0);
        self.follow_links();
        self.fit_canvas(&view, density);
        if moves {
            self.advance(passed * self.app.run.speed.get_untracked().clamp(0.1, 2.0));
        }
        let marks = self.marks(&view);
        self.paint(&marks, view.zoom.clamp(0.6, 1.3), density);
    }

    /// Makes the canvas as large as the links in view need, which is what the browser then has to put together anew in
    /// every frame; and wipes it.
    fn fit_canvas(&mut self, view: &Viewport, density: f64) {
        let area = self.area(view);
        if area != self.area {
            self.area = area;
            let style = web_sys::HtmlElement::style(&self.canvas);
            let sides = [
                ("left", area.min[0]),
                ("top", area.min[1]),
                ("width", area.size()[0]),
                ("height", area.size()[1]),
            ];
            for (name, pixels) in sides {
                let _ = style.set_property(name, &format!("{pixels}px"));
            }
        }
        let [width, height] = area.size().map(|side| (side * density).round() as u32);
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        let [left, top] = area.min;
        let _ = self.pen.set_transform(density, 0.0, 0.0, density, -left * density, -top * density);
        self.pen.clear_rect(left, top, area.size()[0], area.size()[1]);
    }

    /// The part of the screen in which dots can be, in steps that few changes of the view change.
    fn area(&self, view: &Viewport) -> Rect {
        let bounds = self.flows.iter().filter_map(|followed| followed.flow.bounds());
        let Some(all) = bounds.reduce(|all, one| all.union(&one)) else { return NOWHERE };
        let all = all.grown(ROOM);
        let (min, max) = (view.to_screen(all.min), view.to_screen(all.max));
        let inside = |value: f64, axis: usize| value.clamp(0.0, view.size[axis].max(0.0));
        Rect {
            min: [0, 1].map(|axis| inside((min[axis] / STEP).floor() * STEP, axis)),
            max: [0, 1].map(|axis| inside((max[axis] / STEP).ceil() * STEP, axis)),
        }
    }

    fn follow_links(&mut self) {
        let cards = self.app.cards;
        if cards.link_order.with_untracked(|order| *order != self.order) {
            self.order = cards.link_order.get_untracked();
            let mut old =
                sorted::map(self.flows.drain(..).map(|followed| (followed.flow.id(), followed.flow)));
            let followed =
                |id: &LinkId| Followed::new(cards.link(*id)?, old.remove(id).unwrap_or(Flow::new(*id)));
            self.flows = self.order.iter().filter_map(followed).collect();
        }
        self.flows.iter_mut().for_each(|followed| followed.follow(cards));
    }

    fn advance(&mut self, seconds: f64) {
        let now = |followed: &Followed| followed.card.figures.get_untracked();
        let busiest = self.flows.iter().map(|followed| now(followed).calls).fold(0.0, f64::max);
        let per_dot = per_dot(busiest);
        for followed in &mut self.flows {
            let now = now(followed);
            followed.flow.advance(seconds, now.calls / per_dot, now.failed_share());
        }
    }

    /// All marks in view, in screen pixels.
    fn marks(&self, view: &Viewport) -> Vec<(Mark, [f64; 2])> {
        let seen = view.visible().grown(8.0);
        let flows = self.flows.iter().map(|followed| &followed.flow);
        let flows = flows.filter(|flow| flow.bounds().is_some_and(|bounds| bounds.overlaps(&seen)));
        flows.flat_map(Flow::marks).map(|(mark, at)| (mark, view.to_screen(at))).collect()
    }

    fn paint(&mut self, marks: &[(Mark, [f64; 2])], scale: f64, density: f64) {
        let [dot, cross] = self.colors();
        let pen = &self.pen;
        pen.set_fill_style_str(&dot);
        pen.begin_path();
        for (_, [x, y]) in marks.iter().filter(|(mark, _)| *mark == Mark::Going) {
            pen.move_to(x + 2.6 * scale, *y);
            let _ = pen.arc(*x, *y, 2.6 * scale, 0.0, std::f64::consts::TAU);
        }
        pen.fill();
        pen.set_stroke_style_str(&cross);
        pen.set_line_width((1.8 * scale).max(1.0 / density));
        pen.begin_path();
        let arm = 3.2 * scale;
        for (_, [x, y]) in marks.iter().filter(|(mark, _)| *mark == Mark::Failed) {
            pen.move_to(x - arm, y - arm);
            pen.line_to(x + arm, y + arm);
            pen.move_to(x - arm, y + arm);
            pen.line_to(x + arm, y - arm);
        }
        pen.stroke();
    }

    fn colors(&mut self) -> [String; 2] {
        self.age += 1;
        if self.colors.is_none() || self.age.is_multiple_of(RECOLOR) {
            let style = window().get_computed_style(&self.canvas).ok().flatten();
            let color = |name: &str| {
                style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default()
            };
            self.colors = Some([color("--accent"), color("--sat")]);
        }
        self.colors.clone().unwrap_or_default()
    }
}

impl Followed {
    fn new(card: LinkCard, flow: Flow) -> Option<Self> {
        Some(Followed { card, ends: None, seen: ([0; 2], [0; 2], f64::NAN), flow })
    }

    /// Measures the curve anew when an end has moved, or is another block than before.
    fn follow(&mut self, cards: Cards) {
        let (from, to) = self.card.ends.get_untracked();
        if self.ends.as_ref().is_none_or(|[a, b]| (a.id, b.id) != (from, to)) {
            self.ends = cards.node(from).zip(cards.node(to)).map(|(a, b)| [a, b]);
        }
        let Some([a, b]) = &self.ends else { return };
        let now = (a.at.get_untracked(), b.at.get_untracked(), self.card.bend.get_untracked());
        if now != self.seen {
            self.seen = now;
            self.flow.follow(geometry::curve(now.0, now.1, now.2));
        }
    }
}
