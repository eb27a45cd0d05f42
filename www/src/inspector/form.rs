//! The parameters of a block or a link as a form made from the catalogue.

use std::sync::Arc;

use headroom::blocks::form;
use headroom::blocks::param::{Param, Reader, Value, Values};
use headroom::blocks::sections::{self, Section};
use headroom::design::{Design, Edit, FaultId, GroupId, LinkId, NodeId};
use headroom::exercises::World;
use leptos::prelude::*;

use super::field::{Fact, Field, Put};
use crate::live::{CollectAny, some};
use crate::parts::Icon;
use crate::state::App;

/// Whose parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Of {
    /// A block's.
    Node(NodeId),
    /// A link's.
    Link(LinkId),
    /// A fault's.
    Fault(FaultId),
    /// A group's.
    Group(GroupId),
}

impl Of {
    fn values(self, design: &Design) -> Option<&Values> {
        match self {
            Of::Node(id) => design.node(id).map(|node| &node.values),
            Of::Link(id) => design.link(id).map(|link| &link.values),
            Of::Fault(id) => design.fault(id).map(|fault| &fault.values),
            Of::Group(id) => design.group(id).map(|group| &group.values),
        }
    }

    /// Whether an exercise fixes this parameter.
    fn is_fact(self, design: &Design, world: &World, param: &Param) -> bool {
        match self {
            Of::Node(id) => design.node(id).is_some_and(|node| !world.is_free(&node.block, param.id)),
            Of::Link(_) => !world.is_free_on_links(param.id),
            Of::Fault(_) | Of::Group(_) => false,
        }
    }

    fn set(self, design: &Design, param: &str, value: Option<Value>) -> Option<Edit> {
        Some(match self {
            Of::Node(id) => Edit::Set(id, param.to_owned(), value),
            Of::Link(id) => Edit::SetLink(id, param.to_owned(), value),
            Of::Fault(id) => {
                let mut fault = design.fault(id)?.clone();
                fault.values.set(param, value);
                Edit::SetFault(fault)
            }
            Of::Group(id) => {
                let mut group = design.group(id)?.clone();
                group.values.set(param, value);
                Edit::ChangeGroup(group)
            }
        })
    }
}

/// One row per parameter that is offered now; long forms fold what is rarely set.
#[component]
pub fn Form(
    /// Whose.
    of: Of,
    /// The catalogue's list.
    params: &'static [Param],
) -> impl IntoView {
    sections::of(params).into_iter().map(|section| view! { <Part of params section/> }).collect_any()
}

/// Rows under a heading, folded until a person opens it; then it stays open from block to block.
#[component]
fn Part(of: Of, params: &'static [Param], section: Section) -> impl IntoView {
    let app = App::get();
    let Section { name, params: own } = section;
    let own = StoredValue::new(own);
    let rows = move || {
        let rows = own.get_value().into_iter().map(|param| view! { <Row of params param/> });
        view! { <div class="form">{rows.collect_any()}</div> }
    };
    if name.is_empty() {
        return rows().into_any();
    }
    let is_open = Memo::new(move |_| app.panels.unfolded.with(|open| open.contains(name)));
    let flip = move |_| {
        app.panels.unfolded.update(|open| {
            let _ = open.remove(name) || open.insert(name);
        });
    };
    // How many differ from the default, so that nothing set is out of sight.
    let set = move || {
        let count = app.design.with(|design| {
            let values = of.values(design);
            let is_set = |param: &&&Param| values.is_some_and(|values| values.get(param.id).is_some());
            own.with_value(|own| own.iter().filter(is_set).count())
        });
        (count > 0).then(|| format!("{count} set"))
    };
    view! {
        <section class="fold">
            <button type="button" aria-expanded=move || is_open.get().to_string() on:click=flip>
                <Icon name="chevron-right"/>{name}<small>{move || set()}</small>
            </button>
            <Show when=move || is_open.get()>{rows()}</Show>
        </section>
    }
    .into_any()
}

/// One parameter, while it is offered.
#[component]
pub fn Row(of: Of, params: &'static [Param], param: &'static Param) -> impl IntoView {
    let app = App::get();
    let offered = Memo::new(move |_| {
        app.design
            .with(|design| of.values(design).is_some_and(|values| Reader::new(params, values).offered(param)))
    });
    let text = Memo::new(move |_| {
        let value = app
            .design
            .with(|design| of.values(design).map(|values| Reader::new(params, values).value(param.id)));
        value.map_or_else(String::new, |value| form::text(param, &value))
    });
    let fact = move || {
        app.lesson.world().is_some_and(|world| app.design.with(|design| of.is_fact(design, world, param)))
    };
    let fact = Memo::new(move |_| fact());
    some(move || {
        offered.get().then(|| {
            if fact.get() {
                return view! { <Fact param text=text/> }.into_any();
            }
            let put: Put = Arc::new(move |value| {
                let edit = app.design.with_untracked(|design| of.set(design, param.id, value));
                edit.iter().for_each(|edit| app.edit_field(edit));
            });
            view! { <Field param text=text put/> }.into_any()
        })
    })
}
