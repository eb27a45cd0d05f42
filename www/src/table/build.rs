//! Forms over the table: add a block, connect two.

use headroom::blocks::{About, BLOCKS, Family};
use headroom::design::NodeId;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use crate::live::CollectAny;
use crate::state::App;

/// Both forms. `from` is the block from which the next link is drawn.
#[component]
pub fn Build(from: RwSignal<Option<NodeId>>) -> impl IntoView {
    let app = App::get();
    // What is selected is where the next link begins.
    Effect::new(move |_| {
        if let Some(id) = app.selection.with(|selection| selection.single_node()) {
            from.set(Some(id));
        }
    });
    view! { <div class="build"><Add/><Connect from/></div> }
}

#[component]
fn Add() -> impl IntoView {
    let app = App::get();
    let kind = RwSignal::new(String::new());
    let connect = RwSignal::new(false);
    let offered = move |family: Family| {
        let fits = move |about: &&About| {
            about.family == family && app.lesson.world().is_none_or(|world| world.offers(about.id))
        };
        BLOCKS.iter().map(|block| block.about()).filter(fits)
    };
    let family = move |family: Family| {
        let options = offered(family)
            .map(|about| view! { <option value=about.id title=about.doc>{about.name}</option> });
        view! { <optgroup label=family.name()>{options.collect_any()}</optgroup> }
    };
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let kind = kind.get_untracked();
        if kind.is_empty() {
            return app.refuse("Choose a kind of block first.");
        }
        app.ask(|session| session.add_block(&kind, None, connect.get_untracked()));
    };
    let alone = move || app.selection.with(|selection| selection.single_node().is_none());
    view! {
        <form on:submit=add aria-label="Add a block">
            <select aria-label="Kind of block" on:change=move |event| kind.set(event_target_value(&event))>
                <option value="">"Add a block …"</option>
                {move || Family::ALL.map(family).collect_any()}
            </select>
            <label title="Links the selected block and the new one">
                <input type="checkbox" disabled=move || alone() prop:checked=connect
                    on:change=move |event| connect.set(event_target_checked(&event))/>
                "and connect the selected one to it"
            </label>
            <button class="btn" type="submit">"Add"</button>
        </form>
    }
}

#[component]
fn Connect(from: RwSignal<Option<NodeId>>) -> impl IntoView {
    let app = App::get();
    let to = RwSignal::new(None);
    let option = move |id: NodeId, chosen: Option<NodeId>| {
        let title = app.design.with(|design| design.node(id).map(|node| design.title(node).to_owned()));
        view! { <option value=id.0 selected=chosen == Some(id)>{title}</option> }
    };
    let callers = move || {
        let calls = app.design.with(|design| {
            let calls = |id: &NodeId| headroom::design::edit::may_leave(design, *id).is_ok();
            design.nodes.iter().map(|node| node.id).filter(calls).collect::<Vec<_>>()
        });
        calls.into_iter().map(|id| option(id, from.get())).collect_any()
    };
    let targets = move || {
        app.design.track();
        let targets =
            from.get().map_or_else(Vec::new, |id| app.session.with_value(|session| session.targets(id)));
        to.set(None);
        targets.into_iter().map(|id| option(id, None)).collect_any()
    };
    let connect = move |event: SubmitEvent| {
        event.prevent_default();
        match (from.get_untracked(), to.get_untracked()) {
            (Some(from), Some(to)) => app.ask(|session| session.connect(from, to)),
            _ => app.refuse("Choose both blocks first."),
        }
    };
    let read = |event| event_target_value(&event).parse().ok().map(NodeId);
    view! {
        <form on:submit=connect aria-label="Connect two blocks">
            <label for="link-from">"Connect"</label>
            <select id="link-from" on:change=move |event| from.set(read(event))>
                <option value="">"from …"</option>
                {move || callers()}
            </select>
            <label for="link-to">"to"</label>
            <select id="link-to" on:change=move |event| to.set(read(event))>
                <option value="">"to …"</option>
                {move || targets()}
            </select>
            <button class="btn" type="submit">"Connect"</button>
        </form>
    }
}
