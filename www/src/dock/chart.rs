//! Time series of the run: requests a second and latency percentiles, one point per simulated second.

use headroom::figures;
use headroom::report::{FaultSpan, Sample};
use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::live::CollectAny;
use crate::state::App;

/// Most points shown.
const SHOWN: usize = 90;
/// Until a run has this many points, the newest stands at the right end of a scale for so many.
const LEAST: usize = 20;
/// The drawing's own units; the element stretches them.
const WIDE: f64 = 300.0;
const HIGH: f64 = 100.0;

/// One line of a plot.
struct Line {
    name: &'static str,
    class: &'static str,
    of: fn(&Sample) -> f64,
}

const RATES: [Line; 3] = [
    Line { name: "sent", class: "s-sent", of: |s| s.sent },
    Line { name: "ok", class: "s-ok", of: |s| s.ok },
    Line { name: "failed", class: "s-failed", of: |s| s.failed },
];

const TIMES: [Line; 3] = [
    Line { name: "p50", class: "s-p50", of: |s| of_answered(s, s.p50) },
    Line { name: "p95", class: "s-p95", of: |s| of_answered(s, s.p95) },
    Line { name: "p99", class: "s-p99", of: |s| of_answered(s, s.p99) },
];

/// A time of the answered requests: nothing in a second in which none was.
fn of_answered(sample: &Sample, time: f64) -> f64 {
    if sample.ok > 0.0 { time } else { f64::NAN }
}

/// Both plots.
#[component]
pub fn TimeSeries() -> impl IntoView {
    let app = App::get();
    let samples = Memo::new(move |_| app.series.with(|all| shown(all).to_vec()));
    let pointed = RwSignal::new(None);
    view! {
        <Show when=move || samples.with(|all| all.len() > 1) fallback=move || {
                view! { <p class="empty">{move || if app.run.playing.get() { "Measuring …" } else { "Press Run: one point per simulated second appears here." }}</p> }
            }>
                <div class="chart">
                    <Plot label="Requests a second" lines=&RATES samples pointed show=figures::rate/>
                    <Plot label="Latency" lines=&TIMES samples pointed show=figures::time/>
                </div>
            </Show>
    }
}

/// “1 to 25 s of simulated time”.
pub fn span(app: App) -> String {
    app.series.with(|all| match (shown(all).first(), all.last()) {
        (Some(first), Some(last)) => format!(
            "{} to {} s of simulated time",
            figures::whole(first.at_s as u64),
            figures::whole(last.at_s as u64)
        ),
        _ => String::new(),
    })
}

fn shown(all: &[Sample]) -> &[Sample] {
    &all[all.len().saturating_sub(SHOWN)..]
}

#[component]
fn Plot(
    label: &'static str,
    lines: &'static [Line; 3],
    samples: Memo<Vec<Sample>>,
    /// The sample under the pointer, in both plots.
    pointed: RwSignal<Option<usize>>,
    show: fn(f64) -> String,
) -> impl IntoView {
    let app = App::get();
    let top = Memo::new(move |_| {
        samples.with(|all| nice(lines.iter().flat_map(|line| all.iter().map(line.of)).fold(0.0, f64::max)))
    });
    let draw = move |line: &'static Line| {
        view! { <path class=line.class d=move || samples.with(|all| path(all, line.of, top.get()))/> }
    };
    let last = move |line: &'static Line| {
        let value = move || {
            let shown =
                |all: &Vec<Sample>| pointed.get().and_then(|at| all.get(at).copied()).or(all.last().copied());
            samples.with(shown).map(|sample| show((line.of)(&sample)))
        };
        view! { <span class=line.class><i></i>{line.name}<b>{move || value()}</b></span> }
    };
    view! {
        <figure class="plot" aria-label=label>
            <span class="top-mark">{move || show(top.get())}</span>
            <span class="zero">"0"</span>
            <svg viewBox=format!("0 0 {WIDE} {HIGH}") preserveAspectRatio="none" aria-hidden="true"
                on:pointermove=move |event| pointed.set(samples.with_untracked(|all| at_pointer(&event, all.len())))
                on:pointerleave=move |_| pointed.set(None)>
                <path class="broken" d=move || app.happened.with(|faults| samples.with(|all| bands(all, faults)))/>
                <path class="axis" d=format!("M0 0H{WIDE}M0 {HIGH}H{WIDE}")/>
                <path class="axis" d=move || samples.with(|all| rule(all, pointed.get()))/>
                {lines.iter().map(draw).collect_any()}
            </svg>
            <figcaption class="legend">{lines.iter().map(last).collect_any()}</figcaption>
        </figure>
    }
}

/// The sample under the pointer.
fn at_pointer(event: &PointerEvent, count: usize) -> Option<usize> {
    let plot = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - plot.left()) / plot.width() * WIDE;
    let at = (x - place(0, count)) / (place(1, count) - place(0, count));
    (count > 0).then(|| (at.round().max(0.0) as usize).min(count - 1))
}

/// A vertical line through a sample, with the second it stands for.
fn rule(samples: &[Sample], at: Option<usize>) -> String {
    let at = at.filter(|at| *at < samples.len());
    at.map_or_else(String::new, |at| format!("M{:.1} 0V{HIGH}", place(at, samples.len())))
}

/// Where a sample stands from left to right; the newest at the right end.
fn place(index: usize, count: usize) -> f64 {
    let step = WIDE / (count.max(LEAST) - 1) as f64;
    WIDE - step * (count as f64 - 1.0 - index as f64)
}

/// Bands over the time in which something was broken on purpose.
fn bands(samples: &[Sample], faults: &[FaultSpan]) -> String {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return String::new() };
    let x = |at_s: f64| {
        let step = place(1, samples.len()) - place(0, samples.len());
        place(0, samples.len()) + step * (at_s.clamp(first.at_s, last.at_s) - first.at_s)
    };
    let seen = faults.iter().filter(|fault| fault.from_s <= last.at_s);
    let seen = seen.filter(|fault| fault.until_s.is_none_or(|until| until >= first.at_s));
    let band = |fault: &FaultSpan| {
        let (from, until) = (x(fault.from_s), x(fault.until_s.unwrap_or(f64::INFINITY)));
        format!("M{from:.1} 0H{:.1}V{HIGH}H{from:.1}Z", until.max(from + 1.0))
    };
    seen.map(band).collect()
}

fn path(samples: &[Sample], of: fn(&Sample) -> f64, top: f64) -> String {
    let mut path = String::new();
    let mut pen = 'M';
    for (index, sample) in samples.iter().enumerate() {
        let value = of(sample);
        if !value.is_finite() {
            pen = 'M';
            continue;
        }
        let (x, y) = (place(index, samples.len()), HIGH * (1.0 - value / top));
        path.push_str(&format!("{pen}{x:.1} {y:.1}"));
        pen = 'L';
    }
    path
}

/// The next of 1, 2, 5, 10 … above a value: the end of an axis that does not jump with every point.
fn nice(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let decade = 10f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|step| step * decade).find(|end| *end >= value).unwrap_or(10.0 * decade)
}
