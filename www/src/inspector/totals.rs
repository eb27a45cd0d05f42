//! The whole design, shown while nothing is selected: totals, cost by block, single points of failure, objectives.

use headroom::figures;
use headroom::figures::rows::{self, Row};
use headroom::topology::Place;
use leptos::prelude::*;

use super::objectives::Objectives;
use super::results::{Results, report, source};
use crate::live::CollectAny;
use crate::parts::Icon;
use crate::state::App;

/// Totals of the design.
#[component]
pub fn Totals() -> impl IntoView {
    view! {
        <h3><Icon name="gauge" big=true/>"The whole design"</h3>
        <Requests/>
        <Ring/>
        <CostByBlock/>
        <Objectives/>
    }
}

/// What the clients sent and what came of it.
#[component]
fn Requests() -> impl IntoView {
    let app = App::get();
    let found = Signal::derive(move || {
        let mut found = rows::requests(&report(app).0);
        found.extend(app.answer.with(|answer| rows::headrooms(answer)));
        let up = app.answer.with(|answer| answer.availability.both);
        found.extend(up.map(|up| Row::new("Available", rows::uptime(up))));
        found
    });
    let seen = Signal::derive(move || rows::consistency(&report(app).0.consistency));
    view! {
        <Results title="Requests" aside=source(app) rows=found/>
        <Results title="Consistency" aside="of what readers saw".to_owned() rows=seen/>
    }
}

/// Single points of failure, each leading to its block.
#[component]
fn Ring() -> impl IntoView {
    let app = App::get();
    let found = move || {
        let answer = app.answer.get();
        let places = answer.topology.places();
        let alone = places.filter_map(|(_, place)| {
            let card = app.cards.node(place.id)?;
            card.face.with(|face| face.spof).map(|_| (place.id, place.name.clone()))
        });
        alone.collect::<Vec<_>>()
    };
    let list = move || {
        let found = found();
        if found.is_empty() {
            return view! { <p class="empty">"None: no single instance is missed."</p> }.into_any();
        }
        let button = |(id, name)| {
            view! {
                <button class="btn small" type="button" on:click=move |_| app.select_node(id)>
                    <span class="sev-spof"><Icon name="shield-alert"/></span>{name}
                </button>
            }
        };
        view! { <div class="acts">{found.into_iter().map(button).collect_any()}</div> }.into_any()
    };
    view! { <section><h4>"Single points of failure"</h4>{move || list()}</section> }
}

/// The bill.
#[component]
fn CostByBlock() -> impl IntoView {
    let app = App::get();
    let parts = Signal::derive(move || {
        let answer = app.answer.get();
        let of_block =
            |(index, place): (usize, &Place)| Some((place.name.clone(), *answer.cost.nodes.get(index)?));
        let mut parts: Vec<_> = answer.topology.places().filter_map(of_block).collect();
        parts.push(("Traffic out".to_owned(), answer.cost.egress));
        parts.retain(|part| part.1 > 0.0);
        headroom::sorted::sort_by(&mut parts, |a, b| b.1.total_cmp(&a.1));
        parts.into_iter().map(|(name, cost)| Row::new(name, figures::money(cost))).collect::<Vec<_>>()
    });
    let total = Signal::derive(move || {
        app.answer.with(|answer| {
            let million =
                answer.cost.per_million.map(|cost| format!(", {} a million requests", figures::money(cost)));
            format!("{} a month{}", figures::money(answer.cost.month), million.unwrap_or_default())
        })
    });
    view! { <Results title="Cost" aside=total rows=parts/> }
}
