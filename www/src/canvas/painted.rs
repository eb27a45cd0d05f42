//! The blocks and links of a large design that are no elements of the page (see `elements.rs`): painted as they look, as far
//! as can be seen from there. What is pressed is found by its place, by the core.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use headroom::job::LinkFrame;
use headroom::report::State;
use headroom::session::geometry::{self, CARD, Curve};
use headroom::session::{FAR, Viewport};
use headroom::sorted;
use leptos::html;
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use super::elements::Elements;
use super::ink::{Ink, Pen, fresh, pen};
use crate::cards::NodeCard;
use crate::state::App;

/// Below this zoom, names are too small to read and only colors are left.
const NAMELESS: f64 = 0.22;
/// On the way out the picture is painted for a view so many times as large.
const OUTWARD: f64 = 1.8;
/// The picture is stretched by so much at most before it is painted anew.
const COARSE: f64 = 2.5;
/// It reaches beyond the view by this share of it on each side.
const AROUND: f64 = 0.15;
/// Curves shorter than this look straight [px].
const STRAIGHT: f64 = 40.0;
/// Letters of a name that a card has room for in a line, from far away.
const LETTERS: usize = 12;

/// The layer below the elements.
#[component]
pub fn Painted(elements: Elements, moving: ReadSignal<bool>) -> impl IntoView {
    let app = App::get();
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        if let Some(canvas) = canvas.get() {
            follow(app, elements, moving, canvas);
        }
    });
    view! { <canvas class="painted" node_ref=canvas aria-hidden="true"></canvas> }
}

/// Paints anew in the next frame when anything looks different. While the view moves, the picture is moved and stretched as
/// it is, as far as it reaches.
fn follow(app: App, elements: Elements, moving: ReadSignal<bool>, canvas: HtmlCanvasElement) {
    let Some(pen) = pen(&canvas) else { return };
    let (ink, from) = (Ink::new(TOKENS), app.viewport.get_untracked());
    let layer =
        Layer { app, elements, canvas, pen, ink, picture: Picture::default(), dark: None, from, asked: None };
    let layer = Rc::new(RefCell::new(layer));
    let at_rest = Rc::clone(&layer);
    let dragged = Rc::clone(&layer);
    Effect::new(move |_| {
        // What is dragged is an element as a rule, and so are its links; the rest stays as it was.
        let nodes = ids(elements.nodes);
        if app.cards.moves.with(|moved| moved.iter().any(|id| !nodes.contains(&id.0))) {
            soon(&dragged, Why::Looks);
        }
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

/// What is drawn in which color: the states first, in their order.
const TOKENS: [&str; 13] = [
    "--calm",
    "--busy",
    "--hot",
    "--sat",
    "--down",
    "--raised",
    "--line",
    "--line-strong",
    "--accent",
    "--spof",
    "--text",
    "--sat-bg",
    "--font",
];
const SATURATED: usize = 3;
const DOWN: usize = 4;
const RAISED: usize = 5;
const LINE: usize = 6;
const WIRE: usize = 7;
const ACCENT: usize = 8;
const SPOF: usize = 9;
const TEXT: usize = 10;
const ALARM: usize = 11;
const FONT: usize = 12;

struct Layer {
    app: App,
    elements: Elements,
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

/// What is painted, wherever one looks from [canvas units].
#[derive(Debug, Clone, PartialEq, Default)]
struct Picture {
    blocks: Vec<Block>,
    /// Plain links, failing ones, those that are cut, selected ones.
    links: [Vec<Curve>; 4],
}

/// A block to be painted.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    /// Top left corner [canvas units].
    at: [f64; 2],
    state: State,
    selected: bool,
    single: bool,
    title: String,
}

impl Layer {
    /// Paints what is in view, if it is not what is painted.
    fn look(&mut self) {
        let view = beyond(&self.app.viewport.get_untracked());
        let (picture, dark) = (self.picture(), Some(self.app.panels.dark.get_untracked()));
        if picture == self.picture && (picture.is_empty() || (self.from == view && self.dark == dark)) {
            return;
        }
        (self.picture, self.dark) = (picture, dark);
        self.paint(view);
    }

    /// Paints what has come into view. On the way out more will come at once: then more is painted, and less finely.
    fn reach(&mut self) {
        let view = self.app.viewport.get_untracked();
        let mut wide = view;
        if view.zoom < self.from.zoom {
            wide.zoom_at([0, 1].map(|axis| 0.5 * view.size[axis]), 1.0 / OUTWARD);
        }
        self.paint(beyond(&wide));
    }

    fn paint(&mut self, from: Viewport) {
        self.from = from;
        self.shift(&self.app.viewport.get_untracked());
        // Without anything on it, it takes no room.
        let is_empty = self.picture.is_empty();
        fresh(&self.pen, &self.canvas, if is_empty { [0.0; 2] } else { from.size });
        let colors = self.ink.colors(self.app, &self.canvas);
        let (pen, zoom, seen) = (&self.pen, from.zoom, from.visible());
        let _ = pen.scale(zoom, zoom);
        let _ = pen.translate(from.pan[0], from.pan[1]);
        for (curves, color) in self.picture.links.iter().zip([WIRE, SATURATED, DOWN, ACCENT]) {
            pen.set_stroke_style_str(colors[color]);
            pen.set_line_width(1.4_f64.max(0.7 / zoom));
            trace(pen, curves.iter().filter(|curve| curve.bounds().overlaps(&seen)), zoom);
        }
        let is_seen = |block: &&Block| geometry::card(block.at.map(|at| at as i32)).overlaps(&seen);
        let blocks: Vec<&Block> = self.picture.blocks.iter().filter(is_seen).collect();
        draw_cards(pen, &blocks, &colors, zoom);
        if zoom >= NAMELESS {
            pen.set_fill_style_str(colors[TEXT]);
            write_names(pen, &blocks, colors[FONT], zoom);
        }
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

    /// What is no element, as it looks now.
    fn picture(&self) -> Picture {
        let [nodes, links] = [self.elements.nodes, self.elements.links].map(ids);
        let mut picture = Picture::default();
        self.app.cards.each_node(|card| {
            if !nodes.contains(&card.id.0) {
                picture.blocks.push(Block::of(card));
            }
        });
        self.app.cards.each_link(|id, link, ends| {
            if !links.contains(&id.0) {
                let [from, to] = ends.map(|card| card.at.get_untracked());
                let curve = geometry::curve(from, to, link.bend.get_untracked());
                let kind = link.figures.with_untracked(|now| match () {
                    () if link.selected.get_untracked() => 3,
                    () if now.cut => 2,
                    () => usize::from(now.failed_share() >= LinkFrame::FAILING),
                });
                picture.links[kind].push(curve);
            }
        });
        picture
    }
}

impl Picture {
    fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.links.iter().all(Vec::is_empty)
    }
}

impl Block {
    fn of(card: &NodeCard) -> Block {
        let (title, single) = card.face.with_untracked(|face| (face.title.clone(), face.spof.is_some()));
        Block {
            at: card.at.get_untracked().map(f64::from),
            state: card.figures.with_untracked(|figures| figures.state),
            selected: card.selected.get_untracked(),
            single,
            title,
        }
    }
}

fn ids(list: RwSignal<Vec<u32>>) -> BTreeSet<u32> {
    list.with_untracked(|list| sorted::set(list.iter().copied()))
}

/// Draws curves of one color: each alone, because a browser without a graphics card takes many times as long for one path
/// of a thousand pieces.
fn trace<'a>(pen: &Pen, curves: impl Iterator<Item = &'a Curve>, zoom: f64) {
    for Curve([a, b, c, d]) in curves {
        pen.begin_path();
        pen.move_to(a[0], a[1]);
        let way = (d[0] - a[0]).abs() + (d[1] - a[1]).abs() + (c[1] - d[1]).abs();
        match way * zoom < STRAIGHT {
            true => pen.line_to(d[0], d[1]),
            false => pen.bezier_curve_to(b[0], b[1], c[0], c[1], d[0], d[1]),
        }
        pen.stroke();
    }
}

/// Cards without what stands on them: surface, edge, the bar of the state at the left; from very far away, the state alone.
fn draw_cards(pen: &Pen, blocks: &[&Block], colors: &[&str], zoom: f64) {
    let [width, height] = CARD;
    let fill = |color: usize, width: f64, wanted: &dyn Fn(&Block) -> bool| {
        pen.set_fill_style_str(colors[color]);
        for Block { at: [x, y], .. } in blocks.iter().filter(|block| wanted(block)) {
            pen.fill_rect(*x, *y, width, height);
        }
    };
    let edge = |color: usize, out: f64, wanted: &dyn Fn(&Block) -> bool| {
        pen.set_stroke_style_str(colors[color]);
        for Block { at: [x, y], .. } in blocks.iter().filter(|block| wanted(block)) {
            pen.stroke_rect(x - out, y - out, width + 2.0 * out, height + 2.0 * out);
        }
    };
    let readable = zoom >= NAMELESS;
    pen.set_line_width(1.0 / zoom);
    if readable {
        fill(RAISED, width, &|block| block.state != State::Saturated);
        fill(ALARM, width, &|block| block.state == State::Saturated);
        edge(LINE, 0.0, &|block| block.state != State::Saturated);
        edge(SATURATED, 0.0, &|block| block.state == State::Saturated);
    }
    for (color, state) in State::ALL.into_iter().enumerate() {
        fill(color, if readable { 4.0 } else { width }, &|block| block.state == state);
    }
    pen.set_line_width(1.5_f64.max(1.0 / zoom));
    edge(SPOF, 4.0, &|block| block.single);
    edge(ACCENT, 0.0, &|block| block.selected);
}

/// Names, in the places that they have on the elements.
fn write_names(pen: &Pen, blocks: &[&Block], font: &str, zoom: f64) {
    let far = zoom < FAR;
    pen.set_font(&format!("600 {}px {font}", if far { 22 } else { 14 }));
    pen.set_text_baseline("middle");
    for Block { at: [x, y], title, .. } in blocks {
        let lines = if far { fitted(title, LETTERS, 2) } else { fitted(title, 2 * LETTERS - 6, 1) };
        let first = y + if far { 33.0 - 12.0 * (lines.len() as f64 - 1.0) } else { 20.0 };
        for (line, text) in lines.iter().enumerate() {
            let _ = pen.fill_text(text, x + 36.0, first + line as f64 * 24.0);
        }
    }
}

/// As much of a name as lines of so many letters hold.
fn fitted(title: &str, letters: usize, most: usize) -> Vec<String> {
    let mut lines = geometry::broken(title, letters);
    let is_cut = lines.len() > most || lines.iter().any(|line| line.chars().count() > letters);
    lines.truncate(most);
    for (index, line) in lines.iter_mut().enumerate() {
        let ends = index + 1 == most && is_cut;
        if ends || line.chars().count() > letters {
            *line = line.chars().take(letters - 1).chain(['…']).collect();
        }
    }
    lines
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
