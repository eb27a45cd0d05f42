//! Results of one block: what the running simulation found, else what the steady method says.

use std::sync::Arc;

use headroom::design::NodeId;
use headroom::figures::{self, Kind};
use headroom::report::{Cause, Estimate, NodeReport, Report};
use leptos::prelude::*;

use crate::state::App;

/// The report to show, and whether it is a running simulation's.
pub fn report(app: App) -> (Arc<Report>, bool) {
    match app.live.get() {
        Some(live) => (live, true),
        None => (app.answer.with(|answer| Arc::new(answer.report.clone())), false),
    }
}

/// Says where the figures come from.
#[component]
pub fn Source(
    /// Heading.
    title: &'static str,
) -> impl IntoView {
    let app = App::get();
    let text = move || {
        let (report, live) = report(app);
        if live {
            format!("simulated, {} measured", figures::time(report.duration_s))
        } else {
            "steady state, by formula".to_owned()
        }
    };
    view! { <div class="source"><h4>{title}</h4><small>{text}</small></div> }
}

/// One row: a name and its figure.
#[component]
pub fn Figure(
    /// Name.
    name: &'static str,
    /// Figure; nothing is shown without one.
    #[prop(into)]
    value: Option<String>,
) -> impl IntoView {
    value.map(|value| {
        let (figure, rest) = value.split_at(end_of_figure(&value));
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{figure.to_owned()}<small>{rest.to_owned()}</small></td>
            </tr>
        }
    })
}

/// Where the figure ends and what is known of its accuracy begins.
fn end_of_figure(value: &str) -> usize {
    [" ±", " (", " and "].iter().filter_map(|mark| value.find(mark)).min().unwrap_or(value.len())
}

/// A table of a block's figures.
#[component]
pub fn NodeResults(id: NodeId) -> impl IntoView {
    let app = App::get();
    let rows = move || {
        let (report, live) = report(app);
        let index = app.answer.with(|answer| answer.topology.index_of(id))?;
        let found = report.nodes.get(index)?.clone();
        let cost = app.answer.with(|answer| answer.cost.nodes.get(index).copied());
        Some(view! { <NodeRows found live cost/> })
    };
    view! {
        <section><Source title="Results"/><table>{rows}</table></section>
    }
}

#[component]
fn NodeRows(found: NodeReport, live: bool, cost: Option<f64>) -> impl IntoView {
    let times = |times: Option<headroom::report::Times>, pick: fn(&headroom::report::Times) -> Estimate| {
        times.map(|times| figures::estimate(&pick(&times), Kind::Time))
    };
    let dropped = Cause::ALL.into_iter().zip(found.dropped).filter(|(_, rate)| *rate > 0.0);
    let dropped: Vec<_> = dropped
        .map(|(cause, rate)| view! { <Figure name=cause.name() value=figures::rate(rate)/> })
        .collect();
    view! {
        <Figure name="Arrive" value=figures::rate(found.offered)/>
        <Figure name="Completed" value=figures::rate(found.carried)/>
        <Figure name="Asked of capacity" value=found.load.map(figures::share)/>
        <Figure name="Cores busy" value=found.busy.map(|busy| figures::estimate(&busy, Kind::Share))/>
        <Figure name="Busiest instance" value=found.hottest.map(figures::share)/>
        <Figure name="Waiting" value=figures::count(found.waiting)/>
        <Figure name="Wait, mean" value=times(found.wait, |times| times.mean)/>
        <Figure name="Reply p50" value=times(found.latency, |times| times.p50)/>
        <Figure name="Reply p95" value=times(found.latency, |times| times.p95)/>
        <Figure name="Reply p99" value=times(found.latency, |times| times.p99)/>
        <Figure name="Hits" value=found.hit_ratio.map(figures::share)/>
        {dropped}
        <Figure name="Done for nobody" value=(found.wasted > 0.0).then(|| figures::share(found.wasted))/>
        <Figure name="Instances alive" value=live.then(|| found.alive.to_string())/>
        <Figure name="Cost a month" value=cost.map(figures::money)/>
    }
}
