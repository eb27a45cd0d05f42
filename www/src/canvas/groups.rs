//! Groups as dashed frames around their blocks, each with its title, by which it is selected, dragged and killed.

use std::collections::BTreeMap;
use std::sync::Arc;

use headroom::design::GroupId;
use headroom::session::geometry::{self, Rect};
use headroom::session::groups::title;
use headroom::sorted;
use leptos::prelude::*;

use crate::live::{each, some};
use crate::parts::Icon;
use crate::state::App;

/// Where each frame is.
type Frames = Memo<Arc<BTreeMap<GroupId, Rect>>>;

/// All groups, the outermost first.
#[component]
pub fn Groups() -> impl IntoView {
    let app = App::get();
    let order = Memo::new(move |_| {
        app.design.with(|design| geometry::frames(design).into_iter().map(|(id, _)| id).collect::<Vec<_>>())
    });
    let frames = Memo::new(move |_| {
        // The session has the blocks' places also in the middle of a drag, the design not yet.
        app.cards.moves.track();
        app.design.track();
        let any = order.with(|order| !order.is_empty());
        let found = || app.session.with_value(|session| geometry::frames(session.design()));
        Arc::new(if any { sorted::map(found()) } else { BTreeMap::new() })
    });
    each(
        move || order.with(|all| all.iter().map(|id| id.0).collect()),
        move |id| {
            view! { <Frame id=GroupId(id) frames/> }
        },
    )
}

#[component]
fn Frame(id: GroupId, frames: Frames) -> impl IntoView {
    let app = App::get();
    let place = Memo::new(move |_| frames.with(|frames| frames.get(&id).copied()));
    let name = Memo::new(move |_| app.design.with(|design| title(design, id)));
    let selected = Memo::new(move |_| app.selection.with(|selection| selection.group == Some(id)));
    let lost = Memo::new(move |_| app.run.is_lost(id));
    let spof = Memo::new(move |_| app.answer.with(|answer| answer.single_point_group(id).is_some()));
    let corner = move || place.get().map(|rect| format!("translate({}px,{}px)", rect.min[0], rect.min[1]));
    let side = move |axis: usize| move || place.get().map(|rect| format!("{}px", rect.size()[axis]));
    let label = move || {
        let state = if lost.get() { ", down" } else { "" };
        let single = if spof.get() { ", single point of failure" } else { "" };
        format!("{}{state}{single}", name.get())
    };
    let collapse = move |_| app.ask(|session| session.toggle_collapsed(id));
    view! {
        <div class="zone" role="group" aria-label=move || label() data-state=move || if lost.get() { "down" } else { "calm" }
            class:selected=selected class:single=spof
            style:transform=move || corner() style:width=side(0) style:height=side(1)>
            <span data-group=id.0 aria-hidden="true">
                {some(move || lost.get().then(|| view! { <Icon name="skull"/> }))}
                {some(move || spof.get().then(|| view! { <Icon name="shield-alert"/> }))}
                {name}{move || if lost.get() { " · down" } else { "" }}
            </span>
            <button class="fold" type="button" tabindex="-1" aria-label=move || format!("Collapse {}", name.get())
                title="Collapse to one box (Shift+G)" on:click=collapse><Icon name="chevron-right"/></button>
        </div>
    }
}
