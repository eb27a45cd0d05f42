//! The dock: findings with their fixes, time series, what breaks first.

mod chart;
mod findings;
mod ladder;

use headroom::figures;
use leptos::prelude::*;

use crate::parts::CloseSheet;
use crate::state::{App, Sheet};
use chart::TimeSeries;
use findings::Findings;
use ladder::Ladder;

/// The panel at the bottom.
#[component]
pub fn Dock() -> impl IntoView {
    let app = App::get();
    view! {
        <footer class="dock" class:sheet=move || app.panels.sheet.get() == Some(Sheet::Dock)
            aria-label="Findings and charts" role="region">
            <CloseSheet/>
            <Findings/>
            <TimeSeries/>
            <Ladder/>
            <Folded/>
        </footer>
    }
}

/// One line in place of the folded dock.
#[component]
fn Folded() -> impl IntoView {
    let app = App::get();
    let text = move || {
        app.answer.with(|answer| {
            let first = answer.findings.first().map(|finding| finding.title.clone());
            let headroom =
                answer.ladder.first().map(|rung| format!("Headroom {}", figures::multiple(rung.multiple)));
            [headroom, first].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    view! { <p class="folded">{text}</p> }
}
