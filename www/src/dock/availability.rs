//! Availability: nines and minutes a year, what costs the most time, and what may not fail together.

use headroom::analysis::findings::unit_name;
use headroom::analysis::{Answer, Cut, WeakPart};
use headroom::design::{GroupId, NodeId};
use headroom::engine::Unit;
use headroom::figures::rows;
use leptos::prelude::*;

use crate::inspector::results::Results;
use crate::state::App;

/// Entries shown of each list.
const SHOWN: usize = 6;

/// The panel.
#[component]
pub fn Uptime() -> impl IntoView {
    let app = App::get();
    let found = Signal::derive(move || app.answer.with(|answer| rows::availability(&answer.availability)));
    let parts = Signal::derive(move || {
        app.answer.with(|answer| {
            let parts = answer.availability.parts.iter().take(SHOWN);
            parts.map(|part| Line::of_part(answer, part)).collect::<Vec<_>>()
        })
    });
    let cuts = Signal::derive(move || {
        app.answer.with(|answer| {
            let cuts = answer.availability.cuts.iter().take(SHOWN);
            cuts.map(|cut| Line::of_cut(answer, cut)).collect::<Vec<_>>()
        })
    });
    view! {
        <Results title="Answered" aside=Signal::stored("structure exact".to_owned()) rows=found/>
        <Lines title="Costs most time" lines=parts/>
        <Lines title="May not fail" lines=cuts/>
    }
}

/// One entry: what it is about, where that is, a figure.
#[derive(Clone, PartialEq)]
struct Line {
    name: String,
    place: Option<Place>,
    figure: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Node(NodeId),
    Group(GroupId),
}

impl Line {
    fn of_part(answer: &Answer, part: &WeakPart) -> Line {
        Line { figure: rows::a_year(part.costs), ..Line::of(answer, &part.units) }
    }

    fn of_cut(answer: &Answer, cut: &Cut) -> Line {
        Line { figure: rows::a_year(cut.chance), ..Line::of(answer, &cut.units) }
    }

    fn of(answer: &Answer, units: &[Unit]) -> Line {
        let topology = &answer.topology;
        let names: Vec<String> = units.iter().map(|unit| unit_name(topology, *unit)).collect();
        let place = units.first().map(|unit| match *unit {
            Unit::Instance { node, .. } | Unit::Block { node } => {
                Place::Node(topology.place(node as usize).id)
            }
            Unit::Group { group } => Place::Group(topology.groups[group as usize].id),
        });
        Line { name: names.join(" and "), place, figure: String::new() }
    }
}

#[component]
fn Lines(title: &'static str, lines: Signal<Vec<Line>>) -> impl IntoView {
    let app = App::get();
    let line = move |Line { name, place, figure }: Line| {
        let show = move |_| match place {
            Some(Place::Node(id)) => app.select_node(id),
            Some(Place::Group(id)) => app.select_group(id),
            None => {}
        };
        view! { <li><button type="button" on:click=show>{name}</button><b>{figure}</b></li> }
    };
    view! {
        <section hidden=move || lines.with(Vec::is_empty)>
            <h4>{title}</h4>
            <ul class="lines">{move || lines.get().into_iter().map(line).collect_view()}</ul>
        </section>
    }
}
