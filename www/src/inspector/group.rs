//! The inspector of a group: name, kind, what it lies in, what is inside, kill and revive.

use headroom::analysis::trial::Claim;
use headroom::blocks::life::OF_GROUP;
use headroom::blocks::param::Values;
use headroom::design::{Design, Edit, Group, GroupId, GroupKind};
use headroom::session::{geometry, groups};
use leptos::prelude::*;

use super::form::{Form, Of};
use super::node::loss_in_words;
use super::trial::SinglePoint;
use crate::live::{CollectAny, some};
use crate::parts::Icon;
use crate::state::App;

const KINDS: [GroupKind; 3] = [GroupKind::Host, GroupKind::Zone, GroupKind::Region];

/// A group's panel.
#[component]
pub fn GroupPanel(id: GroupId) -> impl IntoView {
    let app = App::get();
    let kind = move || app.design.with(|design| design.group(id).map_or("", |group| group.kind.name()));
    let name = Memo::new(move |_| {
        app.design.with(|design| design.group(id).map_or_else(String::new, |group| group.name.clone()))
    });
    let rename = move |event| change(app, id, true, |group| group.name = event_target_value(&event));
    let spof = Memo::new(move |_| app.answer.with(|answer| answer.single_point_group(id).cloned()));
    view! {
        <h2>
            <Icon name="group" big=true/>
            <input id="group-name" aria-label="Name of the group" maxlength="200" placeholder=kind
                prop:value=name on:input=rename/>
            <small>{move || kind()}</small>
        </h2>
        <p class="quiet">{move || app.design.with(|design| design.group(id).map(|group| meaning(group.kind)))}</p>
        {some(move || spof.get().map(|spof| view! {
            <SinglePoint words=Signal::stored(loss_in_words("When it is lost", &spof)) claim=Signal::stored(Some(Claim::Group { group: id.0 }))/>
        }))}
        <Nesting id/>
        <Form of=Of::Group(id) params=OF_GROUP/>
        <Inside id/>
        <Life id/>
    }
}

fn meaning(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Host => "One machine: what runs on it dies with it.",
        GroupKind::Zone => "One data center with power and network of its own: an outage takes all inside.",
        GroupKind::Region => {
            "One part of the world. The instances of a block in it are dealt over its zones, one after the other."
        }
    }
}

/// What it is and what it lies in.
#[component]
fn Nesting(id: GroupId) -> impl IntoView {
    let app = App::get();
    let set_kind = move |event| {
        let chosen = event_target_value(&event);
        if let Some(kind) = KINDS.into_iter().find(|kind| kind.name() == chosen) {
            change(app, id, false, |group| group.kind = kind);
        }
    };
    let set_parent = move |event| {
        let parent = event_target_value(&event).parse().ok().map(GroupId);
        change(app, id, false, |group| group.parent = parent);
    };
    let kinds = move || {
        let now = app.design.with(|design| design.group(id).map(|group| group.kind));
        let option = |kind: GroupKind| {
            view! { <option value=kind.name() selected=now == Some(kind)>{kind.name()}</option> }
        };
        KINDS.map(option).collect_any()
    };
    let parents =
        move || app.design.with(|design| outer_groups(design, id)).into_iter().map(option).collect_any();
    view! {
        <div class="form">
            <label for="group-kind">"Kind"</label>
            <select id="group-kind" on:change=set_kind>{move || kinds()}</select>
            <label for="group-parent">"Lies in"</label>
            <select id="group-parent" on:change=set_parent>{parents}</select>
        </div>
    }
}

fn option((value, name, selected): (String, String, bool)) -> impl IntoView {
    view! { <option value=value selected=selected>{name}</option> }
}

/// Nothing, and every group that is larger: value, name, whether it is the one.
fn outer_groups(design: &Design, id: GroupId) -> Vec<(String, String, bool)> {
    let Some(own) = design.group(id) else { return Vec::new() };
    let larger = design.groups.iter().filter(|group| group.kind > own.kind);
    let entry = |group: &Group| {
        (group.id.0.to_string(), groups::title(design, group.id), own.parent == Some(group.id))
    };
    std::iter::once((String::new(), "nothing".to_owned(), own.parent.is_none()))
        .chain(larger.map(entry))
        .collect()
}

/// The blocks and groups inside, each leading to its own panel.
#[component]
fn Inside(id: GroupId) -> impl IntoView {
    let app = App::get();
    let inner = move || {
        app.design.with(|design| {
            let lies_here = |group: &&Group| group.parent == Some(id);
            let found = design.groups.iter().filter(lies_here);
            found.map(|group| (group.id, groups::title(design, group.id))).collect::<Vec<_>>()
        })
    };
    let blocks = move || {
        app.design.with(|design| {
            let members = geometry::members(design, id);
            let found = members.into_iter().filter_map(|id| design.node(id));
            found.map(|node| (node.id, design.title(node).to_owned())).collect::<Vec<_>>()
        })
    };
    let group = move |(id, name)| {
        view! { <button class="btn small" type="button" on:click=move |_| app.select_group(id)><Icon name="group"/>{name}</button> }
    };
    let block = move |(id, name)| {
        view! { <button class="btn small" type="button" on:click=move |_| app.select_node(id)>{name}</button> }
    };
    let is_region = move || {
        app.design.with(|design| design.group(id).is_some_and(|group| group.kind == GroupKind::Region))
    };
    view! {
        <section>
            <h3 class="head">"Inside"</h3>
            <div class="acts">
                {move || inner().into_iter().map(group).collect_any()}
                {move || blocks().into_iter().map(block).collect_any()}
                <Show when=is_region>
                    <button class="btn small" type="button" on:click=move |_| add_zone(app, id)>"Add a zone"</button>
                </Show>
            </div>
        </section>
    }
}

/// Kill and revive, collapse and expand, dissolve.
#[component]
fn Life(id: GroupId) -> impl IntoView {
    let app = App::get();
    let lost = Memo::new(move |_| app.run.is_lost(id));
    let collapsed =
        Memo::new(move |_| app.design.with(|design| design.group(id).is_some_and(|group| group.collapsed)));
    view! {
        <div class="acts wide">
            <button class="btn" type="button" on:click=move |_| app.lose(id, !lost.get_untracked())>
                <Icon name=Signal::derive(move || if lost.get() { "heart-pulse" } else { "skull" })/>
                {move || if lost.get() { "Revive it" } else { "Kill it" }}
            </button>
            <button class="btn" type="button" title="Shift+G" on:click=move |_| app.command("edit.collapse")>
                <Icon name="group"/>{move || if collapsed.get() { "Expand it" } else { "Collapse it" }}
            </button>
            <button class="btn" type="button" on:click=move |_| app.command("edit.dissolve")>
                <Icon name="trash-2"/>"Dissolve it"
            </button>
        </div>
    }
}

/// Changes one thing about the group; what is typed in quick succession is one step of history.
fn change(app: App, id: GroupId, typed: bool, set: impl FnOnce(&mut Group)) {
    let Some(mut group) = app.design.with_untracked(|design| design.group(id).cloned()) else { return };
    set(&mut group);
    let edit = Edit::ChangeGroup(group);
    if typed { app.edit_field(&edit) } else { app.edit(&edit) }
}

/// A region's instances are dealt over its zones, also over those that hold no block of their own.
fn add_zone(app: App, region: GroupId) {
    let group = app.design.with_untracked(|design| {
        let count = design.groups.iter().filter(|group| group.kind == GroupKind::Zone).count() + 1;
        let (id, kind) = (design.next_group_id(), GroupKind::Zone);
        Group {
            id,
            kind,
            name: format!("{} {count}", kind.name()),
            parent: Some(region),
            collapsed: false,
            values: Values::default(),
        }
    });
    app.edit(&Edit::AddGroup(group));
}
