//! A link as a curve with its rate; it follows its two ends only.

use headroom::design::LinkId;
use headroom::figures;
use headroom::job::LinkFrame;
use headroom::session::geometry::{self, Curve};
use leptos::prelude::*;

use crate::cards::{Cards, LinkCard};
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
    cards.link(id).map(|card| view! { <Label card/> })
}

#[component]
fn Label(card: LinkCard) -> impl IntoView {
    let cards = App::get().cards;
    let LinkCard { figures, carries, .. } = card.clone();
    let seat = Memo::new(move |_| curve_of(cards, &card).map(|curve| Seat::beside(&curve)));
    let failed = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(failures))
    };
    let is_cut = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(|now| now.cut))
    };
    let rate = Memo::new(move |_| figures.with(|now| (now.calls > 0.0).then(|| figures::rate(now.calls))));
    let words = {
        let carries = carries.clone();
        let cut = move || if is_cut.get() { "cut " } else { "" };
        move || {
            carries
                .with(|words| if words.is_empty() { cut().to_owned() } else { format!("{words} {}", cut()) })
        }
    };
    // Without room for one line, each part has a line of its own.
    let stacked = Memo::new(move |_| {
        let count = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        let (rate, failed) = (rate.with(count), failed.with(|text| count(text) + 3));
        let long = carries.with(|words| words.chars().count()) + rate;
        let wide = (long as f64 * NARROW).max(rate as f64 * LARGE);
        let wide = wide.max((rate + failed) as f64 * if failed > 3 { LARGE } else { 0.0 });
        seat.with(|seat| seat.as_ref().is_some_and(|seat| wide > seat.room))
    });
    let x = Signal::derive(move || seat.with(|seat| seat.as_ref().map(|seat| format!("{:.1}", seat.at[0]))));
    let y = move |line: f64| {
        seat.with(|seat| seat.as_ref().map(|seat| format!("{:.1}", seat.at[1] + seat.line(line))))
    };
    let own = move |line: f64| move || if stacked.get() { y(line) } else { None };
    let own_x = move || if stacked.get() { x.get() } else { None };
    view! {
        <text class:failing=move || failed.with(Option::is_some) x=x y=move || y(0.0)>
            <tspan class="carries" x=move || own_x() y=own(-1.0)>{move || words()}</tspan>
            <tspan x=move || own_x() y=own(0.0)>{rate}</tspan>
            <tspan x=move || own_x() y=own(1.0)>
                {move || failed.get().map(|failed| if stacked.get() { format!("✕ {failed}") } else { format!(" ✕ {failed}") })}
            </tspan>
        </text>
    }
}

/// Width of a character at most [canvas units]: in full, and from some way off, where letters are larger.
const NARROW: f64 = 5.9;
const LARGE: f64 = 8.2;

/// Where the label of a link stands.
#[derive(Clone, Copy, PartialEq)]
struct Seat {
    /// Middle of its line.
    at: [f64; 2],
    /// Width that is free of cards [canvas units].
    room: f64,
    steep: bool,
}

impl Seat {
    /// Above a flat link, on a steep one, which would run through it anyway.
    fn beside(curve: &Curve) -> Seat {
        let ([x0, y0], [x1, y1], [x, y]) = (curve.at(0.45), curve.at(0.55), curve.at(0.5));
        let steep = (y1 - y0).abs() > 0.5 * (x1 - x0).abs();
        Seat { at: [x, if steep { y + 4.0 } else { y - 9.0 }], room: curve.room(), steep }
    }

    /// How far below the first line another one stands; on a flat link the wire runs between.
    fn line(&self, line: f64) -> f64 {
        let below_the_wire = if line > 0.0 && !self.steep { 12.0 } else { 0.0 };
        line * 14.0 + below_the_wire
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
