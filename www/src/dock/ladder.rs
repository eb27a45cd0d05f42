//! What breaks first, and next, and after that.

use headroom::analysis::{Resource, Rung};
use headroom::figures;
use headroom::report::State;
use headroom::session::Selection;
use leptos::prelude::*;

use crate::live::{CollectAny, some};
use crate::state::App;

/// Rungs shown.
const SHOWN: usize = 7;
/// The rail ends at this multiple, on a logarithmic scale from a tenth.
const END: f64 = 10.0;

/// The largest multiple that is spelled out.
const MOST: f64 = 1_000.0;

/// The list.
#[component]
pub fn Ladder() -> impl IntoView {
    let app = App::get();
    let rungs = Memo::new(move |_| {
        app.answer.with(|answer| {
            let shown = &answer.ladder[..answer.ladder.len().min(SHOWN)];
            let named = |rung: &Rung| {
                let place = answer.topology.place(rung.node as usize);
                let once = shown.iter().filter(|other| other.node == rung.node).count() == 1;
                let name = if once {
                    place.name.clone()
                } else {
                    format!("{}: {}", place.name, resource(rung.what))
                };
                (place.id, name, rung.clone())
            };
            shown.iter().map(named).collect::<Vec<_>>()
        })
    });
    let rows = move || {
        let row = |(id, name, rung): (_, String, Rung)| {
            let at = format!("The {} of {name} run out at {}", resource(rung.what), figures::rate(rung.rate));
            view! {
                <li title=at>
                    <button type="button" on:click=move |_| app.select_node(id)>{name}</button>
                    <Rail multiple=rung.multiple/>
                    <b>{multiple(rung.multiple)}</b>
                </li>
            }
        };
        rungs.get().into_iter().map(row).collect_any()
    };
    view! {
            <ul class="ladder">{move || rows()}<Promises/></ul>
            <p class="empty" hidden=move || rungs.with(Vec::is_empty)>"times this traffic until it is full"</p>
            <Show when=move || rungs.with(Vec::is_empty)>
                <p class="empty">"Nothing has a limit yet. Connect a client to a block that serves."</p>
            </Show>
    }
}

/// The traffic up to which the promises are kept, among what runs out.
#[component]
fn Promises() -> impl IntoView {
    let app = App::get();
    let second = Memo::new(move |_| app.answer.with(|answer| answer.second));
    // The promises stand in the inspector while nothing is selected.
    let show = move |_| app.ask(|session| session.select(Selection::default()));
    let row = move || {
        second.get().map(|second| {
            let at = format!("Up to {} the promises are kept", figures::rate(second.rate));
            let name = format!("Promise: {}", second.missed.name());
            view! {
                <li title=at>
                    <button type="button" on:click=show>{name}</button>
                    <Rail multiple=second.multiple/>
                    <b>{multiple(second.multiple)}</b>
                </li>
            }
        })
    };
    some(row)
}

#[component]
fn Rail(multiple: f64) -> impl IntoView {
    let share = ((multiple.max(1.0 / END).log10() + 1.0) / 2.0).clamp(0.02, 1.0);
    let state = State::of(1.0 / multiple).name();
    view! { <span class=format!("rail {state}")><i style:width=format!("{}%", share * 100.0)></i></span> }
}

/// Beyond this it does not matter how much more.
fn multiple(value: f64) -> String {
    if value > MOST { format!("> {}", figures::multiple(MOST)) } else { figures::multiple(value) }
}

fn resource(what: Resource) -> &'static str {
    match what {
        Resource::Cores => "cores",
        Resource::Slots => "threads",
        Resource::Pool => "connections",
        Resource::Limit => "admitted calls",
        Resource::Bandwidth => "bandwidth",
        Resource::Network => "network",
    }
}
