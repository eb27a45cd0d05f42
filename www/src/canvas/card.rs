//! A block as a card: state bar, icon, name, pips for its instances, rate, load, badges, handles.

use headroom::design::{Edit, NodeId};
use headroom::figures;
use headroom::report::State;
use leptos::html;
use leptos::prelude::*;

use crate::cards::{Face, Figures, NodeCard};
use crate::live::{CollectAny, some};
use crate::parts::{Icon, focus_and_select};
use crate::state::App;

/// More instances than this are counted, not drawn.
const PIPS: u32 = 6;

/// One block.
#[component]
pub fn Card(id: NodeId) -> impl IntoView {
    App::get().cards.node(id).map(|card| view! { <Placed id card/> })
}

#[component]
fn Placed(id: NodeId, card: NodeCard) -> impl IntoView {
    let NodeCard { at, face, figures, selected, .. } = card;
    let state = {
        let figures = figures.clone();
        Memo::new(move |_| figures.with(|figures| figures.state))
    };
    let face = Signal::derive(move || face.get());
    let figures = Signal::derive(move || figures.get());
    let is_spof = Memo::new(move |_| face.with(|face| face.spof.is_some()));
    // What watches the others has no calls of its own.
    let idle = Memo::new(move |_| face.with(|face| !face.accepts_calls && !face.makes_calls));
    let label = move || face.with(|face| spoken(face, state.get()));
    let title = Memo::new(move |_| face.with(|face| face.title.clone()));
    let icon = Signal::derive(move || face.with(|face| face.icon));
    let takes = Memo::new(move |_| face.with(|face| face.accepts_calls));
    let makes = Memo::new(move |_| face.with(|face| face.makes_calls));
    view! {
        <div class="card" data-node=id.0 data-state=move || state_word(state.get())
            role="group" aria-roledescription="block" aria-label=move || label() tabindex="-1"
            class:selected=move || selected.get() class:spof=is_spof
            class:sender=move || face.with(|face| !face.accepts_calls && face.makes_calls)
            class:idle=idle
            class:problem=move || face.with(|face| face.problem.is_some())
            style:transform=move || { let [x, y] = at.get(); format!("translate({x}px,{y}px)") }>
            <Tags face state/>
            <div class="head"><Icon name=icon/><span class="title">{title}</span><Pips face figures/></div>
            <div class="now">
                <span>{move || if idle.get() { String::new() } else { figures.with(|now| figures::rate(now.now.offered)) }}</span>
                <span class="hits">{move || figures.with(hits)}</span>
                <b>{move || figures.with(load)}</b>
            </div>
            <div class="load" aria-hidden="true">
                <i style:transform=move || figures.with(|figures| format!("scaleX({:.3})", share_of_bar(figures)))></i>
            </div>
            <Ports takes makes/>
        </div>
    }
}

/// What stands out, as icon and word over the card's upper edge.
#[component]
fn Tags(face: Signal<Face>, state: Memo<State>) -> impl IntoView {
    let is_spof = Memo::new(move |_| face.with(|face| face.spof.is_some()));
    let problem = Memo::new(move |_| face.with(|face| face.problem.clone()));
    view! {
        <div class="tags">
            {some(move || is_spof.get().then(|| view! {
                <span class="tag single"><Icon name="shield-alert"/>"single point"</span>
            }))}
            {some(move || problem.get().map(|text| view! {
                <span class="tag hint" title=text><Icon name="info"/>"left out"</span>
            }))}
            {some(move || match state.get() {
                State::Saturated => Some(view! { <span class="tag saturated"><Icon name="flame"/>"saturated"</span> }),
                State::Down => Some(view! { <span class="tag down"><Icon name="skull"/>"down"</span> }),
                State::Calm | State::Busy | State::Hot => None,
            })}
        </div>
    }
}

/// One dot per instance, hollow when it is dead.
#[component]
fn Pips(face: Signal<Face>, figures: Signal<Figures>) -> impl IntoView {
    let instances = Memo::new(move |_| face.with(|face| face.instances));
    let alive = Memo::new(move |_| figures.with(|figures| figures.now.alive as u32));
    some(move || {
        let (all, alive) = (instances.get(), alive.get());
        let title = format!("{alive} of {all} instances alive");
        match all {
            0 | 1 => None,
            2..=PIPS => {
                let pip = |index| view! { <i class:dead=(index >= alive)></i> };
                let pips = (0..all).map(pip).collect_any();
                Some(view! { <span class="pips" title=title>{pips}</span> }.into_any())
            }
            _ => {
                let count = if alive < all { format!("{alive}/{all}") } else { format!("×{all}") };
                Some(view! { <span class="pips counted" title=title>{count}</span> }.into_any())
            }
        }
    })
}

/// Where links arrive at a card or a box, and where they leave.
#[component]
pub fn Ports(takes: Memo<bool>, makes: Memo<bool>) -> impl IntoView {
    view! {
        {some(move || takes.get().then(|| view! { <i class="port in" data-port="in" title="Links arrive here"></i> }))}
        {some(move || makes.get().then(|| view! { <i class="port out" data-port="out" title="Drag or click to connect"></i> }))}
    }
}

/// The name of a block, edited where it stands.
#[component]
pub fn RenameField() -> impl IntoView {
    let app = App::get();
    some(move || {
        let id = app.panels.renaming.get()?;
        let card = app.cards.node(id)?;
        let name =
            app.session.with_value(|session| session.design().node(id).map(|node| node.name.clone()))?;
        let kind = card.face.with_untracked(|face| face.kind);
        Some(view! { <NameInput id card name kind/> })
    })
}

#[component]
fn NameInput(id: NodeId, card: NodeCard, name: String, kind: &'static str) -> impl IntoView {
    let app = App::get();
    let field = NodeRef::<html::Input>::new();
    focus_and_select(field);
    // The field goes before it loses the focus, so that Escape does not save on the way out.
    let close = move |save: bool| {
        if app.panels.renaming.get_untracked().is_none() {
            return;
        }
        let typed = field.get_untracked().map(|field| field.value());
        app.panels.renaming.set(None);
        if let Some(typed) = typed.filter(|_| save) {
            app.edit(&Edit::Rename(id, typed.trim().to_owned()));
        }
        crate::keys::focus_canvas();
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        event.stop_propagation();
        match event.key().as_str() {
            "Enter" => close(true),
            "Escape" => close(false),
            _ => {}
        }
    };
    view! {
        <input class="rename" node_ref=field type="text" aria-label="Name" maxlength="80" value=name placeholder=kind
            style:transform=move || { let [x, y] = card.at.get(); format!("translate({x}px,{y}px)") }
            on:keydown=on_key on:blur=move |_| close(true)/>
    }
}

/// The state's name as `data-state` and in speech.
fn state_word(state: State) -> &'static str {
    state.name()
}

/// “Database, saturated, single point of failure, 3 of 7, 2 links in”.
fn spoken(face: &Face, state: State) -> String {
    let spof = if face.spof.is_some() { ", single point of failure" } else { "" };
    let kind = if face.title == face.kind { String::new() } else { format!(", {}", face.kind) };
    let ((place, count), links_in) = (face.place, face.links_in);
    let links = match links_in {
        0 => "no links in".to_owned(),
        1 => "1 link in".to_owned(),
        count => format!("{count} links in"),
    };
    format!("{}{kind}, {}{spof}, {place} of {count}, {links}", face.title, state.name())
}

/// How many look-ups hit, for a cache that has any.
fn hits(figures: &Figures) -> String {
    let now = &figures.now;
    let looked = now.hit_ratio.is_finite() && now.offered > 0.0;
    if looked { format!("hits {:.0} %", now.hit_ratio * 100.0) } else { String::new() }
}

/// Load in percent; nothing for what has no limit.
fn load(figures: &Figures) -> String {
    let load = figures.now.load;
    // Rounded from below, nothing would be −0.
    let percent = (load * 100.0).round() + 0.0;
    if load.is_finite() { format!("{} %", figures::plain(percent)) } else { String::new() }
}

fn share_of_bar(figures: &Figures) -> f64 {
    let load = figures.now.load;
    if load.is_finite() { load.clamp(0.0, 1.0) } else { 0.0 }
}
