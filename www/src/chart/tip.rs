//! What stands beside the cursor: the time, every value with its unit, and what was broken then.

use leptos::prelude::*;

use super::{View, broken, value, when};
use crate::live::{CollectAny, some};
use crate::state::App;

/// The box beside the cursor.
#[component]
pub fn Tip(view: Memo<View>) -> impl IntoView {
    let app = App::get();
    let charts = app.charts;
    some(move || {
        let cursor = charts.cursor.get()?;
        let (at, place) = view.with(|view| view.at(Some(cursor)).map(|at| (*at, view.place(at.until_s))))?;
        let rows = charts.shown().map(|(plot, line)| {
            view! { <dt class=line.class><i></i>{line.name}</dt><dd>{value(&at, line, plot.kind)}</dd> }
        });
        let faults = broken(app, [at.from_s, at.until_s]);
        // On the side where there is room.
        let inside = "(100% - 3.25rem)";
        let (left, right) = if place < 0.5 {
            (format!("calc(3.25rem + {inside} * {place:.4} + 8px)"), "auto".to_owned())
        } else {
            ("auto".to_owned(), format!("calc({inside} * {:.4} + 8px)", 1.0 - place))
        };
        Some(view! {
            <div class="tip" aria-hidden="true" style:left=left style:right=right>
                <b>{when(&at)}</b>
                <dl>{rows.collect_any()}</dl>
                {(!faults.is_empty()).then(|| view! { <small>{faults}</small> })}
            </div>
        })
    })
}
