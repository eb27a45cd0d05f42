//! The traffic slider: logarithmic from a tenth to ten times, with a mark where the first block saturates.

use headroom::figures;
use leptos::prelude::*;

use crate::live::some;
use crate::state::App;

/// Positions of the slider on each side of 1×.
const HALF: f64 = 100.0;

/// Traffic that a position stands for: 10^(position/100), in few digits, but never so few that a step of the slider
/// rounds back to where it came from.
fn traffic_at(position: f64) -> f64 {
    let traffic = 10f64.powf(position / HALF);
    let step = if traffic < 1.0 { 1000.0 } else { 100.0 };
    (traffic * step).round() / step
}

/// Position of a traffic, kept on the slider.
fn position_of(traffic: f64) -> f64 {
    (traffic.max(1e-9).log10() * HALF).clamp(-HALF, HALF)
}

/// The slider.
#[component]
pub fn TrafficSlider() -> impl IntoView {
    let app = App::get();
    let traffic = app.run.traffic;
    let slide = move |event| {
        if let Ok(position) = event_target_value(&event).parse() {
            app.set_traffic(traffic_at(position));
        }
    };
    let shown = move || figures::count(traffic.get()) + "×";
    view! {
        <div class="slider">
            <label for="traffic">"Traffic"</label>
            <span class="track">
                <input id="traffic" type="range" min=-HALF max=HALF step="1" list="" aria-valuetext=move || shown()
                    title="Multiplies the traffic of every client; double-click for 1×"
                    prop:value=move || position_of(traffic.get()).to_string()
                    on:input=slide on:dblclick=move |_| app.set_traffic(1.0)/>
                <SaturationMark/>
            </span>
            <output for="traffic">{move || shown()}</output>
        </div>
    }
}

/// Where the first block saturates, from the ladder; off the slider it is not shown.
#[component]
fn SaturationMark() -> impl IntoView {
    let app = App::get();
    let at = Memo::new(move |_| {
        let first = app
            .answer
            .with(|answer| answer.ladder.first().map(|rung| rung.multiple * answer.topology.traffic));
        first.filter(|traffic| (0.1..=10.0).contains(traffic))
    });
    // The thumb's center runs from 8 px to 8 px before the end.
    let left = |traffic: f64| {
        let share = (position_of(traffic) + HALF) / (2.0 * HALF);
        format!("calc({}% + {}px)", share * 100.0, 8.0 - share * 16.0 - 1.0)
    };
    some(move || {
        at.get().map(|traffic| {
            let title = format!("The first block saturates at {}", figures::multiple(traffic));
            view! { <i class="mark-sat" style:left=left(traffic) title=title></i> }
        })
    })
}
