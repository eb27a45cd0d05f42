//! A link as a curve with its rate; it follows its two ends only.

use headroom::design::LinkId;
use headroom::figures;
use headroom::job::LinkFrame;
use headroom::session::geometry::{self, Curve};
use leptos::prelude::*;

use crate::cards::{Cards, LinkCard};
use crate::state::App;

/// From this share on, failures are shown: what the findings count as a loss too.
const FAILING: f64 = 0.001;

/// One link.
#[component]
pub fn LinkLine(id: LinkId) -> impl IntoView {
    let cards = App::get().cards;
    cards.link(id).map(|card| view! { <Drawn id card/> })
}

#[component]
fn Drawn(id: LinkId, card: LinkCard) -> impl IntoView {
    let cards = App::get().cards;
    let LinkCard { figures, selected, .. } = card.clone();
    let curve = Memo::new(move |_| curve_of(cards, &card));
    let path = Signal::derive(move || curve.get().map_or_else(String::new, |curve| curve.path()));
    let failing = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(|now| failed_share(now) >= FAILING))
    };
    let width = Memo::new(move |_| figures.with(stroke));
    let chosen = selected.clone();
    view! {
        <g class="link" data-link=id.0 class:selected=move || selected.get() class:failing=failing>
            <path class="reach" d=path/>
            <path class="wire" d=path style:stroke-width=move || format!("{:.1}px", width.get())/>
            <path class="tip" d=move || curve.get().map_or_else(String::new, |curve| tip(&curve))/>
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
    let place = Memo::new(move |_| curve_of(cards, &card).map(|curve| beside(&curve)));
    let coordinate = move |axis: usize| move || place.get().map(|at| format!("{:.1}", at[axis]));
    let failed = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(failures))
    };
    let rate = Memo::new(move |_| figures.with(|now| (now.calls > 0.0).then(|| figures::rate(now.calls))));
    let words =
        move || carries.with(|words| if words.is_empty() { String::new() } else { format!("{words} ") });
    view! {
        <text class:failing=move || failed.with(Option::is_some) x=coordinate(0) y=coordinate(1)>
            <tspan class="carries">{words}</tspan>
            <tspan>{rate}</tspan>
            <tspan>{move || failed.get().map(|failed| format!(" ✕ {failed}"))}</tspan>
        </text>
    }
}

/// Where the label stands: above a flat link, on a steep one, which would run through it anyway.
fn beside(curve: &Curve) -> [f64; 2] {
    let ([x0, y0], [x1, y1], [x, y]) = (curve.at(0.45), curve.at(0.55), curve.at(0.5));
    let is_steep = (y1 - y0).abs() > 0.5 * (x1 - x0).abs();
    [x, if is_steep { y + 4.0 } else { y - 9.0 }]
}

/// The curve of a link where its ends stand now.
pub fn curve_of(cards: Cards, card: &LinkCard) -> Option<Curve> {
    let (from, to) = card.ends.get();
    Some(geometry::curve(cards.node(from)?.at.get(), cards.node(to)?.at.get(), card.lane.get()))
}

/// Share of the calls that fail (0–1).
pub fn failed_share(now: &LinkFrame) -> f64 {
    if now.calls > 0.0 { (now.failures / now.calls).clamp(0.0, 1.0) } else { 0.0 }
}

/// The share of the calls that fail, once it matters.
fn failures(now: &LinkFrame) -> Option<String> {
    let failed = failed_share(now);
    (failed >= FAILING).then(|| figures::share(failed))
}

/// Thicker by one step for every ten times the rate [px].
fn stroke(now: &LinkFrame) -> f64 {
    (1.4 + 0.45 * (1.0 + now.calls).log10()).min(4.0)
}

/// An arrow head in the middle of the second half: it says which way the calls go.
fn tip(curve: &Curve) -> String {
    let ([x0, y0], [x1, y1]) = (curve.at(0.70), curve.at(0.72));
    let length = (x1 - x0).hypot(y1 - y0).max(1e-6);
    let [dx, dy] = [(x1 - x0) / length, (y1 - y0) / length];
    let corner = |along: f64, aside: f64| {
        format!("{:.1} {:.1}", x1 + along * dx - aside * dy, y1 + along * dy + aside * dx)
    };
    format!("M{}L{}L{}", corner(-4.0, -4.0), corner(0.0, 0.0), corner(-4.0, 4.0))
}

/// Where the ends of a selected link can be taken.
fn grips(curve: Curve) -> impl IntoView {
    let grip = |[x, y]: [f64; 2]| view! { <circle class="grip" cx=x.to_string() cy=y.to_string() r="6"/> };
    [curve.0[0], curve.0[3]].map(grip).into_iter().collect_view()
}
