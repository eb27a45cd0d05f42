//! What a painted design looks like, and how it is drawn.

use headroom::design::{LinkId, NodeId};
use headroom::job::LinkFrame;
use headroom::report::State;
use headroom::session::FAR;
use headroom::session::geometry::{self, CARD, Curve, Rect};
use leptos::prelude::*;

use super::ink::Pen;
use crate::cards::{Cards, LinkCard, NodeCard};

/// Below this zoom, names are too small to read and only colors are left.
const NAMELESS: f64 = 0.22;
/// Curves shorter than this look straight [px].
const STRAIGHT: f64 = 40.0;
/// Letters of a name that a card has room for in a line, from far away.
const LETTERS: usize = 12;
/// What stands out of a card: the ring of a single point of failure, the bend of a link [canvas units].
const OUT: f64 = 24.0;

/// What is drawn in which color: the states first, in their order.
pub const TOKENS: [&str; 13] = [
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

/// Blocks and links, wherever one looks from [canvas units].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picture {
    blocks: Vec<Block>,
    /// Plain links, failing ones, those that are cut, selected ones.
    links: [Vec<Curve>; 4],
}

/// A block to be painted.
#[derive(Debug, Clone, PartialEq)]
struct Block {
    /// Where it stands [canvas units].
    card: Rect,
    state: State,
    selected: bool,
    single: bool,
    title: String,
}

impl Picture {
    /// Those of the blocks and links for which this holds; a link is told with its ends.
    pub fn of(
        cards: Cards,
        has_node: impl Fn(NodeId) -> bool,
        has_link: impl Fn(LinkId, [NodeId; 2]) -> bool,
    ) -> Picture {
        let mut picture = Picture::default();
        cards.each_node(|card| {
            if has_node(card.id) {
                picture.blocks.push(Block::of(card));
            }
        });
        cards.each_link(|id, link, ends| {
            if has_link(id, ends.map(|card| card.id)) {
                let [from, to] = ends.map(|card| card.at.get_untracked());
                picture.links[kind(link)].push(geometry::curve(from, to, link.bend.get_untracked()));
            }
        });
        picture
    }

    /// Whether nothing is on it.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.links.iter().all(Vec::is_empty)
    }

    /// What it covers; `None` when nothing is on it.
    pub fn bounds(&self) -> Option<Rect> {
        let curves = self.links.iter().flatten().map(Curve::bounds);
        let all = self.blocks.iter().map(|block| block.card).chain(curves);
        all.reduce(|all, one| all.union(&one)).map(|all| all.grown(OUT))
    }

    /// Draws what of it lies in this rectangle, in canvas units; the pen is zoomed already.
    pub fn draw(&self, pen: &Pen, colors: &[&str; 13], zoom: f64, seen: &Rect) {
        for (curves, color) in self.links.iter().zip([WIRE, SATURATED, DOWN, ACCENT]) {
            pen.set_stroke_style_str(colors[color]);
            pen.set_line_width(1.4_f64.max(0.7 / zoom));
            trace(pen, curves.iter().filter(|curve| curve.bounds().overlaps(seen)), zoom);
        }
        let blocks: Vec<&Block> = self.blocks.iter().filter(|block| block.card.overlaps(seen)).collect();
        draw_cards(pen, &blocks, colors, zoom);
        if zoom >= NAMELESS {
            pen.set_fill_style_str(colors[TEXT]);
            write_names(pen, &blocks, colors[FONT], zoom);
        }
    }
}

fn kind(link: &LinkCard) -> usize {
    link.figures.with_untracked(|now| match () {
        () if link.selected.get_untracked() => 3,
        () if now.cut => 2,
        () => usize::from(now.failed_share() >= LinkFrame::FAILING),
    })
}

impl Block {
    fn of(card: &NodeCard) -> Block {
        let (title, single) = card.face.with_untracked(|face| (face.title.clone(), face.spof.is_some()));
        Block {
            card: geometry::card(card.at.get_untracked()),
            state: card.figures.with_untracked(|figures| figures.state),
            selected: card.selected.get_untracked(),
            single,
            title,
        }
    }
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
        for Block { card: Rect { min: [x, y], .. }, .. } in blocks.iter().filter(|block| wanted(block)) {
            pen.fill_rect(*x, *y, width, height);
        }
    };
    let edge = |color: usize, out: f64, wanted: &dyn Fn(&Block) -> bool| {
        pen.set_stroke_style_str(colors[color]);
        for Block { card: Rect { min: [x, y], .. }, .. } in blocks.iter().filter(|block| wanted(block)) {
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
    for Block { card: Rect { min: [x, y], .. }, title, .. } in blocks {
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
