//! The dock: findings with their fixes, time series, what breaks first.

mod availability;
mod faults;
mod findings;
mod ladder;

use headroom::figures;
use leptos::prelude::*;

use crate::chart::{Spread, TimeSeries, Waterfall};
use crate::panels::Sheet;
use crate::parts::{CloseSheet, Tabs};
use crate::state::App;
use availability::Uptime;
use faults::Timeline;
use findings::Findings;
use ladder::Ladder;

/// Place of the faults among the parts of the middle.
const FAULTS: usize = 3;

/// The panel at the bottom.
#[component]
pub fn Dock() -> impl IntoView {
    let app = App::get();
    view! {
        <section class="dock" class:sheet=move || app.panels.sheet.get() == Some(Sheet::Dock)
            aria-label="Findings and charts">
            <CloseSheet/>
            <Findings/>
            <Middle/>
            <Limits/>
            <Folded/>
        </section>
    }
}

/// What happened in the run, and what goes wrong in it on purpose.
#[component]
fn Middle() -> impl IntoView {
    let app = App::get();
    let count = Memo::new(move |_| app.design.with(|design| design.faults.len()));
    let aside = Signal::derive(move || match (app.panels.middle.get(), count.get()) {
        (0..FAULTS, _) | (_, 0) => String::new(),
        (_, 1) => "1 fault".to_owned(),
        (_, count) => format!("{count} faults"),
    });
    let content = move || match app.panels.middle.get() {
        0 => view! { <TimeSeries/> }.into_any(),
        1 => view! { <Spread/> }.into_any(),
        2 => view! { <Waterfall/> }.into_any(),
        _ => Timeline().into_any(),
    };
    view! { <Tabbed names=&["Time series", "Latency", "Slow request", "Faults"] selected=app.panels.middle aside>{move || content()}</Tabbed> }
}

/// What breaks first, and how much of the time everything works.
#[component]
fn Limits() -> impl IntoView {
    let app = App::get();
    let content = move || match app.panels.limits.get() {
        0 => Ladder().into_any(),
        _ => Uptime().into_any(),
    };
    view! {
        <Tabbed names=&["What breaks first", "Availability"] selected=app.panels.limits aside="">{move || content()}</Tabbed>
    }
}

/// A part of the dock that shows one of several.
#[component]
fn Tabbed(
    names: &'static [&'static str],
    selected: RwSignal<usize>,
    /// What stands at the right of the names.
    #[prop(into)]
    aside: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <section aria-label=move || names[selected.get()]>
            <div class="hd">
                <Tabs names selected class="tabs"/>
                <small>{aside}</small>
            </div>
            {children()}
        </section>
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
    view! { <p class="folded">{move || text()}</p> }
}
