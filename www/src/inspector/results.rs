//! Results of one block: what the running simulation found, else what the steady method says.

use std::sync::Arc;

use headroom::design::NodeId;
use headroom::figures;
use headroom::figures::rows::{self, Row};
use headroom::report::Report;
use leptos::prelude::*;

use crate::live::CollectAny;
use crate::measuring::RUNS;
use crate::state::App;

/// The report to show, and whether it was simulated: what was measured in several runs, else what the live run has found
/// so far, else the steady method's.
pub fn report(app: App) -> (Arc<Report>, bool) {
    match app.measuring.found.get().or_else(|| app.live.get()) {
        Some(simulated) => (simulated, true),
        None => (app.answer.with(|answer| Arc::clone(&answer.report)), false),
    }
}

/// Rows under a heading that says where the figures come from.
#[component]
pub fn Results(
    /// Heading.
    title: &'static str,
    /// What stands at the right of it.
    #[prop(into)]
    aside: Signal<String>,
    /// The rows; without any there is no heading either.
    #[prop(into)]
    rows: Signal<Vec<Row>>,
) -> impl IntoView {
    let body = move || rows.get().into_iter().map(row).collect::<Vec<_>>();
    let notes = move || {
        let used = |(reason, _): &&(&str, &str)| {
            rows.with(|rows| rows.iter().any(|row| row.value.ends_with(reason)))
        };
        let note = |(reason, why): &(&str, &str)| view! { <p class="note">{mark(reason)}" "{*why}</p> };
        figures::NO_INTERVAL.iter().filter(used).map(note).collect_any()
    };
    view! {
        <section class="results" hidden=move || rows.with(Vec::is_empty)>
            <div class="source"><h3 class="head">{title}</h3><small>{aside}</small></div>
            <table>{move || body()}</table>
            {move || notes()}
        </section>
    }
}

fn row(Row { name, value }: Row) -> AnyView {
    let (figure, rest) = value.split_at(end_of_figure(&value));
    let rest = if figures::NO_INTERVAL.iter().any(|(reason, _)| rest == *reason) { mark(rest) } else { rest };
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{figure.to_owned()}<small>{rest.to_owned()}</small></td>
        </tr>
    }
    .into_any()
}

/// What stands for a reason, which a note below the table spells out.
fn mark(reason: &str) -> &'static str {
    let marks = [" *", " †", " ‡"];
    let place = figures::NO_INTERVAL.iter().position(|(known, _)| *known == reason);
    place.map_or("", |place| marks[place])
}

/// Where the figure ends and what is known of its accuracy begins.
fn end_of_figure(value: &str) -> usize {
    [" ±", " ("].iter().filter_map(|mark| value.find(mark)).min().unwrap_or(value.len())
}

/// Where the shown report comes from, in words.
pub fn source(app: App) -> Signal<String> {
    Signal::derive(move || {
        let (report, live) = report(app);
        let source = rows::source(&report, live);
        if app.measuring.found.with(Option::is_some) { format!("{source} in {RUNS} runs") } else { source }
    })
}

/// A table of a block's figures.
#[component]
pub fn NodeResults(id: NodeId) -> impl IntoView {
    let app = App::get();
    let found = Signal::derive(move || {
        let (report, live) = report(app);
        let Some(index) = app.answer.with(|answer| answer.topology.index_of(id)) else { return Vec::new() };
        let mut found = report.nodes.get(index).map_or_else(Vec::new, |found| rows::node(found, live));
        found.extend(rows::client(&report, index));
        let cost = app.answer.with(|answer| answer.cost.nodes.get(index).copied());
        found.extend(cost.map(|cost| Row::new("Cost a month", figures::money(cost))));
        found
    });
    view! { <Results title="Results" aside=source(app) rows=found/> }
}
