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
use web_sys::{HtmlCanvasElement, MediaQueryList};

use super::ink::{Ink, Pen, density, pen};
use crate::cards::{Cards, LinkCard, NodeCard, renew};
use crate::live::some;
use crate::state::App;
use dots::{Flow, Mark, PACE};

/// Dots a second on the busiest link, at most: one dot then stands for several requests.
const MOST: f64 = 14.0;
/// Dots under way on all links together, at most about so many.
const MOST_IN_ALL: f64 = 500.0;
/// Dots of less than this radius are drawn square: nobody can tell, and a browser has a tenth of the work [px].
const ROUND: f64 = 2.0;
/// A frame that took longer than this was a pause of the browser, not of the traffic [ms].
const LONGEST_FRAME: f64 = 50.0;
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
    let scale = app.cards.per_dot;
    some(move || {
        let moves = app.run.playing.get() && !is_still(motion().as_ref());
        (moves && scale.get() > 1.0).then(|| {
            view! { <p class="scale"><i></i>{format!("one dot is {} requests", figures::count(scale.get()))}</p> }
        })
    })
}

/// How many requests one dot stands for, 1, 2, 5, 10, 20, 50 …, by the calls of each link [1/s] and how far they go [canvas
/// units].
pub fn per_dot(links: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (mut busiest, mut under_way) = (0.0_f64, 0.0);
    for (calls, way) in links {
        busiest = busiest.max(calls);
        under_way += calls * way / PACE;
    }
    rounded_up((busiest / MOST).max(under_way / MOST_IN_ALL))
}

/// The next of 1, 2, 5, 10, 20, 50 …
fn rounded_up(wanted: f64) -> f64 {
    let mut step = 1.0;
    while step < wanted {
        let next = [2.0 * step, 5.0 * step, 10.0 * step].into_iter().find(|next| *next >= wanted);
        step = next.unwrap_or(10.0 * step);
    }
    step
}

/// Draws while the run plays, and once more whenever the picture below moves.
fn animate(app: App, canvas: HtmlCanvasElement) {
    let Some(pen) = pen(&canvas) else { return };
    let layer = Layer {
        app,
        motion: motion(),
        canvas,
        pen,
        flows: Vec::new(),
        order: Vec::new(),
        per_dot: 1.0,
        extent: None,
        area: NOWHERE,
        ink: Ink::new(["--accent", "--sat"]),
        last: None,
        asked: false,
        moved: true,
        told: true,
    };
    let layer = Rc::new(RefCell::new(layer));
    let moved = Rc::clone(&layer);
    Effect::new(move |_| {
        app.cards.link_order.track();
        app.cards.moves.track();
        moved.borrow_mut().moved = true;
        draw_soon(&moved);
    });
    let told = Rc::clone(&layer);
    Effect::new(move |_| {
        app.cards.looks.track();
        told.borrow_mut().told = true;
    });
    Effect::new(move |_| {
        app.viewport.track();
        app.run.playing.track();
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
        let moves = layer.borrow().moves();
        layer.borrow_mut().draw(moves);
        if moves {
            draw_soon(&layer);
        }
    });
}

/// Knows whether the person asks for less motion, now and later.
fn motion() -> Option<MediaQueryList> {
    window().match_media("(prefers-reduced-motion: reduce)").ok().flatten()
}

fn is_still(motion: Option<&MediaQueryList>) -> bool {
    motion.is_some_and(MediaQueryList::matches)
}

struct Layer {
    app: App,
    motion: Option<MediaQueryList>,
    canvas: HtmlCanvasElement,
    pen: Pen,
    /// One per link, in the order of `order`.
    flows: Vec<Followed>,
    order: Vec<LinkId>,
    /// Calls that one dot stands for.
    per_dot: f64,
    /// Where links are, with room around them [canvas units].
    extent: Option<Rect>,
    /// Where the layer lies on the canvas [px].
    area: Rect,
    ink: Ink<2>,
    /// When the last frame was drawn [ms].
    last: Option<f64>,
    /// A frame is asked for already.
    asked: bool,
    /// Links or blocks have come, gone or moved since the last frame.
    moved: bool,
    /// There are new figures since the last frame.
    told: bool,
}

/// A link's dots and the signals that they follow.
struct Followed {
    card: LinkCard,
    ends: Option<[NodeCard; 2]>,
    /// Where its ends stood when its curve was measured, and its lane.
    seen: ([i32; 2], [i32; 2], f64),
    flow: Flow,
    /// Calls [1/s], and the share of them that fails.
    rate: (f64, f64),
}

impl Layer {
    fn moves(&self) -> bool {
        self.app.run.playing.get_untracked() && !is_still(self.motion.as_ref())
    }

    fn draw(&mut self, moves: bool) {
        let now_ms = window().performance().map_or(0.0, |clock| clock.now());
        let passed = self.last.map_or(0.0, |last| (now_ms - last).clamp(0.0, LONGEST_FRAME)) / 1e3;
        self.last = moves.then_some(now_ms);
        let view = self.app.viewport.get_untracked();
        let density = density();
        if std::mem::take(&mut self.moved) {
            self.follow_links();
        }
        if std::mem::take(&mut self.told) {
            self.follow_figures();
        }
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
        let Some(all) = self.extent else { return NOWHERE };
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
            self.told = true;
        }
        self.flows.iter_mut().for_each(|followed| followed.follow(cards));
        let bounds = self.flows.iter().filter_map(|followed| followed.flow.bounds());
        self.extent = bounds.reduce(|all, one| all.union(&one)).map(|all| all.grown(ROOM));
    }

    fn follow_figures(&mut self) {
        for followed in &mut self.flows {
            let now = followed.card.figures.get_untracked();
            followed.rate = (now.calls, now.failed_share());
        }
        self.per_dot = per_dot(self.flows.iter().map(|followed| (followed.rate.0, followed.way())));
        renew(self.app.cards.per_dot, self.per_dot);
    }

    fn advance(&mut self, seconds: f64) {
        for Followed { flow, rate: (calls, failed), .. } in &mut self.flows {
            flow.advance(seconds, *calls / self.per_dot, *failed);
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
        let colors = self.ink.colors(self.app, &self.canvas);
        paint(&self.pen, colors, 2.6 * scale, 1.0 / density, marks);
    }
}

/// Draws marks: dots of this radius in the first color, and crosses a little wider in the second, with lines of at least
/// this width.
pub fn paint(pen: &Pen, [dot, cross]: [&str; 2], radius: f64, thinnest: f64, marks: &[(Mark, [f64; 2])]) {
    pen.set_fill_style_str(dot);
    for (_, [x, y]) in marks.iter().filter(|(mark, _)| *mark == Mark::Going) {
        if radius < ROUND {
            pen.fill_rect(x - radius, y - radius, 2.0 * radius, 2.0 * radius);
        } else {
            pen.begin_path();
            let _ = pen.arc(*x, *y, radius, 0.0, std::f64::consts::TAU);
            pen.fill();
        }
    }
    pen.set_stroke_style_str(cross);
    pen.set_line_width((0.7 * radius).max(thinnest));
    pen.begin_path();
    let arm = 1.23 * radius;
    for (_, [x, y]) in marks.iter().filter(|(mark, _)| *mark == Mark::Failed) {
        pen.move_to(x - arm, y - arm);
        pen.line_to(x + arm, y + arm);
        pen.move_to(x - arm, y + arm);
        pen.line_to(x + arm, y - arm);
    }
    pen.stroke();
}

impl Followed {
    fn new(card: LinkCard, flow: Flow) -> Option<Self> {
        Some(Followed { card, ends: None, seen: ([0; 2], [0; 2], f64::NAN), flow, rate: (0.0, 0.0) })
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

    /// How far apart its ends are [canvas units].
    fn way(&self) -> f64 {
        let ([x, y], [to_x, to_y], _) = self.seen;
        f64::from(to_x - x).hypot(f64::from(to_y - y))
    }
}
