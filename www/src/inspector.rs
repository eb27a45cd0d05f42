//! The inspector: the whole design when nothing is selected, else the selected block or link.

mod calls;
mod fault;
mod field;
mod form;
mod group;
mod link;
mod node;
mod objectives;
pub mod results;
mod totals;
mod trial;

use leptos::prelude::*;

use crate::live::CollectAny;
use crate::panels::Sheet;
use crate::parts::CloseSheet;
use crate::state::App;
use crate::top::CommandButton;
pub use fault::FaultForm;
use group::GroupPanel;
use link::LinkPanel;
use node::NodePanel;
use totals::Totals;

/// What the inspector is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Subject {
    Design,
    Node(headroom::design::NodeId),
    Link(headroom::design::LinkId),
    Group(headroom::design::GroupId),
    Many(usize),
}

/// The panel at the right.
#[component]
pub fn Inspector() -> impl IntoView {
    let app = App::get();
    let subject = Memo::new(move |_| {
        app.selection.with(|selection| match (selection.single_node(), selection.single_link()) {
            (Some(node), _) => Subject::Node(node),
            (_, Some(link)) => Subject::Link(link),
            _ if selection.group.is_some() => selection.group.map_or(Subject::Design, Subject::Group),
            _ if selection.count() == 0 || selection.single_note().is_some() => Subject::Design,
            _ => Subject::Many(selection.count()),
        })
    });
    let content = move || match subject.get() {
        Subject::Design => Totals().into_any(),
        Subject::Node(id) => view! { <NodePanel id/> }.into_any(),
        Subject::Link(id) => view! { <LinkPanel id/> }.into_any(),
        Subject::Group(id) => view! { <GroupPanel id/> }.into_any(),
        Subject::Many(count) => view! { <Many count/> }.into_any(),
    };
    view! {
        <aside class="inspector" class:sheet=move || app.panels.sheet.get() == Some(Sheet::Inspector)
            aria-label="Inspector" id="inspector" tabindex="-1">
            <CloseSheet/>
            {move || content()}
        </aside>
    }
}

/// Arranging, as the buttons show it: command and symbol. An edge that is vertical lines up what stands side by side.
const ARRANGE: [(&str, &str); 9] = [
    ("arrange.layout", "workflow"),
    ("arrange.left", "align-start-vertical"),
    ("arrange.center", "align-center-vertical"),
    ("arrange.right", "align-end-vertical"),
    ("arrange.top", "align-start-horizontal"),
    ("arrange.middle", "align-center-horizontal"),
    ("arrange.bottom", "align-end-horizontal"),
    ("arrange.across", "align-horizontal-distribute-center"),
    ("arrange.down", "align-vertical-distribute-center"),
];

/// Several are selected: what can be done with all of them.
#[component]
fn Many(count: usize) -> impl IntoView {
    let app = App::get();
    view! {
        <h2>{count}" selected"</h2>
        <div class="arrange" role="group" aria-label="Arrange">
            {ARRANGE.map(|(id, icon)| view! { <CommandButton id icon/> }).collect_any()}
        </div>
        <div class="acts">
            <button class="btn" type="button" on:click=move |_| app.command("edit.duplicate")>"Duplicate"</button>
            <button class="btn" type="button" on:click=move |_| app.command("edit.group")>"Group"</button>
            <button class="btn" type="button" on:click=move |_| app.command("edit.delete")>"Delete"</button>
        </div>
    }
}
