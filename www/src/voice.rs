//! What the page says: a polite live region, an assertive one, and a toast that shows a refusal.

use gloo_timers::callback::Timeout;
use leptos::prelude::*;

use crate::live::some;
use crate::parts::Icon;
use crate::state::App;

/// A refusal stays this long [ms]; its cross closes it sooner.
const SHOWN_MS: u32 = 8_000;

/// The live region and the toast that shows the same words.
#[derive(Clone, Copy)]
pub struct Voice {
    /// Said politely.
    pub polite: RwSignal<String>,
    /// Shown, and said politely: what was done that leaves no trace on the screen.
    pub done: RwSignal<Option<String>>,
    /// Said at once and shown: why something was not done.
    pub refusal: RwSignal<Option<String>>,
}

impl Voice {
    /// Nothing is said yet.
    pub fn new() -> Self {
        Voice {
            polite: RwSignal::new(String::new()),
            done: RwSignal::new(None),
            refusal: RwSignal::new(None),
        }
    }
}

impl App {
    /// Says and shows that something was done.
    pub fn say(&self, text: &str) {
        self.voice.polite.set(text.to_owned());
        self.voice.refusal.set(None);
        self.voice.done.set(Some(text.to_owned()));
    }

    /// Says and shows why something was not done.
    pub fn refuse(&self, text: &str) {
        self.voice.done.set(None);
        self.voice.refusal.set(Some(text.to_owned()));
    }
}

/// The two live regions.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let voice = App::get().voice;
    view! {
        <div class="hidden" role="status" aria-live="polite">{voice.polite}</div>
        <div class="hidden" role="alert" aria-live="assertive">{move || voice.refusal.get().unwrap_or_default()}</div>
    }
}

/// Shows why something was not done, or that something was done that leaves no trace on the screen.
#[component]
pub fn Toast() -> impl IntoView {
    let voice = App::get().voice;
    view! { <Note text=voice.done icon="check" class="toast done"/><Note text=voice.refusal icon="triangle-alert" class="toast"/> }
}

#[component]
fn Note(text: RwSignal<Option<String>>, icon: &'static str, class: &'static str) -> impl IntoView {
    Effect::new(move |_| {
        if let Some(shown) = text.get() {
            let still_there = move || text.with_untracked(|now| now.as_deref() == Some(shown.as_str()));
            Timeout::new(SHOWN_MS, move || {
                if still_there() {
                    text.set(None)
                }
            })
            .forget();
        }
    });
    some(move || {
        text.get().map(|shown| {
            view! {
                <div class=class>
                    <Icon name=icon/><span>{shown}</span>
                    <button class="square" type="button" aria-label="Close" on:click=move |_| text.set(None)>
                        <Icon name="x"/>
                    </button>
                </div>
            }
        })
    })
}
