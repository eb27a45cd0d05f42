//! The drawing as SVG: frames of groups, links with what they carry, cards; the design stands in `<metadata>`. Files are in
//! the light theme, as paper is.
//!
//! Only presentation attributes, no style: a page with a strict policy may show the drawing as it is.

use std::fmt::Write;

use super::ink::{Ink, LIGHT};
use super::{CUT, FOREIGN, card};
use crate::analysis::Answer;
use crate::blocks;
use crate::design::{Design, Link, Note};
use crate::job::{Frame, LinkFrame};
use crate::session::collapse::{self, Boxes};
use crate::session::geometry::{self, Curve, Rect};
use crate::session::groups;
use crate::session::labels::{self, LETTER, Room, Seat, Shape, Words};
use crate::share::{self, Failure, Opened};

/// Room around the drawing.
const MARGIN: f64 = 32.0;
/// Size of a picture without a block.
const EMPTY: [f64; 2] = [480.0, 160.0];
/// What carries the design: name and namespace of the element inside `<metadata>`.
const ELEMENT: &str = "design";
const NAMESPACE: &str = "urn:headroom:design";

/// An answer and its figures as the canvas shows them.
pub(super) struct Shown<'a> {
    pub answer: &'a Answer,
    pub frame: Frame,
}

/// Draws a design. `icons` is the sprite `static/icons.svg`; with an answer the cards show rate, load and state.
pub fn draw(design: &Design, icons: &str, answer: Option<&Answer>) -> String {
    let shown = answer.map(|answer| Shown { answer, frame: Frame::of(&answer.report, &answer.topology) });
    let json = escaped(&share::to_json(design));
    let carried = format!(r#"<metadata><{ELEMENT} xmlns="{NAMESPACE}">{json}</{ELEMENT}></metadata>"#);
    drawn(design, icons, shown.as_ref(), &LIGHT, &carried)
}

/// One picture of a film: the figures of this moment of a run, in this theme, and no design in it.
pub fn still(design: &Design, icons: &str, answer: &Answer, frame: Frame, ink: &Ink) -> String {
    drawn(design, icons, Some(&Shown { answer, frame }), ink, "")
}

/// The part of the canvas that the drawing shows.
pub fn view(design: &Design) -> Rect {
    let extent = geometry::extent(design).map(|extent| extent.grown(MARGIN));
    extent.unwrap_or(Rect { min: [0.0, 0.0], max: EMPTY })
}

fn drawn(design: &Design, icons: &str, shown: Option<&Shown>, ink: &Ink, carried: &str) -> String {
    let view = view(design);
    let ([x, y], [width, height]) = (view.min, view.size());
    let mut out = String::new();
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="{x} {y} {width} {height}" font-family="{FONT}">"#
    );
    let _ = write!(out, "<title>{}</title>{carried}", escaped(title(design)));
    let _ = write!(out, r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{}"/>"#, ink.ground);
    if design.nodes.is_empty() && design.notes.is_empty() {
        let _ = write!(
            out,
            r#"<text x="24" y="84" font-size="14" fill="{}">Nothing is drawn yet.</text>"#,
            ink.quiet
        );
    }
    frames(&mut out, design, ink);
    design.notes.iter().for_each(|drawn| note(&mut out, drawn, ink));
    let (seen, boxes) = (collapse::apparent(design), Boxes::of(design));
    let links = links(&seen);
    links.iter().for_each(|(link, curve, _)| wire(&mut out, link, curve, shown, ink));
    links.iter().for_each(|(link, curve, room)| label(&mut out, link, curve, *room, shown, ink));
    let cards = design.nodes.iter().filter(|node| boxes.home(node.id).is_none());
    cards.for_each(|node| card::draw(&mut out, design, node, icons, shown, ink));
    boxes.places().for_each(|(id, at)| card::draw_box(&mut out, design, (id, at), shown, ink));
    out + "</svg>\n"
}

/// Reads the design that an SVG carries.
///
/// # Errors
/// [`Failure`]: no design in it, or a damaged one.
pub fn read(svg: &str) -> Result<Opened, Failure> {
    let Some(at) = svg.find(NAMESPACE) else {
        return Err(Failure::Damaged(FOREIGN.to_owned()));
    };
    let cut = || Failure::Damaged(CUT.to_owned());
    let (_, content) = svg[at..].split_once('>').ok_or_else(cut)?;
    // Another program may have given the element a prefix or wrapped its text.
    let content = match content.trim_start().strip_prefix("<![CDATA[") {
        Some(inside) => inside.split_once("]]>").ok_or_else(cut)?.0.to_owned(),
        None => unescaped(content.split_once("</").ok_or_else(cut)?.0),
    };
    share::from_json(content.trim())
}

const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

fn title(design: &Design) -> &str {
    if design.name.is_empty() { "Untitled design" } else { &design.name }
}

fn frames(out: &mut String, design: &Design, ink: &Ink) {
    for (id, frame) in geometry::frames(design) {
        let ([x, y], [width, height]) = (frame.min, frame.size());
        let name = escaped(&groups::title(design, id));
        let (line, quiet, ground) = (ink.strong, ink.quiet, ink.ground);
        let _ = write!(
            out,
            r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="12" fill="none" stroke="{line}" stroke-dasharray="4 3"/>"#
        );
        let _ = write!(
            out,
            r#"<text x="{}" y="{}" font-size="11" font-weight="500" fill="{quiet}" stroke="{ground}" stroke-width="6" stroke-linejoin="round" paint-order="stroke">{name}</text>"#,
            x + 16.0,
            y + 4.0
        );
    }
}

/// A note, its lines broken at spaces where they grow longer than its paper.
fn note(out: &mut String, note: &Note, ink: &Ink) {
    let paper = geometry::note(note);
    let ([x, y], [width, height]) = (paper.min, paper.size());
    let (card, line, quiet) = (ink.card, ink.line, ink.quiet);
    let _ = write!(
        out,
        r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="{card}" stroke="{line}"/>"#
    );
    for (index, text) in note.text.lines().flat_map(geometry::note_lines).enumerate() {
        let down = y + 20.0 + geometry::NOTE_LINE * index as f64;
        let _ = write!(
            out,
            r#"<text x="{}" y="{down}" font-size="12" fill="{quiet}">{}</text>"#,
            x + 10.0,
            escaped(&text)
        );
    }
}

/// Every link of a design as it appears, with its curve and the room for its label.
pub fn links(design: &Design) -> Vec<(&Link, Curve, Room)> {
    let placed = design.links.iter().zip(labels::laid(design));
    let drawn = placed
        .filter_map(|(link, (bend, room))| Some((link, geometry::placed_curve(design, link, bend)?, room)));
    drawn.collect()
}

fn wire(out: &mut String, link: &Link, curve: &Curve, shown: Option<&Shown>, ink: &Ink) {
    let is_failing = figures_of(link, shown).failed_share() >= LinkFrame::FAILING;
    let color = if is_failing { ink.saturated } else { ink.strong };
    let dashes = if blocks::link::is_async(&link.values) { r#" stroke-dasharray="6 5""# } else { "" };
    let (path, tip) = (curve.path(), curve.tip());
    let _ = write!(
        out,
        r#"<g fill="none" stroke="{color}" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d="{path}"{dashes}/><path d="{tip}"/></g>"#
    );
}

/// What a link carries, its rate and its failures: as much of it as fits between the cards.
fn label(out: &mut String, link: &Link, curve: &Curve, room: Room, shown: Option<&Shown>, ink: &Ink) {
    let words = Words::of(&blocks::link::in_words(&link.values), &figures_of(link, shown));
    let (color, weight) = if words.failed.is_some() { (ink.saturated, 600) } else { (ink.quiet, 500) };
    let shape = words.parts(LETTER).shape(room);
    let Words { carries, rate, failed } = words;
    let [rate, failed] = [rate, failed].map(Option::unwrap_or_default);
    let lines = match shape {
        Shape::Line => vec![(0.0, format!("{carries} {rate} {failed}").trim().to_owned())],
        Shape::Stack => vec![(-1.0, carries), (0.0, rate), (1.0, failed)],
        Shape::Rate => vec![(0.0, rate)],
        Shape::Nothing => Vec::new(),
    };
    let seat = Seat::beside(curve);
    let [x, y] = seat.at;
    for (line, text) in lines.into_iter().filter(|(_, text)| !text.is_empty()) {
        let _ = write!(
            out,
            r#"<text x="{x:.1}" y="{:.1}" font-size="11" font-weight="{weight}" text-anchor="middle" fill="{color}" stroke="{}" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{}</text>"#,
            y + seat.line(line),
            ink.ground,
            escaped(&text)
        );
    }
}

/// The figures of a link; all zero where none are shown.
fn figures_of(link: &Link, shown: Option<&Shown>) -> LinkFrame {
    let Some(Shown { answer, frame }) = shown else { return LinkFrame::default() };
    let index = (0..frame.links.len()).find(|index| answer.topology.route(*index).id == link.id);
    index.map_or_else(LinkFrame::default, |index| frame.links[index])
}

/// Text as it may stand in XML; characters that XML cannot hold stand as the escapes that JSON has for them.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Undoes [`escaped`], and what other programs write instead.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        match part.split_once(';').and_then(|(name, rest)| Some((entity(name)?, rest))) {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => {
                out.push('&');
                out.push_str(part);
            }
        }
    }
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix(['x', 'X']);
            let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)
        }
    }
}
