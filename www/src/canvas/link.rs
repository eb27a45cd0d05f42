//! A link as a curve with its rate; it follows its two ends only.

use headroom::design::LinkId;
use headroom::job::LinkFrame;
use headroom::session::geometry::{self, Curve};
use headroom::session::labels::{LETTER, Parts, Seat, Shape, Words};
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
    cards.link(id).map(|card| view! { <Label id card/> })
}

#[component]
fn Label(id: LinkId, card: LinkCard) -> impl IntoView {
    let cards = App::get().cards;
    let LinkCard { figures, carries, room, selected, .. } = card.clone();
    let curve = Memo::new(move |_| curve_of(cards, &card));
    let words = Memo::new(move |_| carries.with(|carries| figures.with(|now| Words::of(carries, now))));
    let failing = move || words.with(|words| words.failed.is_some());
    // What fits of it: in full, and from some way off, where letters are larger and what is carried is left out.
    let parts =
        move || words.with(|words| [words.parts(LETTER), Parts { carries: 0.0, ..words.parts(LARGE) }]);
    let asked = Memo::new(move |_| selected.get() || cards.hovered.get() == Some(id));
    let shapes = Memo::new(move |_| {
        let room = room.get();
        parts().map(|parts| parts.shape(room))
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
    // On one line, a space keeps the parts apart.
    let carried = move || {
        words.with(
            |words| if words.carries.is_empty() { String::new() } else { format!("{} ", words.carries) },
        )
    };
    let fails = move || {
        let space = if stacked.get() { "" } else { " " };
        words.with(|words| words.failed.as_ref().map(|failed| format!("{space}{failed}")))
    };
    let own_x = move || if stacked.get() { x.get() } else { None };
    view! {
        <text class:failing=failing class:none=is(0, Shape::Nothing) class:bare=is(0, Shape::Rate)
            class:far-none=is(1, Shape::Nothing) class:far-bare=is(1, Shape::Rate) x=x y=move || y(0.0)>
            <tspan class="carries" x=move || own_x() y=own(-1.0)>{carried}</tspan>
            <tspan x=move || own_x() y=own(0.0)>{move || words.with(|words| words.rate.clone())}</tspan>
            <tspan class="failed" x=move || own_x() y=own(1.0)>{fails}</tspan>
        </text>
    }
}

/// Width of a character at most from some way off, where letters are larger [canvas units].
const LARGE: f64 = 8.3;
/// From the ports up to a label above both cards and what stands on their edges [canvas units].
const ASIDE: f64 = 60.0;

/// The curve of a link where its ends stand now.
pub fn curve_of(cards: Cards, card: &LinkCard) -> Option<Curve> {
    let (from, to) = card.ends.get();
    Some(geometry::curve(cards.node(from)?.at.get(), cards.node(to)?.at.get(), card.bend.get()))
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
