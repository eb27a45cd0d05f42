//! A link as a curve with its rate; it follows its two ends only.

use headroom::design::LinkId;
use headroom::figures;
use headroom::job::LinkFrame;
use headroom::session::collapse::apparent;
use headroom::session::geometry::{self, Curve};
use headroom::session::labels::{self, Parts, Seat, Shape};
use leptos::prelude::*;

use crate::cards::{Cards, LinkCard, put};
use crate::live::CollectAny;
use crate::state::App;

/// One link.
#[component]
pub fn LinkLine(id: LinkId) -> impl IntoView {
    let cards = App::get().cards;
    cards.link(id).map(|card| view! { <Drawn id card/> })
}

#[component]
fn Drawn(id: LinkId, card: LinkCard) -> impl IntoView {
    let cards = App::get().cards;
    let LinkCard { ends, figures, selected, .. } = card.clone();
    let ends = move || ends.with(|(from, to)| format!("{} {}", from.0, to.0));
    let curve = Memo::new(move |_| curve_of(cards, &card));
    let path = Signal::derive(move || curve.get().map_or_else(String::new, |curve| curve.path()));
    let failing = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(|now| now.failed_share() >= LinkFrame::FAILING))
    };
    let cut = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(|now| now.cut))
    };
    let width = Memo::new(move |_| figures.with(stroke));
    let chosen = selected.clone();
    view! {
        <g class="link" data-link=id.0 data-ends=move || ends() class:selected=move || selected.get() class:failing=failing class:cut=cut>
            <path class="reach" d=path/>
            <path class="wire" d=path style:stroke-width=move || format!("{:.1}px", width.get())/>
            <path class="tip" d=move || curve.get().map_or_else(String::new, |curve| curve.tip())/>
            {move || chosen.get().then(|| curve.get().map(grips))}
        </g>
    }
}

/// What a link carries, its rate and its failures, over the moving traffic.
#[component]
pub fn LinkLabel(id: LinkId) -> impl IntoView {
    let cards = App::get().cards;
    cards.link(id).map(|card| view! { <Label id card/> })
}

#[component]
fn Label(id: LinkId, card: LinkCard) -> impl IntoView {
    let cards = App::get().cards;
    let LinkCard { figures, carries, room, selected, .. } = card.clone();
    let curve = Memo::new(move |_| curve_of(cards, &card));
    let failed = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(failures))
    };
    let is_cut = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(|now| now.cut))
    };
    let rate = Memo::new(move |_| figures.with(|now| (now.calls > 0.0).then(|| figures::rate(now.calls))));
    let words = Memo::new(move |_| {
        let cut = if is_cut.get() { "cut " } else { "" };
        carries.with(|words| if words.is_empty() { cut.to_owned() } else { format!("{words} {cut}") })
    });
    // What fits of it: in full, and from some way off, where letters are larger and what is carried is left out.
    let shape = move |letter: f64, all: bool| {
        let wide = |text: &str| text.chars().count() as f64 * letter;
        let some = |text: &Option<String>| text.as_deref().map_or(0.0, wide);
        let carries = if all { words.with(|text| wide(text)) } else { 0.0 };
        let (rate, fails) = (rate.with(some), failed.with(some));
        // Where calls fail, the letters are bold.
        let bold = if fails > 0.0 { BOLD } else { 1.0 };
        let failed = if fails > 0.0 { bold * (fails + 3.0 * letter) } else { 0.0 };
        Parts { carries: bold * carries, rate: bold * rate, failed }
    };
    let asked = Memo::new(move |_| selected.get() || cards.hovered.get() == Some(id));
    let shapes = Memo::new(move |_| {
        let room = room.get();
        [shape(NARROW, true), shape(LARGE, false)].map(|parts| parts.shape(room))
    });
    // Asked for by a hand where it does not fit, it stands above both cards.
    let aside = Memo::new(move |_| asked.get() && shapes.get().contains(&Shape::Nothing));
    let seat = Memo::new(move |_| {
        let curve = curve.get()?;
        let seat = Seat::beside(&curve);
        let top = curve.0[0][1].min(curve.0[3][1]) - ASIDE;
        Some(if aside.get() { Seat { at: [seat.at[0], top], ..seat } } else { seat })
    });
    let is = move |which: usize, shape: Shape| move || !asked.get() && shapes.get()[which] == shape;
    let stacked = Memo::new(move |_| !aside.get() && shapes.get().iter().any(|shape| *shape != Shape::Line));
    let x = Signal::derive(move || seat.with(|seat| seat.as_ref().map(|seat| format!("{:.1}", seat.at[0]))));
    let y = move |line: f64| {
        seat.with(|seat| seat.as_ref().map(|seat| format!("{:.1}", seat.at[1] + seat.line(line))))
    };
    let own = move |line: f64| move || if stacked.get() { y(line) } else { None };
    let own_x = move || if stacked.get() { x.get() } else { None };
    view! {
        <text class:failing=move || failed.with(Option::is_some) class:none=is(0, Shape::Nothing) class:bare=is(0, Shape::Rate)
            class:far-none=is(1, Shape::Nothing) class:far-bare=is(1, Shape::Rate) x=x y=move || y(0.0)>
            <tspan class="carries" x=move || own_x() y=own(-1.0)>{words}</tspan>
            <tspan x=move || own_x() y=own(0.0)>{rate}</tspan>
            <tspan class="failed" x=move || own_x() y=own(1.0)>
                {move || failed.get().map(|failed| if stacked.get() { format!("✕ {failed}") } else { format!(" ✕ {failed}") })}
            </tspan>
        </text>
    }
}

/// Width of a character at most [canvas units]: in full, and from some way off, where letters are larger.
const NARROW: f64 = 6.1;
const LARGE: f64 = 8.3;
/// How much wider it is in bold.
const BOLD: f64 = 1.13;
/// From the ports up to a label above both cards and what stands on their edges [canvas units].
const ASIDE: f64 = 60.0;

/// Measures the room for the labels of all links, once everything has its place: during a drag it stays as it was.
pub fn make_room(app: App) {
    let design = app.session.with_value(|session| session.design().clone());
    let seen = apparent(&design);
    let cards: Vec<_> = seen.links.iter().map(|link| app.cards.link(link.id)).collect();
    let bend = |card: &Option<LinkCard>| card.as_ref().map_or(0.0, |card| card.bend.get_untracked());
    let bends: Vec<f64> = cards.iter().map(bend).collect();
    for (card, room) in cards.iter().zip(labels::rooms(&seen, &bends)) {
        if let Some(card) = card {
            put(&card.room, room);
        }
    }
}

/// The curve of a link where its ends stand now.
pub fn curve_of(cards: Cards, card: &LinkCard) -> Option<Curve> {
    let (from, to) = card.ends.get();
    Some(geometry::curve(cards.node(from)?.at.get(), cards.node(to)?.at.get(), card.bend.get()))
}

/// The share of the calls that fail, once it matters.
fn failures(now: &LinkFrame) -> Option<String> {
    let failed = now.failed_share();
    // Where many fail, whole percents say enough, and fit between two blocks.
    let shown = if failed < 0.1 { failed } else { (failed * 100.0).round() / 100.0 };
    (failed >= LinkFrame::FAILING).then(|| figures::share(shown))
}

/// Thicker by one step for every ten times the rate [px].
fn stroke(now: &LinkFrame) -> f64 {
    (1.4 + 0.45 * (1.0 + now.calls).log10()).min(4.0)
}

/// From the caller's port to the grip [px].
const BESIDE: f64 = 9.0;

/// Where the ends of a selected link can be taken: at the caller beside its port, from which a second link is drawn.
fn grips(curve: Curve) -> impl IntoView {
    let grip = |[x, y]: [f64; 2]| view! { <circle class="grip" cx=x.to_string() cy=y.to_string() r="6"/> };
    let [x, y] = curve.0[0];
    [[x + BESIDE, y], curve.0[3]].map(grip).into_iter().collect_any()
}
