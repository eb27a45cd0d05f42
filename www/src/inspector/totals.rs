//! The whole design, shown while nothing is selected: totals, cost by block, single points of failure, objectives.

use headroom::analysis::Answer;
use headroom::analysis::trial::Claim;
use headroom::engine::Unit;
use headroom::figures;
use headroom::figures::rows::{self, Row};
use headroom::topology::Place;
use leptos::prelude::*;

use super::objectives::Objectives;
use super::results::{Results, report, source};
use super::trial::Try;
use crate::live::CollectAny;
use crate::measuring::{self, Measuring, RUNS};
use crate::parts::{Icon, Progress};
use crate::state::App;

/// Blocks of a large design that are listed here; its tables have them all.
const LISTED: usize = 20;

/// Totals of the design.
#[component]
pub fn Totals() -> impl IntoView {
    view! {
        <h2><Icon name="gauge" big=true/>"The whole design"</h2>
        <Requests/>
        <Measure/>
        <Try label="Confirm by runs: promises kept until" claim=promised()/>
        <Ring/>
        <CostByBlock/>
        <Objectives/>
        <p class="quiet"><a href="static/fidelity.html" target="_blank" rel="noopener">"How right are these numbers?"</a></p>
    }
}

/// A measurement in several runs: a button that starts it, stops it, or goes back to the live run, and how far it is.
#[component]
fn Measure() -> impl IntoView {
    let app = App::get();
    let Measuring { share, found, .. } = app.measuring;
    // Told apart from the share, which grows all the time.
    let under_way = Memo::new(move |_| share.with(Option::is_some));
    let label = move || match (under_way.get(), found.with(Option::is_some)) {
        (true, _) => "Stop measuring".to_owned(),
        (false, true) => "Back to the live run".to_owned(),
        (false, false) => {
            format!("Measure in {RUNS} runs of {}", figures::time(measuring::plan(app).duration_s))
        }
    };
    let press = move |_| {
        if under_way.get_untracked() || found.with_untracked(Option::is_some) {
            app.measuring.clear();
        } else {
            measuring::start(app);
        }
    };
    view! {
        <div class="trial" title="Several runs with seeds of their own, at the same time where there are cores: narrower intervals">
            <button class="btn small" type="button" on:click=press>{label}</button>
            <Progress name="Measuring" share/>
        </div>
    }
}

/// The claim of the second headroom, where a run can try it.
fn promised() -> Signal<Option<Claim>> {
    let app = App::get();
    Signal::derive(move || {
        let second = app.answer.with(|answer| answer.second)?;
        second.can_be_run().then_some(Claim::Promises)
    })
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

/// Single points of failure, blocks and groups, each leading to its place on the canvas.
#[component]
fn Ring() -> impl IntoView {
    let app = App::get();
    let found = Memo::new(move |_| app.answer.with(|answer| answer.complete.then(|| single_points(answer))));
    let list = move || {
        let Some(mut found) = found.get() else {
            return view! { <p class="empty">"Being worked out: with this many blocks it takes a while."</p> }.into_any();
        };
        if found.is_empty() {
            return view! { <p class="empty">"None: no one instance and no group is missed."</p> }.into_any();
        }
        let others = found.len().saturating_sub(LISTED);
        found.truncate(LISTED);
        let button = |(unit, name)| {
            view! {
                <button class="btn small" type="button" on:click=move |_| app.select_unit(unit)>
                    <span class="sev-spof"><Icon name="shield-alert"/></span>{name}
                </button>
            }
        };
        view! {
            <div class="acts">{found.into_iter().map(button).collect_any()}</div>
            {(others > 0).then(|| view! { <p class="quiet">{format!("and {others} more: the findings name each of them")}</p> })}
        }
        .into_any()
    };
    view! { <section><h3 class="head">"Single points of failure"</h3>{move || list()}</section> }
}

/// Each block and each group that is one, worst first, with its name.
fn single_points(answer: &Answer) -> Vec<(Unit, String)> {
    let mut found: Vec<(Unit, String)> = Vec::new();
    for spof in &answer.spofs {
        let (unit, name) = match spof.unit {
            Unit::Instance { node, .. } | Unit::Block { node } => {
                (Unit::Block { node }, answer.topology.place(node as usize).name.clone())
            }
            Unit::Group { group } => (spof.unit, answer.topology.groups[group as usize].title()),
        };
        if !found.iter().any(|(known, _)| *known == unit) {
            found.push((unit, name));
        }
    }
    found
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
        let others = parts.split_off(parts.len().min(LISTED));
        if !others.is_empty() {
            parts.push((format!("{} others", others.len()), others.iter().map(|part| part.1).sum()));
        }
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
