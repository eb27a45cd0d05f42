//! The whole design, shown while nothing is selected: totals, cost by block, single points of failure, objectives.

use headroom::figures::{self, Kind};
use headroom::report::{Cause, Traffic};
use leptos::prelude::*;

use super::objectives::Objectives;
use super::results::{Figure, Source, report};
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
    let headroom =
        move || app.answer.with(|answer| answer.ladder.first().map(|rung| figures::multiple(rung.multiple)));
    let rows = move || {
        let (report, _) = report(app);
        view! { <TrafficRows traffic=report.total.clone()/> }
    };
    let by_operation = move || {
        let (report, _) = report(app);
        let both = report.reads.offered > 0.0 && report.writes.offered > 0.0;
        let p99 = |traffic: &Traffic| traffic.latency.map(|times| figures::estimate(&times.p99, Kind::Time));
        both.then(|| {
            view! {
                <Figure name="Reads p99" value=p99(&report.reads)/>
                <Figure name="Writes p99" value=p99(&report.writes)/>
            }
        })
    };
    view! {
        <section>
            <Source title="Requests"/>
            <table>{rows}{by_operation}{move || view! { <Figure name="Headroom" value=headroom()/> }}</table>
        </section>
    }
}

#[component]
fn TrafficRows(traffic: Traffic) -> impl IntoView {
    let time = |pick: fn(&headroom::report::Times) -> headroom::report::Estimate| {
        traffic.latency.map(|times| figures::estimate(&pick(&times), Kind::Time))
    };
    let counts = &traffic.counts;
    let failed = Cause::ALL.into_iter().zip(counts.failed).filter(|(_, count)| *count > 0);
    let failed: Vec<_> = failed
        .map(|(cause, count)| view! { <Figure name=cause.name() value=figures::whole(count)/> })
        .collect();
    let rare = |count: u64| (count > 0).then(|| figures::whole(count));
    view! {
        <Figure name="Sent" value=figures::rate(traffic.offered)/>
        <Figure name="Answered ok" value=figures::estimate(&traffic.goodput, Kind::Rate)/>
        <Figure name="Success" value=figures::estimate(&traffic.success, Kind::Share)/>
        <Figure name="Latency p50" value=time(|times| times.p50)/>
        <Figure name="Latency p95" value=time(|times| times.p95)/>
        <Figure name="Latency p99" value=time(|times| times.p99)/>
        <Figure name="Degraded" value=rare(counts.degraded)/>
        <Figure name="Ok without data" value=rare(counts.hollow)/>
        {failed}
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
        view! { <div class="acts">{found.into_iter().map(button).collect_view()}</div> }.into_any()
    };
    view! { <section><h4>"Single points of failure"</h4>{list}</section> }
}

/// The bill.
#[component]
fn CostByBlock() -> impl IntoView {
    let app = App::get();
    let rows = move || {
        let answer = app.answer.get();
        let mut parts: Vec<_> = answer
            .topology
            .places()
            .filter_map(|(index, place)| {
                let cost = *answer.cost.nodes.get(index)?;
                (cost > 0.0).then(|| (place.name.clone(), cost))
            })
            .collect();
        if answer.cost.egress > 0.0 {
            parts.push(("Traffic out".to_owned(), answer.cost.egress));
        }
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let row =
            |(name, cost)| view! { <tr><th scope="row">{name}</th><td>{figures::money(cost)}</td></tr> };
        parts.into_iter().map(row).collect_view()
    };
    let total = move || {
        app.answer.with(|answer| {
            let million =
                answer.cost.per_million.map(|cost| format!(", {} a million requests", figures::money(cost)));
            format!("{} a month{}", figures::money(answer.cost.month), million.unwrap_or_default())
        })
    };
    view! {
        <section><div class="source"><h4>"Cost"</h4><small>{total}</small></div><table>{rows}</table></section>
    }
}
