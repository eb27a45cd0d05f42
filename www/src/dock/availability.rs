//! Availability: nines and minutes a year, what costs the most time, and what may not fail together.

use headroom::analysis::Answer;
use headroom::engine::Unit;
use headroom::figures::outages::{self, OfUnits};
use leptos::prelude::*;

use crate::inspector::results::Results;
use crate::live::CollectAny;
use crate::state::App;

/// Entries shown of each list.
const SHOWN: usize = 6;

/// The panel.
#[component]
pub fn Uptime() -> impl IntoView {
    let app = App::get();
    let found = Signal::derive(move || app.answer.with(|answer| outages::answered(answer)));
    let lines = |answer: &Answer, of: fn(&Answer, usize) -> Vec<OfUnits>| {
        of(answer, SHOWN).into_iter().map(Line::of).collect::<Vec<_>>()
    };
    let parts = Signal::derive(move || app.answer.with(|answer| lines(answer, outages::costliest)));
    let cuts = Signal::derive(move || app.answer.with(|answer| lines(answer, outages::may_not_fail)));
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
    unit: Option<Unit>,
    figure: String,
}

impl Line {
    fn of(OfUnits { row, unit }: OfUnits) -> Line {
        Line { name: row.name.into_owned(), unit, figure: row.value }
    }
}

#[component]
fn Lines(title: &'static str, lines: Signal<Vec<Line>>) -> impl IntoView {
    let app = App::get();
    let line = move |Line { name, unit, figure }: Line| {
        let show = move |_| unit.into_iter().for_each(|unit| app.select_unit(unit));
        view! { <li><button type="button" on:click=show>{name}</button><b>{figure}</b></li> }
    };
    view! {
        <section hidden=move || lines.with(Vec::is_empty)>
            <h3 class="head">{title}</h3>
            <ul class="lines">{move || lines.get().into_iter().map(line).collect_any()}</ul>
        </section>
    }
}
