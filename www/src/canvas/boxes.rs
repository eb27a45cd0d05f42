//! Collapsed groups as boxes of the size of a card: name, how many blocks are inside, the worst of their states.

use std::collections::BTreeMap;
use std::sync::Arc;

use headroom::design::{GroupId, NodeId};
use headroom::figures;
use headroom::report::State;
use headroom::session::collapse;
use headroom::session::geometry::members;
use headroom::session::groups::title;
use headroom::sorted;
use leptos::prelude::*;

use super::card::Ports;
use crate::cards::Face;
use crate::live::{each, some};
use crate::parts::Icon;
use crate::state::App;

/// Top left corner of each box.
type Places = Arc<BTreeMap<GroupId, [i32; 2]>>;

/// Where each box is, also in the middle of a drag.
pub fn places(app: App) -> Memo<Places> {
    Memo::new(move |_| {
        app.cards.moves.track();
        app.design.track();
        let boxes = app.session.with_value(|session| collapse::Boxes::of(session.design()));
        Arc::new(sorted::map(boxes.places()))
    })
}

/// All boxes.
#[component]
pub fn Boxes() -> impl IntoView {
    let places = places(App::get());
    each(
        move || places.with(|places| places.keys().map(|id| id.0).collect()),
        move |id| {
            view! { <Folded id=GroupId(id) places/> }
        },
    )
}

#[component]
fn Folded(id: GroupId, places: Memo<Places>) -> impl IntoView {
    let app = App::get();
    let place = Memo::new(move |_| places.with(|places| places.get(&id).copied()));
    let name = Memo::new(move |_| app.design.with(|design| title(design, id)));
    let inside = Memo::new(move |_| app.design.with(|design| members(design, id)));
    let state = Memo::new(move |_| {
        let of = |node| Some(app.cards.node(node)?.figures.with(|figures| figures.state));
        inside.with(|inside| inside.iter().filter_map(|node| of(*node)).max()).unwrap_or(State::Calm)
    });
    let selected = Memo::new(move |_| {
        app.selection.with(|selection| {
            selection.group == Some(id)
                || inside.with(|inside| inside.iter().any(|node| selection.nodes.contains(node)))
        })
    });
    let spof = Memo::new(move |_| app.answer.with(|answer| answer.single_point_group(id).is_some()));
    let can = move |has: fn(&Face) -> bool| {
        Memo::new(move |_| {
            let is = |id: &NodeId| app.cards.node(*id).is_some_and(|card| card.face.with(|face| has(face)));
            inside.with(|inside| inside.iter().any(is))
        })
    };
    let (takes, makes) = (can(|face| face.accepts_calls), can(|face| face.makes_calls));
    let count = move || figures::counted(inside.with(Vec::len) as u32, "block");
    let label = move || {
        let single = if spof.get() { ", single point of failure" } else { "" };
        format!("{}, collapsed, {}, {}{single}", name.get(), count(), state.get().name())
    };
    let corner = move || place.get().map(|[x, y]| format!("translate({x}px,{y}px)"));
    let expand = move |_| app.ask(|session| session.toggle_collapsed(id));
    view! {
        <div class="card box" data-group=id.0 data-state=move || state.get().name() role="group" aria-roledescription="collapsed group"
            aria-label=move || label() class:selected=selected class:spof=spof style:transform=move || corner()>
            {some(move || spof.get().then(|| view! {
                <div class="tags"><span class="tag single"><Icon name="shield-alert"/>"single point"</span></div>
            }))}
            <div class="head">
                <button class="fold" type="button" tabindex="-1" aria-label=move || format!("Expand {}", name.get())
                    title="Expand (Shift+G, or a double click)" on:click=expand><Icon name="chevron-right"/></button>
                <span class="title">{name}</span>
            </div>
            <div class="now"><span>{move || count()}</span><b>{move || state.get().name()}</b></div>
            <Ports takes makes/>
        </div>
    }
}
