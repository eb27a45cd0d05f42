//! What the page says: a polite live region, an assertive one, and a toast that shows a refusal.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::live::some;
use crate::parts::Icon;
use crate::state::App;

/// A refusal stays this long [ms]; its cross closes it sooner.
const SHOWN_MS: u32 = 8_000;

/// The two live regions.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let voice = App::get().voice;
    view! {
        <div class="hidden" role="status" aria-live="polite">{voice.polite}</div>
        <div class="hidden" role="alert" aria-live="assertive">{move || voice.refusal.get().unwrap_or_default()}</div>
    }
}

/// Shows why something was not done.
#[component]
pub fn Toast() -> impl IntoView {
    let refusal = App::get().voice.refusal;
    Effect::new(move |_| {
        if let Some(text) = refusal.get() {
            let still_there = move || refusal.with_untracked(|now| now.as_deref() == Some(text.as_str()));
            Timeout::new(SHOWN_MS, move || {
                if still_there() {
                    refusal.set(None)
                }
            })
            .forget();
        }
    });
    some(move || {
        refusal.get().map(|text| view! {
            <div class="toast">
                <Icon name="triangle-alert"/><span>{text}</span>
                <button class="square" type="button" aria-label="Close" on:click=move |_| refusal.set(None)>
                    <Icon name="x"/>
                </button>
            </div>
        })
    })
}
