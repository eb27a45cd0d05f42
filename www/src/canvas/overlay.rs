//! What a gesture under way draws: the new link, the blocks that would take it, why another would not, a marquee, a group.

use headroom::session::Draft;
use headroom::session::collapse::{Boxes, Spot};
use headroom::session::geometry::{self, CARD, Point, Rect};
use headroom::session::guides::Guide;
use leptos::prelude::*;

use crate::live::{CollectAny, some};
use crate::state::App;

/// A new link shorter than this is its end alone: a curve would be a knot around the port [canvas units].
const SHORT: f64 = 20.0;
/// Half the length of the mark at the end of a gap [canvas units].
const TICK: f64 = 6.0;

/// The draft, over the cards.
#[component]
pub fn DraftLayer() -> impl IntoView {
    let app = App::get();
    let valid = Memo::new(move |_| app.draft.with(|draft| valid_of(draft.as_ref())));
    view! {
        <svg class="draft" aria-hidden="true">
            {move || valid.get().into_iter().map(|(spot, backwards)| lit(app, spot, backwards)).collect_any()}
            {move || app.draft.with(|draft| draft.as_ref().map(|draft| drawn(app, draft)))}
        </svg>
        {move || app.draft.with(|draft| draft.as_ref().and_then(reason))}
    }
}

fn valid_of(draft: Option<&Draft>) -> Vec<(Spot, bool)> {
    match draft {
        Some(Draft::Link { valid, backwards, .. }) => valid.iter().map(|spot| (*spot, *backwards)).collect(),
        Some(Draft::Marquee(..) | Draft::Frame { .. } | Draft::Guides(_) | Draft::Into(_)) | None => {
            Vec::new()
        }
    }
}

/// What would take the link: its outline and its handle light up.
fn lit(app: App, spot: Spot, backwards: bool) -> impl IntoView {
    place(app, spot).map(|at| {
        let [x, y] = at.map(|value| value.to_string());
        let [cx, cy] = handle(at, backwards).map(|value| value.to_string());
        view! {
            <g class="lit">
                <rect x=x y=y width=CARD[0].to_string() height=CARD[1].to_string() rx="8"/>
                <circle cx=cx cy=cy r="9"/>
            </g>
        }
    })
}

fn drawn(app: App, draft: &Draft) -> AnyView {
    match draft {
        Draft::Marquee(a, b) => drawn_rect(&Rect::of_corners(*a, *b), "marquee"),
        Draft::Frame { corners, inside } => {
            let held = inside.iter().filter_map(|id| place(app, Spot::Block(*id)));
            let held = held.map(|at| drawn_rect(&geometry::card(at), "held")).collect_any();
            let frame = corners.map(|(a, b)| drawn_rect(&Rect::of_corners(a, b), "frame"));
            view! { {held}{frame} }.into_any()
        }
        Draft::Guides(guides) => {
            let line = |[from, to]: &Guide| format!("M{} {}L{} {}", from[0], from[1], to[0], to[1]);
            let lines: String = guides.lines.iter().map(line).collect();
            let gaps: String = guides.gaps.iter().map(|gap| line(gap) + &ends(*gap)).collect();
            view! { <path class="guides" d=lines/><path class="gaps" d=gaps/> }.into_any()
        }
        Draft::Into(id) => target(app, Spot::Box(*id)),
        Draft::Link { from, backwards, to, snapped, .. } => {
            let Some(start) = place(app, *from).map(|at| handle(at, !backwards)) else {
                return ().into_any();
            };
            let end = snapped.and_then(|spot| place(app, spot)).map_or(*to, |at| handle(at, *backwards));
            let [first, last] = if *backwards { [end, start] } else { [start, end] };
            let target = snapped.map(|spot| target(app, spot));
            let [cx, cy] = end.map(|value| value.to_string());
            let long = (last[0] - first[0]).hypot(last[1] - first[1]) >= SHORT;
            let path = long.then(|| geometry::curve_between(first, last).path());
            view! {
                {target}
                <path class="new" d=path/>
                <circle class="end" cx=cx cy=cy r="5"/>
            }
            .into_any()
        }
    }
}

/// What takes a link, or blocks, where a hand lets go.
fn target(app: App, spot: Spot) -> AnyView {
    place(app, spot).map_or_else(|| ().into_any(), |at| drawn_rect(&geometry::card(at), "target"))
}

fn drawn_rect(rect: &Rect, class: &'static str) -> AnyView {
    let [[x, y], [width, height]] = [rect.min, rect.size()].map(|pair| pair.map(|value| value.to_string()));
    view! { <rect class=class x=x y=y width=width height=height/> }.into_any()
}

/// What to do while a group is to be drawn, and the way out without keys.
#[component]
pub fn FrameHint() -> impl IntoView {
    let app = App::get();
    let framing = Memo::new(move |_| app.draft.with(|draft| matches!(draft, Some(Draft::Frame { .. }))));
    let leave = move |_| {
        app.command("edit.leave");
        crate::keys::focus_canvas();
    };
    some(move || {
        framing.get().then(|| {
            view! {
                <p class="toast to-draw">
                    "Drag a rectangle around blocks, or click two corners."
                    <button class="btn" type="button" title="Escape" on:click=leave>"Cancel"</button>
                </p>
            }
        })
    })
}

/// The marks at both ends of a gap, across it.
fn ends(gap: Guide) -> String {
    let [dx, dy] = if gap[0][1] == gap[1][1] { [0.0, TICK] } else { [TICK, 0.0] };
    gap.map(|[x, y]| format!("M{} {}L{} {}", x - dx, y - dy, x + dx, y + dy)).concat()
}

/// Beside the pointer: why the block under it takes no link.
fn reason(draft: &Draft) -> Option<impl IntoView + use<>> {
    let Draft::Link { refused: Some((_, text)), to, .. } = draft else { return None };
    let [x, y] = *to;
    let place = format!("translate({x}px,{y}px)");
    Some(view! { <p class="refusal" style:transform=place>{text.clone()}</p> })
}

fn place(app: App, spot: Spot) -> Option<[i32; 2]> {
    match spot {
        Spot::Block(id) => app.cards.node(id).map(|card| card.at.get_untracked()),
        Spot::Box(_) => {
            let design = app.session.with_value(|session| session.design().clone());
            Boxes::of(&design).corner(&design, spot)
        }
    }
}

/// The handle In, or Out.
fn handle(at: [i32; 2], out: bool) -> Point {
    if out { geometry::out_handle(at) } else { geometry::in_handle(at) }
}
