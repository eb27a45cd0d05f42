//! The calls that a block makes, in their order, which a person can change: links fire as they are numbered here.

use headroom::blocks::link::in_words;
use headroom::design::{Edit, LinkId, NodeId};
use leptos::prelude::*;

use crate::live::{CollectAny, some};
use crate::parts::Icon;
use crate::state::App;

/// Links that leave the block, with buttons that move each of them; nothing below two.
#[component]
pub fn Calls(id: NodeId) -> impl IntoView {
    let app = App::get();
    let links = Memo::new(move |_| {
        app.design.with(|design| {
            let mine = design.links.iter().filter(|link| link.from == id);
            let title = |id| design.title_of(id).to_owned();
            mine.map(|link| (link.id, title(link.to), in_words(&link.values))).collect::<Vec<_>>()
        })
    });
    some(move || {
        let links = links.get();
        let last = links.len().saturating_sub(1);
        let row = |(place, (link, to, what))| row(app, link, place, last, to, what);
        (last > 0).then(|| {
            view! {
                <section class="calls" aria-label="Calls, in this order">
                    <h3 class="head">"Calls, in this order"</h3>
                    <ol>{links.into_iter().enumerate().map(row).collect_any()}</ol>
                </section>
            }
        })
    })
}

fn row(app: App, link: LinkId, place: usize, last: usize, to: String, what: String) -> AnyView {
    let moves = move |to: usize| app.edit(&Edit::MoveLink(link, to));
    let (earlier, later) = (format!("Call {to} earlier"), format!("Call {to} later"));
    view! {
        <li>
            <span>{place + 1}". "{to}" "<small>{what}</small></span>
            <button class="square up" type="button" aria-label=earlier disabled=place == 0
                on:click=move |_| moves(place.saturating_sub(1))><Icon name="chevron-right"/></button>
            <button class="square down" type="button" aria-label=later disabled=place == last
                on:click=move |_| moves(place + 1)><Icon name="chevron-right"/></button>
        </li>
    }
    .into_any()
}
