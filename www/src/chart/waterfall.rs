//! Where the time of a slow request went, call by call: bars for the eye, a table for everybody.

use headroom::figures::{self, waterfall};
use headroom::job::Question;
use headroom::report::Spent;
use leptos::prelude::*;

use crate::live::CollectAny;
use crate::parts::Icon;
use crate::runner;
use crate::state::App;

/// The slowest request of the last second, when this is opened or asked anew.
#[component]
pub fn Waterfall() -> impl IntoView {
    let app = App::get();
    let slowest = app.charts.slowest;
    // Until there is one; then it stands, because a picture that changes each second cannot be read.
    Effect::new(move |_| {
        app.live.track();
        if slowest.with_untracked(Option::is_none) {
            runner::ask(app, Question::Slowest);
        }
    });
    let found = Memo::new(move |_| {
        let trace = slowest.get()?;
        let calls = app.answer.with(|answer| waterfall::calls(&trace, &answer.topology));
        (!calls.is_empty()).then(|| (waterfall::in_words(&trace), trace.more, calls))
    });
    // Only what there is: the row is short.
    let legend = move || {
        let is_there = |spent: &Spent| {
            let has = |call: &waterfall::Call| call.bars.iter().any(|(other, _)| other == spent);
            found.with(|found| found.as_ref().is_some_and(|found| found.2.iter().any(has)))
        };
        let entry = |spent: Spent| view! { <li class=tone(spent)><i></i>{spent.name()}</li> };
        Spent::ALL.into_iter().filter(is_there).map(entry).collect_any()
    };
    let empty = move || {
        if app.run.playing.get() {
            "Waiting for a request to end …"
        } else {
            "Press Run: here you see where the time of the slowest request of a second went."
        }
    };
    view! {
        <Show when=move || found.with(Option::is_some) fallback=move || view! { <p class="empty">{move || empty()}</p> }>
            <div class="waterfall">
                <div class="said">
                    <p>{move || found.with(|found| found.as_ref().map(|found| found.0.clone()))}</p>
                    <button class="btn small" type="button" on:click=move |_| runner::ask(app, Question::Slowest)>
                        <Icon name="rotate-ccw"/>"Another"
                    </button>
                </div>
                <ul class="legend" aria-hidden="true">{move || legend()}</ul>
                <table aria-label="The calls of the request">
                    <thead><tr>
                        <th scope="col">"Call"</th><th scope="col"><span class="hidden">"Where its time went"</span></th><th scope="col" class="number">"Took"</th>
                    </tr></thead>
                    <tbody>{move || found.with(|found| found.iter().flat_map(|found| found.2.iter().map(|call| row(app, call))).collect_any())}</tbody>
                </table>
                <p class="empty" hidden=move || found.with(|found| found.as_ref().is_none_or(|found| found.1 == 0))>
                    {move || found.with(|found| found.as_ref().map(|found| format!("{} more calls are not shown.", found.1)))}
                </p>
            </div>
        </Show>
    }
}

fn row(app: App, call: &waterfall::Call) -> AnyView {
    let id = call.node;
    let bar = |(spent, [from, until]): &(Spent, [f64; 2])| {
        let [left, width] = [*from, until - from].map(|share| format!("{:.3}%", share * 100.0));
        view! { <i class=tone(*spent) style:left=left style:width=width></i> }
    };
    let parts = Spent::ALL.into_iter().zip(call.parts_s).filter(|part| part.1 > 0.0);
    let words: Vec<String> =
        parts.map(|(spent, s)| format!("{} {}", spent.name(), figures::time(s))).collect();
    let failed = call.failed.map(|cause| format!(", {cause}")).unwrap_or_default();
    let words = format!("{}{failed}", words.join(", "));
    let title = words.clone();
    view! {
        <tr title=title>
            <th scope="row" style:padding-left=format!("{}px", 10 * call.depth.min(8))>
                <button type="button" on:click=move |_| app.select_node(id)>{call.name.clone()}</button>
                {call.failed.map(|cause| view! { <em>{cause}</em> })}
            </th>
            <td class="bars"><span class="hidden">{words}</span><span aria-hidden="true">{call.bars.iter().map(bar).collect_any()}</span></td>
            <td class="number">{figures::time(call.took_s)}</td>
        </tr>
    }
    .into_any()
}

/// The color of a stretch.
fn tone(spent: Spent) -> &'static str {
    match spent {
        Spent::Connection => "w-connection",
        Spent::Network => "w-network",
        Spent::Queue => "w-queue",
        Spent::Service => "w-service",
        Spent::Calls => "w-calls",
        Spent::Lost => "w-lost",
    }
}
