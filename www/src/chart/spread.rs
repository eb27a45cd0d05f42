//! How latency spreads: the share of requests that is over after so long, on a logarithmic axis, beside theory where it is
//! known.

use headroom::design::NodeId;
use headroom::engine::steady;
use headroom::figures::{self, Kind, axis};
use headroom::job::Question;
use headroom::report::{Curve, Theory, Trust};
use leptos::ev::PointerEvent;
use leptos::prelude::*;

use super::under;
use crate::live::CollectAny;
use crate::panels::Dialog;
use crate::parts::Icon;
use crate::runner;
use crate::state::App;

/// The drawing's own units; the element stretches them.
const WIDE: f64 = 300.0;
const HIGH: f64 = 100.0;
/// Percentiles that are marked and told.
const MARKED: [(f64, &str); 5] = [(0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p99.9")];

/// One curve of the picture.
#[derive(Clone, PartialEq)]
struct Shown {
    name: String,
    class: &'static str,
    curve: Curve,
}

/// The distribution of the run: of all requests, or of the selected block's replies.
#[component]
pub fn Spread(
    /// In a dialog of its own.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let app = App::get();
    let of = Memo::new(move |_| {
        app.selection.with(|selection| selection.single_node()).filter(|id| is_served(app, *id))
    });
    Effect::new(move |_| {
        app.live.track();
        runner::ask(app, Question::Curves(of.get().map(|id| id.0)));
    });
    let broken = Memo::new(move |_| app.happened.with(|all| all.iter().any(|fault| fault.until_s.is_none())));
    let theory = Memo::new(move |_| theory(app, of.get(), broken.get()));
    let shown = Memo::new(move |_| {
        let mut shown = measured(app, of.get());
        if let Some(theory) = theory.get().filter(|_| !shown.is_empty()) {
            let exact = theory.trust == Trust::Exact;
            let name = if exact { "theory, exact" } else { "formula, approximate" };
            shown.push(Shown { name: name.to_owned(), class: "s-theory", curve: theory.curve });
        }
        shown
    });
    let ends = Memo::new(move |_| shown.with(|shown| ends(shown)));
    let pointed = RwSignal::new(None::<f64>);
    let what = move || match of.get() {
        None => "Time until all requests were answered".to_owned(),
        Some(id) => app.design.with(|design| {
            design.node(id).map(|node| format!("Time to reply of {}", design.title(node))).unwrap_or_default()
        }),
    };
    let empty = move || {
        if app.run.playing.get() {
            "Measuring …"
        } else {
            "Press Run: here you see how the latency of its requests spreads."
        }
    };
    view! {
        <Show when=move || shown.with(|shown| !shown.is_empty()) fallback=move || view! { <p class="empty">{move || empty()}</p> }>
            <div class="spread" class:large=large>
                <div class="said">
                    <p>{move || what()}<small>{move || reading(shown, pointed.get())}</small></p>
                    {(!large).then(|| view! {
                        <button class="square" type="button" aria-label="Open the distribution large" title="Open the distribution large"
                            on:click=move |_| app.panels.dialog.set(Some(Dialog::Spread))><Icon name="maximize-2"/></button>
                    })}
                </div>
                <Picture shown ends pointed large/>
                <Percentiles shown/>
            </div>
        </Show>
    }
}

/// The curve that formulas know; none while something is broken on purpose, which is not in them.
fn theory(app: App, of: Option<NodeId>, broken: bool) -> Option<Theory> {
    if broken {
        return None;
    }
    app.answer.with(|answer| match of {
        None => steady::theory(&answer.topology),
        Some(id) => steady::theory_of(&answer.topology, answer.topology.index_of(id)?),
    })
}

/// Whether a block has replies of its own to time.
fn is_served(app: App, id: NodeId) -> bool {
    use headroom::topology::Station;
    app.answer.with(|answer| {
        answer.topology.index_of(id).is_some_and(|index| {
            !matches!(answer.topology.place(index).station, Station::Source(_) | Station::Observer)
        })
    })
}

/// The curves of the run, as far as they are of what is asked for.
fn measured(app: App, of: Option<NodeId>) -> Vec<Shown> {
    let Some((node, curves)) = app.charts.curves.get() else { return Vec::new() };
    if node != of.map(|id| id.0) {
        return Vec::new();
    }
    let names: &[(&str, &'static str)] = if of.is_some() {
        &[("replies", "s-ok")]
    } else {
        &[("all", "s-ok"), ("reads", "s-p95"), ("writes", "s-p99")]
    };
    let mixed = curves.len() == 3 && curves[1].count > 0 && curves[2].count > 0;
    let named =
        names.iter().zip(curves).filter(|(name, curve)| curve.count > 0 && (mixed || name.0 == names[0].0));
    named.map(|((name, class), curve)| Shown { name: (*name).to_owned(), class, curve }).collect()
}

/// Ends of the logarithmic axis [s]: from the fastest hundredth to the slowest of all.
fn ends(shown: &[Shown]) -> [f64; 2] {
    let times = |share: f64| shown.iter().filter_map(move |one| one.curve.quantile(share));
    let low = times(0.01).fold(f64::INFINITY, f64::min).max(1e-9);
    let last = shown.iter().filter(|one| one.curve.count > 0).filter_map(|one| one.curve.points.last());
    let high = last.map(|point| point[0]).fold(low, f64::max);
    [low / 1.2, (high * 1.1).max(low * 2.0)]
}

/// Where a time stands from left to right (0–1).
fn place([low, high]: [f64; 2], time: f64) -> f64 {
    ((time.max(1e-12) / low).ln() / (high / low).ln()).clamp(0.0, 1.0)
}

#[component]
fn Picture(
    shown: Memo<Vec<Shown>>,
    ends: Memo<[f64; 2]>,
    pointed: RwSignal<Option<f64>>,
    large: bool,
) -> impl IntoView {
    let lines = move || {
        let ends = ends.get();
        let line = |one: &Shown| view! { <path class=one.class d=path(&one.curve, ends)/> };
        shown.with(|shown| shown.iter().map(line).collect_any())
    };
    let times = move || {
        let ends = ends.get();
        let mark = move |mark: axis::Mark| view! { <span style:left=format!("{:.2}%", 100.0 * place(ends, mark.at))>{mark.text}</span> };
        let marks = axis::logarithmic(ends[0], ends[1], Kind::Time).into_iter();
        // As many as do not run into one another.
        let (gap, mut last) = (if large { 0.13 } else { 0.2 }, f64::NEG_INFINITY);
        let fits = |mark: &axis::Mark| {
            let fits = place(ends, mark.at) - last >= gap;
            last = if fits { place(ends, mark.at) } else { last };
            fits
        };
        marks.filter(fits).map(mark).collect_any()
    };
    let shares = axis::linear(1.0, 4, Kind::Share).into_iter();
    let shares =
        shares.map(|mark| view! { <span style:bottom=format!("{:.1}%", 100.0 * mark.at)>{mark.text}</span> });
    let rules = [0.0, 25.0, 50.0, 75.0, 100.0].map(|y| format!("M0 {y}H{WIDE}")).concat();
    let percentiles = move || {
        let ends = ends.get();
        let dot = |(share, name): &(f64, &'static str)| {
            let time = shown.with(|shown| shown.first().and_then(|first| first.curve.quantile(*share)))?;
            let [left, bottom] = [place(ends, time), *share].map(|share| format!("{:.2}%", 100.0 * share));
            Some(
                view! { <i class="dot" style:left=left style:bottom=bottom title=format!("{name} {}", figures::time(time))></i> },
            )
        };
        MARKED.iter().filter_map(dot).collect_any()
    };
    let rule = move || {
        pointed
            .get()
            .map_or_else(String::new, |time| format!("M{:.1} 0V{HIGH}", WIDE * place(ends.get(), time)))
    };
    let point = move |event: PointerEvent| {
        let [low, high] = ends.get_untracked();
        pointed.set(under(&event).map(|share| low * (high / low).powf(share)));
    };
    view! {
        <div class="chart cdf" aria-hidden="true">
            <div class="area" on:pointermove=point on:pointerdown=point on:pointerleave=move |_| pointed.set(None)>
                <div class="marks">{shares.collect_any()}</div>
                <svg viewBox=format!("0 0 {WIDE} {HIGH}") preserveAspectRatio="none">
                    <path class="axis" d=rules/>
                    {move || lines()}
                    <path class="rule" d=move || rule()/>
                </svg>
                {move || percentiles()}
            </div>
            <div class="times">{move || times()}</div>
        </div>
    }
}

fn path(curve: &Curve, ends: [f64; 2]) -> String {
    let inside = curve.points.iter().filter(|point| point[0].is_finite() && point[0] <= ends[1] * 1.001);
    let point =
        |point: &[f64; 2]| format!("{:.1} {:.2}", WIDE * place(ends, point[0]), HIGH * (1.0 - point[1]));
    let points: Vec<String> = inside.map(point).collect();
    if points.is_empty() { String::new() } else { format!("M{}", points.join("L")) }
}

/// “12 ms: all 63 %, theory, exact 62 %”.
fn reading(shown: Memo<Vec<Shown>>, time: Option<f64>) -> Option<String> {
    let time = time?;
    let share = |curve: &Curve| {
        let below = curve.points.iter().rev().find(|point| point[0] <= time).map_or(0.0, |point| point[1]);
        figures::share(below)
    };
    let each = shown.with(|shown| {
        shown.iter().map(|one| format!("{} {}", one.name, share(&one.curve))).collect::<Vec<_>>()
    });
    Some(format!("within {}: {}", figures::time(time), each.join(", ")))
}

/// The same in figures.
#[component]
fn Percentiles(shown: Memo<Vec<Shown>>) -> impl IntoView {
    let heads = move || {
        let head = |one: &Shown| view! { <th scope="col" class=one.class><i></i>{one.name.clone()}</th> };
        shown.with(|shown| shown.iter().map(head).collect_any())
    };
    let rows = move || {
        let row = |(share, name): &(f64, &'static str)| {
            let cell = |one: &Shown| {
                let time = one.curve.quantile(*share).map_or(figures::NOTHING.to_owned(), figures::time);
                view! { <td>{time}</td> }
            };
            let cells = shown.with(|shown| shown.iter().map(cell).collect_any());
            view! { <tr><th scope="row">{*name}</th>{cells}</tr> }
        };
        MARKED.iter().map(row).collect_any()
    };
    view! {
        <table aria-label="Percentiles">
            <thead><tr><th scope="col"><span class="hidden">"Percentile"</span></th>{move || heads()}</tr></thead>
            <tbody>{move || rows()}</tbody>
        </table>
    }
}
