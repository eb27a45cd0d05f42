//! Charts of the run in time: lines that can be switched off, one cursor for all plots, faults marked and named.

mod plot;
mod spread;
mod tip;
mod waterfall;

use std::collections::BTreeSet;

use headroom::figures::axis;
use headroom::figures::series::{self, Bucket, Series};
use headroom::figures::{self, Kind};
use headroom::report::{Curve, FaultSpan, Trace};
use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::live::CollectAny;
use crate::panels::Dialog;
use crate::parts::Icon;
use crate::state::App;
use plot::Plot;
pub use spread::Spread;
use tip::Tip;
pub use waterfall::Waterfall;

/// Seconds shown unless the whole run is.
const LATEST: usize = 90;
/// Until a run has this many seconds, the newest stands at the right end of a scale for so many.
const LEAST_S: f64 = 20.0;

/// What the charts show, and how.
#[derive(Clone, Copy)]
pub struct Charts {
    /// The run from its beginning.
    pub run: RwSignal<Series>,
    /// All of it is shown, not only the latest seconds.
    pub whole: RwSignal<bool>,
    /// The moment under the cursor [s].
    pub cursor: RwSignal<Option<f64>>,
    /// Lines that are switched off, by name.
    pub off: RwSignal<BTreeSet<&'static str>>,
    /// How times spread: of a block, by its id, or of all requests, the reads and the writes.
    pub curves: RwSignal<Option<(Option<u32>, Vec<Curve>)>>,
    /// The slowest request that was asked for.
    pub slowest: RwSignal<Option<Trace>>,
}

/// One line of a plot.
pub struct Line {
    /// What it is called.
    pub name: &'static str,
    /// Its color.
    pub class: &'static str,
    /// Which figure of a bucket it shows.
    pub which: usize,
}

/// Two plots over one another.
pub struct About {
    /// Heading and accessible name.
    pub label: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Its lines.
    pub lines: [Line; 3],
}

/// Requests and their latency.
pub static PLOTS: [About; 2] = [
    About {
        label: "Requests a second",
        kind: Kind::Rate,
        lines: [
            Line { name: "sent", class: "s-sent", which: 0 },
            Line { name: "ok", class: "s-ok", which: 1 },
            Line { name: "failed", class: "s-failed", which: 2 },
        ],
    },
    About {
        label: "Latency",
        kind: Kind::Time,
        lines: [
            Line { name: "p50", class: "s-p50", which: 3 },
            Line { name: "p95", class: "s-p95", which: 4 },
            Line { name: "p99", class: "s-p99", which: 5 },
        ],
    },
];

impl Charts {
    /// Nothing yet.
    pub fn new() -> Self {
        Charts {
            run: RwSignal::new(Series::default()),
            whole: RwSignal::new(false),
            cursor: RwSignal::new(None),
            off: RwSignal::new(BTreeSet::new()),
            curves: RwSignal::new(None),
            slowest: RwSignal::new(None),
        }
    }

    /// Drops what was asked of blocks that are others now.
    pub fn forget(&self) {
        self.curves.set(None);
        self.slowest.set(None);
    }

    /// The lines that are drawn, each with its plot.
    pub fn shown(self) -> impl Iterator<Item = (&'static About, &'static Line)> {
        let lines = PLOTS.iter().flat_map(|plot| plot.lines.iter().map(move |line| (plot, line)));
        lines.filter(move |(_, line)| self.shows(line))
    }

    /// Whether a line is drawn.
    pub fn shows(&self, line: &Line) -> bool {
        self.off.with(|off| !off.contains(line.name))
    }
}

/// What is shown: the seconds, and the ends of the axis [s].
#[derive(Clone, PartialEq)]
pub struct View {
    /// Seconds, or several in one where the run is long.
    pub buckets: Vec<Bucket>,
    /// Begin and end of the axis.
    pub ends: [f64; 2],
}

impl View {
    fn of(app: App) -> View {
        let buckets = if app.charts.whole.get() {
            app.charts.run.with(|run| run.buckets().to_vec())
        } else {
            app.series.with(|samples| series::latest(samples, LATEST))
        };
        let from = buckets.first().map_or(0.0, |first| first.from_s);
        let until = buckets.last().map_or(0.0, |last| last.until_s);
        View { buckets, ends: [from.min(until - LEAST_S), until] }
    }

    /// Where a moment stands from left to right (0–1).
    pub fn place(&self, at_s: f64) -> f64 {
        let [from, until] = self.ends;
        ((at_s - from) / (until - from).max(1e-9)).clamp(0.0, 1.0)
    }

    /// The seconds under a moment.
    pub fn at(&self, at_s: Option<f64>) -> Option<&Bucket> {
        let at_s = at_s?;
        let inside = |bucket: &&Bucket| bucket.from_s < at_s && at_s <= bucket.until_s;
        self.buckets.iter().find(inside).or_else(|| {
            let ends = [self.buckets.first()?, self.buckets.last()?];
            Some(if at_s <= ends[0].from_s { ends[0] } else { ends[1] })
        })
    }
}

/// Both plots with their cursor.
#[component]
pub fn TimeSeries(
    /// In a dialog of its own.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let app = App::get();
    let view = Memo::new(move |_| View::of(app));
    let enough = Memo::new(move |_| view.with(|view| view.buckets.len() > 1));
    let empty = move || {
        if app.run.playing.get() {
            "Measuring …"
        } else {
            "Press Run: one point per simulated second appears here."
        }
    };
    let plot =
        move |(index, about): (usize, &'static About)| view! { <Plot about view large tools=index == 0/> };
    view! {
        <Show when=move || enough.get() fallback=move || view! { <p class="empty">{move || empty()}</p> }>
            <div class="chart" class:large=large>
                {PLOTS.iter().enumerate().map(plot).collect_any()}
                <TimeAxis view large/>
                <Cursor view/>
                <Tip view/>
            </div>
        </Show>
    }
}

/// Marks below the plots.
#[component]
fn TimeAxis(view: Memo<View>, large: bool) -> impl IntoView {
    let marks = move || {
        view.with(|view| {
            let mark = |mark: axis::Mark| {
                view! { <span style:left=format!("{:.2}%", 100.0 * view.place(mark.at))>{mark.text}</span> }
            };
            let [from, until] = view.ends;
            // The axis may begin before the run does.
            axis::of_time(from, until, if large { 10 } else { 4 })
                .into_iter()
                .filter(|mark| mark.at >= 0.0)
                .map(mark)
                .collect_any()
        })
    };
    view! { <div class="times" aria-hidden="true">{move || marks()}</div> }
}

/// The cursor for hands that hold no mouse: arrows go from second to second, and what stands there is said.
#[component]
fn Cursor(view: Memo<View>) -> impl IntoView {
    let app = App::get();
    let cursor = app.charts.cursor;
    let step = move |event: KeyboardEvent| {
        let moved = view.with_untracked(|view| {
            let last = view.buckets.len() - 1;
            let now = view
                .at(cursor.get_untracked())
                .and_then(|at| view.buckets.iter().position(|other| other == at));
            let now = now.unwrap_or(last);
            let next = match event.key().as_str() {
                "ArrowLeft" | "ArrowDown" => now.saturating_sub(1),
                "ArrowRight" | "ArrowUp" => (now + 1).min(last),
                "PageUp" => (now + 10).min(last),
                "PageDown" => now.saturating_sub(10),
                "Home" => 0,
                "End" => last,
                _ => return None,
            };
            Some(view.buckets[next].until_s)
        });
        if moved.is_some() {
            event.prevent_default();
            event.stop_propagation();
            cursor.set(moved);
        }
    };
    let at = move || view.with(|view| view.at(cursor.get()).or(view.buckets.last()).copied());
    let number = move |of: fn(&View) -> f64| view.with(of).to_string();
    view! {
        <div class="cursor" role="slider" tabindex="0" aria-label="Moment of the run"
            aria-valuemin=move || number(|view| view.buckets.first().map_or(0.0, |first| first.until_s))
            aria-valuemax=move || number(|view| view.ends[1])
            aria-valuenow=move || at().map(|at| at.until_s.to_string())
            aria-valuetext=move || at().map(|at| spoken(app, &at))
            on:keydown=step on:blur=move |_| cursor.set(None)>
        </div>
    }
}

/// “34 s: sent 1,000/s, ok 998/s, failed 2/s, p50 …; Database slowed down”.
fn spoken(app: App, at: &Bucket) -> String {
    let values: Vec<String> = app
        .charts
        .shown()
        .map(|(plot, line)| format!("{} {}", line.name, value(at, line, plot.kind)))
        .collect();
    let faults = broken(app, [at.from_s, at.until_s]);
    let faults = if faults.is_empty() { String::new() } else { format!("; {faults}") };
    format!("{}: {}{faults}", when(at), values.join(", "))
}

/// What was broken on purpose between two moments [s].
fn broken(app: App, ends: [f64; 2]) -> String {
    app.happened.with(|faults| {
        let going = faults.iter().filter(|fault| goes_on(fault, ends));
        going.map(|fault| fault.text.clone()).collect::<Vec<_>>().join(", ")
    })
}

/// Whether a fault lasts at any time between two moments [s].
fn goes_on(fault: &FaultSpan, [from, until]: [f64; 2]) -> bool {
    fault.from_s <= until && fault.until_s.is_none_or(|end| end >= from)
}

/// Where the pointer stands over what listens to it, from left to right (0–1).
fn under(event: &PointerEvent) -> Option<f64> {
    let area = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
    Some(((f64::from(event.client_x()) - area.left()) / area.width().max(1.0)).clamp(0.0, 1.0))
}

/// “34 s”, or “32 to 36 s” where several seconds share a place.
pub fn when(at: &Bucket) -> String {
    if at.seconds == 1 {
        figures::stated(at.until_s, Kind::Time)
    } else {
        format!("{} to {}", figures::stated(at.from_s, Kind::Time), figures::stated(at.until_s, Kind::Time))
    }
}

/// “1,000/s”, or the least and the most of several seconds.
pub fn value(at: &Bucket, line: &Line, kind: Kind) -> String {
    let (low, high) = (at.low[line.which], at.high[line.which]);
    let [low, high] = [low, high].map(|value| kind.show(value));
    if low == high { low } else { format!("{low} – {high}") }
}

/// What is shown: the latest seconds or all, and the way to the large view.
#[component]
fn Tools(large: bool) -> impl IntoView {
    let app = App::get();
    let whole = app.charts.whole;
    view! {
        <span class="tools">
            <button type="button" aria-label="Whole run" aria-pressed=move || whole.get().to_string() title="The run from its beginning; where seconds share a place, their least and their most"
                on:click=move |_| whole.update(|whole| *whole = !*whole)>{if large { "Whole run" } else { "Whole" }}</button>
            {(!large).then(|| view! {
                <button class="square" type="button" aria-label="Open the charts large" title="Open the charts large"
                    on:click=move |_| app.panels.dialog.set(Some(Dialog::Charts))><Icon name="maximize-2"/></button>
            })}
        </span>
    }
}
