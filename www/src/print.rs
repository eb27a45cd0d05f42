//! What is printed: the drawing, the findings, the table of blocks; nothing of what stands around the canvas.

use std::sync::Arc;

use headroom::analysis::{Answer, Finding, Severity};
use headroom::design::Design;
use headroom::figures;
use headroom::job::{Frame, NodeFrame};
use headroom::report::NodeReport;
use leptos::ev;
use leptos::prelude::*;

use crate::live::{CollectAny, some};
use crate::pictures;
use crate::state::App;

/// Prints the open design.
pub fn print(app: App) {
    app.printing.set(true);
    // What is printed has to stand in the page first.
    request_animation_frame(|| drop(window().print()));
}

/// The sheet of paper: empty on the screen, filled while the page is printed.
#[component]
pub fn Paper() -> impl IntoView {
    let app = App::get();
    let before = window_event_listener(ev::Custom::<web_sys::Event>::new("beforeprint"), move |_| {
        app.printing.set(true)
    });
    let after = window_event_listener(ev::Custom::<web_sys::Event>::new("afterprint"), move |_| {
        app.printing.set(false)
    });
    on_cleanup(move || [before, after].into_iter().for_each(|listener| listener.remove()));
    some(move || {
        app.printing.get().then(|| {
            let design = app.current();
            let answer = app.answer.get_untracked();
            view! { <article class="paper"><Sheet drawing=pictures::drawing(app) design=design answer=answer.as_ref().clone()/></article> }
        })
    })
}

#[component]
fn Sheet(drawing: String, design: Arc<Design>, answer: Answer) -> impl IntoView {
    let name = if design.name.is_empty() { "Untitled design".to_owned() } else { design.name.clone() };
    let summary = summary(&design, &answer);
    let findings = answer.findings.iter().map(finding).collect_any();
    // As the canvas shows them: what a client sends is its rate.
    let frame = Frame::of(&answer.report, &answer.topology);
    let rows = design.nodes.iter().map(|node| {
        let index = answer.topology.index_of(node.id);
        let report = index.and_then(|index| Some((answer.report.nodes.get(index)?, frame.nodes.get(index)?)));
        let instances = index.map(|index| answer.topology.place(index).servers.instances);
        let kind = headroom::blocks::find(&node.block).map_or("Unknown block", |block| block.about().name);
        let cells = cells(report);
        view! {
            <tr>
                <td>{design.title(node).to_owned()}</td><td>{kind}</td>
                <td>{instances.map(|count| count.to_string())}</td>
                {cells.map(|cell| view! { <td>{cell}</td> }).collect_any()}
            </tr>
        }
    });
    view! {
        <h1>{name}</h1>
        <p>{summary}</p>
        <figure inner_html=drawing></figure>
        <h2>"Findings"</h2>
        {if answer.findings.is_empty() { view! { <p>"None."</p> }.into_any() } else { view! { <ul>{findings}</ul> }.into_any() }}
        <h2>"Blocks"</h2>
        <table>
            <thead><tr>
                <th>"Name"</th><th>"Kind"</th><th>"Instances"</th><th>"Calls"</th><th>"Load"</th><th>"p99"</th><th>"State"</th>
            </tr></thead>
            <tbody>{rows.collect_any()}</tbody>
        </table>
        <p class="quiet">"Figures are the instant answer by formulas at "{figures::multiple(design.run.traffic)}" of the traffic. Made with Headroom."</p>
    }
}

fn summary(design: &Design, answer: &Answer) -> String {
    let size = headroom::shelf::size_in_words(design.nodes.len(), design.links.len());
    let offered = figures::rate(answer.report.total.offered);
    let served = figures::share(answer.report.total.success.value);
    let cost = figures::money(answer.cost.month);
    format!("{size} · {offered} sent, {served} answered · {cost} a month")
}

fn finding(finding: &Finding) -> impl IntoView + use<> {
    let word = match finding.severity {
        Severity::Critical => "Critical",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    };
    view! { <li><b>{word}": "{finding.title.clone()}</b>" "{finding.reason.clone()}</li> }
}

fn cells(report: Option<(&NodeReport, &NodeFrame)>) -> [String; 4] {
    let Some((report, now)) = report else { return std::array::from_fn(|_| figures::NOTHING.to_owned()) };
    let load = report.load.filter(|load| load.is_finite()).map(figures::share);
    let p99 = report.latency.as_ref().map(|times| figures::time(times.p99.value));
    let or_nothing = |text: Option<String>| text.unwrap_or_else(|| figures::NOTHING.to_owned());
    [figures::rate(now.offered), or_nothing(load), or_nothing(p99), report.state.name().to_owned()]
}
