//! One plot: marks at the side, lines or bands, faults, the cursor, and a legend that switches lines off.

use headroom::figures::axis;
use headroom::figures::series::Bucket;
use headroom::report::FaultSpan;
use leptos::ev::PointerEvent;
use leptos::prelude::*;

use super::{About, Line, Tools, View, goes_on, under, value};
use crate::live::CollectAny;
use crate::state::App;

/// The drawing's own units; the element stretches them.
const WIDE: f64 = 300.0;
const HIGH: f64 = 100.0;

/// A plot of the run in time.
#[component]
pub fn Plot(
    about: &'static About,
    view: Memo<View>,
    large: bool,
    /// With the tools of the whole chart.
    tools: bool,
) -> impl IntoView {
    let app = App::get();
    let charts = app.charts;
    let top = Memo::new(move |_| {
        let shown = about.lines.iter().filter(|line| charts.shows(line));
        view.with(|view| {
            let highs = shown.flat_map(|line| view.buckets.iter().map(|bucket| bucket.high[line.which]));
            axis::end(highs.fold(0.0, f64::max))
        })
    });
    let draw = move |line: &'static Line| {
        let shape = move || {
            if charts.shows(line) {
                view.with(|view| shape(view, line.which, top.get()))
            } else {
                [const { String::new() }; 2]
            }
        };
        view! {
            <path class=format!("band {}", line.class) d=move || shape()[0].clone()/>
            <path class=line.class d=move || shape()[1].clone()/>
        }
    };
    let marks = move || {
        let top = top.get();
        let mark = move |mark: axis::Mark| {
            view! { <span style:bottom=format!("{:.2}%", 100.0 * mark.at / top)>{mark.text}</span> }
        };
        axis::linear(top, if large { 5 } else { 2 }, about.kind).into_iter().map(mark).collect_any()
    };
    let rules = move || {
        let steps = axis::linear(top.get(), if large { 5 } else { 2 }, about.kind);
        steps
            .iter()
            .map(|mark| format!("M0 {:.1}H{WIDE}", HIGH * (1.0 - mark.at / top.get())))
            .collect::<String>()
    };
    let cursor = move || {
        view.with(|view| {
            charts
                .cursor
                .get()
                .and_then(|at| view.at(Some(at)))
                .map_or_else(String::new, |at| format!("M{:.1} 0V{HIGH}", WIDE * view.place(at.until_s)))
        })
    };
    let point =
        move |event: PointerEvent| charts.cursor.set(view.with_untracked(|view| moment(view, &event)));
    view! {
        <div class="plot" role="group" aria-label=about.label>
            <div class="legend">
                {about.lines.iter().map(|line| view! { <Key about line view/> }).collect_any()}
                {tools.then(|| view! { <Tools large/> })}
            </div>
            <div class="area" on:pointermove=point on:pointerdown=point on:pointerleave=move |_| charts.cursor.set(None)>
                <div class="marks" aria-hidden="true">{move || marks()}</div>
                <svg viewBox=format!("0 0 {WIDE} {HIGH}") preserveAspectRatio="none" aria-hidden="true">
                    <path class="broken" d=move || app.happened.with(|faults| view.with(|view| bands(view, faults)))/>
                    <path class="axis" d=move || rules()/>
                    {about.lines.iter().map(draw).collect_any()}
                    <path class="rule" d=move || cursor()/>
                </svg>
                {tools.then(|| view! { <Faults view large/> })}
            </div>
        </div>
    }
}

/// An entry of the legend: the value under the cursor, or the newest; switches its line off and on.
#[component]
fn Key(about: &'static About, line: &'static Line, view: Memo<View>) -> impl IntoView {
    let charts = App::get().charts;
    let now = move || {
        view.with(|view| {
            view.at(charts.cursor.get()).or(view.buckets.last()).map(|at| value(at, line, about.kind))
        })
    };
    let flip = move |_| {
        charts.off.update(|off| {
            if !off.remove(line.name) {
                off.insert(line.name);
            }
        });
    };
    view! {
        <button type="button" class=line.class aria-pressed=move || charts.shows(line).to_string()
            title=format!("Show or hide {}", line.name) on:click=flip>
            <i></i>{line.name}<b>{move || now()}</b>
        </button>
    }
}

/// Names of what was broken on purpose, where it begins; each as long as there is room before the next.
#[component]
fn Faults(view: Memo<View>, large: bool) -> impl IntoView {
    let app = App::get();
    // Share of the plot that most names need.
    let long = if large { 0.12 } else { 0.3 };
    let names = move || {
        view.with(|view| {
            app.happened.with(|faults| {
                let seen: Vec<&FaultSpan> = faults.iter().filter(|fault| goes_on(fault, view.ends)).collect();
                let places: Vec<f64> = seen.iter().map(|fault| view.place(fault.from_s)).collect();
                let name = |(index, fault): (usize, &&FaultSpan)| named(fault, &places, index, long);
                seen.iter().enumerate().map(name).collect_any()
            })
        })
    };
    view! { <div class="faults-of-run">{move || names()}</div> }
}

/// The name of a fault at one of these places (0–1). Near the right end it stands before its mark, unless another one does.
fn named(fault: &FaultSpan, places: &[f64], index: usize, long: f64) -> AnyView {
    let place = places[index];
    let after = places.get(index + 1).map_or(1.0, |next| *next) - place;
    let before = place - if index > 0 { places[index - 1] + long } else { 0.0 };
    let turned = after < long && before > after;
    let (left, right, room) = if turned {
        ("auto".to_owned(), format!("{:.2}%", 100.0 * (1.0 - place)), before)
    } else {
        (format!("{:.2}%", 100.0 * place), "auto".to_owned(), after)
    };
    let most = format!("{:.2}%", 100.0 * room.clamp(0.0, 0.45));
    view! {
        <span class="fault" class:turned=turned style:left=left style:right=right style:max-width=most title=fault.text.clone()>
            {fault.text.clone()}
        </span>
    }
    .into_any()
}

/// The moment under the pointer [s].
fn moment(view: &View, event: &PointerEvent) -> Option<f64> {
    Some(view.ends[0] + under(event)? * (view.ends[1] - view.ends[0]))
}

/// Bands over the time in which something was broken on purpose.
fn bands(view: &View, faults: &[FaultSpan]) -> String {
    let band = |fault: &FaultSpan| {
        let [from, until] = [fault.from_s, fault.until_s.unwrap_or(f64::MAX)].map(|at| WIDE * view.place(at));
        format!("M{from:.1} 0H{:.1}V{HIGH}H{from:.1}Z", until.max(from + 1.0))
    };
    faults.iter().filter(|fault| goes_on(fault, view.ends)).map(band).collect()
}

/// The band from the least to the most, and the line along its upper edge. Where nothing was measured there is a gap.
fn shape(view: &View, which: usize, top: f64) -> [String; 2] {
    let x = |bucket: &Bucket| WIDE * view.place(bucket.until_s);
    let y = |value: f64| HIGH * (1.0 - value / top);
    let (mut band, mut line) = (String::new(), String::new());
    for part in view.buckets.split(|bucket| !bucket.high[which].is_finite()).filter(|part| !part.is_empty()) {
        let upper: Vec<String> =
            part.iter().map(|bucket| format!("{:.1} {:.1}", x(bucket), y(bucket.high[which]))).collect();
        line.push_str(&format!("M{}", upper.join("L")));
        if part.iter().any(|bucket| bucket.low[which] < bucket.high[which]) {
            let lower: Vec<String> = part
                .iter()
                .rev()
                .map(|bucket| format!("{:.1} {:.1}", x(bucket), y(bucket.low[which])))
                .collect();
            band.push_str(&format!("M{}L{}Z", upper.join("L"), lower.join("L")));
        }
    }
    [band, line]
}
