//! Groups as dashed frames around their blocks, each with its kind and name.

use headroom::design::{GroupId, GroupKind, NodeId};
use headroom::session::geometry;
use leptos::prelude::*;

use crate::state::App;

/// All groups, the outermost first.
#[component]
pub fn Groups() -> impl IntoView {
    let app = App::get();
    let order = Memo::new(move |_| {
        app.design.with(|design| geometry::frames(design).into_iter().map(|(id, _)| id).collect::<Vec<_>>())
    });
    view! { <For each=move || order.get() key=|id| *id let:id><Frame id/></For> }
}

#[component]
fn Frame(id: GroupId) -> impl IntoView {
    let app = App::get();
    let members = Memo::new(move |_| {
        app.design.with(|design| {
            let grouped = design.nodes.iter().filter(|node| node.group.is_some());
            grouped.map(|node| node.id).collect::<Vec<NodeId>>()
        })
    });
    let place = Memo::new(move |_| {
        // Follow the blocks also in the middle of a drag: the session has their places then, the design not yet.
        for member in members.get() {
            if let Some(card) = app.cards.node(member) {
                card.at.track();
            }
        }
        let frames = app.session.with_value(|session| geometry::frames(session.design()));
        frames.into_iter().find(|frame| frame.0 == id).map(|frame| frame.1)
    });
    let label =
        move || app.design.with(|design| design.group(id).map(|group| named(group.kind, &group.name)));
    let corner = move || place.get().map(|rect| format!("translate({}px,{}px)", rect.min[0], rect.min[1]));
    let side = move |axis: usize| move || place.get().map(|rect| format!("{}px", rect.size()[axis]));
    view! {
        <div class="zone" data-group=id.0 style:transform=corner style:width=side(0) style:height=side(1)>
            <span>{label}</span>
        </div>
    }
}

/// “zone a”, also where the name already says what it is.
fn named(kind: GroupKind, name: &str) -> String {
    let word = kind.name();
    match name {
        "" => word.to_owned(),
        name if name.to_lowercase().contains(word) => name.to_owned(),
        name => format!("{word} {name}"),
    }
}
