//! The inspector of a link: its ends, parameters, figures.

use headroom::blocks::link::PARAMS;
use headroom::design::LinkId;
use headroom::figures::rows;
use leptos::prelude::*;

use super::form::{Form, Of};
use super::results::{Results, report, source};
use crate::live::some;
use crate::parts::Icon;
use crate::state::App;

/// A link's panel.
#[component]
pub fn LinkPanel(id: LinkId) -> impl IntoView {
    let app = App::get();
    let ends = Memo::new(move |_| {
        app.design.with(|design| {
            let link = design.link(id)?;
            let title = |id| design.title_of(id).to_owned();
            Some((title(link.from), title(link.to)))
        })
    });
    let heading = move || ends.get().map(|(from, to)| format!("{from} → {to}"));
    let problem = move || {
        let text = app.answer.with(|answer| {
            answer
                .problems
                .iter()
                .find(|problem| problem.link == Some(id))
                .map(|problem| problem.text.clone())
        });
        text.map(|text| view! { <div class="state note"><Icon name="info"/><div>{text}</div></div> })
    };
    view! {
        <h2><Icon name="link" big=true/>{move || heading()}<small>"Link"</small></h2>
        {some(problem)}
        <Form of=Of::Link(id) params=PARAMS/>
        <LinkResults id/>
        <div class="acts wide">
            <button class="btn" type="button" on:click=move |_| app.command("edit.delete")>
                <Icon name="trash-2"/>"Delete the link"
            </button>
        </div>
    }
}

#[component]
fn LinkResults(id: LinkId) -> impl IntoView {
    let app = App::get();
    let found = Signal::derive(move || {
        let (report, _) = report(app);
        let place = app.answer.with(|answer| {
            (0..answer.topology.graph.edge_count()).find(|index| answer.topology.route(*index).id == id)
        });
        place.and_then(|place| report.links.get(place)).map_or_else(Vec::new, rows::link)
    });
    view! { <Results title="Results" aside=source(app) rows=found/> }
}
