//! What a gesture under way draws: the new link, the blocks that would take it, why another would not, a marquee.

use headroom::design::NodeId;
use headroom::session::Draft;
use headroom::session::geometry::{self, CARD, Point, Rect};
use leptos::prelude::*;

use crate::live::CollectAny;
use crate::state::App;

/// The draft, over the cards.
#[component]
pub fn DraftLayer() -> impl IntoView {
    let app = App::get();
    let valid = Memo::new(move |_| app.draft.with(|draft| valid_of(draft.as_ref())));
    view! {
        <svg class="draft" aria-hidden="true">
            {move || valid.get().into_iter().map(|(id, backwards)| lit(app, id, backwards)).collect_any()}
            {move || app.draft.with(|draft| draft.as_ref().map(|draft| drawn(app, draft)))}
        </svg>
        {move || app.draft.with(|draft| draft.as_ref().and_then(reason))}
    }
}

fn valid_of(draft: Option<&Draft>) -> Vec<(NodeId, bool)> {
    match draft {
        Some(Draft::Link { valid, backwards, .. }) => valid.iter().map(|id| (*id, *backwards)).collect(),
        Some(Draft::Marquee(..) | Draft::Guides(_)) | None => Vec::new(),
    }
}

/// A block that would take the link: its outline and its handle light up.
fn lit(app: App, id: NodeId, backwards: bool) -> impl IntoView {
    place(app, id).map(|at| {
        let [x, y] = at.map(|value| value.to_string());
        let [cx, cy] = handle(at, backwards).map(|value| value.to_string());
        view! {
            <g class="lit" data-valid=id.0>
                <rect x=x y=y width=CARD[0].to_string() height=CARD[1].to_string() rx="8"/>
                <circle cx=cx cy=cy r="9"/>
            </g>
        }
    })
}

fn drawn(app: App, draft: &Draft) -> AnyView {
    match draft {
        Draft::Marquee(a, b) => {
            let rect = Rect::of_corners(*a, *b);
            let [[x, y], [width, height]] =
                [rect.min, rect.size()].map(|pair| pair.map(|value| value.to_string()));
            view! { <rect class="marquee" x=x y=y width=width height=height/> }.into_any()
        }
        Draft::Guides(lines) => {
            let line = |[from, to]: &[Point; 2]| format!("M{} {}L{} {}", from[0], from[1], to[0], to[1]);
            let path: String = lines.iter().map(line).collect();
            view! { <path class="guides" d=path/> }.into_any()
        }
        Draft::Link { from, backwards, to, snapped, .. } => {
            let Some(start) = place(app, *from).map(|at| handle(at, !backwards)) else {
                return ().into_any();
            };
            let end = snapped.and_then(|id| place(app, id)).map_or(*to, |at| handle(at, *backwards));
            let [first, last] = if *backwards { [end, start] } else { [start, end] };
            let target = snapped.and_then(|id| place(app, id)).map(|at| {
                let [x, y] = at.map(|value| value.to_string());
                view! { <rect class="target" x=x y=y width=CARD[0].to_string() height=CARD[1].to_string() rx="8"/> }
            });
            let [cx, cy] = end.map(|value| value.to_string());
            view! {
                {target}
                <path class="new" d=geometry::curve_between(first, last).path()/>
                <circle class="end" cx=cx cy=cy r="5"/>
            }
            .into_any()
        }
    }
}

/// Beside the pointer: why the block under it takes no link.
fn reason(draft: &Draft) -> Option<impl IntoView + use<>> {
    let Draft::Link { refused: Some((_, text)), to, .. } = draft else { return None };
    let [x, y] = *to;
    let place = format!("translate({x}px,{y}px)");
    Some(view! { <p class="refusal" style:transform=place>{text.clone()}</p> })
}

fn place(app: App, id: NodeId) -> Option<[i32; 2]> {
    app.cards.node(id).map(|card| card.at.get_untracked())
}

/// The handle In, or Out.
fn handle(at: [i32; 2], out: bool) -> Point {
    if out { geometry::out_handle(at) } else { geometry::in_handle(at) }
}
