//! One block as a card of the drawing: state, icon, name, instances, rate, load, and whether it may not fail.

use std::fmt::Write;

use super::ink::Ink;
use super::svg::{Shown, escaped};
use crate::blocks;
use crate::design::{Design, GroupId, Node};
use crate::figures;
use crate::job::NodeFrame;
use crate::report::State;
use crate::session::geometry::{self, CARD};
use crate::session::groups;

/// From the card's edge to what stands in it.
const INSET: f64 = 12.0;
/// Where the name begins, after the icon.
const TEXT: f64 = 36.0;
/// More instances than this are counted, not drawn.
const PIPS: u32 = 6;

/// Draws a block where it stands.
pub fn draw(out: &mut String, design: &Design, node: &Node, icons: &str, shown: Option<&Shown>, ink: &Ink) {
    let about = blocks::find(&node.block).map(|block| block.about());
    let place = shown.and_then(|shown| Some((shown, shown.answer.topology.index_of(node.id)?)));
    let report = place.and_then(|(shown, index)| shown.frame.nodes.get(index));
    let instances = place.map_or(0, |(shown, index)| shown.answer.topology.place(index).servers.instances);
    let is_sender = about.is_some_and(|about| !about.accepts_calls && about.makes_calls);
    let color = match report {
        Some(report) if !is_sender => ink.of(report.state()),
        _ if is_sender => ink.accent,
        _ => ink.strong,
    };
    let is_idle = about.is_some_and(|about| !about.accepts_calls && !about.makes_calls);
    let is_full = report.is_some_and(|report| report.state() == State::Saturated);
    let [x, y] = node.at;
    let _ = write!(out, r#"<g transform="translate({x} {y})">"#);
    let single = place.is_some_and(|(shown, index)| shown.answer.single_point(index).is_some());
    if single {
        ring(out, ink);
    }
    let [width, height] = CARD;
    let line = if is_full { ink.saturated } else { ink.line };
    let _ = write!(
        out,
        r#"<rect width="{width}" height="{height}" rx="8" fill="{}" stroke="{line}"/><rect x="-1" y="10" width="3" height="{}" rx="1" fill="{color}"/>"#,
        ink.card,
        height - 20.0
    );
    icon(out, ink, icons, about.map_or("unknown", |about| about.icon));
    let room = CARD[0] - INSET - TEXT - pips(out, instances, color, ink);
    let title = fitted(design.title(node), room);
    let _ = write!(
        out,
        r#"<text x="{TEXT}" y="23" font-size="13" font-weight="600" fill="{}">{}</text>"#,
        ink.text,
        escaped(&title)
    );
    match report {
        // What watches the others has no calls of its own.
        Some(report) if !is_idle => now(out, report, is_sender, color, ink),
        _ => kind(out, about.map_or("Unknown block", |about| about.name), &title, ink),
    }
    tags(out, single, report.map(|report| report.state()), ink);
    out.push_str("</g>");
}

/// Draws a collapsed group at this place: its name, how many blocks are inside, and the worst of their states.
pub fn draw_box(
    out: &mut String,
    design: &Design,
    (id, [x, y]): (GroupId, [i32; 2]),
    shown: Option<&Shown>,
    ink: &Ink,
) {
    let inside = geometry::members(design, id);
    let state = |Shown { answer, frame }: &Shown| {
        let places = inside.iter().filter_map(|node| answer.topology.index_of(*node));
        places.filter_map(|index| frame.nodes.get(index)).map(NodeFrame::state).max()
    };
    let state = shown.and_then(state);
    let color = state.map_or(ink.strong, |state| ink.of(state));
    let [width, height] = CARD;
    let name = fitted(&groups::title(design, id), width - 2.0 * INSET);
    let blocks = figures::counted(inside.len() as u32, "block");
    let _ = write!(
        out,
        r#"<g transform="translate({x} {y})"><rect width="{width}" height="{height}" rx="8" fill="{}" stroke="{color}" stroke-dasharray="4 3"/><rect x="-1" y="10" width="3" height="{}" rx="1" fill="{color}"/>"#,
        ink.card,
        height - 20.0
    );
    let _ = write!(
        out,
        r#"<text x="{INSET}" y="23" font-size="13" font-weight="600" fill="{}">{}</text><text x="{INSET}" y="45" font-size="12" fill="{}">{blocks}</text>"#,
        ink.text,
        escaped(&name),
        ink.quiet
    );
    tags(out, false, state, ink);
    out.push_str("</g>");
}

/// The dashed ring of what may not fail.
fn ring(out: &mut String, ink: &Ink) {
    let [width, height] = CARD.map(|side| side + 10.0);
    let _ = write!(
        out,
        r#"<rect x="-5" y="-5" width="{width}" height="{height}" rx="12" fill="none" stroke="{}" stroke-width="1.5" stroke-dasharray="5 4"/>"#,
        ink.single
    );
}

/// The symbol of a sprite, 16 pixels wide.
fn icon(out: &mut String, ink: &Ink, icons: &str, name: &str) {
    let start = format!(r#"<symbol id="{name}""#);
    let found = icons.split_once(&start).and_then(|(_, rest)| rest.split_once('>'));
    let Some((inside, _)) = found.and_then(|(_, rest)| rest.split_once("</symbol>")) else { return };
    let _ = write!(
        out,
        r#"<g transform="translate({INSET} 10.5) scale(.6667)" fill="none" stroke="{}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{inside}</g>"#,
        ink.quiet
    );
}

/// One dot for each instance, or their number; the width that they take.
fn pips(out: &mut String, instances: u32, color: &str, ink: &Ink) -> f64 {
    let right = CARD[0] - INSET;
    match instances {
        0 | 1 => 0.0,
        2..=PIPS => {
            for index in 0..instances {
                let x = right - 3.0 - 9.0 * f64::from(index);
                let _ = write!(out, r#"<circle cx="{x}" cy="18.5" r="3" fill="{color}"/>"#);
            }
            9.0 * f64::from(instances) + 5.0
        }
        _ => {
            let text = format!("×{instances}");
            let _ = write!(
                out,
                r#"<text x="{right}" y="22.5" font-size="11" font-weight="500" text-anchor="end" fill="{}">{text}</text>"#,
                ink.quiet
            );
            7.0 * text.chars().count() as f64 + 6.0
        }
    }
}

/// Rate, load and the bar of the load.
fn now(out: &mut String, report: &NodeFrame, is_sender: bool, color: &str, ink: &Ink) {
    let quiet = ink.quiet;
    let rate = figures::rate(report.offered);
    let _ = write!(out, r#"<text x="{INSET}" y="45" font-size="12" fill="{quiet}">{rate}</text>"#);
    let load = report.load;
    if !load.is_finite() || is_sender {
        return;
    }
    let (right, width) = (CARD[0] - INSET, CARD[0] - 2.0 * INSET);
    let percent = figures::plain((load * 100.0).round() + 0.0);
    let _ = write!(
        out,
        r#"<text x="{right}" y="45" font-size="12" font-weight="600" text-anchor="end" fill="{color}">{percent} %</text><rect x="{INSET}" y="56" width="{width}" height="4" rx="2" fill="{}"/><rect x="{INSET}" y="56" width="{:.1}" height="4" rx="2" fill="{color}"/>"#,
        ink.line,
        width * load.clamp(0.0, 1.0)
    );
}

/// Without figures: what it is, unless that is its name.
fn kind(out: &mut String, kind: &str, title: &str, ink: &Ink) {
    if kind != title {
        let quiet = ink.quiet;
        let _ = write!(out, r#"<text x="{INSET}" y="48" font-size="12" fill="{quiet}">{kind}</text>"#);
    }
}

/// What stands out, in words: state is never color alone.
fn tags(out: &mut String, single: bool, state: Option<State>, ink: &Ink) {
    let state = state.filter(|state| matches!(state, State::Saturated | State::Down));
    let state = state.map(|state| (state.name(), ink.of(state)));
    let single = single.then_some(("single point", ink.single));
    let mut right = CARD[0] - 5.0;
    for (text, fill) in state.into_iter().chain(single) {
        let width = 6.2 * text.len() as f64 + 12.0;
        let _ = write!(
            out,
            r##"<rect x="{:.1}" y="-12" width="{width:.1}" height="18" rx="9" fill="{fill}"/><text x="{:.1}" y="1" font-size="11" font-weight="600" text-anchor="middle" fill="{}">{text}</text>"##,
            right - width,
            right - width / 2.0,
            ink.on_state
        );
        right -= width + 3.0;
    }
}

/// A text cut to fit a width, by how wide letters of this size and weight are in the widest of the fonts.
fn fitted(text: &str, room: f64) -> String {
    let mut left = room;
    let fits = |c: &char| {
        left -= width(*c);
        left >= 0.0
    };
    let kept: String = text.chars().take_while(fits).collect();
    if kept.len() == text.len() {
        return kept;
    }
    let shorter: String = kept.chars().take(kept.chars().count().saturating_sub(1)).collect();
    format!("{}…", shorter.trim_end())
}

fn width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 4.8,
        'f' | 'r' | 't' | '(' | ')' | '-' | '/' => 6.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 13.2,
        'A'..='Z' => 10.0,
        c if u32::from(c) >= 0x1100 => 13.0,
        _ => 8.6,
    }
}
