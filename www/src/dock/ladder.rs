//! What breaks first, and next, and after that.

use headroom::analysis::{Resource, Rung};
use headroom::figures;
use headroom::report::State;
use leptos::prelude::*;

use crate::state::App;

/// Rungs shown.
const SHOWN: usize = 7;
/// The rail ends at this multiple, on a logarithmic scale from a tenth.
const END: f64 = 10.0;

/// The list.
#[component]
pub fn Ladder() -> impl IntoView {
    let app = App::get();
    let rungs = Memo::new(move |_| {
        app.answer.with(|answer| {
            let named = |rung: &Rung| {
                let place = answer.topology.place(rung.node as usize);
                (place.id, place.name.clone(), rung.clone())
            };
            answer.ladder.iter().take(SHOWN).map(named).collect::<Vec<_>>()
        })
    });
    let rows = move || {
        let row = |(id, name, rung): (_, String, Rung)| {
            let at = format!("{} of {name} run out at {}", resource(rung.what), figures::rate(rung.rate));
            view! {
                <li title=at>
                    <button type="button" on:click=move |_| app.select_node(id)>{name}</button>
                    <Rail multiple=rung.multiple/>
                    <b>{figures::multiple(rung.multiple)}</b>
                </li>
            }
        };
        rungs.get().into_iter().map(row).collect_view()
    };
    view! {
            <ul class="ladder">{rows}</ul>
            <Show when=move || rungs.with(Vec::is_empty)>
                <p class="empty">"Nothing has a limit yet. Connect a client to a block that serves."</p>
            </Show>
    }
}

#[component]
fn Rail(multiple: f64) -> impl IntoView {
    let share = ((multiple.max(1.0 / END).log10() + 1.0) / 2.0).clamp(0.02, 1.0);
    let state = State::of(1.0 / multiple).name();
    view! { <span class=format!("rail {state}")><i style:width=format!("{}%", share * 100.0)></i></span> }
}

fn resource(what: Resource) -> &'static str {
    match what {
        Resource::Cores => "The cores",
        Resource::Slots => "The threads",
        Resource::Pool => "The connections",
        Resource::Limit => "The admitted calls",
        Resource::Bandwidth => "The bandwidth of a link",
    }
}
