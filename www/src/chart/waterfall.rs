//! Where the time of a slow request went, call by call: bars for the eye, a table for everybody.

use headroom::figures::{self, Kind, axis, waterfall};
use headroom::job::Question;
use headroom::report::Spent;
use leptos::prelude::*;

use crate::live::CollectAny;
use crate::panels::Dialog;
use crate::parts::Icon;
use crate::runner;
use crate::state::App;

/// What is shown of a request.
#[derive(Clone, PartialEq)]
struct Told {
    words: String,
    took_s: f64,
    /// Calls that are not kept.
    more: u32,
    calls: Vec<waterfall::Call>,
    /// What any of its time went on.
    spent: Vec<Spent>,
}

/// The slowest request of the last second, when this is opened or asked anew.
#[component]
pub fn Waterfall(
    /// In a dialog of its own, with an axis of time and what each call spent its time on.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let app = App::get();
    let slowest = app.charts.slowest;
    // Until there is one; then it stands, because a picture that changes each second cannot be read.
    Effect::new(move |_| {
        app.live.track();
        if slowest.with_untracked(Option::is_none) {
            runner::ask(app, Question::Slowest);
        }
    });
    let told = Memo::new(move |_| told(app));
    let empty = move || {
        if app.run.playing.get() {
            "Waiting for a request to end …"
        } else {
            "Press Run: here you see where the time of the slowest request of a second went."
        }
    };
    let words = move || told.with(|told| told.as_ref().map(|told| told.words.clone()));
    let more = move || told.with(|told| told.as_ref().map_or(0, |told| told.more));
    // Only what there is: the row is short.
    let legend = move || {
        let entry = |spent: &Spent| view! { <li class=tone(*spent)><i></i>{spent.name()}</li> };
        told.with(|told| told.iter().flat_map(|told| told.spent.iter().map(entry)).collect_any())
    };
    view! {
        <Show when=move || told.with(Option::is_some) fallback=move || view! { <p class="empty">{move || empty()}</p> }>
            <div class="waterfall" class:large=large>
                <div class="said">
                    <p>{move || words()}</p>
                    <button class=if large { "btn small" } else { "square" } type="button" aria-label="Another request" title="The slowest request of the last second"
                        on:click=move |_| runner::ask(app, Question::Slowest)>
                        <Icon name="rotate-ccw"/>{large.then_some("Another")}
                    </button>
                    {(!large).then(|| view! {
                        <button class="square" type="button" aria-label="Open the request large" title="Open the request large"
                            on:click=move |_| app.panels.dialog.set(Some(Dialog::Slowest))><Icon name="maximize-2"/></button>
                    })}
                </div>
                <ul class="legend" aria-hidden="true">{move || legend()}</ul>
                <div class="calls">
                    <table aria-label="The calls of the request">
                        <thead>{move || told.with(|told| told.as_ref().map(|told| head(told, large)))}</thead>
                        <tbody>{move || told.with(|told| told.iter().flat_map(|told| told.calls.iter().map(|call| row(app, told, call, large))).collect_any())}</tbody>
                    </table>
                </div>
                <p class="empty" hidden=move || more() == 0>{move || format!("{} more calls are not shown.", more())}</p>
            </div>
        </Show>
    }
}

fn told(app: App) -> Option<Told> {
    let trace = app.charts.slowest.get()?;
    let calls = app.answer.with(|answer| waterfall::calls(&trace, &answer.topology));
    let is_there = |spent: &Spent| calls.iter().any(|call| call.bars.iter().any(|(other, _)| other == spent));
    let spent = Spent::ALL.into_iter().filter(is_there).collect();
    let told = Told {
        words: waterfall::in_words(&trace),
        took_s: trace.took_ns as f64 / 1e9,
        more: trace.more,
        calls,
        spent,
    };
    (!told.calls.is_empty()).then_some(told)
}

/// Names of the columns; in the large view with marks of the time since the request was sent.
fn head(told: &Told, large: bool) -> AnyView {
    let marks = large.then(|| {
        let mark = |mark: axis::Mark| {
            view! { <span style:left=format!("{:.2}%", 100.0 * mark.at / told.took_s)>{mark.text}</span> }
        };
        let marks = axis::linear(told.took_s, 6, Kind::Time).into_iter().map(mark).collect_any();
        view! { <div class="times" aria-hidden="true">{marks}</div> }
    });
    let part = |spent: &Spent| view! { <th scope="col" class="number part">{spent.name()}</th> };
    let parts = large.then(|| told.spent.iter().map(part).collect_any());
    view! {
        <tr>
            <th scope="col">"Call"</th>
            <th scope="col" class="bars"><span class="hidden">"Where its time went"</span>{marks}</th>
            {parts}
            <th scope="col" class="number">"Took"</th>
        </tr>
    }
    .into_any()
}

fn row(app: App, told: &Told, call: &waterfall::Call, large: bool) -> AnyView {
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
    // In figures of their own, the words need not say them.
    let words = if large { failed.trim_start_matches(", ").to_owned() } else { words };
    let part = |spent: &Spent| {
        let spent_s = call.parts_s[*spent as usize];
        let text = if spent_s > 0.0 { figures::time(spent_s) } else { figures::NOTHING.to_owned() };
        view! { <td class="number part">{text}</td> }
    };
    let parts = large.then(|| told.spent.iter().map(part).collect_any());
    let select = move |_| {
        if large {
            app.panels.dialog.set(None);
        }
        app.select_node(id);
    };
    view! {
        <tr title=title>
            <th scope="row" style:padding-left=format!("{}px", 10 * call.depth.min(8))>
                <button type="button" on:click=select>{call.name.clone()}</button>
                {call.failed.map(|cause| view! { <em>{cause}</em> })}
            </th>
            <td class="bars"><span class="hidden">{words}</span><span aria-hidden="true">{call.bars.iter().map(bar).collect_any()}</span></td>
            {parts}
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
