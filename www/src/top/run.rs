//! Play, restart, speed, seed.

use headroom::figures;
use leptos::prelude::*;

use super::traffic::TrafficSlider;
use crate::live::CollectAny;
use crate::parts::Icon;
use crate::runner;
use crate::state::App;

/// As fast as the machine goes.
pub const FULL_SPEED: f64 = 1e6;
/// Paces to choose from [simulated seconds per second]; the last is as fast as the machine goes.
const SPEEDS: [(f64, &str); 8] = [
    (0.1, "0.1× speed"),
    (0.25, "0.25× speed"),
    (0.5, "0.5× speed"),
    (1.0, "1× speed"),
    (2.0, "2× speed"),
    (5.0, "5× speed"),
    (10.0, "10× speed"),
    (FULL_SPEED, "Full speed"),
];

/// Everything about the run.
#[component]
pub fn RunControls() -> impl IntoView {
    view! {
        <div class="run" role="group" aria-label="Run">
            <Play/>
            <Restart/>
            <Speed/>
            <Seed/>
            <TrafficSlider/>
        </div>
    }
}

#[component]
fn Play() -> impl IntoView {
    let app = App::get();
    let playing = app.run.playing;
    let icon = Signal::derive(move || if playing.get() { "pause" } else { "play" });
    let label = move || if playing.get() { "Pause" } else { "Run" };
    let flip = move |_| runner::pause(app, playing.get_untracked());
    view! {
        <button class="primary" type="button" title="Play or pause (Space on the canvas)" on:click=flip>
            <Icon name=icon/>{move || label()}
        </button>
    }
}

#[component]
fn Restart() -> impl IntoView {
    let app = App::get();
    view! {
        <button class="square btn restart" type="button" aria-label="Restart the run"
            title="Restart from time 0 with the same seed" on:click=move |_| app.command("run.restart")>
            <Icon name="rotate-ccw"/>
        </button>
    }
}

#[component]
fn Speed() -> impl IntoView {
    let app = App::get();
    let choose = move |event| {
        let typed = event_target_value(&event);
        if let Some((speed, _)) = SPEEDS.iter().find(|(speed, _)| speed.to_string() == typed) {
            runner::pace(app, *speed);
        }
    };
    let reached = move || {
        let pace = app.frame.get().map(|frame| frame.pace);
        pace.map_or_else(String::new, |pace| format!("Reached lately: {}", figures::multiple(pace)))
    };
    view! {
        <select aria-label="Speed" title=move || reached() on:change=choose prop:value=move || app.run.speed.get().to_string()>
            {SPEEDS
                .map(|(speed, label)| {
                    view! { <option value=speed.to_string() selected=speed == 1.0>{label}</option> }
                })
                .collect_any()}
        </select>
    }
}

#[component]
fn Seed() -> impl IntoView {
    let app = App::get();
    let choose = move |event| match event_target_value(&event).trim().parse() {
        Ok(seed) => app.reseed(seed),
        Err(_) => app.refuse("A seed is a whole number from 0."),
    };
    view! {
        <label class="seed" title="The same seed gives the same numbers, to the last digit">
            "Seed"
            <input inputmode="numeric" prop:value=move || app.run.seed.get().to_string() on:change=choose/>
            <button class="square" type="button" aria-label="Restart with another seed"
                on:click=move |_| app.command("run.reseed")>
                <Icon name="dices"/>
            </button>
        </label>
    }
}
